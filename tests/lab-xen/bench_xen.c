/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the library adds to the hypervisor calls that do the work.  Runs in
 * dom0, as root:
 *
 *   bench_xen [DOMAIN [ROUNDS]]
 *
 * DOMAIN runs with 4 vCPUs or more (default "web"); its first 4 are pinned to
 * and fro, all of them in each round, once by the library (LIVE) and once by
 * bare libxenctrl; then all of it is read, once each.  The two ways take turns
 * within a round, so that what else the machine does burdens both.  Prints
 * medians in ns, and their ratios.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vcpuconf/vcpuconf.h>
#include <xenctrl.h>

#include "../bench/timing.h"

#define VCPUS 4
#define ROUNDS 500
#define MAPLEN 1 /* the lab's host has 4 CPUs */

static struct bench_samples pin_ours, pin_bare, read_ours, read_bare;
static virDomainPtr dom;
static xc_interface *xch;
static uint32_t domid;

static void pin_by_library(unsigned char cpus)
{
    unsigned i;

    for (i = 0; i < VCPUS; i++) {
        if (virDomainPinVcpuFlags(dom, i, &cpus, MAPLEN,
                                  VIR_DOMAIN_AFFECT_LIVE) < 0)
            bench_fail("virDomainPinVcpuFlags: %s", virGetLastErrorMessage());
    }
}

static void pin_by_calls(unsigned char cpus)
{
    int i;

    for (i = 0; i < VCPUS; i++) {
        uint8_t map[16] = {cpus}; /* the call writes into it */

        if (xc_vcpu_setaffinity(xch, domid, i, map, NULL,
                                XEN_VCPUAFFINITY_HARD) < 0)
            bench_fail("xc_vcpu_setaffinity of vcpu %d failed", i);
    }
}

static void read_by_library(void)
{
    unsigned char maps[VCPUS * MAPLEN];
    virVcpuInfo info[VCPUS];

    if (virDomainGetVcpus(dom, info, VCPUS, maps, MAPLEN) < VCPUS)
        bench_fail("virDomainGetVcpus: %s", virGetLastErrorMessage());
}

static void read_by_calls(void)
{
    xc_domaininfo_t domain;
    xc_vcpuinfo_t info;
    uint8_t hard[16];
    uint8_t soft[16];
    uint32_t i;

    if (xc_domain_getinfolist(xch, domid, 1, &domain) < 1)
        bench_fail("xc_domain_getinfolist failed");
    for (i = 0; i < VCPUS; i++) {
        if (xc_vcpu_getinfo(xch, domid, i, &info) < 0 ||
            xc_vcpu_getaffinity(xch, domid, (int)i, hard, soft,
                                XEN_VCPUAFFINITY_HARD |
                                    XEN_VCPUAFFINITY_SOFT) < 0)
            bench_fail("reading vcpu %u failed", i);
    }
}

/* Who comes first changes from round to round; each way finds the vCPUs
 * pinned elsewhere. */
static void pin_round(size_t round)
{
    int way;

    for (way = 0; way < 2; way++) {
        bool ours = (round + (size_t)way) % 2 == 0;
        unsigned char cpus = way ? 0x0c : 0x03;
        long long since = bench_now();

        if (ours)
            pin_by_library(cpus);
        else
            pin_by_calls(cpus);
        bench_sample(ours ? &pin_ours : &pin_bare, since);
    }
}

static void read_round(void)
{
    long long since = bench_now();

    read_by_library();
    bench_sample(&read_ours, since);
    since = bench_now();
    read_by_calls();
    bench_sample(&read_bare, since);
}

static int compare(const void *a, const void *b)
{
    long long left = *(const long long *)a;
    long long right = *(const long long *)b;

    return (left > right) - (left < right);
}

static long long median(struct bench_samples *samples)
{
    qsort(samples->ns, samples->n, sizeof(*samples->ns), compare);
    return samples->ns[samples->n / 2];
}

static void report(const char *what, struct bench_samples *ours,
                   struct bench_samples *bare)
{
    long long a = median(ours);
    long long b = median(bare);

    (void)printf("%s: library %lld ns, bare calls %lld ns, ratio %.2f\n", what,
                 a, b, (double)a / (double)b);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "web";
    size_t rounds = argc > 2 ? bench_number(argv[2]) : ROUNDS;
    virConnectPtr conn = virConnectOpen("xen:///system");
    size_t i;

    if (!conn || !(dom = virDomainLookupByName(conn, name)))
        bench_fail("%s", virGetLastErrorMessage());
    domid = virDomainGetID(dom);
    xch = xc_interface_open(NULL, NULL, 0);
    if (!xch)
        bench_fail("xc_interface_open failed");
    for (i = 0; i < rounds; i++) {
        pin_round(i);
        read_round();
    }
    report("pin of 4 vCPUs", &pin_ours, &pin_bare);
    report("GetVcpus", &read_ours, &read_bare);
    pin_by_calls(0x0f);
    (void)xc_interface_close(xch);
    (void)virDomainFree(dom);
    (void)virConnectClose(conn);
    return EXIT_SUCCESS;
}
