/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding one domain, and all of them. */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"

#include <string.h>

static int find_defined(struct vc_engine *engine,
                        const struct vc_instance_key *key,
                        struct vc_record *ret, bool *ret_found,
                        struct vc_error *err)
{
    *ret_found = false;
    if (key->kind == VC_BY_ID) /* a number is the hypervisor's alone */
        return 0;
    return engine_get_record(engine,
                             key->kind == VC_BY_UUID ? key->uuid : NULL,
                             key->name, VC_STORE_SUMMARY, ret, ret_found, err);
}

/* 1, or 0: it was removed meanwhile.  A definition is there, and can be worked
 * on, whether or not its run can be asked: then it seems not to run, and what is
 * about the run says why when it is tried. */
static int find_its_run(struct vc_engine *engine, const struct vc_record *record,
                        int *ret_live_id, struct vc_error *err)
{
    VC_VIEW_AUTO view = {0};
    VC_DOMID_AUTO id = {0};
    struct vc_error why = {0};

    if (vc_domid_set(&id, record->key, record->name, err) < 0)
        return -1;
    if (vc_engine_look(engine, &id, 0, &view, &why) < 0) {
        if (why.code == VC_ERR_NO_DOMAIN)
            return 0;
        if (why.code != VC_ERR_NO_MEMORY)
            return 1;
        *err = why;
        return -1;
    }
    *ret_live_id = view.active ? view.instance.id : -1;
    return 1;
}

int vc_engine_find(struct vc_engine *engine, const struct vc_instance_key *key,
                   struct vc_domid *ret, int *ret_live_id, struct vc_error *err)
{
    VC_RECORD_AUTO record = {0};
    VC_INSTANCE_AUTO run = {0};
    bool defined;
    int found;

    *ret_live_id = -1;
    if (find_defined(engine, key, &record, &defined, err) < 0)
        return -1;
    if (defined) {
        found = find_its_run(engine, &record, ret_live_id, err);
        if (found <= 0)
            return found;
        return vc_domid_set(ret, record.key, record.name, err) < 0 ? -1 : 1;
    }
    found = engine->driver->ops->find(engine->driver, key, &run, err);
    if (found <= 0)
        return found;
    *ret_live_id = run.id;
    /* a run under another uuid is known by its definition's */
    if (vc_engine_match_record(engine, &run, VC_STORE_SUMMARY, &record,
                               &defined, err) < 0)
        return -1;
    if (vc_domid_set(ret, defined ? record.key : run.uuid,
                     defined ? record.name : run.name, err) < 0)
        return -1;
    return 1;
}

void vc_list_clear(struct vc_list *list)
{
    size_t i;

    for (i = 0; i < list->n; i++) {
        vc_domid_clear(&list->items[i].id);
        free(list->items[i].fault);
    }
    free(list->items);
    memset(list, 0, sizeof(*list));
}

struct collect {
    struct vc_list list;
    size_t cap;
    struct vc_error *err;
};

static struct vc_list_item *collect_add(struct collect *c,
                                        const unsigned char *uuid,
                                        const char *name, struct vc_error *err)
{
    struct vc_list_item *item;

    if (c->list.n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 64;

        item = realloc(c->list.items, cap * sizeof(*item));
        if (!item) {
            (void)vc_error_nomem(err);
            return NULL;
        }
        c->list.items = item;
        c->cap = cap;
    }
    item = &c->list.items[c->list.n];
    memset(item, 0, sizeof(*item));
    item->live_id = -1;
    if (vc_domid_set(&item->id, uuid, name, err) < 0)
        return NULL;
    c->list.n++;
    return item;
}

static int visit(const struct vc_record *record, const char *fault,
                 void *opaque)
{
    struct collect *c = opaque;
    struct vc_list_item *item =
        collect_add(c, record->key, record->name ? record->name : "", c->err);

    if (!item)
        return -1;
    item->persistent = true;
    if (fault) {
        item->fault = strdup(fault);
        if (!item->fault)
            return vc_error_nomem(c->err);
    }
    return 0;
}

/* ---- Runs and their definitions ---- */

/* A run, and what has its uuid or its name: index + 1 of an item, 0: none. */
struct match {
    const struct vc_instance *run;
    size_t by_uuid;
    size_t by_name;
};

static int compare_uuid(const struct match *match, const struct vc_domid *id)
{
    return memcmp(match->run->uuid, id->uuid, VC_UUID_LEN);
}

static int compare_name(const struct match *match, const struct vc_domid *id)
{
    return strcmp(match->run->name, id->name);
}

typedef int (*match_compare)(const struct match *, const struct vc_domid *);

static int sort_uuid(const void *a, const void *b)
{
    return memcmp((*(struct match *const *)a)->run->uuid,
                  (*(struct match *const *)b)->run->uuid, VC_UUID_LEN);
}

static int sort_name(const void *a, const void *b)
{
    return strcmp((*(struct match *const *)a)->run->name,
                  (*(struct match *const *)b)->run->name);
}

/* The first of them that is not before `id`. */
static size_t match_find(struct match *const *sorted, size_t n,
                         match_compare compare, const struct vc_domid *id)
{
    size_t low = 0;

    while (low < n) {
        size_t middle = low + (n - low) / 2;

        if (compare(sorted[middle], id) < 0)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/* There are few runs and many definitions: what is sorted is the runs. */
static void match_items(const struct vc_list *list, struct match **sorted,
                        size_t n, bool by_name)
{
    match_compare compare = by_name ? compare_name : compare_uuid;
    size_t at;
    size_t i;

    qsort(sorted, n, sizeof(struct match *), by_name ? sort_name : sort_uuid);
    for (i = 0; i < list->n; i++) {
        const struct vc_domid *id = &list->items[i].id;

        for (at = match_find(sorted, n, compare, id);
             at < n && compare(sorted[at], id) == 0; at++) {
            size_t *index = by_name ? &sorted[at]->by_name
                                    : &sorted[at]->by_uuid;

            if (!*index)
                *index = i + 1;
        }
    }
}

/* In the order of the runs: of two that mean one definition the first has it. */
static int add_matched(struct collect *c, const struct match *matches, size_t n,
                       struct vc_error *err)
{
    size_t i;

    for (i = 0; i < n; i++) {
        const struct match *match = &matches[i];
        size_t index = match->by_uuid ? match->by_uuid : match->by_name;
        struct vc_list_item *item = index ? &c->list.items[index - 1] : NULL;

        if (!item || item->active)
            item = collect_add(c, match->run->uuid, match->run->name, err);
        if (!item)
            return -1;
        item->active = true;
        item->live_id = match->run->id;
    }
    return 0;
}

static int add_runs(struct collect *c, const struct vc_instance_list *runs,
                    struct vc_error *err)
{
    struct match *matches;
    struct match **sorted;
    size_t i;
    int rc;

    if (runs->n == 0)
        return 0;
    matches = calloc(runs->n, sizeof(*matches));
    sorted = calloc(runs->n, sizeof(*sorted));
    if (!matches || !sorted) {
        free(matches);
        free(sorted);
        return vc_error_nomem(err);
    }
    for (i = 0; i < runs->n; i++) {
        matches[i].run = &runs->items[i];
        sorted[i] = &matches[i];
    }
    match_items(&c->list, sorted, runs->n, false);
    match_items(&c->list, sorted, runs->n, true);
    rc = add_matched(c, matches, runs->n, err);
    free(matches);
    free(sorted);
    return rc;
}

/* What runs but can't be asked is listed as well, and is no definition that
 * does not run; looking at it says why. */
static int add_unclear(struct collect *c, const struct vc_instance_list *runs,
                       struct vc_error *err)
{
    size_t n = c->list.n;
    size_t i;
    size_t j;

    for (i = 0; i < runs->nunclear; i++) {
        const struct vc_unclear *unclear = &runs->unclear[i];
        unsigned char uuid[VC_UUID_LEN];
        struct vc_list_item *item = NULL;

        for (j = 0; !item && j < n; j++) {
            if (strcmp(c->list.items[j].id.name, unclear->name) == 0)
                item = &c->list.items[j];
        }
        if (!item) {
            vc_uuid_of_name(unclear->name, uuid);
            item = collect_add(c, uuid, unclear->name, err);
        }
        if (!item)
            return -1;
        item->unclear = !item->active;
    }
    return 0;
}

/* ---- The order ---- */

static int sort_id(const void *a, const void *b)
{
    const struct vc_list_item *ia = a;
    const struct vc_list_item *ib = b;

    if (ia->live_id != ib->live_id)
        return ia->live_id < ib->live_id ? -1 : 1;
    return strcmp(ia->id.name, ib->id.name);
}

static int sort_item_name(const void *a, const void *b)
{
    return strcmp(((const struct vc_list_item *)a)->id.name,
                  ((const struct vc_list_item *)b)->id.name);
}

/* Running ones first, by id; then by name, as the store has given them: only
 * what was added to those is out of order. */
static int put_in_order(struct vc_list *list, struct vc_error *err)
{
    struct vc_list_item *items = calloc(list->n ? list->n : 1, sizeof(*items));
    size_t nactive = 0;
    size_t n = 0;
    size_t i;

    if (!items)
        return vc_error_nomem(err);
    for (i = 0; i < list->n; i++) {
        if (list->items[i].active)
            items[nactive++] = list->items[i];
    }
    n = nactive;
    for (i = 0; i < list->n; i++) {
        if (!list->items[i].active)
            items[n++] = list->items[i];
    }
    free(list->items);
    list->items = items;
    qsort(items, nactive, sizeof(*items), sort_id);
    for (i = nactive + 1; i < n; i++) {
        if (sort_item_name(&items[i - 1], &items[i]) > 0) {
            qsort(items + nactive, n - nactive, sizeof(*items), sort_item_name);
            break;
        }
    }
    return 0;
}

int vc_engine_list(struct vc_engine *engine, struct vc_list *ret,
                   struct vc_error *err)
{
    VC_INSTANCE_LIST_AUTO runs = {0};
    struct vc_error failed = {0};
    struct vc_error why = {0};
    struct collect c = {.err = &failed};
    enum vc_answer answer;

    if (engine->driver->ops->list(engine->driver, &runs, err) < 0)
        return -1;
    answer = vc_store_iterate(engine->store, VC_STORE_SUMMARY, NULL, 0, visit,
                              &c, NULL, &why);
    if (answer != VC_STORE_DONE) {
        *err = why;
        (void)vc_engine_store_error(answer, err);
        goto fail;
    }
    if (failed.code) {
        *err = failed;
        goto fail;
    }
    if (add_runs(&c, &runs, err) < 0 || add_unclear(&c, &runs, err) < 0 ||
        put_in_order(&c.list, err) < 0)
        goto fail;
    vc_list_clear(ret);
    *ret = c.list;
    return 0;
fail:
    vc_list_clear(&c.list);
    return -1;
}
