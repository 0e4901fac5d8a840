/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fork() while the store is at work: inside callbacks, and beside threads. */
#include "store_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RECORDS = 5, FORKS = 25, THREADS = 3, CHILD_PUTS = 4 };

static struct vc_store *make_store(void)
{
    struct vc_store *store = fixture_open(fixture_path);
    unsigned i;

    for (i = 0; i < RECORDS; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "vm%u", i);
        ck_assert_int_eq(fixture_put(store, i, 0, name, "old"), VC_STORE_DONE);
    }
    return store;
}

/* Rewrites all, so that the log has pages newer than any snapshot. */
static int rewrite_all(struct vc_store *store, const char *document)
{
    unsigned i;

    for (i = 0; i < RECORDS; i++) {
        VC_RECORD_AUTO record = {.name = NULL};
        struct vc_error err = {0};

        if (vc_store_get(store, fixture_key(i), VC_STORE_SUMMARY, &record,
                         &err) != VC_STORE_DONE) {
            (void)fprintf(stderr, "%s\n", err.text);
            return 1;
        }
        if (fixture_put(store, i, record.revision, record.name, document))
            return 2;
    }
    return 0;
}

static int rewrite_anew(const char *document)
{
    struct vc_store *store = NULL;
    struct vc_error err = {0};
    int status;

    if (vc_store_open(fixture_path, NULL, &store, &err) != VC_STORE_DONE) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 11;
    }
    status = rewrite_all(store, document);
    vc_store_close(store);
    return status;
}

/* A walk that forks at its first record. */
struct walk {
    struct vc_store *store;
    struct vc_store *second; /* another handle on the same file */
    struct vc_store *other;  /* on another file */
    bool in_child;
    int child_status;
    unsigned seen;
};

static bool is_refused(struct vc_store *store, const char *part)
{
    struct vc_error err = {0};
    uint64_t change;

    return vc_store_change(store, &change, &err) == VC_STORE_UNAVAILABLE &&
           strstr(err.text, part);
}

static int child_inside(struct walk *walk)
{
    struct vc_store *again = NULL;
    struct vc_error err = {0};
    uint64_t change;

    if (!is_refused(walk->store, "callback"))
        return 21;
    if (!is_refused(walk->second, "fork"))
        return 22;
    if (vc_store_open(fixture_path, NULL, &again, &err) !=
            VC_STORE_UNAVAILABLE ||
        !strstr(err.text, "fork"))
        return 23;
    if (vc_store_change(walk->other, &change, &err) != VC_STORE_DONE)
        return 24;
    return 0;
}

/* After the walk: nothing is refused any more. */
static int child_outside(struct walk *walk)
{
    if (rewrite_all(walk->store, "child"))
        return 31;
    if (rewrite_all(walk->second, "child too"))
        return 32;
    if (rewrite_anew("child anew"))
        return 33;
    vc_store_close(walk->second);
    vc_store_close(walk->store);
    return 0;
}

static int fork_once(struct walk *walk)
{
    pid_t pid;

    if (walk->seen++)
        return 0;
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        walk->in_child = true;
        walk->child_status = child_inside(walk);
        return 0;
    }
    /* The child writes while this walk has its snapshot open. */
    ck_assert_int_eq(fixture_wait(pid), 0);
    return 0;
}

static int fork_at_record(const struct vc_record *record, const char *fault,
                          void *opaque)
{
    struct walk *walk = opaque;
    int rc = fork_once(walk);

    if (!walk->in_child) {
        ck_assert_ptr_null(fault);
        ck_assert_str_eq(record->document, "old");
    }
    return rc;
}

static int fork_at_revision(const struct vc_revision *revision, void *opaque)
{
    struct walk *walk = opaque;
    int rc = fork_once(walk);

    if (!walk->in_child)
        ck_assert_str_eq(revision->what, "put");
    return rc;
}

static void open_walk(struct walk *walk)
{
    char path[320];

    (void)snprintf(path, sizeof(path), "%s/other.db", fixture_dir);
    memset(walk, 0, sizeof(*walk));
    walk->other = fixture_open(path);
    walk->store = make_store();
    walk->second = fixture_open(fixture_path);
}

/* In the child the walk has ended, at the first record. */
static void leave_child(struct walk *walk, enum vc_answer answer,
                        const struct vc_error *err)
{
    if (!walk->in_child)
        return;
    if (walk->child_status)
        _exit(walk->child_status);
    if (answer != VC_STORE_UNAVAILABLE || !strstr(err->text, "fork") ||
        walk->seen != 1)
        _exit(25);
    _exit(child_outside(walk));
}

static void close_walk(struct walk *walk)
{
    ck_assert_int_eq(rewrite_all(walk->second, "parent"), 0);
    fixture_expect_document(walk->store, 1, "parent");
    vc_store_close(walk->other);
    vc_store_close(walk->second);
    vc_store_close(walk->store);
    ck_assert_uint_eq(fixture_dir_count(), 2);
}

static void walk_and_fork(uint64_t *ret_change)
{
    struct vc_error err = {0};
    enum vc_answer answer;
    struct walk walk;

    open_walk(&walk);
    answer = vc_store_iterate(walk.store, VC_STORE_DOCUMENT, NULL, 0,
                              fork_at_record, &walk, ret_change, &err);
    leave_child(&walk, answer, &err);
    ck_assert_msg(answer == VC_STORE_DONE, "%s", err.text);
    ck_assert_uint_eq(walk.seen, RECORDS);
    fixture_expect_document(walk.store, 0, "child anew");
    close_walk(&walk);
}

START_TEST(fork_inside_a_walk_ends_it_in_the_child_only)
{
    walk_and_fork(NULL);
}
END_TEST

START_TEST(fork_inside_a_snapshot_ends_it_in_the_child_only)
{
    uint64_t change = 0;

    walk_and_fork(&change);
    ck_assert_uint_eq(change, RECORDS);
}
END_TEST

START_TEST(fork_inside_a_history_ends_it_in_the_child_only)
{
    struct vc_error err = {0};
    enum vc_answer answer;
    struct walk walk;

    open_walk(&walk);
    ck_assert_int_eq(rewrite_all(walk.store, "old"), 0);
    answer = vc_store_history(walk.store, fixture_key(1), 0, fork_at_revision,
                              &walk, &err);
    leave_child(&walk, answer, &err);
    ck_assert_msg(answer == VC_STORE_DONE, "%s", err.text);
    ck_assert_uint_eq(walk.seen, 2);
    close_walk(&walk);
}
END_TEST

static int fork_at_deleted(const struct vc_record *last,
                           const struct vc_revision *removal, void *opaque)
{
    struct walk *walk = opaque;
    int rc = fork_once(walk);

    if (!walk->in_child) {
        ck_assert_str_eq(last->document, "old");
        ck_assert(removal->deleted);
    }
    return rc;
}

START_TEST(fork_inside_a_list_of_the_removed_ends_it_in_the_child_only)
{
    struct vc_error err = {0};
    enum vc_answer answer;
    struct walk walk;
    unsigned id;

    open_walk(&walk);
    for (id = RECORDS; id < RECORDS + 3; id++) {
        ck_assert_int_eq(fixture_put(walk.store, id, 0, "gone", "old"),
                         VC_STORE_DONE);
        ck_assert_int_eq(fixture_delete(walk.store, id, 1), VC_STORE_DONE);
    }
    answer = vc_store_iterate_deleted(walk.store, fork_at_deleted, &walk, &err);
    leave_child(&walk, answer, &err);
    ck_assert_msg(answer == VC_STORE_DONE, "%s", err.text);
    ck_assert_uint_eq(walk.seen, 3);
    close_walk(&walk);
}
END_TEST

static int fork_at_fault(const char *fault, void *opaque)
{
    struct walk *walk = opaque;
    int rc = fork_once(walk);

    if (!walk->in_child)
        ck_assert_ptr_nonnull(strstr(fault, "history"));
    return rc;
}

START_TEST(fork_inside_a_check_ends_it_in_the_child_only)
{
    struct vc_error err = {0};
    enum vc_answer answer;
    sqlite3 *db = NULL;
    struct walk walk;

    open_walk(&walk);
    ck_assert_int_eq(rewrite_all(walk.store, "old"), 0);
    ck_assert_int_eq(sqlite3_open(fixture_path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "UPDATE revision SET domain = domain + 99"
                                      " WHERE revision = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    (void)sqlite3_close(db);
    answer = vc_store_check(walk.store, fork_at_fault, &walk, &err);
    leave_child(&walk, answer, &err);
    ck_assert_msg(answer == VC_STORE_DONE, "%s", err.text);
    ck_assert_uint_eq(walk.seen, RECORDS);
    close_walk(&walk);
}
END_TEST

/* A thread that stays inside a callback until it is let out. */
struct guest {
    struct vc_store *store;
    int says; /* it is inside */
    int told; /* ends: go on */
    unsigned seen;
};

static int stay_inside(const struct vc_record *record,
                       const char *fault VC_UNUSED, void *opaque)
{
    struct guest *guest = opaque;
    char c;

    ck_assert_str_eq(record->document, "old");
    if (guest->seen++ == 0) {
        ck_assert_int_eq(write(guest->says, "!", 1), 1);
        ck_assert_int_eq(read(guest->told, &c, 1), 0);
    }
    return 0;
}

static void *walk_thread(void *opaque)
{
    struct guest *guest = opaque;
    struct vc_error err = {0};
    uint64_t change;

    ck_assert_int_eq(vc_store_iterate(guest->store, VC_STORE_DOCUMENT, NULL, 0,
                                      stay_inside, guest, &change, &err),
                     VC_STORE_DONE);
    return NULL;
}

static void *wait_thread(void *opaque)
{
    (void)fixture_revision(opaque, 1); /* waits for the walk */
    return NULL;
}

static int use_both_ways(void *opaque)
{
    struct vc_store *store = opaque;
    int status = rewrite_anew("child"); /* with the old one still unused */

    if (!status)
        status = rewrite_all(store, "child");
    vc_store_close(store);
    return status;
}

START_TEST(fork_does_not_wait_for_the_callback_of_another_thread)
{
    struct guest guest = {.store = make_store()};
    struct vc_store *second = fixture_open(fixture_path);
    pthread_t waiter;
    pthread_t thread;
    int says[2];
    int told[2];
    pid_t pid;
    char c;

    ck_assert_int_eq(pipe(says), 0);
    ck_assert_int_eq(pipe(told), 0);
    guest.says = says[1];
    guest.told = told[0];
    ck_assert_int_eq(pthread_create(&thread, NULL, walk_thread, &guest), 0);
    ck_assert_int_eq(read(says[0], &c, 1), 1);
    ck_assert_int_eq(pthread_create(&waiter, NULL, wait_thread, guest.store), 0);
    pid = fixture_fork(use_both_ways, guest.store);
    ck_assert_int_eq(fixture_wait(pid), 0);
    pid = fixture_fork(use_both_ways, second);
    ck_assert_int_eq(fixture_wait(pid), 0);
    ck_assert_int_eq(rewrite_all(second, "parent"), 0);
    (void)close(told[1]); /* the walk goes on with what it began with */
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(pthread_join(waiter, NULL), 0);
    ck_assert_uint_eq(guest.seen, RECORDS);
    fixture_expect_document(guest.store, 1, "parent");
    vc_store_close(second);
    vc_store_close(guest.store);
    (void)close(says[0]);
    (void)close(says[1]);
    (void)close(told[0]);
}
END_TEST

/* Threads that never rest, and how much they did. */
struct crew {
    struct vc_store *store;
    atomic_bool stop;
    atomic_uint puts;
};

/* Object 1 is put once more; how often it lost the race does not matter. */
static enum vc_answer put_again(struct vc_store *store)
{
    for (;;) {
        VC_RECORD_AUTO record = {.name = NULL};
        struct vc_error err = {0};
        enum vc_answer answer;

        answer = vc_store_get(store, fixture_key(1), VC_STORE_SUMMARY, &record,
                              &err);
        if (answer == VC_STORE_DONE)
            answer = fixture_put(store, 1, record.revision, "vm1", "x");
        if (answer != VC_STORE_CONFLICT)
            return answer;
    }
}

static void *put_thread(void *opaque)
{
    struct crew *crew = opaque;

    while (!atomic_load(&crew->stop)) {
        ck_assert_int_eq(put_again(crew->store), VC_STORE_DONE);
        atomic_fetch_add(&crew->puts, 1);
    }
    return NULL;
}

static void *open_thread(void *opaque)
{
    struct crew *crew = opaque;

    while (!atomic_load(&crew->stop)) {
        struct vc_store_lock *lock = NULL;
        struct vc_store *store = fixture_open(fixture_path);
        struct vc_error err = {0};

        ck_assert_int_eq(vc_store_lock(store, fixture_key(9), 60000, &lock,
                                       &err),
                         VC_STORE_DONE);
        ck_assert_int_eq(put_again(store), VC_STORE_DONE);
        atomic_fetch_add(&crew->puts, 1);
        vc_store_unlock(lock);
        vc_store_close(store);
    }
    return NULL;
}

static int put_often(void *opaque)
{
    struct vc_store_lock *lock = NULL;
    struct crew *crew = opaque;
    struct vc_store *store = NULL;
    struct vc_error err = {0};
    unsigned i;

    if (vc_store_open(fixture_path, NULL, &store, &err) ||
        vc_store_lock(store, fixture_key(9), 60000, &lock, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    vc_store_unlock(lock);
    for (i = 0; i < CHILD_PUTS; i++) {
        if (put_again(i % 2 ? store : crew->store) != VC_STORE_DONE)
            return 2;
    }
    return raise(SIGKILL);
}

/* Two forks at a time, from this thread and another one. */
static void *fork_thread(void *opaque)
{
    unsigned i;

    for (i = 0; i < FORKS; i++)
        ck_assert_int_eq(fixture_wait(fixture_fork(put_often, opaque)),
                         -SIGKILL);
    return NULL;
}

static void fork_beside(void *(*thread)(void *))
{
    struct crew crew = {.store = make_store()};
    pthread_t threads[THREADS];
    pthread_t forker;
    unsigned i;

    for (i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, thread, &crew), 0);
    ck_assert_int_eq(pthread_create(&forker, NULL, fork_thread, &crew), 0);
    (void)fork_thread(&crew);
    ck_assert_int_eq(pthread_join(forker, NULL), 0);
    atomic_store(&crew.stop, true);
    for (i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_uint_eq(fixture_revision(crew.store, 1),
                      1 + atomic_load(&crew.puts) + 2 * FORKS * CHILD_PUTS);
    vc_store_close(crew.store);
}

START_TEST(fork_beside_threads_that_write_on_the_same_handle)
{
    fork_beside(put_thread);
}
END_TEST

START_TEST(fork_beside_threads_that_open_lock_and_close)
{
    fork_beside(open_thread);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_fork_walk");
    TCase *tcase = fixture_tcase(suite, "walk");

    tcase_add_test(tcase, fork_inside_a_walk_ends_it_in_the_child_only);
    tcase_add_test(tcase, fork_inside_a_snapshot_ends_it_in_the_child_only);
    tcase_add_test(tcase, fork_inside_a_history_ends_it_in_the_child_only);
    tcase_add_test(tcase,
                   fork_inside_a_list_of_the_removed_ends_it_in_the_child_only);
    tcase_add_test(tcase, fork_inside_a_check_ends_it_in_the_child_only);
    tcase_add_test(tcase,
                   fork_does_not_wait_for_the_callback_of_another_thread);
    tcase_add_test(tcase, fork_beside_threads_that_write_on_the_same_handle);
    tcase_add_test(tcase, fork_beside_threads_that_open_lock_and_close);
    return suite;
}

VC_TEST_MAIN(make_suite)
