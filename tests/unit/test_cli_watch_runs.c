/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which runs `watch` knows, and when which is due: time is a number here. */
#include <stdio.h>
#include <string.h>

#include "vc_check.h"
#include "watch_runs.h"

static struct watch_runs runs;
static unsigned released;

/* The only thing of the command that it needs. */
void *cli_alloc(size_t n, size_t size);
void *cli_alloc(size_t n, size_t size)
{
    void *p = calloc(n, size);

    ck_assert_ptr_nonnull(p);
    return p;
}

char *cli_strdup(const char *text);
char *cli_strdup(const char *text)
{
    char *copy = strdup(text);

    ck_assert_ptr_nonnull(copy);
    return copy;
}

static void release(void *handle)
{
    released += handle == &released;
}

static void setup(void)
{
    memset(&runs, 0, sizeof(runs));
    released = 0;
    runs.release = release;
    runs.first_ms = 200;
    runs.most_ms = 30000;
    runs.give_up_ms = 600000;
    runs.dice = 1;
}

static void teardown(void)
{
    watch_runs_clear(&runs);
}

static const unsigned char *uuid_of(unsigned char name)
{
    static unsigned char uuid[WATCH_UUID_LEN];

    uuid[WATCH_UUID_LEN - 1] = name;
    return uuid;
}

/* "a1 b7! c3+": domain a in its run 1, done; b in run 7, new; c in run 3, with
 * kept pins; "d?": it can't be told. */
static void listed(const char *text, uint64_t now)
{
    watch_runs_begin(&runs);
    for (; *text; text += text[0] == ' ') {
        struct watch_seen seen = {.uuid = uuid_of((unsigned char)text[0]),
                                  .handle = &released};
        char start[2] = {0};

        start[0] = text[1] == '?' ? '\0' : text[1];
        seen.start = start;
        seen.is_new = text[1] == '?' || text[2] == '!';
        seen.is_kept = text[1] != '?' && text[2] == '+';
        watch_runs_see(&runs, &seen, now);
        text += strcspn(text, " ");
    }
    watch_runs_end(&runs);
}

/* What is due now, in the order of taking: "ab". */
static const char *due(uint64_t now)
{
    static char names[32];
    struct watch_run *run;
    size_t n = 0;

    while ((run = watch_runs_take(&runs, now)))
        names[n++] = (char)run->uuid[WATCH_UUID_LEN - 1];
    names[n] = '\0';
    return names;
}

static struct watch_run *entry(char name)
{
    size_t i;

    for (i = 0; i < runs.n; i++) {
        if (runs.items[i]->uuid[WATCH_UUID_LEN - 1] == (unsigned char)name)
            return runs.items[i];
    }
    return NULL;
}

static enum watch_verdict fails(char name, uint64_t now)
{
    return watch_runs_failed(&runs, entry(name), now);
}

static void succeeds(char name, uint64_t now)
{
    watch_runs_succeeded(&runs, entry(name), now);
}

START_TEST(what_is_not_done_is_due_at_once)
{
    listed("d1! a1 c? b1+", 5);
    ck_assert_int_eq(watch_runs_wait(&runs, 5), 0);
    ck_assert_str_eq(due(5), "bcd");
    ck_assert_int_eq(watch_runs_wait(&runs, 5), -1);
    ck_assert_str_eq(due(100000), "");
}
END_TEST

START_TEST(what_is_done_is_never_due)
{
    listed("a1 b1!", 0);
    ck_assert_str_eq(due(0), "b");
    succeeds('b', 10);
    listed("a1 b1", 20);
    ck_assert_int_eq(watch_runs_wait(&runs, 20), -1);
    ck_assert_str_eq(due(UINT64_MAX / 2), "");
    ck_assert_uint_eq(watch_runs_count(&runs, WATCH_IDLE), 2);
}
END_TEST

START_TEST(kept_pins_are_looked_at_with_all_news)
{
    listed("a1+ b1", 0);
    ck_assert_str_eq(due(0), "a");
    succeeds('a', 1);
    ck_assert_str_eq(due(1), "");
    listed("a1+ b1", 2);
    ck_assert_str_eq(due(2), "a");
    listed("a1+ b1", 3); /* while it is worked on */
    ck_assert_str_eq(due(3), "");
    succeeds('a', 4);
    ck_assert_str_eq(due(4), "a");
    succeeds('a', 5);
    ck_assert_str_eq(due(5), "");
}
END_TEST

START_TEST(another_run_of_a_domain_is_due_again)
{
    listed("a1!", 0);
    ck_assert_str_eq(due(0), "a");
    succeeds('a', 1);
    listed("", 2);
    ck_assert_uint_eq(runs.n, 0);
    listed("a2!", 3);
    ck_assert_str_eq(due(3), "a");
    succeeds('a', 4);
    listed("a3!", 5); /* it was never seen to be away */
    ck_assert_str_eq(due(5), "a");
    succeeds('a', 6);
    listed("a4", 7); /* and this one was done by somebody else */
    ck_assert_str_eq(due(7), "");
}
END_TEST

START_TEST(a_domain_has_one_job_at_a_time)
{
    listed("a1!", 0);
    ck_assert_str_eq(due(0), "a");
    listed("a1!", 1); /* listed before the job was through */
    ck_assert_str_eq(due(1), "");
    listed("a2!", 2); /* another run meanwhile */
    ck_assert_str_eq(due(2), "");
    listed("a2!", 3);
    ck_assert_int_eq(fails('a', 4), WATCH_MOOT);
    ck_assert_str_eq(due(4), "a");
    ck_assert_uint_eq(entry('a')->failures, 0);
    listed("a3!", 5);
    succeeds('a', 6); /* that was about run 2 */
    ck_assert_str_eq(due(6), "a");
    succeeds('a', 7);
    ck_assert_str_eq(due(7), "");
}
END_TEST

START_TEST(one_that_went_while_it_was_worked_on_is_forgotten_then)
{
    listed("a1! b1!", 0);
    ck_assert_str_eq(due(0), "ab");
    listed("", 1);
    ck_assert_uint_eq(runs.n, 2);
    ck_assert_int_eq(fails('b', 2), WATCH_MOOT);
    ck_assert_uint_eq(runs.n, 1);
    listed("a1!", 3); /* was only out of sight */
    succeeds('a', 4);
    ck_assert_uint_eq(runs.n, 1);
    listed("", 5);
    ck_assert_uint_eq(runs.n, 0);
    ck_assert_uint_eq(released, 3);
}
END_TEST

START_TEST(failures_wait_twice_as_long_each_time)
{
    uint64_t most = 200;
    uint64_t now = 1000;
    unsigned i;

    runs.give_up_ms = 0;
    listed("a1!", now);
    for (i = 0; i < 200; i++) {
        int64_t wait;

        ck_assert_str_eq(due(now), "a");
        ck_assert_int_eq(fails('a', now), i ? WATCH_RETRIES : WATCH_TRIES);
        wait = watch_runs_wait(&runs, now);
        ck_assert_int_ge(wait, (int64_t)most / 2);
        ck_assert_int_le(wait, (int64_t)most);
        ck_assert_str_eq(due(now + (uint64_t)wait - 1), "");
        listed("a1!", now + 1); /* news make it no earlier */
        ck_assert_str_eq(due(now + 1), "");
        now += (uint64_t)wait;
        most = most * 2 > 30000 ? 30000 : most * 2;
    }
    ck_assert_str_eq(due(now), "a");
    succeeds('a', now);
    ck_assert_uint_eq(entry('a')->failures, 0);
}
END_TEST

START_TEST(waits_are_spread)
{
    uint64_t first = watch_runs_backoff(&runs, 5);
    unsigned others = 0;
    unsigned i;

    for (i = 0; i < 20; i++)
        others += watch_runs_backoff(&runs, 5) != first;
    ck_assert_uint_ge(others, 15);
    runs.most_ms = runs.first_ms = 1;
    ck_assert_uint_le(watch_runs_backoff(&runs, 1000), 1);
}
END_TEST

START_TEST(who_fails_too_long_is_given_up)
{
    uint64_t now = 50;
    unsigned tries = 0;
    int verdict;

    listed("a1!", now);
    do {
        ck_assert_str_eq(due(now), "a");
        verdict = (int)fails('a', now);
        tries++;
        if (verdict != WATCH_GIVES_UP)
            now += (uint64_t)watch_runs_wait(&runs, now);
    } while (verdict != WATCH_GIVES_UP);
    ck_assert_uint_eq(now, 50 + 600000); /* not before, and not much later */
    ck_assert_uint_gt(tries, 20);
    ck_assert_uint_lt(tries, 60);
    ck_assert_int_eq(watch_runs_wait(&runs, now), -1);
    listed("a1!", now + 1);
    ck_assert_str_eq(due(UINT64_MAX / 2), "");
    ck_assert_uint_eq(watch_runs_count(&runs, WATCH_GIVEN_UP), 1);
    listed("a2!", now + 2); /* another run has its own chances */
    ck_assert_str_eq(due(now + 2), "a");
    ck_assert_int_eq(fails('a', now + 2), WATCH_TRIES);
}
END_TEST

START_TEST(one_failure_hinders_no_other_domain)
{
    listed("a1! b1!", 0);
    ck_assert_str_eq(due(0), "ab");
    ck_assert_int_eq(fails('a', 0), WATCH_TRIES);
    succeeds('b', 0);
    listed("a1! b1 c1!", 1);
    ck_assert_str_eq(due(1), "c");
}
END_TEST

START_TEST(the_longest_due_comes_first)
{
    listed("b1!", 0);
    listed("b1! a1!", 10);
    ck_assert_str_eq(due(10), "ba");
}
END_TEST

START_TEST(done_by_somebody_else_is_not_tried_again)
{
    listed("a1!", 0);
    ck_assert_str_eq(due(0), "a");
    ck_assert_int_eq(fails('a', 0), WATCH_TRIES);
    listed("a1", 1);
    ck_assert_str_eq(due(UINT64_MAX / 2), "");
    ck_assert_uint_eq(entry('a')->failures, 0);
}
END_TEST

START_TEST(one_that_cannot_be_told_is_no_other_run)
{
    listed("a1", 0);
    listed("a?", 1);
    ck_assert_str_eq(due(1), "a"); /* perhaps it is */
    listed("a?", 2);
    ck_assert_int_eq(fails('a', 3), WATCH_TRIES);
    listed("a?", 4);
    ck_assert_str_eq(due(4), ""); /* its own wait counts */
    listed("a1", 5);
    ck_assert_str_eq(due(UINT64_MAX / 2), "");
    listed("a?", 6);
    listed("a2!", 7);
    ck_assert_str_eq(due(7), "a");
    listed("a?", 8); /* our own work can be why it can't be told */
    succeeds('a', 9);
    ck_assert_str_eq(due(9), "");
}
END_TEST

START_TEST(what_is_renewed_is_looked_at_again)
{
    runs.give_up_ms = 1;
    listed("a1! b1 c1! d1!", 0);
    ck_assert_str_eq(due(0), "acd");
    ck_assert_int_eq(fails('a', 0), WATCH_TRIES);
    ck_assert_str_eq(due(1), "a");
    ck_assert_int_eq(fails('a', 1), WATCH_GIVES_UP);
    ck_assert_int_eq(fails('c', 1), WATCH_TRIES);
    watch_runs_renew(&runs);
    ck_assert_uint_eq(runs.n, 1);
    listed("a1! b1 c1! d1!", 2);
    ck_assert_str_eq(due(2), "ac");
    succeeds('d', 3);
    ck_assert_str_eq(due(3), "d");
    ck_assert_int_eq(fails('a', 3), WATCH_TRIES);
}
END_TEST

START_TEST(many_domains_are_found_again)
{
    char text[4 * 60 + 1] = "";
    unsigned i;

    for (i = 0; i < 60; i++)
        (void)sprintf(text + strlen(text), "%c1! ", (char)('~' - i));
    text[strlen(text) - 1] = '\0';
    listed(text, 0);
    ck_assert_uint_eq(runs.n, 60);
    for (i = 0; i < 60; i++)
        ck_assert_ptr_nonnull(watch_runs_take(&runs, 0));
    listed(text, 1);
    ck_assert_uint_eq(runs.n, 60);
    ck_assert_ptr_null(watch_runs_take(&runs, 1));
    for (i = 0; i < 60; i++)
        succeeds((char)('~' - i), 2);
    listed("", 3);
    ck_assert_uint_eq(runs.n, 0);
    ck_assert_uint_eq(released, 120);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("watch runs");
    TCase *t = tcase_create("runs");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, what_is_not_done_is_due_at_once);
    tcase_add_test(t, what_is_done_is_never_due);
    tcase_add_test(t, kept_pins_are_looked_at_with_all_news);
    tcase_add_test(t, another_run_of_a_domain_is_due_again);
    tcase_add_test(t, a_domain_has_one_job_at_a_time);
    tcase_add_test(t, one_that_went_while_it_was_worked_on_is_forgotten_then);
    tcase_add_test(t, failures_wait_twice_as_long_each_time);
    tcase_add_test(t, waits_are_spread);
    tcase_add_test(t, who_fails_too_long_is_given_up);
    tcase_add_test(t, one_failure_hinders_no_other_domain);
    tcase_add_test(t, the_longest_due_comes_first);
    tcase_add_test(t, done_by_somebody_else_is_not_tried_again);
    tcase_add_test(t, one_that_cannot_be_told_is_no_other_run);
    tcase_add_test(t, what_is_renewed_is_looked_at_again);
    tcase_add_test(t, many_domains_are_found_again);
    suite_add_tcase(suite, t);
    return suite;
}

VC_TEST_MAIN(make_suite)
