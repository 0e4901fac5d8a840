/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What runs and has a definition: what reconcile is about. */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"

#include <string.h>

void vc_run_list_clear(struct vc_run_list *list)
{
    size_t i;

    for (i = 0; i < list->n; i++) {
        vc_domid_clear(&list->items[i].id);
        free(list->items[i].why);
    }
    free(list->items);
    memset(list, 0, sizeof(*list));
}

/* There is room for it in the list. */
static int add_run(struct vc_run_list *list, const unsigned char *uuid,
                   const char *name, const char *why, struct vc_run **ret,
                   struct vc_error *err)
{
    struct vc_run *run = &list->items[list->n];

    if (vc_domid_set(&run->id, uuid, name, err) < 0)
        return -1;
    list->n++;
    run->live_id = -1;
    run->state = VC_RUN_UNCLEAR;
    if (why) {
        run->why = strdup(why);
        if (!run->why)
            return vc_error_nomem(err);
    }
    *ret = run;
    return 0;
}

/* A definition has one run.  One that has its uuid comes before one that only
 * has its name. */
static bool is_taken(const struct vc_instance_list *all,
                     const struct vc_instance *inst,
                     const struct vc_record *record,
                     const struct vc_run_list *list)
{
    size_t i;

    for (i = 0; i < list->n; i++) {
        if (memcmp(list->items[i].id.uuid, record->key, VC_UUID_LEN) == 0)
            return true;
    }
    if (memcmp(inst->uuid, record->key, VC_UUID_LEN) == 0)
        return false;
    for (i = 0; i < all->n; i++) {
        if (memcmp(all->items[i].uuid, record->key, VC_UUID_LEN) == 0)
            return true;
    }
    return false;
}

static int get_state(struct vc_engine *engine, const unsigned char *key,
                     struct vc_run *run, struct vc_error *why)
{
    VC_LOCAL_AUTO local = {0};
    enum vc_answer answer =
        vc_store_local_get(engine->store, key, &local, why);

    if (answer != VC_STORE_DONE && answer != VC_STORE_NOT_FOUND)
        return vc_engine_store_error(answer, why);
    if (answer == VC_STORE_NOT_FOUND || strcmp(local.start, run->start) != 0 ||
        !local.reconciled)
        run->state = VC_RUN_NEW;
    else
        run->state = local.kept_pins && *local.kept_pins ? VC_RUN_KEPT
                                                         : VC_RUN_DONE;
    return 0;
}

/* One that the store can't tell about hides no other one. */
static int look_at(struct vc_engine *engine,
                   const struct vc_instance_list *all,
                   const struct vc_instance *inst, struct vc_run_list *list,
                   struct vc_error *err)
{
    VC_RECORD_AUTO record = {0};
    struct vc_error why = {0};
    struct vc_run *run;
    bool found;

    if (vc_engine_match_record(engine, inst, VC_STORE_SUMMARY, &record, &found,
                               &why) < 0)
        return add_run(list, inst->uuid, inst->name, why.text, &run, err);
    if (!found || is_taken(all, inst, &record, list))
        return 0;
    if (add_run(list, record.key, record.name, NULL, &run, err) < 0)
        return -1;
    run->live_id = inst->id;
    memcpy(run->start, inst->start, sizeof(run->start));
    if (get_state(engine, record.key, run, &why) == 0)
        return 0;
    run->why = strdup(why.text);
    return run->why ? 0 : vc_error_nomem(err);
}

static int look_at_unclear(struct vc_engine *engine,
                           const struct vc_unclear *unclear,
                           struct vc_run_list *list, struct vc_error *err)
{
    VC_RECORD_AUTO record = {0};
    struct vc_error why = {0};
    struct vc_run *run;
    bool found;

    if (engine_get_record(engine, NULL, unclear->name, VC_STORE_SUMMARY,
                          &record, &found, &why) < 0) {
        unsigned char uuid[VC_UUID_LEN];

        vc_uuid_of_name(unclear->name, uuid);
        return add_run(list, uuid, unclear->name, why.text, &run, err);
    }
    if (!found)
        return 0;
    return add_run(list, record.key, record.name, unclear->why, &run, err);
}

int vc_engine_list_runs(struct vc_engine *engine, struct vc_run_list *ret,
                        struct vc_error *err)
{
    VC_INSTANCE_LIST_AUTO all = {0};
    VC_RUN_LIST_AUTO list = {0};
    size_t i;

    if (engine->driver->ops->list(engine->driver, &all, err) < 0)
        return -1;
    list.items = calloc(all.n + all.nunclear + 1, sizeof(*list.items));
    if (!list.items)
        return vc_error_nomem(err);
    for (i = 0; i < all.n; i++) {
        if (look_at(engine, &all, &all.items[i], &list, err) < 0)
            return -1;
    }
    for (i = 0; i < all.nunclear; i++) {
        if (look_at_unclear(engine, &all.unclear[i], &list, err) < 0)
            return -1;
    }
    vc_run_list_clear(ret);
    *ret = list;
    memset(&list, 0, sizeof(list));
    return 0;
}

static int check_watch(struct vc_engine *engine, struct vc_error *err)
{
    if (!(engine->driver->caps & VC_CAP_WATCH))
        return vc_error_set(err, VC_ERR_NO_SUPPORT,
                            "this hypervisor has no way to tell of domains "
                            "that start");
    return 0;
}

int vc_engine_watch(struct vc_engine *engine, int *ret_fd, struct vc_error *err)
{
    if (check_watch(engine, err) < 0)
        return -1;
    return engine->driver->ops->watch(engine->driver, ret_fd, err);
}

int vc_engine_watch_read(struct vc_engine *engine, bool *ret_news,
                         struct vc_error *err)
{
    return engine->driver->ops->dispatch(engine->driver, ret_news, err);
}
