/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tables, as the steps that made them.  A step that was ever released is
 * never edited: append another one.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <stdio.h>

#include "util/log.h"

/*
 * domain: one small row per object ever seen, so that lists and summaries
 * touch no document.  A deleted object keeps its row without a name: its
 * revision numbers are never given again.
 * revision: each document once.  Not WITHOUT ROWID: rows this large make a
 * tree of few keys per page, two to three times as slow to read.
 * local: about this host only.
 */
static const char migration_1[] =
    "CREATE TABLE meta("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " change INTEGER NOT NULL"
    ") STRICT;"
    "INSERT INTO meta(id, change) VALUES (1, 0);"
    "CREATE TABLE domain("
    " id INTEGER PRIMARY KEY,"
    " uuid BLOB NOT NULL UNIQUE CHECK (length(uuid) = 16),"
    " name TEXT UNIQUE,"
    " revision INTEGER NOT NULL CHECK (revision > 0),"
    " time_us INTEGER NOT NULL,"
    " summary BLOB NOT NULL"
    ") STRICT;"
    "CREATE TABLE revision("
    " domain INTEGER NOT NULL,"
    " revision INTEGER NOT NULL CHECK (revision > 0),"
    " time_us INTEGER NOT NULL,"
    " change INTEGER NOT NULL,"
    " deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),"
    " what TEXT NOT NULL,"
    " summary BLOB NOT NULL,"
    " document BLOB NOT NULL,"
    " UNIQUE (domain, revision)"
    ") STRICT;"
    "CREATE TABLE local("
    " uuid BLOB NOT NULL PRIMARY KEY CHECK (length(uuid) = 16),"
    " start TEXT NOT NULL,"
    " reconciled INTEGER NOT NULL,"
    " kept_pins TEXT"
    ") STRICT, WITHOUT ROWID;";

/* intent: empty but for the moments in which one change of a run and its
 * definition is under way; what is left over is of who died in one. */
static const char migration_2[] =
    "CREATE TABLE intent("
    " uuid BLOB NOT NULL CHECK (length(uuid) = 16),"
    " home TEXT NOT NULL,"
    " start TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " steps TEXT NOT NULL,"
    " PRIMARY KEY (uuid, home)"
    ") STRICT, WITHOUT ROWID;";

/*
 * setting: what differs from the defaults (prune.c).
 * removed: the domains without a name, in the order in which they lost it.
 * forgotten: of uuids whose row and history are gone, the last revision.
 */
static const char migration_3[] =
    "CREATE TABLE setting("
    " name TEXT NOT NULL PRIMARY KEY,"
    " value INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE removed("
    " seq INTEGER PRIMARY KEY,"
    " domain INTEGER NOT NULL UNIQUE"
    ") STRICT;"
    "INSERT INTO removed(domain) SELECT d.id FROM domain d"
    " LEFT JOIN revision r ON r.domain = d.id AND r.revision = d.revision"
    " WHERE d.name IS NULL ORDER BY r.change, d.id;"
    "CREATE TABLE forgotten("
    " uuid BLOB NOT NULL PRIMARY KEY CHECK (length(uuid) = 16),"
    " revision INTEGER NOT NULL CHECK (revision > 0)"
    ") STRICT, WITHOUT ROWID;";

const struct sq_migration sq_migrations[] = {
    {migration_1},
    {migration_2},
    {migration_3},
};
const unsigned sq_migrations_n = VC_NELEMS(sq_migrations);

int sq_query_int(sqlite3 *db, const char *sql, int64_t *ret)
{
    sqlite3_stmt *stmt = NULL;
    int rc;

    rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *ret = sqlite3_column_int64(stmt, 0);
    else if (rc == SQLITE_DONE)
        rc = SQLITE_CORRUPT; /* each of our questions has an answer */
    (void)sqlite3_finalize(stmt);
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* One step; the version is read again inside, for another process may have
 * done it since. */
static int migrate_step(sqlite3 *db, const struct sq_migration *list, unsigned n,
                        unsigned *ret_version)
{
    int64_t version = 0;
    char pragma[48];
    int rc;

    rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return rc;
    rc = sq_query_int(db, "PRAGMA user_version", &version);
    if (rc == SQLITE_OK && version >= 0 && version < (int64_t)n) {
        rc = sqlite3_exec(db, list[version].sql, NULL, NULL, NULL);
        version++;
        (void)snprintf(pragma, sizeof(pragma), "PRAGMA user_version=%d",
                       (int)version);
        if (rc == SQLITE_OK)
            rc = sqlite3_exec(db, pragma, NULL, NULL, NULL);
    }
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        *ret_version = (unsigned)version;
    return rc;
}

enum vc_answer sq_migrate(sqlite3 *db, const char *path,
                          const struct sq_migration *list, unsigned n,
                          struct vc_error *err)
{
    int64_t found = 0;
    enum vc_answer answer;
    unsigned version;
    int rc;

    rc = sq_query_int(db, "PRAGMA user_version", &found);
    if (rc != SQLITE_OK)
        return sq_answer(db, path, rc, err);
    version = (unsigned)found;
    while (version < n) {
        unsigned from = version;

        rc = migrate_step(db, list, n, &version);
        if (rc == SQLITE_OK) {
            VC_LOG("store", "'%s' brought to format %u", path, version);
            continue;
        }
        answer = sq_answer(db, path, rc, err);
        if (!sqlite3_get_autocommit(db))
            (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
        (void)vc_error_append(err, "; the store stays at format %u", from);
        return answer;
    }
    return VC_STORE_DONE;
}
