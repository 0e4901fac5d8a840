/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gather: what the definition says, what the hypervisor says.
 *
 * A run and a definition belong together when they have the same uuid; or, if
 * no definition has the run's uuid, the same name (xl makes a new uuid at each
 * create, a plain QEMU may have none).
 */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"

#include <string.h>

void vc_domid_clear(struct vc_domid *id)
{
    free(id->name);
    memset(id, 0, sizeof(*id));
}

int vc_domid_set(struct vc_domid *id, const unsigned char *uuid,
                 const char *name, struct vc_error *err)
{
    char *copy = strdup(name);

    if (!copy)
        return vc_error_nomem(err);
    free(id->name);
    id->name = copy;
    memmove(id->uuid, uuid, VC_UUID_LEN);
    return 0;
}

void vc_view_clear(struct vc_view *view)
{
    vc_record_clear(&view->record);
    vc_vcpudef_clear(&view->config);
    vc_instance_clear(&view->instance);
    vc_local_clear(&view->local);
    vc_live_clear(&view->live);
    vc_vcpudef_clear(&view->kept);
    vc_agent_clear(&view->agent);
    vc_host_clear(&view->host);
    memset(view, 0, sizeof(*view));
}

int vc_engine_store_error(enum vc_answer answer, struct vc_error *err)
{
    switch (answer) {
    case VC_STORE_DONE:
        return 0;
    case VC_STORE_TOO_BIG:
        err->code = VC_ERR_XML_ERROR;
        break;
    case VC_STORE_NOT_APPLIED:
        if (err->code != VC_ERR_RESOURCE_BUSY && err->code != VC_ERR_NO_MEMORY)
            err->code = VC_ERR_OPERATION_FAILED;
        break;
    case VC_STORE_CONFLICT:
    case VC_STORE_EXISTS:
    case VC_STORE_NOT_FOUND:
    case VC_STORE_UNKNOWN:
        err->code = VC_ERR_OPERATION_FAILED;
        break;
    case VC_STORE_UNAVAILABLE:
        break;
    }
    return -1;
}

int vc_engine_no_domain(const struct vc_domid *id, struct vc_error *err)
{
    char text[VC_UUID_TEXT_LEN + 1];

    vc_uuid_format(id->uuid, text);
    return vc_error_set(err, VC_ERR_NO_DOMAIN,
                        "no domain with matching uuid '%s' (%s)", text,
                        id->name);
}

int vc_engine_writable(const struct vc_engine *engine, struct vc_error *err)
{
    if (engine->read_only)
        return vc_error_set(err, VC_ERR_OPERATION_DENIED,
                            "read only access prevents this operation");
    if (vc_store_is_read_only(engine->store))
        return vc_error_set(err, VC_ERR_OPERATION_DENIED,
                            "the store '%s' can't be written",
                            vc_store_path(engine->store));
    return 0;
}

int engine_get_record(struct vc_engine *engine, const unsigned char *key,
                      const char *name, enum vc_store_want want,
                      struct vc_record *ret, bool *ret_found,
                      struct vc_error *err)
{
    struct vc_error ignored;
    enum vc_answer answer;

    answer = key ? vc_store_get(engine->store, key, want, ret, &ignored)
                 : vc_store_get_by_name(engine->store, name, want, ret,
                                        &ignored);
    *ret_found = answer == VC_STORE_DONE;
    if (answer == VC_STORE_DONE || answer == VC_STORE_NOT_FOUND)
        return 0;
    *err = ignored;
    return vc_engine_store_error(answer, err);
}

int vc_engine_match_record(struct vc_engine *engine,
                           const struct vc_instance *inst,
                           enum vc_store_want want, struct vc_record *ret,
                           bool *ret_found, struct vc_error *err)
{
    if (engine_get_record(engine, inst->uuid, NULL, want, ret, ret_found, err) <
        0)
        return -1;
    if (*ret_found)
        return 0;
    return engine_get_record(engine, NULL, inst->name, want, ret, ret_found,
                             err);
}

/* How a run is looked for. */
enum look_how {
    LOOK_THOROUGHLY = 0,
    LOOK_QUICKLY = 1, /* see struct vc_instance_key */
    LOOK_BY_NAME = 2, /* that none has the uuid was just found out */
};

/* 1 and the run that belongs to this definition, 0, -1. */
static int find_run(struct vc_engine *engine, const unsigned char *uuid,
                    const char *name, unsigned how, struct vc_instance *ret,
                    struct vc_error *err)
{
    struct vc_instance_key by_uuid = {.kind = VC_BY_UUID, .uuid = uuid};
    struct vc_instance_key by_name = {
        .kind = VC_BY_NAME, .name = name, .quick = how & LOOK_QUICKLY};
    VC_INSTANCE_AUTO inst = {0};
    VC_RECORD_AUTO other = {0};
    bool taken = false;
    int found = 0;

    if (!(how & LOOK_BY_NAME))
        found = engine->driver->ops->find(engine->driver, &by_uuid, ret, err);
    if (found)
        return found;
    found = engine->driver->ops->find(engine->driver, &by_name, &inst, err);
    if (found <= 0)
        return found;
    if (memcmp(inst.uuid, uuid, VC_UUID_LEN) != 0 &&
        engine_get_record(engine, inst.uuid, NULL, VC_STORE_SUMMARY, &other,
                          &taken, err) < 0)
        return -1;
    if (taken)
        return 0;
    vc_instance_clear(ret);
    *ret = inst;
    memset(&inst, 0, sizeof(inst));
    return 1;
}

static int match_other_record(struct vc_engine *engine,
                              const struct vc_domid *id,
                              enum vc_store_want want, struct vc_view *view,
                              struct vc_error *err)
{
    const struct vc_instance *inst = &view->instance;

    if (memcmp(inst->uuid, id->uuid, VC_UUID_LEN) == 0) /* it has none */
        return engine_get_record(engine, NULL, inst->name, want, &view->record,
                                 &view->persistent, err);
    return vc_engine_match_record(engine, inst, want, &view->record,
                                  &view->persistent, err);
}

static void take_known(struct vc_view *view, struct vc_known *known)
{
    view->persistent = known->is_there;
    view->record = known->record;
    view->has_local = true;
    view->local = known->local;
    memset(&known->record, 0, sizeof(known->record));
    memset(&known->local, 0, sizeof(known->local));
    vc_known_clear(known);
}

/* Finds both halves: the record, and the run that belongs to it. */
static int find_both(struct vc_engine *engine, const struct vc_domid *id,
                     enum vc_store_want want, struct vc_known *known,
                     unsigned how, struct vc_view *view, struct vc_error *err)
{
    int found;

    if (known)
        take_known(view, known);
    else if (engine_get_record(engine, id->uuid, NULL, want, &view->record,
                               &view->persistent, err) < 0)
        return -1;
    found = find_run(engine, id->uuid,
                     view->persistent ? view->record.name : id->name, how,
                     &view->instance, err);
    if (found < 0)
        return -1;
    view->active = found > 0;
    if (!view->persistent && view->active &&
        match_other_record(engine, id, want, view, err) < 0)
        return -1;
    if (!view->persistent && !view->active)
        return vc_engine_no_domain(id, err);
    memcpy(view->key,
           view->persistent ? view->record.key : view->instance.uuid,
           VC_UUID_LEN);
    if (!view->active || memcmp(view->key, id->uuid, VC_UUID_LEN) != 0) {
        vc_local_clear(&view->local); /* of no run, or of another domain */
        view->has_local = false;
    }
    return 0;
}

static int read_local(struct vc_engine *engine, struct vc_view *view,
                      struct vc_error *err)
{
    struct vc_error ignored;
    enum vc_answer answer = vc_store_local_get(engine->store, view->key,
                                               &view->local, &ignored);

    view->has_local = true;
    if (answer == VC_STORE_DONE || answer == VC_STORE_NOT_FOUND)
        return 0;
    *err = ignored;
    return vc_engine_store_error(answer, err);
}

/* What is left of it is about this run. */
static int get_local(struct vc_engine *engine, struct vc_view *view,
                     struct vc_error *err)
{
    if (!view->has_local && read_local(engine, view, err) < 0)
        return -1;
    if (strcmp(view->local.start, view->instance.start) != 0)
        vc_local_clear(&view->local);
    if (!view->local.kept_pins)
        return 0;
    return vc_vcpudef_decode_pins(view->local.kept_pins,
                                  strlen(view->local.kept_pins), &view->kept,
                                  err);
}

/* On a hypervisor that has no affinity for offline vCPUs, the kept pins are
 * what stands in for it; where nothing was kept it stays empty, not known. */
static int lay_kept_pins(struct vc_view *view, struct vc_error *err)
{
    size_t i;

    for (i = 0; i < view->kept.npins; i++) {
        unsigned vcpu = view->kept.pins[i].vcpu;

        if (vcpu < view->live.maximum &&
            !vc_cpuset_contains(&view->live.online, vcpu) &&
            vc_cpuset_copy(&view->live.vcpus[vcpu].affinity,
                           &view->kept.pins[i].cpus, err) < 0)
            return -1;
    }
    return 0;
}

int vc_engine_check_agent(const struct vc_engine *engine,
                          const struct vc_live *live, struct vc_error *err)
{
    if (!(engine->driver->caps & VC_CAP_AGENT))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "this hypervisor has no guest agents");
    if (!live->has_agent)
        return vc_error_set(err, VC_ERR_ARGUMENT_UNSUPPORTED,
                            "QEMU guest agent is not configured");
    return 0;
}

/* A guest counts the vCPUs that it was given in the order in which they came,
 * so it has no number that is not below the maximum, whatever slots they are
 * in.  What else an agent tells is made up. */
int engine_ask_agent(struct vc_engine *engine, struct vc_view *view,
                     struct vc_error *err)
{
    int last;

    if (vc_engine_check_agent(engine, &view->live, err) < 0 ||
        engine->driver->ops->agent_get(engine->driver, &view->instance,
                                       engine->timeout_ms, &view->agent,
                                       err) < 0)
        return -1;
    last = vc_cpuset_last(&view->agent.present);
    if (last < (int)view->live.maximum)
        return 0;
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "the guest agent of domain '%s' answered with vcpu %d, "
                        "which is out of range of the domain (0-%u)",
                        view->instance.name, last, view->live.maximum - 1);
}

int engine_gather_live(struct vc_engine *engine, unsigned want, unsigned more,
                       struct vc_view *view, struct vc_error *err)
{
    const struct vc_driver_ops *ops = engine->driver->ops;
    bool lay = (want & VC_WANT_AFFINITY) &&
               !(engine->driver->caps & VC_CAP_PIN_OFFLINE);

    if (!(want & (VC_WANT_SNAPSHOT | VC_WANT_AGENT)))
        return 0;
    if (lay)
        want |= VC_WANT_ONLINE;
    if (ops->snapshot(engine->driver, &view->instance,
                      (want & (VC_WANT_SNAPSHOT | VC_WANT_COMING |
                               VC_WANT_PLUG)) / VC_WANT_PER_PART | more,
                      &view->live, err) < 0)
        return -1;
    if ((lay || (want & VC_WANT_LOCAL)) && get_local(engine, view, err) < 0)
        return -1;
    if (lay && lay_kept_pins(view, err) < 0)
        return -1;
    return (want & VC_WANT_AGENT) ? engine_ask_agent(engine, view, err) : 0;
}

static int gather_config(unsigned want, struct vc_view *view,
                         struct vc_error *err)
{
    if (!(want & VC_WANT_CONFIG))
        return 0;
    if (vc_vcpudef_decode(view->record.summary, view->record.summary_len,
                          &view->config, err) < 0)
        return vc_error_prefix(err, "domain '%s'", view->record.name);
    return 0;
}

int engine_look_known(struct vc_engine *engine, const struct vc_domid *id,
                      unsigned want, unsigned of, struct vc_known *known,
                      struct vc_view *ret, struct vc_error *err)
{
    VC_VIEW_AUTO view = {0};

    if ((want & VC_WANT_HOST) &&
        engine->driver->ops->host(engine->driver, &view.host, err) < 0)
        return -1;
    if (find_both(engine, id,
                  (want & VC_WANT_DOCUMENT) ? VC_STORE_DOCUMENT
                                            : VC_STORE_SUMMARY,
                  known, LOOK_THOROUGHLY, &view, err) < 0)
        return -1;
    if (view.persistent && gather_config(want, &view, err) < 0)
        return -1;
    if (view.active &&
        engine_gather_live(engine, want, of | VC_LIVE_JUST_FOUND, &view, err) <
            0)
        return -1;
    vc_view_clear(ret);
    *ret = view;
    memset(&view, 0, sizeof(view));
    return 0;
}

int vc_engine_look(struct vc_engine *engine, const struct vc_domid *id,
                   unsigned want, struct vc_view *ret, struct vc_error *err)
{
    return engine_look_known(engine, id, want, 0, NULL, ret, err);
}

/* The quick ways: CONFIG needs no hypervisor, LIVE of a known uuid no store. */
static int read_half(struct vc_engine *engine, const struct vc_domid *id,
                     unsigned impact, unsigned want, struct vc_view *view,
                     struct vc_error *err)
{
    struct vc_instance_key key = {
        .kind = VC_BY_UUID, .uuid = id->uuid, .quick = true};
    int found;

    if (impact == VC_IMPACT_CONFIG)
        return engine_get_record(engine, id->uuid, NULL,
                                 (want & VC_WANT_DOCUMENT) ? VC_STORE_DOCUMENT
                                                           : VC_STORE_SUMMARY,
                                 &view->record, &view->persistent, err);
    found = engine->driver->ops->find(engine->driver, &key, &view->instance,
                                      err);
    if (found < 0)
        return -1;
    view->active = found > 0;
    return 0;
}

/* The run that was found by its name just before.  -1: it is to be looked for;
 * only no memory is said. */
static int read_recalled(struct vc_engine *engine, const struct vc_domid *id,
                         unsigned impact, unsigned want, struct vc_view *view,
                         struct vc_error *err)
{
    struct vc_error why = {0};
    int recalled;

    if (impact == VC_IMPACT_CONFIG)
        return -1;
    recalled = engine_recall_named(engine, id, &view->instance, &why);
    if (recalled > 0) {
        view->active = true;
        view->targets = VC_IMPACT_LIVE;
        memcpy(view->key, id->uuid, VC_UUID_LEN);
        if (engine_gather_live(engine, want, 0, view, &why) == 0)
            return 0;
    }
    vc_view_clear(view);
    if (why.code == VC_ERR_NO_MEMORY)
        *err = why;
    return -1;
}

static int read_found(struct vc_engine *engine, const struct vc_domid *id,
                      unsigned impact, unsigned want, struct vc_view *view,
                      struct vc_error *err)
{
    unsigned how = LOOK_QUICKLY;

    if (impact != VC_IMPACT_CONFIG)
        how |= LOOK_BY_NAME; /* behind read_half */
    if (read_half(engine, id, impact, want, view, err) < 0)
        return -1;
    memcpy(view->key, id->uuid, VC_UUID_LEN);
    if (!view->active && !view->persistent) {
        if (find_both(engine, id,
                      (want & VC_WANT_DOCUMENT) ? VC_STORE_DOCUMENT
                                                : VC_STORE_SUMMARY,
                      NULL, how, view, err) < 0)
            return -1;
        engine_see_named(engine, id, view);
    }
    if (vc_impact_resolve(impact, view->active, view->persistent,
                          &view->targets, err) < 0)
        return -1;
    if (view->targets == VC_IMPACT_CONFIG)
        return gather_config(want, view, err);
    return engine_gather_live(engine, want, VC_LIVE_JUST_FOUND, view, err);
}

int vc_engine_read(struct vc_engine *engine, const struct vc_domid *id,
                   unsigned impact, unsigned want, struct vc_view *ret,
                   struct vc_error *err)
{
    VC_VIEW_AUTO view = {0};
    struct vc_error why = {0};

    if (read_recalled(engine, id, impact, want, &view, &why) < 0) {
        if (why.code) {
            *err = why;
            return -1;
        }
        if (read_found(engine, id, impact, want, &view, err) < 0)
            return -1;
    }
    vc_view_clear(ret);
    *ret = view;
    memset(&view, 0, sizeof(view));
    return 0;
}

struct vc_facts engine_facts(const struct vc_engine *engine,
                             const struct vc_view *view)
{
    return (struct vc_facts){
        .persistent = view->persistent,
        .config = &view->config,
        .active = view->active,
        .live = &view->live,
        .kept = &view->kept,
        .reconciled = view->local.reconciled != 0,
        .agent = &view->agent,
        .ncpus = engine->driver->ncpus,
    };
}
