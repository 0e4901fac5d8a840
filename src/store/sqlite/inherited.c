/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SQLite keeps one record per file of the locks that its process holds.  A
 * forked child inherits the record but not the locks: a store that it opens
 * while the parent has the same file open would be read and written without
 * any lock, and could lose data.  So open stores are listed, and a child
 * refuses a file that its parent had open.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <unistd.h>

static pthread_mutex_t open_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct sq_store *open_stores;

enum vc_answer sq_inherited_check(const struct sq_store *store,
                                  struct vc_error *err)
{
    const struct sq_store *other;
    bool inherited = false;
    pid_t self = getpid();

    (void)pthread_mutex_lock(&open_mutex);
    for (other = open_stores; other; other = other->opened.next) {
        if (other->opened.pid != self &&
            other->opened.device == store->seen.st_dev &&
            other->opened.inode == store->seen.st_ino)
            inherited = true;
    }
    (void)pthread_mutex_unlock(&open_mutex);
    if (!inherited)
        return VC_STORE_DONE;
    (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                       "store '%s' was open when this process was forked, and "
                       "can't be opened again in it: close it before fork(), "
                       "or open it after exec()",
                       store->base.path);
    return VC_STORE_UNAVAILABLE;
}

void sq_inherited_add(struct sq_store *store)
{
    (void)pthread_mutex_lock(&open_mutex);
    store->opened.pid = getpid();
    store->opened.device = store->seen.st_dev;
    store->opened.inode = store->seen.st_ino;
    store->opened.next = open_stores;
    open_stores = store;
    (void)pthread_mutex_unlock(&open_mutex);
}

void sq_inherited_remove(struct sq_store *store)
{
    struct sq_store **link;

    (void)pthread_mutex_lock(&open_mutex);
    for (link = &open_stores; *link; link = &(*link)->opened.next) {
        if (*link == store) {
            *link = store->opened.next;
            break;
        }
    }
    (void)pthread_mutex_unlock(&open_mutex);
}
