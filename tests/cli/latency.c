/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * latency URI NAME TIMES: starts the domain by that URI, waits until vCPU 0 is
 * pinned by somebody who watches, and stops it again.  Prints how long that
 * took: the median and the longest.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <vcpuconf/vcpuconf.h>

#define LIMIT_MS 20000
#define CPUS_MAX 1024

static double now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int give_up(const char *what)
{
    (void)fprintf(stderr, "latency: %s: %s\n", what, virGetLastErrorMessage());
    exit(1);
}

/* Is vCPU 0 confined to one CPU? */
static int is_pinned(virDomainPtr dom)
{
    unsigned char map[CPUS_MAX / 8] = {0};
    int count = 0;
    int cpu;

    if (virDomainGetVcpuPinInfo(dom, 1, map, 1, VIR_DOMAIN_AFFECT_LIVE) < 0)
        give_up("pins");
    for (cpu = 0; cpu < 8; cpu++)
        count += VIR_CPU_USED(map, cpu) ? 1 : 0;
    return count == 1;
}

static double one_start(virConnectPtr conn, virDomainPtr dom, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    double began = now_ms();

    if (virDomainCreate(dom) < 0)
        give_up("start");
    while (!is_pinned(dom)) {
        if (poll(&p, 1, LIMIT_MS) != 1)
            give_up("nobody pinned it");
        if (vcpuconfConnectWatchRead(conn, 0) < 0)
            give_up("watch");
    }
    began = now_ms() - began;
    if (virDomainDestroy(dom) < 0)
        give_up("stop");
    return began;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    virConnectPtr conn = argc == 4 ? virConnectOpen(argv[1]) : NULL;
    virDomainPtr dom = conn ? virDomainLookupByName(conn, argv[2]) : NULL;
    int times = argc == 4 ? atoi(argv[3]) : 0;
    double *took;
    int fd;
    int i;

    if (!dom || times < 1 || vcpuconfConnectWatch(conn, &fd, 0) < 0)
        give_up("open");
    took = calloc((size_t)times, sizeof(*took));
    for (i = 0; took && i < times; i++)
        took[i] = one_start(conn, dom, fd);
    if (!took)
        return 99;
    qsort(took, (size_t)times, sizeof(*took), compare);
    (void)printf("from start to pins in place, %d times: median %.1f ms, "
                 "longest %.1f ms\n",
                 times, took[times / 2], took[times - 1]);
    free(took);
    (void)virDomainFree(dom);
    (void)virConnectClose(conn);
    return 0;
}
