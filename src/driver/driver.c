/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a URI to a driver with its wrappers.  Knows no driver by name: all of
 * them come from the table.
 */
#define VC_ROOM VC_ROOM_DRIVER
#include "driver/driver.h"

#include <stdio.h>
#include <string.h>

#include "driver/wrap/fault.h"
#include "driver/wrap/trace.h"
#include "util/buf.h"
#include "util/log.h"

/* Parameters that belong to every URI: the wrappers' and the engine's. */
static const char *const common_params[] = {"fault", "store", "timeout", NULL};

static bool name_in(const char *name, const char *const *names)
{
    for (; *names; names++) {
        if (strcmp(name, *names) == 0)
            return true;
    }
    return false;
}

static void add_names(struct vc_buf *buf, const char *const *names)
{
    for (; *names; names++)
        vc_buf_addf(buf, "%s%s", buf->len ? ", " : "", *names);
}

static int check_params(const struct vc_driver_ops *ops,
                        const struct vc_uri *uri, struct vc_error *err)
{
    VC_BUF_AUTO known = {0};
    size_t i;

    for (i = 0; i < uri->nparams; i++) {
        const char *name = uri->params[i].name;

        if (name_in(name, ops->params) || name_in(name, common_params))
            continue;
        add_names(&known, ops->params);
        add_names(&known, common_params);
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "unknown parameter '%s' in URI '%s'; known to %s: "
                            "%s",
                            name, uri->text, ops->scheme, vc_buf_str(&known));
    }
    return 0;
}

/* Takes drv also when it fails. */
static struct vc_driver *wrap(struct vc_driver *drv, const struct vc_uri *uri,
                              struct vc_error *err)
{
    const char *fault = vc_uri_param(uri, "fault");
    struct vc_driver *outer = drv;
    char room[32];

    (void)snprintf(room, sizeof(room), "driver.%s", drv->ops->scheme);
    if (fault)
        outer = vc_fault_wrap(drv, fault, err);
    if (outer && vc_log_wants(room)) {
        drv = outer;
        outer = vc_trace_wrap(drv, room, err);
    }
    if (!outer)
        vc_driver_close(drv);
    return outer;
}

static struct vc_driver *no_driver(const struct vc_uri *uri,
                                   struct vc_error *err)
{
    const struct vc_driver_ops *const *ops;
    VC_BUF_AUTO built = {0};

    for (ops = vc_driver_table; *ops; ops++)
        vc_buf_addf(&built, "%s%s", built.len ? ", " : "", (*ops)->scheme);
    (void)vc_error_set(err, VC_ERR_NO_CONNECT,
                       "no driver for URI '%s' in this build (built with: %s)",
                       uri->text, vc_buf_str(&built));
    return NULL;
}

struct vc_driver *vc_driver_open(const struct vc_uri *uri, struct vc_error *err)
{
    const struct vc_driver_ops *const *ops;

    for (ops = vc_driver_table; *ops; ops++) {
        struct vc_driver *drv = NULL;

        if (strcmp((*ops)->scheme, uri->scheme) != 0)
            continue;
        if (check_params(*ops, uri, err) < 0)
            return NULL;
        switch ((*ops)->open(uri, &drv, err)) {
        case VC_OPEN_OK:
            return wrap(drv, uri, err);
        case VC_OPEN_BROKEN:
            return NULL;
        case VC_OPEN_NOT_MINE:
            break;
        }
    }
    return no_driver(uri, err);
}

void vc_driver_close(struct vc_driver *drv)
{
    if (drv)
        drv->ops->close(drv);
}

char *vc_driver_default_uri(struct vc_error *err)
{
    const char *wanted = secure_getenv("VCPUCONF_URI");
    const struct vc_driver_ops *const *ops;
    char *uri;

    if (wanted && !*wanted)
        wanted = NULL;
    for (ops = vc_driver_table; !wanted && *ops; ops++) {
        if ((*ops)->probe())
            wanted = (*ops)->default_uri;
    }
    if (!wanted) {
        (void)vc_error_set(err, VC_ERR_NO_CONNECT,
                           "no hypervisor found here; name a URI or set "
                           "VCPUCONF_URI, e.g. to test:///default");
        return NULL;
    }
    uri = strdup(wanted);
    if (!uri)
        (void)vc_error_nomem(err);
    return uri;
}

bool vc_instance_key_matches(const struct vc_instance_key *key,
                             const struct vc_instance *inst)
{
    switch (key->kind) {
    case VC_BY_UUID:
        return inst->has_uuid &&
               memcmp(inst->uuid, key->uuid, VC_UUID_LEN) == 0;
    case VC_BY_NAME:
        return strcmp(inst->name, key->name) == 0;
    case VC_BY_ID:
        return inst->id == key->id;
    }
    return false;
}

int vc_driver_find_in_list(struct vc_driver *drv,
                           const struct vc_instance_key *key,
                           struct vc_instance *ret, struct vc_error *err)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    size_t i;

    if (drv->ops->list(drv, &list, err) < 0)
        return -1;
    for (i = 0; i < list.n; i++) {
        if (!vc_instance_key_matches(key, &list.items[i]))
            continue;
        vc_instance_clear(ret);
        *ret = list.items[i];
        memset(&list.items[i], 0, sizeof(list.items[i]));
        return 1;
    }
    return 0;
}

bool vc_driver_ops_complete(const struct vc_driver_ops *ops)
{
    return ops->scheme && ops->type && ops->default_uri && ops->params &&
           ops->probe && ops->open && ops->close && ops->host && ops->list &&
           ops->find && ops->snapshot && ops->set_affinity && ops->set_online &&
           ops->agent_get && ops->agent_set && ops->create && ops->destroy &&
           ops->watch && ops->dispatch;
}
