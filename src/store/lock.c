/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A domain's lock: an open-file-description lock on one byte of PATH.lock.
 * Each lock has a description of its own, so threads exclude each other as
 * processes do; the kernel drops it when the description goes, however its
 * holder ends.  The file has only the counters of turn.c in it and is never
 * removed: removing it would let two holders lock two files.  A forked child shares the description: it
 * closes its end (fork.c), and unlocking does not rely on the last end's close.
 *
 * One description without a lock is kept per handle, since opening costs more
 * than locking.  Whether the file is still the one of that name is looked at
 * behind each locking.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(off_t) == 8, "lock offsets have 62 bits");

/* 62 bits of the key: below VC_STORE_LOCK_TABLE. */
static off_t lock_offset(const unsigned char *key)
{
    uint64_t offset = 0;
    unsigned i;

    for (i = 0; i < 8; i++)
        offset = offset << 8 | (key[i] ^ key[i + 8]);
    return (off_t)(offset & (uint64_t)(VC_STORE_LOCK_TABLE - 1));
}

/* The mode is 0600 under any umask, also one that takes the owner's bits. */
static int lock_file_open(const char *path)
{
    int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
    int tries;

    for (tries = 0; tries < 8; tries++) {
        int fd = open(path, flags | O_CREAT | O_EXCL, 0600);

        if (fd >= 0) {
            (void)fchmod(fd, 0600);
            return fd;
        }
        if (errno != EEXIST)
            return -1;
        fd = open(path, flags);
        if (fd >= 0 || errno != ENOENT)
            return fd;
    }
    return -1;
}

/* Listed from the moment that its file is open. */
static int lock_open(struct vc_store_lock *lock, const char *path)
{
    int errnum;

    vc_store_fork_block();
    lock->fd = lock_file_open(path);
    errnum = lock->fd < 0 ? errno : 0;
    vc_store_fork_add_lock(lock);
    vc_store_fork_unblock();
    return errnum;
}

/* Out of fork's list; and closed, which frees what it has locked. */
static void lock_free(struct vc_store_lock *lock)
{
    vc_store_fork_remove_lock(lock);
    if (lock->fd >= 0)
        (void)close(lock->fd);
    free(lock);
}

static struct vc_store_lock *spare_take(struct vc_store *store)
{
    struct vc_store_lock *lock;

    vc_store_fork_block();
    lock = store->spare_lock;
    store->spare_lock = NULL;
    if (lock && lock->fd < 0) { /* the parent's */
        lock_free(lock);
        lock = NULL;
    }
    vc_store_fork_unblock();
    return lock;
}

void vc_store_lock_orphan(struct vc_store *store)
{
    struct vc_store_lock *lock = spare_take(store);

    vc_store_fork_block();
    if (lock)
        lock_free(lock);
    for (lock = vc_store_fork_locks(); lock; lock = lock->next) {
        if (lock->store == store)
            lock->store = NULL;
    }
    vc_store_fork_unblock();
}

static enum vc_answer lock_file_error(int errnum, const char *path,
                                      struct vc_error *err)
{
    if (errnum == ELOOP) /* O_NOFOLLOW */
        (void)vc_error_set(err, VC_ERR_ACCESS_DENIED,
                           "can't lock '%s': it is a symbolic link, which it "
                           "may not be: remove the link",
                           path);
    else
        (void)vc_error_errno(err, errnum, "can't lock '%s'", path);
    if (errnum == EACCES || errnum == EPERM || errnum == EROFS)
        err->code = VC_ERR_ACCESS_DENIED;
    return VC_STORE_UNAVAILABLE;
}

static enum vc_answer lock_take(int fd, const char *path,
                                const unsigned char *key, unsigned wait_ms,
                                struct vc_error *err)
{
    struct flock range = {
        .l_type = F_WRLCK,
        .l_whence = SEEK_SET,
        .l_start = lock_offset(key),
        .l_len = 1,
    };
    char text[VC_STORE_KEY_TEXT_LEN];
    struct vc_store_wait wait;

    vc_store_wait_start(&wait, wait_ms);
    for (;;) {
        if (fcntl(fd, F_OFD_SETLK, &range) == 0)
            return VC_STORE_DONE;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EACCES)
            return lock_file_error(errno, path, err);
        if (!vc_store_wait_more(&wait))
            break;
    }
    (void)vc_error_set(err, VC_ERR_RESOURCE_BUSY,
                       "domain %s is being changed by another operation: its "
                       "lock in '%s' was not free within %u ms",
                       vc_store_key_text(key, text), path, wait_ms);
    return VC_STORE_NOT_APPLIED;
}

/* A description of the file that has the name now. */
static enum vc_answer lock_new(struct vc_store *store, const char *path,
                               struct vc_store_lock **ret, struct vc_error *err)
{
    struct vc_store_lock *lock = malloc(sizeof(*lock));
    struct stat st;
    int errnum;

    if (!lock) {
        (void)vc_error_nomem(err);
        return VC_STORE_UNAVAILABLE;
    }
    lock->store = store;
    memset(&lock->turn, 0, sizeof(lock->turn));
    errnum = lock_open(lock, path);
    if (!errnum && fstat(lock->fd, &st) < 0)
        errnum = errno;
    if (!errnum && vc_store_trust_file(path, &st, err) == 0) {
        *ret = lock;
        return VC_STORE_DONE;
    }
    vc_store_fork_block();
    lock_free(lock);
    vc_store_fork_unblock();
    if (errnum)
        return lock_file_error(errnum, path, err);
    (void)vc_error_prefix(err, "can't lock store '%s'", store->path);
    return VC_STORE_UNAVAILABLE;
}

/* What is to be done first by who has the lock.  *ret_lost: the file was
 * removed, or another put in its place, and others lock that. */
static enum vc_answer lock_begin(struct vc_store *store, const char *path,
                                 const unsigned char *key,
                                 struct vc_store_lock *lock, bool *ret_lost,
                                 struct vc_error *err)
{
    struct stat st;
    int errnum;

    errnum = fstat(lock->fd, &st) < 0 ? errno : 0;
    *ret_lost = !errnum && st.st_nlink == 0;
    if (*ret_lost)
        return VC_STORE_DONE;
    if (!errnum)
        errnum = vc_store_turn_begin(store, lock->fd, &st, key, &lock->turn);
    return errnum ? lock_file_error(errnum, path, err) : VC_STORE_DONE;
}

enum vc_answer vc_store_lock(struct vc_store *store, const unsigned char *key,
                             unsigned wait_ms, struct vc_store_lock **ret,
                             struct vc_error *err)
{
    const char *path = store->lock_path;
    struct vc_store_lock *lock;
    enum vc_answer answer;
    bool lost;

    answer = vc_store_check_writable(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    for (;;) {
        lock = spare_take(store);
        if (!lock)
            answer = lock_new(store, path, &lock, err);
        if (answer != VC_STORE_DONE)
            return answer;
        lost = false;
        answer = lock_take(lock->fd, path, key, wait_ms, err);
        if (answer == VC_STORE_DONE)
            answer = lock_begin(store, path, key, lock, &lost, err);
        if (answer == VC_STORE_DONE && !lost)
            break;
        vc_store_fork_block();
        lock_free(lock);
        vc_store_fork_unblock();
        if (answer != VC_STORE_DONE)
            return answer;
    }
    *ret = lock;
    return VC_STORE_DONE;
}

struct vc_store_turn vc_store_lock_turn(const struct vc_store_lock *lock)
{
    return lock->turn;
}

void vc_store_unlock(struct vc_store_lock *lock)
{
    struct flock range = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    struct vc_store *store;

    if (!lock)
        return;
    vc_store_fork_block();
    store = lock->store;
    if (store && lock->fd >= 0 && fcntl(lock->fd, F_OFD_SETLK, &range) == 0 &&
        !store->spare_lock) {
        store->spare_lock = lock;
    } else {
        lock_free(lock);
    }
    vc_store_fork_unblock();
}
