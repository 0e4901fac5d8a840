/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections and the host.  Include <vcpuconf/vcpuconf.h>. */
#ifndef VCPUCONF_CONNECT_H
#define VCPUCONF_CONNECT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Deprecated members of libvirt's structs carry this there; nothing here. */
#ifndef VIR_DEPRECATED
#define VIR_DEPRECATED
#endif

/** The version of this header: major * 1,000,000 + minor * 1,000 + release. */
#define VCPUCONF_VERSION_NUMBER 1000

/** A connection to one hypervisor and one store; opaque, counted. */
typedef struct _virConnect virConnect;
typedef virConnect *virConnectPtr;

/** A domain of a connection; opaque, counted. */
typedef struct _virDomain virDomain;
typedef virDomain *virDomainPtr;

/**
 * Open a connection for reading and writing.
 *
 * @name: URI, or NULL for $VCPUCONF_URI, else Xen if there is one, else the
 *   directory of QEMU sockets if there is one.  The test host is never chosen
 *   by default.  Known: test:///default, test:///FILE, with parameters
 *     store=FILE     the store of definitions (default $VCPUCONF_STORE, else
 *                    /var/lib/vcpuconf/vcpuconf.db)
 *     timeout=SECS   how long a guest may take to follow, 1..3600 (default 5)
 *     cpus=N         test: a new host's CPUs, 1..16384 (default 8)
 *
 * Environment variables are ignored in a set-uid process.
 *
 * Returns a connection, to be released by virConnectClose, or NULL.
 * Errors: INVALID_ARG (the URI), NO_CONNECT (no such driver or hypervisor),
 * OPEN_FAILED (the store).  Source: libvirt.  Since: 0.1.0
 */
virConnectPtr virConnectOpen(const char *name);

/**
 * The same for reading only: calls that change anything are refused with
 * OPERATION_DENIED, and the store is not created.  Source: libvirt.
 * Since: 0.1.0
 */
virConnectPtr virConnectOpenReadOnly(const char *name);

/** Drop one reference; the last one closes.  Returns the number of references
 * left, or -1 (INVALID_CONN).  Source: libvirt.  Since: 0.1.0 */
int virConnectClose(virConnectPtr conn);

/** Take one more reference, dropped by virConnectClose.  Returns 0, or -1
 * (INVALID_CONN).  Source: libvirt.  Since: 0.1.0 */
int virConnectRef(virConnectPtr conn);

/** The URI in use, to be released by free(), or NULL (INVALID_CONN).
 * Source: libvirt.  Since: 0.1.0 */
char *virConnectGetURI(virConnectPtr conn);

/** The hypervisor's kind: "TEST", "Xen" or "QEMU"; the library's, not to be
 * freed; NULL (INVALID_CONN).  Source: libvirt.  Since: 0.1.0 */
const char *virConnectGetType(virConnectPtr conn);

/**
 * The most vCPUs a domain of this hypervisor can have, 1..16384, or -1.
 *
 * @type: kind of domain; has no effect, may be NULL.
 * Source: libvirt.  Since: 0.1.0
 */
int virConnectGetMaxVcpus(virConnectPtr conn, const char *type);

/** This library's version, major * 1,000,000 + minor * 1,000 + release, in
 * *libVer.  @type has no effect; *typeVer (may be NULL) gets the same.
 * Returns 0, or -1 (INVALID_ARG: libVer is NULL).  Source: libvirt.
 * Since: 0.1.0 */
int virGetVersion(unsigned long *libVer, const char *type,
                  unsigned long *typeVer);

/** Prepares the library; calling it is not needed.  Returns 0.
 * Source: libvirt.  Since: 0.1.0 */
int virInitialize(void);

/** The host. */
typedef struct _virNodeInfo virNodeInfo;
typedef virNodeInfo *virNodeInfoPtr;
struct _virNodeInfo {
    char model[32];       /* CPU model, NUL-terminated */
    unsigned long memory; /* in KiB */
    unsigned int cpus;    /* host CPUs that are online */
    unsigned int mhz;     /* 0 if not known */
    unsigned int nodes;   /* NUMA nodes, 1 if uniform */
    unsigned int sockets; /* per node */
    unsigned int cores;   /* per socket */
    unsigned int threads; /* per core */
};

/** The most host CPUs a host of that shape can have. */
#define VIR_NODEINFO_MAXCPUS(nodeinfo) \
    ((nodeinfo).nodes * (nodeinfo).sockets * (nodeinfo).cores * \
     (nodeinfo).threads)

/** Facts about the host, in *info.  Returns 0, or -1 (INVALID_CONN,
 * INVALID_ARG: info is NULL).  Source: libvirt.  Since: 0.1.0 */
int virNodeGetInfo(virConnectPtr conn, virNodeInfoPtr info);

/**
 * The host's CPUs.
 *
 * @cpumap: out, may be NULL: VIR_CPU_MAPLEN(result) bytes, to be released by
 *   free(); a set bit is an online CPU.
 * @online: out, may be NULL: how many are online.
 * @flags: 0.
 * Returns the number of CPUs the host has, online or not, or -1.
 * Source: libvirt.  Since: 0.1.0
 */
int virNodeGetCPUMap(virConnectPtr conn, unsigned char **cpumap,
                     unsigned int *online, unsigned int flags);

/** What virConnectListAllDomains selects; within a group either, both or none
 * (both and none: no filter). */
typedef enum {
    VIR_CONNECT_LIST_DOMAINS_ACTIVE = 1 << 0,
    VIR_CONNECT_LIST_DOMAINS_INACTIVE = 1 << 1,
    VIR_CONNECT_LIST_DOMAINS_PERSISTENT = 1 << 2,
    VIR_CONNECT_LIST_DOMAINS_TRANSIENT = 1 << 3,
    VIR_CONNECT_LIST_DOMAINS_RUNNING = 1 << 4,
    VIR_CONNECT_LIST_DOMAINS_PAUSED = 1 << 5,
    VIR_CONNECT_LIST_DOMAINS_SHUTOFF = 1 << 6,
    VIR_CONNECT_LIST_DOMAINS_OTHER = 1 << 7
} virConnectListAllDomainsFlags;

/**
 * Domains: all that are defined and all that run.  A definition that can't be
 * read is in the list too; its error shows when it is asked for anything.
 *
 * @domains: out, may be NULL: an array to be released by free(), each member
 *   by virDomainFree(); one NULL behind the last.  Running ones first, by id,
 *   then the others by name.
 * @flags: virConnectListAllDomainsFlags.
 * Returns the number of domains, or -1.  Source: libvirt.  Since: 0.1.0
 */
int virConnectListAllDomains(virConnectPtr conn, virDomainPtr **domains,
                             unsigned int flags);

#ifdef __cplusplus
}
#endif

#endif
