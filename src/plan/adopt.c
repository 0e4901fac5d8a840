/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Config := live.  A pin is written only where the hypervisor does something
 * else than the definition asks for, so that a definition which is honoured
 * stays as it is.
 */
#define VC_ROOM VC_ROOM_PLAN
#include "plan/internal.h"

/* The same steps as those of a person who sets the counts one after another. */
static int adopt_counts(struct vc_vcpudef *def, const struct vc_live *live,
                        struct vc_error *err)
{
    VC_CPUSET_AUTO gone = {0};
    VC_CPUSET_AUTO came = {0};

    if (plan_config_maximum(def, live->maximum, err) < 0 ||
        vc_cpuset_subtract(&gone, &def->online, &live->online, err) < 0 ||
        vc_cpuset_subtract(&came, &live->online, &def->online, err) < 0)
        return -1;
    if (!vc_cpuset_is_empty(&gone) && plan_config_offline(def, &gone, err) < 0)
        return -1;
    return vc_cpuset_is_empty(&came) ? 0
                                     : plan_config_online(def, &came, false, err);
}

/* From nothing: what is offline can be plugged, the rest is as at the start. */
static int adopt_from_nothing(struct vc_vcpudef *def,
                              const struct vc_live *live, struct vc_error *err)
{
    def->maximum = live->maximum;
    if (vc_cpuset_copy(&def->online, &live->online, err) < 0)
        return -1;
    return plan_complement(&live->online, live->maximum, &def->hotpluggable,
                           err);
}

/* Into `changes`, where the pin is to be another one. */
static int adopt_pin(const struct vc_vcpudef *def, const struct vc_live *live,
                     unsigned vcpu, const struct vc_cpuset *all,
                     struct vc_vcpudef *changes, struct vc_error *err)
{
    VC_CPUSET_AUTO pin = {0};
    const struct vc_cpuset *asked = vc_vcpudef_affinity(def, vcpu);
    const struct vc_cpuset *now = &live->vcpus[vcpu].affinity;
    bool same = false;

    if (vc_cpuset_is_empty(now))
        return 0;
    if (asked &&
        vc_plan_affinity_is(asked, now, &live->usable, &same, err) < 0)
        return -1;
    if (same)
        return 0;
    if ((!vc_cpuset_equal(now, all) || !vc_cpuset_is_empty(&def->default_set)) &&
        vc_cpuset_copy(&pin, now, err) < 0)
        return -1;
    return vc_vcpudef_append_pin(changes, vcpu, &pin, err);
}

int vc_plan_live_definition(const struct vc_vcpudef *base,
                            const struct vc_live *live, unsigned ncpus,
                            struct vc_vcpudef *ret, struct vc_error *err)
{
    VC_VCPUDEF_AUTO def = {0};
    VC_VCPUDEF_AUTO changes = {0};
    VC_CPUSET_AUTO all = {0};
    unsigned i;

    if ((base && vc_vcpudef_copy(&def, base, err) < 0) ||
        vc_cpuset_add(&all, 0, ncpus - 1, err) < 0 ||
        (base ? adopt_counts : adopt_from_nothing)(&def, live, err) < 0)
        return -1;
    for (i = 0; i < live->maximum; i++) {
        if (adopt_pin(&def, live, i, &all, &changes, err) < 0)
            return -1;
    }
    if (vc_vcpudef_merge_pins(&def, &changes, err) < 0)
        return -1;
    vc_vcpudef_move(ret, &def);
    return 0;
}

int plan_adopt(struct vc_plan *plan, struct vc_error *err)
{
    VC_VCPUDEF_AUTO def = {0};

    if (!plan->has_live)
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "domain is not running");
    if (vc_plan_live_definition(&plan->config, &plan->live, plan->ncpus,
                                &def, err) < 0)
        return -1;
    vc_vcpudef_move(&plan->config, &def);
    return 0;
}
