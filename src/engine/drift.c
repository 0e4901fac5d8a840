/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What differs between a definition and its run, and what the run was made to
 * be when it was reconciled: which of the two has changed since. */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"

/* The definition as it was made live; *ret_known is false when the run was not
 * reconciled, or when that revision is not kept any more. */
static int read_reconciled(struct vc_engine *engine, const struct vc_view *view,
                           struct vc_vcpudef *ret, bool *ret_known,
                           struct vc_error *err)
{
    VC_RECORD_AUTO record = {0};
    struct vc_error why = {0};
    enum vc_answer answer;

    *ret_known = false;
    if (!view->local.reconciled)
        return 0;
    answer = vc_store_get_revision(engine->store, view->key,
                                   view->local.reconciled, &record, &why);
    if (answer == VC_STORE_NOT_FOUND)
        return 0;
    if (answer != VC_STORE_DONE) {
        *err = why;
        return vc_engine_store_error(answer, err);
    }
    if (vc_vcpudef_decode(record.summary, record.summary_len, ret, err) < 0)
        return -1;
    *ret_known = true;
    return 0;
}

static int add_reconciled(const struct vc_vcpudef *def,
                          struct vc_difference_list *list, struct vc_error *err)
{
    size_t i;

    for (i = 0; i < list->n; i++) {
        struct vc_difference *item = &list->items[i];

        item->reconciled = vc_plan_asked(def, item->kind, item->vcpu, err);
        if (!item->reconciled)
            return -1;
    }
    return 0;
}

int vc_engine_diff(struct vc_engine *engine, const struct vc_domid *id,
                   struct vc_difference_list *ret, struct vc_error *err)
{
    struct vc_difference_list list = {0};
    VC_VCPUDEF_AUTO reconciled = {0};
    VC_VIEW_AUTO view = {0};
    unsigned targets;
    bool known;

    if (vc_engine_look(engine, id,
                       VC_WANT_CONFIG | VC_WANT_SNAPSHOT | VC_WANT_LOCAL, &view,
                       err) < 0 ||
        vc_impact_resolve(VC_IMPACT_LIVE | VC_IMPACT_CONFIG, view.active,
                          view.persistent, &targets, err) < 0 ||
        read_reconciled(engine, &view, &reconciled, &known, err) < 0 ||
        vc_plan_diff(&view.config, &view.live, &list, err) < 0)
        return -1;
    if (known && add_reconciled(&reconciled, &list, err) < 0) {
        vc_difference_list_clear(&list);
        return -1;
    }
    *ret = list;
    return 0;
}
