/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake_xenctrl.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver/xen/values.h"
#include "fake_xenstored.h"

#define DOMAINS 64
#define POOL_MAP 0x07 /* CPUs 0-2 */

static struct {
    struct fake_domain domains[DOMAINS]; /* by id, without gaps */
    size_t n;
    int errnum[FAKE_CALLS];
    unsigned left[FAKE_CALLS]; /* until it fails */
    int handles;
} fake;

void fake_xen_fails(enum fake_call call, int errnum, unsigned nth)
{
    fake.errnum[call] = errnum;
    fake.left[call] = nth;
}

bool fake_xen_call_fails(enum fake_call call)
{
    if (!fake.errnum[call] || (fake.left[call] > 1 && fake.left[call]--))
        return false;
    errno = fake.errnum[call];
    return true;
}

static void domain_fill(struct fake_domain *domain, unsigned domid,
                        unsigned char seed)
{
    unsigned i;

    memset(domain, 0, sizeof(*domain));
    domain->info.domain = (domid_t)domid;
    domain->info.max_vcpu_id = 3;
    domain->info.cpu_time = 1000;
    domain->follows = true;
    memset(domain->info.handle, seed, sizeof(domain->info.handle));
    for (i = 0; i < 4; i++)
        domain->vcpus[i] = (struct fake_vcpu){
            .exists = i < 3, .online = i < 2, .hard = POOL_MAP, .soft = 0xf};
}

struct fake_domain *fake_xen_add(unsigned domid, unsigned char seed)
{
    size_t i = fake.n;

    ck_assert_uint_lt(fake.n, DOMAINS);
    while (i > 0 && fake.domains[i - 1].info.domain > domid)
        i--;
    memmove(&fake.domains[i + 1], &fake.domains[i],
            (fake.n++ - i) * sizeof(fake.domains[0]));
    domain_fill(&fake.domains[i], domid, seed);
    return &fake.domains[i];
}

struct fake_domain *fake_xen_domain(unsigned domid)
{
    size_t i;

    for (i = 0; i < fake.n; i++) {
        if (fake.domains[i].info.domain == domid)
            return &fake.domains[i];
    }
    return NULL;
}

void fake_xen_remove(unsigned domid)
{
    struct fake_domain *domain = fake_xen_domain(domid);

    ck_assert_ptr_nonnull(domain);
    memmove(domain, domain + 1,
            (size_t)(&fake.domains[--fake.n] - domain) * sizeof(*domain));
}

void fake_xen_reset(void)
{
    memset(&fake, 0, sizeof(fake));
    fake_xen_add(0, 0)->info.max_vcpu_id = 1;
    (void)fake_xen_add(5, 0x55);
}

int fake_xen_handles(void)
{
    return fake.handles;
}

void fake_xen_count_handle(int more)
{
    fake.handles += more;
}

xc_interface *fake_xen_handle(void)
{
    return (xc_interface *)(void *)&fake;
}

/* ---- the calls ---- */

/* Check's own macros need memory. */
#define BE_SURE(condition)                                                     \
    do {                                                                       \
        if (!(condition))                                                      \
            abort();                                                           \
    } while (0)

xc_interface *xc_interface_open(xentoollog_logger *logger,
                                xentoollog_logger *dombuild_logger,
                                unsigned open_flags)
{
    BE_SURE(logger && dombuild_logger && open_flags == 0);
    if (fake_xen_call_fails(FAKE_OPEN))
        return NULL;
    fake_xen_count_handle(1);
    return fake_xen_handle();
}

int xc_interface_close(xc_interface *xch)
{
    BE_SURE(xch == (void *)&fake);
    fake_xen_count_handle(-1);
    return 0;
}

int xc_version(xc_interface *xch, int cmd, void *arg)
{
    BE_SURE(xch == (void *)&fake);
    BE_SURE(cmd == XENVER_version && !arg);
    return fake_xen_call_fails(FAKE_VERSION) ? -1 : 4 << 16 | 17;
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first_domain,
                          unsigned int max_domains, xc_domaininfo_t *info)
{
    unsigned n = 0;
    size_t i;

    BE_SURE(xch == (void *)&fake);
    if (fake_xen_call_fails(FAKE_INFOLIST))
        return -1;
    for (i = 0; i < fake.n && n < max_domains; i++) {
        if (fake.domains[i].info.domain >= first_domain)
            info[n++] = fake.domains[i].info;
    }
    return (int)n;
}

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    BE_SURE(xch == (void *)&fake);
    if (fake_xen_call_fails(FAKE_PHYSINFO))
        return -1;
    *info = (xc_physinfo_t){.threads_per_core = 2,
                            .cores_per_socket = 2,
                            .nr_cpus = FAKE_CPUS,
                            .max_cpu_id = FAKE_CPUS - 1,
                            .nr_nodes = 1,
                            .cpu_khz = 2000000,
                            .total_pages = 1024};
    return 0;
}

int xc_cputopoinfo(xc_interface *xch, unsigned *max_cpus, xc_cputopo_t *topo)
{
    unsigned i;

    BE_SURE(xch == (void *)&fake);
    if (fake_xen_call_fails(FAKE_TOPOLOGY))
        return -1;
    BE_SURE(*max_cpus >= FAKE_CPUS);
    *max_cpus = FAKE_CPUS;
    for (i = 0; i < FAKE_CPUS; i++)
        topo[i] = (xc_cputopo_t){.core = i / 2, .socket = 0, .node = 0};
    return 0;
}

/* Of a pool that is not there, as the library: the next one. */
xc_cpupoolinfo_t *xc_cpupool_getinfo(xc_interface *xch, uint32_t poolid)
{
    xc_cpupoolinfo_t *pool;

    BE_SURE(xch == (void *)&fake);
    if (fake_xen_call_fails(FAKE_POOL))
        return NULL;
    pool = calloc(1, sizeof(*pool) + 1);
    if (!pool)
        return NULL;
    pool->cpupool_id = poolid == 7 ? 8 : poolid;
    pool->cpumap = (uint8_t *)(pool + 1);
    pool->cpumap[0] = POOL_MAP;
    return pool;
}

void xc_cpupool_infofree(xc_interface *xch, xc_cpupoolinfo_t *info)
{
    BE_SURE(xch == (void *)&fake);
    free(info);
}

/* NULL with ESRCH. */
static struct fake_vcpu *vcpu_of(uint32_t domid, unsigned vcpu)
{
    struct fake_domain *domain = fake_xen_domain(domid);

    errno = ESRCH;
    return domain && vcpu <= domain->info.max_vcpu_id ? &domain->vcpus[vcpu]
                                                      : NULL;
}

static void follow(uint32_t domid, uint32_t id, struct fake_vcpu *vcpu)
{
    char path[VC_XEN_PATH_MAX];

    vc_xen_path_availability(path, domid, id);
    if (fake_xenstored_has(path, "online"))
        vcpu->exists = vcpu->online = true;
    if (fake_xenstored_has(path, "offline"))
        vcpu->online = false;
}

int xc_vcpu_getinfo(xc_interface *xch, uint32_t domid, uint32_t vcpu,
                    xc_vcpuinfo_t *info)
{
    struct fake_vcpu *seen = vcpu_of(domid, vcpu);

    BE_SURE(xch == (void *)&fake);
    if (fake_xen_call_fails(FAKE_VCPU_INFO))
        return -1;
    if (seen && fake_xen_domain(domid)->follows)
        follow(domid, vcpu, seen);
    errno = ESRCH;
    if (!seen || !seen->exists)
        return -1;
    *info = (xc_vcpuinfo_t){.vcpu = vcpu,
                            .online = seen->online,
                            .blocked = vcpu == 1,
                            .cpu_time = 100 + vcpu,
                            .cpu = vcpu % 3};
    return 0;
}

int xc_vcpu_getaffinity(xc_interface *xch, uint32_t domid, int vcpu,
                        xc_cpumap_t cpumap_hard, xc_cpumap_t cpumap_soft,
                        uint32_t flags)
{
    struct fake_vcpu *seen = vcpu_of(domid, (unsigned)vcpu);

    BE_SURE(xch == (void *)&fake);
    BE_SURE(flags == (XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT));
    if (fake_xen_call_fails(FAKE_GET_AFFINITY) || !seen || !seen->exists)
        return -1;
    cpumap_hard[0] = seen->hard;
    cpumap_soft[0] = seen->soft;
    return 0;
}

int xc_vcpu_setaffinity(xc_interface *xch, uint32_t domid, int vcpu,
                        xc_cpumap_t cpumap_hard_inout,
                        xc_cpumap_t cpumap_soft_inout, uint32_t flags)
{
    struct fake_vcpu *seen = vcpu_of(domid, (unsigned)vcpu);

    BE_SURE(xch == (void *)&fake);
    BE_SURE(!cpumap_soft_inout && flags == XEN_VCPUAFFINITY_HARD);
    if (fake_xen_call_fails(FAKE_SET_AFFINITY) || !seen)
        return -1;
    errno = EINVAL;
    if (!(cpumap_hard_inout[0] & POOL_MAP))
        return -1;
    seen->hard = cpumap_hard_inout[0] & POOL_MAP;
    cpumap_hard_inout[0] = seen->hard;
    return 0;
}
