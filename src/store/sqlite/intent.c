/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was being done to runs.  As the rest of the local part it does not raise
 * the change number. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <string.h>

enum intent_column {
    INTENT_UUID,
    INTENT_HOME,
    INTENT_START,
    INTENT_NAME,
    INTENT_STEPS,
};

/* *ret_gone: there was one. */
static enum vc_answer remove_one(struct sq_store *store,
                                 const unsigned char *key, const char *home,
                                 bool *ret_gone, struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    answer = sq_prepare(store, SQ_INTENT_END, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sq_bind_key(stmt, 1, key);
    rc |= sq_bind_text(stmt, 2, home);
    rc = sq_run(stmt, rc);
    if (rc != SQLITE_OK)
        return sq_answer(store->db, store->base.path, rc, err);
    *ret_gone = sqlite3_changes(store->db) > 0;
    return VC_STORE_DONE;
}

/* An update to the same values would write nothing, and so sync nothing. */
static enum vc_answer put_one(struct sq_store *store,
                              const struct vc_intent *intent,
                              struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    bool ignored;
    int rc;

    answer = remove_one(store, intent->key, intent->home, &ignored, err);
    if (answer == VC_STORE_DONE)
        answer = sq_prepare(store, SQ_INTENT_PUT, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sq_bind_key(stmt, 1, intent->key);
    rc |= sq_bind_text(stmt, 2, intent->home);
    rc |= sq_bind_text(stmt, 3, intent->start);
    rc |= sq_bind_text(stmt, 4, intent->name);
    rc |= sq_bind_text(stmt, 5, intent->steps);
    rc = sq_run(stmt, rc);
    return rc == SQLITE_OK ? VC_STORE_DONE
                           : sq_answer(store->db, store->base.path, rc, err);
}

enum vc_answer sq_intent_put(struct vc_store *base,
                             const struct vc_intent *intents, size_t n,
                             struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    enum vc_answer answer = sq_begin(store, err);
    size_t i;

    if (answer != VC_STORE_DONE)
        return answer;
    for (i = 0; i < n && answer == VC_STORE_DONE; i++)
        answer = put_one(store, &intents[i], err);
    if (answer == VC_STORE_DONE)
        return sq_commit(store, err);
    sq_rollback(store);
    return answer;
}

enum vc_answer sq_intent_end(struct sq_store *store,
                             const struct vc_store_op *op, struct vc_error *err)
{
    char text[VC_STORE_KEY_TEXT_LEN];
    enum vc_answer answer;
    bool gone = false;

    answer = remove_one(store, op->key, op->home, &gone, err);
    if (answer != VC_STORE_DONE || gone)
        return answer;
    (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                       "store '%s': nothing is under way any more for domain %s "
                       "at '%s'",
                       store->base.path, vc_store_key_text(op->key, text),
                       op->home);
    return VC_STORE_NOT_FOUND;
}

static char *column_copy(sqlite3_stmt *stmt, int column)
{
    size_t len;
    const char *text = sq_column_bytes(stmt, column, &len);

    return text ? strdup(text) : NULL;
}

/* Appends a row; the list owns it also when that fails half-way. */
static enum vc_answer list_add(const struct sq_store *store, sqlite3_stmt *stmt,
                               struct vc_intent_list *list,
                               struct vc_error *err)
{
    struct vc_intent *items;
    struct vc_intent *item;
    const char *start;
    size_t len;

    items = realloc(list->items, (list->n + 1) * sizeof(*items));
    if (!items)
        return sq_nomem(err);
    list->items = items;
    item = &items[list->n++];
    memset(item, 0, sizeof(*item));
    item->home = column_copy(stmt, INTENT_HOME);
    item->name = column_copy(stmt, INTENT_NAME);
    item->steps = column_copy(stmt, INTENT_STEPS);
    start = sq_column_bytes(stmt, INTENT_START, &len);
    if (!item->home || !item->name || !item->steps || !start)
        return sq_nomem(err);
    if (len >= sizeof(item->start) ||
        sqlite3_column_bytes(stmt, INTENT_UUID) != VC_STORE_KEY_LEN)
        return sq_damaged(store->base.path, "an intent's uuid or start identity "
                          "has another length", err);
    memcpy(item->start, start, len);
    memcpy(item->key, sqlite3_column_blob(stmt, INTENT_UUID), VC_STORE_KEY_LEN);
    return VC_STORE_DONE;
}

enum vc_answer sq_intent_rows(struct sq_store *store, const unsigned char *key,
                              struct vc_intent_list *list,
                              struct vc_error *err)
{
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc = SQLITE_OK;

    if (store->format < SQ_FORMAT_INTENTS)
        return VC_STORE_DONE;
    answer = sq_prepare(store, key ? SQ_INTENT_LIST_KEY : SQ_INTENT_LIST, &stmt,
                        err);
    if (answer != VC_STORE_DONE)
        return answer;
    if (key)
        rc = sq_bind_key(stmt, 1, key);
    if (rc == SQLITE_OK) {
        while ((rc = sqlite3_step(stmt)) == SQLITE_ROW &&
               answer == VC_STORE_DONE)
            answer = list_add(store, stmt, list, err);
    }
    if (answer == VC_STORE_DONE && rc != SQLITE_DONE)
        answer = sq_answer(store->db, store->base.path, rc, err);
    (void)sqlite3_reset(stmt);
    return answer;
}

enum vc_answer sq_intent_list(struct vc_store *base, const unsigned char *key,
                              struct vc_intent_list *ret, struct vc_error *err)
{
    VC_INTENT_LIST_AUTO list = {0};
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;

    answer = sq_read_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = sq_read_end(store, sq_intent_rows(store, key, &list, err), err);
    if (answer != VC_STORE_DONE)
        return answer;
    vc_intent_list_clear(ret);
    *ret = list;
    memset(&list, 0, sizeof(list));
    return VC_STORE_DONE;
}
