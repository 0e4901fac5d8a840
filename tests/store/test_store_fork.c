/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A handle, and a store, on both sides of a fork(). */
#include "store_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHILDREN = 16, INCREMENTS = 50, HANDLES = 40 };

static const struct vc_store_options patient = {.busy_ms = 120000};

static struct vc_store *open_counter(void)
{
    struct vc_store *store = NULL;
    struct vc_error err = {0};

    ck_assert_msg(vc_store_open(fixture_path, &patient, &store, &err) ==
                      VC_STORE_DONE,
                  "%s", err.text);
    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "0"), VC_STORE_DONE);
    return store;
}

/* The document of object 1 counts, by compare-and-swap. */
static int increment(struct vc_store *store, unsigned times)
{
    while (times) {
        VC_RECORD_AUTO record = {.name = NULL};
        struct vc_error err = {0};
        enum vc_answer answer;
        char text[16];

        if (vc_store_get(store, fixture_key(1), VC_STORE_DOCUMENT, &record,
                         &err) != VC_STORE_DONE) {
            (void)fprintf(stderr, "%s\n", err.text);
            return 3;
        }
        (void)snprintf(text, sizeof(text), "%d", atoi(record.document) + 1);
        answer = fixture_put(store, 1, record.revision, "vm", text);
        if (answer == VC_STORE_DONE)
            times--;
        else if (answer != VC_STORE_CONFLICT)
            return 4;
    }
    return 0;
}

static int increment_anew(unsigned times)
{
    struct vc_store *store;
    struct vc_error err = {0};
    int status;

    if (vc_store_open(fixture_path, &patient, &store, &err) != VC_STORE_DONE) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    status = increment(store, times);
    vc_store_close(store);
    return status;
}

/* The file and its log, as SQLite judges them. */
static void expect_sound(unsigned count)
{
    struct vc_store *store = fixture_open(fixture_path);
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = NULL;
    char text[16];

    ck_assert_int_eq(sqlite3_open(fixture_path, &db), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL),
        SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
    ck_assert_str_eq((const char *)sqlite3_column_text(stmt, 0), "ok");
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    (void)snprintf(text, sizeof(text), "%u", count);
    fixture_expect_document(store, 1, text);
    ck_assert_uint_eq(fixture_revision(store, 1), count + 1);
    vc_store_close(store);
}

static struct vc_store *at_exit_store;

static void close_at_exit(void)
{
    vc_store_close(at_exit_store);
}

/* Ends in one of the ways that a process ends. */
static void end_somehow(unsigned way, int status)
{
    if (way % 3 == 0)
        exit(status);
    if (way % 3 == 1 && status == 0)
        (void)raise(SIGKILL);
    _exit(status);
}

START_TEST(no_update_of_parent_and_children_is_lost)
{
    struct vc_store *store = open_counter();
    pid_t pids[CHILDREN];
    unsigned i;

    for (i = 0; i < CHILDREN; i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0) {
            at_exit_store = store;
            (void)atexit(close_at_exit);
            end_somehow(i / 2, i % 2 ? increment(store, INCREMENTS)
                                     : increment_anew(INCREMENTS));
        }
        ck_assert_int_eq(increment(store, 5), 0);
    }
    ck_assert_int_eq(increment(store, INCREMENTS), 0);
    for (i = 0; i < CHILDREN; i++)
        ck_assert_int_eq(fixture_wait(pids[i]), i / 2 % 3 == 1 ? -SIGKILL : 0);
    expect_sound(CHILDREN * (INCREMENTS + 5) + INCREMENTS);
    vc_store_close(store);
    ck_assert_uint_eq(fixture_dir_count(), 1);
}
END_TEST

/* Counts, and says so after each, in a store that its parent may leave. */
struct teller {
    struct vc_store *store;
    int out;
};

static int count_and_die(void *opaque)
{
    struct teller *teller = opaque;
    unsigned i;

    for (i = 0; i < INCREMENTS; i++) {
        if (increment(teller->store, 1) || write(teller->out, "+", 1) != 1)
            return 1;
    }
    return raise(SIGKILL);
}

START_TEST(child_goes_on_when_its_parent_closes_first)
{
    struct teller teller = {.store = open_counter()};
    unsigned acked = 0;
    int ends[2];
    pid_t pid;
    char c;

    ck_assert_int_eq(pipe(ends), 0);
    teller.out = ends[1];
    pid = fixture_fork(count_and_die, &teller);
    (void)close(ends[1]);
    ck_assert_int_eq(increment(teller.store, 3), 0);
    while (read(ends[0], &c, 1) == 1) {
        if (++acked == 2)
            vc_store_close(teller.store);
    }
    (void)close(ends[0]);
    ck_assert_int_eq(fixture_wait(pid), -SIGKILL);
    ck_assert_uint_eq(acked, INCREMENTS);
    expect_sound(INCREMENTS + 3);
}
END_TEST

static int count_and_close(void *opaque)
{
    int status = increment(opaque, INCREMENTS);

    vc_store_close(opaque);
    return status;
}

START_TEST(parent_goes_on_when_its_child_closes_first)
{
    struct vc_store *store = open_counter();
    pid_t pid = fixture_fork(count_and_close, store);

    ck_assert_int_eq(increment(store, 3), 0);
    ck_assert_int_eq(fixture_wait(pid), 0);
    ck_assert_int_eq(increment(store, 4), 0);
    ck_assert(fixture_exists(fixture_path, "-wal"));
    expect_sound(INCREMENTS + 7);
    vc_store_close(store);
}
END_TEST

static int close_unused(void *opaque)
{
    vc_store_close(opaque);
    return 0;
}

START_TEST(close_in_a_child_leaves_the_log_of_its_parent)
{
    struct vc_store *store = open_counter();
    struct fixture_bytes before;
    struct fixture_bytes after;
    char wal[400];

    (void)snprintf(wal, sizeof(wal), "%s-wal", fixture_path);
    before = fixture_read(wal);
    ck_assert_uint_gt(before.len, 0);
    ck_assert_int_eq(fixture_wait(fixture_fork(close_unused, store)), 0);
    after = fixture_read(wal);
    ck_assert(fixture_same(&before, &after));
    fixture_expect_document(store, 1, "0");
    vc_store_close(store);
    free(before.data);
    free(after.data);
}
END_TEST

static int do_nothing(void *opaque VC_UNUSED)
{
    return 0;
}

START_TEST(close_after_fork_leaves_one_file_as_ever)
{
    struct vc_store *store = open_counter();
    struct vc_store *reader = fixture_open_read_only(fixture_path);

    ck_assert_int_eq(fixture_wait(fixture_fork(do_nothing, NULL)), 0);
    vc_store_close(store);
    vc_store_close(reader);
    ck_assert_uint_eq(fixture_dir_count(), 1);
    reader = fixture_open_read_only(fixture_path);
    ck_assert_int_eq(fixture_wait(fixture_fork(do_nothing, NULL)), 0);
    vc_store_close(reader);
    ck_assert_uint_eq(fixture_dir_count(), 1);
    expect_sound(0);
}
END_TEST

/* How many files of the store this process has open. */
static unsigned open_files(void)
{
    size_t len = strlen(fixture_dir);
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    unsigned count = 0;

    while (dir && (entry = readdir(dir)) != NULL) {
        char target[400] = "";

        if (readlinkat(dirfd(dir), entry->d_name, target,
                       sizeof(target) - 1) > 0 &&
            strncmp(target, fixture_dir, len) == 0)
            count++;
    }
    (void)closedir(dir);
    return count;
}

static struct vc_store *many[HANDLES];

static int use_all(void *opaque VC_UNUSED)
{
    unsigned i;

    if (open_files())
        return 1;
    for (i = 0; i < HANDLES; i++) {
        if (increment(many[i], 1))
            return 2;
    }
    for (i = 0; i < HANDLES; i++)
        vc_store_close(many[i]);
    return open_files() ? 3 : 0;
}

START_TEST(every_one_of_many_handles_works_on_both_sides)
{
    char paths[HANDLES][320];
    unsigned round;
    unsigned i;

    for (i = 0; i < HANDLES; i++) { /* two on each store */
        (void)snprintf(paths[i], sizeof(paths[i]), "%s/%u.db", fixture_dir,
                       i / 2);
        many[i] = fixture_open(paths[i]);
        if (i % 2 == 0)
            ck_assert_int_eq(fixture_put(many[i], 1, 0, "vm", "0"),
                             VC_STORE_DONE);
    }
    for (round = 1; round <= 3; round++) {
        pid_t pid = fixture_fork(use_all, NULL);

        for (i = 0; i < HANDLES; i++)
            ck_assert_int_eq(increment(many[i], 1), 0);
        ck_assert_int_eq(fixture_wait(pid), 0);
        for (i = 0; i < HANDLES; i++)
            ck_assert_uint_eq(fixture_revision(many[i], 1), round * 4 + 1);
    }
    for (i = 0; i < HANDLES; i++)
        vc_store_close(many[i]);
    ck_assert_uint_eq(fixture_dir_count(), HANDLES / 2);
}
END_TEST

static int first_local_put(void *opaque)
{
    struct vc_local local = {.start = "run"};
    struct vc_error err = {0};

    return (int)vc_store_local_put(opaque, fixture_key(1), &local, &err);
}

static int first_put(void *opaque)
{
    return (int)fixture_put(opaque, 1, 1, "vm", "1");
}

static int no_revision(const struct vc_revision *revision VC_UNUSED,
                       void *opaque VC_UNUSED)
{
    return 0;
}

static int first_history(void *opaque)
{
    struct vc_error err = {0};

    return (int)vc_store_history(opaque, fixture_key(1), 0, no_revision, NULL,
                                 &err);
}

static int first_local_get(void *opaque)
{
    struct vc_error err = {0};
    VC_LOCAL_AUTO local = {.kept_pins = NULL};

    return (int)vc_store_local_get(opaque, fixture_key(1), &local, &err);
}

static int first_revision(void *opaque)
{
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_error err = {0};

    return (int)vc_store_get_revision(opaque, fixture_key(1), 1, &record, &err);
}

static int first_change(void *opaque)
{
    struct vc_error err = {0};
    uint64_t change;

    return (int)vc_store_change(opaque, &change, &err);
}

START_TEST(any_call_can_be_the_first_after_a_fork)
{
    static const fixture_child calls[] = {first_local_put, first_local_get,
                                          first_put,       first_history,
                                          first_revision,  first_change};
    struct vc_store *store = open_counter();
    size_t i;

    for (i = 0; i < VC_NELEMS(calls); i++)
        ck_assert_int_eq(fixture_wait(fixture_fork(calls[i], store)), 0);
    vc_store_close(store);
}
END_TEST

START_TEST(store_that_is_gone_after_a_fork_is_missed_until_it_is_back)
{
    struct vc_store *store = open_counter();
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_error err = {0};
    char away[400];

    ck_assert_int_eq(fixture_wait(fixture_fork(do_nothing, NULL)), 0);
    (void)snprintf(away, sizeof(away), "%s.away", fixture_path);
    ck_assert_int_eq(rename(fixture_path, away), 0);
    ck_assert_int_eq(vc_store_get(store, fixture_key(1), VC_STORE_SUMMARY,
                                  &record, &err),
                     VC_STORE_UNAVAILABLE); /* and not NOT_FOUND */
    ck_assert_ptr_nonnull(strstr(err.text, fixture_path));
    ck_assert_int_eq(fixture_put(store, 1, 1, "vm", "x"), VC_STORE_UNAVAILABLE);
    ck_assert_int_eq(rename(away, fixture_path), 0);
    ck_assert_int_eq(increment(store, 1), 0);
    expect_sound(1);
    vc_store_close(store);
}
END_TEST

/* As someone who may read the store but not write it. */
static int read_and_try_to_write(void *opaque)
{
    struct vc_local local = {.start = "s"};
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_store *store = opaque;
    struct vc_error err = {0};

    if (vc_store_local_put(store, fixture_key(1), &local, &err) !=
            VC_STORE_UNAVAILABLE ||
        err.code != VC_ERR_ACCESS_DENIED || !strstr(err.text, "any more"))
        return 1;
    if (fixture_put(store, 1, 1, "vm", "x") != VC_STORE_UNAVAILABLE)
        return 2;
    if (vc_store_get(store, fixture_key(1), VC_STORE_DOCUMENT, &record, &err))
        return 3;
    /* Once more over a fork(), reading without locks or rights. */
    return fixture_wait(fixture_fork(first_change, store));
}

START_TEST(child_without_rights_reads_and_is_told_that_it_cannot_write)
{
    struct vc_store *store = open_counter();

    vc_store_close(store);
    store = fixture_open(fixture_path);
    ck_assert_int_eq(chmod(fixture_path, 0444), 0);
    ck_assert_int_eq(chmod(fixture_dir, 0555), 0);
    ck_assert_int_eq(fixture_run_unprivileged(read_and_try_to_write, store), 0);
    ck_assert_int_eq(chmod(fixture_dir, 0700), 0);
    ck_assert_int_eq(chmod(fixture_path, 0600), 0);
    ck_assert_int_eq(increment(store, 1), 0);
    vc_store_close(store);
    expect_sound(1);
}
END_TEST

static int move_and_count(void *opaque)
{
    return chdir("/") < 0 || increment(opaque, 1);
}

START_TEST(store_with_a_relative_path_is_found_again_elsewhere)
{
    struct vc_store *store;

    vc_store_close(open_counter());
    ck_assert_int_eq(chdir(fixture_dir), 0);
    store = fixture_open("s.db");
    ck_assert_int_eq(fixture_wait(fixture_fork(move_and_count, store)), 0);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(increment(store, 1), 0);
    vc_store_close(store);
    expect_sound(2);
}
END_TEST

/* What a child shares of a domain's lock. */
struct shared_lock {
    struct vc_store *store;
    struct vc_store_lock *lock;
    int says;
    int told;
};

static int free_and_stay(void *opaque)
{
    struct shared_lock *shared = opaque;
    struct vc_store_lock *lock;
    struct vc_error err = {0};
    char c;

    if (vc_store_lock(shared->store, fixture_key(1), 0, &lock, &err) !=
        VC_STORE_NOT_APPLIED)
        return 1;
    vc_store_unlock(shared->lock); /* frees, but must not unlock */
    if (vc_store_lock(shared->store, fixture_key(1), 0, &lock, &err) !=
        VC_STORE_NOT_APPLIED)
        return 2;
    if (write(shared->says, "!", 1) != 1 || read(shared->told, &c, 1) != 0)
        return 3;
    return 0;
}

START_TEST(lock_stays_with_the_parent_and_goes_when_it_unlocks)
{
    struct shared_lock shared = {.store = open_counter()};
    struct vc_error err = {0};
    int says[2];
    int told[2];
    pid_t pid;
    char c;

    ck_assert_int_eq(pipe(says), 0);
    ck_assert_int_eq(pipe2(told, O_CLOEXEC), 0);
    ck_assert_int_eq(vc_store_lock(shared.store, fixture_key(1), 0,
                                   &shared.lock, &err),
                     VC_STORE_DONE);
    shared.says = says[1];
    shared.told = told[0];
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        (void)close(told[1]);
        _exit(free_and_stay(&shared));
    }
    (void)close(says[1]);
    ck_assert_int_eq(read(says[0], &c, 1), 1);
    vc_store_unlock(shared.lock);
    ck_assert_int_eq(vc_store_lock(shared.store, fixture_key(1), 0,
                                   &shared.lock, &err),
                     VC_STORE_DONE); /* while the child lives */
    vc_store_unlock(shared.lock);
    (void)close(told[1]);
    ck_assert_int_eq(fixture_wait(pid), 0);
    (void)close(says[0]);
    vc_store_close(shared.store);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_fork");
    TCase *tcase = fixture_tcase(suite, "fork");

    tcase_add_test(tcase, no_update_of_parent_and_children_is_lost);
    tcase_add_test(tcase, child_goes_on_when_its_parent_closes_first);
    tcase_add_test(tcase, parent_goes_on_when_its_child_closes_first);
    tcase_add_test(tcase, close_in_a_child_leaves_the_log_of_its_parent);
    tcase_add_test(tcase, close_after_fork_leaves_one_file_as_ever);
    tcase_add_test(tcase, every_one_of_many_handles_works_on_both_sides);
    tcase_add_test(tcase, any_call_can_be_the_first_after_a_fork);
    tcase_add_test(tcase,
                   store_that_is_gone_after_a_fork_is_missed_until_it_is_back);
    tcase_add_test(tcase,
                   child_without_rights_reads_and_is_told_that_it_cannot_write);
    tcase_add_test(tcase,
                   store_with_a_relative_path_is_found_again_elsewhere);
    tcase_add_test(tcase, lock_stays_with_the_parent_and_goes_when_it_unlocks);
    return suite;
}

VC_TEST_MAIN(make_suite)
