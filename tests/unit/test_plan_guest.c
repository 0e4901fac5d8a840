/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the guest's agent is asked to do. */
#include "plan_world.h"

START_TEST(a_guest_count_up_takes_the_lowest_that_are_present)
{
    world_run(8, "0-5", "");
    world_guest("0-5", "0,3", "1-5");
    world_plans("guest-count 4", "live    guest: online vcpus 1-2\n");
    world_plans("guest-count 6", "live    guest: online vcpus 1-2,4-5\n");
    world_plans("guest-count 2", "");
    ck_assert_uint_eq(world.plan.targets, VC_IMPACT_LIVE);
}
END_TEST

START_TEST(a_guest_count_down_takes_the_highest_that_may_go)
{
    world_run(8, "0-5", "");
    world_guest("0-5", "0-5", "1-2,4");
    world_plans("guest-count 5", "live    guest: offline vcpus 4\n");
    world_plans("guest-count 4", "live    guest: offline vcpus 2,4\n");
    world_plans("guest-count 3", "live    guest: offline vcpus 1-2,4\n");
    world_refuses("guest-count 2", VC_ERR_OPERATION_UNSUPPORTED,
                  "the guest can take at most 3 of its 6 online vcpus "
                  "offline");
}
END_TEST

START_TEST(a_guest_has_no_more_than_is_present)
{
    world_run(8, "0-3", "");
    world_guest("0-3", "0", "1-3");
    world_refuses("guest-count 5", VC_ERR_INVALID_ARG,
                  "requested vcpu count is greater than the count of enabled "
                  "vcpus in the domain: 5 > 4");
    world_refuses("guest-state 3-4 on", VC_ERR_INVALID_ARG,
                  "vcpus 4 are not present in the guest (present: 0-3)");
    world_refuses("guest-state 8 on", VC_ERR_INVALID_ARG,
                  "vcpu 8 is out of range of live cpu count 8");
    world_refuses("guest-state none on", VC_ERR_INVALID_ARG,
                  "no vcpu is given");
}
END_TEST

START_TEST(a_guest_state_changes_the_ids_that_are_not_so_already)
{
    world_run(8, "0-3", "");
    world_guest("0-3", "0-1", "1-3");
    world_plans("guest-state 1-3 on", "live    guest: online vcpus 2-3\n");
    world_plans("guest-state 1-3 off", "live    guest: offline vcpus 1\n");
    world_plans("guest-state 2-3 off", "");
    world_plans("guest-state 0-1 on", "");
}
END_TEST

START_TEST(what_the_guest_cannot_take_offline_is_refused)
{
    world_run(8, "0-3", "");
    world_guest("0-3", "0-2", "2-3");
    world_refuses("guest-state 0 off", VC_ERR_OPERATION_UNSUPPORTED,
                  "the guest can't take all of vcpus 0 offline (it can take: "
                  "2-3)");
    world_refuses("guest-state 1-2 off", VC_ERR_OPERATION_UNSUPPORTED,
                  "the guest can't take all of vcpus 1-2 offline (it can "
                  "take: 2-3)");
    world_plans("guest-state 2-3 off", "live    guest: offline vcpus 2\n");
}
END_TEST

START_TEST(the_guest_is_reached_only_while_it_runs)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_refuses("guest-count 1", VC_ERR_OPERATION_INVALID,
                  "domain is not running");
}
END_TEST

START_TEST(the_guest_leaves_hypervisor_and_definition_alone)
{
    world_define("max=8 online=0-3 hot=4-7");
    world_run(8, "0-3", "");
    world_guest("0-3", "0-3", "1-3");
    world_plans("guest-count 2", "live    guest: offline vcpus 2-3\n");
    world_expect_online("0-3");
    world_expect_config("max=8 online=0-3 hot=4-7");
    ck_assert(!world.plan.config_changed);
}
END_TEST

START_TEST(requests_to_the_guest_follow_each_other)
{
    world_run(8, "0-3", "");
    world_guest("0-3", "0-3", "1-3");
    world_plans("guest-count 2; guest-state 3 on; guest-count 3",
                "live    guest: offline vcpus 2-3\n"
                "live    guest: online vcpus 3\n");
}
END_TEST

START_TEST(only_requests_to_the_guest_need_its_agent)
{
    static const struct {
        const char *text;
        bool needs;
    } requests[] = {
        {"count 1 live", false},         {"maximum 1 config", false},
        {"state 1 on live", false},      {"pin 1 1 live", false},
        {"unpin 1 live", false},         {"reconcile", false},
        {"guest-count 1", true},         {"guest-state 1 on", true},
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(requests); i++) {
        struct vc_request request = world_request(requests[i].text);

        ck_assert_int_eq(vc_request_needs_agent(&request), requests[i].needs);
        vc_request_clear(&request);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("plan guest");
    TCase *guest = tcase_create("guest");

    tcase_add_checked_fixture(guest, world_setup, world_teardown);
    tcase_add_test(guest, a_guest_count_up_takes_the_lowest_that_are_present);
    tcase_add_test(guest, a_guest_count_down_takes_the_highest_that_may_go);
    tcase_add_test(guest, a_guest_has_no_more_than_is_present);
    tcase_add_test(guest,
                   a_guest_state_changes_the_ids_that_are_not_so_already);
    tcase_add_test(guest, what_the_guest_cannot_take_offline_is_refused);
    tcase_add_test(guest, the_guest_is_reached_only_while_it_runs);
    tcase_add_test(guest, the_guest_leaves_hypervisor_and_definition_alone);
    tcase_add_test(guest, requests_to_the_guest_follow_each_other);
    tcase_add_test(guest, only_requests_to_the_guest_need_its_agent);
    suite_add_tcase(suite, guest);
    return suite;
}

VC_TEST_MAIN(make_suite)
