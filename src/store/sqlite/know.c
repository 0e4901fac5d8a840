/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that is known under a key, in one read transaction. */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <string.h>

static enum vc_answer know_rows(struct sq_store *store,
                                const unsigned char *key,
                                enum vc_store_want want, struct vc_known *known,
                                struct vc_error *err)
{
    struct vc_error absent;
    enum vc_answer answer;

    answer = sq_get_row(store, key, NULL, want, &known->record, &absent);
    known->is_there = answer == VC_STORE_DONE;
    if (answer == VC_STORE_DONE || answer == VC_STORE_NOT_FOUND) {
        answer = sq_local_row(store, key, &known->local, &absent);
        known->has_run = answer == VC_STORE_DONE;
    }
    if (answer == VC_STORE_DONE || answer == VC_STORE_NOT_FOUND)
        return sq_intent_rows(store, key, &known->intents, err);
    *err = absent;
    return answer;
}

enum vc_answer sq_know(struct vc_store *base, const unsigned char *key,
                       enum vc_store_want want, struct vc_known *ret,
                       struct vc_error *err)
{
    struct sq_store *store = sq_of(base);
    VC_KNOWN_AUTO known = {0};
    enum vc_answer answer;

    answer = sq_read_begin(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    answer = sq_begin_read(store, err);
    if (answer == VC_STORE_DONE) {
        answer = know_rows(store, key, want, &known, err);
        sq_rollback(store);
    }
    answer = sq_read_end(store, answer, err);
    if (answer != VC_STORE_DONE)
        return answer;
    vc_known_clear(ret);
    *ret = known;
    memset(&known, 0, sizeof(known));
    return VC_STORE_DONE;
}
