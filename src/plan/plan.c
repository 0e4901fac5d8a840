/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_PLAN
#include "plan/internal.h"

#include <stdio.h>
#include <string.h>

void vc_request_clear(struct vc_request *request)
{
    vc_cpuset_clear(&request->set);
}

bool vc_request_needs_agent(const struct vc_request *request)
{
    return request->kind == VC_REQUEST_GUEST_COUNT ||
           request->kind == VC_REQUEST_GUEST_STATE;
}

void vc_plan_clear(struct vc_plan *plan)
{
    size_t i;

    for (i = 0; i < plan->nsteps; i++) {
        vc_cpuset_clear(&plan->steps[i].cpus);
        vc_cpuset_clear(&plan->steps[i].before);
        vc_vcpudef_clear(&plan->steps[i].repin);
    }
    free(plan->steps);
    for (i = 0; i < plan->nnotes; i++)
        free(plan->notes[i].text);
    free(plan->notes);
    vc_vcpudef_clear(&plan->config_before);
    vc_vcpudef_clear(&plan->config);
    vc_live_clear(&plan->live);
    vc_vcpudef_clear(&plan->kept);
    vc_agent_clear(&plan->agent);
    memset(plan, 0, sizeof(*plan));
}

int vc_plan_init(struct vc_plan *plan, const struct vc_facts *facts,
                 struct vc_error *err)
{
    memset(plan, 0, sizeof(*plan));
    plan->ncpus = facts->ncpus;
    plan->has_config = facts->persistent;
    plan->has_live = facts->active;
    plan->has_agent = facts->agent != NULL;
    plan->reconciled = facts->reconciled;
    if (facts->persistent &&
        (vc_vcpudef_copy(&plan->config_before, facts->config, err) < 0 ||
         vc_vcpudef_copy(&plan->config, facts->config, err) < 0))
        goto fail;
    if (facts->active && vc_live_copy(&plan->live, facts->live, err) < 0)
        goto fail;
    if (facts->kept && vc_vcpudef_copy(&plan->kept, facts->kept, err) < 0)
        goto fail;
    if (facts->agent && vc_agent_copy(&plan->agent, facts->agent, err) < 0)
        goto fail;
    return 0;
fail:
    vc_plan_clear(plan);
    return -1;
}

static int plan_dispatch(struct vc_plan *plan, const struct vc_request *request,
                         unsigned targets, struct vc_error *err)
{
    switch (request->kind) {
    case VC_REQUEST_COUNT:
        return plan_count(plan, request, targets, err);
    case VC_REQUEST_MAXIMUM:
        return plan_maximum(plan, request, targets, err);
    case VC_REQUEST_STATE:
        return plan_state(plan, request, targets, err);
    case VC_REQUEST_PIN:
        return plan_pin(plan, request, targets, err);
    case VC_REQUEST_UNPIN:
        return plan_unpin(plan, request, targets, err);
    case VC_REQUEST_GUEST_COUNT:
        return plan_guest_count(plan, request, err);
    case VC_REQUEST_GUEST_STATE:
        return plan_guest_state(plan, request, err);
    case VC_REQUEST_RECONCILE:
        return plan_reconcile(plan, err);
    case VC_REQUEST_KEPT:
        return plan_kept_pins(plan, err);
    case VC_REQUEST_ADOPT:
        return plan_adopt(plan, err);
    }
    return vc_error_set(err, VC_ERR_INTERNAL, "unknown request %d",
                        (int)request->kind);
}

static int plan_one(struct vc_plan *plan, const struct vc_request *request,
                    struct vc_error *err)
{
    unsigned targets;

    if (vc_impact_resolve(request->impact, plan->has_live, plan->has_config,
                          &targets, err) < 0)
        return -1;
    plan->targets |= targets;
    return plan_dispatch(plan, request, targets, err);
}

int vc_plan_add_all(struct vc_plan *plan, const struct vc_request *requests,
                    size_t n, struct vc_error *err)
{
    size_t i = 0;

    while (i < n) {
        size_t pins = plan_count_pins(&requests[i], n - i);
        bool is_many = pins > 1 || (pins && requests[i].more);

        if ((is_many ? plan_pins(plan, &requests[i], pins, err)
                     : plan_one(plan, &requests[i], err)) < 0)
            return -1;
        i += is_many ? pins : 1;
    }
    plan->config_changed =
        plan->has_config &&
        !vc_vcpudef_equal(&plan->config, &plan->config_before);
    return 0;
}

int vc_plan_add(struct vc_plan *plan, const struct vc_request *request,
                struct vc_error *err)
{
    return vc_plan_add_all(plan, request, 1, err);
}

bool vc_plan_is_empty(const struct vc_plan *plan)
{
    return plan->nsteps == 0 && !plan->config_changed;
}

struct vc_step *plan_step_new(struct vc_plan *plan, enum vc_step_kind kind,
                              struct vc_error *err)
{
    struct vc_step *steps;

    steps = realloc(plan->steps, (plan->nsteps + 1) * sizeof(*steps));
    if (!steps) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    plan->steps = steps;
    memset(&steps[plan->nsteps], 0, sizeof(*steps));
    steps[plan->nsteps].kind = kind;
    return &steps[plan->nsteps++];
}

int vc_plan_note(struct vc_plan *plan, enum vc_note_kind kind, int vcpu,
                 struct vc_error *err, const char *fmt, ...)
{
    struct vc_note *notes;
    va_list ap;
    int n;

    notes = realloc(plan->notes, (plan->nnotes + 1) * sizeof(*notes));
    if (!notes)
        return vc_error_nomem(err);
    plan->notes = notes;
    notes[plan->nnotes].kind = kind;
    notes[plan->nnotes].vcpu = vcpu;
    va_start(ap, fmt);
    n = vasprintf(&notes[plan->nnotes].text, fmt, ap);
    va_end(ap);
    if (n < 0)
        return vc_error_nomem(err);
    plan->nnotes++;
    return 0;
}

int plan_pick(const struct vc_cpuset *set, unsigned n, bool highest,
              struct vc_cpuset *ret, struct vc_error *err)
{
    VC_CPUSET_AUTO out = {0};
    unsigned skip = highest ? vc_cpuset_count(set) - n : 0;
    size_t i;

    for (i = 0; i < set->n && n; i++) {
        unsigned first = set->ranges[i].first;
        unsigned len = set->ranges[i].last - first + 1;
        unsigned cut = skip < len ? skip : len;
        unsigned take = len - cut < n ? len - cut : n;

        skip -= cut;
        if (take && vc_cpuset_add(&out, first + cut, first + cut + take - 1,
                                  err) < 0)
            return -1;
        n -= take;
    }
    vc_cpuset_move(ret, &out);
    return 0;
}

int plan_complement(const struct vc_cpuset *set, unsigned max,
                    struct vc_cpuset *ret, struct vc_error *err)
{
    VC_CPUSET_AUTO all = {0};

    if (vc_cpuset_add(&all, 0, max - 1, err) < 0)
        return -1;
    return vc_cpuset_subtract(ret, &all, set, err);
}

const char *plan_why_no_pin(const struct vc_live *live)
{
    return live->no_pin ? live->no_pin : "the hypervisor has no way";
}

const char *plan_why_no_online(const struct vc_live *live)
{
    return live->no_online ? live->no_online : "the hypervisor has no way";
}

bool plan_is_plain(const struct vc_vcpudef *def)
{
    unsigned count = vc_cpuset_count(&def->online);

    return vc_cpuset_last(&def->online) + 1 == (int)count &&
           vc_cpuset_count(&def->hotpluggable) == def->maximum - count;
}

int plan_check_vcpu(const struct vc_plan *plan, unsigned targets, unsigned vcpu,
                    struct vc_error *err)
{
    if ((targets & VC_IMPACT_LIVE) && vcpu >= plan->live.maximum)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "vcpu %u is out of range of live cpu count %u",
                            vcpu, plan->live.maximum);
    if ((targets & VC_IMPACT_CONFIG) && vcpu >= plan->config.maximum)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "vcpu %u is out of range of persistent cpu count "
                            "%u",
                            vcpu, plan->config.maximum);
    return 0;
}

int plan_all_cpus(const struct vc_plan *plan, struct vc_cpuset *ret,
                  struct vc_error *err)
{
    VC_CPUSET_AUTO all = {0};

    if (vc_cpuset_add(&all, 0, plan->ncpus - 1, err) < 0)
        return -1;
    vc_cpuset_move(ret, &all);
    return 0;
}
