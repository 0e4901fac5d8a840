/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SQLite engine's table of verbs, and the life of a handle. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <string.h>

#define BUSY_MS_DEFAULT 10000u
#define SQLITE_NEEDED 3037000 /* STRICT tables */

static void sq_store_free(struct sq_store *store)
{
    free(store->base.path);
    free(store->base.real_path);
    free(store);
}

static void sq_close(struct vc_store *base)
{
    struct sq_store *store = sq_of(base);

    sq_inherited_remove(store);
    sq_disconnect(store);
    sq_store_free(store);
}

static const struct vc_store_ops sq_ops = {
    .close = sq_close,
    .get = sq_get,
    .iterate = sq_iterate,
    .txn = sq_txn,
    .change = sq_change,
    .history = sq_history,
    .get_revision = sq_get_revision,
    .local_get = sq_local_get,
    .local_put = sq_local_put,
};

/* A file may be removed, or made by someone else, between any two looks. */
static enum vc_answer connect_or_create(struct sq_store *store,
                                        struct vc_error *err)
{
    enum vc_answer answer = sq_connect(store, err);
    int tries;

    for (tries = 0; tries < 3; tries++) {
        if (answer != VC_STORE_NOT_FOUND || store->want_read_only)
            return answer;
        answer = sq_create(store->base.path, err);
        if (answer != VC_STORE_DONE)
            return answer;
        answer = sq_connect(store, err);
    }
    return answer;
}

enum vc_answer vc_store_sqlite_open(const char *path,
                                    const struct vc_store_options *options,
                                    struct vc_store **ret, struct vc_error *err)
{
    struct sq_store *store;
    enum vc_answer answer;

    if (!sqlite3_threadsafe() || sqlite3_libversion_number() < SQLITE_NEEDED) {
        (void)vc_error_set(err, VC_ERR_NO_SUPPORT,
                           "can't open store '%s': SQLite %s with threads is "
                           "needed, not %s",
                           path, "3.37 or newer", sqlite3_libversion());
        return VC_STORE_UNAVAILABLE;
    }
    store = calloc(1, sizeof(*store));
    if (!store)
        return sq_nomem(err);
    store->base.ops = &sq_ops;
    store->base.path = strdup(path);
    store->want_read_only = options->read_only;
    store->busy_ms = options->busy_ms ? options->busy_ms : BUSY_MS_DEFAULT;
    answer = store->base.path ? connect_or_create(store, err) : sq_nomem(err);
    if (answer != VC_STORE_DONE) {
        sq_store_free(store);
        return answer;
    }
    sq_inherited_add(store);
    *ret = &store->base;
    return VC_STORE_DONE;
}
