/* SPDX-License-Identifier: LGPL-2.1-or-later */
#undef _FORTIFY_SOURCE /* its inline functions have the names of those below   \
                        */
#include "peer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define CLOSES 0x1e
#define PACKET 0x1f
#define SILENT 0x1d
#define FULL 0x1c
#define AWAITS 0x19
#define REPEAT 0x18

#define REPEAT_MAX 65536 /* bytes, of all that is repeated */

#define INPUT_MAX 65536 /* what is behind is left out */
#define FDS_MAX 256
#define THREADS 3
/* A pause takes at least so long, as on a busy machine. */
#define PAUSE_MS 300

static char *stream; /* of all connections, marks in it */
static size_t stream_len;
static size_t stream_at; /* the next connection's */
static bool has_marks;
static bool ends_silent;

static struct connection {
    bool is_open;
    bool is_asked; /* since it last said something */
    bool is_over;  /* it has closed, and that was seen */
    size_t at;
    size_t end;
} connections[FDS_MAX];

static long long now_ms = 1000000;
static long long begun_ms;

/* ---- the input ---- */

static pid_t threads[THREADS];
static pthread_barrier_t threads_ready;

static void *thread_run(void *opaque)
{
    *(pid_t *)opaque = (pid_t)syscall(SYS_gettid);
    (void)pthread_barrier_wait(&threads_ready);
    for (;;)
        (void)pause();
    return NULL;
}

static void threads_start(void)
{
    pthread_t thread;
    int i;

    FUZZ_REQUIRE(pthread_barrier_init(&threads_ready, NULL, THREADS + 1) == 0);
    for (i = 0; i < THREADS; i++)
        FUZZ_REQUIRE(pthread_create(&thread, NULL, thread_run, &threads[i]) ==
                     0);
    (void)pthread_barrier_wait(&threads_ready);
}

/* The length of a name of a process or thread at `p`; 0: there is none. */
static size_t name_at(const char *p, const char *end, int *ret)
{
    if (end - p >= 5 && memcmp(p, "@PID@", 5) == 0) {
        *ret = getpid();
        return 5;
    }
    if (end - p >= 4 && memcmp(p, "@T", 2) == 0 && p[3] == '@' && p[2] >= '0' &&
        p[2] < '0' + THREADS) {
        *ret = threads[p[2] - '0'];
        return 4;
    }
    return 0;
}

/* What is to be repeated at `p`, *ret_times; its length, or 0. */
static size_t repeat_at(const char *p, const char *end, size_t *ret_times)
{
    size_t n;

    if (end - p < 4 || *p != REPEAT || p[1] < 'a' || p[1] > 't' || p[2] < '1' ||
        p[2] > '9')
        return 0;
    n = (size_t)(p[2] - '0');
    *ret_times = (size_t)1 << (p[1] - 'a' + 1);
    return (size_t)(end - p) - 3 >= n ? n : 0;
}

/* Writes what the input stands for behind what is there: a number has at most
 * 10 digits, a name at least 4 characters. */
static void stream_fill(const char *p, size_t size)
{
    const char *end = p + size;
    size_t room = REPEAT_MAX;

    while (p < end) {
        int number;
        size_t times = 0;
        size_t n = has_marks ? name_at(p, end, &number) : 0;
        size_t part = has_marks && !n ? repeat_at(p, end, &times) : 0;

        if (n)
            stream_len += (size_t)sprintf(stream + stream_len, "%d", number);
        else if (!part)
            stream[stream_len++] = *p;
        for (; part && times > 0 && part <= room; times--, room -= part) {
            memcpy(stream + stream_len, p + 3, part);
            stream_len += part;
        }
        p += n ? n : part ? part + 3 : 1;
    }
}

void peer_begin(const char *first, const void *data, size_t size, unsigned how)
{
    size_t len = strlen(first);

    if (!threads[0])
        threads_start();
    if (!stream)
        stream = malloc((len + INPUT_MAX) * 3 + REPEAT_MAX);
    FUZZ_REQUIRE(stream);
    if (size > INPUT_MAX)
        size = INPUT_MAX;
    stream_len = 0;
    stream_at = 0;
    has_marks = how & PEER_MARKS;
    ends_silent = how & PEER_SILENT;
    memset(connections, 0, sizeof(connections));
    if (len) {
        stream_fill(first, len);
        stream[stream_len++] = CLOSES;
    }
    stream_fill(data, size);
    begun_ms = now_ms;
}

bool peer_has_more(void)
{
    return stream_at < stream_len;
}

long long peer_elapsed_ms(void)
{
    return now_ms - begun_ms;
}

/* ---- connections ---- */

static struct connection *connection_of(int fd)
{
    return fd >= 0 && fd < FDS_MAX && connections[fd].is_open ? &connections[fd]
                                                              : NULL;
}

static bool is_mark(const struct connection *c, char mark)
{
    return has_marks && c->at < c->end && stream[c->at] == mark;
}

static bool is_silent(const struct connection *c)
{
    return is_mark(c, SILENT) || (is_mark(c, AWAITS) && !c->is_asked) ||
           (ends_silent && c->at == c->end);
}

int connect(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
    struct connection *c;
    const char *stop = NULL;

    (void)addr;
    (void)len;
    FUZZ_REQUIRE(fd >= 0 && fd < FDS_MAX);
    if (!peer_has_more()) {
        errno = ECONNREFUSED;
        return -1;
    }
    if (has_marks && stream[stream_at] == FULL) {
        stream_at++;
        errno = EAGAIN;
        return -1;
    }
    if (has_marks)
        stop = memchr(stream + stream_at, CLOSES, stream_len - stream_at);
    c = &connections[fd];
    c->is_open = true;
    c->is_asked = false;
    c->is_over = false;
    c->at = stream_at;
    c->end = stop ? (size_t)(stop - stream) : stream_len;
    stream_at = stop ? c->end + 1 : stream_len;
    return 0;
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    struct ucred self = {.pid = getpid(), .uid = geteuid(), .gid = getegid()};

    FUZZ_REQUIRE(connection_of(fd) && level == SOL_SOCKET &&
                 name == SO_PEERCRED && *len == sizeof(self));
    memcpy(value, &self, sizeof(self));
    return 0;
}

/* It takes all it is sent until it is seen to have closed. */
ssize_t send(int fd, const void *data, size_t len, int flags)
{
    struct connection *c = connection_of(fd);

    FUZZ_REQUIRE(c && data && (flags & MSG_NOSIGNAL));
    if (c->is_over) {
        errno = EPIPE;
        return -1;
    }
    c->is_asked = true;
    return (ssize_t)len;
}

ssize_t recv(int fd, void *data, size_t len, int flags)
{
    struct connection *c = connection_of(fd);
    size_t n = 0;

    (void)flags;
    FUZZ_REQUIRE(c && len > 0);
    if (is_mark(c, PACKET)) {
        c->at++;
        errno = EAGAIN;
        return -1;
    }
    if (is_mark(c, AWAITS) && c->is_asked)
        c->at++;
    for (; n < len && c->at < c->end && !is_silent(c) && !is_mark(c, PACKET);
         n++, c->at++) {
        ((char *)data)[n] = stream[c->at];
        c->is_asked = false;
    }
    if (n == 0 && (c->at < c->end || ends_silent)) {
        errno = EAGAIN;
        return -1;
    }
    c->is_over = n == 0;
    return (ssize_t)n;
}

static short events_of(const struct pollfd *pfd)
{
    const struct connection *c = connection_of(pfd->fd);
    short events = POLLOUT;

    if (!c)
        return pfd->fd < 0 ? 0 : POLLNVAL;
    if (!is_silent(c))
        events |= POLLIN;
    if (c->at == c->end && !ends_silent)
        events |= POLLRDHUP;
    return events & (pfd->events | POLLNVAL);
}

int poll(struct pollfd *pfds, nfds_t n, int timeout_ms)
{
    int ready = 0;
    nfds_t i;

    for (i = 0; i < n; i++) {
        pfds[i].revents = events_of(&pfds[i]);
        ready += pfds[i].revents != 0;
    }
    if (ready)
        return ready;
    FUZZ_REQUIRE(timeout_ms >= 0);
    now_ms += n == 0 && timeout_ms < PAUSE_MS ? PAUSE_MS : timeout_ms;
    return 0;
}

/* ---- what else would differ from run to run ---- */

int clock_gettime(clockid_t id, struct timespec *ret)
{
    if (id != CLOCK_MONOTONIC)
        return (int)syscall(SYS_clock_gettime, id, ret);
    ret->tv_sec = (time_t)(now_ms / 1000);
    ret->tv_nsec = (long)(now_ms % 1000) * 1000000;
    return 0;
}

ssize_t getrandom(void *data, size_t len, unsigned flags)
{
    (void)flags;
    memset(data, 0, len);
    return (ssize_t)len;
}

/* ---- the same, as a fortified build calls them ---- */

int __poll_chk(struct pollfd *pfds, nfds_t n, int timeout_ms, size_t size);
ssize_t __recv_chk(int fd, void *data, size_t len, size_t size, int flags);

int __poll_chk(struct pollfd *pfds, nfds_t n, int timeout_ms, size_t size)
{
    FUZZ_REQUIRE(n * sizeof(*pfds) <= size);
    return poll(pfds, n, timeout_ms);
}

ssize_t __recv_chk(int fd, void *data, size_t len, size_t size, int flags)
{
    FUZZ_REQUIRE(len <= size);
    return recv(fd, data, len, flags);
}
