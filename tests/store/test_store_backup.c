/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies: of one state, complete or not there, and never over what is good. */
#include "store_fixture.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WRITERS = 4, ROUNDS = 150, OBJECTS = 5, BALLAST = 600, BALLAST_LEN = 20000 };

static char copy_path[320];

/* ---- Under SQLite's feet; so these must be visible to it. ---- */

#define SEEN_BY_LIBRARIES __attribute__((visibility("default")))

static bool sync_fails;
static void (*on_write)(void); /* called once in a while, between writes */
static unsigned long writes;

SEEN_BY_LIBRARIES int fdatasync(int fd)
{
    if (sync_fails) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

SEEN_BY_LIBRARIES int fsync(int fd)
{
    return fdatasync(fd);
}

SEEN_BY_LIBRARIES ssize_t pwrite64(int fd, const void *data, size_t len,
                                   off64_t at)
{
    void (*call)(void) = on_write;

    writes++;
    if (call && writes % 100 == 0) {
        on_write = NULL; /* it writes too */
        call();
        on_write = call;
    }
    return syscall(SYS_pwrite64, fd, data, len, at);
}

/* ---- Looking at copies ---- */

static int no_fault(const char *fault, void *opaque VC_UNUSED)
{
    ck_abort_msg("%s", fault);
    return 0;
}

static void expect_sound(struct vc_store *store)
{
    struct vc_error err = {0};

    ck_assert_msg(vc_store_check(store, no_fault, NULL, &err) == VC_STORE_DONE,
                  "%s", err.text);
}

static void backup(struct vc_store *store, const char *path, bool replace)
{
    struct vc_error err = {0};

    ck_assert_msg(vc_store_backup(store, path, replace, &err) == VC_STORE_DONE,
                  "%s", err.text);
}

static void backup_fails(struct vc_store *store, const char *path, bool replace,
                         enum vc_answer answer, const char *part)
{
    struct vc_error err = {0};
    enum vc_answer got = vc_store_backup(store, path, replace, &err);

    ck_assert_msg(got == answer, "%s: %d: %s", path, (int)got, err.text);
    ck_assert_int_ne(err.code, VC_ERR_OK);
    ck_assert_msg(strstr(err.text, part) != NULL, "no '%s' in: %s", part,
                  err.text);
}

static void setup(void)
{
    fixture_setup();
    (void)snprintf(copy_path, sizeof(copy_path), "%s/copy.db", fixture_dir);
}

/* An ordinary store in one file: the header says WAL and whose it is. */
static void expect_ordinary(const char *path)
{
    struct fixture_bytes bytes = fixture_read(path);
    struct stat st;

    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_uint_gt(bytes.len, 100);
    ck_assert_int_eq(bytes.data[18], 2);
    ck_assert_int_eq(bytes.data[19], 2);
    ck_assert_int_eq(memcmp(bytes.data + 68, "vcpu", 4), 0);
    ck_assert(!fixture_exists(path, "-wal"));
    ck_assert(!fixture_exists(path, "-shm"));
    free(bytes.data);
}

/* ---- While others write ---- */

/* All objects get the same number in one transaction. */
static enum vc_answer set_all(struct vc_store *store, uint64_t expect,
                              unsigned number)
{
    struct vc_store_op ops[OBJECTS];
    char names[OBJECTS][8];
    struct vc_error err;
    char text[16];
    unsigned i;

    (void)snprintf(text, sizeof(text), "%u", number);
    for (i = 0; i < OBJECTS; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "n%u", i);
        ops[i] = fixture_put_op(i, expect, names[i], text);
    }
    return vc_store_txn(store, ops, OBJECTS, NULL, NULL, &err);
}

static int raise_often(void *opaque VC_UNUSED)
{
    struct vc_store_options options = {.busy_ms = 60000};
    struct vc_store *store;
    struct vc_error err;
    unsigned done = 0;

    if (vc_store_open(fixture_path, &options, &store, &err) != VC_STORE_DONE)
        return 2;
    while (done < ROUNDS) {
        VC_RECORD_AUTO record = {.name = NULL};
        enum vc_answer answer;

        if (vc_store_get(store, fixture_key(0), VC_STORE_DOCUMENT, &record,
                         &err) != VC_STORE_DONE)
            return 3;
        answer = set_all(store, record.revision,
                         (unsigned)atoi(record.document) + 1);
        if (answer == VC_STORE_DONE)
            done++;
        else if (answer != VC_STORE_CONFLICT)
            return 4;
    }
    vc_store_close(store);
    return 0;
}

static int see_number(const struct vc_record *record, const char *fault,
                      void *opaque)
{
    long *number = opaque;

    ck_assert_ptr_null(fault);
    if (record->name[0] != 'n')
        return 0;
    if (*number < 0)
        *number = atol(record->document);
    ck_assert_int_eq(atol(record->document), *number);
    return 0;
}

/* The number that all objects have; also a usable, sound store. */
static long expect_one_state(const char *path)
{
    struct vc_store *store;
    struct vc_error err = {0};
    uint64_t change = 0;
    long number = -1;

    expect_ordinary(path);
    store = fixture_open(path);
    expect_sound(store);
    ck_assert_msg(vc_store_iterate(store, VC_STORE_DOCUMENT, NULL, 0,
                                   see_number, &number, &change,
                                   &err) == VC_STORE_DONE,
                  "%s", err.text);
    ck_assert_uint_eq(change, (uint64_t)number + 1);
    ck_assert_uint_eq(fixture_revision(store, 0), (uint64_t)number + 1);
    ck_assert_int_eq(set_all(store, (uint64_t)number + 1, 0), VC_STORE_DONE);
    vc_store_close(store);
    return number;
}

START_TEST(copies_while_four_write_are_states_of_the_store)
{
    struct pollfd ended = {.events = POLLIN};
    pid_t pids[WRITERS];
    struct vc_store *store;
    bool last_look = false;
    long last = 0;
    int ends[2];
    unsigned i;

    store = fixture_open(fixture_path);
    ck_assert_int_eq(set_all(store, 0, 0), VC_STORE_DONE);
    vc_store_close(store);
    ck_assert_int_eq(pipe(ends), 0); /* hangs up when the last writer ends */
    for (i = 0; i < WRITERS; i++)
        pids[i] = fixture_fork(raise_often, NULL);
    (void)close(ends[1]);
    ended.fd = ends[0];
    store = fixture_open(fixture_path);
    while (!last_look) {
        long number;

        last_look = poll(&ended, 1, 0) == 1;
        backup(store, copy_path, true);
        expect_sound(store);
        number = expect_one_state(copy_path);
        ck_assert_int_ge(number, last);
        last = number;
    }
    for (i = 0; i < WRITERS; i++)
        ck_assert_int_eq(fixture_wait(pids[i]), 0);
    (void)close(ends[0]);
    ck_assert_int_eq(last, WRITERS * ROUNDS);
    vc_store_close(store);
    ck_assert_uint_eq(fixture_dir_count(), 2);
}
END_TEST

static void fill(struct vc_store *store)
{
    static struct vc_store_op ops[BALLAST];
    static char names[BALLAST][16];
    static char text[BALLAST_LEN + 1];
    unsigned char keys[BALLAST][VC_STORE_KEY_LEN];
    struct vc_error err = {0};
    unsigned i;

    memset(text, 'b', BALLAST_LEN);
    for (i = 0; i < BALLAST; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "ballast-%u", i);
        memcpy(keys[i], fixture_key(1000 + i), VC_STORE_KEY_LEN);
        ops[i] = fixture_put_op(0, 0, names[i], text);
        ops[i].key = keys[i];
    }
    ck_assert_msg(vc_store_txn(store, ops, BALLAST, NULL, NULL, &err) ==
                      VC_STORE_DONE,
                  "%s", err.text);
}

static struct vc_store *other; /* a second handle, that writes meanwhile */
static unsigned written;

static void write_meanwhile(void)
{
    ck_assert_int_eq(fixture_put(other, 1, written, "busy", "new"),
                     VC_STORE_DONE);
    written++;
}

START_TEST(writer_is_not_held_up_and_does_not_make_it_begin_again)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct stat st;

    other = fixture_open(fixture_path);
    fill(store);
    ck_assert_int_eq(fixture_put(other, 1, 0, "busy", "old"), VC_STORE_DONE);
    written = 1;
    writes = 0;
    on_write = write_meanwhile;
    backup(store, copy_path, false);
    on_write = NULL;
    ck_assert_uint_ge(written, 20);
    ck_assert_int_eq(stat(copy_path, &st), 0);
    /* each page once, and the log of those who wrote meanwhile */
    ck_assert_uint_lt(writes, (unsigned long)st.st_size / 4096 + written * 40);
    ck_assert_uint_eq(fixture_revision(store, 1), written);
    vc_store_close(other);
    vc_store_close(store);
    expect_ordinary(copy_path);
    store = fixture_open(copy_path);
    expect_sound(store);
    ck_assert_uint_eq(fixture_change(store), 2);
    fixture_expect_document(store, 1, "old");
    vc_store_close(store);
}
END_TEST

/* ---- Targets ---- */

START_TEST(what_is_there_stays_unless_it_may_be_replaced)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct fixture_bytes after;

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    fixture_write(copy_path, "letters", 7);
    ck_assert_int_eq(chmod(copy_path, 0644), 0);
    backup_fails(store, copy_path, false, VC_STORE_EXISTS, copy_path);
    after = fixture_read(copy_path);
    ck_assert_uint_eq(after.len, 7);
    free(after.data);
    backup(store, copy_path, true);
    backup(store, copy_path, true);
    expect_ordinary(copy_path);
    vc_store_close(store);
    store = fixture_open(copy_path);
    fixture_expect_document(store, 1, "d");
    vc_store_close(store);
    ck_assert_uint_eq(fixture_dir_count(), 2);
}
END_TEST

static void make_target(void)
{
    fixture_write(copy_path, "letters", 7);
}

START_TEST(target_that_appears_meanwhile_stays)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct fixture_bytes after;

    fill(store);
    on_write = make_target;
    backup_fails(store, copy_path, false, VC_STORE_EXISTS, copy_path);
    on_write = NULL;
    after = fixture_read(copy_path);
    ck_assert_uint_eq(after.len, 7);
    free(after.data);
    vc_store_close(store);
    ck_assert_uint_eq(fixture_dir_count(), 2);
}
END_TEST

START_TEST(store_and_its_own_files_are_no_targets)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal",
                                           ".lock"};
    struct vc_store *store = fixture_open(fixture_path);
    char link_dir[320];
    char path[700];
    size_t i;
    int replace;

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    (void)snprintf(link_dir, sizeof(link_dir), "%s/again", fixture_dir);
    ck_assert_int_eq(symlink(fixture_dir, link_dir), 0);
    for (i = 0; i < VC_NELEMS(suffixes); i++) {
        for (replace = 0; replace < 2; replace++) {
            (void)snprintf(path, sizeof(path), "%s%s", fixture_path,
                           suffixes[i]);
            backup_fails(store, path, replace, VC_STORE_UNAVAILABLE, "itself");
            (void)snprintf(path, sizeof(path), "%s/./s.db%s", link_dir,
                           suffixes[i]);
            backup_fails(store, path, replace, VC_STORE_UNAVAILABLE, "itself");
        }
    }
    ck_assert_int_eq(link(fixture_path, copy_path), 0);
    backup_fails(store, copy_path, true, VC_STORE_UNAVAILABLE, "itself");
    ck_assert_int_eq(fixture_put(store, 1, 1, "vm", "e"), VC_STORE_DONE);
    vc_store_close(store);
    ck_assert_uint_eq(fixture_dir_count(), 3);
}
END_TEST

START_TEST(odd_targets_are_refused)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store *open;
    char path[400];

    (void)snprintf(path, sizeof(path), "%s/missing/copy.db", fixture_dir);
    backup_fails(store, path, false, VC_STORE_UNAVAILABLE, "No such file");
    (void)snprintf(path, sizeof(path), "%s/", fixture_dir);
    backup_fails(store, path, true, VC_STORE_UNAVAILABLE, "file name");
    backup_fails(store, fixture_dir, true, VC_STORE_UNAVAILABLE, "regular");
    backup_fails(store, "/dev/null", true, VC_STORE_UNAVAILABLE, "regular");
    ck_assert_int_eq(symlink("elsewhere", copy_path), 0);
    backup_fails(store, copy_path, true, VC_STORE_UNAVAILABLE, "regular");
    backup_fails(store, copy_path, false, VC_STORE_EXISTS, copy_path);
    ck_assert_int_eq(unlink(copy_path), 0);
    /* Its log would be replayed into the copy. */
    open = fixture_open(copy_path);
    ck_assert_int_eq(fixture_put(open, 1, 0, "theirs", "d"), VC_STORE_DONE);
    backup_fails(store, copy_path, true, VC_STORE_UNAVAILABLE, "in use");
    fixture_expect_document(open, 1, "d");
    vc_store_close(open);
    ck_assert_int_eq(unlink(copy_path), 0);
    (void)snprintf(path, sizeof(path), "%s-wal", copy_path);
    fixture_write(path, "left over", 9);
    backup_fails(store, copy_path, false, VC_STORE_UNAVAILABLE, "-wal");
    vc_store_close(store);
    ck_assert_uint_eq(fixture_dir_count(), 2);
}
END_TEST

/* ---- What fails leaves what was there ---- */

static struct fixture_bytes make_good_copy(struct vc_store *store)
{
    fill(store);
    backup(store, copy_path, false);
    ck_assert_int_eq(fixture_put(store, 1, 0, "more", "d"), VC_STORE_DONE);
    return fixture_read(copy_path);
}

static void expect_untouched(struct fixture_bytes *before)
{
    struct fixture_bytes after = fixture_read(copy_path);

    ck_assert(fixture_same(before, &after));
    free(after.data);
    free(before->data);
}

START_TEST(copy_that_can_not_be_synced_is_none)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct fixture_bytes before = make_good_copy(store);
    unsigned files = fixture_dir_count();

    sync_fails = true;
    backup_fails(store, copy_path, true, VC_STORE_UNAVAILABLE, "to the disk");
    sync_fails = false;
    ck_assert_uint_eq(fixture_dir_count(), files);
    expect_untouched(&before);
    vc_store_close(store);
}
END_TEST

START_TEST(copy_above_the_file_size_limit_is_none)
{
    struct rlimit limit = {.rlim_cur = 3000000, .rlim_max = RLIM_INFINITY};
    struct vc_store *store = fixture_open(fixture_path);
    struct fixture_bytes before = make_good_copy(store);
    unsigned files = fixture_dir_count();

    ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    backup_fails(store, copy_path, true, VC_STORE_NOT_APPLIED, copy_path);
    limit.rlim_cur = RLIM_INFINITY;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_uint_eq(fixture_dir_count(), files);
    expect_untouched(&before);
    vc_store_close(store);
}
END_TEST

START_TEST(copy_on_a_full_file_system_is_none)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct fixture_bytes after;
    char small[320];
    char path[400];

    fill(store);
    (void)snprintf(small, sizeof(small), "%s/small", fixture_dir);
    (void)snprintf(path, sizeof(path), "%s/copy.db", small);
    ck_assert_int_eq(mkdir(small, 0700), 0);
    if (unshare(CLONE_NEWNS) < 0 ||
        mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("none", small, "tmpfs", 0, "size=4m") < 0) {
        (void)fprintf(stderr, "not run: a small file system can't be mounted\n");
        vc_store_close(store);
        return;
    }
    fixture_write(path, "good", 4);
    backup_fails(store, path, true, VC_STORE_NOT_APPLIED, "no space left");
    after = fixture_read(path);
    ck_assert_uint_eq(after.len, 4);
    free(after.data);
    ck_assert_int_eq(unlink(path), 0);
    backup_fails(store, path, false, VC_STORE_NOT_APPLIED, path);
    ck_assert_int_eq(umount2(small, MNT_DETACH), 0);
    vc_store_close(store);
}
END_TEST

START_TEST(damaged_store_does_not_replace_a_good_copy)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct fixture_bytes before = make_good_copy(store);
    struct fixture_bytes bytes;
    size_t at;

    vc_store_close(store);
    bytes = fixture_read(fixture_path);
    for (at = 100 * 4096; at < 130 * 4096; at++)
        bytes.data[at] = (char)(at * 7);
    fixture_write(fixture_path, bytes.data, bytes.len);
    store = fixture_open(fixture_path);
    backup_fails(store, copy_path, true, VC_STORE_UNAVAILABLE, "damaged");
    vc_store_close(store);
    ck_assert_uint_eq(fixture_dir_count(), 2);
    expect_untouched(&before);
    free(bytes.data);
}
END_TEST

/* ---- Readers ---- */

START_TEST(read_only_handle_can_copy)
{
    struct vc_store *store = fixture_open(fixture_path);

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    vc_store_close(store);
    store = fixture_open_read_only(fixture_path);
    backup(store, copy_path, false);
    vc_store_close(store);
    expect_ordinary(copy_path);
    store = fixture_open(copy_path);
    fixture_expect_document(store, 1, "d");
    ck_assert_int_eq(fixture_put(store, 1, 1, "vm", "e"), VC_STORE_DONE);
    vc_store_close(store);
}
END_TEST

static int copy_unprivileged(void *opaque)
{
    struct vc_store *store;
    struct vc_error err = {0};
    int status = 0;

    if (vc_store_open(fixture_path, NULL, &store, &err) != VC_STORE_DONE)
        status = 1;
    else if (vc_store_backup(store, copy_path, false, &err) !=
                 VC_STORE_UNAVAILABLE ||
             err.code != VC_ERR_ACCESS_DENIED)
        status = 2;
    else if (vc_store_backup(store, opaque, false, &err) != VC_STORE_DONE)
        status = 3;
    if (status)
        (void)fprintf(stderr, "%d: %s\n", status, err.text);
    if (status != 1)
        vc_store_close(store);
    return status;
}

START_TEST(who_may_only_read_the_store_can_copy_it_elsewhere)
{
    struct vc_store *store = fixture_open(fixture_path);
    char path[400];
    char open_dir[320];

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    vc_store_close(store);
    (void)snprintf(open_dir, sizeof(open_dir), "%s/open", fixture_dir);
    (void)snprintf(path, sizeof(path), "%s/copy.db", open_dir);
    ck_assert_int_eq(mkdir(open_dir, 0700), 0);
    ck_assert_int_eq(chmod(open_dir, 01777), 0);
    ck_assert_int_eq(chmod(fixture_path, 0444), 0);
    ck_assert_int_eq(chmod(fixture_dir, 0555), 0);
    ck_assert_int_eq(fixture_run_unprivileged(copy_unprivileged, path), 0);
    ck_assert_int_eq(chmod(fixture_dir, 0700), 0);
    expect_ordinary(path);
    ck_assert_int_eq(chown(path, getuid(), getgid()), 0); /* or it is refused */
    store = fixture_open_read_only(path);
    fixture_expect_document(store, 1, "d");
    vc_store_close(store);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_backup");
    TCase *tcase = tcase_create("backup");

    tcase_add_checked_fixture(tcase, setup, fixture_teardown);
    tcase_set_timeout(tcase, 300);
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, copies_while_four_write_are_states_of_the_store);
    tcase_add_test(tcase,
                   writer_is_not_held_up_and_does_not_make_it_begin_again);
    tcase_add_test(tcase, what_is_there_stays_unless_it_may_be_replaced);
    tcase_add_test(tcase, target_that_appears_meanwhile_stays);
    tcase_add_test(tcase, store_and_its_own_files_are_no_targets);
    tcase_add_test(tcase, odd_targets_are_refused);
    tcase_add_test(tcase, copy_that_can_not_be_synced_is_none);
    tcase_add_test(tcase, copy_above_the_file_size_limit_is_none);
    tcase_add_test(tcase, copy_on_a_full_file_system_is_none);
    tcase_add_test(tcase, damaged_store_does_not_replace_a_good_copy);
    tcase_add_test(tcase, read_only_handle_can_copy);
    tcase_add_test(tcase, who_may_only_read_the_store_can_copy_it_elsewhere);
    return suite;
}

VC_TEST_MAIN(make_suite)
