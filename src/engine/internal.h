/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the files of the corridor. */
#ifndef VC_ENGINE_INTERNAL_H
#define VC_ENGINE_INTERNAL_H

#include "engine/engine.h"

/* A record by key, or by name when key is NULL: whether it is there is told
 * apart from every other answer, which is an error. */
int engine_get_record(struct vc_engine *engine, const unsigned char *key,
                      const char *name, enum vc_store_want want,
                      struct vc_record *ret, bool *ret_found,
                      struct vc_error *err) VC_NODISCARD;
/* Into view->agent; the errors of SEMANTICS where there is none to ask. */
int engine_ask_agent(struct vc_engine *engine, struct vc_view *view,
                     struct vc_error *err) VC_NODISCARD;
/* vc_engine_look for who has asked the store already: *known is what it knows
 * under the key that is id's uuid, and is emptied.  of: see engine_gather_live. */
int engine_look_known(struct vc_engine *engine, const struct vc_domid *id,
                      unsigned want, unsigned of, struct vc_known *known,
                      struct vc_view *ret, struct vc_error *err) VC_NODISCARD;
/* What was gathered, as the plan takes it; borrows the view. */
struct vc_facts engine_facts(const struct vc_engine *engine,
                             const struct vc_view *view);

/* Into view->live, and with WANT_LOCAL view->local and view->kept, which must be
 * empty; of view->instance.  more:
 * VC_LIVE_OF(vcpu), VC_LIVE_JUST_FOUND, or 0. */
int engine_gather_live(struct vc_engine *engine, unsigned want, unsigned more,
                       struct vc_view *view, struct vc_error *err) VC_NODISCARD;

/* Remembers, or forgets, a pin for when the vCPU comes online. */
int engine_keep_pin(struct vc_engine *engine, struct vc_view *view,
                    unsigned vcpu, const struct vc_cpuset *cpus,
                    struct vc_error *err) VC_NODISCARD;

/* Takes the live steps of all plans, in order.  On failure those taken are
 * undone; *err is what went wrong first, or "partially applied". */
int engine_apply(struct vc_engine *engine, struct vc_change *changes, size_t n,
                 struct vc_error *err) VC_NODISCARD;
/* Undoes all live steps of all plans in reverse.  On failure *err becomes
 * "partially applied" with what *err said as the reason. */
void engine_undo(struct vc_engine *engine, struct vc_change *changes, size_t n,
                 struct vc_error *err);

/* Did that fail because the run has ended?  What can't be now, as an unplug of a
 * domain that is paused, is INVALID too. */
bool engine_is_gone(struct vc_engine *engine, const struct vc_instance *inst,
                    const struct vc_error *why);

/* A transaction of all changed definitions, prepared before anything live is
 * touched, since editing a document can fail. */
struct engine_commit {
    struct vc_store_op *ops; /* n that put definitions, then the ends of the
                                intents */
    struct vc_buf *summaries;
    struct vc_buf *words;
    size_t n;
    struct vc_intent_list intents; /* none unless both halves change */
};
#define ENGINE_COMMIT_AUTO                                                     \
    __attribute__((cleanup(engine_commit_clear))) struct engine_commit
/* The document and what was planned of it, a lot where there are many pins:
 * when it is not to change, or is in the transaction. */
void engine_drop_definition(struct vc_change *change);
void engine_commit_clear(struct engine_commit *commit);
int engine_commit_prepare(struct vc_engine *engine,
                          struct engine_commit *commit,
                          struct vc_change *changes, size_t n,
                          struct vc_error *err) VC_NODISCARD;
/* Before the first live step: writes the intents, if there are any. */
int engine_commit_begin(struct vc_engine *engine, struct engine_commit *commit,
                        struct vc_error *err) VC_NODISCARD;
/* The live steps were undone: ends the intents alone. */
void engine_commit_abandon(struct vc_engine *engine,
                           struct engine_commit *commit);
/* DONE, CONFLICT (gather again), or another answer with *err filled. */
enum vc_answer engine_commit_run(struct vc_engine *engine,
                                 struct engine_commit *commit,
                                 struct vc_error *err);

/* ---- Again ---- */

/* Under the domain's lock, of whose turn *turn is: the change went well, and
 * left nothing half done.  Remembers the run, for its next pin. */
void engine_see(struct vc_engine *engine, const struct vc_change *change,
                const struct vc_store_turn *turn);
/* The same of a reading: only that a run was found by its name, if it was. */
void engine_see_named(struct vc_engine *engine, const struct vc_domid *id,
                      const struct vc_view *view);
/* 1 and the run that was found so just before, 0, -1.  It may have ended. */
int engine_recall_named(struct vc_engine *engine, const struct vc_domid *id,
                        struct vc_instance *ret,
                        struct vc_error *err) VC_NODISCARD;
/* Definitions are about to change, or have. */
void engine_forget_names(struct vc_engine *engine);
/* 1: the change was a pin of a run that is remembered, and is done; 0: nothing
 * is said yet; -1: no memory. */
int engine_pin_again(struct vc_engine *engine, const struct vc_change *change,
                     struct vc_error *err) VC_NODISCARD;

/* ---- Intents ---- */

#define ENGINE_INTENT_STEPS_MAX (16 * VC_VCPU_LIMIT)

/* The steps of a plan as text.  Decoding gives a plan that has only steps, and
 * refuses all that encoding does not write: INTERNAL. */
int engine_intent_encode(const struct vc_plan *plan, struct vc_buf *buf,
                         struct vc_error *err) VC_NODISCARD;
int engine_intent_decode(const char *text, size_t len, struct vc_plan *ret,
                         struct vc_error *err) VC_NODISCARD;

/* Under the domain's lock: resolves what is left over of that domain.  -1: it
 * could not be, and *err says what is where. */
int engine_resolve_locked(struct vc_engine *engine, const unsigned char *key,
                          unsigned timeout_ms,
                          struct vc_error *err) VC_NODISCARD;
/* Is it there, and nobody at work on it? */
bool engine_intent_is_left(struct vc_engine *engine,
                           const struct vc_intent *intent);
const char *engine_home(const struct vc_engine *engine);

/* How often a change is gathered again when others were first. */
#define ENGINE_TRIES 16

/* Somebody else was first: changed it, or removed it. */
static inline bool engine_lost_race(enum vc_answer answer)
{
    return answer == VC_STORE_CONFLICT || answer == VC_STORE_NOT_FOUND;
}

#endif
