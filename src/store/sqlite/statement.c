/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All statements, prepared when first needed and kept with the handle. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

/* Reads give uuid, name, revision, summary, document in this order. */
#define ROW "SELECT d.uuid, d.name, d.revision, d.summary FROM domain d "
#define ROW_DOCUMENT                                                           \
    "SELECT d.uuid, d.name, d.revision, d.summary, r.document FROM domain d "  \
    "LEFT JOIN revision r ON r.domain = d.id AND r.revision = d.revision "
#define BY_KEY "WHERE d.uuid = ?1 AND d.name IS NOT NULL"
#define BY_NAME "WHERE d.name = ?1"
#define FROM_FIRST "WHERE d.name IS NOT NULL ORDER BY d.name LIMIT ?1"
#define FROM_AFTER "WHERE d.name > ?2 ORDER BY d.name LIMIT ?1"

static const char *const statement_texts[SQ_NSQL] = {
    [SQ_BEGIN_READ] = "BEGIN",
    [SQ_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [SQ_COMMIT] = "COMMIT",
    [SQ_ROLLBACK] = "ROLLBACK",
    [SQ_CHANGE] = "SELECT change FROM meta WHERE id = 1",
    [SQ_CHANGE_RAISE] =
        "UPDATE meta SET change = change + 1 WHERE id = 1 RETURNING change",
    [SQ_GET_KEY] = ROW BY_KEY,
    [SQ_GET_KEY_DOCUMENT] = ROW_DOCUMENT BY_KEY,
    [SQ_GET_NAME] = ROW BY_NAME,
    [SQ_GET_NAME_DOCUMENT] = ROW_DOCUMENT BY_NAME,
    [SQ_LIST] = ROW FROM_FIRST,
    [SQ_LIST_DOCUMENT] = ROW_DOCUMENT FROM_FIRST,
    [SQ_LIST_AFTER] = ROW FROM_AFTER,
    [SQ_LIST_AFTER_DOCUMENT] = ROW_DOCUMENT FROM_AFTER,
    [SQ_OP_FIND] =
        "SELECT id, revision, time_us, name FROM domain WHERE uuid = ?1",
    [SQ_OP_INSERT] = "INSERT INTO domain(uuid, name, revision, time_us, summary)"
                     " VALUES (?1, ?2, ?3, ?4, ?5)",
    /* Without the name its index need not be looked at. */
    [SQ_OP_UPDATE] = "UPDATE domain SET revision = ?3, time_us = ?4,"
                     " summary = ?5 WHERE id = ?1",
    [SQ_OP_RENAME] = "UPDATE domain SET name = ?2, revision = ?3, time_us = ?4,"
                     " summary = ?5 WHERE id = ?1",
    [SQ_OP_REVISION] =
        "INSERT INTO revision(domain, revision, time_us, change, deleted, what,"
        " summary, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [SQ_NAME_OWNER] = "SELECT uuid FROM domain WHERE name = ?1",
    [SQ_HISTORY] =
        "SELECT r.revision, r.time_us, r.what, r.deleted FROM revision r"
        " WHERE r.domain = (SELECT id FROM domain WHERE uuid = ?1)"
        " ORDER BY r.revision DESC LIMIT ?2",
    [SQ_REVISION] =
        "SELECT r.revision, r.deleted, r.summary, r.document FROM revision r"
        " WHERE r.domain = (SELECT id FROM domain WHERE uuid = ?1)"
        " AND r.revision = ?2",
    [SQ_LOCAL_GET] =
        "SELECT start, reconciled, kept_pins FROM local WHERE uuid = ?1",
    [SQ_LOCAL_PUT] =
        "INSERT INTO local(uuid, start, reconciled, kept_pins)"
        " VALUES (?1, ?2, ?3, ?4) ON CONFLICT(uuid) DO UPDATE SET"
        " start = ?2, reconciled = ?3, kept_pins = ?4",
    [SQ_INTENT_PUT] =
        "INSERT INTO intent(uuid, home, start, name, steps)"
        " VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQ_INTENT_END] = "DELETE FROM intent WHERE uuid = ?1 AND home = ?2",
    [SQ_INTENT_LIST] = "SELECT uuid, home, start, name, steps FROM intent",
    [SQ_INTENT_LIST_KEY] =
        "SELECT uuid, home, start, name, steps FROM intent WHERE uuid = ?1",
    [SQ_LIMIT_GET] = "SELECT value FROM setting WHERE name = ?1",
    [SQ_LIMIT_SET] = "INSERT INTO setting(name, value) VALUES (?1, ?2)"
                     " ON CONFLICT(name) DO UPDATE SET value = ?2",
    [SQ_PRUNE] =
        "DELETE FROM revision WHERE rowid IN (SELECT rowid FROM revision"
        " WHERE domain = ?1 AND revision <= ?2 ORDER BY revision LIMIT ?3)",
    [SQ_PRUNE_NEXT] =
        "SELECT id, revision, name IS NULL FROM domain WHERE id > ?1"
        " ORDER BY id LIMIT ?2",
    [SQ_REMOVED_ADD] = "INSERT OR REPLACE INTO removed(domain) VALUES (?1)",
    [SQ_REMOVED_DROP] = "DELETE FROM removed WHERE domain = ?1",
    /* The first of them, if there are more than ?1. */
    [SQ_REMOVED_OVER] =
        "SELECT d.id, d.revision FROM removed r JOIN domain d ON d.id = r.domain"
        " WHERE d.name IS NULL AND (SELECT count(*) FROM removed) > ?1"
        " ORDER BY r.seq LIMIT 1",
    [SQ_FORGET_HISTORY] = "DELETE FROM revision WHERE domain = ?1",
    [SQ_FORGET_NOTE] = "INSERT OR REPLACE INTO forgotten(uuid, revision)"
                       " SELECT uuid, revision FROM domain WHERE id = ?1",
    [SQ_FORGET_DOMAIN] = "DELETE FROM domain WHERE id = ?1",
    [SQ_FORGOTTEN_FIND] = "SELECT revision FROM forgotten WHERE uuid = ?1",
    [SQ_FORGOTTEN_DROP] = "DELETE FROM forgotten WHERE uuid = ?1",
    /* Of each: the removal, then the last revision that has a document. */
    [SQ_LIST_DELETED] =
        "SELECT d.uuid, d.revision, d.time_us, gone.what,"
        " last.revision, last.summary, last.document FROM domain d"
        " LEFT JOIN revision gone"
        " ON gone.domain = d.id AND gone.revision = d.revision"
        " LEFT JOIN revision last ON last.domain = d.id AND last.revision ="
        " (SELECT r.revision FROM revision r WHERE r.domain = d.id"
        " AND r.deleted = 0 ORDER BY r.revision DESC LIMIT 1)"
        " WHERE d.name IS NULL ORDER BY d.id",
    [SQ_CHECK_FILE] = "PRAGMA integrity_check(" SQ_FILE_FAULTS_MAX ")",
    /* Each number by itself out of the index: rows come as they are found. */
    [SQ_CHECK_CHAIN] =
        "SELECT d.uuid, d.name, d.revision, last.deleted,"
        " (SELECT count(*) FROM revision r WHERE r.domain = d.id),"
        " (SELECT min(r.revision) FROM revision r WHERE r.domain = d.id),"
        " (SELECT max(r.revision) FROM revision r WHERE r.domain = d.id)"
        " FROM domain d LEFT JOIN revision last"
        " ON last.domain = d.id AND last.revision = d.revision ORDER BY d.id",
    [SQ_CHECK_ORPHANS] =
        "SELECT r.domain, count(*) FROM revision r WHERE NOT EXISTS"
        " (SELECT 1 FROM domain d WHERE d.id = r.domain) GROUP BY r.domain",
    [SQ_CHECK_REMOVED] =
        "SELECT d.uuid, d.name, d.id FROM domain d WHERE (d.name IS NULL) <>"
        " EXISTS (SELECT 1 FROM removed r WHERE r.domain = d.id)"
        " UNION ALL SELECT NULL, NULL, r.domain FROM removed r WHERE NOT EXISTS"
        " (SELECT 1 FROM domain d WHERE d.id = r.domain)",
    [SQ_CHECK_FORGOTTEN] =
        "SELECT d.uuid, d.name FROM forgotten f JOIN domain d"
        " ON d.uuid = f.uuid",
    [SQ_CHECK_SETTING] = "SELECT name, value FROM setting"
                         " WHERE value NOT BETWEEN 0 AND 4294967295",
    [SQ_CHECK_CHANGE] =
        "SELECT (SELECT change FROM meta WHERE id = 1),"
        " (SELECT max(change) FROM revision)",
    [SQ_COUNT] =
        "SELECT (SELECT count(*) FROM domain WHERE name IS NOT NULL),"
        " (SELECT count(*) FROM revision)",
};

enum vc_answer sq_prepare(struct sq_store *store, enum sq_sql sql,
                          sqlite3_stmt **ret, struct vc_error *err)
{
    sqlite3_stmt **slot = &store->statements[sql];
    int rc;

    if (!*slot) {
        rc = sqlite3_prepare_v3(store->db, statement_texts[sql], -1,
                                SQLITE_PREPARE_PERSISTENT, slot, NULL);
        if (rc != SQLITE_OK)
            return sq_answer(store->db, store->base.path, rc, err);
    }
    *ret = *slot;
    return VC_STORE_DONE;
}

void sq_statements_free(struct sq_store *store)
{
    unsigned i;

    for (i = 0; i < SQ_NSQL; i++) {
        (void)sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
}

int sq_run(sqlite3_stmt *stmt, int rc)
{
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    (void)sqlite3_reset(stmt);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* What is bound is borrowed: it outlives the steps, and is bound anew before
 * the statement runs again. */
int sq_bind_key(sqlite3_stmt *stmt, int i, const unsigned char *key)
{
    return sqlite3_bind_blob(stmt, i, key, VC_STORE_KEY_LEN, SQLITE_STATIC);
}

int sq_bind_text(sqlite3_stmt *stmt, int i, const char *text)
{
    return sqlite3_bind_text(stmt, i, text, -1, SQLITE_STATIC);
}

int sq_bind_bytes(sqlite3_stmt *stmt, int i, const char *data, size_t len)
{
    /* A NULL pointer would bind NULL, not no bytes. */
    return sqlite3_bind_blob64(stmt, i, len ? data : "", len, SQLITE_STATIC);
}
