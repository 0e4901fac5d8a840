/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "../unit/vc_check.h"
#include "world.h"

START_TEST(fresh_snapshot_has_all_vcpus_offline)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    unsigned i;

    OK(vc_live_alloc(&live, 3, &err));
    ck_assert_uint_eq(live.maximum, 3);
    for (i = 0; i < 3; i++) {
        ck_assert_int_eq(live.vcpus[i].state, VC_VCPU_OFFLINE);
        ck_assert_int_eq(live.vcpus[i].cpu, -1);
        ck_assert(vc_cpuset_is_empty(&live.vcpus[i].affinity));
    }
    /* What it held is released. */
    OK(vc_live_alloc(&live, 1, &err));
    ck_assert_uint_eq(live.maximum, 1);
}
END_TEST

static void fill(struct vc_live *live)
{
    struct vc_error err;

    OK(vc_live_alloc(live, 2, &err));
    live->caps = VC_CAP_PIN | VC_CAP_WATCH;
    live->no_online = "why not";
    live->limits.no_unplug = "why not";
    live->has_agent = live->paused = true;
    OK(vc_cpuset_add(&live->online, 0, 0, &err));
    OK(vc_cpuset_add(&live->usable, 0, 7, &err));
    live->vcpus[0].state = VC_VCPU_BLOCKED;
    live->vcpus[0].time_ns = 77;
    live->vcpus[0].cpu = 5;
    OK(vc_cpuset_add(&live->vcpus[0].affinity, 4, 5, &err));
    OK(vc_cpuset_add(&live->vcpus[1].soft, 6, 6, &err));
}

START_TEST(copy_of_a_snapshot_is_equal_and_its_own)
{
    VC_LIVE_AUTO live = {0};
    VC_LIVE_AUTO copy = {0};
    struct vc_error err;

    fill(&live);
    fill(&copy); /* replaced without a leak */
    OK(vc_live_copy(&copy, &live, &err));
    vc_world_same(&live, &copy);
    ck_assert_ptr_null(copy.no_pin);
    ck_assert_str_eq(copy.no_online, "why not");
    ck_assert_ptr_null(copy.limits.no_plug);
    ck_assert_str_eq(copy.limits.no_unplug, "why not");
    ck_assert_int_eq(copy.vcpus[0].state, VC_VCPU_BLOCKED);
    ck_assert_uint_eq(copy.vcpus[0].time_ns, 77);
    ck_assert_int_eq(copy.vcpus[0].cpu, 5);
    ck_assert_int_eq(copy.vcpus[1].cpu, -1);
    vc_live_clear(&live);
    IS_SET(&copy.vcpus[0].affinity, "4-5");
    IS_SET(&copy.vcpus[1].soft, "6");
    OK(vc_live_copy(&copy, &copy, &err));
    IS_SET(&copy.usable, "0-7");
}
END_TEST

START_TEST(copy_of_an_instance_is_its_own)
{
    VC_INSTANCE_AUTO inst = {
        .has_uuid = true, .uuid = {1, 2}, .id = 7, .start = "run"};
    VC_INSTANCE_AUTO copy = {0};
    struct vc_error err;

    inst.name = strdup("vm");
    OK(vc_instance_copy(&copy, &inst, &err));
    OK(vc_instance_copy(&copy, &inst, &err));
    vc_instance_clear(&inst);
    ck_assert_str_eq(copy.name, "vm");
    ck_assert_str_eq(copy.start, "run");
    ck_assert_int_eq(copy.id, 7);
    ck_assert(copy.has_uuid && copy.uuid[1] == 2);
    OK(vc_instance_copy(&copy, &copy, &err));
    ck_assert_str_eq(copy.name, "vm");
    OK(vc_instance_copy(&copy, &inst, &err));
    ck_assert_ptr_null(copy.name);
}
END_TEST

START_TEST(copy_of_a_guests_view_is_its_own)
{
    VC_AGENT_AUTO agent = {0};
    VC_AGENT_AUTO copy = {0};
    struct vc_error err;

    OK(vc_cpuset_add(&agent.present, 0, 3, &err));
    OK(vc_cpuset_add(&agent.online, 0, 1, &err));
    OK(vc_cpuset_add(&agent.can_offline, 1, 3, &err));
    OK(vc_agent_copy(&copy, &agent, &err));
    vc_agent_clear(&agent);
    ck_assert(vc_cpuset_is_empty(&agent.present));
    IS_SET(&copy.present, "0-3");
    IS_SET(&copy.online, "0-1");
    IS_SET(&copy.can_offline, "1-3");
}
END_TEST

START_TEST(all_zeros_can_be_cleared)
{
    VC_HOST_AUTO host = {0};
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_LIVE_AUTO live = {0};

    vc_host_clear(&host);
    vc_instance_list_clear(&list);
    vc_live_clear(&live);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("live");
    TCase *tcase = tcase_create("live");

    tcase_add_test(tcase, fresh_snapshot_has_all_vcpus_offline);
    tcase_add_test(tcase, copy_of_a_snapshot_is_equal_and_its_own);
    tcase_add_test(tcase, copy_of_an_instance_is_its_own);
    tcase_add_test(tcase, copy_of_a_guests_view_is_its_own);
    tcase_add_test(tcase, all_zeros_can_be_cleared);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
