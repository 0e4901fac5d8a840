/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the contract of Xen and the cases of Xen only share. */
#ifndef LAB_CONTRACT_H
#define LAB_CONTRACT_H

#include <check.h>

#include "driver/driver.h"

/* What the driver can do for a domain of this lab. */
#define LAB_CAPS (VC_CAP_PIN | VC_CAP_PIN_OFFLINE | VC_CAP_ONLINE)
#define LAB_TIMEOUT_MS 5000

struct vc_driver *lab_open(struct vc_error *err);
/* Starts a guest whose uuid holds `seed` in all bytes. */
int lab_start(struct vc_driver *drv, const struct vc_create_spec *spec,
              const char *options, struct vc_instance *ret,
              struct vc_error *err);

Suite *lab_cases_suite(void);

#endif
