/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/rules.h"

#define FLAT_MODE_MAX 8u

/* Numbers of ACPI: the source is an ejection request. */
#define OST_EJECT 3
#define OST_SUCCESS 0
#define OST_IN_PROGRESS 0x84

enum vc_qemu_ost vc_qemu_ost_read(int64_t source, int64_t status)
{
    return source == OST_EJECT && status != OST_SUCCESS &&
                   status != OST_IN_PROGRESS
               ? VC_QEMU_OST_REFUSED
               : VC_QEMU_OST_OTHER;
}

static int check_ids(const struct vc_qemu_plug *plug, struct vc_error *err)
{
    int last = vc_cpuset_last(plug->asked);

    if (last >= (int)plug->maximum)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "vcpu %d is out of range of domain '%s' (0-%u)",
                            last, plug->domain, plug->maximum - 1);
    if (!plug->online && vc_cpuset_contains(plug->asked, 0))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpu 0 of domain '%s' can't be unplugged",
                            plug->domain);
    return 0;
}

/* One of the ids that change has an empty slot below it, or makes one below a
 * vCPU that stays.  -1: none. */
static int id_at_gap(const struct vc_qemu_plug *plug,
                     const struct vc_cpuset *todo, const struct vc_cpuset *next)
{
    int last = vc_cpuset_last(next);
    int id;

    for (id = vc_cpuset_next(todo, 0); id >= 0;
         id = vc_cpuset_next(todo, (unsigned)id + 1)) {
        bool gap_below = next->n > 0 && (next->ranges[0].first > 0 ||
                                         next->ranges[0].last < (unsigned)id);

        if (plug->online ? gap_below : id < last)
            return id;
    }
    return -1;
}

static int check_gaps(const struct vc_qemu_plug *plug,
                      const struct vc_cpuset *todo, struct vc_error *err)
{
    VC_CPUSET_AUTO next = {0};
    int id;

    if (plug->maximum > FLAT_MODE_MAX)
        return 0;
    if ((plug->online ? vc_cpuset_union(&next, plug->present, todo, err)
                      : vc_cpuset_subtract(&next, plug->present, todo, err)) <
        0)
        return -1;
    id = id_at_gap(plug, todo, &next);
    if (id < 0)
        return 0;
    return vc_error_set(
        err, VC_ERR_OPERATION_UNSUPPORTED,
        "vcpu %d of domain '%s' can't be %s, which would leave a gap (vcpus "
        "%s): QEMU's emulation (TCG) then loses interrupts of a guest with at "
        "most %u vcpus; start it with maxcpus=9 or more, or use KVM",
        id, plug->domain, plug->online ? "plugged" : "unplugged",
        VC_CPUSET_SHOW(&next), FLAT_MODE_MAX);
}

static int check_tcg(const struct vc_qemu_plug *plug,
                     const struct vc_cpuset *todo, struct vc_error *err)
{
    if (!plug->online && plug->share_thread)
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpus of domain '%s' can't be unplugged: they "
                            "share one thread (TCG with thread=single), and "
                            "unplugging one aborts QEMU",
                            plug->domain);
    if (!plug->is_tcg)
        return 0;
    if (plug->online && plug->was_unplugged)
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpus of domain '%s' can't be plugged: one was "
                            "unplugged before, and QEMU's emulation (TCG) "
                            "crashes at a plug after an unplug; start the "
                            "domain anew, or use KVM",
                            plug->domain);
    return check_gaps(plug, todo, err);
}

int vc_qemu_plug_check(const struct vc_qemu_plug *plug,
                       struct vc_cpuset *ret_todo, struct vc_error *err)
{
    VC_CPUSET_AUTO todo = {0};

    if (check_ids(plug, err) < 0 ||
        (plug->online
             ? vc_cpuset_subtract(&todo, plug->asked, plug->present, err)
             : vc_cpuset_intersect(&todo, plug->asked, plug->present, err)) < 0)
        return -1;
    if (!vc_cpuset_is_empty(&todo)) {
        if (plug->no_plug)
            return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                                "vcpus of domain '%s' can't be %s: %s",
                                plug->domain,
                                plug->online ? "plugged" : "unplugged",
                                plug->no_plug);
        if (!plug->online && plug->paused)
            return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                                "domain '%s' is paused: its guest can't "
                                "release vcpus %s now, and would once it is "
                                "resumed",
                                plug->domain, VC_CPUSET_SHOW(&todo));
        if (check_tcg(plug, &todo, err) < 0)
            return -1;
    }
    vc_cpuset_move(ret_todo, &todo);
    return 0;
}
