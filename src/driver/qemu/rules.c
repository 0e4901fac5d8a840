/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/rules.h"

#define FLAT_MODE_MAX 8u /* no_gaps says it too */

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

void vc_qemu_plug_limits(const struct vc_qemu_plug *plug,
                         struct vc_plug_limits *ret)
{
    static const char after[] =
        "one was unplugged before, and QEMU's emulation (TCG) crashes at a "
        "plug after an unplug; start the domain anew, or use KVM";

    *ret = (struct vc_plug_limits){0};
    if (plug->paused)
        ret->no_unplug_now = "the domain is paused, and its guest would "
                             "release them once it is resumed";
    if (plug->share_thread)
        ret->no_unplug = "they share one thread (TCG with thread=single), and "
                         "unplugging one aborts QEMU";
    if (!plug->is_tcg)
        return;
    ret->no_plug_after = after;
    if (plug->was_unplugged)
        ret->no_plug = after;
    if (plug->maximum <= FLAT_MODE_MAX)
        ret->no_gaps = "QEMU's emulation (TCG) then loses interrupts of a "
                       "guest with at most 8 vcpus; start it with maxcpus=9 "
                       "or more, or use KVM";
}

int vc_qemu_plug_check(const struct vc_qemu_plug *plug,
                       struct vc_cpuset *ret_todo, struct vc_error *err)
{
    VC_CPUSET_AUTO todo = {0};
    struct vc_plug_limits limits;

    if (check_ids(plug, err) < 0 ||
        (plug->online
             ? vc_cpuset_subtract(&todo, plug->asked, plug->present, err)
             : vc_cpuset_intersect(&todo, plug->asked, plug->present, err)) < 0)
        return -1;
    if (plug->no_plug && !vc_cpuset_is_empty(&todo))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpus of domain '%s' can't be %s: %s",
                            plug->domain,
                            plug->online ? "plugged" : "unplugged",
                            plug->no_plug);
    vc_qemu_plug_limits(plug, &limits);
    if (vc_plug_limits_check(&limits, plug->present, &todo, plug->online, err) <
        0) {
        err->room = VC_ROOM;
        return vc_error_prefix(err, "domain '%s'", plug->domain);
    }
    vc_cpuset_move(ret_todo, &todo);
    return 0;
}
