/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_MODEL
#include "model/live.h"

#include <string.h>

void vc_host_clear(struct vc_host *host)
{
    unsigned i;

    for (i = 0; host->node_cpus && i < host->nodes; i++)
        vc_cpuset_clear(&host->node_cpus[i]);
    free(host->node_cpus);
    vc_cpuset_clear(&host->online);
    memset(host, 0, sizeof(*host));
}

void vc_instance_clear(struct vc_instance *inst)
{
    free(inst->name);
    memset(inst, 0, sizeof(*inst));
}

int vc_instance_copy(struct vc_instance *ret, const struct vc_instance *src,
                     struct vc_error *err)
{
    struct vc_instance copy = *src;

    if (src->name && !(copy.name = strdup(src->name)))
        return vc_error_nomem(err);
    vc_instance_clear(ret);
    *ret = copy;
    return 0;
}

void vc_instance_list_clear(struct vc_instance_list *list)
{
    size_t i;

    for (i = 0; i < list->n; i++)
        vc_instance_clear(&list->items[i]);
    free(list->items);
    for (i = 0; i < list->nunclear; i++) {
        free(list->unclear[i].name);
        free(list->unclear[i].why);
    }
    free(list->unclear);
    memset(list, 0, sizeof(*list));
}

/* One of the ids that change has an empty slot below it, or makes one below a
 * vCPU that stays.  -1: none. */
static int id_at_gap(const struct vc_cpuset *todo, bool online,
                     const struct vc_cpuset *next)
{
    int last = vc_cpuset_last(next);
    int id;

    for (id = vc_cpuset_next(todo, 0); id >= 0;
         id = vc_cpuset_next(todo, (unsigned)id + 1)) {
        bool gap_below = next->n > 0 && (next->ranges[0].first > 0 ||
                                         next->ranges[0].last < (unsigned)id);

        if (online ? gap_below : id < last)
            return id;
    }
    return -1;
}

static int check_gaps(const char *no_gaps, const struct vc_cpuset *present,
                      const struct vc_cpuset *todo, bool online,
                      struct vc_error *err)
{
    VC_CPUSET_AUTO next = {0};
    int id;

    if ((online ? vc_cpuset_union(&next, present, todo, err)
                : vc_cpuset_subtract(&next, present, todo, err)) < 0)
        return -1;
    id = id_at_gap(todo, online, &next);
    if (id < 0)
        return 0;
    return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                        "vcpu %d can't be %s, which would leave a gap (vcpus "
                        "%s): %s",
                        id, online ? "plugged" : "unplugged",
                        VC_CPUSET_SHOW(&next), no_gaps);
}

int vc_plug_limits_check(const struct vc_plug_limits *limits,
                         const struct vc_cpuset *present,
                         const struct vc_cpuset *todo, bool online,
                         struct vc_error *err)
{
    const char *why = online ? limits->no_plug : limits->no_unplug;

    if (vc_cpuset_is_empty(todo))
        return 0;
    if (!online && limits->no_unplug_now)
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "vcpus %s can't be unplugged now: %s",
                            VC_CPUSET_SHOW(todo), limits->no_unplug_now);
    if (why)
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpus %s can't be %s: %s", VC_CPUSET_SHOW(todo),
                            online ? "plugged" : "unplugged", why);
    return limits->no_gaps
               ? check_gaps(limits->no_gaps, present, todo, online, err)
               : 0;
}

void vc_live_clear(struct vc_live *live)
{
    unsigned i;

    for (i = 0; live->vcpus && i < live->maximum; i++) {
        vc_cpuset_clear(&live->vcpus[i].affinity);
        vc_cpuset_clear(&live->vcpus[i].soft);
    }
    free(live->vcpus);
    vc_cpuset_clear(&live->online);
    vc_cpuset_clear(&live->coming);
    vc_cpuset_clear(&live->usable);
    memset(live, 0, sizeof(*live));
}

/* All vCPUs offline, everything else zero. */
int vc_live_alloc(struct vc_live *live, unsigned maximum, struct vc_error *err)
{
    struct vc_live_vcpu *vcpus = calloc(maximum ? maximum : 1, sizeof(*vcpus));
    unsigned i;

    if (!vcpus)
        return vc_error_nomem(err);
    for (i = 0; i < maximum; i++)
        vcpus[i].cpu = -1;
    vc_live_clear(live);
    live->vcpus = vcpus;
    live->maximum = maximum;
    return 0;
}

static int live_vcpu_copy(struct vc_live_vcpu *ret,
                          const struct vc_live_vcpu *src, struct vc_error *err)
{
    ret->state = src->state;
    ret->time_ns = src->time_ns;
    ret->cpu = src->cpu;
    if (vc_cpuset_copy(&ret->affinity, &src->affinity, err) < 0)
        return -1;
    return vc_cpuset_copy(&ret->soft, &src->soft, err);
}

int vc_live_copy(struct vc_live *ret, const struct vc_live *src,
                 struct vc_error *err)
{
    VC_LIVE_AUTO copy = {0};
    unsigned i;

    if (vc_live_alloc(&copy, src->maximum, err) < 0)
        return -1;
    copy.caps = src->caps;
    copy.no_pin = src->no_pin;
    copy.no_online = src->no_online;
    copy.limits = src->limits;
    copy.has_agent = src->has_agent;
    copy.paused = src->paused;
    if (vc_cpuset_copy(&copy.online, &src->online, err) < 0 ||
        vc_cpuset_copy(&copy.coming, &src->coming, err) < 0 ||
        vc_cpuset_copy(&copy.usable, &src->usable, err) < 0)
        return -1;
    for (i = 0; i < src->maximum; i++) {
        if (live_vcpu_copy(&copy.vcpus[i], &src->vcpus[i], err) < 0)
            return -1;
    }
    vc_live_clear(ret);
    *ret = copy;
    memset(&copy, 0, sizeof(copy));
    return 0;
}

void vc_agent_clear(struct vc_agent *agent)
{
    vc_cpuset_clear(&agent->present);
    vc_cpuset_clear(&agent->online);
    vc_cpuset_clear(&agent->can_offline);
}

int vc_agent_copy(struct vc_agent *ret, const struct vc_agent *src,
                  struct vc_error *err)
{
    VC_AGENT_AUTO copy = {0};

    if (vc_cpuset_copy(&copy.present, &src->present, err) < 0 ||
        vc_cpuset_copy(&copy.online, &src->online, err) < 0 ||
        vc_cpuset_copy(&copy.can_offline, &src->can_offline, err) < 0)
        return -1;
    vc_cpuset_move(&ret->present, &copy.present);
    vc_cpuset_move(&ret->online, &copy.online);
    vc_cpuset_move(&ret->can_offline, &copy.can_offline);
    return 0;
}
