/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Xen driver on a hypervisor with made-up domains, and short calls of its
 * verbs. */
#ifndef VC_TESTS_DRIVER_XEN_SCENE_H
#define VC_TESTS_DRIVER_XEN_SCENE_H

#include "driver/driver.h"

#define WEB 5u /* the domain that is tried, found as "web" */

extern struct vc_driver *drv;
extern struct vc_instance web;
extern unsigned plug_ms; /* for the guest to follow */

/* Checked fixture. */
void scene_setup(void);
void scene_teardown(void);

int find_name(const char *name, struct vc_instance *ret, struct vc_error *err);
int find_id(int id, struct vc_instance *ret, struct vc_error *err);
int find_uuid(unsigned char seed, struct vc_instance *ret,
              struct vc_error *err);
/* Of web. */
int snapshot(struct vc_live *ret, struct vc_error *err);
int pin(unsigned vcpu, const char *cpus, struct vc_cpuset *ret,
        struct vc_error *err);
int plug(const char *vcpus, bool online, struct vc_cpuset *ret_done,
         struct vc_error *err);

#endif
