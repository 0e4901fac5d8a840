/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vCPU counts, states and pins.  Include <vcpuconf/vcpuconf.h>. */
#ifndef VCPUCONF_VCPU_H
#define VCPUCONF_VCPU_H

#include <stdbool.h>
#include <string.h>

#include <vcpuconf/domain.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * For every call of this file: a NULL domain is domain 0 of the hypervisor at
 * the default URI (INVALID_DOMAIN where there is none).  vCPU ids and host
 * CPU numbers count from 0.  Checks come in this order: unknown or
 * contradicting flags (INVALID_ARG); NULL, zero and empty arguments
 * (INVALID_ARG); the target, LIVE or CONFIG (OPERATION_INVALID); ranges and
 * contents (INVALID_ARG).  A setter on a read-only connection is
 * OPERATION_DENIED.  A LIVE|CONFIG call that fails has changed neither; only
 * where undoing failed too the answer is OPERATION_FAILED "partially
 * applied", with the targets that did change in the error's int1.  With
 * CONFIG, 0 means that the change is on disk.
 */

/** Flags of the counting calls. */
typedef enum {
    VIR_DOMAIN_VCPU_CURRENT = VIR_DOMAIN_AFFECT_CURRENT,
    VIR_DOMAIN_VCPU_LIVE = VIR_DOMAIN_AFFECT_LIVE,
    VIR_DOMAIN_VCPU_CONFIG = VIR_DOMAIN_AFFECT_CONFIG,
    VIR_DOMAIN_VCPU_MAXIMUM = 1 << 2,     /* the maximum, not the count */
    VIR_DOMAIN_VCPU_GUEST = 1 << 3,       /* as the guest's agent sees it */
    VIR_DOMAIN_VCPU_HOTPLUGGABLE = 1 << 4 /* added vCPUs become so in CONFIG */
} virDomainVcpuFlags;

/**
 * Bring vCPUs of the running domain online, lowest ids first, or take them
 * offline, highest ids first.  The same as virDomainSetVcpusFlags with LIVE.
 *
 * @nvcpus: 1 .. the running domain's maximum.
 * Returns 0, or -1.  Source: proposal of 2006, libvirt.  Since: 0.1.0
 */
int virDomainSetVcpus(virDomainPtr domain, unsigned int nvcpus);

/**
 * Set the count of online vCPUs, or the maximum.
 *
 * @nvcpus: 1 .. the maximum of each target; with MAXIMUM 1..16384.
 * @flags: virDomainVcpuFlags.  MAXIMUM needs CONFIG given explicitly and
 *   refuses LIVE (OPERATION_UNSUPPORTED); lowering it drops the pins of the
 *   vCPUs that are gone.  GUEST asks the guest's agent and excludes CONFIG.
 * Returns 0 when the hypervisor shows the asked state, or -1:
 * OPERATION_TIMEOUT (the guest did not follow), OPERATION_UNSUPPORTED,
 * ARGUMENT_UNSUPPORTED (GUEST: no agent configured), AGENT_UNRESPONSIVE.
 * Source: libvirt.  Since: 0.1.0
 */
int virDomainSetVcpusFlags(virDomainPtr domain, unsigned int nvcpus,
                           unsigned int flags);

/** @flags: at most one of LIVE and CONFIG; MAXIMUM, GUEST.  Returns the count
 * of online vCPUs, with MAXIMUM the maximum (with GUEST: those present in the
 * guest), or -1.  Source: libvirt.  Since: 0.1.0 */
int virDomainGetVcpusFlags(virDomainPtr domain, unsigned int flags);

/** The running domain's maximum, else the definition's, or -1.
 * Source: libvirt.  Since: 0.1.0 */
int virDomainGetMaxVcpus(virDomainPtr domain);

/**
 * Set where a vCPU of the running domain may run.  The same as
 * virDomainPinVcpuFlags with LIVE.  Source: proposal of 2006, libvirt.
 * Since: 0.1.0
 */
int virDomainPinVcpu(virDomainPtr domain, unsigned int vcpu,
                     unsigned char *cpumap, int maplen);

/**
 * Set where a vCPU may run.
 *
 * @vcpu: 0 .. maximum - 1 of each target; it may be offline.
 * @cpumap: bit n of byte n/8 is host CPU n, least significant bit first.
 * @maplen: bytes, 1 .. VIR_CPU_MAPLEN(the host's CPUs); missing ones are zero.
 * @flags: LIVE and/or CONFIG.
 * Returns 0, or -1: INVALID_ARG also for an empty map, and with LIVE for a map
 * without an online CPU.  Of others the CPUs that are online for the domain have
 * effect; virDomainGetVcpuPinInfo with LIVE reads what the host made of it.
 * Source: proposal of 2011, libvirt.  Since: 0.1.0
 */
int virDomainPinVcpuFlags(virDomainPtr domain, unsigned int vcpu,
                          unsigned char *cpumap, int maplen,
                          unsigned int flags);

/**
 * Where each vCPU may run.  LIVE: what the hypervisor does; CONFIG: the pin,
 * else the default set, else all CPUs of the host.
 *
 * @ncpumaps: how many maps there is room for, >= 1.
 * @cpumaps: out, ncpumaps * maplen bytes, one map per vCPU from 0.
 * @maplen: bytes of one map, >= 1; CPUs beyond are left out.
 * @flags: at most one of LIVE and CONFIG.
 * Returns the number of maps written: the maximum, or ncpumaps if that is
 * less; or -1.  Source: libvirt.  Since: 0.1.0
 */
int virDomainGetVcpuPinInfo(virDomainPtr domain, int ncpumaps,
                            unsigned char *cpumaps, int maplen,
                            unsigned int flags);

typedef enum {
    VIR_VCPU_OFFLINE = 0,
    VIR_VCPU_RUNNING = 1,
    VIR_VCPU_BLOCKED = 2
} virVcpuState;

typedef enum {
    VIR_VCPU_INFO_CPU_OFFLINE = -1,
    VIR_VCPU_INFO_CPU_UNAVAILABLE = -2
} virVcpuHostCpuState;

/** One vCPU of a running domain. */
typedef struct _virVcpuInfo virVcpuInfo;
typedef virVcpuInfo *virVcpuInfoPtr;
struct _virVcpuInfo {
    unsigned int number;        /* vCPU id */
    int state;                  /* virVcpuState */
    unsigned long long cpuTime; /* in ns */
    int cpu;                    /* host CPU, or virVcpuHostCpuState */
};

/**
 * What the vCPUs of a running domain do now, offline ones included.
 *
 * @info: out, maxinfo entries, one per vCPU from 0.
 * @maxinfo: >= 1.
 * @cpumaps: out, maxinfo * maplen bytes: where each may run; may be NULL.
 * @maplen: bytes of one map, >= 1; 0 when cpumaps is NULL.
 * Returns the number of entries written: the maximum, or maxinfo if that is
 * less; or -1 (OPERATION_INVALID: does not run).  Source: proposal of 2006,
 * libvirt.  Since: 0.1.0
 */
int virDomainGetVcpus(virDomainPtr domain, virVcpuInfoPtr info, int maxinfo,
                      unsigned char *cpumaps, int maplen);

/**
 * Bring single vCPUs online or take them offline; a set with holes is legal.
 *
 * @vcpumap: ids as text: "1,3-5".
 * @state: 1 online, 0 offline.
 * @flags: LIVE and/or CONFIG.
 * Returns 0, also for vCPUs that are so already; or -1.  Source: libvirt.
 * Since: 0.1.0
 */
int virDomainSetVcpu(virDomainPtr domain, const char *vcpumap, int state,
                     unsigned int flags);

/** The same inside the guest, by its agent.  @flags: 0.  Source: libvirt.
 * Since: 0.1.0 */
int virDomainSetGuestVcpus(virDomainPtr domain, const char *cpumap, int state,
                           unsigned int flags);

/** Which map virDomainGetVCPUMap gives: exactly one (none: ONLINE).  ONLINABLE
 * and OFFLINABLE are empty while nothing can go that way, as of a domain that
 * is paused under QEMU; one of them alone may still leave a gap, which is
 * refused. */
typedef enum {
    VIR_DOMAIN_VCPU_MAP_ONLINE = 1 << 8,      /* plugged */
    VIR_DOMAIN_VCPU_MAP_OFFLINE = 1 << 9,     /* not plugged */
    VIR_DOMAIN_VCPU_MAP_ONLINABLE = 1 << 10,  /* offline, can be plugged */
    VIR_DOMAIN_VCPU_MAP_OFFLINABLE = 1 << 11, /* online, can be unplugged */
    VIR_DOMAIN_VCPU_MAP_POSSIBLE = 1 << 12,   /* all up to the maximum */
    /* as the guest's agent sees it; LIVE only */
    VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE = 1 << 13,
    VIR_DOMAIN_VCPU_MAP_AGENT_OFFLINE = 1 << 14,
    VIR_DOMAIN_VCPU_MAP_AGENT_ONLINABLE = 1 << 15,
    VIR_DOMAIN_VCPU_MAP_AGENT_OFFLINABLE = 1 << 16,
    VIR_DOMAIN_VCPU_MAP_AGENT_POSSIBLE = 1 << 17
} virDomainVCPUMapFlags;

/**
 * A map of vCPUs.
 *
 * @cpumap: out: bit n of byte n/8 is the vCPU with id n, least significant
 *   first; VIR_CPU_MAPLEN(result) bytes, to be released by free().
 * @flags: one virDomainVCPUMapFlags, and at most one of LIVE and CONFIG.
 * Returns the number of vCPUs the map covers (the maximum), or -1.
 * Source: proposal of 2012.  Since: 0.1.0
 */
int virDomainGetVCPUMap(virDomainPtr dom, const char **cpumap,
                        unsigned int flags);

/** Bring one vCPU online or take it offline.  @id: 0 .. maximum - 1; 0 can't
 * be taken offline (OPERATION_UNSUPPORTED).  @flags: LIVE and/or CONFIG.
 * Source: proposal of 2012.  Since: 0.1.0 */
int virDomainSetVCPUState(virDomainPtr dom, int id, bool state,
                          unsigned int flags);

/** The same inside the guest, by its agent.  @flags: 0 or LIVE.
 * Source: proposal of 2012.  Since: 0.1.0 */
int virDomainSetGuestVCPUState(virDomainPtr dom, int id, bool state,
                               unsigned int flags);

/** Bytes of a map of that many CPUs. */
#define VIR_CPU_MAPLEN(cpu) (((cpu) + 7) / 8)
/** Set, clear and test one CPU of a map. */
#define VIR_USE_CPU(cpumap, cpu) ((cpumap)[(cpu) / 8] |= (1 << ((cpu) % 8)))
#define VIR_UNUSE_CPU(cpumap, cpu) ((cpumap)[(cpu) / 8] &= ~(1 << ((cpu) % 8)))
#define VIR_CPU_USED(cpumap, cpu) ((cpumap)[(cpu) / 8] & (1 << ((cpu) % 8)))
/** The map of one vCPU among several maps. */
#define VIR_GET_CPUMAP(cpumaps, maplen, vcpu) \
    (&((cpumaps)[(vcpu) * (maplen)]))
/** Test one CPU of one vCPU's map. */
#define VIR_CPU_USABLE(cpumaps, maplen, vcpu, cpu) \
    VIR_CPU_USED(VIR_GET_CPUMAP(cpumaps, maplen, vcpu), cpu)
/** Copy one vCPU's map out. */
#define VIR_COPY_CPUMAP(cpumaps, maplen, vcpu, cpumap) \
    memcpy(cpumap, VIR_GET_CPUMAP(cpumaps, maplen, vcpu), maplen)

#ifdef VCPUCONF_SHORT_MACROS /* the names of 2006 */
#define USE_CPU(cpumap, cpu) VIR_USE_CPU(cpumap, cpu)
#define UNUSE_CPU(cpumap, cpu) VIR_UNUSE_CPU(cpumap, cpu)
#define CPU_USABLE(cpumaps, maplen, vcpu, cpu) \
    VIR_CPU_USABLE(cpumaps, maplen, vcpu, cpu)
#define COPY_CPUMAP(cpumaps, maplen, vcpu, cpumap) \
    VIR_COPY_CPUMAP(cpumaps, maplen, vcpu, cpumap)
#endif

#ifdef __cplusplus
}
#endif

#endif
