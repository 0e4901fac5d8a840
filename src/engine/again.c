/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pin of a run that was changed just before, without looking again; and whose
 * run it is that was found by its name just before.
 *
 * Who pins a vCPU live pins others, or the same one again.  The plan of such a
 * request alone is one step, whatever the facts are, and the driver refuses by
 * itself what the plan would refuse.  So when it is known that nobody came in
 * between, the step is all there is to do: no lock, no look at the store.
 *
 *  1. A run is remembered under its domain's lock, when no change of it was
 *     left half done, with the turn of that lock.
 *  2. Nobody has begun a change of the domain as long as the turn is the last
 *     one.  It is asked before the step and behind it: when somebody came in
 *     between, the whole way is gone after him, as if nothing had been done.
 *     What he saw of the step, he saw of a call that had not returned.
 *  3. Which run belongs to a definition of another uuid is for the store and for
 *     names to say, which tell nobody that they change.  So that is believed for
 *     NAMED_FOR_MS only, long enough for the vCPUs of one domain, and not behind
 *     a definition that this connection stores or removes.
 *  4. Where vCPUs that are offline take no pin, only while none is kept for any:
 *     it would have to be forgotten.  There the driver refuses that of a vCPU
 *     which is offline, and the whole way keeps it.
 *  5. Whatever is not done here is done the whole way, which also finds the
 *     words for what is wrong.  Not for longer than SEEN_FOR_MS is anything
 *     believed.
 */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "util/log.h"

#define PLACES 64u
#define SEEN_FOR_MS 1000
#define NAMED_FOR_MS 100

struct seen {
    unsigned char uuid[VC_UUID_LEN]; /* of the domain */
    bool by_name;                    /* the run has another one, or none */
    struct vc_instance inst;
    struct vc_store_turn turn; /* of no domain: was only read */
    long long since_ms;
};

/* A thread takes one out while it works with it; others then go the whole way,
 * and so does a child that was forked meanwhile. */
struct vc_engine_seen {
    _Atomic(struct seen *) places[PLACES];
};

/* Read from memory, to a few ms: it costs no system call anywhere. */
static long long now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
    return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void seen_free(struct seen *seen)
{
    if (!seen)
        return;
    vc_instance_clear(&seen->inst);
    free(seen);
}

struct vc_engine_seen *vc_engine_seen_new(struct vc_error *err)
{
    struct vc_engine_seen *all = calloc(1, sizeof(*all));

    if (!all)
        (void)vc_error_nomem(err);
    return all;
}

void vc_engine_seen_free(struct vc_engine_seen *all)
{
    unsigned i;

    for (i = 0; all && i < PLACES; i++)
        seen_free(atomic_load(&all->places[i]));
    free(all);
}

static _Atomic(struct seen *) *place_of(const struct vc_engine *engine,
                                        const unsigned char *uuid)
{
    unsigned n = 0;
    unsigned i;

    for (i = 0; i < VC_UUID_LEN; i++)
        n = n * 31 + uuid[i];
    return &engine->seen->places[n % PLACES];
}

/* May a pin of this run be one step? */
static bool is_simple(const struct vc_engine *engine,
                      const struct vc_change *change)
{
    if (!change->view.active || !(change->view.live.caps & VC_CAP_PIN))
        return false;
    return (engine->driver->caps & VC_CAP_PIN_OFFLINE) ||
           (change->view.kept.npins == 0 && change->plan.kept.npins == 0);
}

static bool is_plain_pin(const struct vc_change *change)
{
    const struct vc_request *request = change->requests;

    return change->n == 1 && !change->once && !change->words &&
           request->kind == VC_REQUEST_PIN && !request->more &&
           !(request->impact & VC_IMPACT_CONFIG) &&
           !vc_cpuset_is_empty(&request->set);
}

static bool is_fresh(const struct seen *seen, const struct vc_domid *id)
{
    return memcmp(seen->uuid, id->uuid, VC_UUID_LEN) == 0 &&
           now_ms() - seen->since_ms <
               (seen->by_name ? NAMED_FOR_MS : SEEN_FOR_MS);
}

static void put(struct vc_engine *engine, const struct vc_domid *id,
                const struct vc_instance *inst, bool by_name,
                const struct vc_store_turn *turn)
{
    struct seen *seen = calloc(1, sizeof(*seen));
    struct vc_error ignored;

    if (!seen)
        return;
    memcpy(seen->uuid, id->uuid, VC_UUID_LEN);
    seen->by_name = by_name;
    seen->turn = *turn;
    seen->since_ms = now_ms();
    if (vc_instance_copy(&seen->inst, inst, &ignored) < 0) {
        seen_free(seen);
        return;
    }
    seen_free(atomic_exchange(place_of(engine, seen->uuid), seen));
}

static bool is_named(const struct vc_domid *id, const struct vc_instance *inst)
{
    return !inst->has_uuid || memcmp(inst->uuid, id->uuid, VC_UUID_LEN) != 0;
}

void engine_see(struct vc_engine *engine, const struct vc_change *change,
                const struct vc_store_turn *turn)
{
    const struct vc_view *view = &change->view;

    if (engine->seen && turn->counter && is_simple(engine, change) &&
        memcmp(view->key, change->id->uuid, VC_UUID_LEN) == 0)
        put(engine, change->id, &view->instance,
            is_named(change->id, &view->instance), turn);
}

void engine_see_named(struct vc_engine *engine, const struct vc_domid *id,
                      const struct vc_view *view)
{
    const struct vc_store_turn none = {0};

    if (engine->seen && view->active && is_named(id, &view->instance) &&
        memcmp(view->key, id->uuid, VC_UUID_LEN) == 0)
        put(engine, id, &view->instance, true, &none);
}

int engine_recall_named(struct vc_engine *engine, const struct vc_domid *id,
                        struct vc_instance *ret, struct vc_error *err)
{
    _Atomic(struct seen *) *place;
    struct seen *seen;
    int rc = 0;

    if (!engine->seen)
        return 0;
    place = place_of(engine, id->uuid);
    seen = atomic_exchange(place, NULL);
    if (!seen)
        return 0;
    if (seen->by_name && is_fresh(seen, id))
        rc = vc_instance_copy(ret, &seen->inst, err) < 0 ? -1 : 1;
    seen_free(atomic_exchange(place, seen));
    return rc;
}

void engine_forget_names(struct vc_engine *engine)
{
    unsigned i;

    for (i = 0; engine->seen && i < PLACES; i++) {
        struct seen *seen = atomic_exchange(&engine->seen->places[i], NULL);

        if (seen && !seen->by_name)
            seen = atomic_exchange(&engine->seen->places[i], seen);
        seen_free(seen);
    }
}

/* 1 done, 0 not done, -1. */
static int pin(struct vc_engine *engine, const struct seen *seen,
               const struct vc_request *request, struct vc_error *err)
{
    struct vc_error why = {0};

    if (engine->driver->ops->set_affinity(engine->driver, &seen->inst,
                                          request->vcpu, &request->set, NULL,
                                          &why) == 0)
        return vc_store_turn_is_last(&seen->turn);
    if (why.code != VC_ERR_NO_MEMORY)
        return 0;
    *err = why;
    return -1;
}

int engine_pin_again(struct vc_engine *engine, const struct vc_change *change,
                     struct vc_error *err)
{
    const struct vc_request *request = change->requests;
    _Atomic(struct seen *) *place;
    struct seen *seen;
    int rc = 0;

    if (!engine->seen || !is_plain_pin(change))
        return 0;
    place = place_of(engine, change->id->uuid);
    seen = atomic_exchange(place, NULL);
    if (seen && vc_store_turn_is_last(&seen->turn) &&
        is_fresh(seen, change->id))
        rc = pin(engine, seen, request, err);
    if (seen) /* one that is over waits for the next, engine_see's */
        seen_free(atomic_exchange(place, seen));
    if (rc == 1)
        VC_LOG("engine", "domain '%s': vcpu %u pinned without looking again",
               change->id->name, request->vcpu);
    return rc;
}
