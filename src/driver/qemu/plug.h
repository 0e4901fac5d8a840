/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plugging and unplugging vCPUs of a run: set_online of driver.h. */
#ifndef VC_DRIVER_QEMU_PLUG_H
#define VC_DRIVER_QEMU_PLUG_H

#include "driver/qemu/home.h"

int vc_qemu_plug(struct vc_qemu_home *home, const struct vc_instance *inst,
                 const struct vc_cpuset *vcpus, bool online,
                 unsigned timeout_ms, struct vc_cpuset *ret_done,
                 struct vc_error *err) VC_NODISCARD;

#endif
