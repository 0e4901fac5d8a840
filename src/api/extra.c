/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drift, reconcile, history, bulk import. */
#define VC_ROOM VC_ROOM_API
#include <string.h>

#include "api/api.h"
#include "reconcile/reconcile.h"

API_EXPORT char *vcpuconfDomainGetPins(virDomainPtr domain, char **ret_default)
{
    VC_VIEW_AUTO view = {0};
    VC_VCPUDEF_AUTO pins = {0};
    VC_BUF_AUTO text = {0};
    VC_BUF_AUTO set = {0};
    char *ret;
    unsigned i;

    API_ENTER(call);
    if (api_vcpu_domain(&call, &domain) < 0 ||
        vc_engine_read(&domain->conn->engine, &domain->id, VC_IMPACT_CONFIG,
                       VC_WANT_CONFIG, &view, &call.err) < 0)
        return API_FAIL_NULL(&call);
    for (i = 0; i < view.config.maximum; i++) {
        const struct vc_cpuset *pin = vc_vcpudef_pin(&view.config, i);

        if (pin && vc_vcpudef_set_pin(&pins, i, pin, &call.err) < 0)
            return API_FAIL_NULL(&call);
    }
    vc_vcpudef_encode_pins(&pins, &text);
    vc_cpuset_format(&view.config.default_set, &set);
    ret = vc_buf_steal(&text, NULL, &call.err);
    if (ret && ret_default) {
        char *def = vc_buf_steal(&set, NULL, &call.err);

        if (def) {
            *ret_default = def;
        } else {
            free(ret);
            ret = NULL;
        }
    }
    return ret ? ret : API_FAIL_NULL(&call);
}

API_EXPORT int vcpuconfDomainGetDiff(virDomainPtr domain, vcpuconfDiff **diffs,
                                     unsigned int flags)
{
    struct vc_difference_list list = {0};
    vcpuconfDiff *items;
    size_t i;

    API_ENTER(call);
    if (api_vcpu_domain(&call, &domain) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        api_check_not_null(&call, diffs, "diffs") < 0 ||
        vc_engine_diff(&domain->conn->engine, &domain->id, &list, &call.err) <
            0)
        return api_fail(&call);
    items = api_calloc(&call, list.n, sizeof(*items));
    if (!items) {
        vc_difference_list_clear(&list);
        return api_fail(&call);
    }
    for (i = 0; i < list.n; i++) {
        items[i].kind = (int)list.items[i].kind;
        items[i].vcpu = list.items[i].vcpu;
        items[i].config = VC_STEAL(list.items[i].config);
        items[i].live = VC_STEAL(list.items[i].live);
        items[i].reconciled = VC_STEAL(list.items[i].reconciled);
    }
    *diffs = items;
    i = list.n;
    vc_difference_list_clear(&list);
    return (int)i;
}

API_EXPORT void vcpuconfDiffFree(vcpuconfDiff *diffs, int ndiffs)
{
    int i;

    for (i = 0; diffs && i < ndiffs; i++) {
        free(diffs[i].config);
        free(diffs[i].live);
        free(diffs[i].reconciled);
    }
    free(diffs);
}

API_EXPORT int vcpuconfDomainAdopt(virDomainPtr domain, char **plan,
                                   unsigned int flags)
{
    VC_BUF_AUTO text = {0};
    bool dry_run = flags & VCPUCONF_ADOPT_DRY_RUN;

    API_ENTER(call);
    if (api_vcpu_domain(&call, &domain) < 0 ||
        (!dry_run && api_check_writable(&call) < 0) ||
        api_check_flags(&call, flags, VCPUCONF_ADOPT_DRY_RUN) < 0 ||
        vc_engine_adopt(&domain->conn->engine, &domain->id, dry_run, &text,
                        &call.err) < 0)
        return api_fail(&call);
    if (plan) {
        *plan = vc_buf_steal(&text, NULL, &call.err);
        if (!*plan)
            return api_fail(&call);
    }
    return 0;
}

API_EXPORT int vcpuconfDomainReconcile(virDomainPtr domain, char **report,
                                       unsigned int flags)
{
    VC_BUF_AUTO text = {0};
    enum vc_reconcile_result result;
    bool dry_run = flags & VCPUCONF_RECONCILE_DRY_RUN;

    API_ENTER(call);
    if (api_vcpu_domain(&call, &domain) < 0 ||
        (!dry_run && api_check_writable(&call) < 0) ||
        api_check_flags(&call, flags,
                        VCPUCONF_RECONCILE_DRY_RUN |
                            VCPUCONF_RECONCILE_FORCE) < 0 ||
        vc_reconcile_domain(&domain->conn->engine, &domain->id, dry_run,
                            flags & VCPUCONF_RECONCILE_FORCE, &text, &result,
                            &call.err) < 0)
        return api_fail(&call);
    if (report) {
        *report = vc_buf_steal(&text, NULL, &call.err);
        if (!*report)
            return api_fail(&call);
    }
    return (int)result;
}
