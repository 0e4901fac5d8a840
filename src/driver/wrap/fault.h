/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fault wrapper: makes verbs of the next driver fail or dawdle by a
 * script, and counts calls.  In a URI: ?fault=SPEC.
 *
 * SPEC is a comma list of VERB:N:ACTION[=ARG].
 *
 *   VERB    host list find snapshot set_affinity (affinity) set_online (online)
 *           agent_get agent_set create destroy watch dispatch
 *   N       2 (the second call of that verb), 2+ (from the second on), * (all);
 *           calls are counted from the open on, from 1
 *   ACTION  fail       OPERATION_FAILED, nothing is done
 *           failafter  it is done, then reported as OPERATION_FAILED
 *           gone       OPERATION_INVALID "domain is not running", nothing done;
 *                      verbs on an instance
 *           timeout    OPERATION_TIMEOUT of set_online, AGENT_UNRESPONSIVE of
 *                      agent_get and agent_set; of the vCPUs that aren't yet
 *                      as asked the lower half (rounded up, never all) follows
 *           narrow     set_affinity sets the lowest CPU of the asked set only
 *           delay=MS   waits MS milliseconds (0-60000), then goes on
 *
 * Items are looked at in their order: delays add up, the first other action
 * of this call decides.
 */
#ifndef VC_DRIVER_WRAP_FAULT_H
#define VC_DRIVER_WRAP_FAULT_H

#include "driver/driver.h"

/* Takes next; on NULL (INVALID_ARG names the item of SPEC and what is allowed
 * there; NO_MEMORY) next is still the caller's.  spec NULL or "": no faults. */
struct vc_driver *vc_fault_wrap(struct vc_driver *next, const char *spec,
                                struct vc_error *err) VC_NODISCARD;

/* These three take a driver as vc_driver_open gave it, with a fault wrapper in
 * its chain.  Without one: 0 calls, and INTERNAL. */

/* How often that verb was called; 0 also of a verb that does not exist. */
unsigned vc_fault_calls(struct vc_driver *drv, const char *verb);

/* Another script, in place of the one before; the counts go on. */
int vc_fault_arm(struct vc_driver *drv, const char *spec, struct vc_error *err)
    VC_NODISCARD;

/* Called at the start of each call of a verb, in the caller's thread, with no
 * lock held; n counts from 1.  NULL removes it. */
typedef void (*vc_fault_hook)(void *opaque, const char *verb, unsigned n);
int vc_fault_on_call(struct vc_driver *drv, vc_fault_hook hook, void *opaque,
                     struct vc_error *err) VC_NODISCARD;

#endif
