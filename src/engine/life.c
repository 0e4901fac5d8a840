/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start and stop, where the hypervisor can. */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"

#include <string.h>

int vc_engine_mark_reconciled(struct vc_engine *engine,
                              const struct vc_view *view, uint64_t reconciled,
                              struct vc_error *err)
{
    struct vc_local local = {.reconciled = reconciled};
    VC_BUF_AUTO pins = {0};

    memcpy(local.start, view->instance.start, sizeof(local.start));
    vc_vcpudef_encode_pins(&view->kept, &pins);
    if (pins.failed)
        return vc_error_nomem(err);
    local.kept_pins = pins.len ? pins.data : NULL;
    return vc_engine_store_error(
        vc_store_local_put(engine->store, view->key, &local, err), err);
}

/* A start that could not do all of its pins is refused before it begins. */
static int check_pins(const struct vc_vcpudef *def, const struct vc_host *host,
                      struct vc_error *err)
{
    unsigned i;

    for (i = 0; i < def->maximum; i++) {
        const struct vc_cpuset *asked = vc_vcpudef_affinity(def, i);
        VC_CPUSET_AUTO run = {0};

        if (!asked)
            continue;
        if (vc_cpuset_intersect(&run, asked, &host->online, err) < 0)
            return -1;
        if (vc_cpuset_is_empty(&run))
            return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                                "vcpu %u is pinned to host CPUs %s, none of "
                                "which is online on this host (online: %s)",
                                i, VC_CPUSET_SHOW(asked),
                                VC_CPUSET_SHOW(&host->online));
    }
    if (def->maximum > host->max_vcpus)
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "the maximum of %u vcpus is above this "
                            "hypervisor's %u",
                            def->maximum, host->max_vcpus);
    return 0;
}

/* Makes the new run as its definition says; the run is ours alone still. */
static int start_reconcile(struct vc_engine *engine, const struct vc_domid *id,
                           struct vc_view *view, struct vc_error *err)
{
    struct vc_request request = {.kind = VC_REQUEST_RECONCILE,
                                 .impact = VC_IMPACT_LIVE};
    VC_CHANGE_AUTO change = {.id = id, .requests = &request, .n = 1};
    struct vc_facts facts;

    if (vc_engine_look(engine, id,
                       VC_WANT_CONFIG | VC_WANT_SNAPSHOT | VC_WANT_LOCAL,
                       &change.view, err) < 0)
        return -1;
    facts = engine_facts(engine, &change.view);
    if (vc_plan_init(&change.plan, &facts, err) < 0 ||
        vc_plan_add(&change.plan, &request, err) < 0)
        return -1;
    change.plan.best_effort = false;
    if (engine_apply(engine, &change, 1, err) < 0)
        return -1;
    return vc_engine_mark_reconciled(engine, &change.view,
                                     view->record.revision, err);
}

static int start_locked(struct vc_engine *engine, const struct vc_domid *id,
                        int *ret_live_id, struct vc_error *err)
{
    const struct vc_driver_ops *ops = engine->driver->ops;
    VC_VIEW_AUTO view = {0};
    VC_CPUSET_AUTO online = {0};
    struct vc_create_spec spec;
    struct vc_error ignored = {0};

    if (vc_engine_look(engine, id, VC_WANT_CONFIG | VC_WANT_HOST, &view, err) <
        0)
        return -1;
    if (view.active)
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "domain is already running");
    /* a driver that can't says so itself, with its hint */
    if ((view.host.caps & VC_CAP_CREATE) &&
        check_pins(&view.config, &view.host, err) < 0)
        return -1;
    if (vc_cpuset_copy(&online, &view.config.online, err) < 0 ||
        vc_cpuset_add(&online, 0, 0, err) < 0)
        return -1;
    spec.name = view.record.name;
    spec.uuid = view.record.key;
    spec.maximum = view.config.maximum;
    spec.online = &online;
    if (ops->create(engine->driver, &spec, &view.instance, err) < 0)
        return -1;
    if (start_reconcile(engine, id, &view, err) < 0) {
        if (ops->destroy(engine->driver, &view.instance, &ignored) < 0)
            (void)vc_error_append(err, "; the domain was started and could not "
                                       "be stopped: %s",
                                  ignored.text);
        return -1;
    }
    *ret_live_id = view.instance.id;
    return 0;
}

/* Locks the domain for one of the two. */
static int with_lock(struct vc_engine *engine, const struct vc_domid *id,
                     struct vc_store_lock **ret, struct vc_error *err)
{
    VC_VIEW_AUTO view = {0};

    if (vc_engine_writable(engine, err) < 0 ||
        vc_engine_look(engine, id, 0, &view, err) < 0)
        return -1;
    return vc_engine_store_error(vc_store_lock(engine->store, view.key,
                                               engine->lock_ms, ret, err),
                                 err);
}

int vc_engine_start(struct vc_engine *engine, const struct vc_domid *id,
                    int *ret_live_id, struct vc_error *err)
{
    struct vc_store_lock *lock;
    int rc;

    if (with_lock(engine, id, &lock, err) < 0)
        return -1;
    rc = start_locked(engine, id, ret_live_id, err);
    vc_store_unlock(lock);
    return rc;
}

static int stop_locked(struct vc_engine *engine, const struct vc_domid *id,
                       struct vc_error *err)
{
    VC_VIEW_AUTO view = {0};

    if (vc_engine_look(engine, id, 0, &view, err) < 0)
        return -1;
    if (!view.active)
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "domain is not running");
    return engine->driver->ops->destroy(engine->driver, &view.instance, err);
}

int vc_engine_stop(struct vc_engine *engine, const struct vc_domid *id,
                   struct vc_error *err)
{
    struct vc_store_lock *lock;
    int rc;

    if (with_lock(engine, id, &lock, err) < 0)
        return -1;
    rc = stop_locked(engine, id, err);
    vc_store_unlock(lock);
    return rc;
}
