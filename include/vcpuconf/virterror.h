/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors.  Include <vcpuconf/vcpuconf.h>. */
#ifndef VCPUCONF_VIRTERROR_H
#define VCPUCONF_VIRTERROR_H

#include <vcpuconf/connect.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    VIR_ERR_NONE = 0,
    VIR_ERR_WARNING = 1,
    VIR_ERR_ERROR = 2
} virErrorLevel;

/** Which part speaks; libvirt's numbers, those in use here. */
typedef enum {
    VIR_FROM_NONE = 0,
    VIR_FROM_XEN = 1,
    VIR_FROM_XENSTORE = 3,
    VIR_FROM_XML = 5,
    VIR_FROM_DOM = 6,
    VIR_FROM_CONF = 9,
    VIR_FROM_QEMU = 10,
    VIR_FROM_TEST = 12,
    VIR_FROM_DOMAIN = 20,
    VIR_FROM_EVENT = 40,
    VIR_FROM_LOCKING = 42,
    VIR_FROM_CAPABILITIES = 44,
    VIR_FROM_URI = 45,
    VIR_FROM_THREAD = 61
} virErrorDomain;

/** What happened; libvirt's numbers, those of its vCPU calls. */
typedef enum {
    VIR_ERR_OK = 0,                           /* success */
    VIR_ERR_INTERNAL_ERROR = 1,               /* something that must not happen did */
    VIR_ERR_NO_MEMORY = 2,                    /* out of memory */
    VIR_ERR_NO_SUPPORT = 3,                   /* the hypervisor has no such call */
    VIR_ERR_UNKNOWN_HOST = 4,                 /* host name not known */
    VIR_ERR_NO_CONNECT = 5,                   /* the hypervisor can't be reached */
    VIR_ERR_INVALID_CONN = 6,                 /* not a connection */
    VIR_ERR_INVALID_DOMAIN = 7,               /* not a domain */
    VIR_ERR_INVALID_ARG = 8,                  /* an argument is not allowed */
    VIR_ERR_OPERATION_FAILED = 9,             /* the operation failed */
    VIR_ERR_GET_FAILED = 10,                  /* not used here */
    VIR_ERR_POST_FAILED = 11,                 /* not used here */
    VIR_ERR_HTTP_ERROR = 12,                  /* not used here */
    VIR_ERR_SEXPR_SERIAL = 13,                /* not used here */
    VIR_ERR_NO_XEN = 14,                      /* no Xen on this host */
    VIR_ERR_XEN_CALL = 15,                    /* a call of Xen failed */
    VIR_ERR_OS_TYPE = 16,                     /* not used here */
    VIR_ERR_NO_KERNEL = 17,                   /* not used here */
    VIR_ERR_NO_ROOT = 18,                     /* not used here */
    VIR_ERR_NO_SOURCE = 19,                   /* not used here */
    VIR_ERR_NO_TARGET = 20,                   /* not used here */
    VIR_ERR_NO_NAME = 21,                     /* not used here */
    VIR_ERR_NO_OS = 22,                       /* not used here */
    VIR_ERR_NO_DEVICE = 23,                   /* not used here */
    VIR_ERR_NO_XENSTORE = 24,                 /* xenstored does not answer */
    VIR_ERR_DRIVER_FULL = 25,                 /* not used here */
    VIR_ERR_CALL_FAILED = 26,                 /* not used here */
    VIR_ERR_XML_ERROR = 27,                   /* a document is refused; int1 is the line */
    VIR_ERR_DOM_EXIST = 28,                   /* the domain exists already */
    VIR_ERR_OPERATION_DENIED = 29,            /* the connection is read-only */
    VIR_ERR_OPEN_FAILED = 30,                 /* a file can't be opened */
    VIR_ERR_READ_FAILED = 31,                 /* a file can't be read */
    VIR_ERR_PARSE_FAILED = 32,                /* not used here */
    VIR_ERR_CONF_SYNTAX = 33,                 /* not used here */
    VIR_ERR_WRITE_FAILED = 34,                /* a file can't be written */
    VIR_ERR_XML_DETAIL = 35,                  /* not used here */
    VIR_ERR_INVALID_NETWORK = 36,             /* not used here */
    VIR_ERR_NETWORK_EXIST = 37,               /* not used here */
    VIR_ERR_SYSTEM_ERROR = 38,                /* a call of the system failed */
    VIR_ERR_NO_DOMAIN = 42,                   /* there is no such domain */
    VIR_ERR_OPERATION_INVALID = 55,           /* not in this state of the domain */
    VIR_ERR_CONFIG_UNSUPPORTED = 67,          /* the configuration is not supported */
    VIR_ERR_OPERATION_TIMEOUT = 68,           /* the guest did not follow in time */
    VIR_ERR_ARGUMENT_UNSUPPORTED = 74,        /* not with this domain's configuration */
    VIR_ERR_OPERATION_ABORTED = 78,           /* the operation was given up */
    VIR_ERR_OVERFLOW = 82,                    /* a result does not fit */
    VIR_ERR_OPERATION_UNSUPPORTED = 84,       /* this hypervisor or domain can't do it */
    VIR_ERR_AGENT_UNRESPONSIVE = 86,          /* no guest agent answers */
    VIR_ERR_RESOURCE_BUSY = 87,               /* somebody else holds it */
    VIR_ERR_ACCESS_DENIED = 88,               /* the system denies it */
    VIR_ERR_XML_INVALID_SCHEMA = 92,          /* a document has not the shape of the schema; int1 is the line */
    VIR_ERR_AGENT_UNSYNCED = 97               /* the guest agent's answers are out of step */
} virErrorNumber;

/** Only there for the layout of virError. */
typedef struct _virNetwork *virNetworkPtr;

/** An error, with libvirt's layout. */
typedef struct _virError virError;
typedef virError *virErrorPtr;
struct _virError {
    int code;            /* virErrorNumber */
    int domain;          /* virErrorDomain */
    char *message;       /* the whole message */
    virErrorLevel level; /* VIR_ERR_ERROR */
    virConnectPtr conn VIR_DEPRECATED; /* always NULL */
    virDomainPtr dom VIR_DEPRECATED;   /* always NULL */
    char *str1;          /* the public function that failed */
    char *str2;          /* the message without its heading */
    char *str3;          /* NULL */
    int int1;            /* of a document: the line, else of a change that
                            was partially applied: the
                            virDomainModificationImpact bits that did change;
                            else -1 */
    int int2;            /* -1 */
    virNetworkPtr net VIR_DEPRECATED; /* always NULL */
};

/** The last error of this thread; the library's, valid until the thread's
 * next call; NULL if there is none.  Source: libvirt.  Since: 0.1.0 */
virErrorPtr virGetLastError(void);

/** Its message; "no error" if there is none; never NULL.  Source: libvirt.
 * Since: 0.1.0 */
const char *virGetLastErrorMessage(void);

/** Its virErrorNumber; VIR_ERR_OK if there is none.  Source: libvirt.
 * Since: 0.1.0 */
int virGetLastErrorCode(void);

/** Its virErrorDomain; VIR_FROM_NONE if there is none.  Source: libvirt.
 * Since: 0.1.0 */
int virGetLastErrorDomain(void);

/** A copy of the last error, to be released by virFreeError; NULL without
 * memory.  Source: libvirt.  Since: 0.1.0 */
virErrorPtr virSaveLastError(void);

/** Copies the last error into *to, to be emptied by virResetError.  Returns
 * its code, 0 if there is none, -1 on failure.  Source: libvirt.
 * Since: 0.1.0 */
int virCopyLastError(virErrorPtr to);

/** Empties an error (not the struct itself).  NULL is allowed.
 * Source: libvirt.  Since: 0.1.0 */
void virResetError(virErrorPtr err);

/** Releases what virSaveLastError gave.  NULL is allowed.  Source: libvirt.
 * Since: 0.1.0 */
void virFreeError(virErrorPtr err);

/** Forgets the last error of this thread.  Source: libvirt.  Since: 0.1.0 */
void virResetLastError(void);

/** Called with each error, in the thread that met it, at the end of the public
 * call; may not call this library. */
typedef void (*virErrorFunc)(void *userData, virErrorPtr error);

/**
 * Sets the process's handler of errors; NULL: none.
 *
 * Unlike libvirt, nothing is ever printed where there is no handler.
 * Source: libvirt.  Since: 0.1.0
 */
void virSetErrorFunc(void *userData, virErrorFunc handler);

/** Sets the handler of one connection, called instead of the process's; NULL:
 * none.  Source: libvirt.  Since: 0.1.0 */
void virConnSetErrorFunc(virConnectPtr conn, void *userData,
                         virErrorFunc handler);

#ifdef __cplusplus
}
#endif

#endif
