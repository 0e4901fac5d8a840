/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Write transactions.  BEGIN IMMEDIATE takes the writers' lock before
 * anything is read, so what the checks saw still holds at COMMIT.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define LOG_FRAME 4120          /* a page of 4096 bytes and its header */
#define LOG_STEP (512 * 1024)   /* the log grows by this */
#define LOG_CHUNK (64 * 1024)   /* SQLite's files write less than 128 KiB */
#define LOG_COMMITS 4           /* for a handle that goes on writing only */

/* One vc_store_txn while it runs. */
struct sq_txn {
    struct sq_store *store;
    int64_t now_us;
    uint64_t change;     /* of this transaction; 0: nothing changed yet */
    uint64_t *revisions; /* new revision of each operation; handed out on DONE */
};

/* What the store has under a key. */
struct sq_found {
    int64_t id;        /* 0: never seen */
    int64_t revision;  /* the last one, also of a deleted object */
    int64_t time_us;   /* of that */
    bool present;      /* not deleted */
    bool has_the_name; /* the one that the operation gives */
    bool forgotten;    /* no id, but it had revisions */
};

void sq_rollback(struct sq_store *store)
{
    sqlite3_stmt *stmt;
    struct vc_error ignored;

    /* SQLite itself rolls back on some errors. */
    if (!store->db || sqlite3_get_autocommit(store->db))
        return;
    if (sq_prepare(store, SQ_ROLLBACK, &stmt, &ignored) == VC_STORE_DONE)
        (void)sq_run(stmt, SQLITE_OK);
}

/*
 * Syncing a log that has grown costs the file system's own journal; syncing
 * one whose bytes were there before does not.  So a handle that goes on
 * writing makes the log longer in large steps, with zeroes, which SQLite
 * never takes for a frame.  It is done under the writers' lock, behind the
 * end only; if it fails, the log grows as it would have.
 */
static void log_reserve(struct sq_store *store)
{
    static const char zeroes[LOG_CHUNK];
    int64_t want = (int64_t)store->log_pages * LOG_FRAME + LOG_STEP / 4;
    sqlite3_file *log = NULL;
    sqlite3_int64 size = 0;

    if (store->commits < LOG_COMMITS || want <= store->log_reserved ||
        store->log_pages >= SQ_LOG_PAGES)
        return;
    if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER,
                             &log) != SQLITE_OK ||
        !log || !log->pMethods ||
        log->pMethods->xFileSize(log, &size) != SQLITE_OK)
        return;
    if (size > 0 && size < want)
        want = size + LOG_STEP;
    while (size > 0 && size < want &&
           log->pMethods->xWrite(log, zeroes, sizeof(zeroes), size) ==
               SQLITE_OK)
        size += (sqlite3_int64)sizeof(zeroes);
    store->log_reserved = size;
}

static enum vc_answer begin(struct sq_store *store, enum sq_sql sql,
                            struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    /* With it at hand each transaction can be ended, also without memory; else
     * what was not committed would be read later as if it were stored. */
    answer = sq_prepare(store, SQ_ROLLBACK, &stmt, err);
    if (answer == VC_STORE_DONE)
        answer = sq_prepare(store, sql, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    sq_rollback(store); /* one that could not be ended, if any */
    rc = sq_run(stmt, SQLITE_OK);
    if (rc != SQLITE_OK)
        return sq_answer(store->db, store->base.path, rc, err);
    if (sql == SQ_BEGIN_WRITE)
        log_reserve(store);
    return VC_STORE_DONE;
}

/* The handle may write, but could only be connected for reading. */
static enum vc_answer begin_refuse(struct sq_store *store, struct vc_error *err)
{
    sq_disconnect(store); /* the next call looks again */
    (void)vc_error_set(err, VC_ERR_ACCESS_DENIED,
                       "store '%s' or its directory can't be written any more",
                       store->base.path);
    return VC_STORE_UNAVAILABLE;
}

enum vc_answer sq_begin(struct sq_store *store, struct vc_error *err)
{
    enum vc_answer answer = VC_STORE_DONE;

    if (!store->db)
        answer = sq_connect_again(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    return store->can_write ? begin(store, SQ_BEGIN_WRITE, err)
                            : begin_refuse(store, err);
}

enum vc_answer sq_begin_read(struct sq_store *store, struct vc_error *err)
{
    return begin(store, SQ_BEGIN_READ, err);
}

enum vc_answer sq_commit(struct sq_store *store, struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    answer = sq_prepare(store, SQ_COMMIT, &stmt, err);
    if (answer == VC_STORE_DONE) {
        rc = sq_run(stmt, SQLITE_OK);
        if (rc == SQLITE_OK)
            return VC_STORE_DONE;
        answer = sq_answer_commit(store->db, store->base.path, rc, err);
    }
    sq_rollback(store);
    return answer;
}

static enum vc_answer txn_error(const struct sq_txn *txn, int rc,
                                struct vc_error *err)
{
    return sq_answer(txn->store->db, txn->store->base.path, rc, err);
}

static enum vc_answer txn_find(const struct sq_txn *txn,
                               const struct vc_store_op *op,
                               struct sq_found *ret, struct vc_error *err)
{
    const unsigned char *name;
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    memset(ret, 0, sizeof(*ret));
    answer = sq_prepare(txn->store, SQ_OP_FIND, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sq_bind_key(stmt, 1, op->key);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        ret->id = sqlite3_column_int64(stmt, 0);
        ret->revision = sqlite3_column_int64(stmt, 1);
        ret->time_us = sqlite3_column_int64(stmt, 2);
        ret->present = sqlite3_column_type(stmt, 3) != SQLITE_NULL;
        name = sqlite3_column_text(stmt, 3);
        ret->has_the_name = name && op->name &&
                            strcmp((const char *)name, op->name) == 0;
        if (ret->revision < 1 || ret->revision == INT64_MAX)
            answer = sq_damaged(txn->store->base.path,
                                "a domain's revision is impossible", err);
    } else if (rc != SQLITE_DONE) {
        answer = txn_error(txn, rc, err);
    }
    (void)sqlite3_reset(stmt);
    if (answer != VC_STORE_DONE || ret->id)
        return answer;
    answer = sq_forgotten_find(txn->store, op->key, &ret->revision, err);
    ret->forgotten = ret->revision > 0;
    return answer;
}

static enum vc_answer txn_expect(const struct sq_txn *txn,
                                 const struct vc_store_op *op,
                                 const struct sq_found *found,
                                 struct vc_error *err)
{
    uint64_t current = found->present ? (uint64_t)found->revision : 0;
    const char *path = txn->store->base.path;
    char text[VC_STORE_KEY_TEXT_LEN];

    (void)vc_store_key_text(op->key, text);
    if (!found->present && (op->expect || op->kind == VC_STORE_DELETE)) {
        (void)vc_error_set(err, VC_ERR_NO_DOMAIN,
                           "store '%s' has no domain with uuid %s", path, text);
        return VC_STORE_NOT_FOUND;
    }
    if (current == op->expect)
        return VC_STORE_DONE;
    if (op->expect)
        (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                           "store '%s': domain %s was changed by another "
                           "writer: it has revision %" PRIu64 ", not %" PRIu64,
                           path, text, current, op->expect);
    else
        (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                           "store '%s': domain %s is already there, with "
                           "revision %" PRIu64,
                           path, text, current);
    return VC_STORE_CONFLICT;
}

/* The first change of a transaction gives it its number. */
static enum vc_answer txn_raise_change(struct sq_txn *txn, struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    if (txn->change)
        return VC_STORE_DONE;
    answer = sq_prepare(txn->store, SQ_CHANGE_RAISE, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        txn->change = (uint64_t)sqlite3_column_int64(stmt, 0);
    (void)sqlite3_reset(stmt);
    if (rc == SQLITE_ROW)
        return VC_STORE_DONE;
    return rc == SQLITE_DONE ? sq_damaged(txn->store->base.path,
                                          "its change number is missing", err)
                             : txn_error(txn, rc, err);
}

/* Whose is the name that could not be given? */
static enum vc_answer txn_name_taken(const struct sq_txn *txn,
                                     const struct vc_store_op *op,
                                     struct vc_error *err)
{
    char owner[VC_STORE_KEY_TEXT_LEN] = "?";
    char wanted[VC_STORE_KEY_TEXT_LEN];
    enum vc_answer answer;
    sqlite3_stmt *stmt;

    answer = sq_prepare(txn->store, SQ_NAME_OWNER, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    if (sq_bind_text(stmt, 1, op->name) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW &&
        sqlite3_column_bytes(stmt, 0) == VC_STORE_KEY_LEN)
        (void)vc_store_key_text(sqlite3_column_blob(stmt, 0), owner);
    (void)sqlite3_reset(stmt);
    (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                       "store '%s': domain '%s' is already defined with uuid "
                       "%s, and can't be given to uuid %s",
                       txn->store->base.path, op->name, owner,
                       vc_store_key_text(op->key, wanted));
    return VC_STORE_EXISTS;
}

/* Writes the small row.  name NULL: deletes.  ret_id: its id. */
static enum vc_answer txn_write_domain(const struct sq_txn *txn,
                                       const struct vc_store_op *op,
                                       const struct sq_found *found,
                                       int64_t revision, int64_t time_us,
                                       int64_t *ret_id, struct vc_error *err)
{
    bool put = op->kind == VC_STORE_PUT;
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    enum sq_sql sql;
    int rc;

    if (!found->id)
        sql = SQ_OP_INSERT;
    else
        sql = put && found->has_the_name ? SQ_OP_UPDATE : SQ_OP_RENAME;
    answer = sq_prepare(txn->store, sql, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = found->id ? sqlite3_bind_int64(stmt, 1, found->id)
                   : sq_bind_key(stmt, 1, op->key);
    if (sql != SQ_OP_UPDATE)
        rc |= sq_bind_text(stmt, 2, put ? op->name : NULL);
    rc |= sqlite3_bind_int64(stmt, 3, revision);
    rc |= sqlite3_bind_int64(stmt, 4, time_us);
    rc |= sq_bind_bytes(stmt, 5, op->summary, put ? op->summary_len : 0);
    rc = sq_run(stmt, rc);
    if (rc == SQLITE_CONSTRAINT_UNIQUE && put)
        return txn_name_taken(txn, op, err);
    if (rc != SQLITE_OK)
        return txn_error(txn, rc, err);
    *ret_id = found->id ? found->id
                        : sqlite3_last_insert_rowid(txn->store->db);
    return VC_STORE_DONE;
}

static enum vc_answer txn_write_revision(const struct sq_txn *txn,
                                         const struct vc_store_op *op,
                                         int64_t id, int64_t revision,
                                         int64_t time_us, struct vc_error *err)
{
    bool put = op->kind == VC_STORE_PUT;
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    answer = sq_prepare(txn->store, SQ_OP_REVISION, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sqlite3_bind_int64(stmt, 1, id);
    rc |= sqlite3_bind_int64(stmt, 2, revision);
    rc |= sqlite3_bind_int64(stmt, 3, time_us);
    rc |= sqlite3_bind_int64(stmt, 4, (int64_t)txn->change);
    rc |= sqlite3_bind_int(stmt, 5, put ? 0 : 1);
    rc |= sq_bind_text(stmt, 6, op->what ? op->what : "");
    rc |= sq_bind_bytes(stmt, 7, op->summary, put ? op->summary_len : 0);
    rc |= sq_bind_bytes(stmt, 8, op->document, put ? op->document_len : 0);
    rc = sq_run(stmt, rc);
    return rc == SQLITE_OK ? VC_STORE_DONE : txn_error(txn, rc, err);
}

/* A first revision has nothing behind it. */
static enum vc_answer txn_prune(const struct sq_txn *txn,
                                const struct vc_store_op *op,
                                const struct sq_found *found, int64_t id,
                                int64_t revision, struct vc_error *err)
{
    struct sq_written written = {
        .id = id,
        .revision = revision,
        .was_removed = found->id && !found->present,
        .was_forgotten = found->forgotten,
        .is_removal = op->kind == VC_STORE_DELETE,
    };

    return revision == 1
               ? VC_STORE_DONE
               : sq_prune_written(txn->store, &written, op->key, err);
}

static enum vc_answer txn_apply(struct sq_txn *txn,
                                const struct vc_store_op *op,
                                uint64_t *ret_revision, struct vc_error *err)
{
    struct sq_found found;
    enum vc_answer answer;
    int64_t revision;
    int64_t time_us;
    int64_t id = 0;

    if (op->kind == VC_STORE_INTENT_END)
        return sq_intent_end(txn->store, op, err);
    answer = txn_find(txn, op, &found, err);
    if (answer == VC_STORE_DONE)
        answer = txn_expect(txn, op, &found, err);
    if (answer != VC_STORE_DONE || op->kind == VC_STORE_CHECK)
        return answer;
    answer = txn_raise_change(txn, err);
    if (answer != VC_STORE_DONE)
        return answer;
    revision = found.revision + 1;
    time_us = txn->now_us;
    if (found.id && time_us <= found.time_us && found.time_us < INT64_MAX)
        time_us = found.time_us + 1; /* the clock was set back */
    answer = txn_write_domain(txn, op, &found, revision, time_us, &id, err);
    if (answer == VC_STORE_DONE)
        answer = txn_write_revision(txn, op, id, revision, time_us, err);
    if (answer == VC_STORE_DONE)
        answer = txn_prune(txn, op, &found, id, revision, err);
    if (answer == VC_STORE_DONE)
        *ret_revision = (uint64_t)revision;
    return answer;
}

/* Between begin and commit.  ret_failed: the operation that refused. */
static enum vc_answer txn_apply_all(struct sq_txn *txn,
                                    const struct vc_store_op *ops, size_t n,
                                    size_t *ret_failed, struct vc_error *err)
{
    enum vc_answer answer;
    size_t i;

    for (i = 0; i < n; i++) {
        answer = txn_apply(txn, &ops[i], &txn->revisions[i], err);
        if (answer == VC_STORE_DONE)
            continue;
        if (ret_failed && (answer == VC_STORE_CONFLICT ||
                           answer == VC_STORE_EXISTS ||
                           answer == VC_STORE_NOT_FOUND))
            *ret_failed = i;
        return answer;
    }
    /* No change: the number is the store's, as these operations saw it. */
    return txn->change ? VC_STORE_DONE
                       : sq_change_read(txn->store, &txn->change, err);
}

static int64_t clock_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

enum vc_answer sq_txn(struct vc_store *base, struct vc_store_op *ops, size_t n,
                      size_t *ret_failed, uint64_t *ret_change,
                      struct vc_error *err)
{
    struct sq_txn txn = {.store = sq_of(base)};
    enum vc_answer answer;
    size_t i;

    txn.revisions = calloc(n ? n : 1, sizeof(*txn.revisions));
    if (!txn.revisions)
        return sq_nomem(err);
    answer = sq_begin(txn.store, err);
    if (answer == VC_STORE_DONE) {
        txn.now_us = clock_us();
        answer = txn_apply_all(&txn, ops, n, ret_failed, err);
        if (answer == VC_STORE_DONE)
            answer = sq_commit(txn.store, err);
        else
            sq_rollback(txn.store);
    }
    for (i = 0; i < n && answer == VC_STORE_DONE; i++) {
        if (ops[i].kind == VC_STORE_PUT || ops[i].kind == VC_STORE_DELETE)
            ops[i].ret_revision = txn.revisions[i];
    }
    if (answer == VC_STORE_DONE && ret_change)
        *ret_change = txn.change;
    free(txn.revisions);
    return answer;
}
