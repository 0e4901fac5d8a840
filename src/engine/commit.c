/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"

#include <string.h>

#include "util/log.h"
#include "xml/xml.h"

void engine_commit_clear(struct engine_commit *commit)
{
    size_t i;

    for (i = 0; i < commit->n; i++) {
        vc_buf_clear(&commit->summaries[i]);
        vc_buf_clear(&commit->words[i]);
        /* the op borrows what this struct made */
        free((char *)(uintptr_t)commit->ops[i].document);
    }
    vc_intent_list_clear(&commit->intents);
    free(commit->ops);
    free(commit->summaries);
    free(commit->words);
    memset(commit, 0, sizeof(*commit));
}

void engine_drop_definition(struct vc_change *change)
{
    struct vc_record *record = &change->view.record;

    vc_vcpudef_clear(&change->plan.config_before);
    vc_vcpudef_clear(&change->plan.config);
    free(record->document);
    record->document = NULL;
    record->document_len = 0;
}

static int prepare_one(struct engine_commit *commit, struct vc_change *change,
                       struct vc_error *err)
{
    struct vc_store_op *op = &commit->ops[commit->n];
    struct vc_buf *summary = &commit->summaries[commit->n];
    struct vc_buf *words = &commit->words[commit->n];
    char *document = NULL;

    commit->n++;
    if (vc_xml_edit(change->view.record.document,
                    change->view.record.document_len, &change->plan.config,
                    &document, &op->document_len, err) < 0)
        return vc_error_prefix(err, "domain '%s'", change->view.record.name);
    op->document = document;
    vc_vcpudef_encode(&change->plan.config, summary);
    if (change->what)
        vc_buf_addf(words, "%s: ", change->what);
    vc_words_change(&change->plan.config_before, &change->plan.config, words);
    if (summary->failed || words->failed)
        return vc_error_nomem(err);
    op->kind = VC_STORE_PUT;
    op->key = change->view.record.key;
    op->expect = change->view.record.revision;
    op->name = change->view.record.name;
    op->summary = vc_buf_str(summary);
    op->summary_len = summary->len;
    op->what = vc_buf_str(words);
    engine_drop_definition(change);
    return 0;
}

/* Live steps, and a definition that changes or could have. */
static bool is_of_both(const struct engine_commit *commit,
                       const struct vc_change *changes, size_t n)
{
    const unsigned both = VC_IMPACT_LIVE | VC_IMPACT_CONFIG;
    bool config = commit->n > 0;
    bool live = false;
    size_t i;

    for (i = 0; i < n; i++) {
        live |= changes[i].plan.nsteps > 0;
        config |= (changes[i].plan.targets & both) == both;
    }
    return live && config;
}

/* And the operation that ends it. */
static int prepare_intent(struct vc_engine *engine,
                          struct engine_commit *commit,
                          const struct vc_change *change, struct vc_error *err)
{
    struct vc_intent *intent = &commit->intents.items[commit->intents.n];
    struct vc_store_op *op = &commit->ops[commit->n + commit->intents.n];
    VC_BUF_AUTO steps = {0};

    commit->intents.n++;
    memcpy(intent->key, change->view.key, VC_UUID_LEN);
    memcpy(intent->start, change->view.instance.start, sizeof(intent->start));
    if (engine_intent_encode(&change->plan, &steps, err) < 0)
        return -1;
    intent->steps = vc_buf_steal(&steps, NULL, err);
    intent->home = strdup(engine_home(engine));
    intent->name = strdup(change->id->name);
    if (!intent->steps)
        return -1;
    if (!intent->home || !intent->name)
        return vc_error_nomem(err);
    op->kind = VC_STORE_INTENT_END;
    op->key = intent->key;
    op->home = intent->home;
    return 0;
}

int engine_commit_prepare(struct vc_engine *engine,
                          struct engine_commit *commit,
                          struct vc_change *changes, size_t n,
                          struct vc_error *err)
{
    size_t i;

    commit->ops = calloc(2 * n, sizeof(*commit->ops));
    commit->summaries = calloc(n, sizeof(*commit->summaries));
    commit->words = calloc(n, sizeof(*commit->words));
    if (!commit->ops || !commit->summaries || !commit->words)
        return vc_error_nomem(err);
    for (i = 0; i < n; i++) {
        if (changes[i].plan.config_changed &&
            prepare_one(commit, &changes[i], err) < 0)
            return -1;
    }
    if (!is_of_both(commit, changes, n))
        return 0;
    commit->intents.items = calloc(n, sizeof(*commit->intents.items));
    if (!commit->intents.items)
        return vc_error_nomem(err);
    for (i = 0; i < n; i++) {
        if (changes[i].plan.nsteps &&
            prepare_intent(engine, commit, &changes[i], err) < 0)
            return -1;
    }
    return 0;
}

void engine_commit_abandon(struct vc_engine *engine,
                           struct engine_commit *commit)
{
    struct vc_error why = {0};

    if (commit->intents.n &&
        vc_store_txn(engine->store, commit->ops + commit->n, commit->intents.n,
                     NULL, NULL, &why) != VC_STORE_DONE)
        /* found later, it says nothing: the run is not as it says */
        VC_LOG("engine", "the intent of an undone change stays: %s", why.text);
}

int engine_commit_begin(struct vc_engine *engine, struct engine_commit *commit,
                        struct vc_error *err)
{
    enum vc_answer answer;

    if (!commit->intents.n)
        return 0;
    answer = vc_store_intent_put(engine->store, commit->intents.items,
                                 commit->intents.n, err);
    if (answer == VC_STORE_UNKNOWN)
        engine_commit_abandon(engine, commit);
    return vc_engine_store_error(answer, err);
}

/* It may or may not have been stored: look.  All of a transaction is there or
 * none of it, so one object tells.  An intent does so for good, since nobody
 * else ends it.  That it is there is written once more: what a sync that failed
 * left in the log can't count any more, whatever happens now. */
static enum vc_answer find_by_intent(struct vc_engine *engine,
                                     const struct engine_commit *commit,
                                     struct vc_error *why)
{
    const struct vc_intent *ours = &commit->intents.items[0];
    VC_INTENT_LIST_AUTO list = {0};
    size_t i;

    if (vc_store_intent_list(engine->store, ours->key, &list, why) !=
        VC_STORE_DONE)
        return VC_STORE_UNKNOWN;
    for (i = 0; i < list.n; i++) {
        if (strcmp(list.items[i].home, ours->home) == 0)
            return vc_store_intent_put(engine->store, commit->intents.items,
                                       commit->intents.n,
                                       why) == VC_STORE_DONE
                       ? VC_STORE_NOT_APPLIED
                       : VC_STORE_UNKNOWN;
    }
    return VC_STORE_DONE;
}

/* The definition may have been changed again since. */
static enum vc_answer find_by_record(struct vc_engine *engine,
                                     const struct vc_store_op *op,
                                     struct vc_error *why)
{
    VC_RECORD_AUTO now = {0};

    if (vc_store_get(engine->store, op->key, VC_STORE_DOCUMENT, &now, why) !=
        VC_STORE_DONE)
        return VC_STORE_UNKNOWN;
    if (now.revision == op->expect)
        return VC_STORE_NOT_APPLIED;
    if (now.revision == op->expect + 1 &&
        now.document_len == op->document_len &&
        memcmp(now.document, op->document, now.document_len) == 0)
        return VC_STORE_DONE;
    return VC_STORE_UNKNOWN;
}

static enum vc_answer find_out(struct vc_engine *engine,
                               const struct engine_commit *commit,
                               struct vc_error *err)
{
    struct vc_error why = {0};
    enum vc_answer answer = commit->intents.n
                                ? find_by_intent(engine, commit, &why)
                                : find_by_record(engine, &commit->ops[0], &why);

    if (answer == VC_STORE_UNKNOWN && why.code != VC_ERR_OK)
        (void)vc_error_append(err, "; and that could not be found out: %s",
                              why.text);
    return answer;
}

enum vc_answer engine_commit_run(struct vc_engine *engine,
                                 struct engine_commit *commit,
                                 struct vc_error *err)
{
    size_t n = commit->n + commit->intents.n;
    enum vc_answer answer;

    if (n == 0)
        return VC_STORE_DONE;
    answer = vc_store_txn(engine->store, commit->ops, n, NULL, NULL, err);
    if (answer == VC_STORE_UNKNOWN)
        answer = find_out(engine, commit, err);
    return answer;
}
