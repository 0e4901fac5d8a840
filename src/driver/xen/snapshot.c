/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the vCPUs of one domain: many at once, and the domain behind them, so
 * that what was read is of one that lived. */
#define VC_ROOM VC_ROOM_DRIVER_XEN
#include "driver/xen/impl.h"

#include <errno.h>
#include <string.h>

const char xen_no_online[] =
    "vCPUs of an HVM guest are plugged by its device model; use: xl vcpu-set";

#define RUN_PARTS ((unsigned)(VC_LIVE_RUNS | VC_LIVE_ONLINE))
/* Two calls for each, and one for the domain. */
#define VCPUS_AT_ONCE ((XEN_CALLS_MAX - 1) / 2)

struct reading {
    struct xen_driver *xen;
    int id;
    unsigned parts;
    struct vc_live *live;
};

static bool wants_affinity(const struct reading *reading, unsigned vcpu)
{
    return (reading->parts & VC_LIVE_AFFINITY) &&
           vc_live_is_wanted(reading->parts, vcpu);
}

static int take_run(const struct reading *reading, const struct xen_calls *calls,
                    unsigned call, unsigned vcpu, struct vc_error *err)
{
    struct vc_live_vcpu *ret = &reading->live->vcpus[vcpu];
    int errnum = xen_calls_errno(calls, call);
    xc_vcpuinfo_t seen = {0};

    if (!errnum)
        seen = *xen_calls_vcpu(calls, call);
    else if (errnum != ESRCH) /* one that isn't there yet is offline */
        return vc_xen_error(err, errnum, "can't ask about vcpu %u of domain %d",
                            vcpu, reading->id);
    ret->state = vc_xen_vcpu_state(&seen);
    ret->time_ns = seen.cpu_time;
    ret->cpu = seen.online ? (int)seen.cpu : -1;
    return seen.online ? vc_cpuset_append(&reading->live->online, vcpu, vcpu,
                                          err)
                       : 0;
}

static int take_affinity(const struct reading *reading,
                         const struct xen_calls *calls, unsigned call,
                         unsigned vcpu, struct vc_error *err)
{
    struct vc_live_vcpu *ret = &reading->live->vcpus[vcpu];
    int errnum = xen_calls_errno(calls, call);

    if (errnum == ESRCH) /* one that isn't there yet has none */
        return 0;
    if (errnum)
        return vc_xen_error(err, errnum,
                            "can't read the affinity of vcpu %u of domain %d",
                            vcpu, reading->id);
    if (vc_xen_map_read(xen_calls_hard(calls, call), calls->ncpus,
                        &ret->affinity, err) < 0)
        return -1;
    return vc_xen_map_read(xen_calls_soft(calls, call), calls->ncpus,
                           &ret->soft, err);
}

/* vCPUs from `first` to before `end`. */
static int read_some(const struct reading *reading, unsigned first,
                     unsigned end, struct vc_error *err)
{
    XEN_CALLS_AUTO *calls = xen_calls_enter(&reading->xen->calls);
    bool runs = reading->parts & RUN_PARTS;
    xc_domaininfo_t info;
    unsigned call = 0;
    unsigned look;
    unsigned i;
    int errnum;

    for (i = first; i < end; i++) {
        if (runs)
            (void)xen_calls_add_vcpu(calls, (unsigned)reading->id, i);
        if (wants_affinity(reading, i))
            (void)xen_calls_add_affinity(calls, (unsigned)reading->id, i);
    }
    if (!calls->n)
        return 0;
    look = xen_calls_add_info(calls, (unsigned)reading->id);
    errnum = xen_calls_run(calls);
    if (errnum)
        return vc_xen_error(err, errnum, "no answer from the Xen hypervisor");
    if (xen_calls_look(calls, look, reading->id, &info, err) < 0)
        return -1;
    for (i = first; i < end; i++) {
        if ((runs && take_run(reading, calls, call++, i, err) < 0) ||
            (wants_affinity(reading, i) &&
             take_affinity(reading, calls, call++, i, err) < 0))
            return -1;
    }
    return 0;
}

static int read_vcpus(const struct reading *reading, struct vc_error *err)
{
    unsigned maximum = reading->live->maximum;
    unsigned first;

    for (first = 0; first < maximum; first += VCPUS_AT_ONCE) {
        unsigned left = maximum - first;

        if (read_some(reading, first,
                      first + (left < VCPUS_AT_ONCE ? left : VCPUS_AT_ONCE),
                      err) < 0)
            return -1;
    }
    return 0;
}

/* Behind the runs of all: which of the others have a node that says online. */
static int read_coming(struct xen_driver *xen, const xc_domaininfo_t *info,
                       struct vc_live *live, struct vc_error *err)
{
    XEN_LOCK_AUTO *lock = xen_lock(xen);
    unsigned i;

    for (i = 1; i < live->maximum; i++) {
        VC_AUTO_STR char *value = NULL;
        char path[VC_XEN_PATH_MAX];
        int rc;

        if (vc_cpuset_contains(&live->online, i))
            continue;
        vc_xen_path_availability(path, info->domain, i);
        rc = vc_xenstore_read(&xen->store, 0, path, &value, err);
        if (rc > 0 && rc != ENOENT)
            return vc_error_errno(err, rc, "can't read '%s'", path);
        if (rc < 0 || (rc == 0 && strcmp(value, "online") == 0 &&
                       vc_cpuset_append(&live->coming, i, i, err) < 0))
            return -1;
    }
    return 0;
}

int xen_snapshot(struct vc_driver *drv, const struct vc_instance *inst,
                 unsigned parts, struct vc_live *ret, struct vc_error *err)
{
    struct xen_driver *xen = xen_self(drv);
    VC_LIVE_AUTO live = {0};
    struct reading reading = {
        .xen = xen, .id = inst->id, .parts = parts, .live = &live};
    xc_domaininfo_t info;

    if (parts & VC_LIVE_JUST_FOUND)
        vc_xen_facts_recall(inst->facts, inst->id, &info);
    else if (xen_enter(xen, err) < 0 || xen_info_of(xen, inst, &info, err) < 0)
        return -1;
    if (vc_live_alloc(&live, vc_xen_maximum(&info), err) < 0 ||
        ((parts & VC_LIVE_USABLE) &&
         xen_usable(xen, &info, &live.usable, err) < 0))
        return -1;
    live.caps = XEN_LIVE_CAPS;
    if (vc_xen_has_device_model(&info)) {
        live.caps &= ~(unsigned)VC_CAP_ONLINE;
        live.no_online = xen_no_online;
    }
    live.paused = info.flags & XEN_DOMINF_paused;
    if (read_vcpus(&reading, err) < 0 ||
        ((parts & VC_LIVE_COMING) && (live.caps & VC_CAP_ONLINE) &&
         read_coming(xen, &info, &live, err) < 0))
        return -1;
    vc_live_clear(ret);
    *ret = live;
    memset(&live, 0, sizeof(live));
    return 0;
}
