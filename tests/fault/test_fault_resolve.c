/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is undone of a change that was cut off, step by step: what is as the
 * step made it, and nothing that another hand has changed since.
 */
#include "crash_fixture.h"

#include <string.h>

#include "killfs.h"

/* The guest's change was cut off before its first step; these would have been
 * the steps. */
static void left_over(const char *steps)
{
    VC_INTENT_LIST_AUTO list = {0};
    struct vc_error err = {0};

    cut_off(TWO_PINS, "set_affinity", 1);
    ck_assert_int_eq(vc_store_intent_list(engine.store, NULL, &list, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(list.n, 1);
    free(list.items[0].steps);
    list.items[0].steps = strdup(steps);
    ck_assert_int_eq(vc_store_intent_put(engine.store, list.items, 1, &err),
                     VC_STORE_DONE);
}

static void resolved(void)
{
    vc_engine_resolve(&engine);
    world_expect_clean(&engine);
}

static void stays(void)
{
    vc_engine_resolve(&engine);
    ck_assert_uint_eq(world_intents(&engine), 1);
}

/* ---- The guest's own view ---- */

START_TEST(what_the_guest_took_offline_comes_back)
{
    must_change("guest guest-offline 1", VC_IMPACT_LIVE);
    expect_live("guest sees 0,2");
    left_over("1\nguest-offline 1\n");
    arm("agent_get:1:fail");
    stays();
    arm("agent_set:1:timeout");
    stays();
    arm("");
    resolved();
    expect_before();
}
END_TEST

START_TEST(what_the_guest_took_online_goes)
{
    left_over("1\nguest-online 1-2\n");
    resolved();
    expect_live("guest sees 0\n");
    must_change("guest guest-online 1-2", VC_IMPACT_LIVE);
    expect_before();
}
END_TEST

START_TEST(what_the_guest_has_undone_by_itself_stays)
{
    left_over("1\nguest-offline 1\n");
    resolved();
    expect_before();
    left_over("1\nguest-offline 5\n"); /* it has no such vCPU */
    resolved();
    expect_before();
}
END_TEST

/* ---- Kept pins ---- */

static void expect_kept(const char *pins)
{
    struct vc_local local = {.kept_pins = NULL};
    struct vc_error err = {0};

    ck_assert_int_eq(
        vc_store_local_get(engine.store, world_guest.uuid, &local, &err),
        VC_STORE_DONE);
    ck_assert_str_eq(local.kept_pins ? local.kept_pins : "", pins);
    vc_local_clear(&local);
}

START_TEST(a_pin_that_was_kept_is_forgotten)
{
    must_change("guest pin 4 1-2", VC_IMPACT_LIVE);
    expect_kept("4:1-2");
    left_over("1\nkeep 4 - 1-2\n");
    resolved();
    expect_kept("");
}
END_TEST

START_TEST(a_pin_that_was_kept_is_what_it_was_before)
{
    must_change("guest pin 4 1-2", VC_IMPACT_LIVE);
    left_over("1\nkeep 4 3 1-2\n");
    resolved();
    expect_kept("4:3");
}
END_TEST

START_TEST(a_pin_that_another_hand_kept_stays)
{
    must_change("guest pin 4 1-2", VC_IMPACT_LIVE);
    left_over("1\nkeep 4 - 7\nkeep 5 - 7\n");
    resolved();
    expect_kept("4:1-2");
}
END_TEST

/* ---- Plugging ---- */

START_TEST(who_is_plugged_again_gets_his_pin)
{
    must_change("guest offline 1", VC_IMPACT_LIVE);
    left_over("1\nunplug 1 1:3\n");
    arm("set_affinity:1:fail");
    stays();
    arm("");
    resolved();
    expect_live("1 on 3");
}
END_TEST

START_TEST(a_run_that_ends_meanwhile_needs_nothing)
{
    static const char *const faults[] = {
        "set_affinity:1:gone,snapshot:2+:gone",
        "set_online:1:gone,snapshot:2+:gone",
        "agent_get:1:gone,snapshot:2+:gone",
        "snapshot:1:gone",
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(faults); i++) {
        left_over("1\nunplug 3 3:1\naffinity 1 5 0-7\nguest-offline 4\n");
        arm(faults[i]);
        vc_engine_resolve(&engine);
        arm("");
        ck_assert_msg(world_intents(&engine) == 0, "%s", faults[i]);
    }
}
END_TEST

START_TEST(what_is_refused_now_stays)
{
    left_over("1\nunplug 3 3:1\naffinity 1 5 0-7\n");
    arm("set_affinity:1:gone");
    stays();
    arm("");
    resolved();
}
END_TEST

START_TEST(who_is_not_told_who_runs_leaves_it)
{
    left_over("1\nplug 2\n");
    arm("list:1:fail");
    stays();
    arm("snapshot:1:fail");
    stays();
    arm("");
    expect_live("2 on");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: resolving");
    TCase *tc = tcase_create("resolve");
    TCase *forgets = tcase_create("a hypervisor that forgets pins");

    killfs_install();
    tcase_add_checked_fixture(tc, crash_setup, crash_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, what_the_guest_took_offline_comes_back);
    tcase_add_test(tc, what_the_guest_took_online_goes);
    tcase_add_test(tc, what_the_guest_has_undone_by_itself_stays);
    tcase_add_test(tc, who_is_plugged_again_gets_his_pin);
    tcase_add_test(tc, a_run_that_ends_meanwhile_needs_nothing);
    tcase_add_test(tc, what_is_refused_now_stays);
    tcase_add_test(tc, who_is_not_told_who_runs_leaves_it);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(forgets, crash_setup_forgets, crash_teardown);
    tcase_set_timeout(forgets, 120);
    tcase_add_test(forgets, a_pin_that_was_kept_is_forgotten);
    tcase_add_test(forgets, a_pin_that_was_kept_is_what_it_was_before);
    tcase_add_test(forgets, a_pin_that_another_hand_kept_stays);
    tcase_add_test(forgets, who_is_plugged_again_gets_his_pin);
    suite_add_tcase(suite, forgets);
    return suite;
}

VC_TEST_MAIN(make_suite)
