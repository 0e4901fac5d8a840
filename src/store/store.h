/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * src/store: keys, revisions and bytes.  May know src/util only.  Never
 * parses a document or a summary, never calls a hypervisor.
 *
 * The contract is narrow so that another engine can stand behind it.  A
 * transaction is data: an array of operations, each with the revision it
 * expects, applied all or nothing and durable when it returns DONE.
 *
 * Two numbers: an object's revision (1, 2, 3, ... per uuid, never used twice,
 * also not after a delete, nor when all else is forgotten) is its
 * compare-and-swap token; the store's change number, raised by one in each
 * transaction that changes anything, orders all changes.
 *
 * A handle may be used by several threads at once.  After fork() parent and
 * child may both go on using it, or open the store anew; each takes up its own
 * connection at its next call, which can fail as an open can.  fork() waits
 * for the calls of other threads, but never for a callback.  A child that was
 * forked inside a callback can't use that store until the callback has
 * returned; the walk then ends in the child with UNAVAILABLE.
 */
#ifndef VC_STORE_STORE_H
#define VC_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/error.h"

#define VC_STORE_KEY_LEN 16 /* a domain's uuid */

/* Every call answers one of these; all but DONE also fill *err. */
enum vc_answer {
    VC_STORE_DONE = 0,
    VC_STORE_CONFLICT,    /* another revision than expected; nothing changed */
    VC_STORE_EXISTS,      /* the name belongs to another key; nothing changed */
    VC_STORE_NOT_FOUND,
    VC_STORE_TOO_BIG,     /* document or summary above the limit */
    VC_STORE_NOT_APPLIED, /* busy, full, ...: nothing changed, may be retried */
    VC_STORE_UNKNOWN,     /* may or may not have been applied: read again */
    VC_STORE_UNAVAILABLE, /* closed, corrupt, read-only, no memory */
};

#define VC_STORE_DOCUMENT_MAX (16u * 1024 * 1024)

/* What to read: the document is left out unless asked for. */
enum vc_store_want {
    VC_STORE_SUMMARY = 0,
    VC_STORE_DOCUMENT = 1,
};

struct vc_record {
    unsigned char key[VC_STORE_KEY_LEN];
    char *name;
    uint64_t revision; /* >= 1 */
    char *summary;     /* NUL behind it */
    size_t summary_len;
    char *document; /* NULL unless asked for; NUL behind it */
    size_t document_len;
};

#define VC_RECORD_AUTO __attribute__((cleanup(vc_record_clear))) struct vc_record
void vc_record_clear(struct vc_record *record);

enum vc_store_op_kind {
    VC_STORE_CHECK,  /* the object has revision `expect` (0: is absent) */
    VC_STORE_PUT,
    VC_STORE_DELETE, /* its history stays, see vc_store_prune */
    VC_STORE_INTENT_END, /* of the local part: removes the intent of key, home;
                            NOT_FOUND if it is not there.  Alone it is no
                            change: the change number stays */
};

/* One operation; borrows all it points to. */
struct vc_store_op {
    enum vc_store_op_kind kind;
    const unsigned char *key;
    uint64_t expect; /* revision; 0: absent */
    const char *name;
    const char *summary;
    size_t summary_len;
    const char *document;
    size_t document_len;
    const char *what; /* what the history says of it: "define", "pin vcpu 2: 0-3 -> 4-7" */
    const char *home; /* INTENT_END */
    uint64_t ret_revision; /* out, on DONE: the new revision of a PUT or DELETE */
};

struct vc_revision {
    uint64_t revision;
    int64_t time_us; /* since the epoch, UTC */
    const char *what;
    bool deleted; /* this revision is the deletion */
};

struct vc_store; /* opaque */

struct vc_store_options {
    bool read_only;
    unsigned busy_ms; /* how long to wait for another writer; 0: 10000 */
};

/* Opens or (unless read_only) creates.  A file that is corrupt, cut short,
 * not a store, or written by a newer version is refused and left untouched.
 * NOT_FOUND: read_only, and there is no file. */
enum vc_answer vc_store_open(const char *path,
                             const struct vc_store_options *options,
                             struct vc_store **ret, struct vc_error *err);
/* Nothing from inside one of its own callbacks: the handle stays open. */
void vc_store_close(struct vc_store *store);
const char *vc_store_path(const struct vc_store *store);
/* Also true when the file or the medium can't be written. */
bool vc_store_is_read_only(const struct vc_store *store);

enum vc_answer vc_store_get(struct vc_store *store, const unsigned char *key,
                            enum vc_store_want want, struct vc_record *ret,
                            struct vc_error *err);
enum vc_answer vc_store_get_by_name(struct vc_store *store, const char *name,
                                    enum vc_store_want want,
                                    struct vc_record *ret, struct vc_error *err);

/* While anything is read the log beside the file can't begin anew: it grows by
 * what is written meanwhile, and shrinks behind that.  A walk that is never
 * ended makes it grow for ever.
 *
 * In the order of names (bytewise), from behind `after` (NULL: the first), at
 * most `limit` records (0: all).  The callback borrows the record; non-zero
 * stops the walk (still DONE).  It runs with the handle locked: no other call
 * on the handle from inside it, and other threads that use it wait; writers on
 * other handles do not.  A row that can't be read is passed with fault != NULL
 * and the fields that could.  ret_change (may be NULL): the change number of
 * the snapshot that was read. */
typedef int (*vc_store_visit)(const struct vc_record *record, const char *fault,
                              void *opaque);
enum vc_answer vc_store_iterate(struct vc_store *store, enum vc_store_want want,
                                const char *after, size_t limit,
                                vc_store_visit visit, void *opaque,
                                uint64_t *ret_change, struct vc_error *err);

/* All or nothing, in the order given.  NOT_FOUND: a revision was expected, or
 * a DELETE asked for, of an object that is not there.  On CONFLICT, EXISTS,
 * NOT_FOUND or TOO_BIG *ret_failed (may be NULL) is the index of the operation
 * that refused. */
enum vc_answer vc_store_txn(struct vc_store *store, struct vc_store_op *ops,
                            size_t n, size_t *ret_failed, uint64_t *ret_change,
                            struct vc_error *err);

enum vc_answer vc_store_change(struct vc_store *store, uint64_t *ret_change,
                               struct vc_error *err);

/* ---- History ----
 * It has an end.  Of each object the last so many revisions are kept, the
 * newest and, of a removed one, the last document in any case; and of the
 * removed objects the last so many, the others are forgotten with their
 * history.  Whatever is above a limit goes in the transactions that write: each
 * takes a few of the oldest revisions of the objects that it writes, and each
 * removal those of the object that was removed first.  vc_store_prune takes
 * the rest. */

enum vc_store_limit {
    VC_STORE_LIMIT_REVISIONS, /* of one object */
    VC_STORE_LIMIT_REMOVED,   /* objects */
};
#define VC_STORE_REVISIONS_DEFAULT 100u
#define VC_STORE_REMOVED_DEFAULT 1000u

/* 0: no limit. */
enum vc_answer vc_store_limit_get(struct vc_store *store,
                                  enum vc_store_limit limit, uint32_t *ret,
                                  struct vc_error *err);
enum vc_answer vc_store_limit_set(struct vc_store *store,
                                  enum vc_store_limit limit, uint32_t value,
                                  struct vc_error *err);
/* Takes away some of what is above the limits, in a transaction that others
 * need not wait long for.  *place is 0 at first, then as it was left; again
 * while *ret_more. */
enum vc_answer vc_store_prune(struct vc_store *store, uint64_t *place,
                              bool *ret_more, struct vc_error *err);

/* Newest first; also of a deleted object.  At most `limit` (0: all). */
typedef int (*vc_revision_visit)(const struct vc_revision *revision,
                                 void *opaque);
enum vc_answer vc_store_history(struct vc_store *store,
                                const unsigned char *key, size_t limit,
                                vc_revision_visit visit, void *opaque,
                                struct vc_error *err);
/* The object as it was; the name is not kept (NULL in *ret). */
enum vc_answer vc_store_get_revision(struct vc_store *store,
                                     const unsigned char *key,
                                     uint64_t revision, struct vc_record *ret,
                                     struct vc_error *err);

/* Removed objects whose history is there; revision is that of the removal.
 * The name is the document's to say: the callback gets the last revision that
 * had one, with its document (NULL if none is there).  As vc_store_iterate it
 * runs with the handle locked, and stops the walk with non-zero. */
typedef int (*vc_deleted_visit)(const struct vc_record *last,
                                const struct vc_revision *removal,
                                void *opaque);
enum vc_answer vc_store_iterate_deleted(struct vc_store *store,
                                        vc_deleted_visit visit, void *opaque,
                                        struct vc_error *err);

/* ---- Care ----
 * Reading all of a store takes time: other threads that use the handle wait
 * for it, writers on other handles do not. */

/* One state of the store as a new store under `path`, while others write.
 * EXISTS if the file is there and replace is false.  A store that is found to
 * be damaged is not copied; whatever fails, what was at `path` stays. */
enum vc_answer vc_store_backup(struct vc_store *store, const char *path,
                               bool replace, struct vc_error *err);

/* The structure of the file (of its pages the first 1000 faults), and that each
 * object and its history belong together; each fault in words.  DONE also with
 * faults; non-zero from the callback ends it. */
typedef int (*vc_fault_visit)(const char *fault, void *opaque);
enum vc_answer vc_store_check(struct vc_store *store, vc_fault_visit visit,
                              void *opaque, struct vc_error *err);

struct vc_store_info {
    unsigned format;
    uint64_t objects;   /* not the removed ones */
    uint64_t revisions; /* of all, also of removed ones */
    uint64_t bytes;     /* file and log */
    uint64_t change;
};
enum vc_answer vc_store_info(struct vc_store *store, struct vc_store_info *ret,
                             struct vc_error *err);
/* Appends what the store is built on and its version as it runs, "sqlite
 * 3.40.1". */
void vc_store_library_version(struct vc_buf *buf);

/* ---- The local part: about this host only, never replicated. ---- */

/* What is known of the last seen run of a domain. */
struct vc_local {
    char start[96];      /* start identity this is about */
    uint64_t reconciled; /* revision that was made live; 0: not yet */
    char *kept_pins;     /* text, the engine's own; NULL: none */
};

#define VC_LOCAL_AUTO __attribute__((cleanup(vc_local_clear))) struct vc_local
void vc_local_clear(struct vc_local *local);

enum vc_answer vc_store_local_get(struct vc_store *store,
                                  const unsigned char *key,
                                  struct vc_local *ret, struct vc_error *err);
enum vc_answer vc_store_local_put(struct vc_store *store,
                                  const unsigned char *key,
                                  const struct vc_local *local,
                                  struct vc_error *err);

/* What was being done to a run when its definition was about to change too.  It
 * is there from before the first step on the run until the transaction that
 * changes the definition, which ends it (VC_STORE_INTENT_END).  One that is
 * found while the domain's lock is free was left by somebody who died.  A key
 * can have one for each home.  A backup has none. */
struct vc_intent {
    unsigned char key[VC_STORE_KEY_LEN];
    char *home;     /* the hypervisor, as the engine names it */
    char start[96]; /* start identity of the run */
    char *name;     /* the domain's, for messages */
    char *steps;    /* text, the engine's own */
};

struct vc_intent_list {
    struct vc_intent *items;
    size_t n;
};
#define VC_INTENT_LIST_AUTO                                                    \
    __attribute__((cleanup(vc_intent_list_clear))) struct vc_intent_list
void vc_intent_list_clear(struct vc_intent_list *list);

/* All of them or none, on disk when it returns DONE; each replaces what its key
 * and home had, and is written also if that was the same.  TOO_BIG: steps above
 * VC_STORE_DOCUMENT_MAX. */
enum vc_answer vc_store_intent_put(struct vc_store *store,
                                   const struct vc_intent *intents, size_t n,
                                   struct vc_error *err);
/* Of one key, or all (NULL). */
enum vc_answer vc_store_intent_list(struct vc_store *store,
                                    const unsigned char *key,
                                    struct vc_intent_list *ret,
                                    struct vc_error *err);

/* All that is known under a key, as it was at one moment. */
struct vc_known {
    bool is_there;           /* the object */
    struct vc_record record;
    bool has_run;            /* the local part */
    struct vc_local local;
    struct vc_intent_list intents;
};
#define VC_KNOWN_AUTO __attribute__((cleanup(vc_known_clear))) struct vc_known
void vc_known_clear(struct vc_known *known);

/* DONE also when nothing is known. */
enum vc_answer vc_store_know(struct vc_store *store, const unsigned char *key,
                             enum vc_store_want want, struct vc_known *ret,
                             struct vc_error *err);

/* A domain's lock, for the length of one operation: an OFD lock on one byte
 * of PATH.lock that dies with its holder.  Locks out other threads too, and is
 * not held by a forked child, which may only free it.  A read-only store can't
 * be locked.  RESOURCE_BUSY after wait_ms. */
struct vc_store_lock;
enum vc_answer vc_store_lock(struct vc_store *store, const unsigned char *key,
                             unsigned wait_ms, struct vc_store_lock **ret,
                             struct vc_error *err);
void vc_store_unlock(struct vc_store_lock *lock);

/* The time from a locking to the next one of that domain, by anybody.  All
 * zeros: of no domain.  A value, good until the store is closed. */
struct vc_store_turn {
    const void *counter;
    uint64_t value;
};
/* That of a lock which is held; of no domain where the file system can't do
 * it. */
struct vc_store_turn vc_store_lock_turn(const struct vc_store_lock *lock);
/* Has nobody locked the domain since?  False also when that is not known; a
 * lock file that another process has removed and replaced is not noticed here,
 * only at the next locking.  Needs no system call. */
bool vc_store_turn_is_last(const struct vc_store_turn *turn);

#endif
