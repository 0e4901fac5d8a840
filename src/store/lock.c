/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A domain's lock: an open-file-description lock on one byte of PATH.lock.
 * Each lock has a description of its own, so threads exclude each other as
 * processes do; the kernel drops it when the description goes, however its
 * holder ends.  The file stays empty and is never removed: removing it would
 * let two holders lock two files.  A forked child shares the description: it
 * closes its end (fork.c), and unlocking does not rely on the last end's close.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(off_t) == 8, "lock offsets have 62 bits");

/* 62 bits of the key, so that the offset and the byte behind it are legal. */
static off_t lock_offset(const unsigned char *key)
{
    uint64_t offset = 0;
    unsigned i;

    for (i = 0; i < 8; i++)
        offset = offset << 8 | (key[i] ^ key[i + 8]);
    return (off_t)(offset & (((uint64_t)1 << 62) - 1));
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

static enum vc_answer lock_file_error(int errnum, const char *path,
                                      struct vc_error *err)
{
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

enum vc_answer vc_store_lock(struct vc_store *store, const unsigned char *key,
                             unsigned wait_ms, struct vc_store_lock **ret,
                             struct vc_error *err)
{
    VC_AUTO_STR char *path = NULL;
    struct vc_store_lock *lock;
    enum vc_answer answer;
    struct stat st;
    int errnum;

    answer = vc_store_check_writable(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    lock = malloc(sizeof(*lock));
    if (!lock || asprintf(&path, "%s.lock", store->real_path) < 0) {
        path = NULL;
        free(lock);
        (void)vc_error_nomem(err);
        return VC_STORE_UNAVAILABLE;
    }
    errnum = lock_open(lock, path);
    if (errnum) {
        answer = lock_file_error(errnum, path, err);
    } else if (fstat(lock->fd, &st) == 0 && !S_ISREG(st.st_mode)) {
        (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                           "can't lock '%s': it is not a regular file", path);
        answer = VC_STORE_UNAVAILABLE;
    } else {
        answer = lock_take(lock->fd, path, key, wait_ms, err);
    }
    if (answer != VC_STORE_DONE) {
        vc_store_unlock(lock);
        return answer;
    }
    *ret = lock;
    return VC_STORE_DONE;
}

void vc_store_unlock(struct vc_store_lock *lock)
{
    struct flock range = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

    if (!lock)
        return;
    vc_store_fork_block();
    vc_store_fork_remove_lock(lock);
    if (lock->fd >= 0) {
        (void)fcntl(lock->fd, F_OFD_SETLK, &range);
        (void)close(lock->fd);
    }
    vc_store_fork_unblock();
    free(lock);
}
