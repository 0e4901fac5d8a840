/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Modes of what is created, odd paths, and stores that can't be written. */
#include "store_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static mode_t mode_of(const char *path, const char *suffix)
{
    char name[400];
    struct stat st;

    (void)snprintf(name, sizeof(name), "%s%s", path, suffix);
    ck_assert_msg(stat(name, &st) == 0, "%s", name);
    return st.st_mode & 07777;
}

START_TEST(modes_do_not_depend_on_the_umask)
{
    static const mode_t masks[] = {0, 022, 077, 0777};
    char path[400];
    char dir[320];
    size_t i;

    for (i = 0; i < VC_NELEMS(masks); i++) {
        struct vc_store_lock *lock = NULL;
        struct vc_store *store;
        struct vc_error err = {0};
        mode_t old;

        (void)snprintf(dir, sizeof(dir), "%s/d%zu", fixture_dir, i);
        (void)snprintf(path, sizeof(path), "%s/s.db", dir);
        old = umask(masks[i]);
        store = fixture_open(path);
        ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
        ck_assert_int_eq(vc_store_lock(store, fixture_key(1), 0, &lock, &err),
                         VC_STORE_DONE);
        (void)umask(old);
        ck_assert_uint_eq(mode_of(dir, ""), 0700);
        ck_assert_uint_eq(mode_of(path, ""), 0600);
        ck_assert_uint_eq(mode_of(path, "-wal"), 0600);
        ck_assert_uint_eq(mode_of(path, "-shm"), 0600);
        ck_assert_uint_eq(mode_of(path, ".lock"), 0600);
        vc_store_unlock(lock);
        vc_store_close(store);
    }
}
END_TEST

START_TEST(only_the_last_directory_is_made)
{
    char path[400];

    (void)snprintf(path, sizeof(path), "%s/x/y/s.db", fixture_dir);
    (void)fixture_open_fails(path, false, "directory");
    ck_assert_uint_eq(fixture_dir_count(), 0);
    (void)snprintf(path, sizeof(path), "%s/x/", fixture_dir);
    (void)fixture_open_fails(path, false, "");
    (void)fixture_open_fails(fixture_dir, false, "a directory");
}
END_TEST

START_TEST(missing_store_is_not_made_by_a_reader)
{
    ck_assert_int_eq(fixture_open_fails(fixture_path, true, "No such file"),
                     VC_STORE_NOT_FOUND);
    ck_assert_uint_eq(fixture_dir_count(), 0);
}
END_TEST

START_TEST(links_are_followed_but_not_to_nowhere)
{
    struct vc_store_lock *lock = NULL;
    struct vc_store *store;
    struct vc_error err = {0};
    char link[320];

    (void)snprintf(link, sizeof(link), "%s/link", fixture_dir);
    ck_assert_int_eq(symlink("s.db", link), 0);
    ck_assert_int_eq(fixture_open_fails(link, false, "symbolic link"),
                     VC_STORE_UNAVAILABLE);
    ck_assert_uint_eq(fixture_dir_count(), 1);
    vc_store_close(fixture_open(fixture_path));
    store = fixture_open(link);
    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    ck_assert_int_eq(vc_store_lock(store, fixture_key(1), 0, &lock, &err),
                     VC_STORE_DONE);
    ck_assert(fixture_exists(fixture_path, ".lock")); /* one lock for all names */
    ck_assert(!fixture_exists(link, ".lock"));
    ck_assert(!fixture_exists(link, "-wal"));
    vc_store_unlock(lock);
    vc_store_close(store);
}
END_TEST

START_TEST(names_that_mean_something_to_sqlite_are_names)
{
    static const char *const names[] = {":memory:", "file:x?mode=memory", "a%41#b"};
    size_t i;

    ck_assert_int_eq(chdir(fixture_dir), 0);
    for (i = 0; i < VC_NELEMS(names); i++) {
        struct vc_store *store = fixture_open(names[i]);

        ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
        vc_store_close(store);
        ck_assert_int_eq(access(names[i], F_OK), 0);
        store = fixture_open_read_only(names[i]);
        ck_assert_uint_eq(fixture_revision(store, 1), 1);
        vc_store_close(store);
    }
    ck_assert_uint_eq(fixture_dir_count(), VC_NELEMS(names));
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(empty_path_is_refused)
{
    struct vc_store *store = NULL;
    struct vc_error err = {0};

    ck_assert_int_eq(vc_store_open("", NULL, &store, &err),
                     VC_STORE_UNAVAILABLE);
    ck_assert_int_eq(err.code, VC_ERR_INVALID_ARG);
}
END_TEST

/* Every way to change something, on a handle that may only read. */
static int writes_are_refused(struct vc_store *store)
{
    struct vc_store_lock *lock = NULL;
    struct vc_local local = {.start = "s"};
    struct vc_error err = {0};

    return vc_store_is_read_only(store) &&
           fixture_put(store, 2, 0, "n", "d") == VC_STORE_UNAVAILABLE &&
           vc_store_local_put(store, fixture_key(1), &local, &err) ==
               VC_STORE_UNAVAILABLE &&
           vc_store_lock(store, fixture_key(1), 0, &lock, &err) ==
               VC_STORE_UNAVAILABLE &&
           strstr(err.text, "read-only") && err.code == VC_ERR_OPERATION_DENIED;
}

START_TEST(read_only_handle_refuses_to_write_and_leaves_nothing_behind)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct fixture_bytes before;
    struct fixture_bytes after;

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    vc_store_close(store);
    before = fixture_read(fixture_path);
    store = fixture_open_read_only(fixture_path);
    ck_assert(writes_are_refused(store));
    fixture_expect_document(store, 1, "d");
    vc_store_close(store);
    after = fixture_read(fixture_path);
    ck_assert(fixture_same(&before, &after));
    ck_assert_uint_eq(fixture_dir_count(), 1);
    free(before.data);
    free(after.data);
}
END_TEST

struct unprivileged {
    bool read_only;
    uint64_t expect; /* revision of object 1 */
};

static int read_unprivileged(void *opaque)
{
    const struct unprivileged *how = opaque;
    struct vc_store_options options = {.read_only = how->read_only};
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_store *store;
    struct vc_error err = {0};
    int status = 0;

    if (vc_store_open(fixture_path, &options, &store, &err) != VC_STORE_DONE) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    if (!writes_are_refused(store))
        status = 2;
    else if (vc_store_get(store, fixture_key(1), VC_STORE_DOCUMENT, &record,
                          &err) != VC_STORE_DONE)
        status = 3;
    else if (record.revision != how->expect)
        status = 4;
    if (status)
        (void)fprintf(stderr, "%d: %s\n", status, err.text);
    vc_store_close(store);
    return status;
}

/* Store and directory that others may read only. */
static void make_readable(mode_t dir, mode_t file)
{
    struct vc_store *store = fixture_open(fixture_path);

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    vc_store_close(store);
    ck_assert_int_eq(chmod(fixture_dir, dir), 0);
    ck_assert_int_eq(chmod(fixture_path, file), 0);
}

START_TEST(store_that_cannot_be_written_is_read)
{
    static const mode_t modes[][2] = {
        {0755, 0644}, {01777, 0644}, {0775, 0604}, {0555, 0444}};
    struct unprivileged how = {.expect = 1};
    size_t i;

    for (i = 0; i < VC_NELEMS(modes); i++) {
        if (i == 0)
            make_readable(modes[i][0], modes[i][1]);
        ck_assert_int_eq(chmod(fixture_dir, modes[i][0]), 0);
        ck_assert_int_eq(chmod(fixture_path, modes[i][1]), 0);
        how.read_only = false;
        ck_assert_int_eq(fixture_run_unprivileged(read_unprivileged, &how), 0);
        how.read_only = true;
        ck_assert_int_eq(fixture_run_unprivileged(read_unprivileged, &how), 0);
        ck_assert_uint_eq(fixture_dir_count(), 1);
    }
}
END_TEST

static int expect_takeover_needed(void *opaque VC_UNUSED)
{
    struct vc_store *store;
    struct vc_error err = {0};

    if (vc_store_open(fixture_path, NULL, &store, &err) != VC_STORE_UNAVAILABLE)
        return 1;
    return strstr(err.text, "must be taken over") ? 0 : 2;
}

static int write_and_die(void *opaque VC_UNUSED)
{
    struct vc_store *store;
    struct vc_error err;

    if (vc_store_open(fixture_path, NULL, &store, &err) != VC_STORE_DONE)
        return 1;
    if (fixture_put(store, 1, 1, "vm", "new") != VC_STORE_DONE)
        return 2;
    return raise(SIGKILL);
}

START_TEST(reader_without_rights_sees_what_a_dead_writer_left_in_its_log)
{
    struct unprivileged how = {.expect = 2};
    struct vc_error err = {0};
    struct vc_store *store;
    char shm[400];

    make_readable(0755, 0644);
    ck_assert_int_eq(fixture_wait(fixture_fork(write_and_die, NULL)), -SIGKILL);
    ck_assert(fixture_exists(fixture_path, "-wal"));
    ck_assert_int_eq(fixture_run_unprivileged(read_unprivileged, &how), 0);
    (void)snprintf(shm, sizeof(shm), "%s-shm", fixture_path);
    ck_assert_int_eq(unlink(shm), 0);
    ck_assert_int_eq(fixture_run_unprivileged(expect_takeover_needed, NULL), 0);
    ck_assert_int_eq(vc_store_open(fixture_path, NULL, &store, &err),
                     VC_STORE_DONE);
    vc_store_close(store);
    ck_assert_uint_eq(fixture_dir_count(), 1);
    ck_assert_int_eq(fixture_run_unprivileged(read_unprivileged, &how), 0);
}
END_TEST

START_TEST(read_only_handle_leaves_the_log_of_a_dead_writer)
{
    struct fixture_bytes before;
    struct fixture_bytes after;
    struct vc_store *store;

    make_readable(0755, 0644);
    ck_assert_int_eq(fixture_wait(fixture_fork(write_and_die, NULL)), -SIGKILL);
    before = fixture_read(fixture_path);
    store = fixture_open_read_only(fixture_path);
    fixture_expect_document(store, 1, "new");
    vc_store_close(store);
    after = fixture_read(fixture_path);
    ck_assert(fixture_same(&before, &after));
    ck_assert(fixture_exists(fixture_path, "-wal"));
    free(before.data);
    free(after.data);
}
END_TEST

static int expect_denied(void *opaque VC_UNUSED)
{
    struct vc_store *store;
    struct vc_error err = {0};

    if (vc_store_open(fixture_path, NULL, &store, &err) != VC_STORE_UNAVAILABLE)
        return 1;
    return err.code == VC_ERR_ACCESS_DENIED ? 0 : 2;
}

START_TEST(store_that_may_not_be_read_is_denied)
{
    make_readable(0755, 0600);
    ck_assert_int_eq(fixture_run_unprivileged(expect_denied, NULL), 0);
}
END_TEST

/* Two pipes: a reader in the child, told by the parent to look again. */
struct follow {
    int told[2];
    int says[2];
};

static int follow_writer(void *opaque)
{
    struct follow *follow = opaque;
    struct vc_store *store;
    struct vc_error err = {0};
    char revision = 0;

    (void)close(follow->told[1]);
    if (vc_store_open(fixture_path, NULL, &store, &err) != VC_STORE_DONE)
        return 1;
    do {
        VC_RECORD_AUTO record = {.name = NULL};

        if (vc_store_get(store, fixture_key(1), VC_STORE_SUMMARY, &record, &err))
            return 2;
        revision = (char)record.revision;
        if (write(follow->says[1], &revision, 1) != 1)
            return 3;
    } while (read(follow->told[0], &revision, 1) == 1);
    vc_store_close(store);
    return 0;
}

static char ask_follower(const struct follow *follow, bool first)
{
    char revision = 0;

    if (!first)
        ck_assert_int_eq(write(follow->told[1], "?", 1), 1);
    ck_assert_int_eq(read(follow->says[0], &revision, 1), 1);
    return revision;
}

static int unprivileged_follow(void *opaque)
{
    if (getuid() == 0 && (setgid(65534) || setuid(65534)))
        return 99;
    return follow_writer(opaque);
}

START_TEST(reader_without_locks_follows_a_writer_that_comes_later)
{
    struct vc_store *store;
    struct follow follow;
    pid_t pid;

    make_readable(0755, 0644);
    ck_assert_int_eq(pipe(follow.told), 0);
    ck_assert_int_eq(pipe(follow.says), 0);
    pid = fixture_fork(unprivileged_follow, &follow);
    (void)close(follow.told[0]); /* so that its end is seen here */
    (void)close(follow.says[1]);
    ck_assert_int_eq(ask_follower(&follow, true), 1);
    store = fixture_open(fixture_path);
    ck_assert_int_eq(fixture_put(store, 1, 1, "vm", "2"), VC_STORE_DONE);
    ck_assert_int_eq(ask_follower(&follow, false), 2);
    ck_assert_int_eq(fixture_put(store, 1, 2, "vm", "3"), VC_STORE_DONE);
    ck_assert_int_eq(ask_follower(&follow, false), 3);
    vc_store_close(store);
    ck_assert_int_eq(ask_follower(&follow, false), 3);
    store = fixture_open(fixture_path);
    ck_assert_int_eq(fixture_put(store, 1, 3, "vm", "4"), VC_STORE_DONE);
    vc_store_close(store);
    ck_assert_int_eq(ask_follower(&follow, false), 4);
    (void)close(follow.told[1]);
    ck_assert_int_eq(fixture_wait(pid), 0);
    (void)close(follow.says[0]);
}
END_TEST

/* They become another user than the owner, which only root can. */
static void add_tests_of_another_user(TCase *tcase)
{
    if (getuid() != 0) {
        (void)puts("not run, since only root can become another user: "
                   "what one without rights reads of a store");
        return;
    }
    tcase_add_test(tcase, store_that_cannot_be_written_is_read);
    tcase_add_test(
        tcase, reader_without_rights_sees_what_a_dead_writer_left_in_its_log);
    tcase_add_test(tcase, store_that_may_not_be_read_is_denied);
}

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_modes");
    TCase *tcase = fixture_tcase(suite, "modes");

    tcase_add_test(tcase, modes_do_not_depend_on_the_umask);
    tcase_add_test(tcase, only_the_last_directory_is_made);
    tcase_add_test(tcase, missing_store_is_not_made_by_a_reader);
    tcase_add_test(tcase, links_are_followed_but_not_to_nowhere);
    tcase_add_test(tcase, names_that_mean_something_to_sqlite_are_names);
    tcase_add_test(tcase, empty_path_is_refused);
    tcase_add_test(tcase,
                   read_only_handle_refuses_to_write_and_leaves_nothing_behind);
    tcase_add_test(tcase, read_only_handle_leaves_the_log_of_a_dead_writer);
    tcase_add_test(tcase,
                   reader_without_locks_follows_a_writer_that_comes_later);
    add_tests_of_another_user(tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
