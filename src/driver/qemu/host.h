/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* This host: what /sys and /proc say of its CPUs. */
#ifndef VC_DRIVER_QEMU_HOST_H
#define VC_DRIVER_QEMU_HOST_H

#include "model/live.h"

/* Most vCPUs that a machine of QEMU can have (q35 since QEMU 9.0; older
 * versions and other machines have less, which each run's maximum tells). */
#define VC_QEMU_VCPUS_MAX 4096u

/* Without caps. */
int vc_qemu_host_read(struct vc_host *ret, struct vc_error *err) VC_NODISCARD;
int vc_qemu_host_online(struct vc_cpuset *ret, struct vc_error *err)
    VC_NODISCARD;

/* The value of the first line "NAME : value" of /proc/cpuinfo, cut. */
bool vc_qemu_cpuinfo_value(const char *text, const char *name, char *buf,
                           size_t size);

#endif
