/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside src/store: what an engine must offer, and what all engines share.
 *
 * store.c checks arguments, keeps one thread at a time inside a handle and
 * hands on to the engine, so an engine sees only sound calls, never two at
 * once on one handle.  An engine embeds struct vc_store as its first member.
 * Which engine stands behind a path is chosen in vc_store_open alone.
 */
#ifndef VC_STORE_STORE_IMPL_H
#define VC_STORE_STORE_IMPL_H

#include <pthread.h>
#include <sys/types.h>
#include <time.h>

#include "store/store.h"

/* Each verb answers as store.h says; no verb may be NULL. */
struct vc_store_ops {
    void (*close)(struct vc_store *store);
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
};

struct vc_store {
    const struct vc_store_ops *ops;
    char *path;      /* as given; for messages */
    char *real_path; /* absolute and without symbolic links; for the lock */
    bool read_only;
    pid_t pid; /* a handle does not survive fork() */
    pthread_mutex_t mutex;
};

/* Opens or creates; *ret has all of struct vc_store but mutex and pid. */
enum vc_answer vc_store_sqlite_open(const char *path,
                                    const struct vc_store_options *options,
                                    struct vc_store **ret,
                                    struct vc_error *err);

/* A usable handle of this process, or UNAVAILABLE. */
enum vc_answer vc_store_check_process(const struct vc_store *store,
                                      struct vc_error *err);
enum vc_answer vc_store_check_writable(const struct vc_store *store,
                                       struct vc_error *err);

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
