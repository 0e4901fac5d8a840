/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_TEST
#include "driver/test/json.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* Deepest nesting of the format: root, domains, domain, vcpus, vcpu, value. */
#define DEPTH_MAX 6

/* Where the reader is, for messages. */
struct reader {
    const char *path;
    char place[64]; /* "domains[2].vcpus[0]." or "" */
    size_t nvcpus;  /* of the domains up to there */
    struct vc_error *err;
};

static int refuse(const struct reader *r, const char *key, const char *what)
{
    return vc_error_set(r->err, VC_ERR_OPERATION_FAILED,
                        "test host file '%s' is damaged: %s%s %s", r->path,
                        r->place, key, what);
}

static int get(const struct reader *r, struct json_object *obj, const char *key,
               enum json_type type, struct json_object **ret)
{
    static const char *const names[] = {
        [json_type_boolean] = "must be true or false",
        [json_type_int] = "must be a whole number",
        [json_type_string] = "must be a string",
        [json_type_array] = "must be an array",
    };

    if (!json_object_object_get_ex(obj, key, ret))
        return refuse(r, key, "is missing");
    if (!json_object_is_type(*ret, type))
        return refuse(r, key, names[type]);
    return 0;
}

static int get_number(const struct reader *r, struct json_object *obj,
                      const char *key, int64_t min, int64_t max, int64_t *ret)
{
    struct json_object *value;
    char what[80];

    if (get(r, obj, key, json_type_int, &value) < 0)
        return -1;
    *ret = json_object_get_int64(value);
    if (*ret >= min && *ret <= max)
        return 0;
    (void)snprintf(what, sizeof(what), "must be %lld-%lld", (long long)min,
                   (long long)max);
    return refuse(r, key, what);
}

/* Borrowed from obj. */
static int get_text(const struct reader *r, struct json_object *obj,
                    const char *key, const char **ret)
{
    struct json_object *value;

    if (get(r, obj, key, json_type_string, &value) < 0)
        return -1;
    *ret = json_object_get_string(value);
    if (strlen(*ret) != (size_t)json_object_get_string_len(value))
        return refuse(r, key, "holds a NUL");
    return 0;
}

static int get_set(const struct reader *r, struct json_object *obj,
                   const char *key, unsigned limit, struct vc_cpuset *ret)
{
    const char *text;
    char what[80];

    if (get_text(r, obj, key, &text) < 0)
        return -1;
    vc_cpuset_clear(ret);
    if (*text && vc_cpuset_parse(text, strlen(text), ret, r->err) < 0) {
        if (r->err->code == VC_ERR_NO_MEMORY)
            return -1;
        return refuse(r, key, "is not a cpuset");
    }
    if (vc_cpuset_last(ret) < (int)limit)
        return 0;
    (void)snprintf(what, sizeof(what), "must hold numbers of 0-%u only",
                   limit - 1);
    return refuse(r, key, what);
}

/* All fields of obj are among `known` (NULL-terminated). */
static int check_keys(const struct reader *r, struct json_object *obj,
                      const char *const *known)
{
    json_object_object_foreach(obj, key, value)
    {
        const char *const *k;
        char shown[40];
        char *c;

        (void)value;
        for (k = known; *k && strcmp(*k, key) != 0; k++)
            ;
        if (*k)
            continue;
        (void)snprintf(shown, sizeof(shown), "%s", key);
        for (c = shown; *c; c++) {
            if ((unsigned char)*c < 0x20 || *c == 0x7f)
                *c = '?';
        }
        return refuse(r, shown, "is not a known field");
    }
    return 0;
}

/* A pin that the driver can have set. */
static int check_pin(const struct reader *r, const char *key,
                     const struct vc_testhost *host,
                     const struct vc_cpuset *pin)
{
    VC_CPUSET_AUTO usable = {0};

    if (vc_cpuset_intersect(&usable, pin, &host->online, r->err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&usable))
        return refuse(r, key, "holds no online CPU of the host");
    return 0;
}

/* Of how many vCPUs an entry speaks. */
static int read_count(const struct reader *r, struct json_object *obj,
                      unsigned *ret)
{
    static const char *const known[] = {"count", "time", "since", "cpus", NULL};
    struct json_object *value;
    int64_t count = 1;

    if (!json_object_is_type(obj, json_type_object))
        return refuse(r, "", "must be an object");
    if (check_keys(r, obj, known) < 0)
        return -1;
    if (json_object_object_get_ex(obj, "count", &value) &&
        get_number(r, obj, "count", 1, VC_VCPU_LIMIT, &count) < 0)
        return -1;
    if (count > 1 && json_object_object_get_ex(obj, "cpus", &value))
        return refuse(r, "cpus", "must be of one vcpu");
    *ret = (unsigned)count;
    return 0;
}

static int read_vcpu(const struct reader *r, struct json_object *obj,
                     const struct vc_testhost *host,
                     struct vc_testhost_vcpu *ret)
{
    struct json_object *value;
    int64_t time_ns;
    int64_t since_ns;

    if (get_number(r, obj, "time", 0, VC_TESTHOST_TIME_MAX, &time_ns) < 0 ||
        get_number(r, obj, "since", 0, VC_TESTHOST_TIME_MAX, &since_ns) < 0)
        return -1;
    ret->time_ns = (uint64_t)time_ns;
    ret->since_ns = (uint64_t)since_ns;
    if (!json_object_object_get_ex(obj, "cpus", &value))
        return 0;
    if (get_set(r, obj, "cpus", host->ncpus, &ret->pin) < 0)
        return -1;
    return check_pin(r, "cpus", host, &ret->pin);
}

/* Where the entries are, for messages; the place of the domain comes back. */
static void set_entry(struct reader *r, size_t place_len, size_t i)
{
    (void)snprintf(r->place + place_len, sizeof(r->place) - place_len,
                   "vcpus[%zu].", i);
}

static int count_vcpus(struct reader *r, struct json_object *array,
                       unsigned *ret)
{
    size_t place_len = strlen(r->place);
    size_t n = json_object_array_length(array);
    unsigned total = 0;
    unsigned count;
    size_t i;

    for (i = 0; i < n && total <= VC_VCPU_LIMIT; i++) {
        set_entry(r, place_len, i);
        if (read_count(r, json_object_array_get_idx(array, i), &count) < 0)
            return -1;
        total += count;
    }
    r->place[place_len] = '\0';
    if (total < 1 || total > VC_VCPU_LIMIT)
        return refuse(r, "vcpus", "must have 1-16384 entries");
    *ret = total;
    return 0;
}

static int read_vcpus(struct reader *r, struct json_object *obj,
                      const struct vc_testhost *host,
                      struct vc_testhost_domain *dom)
{
    struct json_object *array;
    size_t place_len = strlen(r->place);
    unsigned maximum = 0;
    unsigned count;
    unsigned at = 0;
    size_t i;

    if (get(r, obj, "vcpus", json_type_array, &array) < 0 ||
        count_vcpus(r, array, &maximum) < 0)
        return -1;
    r->nvcpus += maximum;
    if (r->nvcpus > VC_TESTHOST_VCPUS_MAX)
        return refuse(r, "vcpus", "are too many on one host");
    if (vc_testhost_domain_alloc(dom, maximum, r->err) < 0)
        return -1;
    for (i = 0; at < maximum; i++) {
        struct json_object *entry = json_object_array_get_idx(array, i);

        set_entry(r, place_len, i);
        if (read_count(r, entry, &count) < 0 ||
            read_vcpu(r, entry, host, &dom->vcpus[at]) < 0)
            return -1;
        for (; count > 1; count--, at++) {
            dom->vcpus[at + 1].time_ns = dom->vcpus[at].time_ns;
            dom->vcpus[at + 1].since_ns = dom->vcpus[at].since_ns;
        }
        at++;
    }
    r->place[place_len] = '\0';
    return 0;
}

static int read_pin(const struct reader *r, const struct vc_testhost *host,
                    struct vc_testhost_domain *dom, struct vc_pin *pin)
{
    char key[32];

    if (pin->vcpu >= dom->maximum)
        return refuse(r, "pins", "holds a vcpu that the domain has not");
    (void)snprintf(key, sizeof(key), "pins of vcpu %u", pin->vcpu);
    if (vc_cpuset_last(&pin->cpus) >= (int)host->ncpus)
        return refuse(r, key, "holds a CPU that the host has not");
    if (!vc_cpuset_is_empty(&dom->vcpus[pin->vcpu].pin))
        return refuse(r, key, "is there twice");
    if (check_pin(r, key, host, &pin->cpus) < 0)
        return -1;
    vc_cpuset_move(&dom->vcpus[pin->vcpu].pin, &pin->cpus);
    return 0;
}

static int read_pins(const struct reader *r, struct json_object *obj,
                     const struct vc_testhost *host,
                     struct vc_testhost_domain *dom)
{
    VC_VCPUDEF_AUTO def = {0};
    struct json_object *value;
    const char *text;
    size_t i;

    if (!json_object_object_get_ex(obj, "pins", &value))
        return 0;
    if (get_text(r, obj, "pins", &text) < 0)
        return -1;
    if (vc_vcpudef_decode_pins(text, strlen(text), &def, r->err) < 0)
        return r->err->code == VC_ERR_NO_MEMORY
                   ? -1
                   : refuse(r, "pins", "is no list of pins");
    for (i = 0; i < def.npins; i++) {
        if (read_pin(r, host, dom, &def.pins[i]) < 0)
            return -1;
    }
    return 0;
}

static int read_online(const struct reader *r, struct json_object *obj,
                       struct vc_testhost_domain *dom)
{
    if (get_set(r, obj, "online", dom->maximum, &dom->online) < 0 ||
        get_set(r, obj, "guest", dom->maximum, &dom->guest_online) < 0)
        return -1;
    if (!vc_cpuset_is_subset(&dom->guest_online, &dom->online))
        return refuse(r, "guest", "holds a vcpu that is not online");
    if (!vc_cpuset_contains(&dom->guest_online, 0))
        return refuse(r, "guest", "must hold vcpu 0");
    return 0;
}

static int read_name(const struct reader *r, struct json_object *obj,
                     struct vc_testhost_domain *dom)
{
    struct json_object *value;
    const char *text;

    if (get_text(r, obj, "name", &text) < 0)
        return -1;
    if (vc_name_check(text, strlen(text), r->err) < 0)
        return refuse(r, "name", "is not a domain name");
    dom->name = strdup(text);
    if (!dom->name)
        return vc_error_nomem(r->err);
    dom->has_uuid = json_object_object_get_ex(obj, "uuid", &value);
    if (dom->has_uuid && get_text(r, obj, "uuid", &text) < 0)
        return -1;
    if (dom->has_uuid && !vc_uuid_parse(text, strlen(text), dom->uuid))
        return refuse(r, "uuid", "is not a uuid");
    if ((dom->has_uuid && vc_uuid_is_zero(dom->uuid)) != (dom->id == 0))
        return refuse(r, "uuid",
                      "must be all zeros of domain 0, and only of it");
    return 0;
}

/* ids from min_id on are free to use. */
static int read_domain(struct reader *r, struct json_object *obj,
                       const struct vc_testhost *host, uint32_t min_id,
                       struct vc_testhost_domain *dom)
{
    static const char *const known[] = {"id",    "name",   "uuid",
                                        "agent", "online", "guest",
                                        "vcpus", "pins",   NULL};
    struct json_object *agent;
    int64_t id;

    if (!json_object_is_type(obj, json_type_object))
        return refuse(r, "", "must be an object");
    if (check_keys(r, obj, known) < 0 ||
        get_number(r, obj, "id", 0, INT32_MAX, &id) < 0)
        return -1;
    if (min_id == 0 ? id != 0 : id < (int64_t)min_id)
        return refuse(r, "id", "must be 0 of the first, then rising");
    if (id >= (int64_t)host->next_id)
        return refuse(r, "id", "must be below next_id");
    dom->id = (uint32_t)id;
    if (get(r, obj, "agent", json_type_boolean, &agent) < 0)
        return -1;
    dom->has_agent = json_object_get_boolean(agent);
    if (read_name(r, obj, dom) < 0 || read_vcpus(r, obj, host, dom) < 0 ||
        read_pins(r, obj, host, dom) < 0)
        return -1;
    return read_online(r, obj, dom);
}

static int compare_names(const void *a, const void *b)
{
    const struct vc_testhost_domain *const *x = a;
    const struct vc_testhost_domain *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static int compare_uuids(const void *a, const void *b)
{
    const struct vc_testhost_domain *const *x = a;
    const struct vc_testhost_domain *const *y = b;

    if ((*x)->has_uuid != (*y)->has_uuid)
        return (int)(*x)->has_uuid - (int)(*y)->has_uuid;
    return memcmp((*x)->uuid, (*y)->uuid, VC_UUID_LEN);
}

static int check_unique(const struct reader *r, const struct vc_testhost *host)
{
    const struct vc_testhost_domain **sorted;
    const char *twice = NULL;
    size_t i;

    sorted = calloc(host->ndomains, sizeof(*sorted));
    if (!sorted)
        return vc_error_nomem(r->err);
    for (i = 0; i < host->ndomains; i++)
        sorted[i] = &host->domains[i];
    qsort(sorted, host->ndomains, sizeof(*sorted), compare_names);
    for (i = 1; i < host->ndomains; i++) {
        if (compare_names(&sorted[i - 1], &sorted[i]) == 0)
            twice = "have two of one name";
    }
    qsort(sorted, host->ndomains, sizeof(*sorted), compare_uuids);
    for (i = 1; i < host->ndomains; i++) {
        if (sorted[i]->has_uuid &&
            compare_uuids(&sorted[i - 1], &sorted[i]) == 0)
            twice = "have two of one uuid";
    }
    free(sorted);
    return twice ? refuse(r, "domains", twice) : 0;
}

static int read_domains(struct reader *r, struct json_object *root,
                        struct vc_testhost *host)
{
    struct json_object *array;
    uint32_t min_id = 0;
    size_t n;
    size_t i;

    if (get(r, root, "domains", json_type_array, &array) < 0)
        return -1;
    n = json_object_array_length(array);
    if (n < 1)
        return refuse(r, "domains", "must have Domain-0");
    for (i = 0; i < n; i++) {
        struct vc_testhost_domain *dom = vc_testhost_reserve(host, r->err);

        if (!dom)
            return -1;
        host->ndomains++;
        (void)snprintf(r->place, sizeof(r->place), "domains[%zu].", i);
        if (read_domain(r, json_object_array_get_idx(array, i), host, min_id,
                        dom) < 0)
            return -1;
        min_id = dom->id + 1;
    }
    r->place[0] = '\0';
    return check_unique(r, host);
}

static int read_cpus(const struct reader *r, struct json_object *root,
                     struct vc_testhost *host)
{
    VC_CPUSET_AUTO offline = {0};
    int64_t cpus;
    int64_t nodes;

    if (get_number(r, root, "cpus", 1, VC_CPU_LIMIT, &cpus) < 0 ||
        get_number(r, root, "nodes", 1, cpus, &nodes) < 0 ||
        get_set(r, root, "offline", (unsigned)cpus, &offline) < 0)
        return -1;
    host->nodes = (unsigned)nodes;
    if (vc_testhost_set_cpus(host, (unsigned)cpus, &offline, r->err) < 0) {
        if (r->err->code == VC_ERR_NO_MEMORY)
            return -1;
        return refuse(r, "offline", "leaves no CPU online");
    }
    return 0;
}

static int read_host(struct reader *r, struct json_object *root,
                     struct vc_testhost *host, uint64_t *ret_clock_ns)
{
    static const char *const known[] = {"format",  "host",    "cpus",
                                        "offline", "nodes",   "next_id",
                                        "clock",   "domains", NULL};
    const char *text;
    int64_t next_id;
    int64_t clock_ns;

    if (!json_object_is_type(root, json_type_object))
        return refuse(r, "it", "must be an object");
    if (get_text(r, root, "format", &text) < 0)
        return -1;
    if (strcmp(text, VC_TESTHOST_FORMAT) != 0)
        return refuse(r, "format", "must be '" VC_TESTHOST_FORMAT "'");
    if (check_keys(r, root, known) < 0 || get_text(r, root, "host", &text) < 0)
        return -1;
    if (strlen(text) != VC_TESTHOST_ID_LEN ||
        strspn(text, "0123456789abcdef") != VC_TESTHOST_ID_LEN)
        return refuse(r, "host", "must be 32 lower case hex digits");
    memcpy(host->id, text, VC_TESTHOST_ID_LEN);
    if (get_number(r, root, "next_id", 1, INT32_MAX, &next_id) < 0 ||
        get_number(r, root, "clock", 0, VC_TESTHOST_TIME_MAX, &clock_ns) < 0)
        return -1;
    host->next_id = (uint32_t)next_id;
    if (read_cpus(r, root, host) < 0 || read_domains(r, root, host) < 0)
        return -1;
    *ret_clock_ns = (uint64_t)clock_ns;
    return 0;
}

/* Returns owned the tree of a text that is JSON from its first to its last
 * byte. */
static struct json_object *parse(const struct reader *r, const char *text,
                                 size_t len)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    struct json_object *root;
    char what[96];

    if (!tokener) {
        (void)vc_error_nomem(r->err);
        return NULL;
    }
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    errno = 0;
    root = json_tokener_parse_ex(tokener, text, (int)len);
    (void)snprintf(what, sizeof(what), "is not JSON at byte %zu",
                   json_tokener_get_parse_end(tokener));
    if (json_tokener_get_error(tokener) != json_tokener_success ||
        json_tokener_get_parse_end(tokener) != len) {
        (void)json_object_put(root);
        root = NULL;
    }
    if (!root && errno == ENOMEM)
        (void)vc_error_nomem(r->err);
    else if (!root)
        (void)refuse(r, "it", what);
    json_tokener_free(tokener);
    return root;
}

struct vc_testhost *vc_testhost_decode(const char *text, size_t len,
                                       const char *path, uint64_t *ret_clock_ns,
                                       struct vc_error *err)
{
    struct reader r = {.path = path, .err = err};
    VC_TESTHOST_AUTO *host = calloc(1, sizeof(*host));
    struct json_object *root;
    int rc;

    if (!host) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    if (len > VC_TESTHOST_TEXT_MAX) {
        (void)refuse(&r, "it", "is too big");
        return NULL;
    }
    root = parse(&r, text, len);
    if (!root)
        return NULL;
    rc = read_host(&r, root, host, ret_clock_ns);
    (void)json_object_put(root);
    return rc < 0 ? NULL : VC_STEAL(host);
}
