/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Handles and locks over fork().
 *
 * What an engine has open can't be shared by two processes, so each handle is
 * suspended just before a fork() and takes up its work again, in parent and
 * child alike, at the next call.  For that all handles and all locks of the
 * process are listed.
 *
 * 1. fork_mutex guards the lists and is held from the first to the last step
 *    of a fork().  Lock order: fork_mutex, then the mutex of a handle; whoever
 *    holds the mutex of a handle takes neither.
 * 2. The mutex of a handle is held while its engine is at work, but never
 *    while a callback runs.  So fork() waits for the store only, never for the
 *    program, and finds no thread inside an engine.
 * 3. A handle that is being walked can't be suspended.  In the parent the walk
 *    goes on; in the child the engine drops the connection as soon as nobody
 *    stands on it any more.
 * 4. A domain's lock belongs to the parent: a child that kept its file open
 *    would keep the domain locked.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/store_impl.h"

#include <unistd.h>

/* Error-checking, for a signal handler may call fork() anywhere. */
static pthread_mutex_t fork_mutex = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static struct vc_store *handles;
static struct vc_store_lock *locks;
static bool is_forking; /* fork_mutex was taken by fork_prepare */
static int register_error;

void vc_store_fork_block(void)
{
    (void)pthread_mutex_lock(&fork_mutex);
}

void vc_store_fork_unblock(void)
{
    (void)pthread_mutex_unlock(&fork_mutex);
}

static void fork_prepare(void)
{
    struct vc_store *store;

    if (pthread_mutex_lock(&fork_mutex))
        return; /* a signal handler, in the middle of a change of the lists */
    is_forking = true;
    for (store = handles; store; store = store->next) {
        store->interrupted = pthread_mutex_lock(&store->mutex) != 0;
        if (!store->interrupted && !store->walking)
            store->ops->suspend(store);
    }
}

static void fork_in_parent(void)
{
    struct vc_store *store;

    if (!is_forking)
        return;
    for (store = handles; store; store = store->next) {
        if (!store->interrupted)
            (void)pthread_mutex_unlock(&store->mutex);
    }
    is_forking = false;
    vc_store_fork_unblock();
}

/* Unlocking alone would not do: an error-checking mutex knows its owner by a
 * thread id that the child's only thread does not have.  And a condition may
 * have waiters that are not there any more. */
static void fork_in_child(void)
{
    struct vc_store_lock *lock;
    struct vc_store *store;

    if (!is_forking)
        return;
    for (store = handles; store; store = store->next) {
        if (store->walking && !pthread_equal(store->walker, pthread_self()))
            store->walking = false;
        if (!store->interrupted)
            (void)pthread_mutex_unlock(&store->mutex);
        (void)vc_store_guard_init(store);
        store->ops->in_child(store, store->walking || store->interrupted);
    }
    for (lock = locks; lock; lock = lock->next) {
        if (lock->fd >= 0)
            (void)close(lock->fd);
        lock->fd = -1;
    }
    is_forking = false;
    vc_store_fork_unblock();
    (void)vc_store_mutex_init(&fork_mutex);
}

/* Not at the first open: a fork() by another thread in the middle of that
 * would leave the child without, or with two of each. */
__attribute__((constructor(900))) static void fork_register(void)
{
    register_error =
        pthread_atfork(fork_prepare, fork_in_parent, fork_in_child);
}

int vc_store_fork_add(struct vc_store *store)
{
    if (register_error)
        return register_error;
    vc_store_fork_block();
    store->next = handles;
    handles = store;
    vc_store_fork_unblock();
    return 0;
}

void vc_store_fork_remove(struct vc_store *store)
{
    struct vc_store **link;

    vc_store_fork_block();
    for (link = &handles; *link; link = &(*link)->next) {
        if (*link == store) {
            *link = store->next;
            break;
        }
    }
    vc_store_fork_unblock();
}

void vc_store_fork_add_lock(struct vc_store_lock *lock)
{
    lock->next = locks;
    locks = lock;
}

struct vc_store_lock *vc_store_fork_locks(void)
{
    return locks;
}

void vc_store_fork_remove_lock(struct vc_store_lock *lock)
{
    struct vc_store_lock **link;

    for (link = &locks; *link; link = &(*link)->next) {
        if (*link == lock) {
            *link = lock->next;
            break;
        }
    }
}
