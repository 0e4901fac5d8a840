/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_TEST
#include "driver/test/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/test/json.h"

#define FILE_MODE 0600

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

#define FD_AUTO __attribute__((cleanup(close_fd))) int

static char *path_with(const char *path, const char *suffix,
                       struct vc_error *err)
{
    char *out;

    if (asprintf(&out, "%s%s", path, suffix) < 0) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    return out;
}

/* A forked child shares the descriptions that the locks are on, and would keep
 * a host locked when the parent dies: it closes its ends. */
static pthread_mutex_t locks_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct vc_testlock *locks;

/* Around json-c, which sets its thread's locale when it parses: a fork() just
 * then would leave the C library's lock of locales locked in the child. */
static pthread_mutex_t json_mutex = PTHREAD_MUTEX_INITIALIZER;

static void locks_before_fork(void)
{
    (void)pthread_mutex_lock(&locks_mutex);
    (void)pthread_mutex_lock(&json_mutex);
}

static void locks_in_parent(void)
{
    (void)pthread_mutex_unlock(&json_mutex);
    (void)pthread_mutex_unlock(&locks_mutex);
}

static void locks_in_child(void)
{
    struct vc_testlock *lock;

    for (lock = locks; lock; lock = lock->next)
        (void)close(lock->fd);
    locks = NULL;
    locks_in_parent();
}

/* At load: a fork() in the middle of a later registration would miss it. */
__attribute__((constructor(900))) static void locks_register(void)
{
    (void)pthread_atfork(locks_before_fork, locks_in_parent, locks_in_child);
}

void vc_testfile_unlock(struct vc_testlock *lock)
{
    struct vc_testlock **link;

    (void)pthread_mutex_lock(&locks_mutex);
    for (link = &locks; *link; link = &(*link)->next) {
        if (*link == lock) {
            *link = lock->next;
            (void)flock(lock->fd, LOCK_UN);
            (void)close(lock->fd);
            break;
        }
    }
    (void)pthread_mutex_unlock(&locks_mutex);
}

/* FILE_MODE under any umask, and only of what this call makes. */
static int file_make(const char *path, int flags)
{
    int fd = open(path, flags | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);

    if (fd >= 0)
        (void)fchmod(fd, FILE_MODE);
    return fd;
}

static int lock_open(const char *path, struct vc_testlock *lock)
{
    int errnum = 0;

    (void)pthread_mutex_lock(&locks_mutex);
    lock->fd = file_make(path, O_RDWR);
    if (lock->fd < 0 && errno == EEXIST)
        lock->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (lock->fd < 0) {
        errnum = errno;
    } else {
        lock->next = locks;
        locks = lock;
    }
    (void)pthread_mutex_unlock(&locks_mutex);
    return errnum;
}

/* Where anybody may make files, another user's could be held locked for ever,
 * or be changed in the middle of a change. */
static int check_owner(int fd, const char *path, struct stat *st,
                       struct vc_error *err)
{
    if (fstat(fd, st) < 0)
        return vc_error_errno(err, errno, "can't look at test host file '%s'",
                              path);
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return vc_error_set(err, VC_ERR_ACCESS_DENIED,
                            "test host file '%s' belongs to another user (uid "
                            "%u), and must be root's or yours",
                            path, (unsigned)st->st_uid);
    return 0;
}

int vc_testfile_lock(const char *path, struct vc_testlock *lock,
                     struct vc_error *err)
{
    VC_AUTO_STR char *lock_path = path_with(path, ".lock", err);
    struct stat st;
    int errnum;

    if (!lock_path)
        return -1;
    errnum = lock_open(lock_path, lock);
    if (errnum)
        return vc_error_errno(err, errnum, "can't open test host lock '%s'",
                              lock_path);
    if (check_owner(lock->fd, lock_path, &st, err) < 0) {
        vc_testfile_unlock(lock);
        return -1;
    }
    while (flock(lock->fd, LOCK_EX) < 0) {
        errnum = errno;
        if (errnum == EINTR)
            continue;
        vc_testfile_unlock(lock);
        return vc_error_errno(err, errnum, "can't lock test host lock '%s'",
                              lock_path);
    }
    return 0;
}

/* Appends all of fd, but not much more than a host may have. */
static int read_all(int fd, const char *path, struct vc_buf *buf,
                    struct vc_error *err)
{
    char chunk[16384];

    while (buf->len <= VC_TESTHOST_TEXT_MAX) {
        ssize_t n = read(fd, chunk, sizeof(chunk));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return vc_error_errno(err, errno, "can't read test host file '%s'",
                                  path);
        if (n == 0)
            break;
        vc_buf_add(buf, chunk, (size_t)n);
    }
    return buf->failed ? vc_error_nomem(err) : 0;
}

struct vc_testfile *vc_testfile_new(struct vc_error *err)
{
    struct vc_testfile *file = calloc(1, sizeof(*file));

    if (!file)
        (void)vc_error_nomem(err);
    return file;
}

/* The host may be another one than is in the file. */
static void file_forget(struct vc_testfile *file)
{
    if (file->is_open)
        (void)close(file->fd);
    file->is_open = false;
}

void vc_testfile_free(struct vc_testfile *file)
{
    if (!file)
        return;
    file_forget(file);
    vc_testhost_free(file->host);
    free(file);
}

/* Takes fd, which the host was read from or written to. */
static void file_remember(struct vc_testfile *file, int *fd,
                          const struct stat *st)
{
    file_forget(file);
    file->st = *st;
    file->fd = *fd;
    file->is_open = true;
    *fd = -1;
}

/* Whoever changes a file changes its ctime, by chown() too. */
static bool file_is_same(const char *path, const struct vc_testfile *file)
{
    const struct stat *st = &file->st;
    struct stat now;

    return file->is_open && lstat(path, &now) == 0 && now.st_dev == st->st_dev &&
           now.st_ino == st->st_ino && now.st_size == st->st_size &&
           now.st_ctim.tv_sec == st->st_ctim.tv_sec &&
           now.st_ctim.tv_nsec == st->st_ctim.tv_nsec;
}

/* 1 read, 0 there is no such file, -1. */
static int file_read_anew(const char *path, uint64_t now_ns,
                          struct vc_testfile *file, struct vc_error *err)
{
    FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    VC_BUF_AUTO text = {0};
    struct vc_testhost *host;
    uint64_t clock_ns;
    struct stat st;

    if (fd < 0 && errno == ENOENT)
        return 0;
    /* Two names of one file would have two locks. */
    if (fd < 0 && errno == ELOOP)
        return vc_error_set(err, VC_ERR_SYSTEM_ERROR,
                            "test host file '%s' is a symbolic link; give the "
                            "file itself",
                            path);
    if (fd < 0)
        return vc_error_errno(err, errno, "can't open test host file '%s'",
                              path);
    if (check_owner(fd, path, &st, err) < 0)
        return -1;
    if (!S_ISREG(st.st_mode))
        return vc_error_set(err, VC_ERR_SYSTEM_ERROR,
                            "test host file '%s' is not a regular file", path);
    if (read_all(fd, path, &text, err) < 0)
        return -1;
    (void)pthread_mutex_lock(&json_mutex);
    host =
        vc_testhost_decode(vc_buf_str(&text), text.len, path, &clock_ns, err);
    (void)pthread_mutex_unlock(&json_mutex);
    if (!host)
        return -1;
    host->now_ns = now_ns;
    vc_testhost_rebase(host, clock_ns);
    vc_testhost_free(file->host);
    file->host = host;
    file_remember(file, &fd, &st);
    return 1;
}

int vc_testfile_read(const char *path, uint64_t now_ns,
                     struct vc_testfile *file, struct vc_error *err)
{
    if (!file_is_same(path, file))
        return file_read_anew(path, now_ns, file, err);
    file->host->now_ns = now_ns;
    return 1;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Only the holder of the lock writes, so one fixed name will do, and what a
 * dead process left behind is replaced. */
static int write_new(const char *tmp_path, const struct vc_buf *text, int *fd)
{
    if (unlink(tmp_path) < 0 && errno != ENOENT)
        return -1;
    *fd = file_make(tmp_path, O_WRONLY);
    if (*fd < 0)
        return -1;
    return write_all(*fd, text->data, text->len);
}

/* Renaming over a file makes some file systems write to the disk at once, which
 * takes longer than all the rest; trading the two names does not. */
static int replace(const char *path, const char *tmp_path)
{
    if (renameat2(AT_FDCWD, tmp_path, AT_FDCWD, path, RENAME_EXCHANGE) < 0)
        return rename(tmp_path, path); /* it can't, or there is no such file */
    (void)unlink(tmp_path); /* if not, the next writer replaces it */
    return 0;
}

int vc_testfile_write(const char *path, struct vc_testfile *file,
                      struct vc_error *err)
{
    VC_AUTO_STR char *tmp_path = path_with(path, ".tmp", err);
    VC_BUF_AUTO text = {0};
    FD_AUTO fd = -1;
    struct stat st;

    if (!tmp_path || vc_testhost_encode(file->host, &text, err) < 0)
        return -1;
    if (write_new(tmp_path, &text, &fd) < 0 || replace(path, tmp_path) < 0) {
        int errnum = errno;

        (void)unlink(tmp_path);
        return vc_error_errno(err, errnum, "can't write test host file '%s'",
                              path);
    }
    if (fstat(fd, &st) == 0)
        file_remember(file, &fd, &st);
    else
        file_forget(file); /* and it is read the next time */
    return 0;
}
