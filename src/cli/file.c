/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading ---- */

static ssize_t read_all(int fd, char *buf, size_t size)
{
    size_t len = 0;
    ssize_t n;

    while (len < size) {
        n = read(fd, buf + len, size - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

/* How much to make room for: a file's size, if it is to be believed. */
static size_t room_for(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        st.st_size < (off_t)CLI_FILE_MAX)
        return (size_t)st.st_size + 1;
    return CLI_FILE_MAX;
}

/* For a regular file O_NONBLOCK changes nothing, but for a few of the kernel's
 * that would be waited for. */
static int open_found(const char *path, const char **ret_why)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    *ret_why = fd < 0 ? strerror(errno) : "is not a regular file";
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

/* A pipe may be what is wanted, and is waited for. */
static int open_named(const char *path, const char **ret_why)
{
    int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        *ret_why = strerror(errno);
    return fd;
}

char *cli_file_load(const char *path, bool is_found, size_t *ret_len,
                    const char **ret_why)
{
    bool is_stdin = !is_found && strcmp(path, "-") == 0;
    int fd = is_stdin   ? STDIN_FILENO
             : is_found ? open_found(path, ret_why)
                        : open_named(path, ret_why);
    size_t room;
    char *buf;
    ssize_t n;

    if (fd < 0)
        return NULL;
    room = room_for(fd);
    buf = cli_alloc(room + 1, 1);
    n = read_all(fd, buf, room);
    if (n < 0) {
        *ret_why = strerror(errno);
        free(buf);
        buf = NULL;
    } else {
        *ret_len = (size_t)n;
    }
    if (!is_stdin)
        (void)close(fd);
    return buf;
}

char *cli_file_read(const char *path, size_t *ret_len)
{
    const char *why = NULL;
    char *buf = cli_file_load(path, false, ret_len, &why);

    if (!buf)
        (void)cli_fail("%s: %s",
                       strcmp(path, "-") == 0 ? "standard input" : path, why);
    return buf;
}

/* ---- writing ---- */

static int write_all(int fd, const char *bytes, size_t len)
{
    ssize_t n;

    while (len > 0) {
        n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* To a device or a pipe: nothing is there to be replaced, unless a file has
 * come in its place. */
static int write_through(const char *path, const char *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    struct stat st;
    int failed;

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) < 0 || S_ISREG(st.st_mode)) {
        (void)close(fd);
        errno = EEXIST;
        return -1;
    }
    failed = write_all(fd, bytes, len) < 0 ? errno : 0;
    if (close(fd) < 0 && !failed)
        failed = errno;
    errno = failed;
    return failed ? -1 : 0;
}

/* Gives a finished file its name.  link() is for file systems that can't
 * rename without replacing. */
static int move_into_place(const char *temp, const char *path, bool force)
{
    if (force)
        return rename(temp, path);
    if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (link(temp, path) < 0)
        return -1;
    return unlink(temp);
}

/* Mode 0600 under any umask. */
static int write_by_rename(const char *path, const char *bytes, size_t len,
                           bool force)
{
    const char *slash = strrchr(path, '/');
    CLI_AUTO(char *) temp = NULL;
    int failed = 0;
    int fd;

    if (asprintf(&temp, "%.*s.vcpuconf-XXXXXX",
                 slash ? (int)(slash - path + 1) : 0, path) < 0) {
        temp = NULL;
        errno = ENOMEM;
        return -1;
    }
    fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fchmod(fd, 0600) < 0 || write_all(fd, bytes, len) < 0 || fsync(fd) < 0)
        failed = errno;
    if (close(fd) < 0 && !failed)
        failed = errno;
    if (!failed && move_into_place(temp, path, force) < 0)
        failed = errno;
    if (failed)
        (void)unlink(temp);
    errno = failed;
    return failed ? -1 : 0;
}

int cli_dir_make(const char *path)
{
    struct stat st;

    if (mkdir(path, 0700) < 0)
        return errno == EEXIST ? 0 : -1;
    if (lstat(path, &st) < 0)
        return -1;
    return (st.st_mode & 0777) == 0700
               ? 0
               : fchmodat(AT_FDCWD, path, 0700, AT_SYMLINK_NOFOLLOW);
}

int cli_file_write(const char *path, const char *bytes, size_t len, bool force)
{
    struct stat st;
    bool is_there = stat(path, &st) == 0;
    int rc;

    if (is_there && S_ISDIR(st.st_mode))
        return cli_fail("%s: %s", path, strerror(EISDIR));
    if (is_there && !S_ISREG(st.st_mode))
        rc = write_through(path, bytes, len);
    else if (is_there && !force)
        rc = errno = EEXIST;
    else
        rc = write_by_rename(path, bytes, len, force);
    if (rc == 0)
        return CLI_DONE;
    if (errno == EEXIST)
        return cli_fail("%s: is there already (--force replaces it)", path);
    return cli_fail("%s: %s", path, strerror(errno));
}
