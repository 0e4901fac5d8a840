/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan_machine.h"

#include <string.h>

unsigned machine_seed;

static bool forgets(const struct machine *machine)
{
    return !(machine->live.caps & VC_CAP_PIN_OFFLINE);
}

void machine_clear(struct machine *machine)
{
    vc_live_clear(&machine->live);
    vc_vcpudef_clear(&machine->kept);
    vc_cpuset_clear(&machine->all);
}

void machine_copy(struct machine *ret, const struct machine *src)
{
    struct vc_error err = {0};

    MUST(vc_live_copy(&ret->live, &src->live, &err) == 0);
    MUST(vc_vcpudef_copy(&ret->kept, &src->kept, &err) == 0);
    MUST(vc_cpuset_copy(&ret->all, &src->all, &err) == 0);
}

const struct vc_cpuset *machine_kept(const struct vc_vcpudef *kept,
                                     unsigned vcpu)
{
    size_t i;

    for (i = 0; i < kept->npins; i++) {
        if (kept->pins[i].vcpu == vcpu)
            return &kept->pins[i].cpus;
    }
    return NULL;
}

void machine_snapshot(const struct machine *machine, struct vc_live *ret)
{
    struct vc_error err = {0};
    unsigned i;

    MUST(vc_live_copy(ret, &machine->live, &err) == 0);
    for (i = 0; forgets(machine) && i < ret->maximum; i++) {
        const struct vc_cpuset *pin = machine_kept(&machine->kept, i);

        if (pin && !vc_cpuset_contains(&ret->online, i))
            MUST(vc_cpuset_copy(&ret->vcpus[i].affinity, pin, &err) == 0);
    }
}

static void set_affinity(struct machine *machine, unsigned vcpu,
                         const struct vc_cpuset *cpus)
{
    struct vc_live *live = &machine->live;
    struct vc_error err = {0};
    VC_CPUSET_AUTO run = {0};

    MUST(live->caps & VC_CAP_PIN);
    MUST(vcpu < live->maximum);
    MUST(!forgets(machine) || vc_cpuset_contains(&live->online, vcpu));
    MUST(vc_cpuset_is_subset(cpus, &machine->all));
    MUST(vc_cpuset_intersect(&run, cpus, &live->usable, &err) == 0);
    MUST(!vc_cpuset_is_empty(&run));
    MUST(vc_cpuset_copy(&live->vcpus[vcpu].affinity, cpus, &err) == 0);
}

static void keep(struct machine *machine, unsigned vcpu,
                 const struct vc_cpuset *cpus)
{
    struct vc_error err = {0};

    MUST(forgets(machine));
    MUST(vcpu < machine->live.maximum);
    if (vc_cpuset_is_empty(cpus))
        vc_vcpudef_drop_pin(&machine->kept, vcpu);
    else
        MUST(vc_vcpudef_set_pin(&machine->kept, vcpu, cpus, &err) == 0);
}

/* All of a step's ids change. */
static void plug(struct machine *machine, const struct vc_cpuset *ids,
                 bool online)
{
    struct vc_live *live = &machine->live;
    VC_CPUSET_AUTO now = {0};
    struct vc_error err = {0};
    int id;

    MUST(live->caps & VC_CAP_ONLINE);
    MUST(!vc_cpuset_is_empty(ids));
    MUST(vc_cpuset_last(ids) < (int)live->maximum);
    MUST(!vc_cpuset_contains(ids, 0));
    MUST(vc_cpuset_intersect(&now, ids, &live->online, &err) == 0);
    MUST(online ? vc_cpuset_is_empty(&now) : vc_cpuset_equal(&now, ids));
    MUST((online ? vc_cpuset_union : vc_cpuset_subtract)(
             &live->online, &live->online, ids, &err) == 0);
    for (id = vc_cpuset_next(ids, 0); forgets(machine) && id >= 0;
         id = vc_cpuset_next(ids, (unsigned)id + 1)) {
        if (online)
            MUST(vc_cpuset_copy(&live->vcpus[id].affinity, &machine->all,
                                &err) == 0);
        else
            vc_cpuset_clear(&live->vcpus[id].affinity);
    }
}

void machine_apply(struct machine *machine, const struct vc_plan *plan)
{
    size_t i;

    for (i = 0; i < plan->nsteps; i++) {
        const struct vc_step *step = &plan->steps[i];

        if (step->kind == VC_STEP_AFFINITY)
            set_affinity(machine, step->vcpu, &step->cpus);
        else if (step->kind == VC_STEP_KEEP)
            keep(machine, step->vcpu, &step->cpus);
        else if (step->kind == VC_STEP_ONLINE)
            plug(machine, &step->cpus, step->online);
        else
            MUST(!"a step for the agent");
    }
}

static void undo_plug(struct machine *machine, const struct vc_step *step)
{
    size_t i;

    plug(machine, &step->cpus, !step->online);
    for (i = 0; i < step->repin.npins; i++)
        set_affinity(machine, step->repin.pins[i].vcpu,
                     &step->repin.pins[i].cpus);
}

void machine_undo(struct machine *machine, const struct vc_plan *plan)
{
    size_t i;

    for (i = plan->nsteps; i > 0; i--) {
        const struct vc_step *step = &plan->steps[i - 1];

        if (step->kind == VC_STEP_ONLINE)
            undo_plug(machine, step);
        else if (step->kind == VC_STEP_KEEP)
            keep(machine, step->vcpu, &step->before);
        else if (!step->fresh && !vc_cpuset_is_empty(&step->before))
            set_affinity(machine, step->vcpu, &step->before);
    }
}
