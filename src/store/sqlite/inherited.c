/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections over fork().
 *
 * SQLite keeps one record per file of the locks that its process holds.  A
 * forked child inherits the record but not the locks: a store that it opens
 * while the record lives would be read and written without any lock, and could
 * lose data.  So each connection is closed before the fork(), and SQLite then
 * forgets the file.
 *
 * A connection that is being walked can't be closed.  Its copy in the child is
 * listed, never read again, and closed before anything is opened; that
 * touches nothing of the parent's, for a child has none of its locks and the
 * log is kept.  Only while the child is still inside the callback that called
 * fork() must it wait, and refuses the file through any other handle.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <string.h>

/* Held within these functions only, which are called with the mutex of a
 * handle: at a fork() it is free. */
static pthread_mutex_t inherited_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct sq_store *inherited_stores;

void sq_suspend(struct vc_store *base)
{
    struct sq_store *store = sq_of(base);
    int keeps_log = 0;

    if (!store->db)
        return;
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, -1,
                            &keeps_log);
    store->tidy = !keeps_log;
    sq_keep_log(store->db, true);
    sq_disconnect(store);
}

void sq_in_child(struct vc_store *base, bool in_use)
{
    struct sq_store *store = sq_of(base);

    store->tidy = false; /* the parent's business */
    if (!store->db)
        return;
    store->inherited.db = store->db;
    store->inherited.device = store->seen.st_dev;
    store->inherited.inode = store->seen.st_ino;
    store->inherited.in_use = in_use;
    store->inherited.next = inherited_stores;
    inherited_stores = store;
    store->db = NULL;
    memset(store->statements, 0, sizeof(store->statements));
}

static void inherited_close(struct sq_store *store)
{
    sqlite3 *db = store->inherited.db;
    sqlite3_stmt *stmt;

    sq_keep_log(db, true);
    while ((stmt = sqlite3_next_stmt(db, NULL)) != NULL)
        (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    store->inherited.db = NULL;
}

enum vc_answer sq_inherited_check(const struct sq_store *store,
                                  struct vc_error *err)
{
    struct sq_store **link = &inherited_stores;
    bool refused = false;

    (void)pthread_mutex_lock(&inherited_mutex);
    while (*link) {
        struct sq_store *other = *link;

        if (!other->inherited.in_use) {
            *link = other->inherited.next;
            inherited_close(other);
            continue;
        }
        if (other->inherited.device == store->seen.st_dev &&
            other->inherited.inode == store->seen.st_ino)
            refused = true;
        link = &other->inherited.next;
    }
    (void)pthread_mutex_unlock(&inherited_mutex);
    if (!refused)
        return VC_STORE_DONE;
    (void)vc_error_set(err, VC_ERR_OPERATION_INVALID,
                       "store '%s' was being read by a callback that called "
                       "fork(), and can't be used in the child until that has "
                       "returned",
                       store->base.path);
    return VC_STORE_UNAVAILABLE;
}

enum vc_answer sq_inherited_end(struct sq_store *store, struct vc_error *err)
{
    (void)pthread_mutex_lock(&inherited_mutex);
    store->inherited.in_use = false;
    (void)pthread_mutex_unlock(&inherited_mutex);
    (void)sq_inherited_check(store, err);
    (void)vc_error_set(err, VC_ERR_OPERATION_INVALID,
                       "store '%s' was being read when a callback called "
                       "fork(): only the parent goes on reading",
                       store->base.path);
    return VC_STORE_UNAVAILABLE;
}
