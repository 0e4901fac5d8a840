/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A Xen hypervisor with made-up domains: linking fake_xenctrl.c and
 * fake_xencall.c is enough, since their calls stand before the libraries'.  A
 * guest follows the availability nodes of fake_xenstored.h when the hypervisor
 * is asked about its vCPUs.
 */
#ifndef VC_TESTS_DRIVER_FAKE_XENCTRL_H
#define VC_TESTS_DRIVER_FAKE_XENCTRL_H

#include <stdbool.h>
#include <xenctrl.h>

#define FAKE_CPUS 4u
#define FAKE_VCPUS_MAX 70u

struct fake_vcpu {
    bool exists; /* has been initialized */
    bool online;
    unsigned char hard;
    unsigned char soft;
};

struct fake_domain {
    xc_domaininfo_t info;
    bool follows;
    struct fake_vcpu vcpus[FAKE_VCPUS_MAX];
};

enum fake_call {
    FAKE_OPEN,
    FAKE_VERSION,
    FAKE_INFOLIST,
    FAKE_PHYSINFO,
    FAKE_TOPOLOGY,
    FAKE_POOL,
    FAKE_VCPU_INFO,
    FAKE_GET_AFFINITY,
    FAKE_SET_AFFINITY,
    FAKE_XENCALL_OPEN,
    FAKE_XENCALL_ROOM,
    FAKE_MULTICALL,
    FAKE_CALLS
};

/* 4 CPUs, of which 3 is in no pool; Domain-0 with 2 vCPUs; domain 5 of 4 vCPUs,
 * 0 and 1 online, all of them on CPUs 0-2. */
void fake_xen_reset(void);
/* From the nth of these calls on, from 1, they fail so; 0: they do not. */
void fake_xen_fails(enum fake_call call, int errnum, unsigned nth);
/* The uuid's bytes are all `seed`.  NULL: gone. */
struct fake_domain *fake_xen_add(unsigned domid, unsigned char seed);
struct fake_domain *fake_xen_domain(unsigned domid);
void fake_xen_remove(unsigned domid);
/* Handles of both libraries that are open: two for each driver. */
int fake_xen_handles(void);

/* For fake_xencall.c. */
bool fake_xen_call_fails(enum fake_call call);
void fake_xen_count_handle(int more);
xc_interface *fake_xen_handle(void);

#endif
