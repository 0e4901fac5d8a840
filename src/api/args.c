/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks that doors have in common, and arguments as requests. */
#define VC_ROOM VC_ROOM_API
#include <string.h>

#include "api/api.h"
#include "util/log.h"

int api_check_conn(struct api_call *call, virConnectPtr conn)
{
    if (!conn || conn->magic != API_CONN_MAGIC)
        return vc_error_set(&call->err, VC_ERR_INVALID_CONN,
                            "invalid connection pointer in %s", call->func);
    call->conn = conn;
    return 0;
}

int api_check_domain(struct api_call *call, virDomainPtr domain)
{
    if (!domain || domain->magic != API_DOMAIN_MAGIC)
        return vc_error_set(&call->err, VC_ERR_INVALID_DOMAIN,
                            "invalid domain pointer in %s", call->func);
    call->conn = domain->conn;
    VC_LOG("api", "%s: domain '%s'", call->func, domain->id.name);
    return 0;
}

int api_vcpu_domain(struct api_call *call, virDomainPtr *domain)
{
    if (!*domain)
        *domain = api_domain_zero(call);
    if (!*domain)
        return -1;
    return api_check_domain(call, *domain);
}

int api_check_writable(struct api_call *call)
{
    if (call->conn->engine.read_only)
        return vc_error_set(&call->err, VC_ERR_OPERATION_DENIED,
                            "read only access prevents %s", call->func);
    return 0;
}

int api_check_flags(struct api_call *call, unsigned flags, unsigned supported)
{
    if (flags & ~supported)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "unsupported flags (0x%x) in function %s",
                            flags & ~supported, call->func);
    return 0;
}

/* Not all of `both`; the names are those of its two flags. */
static int check_exclusive(struct api_call *call, unsigned flags, unsigned both,
                           const char *one, const char *other)
{
    if ((flags & both) == both)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "flags '%s' and '%s' in function %s are mutually "
                            "exclusive",
                            one, other, call->func);
    return 0;
}

int api_check_one_target(struct api_call *call, unsigned flags)
{
    return check_exclusive(call, flags, API_AFFECT, "VIR_DOMAIN_AFFECT_LIVE",
                           "VIR_DOMAIN_AFFECT_CONFIG");
}

int api_check_guest(struct api_call *call, unsigned flags)
{
    return check_exclusive(call, flags,
                           VIR_DOMAIN_VCPU_GUEST | VIR_DOMAIN_VCPU_CONFIG,
                           "VIR_DOMAIN_VCPU_GUEST", "VIR_DOMAIN_VCPU_CONFIG");
}

int api_check_not_null(struct api_call *call, const void *arg, const char *name)
{
    if (!arg)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "%s in %s must not be NULL", name, call->func);
    return 0;
}

void *api_calloc(struct api_call *call, size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);

    if (!p)
        (void)vc_error_nomem(&call->err);
    return p;
}

char *api_strdup(struct api_call *call, const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        (void)vc_error_nomem(&call->err);
    return copy;
}

/* What contradicts itself in the flags of a count. */
static int check_count_flags(struct api_call *call, unsigned flags)
{
    if ((flags & VIR_DOMAIN_VCPU_MAXIMUM) && !(flags & VIR_DOMAIN_VCPU_CONFIG))
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "flag 'VIR_DOMAIN_VCPU_MAXIMUM' requires flag "
                            "'VIR_DOMAIN_VCPU_CONFIG' in function %s",
                            call->func);
    if (api_check_guest(call, flags) < 0)
        return -1;
    if ((flags & VIR_DOMAIN_VCPU_MAXIMUM) && (flags & VIR_DOMAIN_VCPU_LIVE))
        return vc_error_set(&call->err, VC_ERR_OPERATION_UNSUPPORTED,
                            "maximum vcpu count of a live domain can't be "
                            "modified");
    return 0;
}

int api_request_vcpus(struct api_call *call, unsigned nvcpus, unsigned flags,
                      struct vc_request *ret)
{
    if (api_check_flags(call, flags,
                        API_AFFECT | VIR_DOMAIN_VCPU_MAXIMUM |
                            VIR_DOMAIN_VCPU_GUEST |
                            VIR_DOMAIN_VCPU_HOTPLUGGABLE) < 0 ||
        check_count_flags(call, flags) < 0)
        return -1;
    if (nvcpus == 0)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "nvcpus in %s must not be zero", call->func);
    memset(ret, 0, sizeof(*ret));
    ret->kind = (flags & VIR_DOMAIN_VCPU_MAXIMUM) ? VC_REQUEST_MAXIMUM
                : (flags & VIR_DOMAIN_VCPU_GUEST) ? VC_REQUEST_GUEST_COUNT
                                                  : VC_REQUEST_COUNT;
    /* the guest is reached only while it runs */
    ret->impact = ret->kind == VC_REQUEST_GUEST_COUNT ? VC_IMPACT_LIVE
                                                      : flags & API_AFFECT;
    ret->count = nvcpus;
    ret->hotpluggable = flags & VIR_DOMAIN_VCPU_HOTPLUGGABLE;
    return 0;
}

int api_request_state(struct api_call *call, const char *vcpumap, int state,
                      unsigned flags, struct vc_request *ret)
{
    struct vc_request request = {.kind = VC_REQUEST_STATE,
                                 .impact = flags & API_AFFECT,
                                 .online = state == 1};

    if (api_check_flags(call, flags, API_AFFECT) < 0 ||
        api_check_not_null(call, vcpumap, "vcpumap") < 0)
        return -1;
    call->late = true;
    if (state != 0 && state != 1)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "state %d in %s must be 0 or 1", state, call->func);
    if (vc_cpuset_parse(vcpumap, strlen(vcpumap), &request.set, &call->err) < 0)
        return -1;
    *ret = request;
    return 0;
}

int api_request_pin_set(struct api_call *call, unsigned vcpu,
                        const char *cpuset, unsigned flags,
                        struct vc_request *ret)
{
    struct vc_request request = {.kind = VC_REQUEST_PIN,
                                 .impact = flags & API_AFFECT,
                                 .vcpu = vcpu};

    if (api_check_flags(call, flags, API_AFFECT) < 0 ||
        api_check_not_null(call, cpuset, "cpuset") < 0)
        return -1;
    if (!*cpuset)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "Empty cpu list for pinning");
    call->late = true;
    if (vc_cpuset_parse(cpuset, strlen(cpuset), &request.set, &call->err) < 0)
        return -1;
    *ret = request;
    return 0;
}

int api_request_unpin(struct api_call *call, unsigned vcpu, unsigned flags,
                      struct vc_request *ret)
{
    if (api_check_flags(call, flags, API_AFFECT) < 0)
        return -1;
    memset(ret, 0, sizeof(*ret));
    ret->kind = VC_REQUEST_UNPIN;
    ret->impact = flags & API_AFFECT;
    ret->vcpu = vcpu;
    return 0;
}

int api_fail_late(struct api_call *call, virDomainPtr domain, unsigned impact)
{
    VC_VIEW_AUTO view = {0};
    struct vc_error first = {0};
    unsigned targets;

    if (call->late &&
        (vc_engine_look(&domain->conn->engine, &domain->id, 0, &view, &first) <
             0 ||
         vc_impact_resolve(impact, view.active, view.persistent, &targets,
                           &first) < 0))
        call->err = first;
    return api_fail(call);
}

int api_change(struct api_call *call, virDomainPtr domain,
               struct vc_request *request)
{
    VC_CHANGE_AUTO change = {.id = &domain->id, .requests = request, .n = 1};
    int rc;

    rc = vc_engine_change(&domain->conn->engine, &change, 1, false, &call->err);
    vc_request_clear(request);
    return rc < 0 ? api_fail(call) : 0;
}
