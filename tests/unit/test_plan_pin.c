/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pins, and what becomes of them when vCPUs come and go. */
#include <string.h>
#include <time.h>

#include "plan_world.h"

/* ---- Pin ---- */

START_TEST(a_pin_replaces_what_is_there)
{
    world_define("max=4 online=0-1 hot=2-3 pins=1:0-3");
    world_run(4, "0-1", "1:0-3");
    world_plans("pin 1 4-7 live config",
                "live    vcpu 1 affinity 0-3 -> 4-7\n"
                "config  pin vcpu 1: 0-3 -> 4-7\n");
    world_expect_config("max=4 online=0-1 hot=2-3 pins=1:4-7");
    world_plans("pin 0 2 live config", "live    vcpu 0 affinity 0-7 -> 2\n"
                                       "config  pin vcpu 0: none -> 2\n");
    world_plans("pin 1 0-3 live config", "");
}
END_TEST

START_TEST(a_pin_of_a_definition_may_name_cpus_this_host_lacks)
{
    world_define("max=2 online=0-1 hot=");
    world_plans("pin 1 6-9,16383 config",
                "config  pin vcpu 1: none -> 6-9,16383\n");
    world_run(2, "0-1", "");
    world_plans("pin 1 6-9 live config",
                "live    vcpu 1 affinity 0-7 -> 6-7\n"
                "config  pin vcpu 1: none -> 6-9\n"
                "note: vcpu 1: of host CPUs 6-9 it can run on 6-7 only\n");
}
END_TEST

START_TEST(a_live_pin_without_an_online_cpu_is_refused)
{
    world_host(8, "6-7");
    world_define("max=2 online=0-1 hot=");
    world_run(2, "0-1", "");
    world_refuses("pin 1 6-7 live", VC_ERR_INVALID_ARG,
                  "cannot pin vcpu 1 to host CPUs 6-7: none of them is online "
                  "for this domain (online: 0-5)");
    world_refuses("pin 1 8-99 live config", VC_ERR_INVALID_ARG,
                  "cannot pin vcpu 1 to host CPUs 8-99: none of them is "
                  "online for this domain (online: 0-5)");
    world_plans("pin 1 6-7 config", "config  pin vcpu 1: none -> 6-7\n");
    world_plans("pin 1 5-7 live",
                "live    vcpu 1 affinity 0-7 -> 5-7\n"
                "note: vcpu 1: of host CPUs 5-7 it can run on 5 only\n");
}
END_TEST

START_TEST(a_pool_of_the_domain_counts_not_the_host)
{
    world_run(2, "0-1", "");
    vc_cpuset_clear(&world.live.usable);
    world.live.usable = world_set("0-1");
    world_refuses("pin 0 2-3 live", VC_ERR_INVALID_ARG,
                  "cannot pin vcpu 0 to host CPUs 2-3: none of them is online "
                  "for this domain (online: 0-1)");
    world_plans("pin 0 1-3 live",
                "live    vcpu 0 affinity 0-7 -> 1-3\n"
                "note: vcpu 0: of host CPUs 1-3 it can run on 1 only\n");
}
END_TEST

START_TEST(a_vcpu_out_of_range_is_refused_before_the_set_is_looked_at)
{
    world_define("max=2 online=0-1 hot=");
    world_run(4, "0-1", "");
    world_refuses("pin 100 none live", VC_ERR_INVALID_ARG,
                  "vcpu 100 is out of range of live cpu count 4");
    world_refuses("pin 2 none live config", VC_ERR_INVALID_ARG,
                  "vcpu 2 is out of range of persistent cpu count 2");
    world_refuses("unpin 2 config", VC_ERR_INVALID_ARG,
                  "vcpu 2 is out of range of persistent cpu count 2");
    world_refuses("unpin 4 live", VC_ERR_INVALID_ARG,
                  "vcpu 4 is out of range of live cpu count 4");
    world_refuses("pin 1 none config", VC_ERR_INVALID_ARG,
                  "Empty cpu list for pinning");
}
END_TEST

START_TEST(a_stray_pin_cannot_be_reached)
{
    world_define("max=2 online=0-1 hot= pins=3:1");
    world_refuses("unpin 3 config", VC_ERR_INVALID_ARG,
                  "vcpu 3 is out of range of persistent cpu count 2");
    world_plans("unpin 1 config", "");
    world_expect_config("max=2 online=0-1 hot= pins=3:1");
}
END_TEST

START_TEST(a_hypervisor_that_cannot_pin_says_why)
{
    world_define("max=2 online=0-1 hot=");
    world_run(2, "0-1", "");
    world.live.caps &= ~(unsigned)VC_CAP_PIN;
    world_refuses("pin 1 2 live config", VC_ERR_OPERATION_UNSUPPORTED,
                  "vcpus of this domain can't be pinned: the hypervisor has "
                  "no way");
    world.live.no_pin = "it has no threads of its own";
    world_refuses("unpin 1 live", VC_ERR_OPERATION_UNSUPPORTED,
                  "vcpus of this domain can't be pinned: it has no threads "
                  "of its own");
    world_plans("pin 1 2 config", "config  pin vcpu 1: none -> 2\n");
}
END_TEST

/* ---- Unpin ---- */

START_TEST(an_unpinned_vcpu_follows_the_default_set_else_runs_anywhere)
{
    world_define("max=2 online=0-1 hot= pins=1:5");
    world_run(2, "0-1", "1:5");
    world_plans("unpin 1 live config", "live    vcpu 1 affinity 5 -> 0-7\n"
                                       "config  pin vcpu 1: 5 -> none\n");
    world_define("max=2 online=0-1 hot= default=2-9 pins=1:5");
    world_plans("unpin 1 live config", "live    vcpu 1 affinity 5 -> 2-7\n"
                                       "config  pin vcpu 1: 5 -> none\n");
    world_expect_config("max=2 online=0-1 hot= default=2-9");
    world_plans("unpin 1 live", "live    vcpu 1 affinity 5 -> 2-7\n");
    world.persistent = false;
    world_plans("unpin 1 live", "live    vcpu 1 affinity 5 -> 0-7\n");
}
END_TEST

START_TEST(unpinning_what_has_no_pin_does_nothing)
{
    world_define("max=2 online=0-1 hot=");
    world_run(2, "0-1", "");
    world_plans("unpin 1 live config", "");
}
END_TEST

/* ---- Offline vCPUs ---- */

START_TEST(an_offline_vcpu_is_pinned_where_the_hypervisor_keeps_it)
{
    world_run(4, "0-1", "");
    world_plans("pin 3 4-5 live", "live    vcpu 3 affinity 0-7 -> 4-5\n");
    world_plans("pin 3 4-5 live; state 3 on live",
                "live    vcpu 3 affinity 0-7 -> 4-5\n"
                "live    plug vcpus 3\n");
    world_plans("state 1 off live; state 1 on live",
                "live    unplug vcpus 1\n"
                "live    plug vcpus 1\n");
}
END_TEST

START_TEST(a_pin_of_an_offline_vcpu_is_kept_where_the_hypervisor_forgets)
{
    world_run(4, "0-1", "");
    world_forget("");
    world_plans("pin 3 4-5 live", "live    vcpu 3 kept pin none -> 4-5\n");
    world_plans("pin 3 4-5 live; pin 3 4-5 live",
                "live    vcpu 3 kept pin none -> 4-5\n");
    world_forget("3:4-5");
    world_plans("pin 3 6 live", "live    vcpu 3 kept pin 4-5 -> 6\n");
    world_plans("pin 3 4-5 live", "");
    world_plans("unpin 3 live", "live    vcpu 3 kept pin 4-5 -> 0-7\n");
}
END_TEST

START_TEST(a_kept_pin_is_applied_when_the_vcpu_comes_online)
{
    world_define("max=4 online=0-1 hot=2-3 default=0-3 pins=3:7");
    world_run(4, "0-1", "");
    world_forget("2:4-5");
    world_plans("state 2 on live", "live    plug vcpus 2\n"
                                   "live    vcpu 2 affinity new -> 4-5\n"
                                   "live    vcpu 2 kept pin 4-5 -> none\n");
    world_plans("pin 2 6 live; count 3 live",
                "live    vcpu 2 kept pin 4-5 -> 6\n"
                "live    plug vcpus 2\n"
                "live    vcpu 2 affinity new -> 6\n"
                "live    vcpu 2 kept pin 6 -> none\n");
}
END_TEST

START_TEST(a_plugged_vcpu_without_kept_pin_gets_what_is_defined)
{
    world_define("max=4 online=0-1 hot=2-3 default=0-3 pins=3:7");
    world_run(4, "0-1", "");
    world_forget("");
    world_plans("count 4 live", "live    plug vcpus 2-3\n"
                                "live    vcpu 2 affinity new -> 0-3\n"
                                "live    vcpu 3 affinity new -> 7\n");
    world.persistent = false;
    world_plans("count 4 live", "live    plug vcpus 2-3\n");
}
END_TEST

START_TEST(a_vcpu_that_could_not_run_is_not_plugged)
{
    world_host(8, "7");
    world_define("max=4 online=0-1 hot=2-3 pins=3:7-9");
    world_run(4, "0-1", "");
    world_forget("");
    world_refuses("count 4 live", VC_ERR_INVALID_ARG,
                  "cannot bring vcpu 3 online: it is pinned to host CPUs "
                  "7-9, none of which is online for this domain (online: "
                  "0-6)");
    world_plans("count 3 live", "live    plug vcpus 2\n");
    world_plans("pin 3 6-7 config; count 4 live",
                "live    plug vcpus 2-3\n"
                "live    vcpu 3 affinity new -> 6\n"
                "config  pin vcpu 3: 7-9 -> 6-7\n");
}
END_TEST

START_TEST(an_unplugged_vcpu_keeps_its_pin_for_when_it_is_back)
{
    const struct vc_step *unplug;

    world_run(4, "0-3", "2:4-5;3:6");
    world_forget("");
    world_plans("count 1 live; count 4 live",
                "live    vcpu 2 kept pin none -> 4-5\n"
                "live    vcpu 3 kept pin none -> 6\n"
                "live    unplug vcpus 1-3\n"
                "live    plug vcpus 1-3\n"
                "live    vcpu 2 affinity new -> 4-5\n"
                "live    vcpu 2 kept pin 4-5 -> none\n"
                "live    vcpu 3 affinity new -> 6\n"
                "live    vcpu 3 kept pin 6 -> none\n");
    /* going back plugs again, and pins what was pinned */
    unplug = &world.plan.steps[2];
    ck_assert_uint_eq(unplug->repin.npins, 2);
    ck_assert_uint_eq(unplug->repin.pins[0].vcpu, 2);
    ck_assert(vc_cpuset_contains(&unplug->repin.pins[0].cpus, 4));
    ck_assert_uint_eq(unplug->repin.pins[1].vcpu, 3);
}
END_TEST

START_TEST(a_pin_just_made_is_what_is_kept)
{
    world_run(4, "0-3", "3:6");
    world_forget("");
    world_plans("pin 3 2 live; state 3 off live",
                "live    vcpu 3 affinity 6 -> 2\n"
                "live    vcpu 3 kept pin none -> 2\n"
                "live    unplug vcpus 3\n");
}
END_TEST

/* Pinned while offline, plugged, and the pin then taken off: what was kept
 * first is not what counts any more. */
START_TEST(a_pin_that_was_taken_off_does_not_come_back_with_its_vcpu)
{
    world_run(4, "0-2", "");
    world_forget("3:6");
    world_plans("state 3 on live; unpin 3 live; state 3 off live; "
                "state 3 on live",
                "live    plug vcpus 3\n"
                "live    vcpu 3 affinity new -> 6\n"
                "live    vcpu 3 kept pin 6 -> none\n"
                "live    vcpu 3 affinity 6 -> 0-7\n"
                "live    unplug vcpus 3\n"
                "live    plug vcpus 3\n");
}
END_TEST

/* Another hand plugged it and nobody applied the pin yet. */
START_TEST(a_vcpu_that_waits_for_its_pin_goes_on_waiting_when_unplugged)
{
    world_run(4, "0-3", "3:2");
    world_forget("3:6");
    world_plans("state 3 off live; state 3 on live",
                "live    unplug vcpus 3\n"
                "live    plug vcpus 3\n"
                "live    vcpu 3 affinity new -> 6\n"
                "live    vcpu 3 kept pin 6 -> none\n");
    ck_assert_uint_eq(world.plan.steps[0].repin.npins, 1);
    ck_assert(vc_cpuset_contains(&world.plan.steps[0].repin.pins[0].cpus, 2));
}
END_TEST

/* Another hand plugged it, and then it was pinned: what was kept is past. */
START_TEST(a_pin_of_an_online_vcpu_ends_what_was_kept_for_it)
{
    world_run(4, "0-3", "3:2");
    world_forget("3:6");
    world_plans("pin 3 4 live", "live    vcpu 3 affinity 2 -> 4\n"
                                "live    vcpu 3 kept pin 6 -> none\n");
    world_plans("pin 3 2 live", "live    vcpu 3 kept pin 6 -> none\n");
    world_plans("unpin 3 live; kept", "live    vcpu 3 affinity 2 -> 0-7\n"
                                      "live    vcpu 3 kept pin 6 -> none\n");
}
END_TEST

/* Going back from the whole plan leaves what was kept before it. */
START_TEST(what_was_kept_first_is_what_the_inverse_keeps)
{
    const struct vc_step *keep;

    world_run(4, "0-1", "");
    world_forget("3:6");
    world_plans("state 3 on live; pin 3 2 live; state 3 off live",
                "live    plug vcpus 3\n"
                "live    vcpu 3 affinity new -> 6\n"
                "live    vcpu 3 kept pin 6 -> none\n"
                "live    vcpu 3 affinity 6 -> 2\n"
                "live    vcpu 3 kept pin none -> 2\n"
                "live    unplug vcpus 3\n");
    keep = &world.plan.steps[2];
    ck_assert(vc_cpuset_contains(&keep->before, 6));
    keep = &world.plan.steps[4];
    ck_assert(vc_cpuset_is_empty(&keep->before));
}
END_TEST

START_TEST(a_hypervisor_without_pins_plugs_and_unplugs_without_them)
{
    world_define("max=3 online=0-1 hot=2 pins=2:5");
    world_run(3, "0-1", "1:3");
    world_forget("");
    world.live.caps &= ~(unsigned)VC_CAP_PIN;
    world_plans("count 3 live", "live    plug vcpus 2\n");
    world_plans("count 1 live", "live    unplug vcpus 1\n");
    ck_assert_uint_eq(world.plan.steps[0].repin.npins, 0);
}
END_TEST

static void add_pin(Suite *suite)
{
    TCase *pin = tcase_create("pin");

    tcase_add_checked_fixture(pin, world_setup, world_teardown);
    tcase_add_test(pin, a_pin_replaces_what_is_there);
    tcase_add_test(pin, a_pin_of_a_definition_may_name_cpus_this_host_lacks);
    tcase_add_test(pin, a_live_pin_without_an_online_cpu_is_refused);
    tcase_add_test(pin, a_pool_of_the_domain_counts_not_the_host);
    tcase_add_test(
        pin, a_vcpu_out_of_range_is_refused_before_the_set_is_looked_at);
    tcase_add_test(pin, a_stray_pin_cannot_be_reached);
    tcase_add_test(pin, a_hypervisor_that_cannot_pin_says_why);
    tcase_add_test(
        pin, an_unpinned_vcpu_follows_the_default_set_else_runs_anywhere);
    tcase_add_test(pin, unpinning_what_has_no_pin_does_nothing);
    suite_add_tcase(suite, pin);
}

/* ---- many ---- */

/* Each vCPU of the largest domain, and the most pins beyond that a document
 * can hold. */
static void many_setup(void)
{
    VC_CPUSET_AUTO cpus = {0};
    unsigned i;

    world_setup();
    world.persistent = true;
    vc_vcpudef_clear(&world.config);
    ck_assert_int_eq(vc_vcpudef_init_counts(&world.config, VC_VCPU_LIMIT,
                                            VC_VCPU_LIMIT, &world.err),
                     0);
    for (i = 0; i < 100000; i++) {
        ck_assert_int_eq(vc_cpuset_add(&cpus, 1, 1, &world.err), 0);
        ck_assert_int_eq(
            vc_vcpudef_append_pin(&world.config, i, &cpus, &world.err), 0);
    }
}

/* One after another these take some seconds, together a hundredth. */
START_TEST(many_pins_of_a_definition_take_one_pass)
{
    const size_t n = 4 * VC_VCPU_LIMIT;
    struct vc_request *requests = calloc(n, sizeof(*requests));
    struct vc_facts facts = {
        .persistent = true, .config = &world.config, .ncpus = 8};
    clock_t before;
    unsigned i;

    ck_assert_ptr_nonnull(requests);
    for (i = 0; i < n; i++) {
        /* all are taken off and put on, twice */
        requests[i].kind =
            i / VC_VCPU_LIMIT % 2 ? VC_REQUEST_PIN : VC_REQUEST_UNPIN;
        requests[i].impact = VC_IMPACT_CONFIG;
        requests[i].vcpu = VC_VCPU_LIMIT - 1 - i % VC_VCPU_LIMIT;
        ck_assert_int_eq(vc_cpuset_add(&requests[i].set, i % 8, i % 8,
                                       &world.err),
                         0);
    }
    ck_assert_int_eq(vc_plan_init(&world.plan, &facts, &world.err), 0);
    before = clock();
    ck_assert_int_eq(vc_plan_add_all(&world.plan, requests, n, &world.err), 0);
    ck_assert_int_lt((clock() - before) / CLOCKS_PER_SEC, 2);
    ck_assert(world.plan.config_changed);
    ck_assert_uint_eq(world.plan.config.npins, 100000);
    for (i = 0; i < 100000; i++) {
        const struct vc_pin *pin = &world.plan.config.pins[i];

        ck_assert_uint_eq(pin->vcpu, i);
        ck_assert_int_eq(vc_cpuset_next(&pin->cpus, 0),
                         i < VC_VCPU_LIMIT ? 7 - (int)i % 8 : 1);
    }
    for (i = 0; i < n; i++)
        vc_request_clear(&requests[i]);
    free(requests);
}
END_TEST

START_TEST(one_request_may_be_about_many_vcpus)
{
    struct vc_request request = {.kind = VC_REQUEST_UNPIN,
                                 .impact = VC_IMPACT_CONFIG,
                                 .vcpu = 1,
                                 .more = VC_VCPU_LIMIT - 2};
    struct vc_facts facts = {
        .persistent = true, .config = &world.config, .ncpus = 8};

    ck_assert_int_eq(vc_plan_init(&world.plan, &facts, &world.err), 0);
    ck_assert_int_eq(vc_plan_add(&world.plan, &request, &world.err), 0);
    ck_assert_uint_eq(world.plan.config.npins, 100000 - VC_VCPU_LIMIT + 1);
    ck_assert_uint_eq(world.plan.config.pins[0].vcpu, 0);
    ck_assert_uint_eq(world.plan.config.pins[1].vcpu, VC_VCPU_LIMIT);
    request.more++;
    ck_assert_int_eq(vc_plan_add(&world.plan, &request, &world.err), -1);
    ck_assert_str_eq(world.err.text, "vcpu 16384 is out of range of persistent "
                                     "cpu count 16384");
}
END_TEST

static void add_many(Suite *suite)
{
    TCase *many = tcase_create("many");

    tcase_add_checked_fixture(many, many_setup, world_teardown);
    tcase_set_timeout(many, 120);
    tcase_add_test(many, many_pins_of_a_definition_take_one_pass);
    tcase_add_test(many, one_request_may_be_about_many_vcpus);
    suite_add_tcase(suite, many);
}

static void add_offline(Suite *suite)
{
    TCase *offline = tcase_create("offline");

    tcase_add_checked_fixture(offline, world_setup, world_teardown);
    tcase_add_test(offline,
                   an_offline_vcpu_is_pinned_where_the_hypervisor_keeps_it);
    tcase_add_test(
        offline, a_pin_of_an_offline_vcpu_is_kept_where_the_hypervisor_forgets);
    tcase_add_test(offline, a_kept_pin_is_applied_when_the_vcpu_comes_online);
    tcase_add_test(offline,
                   a_plugged_vcpu_without_kept_pin_gets_what_is_defined);
    tcase_add_test(offline, a_vcpu_that_could_not_run_is_not_plugged);
    tcase_add_test(offline,
                   an_unplugged_vcpu_keeps_its_pin_for_when_it_is_back);
    tcase_add_test(offline, a_pin_just_made_is_what_is_kept);
    tcase_add_test(
        offline, a_pin_that_was_taken_off_does_not_come_back_with_its_vcpu);
    tcase_add_test(
        offline, a_vcpu_that_waits_for_its_pin_goes_on_waiting_when_unplugged);
    tcase_add_test(offline, a_pin_of_an_online_vcpu_ends_what_was_kept_for_it);
    tcase_add_test(offline, what_was_kept_first_is_what_the_inverse_keeps);
    tcase_add_test(offline,
                   a_hypervisor_without_pins_plugs_and_unplugs_without_them);
    suite_add_tcase(suite, offline);
}

static Suite *make_suite(void)
{
    Suite *suite = suite_create("plan pin");

    add_pin(suite);
    add_offline(suite);
    add_many(suite);
    return suite;
}

VC_TEST_MAIN(make_suite)
