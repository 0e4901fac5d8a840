/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake_xenstored.h"

#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

#define SLOTS 128

struct slot {
    char path[64];
    char text[64]; /* a node's value, or a watch's token */
};

static struct {
    pthread_t thread;
    char path[32];
    int listener;
    int wake[2];
    int conn; /* -1: none */
    struct slot nodes[SLOTS];
    struct slot watches[SLOTS];
    struct slot late; /* a watch that is to fire */
    uint32_t transaction;
    pthread_mutex_t mutex; /* of nodes and watches */
    atomic_int mood;
    atomic_uint requests;
    atomic_uint connections;
} fake = {.conn = -1, .mutex = PTHREAD_MUTEX_INITIALIZER};

/* For the thread: each of Check's assertions takes memory for a moment, and tests
 * count the blocks that are in use. */
static void must(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "the fake xenstored: %s\n", what);
    abort();
}

static struct slot *slot_find(struct slot *slots, const char *path)
{
    int i;

    for (i = 0; i < SLOTS; i++) {
        if (strcmp(slots[i].path, path) == 0)
            return &slots[i];
    }
    return NULL;
}

static void slot_set(struct slot *slots, const char *path, const char *text)
{
    struct slot *slot = slot_find(slots, path);

    if (!slot)
        slot = slot_find(slots, "");
    must(slot, "no slot is free");
    (void)snprintf(slot->path, sizeof(slot->path), "%s", text ? path : "");
    (void)snprintf(slot->text, sizeof(slot->text), "%s", text ? text : "");
}

static void say(uint32_t type, uint32_t request, const void *data, size_t len)
{
    struct xsd_sockmsg head = {.type = type, .req_id = request,
                               .len = (uint32_t)len};
    char out[sizeof(head) + 256];

    must(len <= 256, "an answer is too long");
    memcpy(out, &head, sizeof(head));
    memcpy(out + sizeof(head), data, len);
    if (send(fake.conn, out, sizeof(head) + len, MSG_NOSIGNAL) < 0)
        return; /* it has gone; that is seen later */
}

static void say_event(const struct slot *watch)
{
    char data[160];
    int len = snprintf(data, sizeof(data), "%s%c%s", watch->path, '\0',
                       watch->text);

    say(XS_WATCH_EVENT, 0, data, (size_t)len + 1);
}

static void say_error(uint32_t request, const char *word)
{
    say(XS_ERROR, request, word, strlen(word) + 1);
}

static void node_changed(const char *path)
{
    const struct slot *watch = slot_find(fake.watches, path);

    if (!watch || fake.conn < 0)
        return;
    if (atomic_load(&fake.mood) == FAKE_LATE)
        fake.late = *watch;
    else
        say_event(watch);
}

/* An event is in the way of nearly every answer. */
static void answer(const struct xsd_sockmsg *head, const char *data)
{
    const char *second = data + strlen(data) + 1;
    const struct slot *node;
    char number[16];

    switch (head->type) {
    case XS_READ:
        node = slot_find(fake.nodes, data);
        if (node)
            say(XS_READ, head->req_id, node->text, strlen(node->text));
        else
            say_error(head->req_id, "ENOENT");
        return;
    case XS_WRITE:
        slot_set(fake.nodes, data, second);
        node_changed(data);
        break;
    case XS_RM:
        slot_set(fake.nodes, data, NULL);
        node_changed(data);
        break;
    case XS_WATCH:
        if (slot_find(fake.watches, data)) {
            say_error(head->req_id, "EEXIST");
            return;
        }
        slot_set(fake.watches, data, second);
        say(XS_WATCH, head->req_id, "OK", 3);
        say_event(slot_find(fake.watches, data));
        return;
    case XS_UNWATCH:
        slot_set(fake.watches, data, NULL);
        break;
    case XS_TRANSACTION_START:
        (void)snprintf(number, sizeof(number), "%u", ++fake.transaction);
        say(head->type, head->req_id, number, strlen(number) + 1);
        return;
    case XS_TRANSACTION_END:
        if (*data == 'T' && atomic_load(&fake.mood) == FAKE_CONFLICTS) {
            say_error(head->req_id, "EAGAIN");
            return;
        }
        break;
    default:
        say_error(head->req_id, "ENOSYS");
        return;
    }
    say(head->type, head->req_id, "OK", 3);
}

static void hang_up(void)
{
    (void)close(fake.conn);
    fake.conn = -1;
    memset(fake.watches, 0, sizeof(fake.watches));
}

static void take_request(void)
{
    struct xsd_sockmsg head;
    char data[512] = "";

    if (recv(fake.conn, &head, sizeof(head), MSG_WAITALL) !=
            (ssize_t)sizeof(head) ||
        head.len >= sizeof(data) ||
        recv(fake.conn, data, head.len, MSG_WAITALL) != (ssize_t)head.len) {
        hang_up();
        return;
    }
    atomic_fetch_add(&fake.requests, 1);
    switch (atomic_load(&fake.mood)) {
    case FAKE_SILENT:
        return;
    case FAKE_HANGS_UP:
        atomic_store(&fake.mood, FAKE_WELL);
        hang_up();
        return;
    case FAKE_BABBLES:
        head.len = 0x7fffffff;
        (void)!write(fake.conn, &head, sizeof(head));
        return;
    default:
        if (*fake.late.path)
            say_event(&fake.late);
        fake.late.path[0] = '\0';
        answer(&head, data);
    }
}

static void *serve(void *opaque)
{
    struct pollfd fds[3] = {{fake.wake[0], POLLIN, 0},
                            {fake.listener, POLLIN, 0},
                            {-1, POLLIN, 0}};

    while (!(fds[0].revents & POLLIN)) {
        fds[2].fd = fake.conn;
        must(poll(fds, 3, -1) >= 0, "poll() fails");
        (void)pthread_mutex_lock(&fake.mutex);
        if (fds[2].revents)
            take_request();
        if ((fds[1].revents & POLLIN) && fake.conn < 0) {
            fake.conn = accept(fake.listener, NULL, NULL);
            atomic_fetch_add(&fake.connections, 1);
        }
        (void)pthread_mutex_unlock(&fake.mutex);
    }
    return opaque;
}

void fake_xenstored_reset(void)
{
    memset(fake.nodes, 0, sizeof(fake.nodes));
    memset(fake.watches, 0, sizeof(fake.watches));
    atomic_store(&fake.requests, 0);
    atomic_store(&fake.connections, 0);
}

void fake_xenstored_start(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};

    /* below the current directory, whose own name may be too long */
    (void)snprintf(fake.path, sizeof(fake.path), "xenstored.%d",
                   (int)getpid());
    memcpy(addr.sun_path, fake.path, strlen(fake.path));
    (void)unlink(fake.path);
    fake.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fake.listener, (struct sockaddr *)(void *)&addr,
                          sizeof(addr)),
                     0);
    ck_assert_int_eq(listen(fake.listener, 1), 0);
    ck_assert_int_eq(pipe(fake.wake), 0);
    ck_assert_int_eq(setenv("XENSTORED_PATH", fake.path, 1), 0);
    atomic_store(&fake.mood, FAKE_WELL);
    ck_assert_int_eq(pthread_create(&fake.thread, NULL, serve, NULL), 0);
}

void fake_xenstored_stop(void)
{
    ck_assert_int_eq(write(fake.wake[1], "", 1), 1);
    ck_assert_int_eq(pthread_join(fake.thread, NULL), 0);
    if (fake.conn >= 0)
        hang_up();
    (void)close(fake.listener);
    (void)close(fake.wake[0]);
    (void)close(fake.wake[1]);
    (void)unlink(fake.path);
}

void fake_xenstored_mood(enum fake_mood mood)
{
    atomic_store(&fake.mood, (int)mood);
}

void fake_xenstored_set(const char *path, const char *value)
{
    (void)pthread_mutex_lock(&fake.mutex);
    slot_set(fake.nodes, path, value);
    node_changed(path);
    (void)pthread_mutex_unlock(&fake.mutex);
}

bool fake_xenstored_has(const char *path, const char *value)
{
    struct slot *slot;
    bool has;

    (void)pthread_mutex_lock(&fake.mutex);
    slot = slot_find(fake.nodes, path);
    has = slot ? value && strcmp(slot->text, value) == 0 : !value;
    (void)pthread_mutex_unlock(&fake.mutex);
    return has;
}

unsigned fake_xenstored_requests(void)
{
    return atomic_load(&fake.requests);
}

unsigned fake_xenstored_connections(void)
{
    return atomic_load(&fake.connections);
}
