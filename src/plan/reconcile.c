/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Live := config.  What the definition doesn't state is left alone, but pins
 * that were kept for vCPUs that another hand brought online are applied; what
 * this host can't do is noted, and the rest is done all the same.  Planning
 * again after the steps were taken gives no step.
 */
#define VC_ROOM VC_ROOM_PLAN
#include "plan/internal.h"

int vc_plan_affinity_is(const struct vc_cpuset *asked,
                        const struct vc_cpuset *live,
                        const struct vc_cpuset *usable, bool *ret_same,
                        struct vc_error *err)
{
    VC_CPUSET_AUTO want = {0};
    VC_CPUSET_AUTO have = {0};

    if (vc_cpuset_intersect(&want, asked, usable, err) < 0 ||
        vc_cpuset_intersect(&have, live, usable, err) < 0)
        return -1;
    *ret_same = !vc_cpuset_is_empty(&want) && vc_cpuset_equal(&want, &have);
    return 0;
}

static int reconcile_wanted_online(struct vc_plan *plan,
                                   struct vc_cpuset *ret_want,
                                   struct vc_error *err)
{
    unsigned maximum = plan->live.maximum;

    if (vc_cpuset_copy(ret_want, &plan->config.online, err) < 0)
        return -1;
    if (plan->config.maximum != maximum &&
        vc_plan_note(plan, VC_NOTE_RESTART, -1, err,
                     "the definition's maximum is %u, the running domain's is "
                     "%u",
                     plan->config.maximum, maximum) < 0)
        return -1;
    if (plan->config.maximum > maximum &&
        vc_cpuset_remove(ret_want, maximum, plan->config.maximum - 1, err) < 0)
        return -1;
    if (vc_cpuset_contains(ret_want, 0))
        return 0;
    if (vc_plan_note(plan, VC_NOTE_INFO, 0, err,
                     "the definition has it offline; vcpu 0 always stays "
                     "online") < 0)
        return -1;
    return vc_cpuset_add(ret_want, 0, 0, err);
}

/* -1: *why says why not. */
static int can_plug(const struct vc_plan *plan, const struct vc_cpuset *ids,
                    bool online, struct vc_error *why)
{
    const struct vc_live *live = &plan->live;

    if (!(live->caps & VC_CAP_ONLINE))
        return vc_error_set(why, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpus %s can't be brought %s: %s",
                            VC_CPUSET_SHOW(ids), online ? "online" : "offline",
                            plan_why_no_online(live));
    return vc_plug_limits_check(&live->limits, &live->online, ids, online, why);
}

static int reconcile_plug(struct vc_plan *plan, const struct vc_cpuset *ids,
                          bool online, struct vc_error *err)
{
    struct vc_error why;
    int id;

    if (vc_cpuset_is_empty(ids))
        return 0;
    if (can_plug(plan, ids, online, &why) < 0)
        return vc_plan_note(plan, VC_NOTE_FAILED, vc_cpuset_next(ids, 0), err,
                            "%s", why.text);
    if (!online || (plan->live.caps & VC_CAP_PIN_OFFLINE))
        return plan_step_online(plan, ids, online, err);
    if (plan_step_plug(plan, ids, online, err) < 0)
        return -1;
    /* A new vCPU's affinity isn't known: whatever is asked for has to be set. */
    for (id = vc_cpuset_next(ids, 0); id >= 0;
         id = vc_cpuset_next(ids, (unsigned)id + 1))
        vc_cpuset_clear(&plan->live.vcpus[id].affinity);
    return 0;
}

/* As asked, as far as the domain can; what was kept for the vCPU is past. */
static int reconcile_affinity(struct vc_plan *plan, unsigned vcpu,
                              const struct vc_cpuset *asked,
                              struct vc_error *err)
{
    bool online = vc_cpuset_contains(&plan->live.online, vcpu);
    VC_CPUSET_AUTO cpus = {0};
    bool same;

    if (vc_cpuset_intersect(&cpus, asked, &plan->live.usable, err) < 0 ||
        vc_plan_affinity_is(asked, &plan->live.vcpus[vcpu].affinity,
                            &plan->live.usable, &same, err) < 0)
        return -1;
    if (same)
        return online ? plan_step_forget(plan, vcpu, err) : 0;
    if (vc_cpuset_is_empty(&cpus))
        return vc_plan_note(plan, VC_NOTE_FAILED, (int)vcpu, err,
                            "it is pinned to host CPUs %s, none of which is "
                            "online for this domain (online: %s)",
                            VC_CPUSET_SHOW(asked),
                            VC_CPUSET_SHOW(&plan->live.usable));
    if (!(plan->live.caps & VC_CAP_PIN))
        return vc_plan_note(plan, VC_NOTE_FAILED, (int)vcpu, err,
                            "it can't be pinned: %s",
                            plan_why_no_pin(&plan->live));
    if (!vc_cpuset_equal(&cpus, asked) &&
        vc_plan_note(plan, VC_NOTE_INFO, (int)vcpu, err,
                     "its pin to host CPUs %s is cut to %s",
                     VC_CPUSET_SHOW(asked), VC_CPUSET_SHOW(&cpus)) < 0)
        return -1;
    return plan_step_affinity(plan, vcpu, &cpus, err);
}

/* A vCPU that is online while a pin is kept for it came by another hand; or by
 * this plan, and then its affinity isn't known. */
static int reconcile_kept(struct vc_plan *plan, unsigned vcpu,
                          struct vc_error *err)
{
    const struct vc_cpuset *kept = plan_kept(plan, vcpu);
    VC_CPUSET_AUTO asked = {0};
    bool ours = vc_cpuset_is_empty(&plan->live.vcpus[vcpu].affinity);

    if (!kept || (plan->live.caps & VC_CAP_PIN_OFFLINE) ||
        !vc_cpuset_contains(&plan->live.online, vcpu))
        return 0;
    if (vc_cpuset_copy(&asked, kept, err) < 0 ||
        reconcile_affinity(plan, vcpu, &asked, err) < 0)
        return -1;
    if (ours || plan_kept(plan, vcpu))
        return 0;
    return vc_plan_note(plan, VC_NOTE_INFO, (int)vcpu, err,
                        "another hand brought it online; it gets the pin that "
                        "was kept for it, %s",
                        VC_CPUSET_SHOW(&asked));
}

/* goes: it will be unplugged, and what was kept for it stays so. */
static int reconcile_pin(struct vc_plan *plan, unsigned vcpu, bool goes,
                         struct vc_error *err)
{
    const struct vc_cpuset *asked =
        vcpu < plan->config.maximum ? vc_vcpudef_affinity(&plan->config, vcpu)
                                    : NULL;

    if (asked)
        return reconcile_affinity(plan, vcpu, asked, err);
    return goes ? 0 : reconcile_kept(plan, vcpu, err);
}

/* Of a run that was made as defined before, and may have drifted since. */
int plan_kept_pins(struct vc_plan *plan, struct vc_error *err)
{
    unsigned i;

    if (!plan->has_live)
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "domain is not running");
    plan->best_effort = true;
    for (i = 0; i < plan->live.maximum; i++) {
        if (reconcile_kept(plan, i, err) < 0)
            return -1;
    }
    return 0;
}

int plan_reconcile(struct vc_plan *plan, struct vc_error *err)
{
    VC_CPUSET_AUTO want = {0};
    VC_CPUSET_AUTO up = {0};
    VC_CPUSET_AUTO down = {0};
    struct vc_error ignored;
    unsigned i;
    bool goes;

    if (!plan->has_live)
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "domain is not running");
    if (!plan->has_config)
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "transient domains do not have any persistent "
                            "config");
    plan->best_effort = true;
    plan->reconciled = false; /* the definition counts again, also for vCPUs
                                 that go and come back */
    if (reconcile_wanted_online(plan, &want, err) < 0 ||
        vc_cpuset_subtract(&up, &want, &plan->live.online, err) < 0 ||
        /* also those that a guest which still boots would bring up */
        vc_cpuset_union(&down, &plan->live.online, &plan->live.coming, err) <
            0 ||
        vc_cpuset_subtract(&down, &down, &want, err) < 0)
        return -1;
    if (reconcile_plug(plan, &up, true, err) < 0)
        return -1;
    goes = can_plug(plan, &down, false, &ignored) == 0;
    for (i = 0; i < plan->live.maximum; i++) {
        if (reconcile_pin(plan, i, goes && vc_cpuset_contains(&down, i), err) <
            0)
            return -1;
    }
    return reconcile_plug(plan, &down, false, err);
}
