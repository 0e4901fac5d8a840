/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qmp.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define REPLY_MS 10000

long long lab_now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool lab_readable(int fd, long long until)
{
    struct pollfd wait = {fd, POLLIN, 0};
    long long left;

    while ((left = until - lab_now_ms()) > 0) {
        if (poll(&wait, 1, (int)left) > 0)
            return true;
    }
    return false;
}

/* By the directory's descriptor, since the path may be too long for the
 * address of a socket. */
int lab_connect(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    char *copy = strdup(path);
    char *name = strdup(path);
    int dir = open(dirname(copy), O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int n = snprintf(addr.sun_path, sizeof(addr.sun_path),
                     "/proc/self/fd/%d/%s", dir, basename(name));

    free(copy);
    free(name);
    if (dir < 0 || fd < 0 || n >= (int)sizeof(addr.sun_path) ||
        connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        if (fd >= 0)
            (void)close(fd);
        fd = -1;
    }
    if (dir >= 0)
        (void)close(dir);
    return fd;
}

static void keep_event(struct qmp *qmp, const char *line)
{
    size_t have = strlen(qmp->events);
    size_t len = strlen(line);

    if (have + len + 2 > sizeof(qmp->events))
        have = 0; /* only the newest matter */
    memcpy(qmp->events + have, line, len);
    memcpy(qmp->events + have + len, "\n", 2);
}

/* The next whole line into `line`; false: none until then. */
static bool next_line(struct qmp *qmp, char *line, size_t room, long long until)
{
    for (;;) {
        char *end = memchr(qmp->in, '\n', qmp->len);
        ssize_t got;

        if (end) {
            size_t len = (size_t)(end - qmp->in);

            if (len + 1 > room)
                return false;
            memcpy(line, qmp->in, len);
            line[len] = '\0';
            line[strcspn(line, "\r")] = '\0';
            qmp->len -= len + 1;
            memmove(qmp->in, end + 1, qmp->len);
            return true;
        }
        if (qmp->len == sizeof(qmp->in) || !lab_readable(qmp->fd, until))
            return false;
        got = read(qmp->fd, qmp->in + qmp->len, sizeof(qmp->in) - qmp->len);
        if (got <= 0)
            return false;
        qmp->len += (size_t)got;
    }
}

static bool is_answer(const char *line)
{
    return strncmp(line, "{\"return\"", 9) == 0 ||
           strncmp(line, "{\"error\"", 8) == 0;
}

const char *qmp_call(struct qmp *qmp, const char *command)
{
    static _Thread_local char line[QMP_ROOM];
    long long until = lab_now_ms() + REPLY_MS;

    if (send(qmp->fd, command, strlen(command), MSG_NOSIGNAL) < 0)
        return NULL;
    while (next_line(qmp, line, sizeof(line), until)) {
        if (is_answer(line))
            return line;
        keep_event(qmp, line);
    }
    return NULL;
}

bool qmp_do(struct qmp *qmp, const char *command)
{
    const char *answer = qmp_call(qmp, command);

    if (answer && strncmp(answer, "{\"return\"", 9) == 0)
        return true;
    (void)fprintf(stderr, "QMP: %s: %s\n", command,
                  answer ? answer : "silence");
    return false;
}

/* Takes an event out of those that were kept. */
static bool take_event(struct qmp *qmp, const char *name, const char *words)
{
    char quoted[80];
    char *line = qmp->events;

    (void)snprintf(quoted, sizeof(quoted), "\"event\": \"%s\"", name);
    while (*line) {
        char *end = strchr(line, '\n');
        bool is_it;

        *end = '\0';
        is_it = strstr(line, quoted) && strstr(line, words);
        *end = '\n';
        if (is_it) {
            memmove(line, end + 1, strlen(end + 1) + 1);
            return true;
        }
        line = end + 1;
    }
    return false;
}

bool qmp_event(struct qmp *qmp, const char *name, const char *words,
               int limit_ms)
{
    static _Thread_local char line[QMP_ROOM];
    long long until = lab_now_ms() + limit_ms;

    while (!take_event(qmp, name, words)) {
        if (!next_line(qmp, line, sizeof(line), until))
            return false;
        keep_event(qmp, line);
    }
    return true;
}

bool qmp_plug(struct qmp *qmp, unsigned slot)
{
    char text[200];

    (void)snprintf(text, sizeof(text),
                   "{\"execute\":\"device_add\",\"arguments\":{\"driver\":"
                   "\"qemu64-x86_64-cpu\",\"id\":\"lab%u\",\"socket-id\":0,"
                   "\"core-id\":%u,\"thread-id\":0}}\n",
                   slot, slot);
    return qmp_do(qmp, text);
}

/* Blanks the properties of each CPU, which have a "thread-id" of their own. */
static void blank_props(char *text)
{
    while ((text = strstr(text, "\"props\": {"))) {
        size_t len = strcspn(text, "}");

        memset(text, ' ', text[len] ? len + 1 : len);
    }
}

static int number_after(const char *text, const char *end, const char *key)
{
    const char *at = strstr(text, key);

    return at && at < end ? atoi(at + strlen(key)) : -1;
}

int qmp_threads(struct qmp *qmp, int *ret_tids, int n)
{
    const char *answer = qmp_call(qmp, "{\"execute\":\"query-cpus-fast\"}\n");
    char *text = strdup(answer ? answer : "");
    char *at = text ? strchr(text, '[') : NULL;
    int found = 0;
    int i;

    for (i = 0; i < n; i++)
        ret_tids[i] = -1;
    if (at)
        blank_props(at);
    while (at && (at = strchr(at + 1, '{'))) {
        const char *end = at + strcspn(at, "}");
        int id = number_after(at, end, "\"cpu-index\": ");

        if (id < 0 || id >= n)
            continue;
        ret_tids[id] = number_after(at, end, "\"thread-id\": ");
        found++;
    }
    free(text);
    return found;
}

int qmp_begin(struct qmp *qmp, int fd, int limit_ms)
{
    static _Thread_local char line[QMP_ROOM];

    qmp->fd = fd;
    qmp->len = 0;
    qmp->events[0] = '\0';
    if (!next_line(qmp, line, sizeof(line), lab_now_ms() + limit_ms) ||
        strncmp(line, "{\"QMP\"", 6) != 0 ||
        !qmp_do(qmp, "{\"execute\":\"qmp_capabilities\"}\n")) {
        qmp_end(qmp);
        return -1;
    }
    return 0;
}

int qmp_connect(struct qmp *qmp, const char *path, int limit_ms)
{
    int fd = lab_connect(path);

    qmp->fd = -1;
    return fd < 0 ? -1 : qmp_begin(qmp, fd, limit_ms);
}

void qmp_end(struct qmp *qmp)
{
    if (qmp->fd >= 0)
        (void)close(qmp->fd);
    qmp->fd = -1;
}
