/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Config := live. */
#include "plan_world.h"

START_TEST(a_definition_that_is_honoured_stays_as_it_is)
{
    world_define("max=4 online=0-1 hot=2-3 default=0-3 pins=1:5-99;9:1");
    world_run(4, "0-1", "0:0-3;1:5-7;2:0-3;3:0-3");
    world_plans("adopt", "");
    ck_assert(vc_plan_is_empty(&world.plan));
}
END_TEST

START_TEST(counts_and_pins_are_as_they_run)
{
    world_define("max=4 online=0-1 hot=2-3 pins=1:1");
    world_run(4, "0-2", "0:3;2:4-5");
    world_plans("adopt", "config  vcpus 2 -> 3; pin vcpu 0: none -> 3; "
                         "pin vcpu 1: 1 -> none; pin vcpu 2: none -> 4-5\n");
    world_expect_config("max=4 online=0-2 hot=3 pins=0:3;2:4-5");
    ck_assert_uint_eq(world.plan.nsteps, 0);
}
END_TEST

START_TEST(all_cpus_is_a_pin_only_beside_a_default_set)
{
    world_define("max=2 online=0-1 hot= default=0-3");
    world_run(2, "0-1", "0:0-3");
    world_plans("adopt", "config  pin vcpu 1: none -> 0-7\n");
    world_define("max=2 online=0-1 hot= pins=1:3");
    world_run(2, "0-1", "");
    world_plans("adopt", "config  pin vcpu 1: 3 -> none\n");
}
END_TEST

START_TEST(what_rows_say_of_vcpus_that_stay_stays)
{
    world_define("max=6 online=0,2,5 hot=1-5");
    world_run(6, "0,2", "");
    world_plans("adopt", "config  online 0,2,5 -> 0,2\n");
    world_expect_config("max=6 online=0,2 hot=1-5");
    world_run(6, "0-2", "");
    world_plans("adopt", "config  online 0,2,5 -> 0-2\n");
    world_expect_config("max=6 online=0-2 hot=1-5");
}
END_TEST

START_TEST(n_of_m_stays_n_of_m_unless_there_are_holes)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_run(4, "0-3", "");
    world_plans("adopt", "config  vcpus 2 -> 4\n");
    world_expect_config("max=4 online=0-3 hot=");
    world_run(4, "0,3", "");
    world_plans("adopt", "config  online 0-1 -> 0,3\n");
    world_expect_config("max=4 online=0,3 hot=1-3");
}
END_TEST

START_TEST(vcpu_0_that_runs_is_not_hotpluggable)
{
    world_define("max=3 online=2 hot=0-2");
    world_run(3, "0,2", "");
    world_plans("adopt", "config  online 2 -> 0,2\n");
    world_expect_config("max=3 online=0,2 hot=1-2");
}
END_TEST

START_TEST(another_maximum_takes_its_pins_along)
{
    world_define("max=6 online=0-5 hot= pins=4:4;5:5;7:7");
    world_run(5, "0-4", "4:4");
    world_plans("adopt", "config  maximum 6 -> 5; vcpus 6 -> 5; "
                         "pin vcpu 5: 5 -> none\n");
    world_expect_config("max=5 online=0-4 hot= pins=4:4;7:7");
}
END_TEST

START_TEST(a_stray_pin_that_would_wake_is_what_runs)
{
    world_define("max=2 online=0-1 hot= pins=3:3;9:1");
    world_run(4, "0-3", "");
    world_plans("adopt", "config  maximum 2 -> 4; vcpus 2 -> 4; "
                         "pin vcpu 3: 3 -> none\n");
    world_expect_config("max=4 online=0-3 hot= pins=9:1");
}
END_TEST

START_TEST(of_forgotten_vcpus_the_definition_knows_best)
{
    world_define("max=4 online=0-3 hot= pins=2:2;3:3");
    world_run(4, "0-1", "");
    world_forget("3:5");
    world_plans("adopt", "config  vcpus 4 -> 2; pin vcpu 3: 3 -> 5\n");
    world_expect_config("max=4 online=0-1 hot=2-3 pins=2:2;3:5");
}
END_TEST

START_TEST(only_what_runs_can_be_adopted)
{
    world_define("max=1 online=0 hot=");
    world_refuses("adopt", VC_ERR_OPERATION_INVALID, "domain is not running");
}
END_TEST

START_TEST(without_a_definition_it_starts_from_nothing)
{
    VC_VCPUDEF_AUTO def = {0};
    VC_BUF_AUTO text = {0};
    struct vc_error err = {0};

    world_run(4, "0,2", "2:1");
    ck_assert_int_eq(vc_plan_live_definition(NULL, &world.live,
                                             world.host.ncpus, &def, &err),
                     0);
    ck_assert_int_eq(vc_vcpudef_check(&def, &err), 0);
    vc_vcpudef_encode(&def, &text);
    ck_assert_str_eq(vc_buf_str(&text), "1 max=4 online=0,2 hot=1,3 pins=2:1");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("plan adopt");
    TCase *adopt = tcase_create("adopt");

    tcase_add_checked_fixture(adopt, world_setup, world_teardown);
    tcase_add_test(adopt, a_definition_that_is_honoured_stays_as_it_is);
    tcase_add_test(adopt, counts_and_pins_are_as_they_run);
    tcase_add_test(adopt, all_cpus_is_a_pin_only_beside_a_default_set);
    tcase_add_test(adopt, what_rows_say_of_vcpus_that_stay_stays);
    tcase_add_test(adopt, n_of_m_stays_n_of_m_unless_there_are_holes);
    tcase_add_test(adopt, vcpu_0_that_runs_is_not_hotpluggable);
    tcase_add_test(adopt, another_maximum_takes_its_pins_along);
    tcase_add_test(adopt, a_stray_pin_that_would_wake_is_what_runs);
    tcase_add_test(adopt, of_forgotten_vcpus_the_definition_knows_best);
    tcase_add_test(adopt, only_what_runs_can_be_adopted);
    tcase_add_test(adopt, without_a_definition_it_starts_from_nothing);
    suite_add_tcase(suite, adopt);
    return suite;
}

VC_TEST_MAIN(make_suite)
