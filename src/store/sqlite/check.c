/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with the file: first its pages, then what the tables say of
 * each other.  Rows are judged as they come; nothing is collected. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"

/* One vc_store_check while it runs. */
struct sq_look {
    struct sq_store *store;
    vc_fault_visit visit;
    void *opaque;
    struct vc_buf text; /* of the next fault */
    bool stop;          /* the caller has enough */
};

/* Looks at one row; says what is wrong with it by look_tell. */
typedef void (*look_row)(struct sq_look *look, sqlite3_stmt *stmt);

/* Hands over what is in look->text and empties it. */
static void look_tell(struct sq_look *look)
{
    if (!look->text.failed && !look->stop) {
        vc_store_visit_begin(&look->store->base);
        look->stop = look->visit(vc_buf_str(&look->text), look->opaque) != 0;
        vc_store_visit_end(&look->store->base);
    }
    if (look->text.failed || sq_is_inherited(look->store))
        look->stop = true;
    else
        vc_buf_clear(&look->text);
}

static bool is_damage(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return true;
    case SQLITE_IOERR: /* what the disk does not give back */
        return rc == SQLITE_IOERR_READ || rc == SQLITE_IOERR_SHORT_READ ||
               rc == SQLITE_IOERR_CORRUPTFS;
    default:
        return false;
    }
}

/* `part` names what could not be read to its end. */
static enum vc_answer look_at(struct sq_look *look, enum sq_sql sql,
                              look_row row, const char *part,
                              struct vc_error *err)
{
    struct sq_store *store = look->store;
    enum vc_answer answer;
    sqlite3_stmt *stmt;
    int rc = SQLITE_ROW;

    if (look->stop)
        return VC_STORE_DONE;
    answer = sq_prepare(store, sql, &stmt, err);
    if (answer != VC_STORE_DONE)
        return answer;
    while (rc == SQLITE_ROW && !look->stop) {
        rc = sqlite3_step(stmt);
        if (rc == SQLITE_ROW)
            row(look, stmt);
    }
    if (is_damage(rc)) {
        vc_buf_addf(&look->text, "the file: %s can't be read to its end "
                    "(SQLite code %d)", part, rc);
        look_tell(look);
    } else if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
        answer = sq_answer(store->db, store->base.path, rc, err);
    }
    if (sq_is_inherited(store))
        return sq_inherited_end(store, err);
    (void)sqlite3_reset(stmt);
    return answer;
}

/* SQLite gives several lines in one row, and a heading among them. */
static void row_of_file(struct sq_look *look, sqlite3_stmt *stmt)
{
    const char *line = (const char *)sqlite3_column_text(stmt, 0);
    size_t len;

    if (!line) {
        look->text.failed = true;
        look_tell(look);
        return;
    }
    if (strcmp(line, "ok") == 0)
        return;
    for (; *line && !look->stop; line += len + (line[len] == '\n')) {
        len = strcspn(line, "\n");
        if (len == 0 || strncmp(line, "***", 3) == 0)
            continue;
        vc_buf_addf(&look->text, "the file: %.*s", (int)len, line);
        look_tell(look);
    }
}

enum chain_column {
    CHAIN_UUID,
    CHAIN_NAME,
    CHAIN_REVISION,
    CHAIN_REMOVAL, /* is that revision one?  NULL: it is not there */
    CHAIN_COUNT,
    CHAIN_LOWEST,
    CHAIN_HIGHEST,
};

static void add_domain(struct sq_look *look, sqlite3_stmt *stmt)
{
    const char *name = (const char *)sqlite3_column_text(stmt, CHAIN_NAME);
    const void *key = sqlite3_column_blob(stmt, CHAIN_UUID);
    char text[VC_STORE_KEY_TEXT_LEN] = "uuid of another length";

    if (key && sqlite3_column_bytes(stmt, CHAIN_UUID) == VC_STORE_KEY_LEN)
        (void)vc_store_key_text(key, text);
    if (name)
        vc_buf_addf(&look->text, "domain '%s' (%s): ", name, text);
    else
        vc_buf_addf(&look->text, "removed domain (%s): ", text);
}

static void row_of_chain(struct sq_look *look, sqlite3_stmt *stmt)
{
    bool removed = sqlite3_column_type(stmt, CHAIN_NAME) == SQLITE_NULL;
    bool there = sqlite3_column_type(stmt, CHAIN_REMOVAL) != SQLITE_NULL;
    int64_t revision = sqlite3_column_int64(stmt, CHAIN_REVISION);
    int64_t count = sqlite3_column_int64(stmt, CHAIN_COUNT);
    int64_t low = sqlite3_column_int64(stmt, CHAIN_LOWEST);
    int64_t high = sqlite3_column_int64(stmt, CHAIN_HIGHEST);

    if (!there) {
        add_domain(look, stmt);
        vc_buf_addf(&look->text, "its revision %" PRId64 " is missing from the "
                    "history", revision);
        look_tell(look);
    } else if ((sqlite3_column_int(stmt, CHAIN_REMOVAL) != 0) != removed) {
        add_domain(look, stmt);
        vc_buf_addf(&look->text, "its revision %" PRId64 " is %s", revision,
                    removed ? "not its removal" : "its removal");
        look_tell(look);
    }
    if (there && removed && low == revision &&
        sqlite3_column_int(stmt, CHAIN_REMOVAL) != 0) {
        add_domain(look, stmt);
        vc_buf_adds(&look->text, "its last definition is missing from the "
                    "history");
        look_tell(look);
    }
    if (high > revision) {
        add_domain(look, stmt);
        vc_buf_addf(&look->text, "the history has revision %" PRId64 ", above "
                    "its own, %" PRId64, high, revision);
        look_tell(look);
    }
    /* As numbers of any size: damaged ones may be. */
    if (count && (uint64_t)high - (uint64_t)low != (uint64_t)count - 1) {
        add_domain(look, stmt);
        vc_buf_addf(&look->text, "of its revisions %" PRId64 " to %" PRId64
                    " the history has only %" PRId64, low, high, count);
        look_tell(look);
    }
}

static void row_of_orphans(struct sq_look *look, sqlite3_stmt *stmt)
{
    vc_buf_addf(&look->text, "the history: row %" PRId64 " of the domains is "
                "missing, but not its %" PRId64 " revisions",
                (int64_t)sqlite3_column_int64(stmt, 0),
                (int64_t)sqlite3_column_int64(stmt, 1));
    look_tell(look);
}

static void row_of_removed(struct sq_look *look, sqlite3_stmt *stmt)
{
    if (sqlite3_column_type(stmt, CHAIN_UUID) == SQLITE_NULL) {
        vc_buf_addf(&look->text, "the list of removed domains has row %" PRId64
                    " of the domains, which is missing",
                    (int64_t)sqlite3_column_int64(stmt, 2));
    } else {
        add_domain(look, stmt);
        vc_buf_addf(&look->text, "it is %s the list of removed domains",
                    sqlite3_column_type(stmt, CHAIN_NAME) == SQLITE_NULL
                        ? "missing from"
                        : "in");
    }
    look_tell(look);
}

static void row_of_forgotten(struct sq_look *look, sqlite3_stmt *stmt)
{
    add_domain(look, stmt);
    vc_buf_adds(&look->text, "its uuid is also among the forgotten ones");
    look_tell(look);
}

static void row_of_setting(struct sq_look *look, sqlite3_stmt *stmt)
{
    const char *name = (const char *)sqlite3_column_text(stmt, 0);

    vc_buf_addf(&look->text, "the setting '%s' is %" PRId64 ", not 0 to "
                "4294967295: there is no limit", name ? name : "?",
                (int64_t)sqlite3_column_int64(stmt, 1));
    look_tell(look);
}

static void row_of_change(struct sq_look *look, sqlite3_stmt *stmt)
{
    int64_t change = sqlite3_column_int64(stmt, 0);
    int64_t highest = sqlite3_column_int64(stmt, 1);

    if (sqlite3_column_type(stmt, 0) != SQLITE_INTEGER)
        vc_buf_adds(&look->text, "the change number is missing");
    else if (highest > change)
        vc_buf_addf(&look->text, "the history has change %" PRId64 ", above "
                    "the store's own number, %" PRId64, highest, change);
    else
        return;
    look_tell(look);
}

static enum vc_answer look_at_limits(struct sq_look *look, struct vc_error *err)
{
    enum vc_answer answer;

    answer = look_at(look, SQ_CHECK_REMOVED, row_of_removed,
                     "the list of removed domains", err);
    if (answer == VC_STORE_DONE)
        answer = look_at(look, SQ_CHECK_FORGOTTEN, row_of_forgotten,
                         "the table of forgotten uuids", err);
    if (answer == VC_STORE_DONE)
        answer = look_at(look, SQ_CHECK_SETTING, row_of_setting,
                         "the table of settings", err);
    return answer;
}

static enum vc_answer look_all(struct sq_look *look, struct vc_error *err)
{
    enum vc_answer answer;

    answer = look_at(look, SQ_CHECK_FILE, row_of_file, "its structure", err);
    if (answer == VC_STORE_DONE)
        answer = look_at(look, SQ_CHECK_CHAIN, row_of_chain,
                         "the table of domains", err);
    if (answer == VC_STORE_DONE)
        answer = look_at(look, SQ_CHECK_ORPHANS, row_of_orphans,
                         "the index of revisions", err);
    if (answer == VC_STORE_DONE)
        answer = look_at(look, SQ_CHECK_CHANGE, row_of_change,
                         "the table of revisions", err);
    if (answer == VC_STORE_DONE && look->store->format >= SQ_FORMAT_LIMITS)
        answer = look_at_limits(look, err);
    if (answer == VC_STORE_DONE && look->text.failed)
        answer = sq_nomem(err);
    return answer;
}

enum vc_answer sq_check(struct vc_store *base, vc_fault_visit visit,
                        void *opaque, struct vc_error *err)
{
    struct sq_look look = {
        .store = sq_of(base), .visit = visit, .opaque = opaque};
    enum vc_answer answer;

    answer = sq_read_begin(look.store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    /* What is remembered of the file is not what is to be judged. */
    (void)sqlite3_db_release_memory(look.store->db);
    answer = sq_begin_read(look.store, err);
    if (answer == VC_STORE_DONE) {
        answer = look_all(&look, err);
        sq_rollback(look.store);
    }
    vc_buf_clear(&look.text);
    return sq_read_end(look.store, answer, err);
}
