/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading counts, states, pins and maps. */
#define VC_ROOM VC_ROOM_API
#include <string.h>

#include "api/api.h"

static int read_view(struct api_call *call, virDomainPtr domain, unsigned flags,
                     unsigned want, struct vc_view *ret)
{
    return vc_engine_read(&domain->conn->engine, &domain->id,
                          flags & API_AFFECT, want, ret, &call->err);
}

static int guest_count(struct api_call *call, virDomainPtr domain,
                       unsigned flags)
{
    VC_VIEW_AUTO view = {0};

    if (read_view(call, domain, VIR_DOMAIN_AFFECT_LIVE, VC_WANT_AGENT, &view) <
        0)
        return api_fail(call);
    return (int)vc_cpuset_count((flags & VIR_DOMAIN_VCPU_MAXIMUM)
                                    ? &view.agent.present
                                    : &view.agent.online);
}

API_EXPORT int virDomainGetVcpusFlags(virDomainPtr domain, unsigned int flags)
{
    VC_VIEW_AUTO view = {0};
    bool live;

    API_ENTER(call);
    if (api_vcpu_domain(&call, &domain) < 0 ||
        api_check_flags(&call, flags,
                        API_AFFECT | VIR_DOMAIN_VCPU_MAXIMUM |
                            VIR_DOMAIN_VCPU_GUEST) < 0 ||
        api_check_one_target(&call, flags) < 0 ||
        api_check_guest(&call, flags) < 0)
        return api_fail(&call);
    if (flags & VIR_DOMAIN_VCPU_GUEST)
        return guest_count(&call, domain, flags);
    if (read_view(&call, domain, flags, VC_WANT_CONFIG | VC_WANT_ONLINE,
                  &view) < 0)
        return api_fail(&call);
    live = view.targets == VC_IMPACT_LIVE;
    if (flags & VIR_DOMAIN_VCPU_MAXIMUM)
        return (int)(live ? view.live.maximum : view.config.maximum);
    return (int)vc_cpuset_count(live ? &view.live.online : &view.config.online);
}

API_EXPORT int virDomainGetMaxVcpus(virDomainPtr domain)
{
    VC_VIEW_AUTO view = {0};

    API_ENTER(call);
    if (api_vcpu_domain(&call, &domain) < 0 ||
        read_view(&call, domain, 0, VC_WANT_CONFIG | VC_WANT_ONLINE, &view) <
            0)
        return api_fail(&call);
    return (int)(view.targets == VC_IMPACT_LIVE ? view.live.maximum
                                                : view.config.maximum);
}

/* An affinity as a map: none asked for, or none known, is all of the host. */
static void affinity_map(const struct vc_cpuset *cpus, unsigned ncpus,
                         unsigned char *map, size_t maplen)
{
    struct vc_range range = {0, ncpus - 1};
    struct vc_cpuset all = {&range, 1, 1};

    vc_cpuset_to_map(cpus && cpus->n ? cpus : &all, map, maplen);
}

API_EXPORT int virDomainGetVcpuPinInfo(virDomainPtr domain, int ncpumaps,
                                       unsigned char *cpumaps, int maplen,
                                       unsigned int flags)
{
    VC_VIEW_AUTO view = {0};
    unsigned n;
    unsigned i;

    API_ENTER(call);
    if (api_vcpu_domain(&call, &domain) < 0 ||
        api_check_flags(&call, flags, API_AFFECT) < 0 ||
        api_check_one_target(&call, flags) < 0 ||
        api_check_not_null(&call, cpumaps, "cpumaps") < 0)
        return api_fail(&call);
    if (ncpumaps <= 0 || maplen <= 0) {
        (void)vc_error_set(&call.err, VC_ERR_INVALID_ARG,
                           "ncpumaps %d and maplen %d in %s must be greater "
                           "than zero",
                           ncpumaps, maplen, call.func);
        return api_fail(&call);
    }
    if (read_view(&call, domain, flags,
                  VC_WANT_CONFIG | VC_WANT_AFFINITY, &view) < 0)
        return api_fail(&call);
    n = view.targets == VC_IMPACT_LIVE ? view.live.maximum
                                       : view.config.maximum;
    if (n > (unsigned)ncpumaps)
        n = (unsigned)ncpumaps;
    for (i = 0; i < n; i++) {
        unsigned char *map = cpumaps + (size_t)i * (size_t)maplen;

        affinity_map(view.targets == VC_IMPACT_LIVE
                         ? &view.live.vcpus[i].affinity
                         : vc_vcpudef_affinity(&view.config, i),
                     domain->conn->engine.driver->ncpus, map, (size_t)maplen);
    }
    return (int)n;
}

static int check_vcpus_args(struct api_call *call, const virVcpuInfo *info,
                            int maxinfo, const unsigned char *cpumaps,
                            int maplen)
{
    if (api_check_not_null(call, info, "info") < 0)
        return -1;
    if (maxinfo <= 0)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "maxinfo %d in %s must be greater than zero",
                            maxinfo, call->func);
    if (cpumaps && maplen <= 0)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "maplen %d in %s must be greater than zero", maplen,
                            call->func);
    if (!cpumaps && maplen != 0)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "maplen %d in %s must be zero without cpumaps",
                            maplen, call->func);
    return 0;
}

API_EXPORT int virDomainGetVcpus(virDomainPtr domain, virVcpuInfoPtr info,
                                 int maxinfo, unsigned char *cpumaps,
                                 int maplen)
{
    VC_VIEW_AUTO view = {0};
    unsigned n;
    unsigned i;

    API_ENTER(call);
    if (api_vcpu_domain(&call, &domain) < 0 ||
        check_vcpus_args(&call, info, maxinfo, cpumaps, maplen) < 0 ||
        read_view(&call, domain, VIR_DOMAIN_AFFECT_LIVE,
                  cpumaps ? VC_WANT_RUNS | VC_WANT_AFFINITY : VC_WANT_RUNS,
                  &view) < 0)
        return api_fail(&call);
    n = view.live.maximum;
    if (n > (unsigned)maxinfo)
        n = (unsigned)maxinfo;
    for (i = 0; i < n; i++) {
        const struct vc_live_vcpu *vcpu = &view.live.vcpus[i];

        info[i].number = i;
        info[i].state = (int)vcpu->state;
        info[i].cpuTime = vcpu->time_ns;
        info[i].cpu = vcpu->state == VC_VCPU_OFFLINE ? VIR_VCPU_INFO_CPU_OFFLINE
                                                     : vcpu->cpu;
        if (cpumaps)
            affinity_map(&vcpu->affinity, domain->conn->engine.driver->ncpus,
                         cpumaps + (size_t)i * (size_t)maplen, (size_t)maplen);
    }
    return (int)n;
}

/* ---- virDomainGetVCPUMap ---- */

#define MAP_KINDS                                                              \
    (VIR_DOMAIN_VCPU_MAP_ONLINE | VIR_DOMAIN_VCPU_MAP_OFFLINE |                \
     VIR_DOMAIN_VCPU_MAP_ONLINABLE | VIR_DOMAIN_VCPU_MAP_OFFLINABLE |          \
     VIR_DOMAIN_VCPU_MAP_POSSIBLE | MAP_AGENT_KINDS)
#define MAP_AGENT_KINDS                                                        \
    (VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE | VIR_DOMAIN_VCPU_MAP_AGENT_OFFLINE |    \
     VIR_DOMAIN_VCPU_MAP_AGENT_ONLINABLE |                                     \
     VIR_DOMAIN_VCPU_MAP_AGENT_OFFLINABLE | VIR_DOMAIN_VCPU_MAP_AGENT_POSSIBLE)

static int check_map_flags(struct api_call *call, unsigned flags)
{
    unsigned kind = flags & MAP_KINDS;

    if (api_check_flags(call, flags, API_AFFECT | MAP_KINDS) < 0 ||
        api_check_one_target(call, flags) < 0)
        return -1;
    if (kind & (kind - 1))
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "flags 0x%x in function %s ask for more than one "
                            "map",
                            flags, call->func);
    if ((kind & MAP_AGENT_KINDS) && (flags & VIR_DOMAIN_AFFECT_CONFIG))
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "the guest agent's maps and "
                            "'VIR_DOMAIN_AFFECT_CONFIG' in function %s are "
                            "mutually exclusive",
                            call->func);
    return 0;
}

static unsigned wanted_of_map(unsigned kind)
{
    bool asks_why = kind == VIR_DOMAIN_VCPU_MAP_ONLINABLE ||
                    kind == VIR_DOMAIN_VCPU_MAP_OFFLINABLE;

    return VC_WANT_CONFIG | VC_WANT_ONLINE | (asks_why ? VC_WANT_PLUG : 0u);
}

/* Can nothing go that way now?  A gap it may not leave is no matter: that is
 * about several vCPUs together. */
static bool is_fixed(const struct vc_view *view, bool online)
{
    const struct vc_plug_limits *limits = &view->live.limits;

    if (view->targets != VC_IMPACT_LIVE)
        return false;
    return !(view->live.caps & VC_CAP_ONLINE) ||
           (online ? limits->no_plug != NULL
                   : limits->no_unplug || limits->no_unplug_now);
}

/* The hypervisor's or the definition's map of one kind. */
static int plain_map(const struct vc_view *view, unsigned kind,
                     struct vc_cpuset *ret, struct vc_error *err)
{
    bool live = view->targets == VC_IMPACT_LIVE;
    const struct vc_cpuset *online =
        live ? &view->live.online : &view->config.online;
    unsigned maximum = live ? view->live.maximum : view->config.maximum;

    if (kind == VIR_DOMAIN_VCPU_MAP_ONLINE || kind == 0)
        return vc_cpuset_copy(ret, online, err);
    if (kind == VIR_DOMAIN_VCPU_MAP_OFFLINABLE) {
        if (is_fixed(view, false))
            return 0;
        if (vc_cpuset_copy(ret, online, err) < 0)
            return -1;
        return vc_cpuset_remove(ret, 0, 0, err);
    }
    if (vc_cpuset_add(ret, 0, maximum - 1, err) < 0)
        return -1;
    if (kind == VIR_DOMAIN_VCPU_MAP_POSSIBLE)
        return 0;
    if (kind == VIR_DOMAIN_VCPU_MAP_ONLINABLE && is_fixed(view, true)) {
        vc_cpuset_clear(ret);
        return 0;
    }
    return vc_cpuset_subtract(ret, ret, online, err);
}

static int agent_map(const struct vc_agent *agent, unsigned kind,
                     struct vc_cpuset *ret, struct vc_error *err)
{
    switch (kind) {
    case VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE:
        return vc_cpuset_copy(ret, &agent->online, err);
    case VIR_DOMAIN_VCPU_MAP_AGENT_OFFLINABLE:
        return vc_cpuset_intersect(ret, &agent->online, &agent->can_offline,
                                   err);
    case VIR_DOMAIN_VCPU_MAP_AGENT_POSSIBLE:
        return vc_cpuset_copy(ret, &agent->present, err);
    default: /* AGENT_OFFLINE, AGENT_ONLINABLE */
        return vc_cpuset_subtract(ret, &agent->present, &agent->online, err);
    }
}

API_EXPORT int virDomainGetVCPUMap(virDomainPtr dom, const char **cpumap,
                                   unsigned int flags)
{
    VC_VIEW_AUTO view = {0};
    VC_CPUSET_AUTO set = {0};
    unsigned kind = flags & MAP_KINDS;
    bool agent = kind & MAP_AGENT_KINDS;
    unsigned maximum;
    unsigned char *map;

    API_ENTER(call);
    if (api_vcpu_domain(&call, &dom) < 0 ||
        check_map_flags(&call, flags) < 0 ||
        api_check_not_null(&call, cpumap, "cpumap") < 0 ||
        read_view(&call, dom, agent ? VIR_DOMAIN_AFFECT_LIVE : flags,
                  agent ? VC_WANT_AGENT : wanted_of_map(kind), &view) < 0 ||
        (agent ? agent_map(&view.agent, kind, &set, &call.err)
               : plain_map(&view, kind, &set, &call.err)) < 0)
        return api_fail(&call);
    maximum = view.targets == VC_IMPACT_LIVE ? view.live.maximum
                                             : view.config.maximum;
    map = api_calloc(&call, VIR_CPU_MAPLEN(maximum), 1);
    if (!map)
        return api_fail(&call);
    vc_cpuset_to_map(&set, map, VIR_CPU_MAPLEN(maximum));
    *cpumap = (const char *)map;
    return (int)maximum;
}
