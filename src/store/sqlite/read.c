/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading objects.  A row is decoded to a record that borrows from SQLite,
 * and copied only if it is to outlive the statement. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <string.h>

enum sq_column { /* of ROW and ROW_DOCUMENT in statement.c */
    COLUMN_UUID,
    COLUMN_NAME,
    COLUMN_REVISION,
    COLUMN_SUMMARY,
    COLUMN_DOCUMENT,
};

static const char out_of_memory[] = "memory ran out";

char *sq_column_bytes(sqlite3_stmt *stmt, int column, size_t *ret_len)
{
    /* Asked for as text, a blob too gets its NUL. */
    const unsigned char *text = sqlite3_column_text(stmt, column);

    if (text)
        *ret_len = (size_t)sqlite3_column_bytes(stmt, column);
    /* Records have plain pointers; a borrowed one is never written through. */
    return (char *)(uintptr_t)text;
}

static const char *decode_bytes(sqlite3_stmt *stmt, int column,
                                const char *wrong, char **ret, size_t *ret_len)
{
    if (sqlite3_column_type(stmt, column) != SQLITE_BLOB ||
        sqlite3_column_bytes(stmt, column) > (int)VC_STORE_DOCUMENT_MAX)
        return wrong;
    *ret = sq_column_bytes(stmt, column, ret_len);
    return *ret ? NULL : out_of_memory;
}

static const char *decode_key(sqlite3_stmt *stmt, struct vc_record *view)
{
    const void *key = sqlite3_column_blob(stmt, COLUMN_UUID);

    if (sqlite3_column_type(stmt, COLUMN_UUID) != SQLITE_BLOB || !key ||
        sqlite3_column_bytes(stmt, COLUMN_UUID) != VC_STORE_KEY_LEN)
        return "its uuid is not 16 bytes";
    memcpy(view->key, key, VC_STORE_KEY_LEN);
    return NULL;
}

static const char *decode_name(sqlite3_stmt *stmt, struct vc_record *view)
{
    size_t len = 0;
    char *name;

    if (sqlite3_column_type(stmt, COLUMN_NAME) != SQLITE_TEXT)
        return "its name is not text";
    name = sq_column_bytes(stmt, COLUMN_NAME, &len);
    if (!name)
        return out_of_memory;
    if (strlen(name) != len)
        return "its name has a NUL in it";
    view->name = name;
    return NULL;
}

/* Decodes all that can be; returns what the first fault is, or NULL. */
static const char *row_decode(sqlite3_stmt *stmt, enum vc_store_want want,
                              struct vc_record *view)
{
    const char *faults[5] = {NULL};
    sqlite3_int64 revision;
    size_t i;

    memset(view, 0, sizeof(*view));
    faults[0] = decode_key(stmt, view);
    faults[1] = decode_name(stmt, view);
    revision = sqlite3_column_int64(stmt, COLUMN_REVISION);
    if (sqlite3_column_type(stmt, COLUMN_REVISION) != SQLITE_INTEGER ||
        revision < 1)
        faults[2] = "its revision is not a number from 1 up";
    else
        view->revision = (uint64_t)revision;
    faults[3] = decode_bytes(stmt, COLUMN_SUMMARY,
                             "its summary is not bytes, or has too many",
                             &view->summary, &view->summary_len);
    if (want == VC_STORE_DOCUMENT)
        faults[4] = decode_bytes(stmt, COLUMN_DOCUMENT,
                                 "its document is missing, not bytes, or has "
                                 "too many",
                                 &view->document, &view->document_len);
    for (i = 0; i < VC_NELEMS(faults); i++) {
        if (faults[i])
            return faults[i];
    }
    return NULL;
}

static char *bytes_dup(const char *data, size_t len)
{
    char *copy = malloc(len + 1);

    if (copy) {
        memcpy(copy, data, len);
        copy[len] = '\0';
    }
    return copy;
}

enum vc_answer sq_record_copy(const struct vc_record *view,
                              struct vc_record *ret, struct vc_error *err)
{
    struct vc_record copy = *view;

    copy.name = view->name ? strdup(view->name) : NULL;
    copy.summary = bytes_dup(view->summary, view->summary_len);
    copy.document =
        view->document ? bytes_dup(view->document, view->document_len) : NULL;
    if ((view->name && !copy.name) || !copy.summary ||
        (view->document && !copy.document)) {
        vc_record_clear(&copy);
        return sq_nomem(err);
    }
    *ret = copy;
    return VC_STORE_DONE;
}

static enum vc_answer answer_absent(const struct sq_store *store,
                                    const unsigned char *key, const char *name,
                                    struct vc_error *err)
{
    char text[VC_STORE_KEY_TEXT_LEN];

    if (key)
        (void)vc_error_set(err, VC_ERR_NO_DOMAIN,
                           "store '%s' has no domain with uuid %s",
                           store->base.path, vc_store_key_text(key, text));
    else
        (void)vc_error_set(err, VC_ERR_NO_DOMAIN,
                           "store '%s' has no domain with name '%s'",
                           store->base.path, name);
    return VC_STORE_NOT_FOUND;
}

static enum vc_answer answer_fault(const struct sq_store *store,
                                   const struct vc_record *view,
                                   const char *fault, struct vc_error *err)
{
    char text[VC_STORE_KEY_TEXT_LEN];

    if (fault == out_of_memory)
        return sq_nomem(err);
    (void)sq_damaged(store->base.path, fault, err);
    (void)vc_error_prefix(err, "domain '%s' (%s) can't be read",
                          view->name ? view->name : "?",
                          vc_store_key_text(view->key, text));
    return VC_STORE_UNAVAILABLE;
}

enum vc_answer sq_get_row(struct sq_store *store, const unsigned char *key,
                          const char *name, enum vc_store_want want,
                          struct vc_record *ret, struct vc_error *err)
{
    bool document = want == VC_STORE_DOCUMENT;
    struct vc_record view;
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    const char *fault;
    int rc;

    answer = sq_prepare(store,
                        key ? document ? SQ_GET_KEY_DOCUMENT : SQ_GET_KEY
                            : document ? SQ_GET_NAME_DOCUMENT : SQ_GET_NAME,
                        &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = key ? sq_bind_key(stmt, 1, key) : sq_bind_text(stmt, 1, name);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        fault = row_decode(stmt, want, &view);
        answer = fault ? answer_fault(store, &view, fault, err)
                       : sq_record_copy(&view, ret, err);
    } else if (rc == SQLITE_DONE) {
        answer = answer_absent(store, key, name, err);
    } else {
        answer = sq_answer(store->db, store->base.path, rc, err);
    }
    (void)sqlite3_reset(stmt);
    return answer;
}

enum vc_answer sq_get(struct vc_store *base, const unsigned char *key,
                      const char *name, enum vc_store_want want,
                      struct vc_record *ret, struct vc_error *err)
{
    VC_RECORD_AUTO record = {.name = NULL};
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;

    answer = sq_read_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = sq_get_row(store, key, name, want, &record, err);
    answer = sq_read_end(store, answer, err);
    if (answer == VC_STORE_DONE) {
        *ret = record;
        memset(&record, 0, sizeof(record));
    }
    return answer;
}

enum vc_answer sq_change_read(struct sq_store *store, uint64_t *ret_change,
                              struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    answer = sq_prepare(store, SQ_CHANGE, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *ret_change = (uint64_t)sqlite3_column_int64(stmt, 0);
    else if (rc == SQLITE_DONE)
        answer = sq_damaged(store->base.path, "its change number is missing",
                            err);
    else
        answer = sq_answer(store->db, store->base.path, rc, err);
    (void)sqlite3_reset(stmt);
    return answer;
}

enum vc_answer sq_change(struct vc_store *base, uint64_t *ret_change,
                         struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;
    uint64_t change = 0;

    answer = sq_read_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = sq_read_end(store, sq_change_read(store, &change, err), err);
    if (answer == VC_STORE_DONE)
        *ret_change = change;
    return answer;
}

static enum vc_answer list_walk(struct sq_store *store, enum vc_store_want want,
                                const char *after, size_t limit,
                                vc_store_visit visit, void *opaque,
                                struct vc_error *err)
{
    bool document = want == VC_STORE_DOCUMENT;
    struct vc_record view;
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    const char *fault;
    bool stop;
    int rc;

    answer = sq_prepare(store,
                        after ? document ? SQ_LIST_AFTER_DOCUMENT : SQ_LIST_AFTER
                              : document ? SQ_LIST_DOCUMENT : SQ_LIST,
                        &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    /* A negative LIMIT is none. */
    rc = sqlite3_bind_int64(stmt, 1,
                            limit && limit < INT64_MAX ? (int64_t)limit : -1);
    if (rc == SQLITE_OK && after)
        rc = sq_bind_text(stmt, 2, after);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(stmt);
        if (rc != SQLITE_ROW)
            break;
        fault = row_decode(stmt, want, &view);
        if (fault == out_of_memory) {
            rc = SQLITE_NOMEM;
            break;
        }
        vc_store_visit_begin(&store->base);
        stop = visit(&view, fault, opaque) != 0;
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

/* The change number and the walk in one read transaction: one snapshot.
 * Writers go on meanwhile. */
static enum vc_answer list_in_snapshot(struct sq_store *store,
                                       enum vc_store_want want,
                                       const char *after, size_t limit,
                                       vc_store_visit visit, void *opaque,
                                       uint64_t *ret_change,
                                       struct vc_error *err)
{
    enum vc_answer answer = sq_begin_read(store, err);

    if (answer != VC_STORE_DONE)
        return answer;
    answer = sq_change_read(store, ret_change, err);
    if (answer == VC_STORE_DONE)
        answer = list_walk(store, want, after, limit, visit, opaque, err);
    sq_rollback(store);
    return answer;
}

enum vc_answer sq_iterate(struct vc_store *base, enum vc_store_want want,
                          const char *after, size_t limit, vc_store_visit visit,
                          void *opaque, uint64_t *ret_change,
                          struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;
    uint64_t change = 0;

    answer = sq_read_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = ret_change ? list_in_snapshot(store, want, after, limit, visit,
                                           opaque, &change, err)
                        : list_walk(store, want, after, limit, visit, opaque,
                                    err);
    answer = sq_read_end(store, answer, err);
    if (answer == VC_STORE_DONE && ret_change)
        *ret_change = change;
    return answer;
}
