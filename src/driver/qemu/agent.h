/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest's agent: agent_get and agent_set of driver.h. */
#ifndef VC_DRIVER_QEMU_AGENT_H
#define VC_DRIVER_QEMU_AGENT_H

#include "driver/qemu/home.h"

int vc_qemu_agent_get(struct vc_qemu_home *home, const struct vc_instance *inst,
                      unsigned timeout_ms, struct vc_agent *ret,
                      struct vc_error *err) VC_NODISCARD;
int vc_qemu_agent_set(struct vc_qemu_home *home, const struct vc_instance *inst,
                      const struct vc_cpuset *vcpus, bool online,
                      unsigned timeout_ms, struct vc_cpuset *ret_done,
                      struct vc_error *err) VC_NODISCARD;

#endif
