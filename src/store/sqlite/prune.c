/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much of the past is kept.
 *
 * 1. The revisions of a domain that are there have no gap: the oldest go first.
 *    The newest never goes, and of a removed domain neither does the one before
 *    its removal, which is its last document.
 * 2. What is forgotten goes as a whole at the end: the two revisions above, the
 *    row of the domain, and its place among the removed.  The number of the
 *    last revision stays, so that none is ever given again.
 * 3. Domains are forgotten in the order in which they were removed, whatever
 *    the clock said.
 * 4. All of it is in the transaction that made it necessary, and no transaction
 *    does more than a bounded number of rows.  A removal may take as many as
 *    its own domain has left behind and some more, so that a store in which
 *    domains come and go does not grow.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#define WRITE_ROWS 8    /* of its own past that a revision takes away */
#define FORGET_ROWS 256 /* and a removal beyond the limit of revisions */
#define STEP_ROWS 500   /* in one step of sq_prune */
#define STEP_DOMAINS 1000

static const struct {
    const char *name;
    uint32_t value;
} limits[] = {
    [VC_STORE_LIMIT_REVISIONS] = {"revisions", VC_STORE_REVISIONS_DEFAULT},
    [VC_STORE_LIMIT_REMOVED] = {"removed", VC_STORE_REMOVED_DEFAULT},
};

static enum vc_answer prune_error(const struct sq_store *store, int rc,
                                  struct vc_error *err)
{
    return sq_answer(store->db, store->base.path, rc, err);
}

/* A value that none can be is no limit: what is kept can still be lost. */
static enum vc_answer limit_read(struct sq_store *store,
                                 enum vc_store_limit limit, uint32_t *ret,
                                 struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int64_t value;
    int rc;

    *ret = limits[limit].value;
    if (store->format < SQ_FORMAT_LIMITS)
        return VC_STORE_DONE;
    answer = sq_prepare(store, SQ_LIMIT_GET, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sq_bind_text(stmt, 1, limits[limit].name);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        value = sqlite3_column_int64(stmt, 0);
        *ret = value >= 0 && value <= UINT32_MAX ? (uint32_t)value : 0;
    } else if (rc != SQLITE_DONE) {
        answer = prune_error(store, rc, err);
    }
    (void)sqlite3_reset(stmt);
    return answer;
}

/* A statement about one domain. */
static enum vc_answer run_on(struct sq_store *store, enum sq_sql sql,
                             int64_t id, struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    answer = sq_prepare(store, sql, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sq_run(stmt, sqlite3_bind_int64(stmt, 1, id));
    return rc == SQLITE_OK ? VC_STORE_DONE : prune_error(store, rc, err);
}

/* The oldest revisions of a domain up to `last`.  *rows: how many may go; out:
 * how many may go still. */
static enum vc_answer take_revisions(struct sq_store *store, int64_t id,
                                     int64_t last, int64_t *rows,
                                     struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    if (last < 1 || *rows < 1)
        return VC_STORE_DONE;
    answer = sq_prepare(store, SQ_PRUNE, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sqlite3_bind_int64(stmt, 1, id);
    rc |= sqlite3_bind_int64(stmt, 2, last);
    rc |= sqlite3_bind_int64(stmt, 3, *rows);
    rc = sq_run(stmt, rc);
    if (rc != SQLITE_OK)
        return prune_error(store, rc, err);
    *rows -= sqlite3_changes(store->db);
    return VC_STORE_DONE;
}

/* The last revision that is above the limit; below 1: none is. */
static int64_t last_above(int64_t revision, bool is_removal, uint32_t limit)
{
    int64_t keep = limit;

    if (limit == 0)
        return 0;
    return revision - (is_removal && keep < 2 ? 2 : keep);
}

/* *rows 0: it has more of them, and is the first in line the next time. */
static enum vc_answer forget(struct sq_store *store, int64_t id,
                             int64_t revision, int64_t *rows,
                             struct vc_error *err)
{
    static const enum sq_sql steps[] = {SQ_FORGET_HISTORY, SQ_FORGET_NOTE,
                                        SQ_REMOVED_DROP, SQ_FORGET_DOMAIN};
    enum vc_answer answer = take_revisions(store, id, revision - 2, rows, err);
    size_t i;

    if (*rows < 1)
        return answer;
    for (i = 0; i < VC_NELEMS(steps) && answer == VC_STORE_DONE; i++)
        answer = run_on(store, steps[i], id, err);
    *rows -= 1;
    return answer;
}

/* Of those that are removed, the first ones above the limit. */
static enum vc_answer forget_some(struct sq_store *store, int64_t *rows,
                                  struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc = SQLITE_ROW;
    uint32_t limit;

    answer = limit_read(store, VC_STORE_LIMIT_REMOVED, &limit, err);
    if (answer == VC_STORE_DONE)
        answer = sq_prepare(store, SQ_REMOVED_OVER, &stmt, err);
    if (answer != VC_STORE_DONE || limit == 0)
        return answer;
    while (*rows > 0 && rc == SQLITE_ROW && answer == VC_STORE_DONE) {
        int64_t revision = 0;
        int64_t id = 0;

        rc = sqlite3_bind_int64(stmt, 1, limit);
        if (rc == SQLITE_OK)
            rc = sqlite3_step(stmt);
        if (rc == SQLITE_ROW) {
            id = sqlite3_column_int64(stmt, 0);
            revision = sqlite3_column_int64(stmt, 1);
        }
        (void)sqlite3_reset(stmt);
        if (rc == SQLITE_ROW)
            answer = forget(store, id, revision, rows, err);
        else if (rc != SQLITE_DONE)
            answer = prune_error(store, rc, err);
    }
    return answer;
}

static enum vc_answer forgotten_drop(struct sq_store *store,
                                     const unsigned char *key,
                                     struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    answer = sq_prepare(store, SQ_FORGOTTEN_DROP, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sq_run(stmt, sq_bind_key(stmt, 1, key));
    return rc == SQLITE_OK ? VC_STORE_DONE : prune_error(store, rc, err);
}

enum vc_answer sq_prune_written(struct sq_store *store,
                                const struct sq_written *written,
                                const unsigned char *key, struct vc_error *err)
{
    enum vc_answer answer = VC_STORE_DONE;
    int64_t rows = WRITE_ROWS;
    uint32_t limit = 0;

    if (written->was_forgotten)
        return forgotten_drop(store, key, err);
    if (written->was_removed)
        answer = run_on(store, SQ_REMOVED_DROP, written->id, err);
    else if (written->is_removal)
        answer = run_on(store, SQ_REMOVED_ADD, written->id, err);
    if (answer == VC_STORE_DONE)
        answer = limit_read(store, VC_STORE_LIMIT_REVISIONS, &limit, err);
    if (answer == VC_STORE_DONE)
        answer = take_revisions(store, written->id,
                                last_above(written->revision,
                                           written->is_removal, limit),
                                &rows, err);
    if (answer != VC_STORE_DONE || !written->is_removal)
        return answer;
    rows = (int64_t)limit + FORGET_ROWS;
    return forget_some(store, &rows, err);
}

enum vc_answer sq_forgotten_find(struct sq_store *store,
                                 const unsigned char *key, int64_t *ret,
                                 struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    *ret = 0;
    answer = sq_prepare(store, SQ_FORGOTTEN_FIND, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sq_bind_key(stmt, 1, key);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        *ret = sqlite3_column_int64(stmt, 0);
        if (*ret < 1 || *ret == INT64_MAX)
            answer = sq_damaged(store->base.path,
                                "a forgotten domain's revision is impossible",
                                err);
    } else if (rc != SQLITE_DONE) {
        answer = prune_error(store, rc, err);
    }
    (void)sqlite3_reset(stmt);
    return answer;
}

/* ---- Limits ---- */

enum vc_answer sq_limit_get(struct vc_store *base, enum vc_store_limit limit,
                            uint32_t *ret, struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;
    uint32_t value = 0;

    answer = sq_read_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = sq_read_end(store, limit_read(store, limit, &value, err), err);
    if (answer == VC_STORE_DONE)
        *ret = value;
    return answer;
}

/* Not a change of what is stored: the change number stays. */
enum vc_answer sq_limit_set(struct vc_store *base, enum vc_store_limit limit,
                            uint32_t value, struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    answer = sq_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = sq_prepare(store, SQ_LIMIT_SET, &stmt, err);
    if (answer == VC_STORE_DONE) {
        rc = sq_bind_text(stmt, 1, limits[limit].name);
        rc |= sqlite3_bind_int64(stmt, 2, value);
        rc = sq_run(stmt, rc);
        if (rc != SQLITE_OK)
            answer = prune_error(store, rc, err);
    }
    if (answer == VC_STORE_DONE)
        return sq_commit(store, err);
    sq_rollback(store);
    return answer;
}

/* ---- What writing has not taken away yet ---- */

/* The next domains behind *place; *ret_end: there are none behind those. */
static enum vc_answer prune_domains(struct sq_store *store, int64_t *place,
                                    int64_t *rows, bool *ret_end,
                                    struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    unsigned seen = 0;
    uint32_t limit;
    int rc;

    answer = limit_read(store, VC_STORE_LIMIT_REVISIONS, &limit, err);
    *ret_end = limit == 0;
    if (answer == VC_STORE_DONE)
        answer = sq_prepare(store, SQ_PRUNE_NEXT, &stmt, err);
    if (answer != VC_STORE_DONE || limit == 0)
        return answer;
    rc = sqlite3_bind_int64(stmt, 1, *place);
    rc |= sqlite3_bind_int(stmt, 2, STEP_DOMAINS);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        int64_t last;

        rc = sqlite3_step(stmt);
        if (rc != SQLITE_ROW)
            break;
        last = last_above(sqlite3_column_int64(stmt, 1),
                          sqlite3_column_int(stmt, 2) != 0, limit);
        answer = take_revisions(store, sqlite3_column_int64(stmt, 0), last,
                                rows, err);
        if (answer != VC_STORE_DONE || *rows < 1)
            break;
        *place = sqlite3_column_int64(stmt, 0);
        seen++;
    }
    if (rc == SQLITE_DONE)
        *ret_end = seen < STEP_DOMAINS;
    else if (rc != SQLITE_ROW)
        answer = prune_error(store, rc, err);
    (void)sqlite3_reset(stmt);
    return answer;
}

enum vc_answer sq_prune(struct vc_store *base, uint64_t *place, bool *ret_more,
                        struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    int64_t at = *place <= INT64_MAX ? (int64_t)*place : INT64_MAX;
    int64_t rows = STEP_ROWS;
    enum vc_answer answer;
    bool end = false;

    answer = sq_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = prune_domains(store, &at, &rows, &end, err);
    if (answer == VC_STORE_DONE && end)
        answer = forget_some(store, &rows, err);
    if (answer == VC_STORE_DONE)
        answer = sq_commit(store, err);
    else
        sq_rollback(store);
    if (answer != VC_STORE_DONE)
        return answer;
    *place = (uint64_t)at;
    *ret_more = !end || rows < 1;
    return VC_STORE_DONE;
}
