/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection to xenstored, by its stable socket protocol (xen/io/xs_wire.h).
 *
 * libxenstore blocks for ever when the daemon is stopped, falls back to a
 * device on which nobody may answer, and needs a thread for watches.  Here
 * every wait has an end, and the socket itself is what a watcher polls.
 *
 * A connection that failed is closed; the next request opens another one.  One
 * thread at a time.
 */
#ifndef VC_DRIVER_XEN_XENSTORE_H
#define VC_DRIVER_XEN_XENSTORE_H

#include <errno.h> /* before xs_wire.h, which then knows the errors */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/io/xs_wire.h>

#include "util/error.h"

#define VC_XENSTORE_TIMEOUT_MS 3000
/* One that did not answer is not asked again for so long. */
#define VC_XENSTORE_SILENT_MS 1000

struct vc_xenstore {
    int fd; /* -1: not connected */
    int timeout_ms; /* of one request */
    long long silent_until; /* in ms; 0: it has always answered */
    uint32_t request;
    unsigned generation; /* another number: another connection */
    /* A watch with this token has fired. */
    void (*fired)(void *opaque, const char *token);
    void *opaque;
    size_t have; /* bytes in `in` */
    /* one message, with room for a NUL behind it */
    char in[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX + 1];
};

void vc_xenstore_init(struct vc_xenstore *xs,
                      void (*fired)(void *opaque, const char *token),
                      void *opaque);
void vc_xenstore_close(struct vc_xenstore *xs);

/*
 * Requests: 0 done; > 0 the errno that xenstored answered; -1 with *err when
 * it can't be asked.  Without a transaction (tx 0) one that finds a connection
 * dead, for the daemon was restarted, is made again on another.
 */
int vc_xenstore_read(struct vc_xenstore *xs, uint32_t tx, const char *path,
                     char **ret_value, struct vc_error *err) VC_NODISCARD;
int vc_xenstore_write(struct vc_xenstore *xs, uint32_t tx, const char *path,
                      const char *value, struct vc_error *err) VC_NODISCARD;
int vc_xenstore_remove(struct vc_xenstore *xs, uint32_t tx, const char *path,
                       struct vc_error *err) VC_NODISCARD;
int vc_xenstore_watch(struct vc_xenstore *xs, const char *path,
                      const char *token, struct vc_error *err) VC_NODISCARD;
int vc_xenstore_unwatch(struct vc_xenstore *xs, const char *path,
                        const char *token, struct vc_error *err) VC_NODISCARD;
int vc_xenstore_begin(struct vc_xenstore *xs, uint32_t *ret_tx,
                      struct vc_error *err) VC_NODISCARD;
/* EAGAIN: somebody else was first; begin again. */
int vc_xenstore_end(struct vc_xenstore *xs, uint32_t tx, bool commit,
                    struct vc_error *err) VC_NODISCARD;

/* Takes the watch events that are there, without waiting.  -1: the connection
 * is gone, and with it all its watches. */
int vc_xenstore_take_events(struct vc_xenstore *xs, struct vc_error *err)
    VC_NODISCARD;

#endif
