/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_API
#include <string.h>

#include "api/api.h"

static int get_host(struct api_call *call, virConnectPtr conn,
                    struct vc_host *ret)
{
    if (api_check_conn(call, conn) < 0)
        return -1;
    return conn->engine.driver->ops->host(conn->engine.driver, ret, &call->err);
}

API_EXPORT int virConnectGetMaxVcpus(virConnectPtr conn,
                                     const char *type VC_UNUSED)
{
    VC_HOST_AUTO host = {0};

    API_ENTER(call);
    if (get_host(&call, conn, &host) < 0)
        return api_fail(&call);
    return (int)host.max_vcpus;
}

API_EXPORT int virNodeGetInfo(virConnectPtr conn, virNodeInfoPtr info)
{
    VC_HOST_AUTO host = {0};

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_not_null(&call, info, "info") < 0 ||
        get_host(&call, conn, &host) < 0)
        return api_fail(&call);
    memset(info, 0, sizeof(*info));
    memcpy(info->model, host.model, sizeof(info->model));
    info->model[sizeof(info->model) - 1] = '\0';
    info->memory = (unsigned long)host.memory_kib;
    info->cpus = vc_cpuset_count(&host.online);
    info->mhz = host.mhz;
    info->nodes = host.nodes;
    info->sockets = host.sockets;
    info->cores = host.cores;
    info->threads = host.threads;
    return 0;
}

API_EXPORT int virNodeGetCPUMap(virConnectPtr conn, unsigned char **cpumap,
                                unsigned int *online, unsigned int flags)
{
    VC_HOST_AUTO host = {0};
    unsigned char *map = NULL;
    size_t len;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        get_host(&call, conn, &host) < 0)
        return api_fail(&call);
    len = VIR_CPU_MAPLEN(host.ncpus);
    if (cpumap) {
        map = api_calloc(&call, len, 1);
        if (!map)
            return api_fail(&call);
        vc_cpuset_to_map(&host.online, map, len);
        *cpumap = map;
    }
    if (online)
        *online = vc_cpuset_count(&host.online);
    return (int)host.ncpus;
}

/* What can't be asked may be either: nobody who asks for runs misses it. */
static bool selected(const struct vc_list_item *item, unsigned flags,
                     bool paused)
{
    unsigned group = flags & (VIR_CONNECT_LIST_DOMAINS_ACTIVE |
                              VIR_CONNECT_LIST_DOMAINS_INACTIVE);
    unsigned is = item->active    ? VIR_CONNECT_LIST_DOMAINS_ACTIVE
                  : item->unclear ? VIR_CONNECT_LIST_DOMAINS_ACTIVE |
                                        VIR_CONNECT_LIST_DOMAINS_INACTIVE
                                  : VIR_CONNECT_LIST_DOMAINS_INACTIVE;

    if (group && !(group & is))
        return false;
    group = flags & (VIR_CONNECT_LIST_DOMAINS_PERSISTENT |
                     VIR_CONNECT_LIST_DOMAINS_TRANSIENT);
    is = item->persistent ? VIR_CONNECT_LIST_DOMAINS_PERSISTENT
                          : VIR_CONNECT_LIST_DOMAINS_TRANSIENT;
    if (group && !(group & is))
        return false;
    group = flags & (VIR_CONNECT_LIST_DOMAINS_RUNNING |
                     VIR_CONNECT_LIST_DOMAINS_PAUSED |
                     VIR_CONNECT_LIST_DOMAINS_SHUTOFF |
                     VIR_CONNECT_LIST_DOMAINS_OTHER);
    is = item->unclear   ? VIR_CONNECT_LIST_DOMAINS_OTHER
         : !item->active ? VIR_CONNECT_LIST_DOMAINS_SHUTOFF
         : paused        ? VIR_CONNECT_LIST_DOMAINS_PAUSED
                         : VIR_CONNECT_LIST_DOMAINS_RUNNING;
    return !group || (group & is);
}

static bool look_if_paused(virConnectPtr conn, const struct vc_list_item *item)
{
    VC_VIEW_AUTO view = {0};
    struct vc_error ignored;

    return vc_engine_read(&conn->engine, &item->id, VC_IMPACT_LIVE,
                          VC_WANT_RUNS, &view, &ignored) == 0 &&
           view.live.paused;
}

/* Only a filter that tells running from paused has to look at each domain that
 * runs. */
static bool is_paused(virConnectPtr conn, const struct vc_list_item *item,
                      unsigned flags)
{
    return item->active &&
           (flags & (VIR_CONNECT_LIST_DOMAINS_RUNNING |
                     VIR_CONNECT_LIST_DOMAINS_PAUSED)) &&
           look_if_paused(conn, item);
}

static int list_domains(struct api_call *call, virConnectPtr conn,
                        const struct vc_list *list, virDomainPtr **domains,
                        unsigned flags)
{
    virDomainPtr *found = NULL;
    size_t n = 0;
    size_t i;

    if (domains) {
        found = api_calloc(call, list->n + 1, sizeof(virDomainPtr));
        if (!found)
            return -1;
    }
    for (i = 0; i < list->n; i++) {
        const struct vc_list_item *item = &list->items[i];

        if (!selected(item, flags, is_paused(conn, item, flags)))
            continue;
        if (found) {
            found[n] = api_domain_new(call, conn, &item->id, item->live_id);
            if (!found[n])
                goto fail;
        }
        n++;
    }
    if (domains)
        *domains = found;
    return (int)n;
fail:
    while (n > 0)
        api_domain_unref(found[--n]);
    free(found);
    return -1;
}

API_EXPORT int virConnectListAllDomains(virConnectPtr conn,
                                        virDomainPtr **domains,
                                        unsigned int flags)
{
    struct vc_list list = {0};
    int n;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, 0xff) < 0 ||
        vc_engine_list(&conn->engine, &list, &call.err) < 0)
        return api_fail(&call);
    n = list_domains(&call, conn, &list, domains, flags);
    vc_list_clear(&list);
    return n < 0 ? api_fail(&call) : n;
}
