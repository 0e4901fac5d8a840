/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vCPUs of the simulated host.  The rules, so that tests can rely on them:
 * an online vCPU with an even id is RUNNING, with an odd id BLOCKED; it is on
 * the CPU number (id modulo count) of those it may use; and it uses all of
 * its time from when it came online.
 */
#define VC_ROOM VC_ROOM_DRIVER_TEST
#include "driver/test/host.h"

#include <string.h>

static const struct vc_cpuset *vcpu_affinity(const struct vc_testhost *host,
                                             const struct vc_testhost_vcpu *v)
{
    return vc_cpuset_is_empty(&v->pin) ? &host->possible : &v->pin;
}

static uint64_t vcpu_time(const struct vc_testhost_vcpu *vcpu, bool online,
                          uint64_t now_ns)
{
    uint64_t time_ns = vcpu->time_ns;

    if (online && now_ns > vcpu->since_ns)
        time_ns += now_ns - vcpu->since_ns;
    return time_ns < VC_TESTHOST_TIME_MAX ? time_ns : VC_TESTHOST_TIME_MAX;
}

/* Member number k (from 0) of a set that has more than k. */
static int cpuset_nth(const struct vc_cpuset *set, unsigned k)
{
    size_t i;

    for (i = 0; i < set->n; i++) {
        unsigned count = set->ranges[i].last - set->ranges[i].first + 1;

        if (k < count)
            return (int)(set->ranges[i].first + k);
        k -= count;
    }
    return -1;
}

static int vcpu_run(const struct vc_testhost *host,
                    const struct vc_testhost_domain *dom, unsigned id,
                    struct vc_live_vcpu *ret, struct vc_error *err)
{
    const struct vc_testhost_vcpu *vcpu = &dom->vcpus[id];
    bool online = vc_cpuset_contains(&dom->online, id);
    VC_CPUSET_AUTO usable = {0};

    ret->time_ns = vcpu_time(vcpu, online, host->now_ns);
    ret->cpu = -1;
    if (!online)
        return 0;
    ret->state = id % 2 ? VC_VCPU_BLOCKED : VC_VCPU_RUNNING;
    if (vc_cpuset_intersect(&usable, vcpu_affinity(host, vcpu), &host->online,
                            err) < 0)
        return -1;
    ret->cpu = cpuset_nth(&usable, id % vc_cpuset_count(&usable));
    return 0;
}

static int vcpu_pin(const struct vc_testhost *host,
                    const struct vc_testhost_domain *dom, unsigned id,
                    bool keeps_pin, struct vc_live_vcpu *ret,
                    struct vc_error *err)
{
    if (!keeps_pin && !vc_cpuset_contains(&dom->online, id))
        return 0;
    return vc_cpuset_copy(&ret->affinity, vcpu_affinity(host, &dom->vcpus[id]),
                          err);
}

int vc_testhost_snapshot(const struct vc_testhost *host,
                         const struct vc_testhost_domain *dom, unsigned caps,
                         unsigned parts, struct vc_live *ret, struct vc_error *err)
{
    VC_LIVE_AUTO live = {0};
    unsigned i;

    if (vc_live_alloc(&live, dom->maximum, err) < 0)
        return -1;
    live.caps = dom->id == 0 ? caps & ~(unsigned)VC_CAP_DESTROY : caps;
    live.has_agent = dom->has_agent && (caps & VC_CAP_AGENT);
    /* What was not asked for is not told: nobody can come to rely on it. */
    if (((parts & VC_LIVE_ONLINE) &&
         vc_cpuset_copy(&live.online, &dom->online, err) < 0) ||
        ((parts & VC_LIVE_USABLE) &&
         vc_cpuset_copy(&live.usable, &host->online, err) < 0))
        return -1;
    for (i = 0; i < dom->maximum; i++) {
        if (((parts & VC_LIVE_RUNS) &&
             vcpu_run(host, dom, i, &live.vcpus[i], err) < 0) ||
            ((parts & VC_LIVE_AFFINITY) &&
             vcpu_pin(host, dom, i, caps & VC_CAP_PIN_OFFLINE, &live.vcpus[i],
                      err) < 0))
            return -1;
    }
    vc_live_clear(ret);
    *ret = live;
    memset(&live, 0, sizeof(live));
    return 0;
}

static int check_range(const struct vc_testhost_domain *dom, int vcpu,
                       struct vc_error *err)
{
    if (vcpu < (int)dom->maximum)
        return 0;
    return vc_error_set(err, VC_ERR_INVALID_ARG,
                        "vcpu %d is out of range of domain '%s' (0-%u)", vcpu,
                        dom->name, dom->maximum - 1);
}

int vc_testhost_pin(struct vc_testhost *host, struct vc_testhost_domain *dom,
                    unsigned vcpu, const struct vc_cpuset *cpus,
                    struct vc_cpuset *ret_effective, struct vc_error *err)
{
    VC_CPUSET_AUTO pin = {0};
    VC_CPUSET_AUTO effective = {0};

    if (check_range(dom, vcpu < VC_VCPU_LIMIT ? (int)vcpu : (int)VC_VCPU_LIMIT,
                    err) < 0)
        return -1;
    if (vc_cpuset_intersect(&pin, cpus, &host->possible, err) < 0 ||
        vc_cpuset_intersect(&effective, &pin, &host->online, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&effective))
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "vcpu %u of domain '%s': no CPU of %s is online on "
                            "the host (online: %s)",
                            vcpu, dom->name, VC_CPUSET_SHOW(cpus),
                            VC_CPUSET_SHOW(&host->online));
    if (!vc_cpuset_equal(&pin, &dom->vcpus[vcpu].pin))
        vc_testhost_touch(host, dom, 1 + vcpu / VC_TESTHOST_PIECE);
    vc_cpuset_move(&dom->vcpus[vcpu].pin, &pin);
    vc_cpuset_move(ret_effective, &effective);
    return 0;
}

/* base with ids put in or taken out. */
static int cpuset_switch(struct vc_cpuset *ret, const struct vc_cpuset *base,
                         const struct vc_cpuset *ids, bool on,
                         struct vc_error *err)
{
    return on ? vc_cpuset_union(ret, base, ids, err)
              : vc_cpuset_subtract(ret, base, ids, err);
}

static int check_plug(const struct vc_testhost_domain *dom,
                      const struct vc_cpuset *vcpus, bool online,
                      struct vc_error *err)
{
    if (check_range(dom, vc_cpuset_last(vcpus), err) < 0)
        return -1;
    if (!online && vc_cpuset_contains(vcpus, 0))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpu 0 of domain '%s' can't be unplugged",
                            dom->name);
    return 0;
}

int vc_testhost_plug(struct vc_testhost *host, struct vc_testhost_domain *dom,
                     const struct vc_cpuset *vcpus, bool online,
                     bool forget_pins, struct vc_error *err)
{
    VC_CPUSET_AUTO already = {0};
    VC_CPUSET_AUTO changing = {0};
    VC_CPUSET_AUTO next = {0};
    VC_CPUSET_AUTO guest = {0};
    int id;

    if (check_plug(dom, vcpus, online, err) < 0 ||
        vc_cpuset_subtract(&changing, vcpus, &dom->online, err) < 0 ||
        vc_cpuset_subtract(&already, vcpus, &changing, err) < 0)
        return -1;
    if (!online)
        vc_cpuset_move(&changing, &already);
    if (cpuset_switch(&next, &dom->online, &changing, online, err) < 0 ||
        cpuset_switch(&guest, &dom->guest_online, &changing, online, err) < 0)
        return -1;
    for (id = vc_cpuset_next(&changing, 0); id >= 0;
         id = vc_cpuset_next(&changing, (unsigned)id + 1)) {
        struct vc_testhost_vcpu *vcpu = &dom->vcpus[id];

        vcpu->time_ns = vcpu_time(vcpu, !online, host->now_ns);
        vcpu->since_ns = online ? host->now_ns : 0;
        if (online && forget_pins) {
            vc_cpuset_clear(&vcpu->pin);
            vc_testhost_touch(host, dom, 1 + (unsigned)id / VC_TESTHOST_PIECE);
        }
        vc_testhost_touch(host, dom, 0);
    }
    vc_cpuset_move(&dom->online, &next);
    vc_cpuset_move(&dom->guest_online, &guest);
    return 0;
}

static int check_agent(const struct vc_testhost_domain *dom,
                       struct vc_error *err)
{
    if (dom->has_agent)
        return 0;
    return vc_error_set(err, VC_ERR_ARGUMENT_UNSUPPORTED,
                        "no guest agent is configured for domain '%s'",
                        dom->name);
}

int vc_testhost_guest_get(const struct vc_testhost_domain *dom,
                          struct vc_agent *ret, struct vc_error *err)
{
    VC_AGENT_AUTO agent = {0};

    if (check_agent(dom, err) < 0)
        return -1;
    if (vc_cpuset_copy(&agent.present, &dom->online, err) < 0 ||
        vc_cpuset_copy(&agent.online, &dom->guest_online, err) < 0 ||
        vc_cpuset_copy(&agent.can_offline, &dom->online, err) < 0 ||
        vc_cpuset_remove(&agent.can_offline, 0, 0, err) < 0)
        return -1;
    vc_agent_clear(ret);
    *ret = agent;
    memset(&agent, 0, sizeof(agent));
    return 0;
}

int vc_testhost_guest_set(struct vc_testhost *host,
                          struct vc_testhost_domain *dom,
                          const struct vc_cpuset *vcpus, bool online,
                          struct vc_error *err)
{
    VC_CPUSET_AUTO missing = {0};
    VC_CPUSET_AUTO guest = {0};

    if (check_agent(dom, err) < 0 ||
        vc_cpuset_subtract(&missing, vcpus, &dom->online, err) < 0)
        return -1;
    if (!vc_cpuset_is_empty(&missing))
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "the guest of domain '%s' has no vcpus %s; it has "
                            "%s",
                            dom->name, VC_CPUSET_SHOW(&missing),
                            VC_CPUSET_SHOW(&dom->online));
    if (!online && vc_cpuset_contains(vcpus, 0))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "the guest of domain '%s' can't take vcpu 0 "
                            "offline",
                            dom->name);
    if (cpuset_switch(&guest, &dom->guest_online, vcpus, online, err) < 0)
        return -1;
    if (!vc_cpuset_equal(&guest, &dom->guest_online))
        vc_testhost_touch(host, dom, 0);
    vc_cpuset_move(&dom->guest_online, &guest);
    return 0;
}

void vc_testhost_rebase(struct vc_testhost *host, uint64_t before_ns)
{
    size_t i;
    unsigned id;

    if (host->now_ns >= before_ns)
        return;
    for (i = 0; i < host->ndomains; i++) {
        struct vc_testhost_domain *dom = &host->domains[i];

        for (id = 0; id < dom->maximum; id++) {
            struct vc_testhost_vcpu *vcpu = &dom->vcpus[id];
            bool online = vc_cpuset_contains(&dom->online, id);

            vcpu->time_ns = vcpu_time(vcpu, online, before_ns);
            vcpu->since_ns = online ? host->now_ns : 0;
        }
        vc_testhost_touch(host, dom, 0);
    }
    host->dirty = true;
}
