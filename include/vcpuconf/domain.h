/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains and their definitions.  Include <vcpuconf/vcpuconf.h>. */
#ifndef VCPUCONF_DOMAIN_H
#define VCPUCONF_DOMAIN_H

#include <vcpuconf/connect.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of a UUID, and of its text with the NUL. */
#define VIR_UUID_BUFLEN (16)
#define VIR_UUID_STRING_BUFLEN (36 + 1)

/** What a change or a reading is about; see the rule in vcpuconf.h. */
typedef enum {
    VIR_DOMAIN_AFFECT_CURRENT = 0,
    VIR_DOMAIN_AFFECT_LIVE = 1 << 0,
    VIR_DOMAIN_AFFECT_CONFIG = 1 << 1
} virDomainModificationImpact;

/**
 * Find a domain, defined or running.
 *
 * Returns a domain, to be released by virDomainFree, or NULL (NO_DOMAIN,
 * INVALID_CONN, INVALID_ARG).  Source: libvirt.  Since: 0.1.0
 */
virDomainPtr virDomainLookupByName(virConnectPtr conn, const char *name);
/** By the hypervisor's number, >= 0; only running domains have one. */
virDomainPtr virDomainLookupByID(virConnectPtr conn, int id);
/** By VIR_UUID_BUFLEN bytes. */
virDomainPtr virDomainLookupByUUID(virConnectPtr conn,
                                   const unsigned char *uuid);
/** By 32 hex digits, with or without dashes. */
virDomainPtr virDomainLookupByUUIDString(virConnectPtr conn,
                                         const char *uuidstr);

typedef enum {
    VIR_DOMAIN_DEFINE_VALIDATE = 1 << 0 /* always done; accepted */
} virDomainDefineFlags;

/**
 * Store a definition, new or in place of the one with the same name and UUID.
 * A running domain is not touched.  The bytes are kept as they are; a missing
 * UUID is written into them.
 *
 * @xml: a domain document in UTF-8 or with its encoding declared; see
 *   vcpuconfConnectImport for documents that hold NUL bytes (UTF-16).
 * Returns a domain, to be released by virDomainFree, or NULL: XML_ERROR,
 * XML_INVALID_SCHEMA (int1 is the line), OPERATION_FAILED (name and UUID
 * belong to different domains), OPERATION_DENIED.  On disk when it returns.
 * Source: libvirt.  Since: 0.1.0
 */
virDomainPtr virDomainDefineXML(virConnectPtr conn, const char *xml);
/** @flags: virDomainDefineFlags. */
virDomainPtr virDomainDefineXMLFlags(virConnectPtr conn, const char *xml,
                                     unsigned int flags);

/** libvirt's flags of virDomainUndefineFlags; accepted, nothing to do here. */
typedef enum {
    VIR_DOMAIN_UNDEFINE_MANAGED_SAVE = 1 << 0,
    VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA = 1 << 1,
    VIR_DOMAIN_UNDEFINE_NVRAM = 1 << 2,
    VIR_DOMAIN_UNDEFINE_KEEP_NVRAM = 1 << 3,
    VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA = 1 << 4,
    VIR_DOMAIN_UNDEFINE_TPM = 1 << 5,
    VIR_DOMAIN_UNDEFINE_KEEP_TPM = 1 << 6
} virDomainUndefineFlagsValues;

/** Remove the definition; a running domain goes on as a transient one.  Its
 * history stays.  Returns 0, or -1 (OPERATION_INVALID: it has none).
 * Source: libvirt.  Since: 0.1.0 */
int virDomainUndefine(virDomainPtr domain);
/** @flags: virDomainUndefineFlagsValues. */
int virDomainUndefineFlags(virDomainPtr domain, unsigned int flags);

typedef enum {
    VIR_DOMAIN_XML_SECURE = 1 << 0,     /* accepted; nothing is left out */
    VIR_DOMAIN_XML_INACTIVE = 1 << 1,   /* the stored bytes */
    VIR_DOMAIN_XML_UPDATE_CPU = 1 << 2, /* accepted, without effect */
    VIR_DOMAIN_XML_MIGRATABLE = 1 << 3  /* accepted, without effect */
} virDomainXMLFlags;

/**
 * The document.  With INACTIVE, or of a domain that does not run, the stored
 * bytes; else the same document with the vCPU parts as they run now (a
 * transient domain gets a minimal one).
 *
 * @domain: NULL: domain 0 of the hypervisor at the default URI.
 * @flags: virDomainXMLFlags.
 * Returns a string to be released by free(), or NULL.  Source: libvirt.
 * Since: 0.1.0
 */
char *virDomainGetXMLDesc(virDomainPtr domain, unsigned int flags);

/** Start a defined domain, with the vCPUs its definition says.  Returns 0, or
 * -1: OPERATION_INVALID (runs already, or has no definition), NO_SUPPORT (the
 * hypervisor's own tool starts domains).  Source: libvirt.  Since: 0.1.0 */
int virDomainCreate(virDomainPtr domain);

/** Stop a running domain at once.  Returns 0, or -1: OPERATION_INVALID (does
 * not run), NO_SUPPORT.  Source: libvirt.  Since: 0.1.0 */
int virDomainDestroy(virDomainPtr domain);

/** Drop one reference.  Returns 0, or -1 (INVALID_DOMAIN).
 * Source: libvirt.  Since: 0.1.0 */
int virDomainFree(virDomainPtr domain);
/** Take one more reference, dropped by virDomainFree. */
int virDomainRef(virDomainPtr domain);

/** The name; the domain's, not to be freed; NULL (INVALID_DOMAIN).
 * Source: libvirt.  Since: 0.1.0 */
const char *virDomainGetName(virDomainPtr domain);
/** @uuid: out, VIR_UUID_BUFLEN bytes. */
int virDomainGetUUID(virDomainPtr domain, unsigned char *uuid);
/** @buf: out, VIR_UUID_STRING_BUFLEN bytes; lower case with dashes. */
int virDomainGetUUIDString(virDomainPtr domain, char *buf);
/** The hypervisor's number as of the lookup, or of the start or stop by this
 * handle; (unsigned int)-1 of a domain that did not run then.
 * Source: libvirt.  Since: 0.1.0 */
unsigned int virDomainGetID(virDomainPtr domain);
/** 1: runs now, 0: does not, -1: error.  Source: libvirt.  Since: 0.1.0 */
int virDomainIsActive(virDomainPtr domain);
/** 1: has a definition, 0: has none, -1: error.  Source: libvirt.
 * Since: 0.1.0 */
int virDomainIsPersistent(virDomainPtr domain);

typedef enum {
    VIR_DOMAIN_NOSTATE = 0,
    VIR_DOMAIN_RUNNING = 1,
    VIR_DOMAIN_BLOCKED = 2,
    VIR_DOMAIN_PAUSED = 3,
    VIR_DOMAIN_SHUTDOWN = 4,
    VIR_DOMAIN_SHUTOFF = 5,
    VIR_DOMAIN_CRASHED = 6,
    VIR_DOMAIN_PMSUSPENDED = 7
} virDomainState;

/** @state: out, virDomainState: RUNNING, PAUSED or SHUTOFF.  @reason: out, may
 * be NULL, always 0.  @flags: 0.  Returns 0, or -1.  Source: libvirt.
 * Since: 0.1.0 */
int virDomainGetState(virDomainPtr domain, int *state, int *reason,
                      unsigned int flags);

/** The connection, without a new reference; NULL (INVALID_DOMAIN).
 * Source: libvirt.  Since: 0.1.0 */
virConnectPtr virDomainGetConnect(virDomainPtr domain);

#ifdef __cplusplus
}
#endif

#endif
