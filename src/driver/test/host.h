/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The simulated host as a value: no files, no locks, no clock of its own.
 * Each function that changes it does all or nothing, and sets `dirty`.
 *
 * Invariants (vc_testhost_decode checks them for a host from a file):
 *  1. possible is 0 .. ncpus-1; online is possible without offline, not empty.
 *  2. domains are sorted by id, ids are below next_id; the first is Domain-0.
 *     No name and no uuid is there twice.
 *  3. Of a domain, vCPU 0 is in guest_online, guest_online is a subset of
 *     online, online of 0 .. maximum-1.
 *  4. A pin is empty (never set: all CPUs) or a subset of possible that has a
 *     CPU in online.
 */
#ifndef VC_DRIVER_TEST_HOST_H
#define VC_DRIVER_TEST_HOST_H

#include "driver/driver.h"

#define VC_TESTHOST_ID_LEN 32
#define VC_TESTHOST_CPUS_DEFAULT 8u
#define VC_TESTHOST_DOMAIN0 "Domain-0"
/* Bound of all times, so that sums of two don't overflow. */
#define VC_TESTHOST_TIME_MAX (INT64_MAX / 2)
/* vCPUs of all domains together: bounds what a small file can mean. */
#define VC_TESTHOST_VCPUS_MAX (16u * VC_VCPU_LIMIT)
/* Of how many vCPUs one piece of a domain's text has the pins. */
#define VC_TESTHOST_PIECE 256u

struct vc_testhost_vcpu {
    struct vc_cpuset pin;
    uint64_t time_ns;  /* what it used before since_ns */
    uint64_t since_ns; /* when it came online */
};

struct vc_testhost_domain {
    char *name;
    bool has_uuid;
    unsigned char uuid[VC_UUID_LEN];
    uint32_t id; /* never used again, so it also is the count of starts */
    bool has_agent;
    unsigned maximum;
    struct vc_cpuset online;
    struct vc_cpuset guest_online;
    struct vc_testhost_vcpu *vcpus; /* maximum entries */
    /* Its text in a file, piece by piece: all but the pins, then the pins of
     * VC_TESTHOST_PIECE vCPUs each.  One is empty until it is written, and
     * again when what it says changes: a step on one of 16384 vCPUs makes
     * little text anew. */
    struct vc_buf *pieces;
};

struct vc_testhost {
    char id[VC_TESTHOST_ID_LEN + 1]; /* random, lower case hex */
    unsigned ncpus;
    unsigned nodes;
    struct vc_cpuset possible;
    struct vc_cpuset online;
    struct vc_cpuset offline;
    uint32_t next_id;
    uint64_t now_ns; /* the clock of this call, set by who calls */
    struct vc_testhost_domain *domains;
    size_t ndomains;
    size_t cap;
    bool dirty;
};

/* What a URI says of the host; zero and false: nothing. */
struct vc_testhost_shape {
    uint32_t ncpus;
    uint32_t nodes;
    bool has_offline;
    struct vc_cpuset offline;
};

/* Sets possible and online from ncpus and offline.  INVALID_ARG when a CPU of
 * offline is not there, or none is left. */
int vc_testhost_set_cpus(struct vc_testhost *host, unsigned ncpus,
                         const struct vc_cpuset *offline, struct vc_error *err)
    VC_NODISCARD;
/* Returns owned a new host with Domain-0 running since now_ns. */
struct vc_testhost *vc_testhost_new(const struct vc_testhost_shape *shape,
                                    uint64_t now_ns, struct vc_error *err)
    VC_NODISCARD;
void vc_testhost_free(struct vc_testhost *host);
static inline void vc_testhost_freep(struct vc_testhost **host)
{
    vc_testhost_free(*host);
}
#define VC_TESTHOST_AUTO                                                       \
    __attribute__((cleanup(vc_testhost_freep))) struct vc_testhost

/* INVALID_ARG when the host is another than the shape says. */
int vc_testhost_check_shape(const struct vc_testhost *host,
                            const struct vc_testhost_shape *shape,
                            struct vc_error *err) VC_NODISCARD;

/* ---- domains ---- */

/* Room for one more domain behind the last, all zeros; ndomains stays. */
struct vc_testhost_domain *vc_testhost_reserve(struct vc_testhost *host,
                                               struct vc_error *err);
void vc_testhost_domain_clear(struct vc_testhost_domain *dom);
/* Sets the maximum of a domain that has no vCPUs yet; they are all zeros. */
int vc_testhost_domain_alloc(struct vc_testhost_domain *dom, unsigned maximum,
                             struct vc_error *err) VC_NODISCARD;
size_t vc_testhost_domain_pieces(const struct vc_testhost_domain *dom);
/* What the piece says has changed; the first is 0. */
void vc_testhost_touch(struct vc_testhost *host, struct vc_testhost_domain *dom,
                       size_t piece);
int vc_testhost_fill_instance(const struct vc_testhost *host,
                              const struct vc_testhost_domain *dom,
                              struct vc_instance *ret, struct vc_error *err)
    VC_NODISCARD;
/* The running domain of that run, or NULL with OPERATION_INVALID.  Borrowed,
 * until a domain starts or stops. */
struct vc_testhost_domain *vc_testhost_get(struct vc_testhost *host,
                                           const struct vc_instance *inst,
                                           struct vc_error *err);
/* Like the driver's find. */
int vc_testhost_find(const struct vc_testhost *host,
                     const struct vc_instance_key *key, struct vc_instance *ret,
                     struct vc_error *err) VC_NODISCARD;
int vc_testhost_start(struct vc_testhost *host,
                      const struct vc_create_spec *spec,
                      struct vc_instance *ret, struct vc_error *err)
    VC_NODISCARD;
int vc_testhost_stop(struct vc_testhost *host, struct vc_testhost_domain *dom,
                     struct vc_error *err) VC_NODISCARD;

/* ---- vCPUs of a domain ---- */

int vc_testhost_snapshot(const struct vc_testhost *host,
                         const struct vc_testhost_domain *dom, unsigned caps,
                         unsigned parts, struct vc_live *ret, struct vc_error *err)
    VC_NODISCARD;
/* *ret_effective: where the vCPU can run now. */
int vc_testhost_pin(struct vc_testhost *host, struct vc_testhost_domain *dom,
                    unsigned vcpu, const struct vc_cpuset *cpus,
                    struct vc_cpuset *ret_effective, struct vc_error *err)
    VC_NODISCARD;
/* forget_pins: vCPUs that come online start on all CPUs. */
int vc_testhost_plug(struct vc_testhost *host, struct vc_testhost_domain *dom,
                     const struct vc_cpuset *vcpus, bool online,
                     bool forget_pins, struct vc_error *err) VC_NODISCARD;
/* The agent: what the guest sees, and what it is asked to use. */
int vc_testhost_guest_get(const struct vc_testhost_domain *dom,
                          struct vc_agent *ret, struct vc_error *err)
    VC_NODISCARD;
int vc_testhost_guest_set(struct vc_testhost *host,
                          struct vc_testhost_domain *dom,
                          const struct vc_cpuset *vcpus, bool online,
                          struct vc_error *err) VC_NODISCARD;
/* The host was started anew if its clock went back: what online vCPUs used up
 * to `before_ns` is kept, and counting goes on at now_ns. */
void vc_testhost_rebase(struct vc_testhost *host, uint64_t before_ns);

#endif
