/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several questions to the hypervisor in one call of it.
 *
 * libxenctrl makes one hypercall, and copies into and out of locked memory, for
 * each of its functions.  Reading or pinning the vCPUs of a domain takes many
 * of these, so they are put into one multicall here, in memory that stays
 * locked: measured in the lab, a pin with a look at its domain behind it costs
 * three quarters of xc_vcpu_setaffinity alone, and reading 4 vCPUs a quarter of
 * the single calls.  Layouts and numbers are those of the headers that
 * libxenctrl was built with; what else is asked goes by libxenctrl.
 *
 *  1. From begin to end the room belongs to one thread.
 *  2. Calls are carried out in the order in which they were added, also behind
 *     one that fails.  Each has an answer of its own.
 *  3. Maps and results may be read between run and end.
 */
#ifndef VC_DRIVER_XEN_CALLS_H
#define VC_DRIVER_XEN_CALLS_H

#include <pthread.h>
#include <xencall.h>
#include <xenctrl.h>

#include "util/error.h"

/* Calls in one go: few enough that the hypervisor is soon free again. */
#define XEN_CALLS_MAX 64u

struct xen_calls {
    xencall_handle *handle; /* NULL: not open */
    pthread_mutex_t mutex;
    void *pages;
    size_t npages;
    multicall_entry_t *entries; /* these three are in the pages */
    xen_domctl_t *domctls;
    uint8_t *maps;
    size_t map_size; /* in bytes; each call has two */
    uint32_t ncpus;
    unsigned n;
};

/* An errno value, and then nothing is open. */
int xen_calls_open(struct xen_calls *calls, xentoollog_logger *logger,
                   unsigned ncpus);
void xen_calls_close(struct xen_calls *calls);

void xen_calls_begin(struct xen_calls *calls);
void xen_calls_end(struct xen_calls *calls);
#define XEN_CALLS_AUTO                                                         \
    __attribute__((cleanup(xen_calls_endp), unused)) struct xen_calls
static inline struct xen_calls *xen_calls_enter(struct xen_calls *calls)
{
    xen_calls_begin(calls);
    return calls;
}
static inline void xen_calls_endp(struct xen_calls **calls)
{
    xen_calls_end(*calls);
}

/* Each adds one call and returns its number, from 0. */
unsigned xen_calls_add_info(struct xen_calls *calls, unsigned domid);
unsigned xen_calls_add_vcpu(struct xen_calls *calls, unsigned domid,
                            unsigned vcpu);
/* Hard and soft affinity. */
unsigned xen_calls_add_affinity(struct xen_calls *calls, unsigned domid,
                                unsigned vcpu);
/* Hard affinity, which is to be as the hard map of this call; afterwards that
 * holds what is effective. */
unsigned xen_calls_add_pin(struct xen_calls *calls, unsigned domid,
                           unsigned vcpu);

/* 0, or an errno value: then no call has an answer. */
int xen_calls_run(struct xen_calls *calls);

/* Of a call that was run: 0, or an errno value. */
int xen_calls_errno(const struct xen_calls *calls, unsigned call);
const xc_domaininfo_t *xen_calls_info(const struct xen_calls *calls,
                                      unsigned call);
const xc_vcpuinfo_t *xen_calls_vcpu(const struct xen_calls *calls,
                                    unsigned call);
uint8_t *xen_calls_hard(const struct xen_calls *calls, unsigned call);
uint8_t *xen_calls_soft(const struct xen_calls *calls, unsigned call);

#endif
