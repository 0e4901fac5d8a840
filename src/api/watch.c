/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs of domains, and news of them. */
#define VC_ROOM VC_ROOM_API
#include <string.h>

#include "api/api.h"

_Static_assert((int)VC_RUN_NEW == VCPUCONF_RUN_NEW &&
                   (int)VC_RUN_DONE == VCPUCONF_RUN_DONE &&
                   (int)VC_RUN_KEPT == VCPUCONF_RUN_KEPT &&
                   (int)VC_RUN_UNCLEAR == VCPUCONF_RUN_UNCLEAR,
               "the numbers are the public ones");

API_EXPORT char *vcpuconfDomainGetStart(virDomainPtr domain, unsigned int flags)
{
    VC_VIEW_AUTO view = {0};
    char *start;

    API_ENTER(call);
    if (api_vcpu_domain(&call, &domain) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        vc_engine_look(&domain->conn->engine, &domain->id, 0, &view,
                       &call.err) < 0)
        return API_FAIL_NULL(&call);
    if (!view.active) {
        (void)vc_error_set(&call.err, VC_ERR_OPERATION_INVALID,
                           "domain is not running");
        return API_FAIL_NULL(&call);
    }
    start = api_strdup(&call, view.instance.start);
    return start ? start : API_FAIL_NULL(&call);
}

static void runs_free(vcpuconfRun *runs, size_t n)
{
    size_t i;

    for (i = 0; runs && i < n; i++) {
        if (runs[i].domain)
            api_domain_unref(runs[i].domain);
        free(runs[i].start);
        free(runs[i].message);
    }
    free(runs);
}

static int fill_run(struct api_call *call, virConnectPtr conn,
                    struct vc_run *run, vcpuconfRun *ret)
{
    ret->state = (int)run->state;
    ret->message = VC_STEAL(run->why);
    ret->start = api_strdup(call, run->start);
    if (!ret->start)
        return -1;
    ret->domain = api_domain_new(call, conn, &run->id, run->live_id);
    return ret->domain ? 0 : -1;
}

API_EXPORT int vcpuconfConnectListRuns(virConnectPtr conn, vcpuconfRun **runs,
                                       unsigned int flags)
{
    VC_RUN_LIST_AUTO list = {0};
    vcpuconfRun *items;
    size_t i;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        api_check_not_null(&call, runs, "runs") < 0 ||
        vc_engine_list_runs(&conn->engine, &list, &call.err) < 0)
        return api_fail(&call);
    items = api_calloc(&call, list.n, sizeof(*items));
    if (!items)
        return api_fail(&call);
    for (i = 0; i < list.n; i++) {
        if (fill_run(&call, conn, &list.items[i], &items[i]) < 0) {
            runs_free(items, list.n);
            return api_fail(&call);
        }
    }
    *runs = items;
    return (int)list.n;
}

API_EXPORT void vcpuconfRunsFree(vcpuconfRun *runs, int nruns)
{
    if (nruns >= 0)
        runs_free(runs, (size_t)nruns);
}

API_EXPORT int vcpuconfConnectWatch(virConnectPtr conn, int *fd,
                                    unsigned int flags)
{
    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        api_check_not_null(&call, fd, "fd") < 0 ||
        vc_engine_watch(&conn->engine, fd, &call.err) < 0)
        return api_fail(&call);
    return 0;
}

API_EXPORT int vcpuconfConnectWatchRead(virConnectPtr conn, unsigned int flags)
{
    bool news = false;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        vc_engine_watch_read(&conn->engine, &news, &call.err) < 0)
        return api_fail(&call);
    return news ? 1 : 0;
}
