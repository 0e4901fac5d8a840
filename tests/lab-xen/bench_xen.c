/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the library adds to the hypervisor calls that do the work.  Runs in
 * dom0, as root:
 *
 *   bench_xen [DOMAIN [ROUNDS]]
 *
 * DOMAIN runs with 4 vCPUs or more (default "web"); its first 4 are pinned to
 * and fro in each round, by each of these ways, and read by each:
 *
 *   4 calls     virDomainPinVcpuFlags, LIVE, for each vCPU; from the second on
 *               of a domain by its uuid it does not look again
 *   1 batch     the same as one change, all or nothing
 *   set         xc_vcpu_setaffinity alone, for each vCPU, whatever comes of it
 *   look, set   the calls without which nobody can refuse what can't run, nor
 *               undo: the domain, its pool, and each affinity before it is set
 *
 * The ways take turns within a round, so that what else the machine does
 * burdens all.  Prints medians in ns, and ratios.
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

static virConnectPtr conn;
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

static void pin_by_batch(unsigned char cpus)
{
    vcpuconfBatchPtr batch = vcpuconfBatchNew(conn);
    unsigned i;

    for (i = 0; i < VCPUS; i++) {
        if (!batch || vcpuconfBatchPinVcpuSet(batch, dom, i,
                                              cpus == 0x03 ? "0-1" : "2-3",
                                              VIR_DOMAIN_AFFECT_LIVE) < 0)
            bench_fail("vcpuconfBatchPinVcpuSet: %s", virGetLastErrorMessage());
    }
    if (vcpuconfBatchApply(batch, 0) < 0)
        bench_fail("vcpuconfBatchApply: %s", virGetLastErrorMessage());
    vcpuconfBatchFree(batch);
}

static void pin_by_set(unsigned char cpus)
{
    int i;

    for (i = 0; i < VCPUS; i++) {
        uint8_t map[16] = {cpus}; /* the call writes into it */

        if (xc_vcpu_setaffinity(xch, domid, i, map, NULL,
                                XEN_VCPUAFFINITY_HARD) < 0)
            bench_fail("xc_vcpu_setaffinity of vcpu %d failed", i);
    }
}

static void pin_by_look_and_set(unsigned char cpus)
{
    xc_domaininfo_t domain;
    xc_cpupoolinfo_t *pool;
    uint8_t before[16];
    int i;

    if (xc_domain_getinfolist(xch, domid, 1, &domain) < 1 ||
        !(pool = xc_cpupool_getinfo(xch, domain.cpupool)))
        bench_fail("looking at the domain failed");
    xc_cpupool_infofree(xch, pool);
    for (i = 0; i < VCPUS; i++) {
        if (xc_vcpu_getaffinity(xch, domid, i, before, NULL,
                                XEN_VCPUAFFINITY_HARD) < 0)
            bench_fail("reading the affinity of vcpu %d failed", i);
    }
    pin_by_set(cpus);
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

static struct pin_way {
    const char *name;
    void (*pin)(unsigned char cpus);
    struct bench_samples samples;
} pin_ways[] = {
    {.name = "4 calls", .pin = pin_by_library},
    {.name = "1 batch", .pin = pin_by_batch},
    {.name = "set", .pin = pin_by_set},
    {.name = "look, set", .pin = pin_by_look_and_set},
};
#define PIN_WAYS (sizeof(pin_ways) / sizeof(pin_ways[0]))

static struct read_way {
    const char *name;
    void (*read)(void);
    struct bench_samples samples;
} read_ways[] = {
    {.name = "virDomainGetVcpus", .read = read_by_library},
    {.name = "bare calls", .read = read_by_calls},
};

/* Who comes first changes from round to round; each way finds the vCPUs
 * pinned elsewhere. */
static void pin_round(size_t round)
{
    size_t i;

    for (i = 0; i < PIN_WAYS; i++) {
        struct pin_way *way = &pin_ways[(round + i) % PIN_WAYS];
        long long since = bench_now();

        way->pin(i % 2 ? 0x0c : 0x03);
        bench_sample(&way->samples, since);
    }
}

static void read_round(size_t round)
{
    size_t i;

    for (i = 0; i < 2; i++) {
        struct read_way *way = &read_ways[(round + i) % 2];
        long long since = bench_now();

        way->read();
        bench_sample(&way->samples, since);
    }
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

static void report(const char *ours, long long a, const char *bare,
                   long long b)
{
    (void)printf("%s: %lld ns; %s: %lld ns; ratio %.2f\n", ours, a, bare, b,
                 (double)a / (double)b);
}

static void report_pins(void)
{
    long long medians[PIN_WAYS];
    size_t i;

    for (i = 0; i < PIN_WAYS; i++)
        medians[i] = median(&pin_ways[i].samples);
    (void)printf("pins of %d vCPUs:\n", VCPUS);
    for (i = 0; i < 4; i++)
        report(pin_ways[i % 2].name, medians[i % 2], pin_ways[2 + i / 2].name,
               medians[2 + i / 2]);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "web";
    size_t rounds = argc > 2 ? bench_number(argv[2]) : ROUNDS;
    size_t i;

    conn = virConnectOpen("xen:///system");
    if (!conn || !(dom = virDomainLookupByName(conn, name)))
        bench_fail("%s", virGetLastErrorMessage());
    domid = virDomainGetID(dom);
    xch = xc_interface_open(NULL, NULL, 0);
    if (!xch)
        bench_fail("xc_interface_open failed");
    for (i = 0; i < rounds; i++) {
        pin_round(i);
        read_round(i);
    }
    report_pins();
    report(read_ways[0].name, median(&read_ways[0].samples), read_ways[1].name,
           median(&read_ways[1].samples));
    pin_by_set(0x0f);
    (void)xc_interface_close(xch);
    (void)virDomainFree(dom);
    (void)virConnectClose(conn);
    return EXIT_SUCCESS;
}
