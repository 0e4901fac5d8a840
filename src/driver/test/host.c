/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_TEST
#include "driver/test/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* vCPUs of Domain-0, where the host has that many CPUs. */
#define DOMAIN0_VCPUS_MAX 8u
/* From this many CPUs on a host has two NUMA nodes unless told otherwise. */
#define TWO_NODES_FROM 4u

static const unsigned char zero_uuid[VC_UUID_LEN];

void vc_testhost_domain_clear(struct vc_testhost_domain *dom)
{
    unsigned i;

    for (i = 0; dom->vcpus && i < dom->maximum; i++)
        vc_cpuset_clear(&dom->vcpus[i].pin);
    free(dom->vcpus);
    for (i = 0; dom->pieces && i < vc_testhost_domain_pieces(dom); i++)
        vc_buf_clear(&dom->pieces[i]);
    free(dom->pieces);
    free(dom->name);
    vc_cpuset_clear(&dom->online);
    vc_cpuset_clear(&dom->guest_online);
    memset(dom, 0, sizeof(*dom));
}

int vc_testhost_domain_alloc(struct vc_testhost_domain *dom, unsigned maximum,
                             struct vc_error *err)
{
    dom->maximum = maximum;
    dom->vcpus = calloc(maximum, sizeof(*dom->vcpus));
    dom->pieces = calloc(vc_testhost_domain_pieces(dom), sizeof(*dom->pieces));
    return dom->vcpus && dom->pieces ? 0 : vc_error_nomem(err);
}

size_t vc_testhost_domain_pieces(const struct vc_testhost_domain *dom)
{
    return 1 + (dom->maximum + VC_TESTHOST_PIECE - 1) / VC_TESTHOST_PIECE;
}

void vc_testhost_touch(struct vc_testhost *host, struct vc_testhost_domain *dom,
                       size_t piece)
{
    vc_buf_clear(&dom->pieces[piece]);
    host->dirty = true;
}

void vc_testhost_free(struct vc_testhost *host)
{
    size_t i;

    if (!host)
        return;
    for (i = 0; i < host->ndomains; i++)
        vc_testhost_domain_clear(&host->domains[i]);
    free(host->domains);
    vc_cpuset_clear(&host->possible);
    vc_cpuset_clear(&host->online);
    vc_cpuset_clear(&host->offline);
    free(host);
}

int vc_testhost_set_cpus(struct vc_testhost *host, unsigned ncpus,
                         const struct vc_cpuset *offline, struct vc_error *err)
{
    if (vc_cpuset_last(offline) >= (int)ncpus)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "offline CPU %d is not there: the host has CPUs "
                            "0-%u",
                            vc_cpuset_last(offline), ncpus - 1);
    if (vc_cpuset_count(offline) == ncpus)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "all %u CPUs of the host are offline; one at least "
                            "must run",
                            ncpus);
    host->ncpus = ncpus;
    vc_cpuset_clear(&host->possible);
    if (vc_cpuset_add(&host->possible, 0, ncpus - 1, err) < 0 ||
        vc_cpuset_copy(&host->offline, offline, err) < 0)
        return -1;
    return vc_cpuset_subtract(&host->online, &host->possible, offline, err);
}

static int host_make_id(struct vc_testhost *host, struct vc_error *err)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[VC_TESTHOST_ID_LEN / 2];
    size_t i;

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return vc_error_errno(err, errno, "no random bytes for a test host");
    for (i = 0; i < sizeof(bytes); i++) {
        host->id[2 * i] = digits[bytes[i] >> 4];
        host->id[2 * i + 1] = digits[bytes[i] & 15];
    }
    return 0;
}

struct vc_testhost_domain *vc_testhost_reserve(struct vc_testhost *host,
                                               struct vc_error *err)
{
    if (host->ndomains == host->cap) {
        size_t cap = host->cap ? host->cap * 2 : 4;
        struct vc_testhost_domain *domains =
            reallocarray(host->domains, cap, sizeof(*domains));

        if (!domains) {
            (void)vc_error_nomem(err);
            return NULL;
        }
        host->domains = domains;
        host->cap = cap;
    }
    memset(&host->domains[host->ndomains], 0, sizeof(*host->domains));
    return &host->domains[host->ndomains];
}

/* Fills dom (all zeros) as it is right after its start. */
static int domain_init(struct vc_testhost_domain *dom, uint64_t now_ns,
                       const struct vc_create_spec *spec, struct vc_error *err)
{
    unsigned i;

    dom->name = strdup(spec->name);
    if (!dom->name)
        return vc_error_nomem(err);
    if (vc_testhost_domain_alloc(dom, spec->maximum, err) < 0)
        return -1;
    dom->has_uuid = spec->uuid != NULL;
    if (spec->uuid)
        memcpy(dom->uuid, spec->uuid, VC_UUID_LEN);
    if (vc_cpuset_copy(&dom->online, spec->online, err) < 0 ||
        vc_cpuset_add(&dom->online, 0, 0, err) < 0 ||
        vc_cpuset_copy(&dom->guest_online, &dom->online, err) < 0)
        return -1;
    for (i = 0; i < dom->maximum; i++)
        dom->vcpus[i].since_ns =
            vc_cpuset_contains(&dom->online, i) ? now_ns : 0;
    return 0;
}

/* Domain-0: the host's own. */
static int host_add_domain0(struct vc_testhost *host, struct vc_error *err)
{
    unsigned maximum =
        host->ncpus < DOMAIN0_VCPUS_MAX ? host->ncpus : DOMAIN0_VCPUS_MAX;
    VC_CPUSET_AUTO online = {0};
    struct vc_create_spec spec = {VC_TESTHOST_DOMAIN0, zero_uuid, maximum,
                                  &online};
    struct vc_testhost_domain *dom;

    if (vc_cpuset_add(&online, 0, maximum - 1, err) < 0)
        return -1;
    dom = vc_testhost_reserve(host, err);
    if (!dom)
        return -1;
    if (domain_init(dom, host->now_ns, &spec, err) < 0) {
        vc_testhost_domain_clear(dom);
        return -1;
    }
    host->ndomains++;
    host->next_id = 1;
    return 0;
}

struct vc_testhost *vc_testhost_new(const struct vc_testhost_shape *shape,
                                    uint64_t now_ns, struct vc_error *err)
{
    VC_TESTHOST_AUTO *host = calloc(1, sizeof(*host));
    unsigned ncpus = shape->ncpus ? shape->ncpus : VC_TESTHOST_CPUS_DEFAULT;

    if (!host) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    host->nodes = shape->nodes ? shape->nodes : ncpus >= TWO_NODES_FROM ? 2 : 1;
    host->now_ns = now_ns;
    host->dirty = true;
    if (host->nodes > ncpus) {
        (void)vc_error_set(err, VC_ERR_INVALID_ARG,
                           "nodes=%u: a host of %u CPUs has 1-%u nodes",
                           host->nodes, ncpus, ncpus);
        return NULL;
    }
    if (host_make_id(host, err) < 0 ||
        vc_testhost_set_cpus(host, ncpus, &shape->offline, err) < 0 ||
        host_add_domain0(host, err) < 0)
        return NULL;
    return VC_STEAL(host);
}

int vc_testhost_check_shape(const struct vc_testhost *host,
                            const struct vc_testhost_shape *shape,
                            struct vc_error *err)
{
    if (shape->ncpus && shape->ncpus != host->ncpus)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "cpus=%u: the host is there already and has %u "
                            "CPUs",
                            shape->ncpus, host->ncpus);
    if (shape->nodes && shape->nodes != host->nodes)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "nodes=%u: the host is there already and has %u "
                            "nodes",
                            shape->nodes, host->nodes);
    if (shape->has_offline && !vc_cpuset_equal(&shape->offline, &host->offline))
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "offline=%s: the host is there already and has "
                            "offline CPUs %s",
                            VC_CPUSET_SHOW(&shape->offline),
                            VC_CPUSET_SHOW(&host->offline));
    return 0;
}

static void domain_start_identity(const struct vc_testhost *host,
                                  const struct vc_testhost_domain *dom,
                                  char *buf, size_t len)
{
    (void)snprintf(buf, len, "test:%s:%u", host->id, dom->id);
}

int vc_testhost_fill_instance(const struct vc_testhost *host,
                              const struct vc_testhost_domain *dom,
                              struct vc_instance *ret, struct vc_error *err)
{
    char *name = strdup(dom->name);

    if (!name)
        return vc_error_nomem(err);
    vc_instance_clear(ret);
    ret->name = name;
    ret->has_uuid = dom->has_uuid;
    memcpy(ret->uuid, dom->uuid, VC_UUID_LEN);
    ret->id = (int)dom->id;
    domain_start_identity(host, dom, ret->start, sizeof(ret->start));
    return 0;
}

struct vc_testhost_domain *vc_testhost_get(struct vc_testhost *host,
                                           const struct vc_instance *inst,
                                           struct vc_error *err)
{
    size_t i;

    for (i = 0; i < host->ndomains; i++) {
        struct vc_testhost_domain *dom = &host->domains[i];
        char start[sizeof(inst->start)];

        if ((int)dom->id != inst->id)
            continue;
        domain_start_identity(host, dom, start, sizeof(start));
        if (strcmp(start, inst->start) == 0)
            return dom;
    }
    (void)vc_error_set(err, VC_ERR_OPERATION_INVALID, "domain is not running");
    return NULL;
}

static bool domain_matches(const struct vc_testhost_domain *dom,
                           const struct vc_instance_key *key)
{
    switch (key->kind) {
    case VC_BY_UUID:
        return dom->has_uuid && memcmp(dom->uuid, key->uuid, VC_UUID_LEN) == 0;
    case VC_BY_NAME:
        return strcmp(dom->name, key->name) == 0;
    case VC_BY_ID:
        return (int)dom->id == key->id;
    }
    return false;
}

int vc_testhost_find(const struct vc_testhost *host,
                     const struct vc_instance_key *key, struct vc_instance *ret,
                     struct vc_error *err)
{
    size_t i;

    for (i = 0; i < host->ndomains; i++) {
        if (!domain_matches(&host->domains[i], key))
            continue;
        if (vc_testhost_fill_instance(host, &host->domains[i], ret, err) < 0)
            return -1;
        return 1;
    }
    return 0;
}

static int check_spec(const struct vc_testhost *host,
                      const struct vc_create_spec *spec, struct vc_error *err)
{
    size_t nvcpus = spec->maximum;
    size_t i;

    if (vc_name_check(spec->name, strlen(spec->name), err) < 0) {
        if (err->code == VC_ERR_XML_ERROR)
            err->code = VC_ERR_INVALID_ARG;
        return -1;
    }
    if (spec->maximum < 1 || spec->maximum > VC_VCPU_LIMIT)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "domain '%s': maximum of %u vcpus; 1-%u are "
                            "allowed",
                            spec->name, spec->maximum, VC_VCPU_LIMIT);
    if (vc_cpuset_is_empty(spec->online) ||
        vc_cpuset_last(spec->online) >= (int)spec->maximum)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "domain '%s': online vcpus %s; some of 0-%u must "
                            "be",
                            spec->name, VC_CPUSET_SHOW(spec->online),
                            spec->maximum - 1);
    for (i = 0; i < host->ndomains; i++) {
        const struct vc_testhost_domain *dom = &host->domains[i];

        if (strcmp(dom->name, spec->name) == 0 ||
            (dom->has_uuid && spec->uuid &&
             memcmp(dom->uuid, spec->uuid, VC_UUID_LEN) == 0))
            return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                                "domain is already running");
        nvcpus += dom->maximum;
    }
    if (nvcpus > VC_TESTHOST_VCPUS_MAX)
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "the test host is full: its domains would have %zu "
                            "vcpus; at most %u are allowed",
                            nvcpus, VC_TESTHOST_VCPUS_MAX);
    if (host->next_id > INT32_MAX - 1)
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "the test host has no domain ids left");
    return 0;
}

int vc_testhost_start(struct vc_testhost *host,
                      const struct vc_create_spec *spec,
                      struct vc_instance *ret, struct vc_error *err)
{
    struct vc_testhost_domain *dom;

    if (check_spec(host, spec, err) < 0)
        return -1;
    dom = vc_testhost_reserve(host, err);
    if (!dom)
        return -1;
    dom->id = host->next_id;
    dom->has_agent = true;
    if (domain_init(dom, host->now_ns, spec, err) < 0 ||
        vc_testhost_fill_instance(host, dom, ret, err) < 0) {
        vc_testhost_domain_clear(dom);
        return -1;
    }
    host->ndomains++;
    host->next_id++;
    host->dirty = true;
    return 0;
}

int vc_testhost_stop(struct vc_testhost *host, struct vc_testhost_domain *dom,
                     struct vc_error *err)
{
    size_t behind;

    if (dom->id == 0)
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "domain 0 can't be destroyed");
    behind = host->ndomains - (size_t)(dom - host->domains) - 1;
    vc_testhost_domain_clear(dom);
    memmove(dom, dom + 1, behind * sizeof(*dom));
    host->ndomains--;
    host->dirty = true;
    return 0;
}
