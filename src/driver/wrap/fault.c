/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER
#include "driver/wrap/fault.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "driver/wrap/fault_spec.h"
#include "driver/wrap/trace.h"

struct fault_driver {
    struct vc_driver base;
    struct vc_driver_ops ops; /* ours, with the next driver's names */
    struct vc_driver *next;
    pthread_mutex_t mutex; /* of all below; never held in a call */
    struct vc_fault_script script;
    uint32_t calls[VC_FAULT_NVERBS];
    vc_fault_hook hook;
    void *hook_opaque;
};

/* One call of a verb, and what the script wants of it. */
struct fault_call {
    struct vc_driver *next;
    enum vc_fault_verb verb;
    uint32_t n;
    enum vc_fault_action action;
};

static void wait_ms(uint64_t ms)
{
    struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

static struct fault_call fault_enter(struct vc_driver *drv,
                                     enum vc_fault_verb verb)
{
    struct fault_driver *fault = (struct fault_driver *)drv;
    struct fault_call call = {.next = fault->next, .verb = verb};
    vc_fault_hook hook;
    uint64_t delay_ms;
    void *opaque;

    (void)pthread_mutex_lock(&fault->mutex);
    call.n = ++fault->calls[verb];
    hook = fault->hook;
    opaque = fault->hook_opaque;
    (void)pthread_mutex_unlock(&fault->mutex);
    if (hook)
        hook(opaque, vc_fault_verb_name(verb), call.n);
    /* After the hook, which may have changed the script. */
    (void)pthread_mutex_lock(&fault->mutex);
    call.action = vc_fault_script_look(&fault->script, verb, call.n, &delay_ms);
    (void)pthread_mutex_unlock(&fault->mutex);
    if (delay_ms)
        wait_ms(delay_ms);
    return call;
}

static int fault_report(const struct fault_call *call, struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "injected fault in %s, call %u",
                        vc_fault_verb_name(call->verb), call->n);
}

/* -1 where the next driver must not be called at all. */
static int fault_before(const struct fault_call *call, struct vc_error *err)
{
    if (call->action == VC_FAULT_FAIL)
        return fault_report(call, err);
    if (call->action == VC_FAULT_GONE)
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "domain is not running");
    return 0;
}

/* -1 where what was done is to be reported as failed. */
static int fault_after(const struct fault_call *call, struct vc_error *err)
{
    return call->action == VC_FAULT_FAILAFTER ? fault_report(call, err) : 0;
}

/* ---- the verbs: outputs go to a local value until all is well ---- */

static int fault_host(struct vc_driver *drv, struct vc_host *ret,
                      struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_HOST);
    VC_HOST_AUTO host = {0};

    if (fault_before(&call, err) < 0 ||
        call.next->ops->host(call.next, &host, err) < 0 ||
        fault_after(&call, err) < 0)
        return -1;
    vc_host_clear(ret);
    *ret = host;
    memset(&host, 0, sizeof(host));
    return 0;
}

static int fault_list(struct vc_driver *drv, struct vc_instance_list *ret,
                      struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_LIST);
    VC_INSTANCE_LIST_AUTO list = {0};

    if (fault_before(&call, err) < 0 ||
        call.next->ops->list(call.next, &list, err) < 0 ||
        fault_after(&call, err) < 0)
        return -1;
    vc_instance_list_clear(ret);
    *ret = list;
    memset(&list, 0, sizeof(list));
    return 0;
}

static void instance_move(struct vc_instance *ret, struct vc_instance *src)
{
    vc_instance_clear(ret);
    *ret = *src;
    memset(src, 0, sizeof(*src));
}

static int fault_find(struct vc_driver *drv, const struct vc_instance_key *key,
                      struct vc_instance *ret, struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_FIND);
    VC_INSTANCE_AUTO inst = {0};
    int found;

    if (fault_before(&call, err) < 0)
        return -1;
    found = call.next->ops->find(call.next, key, &inst, err);
    if (found < 0 || fault_after(&call, err) < 0)
        return -1;
    if (found)
        instance_move(ret, &inst);
    return found;
}

static int fault_snapshot(struct vc_driver *drv, const struct vc_instance *inst,
                          unsigned parts, struct vc_live *ret,
                          struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_SNAPSHOT);
    VC_LIVE_AUTO live = {0};

    if (fault_before(&call, err) < 0 ||
        call.next->ops->snapshot(call.next, inst, parts, &live, err) < 0 ||
        fault_after(&call, err) < 0)
        return -1;
    vc_live_clear(ret);
    *ret = live;
    memset(&live, 0, sizeof(live));
    return 0;
}

static int fault_set_affinity(struct vc_driver *drv,
                              const struct vc_instance *inst, unsigned vcpu,
                              const struct vc_cpuset *cpus,
                              struct vc_cpuset *ret_effective,
                              struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_SET_AFFINITY);
    VC_CPUSET_AUTO effective = {0};
    VC_CPUSET_AUTO lowest = {0};
    int first = vc_cpuset_next(cpus, 0);

    if (fault_before(&call, err) < 0)
        return -1;
    if (call.action == VC_FAULT_NARROW && first >= 0) {
        if (vc_cpuset_add(&lowest, (unsigned)first, (unsigned)first, err) < 0)
            return -1;
        cpus = &lowest;
    }
    if (call.next->ops->set_affinity(call.next, inst, vcpu, cpus, &effective,
                                     err) < 0 ||
        fault_after(&call, err) < 0)
        return -1;
    if (ret_effective)
        vc_cpuset_move(ret_effective, &effective);
    return 0;
}

/* Of those not yet as asked: the lower half, rounded up, but never all. */
static int followers(const struct vc_cpuset *asked,
                     const struct vc_cpuset *now_online, bool online,
                     struct vc_cpuset *ret_follow, struct vc_cpuset *ret_left,
                     struct vc_error *err)
{
    VC_CPUSET_AUTO pending = {0};
    unsigned count;
    int id;

    if ((online ? vc_cpuset_subtract(&pending, asked, now_online, err)
                : vc_cpuset_intersect(&pending, asked, now_online, err)) < 0)
        return -1;
    count = vc_cpuset_count(&pending);
    for (count = count < 2 ? 0 : (count + 1) / 2; count > 0; count--) {
        id = vc_cpuset_next(&pending, 0);
        if (vc_cpuset_add(ret_follow, (unsigned)id, (unsigned)id, err) < 0 ||
            vc_cpuset_remove(&pending, (unsigned)id, (unsigned)id, err) < 0)
            return -1;
    }
    vc_cpuset_move(ret_left, &pending);
    return 0;
}

static int timeout_online(const struct fault_call *call,
                          const struct vc_instance *inst,
                          const struct vc_cpuset *vcpus, bool online,
                          unsigned timeout_ms, struct vc_cpuset *ret_done,
                          struct vc_error *err)
{
    VC_LIVE_AUTO live = {0};
    VC_CPUSET_AUTO follow = {0};
    VC_CPUSET_AUTO left = {0};
    VC_CPUSET_AUTO done = {0};

    if (call->next->ops->snapshot(call->next, inst, VC_LIVE_ONLINE, &live,
                                  err) < 0 ||
        followers(vcpus, &live.online, online, &follow, &left, err) < 0 ||
        vc_cpuset_subtract(&done, vcpus, &left, err) < 0 ||
        call->next->ops->set_online(call->next, inst, &follow, online,
                                    timeout_ms, NULL, err) < 0)
        return -1;
    (void)vc_error_set(err, VC_ERR_OPERATION_TIMEOUT,
                       "the guest of domain '%s' did not follow within %u ms",
                       inst->name, timeout_ms);
    if (ret_done)
        vc_cpuset_move(ret_done, &done);
    return -1;
}

static int fault_set_online(struct vc_driver *drv,
                            const struct vc_instance *inst,
                            const struct vc_cpuset *vcpus, bool online,
                            unsigned timeout_ms, struct vc_cpuset *ret_done,
                            struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_SET_ONLINE);

    if (fault_before(&call, err) < 0)
        return -1;
    if (call.action == VC_FAULT_TIMEOUT)
        return timeout_online(&call, inst, vcpus, online, timeout_ms, ret_done,
                              err);
    if (call.next->ops->set_online(call.next, inst, vcpus, online, timeout_ms,
                                   ret_done, err) < 0)
        return -1;
    return fault_after(&call, err);
}

static int agent_silent(const struct vc_instance *inst, struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_AGENT_UNRESPONSIVE,
                        "the guest agent of domain '%s' does not answer",
                        inst->name);
}

static int fault_agent_get(struct vc_driver *drv,
                           const struct vc_instance *inst, unsigned timeout_ms,
                           struct vc_agent *ret, struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_AGENT_GET);
    VC_AGENT_AUTO agent = {0};

    if (fault_before(&call, err) < 0)
        return -1;
    if (call.action == VC_FAULT_TIMEOUT)
        return agent_silent(inst, err);
    if (call.next->ops->agent_get(call.next, inst, timeout_ms, &agent, err) <
            0 ||
        fault_after(&call, err) < 0)
        return -1;
    vc_agent_clear(ret);
    *ret = agent;
    memset(&agent, 0, sizeof(agent));
    return 0;
}

static int timeout_agent(const struct fault_call *call,
                         const struct vc_instance *inst,
                         const struct vc_cpuset *vcpus, bool online,
                         unsigned timeout_ms, struct vc_cpuset *ret_done,
                         struct vc_error *err)
{
    VC_AGENT_AUTO agent = {0};
    VC_CPUSET_AUTO follow = {0};
    VC_CPUSET_AUTO left = {0};
    VC_CPUSET_AUTO done = {0};

    if (call->next->ops->agent_get(call->next, inst, timeout_ms, &agent, err) <
            0 ||
        followers(vcpus, &agent.online, online, &follow, &left, err) < 0 ||
        vc_cpuset_subtract(&done, vcpus, &left, err) < 0 ||
        call->next->ops->agent_set(call->next, inst, &follow, online,
                                   timeout_ms, NULL, err) < 0)
        return -1;
    if (ret_done)
        vc_cpuset_move(ret_done, &done);
    return agent_silent(inst, err);
}

static int fault_agent_set(struct vc_driver *drv,
                           const struct vc_instance *inst,
                           const struct vc_cpuset *vcpus, bool online,
                           unsigned timeout_ms, struct vc_cpuset *ret_done,
                           struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_AGENT_SET);

    if (fault_before(&call, err) < 0)
        return -1;
    if (call.action == VC_FAULT_TIMEOUT)
        return timeout_agent(&call, inst, vcpus, online, timeout_ms, ret_done,
                             err);
    if (call.next->ops->agent_set(call.next, inst, vcpus, online, timeout_ms,
                                  ret_done, err) < 0)
        return -1;
    return fault_after(&call, err);
}

static int fault_create(struct vc_driver *drv,
                        const struct vc_create_spec *spec,
                        struct vc_instance *ret, struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_CREATE);
    VC_INSTANCE_AUTO inst = {0};

    if (fault_before(&call, err) < 0 ||
        call.next->ops->create(call.next, spec, &inst, err) < 0 ||
        fault_after(&call, err) < 0)
        return -1;
    instance_move(ret, &inst);
    return 0;
}

static int fault_destroy(struct vc_driver *drv, const struct vc_instance *inst,
                         struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_DESTROY);

    if (fault_before(&call, err) < 0 ||
        call.next->ops->destroy(call.next, inst, err) < 0)
        return -1;
    return fault_after(&call, err);
}

static int fault_watch(struct vc_driver *drv, int *ret_fd, struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_WATCH);

    if (fault_before(&call, err) < 0 ||
        call.next->ops->watch(call.next, ret_fd, err) < 0)
        return -1;
    return fault_after(&call, err);
}

static int fault_dispatch(struct vc_driver *drv, bool *ret_news,
                          struct vc_error *err)
{
    struct fault_call call = fault_enter(drv, VC_FAULT_DISPATCH);

    if (fault_before(&call, err) < 0 ||
        call.next->ops->dispatch(call.next, ret_news, err) < 0)
        return -1;
    return fault_after(&call, err);
}

/* ---- the wrapper ---- */

static void fault_close(struct vc_driver *drv)
{
    struct fault_driver *fault = (struct fault_driver *)drv;

    vc_driver_close(fault->next);
    vc_fault_script_clear(&fault->script);
    (void)pthread_mutex_destroy(&fault->mutex);
    free(fault);
}

static void fault_fill_ops(struct vc_driver_ops *ops)
{
    ops->close = fault_close;
    ops->host = fault_host;
    ops->list = fault_list;
    ops->find = fault_find;
    ops->snapshot = fault_snapshot;
    ops->set_affinity = fault_set_affinity;
    ops->set_online = fault_set_online;
    ops->agent_get = fault_agent_get;
    ops->agent_set = fault_agent_set;
    ops->create = fault_create;
    ops->destroy = fault_destroy;
    ops->watch = fault_watch;
    ops->dispatch = fault_dispatch;
}

struct vc_driver *vc_fault_wrap(struct vc_driver *next, const char *spec,
                                struct vc_error *err)
{
    struct fault_driver *fault = calloc(1, sizeof(*fault));

    if (!fault) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    if (vc_fault_script_parse(spec, &fault->script, err) < 0) {
        free(fault);
        return NULL;
    }
    (void)pthread_mutex_init(&fault->mutex, NULL);
    fault->next = next;
    fault->ops = *next->ops;
    fault_fill_ops(&fault->ops);
    fault->base = *next;
    fault->base.ops = &fault->ops;
    return &fault->base;
}

static struct fault_driver *fault_of(struct vc_driver *drv)
{
    while (drv && drv->ops->close != fault_close)
        drv = vc_trace_next(drv);
    return (struct fault_driver *)drv;
}

unsigned vc_fault_calls(struct vc_driver *drv, const char *verb)
{
    struct fault_driver *fault = fault_of(drv);
    enum vc_fault_verb v;
    unsigned calls;

    if (!fault || !vc_fault_verb_parse(verb, strlen(verb), &v))
        return 0;
    (void)pthread_mutex_lock(&fault->mutex);
    calls = fault->calls[v];
    (void)pthread_mutex_unlock(&fault->mutex);
    return calls;
}

static int no_wrapper(struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_INTERNAL,
                        "the driver has no fault wrapper: open it with fault=");
}

int vc_fault_arm(struct vc_driver *drv, const char *spec, struct vc_error *err)
{
    struct fault_driver *fault = fault_of(drv);
    struct vc_fault_script script = {0};
    struct vc_fault_script old;

    if (!fault)
        return no_wrapper(err);
    if (vc_fault_script_parse(spec, &script, err) < 0)
        return -1;
    (void)pthread_mutex_lock(&fault->mutex);
    old = fault->script;
    fault->script = script;
    (void)pthread_mutex_unlock(&fault->mutex);
    vc_fault_script_clear(&old);
    return 0;
}

int vc_fault_on_call(struct vc_driver *drv, vc_fault_hook hook, void *opaque,
                     struct vc_error *err)
{
    struct fault_driver *fault = fault_of(drv);

    if (!fault)
        return no_wrapper(err);
    (void)pthread_mutex_lock(&fault->mutex);
    fault->hook = hook;
    fault->hook_opaque = opaque;
    (void)pthread_mutex_unlock(&fault->mutex);
    return 0;
}
