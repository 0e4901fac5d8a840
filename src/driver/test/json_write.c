/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_TEST
#include "driver/test/json.h"

/* A name has no control characters, so these are all that JSON wants. */
static void add_string(struct vc_buf *buf, const char *text)
{
    vc_buf_addc(buf, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            vc_buf_addc(buf, '\\');
        vc_buf_addc(buf, *text);
    }
    vc_buf_addc(buf, '"');
}

static void add_set(struct vc_buf *buf, const char *key,
                    const struct vc_cpuset *set)
{
    vc_buf_addf(buf, "\"%s\":\"", key);
    vc_cpuset_format(set, buf);
    vc_buf_addc(buf, '"');
}

/* How many vCPUs from `first` on have the same times. */
static unsigned count_same(const struct vc_testhost_domain *dom, unsigned first)
{
    const struct vc_testhost_vcpu *vcpu = &dom->vcpus[first];
    unsigned i = first + 1;

    while (i < dom->maximum && dom->vcpus[i].time_ns == vcpu->time_ns &&
           dom->vcpus[i].since_ns == vcpu->since_ns)
        i++;
    return i - first;
}

static void add_vcpus(struct vc_buf *buf, const struct vc_testhost_domain *dom)
{
    unsigned count;
    unsigned i;

    vc_buf_adds(buf, "      \"vcpus\":[");
    for (i = 0; i < dom->maximum; i += count) {
        count = count_same(dom, i);
        vc_buf_adds(buf, i ? ",\n        {" : "\n        {");
        if (count > 1) {
            vc_buf_adds(buf, "\"count\":");
            vc_buf_addu(buf, count);
            vc_buf_addc(buf, ',');
        }
        vc_buf_adds(buf, "\"time\":");
        vc_buf_addu(buf, dom->vcpus[i].time_ns);
        vc_buf_adds(buf, ",\"since\":");
        vc_buf_addu(buf, dom->vcpus[i].since_ns);
        vc_buf_addc(buf, '}');
    }
    vc_buf_adds(buf, "\n      ]");
}

/* All but the pins. */
static void make_first_piece(struct vc_buf *buf,
                             const struct vc_testhost_domain *dom)
{
    char uuid[VC_UUID_TEXT_LEN + 1];

    vc_uuid_format(dom->uuid, uuid);
    vc_buf_addf(buf, "    {\n      \"id\":%u,\n      \"name\":", dom->id);
    add_string(buf, dom->name);
    if (dom->has_uuid)
        vc_buf_addf(buf, ",\n      \"uuid\":\"%s\"", uuid);
    vc_buf_addf(buf, ",\n      \"agent\":%s,\n      ",
                dom->has_agent ? "true" : "false");
    add_set(buf, "online", &dom->online);
    vc_buf_adds(buf, ",\n      ");
    add_set(buf, "guest", &dom->guest_online);
    vc_buf_adds(buf, ",\n");
    add_vcpus(buf, dom);
}

/* A ';' before each. */
static void make_pins(struct vc_buf *buf, const struct vc_testhost_domain *dom,
                      unsigned first)
{
    unsigned i;

    vc_buf_add(buf, "", 0); /* it is made, if there are none */
    for (i = first; i < dom->maximum && i < first + VC_TESTHOST_PIECE; i++) {
        if (vc_cpuset_is_empty(&dom->vcpus[i].pin))
            continue;
        vc_buf_addc(buf, ';');
        vc_buf_addu(buf, i);
        vc_buf_addc(buf, ':');
        vc_cpuset_format(&dom->vcpus[i].pin, buf);
    }
}

static void add_domain(struct vc_buf *buf, const struct vc_testhost_domain *dom)
{
    size_t n = vc_testhost_domain_pieces(dom);
    bool has_pins = false;
    size_t i;

    for (i = 0; i < n; i++) {
        struct vc_buf *piece = &dom->pieces[i];
        size_t skip = 0;

        if (!piece->data && i == 0)
            make_first_piece(piece, dom);
        else if (!piece->data)
            make_pins(piece, dom, (unsigned)(i - 1) * VC_TESTHOST_PIECE);
        if (i > 0 && piece->len > 0 && !has_pins) {
            vc_buf_adds(buf, ",\n      \"pins\":\"");
            has_pins = true;
            skip = 1;
        }
        vc_buf_add(buf, vc_buf_str(piece) + skip, piece->len - skip);
        buf->failed |= piece->failed;
        if (piece->failed)
            vc_buf_clear(piece);
    }
    vc_buf_adds(buf, has_pins ? "\"\n    }" : "\n    }");
}

int vc_testhost_encode(const struct vc_testhost *host, struct vc_buf *buf,
                       struct vc_error *err)
{
    size_t i;

    vc_buf_addf(buf,
                "{\n  \"format\":\"%s\",\n  \"host\":\"%s\",\n  \"cpus\":%u,\n  ",
                VC_TESTHOST_FORMAT, host->id, host->ncpus);
    add_set(buf, "offline", &host->offline);
    vc_buf_addf(buf, ",\n  \"nodes\":%u,\n  \"next_id\":%u,\n  \"clock\":",
                host->nodes, host->next_id);
    vc_buf_addu(buf, host->now_ns);
    vc_buf_adds(buf, ",\n  \"domains\":[\n");
    for (i = 0; i < host->ndomains; i++) {
        vc_buf_adds(buf, i ? ",\n" : "");
        add_domain(buf, &host->domains[i]);
    }
    vc_buf_adds(buf, "\n  ]\n}\n");
    if (buf->failed)
        return vc_error_nomem(err);
    if (buf->len > VC_TESTHOST_TEXT_MAX)
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "the test host is full: its file would have %zu "
                            "bytes; at most %u are allowed",
                            buf->len, VC_TESTHOST_TEXT_MAX);
    return 0;
}
