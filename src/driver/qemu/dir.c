/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int check_trust(const char *path, const struct stat *st,
                       struct vc_error *err)
{
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return vc_error_set(err, VC_ERR_ACCESS_DENIED,
                            "directory '%s' is owned by another user (uid %u); "
                            "it must be root's or yours",
                            path, (unsigned)st->st_uid);
    if ((st->st_mode & S_IWOTH) && !(st->st_mode & S_ISVTX))
        return vc_error_set(err, VC_ERR_ACCESS_DENIED,
                            "directory '%s' is writable by everybody (chmod "
                            "o-w it)",
                            path);
    return 0;
}

int vc_qemu_dir_open(const char *path, struct vc_qemu_dir *ret,
                     struct vc_error *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int errnum = errno;

    if (fd < 0)
        return vc_error_set(err,
                            errnum == EACCES ? VC_ERR_ACCESS_DENIED
                                             : VC_ERR_NO_CONNECT,
                            "can't open directory '%s' of QEMU's sockets: %s",
                            path,
                            errnum == ENOENT    ? "it does not exist"
                            : errnum == ENOTDIR ? "it is no directory"
                            : errnum == EACCES  ? "no permission"
                                                : "the system refuses");
    if (fstat(fd, &st) < 0) {
        errnum = errno;
        (void)close(fd);
        return vc_error_errno(err, errnum, "can't look at '%s'", path);
    }
    if (check_trust(path, &st, err) < 0) {
        (void)close(fd);
        return -1;
    }
    *ret = (struct vc_qemu_dir){
        .is_open = true, .fd = fd, .owner = st.st_uid, .mtime = st.st_mtim};
    return 0;
}

void vc_qemu_dir_close(struct vc_qemu_dir *dir)
{
    if (dir->is_open)
        (void)close(dir->fd);
    dir->is_open = false;
}

bool vc_qemu_file_equal(const struct vc_qemu_file *a,
                        const struct vc_qemu_file *b)
{
    return a->dev == b->dev && a->ino == b->ino &&
           a->ctime.tv_sec == b->ctime.tv_sec &&
           a->ctime.tv_nsec == b->ctime.tv_nsec;
}

static bool file_of(const struct stat *st, struct vc_qemu_file *ret)
{
    if (!S_ISSOCK(st->st_mode))
        return false;
    *ret = (struct vc_qemu_file){
        .dev = st->st_dev, .ino = st->st_ino, .ctime = st->st_ctim};
    return true;
}

#define FILE_NAME_MAX (VC_NAME_MAX + 16)

/* A directory like /tmp can have links of anybody, to sockets that their
 * makers may not even see. */
static bool is_strangers_link(const struct vc_qemu_dir *dir, const char *name)
{
    struct stat st;

    return fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISLNK(st.st_mode) && st.st_uid != 0 && st.st_uid != geteuid() &&
           st.st_uid != dir->owner;
}

/* errno as callers of dir.h know it: 0 of what is not there. */
static void settle_errno(int errnum)
{
    errno = errnum == ENOENT || errnum == ELOOP || errnum == ENOTDIR ||
                    errnum == EACCES
                ? 0
                : errnum;
}

int vc_qemu_dir_socket(const struct vc_qemu_dir *dir, const char *base,
                       const char *suffix, struct vc_qemu_file *ret)
{
    char name[FILE_NAME_MAX];
    struct stat st;
    int errnum = 0;
    int fd = -1;

    (void)snprintf(name, sizeof(name), "%s%s", base, suffix);
    if (!is_strangers_link(dir, name)) {
        fd = openat(dir->fd, name, O_PATH | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
            errnum = errno;
        else if (file_of(&st, ret))
            return fd;
    }
    if (fd >= 0)
        (void)close(fd);
    settle_errno(errnum);
    return -1;
}

bool vc_qemu_dir_stat(const struct vc_qemu_dir *dir, const char *base,
                      const char *suffix, struct vc_qemu_file *ret)
{
    char name[FILE_NAME_MAX];
    struct stat st;
    int errnum = 0;

    (void)snprintf(name, sizeof(name), "%s%s", base, suffix);
    if (!is_strangers_link(dir, name)) {
        if (fstatat(dir->fd, name, &st, 0) < 0)
            errnum = errno;
        else if (file_of(&st, ret))
            return true;
    }
    settle_errno(errnum);
    return false;
}

bool vc_qemu_dir_is_link(const struct vc_qemu_dir *dir, const char *base,
                         const char *suffix)
{
    char name[FILE_NAME_MAX];
    struct stat st;

    (void)snprintf(name, sizeof(name), "%s%s", base, suffix);
    return fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISLNK(st.st_mode);
}

size_t vc_qemu_base_len(const char *file, const char *suffix)
{
    struct vc_error ignored;
    size_t len = strlen(file);
    size_t tail = strlen(suffix);

    if (len <= tail || strcmp(file + len - tail, suffix) != 0 ||
        vc_name_check(file, len - tail, &ignored) < 0)
        return 0;
    return len - tail;
}

void vc_qemu_names_clear(struct vc_qemu_names *names)
{
    size_t i;

    for (i = 0; i < names->n; i++)
        free(names->items[i]);
    free(names->items);
    memset(names, 0, sizeof(*names));
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int names_add(struct vc_qemu_names *names, const char *name, size_t len,
                     struct vc_error *err)
{
    if ((names->n & (names->n - 1)) == 0) { /* full at each power of two */
        size_t cap = names->n ? names->n * 2 : 1;
        char **items = realloc(names->items, cap * sizeof(*items));

        if (!items)
            return vc_error_nomem(err);
        names->items = items;
    }
    names->items[names->n] = strndup(name, len);
    if (!names->items[names->n])
        return vc_error_nomem(err);
    names->n++;
    return 0;
}

int vc_qemu_dir_list(const struct vc_qemu_dir *dir, const char *suffix,
                     struct vc_qemu_names *ret, struct vc_error *err)
{
    VC_QEMU_NAMES_AUTO names = {0};
    struct dirent *entry;
    int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    int rc = 0;

    if (!stream) {
        int errnum = errno;

        if (fd >= 0)
            (void)close(fd);
        return vc_error_errno(err, errnum, "can't list QEMU's sockets");
    }
    while (rc == 0 && (errno = 0, entry = readdir(stream)) != NULL) {
        size_t len = vc_qemu_base_len(entry->d_name, suffix);

        if (len)
            rc = names_add(&names, entry->d_name, len, err);
    }
    if (rc == 0 && errno)
        rc = vc_error_errno(err, errno, "can't list QEMU's sockets");
    (void)closedir(stream);
    if (rc < 0)
        return -1;
    if (names.n)
        qsort(names.items, names.n, sizeof(*names.items), compare);
    vc_qemu_names_clear(ret);
    *ret = names;
    memset(&names, 0, sizeof(names));
    return 0;
}
