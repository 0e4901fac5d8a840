/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A copy while others write.  All pages are read in one read transaction: the
 * copy is one state, a writer is not held up by it, and what is written
 * meanwhile does not make it begin again.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/log.h"

/* Where the store itself is.  A name can differ and the file be the same. */
static enum vc_answer check_not_source(const struct sq_store *store,
                                       const struct sq_birth *birth,
                                       struct vc_error *err)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal",
                                           ".lock"};
    struct stat target = {.st_ino = 0};
    bool exists = stat(birth->final, &target) == 0;
    size_t i;

    for (i = 0; i < VC_NELEMS(suffixes); i++) {
        VC_AUTO_STR char *name = NULL;
        struct stat own;

        if (asprintf(&name, "%s%s", store->base.real_path, suffixes[i]) < 0) {
            name = NULL;
            return sq_nomem(err);
        }
        if (strcmp(name, birth->final) != 0 &&
            !(exists && stat(name, &own) == 0 && own.st_dev == target.st_dev &&
              own.st_ino == target.st_ino))
            continue;
        (void)vc_error_set(err, VC_ERR_INVALID_ARG,
                           "can't write backup '%s': that is the store itself, "
                           "or a file of it: name another file",
                           birth->path);
        return VC_STORE_UNAVAILABLE;
    }
    return VC_STORE_DONE;
}

/* A log beside the copy would be replayed into it. */
static enum vc_answer check_no_log(const struct sq_birth *birth,
                                   struct vc_error *err)
{
    VC_AUTO_STR char *log = NULL;
    enum vc_answer answer = sq_birth_find_log(birth, &log, err);

    if (answer != VC_STORE_DONE || !log)
        return answer;
    (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                       "can't write backup '%s': '%s' belongs to a store of "
                       "that name, which is in use or was not closed: name "
                       "another file",
                       birth->path, log);
    return VC_STORE_UNAVAILABLE;
}

static enum vc_answer check_target(const struct sq_store *store,
                                   const struct sq_birth *birth, bool replace,
                                   struct vc_error *err)
{
    enum vc_answer answer = check_not_source(store, birth, err);
    struct stat st;

    if (answer != VC_STORE_DONE)
        return answer;
    if (lstat(birth->final, &st) == 0) {
        if (!replace) {
            (void)sq_birth_error(birth, EEXIST, "making its file", err);
            return VC_STORE_EXISTS;
        }
        if (!S_ISREG(st.st_mode)) {
            (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                               "can't write backup '%s': what is there is not "
                               "a regular file",
                               birth->path);
            return VC_STORE_UNAVAILABLE;
        }
    } else if (errno != ENOENT) {
        return sq_birth_error(birth, errno, "looking for its file", err);
    }
    return check_no_log(birth, err);
}

/* Is it the copy that failed?  Else it is the store. */
static bool is_of_copy(int rc)
{
    switch (rc) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_TRUNCATE:
        return true;
    default:
        return (rc & 0xff) == SQLITE_FULL;
    }
}

/* Also the last good backup may be about to be replaced: a store whose pages
 * contradict each other is not copied over it. */
static enum vc_answer check_copy(const struct sq_store *store, sqlite3 *db,
                                 const char *path, struct vc_error *err)
{
    sqlite3_stmt *stmt = NULL;
    const char *words;
    enum vc_answer answer = VC_STORE_DONE;
    int rc;

    rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        words = (const char *)sqlite3_column_text(stmt, 0);
        if (!words)
            answer = sq_nomem(err);
        else if (strcmp(words, "ok") != 0)
            answer = sq_damaged(store->base.path,
                                "its pages contradict each other", err);
    } else if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB) {
        answer = sq_answer(db, store->base.path, rc, err);
    } else {
        answer = sq_answer(db, path, rc, err);
    }
    (void)sqlite3_finalize(stmt);
    return answer;
}

/* What is under way now says nothing about the day the copy is used. */
static enum vc_answer drop_intents(const struct sq_store *store, sqlite3 *db,
                                   const char *path, struct vc_error *err)
{
    int rc = store->format >= SQ_FORMAT_INTENTS
                 ? sqlite3_exec(db, "DELETE FROM intent", NULL, NULL, NULL)
                 : SQLITE_OK;

    return rc == SQLITE_OK ? VC_STORE_DONE : sq_answer(db, path, rc, err);
}

static enum vc_answer copy_pages(sqlite3 *db, const char *path, void *opaque,
                                 struct vc_error *err)
{
    struct sq_store *store = opaque;
    sqlite3_backup *copy = sqlite3_backup_init(db, "main", store->db, "main");
    int rc;

    if (!copy)
        return sq_answer(db, path, sqlite3_extended_errcode(db), err);
    rc = sqlite3_backup_step(copy, -1);
    (void)sqlite3_backup_finish(copy);
    if (rc == SQLITE_DONE) {
        enum vc_answer answer = check_copy(store, db, path, err);

        return answer == VC_STORE_DONE ? drop_intents(store, db, path, err)
                                       : answer;
    }
    return is_of_copy(rc) ? sq_answer(db, path, rc, err)
                          : sq_answer(store->db, store->base.path, rc, err);
}

enum vc_answer sq_backup(struct vc_store *base, const char *path, bool replace,
                         struct vc_error *err)
{
    SQ_BIRTH_AUTO birth = {.path = path, .task = "write backup", .fd = -1};
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;

    answer = sq_read_begin(store, err);
    if (answer == VC_STORE_DONE)
        answer = sq_birth_names(&birth, false, err);
    if (answer == VC_STORE_DONE)
        answer = check_target(store, &birth, replace, err);
    if (answer == VC_STORE_DONE) {
        answer = sq_birth_build(&birth, copy_pages, store, err);
        answer = sq_read_end(store, answer, err);
    }
    if (answer == VC_STORE_DONE)
        answer = sq_birth_publish(&birth, replace, err);
    if (answer == VC_STORE_DONE)
        VC_LOG("store", "'%s' copied to '%s'", store->base.path, path);
    return answer;
}
