/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VC_DRIVER_XEN_XEN_H
#define VC_DRIVER_XEN_XEN_H

#include "driver/driver.h"

extern const struct vc_driver_ops vc_xen_driver_ops;

#endif
