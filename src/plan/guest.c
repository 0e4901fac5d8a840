/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the guest's agent is asked to do; the hypervisor's view stays. */
#define VC_ROOM VC_ROOM_PLAN
#include "plan/internal.h"

static int step_agent(struct vc_plan *plan, const struct vc_cpuset *ids,
                      bool online, struct vc_error *err)
{
    struct vc_step *step;

    if (vc_cpuset_is_empty(ids))
        return 0;
    step = plan_step_new(plan, VC_STEP_AGENT, err);
    if (!step)
        return -1;
    step->online = online;
    if (vc_cpuset_copy(&step->cpus, ids, err) < 0)
        return -1;
    if (online)
        return vc_cpuset_union(&plan->agent.online, &plan->agent.online, ids,
                               err);
    return vc_cpuset_subtract(&plan->agent.online, &plan->agent.online, ids,
                              err);
}

int plan_guest_count(struct vc_plan *plan, const struct vc_request *request,
                     struct vc_error *err)
{
    const struct vc_agent *agent = &plan->agent;
    unsigned now = vc_cpuset_count(&agent->online);
    unsigned present = vc_cpuset_count(&agent->present);
    VC_CPUSET_AUTO ids = {0};
    VC_CPUSET_AUTO pick = {0};

    if (request->count > present)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "requested vcpu count is greater than the count of "
                            "enabled vcpus in the domain: %u > %u",
                            request->count, present);
    if (request->count > now) {
        if (vc_cpuset_subtract(&ids, &agent->present, &agent->online, err) < 0 ||
            plan_pick(&ids, request->count - now, false, &pick, err) < 0)
            return -1;
        return step_agent(plan, &pick, true, err);
    }
    if (vc_cpuset_intersect(&ids, &agent->online, &agent->can_offline, err) < 0)
        return -1;
    if (now - request->count > vc_cpuset_count(&ids))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "the guest can take at most %u of its %u online "
                            "vcpus offline",
                            vc_cpuset_count(&ids), now);
    if (plan_pick(&ids, now - request->count, true, &pick, err) < 0)
        return -1;
    return step_agent(plan, &pick, false, err);
}

int plan_guest_state(struct vc_plan *plan, const struct vc_request *request,
                     struct vc_error *err)
{
    const struct vc_agent *agent = &plan->agent;
    VC_CPUSET_AUTO ids = {0};
    int last = vc_cpuset_last(&request->set);

    if (last < 0)
        return vc_error_set(err, VC_ERR_INVALID_ARG, "no vcpu is given");
    if (plan_check_vcpu(plan, VC_IMPACT_LIVE, (unsigned)last, err) < 0)
        return -1;
    if (vc_cpuset_subtract(&ids, &request->set, &agent->present, err) < 0)
        return -1;
    if (!vc_cpuset_is_empty(&ids))
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "vcpus %s are not present in the guest (present: "
                            "%s)",
                            VC_CPUSET_SHOW(&ids),
                            VC_CPUSET_SHOW(&agent->present));
    if (request->online) {
        if (vc_cpuset_subtract(&ids, &request->set, &agent->online, err) < 0)
            return -1;
        return step_agent(plan, &ids, true, err);
    }
    if (vc_cpuset_intersect(&ids, &request->set, &agent->online, err) < 0)
        return -1;
    if (!vc_cpuset_is_subset(&ids, &agent->can_offline))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "the guest can't take all of vcpus %s offline (it "
                            "can take: %s)",
                            VC_CPUSET_SHOW(&ids),
                            VC_CPUSET_SHOW(&agent->can_offline));
    return step_agent(plan, &ids, false, err);
}
