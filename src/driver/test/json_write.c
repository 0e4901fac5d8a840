/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_TEST
#include "driver/test/json.h"

#include <errno.h>
#include <json-c/json.h>

/* Takes value, NULL (no memory) included; borrows key.  False: no memory. */
static bool put(struct json_object *obj, const char *key,
                struct json_object *value)
{
    if (!value)
        return false;
    /* json-c loses a key that it had to copy where memory fails next */
    if (json_object_object_add_ex(obj, key, value,
                                  JSON_C_OBJECT_KEY_IS_CONSTANT) != 0) {
        (void)json_object_put(value);
        return false;
    }
    return true;
}

static bool put_number(struct json_object *obj, const char *key, uint64_t value)
{
    return put(obj, key, json_object_new_int64((int64_t)value));
}

static bool put_set(struct json_object *obj, const char *key,
                    const struct vc_cpuset *set)
{
    VC_BUF_AUTO text = {0};

    vc_cpuset_format(set, &text);
    return !text.failed &&
           put(obj, key, json_object_new_string(vc_buf_str(&text)));
}

static bool put_vcpus(struct json_object *obj,
                      const struct vc_testhost_domain *dom)
{
    struct json_object *array = json_object_new_array();
    unsigned i;

    if (!put(obj, "vcpus", array))
        return false;
    for (i = 0; i < dom->maximum; i++) {
        const struct vc_testhost_vcpu *vcpu = &dom->vcpus[i];
        struct json_object *item = json_object_new_object();

        if (!item || json_object_array_add(array, item) != 0) {
            (void)json_object_put(item);
            return false;
        }
        if (!put_number(item, "time", vcpu->time_ns) ||
            !put_number(item, "since", vcpu->since_ns))
            return false;
        if (!vc_cpuset_is_empty(&vcpu->pin) &&
            !put_set(item, "cpus", &vcpu->pin))
            return false;
    }
    return true;
}

static bool put_domain(struct json_object *array,
                       const struct vc_testhost_domain *dom)
{
    struct json_object *obj = json_object_new_object();
    char uuid[VC_UUID_TEXT_LEN + 1];

    if (!obj || json_object_array_add(array, obj) != 0) {
        (void)json_object_put(obj);
        return false;
    }
    vc_uuid_format(dom->uuid, uuid);
    return put_number(obj, "id", dom->id) &&
           put(obj, "name", json_object_new_string(dom->name)) &&
           (!dom->has_uuid || put(obj, "uuid", json_object_new_string(uuid))) &&
           put(obj, "agent", json_object_new_boolean(dom->has_agent)) &&
           put_set(obj, "online", &dom->online) &&
           put_set(obj, "guest", &dom->guest_online) && put_vcpus(obj, dom);
}

static bool put_host(struct json_object *root, const struct vc_testhost *host)
{
    struct json_object *domains = json_object_new_array();
    size_t i;

    if (!put(root, "format", json_object_new_string(VC_TESTHOST_FORMAT)) ||
        !put(root, "host", json_object_new_string(host->id)) ||
        !put_number(root, "cpus", host->ncpus) ||
        !put_set(root, "offline", &host->offline) ||
        !put_number(root, "nodes", host->nodes) ||
        !put_number(root, "next_id", host->next_id) ||
        !put_number(root, "clock", host->now_ns)) {
        (void)json_object_put(domains);
        return false;
    }
    if (!put(root, "domains", domains))
        return false;
    for (i = 0; i < host->ndomains; i++) {
        if (!put_domain(domains, &host->domains[i]))
            return false;
    }
    return true;
}

int vc_testhost_encode(const struct vc_testhost *host, struct vc_buf *buf,
                       struct vc_error *err)
{
    struct json_object *root;
    const char *text = NULL;

    errno = 0; /* printing leaves out what it has no memory for */
    root = json_object_new_object();
    if (root && put_host(root, host))
        text = json_object_to_json_string_ext(
            root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
    if (text && errno != ENOMEM) {
        vc_buf_adds(buf, text);
        vc_buf_addc(buf, '\n');
    } else {
        buf->failed = true;
    }
    (void)json_object_put(root);
    if (buf->failed)
        return vc_error_nomem(err);
    if (buf->len > VC_TESTHOST_TEXT_MAX)
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "the test host is full: its file would have %zu "
                            "bytes; at most %u are allowed",
                            buf->len, VC_TESTHOST_TEXT_MAX);
    return 0;
}
