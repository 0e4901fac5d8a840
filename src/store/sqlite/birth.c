/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A store's file on its way to its name.  It is built under a temporary name
 * beside the final one, synced, and only then given its name, so that nobody
 * ever sees half a store.  Nothing is left behind when that fails.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

void sq_birth_clear(struct sq_birth *birth)
{
    if (birth->fd >= 0)
        (void)close(birth->fd);
    if (birth->temp)
        (void)unlink(birth->temp);
    if (birth->temp_wal)
        (void)unlink(birth->temp_wal);
    free(birth->dir);
    free(birth->final);
    free(birth->temp);
    free(birth->temp_wal);
}

enum vc_answer sq_birth_error(const struct sq_birth *birth, int errnum,
                              const char *step, struct vc_error *err)
{
    (void)vc_error_errno(err, errnum, "can't %s '%s': %s", birth->task,
                         birth->path, step);
    if (err->code != VC_ERR_NO_MEMORY)
        err->code = errnum == EACCES || errnum == EPERM || errnum == EROFS
                        ? VC_ERR_ACCESS_DENIED
                        : VC_ERR_OPEN_FAILED;
    return errnum == ENOSPC || errnum == EDQUOT ? VC_STORE_NOT_APPLIED
                                                : VC_STORE_UNAVAILABLE;
}

static int sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = 0;

    if (fd < 0)
        return errno;
    /* EINVAL: a file system that has nothing to sync. */
    if (fsync(fd) < 0 && errno != EINVAL)
        rc = errno;
    (void)close(fd);
    return rc;
}

/* Makes the last component of dir, mode 0700 under any umask. */
static int make_dir(const char *dir)
{
    VC_AUTO_STR char *copy = strdup(dir);
    struct stat st;

    if (!copy)
        return ENOMEM;
    if (mkdir(dir, 0700) < 0)
        return errno == EEXIST ? 0 : errno;
    if (lstat(dir, &st) < 0)
        return errno;
    /* Never through a link that came in its place. */
    if ((st.st_mode & 0777) != 0700 &&
        fchmodat(AT_FDCWD, dir, 0700, AT_SYMLINK_NOFOLLOW) < 0)
        return errno;
    return sync_dir(dirname(copy));
}

static enum vc_answer find_dir(struct sq_birth *birth, bool may_make,
                               struct vc_error *err)
{
    VC_AUTO_STR char *copy = strdup(birth->path);
    const char *dir;
    int errnum = 0;

    if (!copy)
        return sq_nomem(err);
    dir = dirname(copy);
    if (may_make)
        errnum = make_dir(dir);
    /* A directory that is there may be anywhere, also where we can't write. */
    if (errnum && access(dir, F_OK) < 0)
        return sq_birth_error(birth, errnum, "making its directory", err);
    birth->dir = realpath(dir, NULL);
    if (!birth->dir)
        return sq_birth_error(birth, errno, "looking up its directory", err);
    if (vc_store_trust_dir(birth->dir, err) < 0) {
        (void)vc_error_prefix(err, "can't %s '%s'", birth->task, birth->path);
        return VC_STORE_UNAVAILABLE;
    }
    return VC_STORE_DONE;
}

/* *ret is A with B behind; NULL when memory ran out. */
static bool join(char **ret, const char *a, const char *b)
{
    if (asprintf(ret, "%s%s", a, b) < 0)
        *ret = NULL;
    return *ret != NULL;
}

enum vc_answer sq_birth_names(struct sq_birth *birth, bool may_make_dir,
                              struct vc_error *err)
{
    const char *slash = strrchr(birth->path, '/');
    const char *base = slash ? slash + 1 : birth->path;
    VC_AUTO_STR char *start = NULL;
    enum vc_answer answer;
    uint64_t random = 0;
    char suffix[32];

    if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
        return sq_birth_error(birth, EISDIR, "a file name is needed", err);
    answer = find_dir(birth, may_make_dir, err);
    if (answer != VC_STORE_DONE)
        return answer;
    if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return sq_birth_error(birth, errno, "choosing a name", err);
    (void)snprintf(suffix, sizeof(suffix), ".new-%016" PRIx64, random);
    /* In the root directory the slash is there already. */
    if (!join(&start, birth->dir, birth->dir[1] ? "/" : "") ||
        !join(&birth->final, start, base) ||
        !join(&birth->temp, birth->final, suffix) ||
        !join(&birth->temp_wal, birth->temp, "-wal"))
        return sq_nomem(err);
    return VC_STORE_DONE;
}

enum vc_answer sq_birth_find_log(const struct sq_birth *birth, char **ret_name,
                                 struct vc_error *err)
{
    static const char *const suffixes[] = {"-wal", "-journal"};
    size_t i;

    for (i = 0; i < VC_NELEMS(suffixes); i++) {
        VC_AUTO_STR char *name = NULL;

        if (!join(&name, birth->final, suffixes[i]))
            return sq_nomem(err);
        if (sq_file_has_bytes(name)) {
            *ret_name = VC_STEAL(name);
            return VC_STORE_DONE;
        }
    }
    *ret_name = NULL;
    return VC_STORE_DONE;
}

/* Nobody else knows this file, and it is synced as a whole afterwards: no
 * step in between needs to be safe.  Locked by one, it needs no index of its
 * log beside it. */
static int open_db(const struct sq_birth *birth, sqlite3 **ret)
{
    int rc = sqlite3_open_v2(birth->temp, ret,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                                 SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW,
                             NULL);

    if (rc != SQLITE_OK)
        return rc;
    return sqlite3_exec(*ret,
                        "PRAGMA locking_mode=EXCLUSIVE;"
                        "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF",
                        NULL, NULL, NULL);
}

/* WAL comes last, and closing then leaves one file. */
enum vc_answer sq_birth_build(struct sq_birth *birth, sq_birth_fill fill,
                              void *opaque, struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3 *db = NULL;
    int rc;

    birth->fd = open(birth->temp,
                     O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (birth->fd < 0 || fchmod(birth->fd, 0600) < 0)
        return sq_birth_error(birth, errno, "making its file", err);
    rc = open_db(birth, &db);
    answer = rc == SQLITE_OK ? fill(db, birth->path, opaque, err)
                             : sq_answer(db, birth->path, rc, err);
    if (answer == VC_STORE_DONE) {
        rc = sqlite3_exec(db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
        /* Closing would move the log into the file too, but say nothing when
         * it can't. */
        if (rc == SQLITE_OK)
            rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                           NULL, NULL);
        if (rc != SQLITE_OK)
            answer = sq_answer(db, birth->path, rc, err);
    }
    (void)sqlite3_close(db);
    return answer;
}

/* Gives it its name, and takes the other.  A store with two names is refused
 * by who opens it, so link() is only for file systems that can't rename without
 * replacing. */
static int give_name(const struct sq_birth *birth, bool replace)
{
    if (replace)
        return rename(birth->temp, birth->final);
    if (renameat2(AT_FDCWD, birth->temp, AT_FDCWD, birth->final,
                  RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    return link(birth->temp, birth->final);
}

enum vc_answer sq_birth_publish(struct sq_birth *birth, bool replace,
                                struct vc_error *err)
{
    bool lost = false;
    int errnum;

    if (fsync(birth->fd) < 0)
        return sq_birth_error(birth, errno, "writing it to the disk", err);
    if (give_name(birth, replace) < 0) {
        lost = !replace && errno == EEXIST;
        if (!lost)
            return sq_birth_error(birth, errno, "giving it its name", err);
    }
    (void)unlink(birth->temp);
    errnum = sync_dir(birth->dir);
    if (errnum)
        return sq_birth_error(birth, errnum, "syncing its directory", err);
    if (!lost)
        return VC_STORE_DONE;
    (void)sq_birth_error(birth, EEXIST, "giving it its name", err);
    return VC_STORE_EXISTS;
}
