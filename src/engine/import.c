/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many definitions in few transactions.  A slice of documents is read and
 * checked, then stored as one transaction; a document that is refused leaves
 * the slice, and one that somebody else changed meanwhile is defined alone.
 */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/define.h"

#include <string.h>

#define SLICE_ITEMS 1000u
#define SLICE_BYTES (4u * 1024 * 1024) /* as read they may take five times that */

struct slice {
    struct engine_definition *definitions; /* one per item, empty if refused */
    struct vc_store_op *ops;               /* those to be stored */
    size_t *owners;                        /* item of each op */
    size_t nops;
    size_t n;
};

static void slice_clear(struct slice *slice)
{
    size_t i;

    for (i = 0; i < slice->n; i++)
        engine_definition_clear(&slice->definitions[i]);
    free(slice->definitions);
    free(slice->ops);
    free(slice->owners);
    memset(slice, 0, sizeof(*slice));
}

static int slice_init(struct slice *slice, size_t n, struct vc_error *err)
{
    memset(slice, 0, sizeof(*slice));
    slice->definitions = calloc(n, sizeof(*slice->definitions));
    slice->ops = calloc(n, sizeof(*slice->ops));
    slice->owners = calloc(n, sizeof(*slice->owners));
    if (!slice->definitions || !slice->ops || !slice->owners)
        return vc_error_nomem(err);
    slice->n = n;
    return 0;
}

static int refuse(struct vc_import_item *item, const struct vc_error *why,
                  struct vc_error *err)
{
    item->result = -1;
    item->error = malloc(sizeof(*item->error));
    if (!item->error)
        return vc_error_nomem(err);
    *item->error = *why;
    return 0;
}

/* A uuid that runs under another name is refused, as in a single define. */
static int check_runs(const struct vc_instance_list *runs,
                      const struct vc_domdef *def, struct vc_error *err)
{
    size_t i;

    for (i = 0; i < runs->n; i++) {
        if (engine_define_check_run(&runs->items[i], def, err) < 0)
            return -1;
    }
    return 0;
}

/* Is the failure about this document, or about the store or the memory? */
static bool is_refusal(const struct vc_error *why)
{
    return why->room != VC_ROOM_STORE && why->code != VC_ERR_NO_MEMORY;
}

static int slice_read(struct vc_engine *engine, struct slice *slice,
                      struct vc_import_item *items,
                      const struct vc_instance_list *runs, struct vc_error *err)
{
    size_t i;

    for (i = 0; i < slice->n; i++) {
        struct engine_definition *d = &slice->definitions[i];
        struct vc_error why = {0};
        int rc = engine_define_prepare(engine, items[i].bytes, items[i].len,
                                       "import", NULL, d, &why);

        if (d->def.name && !items[i].name) {
            items[i].name = strdup(d->def.name);
            if (!items[i].name)
                return vc_error_nomem(err);
        }
        if (rc == 0)
            rc = check_runs(runs, &d->def, &why);
        if (rc < 0) {
            if (!is_refusal(&why)) {
                *err = why;
                return -1;
            }
            if (refuse(&items[i], &why, err) < 0)
                return -1;
            continue;
        }
        items[i].result = d->same ? 1 : 0;
        if (d->same)
            continue;
        slice->ops[slice->nops] = d->op;
        slice->owners[slice->nops++] = i;
    }
    return 0;
}

static void slice_drop_op(struct slice *slice, size_t index)
{
    slice->nops--;
    memmove(&slice->ops[index], &slice->ops[index + 1],
            (slice->nops - index) * sizeof(*slice->ops));
    memmove(&slice->owners[index], &slice->owners[index + 1],
            (slice->nops - index) * sizeof(*slice->owners));
}

/* Somebody else was first with this one, or it is there twice: by itself. */
static int define_alone(struct vc_engine *engine, struct vc_import_item *item,
                        struct vc_error *err)
{
    VC_DOMID_AUTO id = {0};
    struct vc_error why = {0};
    int live_id;
    bool same;

    if (vc_engine_define(engine, item->bytes, item->len, "import", NULL, &id,
                         &live_id, &same, &why) == 0) {
        item->result = same ? 1 : 0;
        return 0;
    }
    if (is_refusal(&why))
        return refuse(item, &why, err);
    *err = why;
    return -1;
}

static int slice_store(struct vc_engine *engine, struct slice *slice,
                       struct vc_import_item *items, struct vc_error *err)
{
    VC_AUTO_STR char *later = calloc(slice->n, 1);
    size_t i;

    if (!later)
        return vc_error_nomem(err);
    while (slice->nops) {
        struct vc_error why = {0};
        size_t failed = 0;
        enum vc_answer answer = vc_store_txn(engine->store, slice->ops,
                                             slice->nops, &failed, NULL, &why);

        if (answer == VC_STORE_DONE)
            break;
        i = slice->owners[failed];
        if (engine_lost_race(answer) ||
            (answer == VC_STORE_EXISTS &&
             slice->definitions[i].def.uuid_unwritten)) {
            later[i] = 1;
        } else if (answer == VC_STORE_EXISTS) {
            (void)engine_define_name_taken(
                engine, slice->definitions[i].def.name, &why);
            if (refuse(&items[i], &why, err) < 0)
                return -1;
        } else {
            *err = why;
            return vc_engine_store_error(answer, err);
        }
        slice_drop_op(slice, failed);
    }
    for (i = 0; i < slice->n; i++) {
        if (later[i] && define_alone(engine, &items[i], err) < 0)
            return -1;
    }
    return 0;
}

/* All or nothing: any refusal, and nothing is stored. */
static int store_all(struct vc_engine *engine, struct slice *slice,
                     struct vc_import_item *items, struct vc_error *err)
{
    struct vc_error why = {0};
    size_t failed = 0;
    enum vc_answer answer;
    size_t i;

    for (i = 0; i < slice->n; i++) {
        if (items[i].result < 0)
            return 0;
    }
    if (!slice->nops)
        return 0;
    answer = vc_store_txn(engine->store, slice->ops, slice->nops, &failed,
                          NULL, &why);
    if (answer == VC_STORE_DONE)
        return 0;
    i = slice->owners[failed];
    if (answer == VC_STORE_EXISTS)
        (void)engine_define_name_taken(engine, slice->definitions[i].def.name,
                                       &why);
    else if (engine_lost_race(answer))
        (void)vc_error_set(&why, VC_ERR_OPERATION_FAILED,
                           "domain '%s' is there twice, or was changed "
                           "meanwhile",
                           slice->definitions[i].def.name);
    else {
        *err = why;
        return vc_engine_store_error(answer, err);
    }
    return refuse(&items[i], &why, err);
}

static size_t slice_length(const struct vc_import_item *items, size_t n)
{
    size_t bytes = 0;
    size_t i;

    for (i = 0; i < n && i < SLICE_ITEMS; i++) {
        bytes += items[i].len;
        if (i && bytes > SLICE_BYTES)
            break;
    }
    return i;
}

int vc_engine_import(struct vc_engine *engine, struct vc_import_item *items,
                     size_t n, bool all_or_nothing, size_t *ret_dealt,
                     struct vc_error *err)
{
    VC_INSTANCE_LIST_AUTO runs = {0};
    size_t at = 0;
    size_t i;
    int refused = 0;

    *ret_dealt = 0;
    if (vc_engine_writable(engine, err) < 0 ||
        engine->driver->ops->list(engine->driver, &runs, err) < 0)
        return -1;
    while (at < n) {
        __attribute__((cleanup(slice_clear))) struct slice slice;
        size_t len = all_or_nothing ? n - at : slice_length(items + at, n - at);
        int rc = -1;

        if (slice_init(&slice, len, err) == 0 &&
            slice_read(engine, &slice, items + at, &runs, err) == 0)
            rc = (all_or_nothing ? store_all : slice_store)(engine, &slice,
                                                            items + at, err);
        engine_forget_names(engine);
        if (rc < 0)
            return -1;
        at += len;
        *ret_dealt = at;
    }
    for (i = 0; i < n; i++)
        refused += items[i].result < 0;
    return refused;
}
