/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading: the host, and who runs.
 *
 * A domain that is being built has no name for a moment, and is not there yet;
 * @introduceDomain comes when it has one.  One that runs without a name is
 * unclear.  When xenstored can't be asked, a domain can still be found by its
 * uuid and its id, under a name that no definition can have.
 */
#define VC_ROOM VC_ROOM_DRIVER_XEN
#include "driver/xen/impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The most that Xen gives to any domain: a PV one. */
#define XEN_MAX_VCPUS 8192u
#define XEN_PAGE_KIB 4u

/* ---- the host ---- */

static int read_topology(struct xen_driver *xen, xc_cputopo_t **ret,
                         unsigned *ret_n, struct vc_error *err)
{
    unsigned n = xen->ncpus;
    xc_cputopo_t *topo = calloc(n, sizeof(*topo));

    if (!topo)
        return vc_error_nomem(err);
    if (xc_cputopoinfo(xen->xch, &n, topo) < 0) {
        int errnum = errno;

        free(topo);
        return vc_xen_error(err, errnum, "can't read the host's topology");
    }
    *ret = topo;
    *ret_n = n < xen->ncpus ? n : xen->ncpus;
    return 0;
}

int xen_host(struct vc_driver *drv, struct vc_host *ret, struct vc_error *err)
{
    struct xen_driver *xen = xen_self(drv);
    xc_cputopo_t *topo = NULL;
    struct utsname kernel;
    unsigned ntopo = 0;
    int rc;

    if (xen_enter(xen, err) < 0 ||
        read_topology(xen, &topo, &ntopo, err) < 0)
        return -1;
    rc = vc_xen_host_fill(ret, &xen->phys, topo, ntopo, err);
    free(topo);
    if (rc < 0)
        return -1;
    ret->caps = XEN_HOST_CAPS;
    ret->max_vcpus = XEN_MAX_VCPUS;
    ret->memory_kib = xen->phys.total_pages * XEN_PAGE_KIB;
    (void)snprintf(ret->model, sizeof(ret->model), "%.31s",
                   uname(&kernel) == 0 ? kernel.machine : "x86_64");
    return 0;
}

/* ---- who runs ---- */

/* Takes name. */
static void fill_instance(struct xen_driver *xen, const xc_domaininfo_t *info,
                          char *name, struct vc_instance *ret)
{
    vc_instance_clear(ret);
    ret->name = name;
    ret->id = info->domain;
    memcpy(ret->uuid, info->handle, sizeof(ret->uuid));
    ret->has_uuid = info->domain == 0 || !vc_uuid_is_zero(ret->uuid);
    if (!ret->has_uuid)
        vc_uuid_of_name(name, ret->uuid);
    xen_start_of(xen, info->domain, ret);
    vc_xen_facts_keep(info, ret->facts);
}

static int add_unclear(const xc_domaininfo_t *info, struct vc_unclear *ret,
                       struct vc_error *err)
{
    VC_AUTO_STR char *name = NULL;
    VC_AUTO_STR char *why = NULL;

    if (asprintf(&name, "domain-%u", info->domain) < 0) {
        name = NULL;
        return vc_error_nomem(err);
    }
    if (asprintf(&why, "xenstore has no name for domain %u", info->domain) <
        0) {
        why = NULL;
        return vc_error_nomem(err);
    }
    ret->name = VC_STEAL(name);
    ret->why = VC_STEAL(why);
    return 0;
}

static int list_add(struct xen_driver *xen, const xc_domaininfo_t *info,
                    struct vc_instance_list *list, struct vc_error *err)
{
    char *name = NULL;
    int rc = vc_xen_names_get(&xen->names, &xen->store, info, &name, err);

    if (rc < 0)
        return -1;
    if (rc > 0)
        fill_instance(xen, info, name, &list->items[list->n++]);
    else if (vc_xen_is_new(info))
        return 0;
    else if (add_unclear(info, &list->unclear[list->nunclear], err) < 0)
        return -1;
    else
        list->nunclear++;
    return 0;
}

static int list_names(struct xen_driver *xen, const xc_domaininfo_t *infos,
                      size_t n, struct vc_instance_list *list,
                      struct vc_error *err)
{
    XEN_LOCK_AUTO *lock = xen_lock(xen);
    size_t i;

    if (vc_xen_names_sync(&xen->names, &xen->store, err) < 0)
        return -1;
    vc_xen_names_prune(&xen->names, &xen->store, infos, n);
    for (i = 0; i < n; i++) {
        if (list_add(xen, &infos[i], list, err) < 0)
            return -1;
    }
    return 0;
}

int xen_list(struct vc_driver *drv, struct vc_instance_list *ret,
             struct vc_error *err)
{
    struct xen_driver *xen = xen_self(drv);
    VC_INSTANCE_LIST_AUTO list = {0};
    xc_domaininfo_t *infos;
    size_t n;
    int rc;

    if (xen_enter(xen, err) < 0 || xen_infos(xen, &infos, &n, err) < 0)
        return -1;
    list.items = calloc(n + 1, sizeof(*list.items));
    list.unclear = calloc(n + 1, sizeof(*list.unclear));
    rc = list.items && list.unclear ? list_names(xen, infos, n, &list, err)
                                    : vc_error_nomem(err);
    free(infos);
    if (rc < 0)
        return -1;
    vc_instance_list_clear(ret);
    *ret = list;
    memset(&list, 0, sizeof(list));
    return 0;
}

/* ---- finding one ---- */

static int find_by_name(struct vc_driver *drv,
                        const struct vc_instance_key *key,
                        struct vc_instance *ret, struct vc_error *err)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    size_t i;

    if (xen_list(drv, &list, err) < 0)
        return -1;
    for (i = 0; i < list.n; i++) {
        if (strcmp(list.items[i].name, key->name) != 0)
            continue;
        vc_instance_clear(ret);
        *ret = list.items[i];
        memset(&list.items[i], 0, sizeof(list.items[i]));
        return 1;
    }
    for (i = 0; i < list.nunclear; i++) {
        if (strcmp(list.unclear[i].name, key->name) == 0)
            return vc_error_set(err, VC_ERR_OPERATION_FAILED, "%s",
                                list.unclear[i].why);
    }
    return 0;
}

static uint64_t half_of(const unsigned char *uuid)
{
    uint64_t half;

    memcpy(&half, uuid + VC_UUID_LEN - sizeof(half), sizeof(half));
    return half;
}

/* 1 or 0 and the facts of the domain with that uuid.  Who asks for one asks
 * again: it is looked first whether the last one that was found is it still. */
static int info_by_uuid(struct xen_driver *xen, const unsigned char *uuid,
                        xc_domaininfo_t *ret, struct vc_error *err)
{
    int last = atomic_load(&xen->last_uuid) == half_of(uuid)
                   ? atomic_load(&xen->last_found)
                   : 0;
    struct vc_error ignored;
    xc_domaininfo_t *infos;
    int found = 0;
    size_t n;
    size_t i;

    if (vc_uuid_is_zero(uuid)) /* Domain-0's alone */
        return xen_info(xen, 0, ret, err);
    if (last && xen_info(xen, last, ret, &ignored) > 0 &&
        memcmp(ret->handle, uuid, VC_UUID_LEN) == 0)
        return 1;
    if (xen_infos(xen, &infos, &n, err) < 0)
        return -1;
    for (i = 0; i < n && !found; i++) {
        found = memcmp(infos[i].handle, uuid, VC_UUID_LEN) == 0;
        if (found)
            *ret = infos[i];
    }
    free(infos);
    if (found) {
        atomic_store(&xen->last_found, ret->domain);
        atomic_store(&xen->last_uuid, half_of(uuid));
    }
    return found;
}

/* The name of what was found by other means; xenstored may be away. */
static int name_it(struct xen_driver *xen, const xc_domaininfo_t *info,
                   char **ret_name, struct vc_error *err)
{
    XEN_LOCK_AUTO *lock = xen_lock(xen);
    struct vc_error why = {0};
    int rc = vc_xen_names_get(&xen->names, &xen->store, info, ret_name, &why);

    if (rc > 0)
        return 1;
    if (rc == 0 && vc_xen_is_new(info))
        return 0;
    if (info->domain == 0)
        *ret_name = strdup(VC_XEN_DOMAIN0);
    else if (asprintf(ret_name, "/local/domain/%u", info->domain) < 0)
        *ret_name = NULL;
    return *ret_name ? 1 : vc_error_nomem(err);
}

/* 1, or 0: look for it in the list. */
static int find_known(struct xen_driver *xen, const char *name,
                      struct vc_instance *ret, struct vc_error *err)
{
    unsigned char handle[VC_UUID_LEN];
    struct vc_error ignored;
    xc_domaininfo_t info;
    bool known;
    char *copy;
    int domid;

    (void)xen_lock(xen);
    known = vc_xen_names_known(&xen->names, &xen->store, name, &domid, handle);
    (void)pthread_mutex_unlock(&xen->mutex);
    if (!known || xen_info(xen, domid, &info, &ignored) < 1 ||
        memcmp(info.handle, handle, VC_UUID_LEN) != 0)
        return 0;
    copy = strdup(name);
    if (!copy)
        return vc_error_nomem(err);
    fill_instance(xen, &info, copy, ret);
    return 1;
}

int xen_find(struct vc_driver *drv, const struct vc_instance_key *key,
             struct vc_instance *ret, struct vc_error *err)
{
    struct xen_driver *xen = xen_self(drv);
    xc_domaininfo_t info;
    char *name = NULL;
    int rc;

    if (xen_enter(xen, err) < 0)
        return -1;
    if (key->kind == VC_BY_NAME) {
        rc = key->quick ? find_known(xen, key->name, ret, err) : 0;
        return rc ? rc : find_by_name(drv, key, ret, err);
    }
    rc = key->kind == VC_BY_ID ? xen_info(xen, key->id, &info, err)
                               : info_by_uuid(xen, key->uuid, &info, err);
    if (rc > 0 && key->quick && !vc_xen_is_new(&info))
        rc = (name = strdup("")) ? 1 : vc_error_nomem(err);
    else if (rc > 0)
        rc = name_it(xen, &info, &name, err);
    if (rc > 0)
        fill_instance(xen, &info, name, ret);
    return rc;
}
