/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER
#include "driver/wrap/trace.h"

#include <stdarg.h>
#include <stdio.h>

#include "util/log.h"

struct trace_driver {
    struct vc_driver base;
    struct vc_driver_ops ops; /* ours, with the next driver's names */
    struct vc_driver *next;
    char log_room[32];
};

static struct trace_driver *self(struct vc_driver *drv)
{
    return (struct trace_driver *)drv;
}

/* Logs "CALL: failed (CODE): why" or "CALL: result"; gives rc back. */
static int report(const struct trace_driver *trace, int rc, const char *call,
                  const struct vc_error *err, const char *fmt, ...)
    VC_PRINTF(5, 6);

static int report(const struct trace_driver *trace, int rc, const char *call,
                  const struct vc_error *err, const char *fmt, ...)
{
    char result[512];
    va_list ap;

    if (rc < 0) {
        vc_log(trace->log_room, "%s: failed (%d): %s", call, err->code,
               err->text);
        return rc;
    }
    va_start(ap, fmt);
    (void)vsnprintf(result, sizeof(result), fmt, ap);
    va_end(ap);
    vc_log(trace->log_room, "%s: %s", call, result);
    return rc;
}

/* "VERB NAME (ID)" and more, for report. */
struct call_text {
    char text[512];
};

static struct call_text call_on(const char *verb,
                                const struct vc_instance *inst)
{
    struct call_text call;

    (void)snprintf(call.text, sizeof(call.text), "%s %s (%d)", verb, inst->name,
                   inst->id);
    return call;
}

static struct call_text call_switch(const char *verb,
                                    const struct vc_instance *inst,
                                    const struct vc_cpuset *vcpus, bool online,
                                    unsigned timeout_ms)
{
    struct call_text call;

    (void)snprintf(call.text, sizeof(call.text),
                   "%s %s (%d) vcpus %s %s within %u ms", verb, inst->name,
                   inst->id, VC_CPUSET_SHOW(vcpus),
                   online ? "online" : "offline", timeout_ms);
    return call;
}

static int trace_host(struct vc_driver *drv, struct vc_host *ret,
                      struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    int rc = next->ops->host(next, ret, err);

    return report(self(drv), rc, "host", err,
                  "%u CPUs, online %s, capabilities 0x%x", ret->ncpus,
                  VC_CPUSET_SHOW(&ret->online), ret->caps);
}

static int trace_list(struct vc_driver *drv, struct vc_instance_list *ret,
                      struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    int rc = next->ops->list(next, ret, err);

    return report(self(drv), rc, "list", err, "%zu domains", ret->n);
}

static int trace_find(struct vc_driver *drv, const struct vc_instance_key *key,
                      struct vc_instance *ret, struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    char uuid[VC_UUID_TEXT_LEN + 1];
    struct call_text call;
    int rc = next->ops->find(next, key, ret, err);

    if (key->kind == VC_BY_UUID)
        vc_uuid_format(key->uuid, uuid);
    if (key->kind == VC_BY_ID)
        (void)snprintf(call.text, sizeof(call.text), "find id %d", key->id);
    else
        (void)snprintf(call.text, sizeof(call.text), "find %s %s",
                       key->kind == VC_BY_UUID ? "uuid" : "name",
                       key->kind == VC_BY_UUID ? uuid : key->name);
    return rc == 1 ? report(self(drv), rc, call.text, err, "%s (%d) %s",
                            ret->name, ret->id, ret->start)
                   : report(self(drv), rc, call.text, err, "not there");
}

static int trace_snapshot(struct vc_driver *drv, const struct vc_instance *inst,
                          unsigned parts, struct vc_live *ret,
                          struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    int rc = next->ops->snapshot(next, inst, parts, ret, err);

    return report(self(drv), rc, call_on("snapshot", inst).text, err,
                  "maximum %u, online %s, usable %s", ret->maximum,
                  VC_CPUSET_SHOW(&ret->online), VC_CPUSET_SHOW(&ret->usable));
}

static int trace_set_affinity(struct vc_driver *drv,
                              const struct vc_instance *inst, unsigned vcpu,
                              const struct vc_cpuset *cpus,
                              struct vc_cpuset *ret_effective,
                              struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    VC_CPUSET_AUTO effective = {0};
    struct call_text call;
    int rc;

    (void)snprintf(call.text, sizeof(call.text),
                   "set_affinity %s (%d) vcpu %u cpus %s", inst->name, inst->id,
                   vcpu, VC_CPUSET_SHOW(cpus));
    rc = next->ops->set_affinity(next, inst, vcpu, cpus, &effective, err);
    (void)report(self(drv), rc, call.text, err, "effective %s",
                 VC_CPUSET_SHOW(&effective));
    if (rc == 0 && ret_effective)
        vc_cpuset_move(ret_effective, &effective);
    return rc;
}

static int trace_set_online(struct vc_driver *drv,
                            const struct vc_instance *inst,
                            const struct vc_cpuset *vcpus, bool online,
                            unsigned timeout_ms, struct vc_cpuset *ret_done,
                            struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    struct call_text call =
        call_switch("set_online", inst, vcpus, online, timeout_ms);
    int rc = next->ops->set_online(next, inst, vcpus, online, timeout_ms,
                                   ret_done, err);

    return report(self(drv), rc, call.text, err, "done");
}

static int trace_agent_get(struct vc_driver *drv,
                           const struct vc_instance *inst, unsigned timeout_ms,
                           struct vc_agent *ret, struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    int rc = next->ops->agent_get(next, inst, timeout_ms, ret, err);

    return report(self(drv), rc, call_on("agent_get", inst).text, err,
                  "present %s, online %s, can go offline %s",
                  VC_CPUSET_SHOW(&ret->present), VC_CPUSET_SHOW(&ret->online),
                  VC_CPUSET_SHOW(&ret->can_offline));
}

static int trace_agent_set(struct vc_driver *drv,
                           const struct vc_instance *inst,
                           const struct vc_cpuset *vcpus, bool online,
                           unsigned timeout_ms, struct vc_cpuset *ret_done,
                           struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    struct call_text call =
        call_switch("agent_set", inst, vcpus, online, timeout_ms);
    int rc = next->ops->agent_set(next, inst, vcpus, online, timeout_ms,
                                  ret_done, err);

    return report(self(drv), rc, call.text, err, "done");
}

static int trace_create(struct vc_driver *drv,
                        const struct vc_create_spec *spec,
                        struct vc_instance *ret, struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    struct call_text call;
    int rc;

    (void)snprintf(call.text, sizeof(call.text),
                   "create %s maximum %u online %s", spec->name, spec->maximum,
                   VC_CPUSET_SHOW(spec->online));
    rc = next->ops->create(next, spec, ret, err);
    return report(self(drv), rc, call.text, err, "id %d %s", ret->id,
                  ret->start);
}

static int trace_destroy(struct vc_driver *drv, const struct vc_instance *inst,
                         struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    int rc = next->ops->destroy(next, inst, err);

    return report(self(drv), rc, call_on("destroy", inst).text, err, "done");
}

static int trace_watch(struct vc_driver *drv, int *ret_fd, struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    int rc = next->ops->watch(next, ret_fd, err);

    return report(self(drv), rc, "watch", err, "descriptor %d", *ret_fd);
}

static int trace_dispatch(struct vc_driver *drv, bool *ret_news,
                          struct vc_error *err)
{
    struct vc_driver *next = self(drv)->next;
    int rc = next->ops->dispatch(next, ret_news, err);

    return report(self(drv), rc, "dispatch", err, *ret_news ? "news" : "none");
}

static void trace_close(struct vc_driver *drv)
{
    vc_log(self(drv)->log_room, "close");
    vc_driver_close(self(drv)->next);
    free(drv);
}

static void trace_fill_ops(struct vc_driver_ops *ops)
{
    ops->close = trace_close;
    ops->host = trace_host;
    ops->list = trace_list;
    ops->find = trace_find;
    ops->snapshot = trace_snapshot;
    ops->set_affinity = trace_set_affinity;
    ops->set_online = trace_set_online;
    ops->agent_get = trace_agent_get;
    ops->agent_set = trace_agent_set;
    ops->create = trace_create;
    ops->destroy = trace_destroy;
    ops->watch = trace_watch;
    ops->dispatch = trace_dispatch;
}

struct vc_driver *vc_trace_wrap(struct vc_driver *next, const char *log_room,
                                struct vc_error *err)
{
    struct trace_driver *trace = calloc(1, sizeof(*trace));

    if (!trace) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    (void)snprintf(trace->log_room, sizeof(trace->log_room), "%s", log_room);
    trace->next = next;
    trace->ops = *next->ops;
    trace_fill_ops(&trace->ops);
    trace->base = *next;
    trace->base.ops = &trace->ops;
    return &trace->base;
}

struct vc_driver *vc_trace_next(struct vc_driver *drv)
{
    return drv->ops->close == trace_close ? self(drv)->next : NULL;
}
