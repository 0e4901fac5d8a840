/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_XEN
#include "driver/xen/calls.h"

#include <errno.h>
#include <string.h>

/* Maps start where the hypervisor may copy whole words. */
#define MAP_ALIGN 8u
#define MAPS_OF_CALL 2u

int xen_calls_open(struct xen_calls *calls, xentoollog_logger *logger,
                   unsigned ncpus)
{
    size_t map_size = (ncpus / 8 / MAP_ALIGN + 1) * MAP_ALIGN;
    size_t entries = XEN_CALLS_MAX * sizeof(multicall_entry_t);
    size_t domctls = XEN_CALLS_MAX * sizeof(xen_domctl_t);
    size_t size = entries + domctls + XEN_CALLS_MAX * MAPS_OF_CALL * map_size;
    size_t npages = size / XC_PAGE_SIZE + 1;
    xencall_handle *handle = xencall_open(logger, 0);
    char *pages;
    int errnum;

    if (!handle)
        return errno;
    pages = xencall_alloc_buffer_pages(handle, npages);
    if (!pages) {
        errnum = errno;
        (void)xencall_close(handle);
        return errnum;
    }
    memset(pages, 0, npages * XC_PAGE_SIZE);
    (void)pthread_mutex_init(&calls->mutex, NULL);
    calls->handle = handle;
    calls->pages = pages;
    calls->npages = npages;
    calls->entries = (multicall_entry_t *)(void *)pages;
    calls->domctls = (xen_domctl_t *)(void *)(pages + entries);
    calls->maps = (uint8_t *)pages + entries + domctls;
    calls->map_size = map_size;
    calls->ncpus = ncpus;
    calls->n = 0;
    return 0;
}

void xen_calls_close(struct xen_calls *calls)
{
    if (!calls->handle)
        return;
    xencall_free_buffer_pages(calls->handle, calls->pages, calls->npages);
    (void)xencall_close(calls->handle);
    (void)pthread_mutex_destroy(&calls->mutex);
    memset(calls, 0, sizeof(*calls));
}

void xen_calls_begin(struct xen_calls *calls)
{
    (void)pthread_mutex_lock(&calls->mutex);
    calls->n = 0;
}

void xen_calls_end(struct xen_calls *calls)
{
    (void)pthread_mutex_unlock(&calls->mutex);
}

/* ---- adding ---- */

static unsigned calls_add(struct xen_calls *calls, uint32_t cmd,
                          unsigned domid)
{
    unsigned call = calls->n++;
    xen_domctl_t *domctl = &calls->domctls[call];
    multicall_entry_t *entry = &calls->entries[call];

    memset(domctl, 0, sizeof(*domctl));
    domctl->cmd = cmd;
    domctl->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    domctl->domain = (domid_t)domid;
    memset(entry, 0, sizeof(*entry));
    entry->op = __HYPERVISOR_domctl;
    entry->args[0] = (xen_ulong_t)(uintptr_t)domctl;
    return call;
}

unsigned xen_calls_add_info(struct xen_calls *calls, unsigned domid)
{
    return calls_add(calls, XEN_DOMCTL_getdomaininfo, domid);
}

unsigned xen_calls_add_vcpu(struct xen_calls *calls, unsigned domid,
                            unsigned vcpu)
{
    unsigned call = calls_add(calls, XEN_DOMCTL_getvcpuinfo, domid);

    calls->domctls[call].u.getvcpuinfo.vcpu = vcpu;
    return call;
}

static unsigned add_affinity(struct xen_calls *calls, uint32_t cmd,
                             unsigned domid, unsigned vcpu, uint32_t flags)
{
    unsigned call = calls_add(calls, cmd, domid);
    struct xen_domctl_vcpuaffinity *affinity =
        &calls->domctls[call].u.vcpuaffinity;

    affinity->vcpu = vcpu;
    affinity->flags = flags;
    affinity->cpumap_hard.nr_bits = calls->ncpus;
    affinity->cpumap_soft.nr_bits = calls->ncpus;
    set_xen_guest_handle_raw(affinity->cpumap_hard.bitmap,
                             xen_calls_hard(calls, call));
    set_xen_guest_handle_raw(affinity->cpumap_soft.bitmap,
                             xen_calls_soft(calls, call));
    return call;
}

unsigned xen_calls_add_affinity(struct xen_calls *calls, unsigned domid,
                                unsigned vcpu)
{
    return add_affinity(calls, XEN_DOMCTL_getvcpuaffinity, domid, vcpu,
                        XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT);
}

unsigned xen_calls_add_pin(struct xen_calls *calls, unsigned domid,
                           unsigned vcpu)
{
    return add_affinity(calls, XEN_DOMCTL_setvcpuaffinity, domid, vcpu,
                        XEN_VCPUAFFINITY_HARD);
}

/* ---- answers ---- */

int xen_calls_run(struct xen_calls *calls)
{
    int rc = xencall2(calls->handle, __HYPERVISOR_multicall,
                      (uint64_t)(uintptr_t)calls->entries, calls->n);

    return rc < 0 ? errno : 0;
}

int xen_calls_errno(const struct xen_calls *calls, unsigned call)
{
    long result = (long)calls->entries[call].result;

    return result < 0 ? (int)-result : 0;
}

const xc_domaininfo_t *xen_calls_info(const struct xen_calls *calls,
                                      unsigned call)
{
    return &calls->domctls[call].u.getdomaininfo;
}

const xc_vcpuinfo_t *xen_calls_vcpu(const struct xen_calls *calls,
                                    unsigned call)
{
    return &calls->domctls[call].u.getvcpuinfo;
}

uint8_t *xen_calls_hard(const struct xen_calls *calls, unsigned call)
{
    return calls->maps + (size_t)call * MAPS_OF_CALL * calls->map_size;
}

uint8_t *xen_calls_soft(const struct xen_calls *calls, unsigned call)
{
    return xen_calls_hard(calls, call) + calls->map_size;
}
