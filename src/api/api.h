/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * src/api: the doors.  One file per public object; a door checks arguments,
 * clears the last error, traces, dispatches, and hands over errors.  It may
 * know src/engine, src/reconcile and src/model, and decides nothing.
 *
 * The shape of a door:
 *
 *     API_ENTER(call);
 *     if (api_vcpu_domain(&call, &dom) < 0 || ...)
 *         return api_fail(&call);
 *     ...
 *     return 0;
 */
#ifndef VC_API_API_H
#define VC_API_API_H

#include <pthread.h>
#include <stdatomic.h>
#include <vcpuconf/vcpuconf.h>

#include "engine/engine.h"

#define API_EXPORT __attribute__((visibility("default")))

#define API_CONN_MAGIC 0x76434f4eu
#define API_DOMAIN_MAGIC 0x76444f4du
#define API_BATCH_MAGIC 0x76424154u

struct _virConnect {
    unsigned magic;
    atomic_int refs;
    char *uri;
    struct vc_engine engine;
    virErrorFunc handler;
    void *handler_data;
};

struct _virDomain {
    unsigned magic;
    atomic_int refs;
    virConnectPtr conn; /* counted */
    struct vc_domid id;
    atomic_int live_id; /* as of the lookup, start or stop; -1 */
};

/* One public call under way. */
struct api_call {
    const char *func;
    virConnectPtr conn; /* whose handler is called; NULL: not known yet */
    bool late; /* *err is about a range or contents: the target comes first */
    struct vc_error err;
};

#define API_ENTER(call)                                                        \
    struct api_call call;                                                      \
    api_enter(&(call), __func__)

void api_enter(struct api_call *call, const char *func);
/* Makes the error the thread's last one and calls the handler; always -1. */
int api_fail(struct api_call *call);
#define API_FAIL_NULL(call) (api_fail(call), NULL)

/* The same; but an error that is late gives way to that of the target, LIVE or
 * CONFIG, if this is not there.  impact: enum vc_impact bits. */
int api_fail_late(struct api_call *call, virDomainPtr domain, unsigned impact);

/* Around fork(): the handlers' mutex. */
void api_error_fork_lock(void);
void api_error_fork_unlock(void);

/* ---- Arguments ---- */

int api_check_conn(struct api_call *call, virConnectPtr conn) VC_NODISCARD;
int api_check_domain(struct api_call *call, virDomainPtr domain) VC_NODISCARD;
/* The same; NULL becomes domain 0 of the default URI. */
int api_vcpu_domain(struct api_call *call, virDomainPtr *domain) VC_NODISCARD;
int api_check_writable(struct api_call *call) VC_NODISCARD;
/* INVALID_ARG "unsupported flags (0x..) in function NAME". */
int api_check_flags(struct api_call *call, unsigned flags,
                    unsigned supported) VC_NODISCARD;
/* GUEST excludes CONFIG. */
int api_check_guest(struct api_call *call, unsigned flags) VC_NODISCARD;
/* A getter takes at most one of LIVE and CONFIG. */
int api_check_one_target(struct api_call *call, unsigned flags) VC_NODISCARD;
int api_check_not_null(struct api_call *call, const void *arg,
                       const char *name) VC_NODISCARD;

#define API_AFFECT (VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG)

/* ---- Objects ---- */

virDomainPtr api_domain_new(struct api_call *call, virConnectPtr conn,
                            const struct vc_domid *id, int live_id);
/* The same in two steps, of which only the first can fail, with NULL: what it
 * gives is released by free() or becomes a domain, which takes what id has. */
virDomainPtr api_domain_reserve(struct api_call *call);
void api_domain_make(virDomainPtr reserved, virConnectPtr conn,
                     struct vc_domid *id, int live_id);
/* The domain that NULL means; borrowed; NULL with *err. */
virDomainPtr api_domain_zero(struct api_call *call);
void api_conn_unref(virConnectPtr conn);
void api_domain_unref(virDomainPtr domain);
/* Room for what a door hands out; NULL with *err. */
void *api_calloc(struct api_call *call, size_t n, size_t size);
char *api_strdup(struct api_call *call, const char *text);

/* ---- Requests: a call's arguments as the plan wants them ---- */

int api_request_vcpus(struct api_call *call, unsigned nvcpus, unsigned flags,
                      struct vc_request *ret) VC_NODISCARD;
int api_request_state(struct api_call *call, const char *vcpumap, int state,
                      unsigned flags, struct vc_request *ret) VC_NODISCARD;
int api_request_pin_set(struct api_call *call, unsigned vcpu,
                        const char *cpuset, unsigned flags,
                        struct vc_request *ret) VC_NODISCARD;
int api_request_unpin(struct api_call *call, unsigned vcpu, unsigned flags,
                      struct vc_request *ret) VC_NODISCARD;
/* One request for one domain, done; the request is cleared. */
int api_change(struct api_call *call, virDomainPtr domain,
               struct vc_request *request);

#endif
