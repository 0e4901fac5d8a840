/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the store holds as a whole: numbers, and objects that were removed. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <stdio.h>
#include <string.h>

enum deleted_column { /* of SQ_LIST_DELETED */
    DELETED_UUID,
    DELETED_REVISION,
    DELETED_TIME,
    DELETED_WHAT,
    DELETED_LAST_REVISION, /* NULL: none has a document */
    DELETED_LAST_SUMMARY,
    DELETED_LAST_DOCUMENT,
};

/* False when memory ran out. */
static bool deleted_decode(sqlite3_stmt *stmt, struct vc_record *last,
                           struct vc_revision *removal)
{
    const void *key = sqlite3_column_blob(stmt, DELETED_UUID);

    memset(last, 0, sizeof(*last));
    if (key && sqlite3_column_bytes(stmt, DELETED_UUID) == VC_STORE_KEY_LEN)
        memcpy(last->key, key, VC_STORE_KEY_LEN);
    removal->revision =
        (uint64_t)sqlite3_column_int64(stmt, DELETED_REVISION);
    removal->time_us = sqlite3_column_int64(stmt, DELETED_TIME);
    removal->deleted = true;
    removal->what = "";
    if (sqlite3_column_type(stmt, DELETED_WHAT) != SQLITE_NULL)
        removal->what = (const char *)sqlite3_column_text(stmt, DELETED_WHAT);
    if (sqlite3_column_type(stmt, DELETED_LAST_REVISION) == SQLITE_NULL)
        return removal->what != NULL;
    last->revision =
        (uint64_t)sqlite3_column_int64(stmt, DELETED_LAST_REVISION);
    last->summary = sq_column_bytes(stmt, DELETED_LAST_SUMMARY,
                                    &last->summary_len);
    last->document = sq_column_bytes(stmt, DELETED_LAST_DOCUMENT,
                                     &last->document_len);
    return removal->what && last->summary && last->document;
}

static enum vc_answer deleted_walk(struct sq_store *store,
                                   vc_deleted_visit visit, void *opaque,
                                   struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    bool stop;
    int rc;

    answer = sq_prepare(store, SQ_LIST_DELETED, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct vc_revision removal;
        struct vc_record last;

        if (!deleted_decode(stmt, &last, &removal)) {
            rc = SQLITE_NOMEM;
            break;
        }
        vc_store_visit_begin(&store->base);
        stop = visit(&last, &removal, opaque) != 0;
        vc_store_visit_end(&store->base);
        if (sq_is_inherited(store))
            return sq_inherited_end(store, err);
        if (stop)
            break;
    }
    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        answer = sq_answer(store->db, store->base.path, rc, err);
    (void)sqlite3_reset(stmt);
    return answer;
}

enum vc_answer sq_iterate_deleted(struct vc_store *base,
                                  vc_deleted_visit visit, void *opaque,
                                  struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;

    answer = sq_read_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = deleted_walk(store, visit, opaque, err);
    return sq_read_end(store, answer, err);
}

/* The file's bytes; none if it is not there. */
static uint64_t file_bytes(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static enum vc_answer info_count(struct sq_store *store,
                                 struct vc_store_info *info,
                                 struct vc_error *err)
{
    int64_t format = 0;
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    answer = sq_prepare(store, SQ_COUNT, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        info->objects = (uint64_t)sqlite3_column_int64(stmt, 0);
        info->revisions = (uint64_t)sqlite3_column_int64(stmt, 1);
        rc = sq_query_int(store->db, "PRAGMA user_version", &format);
    }
    (void)sqlite3_reset(stmt);
    if (rc != SQLITE_OK)
        return sq_answer(store->db, store->base.path, rc, err);
    info->format = (unsigned)format;
    return sq_change_read(store, &info->change, err);
}

enum vc_answer sq_info(struct vc_store *base, struct vc_store_info *ret,
                       struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    struct vc_store_info info = {0};
    VC_AUTO_STR char *wal = NULL;
    enum vc_answer answer;

    answer = sq_read_begin(store, err);
    if (answer == VC_STORE_DONE)
        answer = sq_begin_read(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = info_count(store, &info, err);
    sq_rollback(store);
    answer = sq_read_end(store, answer, err);
    if (answer != VC_STORE_DONE)
        return answer;
    if (asprintf(&wal, "%s-wal", store->base.real_path) < 0) {
        wal = NULL;
        return sq_nomem(err);
    }
    info.bytes = file_bytes(store->base.real_path) + file_bytes(wal);
    *ret = info;
    return VC_STORE_DONE;
}
