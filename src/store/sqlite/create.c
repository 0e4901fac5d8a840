/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A new store is built under a temporary name beside the final one, synced,
 * and then given its name with link(), which refuses to replace.  So nobody
 * ever sees half a store, and of two creators one wins and the other uses
 * the winner's.
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

#include "util/log.h"

/* The names that a creation works with; all absolute. */
struct sq_birth {
    const char *path; /* as given; for messages */
    char *dir;
    char *final;
    char *temp;
    char *temp_wal;
    int fd; /* of temp */
};

static void birth_clear(struct sq_birth *birth)
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

#define SQ_BIRTH_AUTO __attribute__((cleanup(birth_clear))) struct sq_birth

static enum vc_answer birth_error(const struct sq_birth *birth, int errnum,
                                  const char *step, struct vc_error *err)
{
    (void)vc_error_errno(err, errnum, "can't create store '%s': %s",
                         birth->path, step);
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

    if (!copy)
        return ENOMEM;
    if (mkdir(dir, 0700) < 0)
        return errno == EEXIST ? 0 : errno;
    if (chmod(dir, 0700) < 0)
        return errno;
    return sync_dir(dirname(copy));
}

static enum vc_answer birth_names(struct sq_birth *birth, struct vc_error *err)
{
    const char *slash = strrchr(birth->path, '/');
    const char *base = slash ? slash + 1 : birth->path;
    VC_AUTO_STR char *copy = strdup(birth->path);
    uint64_t random = 0;
    const char *dir;
    int errnum;

    if (!copy)
        return sq_nomem(err);
    if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
        return birth_error(birth, EISDIR, "a file name is needed", err);
    dir = dirname(copy);
    errnum = make_dir(dir);
    /* A directory that is there may be anywhere, also where we can't write. */
    if (errnum && access(dir, F_OK) < 0)
        return birth_error(birth, errnum, "making its directory", err);
    birth->dir = realpath(dir, NULL);
    if (!birth->dir)
        return birth_error(birth, errno, "looking up its directory", err);
    if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return birth_error(birth, errno, "choosing a name", err);
    if (asprintf(&birth->final, "%s/%s", birth->dir, base) < 0) {
        birth->final = NULL;
        return sq_nomem(err);
    }
    if (asprintf(&birth->temp, "%s.new-%016" PRIx64, birth->final, random) < 0) {
        birth->temp = NULL;
        return sq_nomem(err);
    }
    if (asprintf(&birth->temp_wal, "%s-wal", birth->temp) < 0) {
        birth->temp_wal = NULL;
        return sq_nomem(err);
    }
    return VC_STORE_DONE;
}

/* A log without its store would be replayed into the new one. */
static enum vc_answer birth_check_leftovers(const struct sq_birth *birth,
                                            struct vc_error *err)
{
    static const char *const suffixes[] = {"-wal", "-journal"};
    struct stat st;
    size_t i;

    for (i = 0; i < VC_NELEMS(suffixes); i++) {
        VC_AUTO_STR char *name = NULL;

        if (asprintf(&name, "%s%s", birth->final, suffixes[i]) < 0) {
            name = NULL;
            return sq_nomem(err);
        }
        /* Unless someone made the store meanwhile: then it is its log. */
        if (!sq_file_has_bytes(name) || stat(birth->final, &st) == 0)
            continue;
        (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                           "store '%s' is missing, but '%s' has changes made "
                           "to it: restore the store, or remove that file to "
                           "begin a new one",
                           birth->path, name);
        return VC_STORE_UNAVAILABLE;
    }
    return VC_STORE_DONE;
}

/* Nobody else knows this file, and it is synced as a whole afterwards: no
 * step in between needs to be safe.  WAL comes last, and closing then leaves
 * one file. */
static enum vc_answer birth_fill(const struct sq_birth *birth,
                                 struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3 *db = NULL;
    char sql[160];
    int rc;

    rc = sqlite3_open_v2(birth->temp, &db,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                             SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW,
                         NULL);
    (void)snprintf(sql, sizeof(sql),
                   "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"
                   "PRAGMA auto_vacuum=NONE; PRAGMA application_id=%d",
                   SQ_APPLICATION_ID);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    answer = rc == SQLITE_OK ? sq_migrate(db, birth->path, sq_migrations,
                                          sq_migrations_n, err)
                             : sq_answer(db, birth->path, rc, err);
    if (answer == VC_STORE_DONE) {
        rc = sqlite3_exec(db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
        if (rc != SQLITE_OK)
            answer = sq_answer(db, birth->path, rc, err);
    }
    (void)sqlite3_close(db);
    /* Closing moves the log into the file, and says nothing when it can't. */
    if (answer == VC_STORE_DONE && sq_file_has_bytes(birth->temp_wal))
        return birth_error(birth, ENOSPC, "writing it", err);
    return answer;
}

static enum vc_answer birth_publish(struct sq_birth *birth,
                                    struct vc_error *err)
{
    int errnum;

    if (fsync(birth->fd) < 0)
        return birth_error(birth, errno, "writing it to the disk", err);
    if (link(birth->temp, birth->final) < 0 && errno != EEXIST)
        return birth_error(birth, errno, "giving it its name", err);
    (void)unlink(birth->temp);
    errnum = sync_dir(birth->dir);
    if (errnum)
        return birth_error(birth, errnum, "syncing its directory", err);
    VC_LOG("store", "'%s' created", birth->path);
    return VC_STORE_DONE;
}

enum vc_answer sq_create(const char *path, struct vc_error *err)
{
    SQ_BIRTH_AUTO birth = {.path = path, .fd = -1};
    enum vc_answer answer;
    struct stat st;

    if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode)) {
        (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                           "store '%s' is a symbolic link to a file that does "
                           "not exist: remove the link or make its target a "
                           "store",
                           path);
        return VC_STORE_UNAVAILABLE;
    }
    answer = birth_names(&birth, err);
    if (answer == VC_STORE_DONE)
        answer = birth_check_leftovers(&birth, err);
    if (answer != VC_STORE_DONE)
        return answer;
    birth.fd = open(birth.temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    0600);
    if (birth.fd < 0 || fchmod(birth.fd, 0600) < 0)
        return birth_error(&birth, errno, "making its file", err);
    answer = birth_fill(&birth, err);
    return answer == VC_STORE_DONE ? birth_publish(&birth, err) : answer;
}
