/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Live := config, and the differences that are left. */
#include "plan_world.h"

START_TEST(a_run_that_is_as_defined_needs_nothing)
{
    world_define("max=4 online=0-1 hot=2-3 default=0-3 pins=1:5;3:6");
    world_run(4, "0-1", "0:0-3;1:5;2:0-3;3:6");
    world_plans("reconcile", "");
    ck_assert(vc_plan_is_empty(&world.plan));
    ck_assert(world.plan.best_effort);
}
END_TEST

START_TEST(online_set_pins_and_default_set_are_put_in_place)
{
    world_define("max=4 online=0,2 hot=1,3 default=0-3 pins=2:5");
    world_run(4, "0-1,3", "");
    world_plans("reconcile", "live    plug vcpus 2\n"
                             "live    vcpu 0 affinity 0-7 -> 0-3\n"
                             "live    vcpu 1 affinity 0-7 -> 0-3\n"
                             "live    vcpu 2 affinity 0-7 -> 5\n"
                             "live    vcpu 3 affinity 0-7 -> 0-3\n"
                             "live    unplug vcpus 1,3\n");
    world_expect_online("0,2");
    world_expect_config("max=4 online=0,2 hot=1,3 default=0-3 pins=2:5");
}
END_TEST

START_TEST(what_the_definition_does_not_state_is_left_alone)
{
    world_define("max=4 online=0-3 hot= pins=2:5");
    world_run(4, "0-3", "0:1;1:2-3;2:5");
    world_plans("reconcile", "");
}
END_TEST

START_TEST(a_pin_is_cut_to_the_cpus_that_are_online)
{
    world_host(8, "6-7");
    world_define("max=2 online=0-1 hot= pins=0:5-6;1:4-99");
    world_run(2, "0-1", "");
    world_plans("reconcile",
                "live    vcpu 0 affinity 0-7 -> 5\n"
                "live    vcpu 1 affinity 0-7 -> 4-5\n"
                "note: vcpu 0: its pin to host CPUs 5-6 is cut to 5\n"
                "note: vcpu 1: its pin to host CPUs 4-99 is cut to 4-5\n");
    world_run(2, "0-1", "0:5;1:4-7");
    world_plans("reconcile", "");
}
END_TEST

START_TEST(a_pin_that_cannot_be_is_told_and_the_others_are_done)
{
    world_host(8, "6-7");
    world_define("max=3 online=0-2 hot= pins=0:6-9;1:2;2:100");
    world_run(3, "0-2", "");
    world_plans("reconcile",
                "live    vcpu 1 affinity 0-7 -> 2\n"
                "failed: vcpu 0: it is pinned to host CPUs 6-9, none of which "
                "is online for this domain (online: 0-5)\n"
                "failed: vcpu 2: it is pinned to host CPUs 100, none of which "
                "is online for this domain (online: 0-5)\n");
}
END_TEST

START_TEST(another_maximum_needs_a_restart)
{
    world_define("max=6 online=0-4 hot=5 pins=1:1;5:5");
    world_run(4, "0-1", "");
    world_plans("reconcile",
                "live    plug vcpus 2-3\n"
                "live    vcpu 1 affinity 0-7 -> 1\n"
                "needs restart: the definition's maximum is 6, the running "
                "domain's is 4\n");
    world_define("max=2 online=0-1 hot= default=0-3");
    world_run(4, "0-3", "0:0-3;1:0-3");
    world_plans("reconcile",
                "live    unplug vcpus 2-3\n"
                "needs restart: the definition's maximum is 2, the running "
                "domain's is 4\n");
}
END_TEST

START_TEST(vcpu_0_defined_as_offline_is_told_and_stays)
{
    world_define("max=4 online=1 hot=0-3");
    world_run(4, "0", "");
    world_plans("reconcile",
                "live    plug vcpus 1\n"
                "note: vcpu 0: the definition has it offline; vcpu 0 always "
                "stays online\n");
    world_run(4, "0-1", "");
    world_plans("reconcile",
                "note: vcpu 0: the definition has it offline; vcpu 0 always "
                "stays online\n");
    ck_assert(vc_plan_is_empty(&world.plan));
}
END_TEST

START_TEST(what_the_hypervisor_has_no_way_to_do_is_told)
{
    world_define("max=4 online=0,2 hot=1,3 pins=0:1");
    world_run(4, "0-1", "");
    world.live.caps = 0;
    world.live.no_online = "no hotplug";
    world_plans("reconcile",
                "failed: vcpu 2: vcpus 2 can't be brought online: no "
                "hotplug\n"
                "failed: vcpu 0: it can't be pinned: the hypervisor has no "
                "way\n"
                "failed: vcpu 1: vcpus 1 can't be brought offline: no "
                "hotplug\n");
}
END_TEST

START_TEST(what_must_not_be_tried_now_is_told_and_the_rest_is_done)
{
    world_define("max=4 online=0,2 hot=1,3 pins=0:1;2:3");
    world_run(4, "0-1", "");
    world_forget("1:2");
    world.live.limits.no_plug = "its memory is full";
    world.live.limits.no_unplug_now = "it sleeps";
    /* a pin that waits is for the vCPU that stays, and kept for the other */
    world_plans("reconcile",
                "live    vcpu 0 affinity 0-7 -> 1\n"
                "live    vcpu 1 affinity 0-7 -> 2\n"
                "live    vcpu 1 kept pin 2 -> none\n"
                "live    vcpu 2 kept pin none -> 3\n"
                "failed: vcpu 2: vcpus 2 can't be plugged: its memory is "
                "full\n"
                "note: vcpu 1: another hand brought it online; it gets the "
                "pin that was kept for it, 2\n"
                "failed: vcpu 1: vcpus 1 can't be unplugged now: it sleeps\n");
    world.live.limits = (struct vc_plug_limits){.no_gaps = "in a row"};
    (void)world_plan("reconcile");
    world_expect_online("0-2"); /* 1 would leave a gap */
}
END_TEST

START_TEST(both_halves_must_be_there)
{
    world_define("max=1 online=0 hot=");
    world_refuses("reconcile", VC_ERR_OPERATION_INVALID,
                  "domain is not running");
    world_run(1, "0", "");
    world.persistent = false;
    world_refuses("reconcile", VC_ERR_OPERATION_INVALID,
                  "transient domains do not have any persistent config");
}
END_TEST

/* ---- Where the hypervisor forgets ---- */

START_TEST(pins_of_offline_vcpus_are_kept)
{
    world_define("max=4 online=0-1 hot=2-3 pins=3:5-6");
    world_run(4, "0-1", "");
    world_forget("");
    world_plans("reconcile", "live    vcpu 3 kept pin none -> 5-6\n");
    world_forget("3:5-6");
    world_plans("reconcile", "");
    world_forget("3:1");
    world_plans("reconcile", "live    vcpu 3 kept pin 1 -> 5-6\n");
}
END_TEST

START_TEST(a_plugged_vcpu_gets_what_is_defined)
{
    world_define("max=4 online=0-2 hot=3 default=0-3 pins=2:5");
    world_run(4, "0", "0:0-3");
    world_forget("2:1;3:0-3");
    world_plans("reconcile", "live    plug vcpus 1-2\n"
                             "live    vcpu 1 affinity none -> 0-3\n"
                             "live    vcpu 2 affinity none -> 5\n"
                             "live    vcpu 2 kept pin 1 -> none\n");
}
END_TEST

START_TEST(a_kept_pin_that_the_definition_does_not_speak_of_is_applied)
{
    world_define("max=4 online=0-2 hot=3");
    world_run(4, "0-1", "");
    world_forget("2:4-5");
    world_plans("reconcile; reconcile",
                "live    plug vcpus 2\n"
                "live    vcpu 2 affinity none -> 4-5\n"
                "live    vcpu 2 kept pin 4-5 -> none\n");
}
END_TEST

/* ---- Kept pins of vCPUs that another hand has plugged ---- */

#define BY_ANOTHER_HAND                                                        \
    "another hand brought it online; it gets the pin that was kept for it, "

START_TEST(a_kept_pin_is_applied_and_nothing_else)
{
    world_define("max=4 online=0-1 hot=2-3 default=0-3 pins=0:5");
    world_run(4, "0-2", "1:7");
    world_forget("2:4-5;3:6");
    world_plans("kept", "live    vcpu 2 affinity 0-7 -> 4-5\n"
                        "live    vcpu 2 kept pin 4-5 -> none\n"
                        "note: vcpu 2: " BY_ANOTHER_HAND "4-5\n");
    ck_assert(world.plan.best_effort);
    world_expect_online("0-2");
    world_plans("kept; kept; kept",
                "live    vcpu 2 affinity 0-7 -> 4-5\n"
                "live    vcpu 2 kept pin 4-5 -> none\n"
                "note: vcpu 2: " BY_ANOTHER_HAND "4-5\n");
    world_forget("3:6");
    world_plans("kept", "");
}
END_TEST

START_TEST(a_kept_pin_that_is_in_place_is_only_forgotten)
{
    world_define("max=2 online=0 hot=1");
    world_run(2, "0-1", "1:4");
    world_forget("1:4");
    world_plans("kept", "live    vcpu 1 kept pin 4 -> none\n"
                        "note: vcpu 1: " BY_ANOTHER_HAND "4\n");
}
END_TEST

START_TEST(a_kept_pin_that_cannot_be_stays_kept)
{
    world_host(8, "6-7");
    world_define("max=3 online=0 hot=1-2");
    world_run(3, "0-2", "");
    world_forget("1:6-7;2:5-6");
    world_plans("kept",
                "live    vcpu 2 affinity 0-7 -> 5\n"
                "live    vcpu 2 kept pin 5-6 -> none\n"
                "failed: vcpu 1: it is pinned to host CPUs 6-7, none of which "
                "is online for this domain (online: 0-5)\n"
                "note: vcpu 2: its pin to host CPUs 5-6 is cut to 5\n"
                "note: vcpu 2: " BY_ANOTHER_HAND "5-6\n");
    ck_assert_uint_eq(world.plan.kept.npins, 1);
    world.live.caps &= ~(unsigned)VC_CAP_PIN;
    world_plans("kept",
                "failed: vcpu 1: it is pinned to host CPUs 6-7, none of which "
                "is online for this domain (online: 0-5)\n"
                "failed: vcpu 2: it can't be pinned: the hypervisor has no "
                "way\n");
}
END_TEST

START_TEST(a_hypervisor_that_does_not_forget_has_nothing_kept)
{
    world_define("max=2 online=0 hot=1");
    world_run(2, "0-1", "");
    world_forget("1:4");
    world.live.caps |= VC_CAP_PIN_OFFLINE;
    world_plans("kept", "");
    world_plans("reconcile", "live    unplug vcpus 1\n");
}
END_TEST

/* A run that was not made as defined yet: what is stated counts, and what was
 * kept where nothing is. */
START_TEST(reconcile_applies_kept_pins_of_what_is_not_stated)
{
    world_define("max=3 online=0-2 hot= pins=1:2");
    world_run(4, "0-3", "1:2");
    world_forget("1:6;2:7;3:5");
    world_plans("reconcile; reconcile; kept",
                "live    vcpu 1 kept pin 6 -> none\n"
                "live    vcpu 2 affinity 0-7 -> 7\n"
                "live    vcpu 2 kept pin 7 -> none\n"
                "live    unplug vcpus 3\n"
                "needs restart: the definition's maximum is 3, the running "
                "domain's is 4\n"
                "note: vcpu 2: " BY_ANOTHER_HAND "7\n"
                "needs restart: the definition's maximum is 3, the running "
                "domain's is 4\n");
}
END_TEST

START_TEST(kept_pins_need_a_run)
{
    world_define("max=1 online=0 hot=");
    world_refuses("kept", VC_ERR_OPERATION_INVALID, "domain is not running");
}
END_TEST

START_TEST(an_unplugged_vcpu_keeps_its_pin)
{
    world_define("max=3 online=0 hot=1-2 pins=2:6");
    world_run(3, "0-2", "1:4;2:5");
    world_forget("");
    world_plans("reconcile", "live    vcpu 2 affinity 5 -> 6\n"
                             "live    vcpu 1 kept pin none -> 4\n"
                             "live    vcpu 2 kept pin none -> 6\n"
                             "live    unplug vcpus 1-2\n");
}
END_TEST

/* All CPUs of the host is what the default set comes to: nothing has to be set
 * before the vCPU goes, and nothing is left to do behind it. */
START_TEST(planning_again_for_a_vcpu_that_went_gives_no_step)
{
    world_define("max=2 online=0 hot=1 default=0-15");
    world_run(2, "0-1", "");
    world_forget("");
    world_plans("reconcile; reconcile", "live    vcpu 1 kept pin none -> 0-7\n"
                                        "live    unplug vcpus 1\n");
    world_run(2, "0", "");
    world_forget("1:0-7");
    world_plans("reconcile", "");
}
END_TEST

/* One that boots shows nobody online yet, and would bring up all that it was
 * started with. */
START_TEST(vcpus_that_are_coming_are_stopped_too)
{
    struct vc_error err = {0};

    world_define("max=4 online=0-1 hot=1-3");
    world_run(4, "0", "");
    ck_assert_int_eq(vc_cpuset_add(&world.live.coming, 1, 2, &err), 0);
    world_plans("reconcile", "live    plug vcpus 1\n"
                             "live    unplug vcpus 2\n");
}
END_TEST

/* ---- Drift ---- */

static void expect_drift(const char *expect)
{
    struct vc_difference_list list = {0};
    struct vc_error err = {0};
    VC_BUF_AUTO text = {0};
    size_t i;

    ck_assert_int_eq(vc_plan_diff(&world.config, &world.live, &list, &err), 0);
    for (i = 0; i < list.n; i++)
        vc_buf_addf(&text, "%d %d: %s | %s\n", (int)list.items[i].kind,
                    list.items[i].vcpu, list.items[i].config,
                    list.items[i].live);
    vc_difference_list_clear(&list);
    ck_assert_str_eq(vc_buf_str(&text), expect);
}

START_TEST(drift_is_what_is_stated_and_not_done)
{
    world_define("max=4 online=0,2 hot=1,3 default=0-3 pins=1:9;2:5-9");
    world_run(5, "0-1", "0:0-2;1:7;2:5-7;3:1;4:1");
    expect_drift("0 -1: 4 | 5\n"
                 "2 0: 0-3 | 0-2\n"
                 "1 1: offline | online\n"
                 "2 1: 9 | 7\n"
                 "1 2: online | offline\n"
                 "2 3: 0-3 | 1\n");
    world_run(1, "0", "");
    expect_drift("0 -1: 4 | 1\n"
                 "2 0: 0-3 | 0-7\n");
}
END_TEST

START_TEST(there_is_no_drift_in_what_is_not_stated)
{
    world_define("max=2 online=0-1 hot= pins=7:1");
    world_run(2, "0-1", "0:3;1:4");
    expect_drift("");
}
END_TEST

START_TEST(affinities_are_compared_as_far_as_the_host_can)
{
    static const struct {
        const char *asked;
        const char *live;
        bool same;
    } rows[] = {
        {"0-3", "0-3", true},   {"0-3", "0-2", false}, {"0-3,9", "0-3", true},
        {"2", "2,9", true},     {"9", "9", false},     {"9", "0-3", false},
        {"0-3", "", false},     {"0-9", "0-3", true},
    };
    VC_CPUSET_AUTO usable = world_set("0-3");
    struct vc_error err = {0};
    size_t i;

    for (i = 0; i < VC_NELEMS(rows); i++) {
        VC_CPUSET_AUTO asked = world_set(rows[i].asked);
        VC_CPUSET_AUTO live = world_set(rows[i].live);
        bool same;

        ck_assert_int_eq(
            vc_plan_affinity_is(&asked, &live, &usable, &same, &err), 0);
        ck_assert_msg(same == rows[i].same, "%s against %s", rows[i].asked,
                      rows[i].live);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("plan reconcile");
    TCase *plain = tcase_create("reconcile");
    TCase *forgets = tcase_create("forgets");
    TCase *drift = tcase_create("drift");

    tcase_add_checked_fixture(plain, world_setup, world_teardown);
    tcase_add_test(plain, a_run_that_is_as_defined_needs_nothing);
    tcase_add_test(plain, online_set_pins_and_default_set_are_put_in_place);
    tcase_add_test(plain, what_the_definition_does_not_state_is_left_alone);
    tcase_add_test(plain, a_pin_is_cut_to_the_cpus_that_are_online);
    tcase_add_test(plain, a_pin_that_cannot_be_is_told_and_the_others_are_done);
    tcase_add_test(plain, another_maximum_needs_a_restart);
    tcase_add_test(plain, vcpu_0_defined_as_offline_is_told_and_stays);
    tcase_add_test(plain, what_the_hypervisor_has_no_way_to_do_is_told);
    tcase_add_test(plain,
                   what_must_not_be_tried_now_is_told_and_the_rest_is_done);
    tcase_add_test(plain, both_halves_must_be_there);
    suite_add_tcase(suite, plain);
    tcase_add_checked_fixture(forgets, world_setup, world_teardown);
    tcase_add_test(forgets, pins_of_offline_vcpus_are_kept);
    tcase_add_test(forgets, a_plugged_vcpu_gets_what_is_defined);
    tcase_add_test(
        forgets, a_kept_pin_that_the_definition_does_not_speak_of_is_applied);
    tcase_add_test(forgets, a_kept_pin_is_applied_and_nothing_else);
    tcase_add_test(forgets, a_kept_pin_that_is_in_place_is_only_forgotten);
    tcase_add_test(forgets, a_kept_pin_that_cannot_be_stays_kept);
    tcase_add_test(forgets, a_hypervisor_that_does_not_forget_has_nothing_kept);
    tcase_add_test(forgets,
                   reconcile_applies_kept_pins_of_what_is_not_stated);
    tcase_add_test(forgets, kept_pins_need_a_run);
    tcase_add_test(forgets, an_unplugged_vcpu_keeps_its_pin);
    tcase_add_test(forgets,
                   planning_again_for_a_vcpu_that_went_gives_no_step);
    suite_add_tcase(suite, forgets);
    tcase_add_checked_fixture(drift, world_setup, world_teardown);
    tcase_add_test(drift, vcpus_that_are_coming_are_stopped_too);
    tcase_add_test(drift, drift_is_what_is_stated_and_not_done);
    tcase_add_test(drift, there_is_no_drift_in_what_is_not_stated);
    tcase_add_test(drift, affinities_are_compared_as_far_as_the_host_can);
    suite_add_tcase(suite, drift);
    return suite;
}

VC_TEST_MAIN(make_suite)
