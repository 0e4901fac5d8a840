/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new, empty store.  Of two creators one wins and the other uses the
 * winner's. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <stdio.h>

#include "util/log.h"

/* A log without its store would be replayed into the new one. */
static enum vc_answer check_leftovers(const struct sq_birth *birth,
                                      struct vc_error *err)
{
    VC_AUTO_STR char *log = NULL;
    enum vc_answer answer;
    struct stat st;

    answer = sq_birth_find_log(birth, &log, err);
    /* Unless someone made the store meanwhile: then it is its log. */
    if (answer != VC_STORE_DONE || !log || stat(birth->final, &st) == 0)
        return answer;
    (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                       "store '%s' is missing, but '%s' has changes made "
                       "to it: restore the store, or remove that file to "
                       "begin a new one",
                       birth->path, log);
    return VC_STORE_UNAVAILABLE;
}

static enum vc_answer make_tables(sqlite3 *db, const char *path,
                                  void *opaque VC_UNUSED, struct vc_error *err)
{
    char sql[80];
    int rc;

    (void)snprintf(sql, sizeof(sql),
                   "PRAGMA auto_vacuum=NONE; PRAGMA application_id=%d",
                   SQ_APPLICATION_ID);
    rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK
               ? sq_migrate(db, path, sq_migrations, sq_migrations_n, err)
               : sq_answer(db, path, rc, err);
}

enum vc_answer sq_create(const char *path, struct vc_error *err)
{
    SQ_BIRTH_AUTO birth = {.path = path, .task = "create store", .fd = -1};
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
    answer = sq_birth_names(&birth, true, err);
    if (answer == VC_STORE_DONE)
        answer = check_leftovers(&birth, err);
    if (answer == VC_STORE_DONE)
        answer = sq_birth_build(&birth, make_tables, NULL, err);
    if (answer == VC_STORE_DONE)
        answer = sq_birth_publish(&birth, false, err);
    if (answer == VC_STORE_DONE)
        VC_LOG("store", "'%s' created", path);
    return answer == VC_STORE_EXISTS ? VC_STORE_DONE : answer;
}
