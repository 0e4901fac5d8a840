/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Definitions in and out.  No lock is taken: the compare-and-swap of the store
 * keeps two writers apart, and a change that is under way gathers again.
 */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/define.h"

#include <string.h>

int engine_define_check_run(const struct vc_instance *run,
                            const struct vc_domdef *def, struct vc_error *err)
{
    char text[VC_UUID_TEXT_LEN + 1];

    if (memcmp(run->uuid, def->uuid, VC_UUID_LEN) != 0 ||
        strcmp(run->name, def->name) == 0)
        return 0;
    vc_uuid_format(def->uuid, text);
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "domain '%s' is already running with uuid %s",
                        run->name, text);
}

/* The run that has this uuid, if one has.  One that can't be asked is no reason
 * not to take its definition. */
static int find_run_of(struct vc_engine *engine, const struct vc_domdef *def,
                       int *ret_live_id, struct vc_error *err)
{
    struct vc_instance_key key = {.kind = VC_BY_UUID, .uuid = def->uuid};
    VC_INSTANCE_AUTO run = {0};
    struct vc_error why = {0};
    int found = engine->driver->ops->find(engine->driver, &key, &run, &why);

    if (found < 0 && why.code == VC_ERR_NO_MEMORY) {
        *err = why;
        return -1;
    }
    if (found > 0 && engine_define_check_run(&run, def, err) < 0)
        return -1;
    *ret_live_id = found > 0 ? run.id : -1;
    return 0;
}

/* A document whose <uuid> holds none is its name's: exported, edited and
 * defined again it is the same domain. */
static int follow_name(struct vc_engine *engine, struct vc_domdef *def,
                       struct vc_error *err)
{
    VC_RECORD_AUTO same_name = {0};
    bool found;

    if (engine_get_record(engine, NULL, def->name, VC_STORE_SUMMARY, &same_name,
                          &found, err) < 0)
        return -1;
    if (found)
        memcpy(def->uuid, same_name.key, VC_UUID_LEN);
    return 0;
}

/* What is stored under this uuid, and that the name belongs to nobody else. */
static int look_up(struct vc_engine *engine, const struct vc_domdef *def,
                   struct vc_record *ret, bool *ret_found,
                   struct vc_error *err)
{
    char text[VC_UUID_TEXT_LEN + 1];

    if (engine_get_record(engine, def->uuid, NULL, VC_STORE_DOCUMENT, ret,
                          ret_found, err) < 0)
        return -1;
    if (*ret_found && strcmp(ret->name, def->name) != 0) {
        vc_uuid_format(def->uuid, text);
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "domain '%s' is already defined with uuid %s",
                            ret->name, text);
    }
    return 0;
}

int engine_define_name_taken(struct vc_engine *engine, const char *name,
                             struct vc_error *err)
{
    VC_RECORD_AUTO other = {0};
    struct vc_error why = {0};
    char text[VC_UUID_TEXT_LEN + 1];

    if (vc_store_get_by_name(engine->store, name, VC_STORE_SUMMARY, &other,
                             &why) != VC_STORE_DONE)
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "domain '%s' already exists with another uuid",
                            name);
    vc_uuid_format(other.key, text);
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "domain '%s' already exists with uuid %s", name, text);
}

/* The operation, and what it does to the vCPUs of the old definition, if that
 * can be told. */
static int say_words(const char *what, const struct vc_record *old,
                     const struct vc_vcpudef *def, struct vc_buf *words,
                     struct vc_error *err)
{
    VC_VCPUDEF_AUTO before = {0};
    VC_BUF_AUTO changes = {0};
    struct vc_error why = {0};

    vc_buf_clear(words);
    vc_buf_adds(words, what);
    if (old->summary && vc_vcpudef_decode(old->summary, old->summary_len,
                                          &before, &why) == 0)
        vc_words_change(&before, def, &changes);
    if (changes.len)
        vc_buf_addf(words, ": %s", vc_buf_str(&changes));
    return words->failed || changes.failed || why.code == VC_ERR_NO_MEMORY
               ? vc_error_nomem(err)
               : 0;
}

int engine_define_prepare(struct vc_engine *engine, const char *bytes,
                          size_t len, const char *what,
                          const unsigned char *key,
                          struct engine_definition *ret, struct vc_error *err)
{
    VC_RECORD_AUTO old = {0};
    bool found;
    struct vc_store_op *op = &ret->op;

    if (!ret->def.document && vc_xml_import(bytes, len, &ret->def, err) < 0)
        return -1;
    if (ret->def.uuid_unwritten && key)
        memcpy(ret->def.uuid, key, VC_UUID_LEN);
    else if (ret->def.uuid_unwritten &&
             follow_name(engine, &ret->def, err) < 0)
        return -1;
    if (look_up(engine, &ret->def, &old, &found, err) < 0)
        return -1;
    vc_buf_clear(&ret->summary);
    vc_vcpudef_encode(&ret->def.vcpu, &ret->summary);
    if (ret->summary.failed)
        return vc_error_nomem(err);
    if (say_words(what, &old, &ret->def.vcpu, &ret->words, err) < 0)
        return -1;
    /* a row whose summary is damaged is written again */
    ret->same = found && old.document_len == ret->def.document_len &&
                memcmp(old.document, ret->def.document, old.document_len) == 0 &&
                strcmp(old.summary, vc_buf_str(&ret->summary)) == 0;
    memset(op, 0, sizeof(*op));
    op->kind = VC_STORE_PUT;
    op->key = ret->def.uuid;
    op->expect = found ? old.revision : 0;
    op->name = ret->def.name;
    op->summary = vc_buf_str(&ret->summary);
    op->summary_len = ret->summary.len;
    op->document = ret->def.document;
    op->document_len = ret->def.document_len;
    op->what = vc_buf_str(&ret->words);
    return 0;
}

void engine_definition_clear(struct engine_definition *definition)
{
    vc_domdef_clear(&definition->def);
    vc_buf_clear(&definition->summary);
    vc_buf_clear(&definition->words);
    memset(definition, 0, sizeof(*definition));
}

int vc_engine_define(struct vc_engine *engine, const char *bytes, size_t len,
                     const char *what, const unsigned char *key,
                     struct vc_domid *ret, int *ret_live_id, bool *ret_same,
                     struct vc_error *err)
{
    __attribute__((cleanup(engine_definition_clear)))
    struct engine_definition definition = {0};
    enum vc_answer answer = VC_STORE_CONFLICT;
    unsigned tries;
    int live_id = -1;

    if (vc_engine_writable(engine, err) < 0)
        return -1;
    for (tries = 0; engine_lost_race(answer) && tries < ENGINE_TRIES; tries++) {
        if (engine_define_prepare(engine, bytes, len, what, key, &definition,
                                  err) < 0 ||
            find_run_of(engine, &definition.def, &live_id, err) < 0)
            return -1;
        answer = definition.same ? VC_STORE_DONE
                                 : vc_store_txn(engine->store, &definition.op,
                                                1, NULL, NULL, err);
    }
    engine_forget_names(engine);
    if (answer == VC_STORE_EXISTS)
        return engine_define_name_taken(engine, definition.def.name, err);
    if (vc_engine_store_error(answer, err) < 0)
        return -1;
    /* what is stored is no failure any more: nothing is allocated */
    vc_domid_clear(ret);
    memcpy(ret->uuid, definition.def.uuid, VC_UUID_LEN);
    ret->name = VC_STEAL(definition.def.name);
    *ret_live_id = live_id;
    if (ret_same)
        *ret_same = definition.same;
    return 0;
}

int vc_engine_undefine(struct vc_engine *engine, const struct vc_domid *id,
                       struct vc_error *err)
{
    enum vc_answer answer = VC_STORE_CONFLICT;
    unsigned tries;

    if (vc_engine_writable(engine, err) < 0)
        return -1;
    for (tries = 0; engine_lost_race(answer) && tries < ENGINE_TRIES; tries++) {
        VC_VIEW_AUTO view = {0};
        struct vc_store_op op = {.kind = VC_STORE_DELETE, .what = "undefine"};

        if (engine_get_record(engine, id->uuid, NULL, VC_STORE_SUMMARY,
                              &view.record, &view.persistent, err) < 0 ||
            (!view.persistent && vc_engine_look(engine, id, 0, &view, err) < 0))
            return -1;
        if (!view.persistent)
            return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                                "cannot undefine transient domain");
        op.key = view.record.key;
        op.expect = view.record.revision;
        answer = vc_store_txn(engine->store, &op, 1, NULL, NULL, err);
    }
    engine_forget_names(engine);
    return vc_engine_store_error(answer, err);
}

int vc_engine_document(struct vc_engine *engine, const struct vc_domid *id,
                       bool stored, char **ret, struct vc_error *err)
{
    VC_VIEW_AUTO view = {0};
    VC_VCPUDEF_AUTO def = {0};
    size_t len;

    if ((stored ? vc_engine_read(engine, id, VC_IMPACT_CONFIG,
                                 VC_WANT_DOCUMENT, &view, err)
                : vc_engine_look(engine, id,
                                 VC_WANT_DOCUMENT | VC_WANT_SNAPSHOT |
                                     VC_WANT_CONFIG,
                                 &view, err)) < 0)
        return -1;
    if (stored || !view.active) {
        *ret = VC_STEAL(view.record.document);
        return 0;
    }
    if (vc_plan_live_definition(view.persistent ? &view.config : NULL,
                                &view.live, engine->driver->ncpus, &def,
                                err) < 0)
        return -1;
    if (view.persistent)
        return vc_xml_edit(view.record.document, view.record.document_len,
                           &def, ret, &len, err);
    return vc_xml_minimal(view.instance.name, view.instance.uuid, &def, ret,
                          &len, err);
}
