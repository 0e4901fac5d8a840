/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several changes as one. */
#define VC_ROOM VC_ROOM_API
#include <string.h>

#include "api/api.h"

/* All that is asked of one domain, in the order it was added. */
struct part {
    virDomainPtr domain; /* counted */
    struct vc_request *requests;
    size_t n;
};

struct _vcpuconfBatch {
    unsigned magic;
    virConnectPtr conn; /* counted */
    struct part *parts;
    size_t n;
};

static int check_batch(struct api_call *call, vcpuconfBatchPtr batch)
{
    if (!batch || batch->magic != API_BATCH_MAGIC)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "invalid batch pointer in %s", call->func);
    call->conn = batch->conn;
    return 0;
}

API_EXPORT vcpuconfBatchPtr vcpuconfBatchNew(virConnectPtr conn)
{
    vcpuconfBatchPtr batch;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0)
        return API_FAIL_NULL(&call);
    batch = api_calloc(&call, 1, sizeof(*batch));
    if (!batch)
        return API_FAIL_NULL(&call);
    batch->magic = API_BATCH_MAGIC;
    batch->conn = conn;
    atomic_fetch_add(&conn->refs, 1);
    return batch;
}

API_EXPORT void vcpuconfBatchFree(vcpuconfBatchPtr batch)
{
    size_t i;
    size_t k;

    if (!batch || batch->magic != API_BATCH_MAGIC)
        return;
    for (i = 0; i < batch->n; i++) {
        for (k = 0; k < batch->parts[i].n; k++)
            vc_request_clear(&batch->parts[i].requests[k]);
        free(batch->parts[i].requests);
        api_domain_unref(batch->parts[i].domain);
    }
    free(batch->parts);
    api_conn_unref(batch->conn);
    batch->magic = 0;
    free(batch);
}

static struct part *part_of(struct api_call *call, vcpuconfBatchPtr batch,
                            virDomainPtr domain)
{
    struct part *parts;
    size_t i;

    /* changes of one domain are mostly added one after another */
    for (i = batch->n; i > 0; i--) {
        if (memcmp(batch->parts[i - 1].domain->id.uuid, domain->id.uuid,
                   VC_UUID_LEN) == 0)
            return &batch->parts[i - 1];
    }
    parts = realloc(batch->parts, (batch->n + 1) * sizeof(*parts));
    if (!parts) {
        (void)vc_error_nomem(&call->err);
        return NULL;
    }
    batch->parts = parts;
    memset(&parts[batch->n], 0, sizeof(*parts));
    atomic_fetch_add(&domain->refs, 1);
    parts[batch->n].domain = domain;
    return &parts[batch->n++];
}

/* The same of the next vCPU: a range is added vCPU by vCPU, and may be of
 * thousands. */
static bool is_next(const struct vc_request *request,
                    const struct vc_request *last)
{
    return (request->kind == VC_REQUEST_PIN ||
            request->kind == VC_REQUEST_UNPIN) &&
           request->kind == last->kind && request->impact == last->impact &&
           request->vcpu > last->vcpu &&
           request->vcpu - last->vcpu == last->more + 1 &&
           vc_cpuset_equal(&request->set, &last->set);
}

/* Takes the request, also when it fails. */
static int add(struct api_call *call, vcpuconfBatchPtr batch,
               virDomainPtr domain, struct vc_request *request)
{
    struct part *part = part_of(call, batch, domain);
    struct vc_request *requests = NULL;

    if (part && part->n && is_next(request, &part->requests[part->n - 1])) {
        part->requests[part->n - 1].more++;
        vc_request_clear(request);
        return 0;
    }
    if (part)
        requests = realloc(part->requests, (part->n + 1) * sizeof(*requests));
    if (!requests) {
        vc_request_clear(request);
        (void)vc_error_nomem(&call->err);
        return api_fail(call);
    }
    part->requests = requests;
    requests[part->n++] = *request;
    return 0;
}

static int enter(struct api_call *call, vcpuconfBatchPtr batch,
                 virDomainPtr domain)
{
    if (check_batch(call, batch) < 0 || api_check_domain(call, domain) < 0)
        return -1;
    if (domain->conn != batch->conn)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "domain '%s' in %s is of another connection than "
                            "the batch",
                            domain->id.name, call->func);
    return 0;
}

API_EXPORT int vcpuconfBatchSetVcpusFlags(vcpuconfBatchPtr batch,
                                          virDomainPtr domain,
                                          unsigned int nvcpus,
                                          unsigned int flags)
{
    struct vc_request request;

    API_ENTER(call);
    if (enter(&call, batch, domain) < 0 ||
        api_request_vcpus(&call, nvcpus, flags, &request) < 0)
        return api_fail(&call);
    return add(&call, batch, domain, &request);
}

API_EXPORT int vcpuconfBatchSetVcpu(vcpuconfBatchPtr batch, virDomainPtr domain,
                                    const char *vcpumap, int state,
                                    unsigned int flags)
{
    struct vc_request request;

    API_ENTER(call);
    if (enter(&call, batch, domain) < 0 ||
        api_request_state(&call, vcpumap, state, flags, &request) < 0)
        return api_fail(&call);
    return add(&call, batch, domain, &request);
}

API_EXPORT int vcpuconfBatchPinVcpuSet(vcpuconfBatchPtr batch,
                                       virDomainPtr domain, unsigned int vcpu,
                                       const char *cpuset, unsigned int flags)
{
    struct vc_request request;

    API_ENTER(call);
    if (enter(&call, batch, domain) < 0 ||
        api_request_pin_set(&call, vcpu, cpuset, flags, &request) < 0)
        return api_fail(&call);
    return add(&call, batch, domain, &request);
}

API_EXPORT int vcpuconfBatchUnpinVcpu(vcpuconfBatchPtr batch,
                                      virDomainPtr domain, unsigned int vcpu,
                                      unsigned int flags)
{
    struct vc_request request;

    API_ENTER(call);
    if (enter(&call, batch, domain) < 0 ||
        api_request_unpin(&call, vcpu, flags, &request) < 0)
        return api_fail(&call);
    return add(&call, batch, domain, &request);
}

static struct vc_change *changes_of(struct api_call *call,
                                    vcpuconfBatchPtr batch)
{
    struct vc_change *changes =
        api_calloc(call, batch->n, sizeof(struct vc_change));
    size_t i;

    for (i = 0; changes && i < batch->n; i++) {
        changes[i].id = &batch->parts[i].domain->id;
        changes[i].requests = batch->parts[i].requests;
        changes[i].n = batch->parts[i].n;
    }
    return changes;
}

static void changes_free(struct vc_change *changes, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        vc_change_clear(&changes[i]);
    free(changes);
}

API_EXPORT char *vcpuconfBatchPlan(vcpuconfBatchPtr batch, unsigned int flags)
{
    struct vc_change *changes;
    VC_BUF_AUTO text = {0};
    char *ret = NULL;
    size_t i;

    API_ENTER(call);
    if (check_batch(&call, batch) < 0 || api_check_flags(&call, flags, 0) < 0)
        return API_FAIL_NULL(&call);
    changes = changes_of(&call, batch);
    if (!changes)
        return API_FAIL_NULL(&call);
    if (vc_engine_change(&batch->conn->engine, changes, batch->n, true,
                         &call.err) == 0) {
        for (i = 0; i < batch->n; i++) {
            VC_BUF_AUTO lines = {0};

            vc_plan_print(&changes[i].plan, &lines);
            if (batch->n > 1 && lines.len)
                vc_buf_addf(&text, "domain %s\n", changes[i].id->name);
            vc_buf_add(&text, vc_buf_str(&lines), lines.len);
            text.failed |= lines.failed;
        }
        ret = vc_buf_steal(&text, NULL, &call.err);
    }
    changes_free(changes, batch->n);
    return ret ? ret : API_FAIL_NULL(&call);
}

API_EXPORT int vcpuconfBatchApply(vcpuconfBatchPtr batch, unsigned int flags)
{
    struct vc_change *changes;
    int rc;

    API_ENTER(call);
    if (check_batch(&call, batch) < 0 || api_check_writable(&call) < 0 ||
        api_check_flags(&call, flags, 0) < 0)
        return api_fail(&call);
    changes = changes_of(&call, batch);
    if (!changes)
        return api_fail(&call);
    rc = vc_engine_change(&batch->conn->engine, changes, batch->n, false,
                          &call.err);
    changes_free(changes, batch->n);
    return rc < 0 ? api_fail(&call) : 0;
}
