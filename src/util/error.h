/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Errors inside the library.
 *
 * Each call that can fail takes `struct vc_error *err` last and returns -1
 * (or NULL) with *err filled, or success with *err untouched.  The struct is
 * a plain value on the caller's stack: no heap, so that running out of memory
 * can be reported too.  The door (src/api) adds the public function's name
 * and hands the result to the thread-local last error.
 *
 * A message says what, of which object, and the allowed range; it has no
 * trailing full stop.  libxml2's, SQLite's and errno's words are translated
 * in their own rooms only.
 */
#ifndef VC_UTIL_ERROR_H
#define VC_UTIL_ERROR_H

#include <stdarg.h>

#include "util/cleanup.h"

/* The numbers are the public ones (virErrorNumber); src/api asserts it. */
enum vc_code {
    VC_ERR_OK = 0,
    VC_ERR_INTERNAL = 1,
    VC_ERR_NO_MEMORY = 2,
    VC_ERR_NO_SUPPORT = 3,
    VC_ERR_NO_CONNECT = 5,
    VC_ERR_INVALID_CONN = 6,
    VC_ERR_INVALID_DOMAIN = 7,
    VC_ERR_INVALID_ARG = 8,
    VC_ERR_OPERATION_FAILED = 9,
    VC_ERR_XML_ERROR = 27,
    VC_ERR_DOM_EXIST = 28,
    VC_ERR_OPERATION_DENIED = 29,
    VC_ERR_OPEN_FAILED = 30,
    VC_ERR_XML_DETAIL = 35,
    VC_ERR_SYSTEM_ERROR = 38,
    VC_ERR_NO_DOMAIN = 42,
    VC_ERR_OPERATION_INVALID = 55,
    VC_ERR_CONFIG_UNSUPPORTED = 67,
    VC_ERR_OPERATION_TIMEOUT = 68,
    VC_ERR_ARGUMENT_UNSUPPORTED = 74,
    VC_ERR_OVERFLOW = 82,
    VC_ERR_OPERATION_UNSUPPORTED = 84,
    VC_ERR_AGENT_UNRESPONSIVE = 86,
    VC_ERR_RESOURCE_BUSY = 87,
    VC_ERR_ACCESS_DENIED = 88,
    VC_ERR_XML_INVALID_SCHEMA = 92,
    VC_ERR_AGENT_UNSYNCED = 97,
};

/* Who speaks; becomes virErrorDomain in the door. */
enum vc_room {
    VC_ROOM_NONE = 0,
    VC_ROOM_API,
    VC_ROOM_MODEL,
    VC_ROOM_PLAN,
    VC_ROOM_ENGINE,
    VC_ROOM_XML,
    VC_ROOM_STORE,
    VC_ROOM_DRIVER_TEST,
    VC_ROOM_DRIVER_XEN,
    VC_ROOM_DRIVER_QEMU,
    VC_ROOM_DRIVER,
    VC_ROOM_RECONCILE,
};

#define VC_ERROR_TEXT_MAX 1024

struct vc_error {
    int code;          /* enum vc_code; VC_ERR_OK when untouched */
    enum vc_room room; /* who speaks */
    int number;        /* XML: line; partially applied: targets; else 0 */
    char text[VC_ERROR_TEXT_MAX];
};

/* A .c file says `#define VC_ROOM VC_ROOM_XML` before its includes. */
#ifndef VC_ROOM
#define VC_ROOM VC_ROOM_NONE
#endif

int vc_error_set_full(struct vc_error *err, enum vc_room room, int code,
                      const char *fmt, ...) VC_PRINTF(4, 5);

/* return vc_error_set(err, VC_ERR_..., "vcpu %u ...", id); always -1.
 * Replaces what *err held. */
#define vc_error_set(err, code, ...)                                           \
    vc_error_set_full((err), VC_ROOM, (code), __VA_ARGS__)

/* Puts "text: " before the message; keeps the code.  Always -1. */
int vc_error_prefix(struct vc_error *err, const char *fmt, ...) VC_PRINTF(2, 3);

/* Adds ": text" or any text behind the message; keeps the code.  Always -1. */
int vc_error_append(struct vc_error *err, const char *fmt, ...) VC_PRINTF(2, 3);

/* Out of memory.  Always -1. */
#define vc_error_nomem(err)                                                    \
    vc_error_set_full((err), VC_ROOM, VC_ERR_NO_MEMORY, "out of memory")

/* SYSTEM_ERROR (of ENOMEM: NO_MEMORY) with errno's words behind: "text: No such
 * file".  Always -1. */
int vc_error_errno_full(struct vc_error *err, enum vc_room room, int errnum,
                        const char *fmt, ...) VC_PRINTF(4, 5);
#define vc_error_errno(err, errnum, ...)                                       \
    vc_error_errno_full((err), VC_ROOM, (errnum), __VA_ARGS__)

#endif
