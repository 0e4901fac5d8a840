/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The summary: "1 max=8 online=0-3 hot=4-7 default=0-15 pins=0:0-3;1:4-7".
 * The first word is the version; every field is there once, in this order;
 * default and pins are left out where there is none.  Readable on purpose:
 * whoever opens the store with sqlite3 sees what it says.
 */
#define VC_ROOM VC_ROOM_MODEL
#include "model/vcpudef.h"

#include <string.h>

void vc_vcpudef_encode_pins(const struct vc_vcpudef *def, struct vc_buf *buf)
{
    size_t i;

    for (i = 0; i < def->npins; i++) {
        vc_buf_addf(buf, "%s%u:", i ? ";" : "", def->pins[i].vcpu);
        vc_cpuset_format(&def->pins[i].cpus, buf);
    }
}

void vc_vcpudef_encode(const struct vc_vcpudef *def, struct vc_buf *buf)
{
    vc_buf_addf(buf, "1 max=%u online=", def->maximum);
    vc_cpuset_format(&def->online, buf);
    vc_buf_adds(buf, " hot=");
    vc_cpuset_format(&def->hotpluggable, buf);
    if (!vc_cpuset_is_empty(&def->default_set)) {
        vc_buf_adds(buf, " default=");
        vc_cpuset_format(&def->default_set, buf);
    }
    if (def->npins) {
        vc_buf_adds(buf, " pins=");
        vc_vcpudef_encode_pins(def, buf);
    }
}

struct cursor {
    const char *p;
    const char *end;
};

/* Takes the value of " key=" up to the next space; false if it isn't next. */
static bool take_field(struct cursor *c, const char *key, const char **ret_value,
                       size_t *ret_len)
{
    size_t klen = strlen(key);
    const char *stop;

    if ((size_t)(c->end - c->p) < klen || memcmp(c->p, key, klen) != 0)
        return false;
    c->p += klen;
    stop = memchr(c->p, ' ', (size_t)(c->end - c->p));
    if (!stop)
        stop = c->end;
    *ret_value = c->p;
    *ret_len = (size_t)(stop - c->p);
    c->p = stop;
    return true;
}

static int bad(struct vc_error *err, const char *what)
{
    return vc_error_set(err, VC_ERR_INTERNAL,
                        "the stored vCPU summary can't be read: %s", what);
}

/* The same, with what *err already says as the reason. */
static int bad_because(struct vc_error *err)
{
    err->code = VC_ERR_INTERNAL;
    return vc_error_prefix(err, "the stored vCPU summary can't be read");
}

int vc_vcpudef_decode_pins(const char *text, size_t len, struct vc_vcpudef *def,
                           struct vc_error *err)
{
    const char *end = text + len;
    uint32_t dup;

    while (text < end) {
        const char *stop = memchr(text, ';', (size_t)(end - text));
        const char *colon;
        uint32_t vcpu;
        VC_CPUSET_AUTO cpus = {0};
        VC_CPUSET_AUTO exact = {0}; /* without the room that parsing leaves */

        if (!stop)
            stop = end;
        colon = memchr(text, ':', (size_t)(stop - text));
        if (!colon ||
            !vc_number_parse(text, (size_t)(colon - text), UINT32_MAX, &vcpu))
            return bad(err, "a vCPU id of a pin");
        if (vc_cpuset_parse(colon + 1, (size_t)(stop - colon - 1), &cpus,
                            err) < 0)
            return err->code == VC_ERR_NO_MEMORY ? -1 : bad_because(err);
        if (vc_cpuset_copy(&exact, &cpus, err) < 0 ||
            vc_vcpudef_append_pin(def, vcpu, &exact, err) < 0)
            return -1;
        text = stop == end ? end : stop + 1;
    }
    if (vc_vcpudef_sort_pins(def, &dup) < 0)
        return bad(err, "a vCPU is pinned twice");
    return 0;
}

static int decode_set(const char *text, size_t len, struct vc_cpuset *ret,
                      struct vc_error *err)
{
    if (!len)
        return 0;
    if (vc_cpuset_parse(text, len, ret, err) < 0)
        return err->code == VC_ERR_NO_MEMORY ? -1 : bad_because(err);
    return 0;
}

int vc_vcpudef_decode(const char *text, size_t len, struct vc_vcpudef *ret,
                      struct vc_error *err)
{
    struct cursor c = {text, text + len};
    VC_VCPUDEF_AUTO def = {0};
    const char *value;
    size_t n;
    uint32_t maximum;

    if (!take_field(&c, "1", &value, &n) || n)
        return bad(err, "its version is not 1");
    if (!take_field(&c, " max=", &value, &n) ||
        !vc_number_parse(value, n, VC_VCPU_LIMIT, &maximum))
        return bad(err, "the field max");
    def.maximum = maximum;
    if (!take_field(&c, " online=", &value, &n))
        return bad(err, "the field online");
    if (decode_set(value, n, &def.online, err) < 0)
        return -1;
    if (!take_field(&c, " hot=", &value, &n))
        return bad(err, "the field hot");
    if (decode_set(value, n, &def.hotpluggable, err) < 0)
        return -1;
    if (take_field(&c, " default=", &value, &n) &&
        decode_set(value, n, &def.default_set, err) < 0)
        return -1;
    if (take_field(&c, " pins=", &value, &n) &&
        vc_vcpudef_decode_pins(value, n, &def, err) < 0)
        return -1;
    if (c.p != c.end)
        return bad(err, "something is behind its last field");
    if (vc_vcpudef_check(&def, err) < 0)
        return err->code == VC_ERR_NO_MEMORY ? -1 : bad_because(err);
    vc_vcpudef_move(ret, &def);
    return 0;
}
