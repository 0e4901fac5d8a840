/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was cut off and can't be undone, and a store that fails; what it costs
 * to be safe.
 */
#include "crash_fixture.h"

#include <stdio.h>
#include <string.h>

#include "killfs.h"

/* ---- When it can't be undone ---- */

static unsigned faults_told;

static int count_fault(const char *fault, void *opaque, struct vc_error *err)
{
    (void)err;
    ck_assert_msg(strstr(fault, opaque) != NULL, "no '%s' in: %s",
                  (const char *)opaque, fault);
    faults_told++;
    return 0;
}

static void expect_fault(const char *part)
{
    struct vc_error err = {0};
    char text[64];

    (void)snprintf(text, sizeof(text), "%s", part);
    faults_told = 0;
    ck_assert_int_eq(vc_engine_check(&engine, count_fault, text, &err), 0);
    ck_assert_uint_eq(faults_told, 1);
}

static void expect_refused(const char *requests, unsigned impact, int code,
                           const char *part)
{
    struct vc_error err = {0};

    ck_assert_int_eq(world_change(&engine, requests, impact, &err), -1);
    ck_assert_int_eq(err.code, code);
    ck_assert_msg(strstr(err.text, part) && strstr(err.text, "'guest'"),
                  "no '%s' in: %s", part, err.text);
}

START_TEST(what_can_not_be_undone_yet_is_in_the_way_of_changes_of_the_run)
{
    cut_off(TWO_PINS, "set_affinity", 2);
    arm("set_affinity:*:fail");
    vc_engine_resolve(&engine);
    ck_assert_uint_eq(world_intents(&engine), 1);
    expect_fault("cut off and is not undone yet");
    expect_refused("guest pin 0 7", VC_IMPACT_LIVE, VC_ERR_OPERATION_FAILED,
                   "live vcpu 1 affinity 5 -> 3: injected fault");
    expect_refused("guest pin 0 7", BOTH, VC_ERR_OPERATION_FAILED,
                   "can't be undone yet");
    must_change("guest pin 3 6", VC_IMPACT_CONFIG);
    must_change("other pin 1 1", VC_IMPACT_CONFIG);
    arm("list:*:fail");
    vc_engine_resolve(&engine);
    ck_assert_uint_eq(world_intents(&engine), 1);
    arm("");
    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    expect_live("0 on 7, 1 on 5, 2 on 2");
    world_expect_clean(&engine);
}
END_TEST

START_TEST(reconcile_puts_right_what_can_not_be_undone)
{
    struct vc_request request = {.kind = VC_REQUEST_RECONCILE,
                                 .impact = VC_IMPACT_LIVE};
    VC_CHANGE_AUTO change = {.id = &world_guest, .requests = &request, .n = 1};
    struct vc_error err = {0};

    cut_off("guest pin 2 6; guest pin 1 3", "set_affinity", 2);
    arm("set_affinity:1:fail");
    ck_assert_msg(vc_engine_change(&engine, &change, 1, false, &err) == 0, "%s",
                  err.text);
    expect_live("2 on 2");
    ck_assert_uint_eq(world_intents(&engine), 1);
    vc_engine_resolve(&engine);
    expect_live("2 on 2");
    world_expect_clean(&engine);
}
END_TEST

START_TEST(change_that_could_not_undo_itself_is_undone_later)
{
    struct vc_error err = {0};

    arm("set_affinity:2+:fail");
    ck_assert_int_eq(world_change(&engine, TWO_PINS, BOTH, &err), -1);
    ck_assert_int_eq(err.number, VC_IMPACT_LIVE);
    arm("");
    ck_assert_uint_eq(world_intents(&engine), 1);
    expect_live("1 on 3");
    vc_engine_resolve(&engine);
    expect_before();
}
END_TEST

START_TEST(change_that_undid_itself_leaves_no_intent)
{
    struct vc_error err = {0};

    arm("set_affinity:2:fail");
    ck_assert_int_eq(world_change(&engine, TWO_PINS, BOTH, &err), -1);
    ck_assert_int_eq(err.number, 0);
    expect_before();
}
END_TEST

START_TEST(guest_that_does_not_follow_keeps_the_intent)
{
    cut_off("guest count 5; guest pin 1 3", "set_affinity", 1);
    arm("set_online:*:timeout");
    vc_engine_resolve(&engine);
    ck_assert_uint_eq(world_intents(&engine), 1);
    expect_refused("guest pin 0 7", VC_IMPACT_LIVE, VC_ERR_OPERATION_FAILED,
                   "live plug vcpus 3-4");
    arm("");
    vc_engine_resolve(&engine);
    expect_before();
}
END_TEST

static void spoil_steps(const char *steps)
{
    VC_INTENT_LIST_AUTO list = {0};
    struct vc_error err = {0};

    ck_assert_int_eq(vc_store_intent_list(engine.store, NULL, &list, &err),
                     VC_STORE_DONE);
    free(list.items[0].steps);
    list.items[0].steps = strdup(steps);
    ck_assert_int_eq(vc_store_intent_put(engine.store, list.items, 1, &err),
                     VC_STORE_DONE);
}

START_TEST(intent_that_can_not_be_read_is_told_until_the_run_has_ended)
{
    struct vc_error err = {0};

    cut_off(TWO_PINS, "set_affinity", 2);
    spoil_steps("1\naffinity 1 5\n");
    vc_engine_resolve(&engine);
    ck_assert_uint_eq(world_intents(&engine), 1);
    expect_fault("intent can't be read: line 2");
    expect_refused("guest pin 0 7", VC_IMPACT_LIVE, VC_ERR_INTERNAL,
                   "intent can't be read: line 2");
    ck_assert_int_eq(vc_engine_stop(&engine, &world_guest, &err), 0);
    vc_engine_resolve(&engine);
    world_expect_clean(&engine);
}
END_TEST

/* vCPUs and CPUs that this run or host has not. */
START_TEST(intent_about_what_is_not_there_does_nothing)
{
    struct world_picture now;

    cut_off(TWO_PINS, "set_affinity", 2);
    spoil_steps("1\naffinity 100 5 3\naffinity 1 100 3\nkeep 200 1 2\n"
                "unplug 1 1:200\n");
    vc_engine_resolve(&engine);
    world_expect_clean(&engine);
    world_look(&engine, &now);
    ck_assert_ptr_nonnull(strstr(now.live, "1 on 3, 2 on 2"));
    world_picture_clear(&now);
}
END_TEST

/* ---- The store ---- */

/* Behind the second live step the store can't be synced, so often. */
static unsigned failing_syncs;

static void syncs_fail(void *opaque, const char *verb, unsigned n)
{
    (void)opaque;
    if (strcmp(verb, "set_affinity") == 0 && n == 2)
        killfs_fail_syncs(failing_syncs);
}

static void change_while_syncs_fail(unsigned n, struct vc_error *err)
{
    failing_syncs = n;
    ck_assert_int_eq(vc_fault_on_call(engine.driver, syncs_fail, NULL, err), 0);
    ck_assert_int_eq(world_change(&engine, TWO_PINS, BOTH, err), -1);
    ck_assert_ptr_nonnull(strstr(err->text, "may or may not"));
    ck_assert_int_eq(vc_fault_on_call(engine.driver, NULL, NULL, err), 0);
    killfs_fail_syncs(0);
}

START_TEST(when_it_is_not_known_what_was_stored_the_intent_decides)
{
    struct vc_error err = {0};

    change_while_syncs_fail(99, &err);
    ck_assert_ptr_nonnull(strstr(err.text, "left as changed"));
    expect_live("1 on 3, 2 on 6");
    vc_engine_resolve(&engine);
    expect_before();
}
END_TEST

START_TEST(when_it_is_known_that_nothing_was_stored_the_run_is_put_back)
{
    struct vc_error err = {0};

    change_while_syncs_fail(1, &err);
    ck_assert_ptr_null(strstr(err.text, "left as changed"));
    expect_before();
}
END_TEST

/* What the failed sync left in the log looks like a commit to who reads it
 * after the crash. */
START_TEST(crash_behind_a_failed_sync_does_not_bring_the_definition_back)
{
    cut_off_after_failed_sync(TWO_PINS, "set_affinity", 2, 3 + (unsigned)_i);
    vc_engine_resolve(&engine);
    expect_before();
}
END_TEST

START_TEST(intent_that_can_not_be_stored_ends_the_change_before_it_begins)
{
    struct vc_error err = {0};
    unsigned calls = vc_fault_calls(engine.driver, "set_affinity");

    killfs_fail_syncs(1);
    ck_assert_int_eq(world_change(&engine, TWO_PINS, BOTH, &err), -1);
    killfs_fail_syncs(0);
    ck_assert_uint_eq(vc_fault_calls(engine.driver, "set_affinity"), calls);
    vc_engine_resolve(&engine);
    expect_before();
}
END_TEST

static unsigned syncs_of(const char *requests, unsigned impact)
{
    killfs_arm(0);
    must_change(requests, impact);
    return killfs_syncs();
}

START_TEST(a_change_of_both_costs_one_sync_more_than_one_of_the_definition)
{
    must_change("guest pin 1 0", BOTH);
    ck_assert_uint_eq(syncs_of("guest pin 1 1", VC_IMPACT_CONFIG), 1);
    ck_assert_uint_eq(syncs_of("guest pin 1 2", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(syncs_of("guest pin 1 3", BOTH), 2);
    ck_assert_uint_eq(syncs_of("guest pin 1 4; guest pin 2 4; other pin 0 1",
                               BOTH),
                      2);
    /* no step is left to take */
    ck_assert_uint_eq(syncs_of("guest pin 1 5", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(syncs_of("guest pin 1 5", BOTH), 1);
}
END_TEST

/* Where they are kept in the store. */
START_TEST(pins_of_offline_vcpus_cost_one_sync_together)
{
    must_change("guest pin 3 2", VC_IMPACT_LIVE); /* makes the log */
    ck_assert_uint_eq(syncs_of("guest pin 3 4", VC_IMPACT_LIVE), 1);
    ck_assert_uint_eq(
        syncs_of("guest pin 3 5; guest pin 4 6; guest pin 5 7", VC_IMPACT_LIVE),
        1);
    ck_assert_uint_eq(syncs_of("guest pin 3 1; guest pin 0 3; guest pin 4 1",
                               VC_IMPACT_LIVE),
                      2);
    must_change("guest count 6", VC_IMPACT_LIVE);
    expect_live("3 on 1, 4 on 1, 5 on 7");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: stuck");
    TCase *tc = tcase_create("stuck");
    TCase *forgets = tcase_create("a hypervisor that forgets pins");

    killfs_install();
    tcase_add_checked_fixture(tc, crash_setup, crash_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc,
                   what_can_not_be_undone_yet_is_in_the_way_of_changes_of_the_run);
    tcase_add_test(tc, reconcile_puts_right_what_can_not_be_undone);
    tcase_add_test(tc, change_that_could_not_undo_itself_is_undone_later);
    tcase_add_test(tc, change_that_undid_itself_leaves_no_intent);
    tcase_add_test(tc, guest_that_does_not_follow_keeps_the_intent);
    tcase_add_test(tc,
                   intent_that_can_not_be_read_is_told_until_the_run_has_ended);
    tcase_add_test(tc, intent_about_what_is_not_there_does_nothing);
    tcase_add_test(tc, when_it_is_not_known_what_was_stored_the_intent_decides);
    tcase_add_test(tc,
                   when_it_is_known_that_nothing_was_stored_the_run_is_put_back);
    tcase_add_loop_test(
        tc, crash_behind_a_failed_sync_does_not_bring_the_definition_back, 0, 2);
    tcase_add_test(tc,
                   intent_that_can_not_be_stored_ends_the_change_before_it_begins);
    tcase_add_test(tc,
                   a_change_of_both_costs_one_sync_more_than_one_of_the_definition);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(forgets, crash_setup_forgets, crash_teardown);
    tcase_set_timeout(forgets, 120);
    tcase_add_test(forgets, guest_that_does_not_follow_keeps_the_intent);
    tcase_add_test(forgets, pins_of_offline_vcpus_cost_one_sync_together);
    suite_add_tcase(suite, forgets);
    return suite;
}

VC_TEST_MAIN(make_suite)
