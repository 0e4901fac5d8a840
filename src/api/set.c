/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting counts, states and pins. */
#define VC_ROOM VC_ROOM_API
#include <string.h>

#include "api/api.h"

static int enter(struct api_call *call, virDomainPtr *domain)
{
    if (api_vcpu_domain(call, domain) < 0)
        return -1;
    return api_check_writable(call);
}

static int set_vcpus(struct api_call *call, virDomainPtr domain,
                     unsigned nvcpus, unsigned flags)
{
    struct vc_request request;

    if (enter(call, &domain) < 0 ||
        api_request_vcpus(call, nvcpus, flags, &request) < 0)
        return api_fail(call);
    return api_change(call, domain, &request);
}

API_EXPORT int virDomainSetVcpus(virDomainPtr domain, unsigned int nvcpus)
{
    API_ENTER(call);
    return set_vcpus(&call, domain, nvcpus, VIR_DOMAIN_VCPU_LIVE);
}

API_EXPORT int virDomainSetVcpusFlags(virDomainPtr domain, unsigned int nvcpus,
                                      unsigned int flags)
{
    API_ENTER(call);
    return set_vcpus(&call, domain, nvcpus, flags);
}

/* The map's length is about the host's: longer is refused, as the definition
 * of 2006 says, so that no CPU is dropped silently. */
static int check_map(struct api_call *call, virDomainPtr domain,
                     const unsigned char *cpumap, int maplen)
{
    unsigned ncpus;
    int most;

    if (api_check_not_null(call, cpumap, "cpumap") < 0)
        return -1;
    if (maplen <= 0)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "maplen %d in %s must be greater than zero", maplen,
                            call->func);
    ncpus = domain->conn->engine.driver->ncpus;
    most = (int)VIR_CPU_MAPLEN(ncpus);
    call->late = true;
    if (maplen > most)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "maplen %d in %s is longer than the map of the "
                            "host's %u CPUs (1..%d bytes)",
                            maplen, call->func, ncpus, most);
    return 0;
}

static int pin_vcpu(struct api_call *call, virDomainPtr domain, unsigned vcpu,
                    const unsigned char *cpumap, int maplen, unsigned flags)
{
    struct vc_request request = {.kind = VC_REQUEST_PIN,
                                 .impact = flags & API_AFFECT,
                                 .vcpu = vcpu};

    if (enter(call, &domain) < 0 ||
        api_check_flags(call, flags, API_AFFECT) < 0 ||
        check_map(call, domain, cpumap, maplen) < 0 ||
        vc_cpuset_from_map(cpumap, (size_t)maplen, &request.set, &call->err) <
            0)
        return api_fail_late(call, domain, flags & API_AFFECT);
    if (vc_cpuset_is_empty(&request.set)) {
        (void)vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                           "Empty cpu list for pinning");
        return api_fail(call);
    }
    return api_change(call, domain, &request);
}

API_EXPORT int virDomainPinVcpu(virDomainPtr domain, unsigned int vcpu,
                                unsigned char *cpumap, int maplen)
{
    API_ENTER(call);
    return pin_vcpu(&call, domain, vcpu, cpumap, maplen,
                    VIR_DOMAIN_AFFECT_LIVE);
}

API_EXPORT int virDomainPinVcpuFlags(virDomainPtr domain, unsigned int vcpu,
                                     unsigned char *cpumap, int maplen,
                                     unsigned int flags)
{
    API_ENTER(call);
    return pin_vcpu(&call, domain, vcpu, cpumap, maplen, flags);
}

API_EXPORT int vcpuconfDomainPinVcpuSet(virDomainPtr domain, unsigned int vcpu,
                                        const char *cpuset, unsigned int flags)
{
    struct vc_request request;

    API_ENTER(call);
    if (enter(&call, &domain) < 0 ||
        api_request_pin_set(&call, vcpu, cpuset, flags, &request) < 0)
        return api_fail_late(&call, domain, flags & API_AFFECT);
    return api_change(&call, domain, &request);
}

API_EXPORT int vcpuconfDomainUnpinVcpu(virDomainPtr domain, unsigned int vcpu,
                                       unsigned int flags)
{
    struct vc_request request;

    API_ENTER(call);
    if (enter(&call, &domain) < 0 ||
        api_request_unpin(&call, vcpu, flags, &request) < 0)
        return api_fail(&call);
    return api_change(&call, domain, &request);
}

API_EXPORT int virDomainSetVcpu(virDomainPtr domain, const char *vcpumap,
                                int state, unsigned int flags)
{
    struct vc_request request;

    API_ENTER(call);
    if (enter(&call, &domain) < 0 ||
        api_request_state(&call, vcpumap, state, flags, &request) < 0)
        return api_fail_late(&call, domain, flags & API_AFFECT);
    return api_change(&call, domain, &request);
}

API_EXPORT int virDomainSetGuestVcpus(virDomainPtr domain, const char *cpumap,
                                      int state, unsigned int flags)
{
    struct vc_request request;

    API_ENTER(call);
    if (enter(&call, &domain) < 0 || api_check_flags(&call, flags, 0) < 0 ||
        api_request_state(&call, cpumap, state, 0, &request) < 0)
        return api_fail_late(&call, domain, VC_IMPACT_LIVE);
    request.kind = VC_REQUEST_GUEST_STATE;
    request.impact = VC_IMPACT_LIVE;
    return api_change(&call, domain, &request);
}

/* One vCPU by its id. */
static int one_vcpu(struct api_call *call, int id, bool state, unsigned impact,
                    enum vc_request_kind kind, struct vc_request *ret)
{
    call->late = true;
    if (id < 0 || id >= (int)VC_VCPU_LIMIT)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "id %d in %s is out of range 0..%u", id, call->func,
                            VC_VCPU_LIMIT - 1);
    memset(ret, 0, sizeof(*ret));
    ret->kind = kind;
    ret->impact = impact;
    ret->online = state;
    return vc_cpuset_add(&ret->set, (unsigned)id, (unsigned)id, &call->err);
}

API_EXPORT int virDomainSetVCPUState(virDomainPtr dom, int id, bool state,
                                     unsigned int flags)
{
    struct vc_request request;

    API_ENTER(call);
    if (enter(&call, &dom) < 0 ||
        api_check_flags(&call, flags, API_AFFECT) < 0 ||
        one_vcpu(&call, id, state, flags & API_AFFECT, VC_REQUEST_STATE,
                 &request) < 0)
        return api_fail_late(&call, dom, flags & API_AFFECT);
    return api_change(&call, dom, &request);
}

API_EXPORT int virDomainSetGuestVCPUState(virDomainPtr dom, int id, bool state,
                                          unsigned int flags)
{
    struct vc_request request;

    API_ENTER(call);
    if (enter(&call, &dom) < 0 ||
        api_check_flags(&call, flags, VIR_DOMAIN_AFFECT_LIVE) < 0 ||
        one_vcpu(&call, id, state, VC_IMPACT_LIVE, VC_REQUEST_GUEST_STATE,
                 &request) < 0)
        return api_fail_late(&call, dom, VC_IMPACT_LIVE);
    return api_change(&call, dom, &request);
}
