/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Care of the store: copies, checks, what was removed.  What reads all of the
 * store does so with a handle of its own, so that other threads don't wait for
 * it on the connection's.
 */
#define VC_ROOM VC_ROOM_ENGINE
#include <string.h>

#include "engine/internal.h"
#include "xml/xml.h"

#define PAGE 64       /* definitions looked at in one snapshot */
#define SUMMARY_SHOWN 160

static void store_closep(struct vc_store **store)
{
    vc_store_close(*store);
}

#define STORE_AUTO __attribute__((cleanup(store_closep)))

static int own_handle(const struct vc_engine *engine, struct vc_store **ret,
                      struct vc_error *err)
{
    struct vc_store_options options = {.read_only = true};
    enum vc_answer answer =
        vc_store_open(vc_store_path(engine->store), &options, ret, err);

    /* That the file is gone is a failure to open it, as any other. */
    return answer == VC_STORE_NOT_FOUND ? -1
                                        : vc_engine_store_error(answer, err);
}

int vc_engine_backup(struct vc_engine *engine, const char *path, bool replace,
                     struct vc_error *err)
{
    STORE_AUTO struct vc_store *store = NULL;

    if (own_handle(engine, &store, err) < 0)
        return -1;
    return vc_engine_store_error(vc_store_backup(store, path, replace, err),
                                 err);
}

/* In steps: other writers come in between. */
int vc_engine_limit_history(struct vc_engine *engine, enum vc_store_limit limit,
                            unsigned value, struct vc_error *err)
{
    enum vc_answer answer;
    uint64_t place = 0;
    bool more = true;

    if (vc_engine_writable(engine, err) < 0)
        return -1;
    answer = vc_store_limit_set(engine->store, limit, value, err);
    if (answer != VC_STORE_DONE)
        return vc_engine_store_error(answer, err);
    while (more && answer == VC_STORE_DONE)
        answer = vc_store_prune(engine->store, &place, &more, err);
    if (answer == VC_STORE_DONE)
        return 0;
    (void)vc_engine_store_error(answer, err);
    return vc_error_prefix(err, "the limit is set, but what is above it is not "
                                "all taken away yet");
}

/* ---- Check ---- */

/* One vc_engine_check while it runs. */
struct look {
    vc_engine_fault visit;
    void *opaque;
    struct vc_error *err;
    bool failed;      /* *err is filled: not a fault of the store */
    char *after;      /* the last name that was reached; NULL: none */
    unsigned in_page; /* definitions seen since */
    bool moved;       /* `after` is another one than when the page began */
};

static int tell(struct look *look, struct vc_buf *text)
{
    char *fault = vc_buf_steal(text, NULL, look->err);

    if (!fault || look->visit(fault, look->opaque, look->err) < 0)
        look->failed = true;
    free(fault);
    return look->failed ? -1 : 0;
}

static int tell_domain(struct look *look, const struct vc_record *record,
                       const char *what, const char *why)
{
    char uuid[VC_UUID_TEXT_LEN + 1];
    VC_BUF_AUTO text = {0};

    vc_uuid_format(record->key, uuid);
    vc_buf_addf(&text, "domain '%s' (%s): %s%s",
                record->name ? record->name : "?", uuid, what, why);
    return tell(look, &text);
}

static int check_summary(struct look *look, const struct vc_record *record,
                         const struct vc_vcpudef *def)
{
    VC_BUF_AUTO summary = {0};
    VC_BUF_AUTO why = {0};

    vc_vcpudef_encode(def, &summary);
    if (!summary.failed && summary.len == record->summary_len &&
        memcmp(vc_buf_str(&summary), record->summary, summary.len) == 0)
        return 0;
    vc_buf_addf(&why, "'%.*s', and its document '%.*s'", SUMMARY_SHOWN,
                record->summary, SUMMARY_SHOWN, vc_buf_str(&summary));
    if (summary.failed || why.failed) {
        look->failed = true;
        return vc_error_nomem(look->err);
    }
    return tell_domain(look, record, "its summary says ", vc_buf_str(&why));
}

/* A document whose <uuid> holds none is the one of its row. */
static int check_identity(struct look *look, const struct vc_record *record,
                          const struct vc_domdef *def)
{
    char uuid[VC_UUID_TEXT_LEN + 1];

    if (strcmp(def->name, record->name) != 0 &&
        tell_domain(look, record, "its document has the name ", def->name) < 0)
        return -1;
    if (def->uuid_unwritten || memcmp(def->uuid, record->key, VC_UUID_LEN) == 0)
        return 0;
    vc_uuid_format(def->uuid, uuid);
    return tell_domain(look, record, "its document has the uuid ", uuid);
}

static int check_definition(struct look *look, const struct vc_record *record)
{
    VC_DOMDEF_AUTO def = {0};
    struct vc_error why = {0};

    if (vc_xml_read(record->document, record->document_len, &def, &why) == 0)
        return check_identity(look, record, &def) < 0
                   ? -1
                   : check_summary(look, record, &def.vcpu);
    if (why.code != VC_ERR_NO_MEMORY)
        return tell_domain(look, record, "its document can't be read: ",
                           why.text);
    *look->err = why;
    look->failed = true;
    return -1;
}

/* Names come in order.  One that is not behind the last has no place to go on
 * from. */
static int advance(struct look *look, const char *name)
{
    char *copy;

    if (!name || (look->after && strcmp(name, look->after) <= 0))
        return 0;
    copy = strdup(name);
    if (!copy) {
        look->failed = true;
        return vc_error_nomem(look->err);
    }
    free(look->after);
    look->after = copy;
    look->moved = true;
    return look->in_page >= PAGE ? 1 : 0;
}

/* Non-zero ends the page: where it can go on, or because it must. */
static int look_at(const struct vc_record *record, const char *fault,
                   void *opaque)
{
    struct look *look = opaque;
    int rc;

    look->in_page++;
    rc = fault ? tell_domain(look, record, fault, "")
               : check_definition(look, record);
    return rc < 0 ? rc : advance(look, record->name);
}

/* A definition whose page can't be read: by name, and go on behind it. */
static int step_over(const struct vc_record *record, const char *fault VC_UNUSED,
                     void *opaque)
{
    struct look *look = opaque;
    int rc = advance(look, record->name);

    if (rc < 0 || !look->moved)
        return 1;
    return tell_domain(look, record, "its document can't be read from the file",
                       "");
}

static bool is_damage(enum vc_answer answer, const struct vc_error *err)
{
    return answer == VC_STORE_UNAVAILABLE &&
           (err->code == VC_ERR_OPERATION_FAILED ||
            err->code == VC_ERR_SYSTEM_ERROR);
}

static int tell_end(struct look *look)
{
    VC_BUF_AUTO text = {0};

    if (look->after)
        vc_buf_addf(&text, "the definitions behind domain '%s' can't be read "
                           "from the file", look->after);
    else
        vc_buf_adds(&text, "no definition can be read from the file");
    return tell(look, &text);
}

/* 1: there may be more, 0: that was all, -1. */
static int check_page(struct look *look, struct vc_store *store)
{
    struct vc_error why = {0};
    enum vc_answer answer;

    look->in_page = 0;
    look->moved = false;
    answer = vc_store_iterate(store, VC_STORE_DOCUMENT, look->after, 0, look_at,
                              look, NULL, &why);
    if (look->failed)
        return -1;
    if (answer == VC_STORE_DONE)
        return look->in_page >= PAGE && look->moved;
    if (is_damage(answer, &why)) {
        look->moved = false;
        answer = vc_store_iterate(store, VC_STORE_SUMMARY, look->after, 1,
                                  step_over, look, NULL, &why);
        if (look->failed)
            return -1;
        if (answer == VC_STORE_DONE && look->moved)
            return 1;
        if (answer == VC_STORE_DONE || is_damage(answer, &why))
            return tell_end(look);
    }
    *look->err = why;
    return vc_engine_store_error(answer, look->err);
}

/* One of who is alive still is no fault. */
static int check_intent(struct look *look, struct vc_engine *engine,
                        const struct vc_intent *intent)
{
    VC_PLAN_AUTO plan = {0};
    VC_BUF_AUTO text = {0};
    struct vc_error why = {0};

    if (engine_intent_decode(intent->steps, strlen(intent->steps), &plan,
                             &why) < 0) {
        if (why.code == VC_ERR_NO_MEMORY) {
            look->failed = true;
            *look->err = why;
            return -1;
        }
        vc_buf_addf(&text, "domain '%s': %s", intent->name, why.text);
        return tell(look, &text);
    }
    if (!engine_intent_is_left(engine, intent))
        return 0;
    vc_buf_addf(&text, "domain '%s': a change of its run and its definition was "
                "cut off and is not undone yet (%s)",
                intent->name, intent->home);
    return tell(look, &text);
}

static int check_intents(struct look *look, struct vc_engine *engine,
                         struct vc_store *store)
{
    VC_INTENT_LIST_AUTO list = {0};
    struct vc_error why = {0};
    enum vc_answer answer = vc_store_intent_list(store, NULL, &list, &why);
    size_t i;

    if (is_damage(answer, &why)) {
        VC_BUF_AUTO text = {0};

        vc_buf_adds(&text, "the intents can't be read from the file");
        return tell(look, &text);
    }
    if (answer != VC_STORE_DONE) {
        *look->err = why;
        return vc_engine_store_error(answer, look->err);
    }
    for (i = 0; i < list.n; i++) {
        if (check_intent(look, engine, &list.items[i]) < 0)
            return -1;
    }
    return 0;
}

static int look_fault(const char *fault, void *opaque)
{
    struct look *look = opaque;

    if (look->visit(fault, look->opaque, look->err) < 0)
        look->failed = true;
    return look->failed ? -1 : 0;
}

int vc_engine_check(struct vc_engine *engine, vc_engine_fault visit,
                    void *opaque, struct vc_error *err)
{
    struct look look = {.visit = visit, .opaque = opaque, .err = err};
    STORE_AUTO struct vc_store *store = NULL;
    struct vc_error why = {0};
    enum vc_answer answer;
    int rc = 1;

    if (own_handle(engine, &store, err) < 0)
        return -1;
    answer = vc_store_check(store, look_fault, &look, &why);
    if (look.failed)
        return -1;
    if (answer != VC_STORE_DONE) {
        *err = why;
        return vc_engine_store_error(answer, err);
    }
    while (rc == 1)
        rc = check_page(&look, store);
    free(look.after);
    return rc < 0 ? rc : check_intents(&look, engine, store);
}

/* ---- What was removed ---- */

void vc_deleted_list_clear(struct vc_deleted_list *list)
{
    size_t i;

    for (i = 0; i < list->n; i++)
        free(list->items[i].name);
    free(list->items);
    memset(list, 0, sizeof(*list));
}

struct deleted {
    struct vc_deleted_list list;
    size_t cap;
    struct vc_error *err;
    bool failed;
};

/* The name is in the document; "" if that can't be read. */
static char *last_name(const struct vc_record *last, struct vc_error *err)
{
    VC_DOMDEF_AUTO def = {0};
    struct vc_error why = {0};
    char *name;

    if (last->document &&
        vc_xml_read(last->document, last->document_len, &def, &why) < 0 &&
        why.code == VC_ERR_NO_MEMORY) {
        *err = why;
        return NULL;
    }
    name = def.name ? VC_STEAL(def.name) : strdup("");
    if (!name)
        (void)vc_error_nomem(err);
    return name;
}

static int collect_deleted(const struct vc_record *last,
                           const struct vc_revision *removal, void *opaque)
{
    struct deleted *deleted = opaque;
    struct vc_deleted_item *item;

    deleted->failed = true;
    if (deleted->list.n == deleted->cap) {
        size_t cap = deleted->cap ? deleted->cap * 2 : 16;

        item = realloc(deleted->list.items, cap * sizeof(*item));
        if (!item)
            return vc_error_nomem(deleted->err);
        deleted->list.items = item;
        deleted->cap = cap;
    }
    item = &deleted->list.items[deleted->list.n];
    memcpy(item->uuid, last->key, VC_UUID_LEN);
    item->revision = removal->revision;
    item->time_us = removal->time_us;
    item->name = last_name(last, deleted->err);
    if (!item->name)
        return -1;
    deleted->list.n++;
    deleted->failed = false;
    return 0;
}

static int compare_deleted(const void *a, const void *b)
{
    const struct vc_deleted_item *ia = a;
    const struct vc_deleted_item *ib = b;
    int rc = strcmp(ia->name, ib->name);

    return rc ? rc : memcmp(ia->uuid, ib->uuid, VC_UUID_LEN);
}

int vc_engine_list_deleted(struct vc_engine *engine,
                           struct vc_deleted_list *ret, struct vc_error *err)
{
    struct vc_error failure = {0};
    struct deleted deleted = {.err = &failure};
    enum vc_answer answer;

    answer = vc_store_iterate_deleted(engine->store, collect_deleted, &deleted,
                                      err);
    if (answer == VC_STORE_DONE && !deleted.failed) {
        if (deleted.list.n)
            qsort(deleted.list.items, deleted.list.n,
                  sizeof(*deleted.list.items), compare_deleted);
        *ret = deleted.list;
        return 0;
    }
    vc_deleted_list_clear(&deleted.list);
    if (answer != VC_STORE_DONE)
        return vc_engine_store_error(answer, err);
    *err = failure;
    return -1;
}

/* ---- What this build is ---- */

void vc_engine_features(struct vc_buf *buf)
{
    const struct vc_driver_ops *const *ops;

    vc_buf_adds(buf, "drivers");
    for (ops = vc_driver_table; *ops; ops++)
        vc_buf_addf(buf, " %s", (*ops)->scheme);
    vc_buf_addc(buf, '\n');
    vc_xml_library_version(buf);
    vc_buf_addc(buf, '\n');
    vc_store_library_version(buf);
    vc_buf_addc(buf, '\n');
}
