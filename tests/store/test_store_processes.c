/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several processes at once, and processes that die. */
#include "store_fixture.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITERS = 8, INCREMENTS = 50 };

/* Objects 1 and 2 always get the same number as their document. */
static enum vc_answer set_pair(struct vc_store *store, uint64_t expect,
                               unsigned number)
{
    char text[16];
    struct vc_store_op ops[2];
    struct vc_error err = {0};

    (void)snprintf(text, sizeof(text), "%u", number);
    ops[0] = fixture_put_op(1, expect, "one", text);
    ops[1] = fixture_put_op(2, expect, "two", text);
    return vc_store_txn(store, ops, 2, NULL, NULL, &err);
}

static int increment_once(struct vc_store *store)
{
    for (;;) {
        VC_RECORD_AUTO record = {.name = NULL};
        enum vc_answer answer;
        struct vc_error err;

        if (vc_store_get(store, fixture_key(1), VC_STORE_DOCUMENT, &record,
                         &err) != VC_STORE_DONE)
            return 3;
        answer = set_pair(store, record.revision,
                          (unsigned)atoi(record.document) + 1);
        if (answer == VC_STORE_DONE)
            return 0;
        if (answer != VC_STORE_CONFLICT)
            return 4;
    }
}

static int increment_often(void *opaque VC_UNUSED)
{
    struct vc_store_options options = {.busy_ms = 60000};
    struct vc_store *store;
    struct vc_error err;
    int status = 0;
    unsigned i;

    if (vc_store_open(fixture_path, &options, &store, &err) != VC_STORE_DONE)
        return 2;
    for (i = 0; i < INCREMENTS && !status; i++)
        status = increment_once(store);
    vc_store_close(store);
    return status;
}

static void make_pair(void)
{
    struct vc_store *store = fixture_open(fixture_path);

    ck_assert_int_eq(set_pair(store, 0, 0), VC_STORE_DONE);
    vc_store_close(store);
}

static int see_number(const struct vc_record *record, const char *fault,
                      void *opaque)
{
    long *numbers = opaque;

    if (fault)
        return 1;
    numbers[record->name[0] == 't'] = atol(record->document);
    return 0;
}

START_TEST(no_update_of_eight_writers_is_lost_and_readers_see_whole_states)
{
    struct pollfd ended = {.events = POLLIN};
    pid_t pids[WRITERS];
    struct vc_store *store;
    struct vc_error err = {0};
    bool last_look = false;
    uint64_t change = 0;
    long last = 0;
    int ends[2];
    unsigned i;

    make_pair();
    ck_assert_int_eq(pipe(ends), 0); /* hangs up when the last writer ends */
    for (i = 0; i < WRITERS; i++)
        pids[i] = fixture_fork(increment_often, NULL);
    (void)close(ends[1]);
    ended.fd = ends[0];
    store = fixture_open(fixture_path);
    while (!last_look) {
        long numbers[2] = {-1, -2};

        last_look = poll(&ended, 1, 0) == 1;
        ck_assert_msg(vc_store_iterate(store, VC_STORE_DOCUMENT, NULL, 0,
                                       see_number, numbers, &change,
                                       &err) == VC_STORE_DONE,
                      "%s", err.text);
        ck_assert_int_eq(numbers[0], numbers[1]);
        ck_assert_int_ge(numbers[0], last);
        ck_assert_uint_eq(change, (uint64_t)numbers[0] + 1);
        last = numbers[0];
    }
    for (i = 0; i < WRITERS; i++)
        ck_assert_int_eq(fixture_wait(pids[i]), 0);
    (void)close(ends[0]);
    ck_assert_int_eq(last, WRITERS * INCREMENTS);
    ck_assert_uint_eq(fixture_revision(store, 1), WRITERS * INCREMENTS + 1);
    vc_store_close(store);
}
END_TEST

/* Waits until `go` has no writer left, then opens. */
static int open_and_put(int go)
{
    enum vc_answer answer;
    struct vc_store *store;
    struct vc_error err;
    char byte;

    if (read(go, &byte, 1) < 0)
        return 1;
    if (vc_store_open(fixture_path, NULL, &store, &err) != VC_STORE_DONE)
        return 2;
    answer = fixture_put(store, 1, 0, "x", "");
    vc_store_close(store);
    return answer == VC_STORE_DONE || answer == VC_STORE_CONFLICT ? 0 : 3;
}

START_TEST(one_of_many_creators_wins)
{
    pid_t pids[WRITERS];
    struct vc_store *store;
    int ends[2];
    unsigned i;

    ck_assert_int_eq(pipe(ends), 0);
    for (i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0) {
            (void)close(ends[1]);
            _exit(open_and_put(ends[0]));
        }
    }
    (void)close(ends[1]);
    for (i = 0; i < WRITERS; i++)
        ck_assert_int_eq(fixture_wait(pids[i]), 0);
    (void)close(ends[0]);
    store = fixture_open(fixture_path);
    ck_assert_uint_eq(fixture_change(store), 1);
    vc_store_close(store);
    ck_assert_uint_eq(fixture_dir_count(), 1);
}
END_TEST

/* Says each acknowledged number, until killed. */
static int write_until_killed(void *opaque)
{
    int out = *(int *)opaque;
    struct vc_store *store;
    struct vc_error err;
    unsigned number;

    if (vc_store_open(fixture_path, NULL, &store, &err) != VC_STORE_DONE)
        return 2;
    number = (unsigned)fixture_revision(store, 1);
    for (;; number++) {
        if (set_pair(store, number, number) != VC_STORE_DONE)
            return 3;
        if (write(out, &number, sizeof(number)) != (ssize_t)sizeof(number))
            return 4;
    }
}

/* The last number that the child said before it was killed. */
static unsigned kill_after(unsigned acks)
{
    unsigned last = 0;
    unsigned n = 0;
    int ends[2];
    pid_t pid;

    ck_assert_int_eq(pipe(ends), 0);
    pid = fixture_fork(write_until_killed, &ends[1]);
    (void)close(ends[1]);
    while (read(ends[0], &last, sizeof(last)) == (ssize_t)sizeof(last)) {
        if (++n == acks)
            ck_assert_int_eq(kill(pid, SIGKILL), 0);
    }
    (void)close(ends[0]);
    ck_assert_int_eq(fixture_wait(pid), -SIGKILL);
    return last;
}

static off_t log_size(void)
{
    char path[sizeof(fixture_path) + 8];
    struct stat st;

    (void)snprintf(path, sizeof(path), "%s-wal", fixture_path);
    return stat(path, &st) == 0 ? st.st_size : 0;
}

/* What the log was made longer by in advance is no harm to the next opener. */
START_TEST(what_was_acknowledged_survives_kill)
{
    unsigned round;

    make_pair();
    for (round = 1; round <= 20; round++) {
        unsigned acked = kill_after(round * 3);
        off_t log = log_size();
        struct vc_store *store = fixture_open(fixture_path);
        long numbers[2] = {-1, -2};
        struct vc_error err = {0};

        ck_assert_int_eq(vc_store_iterate(store, VC_STORE_DOCUMENT, NULL, 0,
                                          see_number, numbers, NULL, &err),
                         VC_STORE_DONE);
        ck_assert_int_eq(numbers[0], numbers[1]);
        ck_assert_int_ge(numbers[0], (long)acked);
        ck_assert_int_le(numbers[0], (long)acked + 1);
        if (round >= 5)
            ck_assert_int_ge(log, 512 * 1024);
        vc_store_close(store);
    }
}
END_TEST

static int hold_snapshot(const struct vc_record *record VC_UNUSED,
                         const char *fault VC_UNUSED, void *opaque)
{
    /* From inside a walk of one handle, a writer on another goes ahead. */
    ck_assert_int_eq(fixture_put(opaque, 1, 1, "vm", "new"), VC_STORE_DONE);
    return 1;
}

START_TEST(reader_does_not_hold_a_writer_out)
{
    struct vc_store *reader = fixture_open(fixture_path);
    struct vc_store *writer = fixture_open(fixture_path);
    struct vc_error err = {0};
    uint64_t change = 0;

    ck_assert_int_eq(fixture_put(writer, 1, 0, "vm", "old"), VC_STORE_DONE);
    ck_assert_int_eq(vc_store_iterate(reader, VC_STORE_DOCUMENT, NULL, 0,
                                      hold_snapshot, writer, &change, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(change, 1);
    fixture_expect_document(reader, 1, "new");
    vc_store_close(reader);
    vc_store_close(writer);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_processes");
    TCase *tcase = fixture_tcase(suite, "processes");

    tcase_add_test(tcase,
                   no_update_of_eight_writers_is_lost_and_readers_see_whole_states);
    tcase_add_test(tcase, one_of_many_creators_wins);
    tcase_add_test(tcase, what_was_acknowledged_survives_kill);
    tcase_add_test(tcase, reader_does_not_hold_a_writer_out);
    return suite;
}

VC_TEST_MAIN(make_suite)
