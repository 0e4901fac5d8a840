/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SQLite's result codes in our words; each message names the file. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <errno.h>
#include <stdio.h>

enum vc_answer sq_nomem(struct vc_error *err)
{
    (void)vc_error_nomem(err);
    return VC_STORE_UNAVAILABLE;
}

enum vc_answer sq_damaged(const char *path, const char *what,
                          struct vc_error *err)
{
    (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                       "store '%s' is damaged (%s): run 'vcpuconf check' and "
                       "restore a backup",
                       path, what);
    return VC_STORE_UNAVAILABLE;
}

static bool errno_is_full(int errnum)
{
    return errnum == ENOSPC || errnum == EDQUOT || errnum == EFBIG;
}

/* Why the last write failed, to the log or (while a store is made) to the file;
 * 0 when not known.  A log that is only in memory has no way to tell. */
static int write_errno(sqlite3 *db)
{
    sqlite3_file *log = NULL;
    int errnum = 0;

    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) ==
            SQLITE_OK &&
        log && log->pMethods && log->pMethods->xFileControl)
        (void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO,
                                          &errnum);
    if (!errnum)
        (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO,
                                   &errnum);
    return errnum;
}

/* A quota and a file size limit are a full disk by another name, but SQLite
 * knows only ENOSPC as such. */
static bool error_is_full(sqlite3 *db, int rc)
{
    switch (rc) {
    case SQLITE_IOERR_WRITE:
        return errno_is_full(write_errno(db));
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_TRUNCATE:
        return errno_is_full(sqlite3_system_errno(db));
    default:
        return (rc & 0xff) == SQLITE_FULL;
    }
}

static enum vc_answer answer_io(sqlite3 *db, const char *path, int rc,
                                struct vc_error *err)
{
    int errnum = db ? sqlite3_system_errno(db) : 0;

    if (rc == SQLITE_IOERR_NOMEM)
        return sq_nomem(err);
    if (rc == SQLITE_IOERR_CORRUPTFS)
        return sq_damaged(path, "the file system says so", err);
    if (errnum)
        (void)vc_error_errno(err, errnum, "input/output error on store '%s' "
                                          "(SQLite code %d)", path, rc);
    else
        (void)vc_error_set(err, VC_ERR_SYSTEM_ERROR,
                           "input/output error on store '%s' (SQLite code %d)",
                           path, rc);
    return VC_STORE_UNAVAILABLE;
}

static enum vc_answer answer_cantopen(sqlite3 *db, const char *path,
                                      struct vc_error *err)
{
    int errnum = db ? sqlite3_system_errno(db) : 0;

    if (!errnum) {
        (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                           "can't open store '%s' or a file beside it", path);
        return VC_STORE_UNAVAILABLE;
    }
    (void)vc_error_errno(err, errnum,
                         "can't open store '%s' or a file beside it", path);
    if (err->code != VC_ERR_NO_MEMORY)
        err->code = errnum == EACCES || errnum == EPERM ? VC_ERR_ACCESS_DENIED
                                                        : VC_ERR_OPEN_FAILED;
    return VC_STORE_UNAVAILABLE;
}

/* What a statement of ours does not meet in a store that is as it was made. */
static enum vc_answer answer_strange(sqlite3 *db, const char *path, int rc,
                                     struct vc_error *err)
{
    char what[200];

    (void)snprintf(what, sizeof(what), "SQLite code %d, %s", rc,
                   db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
    return sq_damaged(path, what, err);
}

enum vc_answer sq_answer(sqlite3 *db, const char *path, int rc,
                         struct vc_error *err)
{
    if (error_is_full(db, rc)) {
        (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                           "no space left for store '%s'; nothing was changed",
                           path);
        return VC_STORE_NOT_APPLIED;
    }
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: /* a lock of the log could not be had, time and again */
        (void)vc_error_set(err, VC_ERR_RESOURCE_BUSY,
                           "store '%s' is busy: another process was writing "
                           "to it for too long",
                           path);
        return VC_STORE_NOT_APPLIED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return sq_damaged(path, "its pages contradict each other", err);
    case SQLITE_ERROR: /* no such table, ... */
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_SCHEMA:
    case SQLITE_TOOBIG:
        return answer_strange(db, path, rc, err);
    case SQLITE_NOMEM:
        return sq_nomem(err);
    case SQLITE_IOERR:
        return answer_io(db, path, rc, err);
    case SQLITE_CANTOPEN:
        return answer_cantopen(db, path, err);
    case SQLITE_READONLY:
        (void)vc_error_set(err, VC_ERR_OPERATION_DENIED,
                           "store '%s' can't be written (SQLite code %d)", path,
                           rc);
        return VC_STORE_UNAVAILABLE;
    default:
        (void)vc_error_set(err, VC_ERR_INTERNAL,
                           "store '%s': unexpected SQLite error %d: %s", path,
                           rc, db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
        return VC_STORE_UNAVAILABLE;
    }
}

enum vc_answer sq_answer_commit(sqlite3 *db, const char *path, int rc,
                                struct vc_error *err)
{
    /* Busy and full are certain: the frame that makes a transaction count is
     * the last one written, and it was not.  After any other failure, of the
     * sync above all, it may be in the log. */
    if ((rc & 0xff) == SQLITE_BUSY || error_is_full(db, rc))
        return sq_answer(db, path, rc, err);
    (void)vc_error_set(err, VC_ERR_SYSTEM_ERROR,
                       "store '%s': the change may or may not have been saved, "
                       "for saving it failed (SQLite code %d)",
                       path, rc);
    return VC_STORE_UNKNOWN;
}
