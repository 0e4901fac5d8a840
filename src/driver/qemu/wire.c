/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "driver/qemu/guard.h"

#define WIRE_CHUNK 16384u
#define DROP_CHUNKS 64 /* at a time: 1 MiB */

int64_t vc_qemu_now_ms(void)
{
    struct timespec ts = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool vc_qemu_poll(int fd, short events, int64_t deadline_ms)
{
    struct pollfd pfd = {.fd = fd, .events = events};

    for (;;) {
        int64_t left = deadline_ms - vc_qemu_now_ms();
        int n = poll(&pfd, 1, left < 0 ? 0 : left > 60000 ? 60000 : (int)left);

        if (n > 0)
            return true;
        if (n == 0 && left <= 60000)
            return false;
        if (n < 0 && errno != EINTR)
            return false;
    }
}

bool vc_qemu_pause(int64_t ms, int64_t deadline_ms)
{
    int64_t now = vc_qemu_now_ms();

    if (now >= deadline_ms)
        return false;
    (void)poll(NULL, 0, (int)(now + ms < deadline_ms ? ms : deadline_ms - now));
    return true;
}

enum vc_qemu_connected vc_qemu_connect(int sock_fd, int *ret_fd, pid_t *ret_pid,
                                       uid_t *ret_uid, struct vc_error *err)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct ucred peer = {0};
    socklen_t len = sizeof(peer);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int errnum;

    if (fd < 0)
        return vc_error_errno(err, errno, "can't make a socket");
    (void)snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d",
                   sock_fd);
    if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0 &&
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0) {
        *ret_fd = fd;
        *ret_pid = peer.pid;
        *ret_uid = peer.uid;
        return VC_QEMU_CONNECTED;
    }
    errnum = errno;
    (void)close(fd);
    if (errnum == EAGAIN || errnum == EINTR)
        return VC_QEMU_CONNECT_AGAIN;
    if (errnum == ECONNREFUSED || errnum == ENOENT)
        return VC_QEMU_CONNECT_REFUSED;
    if (errnum == EACCES || errnum == EPERM)
        return vc_error_set(err, VC_ERR_ACCESS_DENIED,
                            "no permission to connect to its socket");
    return vc_error_errno(err, errnum, "can't connect to its socket");
}

/* ---- messages ---- */

int vc_qemu_wire_open(struct vc_qemu_wire *wire, int fd,
                      const struct vc_qemu_limits *limits, struct vc_error *err)
{
    *wire = (struct vc_qemu_wire){.fd = fd, .limits = limits};
    wire->buf = malloc(WIRE_CHUNK);
    wire->tok = json_tokener_new_ex(limits->depth);
    if (!wire->buf || !wire->tok) {
        vc_qemu_wire_close(wire);
        return vc_error_nomem(err);
    }
    json_tokener_set_flags(wire->tok, JSON_TOKENER_STRICT |
                                          JSON_TOKENER_ALLOW_TRAILING_CHARS |
                                          JSON_TOKENER_VALIDATE_UTF8);
    return 0;
}

void vc_qemu_wire_close(struct vc_qemu_wire *wire)
{
    if (wire->fd >= 0)
        (void)close(wire->fd);
    if (wire->tok)
        json_tokener_free(wire->tok);
    free(wire->buf);
    *wire = (struct vc_qemu_wire){.fd = -1};
}

int vc_qemu_wire_send(struct vc_qemu_wire *wire, const char *text, size_t len,
                      int64_t deadline_ms, struct vc_error *err)
{
    while (len > 0) {
        ssize_t n = send(wire->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n >= 0) {
            text += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN) {
            if (!vc_qemu_poll(wire->fd, POLLOUT, deadline_ms))
                return vc_error_set(err, VC_ERR_OPERATION_TIMEOUT,
                                    "it takes no more requests");
        } else if (errno == EPIPE || errno == ECONNRESET) {
            return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                                "it closed the connection");
        } else if (errno != EINTR) {
            return vc_error_errno(err, errno, "can't send to it");
        }
    }
    return 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static int charge(struct vc_qemu_wire *wire, const char *text, size_t len,
                  struct vc_error *err)
{
    const struct vc_qemu_limits *limits = wire->limits;
    struct vc_qemu_cost *cost = &wire->cost;
    size_t i;

    for (i = 0; i < len; i++)
        cost->nodes += text[i] == '{'   ? 4
                       : text[i] == '[' ? 2
                       : text[i] == ',' ? 1
                                        : 0;
    cost->bytes += len;
    if (cost->bytes <= limits->bytes && cost->nodes <= limits->nodes &&
        wire->kept.bytes + cost->bytes <= limits->bytes * 2 &&
        wire->kept.nodes + cost->nodes <= limits->nodes * 2)
        return 0;
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "it sent a message of more than %zu kB, or whose "
                        "values take more than %u kB",
                        limits->bytes / 1024, limits->nodes / 4);
}

void vc_qemu_wire_keep(struct vc_qemu_wire *wire)
{
    wire->kept.bytes += wire->last.bytes;
    wire->kept.nodes += wire->last.nodes;
}

/* Goes on in the message that has begun, or begins one.  Returns how far that
 * is: up to its end (nest is 0 then), or all of it. */
static size_t go_through(struct vc_qemu_wire *wire, const char *text,
                         size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        char c = text[i];

        if (wire->is_escaped) {
            wire->is_escaped = false;
        } else if (wire->in_string) {
            wire->is_escaped = c == '\\';
            wire->in_string = c != '"';
        } else if (c == '"') {
            wire->in_string = true;
        } else if (c == '{' || c == '[') {
            wire->nest++;
        } else if ((c == '}' || c == ']') && wire->nest > 0 &&
                   --wire->nest == 0) {
            return i + 1;
        }
    }
    return len;
}

static void forget_place(struct vc_qemu_wire *wire)
{
    wire->nest = 0;
    wire->in_string = wire->is_escaped = false;
}

static void skip_space(struct vc_qemu_wire *wire)
{
    while (wire->pos < wire->len && is_space(wire->buf[wire->pos]))
        wire->pos++;
}

static enum vc_qemu_took not_json(struct vc_error *err,
                                  enum json_tokener_error why)
{
    (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                       "what it sent is not JSON: %s",
                       json_tokener_error_desc(why));
    return VC_QEMU_TOOK_ERROR;
}

/* A message out of the bytes that are there. */
static enum vc_qemu_took parse(struct vc_qemu_wire *wire,
                               struct json_object **ret, struct vc_error *err)
{
    enum json_tokener_error status;
    struct json_object *obj;
    size_t used;

    if (wire->cost.bytes == 0 && wire->nest > 0) /* of one that is dropped */
        wire->pos +=
            go_through(wire, wire->buf + wire->pos, wire->len - wire->pos);
    if (wire->cost.bytes == 0)
        skip_space(wire);
    if (wire->pos == wire->len)
        return VC_QEMU_TOOK_NOTHING;
    /* a bare number has no end of its own, and no message is one */
    if (wire->cost.bytes == 0 && wire->buf[wire->pos] != '{')
        return not_json(err, json_tokener_error_parse_unexpected);
    vc_qemu_json_lock();
    obj = json_tokener_parse_ex(wire->tok, wire->buf + wire->pos,
                                (int)(wire->len - wire->pos));
    status = json_tokener_get_error(wire->tok);
    vc_qemu_json_unlock();
    used = wire->len - wire->pos;
    if (status != json_tokener_continue)
        used = json_tokener_get_parse_end(wire->tok);
    if (charge(wire, wire->buf + wire->pos, used, err) < 0) {
        (void)json_object_put(obj);
        return VC_QEMU_TOOK_ERROR;
    }
    (void)go_through(wire, wire->buf + wire->pos, used);
    wire->pos += used;
    if (status == json_tokener_continue)
        return VC_QEMU_TOOK_NOTHING;
    forget_place(wire);
    wire->last = wire->cost;
    wire->cost = (struct vc_qemu_cost){0};
    if (status != json_tokener_success || !obj)
        return not_json(err, status);
    *ret = obj;
    return VC_QEMU_TOOK_ONE;
}

/* Reads behind what is there; only when nothing is. */
static enum vc_qemu_took fill(struct vc_qemu_wire *wire, struct vc_error *err)
{
    ssize_t n = recv(wire->fd, wire->buf, WIRE_CHUNK, MSG_DONTWAIT);

    wire->pos = 0;
    wire->len = n > 0 ? (size_t)n : 0;
    if (n > 0)
        return VC_QEMU_TOOK_ONE;
    if (n == 0 || errno == ECONNRESET || errno == EPIPE)
        return VC_QEMU_TOOK_END;
    if (errno == EAGAIN || errno == EINTR)
        return VC_QEMU_TOOK_NOTHING;
    (void)vc_error_errno(err, errno, "can't read from it");
    return VC_QEMU_TOOK_ERROR;
}

enum vc_qemu_took vc_qemu_wire_take(struct vc_qemu_wire *wire,
                                    struct json_object **ret,
                                    struct vc_error *err)
{
    enum vc_qemu_took took = parse(wire, ret, err);

    if (took != VC_QEMU_TOOK_NOTHING)
        return took;
    took = fill(wire, err);
    return took == VC_QEMU_TOOK_ONE ? parse(wire, ret, err) : took;
}

enum vc_qemu_took vc_qemu_wire_wait(struct vc_qemu_wire *wire,
                                    int64_t deadline_ms,
                                    struct json_object **ret,
                                    struct vc_error *err)
{
    for (;;) {
        enum vc_qemu_took took = vc_qemu_wire_take(wire, ret, err);

        if (took != VC_QEMU_TOOK_NOTHING)
            return took;
        /* also one that never stops sending is left */
        if (vc_qemu_now_ms() >= deadline_ms ||
            !vc_qemu_poll(wire->fd, POLLIN, deadline_ms))
            return VC_QEMU_TOOK_NOTHING;
    }
}

enum vc_qemu_took vc_qemu_wire_drop(struct vc_qemu_wire *wire,
                                    struct vc_error *err)
{
    enum vc_qemu_took took = VC_QEMU_TOOK_NOTHING;
    bool any = wire->cost.bytes > 0;
    int n;

    json_tokener_reset(wire->tok);
    wire->cost = (struct vc_qemu_cost){0};
    for (n = 0; n <= DROP_CHUNKS; n++) {
        if (wire->nest == 0)
            skip_space(wire);
        any |= wire->pos < wire->len;
        while (wire->pos < wire->len)
            wire->pos +=
                go_through(wire, wire->buf + wire->pos, wire->len - wire->pos);
        took = n < DROP_CHUNKS ? fill(wire, err) : VC_QEMU_TOOK_ONE;
        if (took != VC_QEMU_TOOK_ONE)
            break;
    }
    return took == VC_QEMU_TOOK_NOTHING && any ? VC_QEMU_TOOK_ONE : took;
}

enum vc_qemu_took vc_qemu_wire_skip(struct vc_qemu_wire *wire, char mark,
                                    int64_t deadline_ms, struct vc_error *err)
{
    json_tokener_reset(wire->tok);
    wire->cost = (struct vc_qemu_cost){0};
    forget_place(wire);
    for (;;) {
        enum vc_qemu_took took;

        while (wire->pos < wire->len) {
            if (wire->buf[wire->pos++] == mark)
                return VC_QEMU_TOOK_ONE;
        }
        took = fill(wire, err);
        if (took == VC_QEMU_TOOK_ERROR || took == VC_QEMU_TOOK_END)
            return took;
        if (took == VC_QEMU_TOOK_NOTHING &&
            !vc_qemu_poll(wire->fd, POLLIN, deadline_ms))
            return VC_QEMU_TOOK_NOTHING;
        if (vc_qemu_now_ms() >= deadline_ms)
            return VC_QEMU_TOOK_NOTHING;
    }
}
