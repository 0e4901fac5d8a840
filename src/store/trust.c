/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose are the store's files?  Who could change one of them behind our back,
 * or have us write to another file in its place, is refused before anything is
 * opened: files of strangers, files that others may write, links where none
 * may be, directories in which anybody could plant them.  Directories further
 * up, and a group that may write the directory, are their owners' choice.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/store_impl.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 8 /* of a path's last name, one after the other */

static bool is_stranger(uid_t uid)
{
    return uid != 0 && uid != geteuid();
}

static int refuse_owner(const char *kind, const char *path, uid_t uid,
                        struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_ACCESS_DENIED,
                        "%s'%s' belongs to another user (uid %u), and must be "
                        "root's or yours: run as that user, or chown it",
                        kind, path, (unsigned)uid);
}

int vc_store_trust_file(const char *path, const struct stat *st,
                        struct vc_error *err)
{
    if (S_ISLNK(st->st_mode))
        return vc_error_set(err, VC_ERR_ACCESS_DENIED,
                            "'%s' is a symbolic link, which it may not be: "
                            "remove the link",
                            path);
    if (!S_ISREG(st->st_mode))
        return vc_error_set(err, VC_ERR_OPEN_FAILED,
                            "'%s' is not a regular file", path);
    if (is_stranger(st->st_uid))
        return refuse_owner("", path, st->st_uid, err);
    if (st->st_mode & (S_IWGRP | S_IWOTH))
        return vc_error_set(err, VC_ERR_ACCESS_DENIED,
                            "'%s' can be written by others (mode %04o): take "
                            "that right away (chmod go-w)",
                            path, (unsigned)st->st_mode & 07777);
    if (st->st_nlink > 1)
        return vc_error_set(err, VC_ERR_ACCESS_DENIED,
                            "'%s' has %lu names (hard links), and under each "
                            "it would get a log of its own: remove all but "
                            "one (find -samefile lists them)",
                            path, (unsigned long)st->st_nlink);
    return 0;
}

int vc_store_trust_dir(const char *path, struct vc_error *err)
{
    struct stat st;

    if (stat(path, &st) < 0) {
        int errnum = errno;

        (void)vc_error_errno(err, errnum, "directory '%s'", path);
        if (errnum == EACCES)
            err->code = VC_ERR_ACCESS_DENIED;
        return -1;
    }
    if (is_stranger(st.st_uid))
        return refuse_owner("directory ", path, st.st_uid, err);
    if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
        return vc_error_set(err, VC_ERR_ACCESS_DENIED,
                            "directory '%s' can be written by everybody (mode "
                            "%04o): take that right away (chmod o-w)",
                            path, (unsigned)st.st_mode & 07777);
    return 0;
}

/* Made by renaming, a store has one name at any time; only where the file
 * system can't do that without replacing does it have two for a moment. */
static bool lstat_settled(const char *path, struct stat *st)
{
    struct vc_store_wait wait;

    vc_store_wait_start(&wait, 500);
    do {
        if (lstat(path, st) < 0)
            return false;
    } while (S_ISREG(st->st_mode) && st->st_nlink == 2 &&
             vc_store_wait_more(&wait));
    return true;
}

/* ---- where is it? ---- */

/* Its directory without links, owned, or NULL with errno. */
static char *place_of(const char *path, const char **ret_base)
{
    const char *slash = strrchr(path, '/');
    VC_AUTO_STR char *dir = NULL;

    *ret_base = slash ? slash + 1 : path;
    dir = slash ? strndup(path, slash > path ? (size_t)(slash - path) : 1)
                : strdup(".");
    return dir ? realpath(dir, NULL) : NULL;
}

/* The link's target, as seen from its directory. */
static char *link_target(const char *dir, const char *name)
{
    char target[PATH_MAX];
    ssize_t len = readlink(name, target, sizeof(target));
    char *path = NULL;

    if (len < 0 || (size_t)len == sizeof(target)) {
        errno = len < 0 ? errno : ENAMETOOLONG;
        return NULL;
    }
    if (asprintf(&path, "%s%s%.*s", target[0] == '/' ? "" : dir,
                 target[0] == '/' ? "" : "/", (int)len, target) < 0) {
        errno = ENOMEM;
        return NULL;
    }
    return path;
}

enum found {
    FOUND_ERROR = -2,   /* errno says it */
    FOUND_REFUSED = -1, /* *err says it */
    FOUND_FILE = 0,
    FOUND_LINK = 1,
};

/* What *path's last name is.  FOUND_LINK: *path is where it leads to. */
static enum found look(char **path, char **ret_name, struct stat *ret_st,
                       struct vc_error *err)
{
    const char *base;
    VC_AUTO_STR char *dir = place_of(*path, &base);
    VC_AUTO_STR char *name = NULL;
    char *target;

    if (!dir)
        return FOUND_ERROR;
    if (vc_store_trust_dir(dir, err) < 0)
        return FOUND_REFUSED;
    if (asprintf(&name, "%s%s%s", dir, dir[1] ? "/" : "", base) < 0) {
        name = NULL;
        errno = ENOMEM;
        return FOUND_ERROR;
    }
    if (!lstat_settled(name, ret_st))
        return FOUND_ERROR;
    if (!S_ISLNK(ret_st->st_mode)) {
        *ret_name = VC_STEAL(name);
        return FOUND_FILE;
    }
    if (is_stranger(ret_st->st_uid)) {
        (void)refuse_owner("symbolic link ", name, ret_st->st_uid, err);
        return FOUND_REFUSED;
    }
    target = link_target(dir, name);
    if (!target)
        return FOUND_ERROR;
    free(*path);
    *path = target;
    return FOUND_LINK;
}

static enum vc_answer find_failed(const char *path, int errnum,
                                  struct vc_error *err)
{
    (void)vc_error_errno(err, errnum, "can't open store '%s'", path);
    if (err->code != VC_ERR_NO_MEMORY)
        err->code = errnum == EACCES ? VC_ERR_ACCESS_DENIED
                                     : VC_ERR_OPEN_FAILED;
    return errnum == ENOENT ? VC_STORE_NOT_FOUND : VC_STORE_UNAVAILABLE;
}

static enum vc_answer refused(const char *path, struct vc_error *err)
{
    if (err->code != VC_ERR_NO_MEMORY)
        (void)vc_error_prefix(err, "can't open store '%s'", path);
    return VC_STORE_UNAVAILABLE;
}

enum vc_answer vc_store_trust_find(const char *path, const char *from,
                                   char **ret_real_path, struct stat *ret_st,
                                   struct vc_error *err)
{
    VC_AUTO_STR char *at = strdup(from);
    VC_AUTO_STR char *name = NULL;
    enum found found = FOUND_LINK;
    struct stat st;
    int links;

    if (!at)
        return find_failed(path, ENOMEM, err);
    for (links = 0; found == FOUND_LINK && links <= LINKS_MAX; links++)
        found = look(&at, &name, &st, err);
    if (found == FOUND_REFUSED)
        return refused(path, err);
    if (found != FOUND_FILE)
        return find_failed(path, found == FOUND_LINK ? ELOOP : errno, err);
    if (!S_ISREG(st.st_mode)) {
        (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                           "'%s' is not a vcpuconf store but a %s", path,
                           S_ISDIR(st.st_mode) ? "directory" : "special file");
        return VC_STORE_UNAVAILABLE;
    }
    if (vc_store_trust_file(name, &st, err) < 0)
        return refused(path, err);
    *ret_real_path = VC_STEAL(name);
    *ret_st = st;
    return VC_STORE_DONE;
}

enum vc_answer vc_store_trust_beside(const char *path, const char *real_path,
                                     struct vc_error *err)
{
    static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
    size_t i;

    for (i = 0; i < VC_NELEMS(suffixes); i++) {
        VC_AUTO_STR char *name = NULL;
        struct stat st;

        if (asprintf(&name, "%s%s", real_path, suffixes[i]) < 0) {
            name = NULL;
            return find_failed(path, ENOMEM, err);
        }
        if (lstat(name, &st) < 0) {
            if (errno != ENOENT)
                return find_failed(path, errno, err);
        } else if (vc_store_trust_file(name, &st, err) < 0) {
            return refused(path, err);
        }
    }
    return VC_STORE_DONE;
}
