/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many pins.  One by one each would move the pins behind it in the definition,
 * which may have a hundred thousand; here they are noted by their vCPU, the
 * last one counts, and all are put in together.
 */
#define VC_ROOM VC_ROOM_PLAN
#include "plan/internal.h"

/* Of each vCPU of the definition the request that is about it, or NULL. */
struct noted {
    const struct vc_request **of;
    unsigned n;
};

static void noted_clear(struct noted *noted)
{
    free(noted->of);
}

size_t plan_count_pins(const struct vc_request *requests, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (requests[i].kind != VC_REQUEST_PIN &&
            requests[i].kind != VC_REQUEST_UNPIN)
            break;
    }
    return i;
}

/* Its live half is planned at once. */
static int note_one(struct vc_plan *plan, const struct vc_request *request,
                    unsigned targets, unsigned vcpu, struct noted *noted,
                    struct vc_error *err)
{
    struct vc_request one = *request; /* borrows its set */

    one.vcpu = vcpu;
    one.more = 0;
    if (plan_check_vcpu(plan, targets, vcpu, err) < 0 ||
        (one.kind == VC_REQUEST_PIN ? plan_pin : plan_unpin)(
            plan, &one, targets & VC_IMPACT_LIVE, err) < 0)
        return -1;
    if (targets & VC_IMPACT_CONFIG)
        noted->of[vcpu] = request;
    return 0;
}

static int note(struct vc_plan *plan, const struct vc_request *request,
                struct noted *noted, struct vc_error *err)
{
    unsigned targets;
    unsigned i;

    if (vc_impact_resolve(request->impact, plan->has_live, plan->has_config,
                          &targets, err) < 0)
        return -1;
    plan->targets |= targets;
    for (i = 0; i <= request->more; i++) {
        if (note_one(plan, request, targets, request->vcpu + i, noted, err) < 0)
            return -1;
    }
    return 0;
}

static int put_in(struct vc_vcpudef *def, const struct noted *noted,
                  struct vc_error *err)
{
    VC_VCPUDEF_AUTO changes = {0};
    unsigned vcpu;

    for (vcpu = 0; vcpu < noted->n; vcpu++) {
        VC_CPUSET_AUTO cpus = {0};

        if (!noted->of[vcpu])
            continue;
        if (noted->of[vcpu]->kind == VC_REQUEST_PIN &&
            vc_cpuset_copy(&cpus, &noted->of[vcpu]->set, err) < 0)
            return -1;
        if (vc_vcpudef_append_pin(&changes, vcpu, &cpus, err) < 0)
            return -1;
    }
    return vc_vcpudef_merge_pins(def, &changes, err);
}

int plan_pins(struct vc_plan *plan, const struct vc_request *requests, size_t n,
              struct vc_error *err)
{
    __attribute__((cleanup(noted_clear))) struct noted noted = {0};
    size_t i;

    if (plan->has_config) {
        noted.n = plan->config.maximum;
        noted.of = calloc(noted.n, sizeof(*noted.of));
        if (!noted.of)
            return vc_error_nomem(err);
    }
    for (i = 0; i < n; i++) {
        if (note(plan, &requests[i], &noted, err) < 0)
            return -1;
    }
    return plan->has_config ? put_in(&plan->config, &noted, err) : 0;
}
