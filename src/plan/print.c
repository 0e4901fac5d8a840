/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_PLAN
#include "plan/plan.h"

static void print_set(struct vc_buf *buf, const struct vc_cpuset *set)
{
    if (vc_cpuset_is_empty(set))
        vc_buf_adds(buf, "none");
    else
        vc_cpuset_format(set, buf);
}

void vc_step_print(const struct vc_step *step, struct vc_buf *buf)
{
    switch (step->kind) {
    case VC_STEP_AFFINITY:
    case VC_STEP_KEEP:
        vc_buf_addf(buf, "vcpu %u %s ", step->vcpu,
                    step->kind == VC_STEP_KEEP ? "kept pin" : "affinity");
        if (step->fresh)
            vc_buf_adds(buf, "new");
        else
            print_set(buf, &step->before);
        vc_buf_adds(buf, " -> ");
        print_set(buf, &step->cpus);
        break;
    case VC_STEP_ONLINE:
        vc_buf_adds(buf, step->online ? "plug vcpus " : "unplug vcpus ");
        print_set(buf, &step->cpus);
        break;
    case VC_STEP_AGENT:
        vc_buf_adds(buf, step->online ? "guest: online vcpus "
                                      : "guest: offline vcpus ");
        print_set(buf, &step->cpus);
        break;
    }
}

void vc_plan_print(const struct vc_plan *plan, struct vc_buf *buf)
{
    static const char *const kinds[] = {
        [VC_NOTE_INFO] = "note",
        [VC_NOTE_RESTART] = "needs restart",
        [VC_NOTE_FAILED] = "failed",
    };
    size_t i;

    for (i = 0; i < plan->nsteps; i++) {
        vc_buf_adds(buf, "live    ");
        vc_step_print(&plan->steps[i], buf);
        vc_buf_addc(buf, '\n');
    }
    if (plan->config_changed) {
        vc_buf_adds(buf, "config  ");
        vc_words_change(&plan->config_before, &plan->config, buf);
        vc_buf_addc(buf, '\n');
    }
    for (i = 0; i < plan->nnotes; i++) {
        vc_buf_addf(buf, "%s: ", kinds[plan->notes[i].kind]);
        if (plan->notes[i].vcpu >= 0)
            vc_buf_addf(buf, "vcpu %d: ", plan->notes[i].vcpu);
        vc_buf_addf(buf, "%s\n", plan->notes[i].text);
    }
}
