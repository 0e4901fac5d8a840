/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lab_host.h"

#include <errno.h>

#include "lab_guest.h"
#include "lab_xen.h"

#define FIRST_POOL 0
#define DOMAINS_MAX 256

/* Xen answers EBUSY or EAGAIN while a CPU is being emptied. */
static bool is_busy(unsigned long long until)
{
    if ((errno != EBUSY && errno != EAGAIN) || lab_now_ms() > until)
        return false;
    lab_nap();
    return true;
}

bool lab_host_cpu(int cpu, bool online)
{
    unsigned long long until = lab_now_ms() + LAB_WAIT_MS;
    LAB_XEN_AUTO *xch = lab_xen_open();

    if (!xch)
        return false;
    while ((online ? xc_cpu_online(xch, cpu) : xc_cpu_offline(xch, cpu)) < 0) {
        if (errno == EEXIST && online)
            return true; /* it is so already */
        if (!is_busy(until))
            return lab_complain(online ? "CPU online" : "CPU offline", cpu);
    }
    return true;
}

static bool move_cpu(xc_interface *xch, int cpu, uint32_t from, uint32_t to)
{
    unsigned long long until = lab_now_ms() + LAB_WAIT_MS;

    while (xc_cpupool_removecpu(xch, from, cpu) < 0) {
        if (!is_busy(until))
            return lab_complain("CPU out of its pool", cpu);
    }
    return xc_cpupool_addcpu(xch, to, cpu) == 0 ||
           lab_complain("CPU into a pool", cpu);
}

bool lab_host_pool(int cpu, int id)
{
    LAB_XEN_AUTO *xch = lab_xen_open();
    uint32_t pool = XC_CPUPOOL_POOLID_ANY;

    /* Not XEN_SCHEDULER_CREDIT: its tick may outlive a CPU's time in the pool,
     * of which Xen 4.17 dies. */
    if (!xch || xc_cpupool_create(xch, &pool, XEN_SCHEDULER_CREDIT2) < 0)
        return lab_complain("new pool", cpu);
    if (!move_cpu(xch, cpu, FIRST_POOL, pool))
        return false;
    return xc_cpupool_movedomain(xch, pool, (uint32_t)id) == 0 ||
           lab_complain("domain into a pool", id);
}

static bool empty_pools(xc_interface *xch)
{
    static xc_domaininfo_t infos[DOMAINS_MAX];
    int n = xc_domain_getinfolist(xch, 1, DOMAINS_MAX, infos);

    while (n-- > 0) {
        if (infos[n].cpupool != FIRST_POOL &&
            xc_cpupool_movedomain(xch, FIRST_POOL, infos[n].domain) < 0)
            return lab_complain("domain out of its pool", infos[n].domain);
    }
    return true;
}

static bool remove_pool(xc_interface *xch, const xc_cpupoolinfo_t *info)
{
    int ncpus = xc_get_max_cpus(xch);
    int cpu;

    for (cpu = 0; cpu < ncpus; cpu++) {
        if (xc_cpumap_testcpu(cpu, info->cpumap) &&
            !move_cpu(xch, cpu, info->cpupool_id, FIRST_POOL))
            return false;
    }
    return xc_cpupool_destroy(xch, info->cpupool_id) == 0 ||
           lab_complain("end of a pool", (int)info->cpupool_id);
}

bool lab_host_reset(void)
{
    LAB_XEN_AUTO *xch = lab_xen_open();
    xc_cpupoolinfo_t *info;
    uint32_t pool = 0;
    xc_physinfo_t host = {0};
    bool ok = true;
    int cpu;

    if (!xch || xc_physinfo(xch, &host) < 0 || !empty_pools(xch))
        return lab_complain("reset", 0);
    /* Only if one is offline: asked for nothing again and again, Xen 4.17 now
     * and then left a vCPU of dom0 waiting for a CPU for ever. */
    if (host.nr_cpus <= host.max_cpu_id) {
        for (cpu = 1; cpu <= (int)host.max_cpu_id; cpu++)
            ok = ok && lab_host_cpu(cpu, true);
    }
    while (ok && (info = xc_cpupool_getinfo(xch, pool))) {
        pool = info->cpupool_id + 1;
        if (info->cpupool_id != FIRST_POOL)
            ok = remove_pool(xch, info);
        xc_cpupool_infofree(xch, info);
    }
    return ok;
}
