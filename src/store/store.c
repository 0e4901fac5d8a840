/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine-neutral half of store.h: checks, one thread at a time, hand on. */
#define VC_ROOM VC_ROOM_STORE
#include "store/store_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void vc_record_clear(struct vc_record *record)
{
    free(record->name);
    free(record->summary);
    free(record->document);
    memset(record, 0, sizeof(*record));
}

void vc_local_clear(struct vc_local *local)
{
    free(local->kept_pins);
    memset(local, 0, sizeof(*local));
}

void vc_intent_list_clear(struct vc_intent_list *list)
{
    size_t i;

    for (i = 0; i < list->n; i++) {
        free(list->items[i].home);
        free(list->items[i].name);
        free(list->items[i].steps);
    }
    free(list->items);
    memset(list, 0, sizeof(*list));
}

const char *vc_store_key_text(const unsigned char *key,
                              char text[VC_STORE_KEY_TEXT_LEN])
{
    static const char digits[] = "0123456789abcdef";
    char *p = text;
    unsigned i;

    for (i = 0; i < VC_STORE_KEY_LEN; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = digits[key[i] >> 4];
        *p++ = digits[key[i] & 15];
    }
    *p = '\0';
    return text;
}

enum vc_answer vc_store_check_writable(const struct vc_store *store,
                                       struct vc_error *err)
{
    if (!store->read_only)
        return VC_STORE_DONE;
    (void)vc_error_set(err, VC_ERR_OPERATION_DENIED,
                       "store '%s' is open read-only", store->path);
    return VC_STORE_UNAVAILABLE;
}

static enum vc_answer store_enter(struct vc_store *store, struct vc_error *err)
{
    int rc = pthread_mutex_lock(&store->mutex);

    while (rc == 0 && store->walking) {
        if (pthread_equal(store->walker, pthread_self())) {
            (void)pthread_mutex_unlock(&store->mutex);
            rc = EDEADLK;
        } else {
            rc = pthread_cond_wait(&store->walked, &store->mutex);
        }
    }
    if (rc == 0)
        return VC_STORE_DONE;
    (void)vc_error_set(err, VC_ERR_INTERNAL,
                       "store '%s' was called from inside one of its own "
                       "callbacks",
                       store->path);
    return VC_STORE_UNAVAILABLE;
}

static enum vc_answer store_leave(struct vc_store *store, enum vc_answer answer)
{
    (void)pthread_mutex_unlock(&store->mutex);
    return answer;
}

/* The same for a call with callbacks: other threads wait, also while one runs
 * and the mutex is free. */
static enum vc_answer walk_enter(struct vc_store *store, struct vc_error *err)
{
    enum vc_answer answer = store_enter(store, err);

    if (answer == VC_STORE_DONE) {
        store->walking = true;
        store->walker = pthread_self();
    }
    return answer;
}

static enum vc_answer walk_leave(struct vc_store *store, enum vc_answer answer)
{
    store->walking = false;
    (void)pthread_cond_broadcast(&store->walked);
    return store_leave(store, answer);
}

void vc_store_visit_begin(struct vc_store *store)
{
    (void)pthread_mutex_unlock(&store->mutex);
}

void vc_store_visit_end(struct vc_store *store)
{
    (void)pthread_mutex_lock(&store->mutex);
}

/* Error-checking, so that a signal handler that comes in gets an answer. */
int vc_store_mutex_init(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attr;
    int rc;

    rc = pthread_mutexattr_init(&attr);
    if (rc)
        return rc;
    (void)pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    rc = pthread_mutex_init(mutex, &attr);
    (void)pthread_mutexattr_destroy(&attr);
    return rc;
}

int vc_store_guard_init(struct vc_store *store)
{
    int rc = vc_store_mutex_init(&store->mutex);

    if (rc)
        return rc;
    rc = pthread_cond_init(&store->walked, NULL);
    if (rc)
        (void)pthread_mutex_destroy(&store->mutex);
    return rc;
}

/* Closed, and out of fork()'s sight. */
static void store_free(struct vc_store *store)
{
    (void)pthread_cond_destroy(&store->walked);
    (void)pthread_mutex_destroy(&store->mutex);
    vc_store_lock_orphan(store);
    vc_store_turns_free(store);
    free(store->lock_path);
    store->ops->free(store);
}

enum vc_answer vc_store_open(const char *path,
                             const struct vc_store_options *options,
                             struct vc_store **ret, struct vc_error *err)
{
    static const struct vc_store_options defaults;
    struct vc_store *store;
    enum vc_answer answer;

    if (!path || !*path) {
        (void)vc_error_set(err, VC_ERR_INVALID_ARG, "the store has no path");
        return VC_STORE_UNAVAILABLE;
    }
    store = vc_store_sqlite_new(path, options ? options : &defaults, err);
    if (!store)
        return VC_STORE_UNAVAILABLE;
    if (vc_store_guard_init(store)) {
        store->ops->free(store);
        (void)vc_error_nomem(err);
        return VC_STORE_UNAVAILABLE;
    }
    if (vc_store_fork_add(store)) {
        store_free(store);
        (void)vc_error_nomem(err);
        return VC_STORE_UNAVAILABLE;
    }
    /* From here a fork() waits until the store is open. */
    (void)pthread_mutex_lock(&store->mutex);
    answer = store->ops->open(store, err);
    if (answer == VC_STORE_DONE &&
        asprintf(&store->lock_path, "%s.lock", store->real_path) < 0) {
        store->lock_path = NULL;
        (void)vc_error_nomem(err);
        answer = VC_STORE_UNAVAILABLE;
    }
    (void)pthread_mutex_unlock(&store->mutex);
    if (answer == VC_STORE_DONE)
        *ret = store;
    else
        vc_store_close(store);
    return answer;
}

/* Closed first, and then taken from fork()'s sight. */
void vc_store_close(struct vc_store *store)
{
    bool walking;

    if (!store || pthread_mutex_lock(&store->mutex))
        return;
    /* exit() may come while a walk is under way: it keeps what it has. */
    walking = store->walking;
    if (!walking)
        store->ops->close(store);
    (void)pthread_mutex_unlock(&store->mutex);
    if (walking)
        return;
    vc_store_fork_remove(store);
    store_free(store);
}

const char *vc_store_path(const struct vc_store *store)
{
    return store->path;
}

bool vc_store_is_read_only(const struct vc_store *store)
{
    return store->read_only;
}

enum vc_answer vc_store_get(struct vc_store *store, const unsigned char *key,
                            enum vc_store_want want, struct vc_record *ret,
                            struct vc_error *err)
{
    enum vc_answer answer = store_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store,
                       store->ops->get(store, key, NULL, want, ret, err));
}

void vc_known_clear(struct vc_known *known)
{
    vc_record_clear(&known->record);
    vc_local_clear(&known->local);
    vc_intent_list_clear(&known->intents);
    memset(known, 0, sizeof(*known));
}

enum vc_answer vc_store_know(struct vc_store *store, const unsigned char *key,
                             enum vc_store_want want, struct vc_known *ret,
                             struct vc_error *err)
{
    enum vc_answer answer = store_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->know(store, key, want, ret, err));
}

enum vc_answer vc_store_get_by_name(struct vc_store *store, const char *name,
                                    enum vc_store_want want,
                                    struct vc_record *ret, struct vc_error *err)
{
    enum vc_answer answer = store_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store,
                       store->ops->get(store, NULL, name, want, ret, err));
}

enum vc_answer vc_store_iterate(struct vc_store *store, enum vc_store_want want,
                                const char *after, size_t limit,
                                vc_store_visit visit, void *opaque,
                                uint64_t *ret_change, struct vc_error *err)
{
    enum vc_answer answer = walk_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return walk_leave(store, store->ops->iterate(store, want, after, limit,
                                                 visit, opaque, ret_change,
                                                 err));
}

/* Sizes and missing fields are judged before the writers' lock is taken. */
static enum vc_answer store_op_check(const struct vc_store *store,
                                     const struct vc_store_op *op,
                                     struct vc_error *err)
{
    if (!op->key || (op->kind == VC_STORE_PUT && !op->name) ||
        (op->kind == VC_STORE_INTENT_END && !op->home) ||
        (op->summary_len && !op->summary) ||
        (op->document_len && !op->document)) {
        (void)vc_error_set(err, VC_ERR_INTERNAL,
                           "store '%s': an operation lacks its key, name, home, "
                           "summary or document",
                           store->path);
        return VC_STORE_UNAVAILABLE;
    }
    if (op->kind != VC_STORE_PUT)
        return VC_STORE_DONE;
    if (op->document_len > VC_STORE_DOCUMENT_MAX ||
        op->summary_len > VC_STORE_DOCUMENT_MAX) {
        bool document = op->document_len > VC_STORE_DOCUMENT_MAX;

        (void)vc_error_set(err, VC_ERR_INVALID_ARG,
                           "store '%s': the %s of domain '%s' has %zu bytes, "
                           "at most %u can be stored",
                           store->path, document ? "document" : "summary",
                           op->name,
                           document ? op->document_len : op->summary_len,
                           VC_STORE_DOCUMENT_MAX);
        return VC_STORE_TOO_BIG;
    }
    return VC_STORE_DONE;
}

enum vc_answer vc_store_txn(struct vc_store *store, struct vc_store_op *ops,
                            size_t n, size_t *ret_failed, uint64_t *ret_change,
                            struct vc_error *err)
{
    enum vc_answer answer = vc_store_check_writable(store, err);
    size_t i;

    if (answer != VC_STORE_DONE)
        return answer;
    for (i = 0; i < n; i++) {
        answer = store_op_check(store, &ops[i], err);
        if (answer == VC_STORE_TOO_BIG && ret_failed)
            *ret_failed = i;
        if (answer != VC_STORE_DONE)
            return answer;
    }
    answer = store_enter(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->txn(store, ops, n, ret_failed,
                                              ret_change, err));
}

enum vc_answer vc_store_change(struct vc_store *store, uint64_t *ret_change,
                               struct vc_error *err)
{
    enum vc_answer answer = store_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->change(store, ret_change, err));
}

enum vc_answer vc_store_history(struct vc_store *store,
                                const unsigned char *key, size_t limit,
                                vc_revision_visit visit, void *opaque,
                                struct vc_error *err)
{
    enum vc_answer answer = walk_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return walk_leave(store, store->ops->history(store, key, limit, visit,
                                                 opaque, err));
}

enum vc_answer vc_store_get_revision(struct vc_store *store,
                                     const unsigned char *key,
                                     uint64_t revision, struct vc_record *ret,
                                     struct vc_error *err)
{
    enum vc_answer answer = store_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->get_revision(store, key, revision,
                                                       ret, err));
}

enum vc_answer vc_store_local_get(struct vc_store *store,
                                  const unsigned char *key,
                                  struct vc_local *ret, struct vc_error *err)
{
    enum vc_answer answer = store_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->local_get(store, key, ret, err));
}

/* A start identity has an end within its bytes. */
static enum vc_answer start_check(const struct vc_store *store,
                                  const char *start, size_t size,
                                  struct vc_error *err)
{
    if (memchr(start, '\0', size))
        return VC_STORE_DONE;
    (void)vc_error_set(err, VC_ERR_INTERNAL,
                       "store '%s': a start identity has no end", store->path);
    return VC_STORE_UNAVAILABLE;
}

enum vc_answer vc_store_local_put(struct vc_store *store,
                                  const unsigned char *key,
                                  const struct vc_local *local,
                                  struct vc_error *err)
{
    enum vc_answer answer = vc_store_check_writable(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    answer = start_check(store, local->start, sizeof(local->start), err);
    if (answer == VC_STORE_DONE)
        answer = store_enter(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->local_put(store, key, local, err));
}

static enum vc_answer intent_check(const struct vc_store *store,
                                   const struct vc_intent *intent,
                                   struct vc_error *err)
{
    if (strlen(intent->steps) <= VC_STORE_DOCUMENT_MAX)
        return start_check(store, intent->start, sizeof(intent->start), err);
    (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                       "store '%s': the steps for domain '%s' take %zu bytes, "
                       "at most %u can be stored",
                       store->path, intent->name, strlen(intent->steps),
                       VC_STORE_DOCUMENT_MAX);
    return VC_STORE_TOO_BIG;
}

enum vc_answer vc_store_intent_put(struct vc_store *store,
                                   const struct vc_intent *intents, size_t n,
                                   struct vc_error *err)
{
    enum vc_answer answer = vc_store_check_writable(store, err);
    size_t i;

    for (i = 0; i < n && answer == VC_STORE_DONE; i++)
        answer = intent_check(store, &intents[i], err);
    if (answer == VC_STORE_DONE)
        answer = store_enter(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->intent_put(store, intents, n, err));
}

enum vc_answer vc_store_intent_list(struct vc_store *store,
                                    const unsigned char *key,
                                    struct vc_intent_list *ret,
                                    struct vc_error *err)
{
    enum vc_answer answer = store_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->intent_list(store, key, ret, err));
}

enum vc_answer vc_store_limit_get(struct vc_store *store,
                                  enum vc_store_limit limit, uint32_t *ret,
                                  struct vc_error *err)
{
    enum vc_answer answer = store_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->limit_get(store, limit, ret, err));
}

enum vc_answer vc_store_limit_set(struct vc_store *store,
                                  enum vc_store_limit limit, uint32_t value,
                                  struct vc_error *err)
{
    enum vc_answer answer = vc_store_check_writable(store, err);

    if (answer == VC_STORE_DONE)
        answer = store_enter(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->limit_set(store, limit, value, err));
}

enum vc_answer vc_store_prune(struct vc_store *store, uint64_t *place,
                              bool *ret_more, struct vc_error *err)
{
    enum vc_answer answer = vc_store_check_writable(store, err);

    if (answer == VC_STORE_DONE)
        answer = store_enter(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->prune(store, place, ret_more, err));
}

enum vc_answer vc_store_iterate_deleted(struct vc_store *store,
                                        vc_deleted_visit visit, void *opaque,
                                        struct vc_error *err)
{
    enum vc_answer answer = walk_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return walk_leave(store, store->ops->iterate_deleted(store, visit, opaque,
                                                         err));
}

enum vc_answer vc_store_backup(struct vc_store *store, const char *path,
                               bool replace, struct vc_error *err)
{
    enum vc_answer answer = store_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->backup(store, path, replace, err));
}

enum vc_answer vc_store_check(struct vc_store *store, vc_fault_visit visit,
                              void *opaque, struct vc_error *err)
{
    enum vc_answer answer = walk_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return walk_leave(store, store->ops->check(store, visit, opaque, err));
}

enum vc_answer vc_store_info(struct vc_store *store, struct vc_store_info *ret,
                             struct vc_error *err)
{
    enum vc_answer answer = store_enter(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    return store_leave(store, store->ops->info(store, ret, err));
}
