/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VC_DRIVER_QEMU_QEMU_H
#define VC_DRIVER_QEMU_QEMU_H

#include "driver/driver.h"

extern const struct vc_driver_ops vc_qemu_driver_ops;

#endif
