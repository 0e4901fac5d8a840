/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of this host's runs.  It does not raise the change number:
 * watchers wait for definitions. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <string.h>

static enum vc_answer local_decode(const struct sq_store *store,
                                   sqlite3_stmt *stmt, struct vc_local *ret,
                                   struct vc_error *err)
{
    bool has_pins = sqlite3_column_type(stmt, 2) != SQLITE_NULL;
    struct vc_local local = {.kept_pins = NULL};
    size_t len = 0;
    const char *text;

    text = sq_column_bytes(stmt, 0, &len);
    if (!text)
        return sq_nomem(err);
    if (len >= sizeof(local.start) || strlen(text) != len)
        return sq_damaged(store->base.path, "a start identity is too long",
                          err);
    memcpy(local.start, text, len);
    local.reconciled = (uint64_t)sqlite3_column_int64(stmt, 1);
    if (has_pins) {
        text = sq_column_bytes(stmt, 2, &len);
        local.kept_pins = text ? strdup(text) : NULL;
        if (!local.kept_pins)
            return sq_nomem(err);
    }
    *ret = local;
    return VC_STORE_DONE;
}

enum vc_answer sq_local_row(struct sq_store *store, const unsigned char *key,
                            struct vc_local *ret, struct vc_error *err)
{
    char text[VC_STORE_KEY_TEXT_LEN];
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    answer = sq_prepare(store, SQ_LOCAL_GET, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    rc = sq_bind_key(stmt, 1, key);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        answer = local_decode(store, stmt, ret, err);
    } else if (rc == SQLITE_DONE) {
        (void)vc_error_set(err, VC_ERR_NO_DOMAIN,
                           "store '%s' knows of no run of domain %s",
                           store->base.path, vc_store_key_text(key, text));
        answer = VC_STORE_NOT_FOUND;
    } else {
        answer = sq_answer(store->db, store->base.path, rc, err);
    }
    (void)sqlite3_reset(stmt);
    return answer;
}

enum vc_answer sq_local_get(struct vc_store *base, const unsigned char *key,
                            struct vc_local *ret, struct vc_error *err)
{
    struct vc_local local = {.kept_pins = NULL};
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;

    answer = sq_read_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = sq_local_row(store, key, &local, err);
    answer = sq_read_end(store, answer, err);
    if (answer == VC_STORE_DONE)
        *ret = local;
    else
        vc_local_clear(&local);
    return answer;
}

enum vc_answer sq_local_put(struct vc_store *base, const unsigned char *key,
                            const struct vc_local *local, struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc;

    answer = sq_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = sq_prepare(store, SQ_LOCAL_PUT, &stmt, err);
    if (answer == VC_STORE_DONE) {
        rc = sq_bind_key(stmt, 1, key);
        rc |= sq_bind_text(stmt, 2, local->start);
        rc |= sqlite3_bind_int64(stmt, 3, (int64_t)local->reconciled);
        rc |= sq_bind_text(stmt, 4, local->kept_pins); /* NULL binds NULL */
        rc = sq_run(stmt, rc);
        if (rc != SQLITE_OK)
            answer = sq_answer(store->db, store->base.path, rc, err);
    }
    if (answer == VC_STORE_DONE)
        return sq_commit(store, err);
    sq_rollback(store);
    return answer;
}
