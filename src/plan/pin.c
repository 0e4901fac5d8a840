/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_PLAN
#include "plan/internal.h"

const struct vc_cpuset *plan_kept(const struct vc_plan *plan, unsigned vcpu)
{
    size_t i;

    for (i = 0; i < plan->kept.npins; i++) {
        if (plan->kept.pins[i].vcpu == vcpu)
            return &plan->kept.pins[i].cpus;
    }
    return NULL;
}

int plan_step_keep(struct vc_plan *plan, unsigned vcpu,
                   const struct vc_cpuset *cpus, struct vc_error *err)
{
    const struct vc_cpuset *kept = plan_kept(plan, vcpu);
    struct vc_step *step;

    if (kept && vc_cpuset_equal(kept, cpus))
        return 0;
    step = plan_step_new(plan, VC_STEP_KEEP, err);
    if (!step)
        return -1;
    step->vcpu = vcpu;
    if (vc_cpuset_copy(&step->cpus, cpus, err) < 0 ||
        (kept && vc_cpuset_copy(&step->before, kept, err) < 0))
        return -1;
    return vc_vcpudef_set_pin(&plan->kept, vcpu, cpus, err);
}

int plan_step_forget(struct vc_plan *plan, unsigned vcpu, struct vc_error *err)
{
    const struct vc_cpuset *kept = plan_kept(plan, vcpu);
    struct vc_step *step;

    if (!kept)
        return 0;
    step = plan_step_new(plan, VC_STEP_KEEP, err);
    if (!step)
        return -1;
    step->vcpu = vcpu;
    if (vc_cpuset_copy(&step->before, kept, err) < 0)
        return -1;
    vc_vcpudef_drop_pin(&plan->kept, vcpu);
    return 0;
}

static int step_set(struct vc_plan *plan, unsigned vcpu,
                    const struct vc_cpuset *cpus, struct vc_error *err)
{
    struct vc_cpuset *now = &plan->live.vcpus[vcpu].affinity;
    struct vc_step *step;

    if (vc_cpuset_equal(now, cpus))
        return 0;
    step = plan_step_new(plan, VC_STEP_AFFINITY, err);
    if (!step)
        return -1;
    step->vcpu = vcpu;
    if (vc_cpuset_copy(&step->cpus, cpus, err) < 0 ||
        vc_cpuset_copy(&step->before, now, err) < 0)
        return -1;
    return vc_cpuset_copy(now, cpus, err);
}

int plan_step_affinity(struct vc_plan *plan, unsigned vcpu,
                       const struct vc_cpuset *cpus, struct vc_error *err)
{
    if (plan->live.caps & VC_CAP_PIN_OFFLINE)
        return step_set(plan, vcpu, cpus, err);
    if (vc_cpuset_contains(&plan->live.online, vcpu))
        return step_set(plan, vcpu, cpus, err) < 0
                   ? -1
                   : plan_step_forget(plan, vcpu, err);
    if (plan_step_keep(plan, vcpu, cpus, err) < 0)
        return -1;
    return vc_cpuset_copy(&plan->live.vcpus[vcpu].affinity, cpus, err);
}

/* Some of the CPUs are not there for the domain now. */
static int note_cut(struct vc_plan *plan, unsigned vcpu,
                    const struct vc_cpuset *asked, struct vc_error *err)
{
    VC_CPUSET_AUTO run = {0};

    if (vc_cpuset_intersect(&run, asked, &plan->live.usable, err) < 0)
        return -1;
    if (vc_cpuset_equal(&run, asked))
        return 0;
    return vc_plan_note(plan, VC_NOTE_INFO, (int)vcpu, err,
                        "of host CPUs %s it can run on %s only",
                        VC_CPUSET_SHOW(asked), VC_CPUSET_SHOW(&run));
}

/* Checks that a live pin can be done, before anything is touched. */
static int pin_check_live(const struct vc_plan *plan, unsigned vcpu,
                          const struct vc_cpuset *asked,
                          struct vc_cpuset *ret_cpus, struct vc_error *err)
{
    VC_CPUSET_AUTO all = {0};
    VC_CPUSET_AUTO run = {0};

    if (!(plan->live.caps & VC_CAP_PIN))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpus of this domain can't be pinned: %s",
                            plan_why_no_pin(&plan->live));
    if (vc_cpuset_intersect(&run, asked, &plan->live.usable, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&run))
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "cannot pin vcpu %u to host CPUs %s: none of them "
                            "is online for this domain (online: %s)",
                            vcpu, VC_CPUSET_SHOW(asked),
                            VC_CPUSET_SHOW(&plan->live.usable));
    if (plan_all_cpus(plan, &all, err) < 0)
        return -1;
    return vc_cpuset_intersect(ret_cpus, asked, &all, err);
}

int plan_pin(struct vc_plan *plan, const struct vc_request *request,
             unsigned targets, struct vc_error *err)
{
    VC_CPUSET_AUTO cpus = {0};

    if (plan_check_vcpu(plan, targets, request->vcpu, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&request->set))
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "Empty cpu list for pinning");
    if ((targets & VC_IMPACT_LIVE) &&
        (pin_check_live(plan, request->vcpu, &request->set, &cpus, err) < 0 ||
         plan_step_affinity(plan, request->vcpu, &cpus, err) < 0 ||
         note_cut(plan, request->vcpu, &request->set, err) < 0))
        return -1;
    if (targets & VC_IMPACT_CONFIG)
        return vc_vcpudef_set_pin(&plan->config, request->vcpu, &request->set,
                                  err);
    return 0;
}

/* Live, an unpinned vCPU follows vcpu/@cpuset, else it may run anywhere. */
static int unpin_live(struct vc_plan *plan, unsigned vcpu, struct vc_error *err)
{
    VC_CPUSET_AUTO asked = {0};
    VC_CPUSET_AUTO cpus = {0};

    if (plan->has_config && !vc_cpuset_is_empty(&plan->config.default_set)) {
        if (vc_cpuset_copy(&asked, &plan->config.default_set, err) < 0)
            return -1;
    } else if (plan_all_cpus(plan, &asked, err) < 0) {
        return -1;
    }
    if (pin_check_live(plan, vcpu, &asked, &cpus, err) < 0)
        return -1;
    return plan_step_affinity(plan, vcpu, &cpus, err);
}

int plan_unpin(struct vc_plan *plan, const struct vc_request *request,
               unsigned targets, struct vc_error *err)
{
    if (plan_check_vcpu(plan, targets, request->vcpu, err) < 0)
        return -1;
    if ((targets & VC_IMPACT_LIVE) && unpin_live(plan, request->vcpu, err) < 0)
        return -1;
    if (targets & VC_IMPACT_CONFIG)
        vc_vcpudef_drop_pin(&plan->config, request->vcpu);
    return 0;
}
