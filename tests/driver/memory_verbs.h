/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of a driver as calls of a memory_trial, all on one run. */
#ifndef VC_TESTS_DRIVER_MEMORY_VERBS_H
#define VC_TESTS_DRIVER_MEMORY_VERBS_H

#include "driver/driver.h"

struct memory_subject {
    const char *uri;
    struct vc_driver *drv;
    struct vc_instance inst; /* of 4 vCPUs or more; 2 and 3 can be plugged */
};
extern struct memory_subject subject;

/* "Not found" is no failure. */
int verb_find_by(struct vc_instance_key key, struct vc_error *err);
int verb_pin_to(unsigned cpu, struct vc_error *err); /* vCPU 1 */
int verb_agent_set_to(bool online, struct vc_error *err);

int verb_open(struct vc_error *err); /* another handle */
int verb_host(struct vc_error *err);
int verb_list(struct vc_error *err);
int verb_find(struct vc_error *err); /* by name */
int verb_snapshot(struct vc_error *err);
int verb_pin(struct vc_error *err); /* to CPU 0, which is everywhere */
int verb_plug(struct vc_error *err);
int verb_unplug(struct vc_error *err);
int verb_agent_get(struct vc_error *err);
int verb_agent_set(struct vc_error *err); /* vCPU 1 goes offline */
int verb_watch(struct vc_error *err);

/* Before one of them. */
void verb_must(int (*call)(struct vc_error *err));
void verb_plugged(void);
void verb_unplugged(void);
void verb_guest_online(void);

#endif
