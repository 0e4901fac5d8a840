/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * src/engine: the one corridor, gather -> plan -> apply (undo) -> commit.
 * May know src/plan, src/xml, the store's and the drivers' contracts, and
 * src/model.  Decides nothing about counts and pins (src/plan does) and holds
 * no store transaction open while a hypervisor works.
 *
 * Lock order: domain locks in the order of their keys; the store's and the
 * driver's own mutexes are inside single calls of theirs and never nest.
 *
 * A domain is locked for the length of a change, so that gathering, the live
 * steps and the commit of one caller don't mix with another's.  The commit is
 * a compare-and-swap all the same: writers that take no lock (define, import)
 * make it fail, and the change is gathered and planned again.
 *
 * A pin of a run alone, by who has just pinned it, needs neither lock nor look:
 * see again.c.
 *
 * A change of both halves must not stay half done when its process dies.  So:
 *  1. Its live steps are in the store, synced, before the first of them is
 *     taken (an intent for each domain), and the transaction that changes the
 *     definitions removes them: an intent that is there means that the
 *     definitions are the old ones, so the live steps are to be undone.
 *  2. The domain's lock is held from before the intent is written until it is
 *     gone: an intent whose domain can be locked was left by a dead process.
 *  3. It is undone by who opens the store next for writing, and by the next
 *     change of the domain that looks at the run.  A step is undone only while
 *     the run is as the step made it; what another hand changed since stays.
 *     But vCPUs that were to be unplugged get back the pins they had, where the
 *     hypervisor forgets them.
 *  4. Undoing may be cut off too, at any point, and is then done again.
 *  5. What can't be undone now keeps its intent.  Until it can, changes of the
 *     run are refused with the reason; those of the definition alone go on, and
 *     so does reconcile, which puts the run right itself.  `check` tells of it.
 */
#ifndef VC_ENGINE_ENGINE_H
#define VC_ENGINE_ENGINE_H

#include "driver/driver.h"
#include "plan/plan.h"
#include "store/store.h"

struct vc_engine {
    struct vc_driver *driver; /* owned */
    struct vc_store *store;   /* owned */
    struct vc_engine_seen *seen; /* owned, or NULL: see again.c */
    char *home; /* owned: the hypervisor, "qemu:///system"; NULL is one too */
    bool read_only;
    unsigned timeout_ms; /* for a guest to follow */
    unsigned lock_ms;    /* to wait for another one's change of the domain */
};

struct vc_engine_seen *vc_engine_seen_new(struct vc_error *err) VC_NODISCARD;
void vc_engine_seen_free(struct vc_engine_seen *all);

/* How a caller names a domain: by uuid; the name finds a running domain that
 * has another uuid in each run. */
struct vc_domid {
    unsigned char uuid[VC_UUID_LEN];
    char *name;
};
#define VC_DOMID_AUTO __attribute__((cleanup(vc_domid_clear))) struct vc_domid
void vc_domid_clear(struct vc_domid *id);
int vc_domid_set(struct vc_domid *id, const unsigned char *uuid,
                 const char *name, struct vc_error *err) VC_NODISCARD;

/* ---- Looking (gather) ---- */

enum vc_want {
    VC_WANT_DOCUMENT = 1 << 0, /* the stored bytes */
    VC_WANT_AGENT = 1 << 2,
    VC_WANT_CONFIG = 1 << 3,   /* decode the summary */
    VC_WANT_HOST = 1 << 4,     /* to look, not to read */
    VC_WANT_LOCAL = 1 << 5,    /* of one that runs: what is known of this run */
    /* Live state, by its parts; kept pins are laid over affinities. */
    VC_WANT_PER_PART = 1 << 8,
    VC_WANT_ONLINE = VC_LIVE_ONLINE * VC_WANT_PER_PART,
    VC_WANT_RUNS = VC_LIVE_RUNS * VC_WANT_PER_PART,
    VC_WANT_AFFINITY = VC_LIVE_AFFINITY * VC_WANT_PER_PART,
    VC_WANT_USABLE = VC_LIVE_USABLE * VC_WANT_PER_PART,
    VC_WANT_COMING = VC_LIVE_COMING * VC_WANT_PER_PART,
    VC_WANT_PLUG = VC_LIVE_PLUG * VC_WANT_PER_PART,
    VC_WANT_SNAPSHOT = VC_LIVE_ALL * VC_WANT_PER_PART,
};

struct vc_view {
    unsigned char key[VC_UUID_LEN]; /* the definition's uuid, else the
                                       instance's: lock and local part */
    unsigned targets;     /* what was asked, resolved: enum vc_impact bits */
    bool persistent;
    struct vc_record record;   /* when persistent */
    struct vc_vcpudef config;  /* WANT_CONFIG */
    bool active;
    struct vc_instance instance;
    bool has_local;            /* what follows was read already */
    struct vc_local local;     /* WANT_LOCAL: of this instance, else empty */
    struct vc_live live;
    struct vc_vcpudef kept;    /* only pins */
    struct vc_agent agent;
    struct vc_host host;
};
#define VC_VIEW_AUTO __attribute__((cleanup(vc_view_clear))) struct vc_view
void vc_view_clear(struct vc_view *view);

/* Both halves of a domain, as far as they are there; NO_DOMAIN if neither is.
 * targets is not set. */
int vc_engine_look(struct vc_engine *engine, const struct vc_domid *id,
                   unsigned want, struct vc_view *ret,
                   struct vc_error *err) VC_NODISCARD;
/* For getters: resolves LIVE / CONFIG / CURRENT and gathers only that half. */
int vc_engine_read(struct vc_engine *engine, const struct vc_domid *id,
                   unsigned impact, unsigned want, struct vc_view *ret,
                   struct vc_error *err) VC_NODISCARD;
/* Has the domain an agent that can be asked?  The errors of SEMANTICS. */
int vc_engine_check_agent(const struct vc_engine *engine,
                          const struct vc_live *live,
                          struct vc_error *err) VC_NODISCARD;

/* 1 found, 0 no such domain, -1.  *ret_live_id (may be NULL): -1 if it does
 * not run. */
int vc_engine_find(struct vc_engine *engine, const struct vc_instance_key *key,
                   struct vc_domid *ret, int *ret_live_id,
                   struct vc_error *err) VC_NODISCARD;

struct vc_list_item {
    struct vc_domid id;
    bool persistent;
    bool active;
    bool unclear; /* it may run, and can't be asked */
    int live_id; /* -1 */
    char *fault; /* the definition can't be read: why; else NULL */
};
struct vc_list {
    struct vc_list_item *items; /* running first by id, then by name */
    size_t n;
};
void vc_list_clear(struct vc_list *list);
int vc_engine_list(struct vc_engine *engine, struct vc_list *ret,
                   struct vc_error *err) VC_NODISCARD;

enum vc_run_state { /* the numbers of vcpuconfRunState */
    VC_RUN_NEW = 0,     /* not reconciled yet */
    VC_RUN_DONE = 1,
    VC_RUN_KEPT = 2,    /* done, and pins are kept for vCPUs of it */
    VC_RUN_UNCLEAR = 3, /* it can't be told: why says the reason */
};

/* A run that belongs to a definition. */
struct vc_run {
    struct vc_domid id; /* of the definition */
    int live_id;        /* -1: unclear */
    enum vc_run_state state;
    char start[96];     /* "": unclear */
    char *why;          /* owned; of an unclear one */
};
struct vc_run_list {
    struct vc_run *items; /* in the order of the hypervisor's numbers */
    size_t n;
};
void vc_run_list_clear(struct vc_run_list *list);
#define VC_RUN_LIST_AUTO                                                       \
    __attribute__((cleanup(vc_run_list_clear))) struct vc_run_list
/* Costs what runs, not what is defined. */
int vc_engine_list_runs(struct vc_engine *engine, struct vc_run_list *ret,
                        struct vc_error *err) VC_NODISCARD;

/* News of the hypervisor: see the drivers' verbs of these names. */
int vc_engine_watch(struct vc_engine *engine, int *ret_fd,
                    struct vc_error *err) VC_NODISCARD;
int vc_engine_watch_read(struct vc_engine *engine, bool *ret_news,
                         struct vc_error *err) VC_NODISCARD;

/* ---- Changing ---- */

/* What is to be done to one domain, and what came of it. */
struct vc_change {
    const struct vc_domid *id;
    const struct vc_request *requests;
    size_t n;
    const char *what; /* what the history has before the words of the plan;
                         NULL: nothing */
    bool once;        /* only kept pins of vCPUs that another hand plugged,
                         if this run was reconciled before; else it is marked
                         so when all went well */
    struct vc_buf *words; /* NULL, or gets the plan, before it is carried out */
    bool already;     /* out: it was */
    bool is_known;    /* is what follows what the store says now? */
    struct vc_known known;
    struct vc_view view;
    struct vc_plan plan;
    size_t nfailed; /* best effort: steps that failed (their notes say why) */
};
void vc_change_clear(struct vc_change *change);
#define VC_CHANGE_AUTO __attribute__((cleanup(vc_change_clear))) struct vc_change

/* All of the changes or none; dry_run stops behind the plan. */
int vc_engine_change(struct vc_engine *engine, struct vc_change *changes,
                     size_t n, bool dry_run, struct vc_error *err) VC_NODISCARD;

/* Undoes what changes of both halves left half done when their processes died.
 * For who has just opened the store to write; costs one look if there is none.
 * What can't be undone stays for later, which is no failure of opening. */
void vc_engine_resolve(struct vc_engine *engine);

/* ---- Definitions ---- */

/* key (may be NULL): whose definition it is where the document's <uuid> holds
 * none; without it the name tells.  *ret_same (may be NULL): these bytes were
 * there already, and nothing was written. */
int vc_engine_define(struct vc_engine *engine, const char *bytes, size_t len,
                     const char *what, const unsigned char *key,
                     struct vc_domid *ret, int *ret_live_id, bool *ret_same,
                     struct vc_error *err) VC_NODISCARD;
int vc_engine_undefine(struct vc_engine *engine, const struct vc_domid *id,
                       struct vc_error *err) VC_NODISCARD;
/* The document: stored bytes, or with the vCPU parts as they run now. */
int vc_engine_document(struct vc_engine *engine, const struct vc_domid *id,
                       bool stored, char **ret, struct vc_error *err)
    VC_NODISCARD;

/* The definition made as the running domain is.  The plan is printed. */
int vc_engine_adopt(struct vc_engine *engine, const struct vc_domid *id,
                    bool dry_run, struct vc_buf *plan, struct vc_error *err)
    VC_NODISCARD;

struct vc_import_item {
    const char *bytes;
    size_t len;
    int result; /* 0 stored, 1 the same already, -1 refused */
    struct vc_error *error; /* owned, of a refusal */
    char *name;
};
/* Returns the number refused, or -1; *ret_dealt: items dealt with. */
int vc_engine_import(struct vc_engine *engine, struct vc_import_item *items,
                     size_t n, bool all_or_nothing, size_t *ret_dealt,
                     struct vc_error *err) VC_NODISCARD;

/* ---- Life ---- */

int vc_engine_start(struct vc_engine *engine, const struct vc_domid *id,
                    int *ret_live_id, struct vc_error *err) VC_NODISCARD;
int vc_engine_stop(struct vc_engine *engine, const struct vc_domid *id,
                   struct vc_error *err) VC_NODISCARD;

/* What the definition states and the run does not do, and what it stated when
 * the run was reconciled. */
int vc_engine_diff(struct vc_engine *engine, const struct vc_domid *id,
                   struct vc_difference_list *ret,
                   struct vc_error *err) VC_NODISCARD;

/* ---- Care of the store ---- */

int vc_engine_backup(struct vc_engine *engine, const char *path, bool replace,
                     struct vc_error *err) VC_NODISCARD;

/* Sets how much of the past is kept (0: all of it), and takes away what is
 * above that. */
int vc_engine_limit_history(struct vc_engine *engine, enum vc_store_limit limit,
                            unsigned value, struct vc_error *err) VC_NODISCARD;

/* The file's structure, each object's history, and that each document says
 * what its row says.  Faults are handed out as they are found (borrowed); -1
 * with *err from the callback ends the check with -1. */
typedef int (*vc_engine_fault)(const char *fault, void *opaque,
                               struct vc_error *err);
int vc_engine_check(struct vc_engine *engine, vc_engine_fault visit,
                    void *opaque, struct vc_error *err) VC_NODISCARD;

struct vc_deleted_item {
    unsigned char uuid[VC_UUID_LEN];
    char *name;        /* the last it had; "" if that can't be read */
    uint64_t revision; /* of the removal, as is the time */
    int64_t time_us;
};
struct vc_deleted_list {
    struct vc_deleted_item *items; /* by name */
    size_t n;
};
void vc_deleted_list_clear(struct vc_deleted_list *list);
int vc_engine_list_deleted(struct vc_engine *engine,
                           struct vc_deleted_list *ret,
                           struct vc_error *err) VC_NODISCARD;

/* Drivers and libraries, a line each. */
void vc_engine_features(struct vc_buf *buf);

/* ---- Inside the room, and for src/reconcile ---- */

/* An answer of the store as an error code; keeps the text.  Always -1. */
int vc_engine_store_error(enum vc_answer answer, struct vc_error *err);
int vc_engine_no_domain(const struct vc_domid *id, struct vc_error *err);
int vc_engine_writable(const struct vc_engine *engine, struct vc_error *err)
    VC_NODISCARD;
/* Writes that the instance in *view was made as revision `reconciled`. */
int vc_engine_mark_reconciled(struct vc_engine *engine,
                              const struct vc_view *view, uint64_t reconciled,
                              struct vc_error *err) VC_NODISCARD;
/* Same definition?  The rule by which a run and a definition belong together
 * is in gather.c. */
int vc_engine_match_record(struct vc_engine *engine,
                           const struct vc_instance *inst,
                           enum vc_store_want want, struct vc_record *ret,
                           bool *ret_found, struct vc_error *err) VC_NODISCARD;

#endif
