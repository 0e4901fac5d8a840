/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest's agent answers.  Pure.  A guest may be hostile: nothing that
 * it says is taken without a look at its type and range, and its words reach
 * a message only cleaned and cut.
 *
 * The agent counts CPUs as the guest's kernel does, in the order in which they
 * came up for the first time.  That is the vCPU's id as long as the guest was
 * given its vCPUs lowest first, as this driver plugs them; where others were
 * plugged in another order, its numbers are another order's, and no agent
 * tells which.
 */
#ifndef VC_DRIVER_QEMU_GUEST_H
#define VC_DRIVER_QEMU_GUEST_H

#include "driver/qemu/json.h"
#include "model/live.h"

/* The value of {"return": ...}; NULL with the agent's own words in *err.
 * Borrowed. */
struct json_object *vc_qemu_guest_return(struct json_object *msg,
                                         const char *domain,
                                         const char *command,
                                         struct vc_error *err);
int vc_qemu_guest_vcpus(struct json_object *value, const char *domain,
                        struct vc_agent *ret, struct vc_error *err)
    VC_NODISCARD;
/* How many of `asked` were done. */
int vc_qemu_guest_count(struct json_object *value, const char *domain,
                        unsigned asked, unsigned *ret, struct vc_error *err)
    VC_NODISCARD;

/* Whether the guest can do it, before it is asked. */
int vc_qemu_guest_check(const struct vc_agent *agent, const char *domain,
                        const struct vc_cpuset *vcpus, bool online,
                        struct vc_error *err) VC_NODISCARD;

#endif
