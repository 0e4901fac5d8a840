/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Earlier revisions; a deleted object still has its own. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <inttypes.h>
#include <string.h>

static enum vc_answer answer_no_history(const struct sq_store *store,
                                        const unsigned char *key,
                                        struct vc_error *err)
{
    char text[VC_STORE_KEY_TEXT_LEN];

    (void)vc_error_set(err, VC_ERR_NO_DOMAIN,
                       "store '%s' never had a domain with uuid %s",
                       store->base.path, vc_store_key_text(key, text));
    return VC_STORE_NOT_FOUND;
}

static enum vc_answer history_walk(struct sq_store *store,
                                   const unsigned char *key, size_t limit,
                                   vc_revision_visit visit, void *opaque,
                                   struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    bool any = false;
    bool stop;
    int rc;

    answer = sq_prepare(store, SQ_HISTORY, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sq_bind_key(stmt, 1, key);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(
            stmt, 2, limit && limit < INT64_MAX ? (int64_t)limit : -1);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    for (; rc == SQLITE_ROW; rc = sqlite3_step(stmt)) {
        struct vc_revision revision = {
            .revision = (uint64_t)sqlite3_column_int64(stmt, 0),
            .time_us = sqlite3_column_int64(stmt, 1),
            .what = (const char *)sqlite3_column_text(stmt, 2),
            .deleted = sqlite3_column_int(stmt, 3) != 0,
        };

        any = true;
        if (!revision.what) {
            rc = SQLITE_NOMEM;
            break;
        }
        vc_store_visit_begin(&store->base);
        stop = visit(&revision, opaque) != 0;
        vc_store_visit_end(&store->base);
        if (sq_is_inherited(store))
            return sq_inherited_end(store, err);
        if (stop)
            break;
    }
    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        answer = sq_answer(store->db, store->base.path, rc, err);
    else if (!any)
        answer = answer_no_history(store, key, err);
    (void)sqlite3_reset(stmt);
    return answer;
}

enum vc_answer sq_history(struct vc_store *base, const unsigned char *key,
                          size_t limit, vc_revision_visit visit, void *opaque,
                          struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;

    answer = sq_read_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = history_walk(store, key, limit, visit, opaque, err);
    return sq_read_end(store, answer, err);
}

static enum vc_answer revision_decode(const struct sq_store *store,
                                      sqlite3_stmt *stmt,
                                      const unsigned char *key,
                                      struct vc_record *ret,
                                      struct vc_error *err)
{
    struct vc_record view = {
        .revision = (uint64_t)sqlite3_column_int64(stmt, 0),
    };

    memcpy(view.key, key, VC_STORE_KEY_LEN);
    if (sqlite3_column_int(stmt, 1)) {
        (void)vc_error_set(err, VC_ERR_NO_DOMAIN,
                           "store '%s': revision %" PRIu64 " is the deletion "
                           "of the domain: ask for an earlier one",
                           store->base.path, view.revision);
        return VC_STORE_NOT_FOUND;
    }
    if (sqlite3_column_type(stmt, 2) != SQLITE_BLOB ||
        sqlite3_column_type(stmt, 3) != SQLITE_BLOB)
        return sq_damaged(store->base.path, "a revision has no document", err);
    view.summary = sq_column_bytes(stmt, 2, &view.summary_len);
    view.document = sq_column_bytes(stmt, 3, &view.document_len);
    if (!view.summary || !view.document)
        return sq_nomem(err);
    return sq_record_copy(&view, ret, err);
}

static enum vc_answer revision_row(struct sq_store *store,
                                   const unsigned char *key, uint64_t revision,
                                   struct vc_record *ret, struct vc_error *err)
{
    char text[VC_STORE_KEY_TEXT_LEN];
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    answer = sq_prepare(store, SQ_REVISION, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sq_bind_key(stmt, 1, key);
    if (rc == SQLITE_OK) /* above 2^63 there are none, as there are none at 0 */
        rc = sqlite3_bind_int64(stmt, 2,
                                revision <= INT64_MAX ? (int64_t)revision : 0);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        answer = revision_decode(store, stmt, key, ret, err);
    } else if (rc == SQLITE_DONE) {
        (void)vc_error_set(err, VC_ERR_NO_DOMAIN,
                           "store '%s' has no revision %" PRIu64 " of domain "
                           "%s",
                           store->base.path, revision,
                           vc_store_key_text(key, text));
        answer = VC_STORE_NOT_FOUND;
    } else {
        answer = sq_answer(store->db, store->base.path, rc, err);
    }
    (void)sqlite3_reset(stmt);
    return answer;
}

enum vc_answer sq_get_revision(struct vc_store *base, const unsigned char *key,
                               uint64_t revision, struct vc_record *ret,
                               struct vc_error *err)
{
    VC_RECORD_AUTO record = {.name = NULL};
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;

    answer = sq_read_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = revision_row(store, key, revision, &record, err);
    answer = sq_read_end(store, answer, err);
    if (answer == VC_STORE_DONE) {
        *ret = record;
        memset(&record, 0, sizeof(record));
    }
    return answer;
}
