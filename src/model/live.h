/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a hypervisor says: the host, a running instance, its vCPUs now, what
 * its guest agent sees.  Plain values that drivers fill and plans read.
 */
#ifndef VC_MODEL_LIVE_H
#define VC_MODEL_LIVE_H

#include "model/vcpudef.h"

/* What a driver (vc_host.caps) and a domain under it (vc_live.caps) can do. */
enum vc_cap {
    VC_CAP_PIN = 1 << 0,         /* set_affinity of online vCPUs */
    VC_CAP_PIN_OFFLINE = 1 << 1, /* set_affinity of offline vCPUs sticks; without
                                    it the engine keeps the pin and applies
                                    it when the vCPU comes online */
    VC_CAP_ONLINE = 1 << 2,      /* set_online */
    VC_CAP_AGENT = 1 << 3,       /* agent_get, agent_set */
    VC_CAP_CREATE = 1 << 4,
    VC_CAP_DESTROY = 1 << 5,
    VC_CAP_WATCH = 1 << 6, /* watch, dispatch */
};

struct vc_host {
    unsigned caps;           /* enum vc_cap of the driver */
    unsigned ncpus;          /* size of the host's map: possible CPUs */
    struct vc_cpuset online; /* host CPUs that run now */
    unsigned max_vcpus;      /* most vCPUs a domain can have */
    char model[32];
    uint64_t memory_kib;
    unsigned mhz; /* 0: not known */
    unsigned nodes, sockets, cores, threads; /* product >= ncpus */
    struct vc_cpuset *node_cpus; /* host CPUs of each of `nodes`, offline ones
                                    included; NULL: not known */
};

#define VC_HOST_AUTO __attribute__((cleanup(vc_host_clear))) struct vc_host
void vc_host_clear(struct vc_host *host);

/* One run of a domain. */
struct vc_instance {
    char *name;  /* owned */
    bool has_uuid;
    unsigned char uuid[VC_UUID_LEN];
    int id;         /* the hypervisor's number, >= 0 */
    char start[96]; /* start identity: another run has another one */
    uint32_t facts[4]; /* the driver's own, of the moment it was found */
};

#define VC_INSTANCE_AUTO                                                       \
    __attribute__((cleanup(vc_instance_clear))) struct vc_instance
void vc_instance_clear(struct vc_instance *inst);
int vc_instance_copy(struct vc_instance *ret, const struct vc_instance *src,
                     struct vc_error *err) VC_NODISCARD;

/* Something that runs, it seems, but can't be asked. */
struct vc_unclear {
    char *name; /* owned: what a domain of it would be called */
    char *why;  /* owned */
};

struct vc_instance_list {
    struct vc_instance *items;
    size_t n;
    struct vc_unclear *unclear;
    size_t nunclear;
};
void vc_instance_list_clear(struct vc_instance_list *list);
#define VC_INSTANCE_LIST_AUTO                                                  \
    __attribute__((cleanup(vc_instance_list_clear))) struct vc_instance_list

enum vc_vcpu_state { /* the numbers of virVcpuState */
    VC_VCPU_OFFLINE = 0,
    VC_VCPU_RUNNING = 1,
    VC_VCPU_BLOCKED = 2,
};

struct vc_live_vcpu {
    enum vc_vcpu_state state;
    uint64_t time_ns;
    int cpu; /* host CPU, -1 of an offline vCPU */
    /* Hard affinity as set, cut to 0 .. ncpus-1; empty of an offline vCPU that
     * has none of its own (no VC_CAP_PIN_OFFLINE). */
    struct vc_cpuset affinity;
    struct vc_cpuset soft;     /* soft affinity where the hypervisor has one */
};

/* Parts of a snapshot.  Capabilities and the maximum are always there.  With
 * VC_LIVE_OF the affinity of one vCPU is enough, others may be empty; with
 * VC_LIVE_JUST_FOUND the instance comes from a `find` just before, and what
 * that has seen need not be asked again. */
enum vc_live_part {
    VC_LIVE_ONLINE = 1 << 0,   /* the set */
    VC_LIVE_RUNS = 1 << 1,     /* paused; state, time_ns and cpu of each vCPU */
    VC_LIVE_AFFINITY = 1 << 2, /* affinity and soft of each vCPU */
    VC_LIVE_USABLE = 1 << 3,
    VC_LIVE_ALL = VC_LIVE_ONLINE | VC_LIVE_RUNS | VC_LIVE_AFFINITY |
                  VC_LIVE_USABLE,
    VC_LIVE_COMING = 1 << 4,   /* the set, beside ALL; wants ONLINE too */
    VC_LIVE_PLUG = 1 << 5,     /* the limits, beside ALL; wants ONLINE too */
    VC_LIVE_JUST_FOUND = 1 << 7,
    VC_LIVE_OF_SHIFT = 8,
};
#define VC_LIVE_OF(vcpu) (((vcpu) + 1) << VC_LIVE_OF_SHIFT)

static inline bool vc_live_is_wanted(unsigned parts, unsigned vcpu)
{
    unsigned of = parts >> VC_LIVE_OF_SHIFT;

    return !of || of == vcpu + 1;
}

/* What must not be tried on a run though ONLINE is in its caps, and why: static
 * texts, or NULL. */
struct vc_plug_limits {
    const char *no_plug;       /* no vCPU can be plugged */
    const char *no_plug_after; /* the same, from the first unplugged one on */
    const char *no_unplug;     /* none can be unplugged */
    const char *no_unplug_now; /* the same, until something else changes */
    const char *no_gaps;       /* none can be offline below an online one */
};

/* May these change, all at once?  present: those that are online, todo: those
 * of them, or of the others, that are to change.  OPERATION_UNSUPPORTED, or
 * OPERATION_INVALID of what can't be now. */
int vc_plug_limits_check(const struct vc_plug_limits *limits,
                         const struct vc_cpuset *present,
                         const struct vc_cpuset *todo, bool online,
                         struct vc_error *err) VC_NODISCARD;

/* A snapshot of one instance. */
struct vc_live {
    unsigned caps;     /* enum vc_cap that hold for this domain */
    const char *no_pin;    /* static: why PIN is not in caps; else NULL */
    const char *no_online; /* static: why ONLINE is not in caps; else NULL */
    struct vc_plug_limits limits;
    bool has_agent;    /* an agent channel is configured */
    bool paused;
    unsigned maximum;
    struct vc_cpuset online; /* plugged vCPU ids */
    struct vc_cpuset coming; /* offline, but asked to be online before: they
                                come when the guest gets so far */
    struct vc_cpuset usable; /* online host CPUs this domain may run on */
    struct vc_live_vcpu *vcpus; /* maximum entries */
};

#define VC_LIVE_AUTO __attribute__((cleanup(vc_live_clear))) struct vc_live
void vc_live_clear(struct vc_live *live);
int vc_live_alloc(struct vc_live *live, unsigned maximum, struct vc_error *err)
    VC_NODISCARD;
int vc_live_copy(struct vc_live *ret, const struct vc_live *src,
                 struct vc_error *err) VC_NODISCARD;

/* The guest's own view, by vCPU id. */
struct vc_agent {
    struct vc_cpuset present;
    struct vc_cpuset online;      /* subset of present */
    struct vc_cpuset can_offline; /* subset of present */
};

#define VC_AGENT_AUTO __attribute__((cleanup(vc_agent_clear))) struct vc_agent
void vc_agent_clear(struct vc_agent *agent);
int vc_agent_copy(struct vc_agent *ret, const struct vc_agent *src,
                  struct vc_error *err) VC_NODISCARD;

#endif
