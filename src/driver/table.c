/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The drivers of this build, in the order of probing.  A driver that a build
 * may lack adds its line inside `#if WITH_NAME`; no other file asks which
 * drivers there are.
 */
#include "config.h"

#include "driver/driver.h"
#include "driver/qemu/qemu.h"
#include "driver/test/test.h"
#include "driver/xen/xen.h"

const struct vc_driver_ops *const vc_driver_table[] = {
#if WITH_XEN
    &vc_xen_driver_ops,
#endif
#if WITH_QEMU
    &vc_qemu_driver_ops,
#endif
    &vc_test_driver_ops,
    NULL,
};
