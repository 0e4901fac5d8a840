/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From Xen's words to ours and back: plain inputs, no hypercalls, so that all
 * of it can be tested without a Xen.
 */
#ifndef VC_DRIVER_XEN_VALUES_H
#define VC_DRIVER_XEN_VALUES_H

#include <xenctrl.h>

#include "model/live.h"

#define VC_XEN_DOMAIN0 "Domain-0"
/* "/local/domain/32751/cpu/16383/availability" */
#define VC_XEN_PATH_MAX 64

/* The domain lives: its vCPUs run, or will.  Not so when it is dying, has no
 * vCPUs yet, or was powered off, rebooted or has crashed, whether or not it is
 * still listed; a suspended one may be resumed. */
bool vc_xen_is_alive(const xc_domaininfo_t *info);
/* It has never run: it is being built. */
bool vc_xen_is_new(const xc_domaininfo_t *info);
/* An HVM guest, not a PVH one: a device model plugs its vCPUs. */
bool vc_xen_has_device_model(const xc_domaininfo_t *info);
/* What a snapshot needs of the facts, and no more. */
void vc_xen_facts_keep(const xc_domaininfo_t *info, uint32_t ret[4]);
void vc_xen_facts_recall(const uint32_t facts[4], int domid,
                         xc_domaininfo_t *ret);
unsigned vc_xen_maximum(const xc_domaininfo_t *info);

enum vc_vcpu_state vc_xen_vcpu_state(const xc_vcpuinfo_t *info);

/* Maps of ncpus bits, in whole bytes. */
size_t vc_xen_map_size(unsigned ncpus);
int vc_xen_map_read(const uint8_t *map, unsigned ncpus, struct vc_cpuset *ret,
                    struct vc_error *err) VC_NODISCARD;
void vc_xen_map_write(const struct vc_cpuset *cpus, uint8_t *map,
                      unsigned ncpus);

/* topo: of CPUs 0..ntopo-1.  Fills all but caps, model and memory. */
int vc_xen_host_fill(struct vc_host *ret, const xc_physinfo_t *phys,
                     const xc_cputopo_t *topo, unsigned ntopo,
                     struct vc_error *err) VC_NODISCARD;

void vc_xen_path_name(char ret[VC_XEN_PATH_MAX], unsigned domid);
void vc_xen_path_availability(char ret[VC_XEN_PATH_MAX], unsigned domid,
                              unsigned vcpu);

/* "4.17", of what xc_version says. */
void vc_xen_version_text(int version, char ret[16]);
/* The same of a library's file name, ".../libxenctrl.so.4.17.0"; false: it has
 * no version. */
bool vc_xen_library_version(const char *path, char ret[16]);

/* Is this Domain-0, by what the kernel says?  Contents of
 * /proc/xen/capabilities and of /sys/hypervisor/properties/features; NULL where
 * there is no such file. */
bool vc_xen_is_control(const char *capabilities, const char *features);

/* What a failed hypercall means.  Always -1. */
int vc_xen_error(struct vc_error *err, int errnum, const char *fmt, ...)
    VC_PRINTF(3, 4);

#endif
