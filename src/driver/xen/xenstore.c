/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_XEN
#include "driver/xen/xenstore.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SOCKET_PATH "/run/xenstored/socket"
#define CONNECT_RETRY_MS 10

static long long now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void vc_xenstore_init(struct vc_xenstore *xs,
                      void (*fired)(void *opaque, const char *token),
                      void *opaque)
{
    memset(xs, 0, sizeof(*xs));
    xs->fd = -1;
    xs->timeout_ms = VC_XENSTORE_TIMEOUT_MS;
    xs->fired = fired;
    xs->opaque = opaque;
}

void vc_xenstore_close(struct vc_xenstore *xs)
{
    if (xs->fd >= 0)
        (void)close(xs->fd);
    xs->fd = -1;
    xs->have = 0;
}

static const char *socket_path(void)
{
    const char *path = secure_getenv("XENSTORED_PATH");

    return path && *path ? path : SOCKET_PATH;
}

/* ---- failing ---- */

static int say_silent(const struct vc_xenstore *xs, struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "xenstored does not answer: nothing within %d ms",
                        xs->timeout_ms);
}

static int no_answer(struct vc_xenstore *xs, struct vc_error *err)
{
    vc_xenstore_close(xs);
    xs->silent_until = now_ms() + VC_XENSTORE_SILENT_MS;
    return say_silent(xs, err);
}

static int hung_up(struct vc_xenstore *xs, int errnum, struct vc_error *err)
{
    vc_xenstore_close(xs);
    if (errnum)
        return vc_error_errno(err, errnum, "lost the connection to xenstored");
    return vc_error_set(err, VC_ERR_SYSTEM_ERROR,
                        "xenstored closed the connection");
}

static int not_running(int errnum, struct vc_error *err)
{
    bool denied = errnum == EACCES || errnum == EPERM;

    (void)vc_error_errno(err, errnum,
                         denied ? "the socket of xenstored can't be opened, "
                                  "'%s'"
                                : "xenstored is not running, socket '%s'",
                         socket_path());
    err->code = denied ? VC_ERR_OPERATION_DENIED : VC_ERR_OPERATION_FAILED;
    return -1;
}

/* ---- connecting ---- */

/* A daemon that is stopped doesn't accept, and its queue gets full. */
static int connect_until(struct vc_xenstore *xs, int fd,
                         const struct sockaddr_un *addr, long long until,
                         struct vc_error *err)
{
    while (connect(fd, (const struct sockaddr *)(const void *)addr,
                   sizeof(*addr)) < 0) {
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return not_running(errno, err);
        if (now_ms() >= until)
            return no_answer(xs, err);
        (void)poll(NULL, 0, CONNECT_RETRY_MS);
    }
    return 0;
}

static int xenstore_connect(struct vc_xenstore *xs, long long until,
                            struct vc_error *err)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    const char *path = socket_path();
    int fd;

    if (strlen(path) >= sizeof(addr.sun_path))
        return not_running(ENAMETOOLONG, err);
    memcpy(addr.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return vc_error_errno(err, errno, "no socket for xenstored");
    if (connect_until(xs, fd, &addr, until, err) < 0) {
        (void)close(fd);
        return -1;
    }
    xs->fd = fd;
    xs->have = 0;
    xs->generation++;
    return 0;
}

/* ---- messages ---- */

/* 0: `events` came. */
static int wait_for(struct vc_xenstore *xs, short events, long long until,
                    struct vc_error *err)
{
    struct pollfd waiting = {.fd = xs->fd, .events = events};

    for (;;) {
        long long left = until - now_ms();
        int n = poll(&waiting, 1, left > 0 ? (int)left : 0);

        if (n > 0)
            return 0;
        if (n == 0)
            return no_answer(xs, err);
        if (errno != EINTR)
            return hung_up(xs, errno, err);
    }
}

static int send_all(struct vc_xenstore *xs, const char *data, size_t len,
                    long long until, struct vc_error *err)
{
    while (len > 0) {
        ssize_t n = send(xs->fd, data, len, MSG_NOSIGNAL);

        if (n > 0) {
            data += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN) {
            if (wait_for(xs, POLLOUT, until, err) < 0)
                return -1;
        } else if (errno != EINTR) {
            return hung_up(xs, errno, err);
        }
    }
    return 0;
}

/* What there is into `in`: 1; 0 nothing; -1. */
static int receive_some(struct vc_xenstore *xs, struct vc_error *err)
{
    size_t room = sizeof(xs->in) - 1 - xs->have;
    ssize_t n;

    do {
        n = recv(xs->fd, xs->in + xs->have, room, 0);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n <= 0)
        return hung_up(xs, n < 0 ? errno : 0, err);
    xs->have += (size_t)n;
    return 1;
}

/* The head of a message that is there in full: 1; 0 not yet; -1 nonsense. */
static int message_ready(struct vc_xenstore *xs, struct xsd_sockmsg *ret,
                         struct vc_error *err)
{
    if (xs->have < sizeof(*ret))
        return 0;
    memcpy(ret, xs->in, sizeof(*ret));
    if (ret->len > XENSTORE_PAYLOAD_MAX) {
        vc_xenstore_close(xs);
        return vc_error_set(err, VC_ERR_SYSTEM_ERROR,
                            "xenstored sent a message of %u bytes; at most %u "
                            "are allowed",
                            (unsigned)ret->len, XENSTORE_PAYLOAD_MAX);
    }
    return xs->have >= sizeof(*ret) + ret->len;
}

static void message_drop(struct vc_xenstore *xs, const struct xsd_sockmsg *head)
{
    size_t len = sizeof(*head) + head->len;

    xs->have -= len;
    memmove(xs->in, xs->in + len, xs->have);
}

/* An event's payload is two strings: path, token. */
static void message_fire(struct vc_xenstore *xs, const struct xsd_sockmsg *head)
{
    const char *path = xs->in + sizeof(*head);
    size_t len = strnlen(path, head->len);

    if (len + 1 < head->len && path[head->len - 1] == '\0')
        xs->fired(xs->opaque, path + len + 1);
}

/* The messages that are in `in`, events or not. */
static int take_messages(struct vc_xenstore *xs, struct vc_error *err)
{
    struct xsd_sockmsg head;
    int rc;

    while ((rc = message_ready(xs, &head, err)) > 0) {
        if (head.type == XS_WATCH_EVENT)
            message_fire(xs, &head);
        message_drop(xs, &head);
    }
    return rc;
}

int vc_xenstore_take_events(struct vc_xenstore *xs, struct vc_error *err)
{
    int rc;

    if (xs->fd < 0)
        return hung_up(xs, 0, err);
    do {
        rc = take_messages(xs, err);
        if (rc == 0)
            rc = receive_some(xs, err);
    } while (rc > 0);
    return rc;
}

/* Waits for the answer to the last request, which stays at the head of `in`. */
static int await_answer(struct vc_xenstore *xs, struct xsd_sockmsg *ret,
                        long long until, struct vc_error *err)
{
    for (;;) {
        int rc = message_ready(xs, ret, err);

        if (rc < 0)
            return -1;
        if (rc == 0) {
            rc = receive_some(xs, err);
            if (rc < 0 || (rc == 0 && wait_for(xs, POLLIN, until, err) < 0))
                return -1;
            continue;
        }
        if (ret->type != XS_WATCH_EVENT && ret->req_id == xs->request)
            return 0;
        if (ret->type == XS_WATCH_EVENT)
            message_fire(xs, ret);
        message_drop(xs, ret);
    }
}

/* ---- requests ---- */

struct request {
    uint32_t type;
    uint32_t tx;
    const char *data;
    size_t len;
};

static int errnum_of(const char *word)
{
    size_t i;

    for (i = 0; i < VC_NELEMS(xsd_errors); i++) {
        if (strcmp(word, xsd_errors[i].errstring) == 0)
            return xsd_errors[i].errnum;
    }
    return EINVAL;
}

/* Takes the answer at the head of `in`.  ret_value may be NULL. */
static int take_answer(struct vc_xenstore *xs, const struct request *request,
                       const struct xsd_sockmsg *head, char **ret_value,
                       struct vc_error *err)
{
    char *data = xs->in + sizeof(*head);
    char kept = data[head->len];
    int rc = 0;

    data[head->len] = '\0'; /* `in` has room for it */
    if (head->type == XS_ERROR)
        rc = errnum_of(data);
    else if (head->type != request->type)
        rc = EINVAL;
    else if (ret_value && !(*ret_value = strdup(data)))
        rc = vc_error_nomem(err);
    data[head->len] = kept;
    message_drop(xs, head);
    return rc;
}

static int ask_once(struct vc_xenstore *xs, const struct request *request,
                    char **ret_value, struct vc_error *err)
{
    long long until = now_ms() + xs->timeout_ms;
    struct xsd_sockmsg head = {.type = request->type,
                               .tx_id = request->tx,
                               .len = (uint32_t)request->len};
    char out[sizeof(head) + XENSTORE_PAYLOAD_MAX];

    if (request->len > XENSTORE_PAYLOAD_MAX)
        return E2BIG;
    if (xs->fd < 0 && xenstore_connect(xs, until, err) < 0)
        return -1;
    head.req_id = ++xs->request;
    memcpy(out, &head, sizeof(head));
    memcpy(out + sizeof(head), request->data, request->len);
    if (send_all(xs, out, sizeof(head) + request->len, until, err) < 0 ||
        await_answer(xs, &head, until, err) < 0)
        return -1;
    return take_answer(xs, request, &head, ret_value, err);
}

static int ask(struct vc_xenstore *xs, const struct request *request,
               char **ret_value, struct vc_error *err)
{
    bool was_open = xs->fd >= 0;
    struct vc_error why = {0};
    int rc;

    if (xs->silent_until && now_ms() < xs->silent_until)
        return say_silent(xs, err);
    xs->silent_until = 0;
    rc = ask_once(xs, request, ret_value, &why);
    if (rc < 0 && was_open && xs->fd < 0 && !request->tx && !xs->silent_until)
        rc = ask_once(xs, request, ret_value, &why);
    if (rc < 0)
        *err = why;
    return rc;
}

int vc_xenstore_read(struct vc_xenstore *xs, uint32_t tx, const char *path,
                     char **ret_value, struct vc_error *err)
{
    struct request request = {XS_READ, tx, path, strlen(path) + 1};

    return ask(xs, &request, ret_value, err);
}

int vc_xenstore_remove(struct vc_xenstore *xs, uint32_t tx, const char *path,
                       struct vc_error *err)
{
    struct request request = {XS_RM, tx, path, strlen(path) + 1};

    return ask(xs, &request, NULL, err);
}

/* "a\0b" with `tail` more bytes of b's end: 1 takes its NUL along. */
static int ask_two(struct vc_xenstore *xs, uint32_t type, uint32_t tx,
                   const char *a, const char *b, size_t tail,
                   struct vc_error *err)
{
    size_t alen = strlen(a) + 1;
    size_t blen = strlen(b) + tail;
    struct request request = {type, tx, NULL, alen + blen};
    VC_AUTO_STR char *data = malloc(alen + blen);

    if (!data)
        return vc_error_nomem(err);
    memcpy(data, a, alen);
    memcpy(data + alen, b, blen);
    request.data = data;
    return ask(xs, &request, NULL, err);
}

int vc_xenstore_write(struct vc_xenstore *xs, uint32_t tx, const char *path,
                      const char *value, struct vc_error *err)
{
    return ask_two(xs, XS_WRITE, tx, path, value, 0, err);
}

int vc_xenstore_watch(struct vc_xenstore *xs, const char *path,
                      const char *token, struct vc_error *err)
{
    return ask_two(xs, XS_WATCH, 0, path, token, 1, err);
}

int vc_xenstore_unwatch(struct vc_xenstore *xs, const char *path,
                        const char *token, struct vc_error *err)
{
    return ask_two(xs, XS_UNWATCH, 0, path, token, 1, err);
}

int vc_xenstore_begin(struct vc_xenstore *xs, uint32_t *ret_tx,
                      struct vc_error *err)
{
    struct request request = {XS_TRANSACTION_START, 0, "", 1};
    VC_AUTO_STR char *text = NULL;
    int rc = ask(xs, &request, &text, err);

    if (rc == 0)
        *ret_tx = (uint32_t)strtoul(text, NULL, 10);
    return rc;
}

int vc_xenstore_end(struct vc_xenstore *xs, uint32_t tx, bool commit,
                    struct vc_error *err)
{
    struct request request = {XS_TRANSACTION_END, tx, commit ? "T" : "F", 2};

    return ask(xs, &request, NULL, err);
}
