/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_XEN
#include "driver/xen/names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void vc_xen_names_clear(struct vc_xen_names *names)
{
    size_t i;

    for (i = 0; i < names->n; i++)
        free(names->items[i].name);
    free(names->items);
    memset(names, 0, sizeof(*names));
}

static struct vc_xen_name *names_find(struct vc_xen_names *names,
                                      unsigned domid)
{
    size_t i;

    for (i = 0; i < names->n; i++) {
        if (names->items[i].domid == domid)
            return &names->items[i];
    }
    return NULL;
}

static struct vc_xen_name *names_add(struct vc_xen_names *names, unsigned domid,
                                     struct vc_error *err)
{
    struct vc_xen_name *item;

    if (names->n == names->cap) {
        size_t cap = names->cap ? names->cap * 2 : 16;

        item = reallocarray(names->items, cap, sizeof(*item));
        if (!item) {
            (void)vc_error_nomem(err);
            return NULL;
        }
        names->items = item;
        names->cap = cap;
    }
    item = &names->items[names->n++];
    memset(item, 0, sizeof(*item));
    item->domid = domid;
    return item;
}

static void token_of(unsigned domid, char ret[16])
{
    (void)snprintf(ret, 16, "%u", domid);
}

void vc_xen_names_fired(void *opaque, const char *token)
{
    struct vc_xen_names *names = opaque;
    struct vc_xen_name *item;
    uint32_t domid;

    if (!vc_number_parse(token, strlen(token), UINT16_MAX, &domid))
        return;
    item = names_find(names, domid);
    if (item) {
        free(item->name);
        item->name = NULL;
    }
}

/* Takes the news that are there; forgets all when the connection is another. */
static void names_refresh(struct vc_xen_names *names, struct vc_xenstore *xs)
{
    struct vc_error ignored;

    if (xs->fd < 0 || vc_xenstore_take_events(xs, &ignored) < 0 ||
        names->generation != xs->generation)
        vc_xen_names_clear(names);
}

/* Watches and reads; a name that can't be watched is not kept. */
static int names_read(struct vc_xen_names *names, struct vc_xenstore *xs,
                      const xc_domaininfo_t *info, bool keep, char **ret_name,
                      struct vc_error *err)
{
    VC_AUTO_STR char *name = NULL;
    char path[VC_XEN_PATH_MAX];
    char token[16];
    int rc;

    vc_xen_path_name(path, info->domain);
    if (keep) {
        token_of(info->domain, token);
        rc = vc_xenstore_watch(xs, path, token, err);
        if (rc < 0)
            return -1;
        keep = rc == 0 || rc == EEXIST;
    }
    rc = vc_xenstore_read(xs, 0, path, &name, err);
    if (rc < 0)
        return -1;
    if (rc == 0 && !*name) {
        free(name);
        name = NULL;
    }
    if (!name && info->domain == 0 && !(name = strdup(VC_XEN_DOMAIN0)))
        return vc_error_nomem(err);
    if (!name)
        return 0;
    /* The connection may have been made anew below all this. */
    if (names->generation != xs->generation) {
        vc_xen_names_clear(names);
        names->generation = xs->generation;
        keep = false;
    }
    if (keep) {
        struct vc_xen_name *item = names_find(names, info->domain);

        if (item) {
            item->watched = true;
            memcpy(item->handle, info->handle, sizeof(item->handle));
            free(item->name);
            item->name = strdup(name);
        }
    }
    *ret_name = VC_STEAL(name);
    return 1;
}

int vc_xen_names_get(struct vc_xen_names *names, struct vc_xenstore *xs,
                     const xc_domaininfo_t *info, char **ret_name,
                     struct vc_error *err)
{
    struct vc_xen_name *item;
    bool again;

    names_refresh(names, xs);
    item = names_find(names, info->domain);
    if (item && item->name &&
        memcmp(item->handle, info->handle, sizeof(item->handle)) == 0) {
        *ret_name = strdup(item->name);
        return *ret_name ? 1 : vc_error_nomem(err);
    }
    again = item != NULL; /* once is no habit */
    if (!again && !names_add(names, info->domain, err))
        return -1;
    return names_read(names, xs, info, again, ret_name, err);
}

bool vc_xen_names_known(struct vc_xen_names *names, struct vc_xenstore *xs,
                        const char *name, int *ret_domid,
                        unsigned char ret_handle[VC_UUID_LEN])
{
    size_t i;

    names_refresh(names, xs);
    for (i = 0; i < names->n; i++) {
        const struct vc_xen_name *item = &names->items[i];

        if (!item->name || strcmp(item->name, name) != 0)
            continue;
        *ret_domid = (int)item->domid;
        memcpy(ret_handle, item->handle, VC_UUID_LEN);
        return true;
    }
    return false;
}

int vc_xen_names_sync(struct vc_xen_names *names, struct vc_xenstore *xs,
                      struct vc_error *err)
{
    VC_AUTO_STR char *name = NULL;
    char path[VC_XEN_PATH_MAX];
    size_t kept = 0;
    size_t i;

    names_refresh(names, xs);
    for (i = 0; i < names->n; i++)
        kept += names->items[i].name != NULL;
    if (!kept)
        return 0;
    /* The events of earlier changes come before the answer. */
    vc_xen_path_name(path, 0);
    return vc_xenstore_read(xs, 0, path, &name, err) < 0 ? -1 : 0;
}

static int compare_domid(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a;
    unsigned y = ((const xc_domaininfo_t *)b)->domain;

    return x < y ? -1 : x > y;
}

void vc_xen_names_prune(struct vc_xen_names *names, struct vc_xenstore *xs,
                        const xc_domaininfo_t *infos, size_t n)
{
    size_t left = 0;
    size_t i;

    for (i = 0; i < names->n; i++) {
        struct vc_xen_name *item = &names->items[i];
        struct vc_error ignored;
        char path[VC_XEN_PATH_MAX];
        char token[16];

        if (bsearch(&item->domid, infos, n, sizeof(*infos), compare_domid)) {
            names->items[left++] = *item;
            continue;
        }
        vc_xen_path_name(path, item->domid);
        token_of(item->domid, token);
        if (item->watched && xs->fd >= 0 &&
            vc_xenstore_unwatch(xs, path, token, &ignored) < 0)
            vc_xenstore_close(xs);
        free(item->name);
        item->name = NULL; /* an event may still look at it */
    }
    names->n = left;
}
