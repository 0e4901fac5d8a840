/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts, maxima and single vCPUs; what a plan carries forward. */
#include "plan_world.h"

/* ---- Counts of a definition ---- */

START_TEST(config_up_brings_the_lowest_offline_ids)
{
    world_define("max=8 online=0,2,5 hot=1,3-7");
    world_plans("count 5 config", "config  online 0,2,5 -> 0-3,5\n");
    world_expect_config("max=8 online=0-3,5 hot=1,3-7");
    world_plans("count 8 config", "config  online 0,2,5 -> 0-7\n");
}
END_TEST

START_TEST(config_down_takes_the_highest_online_ids)
{
    world_define("max=8 online=0,2,5-6 hot=1,3-4,7");
    world_plans("count 2 config", "config  online 0,2,5-6 -> 0,2\n");
    world_expect_config("max=8 online=0,2 hot=1,3-7");
    world_plans("count 1 config", "config  online 0,2,5-6 -> 0\n");
    world_expect_config("max=8 online=0 hot=1-7");
}
END_TEST

START_TEST(a_plain_definition_stays_plain)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_plans("count 3 config", "config  vcpus 2 -> 3\n");
    world_expect_config("max=4 online=0-2 hot=3");
    world_plans("count 4 config; count 1 config", "config  vcpus 2 -> 1\n");
    world_expect_config("max=4 online=0 hot=1-3");
    world_plans("count 4 config; count 2 config", "");
    ck_assert(vc_plan_is_empty(&world.plan));
}
END_TEST

START_TEST(what_rows_say_of_hotpluggable_stays)
{
    world_define("max=4 online=0-2 hot=2-3");
    world_plans("count 4 config", "config  vcpus 3 -> 4\n");
    world_expect_config("max=4 online=0-3 hot=2-3");
    world_plans("count 2 config", "config  vcpus 3 -> 2\n");
    world_expect_config("max=4 online=0-1 hot=2-3");
}
END_TEST

START_TEST(hotpluggable_is_about_the_vcpus_that_are_added)
{
    world_define("max=6 online=0-1 hot=2-5");
    world_plans("count 4 config hotpluggable", "config  vcpus 2 -> 4\n");
    world_expect_config("max=6 online=0-3 hot=2-5");
    world_plans("count 1 config hotpluggable", "config  vcpus 2 -> 1\n");
    world_expect_config("max=6 online=0 hot=1-5");
    world_plans("count 2 config hotpluggable", "");
}
END_TEST

START_TEST(vcpu_0_is_never_made_hotpluggable)
{
    world_define("max=4 online=1-2 hot=0-3");
    world_refuses("count 3 config hotpluggable", VC_ERR_INVALID_ARG,
                  "vcpu 0 can't be made hotpluggable");
    world_plans("count 3 config", "config  online 1-2 -> 0-2\n");
}
END_TEST

START_TEST(a_count_above_a_maximum_is_refused)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_refuses("count 5 config", VC_ERR_INVALID_ARG,
                  "requested vcpus is greater than max allowable vcpus for "
                  "the persistent domain: 5 > 4");
    world_run(6, "0-1", "");
    world_refuses("count 7 live", VC_ERR_INVALID_ARG,
                  "requested vcpus is greater than max allowable vcpus for "
                  "the live domain: 7 > 6");
    world_refuses("count 7 live config", VC_ERR_INVALID_ARG,
                  "requested vcpus is greater than max allowable vcpus for "
                  "the live domain: 7 > 6");
    world_refuses("count 5 live config", VC_ERR_INVALID_ARG,
                  "requested vcpus is greater than max allowable vcpus for "
                  "the persistent domain: 5 > 4");
    world_plans("count 5 live", "live    plug vcpus 2-4\n");
    world_plans("count 4 config", "config  vcpus 2 -> 4\n");
}
END_TEST

/* ---- Counts of a run ---- */

START_TEST(live_and_config_each_start_from_what_they_are)
{
    world_define("max=4 online=0-3 hot=");
    world_run(4, "0,2", "");
    world_plans("count 3 live config", "live    plug vcpus 1\n"
                                       "config  vcpus 4 -> 3\n");
    world_expect_online("0-2");
    world_plans("count 2 live config", "config  vcpus 4 -> 2\n");
    world_plans("count 4 live config", "live    plug vcpus 1,3\n");
    world_plans("count 1 live", "live    unplug vcpus 2\n");
}
END_TEST

START_TEST(current_is_live_while_it_runs_else_config)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_plans("count 3", "config  vcpus 2 -> 3\n");
    ck_assert_uint_eq(world.plan.targets, VC_IMPACT_CONFIG);
    world_run(4, "0-1", "");
    world_plans("count 3", "live    plug vcpus 2\n");
    ck_assert_uint_eq(world.plan.targets, VC_IMPACT_LIVE);
    world_plans("count 3; count 3 config", "live    plug vcpus 2\n"
                                           "config  vcpus 2 -> 3\n");
    ck_assert_uint_eq(world.plan.targets, VC_IMPACT_LIVE | VC_IMPACT_CONFIG);
}
END_TEST

START_TEST(a_missing_half_is_refused_before_the_numbers_are_looked_at)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_refuses("count 99 live config", VC_ERR_OPERATION_INVALID,
                  "domain is not running");
    world_run(4, "0-1", "");
    world.persistent = false;
    world_refuses("count 99 live config", VC_ERR_OPERATION_INVALID,
                  "transient domains do not have any persistent config");
    world_plans("count 3", "live    plug vcpus 2\n");
}
END_TEST

START_TEST(a_hypervisor_that_cannot_plug_refuses_only_what_it_must_do)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_run(4, "0-1", "");
    world.live.caps &= ~(unsigned)VC_CAP_ONLINE;
    world_refuses("count 3 live config", VC_ERR_OPERATION_UNSUPPORTED,
                  "the vcpu count of this running domain can't be changed: "
                  "the hypervisor has no way");
    world.live.no_online = "its machine type has no hotplug";
    world_refuses("count 1 live", VC_ERR_OPERATION_UNSUPPORTED,
                  "the vcpu count of this running domain can't be changed: "
                  "its machine type has no hotplug");
    world_plans("count 2 live", "");
    world_plans("count 3 config", "config  vcpus 2 -> 3\n");
}
END_TEST

START_TEST(what_must_not_be_tried_now_is_refused_by_the_plan)
{
    world_run(8, "0-2", "");
    world.live.limits.no_plug = "its memory is full";
    world_refuses("count 5 live", VC_ERR_OPERATION_UNSUPPORTED,
                  "vcpus 3-4 can't be plugged: its memory is full");
    world_refuses("state 7 on", VC_ERR_OPERATION_UNSUPPORTED,
                  "vcpus 7 can't be plugged: its memory is full");
    world_plans("count 3 live; state 1 on", "");
    world_plans("count 1 live", "live    unplug vcpus 1-2\n");
    world.live.limits.no_unplug = "they are glued";
    world_refuses("count 1 live", VC_ERR_OPERATION_UNSUPPORTED,
                  "vcpus 1-2 can't be unplugged: they are glued");
    world.live.limits.no_unplug_now = "it sleeps";
    world_refuses("state 2 off", VC_ERR_OPERATION_INVALID,
                  "vcpus 2 can't be unplugged now: it sleeps");
    world_plans("state 5 off", "");
}
END_TEST

START_TEST(a_gap_is_refused_where_there_must_be_none)
{
    world_run(8, "0-2", "");
    world.live.limits.no_gaps = "they stand in a row";
    world_refuses("state 4-5 on", VC_ERR_OPERATION_UNSUPPORTED,
                  "vcpu 4 can't be plugged, which would leave a gap (vcpus "
                  "0-2,4-5): they stand in a row");
    world_refuses("state 1 off", VC_ERR_OPERATION_UNSUPPORTED,
                  "vcpu 1 can't be unplugged, which would leave a gap (vcpus "
                  "0,2): they stand in a row");
    world_plans("count 5; state 3-4 off; state 1-2 off",
                "live    plug vcpus 3-4\n"
                "live    unplug vcpus 3-4\n"
                "live    unplug vcpus 1-2\n");
}
END_TEST

START_TEST(a_plan_knows_what_can_be_no_more_after_its_own_steps)
{
    world_run(8, "0-2", "");
    world.live.limits.no_plug_after = "one was unplugged";
    world_plans("count 4; count 2", "live    plug vcpus 3\n"
                                    "live    unplug vcpus 2-3\n");
    world_refuses("count 2; count 4", VC_ERR_OPERATION_UNSUPPORTED,
                  "vcpus 2-3 can't be plugged: one was unplugged");
}
END_TEST

/* ---- Maxima ---- */

START_TEST(a_maximum_is_only_of_a_definition)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_run(4, "0-1", "");
    world_refuses("maximum 8 live config", VC_ERR_OPERATION_UNSUPPORTED,
                  "maximum vcpu count of a live domain can't be modified");
    world_refuses("maximum 16385 config", VC_ERR_INVALID_ARG,
                  "maximum vcpu count 16385 is out of range 1..16384");
    world_plans("maximum 8 config",
                "config  maximum 4 -> 8\n"
                "needs restart: the running domain keeps its maximum of 4 "
                "until it is started again\n");
    world.active = false;
    world_plans("maximum 16384 config", "config  maximum 4 -> 16384\n");
}
END_TEST

START_TEST(a_raised_maximum_leaves_the_online_set_as_it_is)
{
    world_define("max=4 online=0,2 hot=1,3");
    world_plans("maximum 6 config", "config  maximum 4 -> 6\n");
    world_expect_config("max=6 online=0,2 hot=1,3-5");
    world_define("max=4 online=0-3 hot=");
    world_plans("maximum 6 config", "config  maximum 4 -> 6\n");
    world_expect_config("max=6 online=0-3 hot=4-5");
}
END_TEST

START_TEST(a_lowered_maximum_lowers_the_count_and_drops_pins)
{
    world_define("max=8 online=0-5 hot=6-7 pins=1:1;4:4;7:7");
    world_plans("maximum 4 config",
                "config  maximum 8 -> 4; vcpus 6 -> 4; "
                "pin vcpu 4: 4 -> none; pin vcpu 7: 7 -> none\n");
    world_expect_config("max=4 online=0-3 hot= pins=1:1");
    world_plans("maximum 7 config",
                "config  maximum 8 -> 7; pin vcpu 7: 7 -> none\n");
    world_expect_config("max=7 online=0-5 hot=6 pins=1:1;4:4");
}
END_TEST

START_TEST(a_lowered_maximum_leaves_one_vcpu_online)
{
    world_define("max=4 online=2-3 hot=0-3");
    world_plans("maximum 2 config",
                "config  maximum 4 -> 2; online 2-3 -> 0\n");
    world_expect_config("max=2 online=0 hot=1");
}
END_TEST

START_TEST(pins_that_never_had_an_effect_stay_when_the_maximum_is_lowered)
{
    world_define("max=4 online=0-3 hot= pins=3:3;5:5;9:1");
    world_plans("maximum 2 config",
                "config  maximum 4 -> 2; vcpus 4 -> 2; "
                "pin vcpu 3: 3 -> none\n");
    world_expect_config("max=2 online=0-1 hot= pins=5:5;9:1");
}
END_TEST

START_TEST(stray_pins_that_a_raised_maximum_wakes_are_told)
{
    world_define("max=4 online=0-3 hot= pins=3:3;4:4-5;9:1");
    world_plans("maximum 8 config",
                "config  maximum 4 -> 8\n"
                "note: vcpu 4: the document's pin to 4-5 takes effect\n");
    world_expect_config("max=8 online=0-3 hot=4-7 pins=3:3;4:4-5;9:1");
}
END_TEST

START_TEST(the_same_maximum_changes_nothing)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_plans("maximum 4 config", "");
    ck_assert(vc_plan_is_empty(&world.plan));
}
END_TEST

/* ---- Single vCPUs ---- */

START_TEST(state_changes_the_ids_that_are_not_so_already)
{
    world_define("max=8 online=0-1 hot=2-7");
    world_run(8, "0,3,5", "");
    world_plans("state 3-4 on live config", "live    plug vcpus 4\n"
                                            "config  online 0-1 -> 0-1,3-4\n");
    world_plans("state 1,5 off live config", "live    unplug vcpus 5\n"
                                             "config  vcpus 2 -> 1\n");
    world_plans("state 3,5 on live", "");
    world_plans("state 6-7 off live config", "");
}
END_TEST

START_TEST(a_sparse_set_of_a_definition_makes_the_added_vcpu_hotpluggable)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_plans("state 3 on config", "config  online 0-1 -> 0-1,3\n");
    world_expect_config("max=4 online=0-1,3 hot=2-3");
    world_plans("state 2 on config", "config  vcpus 2 -> 3\n");
    world_expect_config("max=4 online=0-2 hot=3");
    /* also of the one that fills the hole */
    world_define("max=4 online=0,2 hot=1,3");
    world_plans("state 1 on config", "config  online 0,2 -> 0-2\n");
    world_expect_config("max=4 online=0-2 hot=1,3");
}
END_TEST

START_TEST(a_vcpu_that_was_not_hotpluggable_becomes_so_when_offline)
{
    world_define("max=4 online=0-3 hot=");
    world_plans("state 1 off config", "config  online 0-3 -> 0,2-3\n");
    world_expect_config("max=4 online=0,2-3 hot=1");
}
END_TEST

START_TEST(vcpu_0_never_goes_offline)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_refuses("state 0 off config", VC_ERR_OPERATION_UNSUPPORTED,
                  "vcpu 0 can't be taken offline");
    world_refuses("state 0-3 off config", VC_ERR_OPERATION_UNSUPPORTED,
                  "vcpu 0 can't be taken offline");
    world_run(4, "0-1", "");
    world_refuses("state 0-1 off live", VC_ERR_OPERATION_UNSUPPORTED,
                  "vcpu 0 can't be taken offline");
}
END_TEST

START_TEST(one_vcpu_stays_online_where_vcpu_0_is_offline_already)
{
    world_define("max=4 online=1-2 hot=0-3");
    world_refuses("state 1-2 off config", VC_ERR_INVALID_ARG,
                  "at least one vcpu must stay online");
    world_plans("state 0,1 off config", "config  online 1-2 -> 2\n");
    world_plans("state 0 on config", "config  online 1-2 -> 0-2\n");
    world_expect_config("max=4 online=0-2 hot=1-3");
    world_plans("count 1 config", "config  online 1-2 -> 1\n");
}
END_TEST

START_TEST(an_id_out_of_range_is_refused_with_the_target_it_is_out_of)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_run(6, "0-1", "");
    world_refuses("state 1-6 on live config", VC_ERR_INVALID_ARG,
                  "vcpu 6 is out of range of live cpu count 6");
    world_refuses("state 5 on live config", VC_ERR_INVALID_ARG,
                  "vcpu 5 is out of range of persistent cpu count 4");
    world_refuses("state none on live", VC_ERR_INVALID_ARG,
                  "no vcpu is given");
    world_plans("state 5 on live", "live    plug vcpus 5\n");
}
END_TEST

/* ---- Several requests, one plan ---- */

START_TEST(requests_follow_each_other)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_run(4, "0-1", "");
    world_plans("count 4 live; state 1 off live; count 2 live",
                "live    plug vcpus 2-3\n"
                "live    unplug vcpus 1\n"
                "live    unplug vcpus 3\n");
    world_expect_online("0,2");
    world_plans("maximum 8 config; count 8 config; state 7 off config",
                "config  maximum 4 -> 8; vcpus 2 -> 7\n"
                "needs restart: the running domain keeps its maximum of 4 "
                "until it is started again\n");
    world_refuses("count 4 live; maximum 2 config; count 3 config",
                  VC_ERR_INVALID_ARG,
                  "requested vcpus is greater than max allowable vcpus for "
                  "the persistent domain: 3 > 2");
}
END_TEST

START_TEST(a_plan_borrows_nothing_but_the_host)
{
    world_define("max=4 online=0-1 hot=2-3 pins=0:1");
    world_run(4, "0-1", "0:1");
    world_plans("count 3 live config; pin 0 2 live config",
                "live    plug vcpus 2\n"
                "live    vcpu 0 affinity 1 -> 2\n"
                "config  vcpus 2 -> 3; pin vcpu 0: 1 -> 2\n");
    ck_assert_uint_eq(vc_cpuset_count(&world.live.online), 2);
    ck_assert(vc_cpuset_contains(&world.live.vcpus[0].affinity, 1));
    ck_assert(vc_cpuset_contains(vc_vcpudef_pin(&world.config, 0), 1));
}
END_TEST

static void add_config(Suite *suite)
{
    TCase *config = tcase_create("config");

    tcase_add_checked_fixture(config, world_setup, world_teardown);
    tcase_add_test(config, config_up_brings_the_lowest_offline_ids);
    tcase_add_test(config, config_down_takes_the_highest_online_ids);
    tcase_add_test(config, a_plain_definition_stays_plain);
    tcase_add_test(config, what_rows_say_of_hotpluggable_stays);
    tcase_add_test(config, hotpluggable_is_about_the_vcpus_that_are_added);
    tcase_add_test(config, vcpu_0_is_never_made_hotpluggable);
    tcase_add_test(config, a_count_above_a_maximum_is_refused);
    suite_add_tcase(suite, config);
}

static void add_live(Suite *suite)
{
    TCase *live = tcase_create("live");

    tcase_add_checked_fixture(live, world_setup, world_teardown);
    tcase_add_test(live, live_and_config_each_start_from_what_they_are);
    tcase_add_test(live, current_is_live_while_it_runs_else_config);
    tcase_add_test(live,
                   a_missing_half_is_refused_before_the_numbers_are_looked_at);
    tcase_add_test(live,
                   a_hypervisor_that_cannot_plug_refuses_only_what_it_must_do);
    tcase_add_test(live, what_must_not_be_tried_now_is_refused_by_the_plan);
    tcase_add_test(live, a_gap_is_refused_where_there_must_be_none);
    tcase_add_test(live,
                   a_plan_knows_what_can_be_no_more_after_its_own_steps);
    tcase_add_test(live, requests_follow_each_other);
    tcase_add_test(live, a_plan_borrows_nothing_but_the_host);
    suite_add_tcase(suite, live);
}

static void add_maximum(Suite *suite)
{
    TCase *maximum = tcase_create("maximum");

    tcase_add_checked_fixture(maximum, world_setup, world_teardown);
    tcase_add_test(maximum, a_maximum_is_only_of_a_definition);
    tcase_add_test(maximum, a_raised_maximum_leaves_the_online_set_as_it_is);
    tcase_add_test(maximum,
                   a_lowered_maximum_lowers_the_count_and_drops_pins);
    tcase_add_test(maximum, a_lowered_maximum_leaves_one_vcpu_online);
    tcase_add_test(
        maximum,
        pins_that_never_had_an_effect_stay_when_the_maximum_is_lowered);
    tcase_add_test(maximum, stray_pins_that_a_raised_maximum_wakes_are_told);
    tcase_add_test(maximum, the_same_maximum_changes_nothing);
    suite_add_tcase(suite, maximum);
}

static void add_state(Suite *suite)
{
    TCase *state = tcase_create("state");

    tcase_add_checked_fixture(state, world_setup, world_teardown);
    tcase_add_test(state, state_changes_the_ids_that_are_not_so_already);
    tcase_add_test(
        state,
        a_sparse_set_of_a_definition_makes_the_added_vcpu_hotpluggable);
    tcase_add_test(state,
                   a_vcpu_that_was_not_hotpluggable_becomes_so_when_offline);
    tcase_add_test(state, vcpu_0_never_goes_offline);
    tcase_add_test(state,
                   one_vcpu_stays_online_where_vcpu_0_is_offline_already);
    tcase_add_test(state,
                   an_id_out_of_range_is_refused_with_the_target_it_is_out_of);
    suite_add_tcase(suite, state);
}

static Suite *make_suite(void)
{
    Suite *suite = suite_create("plan count");

    add_config(suite);
    add_live(suite);
    add_maximum(suite);
    add_state(suite);
    return suite;
}

VC_TEST_MAIN(make_suite)
