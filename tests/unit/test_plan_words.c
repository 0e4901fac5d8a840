/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans and changes as people read them. */
#include <string.h>

#include "plan_world.h"

static const struct {
    const char *before;
    const char *after;
    const char *words;
} changes[] = {
    {"max=4 online=0-1 hot=2-3", "max=4 online=0-1 hot=2-3", ""},
    {"max=4 online=0-1 hot=2-3", "max=4 online=0-2 hot=3", "vcpus 2 -> 3"},
    {"max=4 online=0-1 hot=2-3", "max=4 online=0,2 hot=1,3",
     "online 0-1 -> 0,2"},
    {"max=4 online=0,2 hot=1,3", "max=4 online=0 hot=1-3", "online 0,2 -> 0"},
    {"max=4 online=0-3 hot=", "max=8 online=0-3 hot=4-7", "maximum 4 -> 8"},
    {"max=4 online=0-3 hot=", "max=2 online=0-1 hot=",
     "maximum 4 -> 2; vcpus 4 -> 2"},
    {"max=4 online=0-3 hot=", "max=4 online=0-3 hot=2",
     "hotpluggable none -> 2"},
    {"max=4 online=0-3 hot= default=0-3", "max=4 online=0-3 hot=",
     "cpuset 0-3 -> none"},
    {"max=4 online=0-3 hot=", "max=4 online=0-3 hot= default=1,3",
     "cpuset none -> 1,3"},
    {"max=4 online=0-3 hot= pins=1:1;3:3",
     "max=4 online=0-3 hot= pins=0:0;1:2;9:9",
     "pin vcpu 0: none -> 0; pin vcpu 1: 1 -> 2; pin vcpu 3: 3 -> none; "
     "pin vcpu 9: none -> 9"},
    {"max=2 online=0 hot=1 default=0 pins=0:0",
     "max=3 online=0,2 hot=1-2 default=1 pins=0:1",
     "maximum 2 -> 3; online 0 -> 0,2; cpuset 0 -> 1; pin vcpu 0: 0 -> 1"},
};

START_TEST(a_change_is_told_in_words)
{
    VC_VCPUDEF_AUTO before = {0};
    VC_BUF_AUTO text = {0};

    world_define(changes[_i].before);
    vc_vcpudef_move(&before, &world.config);
    world_define(changes[_i].after);
    vc_words_change(&before, &world.config, &text);
    ck_assert_str_eq(vc_buf_str(&text), changes[_i].words);
}
END_TEST

START_TEST(many_changes_are_named_up_to_24_and_then_counted)
{
    VC_VCPUDEF_AUTO before = {0};
    VC_CPUSET_AUTO cpus = world_set("5");
    struct vc_error err = {0};
    unsigned i;

    world_define("max=99 online=0-98 hot=");
    ck_assert_int_eq(vc_vcpudef_copy(&before, &world.config, &err), 0);
    for (i = 0; i < 26; i++) {
        VC_BUF_AUTO text = {0};
        const char *more;

        ck_assert_int_eq(vc_vcpudef_set_pin(&world.config, i, &cpus, &err), 0);
        vc_words_change(&before, &world.config, &text);
        more = strstr(vc_buf_str(&text), "; and ");
        if (i < 24)
            ck_assert_ptr_null(more);
        else
            ck_assert_str_eq(more, i == 24 ? "; and 1 more" : "; and 2 more");
        ck_assert_int_eq(strstr(vc_buf_str(&text), "vcpu 23:") != NULL,
                         i >= 23);
        ck_assert_ptr_null(strstr(vc_buf_str(&text), "vcpu 24:"));
    }
}
END_TEST

START_TEST(every_kind_of_step_has_its_words)
{
    static const struct {
        struct vc_step step;
        const char *cpus;
        const char *before;
        const char *words;
    } rows[] = {
        {{.kind = VC_STEP_AFFINITY, .vcpu = 2}, "2-3", "0-7",
         "vcpu 2 affinity 0-7 -> 2-3"},
        {{.kind = VC_STEP_AFFINITY, .vcpu = 2}, "2-3", "",
         "vcpu 2 affinity none -> 2-3"},
        {{.kind = VC_STEP_AFFINITY, .vcpu = 2, .fresh = true}, "2-3", "",
         "vcpu 2 affinity new -> 2-3"},
        {{.kind = VC_STEP_KEEP, .vcpu = 9}, "1", "",
         "vcpu 9 kept pin none -> 1"},
        {{.kind = VC_STEP_KEEP, .vcpu = 9}, "", "1",
         "vcpu 9 kept pin 1 -> none"},
        {{.kind = VC_STEP_ONLINE, .online = true}, "1,3", "",
         "plug vcpus 1,3"},
        {{.kind = VC_STEP_ONLINE}, "1,3", "", "unplug vcpus 1,3"},
        {{.kind = VC_STEP_AGENT, .online = true}, "1", "",
         "guest: online vcpus 1"},
        {{.kind = VC_STEP_AGENT}, "1", "", "guest: offline vcpus 1"},
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(rows); i++) {
        struct vc_step step = rows[i].step;
        VC_BUF_AUTO text = {0};

        step.cpus = world_set(rows[i].cpus);
        step.before = world_set(rows[i].before);
        vc_step_print(&step, &text);
        ck_assert_str_eq(vc_buf_str(&text), rows[i].words);
        vc_cpuset_clear(&step.cpus);
        vc_cpuset_clear(&step.before);
    }
}
END_TEST

START_TEST(live_steps_come_first_then_the_definition_then_notes)
{
    world_define("max=4 online=0-1 hot=2-3");
    world_run(4, "0-1", "");
    world_plans("maximum 8 config; pin 1 3 live config",
                "live    vcpu 1 affinity 0-7 -> 3\n"
                "config  maximum 4 -> 8; pin vcpu 1: none -> 3\n"
                "needs restart: the running domain keeps its maximum of 4 "
                "until it is started again\n");
}
END_TEST

START_TEST(what_is_undone_within_a_plan_is_no_change_of_the_definition)
{
    world_define("max=4 online=0-1 hot=2-3 pins=1:1");
    world_plans("pin 1 2 config; pin 1 1 config", "");
    ck_assert(!world.plan.config_changed);
    ck_assert(vc_plan_is_empty(&world.plan));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("plan words");
    TCase *words = tcase_create("words");

    tcase_add_checked_fixture(words, world_setup, world_teardown);
    tcase_add_loop_test(words, a_change_is_told_in_words, 0,
                        (int)VC_NELEMS(changes));
    tcase_add_test(words, many_changes_are_named_up_to_24_and_then_counted);
    tcase_add_test(words, every_kind_of_step_has_its_words);
    tcase_add_test(words,
                   live_steps_come_first_then_the_definition_then_notes);
    tcase_add_test(words,
                   what_is_undone_within_a_plan_is_no_change_of_the_definition);
    suite_add_tcase(suite, words);
    return suite;
}

VC_TEST_MAIN(make_suite)
