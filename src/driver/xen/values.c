/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_XEN
#include "driver/xen/values.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FEATURE_DOM0 11 /* XENFEAT_dom0, a bit of "features" */

/* ---- domains ---- */

unsigned vc_xen_maximum(const xc_domaininfo_t *info)
{
    return info->max_vcpu_id < VC_VCPU_LIMIT ? info->max_vcpu_id + 1 : 0;
}

bool vc_xen_is_alive(const xc_domaininfo_t *info)
{
    unsigned why = (info->flags >> XEN_DOMINF_shutdownshift) &
                   XEN_DOMINF_shutdownmask;

    if ((info->flags & XEN_DOMINF_dying) || !vc_xen_maximum(info))
        return false;
    if (!(info->flags & XEN_DOMINF_shutdown))
        return true;
    return why == SHUTDOWN_suspend || why == SHUTDOWN_soft_reset;
}

bool vc_xen_is_new(const xc_domaininfo_t *info)
{
    return (info->flags & XEN_DOMINF_paused) && !info->cpu_time;
}

bool vc_xen_has_device_model(const xc_domaininfo_t *info)
{
#if defined(__x86_64__) || defined(__i386__)
    /* ACPI power management is emulated for these alone. */
    return (info->flags & XEN_DOMINF_hvm_guest) &&
           (info->arch_config.emulation_flags & XEN_X86_EMU_PM);
#else
    (void)info;
    return false;
#endif
}

void vc_xen_facts_keep(const xc_domaininfo_t *info, uint32_t ret[4])
{
    ret[0] = info->max_vcpu_id;
    ret[1] = info->flags;
    ret[2] = info->cpupool;
#if defined(__x86_64__) || defined(__i386__)
    ret[3] = info->arch_config.emulation_flags;
#endif
}

void vc_xen_facts_recall(const uint32_t facts[4], int domid,
                         xc_domaininfo_t *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->domain = (domid_t)domid;
    ret->max_vcpu_id = facts[0];
    ret->flags = facts[1];
    ret->cpupool = facts[2];
#if defined(__x86_64__) || defined(__i386__)
    ret->arch_config.emulation_flags = facts[3];
#endif
}

enum vc_vcpu_state vc_xen_vcpu_state(const xc_vcpuinfo_t *info)
{
    if (!info->online)
        return VC_VCPU_OFFLINE;
    return info->blocked ? VC_VCPU_BLOCKED : VC_VCPU_RUNNING;
}

/* ---- maps ---- */

size_t vc_xen_map_size(unsigned ncpus)
{
    return (ncpus + 7) / 8;
}

int vc_xen_map_read(const uint8_t *map, unsigned ncpus, struct vc_cpuset *ret,
                    struct vc_error *err)
{
    VC_CPUSET_AUTO cpus = {0};

    if (vc_cpuset_from_map(map, vc_xen_map_size(ncpus), &cpus, err) < 0)
        return -1;
    if (ncpus % 8 && vc_cpuset_last(&cpus) >= (int)ncpus &&
        vc_cpuset_remove(&cpus, ncpus, ncpus | 7, err) < 0)
        return -1;
    vc_cpuset_move(ret, &cpus);
    return 0;
}

void vc_xen_map_write(const struct vc_cpuset *cpus, uint8_t *map,
                      unsigned ncpus)
{
    size_t len = vc_xen_map_size(ncpus);

    vc_cpuset_to_map(cpus, map, len);
    if (ncpus % 8)
        map[len - 1] &= (uint8_t)((1u << ncpus % 8) - 1);
}

/* ---- the host ---- */

/* Of an offline CPU Xen knows neither core nor socket. */
static bool topo_is_online(const xc_cputopo_t *topo)
{
    return topo->core != XEN_INVALID_CORE_ID &&
           topo->socket != XEN_INVALID_SOCKET_ID;
}

static unsigned count_nodes(const xc_physinfo_t *phys, const xc_cputopo_t *topo,
                            unsigned ntopo)
{
    unsigned nodes = phys->nr_nodes ? phys->nr_nodes : 1;
    unsigned i;

    for (i = 0; i < ntopo; i++) {
        if (topo[i].node < VC_CPU_LIMIT && topo[i].node >= nodes)
            nodes = topo[i].node + 1;
    }
    return nodes;
}

/* At least so many of `each` as are needed for all. */
static unsigned parts(unsigned all, unsigned each)
{
    return (all + each - 1) / each;
}

int vc_xen_host_fill(struct vc_host *ret, const xc_physinfo_t *phys,
                     const xc_cputopo_t *topo, unsigned ntopo,
                     struct vc_error *err)
{
    VC_HOST_AUTO host = {0};
    unsigned nodes = count_nodes(phys, topo, ntopo);
    unsigned i;

    host.ncpus = phys->max_cpu_id < VC_CPU_LIMIT ? phys->max_cpu_id + 1
                                                 : VC_CPU_LIMIT;
    host.node_cpus = calloc(nodes, sizeof(*host.node_cpus));
    if (!host.node_cpus)
        return vc_error_nomem(err);
    host.nodes = nodes;
    for (i = 0; i < ntopo && i < host.ncpus; i++) {
        if (topo_is_online(&topo[i]) &&
            vc_cpuset_add(&host.online, i, i, err) < 0)
            return -1;
        if (topo[i].node < nodes &&
            vc_cpuset_add(&host.node_cpus[topo[i].node], i, i, err) < 0)
            return -1;
    }
    host.cores = phys->cores_per_socket ? phys->cores_per_socket : 1;
    host.threads = phys->threads_per_core ? phys->threads_per_core : 1;
    host.sockets = parts(host.ncpus, nodes * host.cores * host.threads);
    host.mhz = phys->cpu_khz / 1000;
    vc_host_clear(ret);
    *ret = host;
    memset(&host, 0, sizeof(host));
    return 0;
}

/* ---- xenstore's paths ---- */

void vc_xen_path_name(char ret[VC_XEN_PATH_MAX], unsigned domid)
{
    (void)snprintf(ret, VC_XEN_PATH_MAX, "/local/domain/%u/name", domid);
}

void vc_xen_path_availability(char ret[VC_XEN_PATH_MAX], unsigned domid,
                              unsigned vcpu)
{
    (void)snprintf(ret, VC_XEN_PATH_MAX, "/local/domain/%u/cpu/%u/availability",
                   domid, vcpu);
}

/* ---- versions ---- */

void vc_xen_version_text(int version, char ret[16])
{
    (void)snprintf(ret, 16, "%d.%d", (version >> 16) & 0xffff,
                   version & 0xffff);
}

bool vc_xen_library_version(const char *path, char ret[16])
{
    const char *at = strstr(path, ".so.");
    unsigned major;
    unsigned minor;

    if (!at || sscanf(at, ".so.%5u.%5u", &major, &minor) != 2)
        return false;
    (void)snprintf(ret, 16, "%u.%u", major, minor);
    return true;
}

bool vc_xen_is_control(const char *capabilities, const char *features)
{
    if (capabilities && strstr(capabilities, "control_d"))
        return true;
    return features && (strtoull(features, NULL, 16) >> FEATURE_DOM0 & 1);
}

/* ---- errors ---- */

int vc_xen_error(struct vc_error *err, int errnum, const char *fmt, ...)
{
    char what[256];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    switch (errnum) {
    case ESRCH:
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "domain is not running");
    case ENOMEM:
        return vc_error_nomem(err);
    case EPERM:
    case EACCES:
        return vc_error_set(err, VC_ERR_OPERATION_DENIED,
                            "%s: the Xen hypervisor does not allow it", what);
    case EBUSY:
        return vc_error_set(err, VC_ERR_RESOURCE_BUSY,
                            "%s: the Xen hypervisor is busy with it", what);
    default:
        return vc_error_errno(err, errnum, "%s", what);
    }
}
