/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counts, maxima and single vCPUs.  Down takes the highest ids, up brings the
 * lowest; vCPU 0 never goes.
 */
#define VC_ROOM VC_ROOM_PLAN
#include "plan/internal.h"

/* The pin that a vCPU gets when it is plugged on a hypervisor that remembers
 * none for offline vCPUs: what was kept.  A run that was never made as it was
 * defined gets what the definition asks for; in one that was, a pin that came
 * into the definition later is for the next start, as on any hypervisor. */
static const struct vc_cpuset *wanted_when_plugged(const struct vc_plan *plan,
                                                   unsigned vcpu)
{
    const struct vc_cpuset *kept = plan_kept(plan, vcpu);

    if (kept || plan->reconciled)
        return kept;
    return plan->has_config ? vc_vcpudef_affinity(&plan->config, vcpu) : NULL;
}

static int pin_when_plugged(struct vc_plan *plan, unsigned vcpu,
                            struct vc_error *err)
{
    const struct vc_cpuset *asked = wanted_when_plugged(plan, vcpu);
    VC_CPUSET_AUTO cpus = {0};
    struct vc_step *step;

    if (!asked || !(plan->live.caps & VC_CAP_PIN))
        return 0;
    if (vc_cpuset_intersect(&cpus, asked, &plan->live.usable, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&cpus))
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "cannot bring vcpu %u online: it is pinned to host "
                            "CPUs %s, none of which is online for this domain "
                            "(online: %s)",
                            vcpu, VC_CPUSET_SHOW(asked),
                            VC_CPUSET_SHOW(&plan->live.usable));
    step = plan_step_new(plan, VC_STEP_AFFINITY, err);
    if (!step)
        return -1;
    step->vcpu = vcpu;
    step->fresh = true;
    if (vc_cpuset_copy(&plan->live.vcpus[vcpu].affinity, &cpus, err) < 0)
        return -1;
    vc_cpuset_move(&step->cpus, &cpus);
    return plan_step_forget(plan, vcpu, err);
}

/* Keeps the affinities of the vCPUs that are about to go, for when they come
 * back, and notes in *ret_pins what the inverse has to set.  One that waits
 * for a pin goes on waiting.  All CPUs of the host needs no keeping where
 * nothing else would be asked for. */
static int keep_when_unplugged(struct vc_plan *plan,
                               const struct vc_cpuset *ids,
                               struct vc_vcpudef *ret_pins,
                               struct vc_error *err)
{
    VC_CPUSET_AUTO all = {0};
    int id;

    if (!(plan->live.caps & VC_CAP_PIN))
        return 0;
    if (plan_all_cpus(plan, &all, err) < 0)
        return -1;
    for (id = vc_cpuset_next(ids, 0); id >= 0;
         id = vc_cpuset_next(ids, (unsigned)id + 1)) {
        struct vc_cpuset *now = &plan->live.vcpus[id].affinity;
        const struct vc_cpuset *kept = plan_kept(plan, (unsigned)id);

        if (vc_cpuset_is_empty(now) ||
            (vc_cpuset_equal(now, &all) &&
             !wanted_when_plugged(plan, (unsigned)id)))
            continue;
        if (vc_vcpudef_set_pin(ret_pins, (uint32_t)id, now, err) < 0 ||
            (kept ? vc_cpuset_copy(now, kept, err)
                  : plan_step_keep(plan, (unsigned)id, now, err)) < 0)
            return -1;
    }
    return 0;
}

int plan_step_plug(struct vc_plan *plan, const struct vc_cpuset *ids,
                   bool online, struct vc_error *err)
{
    struct vc_plug_limits *limits = &plan->live.limits;
    struct vc_step *step;

    if (!(plan->live.caps & VC_CAP_ONLINE))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "the vcpu count of this running domain can't be "
                            "changed: %s",
                            plan_why_no_online(&plan->live));
    if (vc_plug_limits_check(limits, &plan->live.online, ids, online, err) < 0)
        return -1;
    if (!online && limits->no_plug_after)
        limits->no_plug = limits->no_plug_after;
    step = plan_step_new(plan, VC_STEP_ONLINE, err);
    if (!step)
        return -1;
    step->online = online;
    if (vc_cpuset_copy(&step->cpus, ids, err) < 0)
        return -1;
    if (online)
        return vc_cpuset_union(&plan->live.online, &plan->live.online, ids,
                               err);
    return vc_cpuset_subtract(&plan->live.online, &plan->live.online, ids, err);
}

int plan_step_online(struct vc_plan *plan, const struct vc_cpuset *ids,
                     bool online, struct vc_error *err)
{
    bool forgets = !(plan->live.caps & VC_CAP_PIN_OFFLINE);
    VC_VCPUDEF_AUTO repin = {0};
    int id;

    if (vc_cpuset_is_empty(ids))
        return 0;
    if (forgets && !online && keep_when_unplugged(plan, ids, &repin, err) < 0)
        return -1;
    if (plan_step_plug(plan, ids, online, err) < 0)
        return -1;
    vc_vcpudef_move(&plan->steps[plan->nsteps - 1].repin, &repin);
    if (!forgets || !online)
        return 0;
    for (id = vc_cpuset_next(ids, 0); id >= 0;
         id = vc_cpuset_next(ids, (unsigned)id + 1)) {
        if (pin_when_plugged(plan, (unsigned)id, err) < 0)
            return -1;
    }
    return 0;
}

/* The ids that change when `count` of `maximum` are to be online. */
static int count_delta(const struct vc_cpuset *online, unsigned maximum,
                       unsigned count, struct vc_cpuset *ret_ids,
                       bool *ret_online, struct vc_error *err)
{
    unsigned now = vc_cpuset_count(online);
    VC_CPUSET_AUTO offline = {0};

    *ret_online = count > now;
    if (count <= now)
        return plan_pick(online, now - count, true, ret_ids, err);
    if (plan_complement(online, maximum, &offline, err) < 0)
        return -1;
    return plan_pick(&offline, count - now, false, ret_ids, err);
}

/* Whether the domain may lose these vCPUs. */
static int check_offline(const struct vc_cpuset *online,
                         const struct vc_cpuset *ids, struct vc_error *err)
{
    if (vc_cpuset_contains(ids, 0) && vc_cpuset_contains(online, 0))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpu 0 can't be taken offline");
    if (vc_cpuset_is_subset(online, ids))
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "at least one vcpu must stay online");
    return 0;
}

int plan_config_offline(struct vc_vcpudef *def, const struct vc_cpuset *ids,
                        struct vc_error *err)
{
    if (vc_cpuset_subtract(&def->online, &def->online, ids, err) < 0)
        return -1;
    return vc_cpuset_union(&def->hotpluggable, &def->hotpluggable, ids, err);
}

/* In a definition that says no more than "N of M" the vCPUs brought online
 * are as the others; what rows say about single vCPUs stays as it was.  vCPU 0
 * is never hotpluggable once it is online. */
int plan_config_online(struct vc_vcpudef *def, const struct vc_cpuset *ids,
                       bool hotpluggable, struct vc_error *err)
{
    bool plain = plan_is_plain(def);

    if (hotpluggable && vc_cpuset_contains(ids, 0))
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "vcpu 0 can't be made hotpluggable");
    if (vc_cpuset_union(&def->online, &def->online, ids, err) < 0)
        return -1;
    if (vc_cpuset_contains(ids, 0) &&
        vc_cpuset_remove(&def->hotpluggable, 0, 0, err) < 0)
        return -1;
    if (hotpluggable)
        return vc_cpuset_union(&def->hotpluggable, &def->hotpluggable, ids,
                               err);
    if (!plain ||
        vc_cpuset_last(&def->online) + 1 != (int)vc_cpuset_count(&def->online))
        return 0;
    return vc_cpuset_subtract(&def->hotpluggable, &def->hotpluggable, ids, err);
}

int plan_count(struct vc_plan *plan, const struct vc_request *request,
               unsigned targets, struct vc_error *err)
{
    VC_CPUSET_AUTO live_ids = {0};
    VC_CPUSET_AUTO config_ids = {0};
    unsigned count = request->count;
    bool live_on;
    bool config_on;

    if ((targets & VC_IMPACT_LIVE) && count > plan->live.maximum)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "requested vcpus is greater than max allowable "
                            "vcpus for the live domain: %u > %u",
                            count, plan->live.maximum);
    if ((targets & VC_IMPACT_CONFIG) && count > plan->config.maximum)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "requested vcpus is greater than max allowable "
                            "vcpus for the persistent domain: %u > %u",
                            count, plan->config.maximum);
    if (targets & VC_IMPACT_LIVE) {
        if (count_delta(&plan->live.online, plan->live.maximum, count,
                        &live_ids, &live_on, err) < 0 ||
            plan_step_online(plan, &live_ids, live_on, err) < 0)
            return -1;
    }
    if (!(targets & VC_IMPACT_CONFIG))
        return 0;
    if (count_delta(&plan->config.online, plan->config.maximum, count,
                    &config_ids, &config_on, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&config_ids))
        return 0;
    if (config_on)
        return plan_config_online(&plan->config, &config_ids, request->hotpluggable,
                             err);
    return plan_config_offline(&plan->config, &config_ids, err);
}

int plan_state(struct vc_plan *plan, const struct vc_request *request,
               unsigned targets, struct vc_error *err)
{
    VC_CPUSET_AUTO ids = {0};
    int last = vc_cpuset_last(&request->set);

    if (last < 0)
        return vc_error_set(err, VC_ERR_INVALID_ARG, "no vcpu is given");
    if (plan_check_vcpu(plan, targets, (unsigned)last, err) < 0)
        return -1;
    if (targets & VC_IMPACT_LIVE) {
        if (!request->online &&
            check_offline(&plan->live.online, &request->set, err) < 0)
            return -1;
        if ((request->online
                 ? vc_cpuset_subtract(&ids, &request->set, &plan->live.online,
                                      err)
                 : vc_cpuset_intersect(&ids, &request->set, &plan->live.online,
                                       err)) < 0 ||
            plan_step_online(plan, &ids, request->online, err) < 0)
            return -1;
    }
    if (!(targets & VC_IMPACT_CONFIG))
        return 0;
    if (request->online) {
        if (vc_cpuset_subtract(&ids, &request->set, &plan->config.online,
                               err) < 0)
            return -1;
        return vc_cpuset_is_empty(&ids)
                   ? 0
                   : plan_config_online(&plan->config, &ids, false, err);
    }
    if (check_offline(&plan->config.online, &request->set, err) < 0 ||
        vc_cpuset_intersect(&ids, &request->set, &plan->config.online, err) < 0)
        return -1;
    return plan_config_offline(&plan->config, &ids, err);
}

/* Pins of the vCPUs that are gone go; pins the document holds for vCPUs far
 * beyond (they never had an effect) stay in it. */
static int maximum_lower(struct vc_vcpudef *def, unsigned maximum,
                         struct vc_error *err)
{
    unsigned old = def->maximum;

    if (vc_cpuset_remove(&def->online, maximum, old - 1, err) < 0 ||
        vc_cpuset_remove(&def->hotpluggable, maximum, old - 1, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&def->online) &&
        (vc_cpuset_add(&def->online, 0, 0, err) < 0 ||
         vc_cpuset_remove(&def->hotpluggable, 0, 0, err) < 0))
        return -1;
    vc_vcpudef_drop_pins(def, maximum, old - 1);
    def->maximum = maximum;
    return 0;
}

int plan_config_maximum(struct vc_vcpudef *def, unsigned maximum,
                        struct vc_error *err)
{
    if (maximum < def->maximum)
        return maximum_lower(def, maximum, err);
    if (maximum > def->maximum &&
        vc_cpuset_add(&def->hotpluggable, def->maximum, maximum - 1, err) < 0)
        return -1;
    def->maximum = maximum;
    return 0;
}

int plan_maximum(struct vc_plan *plan, const struct vc_request *request,
                 unsigned targets, struct vc_error *err)
{
    struct vc_vcpudef *def = &plan->config;
    unsigned count = request->count;
    unsigned old = def->maximum;
    size_t i;

    if (targets & VC_IMPACT_LIVE)
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "maximum vcpu count of a live domain can't be "
                            "modified");
    if (count > VC_VCPU_LIMIT)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "maximum vcpu count %u is out of range 1..%u",
                            count, VC_VCPU_LIMIT);
    if (plan_config_maximum(def, count, err) < 0)
        return -1;
    for (i = 0; i < def->npins; i++) {
        if (def->pins[i].vcpu >= old && def->pins[i].vcpu < count &&
            vc_plan_note(plan, VC_NOTE_INFO, (int)def->pins[i].vcpu, err,
                         "the document's pin to %s takes effect",
                         VC_CPUSET_SHOW(&def->pins[i].cpus)) < 0)
            return -1;
    }
    if (plan->has_live && count != plan->live.maximum)
        return vc_plan_note(plan, VC_NOTE_RESTART, -1, err,
                            "the running domain keeps its maximum of %u until "
                            "it is started again",
                            plan->live.maximum);
    return 0;
}
