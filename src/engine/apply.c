/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Live steps and their inverses.
 *
 *  1. A step that failed may have done a part: its inverse is run too.
 *  2. Inverses run in reverse order and all of them are tried.
 *  3. A domain that is gone needs no undoing.
 */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"
#include "util/log.h"

#include <string.h>

static int keep_pin(struct vc_view *view, unsigned vcpu,
                    const struct vc_cpuset *cpus, struct vc_error *err)
{
    if (!vc_cpuset_is_empty(cpus))
        return vc_vcpudef_set_pin(&view->kept, vcpu, cpus, err);
    vc_vcpudef_drop_pin(&view->kept, vcpu);
    return 0;
}

static int write_kept(struct vc_engine *engine, struct vc_view *view,
                      struct vc_error *err)
{
    struct vc_local local = view->local;
    VC_BUF_AUTO text = {0};
    VC_AUTO_STR char *pins = NULL;
    enum vc_answer answer;

    vc_vcpudef_encode_pins(&view->kept, &text);
    pins = vc_buf_steal(&text, NULL, err);
    if (!pins)
        return -1;
    memcpy(local.start, view->instance.start, sizeof(local.start));
    local.kept_pins = pins;
    answer = vc_store_local_put(engine->store, view->key, &local, err);
    return vc_engine_store_error(answer, err);
}

int engine_keep_pin(struct vc_engine *engine, struct vc_view *view,
                    unsigned vcpu, const struct vc_cpuset *cpus,
                    struct vc_error *err)
{
    return keep_pin(view, vcpu, cpus, err) < 0 ? -1
                                               : write_kept(engine, view, err);
}

static int set_many(struct vc_engine *engine, struct vc_view *view,
                    const struct vc_step *step, bool online,
                    struct vc_error *err)
{
    const struct vc_driver_ops *ops = engine->driver->ops;
    VC_CPUSET_AUTO done = {0};
    unsigned asked = vc_cpuset_count(&step->cpus);
    int rc;

    rc = (step->kind == VC_STEP_AGENT ? ops->agent_set : ops->set_online)(
        engine->driver, &view->instance, &step->cpus, online,
        engine->timeout_ms, &done, err);
    if (rc < 0 && err->code == VC_ERR_OPERATION_TIMEOUT)
        return vc_error_append(err, " (%u of %u vcpus followed)",
                               vc_cpuset_count(&done), asked);
    return rc;
}

/* A host that makes less of a pin than it seemed to be able to. */
static int note_narrowed(struct vc_change *change, const struct vc_step *step,
                         const struct vc_cpuset *effective,
                         struct vc_error *err)
{
    struct vc_plan *plan = &change->plan;
    VC_CPUSET_AUTO run = {0};

    if (vc_cpuset_intersect(&run, &step->cpus, &plan->live.usable, err) < 0)
        return -1;
    if (vc_cpuset_equal(effective, &run) ||
        vc_cpuset_equal(effective, &step->cpus))
        return 0;
    if (vc_plan_note(plan, VC_NOTE_INFO, (int)step->vcpu, err,
                     "of host CPUs %s the host lets it run on %s only",
                     VC_CPUSET_SHOW(&step->cpus),
                     VC_CPUSET_SHOW(effective)) < 0)
        return -1;
    VC_LOG("engine", "domain '%s': vcpu %u: %s", change->id->name, step->vcpu,
           plan->notes[plan->nnotes - 1].text);
    return 0;
}

static int pin(struct vc_engine *engine, struct vc_change *change,
               const struct vc_step *step, struct vc_error *err)
{
    VC_CPUSET_AUTO effective = {0};

    if (engine->driver->ops->set_affinity(engine->driver,
                                          &change->view.instance, step->vcpu,
                                          &step->cpus, &effective, err) < 0)
        return vc_error_prefix(err, "cannot pin vcpu %u", step->vcpu);
    return note_narrowed(change, step, &effective, err);
}

static int step_do(struct vc_engine *engine, struct vc_change *change,
                   const struct vc_step *step, struct vc_error *err)
{
    switch (step->kind) {
    case VC_STEP_AFFINITY:
        return pin(engine, change, step, err);
    case VC_STEP_KEEP: /* and those that follow are written together */
        return keep_pin(&change->view, step->vcpu, &step->cpus, err);
    case VC_STEP_ONLINE:
    case VC_STEP_AGENT:
        return set_many(engine, &change->view, step, step->online, err);
    }
    return vc_error_set(err, VC_ERR_INTERNAL, "unknown step");
}

/* The pins of vCPUs that were unplugged and are back. */
static int repin(struct vc_engine *engine, struct vc_change *change,
                 const struct vc_step *step, struct vc_error *err)
{
    size_t i;

    for (i = 0; i < step->repin.npins; i++) {
        if (engine->driver->ops->set_affinity(
                engine->driver, &change->view.instance,
                step->repin.pins[i].vcpu, &step->repin.pins[i].cpus, NULL,
                err) < 0)
            return -1;
    }
    return 0;
}

static int step_undo(struct vc_engine *engine, struct vc_change *change,
                     const struct vc_step *step, struct vc_error *err)
{
    switch (step->kind) {
    case VC_STEP_AFFINITY:
        if (step->fresh || vc_cpuset_is_empty(&step->before))
            return 0;
        return engine->driver->ops->set_affinity(
            engine->driver, &change->view.instance, step->vcpu, &step->before,
            NULL, err);
    case VC_STEP_KEEP:
        return engine_keep_pin(engine, &change->view, step->vcpu, &step->before,
                               err);
    case VC_STEP_ONLINE:
    case VC_STEP_AGENT:
        if (set_many(engine, &change->view, step, !step->online, err) < 0)
            return -1;
        return repin(engine, change, step, err);
    }
    return 0;
}

bool engine_is_gone(struct vc_engine *engine, const struct vc_instance *inst,
                    const struct vc_error *why)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err = {0};

    return why->code == VC_ERR_OPERATION_INVALID &&
           engine->driver->ops->snapshot(engine->driver, inst, 0, &live,
                                         &err) < 0 &&
           err.code == VC_ERR_OPERATION_INVALID;
}

/* What could not be undone, in words; the number of such steps. */
static size_t undo_steps(struct vc_engine *engine, struct vc_change *change,
                         size_t nsteps, struct vc_buf *words)
{
    size_t failed = 0;
    size_t i;

    for (i = nsteps; i > 0; i--) {
        const struct vc_step *step = &change->plan.steps[i - 1];
        struct vc_error why = {0};

        if (step_undo(engine, change, step, &why) == 0 ||
            engine_is_gone(engine, &change->view.instance, &why))
            continue;
        failed++;
        vc_buf_addf(words, "%s domain '%s' live ", failed > 1 ? ";" : "",
                    change->id->name);
        vc_step_print(step, words);
        vc_buf_addf(words, ": %s", why.text);
    }
    return failed;
}

static void say_partial(struct vc_error *err, const struct vc_buf *words)
{
    struct vc_error why = *err;

    (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                       "partially applied, the definition is unchanged: %.400s; "
                       "could not be undone:%.500s",
                       why.text, vc_buf_str(words));
    err->number = VC_IMPACT_LIVE;
}

void engine_undo(struct vc_engine *engine, struct vc_change *changes, size_t n,
                 struct vc_error *err)
{
    VC_BUF_AUTO words = {0};
    size_t failed = 0;
    size_t i;

    for (i = n; i > 0; i--)
        failed += undo_steps(engine, &changes[i - 1],
                             changes[i - 1].plan.nsteps, &words);
    if (failed)
        say_partial(err, &words);
}

static int note_failed(struct vc_change *change, const struct vc_step *step,
                       struct vc_error *why, struct vc_error *err)
{
    VC_BUF_AUTO text = {0};

    vc_step_print(step, &text);
    change->nfailed++;
    if (text.failed)
        return vc_error_nomem(err);
    return vc_plan_note(&change->plan, VC_NOTE_FAILED, -1, err, "%s: %s",
                        vc_buf_str(&text), why->text);
}

/* What is kept for a vCPU is forgotten only when it was set. */
static bool is_in_vain(const struct vc_step *step, const struct vc_step *failed)
{
    return failed && failed->kind == VC_STEP_AFFINITY &&
           step->kind == VC_STEP_KEEP && step->vcpu == failed->vcpu &&
           vc_cpuset_is_empty(&step->cpus);
}

/* Behind the last of several, for each write is synced.  i: of the step that was
 * taken. */
static int end_of_kept(struct vc_engine *engine, struct vc_change *change,
                       size_t i, struct vc_error *err)
{
    const struct vc_step *step = &change->plan.steps[i];
    bool is_last = i + 1 == change->plan.nsteps;

    if (step->kind != VC_STEP_KEEP ||
        (!is_last && step[1].kind == VC_STEP_KEEP))
        return 0;
    return write_kept(engine, &change->view, err);
}

/* *ret_taken: how many steps were taken or begun. */
static int apply_one(struct vc_engine *engine, struct vc_change *change,
                     size_t *ret_taken, struct vc_error *err)
{
    const struct vc_step *failed = NULL;
    struct vc_error ignored;
    size_t i;

    for (i = 0; i < change->plan.nsteps; i++) {
        const struct vc_step *step = &change->plan.steps[i];
        struct vc_error why = {0};
        int rc = 0;

        *ret_taken = i + 1;
        if (!is_in_vain(step, failed))
            rc = step_do(engine, change, step, &why);
        /* those before it are written all the same */
        if (end_of_kept(engine, change, i, rc < 0 ? &ignored : &why) < 0)
            rc = -1;
        if (rc == 0)
            continue;
        failed = step;
        if (!change->plan.best_effort) {
            *err = why;
            return -1;
        }
        if (note_failed(change, step, &why, err) < 0)
            return -1;
    }
    return 0;
}

int engine_apply(struct vc_engine *engine, struct vc_change *changes, size_t n,
                 struct vc_error *err)
{
    VC_BUF_AUTO words = {0};
    size_t failed = 0;
    size_t i;
    size_t k;

    for (i = 0; i < n; i++) {
        size_t taken = 0;

        if (apply_one(engine, &changes[i], &taken, err) == 0)
            continue;
        if (n > 1)
            (void)vc_error_prefix(err, "domain '%s'", changes[i].id->name);
        failed = undo_steps(engine, &changes[i], taken, &words);
        for (k = i; k > 0; k--)
            failed += undo_steps(engine, &changes[k - 1],
                                 changes[k - 1].plan.nsteps, &words);
        if (failed)
            say_partial(err, &words);
        return -1;
    }
    return 0;
}
