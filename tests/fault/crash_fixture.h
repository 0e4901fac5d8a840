/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests in which a change is cut off: a world, an engine on it, and how it
 * was at first. */
#ifndef VC_TEST_CRASH_FIXTURE_H
#define VC_TEST_CRASH_FIXTURE_H

#include "../unit/vc_check.h"
#include "crash_world.h"
#include "driver/wrap/fault.h"

#define BOTH (VC_IMPACT_LIVE | VC_IMPACT_CONFIG)

extern struct vc_engine engine;

void crash_setup(void);
void crash_setup_forgets(void);
void crash_teardown(void);

/* The requests are begun by a process that dies as it makes the nth call of the
 * verb; the engine is open before and behind. */
void cut_off(const char *requests, const char *verb, unsigned n);
/* The same; there the sync of the commit, behind `before_commit` calls of the
 * verb, fails once. */
void cut_off_after_failed_sync(const char *requests, const char *verb,
                               unsigned before_commit, unsigned n);
/* set_affinity 2: the first of these pins is done. */
#define TWO_PINS "guest pin 1 3; guest pin 2 6"

void arm(const char *fault_spec);
void must_change(const char *requests, unsigned impact);
/* Pins vcpu 1 of the guest by the driver alone, as another program would. */
void other_hand(const char *cpus);

/* Of a verb, by the engine. */
unsigned calls(const char *verb);
/* How many looks at the hypervisor a change takes that must go well. */
unsigned looks(const char *requests, unsigned impact);

/* As it was at first; no fault, no intent. */
void expect_before(void);
void expect_live(const char *part);

#endif
