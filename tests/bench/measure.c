/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a tool does with definitions, through libvirt's names.  This file is
 * compiled twice: against vcpuconf, and against libvirt in process.  Nothing
 * but the include line differs.
 *
 *   measure open URI NUMBER       one open, and a look at one definition
 *   measure work URI COUNT SEED   each operation many times on COUNT
 *                                 definitions; another SEED each time
 */
#ifdef BENCH_LIBVIRT
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#else
#include <vcpuconf/vcpuconf.h>
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "documents.h"
#include "timing.h"

#define DEFINES 40
#define PINS 150
#define READS 2000
#define DUMPS 500
#define LISTS 10
#define MAPLEN 8

static struct bench_samples samples;

__attribute__((noreturn)) static void fail(const char *what)
{
    bench_fail("%s: %s", what, virGetLastErrorMessage());
}

static virConnectPtr open_at(const char *uri)
{
    virConnectPtr conn = virConnectOpen(uri);

    if (!conn)
        fail(uri);
    return conn;
}

static virDomainPtr look_up(virConnectPtr conn, size_t number)
{
    char name[BENCH_NAME_LEN];
    virDomainPtr domain;

    bench_name(number, name);
    domain = virDomainLookupByName(conn, name);
    if (!domain)
        fail(name);
    return domain;
}

static void measure_open(const char *uri, size_t number)
{
    long long start = bench_now();
    virConnectPtr conn = open_at(uri);
    virDomainPtr domain = look_up(conn, number);

    bench_sample(&samples, start);
    (void)virDomainFree(domain);
    bench_report("open", &samples);
    bench_report_memory("memory");
    (void)virConnectClose(conn);
}

static void measure_define(virConnectPtr conn, size_t first)
{
    size_t i;

    for (i = 0; i < DEFINES; i++) {
        char *document = bench_document(first + i);
        long long start = bench_now();
        virDomainPtr domain = virDomainDefineXML(conn, document);

        bench_sample(&samples, start);
        if (!domain)
            fail("define");
        (void)virDomainFree(domain);
        free(document);
    }
    bench_report("define", &samples);
}

static void expect_pin(virDomainPtr domain, unsigned vcpu, unsigned cpu)
{
    char *document = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
    char pin[64];

    (void)snprintf(pin, sizeof(pin), "<vcpupin vcpu='%u' cpuset='%u'/>", vcpu,
                   cpu);
    if (!document || !strstr(document, pin))
        bench_fail("the definition has no %s", pin);
    free(document);
}

/* Every pin is another one than was there. */
static void measure_pin(virDomainPtr *domains, size_t n, size_t seed)
{
    size_t i;

    for (i = 0; i < PINS; i++) {
        unsigned char map[MAPLEN] = {0};
        unsigned cpu = (unsigned)((i + seed) % (MAPLEN * 8));
        unsigned vcpu = (unsigned)(i % BENCH_VCPUS);
        long long start;

        VIR_USE_CPU(map, cpu);
        start = bench_now();
        if (virDomainPinVcpuFlags(domains[i % n], vcpu, map, MAPLEN,
                                  VIR_DOMAIN_AFFECT_CONFIG) < 0)
            fail("pin");
        bench_sample(&samples, start);
        if (i % 50 == 0)
            expect_pin(domains[i % n], vcpu, cpu);
    }
    bench_report("pin", &samples);
}

static void measure_pins(virDomainPtr *domains, size_t n)
{
    size_t i;

    for (i = 0; i < READS; i++) {
        unsigned char maps[BENCH_VCPUS * MAPLEN];
        long long start = bench_now();

        if (virDomainGetVcpuPinInfo(domains[i % n], BENCH_VCPUS, maps, MAPLEN,
                                    VIR_DOMAIN_AFFECT_CONFIG) != BENCH_VCPUS)
            fail("read pins");
        bench_sample(&samples, start);
    }
    bench_report("pins", &samples);
}

static void measure_dumpxml(virDomainPtr *domains, size_t n)
{
    size_t i;

    for (i = 0; i < DUMPS; i++) {
        long long start = bench_now();
        char *document =
            virDomainGetXMLDesc(domains[i % n], VIR_DOMAIN_XML_INACTIVE);

        if (!document)
            fail("dumpxml");
        free(document);
        bench_sample(&samples, start);
    }
    bench_report("dumpxml", &samples);
}

static void measure_list(virConnectPtr conn, size_t least)
{
    size_t i;

    for (i = 0; i < LISTS; i++) {
        long long start = bench_now();
        virDomainPtr *list;
        int n = virConnectListAllDomains(conn, &list, 0);
        int at;

        if (n < 0)
            fail("list");
        for (at = 0; at < n; at++)
            (void)virDomainFree(list[at]);
        free(list);
        bench_sample(&samples, start);
        if ((size_t)n < least)
            bench_fail("%d definitions are there, not %zu", n, least);
    }
    bench_report("list", &samples);
}

static void measure_work(const char *uri, size_t count, size_t seed)
{
    virConnectPtr conn = open_at(uri);
    virDomainPtr *domains = calloc(count, sizeof(virDomainPtr));
    size_t i;

    if (!domains)
        bench_fail("out of memory");
    for (i = 0; i < count; i++)
        domains[i] = look_up(conn, i);
    measure_pins(domains, count);
    measure_dumpxml(domains, count);
    measure_pin(domains, count, seed);
    measure_define(conn, 1000000 + seed * DEFINES);
    measure_list(conn, count);
    bench_report_memory("work_memory");
    for (i = 0; i < count; i++)
        (void)virDomainFree(domains[i]);
    free(domains);
    (void)virConnectClose(conn);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "open") == 0)
        measure_open(argv[2], bench_number(argv[3]));
    else if (argc == 5 && strcmp(argv[1], "work") == 0)
        measure_work(argv[2], bench_number(argv[3]), bench_number(argv[4]));
    else
        bench_fail("usage: measure open URI NUMBER | work URI COUNT SEED");
    return EXIT_SUCCESS;
}
