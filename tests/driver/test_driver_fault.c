/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fault wrapper around the test driver. */
#include <stdio.h>
#include <string.h>

#include "../unit/vc_check.h"
#include "driver/wrap/fault.h"
#include "world.h"

#define MS 50

/* A driver with that script, and domain "vm": 6 vCPUs, 0-1 online. */
struct scene {
    struct vc_driver *drv;
    const struct vc_driver_ops *ops;
    struct vc_instance inst;
    struct vc_live before;
};

static struct vc_live look(struct scene *s)
{
    struct vc_live live = {0};
    struct vc_error err;

    OK(s->ops->snapshot(s->drv, &s->inst, VC_LIVE_ALL, &live, &err));
    return live;
}

static struct scene scene_begin(const char *script)
{
    struct scene s = {.drv = vc_world_open("test:///default?fault=")};
    struct vc_error err;

    s.ops = s.drv->ops;
    vc_world_create(s.drv, "vm", 1, 6, "0-1", &s.inst);
    s.before = look(&s);
    OK(vc_fault_arm(s.drv, script, &err));
    return s;
}

static void scene_end(struct scene *s)
{
    vc_instance_clear(&s->inst);
    vc_live_clear(&s->before);
    vc_driver_close(s->drv);
}

static void online_is(struct scene *s, const char *text)
{
    struct vc_live live = look(s);

    IS_SET(&live.online, text);
    vc_live_clear(&live);
}

static int plug(struct scene *s, const char *vcpus, bool online,
                struct vc_cpuset *ret_done, struct vc_error *err)
{
    SET_AUTO(set, vcpus);

    return s->ops->set_online(s->drv, &s->inst, &set, online, MS, ret_done,
                              err);
}

static int ask(struct scene *s, const char *vcpus, bool online,
               struct vc_cpuset *ret_done, struct vc_error *err)
{
    SET_AUTO(set, vcpus);

    return s->ops->agent_set(s->drv, &s->inst, &set, online, MS, ret_done, err);
}

static int pin(struct scene *s, unsigned vcpu, const char *cpus,
               struct vc_cpuset *ret_effective, struct vc_error *err)
{
    SET_AUTO(set, cpus);

    return s->ops->set_affinity(s->drv, &s->inst, vcpu, &set, ret_effective,
                                err);
}

/* ---- which call ---- */

START_TEST(nth_call_alone_fails_and_does_nothing)
{
    struct scene s = scene_begin("set_affinity:2:fail");
    struct vc_error err;

    OK(pin(&s, 0, "1", NULL, &err));
    REFUSED(pin(&s, 1, "1", NULL, &err), VC_ERR_OPERATION_FAILED,
            "injected fault in set_affinity, call 2");
    OK(pin(&s, 0, "0-7", NULL, &err));
    {
        VC_LIVE_AUTO now = look(&s);

        vc_world_same(&s.before, &now);
    }
    ck_assert_uint_eq(vc_fault_calls(s.drv, "set_affinity"), 3);
    ck_assert_uint_eq(vc_fault_calls(s.drv, "affinity"), 3);
    ck_assert_uint_eq(vc_fault_calls(s.drv, "set_online"), 0);
    ck_assert_uint_eq(vc_fault_calls(s.drv, "no such verb"), 0);
    scene_end(&s);
}
END_TEST

START_TEST(from_the_nth_on_and_all)
{
    struct scene s = scene_begin("online:3+:fail,affinity:*:fail");
    struct vc_error err;
    int i;

    OK(plug(&s, "2", true, NULL, &err));
    OK(plug(&s, "3", true, NULL, &err));
    for (i = 0; i < 3; i++) {
        REFUSED(plug(&s, "4", true, NULL, &err), VC_ERR_OPERATION_FAILED,
                "injected fault in set_online, call");
        REFUSED(pin(&s, 0, "1", NULL, &err), VC_ERR_OPERATION_FAILED, "call");
    }
    online_is(&s, "0-3");
    scene_end(&s);
}
END_TEST

START_TEST(arming_again_replaces_the_script_and_counts_on)
{
    struct scene s = scene_begin("online:*:fail");
    struct vc_error err;

    REFUSED(plug(&s, "2", true, NULL, &err), VC_ERR_OPERATION_FAILED, "call 1");
    OK(vc_fault_arm(s.drv, "online:3:fail", &err));
    OK(plug(&s, "2", true, NULL, &err));
    REFUSED(plug(&s, "3", true, NULL, &err), VC_ERR_OPERATION_FAILED, "call 3");
    REFUSED(vc_fault_arm(s.drv, "online:0:fail", &err), VC_ERR_INVALID_ARG, "");
    OK(vc_fault_arm(s.drv, NULL, &err));
    OK(plug(&s, "3", true, NULL, &err));
    scene_end(&s);
}
END_TEST

/* ---- what happens ---- */

START_TEST(failing_after_it_is_done)
{
    struct scene s = scene_begin("online:1:failafter,destroy:1:failafter,"
                                 "affinity:1:failafter,create:2:failafter");
    VC_CPUSET_AUTO out = {0};
    VC_INSTANCE_AUTO other = {0};
    SET_AUTO(zero, "0");
    struct vc_create_spec spec = {"other", NULL, 1, &zero};
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "other"};
    struct vc_error err;

    REFUSED(plug(&s, "3", true, NULL, &err), VC_ERR_OPERATION_FAILED, "online");
    online_is(&s, "0-1,3");
    REFUSED(pin(&s, 0, "5", &out, &err), VC_ERR_OPERATION_FAILED, "affinity");
    ck_assert(vc_cpuset_is_empty(&out));
    {
        VC_LIVE_AUTO now = look(&s);

        IS_SET(&now.vcpus[0].affinity, "5");
    }
    REFUSED(s.ops->create(s.drv, &spec, &other, &err), VC_ERR_OPERATION_FAILED,
            "create, call 2");
    ck_assert_ptr_null(other.name);
    ck_assert_int_eq(s.ops->find(s.drv, &key, &other, &err), 1);
    ck_assert(!other.has_uuid);
    REFUSED(s.ops->destroy(s.drv, &other, &err), VC_ERR_OPERATION_FAILED, "");
    ck_assert_int_eq(s.ops->find(s.drv, &key, &other, &err), 0);
    scene_end(&s);
}
END_TEST

START_TEST(gone_is_what_it_says)
{
    struct scene s =
        scene_begin("snapshot:2:gone,online:1:gone,destroy:1:gone");
    VC_LIVE_AUTO live = {0};
    struct vc_error err;

    REFUSED(plug(&s, "3", true, NULL, &err), VC_ERR_OPERATION_INVALID,
            "domain is not running");
    REFUSED(s.ops->destroy(s.drv, &s.inst, &err), VC_ERR_OPERATION_INVALID, "");
    REFUSED(s.ops->snapshot(s.drv, &s.inst, VC_LIVE_ALL, &live, &err),
            VC_ERR_OPERATION_INVALID, "domain is not running");
    online_is(&s, "0-1");
    scene_end(&s);
}
END_TEST

START_TEST(timeout_lets_the_lower_half_follow)
{
    struct scene s = scene_begin("online:*:timeout");
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;

    REFUSED(plug(&s, "1-4", true, &done, &err), VC_ERR_OPERATION_TIMEOUT,
            "the guest of domain 'vm' did not follow within 50 ms");
    IS_SET(&done, "1-3");
    online_is(&s, "0-3");
    REFUSED(plug(&s, "1-3", false, &done, &err), VC_ERR_OPERATION_TIMEOUT, "");
    IS_SET(&done, "1-2");
    online_is(&s, "0,3");
    REFUSED(plug(&s, "3", false, &done, &err), VC_ERR_OPERATION_TIMEOUT,
            "did not follow");
    IS_SET(&done, "");
    REFUSED(plug(&s, "4-5", true, NULL, &err), VC_ERR_OPERATION_TIMEOUT, "");
    online_is(&s, "0,3-4");
    scene_end(&s);
}
END_TEST

START_TEST(silent_agent_lets_the_lower_half_follow)
{
    struct scene s = scene_begin("agent_set:2:timeout,agent_get:1:timeout");
    VC_CPUSET_AUTO done = {0};
    VC_AGENT_AUTO agent = {0};
    struct vc_error err;

    OK(plug(&s, "2-5", true, NULL, &err));
    OK(ask(&s, "5", false, NULL, &err));
    REFUSED(ask(&s, "1-5", false, &done, &err), VC_ERR_AGENT_UNRESPONSIVE,
            "agent of domain 'vm'");
    IS_SET(&done, "1-2,5");
    REFUSED(s.ops->agent_get(s.drv, &s.inst, MS, &agent, &err),
            VC_ERR_AGENT_UNRESPONSIVE, "");
    OK(s.ops->agent_get(s.drv, &s.inst, MS, &agent, &err));
    IS_SET(&agent.online, "0,3-4");
    scene_end(&s);
}
END_TEST

START_TEST(narrow_sets_the_lowest_cpu_only)
{
    struct scene s = scene_begin("affinity:1:narrow");
    VC_CPUSET_AUTO effective = {0};
    struct vc_error err;

    OK(pin(&s, 0, "2-5", &effective, &err));
    IS_SET(&effective, "2");
    OK(pin(&s, 0, "2-5", &effective, &err));
    IS_SET(&effective, "2-5");
    scene_end(&s);
}
END_TEST

START_TEST(delays_add_up_and_the_call_goes_on)
{
    struct scene s = scene_begin("online:1:delay=20,online:*:delay=15,"
                                 "online:2:fail");
    unsigned long long from = vc_world_now_ms();
    struct vc_error err;

    OK(plug(&s, "2", true, NULL, &err));
    ck_assert_uint_ge(vc_world_now_ms() - from, 34);
    REFUSED(plug(&s, "3", true, NULL, &err), VC_ERR_OPERATION_FAILED, "call 2");
    online_is(&s, "0-2");
    scene_end(&s);
}
END_TEST

START_TEST(every_verb_can_fail)
{
    struct scene s = scene_begin("host:*:fail,list:*:fail,find:*:fail,"
                                 "snapshot:*:fail,agent_get:*:fail,"
                                 "agent_set:*:fail,create:*:fail,"
                                 "destroy:*:fail");
    struct vc_instance_key key = {.kind = VC_BY_ID};
    struct vc_create_spec spec = {"x", NULL, 1, &s.before.online};
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_INSTANCE_AUTO inst = {0};
    VC_AGENT_AUTO agent = {0};
    VC_HOST_AUTO host = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    int want = VC_ERR_OPERATION_FAILED;

    REFUSED(s.ops->host(s.drv, &host, &err), want, "in host, call 1");
    REFUSED(s.ops->list(s.drv, &list, &err), want, "in list, call 1");
    REFUSED(s.ops->find(s.drv, &key, &inst, &err), want, "in find, call 1");
    REFUSED(s.ops->snapshot(s.drv, &s.inst, VC_LIVE_ALL, &live, &err), want, "in snapshot");
    REFUSED(s.ops->agent_get(s.drv, &s.inst, MS, &agent, &err), want,
            "in agent_get, call 1");
    REFUSED(ask(&s, "1", false, NULL, &err), want, "in agent_set, call 1");
    REFUSED(s.ops->create(s.drv, &spec, &inst, &err), want, "in create");
    REFUSED(s.ops->destroy(s.drv, &s.inst, &err), want, "in destroy, call 1");
    scene_end(&s);
}
END_TEST

/* ---- the hook ---- */

struct seen {
    char text[256];
    struct vc_driver *arm; /* gets a script at the second call */
};

static void on_call(void *opaque, const char *verb, unsigned n)
{
    struct seen *seen = opaque;
    size_t len = strlen(seen->text);
    struct vc_error err;

    (void)snprintf(seen->text + len, sizeof(seen->text) - len, "%s:%u ", verb,
                   n);
    if (seen->arm && n == 2)
        OK(vc_fault_arm(seen->arm, "online:2:fail", &err));
}

START_TEST(hook_sees_each_call_before_the_script_is_looked_at)
{
    struct scene s = scene_begin(NULL);
    struct seen seen = {.arm = s.drv};
    struct vc_error err;

    OK(vc_fault_on_call(s.drv, on_call, &seen, &err));
    OK(plug(&s, "2", true, NULL, &err));
    OK(pin(&s, 0, "1", NULL, &err));
    REFUSED(plug(&s, "3", true, NULL, &err), VC_ERR_OPERATION_FAILED, "call 2");
    OK(vc_fault_on_call(s.drv, NULL, NULL, &err));
    OK(plug(&s, "3", true, NULL, &err));
    ck_assert_str_eq(seen.text, "set_online:1 set_affinity:1 set_online:2 ");
    scene_end(&s);
}
END_TEST

START_TEST(driver_without_the_wrapper_says_so)
{
    struct vc_driver *drv = vc_world_open("test:///default");
    struct vc_error err;

    ck_assert_uint_eq(vc_fault_calls(drv, "list"), 0);
    REFUSED(vc_fault_arm(drv, "", &err), VC_ERR_INTERNAL, "no fault wrapper");
    REFUSED(vc_fault_on_call(drv, on_call, NULL, &err), VC_ERR_INTERNAL,
            "no fault wrapper");
    vc_driver_close(drv);
}
END_TEST

/* ---- scripts ---- */

static const struct {
    const char *spec;
    const char *words;
} bad[] = {
    {"*", "fault '*': must be VERB:N:ACTION"},
    {"online", "must be VERB:N:ACTION"},
    {"online:1", "must be VERB:N:ACTION"},
    {"online:1:fail:x", "must be VERB:N:ACTION"},
    {",", "must be VERB:N:ACTION"},
    {"online:1:fail,", "must be VERB:N:ACTION"},
    {"online:1:fail,,list:1:fail", "must be VERB:N:ACTION"},
    {"unplug:1:fail",
     "fault 'unplug:1:fail': the verb must be one of host list "
     "find snapshot set_affinity set_online agent_get "
     "agent_set create destroy"},
    {"Online:1:fail", "the verb must be"},
    {":1:fail", "the verb must be"},
    {"online:0:fail", "the call must be"},
    {"online::fail", "the call must be"},
    {"online:+:fail", "the call must be"},
    {"online:-1:fail", "the call must be"},
    {"online:1++:fail", "the call must be"},
    {"online:**:fail", "the call must be"},
    {"online:4294967296:fail", "the call must be"},
    {"online:1:explode",
     "the action of set_online must be one of fail failafter "
     "gone timeout delay=0-60000"},
    {"online:1:", "the action of set_online"},
    {"online:1:narrow", "the action of set_online"},
    {"affinity:1:timeout", "the action of set_affinity"},
    {"list:1:gone", "the action of list must be one of fail failafter delay"},
    {"online:1:fail=1", "the action"},
    {"online:1:delay", "the action"},
    {"online:1:delay=", "the action"},
    {"online:1:delay=60001", "the action"},
    {"online:1:delay=-5", "the action"},
    {"list:1:fail,online:1:x", "fault 'online:1:x'"},
};

START_TEST(wrong_script_is_refused_with_what_is_allowed)
{
    char uri[256];

    (void)snprintf(uri, sizeof(uri), "test:///default?fault=%s", bad[_i].spec);
    vc_world_refuse_open(uri, VC_ERR_INVALID_ARG, bad[_i].words);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &nth_call_alone_fails_and_does_nothing,
        &from_the_nth_on_and_all,
        &arming_again_replaces_the_script_and_counts_on,
        &failing_after_it_is_done,
        &gone_is_what_it_says,
        &timeout_lets_the_lower_half_follow,
        &silent_agent_lets_the_lower_half_follow,
        &narrow_sets_the_lowest_cpu_only,
        &delays_add_up_and_the_call_goes_on,
        &every_verb_can_fail,
        &hook_sees_each_call_before_the_script_is_looked_at,
        &driver_without_the_wrapper_says_so,
    };
    Suite *suite = suite_create("driver fault");
    TCase *tcase = tcase_create("fault");
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    tcase_add_loop_test(tcase, wrong_script_is_refused_with_what_is_allowed, 0,
                        (int)VC_NELEMS(bad));
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
