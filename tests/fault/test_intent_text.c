/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of an intent as text. */
#include <stdio.h>
#include <string.h>

#include "../unit/vc_check.h"
#include "engine/internal.h"

static const char all_kinds[] = "1\n"
                                "affinity 0 0-3 4-7\n"
                                "affinity 16383 - 1\n"
                                "affinity 5 new 2,4-6\n"
                                "keep 3 - 0-1\n"
                                "keep 4 0-1 -\n"
                                "plug 3-5\n"
                                "unplug 1,16383\n"
                                "unplug 6-7 6:0-1;7:2\n"
                                "guest-online 2\n"
                                "guest-offline 1\n";

static int decode(const char *text, size_t len, struct vc_plan *ret,
                  struct vc_error *err)
{
    /* a copy of just its length, for the sanitizers */
    char *copy = malloc(len ? len : 1);
    int rc;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len);
    memset(err, 0, sizeof(*err));
    rc = engine_intent_decode(copy, len, ret, err);
    free(copy);
    return rc;
}

START_TEST(each_kind_of_step_comes_back)
{
    VC_PLAN_AUTO plan = {0};
    VC_BUF_AUTO again = {0};
    struct vc_error err;

    ck_assert_msg(decode(all_kinds, strlen(all_kinds), &plan, &err) == 0, "%s",
                  err.text);
    ck_assert_uint_eq(plan.nsteps, 10);
    ck_assert_int_eq(plan.steps[0].kind, VC_STEP_AFFINITY);
    ck_assert_str_eq(VC_CPUSET_SHOW(&plan.steps[0].before), "0-3");
    ck_assert_str_eq(VC_CPUSET_SHOW(&plan.steps[0].cpus), "4-7");
    ck_assert(vc_cpuset_is_empty(&plan.steps[1].before));
    ck_assert(!plan.steps[1].fresh && plan.steps[2].fresh);
    ck_assert_int_eq(plan.steps[4].kind, VC_STEP_KEEP);
    ck_assert(vc_cpuset_is_empty(&plan.steps[4].cpus));
    ck_assert(plan.steps[5].online && !plan.steps[6].online);
    ck_assert_uint_eq(plan.steps[7].repin.npins, 2);
    ck_assert_int_eq(plan.steps[9].kind, VC_STEP_AGENT);
    ck_assert_int_eq(engine_intent_encode(&plan, &again, &err), 0);
    ck_assert_str_eq(vc_buf_str(&again), all_kinds);
}
END_TEST

static const char *const refused[] = {
    "", "1", "2\n", "1 \n", "1\n\n", "\n1\n", "1\r\n", "01\n",
    "1\nfly 1\n", "1\naffinity\n", "1\naffinity 0 0-3\n",
    "1\naffinity 0 0-3 4-7", "1\naffinity 0 0-3 4-7 8\n",
    "1\naffinity 0 0-3 4-7 8 9\n", "1\naffinity 0  0-3 4-7\n",
    "1\n affinity 0 0-3 4-7\n", "1\naffinity 0 0-3 4-7 \n",
    "1\naffinity 16384 0-3 4-7\n", "1\naffinity -1 0-3 4-7\n",
    "1\naffinity 00 0-3 4-7\n", "1\naffinity +1 0-3 4-7\n",
    "1\naffinity 99999999999999999999 0 1\n", "1\naffinity 0 0-16384 1\n",
    "1\naffinity 0 3-0 1\n", "1\naffinity 0 0,1 4\n", "1\naffinity 0 0-3,^1 4\n",
    "1\naffinity 0 0-3, 4\n", "1\naffinity 0 -- 4\n", "1\naffinity 0 0 new\n",
    "1\nAffinity 0 0 1\n", "1\nplug\n", "1\nplug -\n", "1\nplug \n",
    "1\nplug 1 1:0\n", "1\nplug 16384\n", "1\nunplug 1 \n", "1\nunplug 1 1\n",
    "1\nunplug 1 1:\n", "1\nunplug 1 1:0;1:2\n", "1\nunplug 1 2:0;1:0\n",
    "1\nunplug 1 1:0 2\n", "1\nguest-online -\n", "1\nguest-online 1 1:0\n",
    "1\nkeep 1 - -\nx\n",
};

START_TEST(anything_else_is_refused_with_the_line)
{
    VC_PLAN_AUTO plan = {0};
    struct vc_error err;
    size_t i;

    for (i = 0; i < VC_NELEMS(refused); i++) {
        ck_assert_msg(decode(refused[i], strlen(refused[i]), &plan, &err) < 0,
                      "taken: '%s'", refused[i]);
        ck_assert_int_eq(err.code, VC_ERR_INTERNAL);
        ck_assert_msg(strstr(err.text, "intent can't be read: line ") != NULL,
                      "%s", err.text);
        ck_assert_uint_eq(plan.nsteps, 0);
    }
    ck_assert_int_lt(decode("1\nplug 1\0\n", 10, &plan, &err), 0);
    ck_assert_int_lt(decode("1\n\0\n", 4, &plan, &err), 0);
}
END_TEST

START_TEST(no_text_without_its_end_is_taken)
{
    size_t len;

    for (len = 0; len < strlen(all_kinds); len++) {
        VC_PLAN_AUTO plan = {0};
        struct vc_error err;
        bool whole_lines = len >= 2 && all_kinds[len - 1] == '\n';

        ck_assert_int_eq(decode(all_kinds, len, &plan, &err),
                         whole_lines ? 0 : -1);
    }
}
END_TEST

/* Whatever is taken is written again as it was. */
START_TEST(damaged_text_is_refused_or_says_the_same)
{
    unsigned taken = 0;
    unsigned i;

    srand(1);
    for (i = 0; i < 200000; i++) {
        char text[sizeof(all_kinds)];
        VC_PLAN_AUTO plan = {0};
        VC_BUF_AUTO again = {0};
        struct vc_error err;
        int n = rand() % 3 + 1;

        memcpy(text, all_kinds, sizeof(text));
        while (n-- > 0)
            text[(size_t)rand() % (sizeof(text) - 1)] =
                rand() % 4 ? "0123456789-,: ;\nnewpl"[rand() % 21]
                           : (char)rand();
        if (decode(text, sizeof(text) - 1, &plan, &err) < 0) {
            ck_assert_int_eq(err.code, VC_ERR_INTERNAL);
            continue;
        }
        taken++;
        ck_assert_int_eq(engine_intent_encode(&plan, &again, &err), 0);
        ck_assert_uint_eq(again.len, sizeof(text) - 1);
        ck_assert_mem_eq(again.data, text, again.len);
    }
    ck_assert_uint_gt(taken, 1000);
}
END_TEST

START_TEST(more_steps_than_can_be_are_refused_both_ways)
{
    struct vc_plan plan = {.nsteps = ENGINE_INTENT_STEPS_MAX + 1};
    VC_PLAN_AUTO read = {0};
    VC_BUF_AUTO text = {0};
    struct vc_error err = {0};
    size_t i;

    ck_assert_int_eq(engine_intent_encode(&plan, &text, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_OPERATION_FAILED);
    vc_buf_adds(&text, "1\n");
    for (i = 0; i < ENGINE_INTENT_STEPS_MAX; i++)
        vc_buf_adds(&text, "plug 1\n");
    ck_assert_int_eq(decode(text.data, text.len, &read, &err), 0);
    vc_buf_adds(&text, "plug 1\n");
    ck_assert_int_eq(decode(text.data, text.len, &read, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "too many steps"));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("intent: text");
    TCase *tc = tcase_create("text");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, each_kind_of_step_comes_back);
    tcase_add_test(tc, anything_else_is_refused_with_the_line);
    tcase_add_test(tc, no_text_without_its_end_is_taken);
    tcase_add_test(tc, damaged_text_is_refused_or_says_the_same);
    tcase_add_test(tc, more_steps_than_can_be_are_refused_both_ways);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
