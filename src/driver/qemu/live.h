/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run does now, and where its vCPUs run. */
#ifndef VC_DRIVER_QEMU_LIVE_H
#define VC_DRIVER_QEMU_LIVE_H

#include "driver/qemu/home.h"

/* The verbs of driver.h. */
int vc_qemu_snapshot(struct vc_qemu_home *home, const struct vc_instance *inst,
                     unsigned parts, struct vc_live *ret, struct vc_error *err) VC_NODISCARD;
int vc_qemu_pin(struct vc_qemu_home *home, const struct vc_instance *inst,
                unsigned vcpu, const struct vc_cpuset *cpus,
                struct vc_cpuset *ret_effective, struct vc_error *err)
    VC_NODISCARD;

#endif
