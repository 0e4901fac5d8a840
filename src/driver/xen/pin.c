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

int xen_set_affinity(struct vc_driver *drv, const struct vc_instance *inst,
                     unsigned vcpu, const struct vc_cpuset *cpus,
                     struct vc_cpuset *ret_effective, struct vc_error *err)
{
    struct xen_driver *xen = xen_self(drv);
    VC_AUTO_STR char *map = NULL;
    xc_domaininfo_t info;

    /* a domain that is dying would take a pin as if nothing was */
    if (xen_enter(xen, err) < 0 || xen_info_of(xen, inst, &info, err) < 0)
        return -1;
    if (vcpu >= vc_xen_maximum(&info))
        return xen_out_of_range(inst, &info, vcpu, err);
    map = calloc(1, vc_xen_map_size(xen->ncpus));
    if (!map)
        return vc_error_nomem(err);
    vc_xen_map_write(cpus, (uint8_t *)map, xen->ncpus);
    /* The call writes what came of it into the map. */
    if (xc_vcpu_setaffinity(xen->xch, info.domain, (int)vcpu, (uint8_t *)map,
                            NULL, XEN_VCPUAFFINITY_HARD) < 0)
        return why_refused(xen, inst, &info, vcpu, cpus, errno, err);
    if (!ret_effective)
        return 0;
    return vc_xen_map_read((uint8_t *)map, xen->ncpus, ret_effective, err);
}
