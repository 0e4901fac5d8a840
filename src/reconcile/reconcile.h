/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * src/reconcile: what happens when a domain has started.  May know src/engine
 * and src/model.  It plans nothing itself: it asks the corridor for the
 * RECONCILE request, once per run of a domain.
 */
#ifndef VC_RECONCILE_RECONCILE_H
#define VC_RECONCILE_RECONCILE_H

#include "engine/engine.h"

enum vc_reconcile_result { /* the numbers of vcpuconfReconcileResult */
    VC_RECONCILE_FAILED = 0,
    VC_RECONCILE_RESTART = 1,
    VC_RECONCILE_APPLIED = 2,
    VC_RECONCILE_KEPT = 3,
    VC_RECONCILE_DRIFTED = 4,
    VC_RECONCILE_ALREADY = 5,
};

/* Live := config for the run there is now.  Done before for this run: only
 * kept pins of vCPUs that another hand has plugged are applied, unless forced.
 * The report gets the plan in lines. */
int vc_reconcile_domain(struct vc_engine *engine, const struct vc_domid *id,
                        bool dry_run, bool force, struct vc_buf *report,
                        enum vc_reconcile_result *ret,
                        struct vc_error *err) VC_NODISCARD;

#endif
