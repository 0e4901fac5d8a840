/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several calls of the made-up hypervisor in one, as libxencall makes them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xencall.h>

#include "fake_xenctrl.h"

#define BE_SURE(condition)                                                     \
    do {                                                                       \
        if (!(condition))                                                      \
            abort();                                                           \
    } while (0)

static struct xencall_handle_fake {
    size_t npages; /* that are out */
} fake;

xencall_handle *xencall_open(struct xentoollog_logger *logger,
                             unsigned open_flags)
{
    BE_SURE(logger && open_flags == 0);
    if (fake_xen_call_fails(FAKE_XENCALL_OPEN))
        return NULL;
    fake_xen_count_handle(1);
    return (xencall_handle *)(void *)&fake;
}

int xencall_close(xencall_handle *xcall)
{
    BE_SURE(xcall == (void *)&fake);
    fake_xen_count_handle(-1);
    return 0;
}

void *xencall_alloc_buffer_pages(xencall_handle *xcall, size_t nr_pages)
{
    BE_SURE(xcall == (void *)&fake);
    if (fake_xen_call_fails(FAKE_XENCALL_ROOM))
        return NULL;
    fake.npages += nr_pages;
    return calloc(nr_pages, XC_PAGE_SIZE);
}

void xencall_free_buffer_pages(xencall_handle *xcall, void *p, size_t nr_pages)
{
    BE_SURE(xcall == (void *)&fake && fake.npages >= nr_pages);
    fake.npages -= nr_pages;
    free(p);
}

static int answer_info(xc_interface *xch, xen_domctl_t *domctl)
{
    xc_domaininfo_t info;
    int n = xc_domain_getinfolist(xch, domctl->domain, 1, &info);

    if (n < 0)
        return -1;
    errno = ESRCH;
    if (n == 0)
        return -1;
    domctl->u.getdomaininfo = info;
    return 0;
}

static uint8_t *map_of(const struct xenctl_bitmap *map)
{
    BE_SURE(map->nr_bits == FAKE_CPUS);
    return map->bitmap.p;
}

static int answer(xc_interface *xch, xen_domctl_t *domctl)
{
    struct xen_domctl_vcpuaffinity *affinity = &domctl->u.vcpuaffinity;

    BE_SURE(domctl->interface_version == XEN_DOMCTL_INTERFACE_VERSION);
    switch (domctl->cmd) {
    case XEN_DOMCTL_getdomaininfo:
        return answer_info(xch, domctl);
    case XEN_DOMCTL_getvcpuinfo:
        return xc_vcpu_getinfo(xch, domctl->domain, domctl->u.getvcpuinfo.vcpu,
                               &domctl->u.getvcpuinfo);
    case XEN_DOMCTL_getvcpuaffinity:
        return xc_vcpu_getaffinity(xch, domctl->domain, (int)affinity->vcpu,
                                   map_of(&affinity->cpumap_hard),
                                   map_of(&affinity->cpumap_soft),
                                   affinity->flags);
    case XEN_DOMCTL_setvcpuaffinity:
        return xc_vcpu_setaffinity(xch, domctl->domain, (int)affinity->vcpu,
                                   map_of(&affinity->cpumap_hard), NULL,
                                   affinity->flags);
    default:
        abort();
    }
}

int xencall2(xencall_handle *xcall, unsigned int op, uint64_t arg1,
             uint64_t arg2)
{
    multicall_entry_t *entries = (multicall_entry_t *)(uintptr_t)arg1;
    size_t i;

    BE_SURE(xcall == (void *)&fake && op == __HYPERVISOR_multicall);
    if (fake_xen_call_fails(FAKE_MULTICALL))
        return -1;
    for (i = 0; i < arg2; i++) {
        xen_domctl_t *domctl = (xen_domctl_t *)(uintptr_t)entries[i].args[0];

        BE_SURE(entries[i].op == __HYPERVISOR_domctl);
        entries[i].result = 0;
        if (answer(fake_xen_handle(), domctl) < 0)
            entries[i].result = (xen_ulong_t)(-(long)errno);
    }
    return 0;
}
