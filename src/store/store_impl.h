/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside src/store: what an engine must offer, and what all engines share.
 *
 * store.c checks arguments, keeps one thread at a time inside a handle and
 * hands on to the engine, so an engine sees only sound calls, never two at
 * once on one handle.  An engine embeds struct vc_store as its first member.
 * Which engine stands behind a path is chosen in vc_store_open alone.  fork.c
 * carries handles and locks over fork().
 */
#ifndef VC_STORE_STORE_IMPL_H
#define VC_STORE_STORE_IMPL_H

#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

#include "store/store.h"

/* Each verb answers as store.h says; no verb may be NULL. */
struct vc_store_ops {
    /* Opens or creates; sets real_path and read_only. */
    enum vc_answer (*open)(struct vc_store *store, struct vc_error *err);
    void (*close)(struct vc_store *store); /* also if it was not opened */
    void (*free)(struct vc_store *store);  /* what was closed */
    /* Before a fork(): lets go of all that two processes can't share.  The
     * next call takes it up again. */
    void (*suspend)(struct vc_store *store);
    /* In the child of a fork(), whether it was suspended or not.  in_use: this
     * thread is still inside a call.  May not use the engine's library: other
     * threads may have been in it for purposes of their own. */
    void (*in_child)(struct vc_store *store, bool in_use);
    /* By key, or by name when key is NULL. */
    enum vc_answer (*get)(struct vc_store *store, const unsigned char *key,
                          const char *name, enum vc_store_want want,
                          struct vc_record *ret, struct vc_error *err);
    enum vc_answer (*iterate)(struct vc_store *store, enum vc_store_want want,
                              const char *after, size_t limit,
                              vc_store_visit visit, void *opaque,
                              uint64_t *ret_change, struct vc_error *err);
    enum vc_answer (*txn)(struct vc_store *store, struct vc_store_op *ops,
                          size_t n, size_t *ret_failed, uint64_t *ret_change,
                          struct vc_error *err);
    enum vc_answer (*change)(struct vc_store *store, uint64_t *ret_change,
                             struct vc_error *err);
    enum vc_answer (*history)(struct vc_store *store, const unsigned char *key,
                              size_t limit, vc_revision_visit visit,
                              void *opaque, struct vc_error *err);
    enum vc_answer (*get_revision)(struct vc_store *store,
                                   const unsigned char *key, uint64_t revision,
                                   struct vc_record *ret, struct vc_error *err);
    enum vc_answer (*local_get)(struct vc_store *store,
                                const unsigned char *key, struct vc_local *ret,
                                struct vc_error *err);
    enum vc_answer (*local_put)(struct vc_store *store,
                                const unsigned char *key,
                                const struct vc_local *local,
                                struct vc_error *err);
    enum vc_answer (*intent_put)(struct vc_store *store,
                                 const struct vc_intent *intents, size_t n,
                                 struct vc_error *err);
    enum vc_answer (*intent_list)(struct vc_store *store,
                                  const unsigned char *key,
                                  struct vc_intent_list *ret,
                                  struct vc_error *err);
    enum vc_answer (*know)(struct vc_store *store, const unsigned char *key,
                           enum vc_store_want want, struct vc_known *ret,
                           struct vc_error *err);
    enum vc_answer (*limit_get)(struct vc_store *store,
                                enum vc_store_limit limit, uint32_t *ret,
                                struct vc_error *err);
    enum vc_answer (*limit_set)(struct vc_store *store,
                                enum vc_store_limit limit, uint32_t value,
                                struct vc_error *err);
    enum vc_answer (*prune)(struct vc_store *store, uint64_t *place,
                            bool *ret_more, struct vc_error *err);
    enum vc_answer (*iterate_deleted)(struct vc_store *store,
                                      vc_deleted_visit visit, void *opaque,
                                      struct vc_error *err);
    enum vc_answer (*backup)(struct vc_store *store, const char *path,
                             bool replace, struct vc_error *err);
    enum vc_answer (*check)(struct vc_store *store, vc_fault_visit visit,
                            void *opaque, struct vc_error *err);
    enum vc_answer (*info)(struct vc_store *store, struct vc_store_info *ret,
                           struct vc_error *err);
};

struct vc_store {
    const struct vc_store_ops *ops;
    char *path;      /* as given; for messages */
    /* Absolute and without symbolic links: the store is found again after a
     * chdir().  As read_only, it never changes once open has returned. */
    char *real_path;
    bool read_only;
    char *lock_path; /* real_path with ".lock" behind it */
    struct vc_store_lock *spare_lock; /* lock.c; guarded as fork.c's lists */
    struct vc_store_turns *turns;     /* turn.c; the same */
    pthread_mutex_t mutex; /* the engine is at work */
    pthread_cond_t walked; /* walking became false */
    bool walking;          /* a call with callbacks is under way, also while
                              one runs and the mutex is free */
    pthread_t walker;      /* while walking */
    bool interrupted;      /* fork.c: by a signal handler that calls fork() */
    struct vc_store *next; /* fork.c */
};

/* A handle that is not open yet; NULL with *err. */
struct vc_store *vc_store_sqlite_new(const char *path,
                                     const struct vc_store_options *options,
                                     struct vc_error *err);

/* Around each callback. */
void vc_store_visit_begin(struct vc_store *store);
void vc_store_visit_end(struct vc_store *store);

int vc_store_mutex_init(pthread_mutex_t *mutex);
/* Mutex and condition of a handle that nobody is in; an errno value. */
int vc_store_guard_init(struct vc_store *store);

enum vc_answer vc_store_check_writable(const struct vc_store *store,
                                       struct vc_error *err);

/* ---- trust.c ---- */

/* Finds a store's file and judges it and its directory.  `path` is as the user
 * named it, for messages; links are resolved of the last name of `from` only,
 * and of the directory.  NOT_FOUND: nothing is there. */
enum vc_answer vc_store_trust_find(const char *path, const char *from,
                                   char **ret_real_path, struct stat *ret_st,
                                   struct vc_error *err);
/* Judges the files that belong to it. */
enum vc_answer vc_store_trust_beside(const char *path, const char *real_path,
                                     struct vc_error *err);
/* 0 or -1: may the file, or one in that directory, be opened? */
int vc_store_trust_file(const char *path, const struct stat *st,
                        struct vc_error *err);
int vc_store_trust_dir(const char *path, struct vc_error *err);

/* ---- fork.c ---- */

/* An errno value; then fork() knows nothing of it. */
int vc_store_fork_add(struct vc_store *store);
void vc_store_fork_remove(struct vc_store *store);

struct vc_store_lock {
    int fd; /* -1 in the child of a fork() */
    struct vc_store *store;     /* NULL: was closed */
    struct vc_store_turn turn;  /* since it was locked */
    struct vc_store_lock *next; /* of all that are open */
};
/* Before a handle goes: those that are held stay, and are closed when freed. */
void vc_store_lock_orphan(struct vc_store *store);

/* ---- turn.c ---- */

/* The byte of the lock file that is locked while the table of turns is made;
 * those below are domains'. */
#define VC_STORE_LOCK_TABLE ((off_t)1 << 62)

/* By who has just locked the key in this file.  An errno value; 0 also where
 * there are no turns. */
int vc_store_turn_begin(struct vc_store *store, int fd, const struct stat *st,
                        const unsigned char *key, struct vc_store_turn *ret);
void vc_store_turns_free(struct vc_store *store);

/* Between the two no fork() begins; what is about locks wants to be there. */
void vc_store_fork_block(void);
void vc_store_fork_unblock(void);
void vc_store_fork_add_lock(struct vc_store_lock *lock);
void vc_store_fork_remove_lock(struct vc_store_lock *lock);
struct vc_store_lock *vc_store_fork_locks(void); /* the first of all */

/* A key as a uuid is written, for messages. */
#define VC_STORE_KEY_TEXT_LEN 37
const char *vc_store_key_text(const unsigned char *key,
                              char text[VC_STORE_KEY_TEXT_LEN]);

/* Bounded waiting for something that gives no event: short pauses that grow. */
struct vc_store_wait {
    struct timespec until; /* CLOCK_MONOTONIC */
    long pause_ns;
};

void vc_store_wait_start(struct vc_store_wait *wait, unsigned limit_ms);
/* Pauses and returns true, or false when the time is over. */
bool vc_store_wait_more(struct vc_store_wait *wait);

#endif
