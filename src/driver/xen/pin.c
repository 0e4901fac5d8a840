/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hard affinity.  Soft affinity is somebody else's and stays as it is. */
#define VC_ROOM VC_ROOM_DRIVER_XEN
#include "driver/xen/impl.h"

#include <errno.h>

/* Xen says EINVAL of several things; what it is, is looked for only then. */
static int why_refused(struct xen_driver *xen, const struct vc_instance *inst,
                       const xc_domaininfo_t *info, unsigned vcpu,
                       const struct vc_cpuset *cpus, int errnum,
                       struct vc_error *err)
{
    VC_CPUSET_AUTO usable = {0};
    VC_CPUSET_AUTO run = {0};

    if (errnum != EINVAL)
        return vc_xen_error(err, errnum, "vcpu %u of domain '%s'", vcpu,
                            inst->name);
    if (xen_usable(xen, info, &usable, err) < 0 ||
        vc_cpuset_intersect(&run, cpus, &usable, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&run))
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "vcpu %u of domain '%s': no CPU of %s is online "
                            "for this domain (online: %s)",
                            vcpu, inst->name, VC_CPUSET_SHOW(cpus),
                            VC_CPUSET_SHOW(&usable));
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "the Xen hypervisor refuses to pin vcpu %u of domain "
                        "'%s' to %s",
                        vcpu, inst->name, VC_CPUSET_SHOW(cpus));
}

/* 0, or the errno value of the pin; *ret_info: the domain behind it. */
static int set_and_look(struct xen_driver *xen, const struct vc_instance *inst,
                        unsigned vcpu, const struct vc_cpuset *cpus,
                        xc_domaininfo_t *ret_info,
                        struct vc_cpuset *ret_effective, struct vc_error *err)
{
    XEN_CALLS_AUTO *calls = xen_calls_enter(&xen->calls);
    unsigned pin = xen_calls_add_pin(calls, (unsigned)inst->id, vcpu);
    unsigned look = xen_calls_add_info(calls, (unsigned)inst->id);
    int errnum;

    vc_xen_map_write(cpus, xen_calls_hard(calls, pin), xen->ncpus);
    errnum = xen_calls_run(calls);
    if (errnum)
        return vc_xen_error(err, errnum, "no answer from the Xen hypervisor");
    if (xen_calls_look(calls, look, inst->id, ret_info, err) < 0)
        return -1;
    errnum = xen_calls_errno(calls, pin);
    if (!errnum && ret_effective &&
        vc_xen_map_read(xen_calls_hard(calls, pin), xen->ncpus, ret_effective,
                        err) < 0)
        return -1;
    return errnum;
}

/* A domain that is dying takes a pin as if nothing was, so it is looked at
 * behind it, in the same call of the hypervisor. */
int xen_set_affinity(struct vc_driver *drv, const struct vc_instance *inst,
                     unsigned vcpu, const struct vc_cpuset *cpus,
                     struct vc_cpuset *ret_effective, struct vc_error *err)
{
    struct xen_driver *xen = xen_self(drv);
    xc_domaininfo_t info;
    int errnum;

    if (xen_enter(xen, err) < 0 || xen_check_start(xen, inst, err) < 0)
        return -1;
    errnum = set_and_look(xen, inst, vcpu, cpus, &info, ret_effective, err);
    if (errnum <= 0)
        return errnum;
    if (vcpu >= vc_xen_maximum(&info))
        return xen_out_of_range(inst, &info, vcpu, err);
    return why_refused(xen, inst, &info, vcpu, cpus, errnum, err);
}
