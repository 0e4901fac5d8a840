/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver of Xen: its table, opening, and what it leaves to xl. */
#define VC_ROOM VC_ROOM_DRIVER_XEN
#include "driver/xen/xen.h"

#include <string.h>

#include "driver/xen/impl.h"

static const char *const xen_params[] = {NULL};

static bool xen_probe(void)
{
    return xen_is_control_domain();
}

static enum vc_open_result xen_open(const struct vc_uri *uri,
                                    struct vc_driver **ret,
                                    struct vc_error *err)
{
    struct xen_driver *xen;

    if (strcmp(uri->scheme, "xen") != 0)
        return VC_OPEN_NOT_MINE;
    if (strcmp(uri->path, "/system") != 0) {
        (void)vc_error_set(err, VC_ERR_INVALID_ARG,
                           "URI '%s': must be xen:///system", uri->text);
        return VC_OPEN_BROKEN;
    }
    xen = xen_new(err);
    if (!xen)
        return VC_OPEN_BROKEN;
    xen->base.ops = &vc_xen_driver_ops;
    xen->base.caps = XEN_HOST_CAPS;
    xen->base.ncpus = xen->ncpus;
    *ret = &xen->base;
    return VC_OPEN_OK;
}

static void xen_close(struct vc_driver *drv)
{
    xen_free(xen_self(drv));
}

static int no_agent(struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                        "this hypervisor has no guest agents");
}

static int xen_agent_get(struct vc_driver *drv VC_UNUSED,
                         const struct vc_instance *inst VC_UNUSED,
                         unsigned timeout_ms VC_UNUSED,
                         struct vc_agent *ret VC_UNUSED, struct vc_error *err)
{
    return no_agent(err);
}

static int xen_agent_set(struct vc_driver *drv VC_UNUSED,
                         const struct vc_instance *inst VC_UNUSED,
                         const struct vc_cpuset *vcpus VC_UNUSED,
                         bool online VC_UNUSED, unsigned timeout_ms VC_UNUSED,
                         struct vc_cpuset *ret_done VC_UNUSED,
                         struct vc_error *err)
{
    return no_agent(err);
}

static int xen_create(struct vc_driver *drv VC_UNUSED,
                      const struct vc_create_spec *spec,
                      struct vc_instance *ret VC_UNUSED, struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_NO_SUPPORT,
                        "domain '%s' can't be started from here; start it "
                        "with: xl create",
                        spec->name);
}

static int xen_destroy(struct vc_driver *drv VC_UNUSED,
                       const struct vc_instance *inst, struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_NO_SUPPORT,
                        "domain '%s' can't be ended from here; end it with: "
                        "xl destroy %s",
                        inst->name, inst->name);
}

const struct vc_driver_ops vc_xen_driver_ops = {
    .scheme = "xen",
    .type = "Xen",
    .default_uri = "xen:///system",
    .params = xen_params,
    .probe = xen_probe,
    .open = xen_open,
    .close = xen_close,
    .host = xen_host,
    .list = xen_list,
    .find = xen_find,
    .snapshot = xen_snapshot,
    .set_affinity = xen_set_affinity,
    .set_online = xen_set_online,
    .agent_get = xen_agent_get,
    .agent_set = xen_agent_set,
    .create = xen_create,
    .destroy = xen_destroy,
    .watch = xen_watch,
    .dispatch = xen_dispatch,
};
