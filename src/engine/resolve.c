/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Left-over intents: what is true of them is in engine.h.  The steps are gone
 * through from the last to the first, on a snapshot that is carried along, so
 * that several steps on one vCPU lead back to how it was before the first.
 */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"

#include <string.h>

#include "util/log.h"

#define OPENING_MS 500u /* for a guest to follow, while somebody opens */

const char *engine_home(const struct vc_engine *engine)
{
    return engine->home ? engine->home : "";
}

/* One intent while its steps are undone; the domain is locked. */
struct undoing {
    struct vc_engine *engine;
    const struct vc_intent *intent;
    unsigned timeout_ms;
    struct vc_view view;
};

/* ---- One step ---- */

static int set_pin(struct undoing *u, unsigned vcpu,
                   const struct vc_cpuset *cpus, struct vc_error *err)
{
    VC_CPUSET_AUTO run = {0};

    if (vc_cpuset_intersect(&run, cpus, &u->view.live.usable, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&run)) {
        VC_LOG("engine", "domain '%s': vcpu %u can't go back to host CPUs %s, "
               "none of which is online", u->intent->name, vcpu,
               VC_CPUSET_SHOW(cpus));
        return 0;
    }
    if (u->engine->driver->ops->set_affinity(u->engine->driver,
                                             &u->view.instance, vcpu, cpus,
                                             NULL, err) < 0)
        return -1;
    return vc_cpuset_copy(&u->view.live.vcpus[vcpu].affinity, cpus, err);
}

/* Does the vCPU run, or at least keep an affinity while it does not? */
static bool has_affinity(const struct undoing *u, unsigned vcpu)
{
    const struct vc_live *live = &u->view.live;

    return vcpu < live->maximum && (vc_cpuset_contains(&live->online, vcpu) ||
                                    (live->caps & VC_CAP_PIN_OFFLINE));
}

static int undo_affinity(struct undoing *u, const struct vc_step *step,
                         struct vc_error *err)
{
    const struct vc_live *live = &u->view.live;
    const struct vc_cpuset *now;
    bool same;

    if (step->fresh || vc_cpuset_is_empty(&step->before) ||
        !has_affinity(u, step->vcpu))
        return 0;
    now = &live->vcpus[step->vcpu].affinity;
    if (vc_plan_affinity_is(&step->cpus, now, &live->usable, &same, err) < 0)
        return -1;
    if (same || vc_cpuset_equal(&step->cpus, now))
        return set_pin(u, step->vcpu, &step->before, err);
    return 0;
}

static int undo_keep(struct undoing *u, const struct vc_step *step,
                     struct vc_error *err)
{
    static const struct vc_cpuset none;
    const struct vc_cpuset *now = &none;
    size_t i;

    for (i = 0; i < u->view.kept.npins; i++) {
        if (u->view.kept.pins[i].vcpu == step->vcpu)
            now = &u->view.kept.pins[i].cpus;
    }
    if (!vc_cpuset_equal(now, &step->cpus))
        return 0;
    return engine_keep_pin(u->engine, &u->view, step->vcpu, &step->before, err);
}

/* Those of the step's vCPUs that are as it made them. */
static int as_made(const struct vc_step *step, const struct vc_cpuset *online,
                   struct vc_cpuset *ret, struct vc_error *err)
{
    return step->online ? vc_cpuset_intersect(ret, &step->cpus, online, err)
                        : vc_cpuset_subtract(ret, &step->cpus, online, err);
}

/* Pins of vCPUs that are back.  Whoever plugged them may have died before he
 * came to this, so it does not matter who it was. */
static int undo_repin(struct undoing *u, const struct vc_step *step,
                      struct vc_error *err)
{
    size_t i;

    for (i = 0; i < step->repin.npins; i++) {
        const struct vc_pin *pin = &step->repin.pins[i];

        if (has_affinity(u, pin->vcpu) &&
            !vc_cpuset_equal(&u->view.live.vcpus[pin->vcpu].affinity,
                             &pin->cpus) &&
            set_pin(u, pin->vcpu, &pin->cpus, err) < 0)
            return -1;
    }
    return 0;
}

static int undo_online(struct undoing *u, const struct vc_step *step,
                       struct vc_error *err)
{
    const struct vc_driver_ops *ops = u->engine->driver->ops;
    VC_CPUSET_AUTO ids = {0};

    if (as_made(step, &u->view.live.online, &ids, err) < 0)
        return -1;
    if (!vc_cpuset_is_empty(&ids) &&
        (ops->set_online(u->engine->driver, &u->view.instance, &ids,
                         !step->online, u->timeout_ms, NULL, err) < 0 ||
         ops->snapshot(u->engine->driver, &u->view.instance, VC_LIVE_ALL,
                       &u->view.live, err) < 0))
        return -1;
    return undo_repin(u, step, err);
}

static int undo_agent(struct undoing *u, const struct vc_step *step,
                      struct vc_error *err)
{
    const struct vc_driver_ops *ops = u->engine->driver->ops;
    VC_AGENT_AUTO agent = {0};
    VC_CPUSET_AUTO known = {0};
    VC_CPUSET_AUTO ids = {0};

    if (ops->agent_get(u->engine->driver, &u->view.instance, u->timeout_ms,
                       &agent, err) < 0 ||
        as_made(step, &agent.online, &known, err) < 0 ||
        vc_cpuset_intersect(&ids, &known, &agent.present, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&ids))
        return 0;
    return ops->agent_set(u->engine->driver, &u->view.instance, &ids,
                          !step->online, u->timeout_ms, NULL, err);
}

static int undo_step(struct undoing *u, const struct vc_step *step,
                     struct vc_error *err)
{
    switch (step->kind) {
    case VC_STEP_AFFINITY:
        return undo_affinity(u, step, err);
    case VC_STEP_KEEP:
        return undo_keep(u, step, err);
    case VC_STEP_ONLINE:
        return undo_online(u, step, err);
    case VC_STEP_AGENT:
        return undo_agent(u, step, err);
    }
    return 0;
}

/* ---- One intent ---- */

enum run {
    RUN_FOUND,
    RUN_GONE,
    RUN_ELSEWHERE, /* perhaps: of a hypervisor that is not seen from here */
    RUN_UNCLEAR,   /* *err says why */
};

static bool same_scheme(const char *home, const char *scheme)
{
    size_t len = strlen(scheme);

    return strncmp(home, scheme, len) == 0 && home[len] == ':';
}

/* By its start identity, for names and uuids can be given anew. */
static enum run find_run(struct vc_engine *engine,
                         const struct vc_intent *intent,
                         struct vc_instance *ret, struct vc_error *err)
{
    bool home = strcmp(intent->home, engine_home(engine)) == 0;
    VC_INSTANCE_LIST_AUTO list = {0};
    size_t i;

    if (!home && !same_scheme(intent->home, engine->driver->ops->scheme))
        return RUN_ELSEWHERE;
    if (engine->driver->ops->list(engine->driver, &list, err) < 0)
        return RUN_UNCLEAR;
    for (i = 0; i < list.n; i++) {
        if (strcmp(list.items[i].start, intent->start) != 0)
            continue;
        *ret = list.items[i];
        memset(&list.items[i], 0, sizeof(list.items[i]));
        return RUN_FOUND;
    }
    for (i = 0; i < list.nunclear; i++) {
        if (strcmp(list.unclear[i].name, intent->name) == 0) {
            (void)vc_error_set(err, VC_ERR_OPERATION_FAILED, "%s",
                               list.unclear[i].why);
            return RUN_UNCLEAR;
        }
    }
    return home ? RUN_GONE : RUN_ELSEWHERE;
}

static int end_intent(struct vc_engine *engine, const struct vc_intent *intent,
                      struct vc_error *err)
{
    struct vc_store_op op = {.kind = VC_STORE_INTENT_END,
                             .key = intent->key,
                             .home = intent->home};

    return vc_engine_store_error(vc_store_txn(engine->store, &op, 1, NULL, NULL,
                                              err),
                                 err);
}

/* All steps are tried; the first that fails is told. */
static int undo_steps(struct undoing *u, const struct vc_plan *plan,
                      struct vc_error *err)
{
    int rc = 0;
    size_t i;

    for (i = plan->nsteps; i > 0; i--) {
        struct vc_error why = {0};
        VC_BUF_AUTO words = {0};

        if (undo_step(u, &plan->steps[i - 1], &why) == 0)
            continue;
        /* gone meanwhile: there is nothing left to undo */
        if (engine_is_gone(u->engine, &u->view.instance, &why))
            return 0;
        vc_step_print(&plan->steps[i - 1], &words);
        VC_LOG("engine", "domain '%s': can't undo %s: %s", u->intent->name,
               vc_buf_str(&words), why.text);
        if (rc == 0)
            rc = vc_error_set(err, VC_ERR_OPERATION_FAILED, "live %.400s: %s",
                              vc_buf_str(&words), why.text);
    }
    return rc;
}

static int undo_intent(struct undoing *u, struct vc_error *err)
{
    VC_PLAN_AUTO plan = {0};

    memcpy(u->view.key, u->intent->key, VC_UUID_LEN);
    if (engine_intent_decode(u->intent->steps, strlen(u->intent->steps), &plan,
                             err) < 0)
        return -1;
    if (engine_gather_live(u->engine, VC_WANT_SNAPSHOT | VC_WANT_LOCAL, 0,
                           &u->view, err) < 0)
        return err->code == VC_ERR_OPERATION_INVALID ? 0 : -1;
    return undo_steps(u, &plan, err);
}

static int resolve_one(struct vc_engine *engine, const struct vc_intent *intent,
                       unsigned timeout_ms, struct vc_error *err)
{
    struct undoing u = {
        .engine = engine, .intent = intent, .timeout_ms = timeout_ms};
    struct vc_error why = {0};
    int rc = 0;

    switch (find_run(engine, intent, &u.view.instance, &why)) {
    case RUN_ELSEWHERE:
        return 0;
    case RUN_UNCLEAR:
        rc = -1;
        break;
    case RUN_FOUND:
        rc = undo_intent(&u, &why);
        break;
    case RUN_GONE:
        break;
    }
    vc_view_clear(&u.view);
    if (rc == 0)
        rc = end_intent(engine, intent, &why);
    VC_LOG("engine", "domain '%s': a change that was cut off %s", intent->name,
           rc == 0 ? "was undone" : "is not undone yet");
    if (rc == 0)
        return 0;
    return vc_error_set(err, why.code == VC_ERR_INTERNAL
                                 ? VC_ERR_INTERNAL
                                 : VC_ERR_OPERATION_FAILED,
                        "domain '%s': a change of both halves was cut off and "
                        "can't be undone yet: %.800s",
                        intent->name, why.text);
}

int engine_resolve_locked(struct vc_engine *engine, const unsigned char *key,
                          unsigned timeout_ms, struct vc_error *err)
{
    VC_INTENT_LIST_AUTO list = {0};
    struct vc_error ignored;
    enum vc_answer answer;
    int rc = 0;
    size_t i;

    answer = vc_store_intent_list(engine->store, key, &list, &ignored);
    if (answer != VC_STORE_DONE) {
        *err = ignored;
        return vc_engine_store_error(answer, err);
    }
    for (i = 0; i < list.n; i++) {
        if (resolve_one(engine, &list.items[i], timeout_ms, err) < 0)
            rc = -1;
    }
    return rc;
}

/* ---- All ---- */

/* Whoever has the lock is at work on it, alive. */
static struct vc_store_lock *try_lock(struct vc_engine *engine,
                                      const unsigned char *key)
{
    struct vc_store_lock *lock = NULL;
    struct vc_error ignored;

    return vc_store_lock(engine->store, key, 0, &lock, &ignored) ==
                   VC_STORE_DONE
               ? lock
               : NULL;
}

void vc_engine_resolve(struct vc_engine *engine)
{
    VC_INTENT_LIST_AUTO list = {0};
    struct vc_error why = {0};
    size_t i;

    if (vc_engine_writable(engine, &why) < 0)
        return;
    if (vc_store_intent_list(engine->store, NULL, &list, &why) != VC_STORE_DONE)
        VC_LOG("engine", "intents can't be read: %s", why.text);
    for (i = 0; i < list.n; i++) {
        struct vc_store_lock *lock = try_lock(engine, list.items[i].key);
        unsigned timeout_ms = engine->timeout_ms < OPENING_MS
                                  ? engine->timeout_ms
                                  : OPENING_MS;

        if (lock && engine_resolve_locked(engine, list.items[i].key, timeout_ms,
                                          &why) < 0)
            VC_LOG("engine", "%s", why.text);
        vc_store_unlock(lock);
    }
}

bool engine_intent_is_left(struct vc_engine *engine,
                           const struct vc_intent *intent)
{
    struct vc_store_lock *lock = try_lock(engine, intent->key);
    VC_INTENT_LIST_AUTO list = {0};
    struct vc_error ignored;
    bool left = false;
    size_t i;

    if (lock && vc_store_intent_list(engine->store, intent->key, &list,
                                     &ignored) == VC_STORE_DONE) {
        for (i = 0; i < list.n; i++)
            left |= strcmp(list.items[i].home, intent->home) == 0;
    }
    vc_store_unlock(lock);
    return left;
}
