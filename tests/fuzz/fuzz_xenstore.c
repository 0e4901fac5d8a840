/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What xenstored answers: each request ends in its time, with an answer, an
 * error number, or an error; and a watch that fires has a token.  The first
 * byte of an input is s if xenstored keeps silent at the end, else it closes;
 * the others are what it sends.
 */
#include <string.h>

#include "driver/xen/xenstore.h"
#include "fuzz.h"
#include "peer.h"

static struct vc_xenstore xs_only;
static unsigned fired;

/* The token ends inside of the event, which is the first of what is there. */
static void on_fired(void *opaque, const char *token)
{
    const struct vc_xenstore *xs = opaque;
    struct xsd_sockmsg head;

    memcpy(&head, xs->in, sizeof(head));
    FUZZ_REQUIRE(head.type == XS_WATCH_EVENT);
    FUZZ_REQUIRE(token + strlen(token) < xs->in + sizeof(head) + head.len);
    fired++;
}

static void check(const struct vc_xenstore *xs, int rc,
                  const struct vc_error *err)
{
    FUZZ_REQUIRE(rc >= -1);
    FUZZ_REQUIRE(xs->have < sizeof(xs->in));
    if (rc < 0)
        FUZZ_REQUIRE_ERROR(err);
}

static void ask(struct vc_xenstore *xs)
{
    VC_AUTO_STR char *value = NULL;
    VC_AUTO_STR char *again = NULL;
    struct vc_error err = {0};
    uint32_t tx = 0;
    int rc;

    check(xs, vc_xenstore_watch(xs, "@introduceDomain", "token", &err), &err);
    rc = vc_xenstore_read(xs, 0, "/local/domain/1/name", &value, &err);
    check(xs, rc, &err);
    FUZZ_REQUIRE((rc == 0) == (value != NULL));
    FUZZ_REQUIRE(!value || strlen(value) <= XENSTORE_PAYLOAD_MAX);
    rc = vc_xenstore_begin(xs, &tx, &err);
    check(xs, rc, &err);
    if (rc == 0) {
        check(xs, vc_xenstore_read(xs, tx, "a", &again, &err), &err);
        check(xs, vc_xenstore_write(xs, tx, "a", "b", &err), &err);
        check(xs, vc_xenstore_remove(xs, tx, "c", &err), &err);
        check(xs, vc_xenstore_end(xs, tx, true, &err), &err);
    }
    check(xs, vc_xenstore_unwatch(xs, "@introduceDomain", "token", &err), &err);
    check(xs, vc_xenstore_take_events(xs, &err), &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vc_xenstore *xs = &xs_only;

    if (size == 0)
        return 0;
    fired = 0;
    peer_begin("", data + 1, size - 1, data[0] == 's' ? PEER_SILENT : 0);
    vc_xenstore_init(xs, on_fired, xs);
    ask(xs);
    vc_xenstore_close(xs);
    FUZZ_REQUIRE(peer_elapsed_ms() < 2 * VC_XENSTORE_TIMEOUT_MS);
    FUZZ_REQUIRE(fired <= size / sizeof(struct xsd_sockmsg));
    return 0;
}
