/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SQLite engine's table of verbs, and the life of a handle. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <string.h>

#define BUSY_MS_DEFAULT 10000u
#define SQLITE_NEEDED 3037000 /* STRICT tables */

static void sq_free(struct vc_store *base)
{
    struct sq_store *store = sq_of(base);

    if (sq_is_inherited(store))
        return; /* it stays listed */
    free(store->base.path);
    free(store->base.real_path);
    free(store);
}

static void sq_close(struct vc_store *base)
{
    struct sq_store *store = sq_of(base);
    struct vc_error ignored;

    /* As if there had been no fork(); but nobody waits for a close. */
    store->busy_ms = 0;
    if (!store->db && store->tidy)
        (void)sq_connect(store, &ignored);
    sq_disconnect(store);
    (void)sq_inherited_check(store, &ignored);
}

/* A file may be removed, or made by someone else, between any two looks. */
static enum vc_answer connect_or_create(struct sq_store *store,
                                        struct vc_error *err)
{
    enum vc_answer answer = sq_connect(store, err);
    int tries;

    for (tries = 0; tries < 3; tries++) {
        if (answer != VC_STORE_NOT_FOUND || store->want_read_only)
            return answer;
        free(store->base.real_path);
        store->base.real_path = NULL;
        answer = sq_create(store->base.path, err);
        if (answer != VC_STORE_DONE)
            return answer;
        answer = sq_connect(store, err);
    }
    return answer;
}

static enum vc_answer sq_open(struct vc_store *base, struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;

    if (!sqlite3_threadsafe() || sqlite3_libversion_number() < SQLITE_NEEDED) {
        (void)vc_error_set(err, VC_ERR_NO_SUPPORT,
                           "can't open store '%s': SQLite %s with threads is "
                           "needed, not %s",
                           base->path, "3.37 or newer", sqlite3_libversion());
        return VC_STORE_UNAVAILABLE;
    }
    answer = connect_or_create(store, err);
    if (answer == VC_STORE_DONE) {
        store->want_read_only = !store->can_write;
        base->read_only = store->want_read_only;
    }
    return answer;
}

static const struct vc_store_ops sq_ops = {
    .open = sq_open,
    .close = sq_close,
    .free = sq_free,
    .suspend = sq_suspend,
    .in_child = sq_in_child,
    .get = sq_get,
    .iterate = sq_iterate,
    .txn = sq_txn,
    .change = sq_change,
    .history = sq_history,
    .get_revision = sq_get_revision,
    .local_get = sq_local_get,
    .local_put = sq_local_put,
    .intent_put = sq_intent_put,
    .intent_list = sq_intent_list,
    .know = sq_know,
    .limit_get = sq_limit_get,
    .limit_set = sq_limit_set,
    .prune = sq_prune,
    .iterate_deleted = sq_iterate_deleted,
    .backup = sq_backup,
    .check = sq_check,
    .info = sq_info,
};

struct vc_store *vc_store_sqlite_new(const char *path,
                                     const struct vc_store_options *options,
                                     struct vc_error *err)
{
    struct sq_store *store = calloc(1, sizeof(*store));

    if (store)
        store->base.path = strdup(path);
    if (!store || !store->base.path) {
        free(store);
        (void)vc_error_nomem(err);
        return NULL;
    }
    store->base.ops = &sq_ops;
    store->want_read_only = options->read_only;
    store->busy_ms = options->busy_ms ? options->busy_ms : BUSY_MS_DEFAULT;
    return &store->base;
}

void vc_store_library_version(struct vc_buf *buf)
{
    vc_buf_addf(buf, "sqlite %s", sqlite3_libversion());
}
