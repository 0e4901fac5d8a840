/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client of xenstore: one request at a time, on the domain's ring. */
#include "tiny.h"

#include <xen/io/xs_wire.h>

static volatile struct xenstore_domain_interface *ring;
static bool watch_fired;

void store_begin(void)
{
    ring = xen_own_page(xen_start->store_mfn);
}

/* Until the other side did something, if the ring is as *index says. */
static void wait_while(const volatile uint32_t *index, uint32_t as)
{
    while (__atomic_load_n(index, __ATOMIC_SEQ_CST) == as) {
        xen_clear(xen_start->store_evtchn);
        if (__atomic_load_n(index, __ATOMIC_SEQ_CST) == as)
            xen_rest(0, xen_start->store_evtchn, REST_MS);
    }
}

static void put(const void *bytes, size_t len)
{
    const char *p = bytes;

    for (; len; len--) {
        uint32_t at = ring->req_prod;

        wait_while(&ring->req_cons, at - XENSTORE_RING_SIZE);
        ring->req[MASK_XENSTORE_IDX(at)] = *p++;
        __atomic_store_n(&ring->req_prod, at + 1, __ATOMIC_SEQ_CST);
    }
}

/* What doesn't fit in the buffer is dropped. */
static void get(void *bytes, size_t len, size_t room)
{
    char *p = bytes;

    for (; len; len--) {
        uint32_t at = ring->rsp_cons;

        wait_while(&ring->rsp_prod, at);
        if (room) {
            *p++ = ring->rsp[MASK_XENSTORE_IDX(at)];
            room--;
        }
        __atomic_store_n(&ring->rsp_cons, at + 1, __ATOMIC_SEQ_CST);
    }
    xen_notify(xen_start->store_evtchn);
}

/* Takes one message; returns its type. */
static uint32_t receive(char *buf, size_t room)
{
    struct xsd_sockmsg head;

    get(&head, sizeof(head), sizeof(head));
    if (head.type == XS_WATCH_EVENT) {
        watch_fired = true;
        room = 0;
    }
    get(buf, head.len, room);
    if (head.len < room)
        buf[head.len] = '\0';
    return head.type;
}

static size_t length(const char *text)
{
    size_t len = 0;

    while (text[len])
        len++;
    return len;
}

/* Sends texts with their terminators; returns the type of the answer. */
static uint32_t ask(uint32_t type, const char *const *texts, unsigned n,
                    char *buf, size_t room)
{
    struct xsd_sockmsg head = {.type = type};
    uint32_t answer;
    unsigned i;

    for (i = 0; i < n; i++)
        head.len += (uint32_t)length(texts[i]) + 1;
    put(&head, sizeof(head));
    for (i = 0; i < n; i++)
        put(texts[i], length(texts[i]) + 1);
    xen_notify(xen_start->store_evtchn);
    do
        answer = receive(buf, room);
    while (answer == XS_WATCH_EVENT);
    return answer;
}

bool store_read(const char *path, char *buf, size_t len)
{
    buf[len - 1] = '\0';
    return ask(XS_READ, &path, 1, buf, len - 1) == XS_READ;
}

void store_watch(const char *path)
{
    const char *texts[] = {path, "tiny"};
    char answer[1];

    if (ask(XS_WATCH, texts, 2, answer, 0) != XS_WATCH)
        xen_die("xenstore refuses a watch");
}

void store_wait(void)
{
    while (!watch_fired)
        (void)receive(NULL, 0);
    watch_fired = false;
}
