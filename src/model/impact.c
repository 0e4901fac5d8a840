/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_MODEL
#include "model/impact.h"

int vc_impact_resolve(unsigned asked, bool active, bool persistent,
                      unsigned *ret_targets, struct vc_error *err)
{
    unsigned targets = asked;

    if (asked == VC_IMPACT_CURRENT)
        targets = active ? VC_IMPACT_LIVE : VC_IMPACT_CONFIG;
    if ((targets & VC_IMPACT_LIVE) && !active)
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "domain is not running");
    if ((targets & VC_IMPACT_CONFIG) && !persistent)
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "transient domains do not have any persistent "
                            "config");
    *ret_targets = targets;
    return 0;
}
