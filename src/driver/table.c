/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The drivers of this build, in the order of probing.  A driver that a build
 * may lack adds its line inside `#if WITH_NAME`; no other file asks which
 * drivers there are.
 */
#include "driver/driver.h"
#include "driver/test/test.h"

const struct vc_driver_ops *const vc_driver_table[] = {
    &vc_test_driver_ops,
    NULL,
};
