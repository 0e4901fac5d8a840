/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The trace wrapper: one debug line per verb, with arguments and result.
 * vc_driver_open puts it outermost when VCPUCONF_DEBUG names the driver.
 */
#ifndef VC_DRIVER_WRAP_TRACE_H
#define VC_DRIVER_WRAP_TRACE_H

#include "driver/driver.h"

/* Takes next; on NULL (NO_MEMORY) next is still the caller's. */
struct vc_driver *vc_trace_wrap(struct vc_driver *next, const char *log_room,
                                struct vc_error *err) VC_NODISCARD;

/* The driver that this trace wrapper holds; NULL of any other driver. */
struct vc_driver *vc_trace_next(struct vc_driver *drv);

#endif
