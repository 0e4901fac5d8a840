/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver of plain QEMU: its handle, and its place in the table. */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/qemu.h"

#include <string.h>
#include <sys/stat.h>

#include "driver/qemu/agent.h"
#include "driver/qemu/guard.h"
#include "driver/qemu/host.h"
#include "driver/qemu/live.h"
#include "driver/qemu/plug.h"
#include "driver/qemu/watch.h"

#define SYSTEM_PATH "/system"
#define SYSTEM_DIR "/run/vcpuconf/qemu"

struct qemu_driver {
    struct vc_driver base;
    struct vc_qemu_home *home;
    struct vc_qemu_watch *watch; /* of the thread that watches */
    struct vc_host host;         /* as first seen; `online` is asked anew */
};

static struct qemu_driver *self(struct vc_driver *drv)
{
    return (struct qemu_driver *)drv;
}

static const char *const qemu_params[] = {NULL};

static bool qemu_probe(void)
{
    struct stat st;

    return stat(SYSTEM_DIR, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum vc_open_result qemu_open(const struct vc_uri *uri,
                                     struct vc_driver **ret,
                                     struct vc_error *err)
{
    const char *path =
        strcmp(uri->path, SYSTEM_PATH) == 0 ? SYSTEM_DIR : uri->path;
    VC_QEMU_DIR_AUTO dir = {0};
    struct qemu_driver *drv;

    if (strcmp(uri->scheme, "qemu") != 0)
        return VC_OPEN_NOT_MINE;
    if (strlen(uri->path) < 2) {
        (void)vc_error_set(err, VC_ERR_INVALID_ARG,
                           "URI '%s': must be qemu:///system or "
                           "qemu:///absolute/path of a directory",
                           uri->text);
        return VC_OPEN_BROKEN;
    }
    if (vc_qemu_dir_open(path, &dir, err) < 0) {
        (void)vc_error_prefix(err, "URI '%s'", uri->text);
        return VC_OPEN_BROKEN;
    }
    drv = calloc(1, sizeof(*drv));
    if (!drv) {
        (void)vc_error_nomem(err);
        return VC_OPEN_BROKEN;
    }
    drv->base.ops = &vc_qemu_driver_ops;
    if (vc_qemu_host_read(&drv->host, err) < 0 ||
        !(drv->home = vc_qemu_home_open(path, err))) {
        vc_host_clear(&drv->host);
        free(drv);
        return VC_OPEN_BROKEN;
    }
    drv->host.caps = VC_CAP_PIN | VC_CAP_ONLINE | VC_CAP_AGENT | VC_CAP_WATCH;
    drv->base.caps = drv->host.caps;
    drv->base.ncpus = drv->host.ncpus;
    *ret = &drv->base;
    return VC_OPEN_OK;
}

static void qemu_close(struct vc_driver *drv)
{
    struct qemu_driver *qemu = self(drv);

    vc_qemu_watch_close(qemu->watch);
    vc_qemu_home_close(qemu->home);
    vc_host_clear(&qemu->host);
    free(qemu);
}

/* ---- reading ---- */

static int copy_nodes(struct vc_host *ret, const struct vc_host *src,
                      struct vc_error *err)
{
    unsigned i;

    if (!src->node_cpus)
        return 0;
    ret->node_cpus = calloc(src->nodes, sizeof(*ret->node_cpus));
    if (!ret->node_cpus)
        return vc_error_nomem(err);
    for (i = 0; i < src->nodes; i++) {
        if (vc_cpuset_copy(&ret->node_cpus[i], &src->node_cpus[i], err) < 0)
            return -1;
    }
    return 0;
}

/* Reading all of /sys is slow on a host of many CPUs: once for each handle, but
 * for who is online. */
static int qemu_host(struct vc_driver *drv, struct vc_host *ret,
                     struct vc_error *err)
{
    struct qemu_driver *qemu = self(drv);
    VC_HOST_AUTO host = {0};

    host = qemu->host;
    memset(&host.online, 0, sizeof(host.online));
    host.node_cpus = NULL;
    if (copy_nodes(&host, &qemu->host, err) < 0 ||
        vc_qemu_host_online(&host.online, err) < 0)
        return -1;
    vc_host_clear(ret);
    *ret = host;
    memset(&host, 0, sizeof(host));
    return 0;
}

static int qemu_list(struct vc_driver *drv, struct vc_instance_list *ret,
                     struct vc_error *err)
{
    return vc_qemu_home_list(self(drv)->home, ret, err);
}

static int qemu_find(struct vc_driver *drv, const struct vc_instance_key *key,
                     struct vc_instance *ret, struct vc_error *err)
{
    return vc_qemu_home_find(self(drv)->home, key, ret, err);
}

static int qemu_snapshot(struct vc_driver *drv, const struct vc_instance *inst,
                         unsigned parts, struct vc_live *ret,
                         struct vc_error *err)
{
    return vc_qemu_snapshot(self(drv)->home, inst, parts, ret, err);
}

/* ---- changing ---- */

static int qemu_set_affinity(struct vc_driver *drv,
                             const struct vc_instance *inst, unsigned vcpu,
                             const struct vc_cpuset *cpus,
                             struct vc_cpuset *ret_effective,
                             struct vc_error *err)
{
    return vc_qemu_pin(self(drv)->home, inst, vcpu, cpus, ret_effective, err);
}

static int qemu_set_online(struct vc_driver *drv,
                           const struct vc_instance *inst,
                           const struct vc_cpuset *vcpus, bool online,
                           unsigned timeout_ms, struct vc_cpuset *ret_done,
                           struct vc_error *err)
{
    return vc_qemu_plug(self(drv)->home, inst, vcpus, online, timeout_ms,
                        ret_done, err);
}

static int qemu_agent_get(struct vc_driver *drv, const struct vc_instance *inst,
                          unsigned timeout_ms, struct vc_agent *ret,
                          struct vc_error *err)
{
    return vc_qemu_agent_get(self(drv)->home, inst, timeout_ms, ret, err);
}

static int qemu_agent_set(struct vc_driver *drv, const struct vc_instance *inst,
                          const struct vc_cpuset *vcpus, bool online,
                          unsigned timeout_ms, struct vc_cpuset *ret_done,
                          struct vc_error *err)
{
    return vc_qemu_agent_set(self(drv)->home, inst, vcpus, online, timeout_ms,
                             ret_done, err);
}

static int qemu_create(struct vc_driver *drv VC_UNUSED,
                       const struct vc_create_spec *spec,
                       struct vc_instance *ret VC_UNUSED, struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_NO_SUPPORT,
                        "a QEMU domain is started by its own script or unit; "
                        "`vcpuconf qemu-args %s` prints the arguments for it",
                        spec->name);
}

static int qemu_destroy(struct vc_driver *drv VC_UNUSED,
                        const struct vc_instance *inst, struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_NO_SUPPORT,
                        "QEMU domain '%s' is ended through its monitor or its "
                        "unit",
                        inst->name);
}

/* ---- news ---- */

static int qemu_watch(struct vc_driver *drv, int *ret_fd, struct vc_error *err)
{
    struct qemu_driver *qemu = self(drv);
    struct vc_qemu_watch *watch = vc_qemu_watch_open(qemu->home, err);

    if (!watch)
        return -1;
    vc_qemu_watch_close(qemu->watch);
    qemu->watch = watch;
    *ret_fd = vc_qemu_watch_fd(watch);
    return 0;
}

static int qemu_dispatch(struct vc_driver *drv, bool *ret_news,
                         struct vc_error *err)
{
    struct qemu_driver *qemu = self(drv);

    if (!qemu->watch)
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "nothing is being watched");
    return vc_qemu_watch_dispatch(qemu->watch, ret_news, err);
}

const struct vc_driver_ops vc_qemu_driver_ops = {
    .scheme = "qemu",
    .type = "QEMU",
    .default_uri = "qemu:///system",
    .params = qemu_params,
    .probe = qemu_probe,
    .open = qemu_open,
    .close = qemu_close,
    .host = qemu_host,
    .list = qemu_list,
    .find = qemu_find,
    .snapshot = qemu_snapshot,
    .set_affinity = qemu_set_affinity,
    .set_online = qemu_set_online,
    .agent_get = qemu_agent_get,
    .agent_set = qemu_agent_set,
    .create = qemu_create,
    .destroy = qemu_destroy,
    .watch = qemu_watch,
    .dispatch = qemu_dispatch,
};
