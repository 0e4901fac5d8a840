/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every driver does, as one suite that runs unchanged against each.  A
 * test program describes a driver, and adds the suite's cases for it.
 */
#ifndef VC_TESTS_DRIVER_CONTRACT_H
#define VC_TESTS_DRIVER_CONTRACT_H

#include <check.h>

#include "driver/driver.h"

struct vc_contract {
    const char *name; /* of the test case */
    unsigned host_caps;
    unsigned live_caps; /* of a domain that `start` started */
    bool has_agent;     /* of such a domain */
    unsigned maximum;   /* of "contract-a", 0: 6; vCPUs 0, 1 and 4 are online */
    bool no_replug;     /* this hypervisor dies when a vCPU is plugged after
                           another was unplugged: no case does that */
    bool forgets_time;  /* an offline vCPU's time is 0, not what it had */
    unsigned timeout_ms;

    /* Around each case; may be NULL. */
    void (*setup)(void);
    void (*teardown)(void);

    /* Another connection to the same host. */
    struct vc_driver *(*open)(struct vc_error *err);
    /* A domain comes and goes; the driver's own verbs where it has them. */
    int (*start)(struct vc_driver *drv, const struct vc_create_spec *spec,
                 struct vc_instance *ret, struct vc_error *err);
    int (*lose)(struct vc_driver *drv, const struct vc_instance *inst,
                struct vc_error *err);
};

/* Borrows contract for good. */
void vc_contract_add(Suite *suite, const struct vc_contract *contract);

#endif
