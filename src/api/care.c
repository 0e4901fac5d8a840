/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Care of the store, and what this build is. */
#define VC_ROOM VC_ROOM_API
#include <limits.h>
#include <string.h>

#include "api/api.h"

API_EXPORT int vcpuconfConnectBackup(virConnectPtr conn, const char *path,
                                     unsigned int flags)
{
    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, VCPUCONF_BACKUP_REPLACE) < 0 ||
        api_check_not_null(&call, path, "path") < 0)
        return api_fail(&call);
    if (path[0] != '/') {
        (void)vc_error_set(&call.err, VC_ERR_INVALID_ARG,
                           "the backup's path '%s' must be absolute", path);
        return api_fail(&call);
    }
    if (vc_engine_backup(&conn->engine, path, flags & VCPUCONF_BACKUP_REPLACE,
                         &call.err) < 0)
        return api_fail(&call);
    return 0;
}

/* The faults that were found; without `wanted` only their number. */
struct collect {
    char **items;
    size_t n;
    size_t cap;
    bool wanted;
};

static int collect_fault(const char *fault, void *opaque, struct vc_error *err)
{
    struct collect *c = opaque;

    if (c->n == INT_MAX)
        return vc_error_set(err, VC_ERR_OVERFLOW,
                            "the store has more than %d faults", INT_MAX);
    if (!c->wanted) {
        c->n++;
        return 0;
    }
    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 16;
        char **items = realloc(c->items, cap * sizeof(*items));

        if (!items)
            return vc_error_nomem(err);
        c->items = items;
        c->cap = cap;
    }
    c->items[c->n] = strdup(fault);
    if (!c->items[c->n])
        return vc_error_nomem(err);
    c->n++;
    return 0;
}

API_EXPORT int vcpuconfConnectCheck(virConnectPtr conn, char ***faults,
                                    unsigned int flags)
{
    struct collect c = {.wanted = faults != NULL};
    size_t i;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, 0) < 0)
        return api_fail(&call);
    if (vc_engine_check(&conn->engine, collect_fault, &c, &call.err) == 0) {
        if (faults)
            *faults = c.items;
        return (int)c.n;
    }
    for (i = 0; c.items && i < c.n; i++)
        free(c.items[i]);
    free(c.items);
    return api_fail(&call);
}

API_EXPORT int vcpuconfConnectGetStoreInfo(virConnectPtr conn,
                                           vcpuconfStoreInfo *info,
                                           unsigned int flags)
{
    struct vc_store_info found;
    struct vc_store *store;
    char *path;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        api_check_not_null(&call, info, "info") < 0)
        return api_fail(&call);
    store = conn->engine.store;
    if (vc_engine_store_error(vc_store_info(store, &found, &call.err),
                              &call.err) < 0)
        return api_fail(&call);
    path = api_strdup(&call, vc_store_path(store));
    if (!path)
        return api_fail(&call);
    memset(info, 0, sizeof(*info));
    info->path = path;
    info->readOnly = vc_store_is_read_only(store) ? 1 : 0;
    info->format = found.format;
    info->domains = found.objects;
    info->revisions = found.revisions;
    info->bytes = found.bytes;
    info->change = found.change;
    return 0;
}

API_EXPORT void vcpuconfStoreInfoClear(vcpuconfStoreInfo *info)
{
    if (!info)
        return;
    free(info->path);
    memset(info, 0, sizeof(*info));
}

API_EXPORT int vcpuconfConnectListDeleted(virConnectPtr conn,
                                          vcpuconfDeleted **deleted,
                                          unsigned int flags)
{
    struct vc_deleted_list list = {0};
    vcpuconfDeleted *items;
    size_t i;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        api_check_not_null(&call, deleted, "deleted") < 0 ||
        vc_engine_list_deleted(&conn->engine, &list, &call.err) < 0)
        return api_fail(&call);
    items = api_calloc(&call, list.n, sizeof(*items));
    if (!items) {
        vc_deleted_list_clear(&list);
        return api_fail(&call);
    }
    for (i = 0; i < list.n; i++) {
        memcpy(items[i].uuid, list.items[i].uuid, sizeof(items[i].uuid));
        items[i].name = VC_STEAL(list.items[i].name);
        items[i].revision = list.items[i].revision;
        items[i].time = list.items[i].time_us;
    }
    *deleted = items;
    i = list.n;
    vc_deleted_list_clear(&list);
    return (int)i;
}

API_EXPORT void vcpuconfDeletedFree(vcpuconfDeleted *deleted, int ndeleted)
{
    int i;

    for (i = 0; deleted && i < ndeleted; i++)
        free(deleted[i].name);
    free(deleted);
}

/* Built when first asked for, and kept until the end. */
static _Atomic(char *) features;

static char *features_make(struct vc_error *err)
{
    VC_BUF_AUTO text = {0};

    vc_buf_addf(&text, "vcpuconf %d.%d.%d\n", VCPUCONF_VERSION_NUMBER / 1000000,
                VCPUCONF_VERSION_NUMBER / 1000 % 1000,
                VCPUCONF_VERSION_NUMBER % 1000);
    vc_engine_features(&text);
    return vc_buf_steal(&text, NULL, err);
}

__attribute__((destructor)) static void features_at_exit(void)
{
    free(atomic_exchange(&features, NULL));
}

API_EXPORT const char *vcpuconfGetFeatures(void)
{
    char *made;
    char *first = NULL;

    API_ENTER(call);
    made = atomic_load(&features);
    if (made)
        return made;
    made = features_make(&call.err);
    if (!made)
        return API_FAIL_NULL(&call);
    if (atomic_compare_exchange_strong(&features, &first, made))
        return made;
    free(made); /* another thread was first */
    return first;
}
