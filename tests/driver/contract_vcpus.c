/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract suite's cases about changing vCPUs. */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "contract_world.h"
#include "world.h"

static int pin(struct vc_case *t, unsigned vcpu, const struct vc_cpuset *cpus,
               struct vc_cpuset *ret_effective, struct vc_error *err)
{
    return t->drv->ops->set_affinity(t->drv, &t->inst, vcpu, cpus,
                                     ret_effective, err);
}

static int plug(struct vc_case *t, const struct vc_cpuset *vcpus, bool online,
                struct vc_cpuset *ret_done, struct vc_error *err)
{
    return t->drv->ops->set_online(t->drv, &t->inst, vcpus, online,
                                   t->contract->timeout_ms, ret_done, err);
}

/* The last CPU that the domain may use, alone. */
static struct vc_cpuset last_usable(const struct vc_case *t)
{
    struct vc_cpuset one = {0};
    struct vc_error err;
    unsigned last = (unsigned)vc_cpuset_last(&t->before.usable);

    OK(vc_cpuset_add(&one, last, last, &err));
    return one;
}

/* ---- pins ---- */

START_TEST(pin_is_read_back_and_touches_one_vcpu_only)
{
    VC_CPUSET_AUTO effective = {0};
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    {
        VC_CPUSET_AUTO one = last_usable(&t);

        OK(pin(&t, 4, &one, &effective, &err));
        ck_assert(vc_cpuset_equal(&effective, &one));
        vc_case_look(&t);
        ck_assert(vc_cpuset_equal(&t.now.vcpus[4].affinity, &one));
        ck_assert_int_eq(t.now.vcpus[4].cpu, vc_cpuset_last(&one));
        OK(vc_cpuset_copy(&t.before.vcpus[4].affinity, &one, &err));
    }
    vc_case_nothing_changed(&t);
    vc_case_end(&t);
}
END_TEST

START_TEST(pinning_twice_is_pinning_once)
{
    VC_CPUSET_AUTO effective = {0};
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    {
        VC_CPUSET_AUTO one = last_usable(&t);

        OK(pin(&t, 0, &one, NULL, &err));
        OK(pin(&t, 0, &one, &effective, &err));
        ck_assert(vc_cpuset_equal(&effective, &one));
        OK(pin(&t, 0, &t.host.online, &effective, &err));
        ck_assert(vc_cpuset_is_subset(&t.before.usable, &effective));
    }
    vc_case_end(&t);
}
END_TEST

START_TEST(pin_is_cut_to_the_cpus_of_the_host)
{
    VC_CPUSET_AUTO wide = {0};
    VC_CPUSET_AUTO effective = {0};
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    OK(vc_cpuset_add(&wide, 0, VC_CPU_LIMIT - 1, &err));
    OK(pin(&t, 1, &wide, &effective, &err));
    ck_assert(vc_cpuset_is_subset(&effective, &t.host.online));
    vc_case_look(&t);
    ck_assert_int_lt(vc_cpuset_last(&t.now.vcpus[1].affinity),
                     (int)t.host.ncpus);
    ck_assert(vc_cpuset_is_subset(&effective, &t.now.vcpus[1].affinity));
    vc_case_end(&t);
}
END_TEST

START_TEST(pin_to_no_usable_cpu_is_refused)
{
    VC_CPUSET_AUTO beyond = {0};
    VC_CPUSET_AUTO empty = {0};
    VC_CPUSET_AUTO all = {0};
    VC_CPUSET_AUTO unusable = {0};
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    REFUSED(pin(&t, 0, &empty, NULL, &err), VC_ERR_INVALID_ARG, "");
    OK(vc_cpuset_add(&all, 0, VC_CPU_LIMIT - 1, &err));
    OK(vc_cpuset_subtract(&unusable, &all, &t.before.usable, &err));
    if (!vc_cpuset_is_empty(&unusable))
        REFUSED(pin(&t, 0, &unusable, NULL, &err), VC_ERR_INVALID_ARG, "");
    if (t.host.ncpus < VC_CPU_LIMIT) {
        OK(vc_cpuset_add(&beyond, t.host.ncpus, t.host.ncpus, &err));
        REFUSED(pin(&t, 0, &beyond, NULL, &err), VC_ERR_INVALID_ARG, "");
    }
    vc_case_nothing_changed(&t);
    vc_case_end(&t);
}
END_TEST

START_TEST(pin_beyond_maximum_is_refused)
{
    static const unsigned far[] = {VC_VCPU_LIMIT, INT_MAX,
                                   (unsigned)INT_MAX + 1, UINT_MAX};
    struct vc_error err;
    struct vc_case t;
    size_t i;

    vc_case_begin(&t, _i);
    for (i = 0; i < 2; i++)
        REFUSED(pin(&t, t.maximum + (unsigned)i, &t.host.online, NULL, &err),
                VC_ERR_INVALID_ARG, "range");
    for (i = 0; i < VC_NELEMS(far); i++)
        REFUSED(pin(&t, far[i], &t.host.online, NULL, &err), VC_ERR_INVALID_ARG,
                "range");
    vc_case_nothing_changed(&t);
    vc_case_end(&t);
}
END_TEST

START_TEST(pin_of_an_offline_vcpu_holds_when_it_comes_online)
{
    SET_AUTO(three, "3");
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    {
        VC_CPUSET_AUTO one = last_usable(&t);

        if (t.before.caps & VC_CAP_PIN_OFFLINE) {
            OK(pin(&t, 3, &one, NULL, &err));
            vc_case_look(&t);
            ck_assert(vc_cpuset_equal(&t.now.vcpus[3].affinity, &one));
            ck_assert_int_eq(t.now.vcpus[3].state, VC_VCPU_OFFLINE);
            OK(plug(&t, &three, true, NULL, &err));
            vc_case_look(&t);
            ck_assert(vc_cpuset_equal(&t.now.vcpus[3].affinity, &one));
            OK(plug(&t, &three, false, NULL, &err));
            vc_case_look(&t);
            ck_assert(vc_cpuset_equal(&t.now.vcpus[3].affinity, &one));
        } else {
            REFUSED(pin(&t, 3, &one, NULL, &err), VC_ERR_OPERATION_UNSUPPORTED,
                    "offline");
            vc_case_nothing_changed(&t);
        }
    }
    vc_case_end(&t);
}
END_TEST

START_TEST(without_pins_of_offline_vcpus_a_plugged_one_starts_free)
{
    SET_AUTO(one, "1");
    SET_AUTO(three, "3");
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    if (!(t.before.caps & VC_CAP_PIN_OFFLINE)) {
        VC_CPUSET_AUTO cpu = last_usable(&t);

        OK(pin(&t, 1, &cpu, NULL, &err));
        OK(plug(&t, &three, true, NULL, &err));
        vc_case_look(&t);
        ck_assert(vc_cpuset_equal(&t.now.vcpus[3].affinity,
                                  &t.before.vcpus[4].affinity));
        OK(plug(&t, &three, false, NULL, &err));
        OK(plug(&t, &one, false, NULL, &err));
        vc_case_look(&t);
        ck_assert(vc_cpuset_is_empty(&t.now.vcpus[1].affinity));
        if (!t.contract->no_replug) {
            OK(plug(&t, &one, true, NULL, &err));
            vc_case_nothing_changed(&t);
        }
    }
    vc_case_end(&t);
}
END_TEST

/* ---- online sets ---- */

struct plug_step {
    const char *vcpus;
    bool online;
    const char *then;
};

static void reaches(struct vc_case *t, const struct plug_step *steps, size_t n)
{
    struct vc_error err;
    size_t i;

    for (i = 0; i < n; i++) {
        SET_AUTO(vcpus, steps[i].vcpus);
        VC_CPUSET_AUTO done = {0};
        unsigned id;

        OK(plug(t, &vcpus, steps[i].online, &done, &err));
        ck_assert_str_eq(SHOW(&done), SHOW(&vcpus));
        vc_case_look(t);
        IS_SET(&t->now.online, steps[i].then);
        for (id = 0; id < t->maximum; id++)
            ck_assert_int_eq(t->now.vcpus[id].state == VC_VCPU_OFFLINE,
                             !vc_cpuset_contains(&t->now.online, id));
    }
}

START_TEST(any_sparse_set_can_be_reached)
{
    static const struct plug_step to_and_fro[] = {
        {"3", true, "0-1,3-4"}, {"1", false, "0,3-4"},
        {"4", false, "0,3"},    {"3", false, "0"},
        {"1-5", true, "0-5"},   {"1,3,5", false, "0,2,4"},
        {"5", true, "0,2,4-5"}, {"1-5", false, "0"},
    };
    static const struct plug_step first_up[] = {
        {"3", true, "0-1,3-4"}, {"2,5", true, "0-5"}, {"1,3,5", false, "0,2,4"},
        {"4", false, "0,2"},    {"1-5", false, "0"},
    };
    struct vc_case t;

    vc_case_begin(&t, _i);
    if (t.contract->no_replug)
        reaches(&t, first_up, VC_NELEMS(first_up));
    else
        reaches(&t, to_and_fro, VC_NELEMS(to_and_fro));
    vc_case_end(&t);
}
END_TEST

START_TEST(plugging_what_is_so_already_counts_as_done)
{
    SET_AUTO(on, "0-1,4");
    SET_AUTO(off, "2-3,5");
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    OK(plug(&t, &on, true, &done, &err));
    IS_SET(&done, "0-1,4");
    OK(plug(&t, &off, false, &done, &err));
    IS_SET(&done, "2-3,5");
    OK(plug(&t, &off, false, NULL, &err));
    vc_case_nothing_changed(&t);
    vc_case_end(&t);
}
END_TEST

START_TEST(vcpu_0_cant_be_unplugged)
{
    SET_AUTO(zero, "0");
    SET_AUTO(many, "0-1,4");
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    REFUSED(plug(&t, &zero, false, NULL, &err), VC_ERR_OPERATION_UNSUPPORTED,
            "vcpu 0");
    REFUSED(plug(&t, &many, false, NULL, &err), VC_ERR_OPERATION_UNSUPPORTED,
            "vcpu 0");
    vc_case_nothing_changed(&t);
    vc_case_end(&t);
}
END_TEST

START_TEST(plugging_beyond_maximum_is_refused_as_a_whole)
{
    SET_AUTO(far, "1,16383");
    VC_CPUSET_AUTO beyond = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct vc_case t;
    char range[16];

    vc_case_begin(&t, _i);
    (void)snprintf(range, sizeof(range), "0-%u", t.maximum - 1);
    OK(vc_cpuset_add(&beyond, t.maximum, t.maximum, &err));
    REFUSED(plug(&t, &beyond, true, &done, &err), VC_ERR_INVALID_ARG, range);
    OK(vc_cpuset_add(&beyond, 2, 3, &err));
    REFUSED(plug(&t, &beyond, true, &done, &err), VC_ERR_INVALID_ARG, range);
    REFUSED(plug(&t, &far, false, &done, &err), VC_ERR_INVALID_ARG, range);
    ck_assert(vc_cpuset_is_empty(&done));
    vc_case_nothing_changed(&t);
    vc_case_end(&t);
}
END_TEST

/* ---- the agent ---- */

static int ask(struct vc_case *t, const char *vcpus, bool online,
               struct vc_cpuset *ret_done, struct vc_error *err)
{
    SET_AUTO(set, vcpus);

    return t->drv->ops->agent_set(t->drv, &t->inst, &set, online,
                                  t->contract->timeout_ms, ret_done, err);
}

static void guest_sees(struct vc_case *t, const char *present,
                       const char *online)
{
    VC_AGENT_AUTO agent = {0};
    struct vc_error err;

    OK(t->drv->ops->agent_get(t->drv, &t->inst, t->contract->timeout_ms, &agent,
                              &err));
    IS_SET(&agent.present, present);
    IS_SET(&agent.online, online);
    ck_assert(vc_cpuset_is_subset(&agent.can_offline, &agent.present));
    ck_assert(!vc_cpuset_contains(&agent.can_offline, 0));
}

START_TEST(guest_view_follows_the_agent_and_the_plugging)
{
    SET_AUTO(one, "1");
    SET_AUTO(three, "3");
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    if (t.contract->has_agent) {
        guest_sees(&t, "0-1,4", "0-1,4");
        OK(ask(&t, "1,4", false, &done, &err));
        IS_SET(&done, "1,4");
        guest_sees(&t, "0-1,4", "0");
        vc_case_nothing_changed(&t);
        OK(ask(&t, "0,4", true, &done, &err));
        guest_sees(&t, "0-1,4", "0,4");
        OK(plug(&t, &three, true, NULL, &err));
        guest_sees(&t, "0-1,3-4", "0,3-4");
        OK(plug(&t, &one, false, NULL, &err));
        OK(plug(&t, &one, true, NULL, &err));
        guest_sees(&t, "0-1,3-4", "0-1,3-4");
    }
    vc_case_end(&t);
}
END_TEST

START_TEST(agent_refuses_what_the_guest_lacks)
{
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    if (t.contract->has_agent) {
        REFUSED(ask(&t, "1,2", false, NULL, &err), VC_ERR_INVALID_ARG, "2");
        REFUSED(ask(&t, "16383", true, NULL, &err), VC_ERR_INVALID_ARG,
                "16383");
        REFUSED(ask(&t, "0,1", false, NULL, &err), VC_ERR_OPERATION_UNSUPPORTED,
                "vcpu 0");
        guest_sees(&t, "0-1,4", "0-1,4");
    }
    vc_case_nothing_changed(&t);
    vc_case_end(&t);
}
END_TEST

START_TEST(without_agent_its_verbs_are_refused)
{
    int code = VC_ERR_ARGUMENT_UNSUPPORTED; /* known, but none configured */
    VC_AGENT_AUTO agent = {0};
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    if (!(t.contract->host_caps & VC_CAP_AGENT))
        code = VC_ERR_OPERATION_UNSUPPORTED;
    if (!t.contract->has_agent) {
        REFUSED(t.drv->ops->agent_get(t.drv, &t.inst, 100, &agent, &err), code,
                "agent");
        REFUSED(ask(&t, "1", false, NULL, &err), code, "agent");
    }
    vc_case_end(&t);
}
END_TEST

/* ---- starting where the driver can ---- */

START_TEST(a_running_domain_is_not_started_twice)
{
    VC_INSTANCE_AUTO other = {0};
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    if (t.contract->host_caps & VC_CAP_CREATE) {
        REFUSED(vc_case_start(&t, "contract-a", 0xc3, 2, "0", &other, &err),
                VC_ERR_OPERATION_INVALID, "already running");
        REFUSED(vc_case_start(&t, "contract-c", 0xa1, 2, "0", &other, &err),
                VC_ERR_OPERATION_INVALID, "already running");
        ck_assert_ptr_null(other.name);
    }
    vc_case_nothing_changed(&t);
    vc_case_end(&t);
}
END_TEST

/* ---- threads ---- */

#define ROUNDS 50

struct worker {
    struct vc_case *t;
    struct vc_cpuset *cpus;
    unsigned vcpu;
    const char *failed; /* what went wrong; NULL: nothing */
};

static void *pin_and_look(void *opaque)
{
    struct worker *w = opaque;
    struct vc_case *t = w->t;
    int i;

    for (i = 0; i < ROUNDS && !w->failed; i++) {
        const struct vc_cpuset *cpus = i % 2 ? w->cpus : &t->host.online;
        VC_LIVE_AUTO live = {0};
        struct vc_error err;

        if (pin(t, w->vcpu, cpus, NULL, &err) < 0)
            w->failed = "pinning";
        else if (t->drv->ops->snapshot(t->drv, &t->inst, VC_LIVE_ALL, &live, &err) < 0)
            w->failed = "looking";
        else if (!vc_cpuset_is_subset(cpus, &live.vcpus[w->vcpu].affinity))
            w->failed = "another thread's pin undid this one's";
    }
    return NULL;
}

START_TEST(threads_share_a_handle)
{
    static const unsigned vcpus[] = {0, 1, 4};
    struct worker workers[VC_NELEMS(vcpus)];
    pthread_t threads[VC_NELEMS(vcpus)];
    struct vc_case t;
    size_t i;

    vc_case_begin(&t, _i);
    {
        VC_CPUSET_AUTO one = last_usable(&t);

        for (i = 0; i < VC_NELEMS(vcpus); i++) {
            workers[i] = (struct worker){&t, &one, vcpus[i], NULL};
            ck_assert_int_eq(
                pthread_create(&threads[i], NULL, pin_and_look, &workers[i]),
                0);
        }
        for (i = 0; i < VC_NELEMS(vcpus); i++) {
            ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
            ck_assert_msg(!workers[i].failed, "%s", workers[i].failed);
        }
    }
    vc_case_end(&t);
}
END_TEST

void vc_contract_add_vcpus(TCase *tcase, int index)
{
    static const TTest *const *const cases[] = {
        &pin_is_read_back_and_touches_one_vcpu_only,
        &pinning_twice_is_pinning_once,
        &pin_is_cut_to_the_cpus_of_the_host,
        &pin_to_no_usable_cpu_is_refused,
        &pin_beyond_maximum_is_refused,
        &pin_of_an_offline_vcpu_holds_when_it_comes_online,
        &without_pins_of_offline_vcpus_a_plugged_one_starts_free,
        &any_sparse_set_can_be_reached,
        &plugging_what_is_so_already_counts_as_done,
        &vcpu_0_cant_be_unplugged,
        &plugging_beyond_maximum_is_refused_as_a_whole,
        &guest_view_follows_the_agent_and_the_plugging,
        &agent_refuses_what_the_guest_lacks,
        &without_agent_its_verbs_are_refused,
        &a_running_domain_is_not_started_twice,
        &threads_share_a_handle,
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_loop_test(tcase, *cases[i], index, index + 1);
}
