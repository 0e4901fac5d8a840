/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_RECONCILE
#include "reconcile/reconcile.h"

static bool has_note(const struct vc_plan *plan, enum vc_note_kind kind)
{
    size_t i;

    for (i = 0; i < plan->nnotes; i++) {
        if (plan->notes[i].kind == kind)
            return true;
    }
    return false;
}

/* Done before: has anything changed since, but for what was done now? */
static int look_for_drift(const struct vc_change *change,
                          struct vc_buf *report,
                          enum vc_reconcile_result *ret, struct vc_error *err)
{
    struct vc_difference_list list = {0};
    size_t i;

    if (vc_plan_diff(&change->view.config, &change->plan.live, &list, err) < 0)
        return -1;
    for (i = 0; i < list.n; i++) {
        vc_buf_adds(report, "drift   ");
        if (list.items[i].vcpu >= 0)
            vc_buf_addf(report, "vcpu %d: ", list.items[i].vcpu);
        vc_buf_addf(report, "config %s, live %s\n", list.items[i].config,
                    list.items[i].live);
    }
    if (has_note(&change->plan, VC_NOTE_FAILED))
        *ret = VC_RECONCILE_FAILED;
    else if (!vc_plan_is_empty(&change->plan))
        *ret = VC_RECONCILE_KEPT;
    else
        *ret = list.n ? VC_RECONCILE_DRIFTED : VC_RECONCILE_ALREADY;
    vc_difference_list_clear(&list);
    return 0;
}

int vc_reconcile_domain(struct vc_engine *engine, const struct vc_domid *id,
                        bool dry_run, bool force, struct vc_buf *report,
                        enum vc_reconcile_result *ret, struct vc_error *err)
{
    struct vc_request request = {.kind = VC_REQUEST_RECONCILE,
                                 .impact = VC_IMPACT_LIVE};
    VC_CHANGE_AUTO change = {
        .id = id, .requests = &request, .n = 1, .once = !force};

    if (vc_engine_change(engine, &change, 1, dry_run, err) < 0)
        return -1;
    vc_plan_print(&change.plan, report);
    if (change.already)
        return look_for_drift(&change, report, ret, err);
    if (has_note(&change.plan, VC_NOTE_FAILED))
        *ret = VC_RECONCILE_FAILED;
    else if (has_note(&change.plan, VC_NOTE_RESTART))
        *ret = VC_RECONCILE_RESTART;
    else
        *ret = VC_RECONCILE_APPLIED;
    return 0;
}
