/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connected socket that carries JSON messages.  Nothing here blocks but the
 * calls that take a deadline; the other side may send anything.
 */
#ifndef VC_DRIVER_QEMU_WIRE_H
#define VC_DRIVER_QEMU_WIRE_H

#include <sys/types.h>

#include "driver/qemu/json.h"

/* What one message may cost; those that are kept, with the one that comes, may
 * cost twice that.  The text is the smaller part: json-c spends up to 1 kB
 * on a "{}" with what stands first in it, half of that on a "[]", and up to 256
 * bytes on each value more.  So nodes are counted, of 256 bytes each: 4 for a
 * '{', 2 for a '[', 1 for a ',' (in strings too: honest ones hold few).  The
 * text is there up to four times, in a buffer that doubles and as a string.  A
 * message costs up to
 *
 *     nodes * 256 + bytes * 4
 *
 * and 5 MB more for a moment: it is counted when a chunk of it is parsed. */
struct vc_qemu_limits {
    size_t bytes;
    unsigned nodes;
    int depth;
};

struct vc_qemu_cost {
    size_t bytes;
    unsigned nodes;
};

struct vc_qemu_wire {
    int fd; /* -1: closed */
    const struct vc_qemu_limits *limits;
    struct json_tokener *tok;
    char *buf; /* WIRE_CHUNK bytes */
    size_t pos, len;
    struct vc_qemu_cost cost; /* of the message that comes; 0 bytes: none */
    struct vc_qemu_cost last; /* of the one that was taken last */
    struct vc_qemu_cost kept;
    /* Where in the message that has begun: also in one that is dropped. */
    unsigned nest;
    bool in_string, is_escaped;
};

enum vc_qemu_took {
    VC_QEMU_TOOK_ERROR = -1,  /* *err filled; the wire is of no more use */
    VC_QEMU_TOOK_NOTHING = 0, /* for now */
    VC_QEMU_TOOK_ONE,
    VC_QEMU_TOOK_END, /* the other side closed */
};

/* Milliseconds of a clock that only goes forward. */
int64_t vc_qemu_now_ms(void);
/* poll() for `events` until the deadline; false: nothing came. */
bool vc_qemu_poll(int fd, short events, int64_t deadline_ms);
/* Sleeps, but not beyond the deadline; false: it has passed. */
bool vc_qemu_pause(int64_t ms, int64_t deadline_ms);

enum vc_qemu_connected {
    VC_QEMU_CONNECT_ERROR = -1,
    VC_QEMU_CONNECTED = 0,
    VC_QEMU_CONNECT_AGAIN,   /* its queue is full: try later */
    VC_QEMU_CONNECT_REFUSED, /* nobody listens, or it isn't there */
};
/* To the socket that the O_PATH descriptor is of: any length of path. */
enum vc_qemu_connected vc_qemu_connect(int sock_fd, int *ret_fd, pid_t *ret_pid,
                                       uid_t *ret_uid, struct vc_error *err);

/* Takes fd, also when it fails. */
int vc_qemu_wire_open(struct vc_qemu_wire *wire, int fd,
                      const struct vc_qemu_limits *limits,
                      struct vc_error *err) VC_NODISCARD;
void vc_qemu_wire_close(struct vc_qemu_wire *wire);

int vc_qemu_wire_send(struct vc_qemu_wire *wire, const char *text, size_t len,
                      int64_t deadline_ms, struct vc_error *err) VC_NODISCARD;
/* The next message, if it is there; *ret is owned. */
enum vc_qemu_took vc_qemu_wire_take(struct vc_qemu_wire *wire,
                                    struct json_object **ret,
                                    struct vc_error *err);
/* The same, waiting for it: NOTHING after the deadline. */
enum vc_qemu_took vc_qemu_wire_wait(struct vc_qemu_wire *wire,
                                    int64_t deadline_ms,
                                    struct json_object **ret,
                                    struct vc_error *err);
/* The message that was taken last is kept beside those that come. */
void vc_qemu_wire_keep(struct vc_qemu_wire *wire);
/* Drops messages unread, all that are there or many of them: ONE if there were
 * any.  What is to come of the last one is dropped when it comes. */
enum vc_qemu_took vc_qemu_wire_drop(struct vc_qemu_wire *wire,
                                    struct vc_error *err);
/* Drops what comes, up to and with that byte: ONE when it came. */
enum vc_qemu_took vc_qemu_wire_skip(struct vc_qemu_wire *wire, char mark,
                                    int64_t deadline_ms, struct vc_error *err);

#endif
