/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The corridor: lock, gather, plan, apply, commit. */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"

#include <string.h>

void vc_change_clear(struct vc_change *change)
{
    vc_plan_clear(&change->plan);
    vc_view_clear(&change->view);
    vc_known_clear(&change->known);
    change->is_known = false;
    change->nfailed = 0;
}

/* The locks of all domains of a change, taken in the order of their keys. */
struct locks {
    struct vc_store_lock **held;
    size_t n;
};

static void locks_clear(struct locks *locks)
{
    size_t i;

    for (i = 0; i < locks->n; i++)
        vc_store_unlock(locks->held[i]);
    free(locks->held);
    memset(locks, 0, sizeof(*locks));
}

static int key_compare(const void *a, const void *b)
{
    return memcmp(*(const unsigned char *const *)a,
                  *(const unsigned char *const *)b, VC_UUID_LEN);
}

static int locks_take_sorted(struct vc_engine *engine,
                             const unsigned char **keys, size_t n,
                             struct locks *locks, struct vc_error *err)
{
    size_t i;

    qsort(keys, n, sizeof(*keys), key_compare);
    for (i = 0; i < n; i++) {
        enum vc_answer answer;

        if (i && key_compare(&keys[i], &keys[i - 1]) == 0)
            return vc_error_set(err, VC_ERR_INVALID_ARG,
                                "one domain is named twice");
        answer = vc_store_lock(engine->store, keys[i], engine->lock_ms,
                               &locks->held[i], err);
        if (answer == VC_STORE_NOT_APPLIED)
            return -1;
        if (vc_engine_store_error(answer, err) < 0)
            return -1;
        locks->n++;
    }
    return 0;
}

/* The keys are in the views. */
static int locks_take(struct vc_engine *engine, struct vc_change *changes,
                      size_t n, struct locks *locks, struct vc_error *err)
{
    const unsigned char **keys = calloc(n, sizeof(*keys));
    size_t i;
    int rc;

    locks->held = calloc(n, sizeof(struct vc_store_lock *));
    if (!keys || !locks->held) {
        free(keys);
        return vc_error_nomem(err);
    }
    for (i = 0; i < n; i++)
        keys[i] = changes[i].view.key;
    rc = locks_take_sorted(engine, keys, n, locks, err);
    free(keys);
    return rc;
}

/* Only about definitions, so that no hypervisor has to be asked? */
static bool is_config_only(const struct vc_change *change)
{
    size_t i;

    for (i = 0; i < change->n; i++) {
        /* these two look at the running domain all the same */
        if (change->requests[i].impact != VC_IMPACT_CONFIG ||
            change->requests[i].kind == VC_REQUEST_MAXIMUM ||
            change->requests[i].kind == VC_REQUEST_ADOPT)
            return false;
    }
    return true;
}

static bool may_change_config(const struct vc_change *change)
{
    size_t i;

    for (i = 0; i < change->n; i++) {
        if (change->requests[i].impact != VC_IMPACT_LIVE)
            return true;
    }
    return false;
}

/* Pins don't depend on who is online, where offline vCPUs can be pinned. */
static unsigned wanted_of_run(const struct vc_engine *engine,
                              const struct vc_change *change)
{
    unsigned want = VC_WANT_AFFINITY | VC_WANT_USABLE;
    size_t i;

    if (!(engine->driver->caps & VC_CAP_PIN_OFFLINE))
        want |= VC_WANT_ONLINE;
    for (i = 0; i < change->n; i++) {
        switch (change->requests[i].kind) {
        case VC_REQUEST_PIN:
        case VC_REQUEST_UNPIN:
            break;
        case VC_REQUEST_RECONCILE:
            want |= VC_WANT_ONLINE | VC_WANT_COMING | VC_WANT_PLUG;
            break;
        case VC_REQUEST_COUNT:
        case VC_REQUEST_STATE:
            want |= VC_WANT_ONLINE | VC_WANT_PLUG;
            break;
        default:
            want |= VC_WANT_ONLINE;
        }
    }
    return want;
}

/* One pin is about one vCPU. */
static unsigned wanted_of_vcpus(const struct vc_change *change)
{
    if (change->n != 1 || change->requests[0].more ||
        (change->requests[0].kind != VC_REQUEST_PIN &&
         change->requests[0].kind != VC_REQUEST_UNPIN))
        return 0;
    return VC_LIVE_OF(change->requests[0].vcpu % VC_VCPU_LIMIT);
}

static int gather_one(struct vc_engine *engine, struct vc_change *change,
                      struct vc_error *err)
{
    unsigned want = VC_WANT_CONFIG;
    struct vc_known *known;

    if (may_change_config(change))
        want |= VC_WANT_DOCUMENT;
    if (is_config_only(change))
        return vc_engine_read(engine, change->id, VC_IMPACT_CONFIG, want,
                              &change->view, err);
    known = change->is_known ? &change->known : NULL;
    change->is_known = false;
    return engine_look_known(engine, change->id,
                             want | wanted_of_run(engine, change) |
                                 VC_WANT_LOCAL,
                             wanted_of_vcpus(change), known, &change->view, err);
}

/* The guest's agent is asked only when the target is known to be there. */
static int gather_agent(struct vc_engine *engine, struct vc_change *change,
                        struct vc_error *err)
{
    struct vc_view *view = &change->view;
    bool needed = false;
    unsigned targets;
    size_t i;

    for (i = 0; i < change->n; i++) {
        if (!vc_request_needs_agent(&change->requests[i]))
            continue;
        needed = true;
        if (vc_impact_resolve(change->requests[i].impact | VC_IMPACT_LIVE,
                              view->active, view->persistent, &targets,
                              err) < 0)
            return -1;
    }
    return needed ? engine_ask_agent(engine, view, err) : 0;
}

static int plan_one(struct vc_engine *engine, struct vc_change *change,
                    struct vc_error *err)
{
    const struct vc_request kept = {.kind = VC_REQUEST_KEPT,
                                    .impact = VC_IMPACT_LIVE};
    struct vc_view *view = &change->view;
    struct vc_facts facts;

    if (gather_agent(engine, change, err) < 0)
        return -1;
    facts = engine_facts(engine, view);
    if (is_config_only(change)) /* then nothing live was gathered */
        facts.active = false;
    if (vc_plan_init(&change->plan, &facts, err) < 0)
        return -1;
    change->already =
        change->once && view->persistent && view->local.reconciled;
    if (change->already)
        return vc_plan_add(&change->plan, &kept, err);
    return vc_plan_add_all(&change->plan, change->requests, change->n, err);
}

static int print_plan(const struct vc_change *change, struct vc_error *err)
{
    if (!change->words)
        return 0;
    vc_buf_clear(change->words);
    vc_plan_print(&change->plan, change->words);
    return change->words->failed ? vc_error_nomem(err) : 0;
}

/* An error of one domain among several names it. */
static int name_it(const struct vc_change *change, size_t n,
                   struct vc_error *err)
{
    if (n > 1)
        (void)vc_error_prefix(err, "domain '%s'", change->id->name);
    return -1;
}

/* What only planning needed, or what is not to change: of many domains, or of one
 * with many pins, it is a lot. */
static void let_go(struct vc_change *change)
{
    vc_vcpudef_clear(&change->view.config); /* the plan has it, too */
    if (!change->plan.config_changed)
        engine_drop_definition(change);
}

/* 0, 1: a domain is another one than was locked, -1. */
static int gather_and_plan(struct vc_engine *engine, struct vc_change *changes,
                           size_t n, bool locked, struct vc_error *err)
{
    size_t i;

    for (i = 0; i < n; i++) {
        unsigned char key[VC_UUID_LEN];

        memcpy(key, changes[i].view.key, VC_UUID_LEN);
        vc_plan_clear(&changes[i].plan);
        changes[i].nfailed = 0;
        if (gather_one(engine, &changes[i], err) < 0)
            return name_it(&changes[i], n, err);
        if (locked && memcmp(key, changes[i].view.key, VC_UUID_LEN) != 0) {
            (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                               "domain '%s' was redefined meanwhile",
                               changes[i].id->name);
            return 1;
        }
        if (plan_one(engine, &changes[i], err) < 0 ||
            print_plan(&changes[i], err) < 0)
            return name_it(&changes[i], n, err);
        if (!changes[i].once) /* or it is looked at for drift */
            let_go(&changes[i]);
    }
    return 0;
}

static bool has_failed(const struct vc_change *change)
{
    size_t i;

    for (i = 0; i < change->plan.nnotes; i++) {
        if (change->plan.notes[i].kind == VC_NOTE_FAILED)
            return true;
    }
    return false;
}

/* A run is marked as reconciled when nothing was left undone. */
static int mark_all(struct vc_engine *engine, struct vc_change *changes,
                    size_t n, struct vc_error *err)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (changes[i].once && !changes[i].already && !has_failed(&changes[i]) &&
            vc_engine_mark_reconciled(engine, &changes[i].view,
                                      changes[i].view.record.revision,
                                      err) < 0) {
            (void)vc_error_prefix(err, "the running domain is as defined, but "
                                       "that can't be noted");
            return name_it(&changes[i], n, err);
        }
    }
    return 0;
}

/* Live steps were taken and the definitions could not be stored.  When not even
 * that is known, the run is left to the intents: whoever can read the store
 * again sees in them what is to be done. */
static int commit_failed(struct vc_engine *engine, struct engine_commit *commit,
                         struct vc_change *changes, size_t n,
                         enum vc_answer answer, struct vc_error *err)
{
    (void)vc_engine_store_error(answer, err);
    err->number = 0;
    if (answer == VC_STORE_UNKNOWN && commit->intents.n)
        return vc_error_append(err, "; the running domain is left as changed "
                                    "until the store can be read again");
    engine_undo(engine, changes, n, err);
    /* what is partially applied is not tried again, and its intent stays */
    if (err->number)
        return -1;
    engine_commit_abandon(engine, commit);
    return engine_lost_race(answer) ? 1 : -1;
}

/* 0 done, 1 somebody else was first: start over, -1. */
static int change_locked(struct vc_engine *engine, struct vc_change *changes,
                         size_t n, struct vc_error *err)
{
    ENGINE_COMMIT_AUTO commit = {0};
    enum vc_answer answer;
    int rc = gather_and_plan(engine, changes, n, true, err);

    if (rc)
        return rc;
    if (engine_commit_prepare(engine, &commit, changes, n, err) < 0 ||
        engine_commit_begin(engine, &commit, err) < 0)
        return -1;
    if (engine_apply(engine, changes, n, err) < 0) {
        if (!err->number)
            engine_commit_abandon(engine, &commit);
        return -1;
    }
    answer = engine_commit_run(engine, &commit, err);
    return answer == VC_STORE_DONE
               ? mark_all(engine, changes, n, err)
               : commit_failed(engine, &commit, changes, n, answer, err);
}

/* Which domains are meant: their keys go into the views.  It is the uuid that
 * was given, unless gathering finds out otherwise; then they are looked up. */
static int identify(struct vc_engine *engine, struct vc_change *changes,
                    size_t n, bool thoroughly, struct vc_error *err)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (!thoroughly)
            memcpy(changes[i].view.key, changes[i].id->uuid, VC_UUID_LEN);
        else if (vc_engine_look(engine, changes[i].id, 0, &changes[i].view,
                                err) < 0)
            return name_it(&changes[i], n, err);
    }
    return 0;
}

static bool is_repair(const struct vc_change *change)
{
    size_t i;

    for (i = 0; i < change->n; i++) {
        if (change->requests[i].kind != VC_REQUEST_RECONCILE)
            return false;
    }
    return true;
}

/* No change of a run is put on top of one that is half done.  When there is
 * none, the store need not be asked again by who gathers. */
static int resolve_one(struct vc_engine *engine, struct vc_change *change,
                       struct vc_error *err)
{
    const unsigned char *key = change->view.key;
    struct vc_error why = {0};
    enum vc_answer answer;

    answer = vc_store_know(engine->store, key,
                           may_change_config(change) ? VC_STORE_DOCUMENT
                                                     : VC_STORE_SUMMARY,
                           &change->known, &why);
    if (answer != VC_STORE_DONE) {
        *err = why;
        return vc_engine_store_error(answer, err);
    }
    change->is_known = !change->known.intents.n &&
                       memcmp(key, change->id->uuid, VC_UUID_LEN) == 0;
    if (!change->known.intents.n ||
        engine_resolve_locked(engine, key, engine->timeout_ms, &why) == 0 ||
        is_repair(change))
        return 0;
    *err = why;
    return -1;
}

static int resolve_all(struct vc_engine *engine, struct vc_change *changes,
                       size_t n, struct vc_error *err)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (!is_config_only(&changes[i]) &&
            resolve_one(engine, &changes[i], err) < 0)
            return -1;
    }
    return 0;
}

static int change_try(struct vc_engine *engine, struct vc_change *changes,
                      size_t n, bool again, struct vc_error *err)
{
    __attribute__((cleanup(locks_clear))) struct locks locks = {0};
    bool is_whole;
    int rc;

    if (identify(engine, changes, n, again, err) < 0 ||
        locks_take(engine, changes, n, &locks, err) < 0 ||
        resolve_all(engine, changes, n, err) < 0)
        return -1;
    is_whole = changes[0].is_known; /* nothing was left half done */
    rc = change_locked(engine, changes, n, err);
    if (rc == 0 && n == 1 && is_whole) {
        struct vc_store_turn turn = vc_store_lock_turn(locks.held[0]);

        engine_see(engine, &changes[0], &turn);
    }
    return rc;
}

int vc_engine_change(struct vc_engine *engine, struct vc_change *changes,
                     size_t n, bool dry_run, struct vc_error *err)
{
    unsigned tries;
    int rc;

    if (n == 0)
        return 0;
    if (dry_run)
        return gather_and_plan(engine, changes, n, false, err);
    if (vc_engine_writable(engine, err) < 0)
        return -1;
    rc = n == 1 ? engine_pin_again(engine, &changes[0], err) : 0;
    if (rc)
        return rc < 0 ? -1 : 0;
    rc = 1;
    for (tries = 0; rc == 1 && tries < ENGINE_TRIES; tries++)
        rc = change_try(engine, changes, n, tries > 0, err);
    return rc == 0 ? 0 : -1;
}
