/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"

#include <string.h>

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
    free(commit->ops);
    free(commit->summaries);
    free(commit->words);
    memset(commit, 0, sizeof(*commit));
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
        vc_buf_adds(words, change->what);
    else
        vc_words_change(&change->plan.config_before, &change->plan.config,
                        words);
    if (summary->failed || words->failed)
        return vc_error_nomem(err);
    op->kind = VC_STORE_PUT;
    op->key = change->view.record.key;
    op->expect = change->view.record.revision;
    op->name = change->view.record.name;
    op->summary = vc_buf_str(summary);
    op->summary_len = summary->len;
    op->what = vc_buf_str(words);
    commit->wanted = true;
    return 0;
}

int engine_commit_prepare(struct engine_commit *commit,
                          struct vc_change *changes, size_t n,
                          struct vc_error *err)
{
    size_t i;

    commit->ops = calloc(n, sizeof(*commit->ops));
    commit->summaries = calloc(n, sizeof(*commit->summaries));
    commit->words = calloc(n, sizeof(*commit->words));
    if (!commit->ops || !commit->summaries || !commit->words)
        return vc_error_nomem(err);
    for (i = 0; i < n; i++) {
        if (changes[i].plan.config_changed &&
            prepare_one(commit, &changes[i], err) < 0)
            return -1;
    }
    return 0;
}

/* It may or may not have been stored: look.  All of a transaction is there or
 * none of it, so the first object tells. */
static enum vc_answer find_out(struct vc_engine *engine,
                               const struct vc_store_op *op,
                               struct vc_error *err)
{
    VC_RECORD_AUTO now = {0};
    struct vc_error why = {0};

    if (vc_store_get(engine->store, op->key, VC_STORE_DOCUMENT, &now, &why) !=
        VC_STORE_DONE) {
        (void)vc_error_append(err, "; and it could not be read again: %s",
                              why.text);
        return VC_STORE_UNKNOWN;
    }
    if (now.revision == op->expect)
        return VC_STORE_NOT_APPLIED;
    if (now.revision == op->expect + 1 &&
        now.document_len == op->document_len &&
        memcmp(now.document, op->document, now.document_len) == 0)
        return VC_STORE_DONE;
    return VC_STORE_UNKNOWN;
}

enum vc_answer engine_commit_run(struct vc_engine *engine,
                                 struct engine_commit *commit,
                                 struct vc_error *err)
{
    enum vc_answer answer;

    if (!commit->wanted)
        return VC_STORE_DONE;
    answer = vc_store_txn(engine->store, commit->ops, commit->n, NULL, NULL,
                          err);
    if (answer == VC_STORE_UNKNOWN)
        answer = find_out(engine, &commit->ops[0], err);
    return answer;
}
