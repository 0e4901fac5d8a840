/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one rule: what LIVE, CONFIG and CURRENT mean.  Pure; the same for every
 * call and every hypervisor.
 *
 *   asked        active  persistent  effect
 *   CURRENT      yes     any         LIVE
 *   CURRENT      no      yes         CONFIG
 *   LIVE         yes     any         LIVE
 *   LIVE         no      any         OPERATION_INVALID "domain is not running"
 *   CONFIG       any     yes         CONFIG
 *   CONFIG       any     no          OPERATION_INVALID "transient domains ..."
 *   LIVE+CONFIG  yes     yes         both
 *   LIVE+CONFIG  else                the error of the missing half
 */
#ifndef VC_MODEL_IMPACT_H
#define VC_MODEL_IMPACT_H

#include <stdbool.h>

#include "util/error.h"

enum vc_impact { /* the numbers of virDomainModificationImpact */
    VC_IMPACT_CURRENT = 0,
    VC_IMPACT_LIVE = 1,
    VC_IMPACT_CONFIG = 2,
};

/* *ret_targets: VC_IMPACT_LIVE and/or VC_IMPACT_CONFIG, never CURRENT.
 * A domain that is neither active nor persistent does not exist: the caller
 * has said NO_DOMAIN before. */
int vc_impact_resolve(unsigned asked, bool active, bool persistent,
                      unsigned *ret_targets, struct vc_error *err) VC_NODISCARD;

#endif
