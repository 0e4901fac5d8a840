/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the library costs over the least that the task needs, as ratios.  A
 * machine with 4 vCPUs; in each round the library's call and the bare ones take
 * turns, so that all meet the same load.  Prints; judges nothing.
 *
 *   pin   all four, LIVE            bare: ask which threads there are, on a new
 *                                   connection, and pin them
 *   info  virDomainGetVcpus         bare: the same question, then stat,
 *                                   schedstat and affinity of each thread
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <vcpuconf/vcpuconf.h>

#include "dir.h"
#include "vm.h"

#define VCPUS 4
#define ROUNDS 200

struct place {
    char dir[4096];
    char socket[4200];
    struct vm vm;
    virConnectPtr conn;
    virDomainPtr dom;
    struct qmp held; /* a connection that stays */
    int round;
};

static double now_us(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* ---- bare ---- */

static void bare_pin(const int tids[VCPUS])
{
    cpu_set_t all;
    int i;

    (void)sched_getaffinity(0, sizeof(all), &all);
    for (i = 0; i < VCPUS; i++)
        (void)sched_setaffinity(tids[i], sizeof(all), &all);
}

static void read_file(pid_t pid, int tid, const char *name)
{
    char path[80];
    char buf[1024];
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, buf, sizeof(buf)) <= 0)
        exit(EXIT_FAILURE);
    (void)close(fd);
}

static void bare_info(const struct place *place, const int tids[VCPUS])
{
    cpu_set_t mask;
    int i;

    for (i = 0; i < VCPUS; i++) {
        read_file(place->vm.pid, tids[i], "stat");
        read_file(place->vm.pid, tids[i], "schedstat");
        (void)sched_getaffinity(tids[i], sizeof(mask), &mask);
    }
}

static bool ask_new(struct place *place, int tids[VCPUS])
{
    static struct qmp qmp;
    bool known = qmp_connect(&qmp, place->socket, 5000) == 0 &&
                 qmp_threads(&qmp, tids, VCPUS) == VCPUS;

    qmp_end(&qmp);
    return known;
}

static bool pin_new(struct place *place)
{
    int tids[VCPUS];

    if (!ask_new(place, tids))
        return false;
    bare_pin(tids);
    return true;
}

static bool pin_held(struct place *place)
{
    int tids[VCPUS];

    if (qmp_threads(&place->held, tids, VCPUS) != VCPUS)
        return false;
    bare_pin(tids);
    return true;
}

static bool info_new(struct place *place)
{
    int tids[VCPUS];

    if (!ask_new(place, tids))
        return false;
    bare_info(place, tids);
    return true;
}

static bool info_held(struct place *place)
{
    int tids[VCPUS];

    if (qmp_threads(&place->held, tids, VCPUS) != VCPUS)
        return false;
    bare_info(place, tids);
    return true;
}

/* ---- the library ---- */

static bool pin_library(struct place *place)
{
    unsigned char map[] = {(unsigned char)(place->round % 2 ? 1 : 3)};
    unsigned i;

    for (i = 0; i < VCPUS; i++) {
        if (virDomainPinVcpuFlags(place->dom, i, map, 1,
                                  VIR_DOMAIN_AFFECT_LIVE) < 0)
            return false;
    }
    return true;
}

/* All four as one change. */
static bool pin_batch(struct place *place)
{
    vcpuconfBatchPtr batch = vcpuconfBatchNew(place->conn);
    const char *cpus = place->round % 2 ? "0" : "0-1";
    bool good = batch != NULL;
    unsigned i;

    for (i = 0; good && i < VCPUS; i++)
        good = vcpuconfBatchPinVcpuSet(batch, place->dom, i, cpus,
                                       VIR_DOMAIN_AFFECT_LIVE) == 0;
    good = good && vcpuconfBatchApply(batch, 0) == 0;
    vcpuconfBatchFree(batch);
    return good;
}

static bool info_library(struct place *place)
{
    virVcpuInfo info[VCPUS];
    unsigned char maps[VCPUS * 8];

    return virDomainGetVcpus(place->dom, info, VCPUS, maps, 8) == VCPUS;
}

/* ---- the measure ---- */

struct way {
    const char *name;
    bool (*go)(struct place *place);
    int base; /* the way it is divided by */
    double us[ROUNDS];
};

static struct way ways[] = {
    {"pin 4 vCPUs: bare, new connection", pin_new, 0, {0}},
    {"pin 4 vCPUs: bare, held connection", pin_held, 0, {0}},
    {"pin 4 vCPUs: library, one change", pin_batch, 0, {0}},
    {"pin 4 vCPUs: library, four changes", pin_library, 0, {0}},
    {"info of 4 vCPUs: bare, new connection", info_new, 4, {0}},
    {"info of 4 vCPUs: bare, held connection", info_held, 4, {0}},
    {"info of 4 vCPUs: library", info_library, 4, {0}},
};
#define NWAYS (sizeof(ways) / sizeof(ways[0]))

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;

    return *x < *y ? -1 : *x > *y;
}

static double median(const double *values)
{
    double sorted[ROUNDS];

    memcpy(sorted, values, sizeof(sorted));
    qsort(sorted, ROUNDS, sizeof(sorted[0]), compare);
    return (sorted[ROUNDS / 2 - 1] + sorted[ROUNDS / 2]) / 2;
}

static bool measure(struct place *place)
{
    size_t i;

    for (place->round = -5; place->round < ROUNDS; place->round++) {
        for (i = 0; i < NWAYS; i++) {
            double start = now_us();

            if (!ways[i].go(place)) {
                (void)fprintf(stderr, "%s: %s\n", ways[i].name,
                              virGetLastErrorMessage());
                return false;
            }
            if (place->round >= 0)
                ways[i].us[place->round] = now_us() - start;
        }
    }
    return true;
}

static void print(void)
{
    double ratios[ROUNDS];
    size_t i;
    int round;

    (void)printf("%-40s %10s %12s\n", "medians of 200 rounds", "us",
                 "of the bare");
    for (i = 0; i < NWAYS; i++) {
        for (round = 0; round < ROUNDS; round++)
            ratios[round] = ways[i].us[round] / ways[ways[i].base].us[round];
        (void)printf("%-40s %10.0f %12.2f\n", ways[i].name, median(ways[i].us),
                     median(ratios));
    }
}

static bool begin(struct place *place)
{
    struct vm_spec spec = {
        .dir = place->dir, .name = "bench", .online = VCPUS, .maximum = VCPUS,
        .uuid = "6dc1b1e2-8a3f-4b57-9e0c-5a1d2f3c4b5e"};
    char uri[8400];

    if (lab_dir_new(place->dir, sizeof(place->dir)) < 0 ||
        vm_start(&spec, &place->vm) < 0)
        return false;
    /* a connection is kept on the tests' own monitor: the other has one place
     */
    place->held = place->vm.mon;
    (void)vm_path(&place->vm, ".qmp", place->socket, sizeof(place->socket));
    (void)snprintf(uri, sizeof(uri), "qemu://%s?store=%s/store.db", place->dir,
                   place->dir);
    place->conn = virConnectOpen(uri);
    if (place->conn)
        place->dom = virDomainLookupByName(place->conn, "bench");
    if (!place->dom)
        (void)fprintf(stderr, "%s\n", virGetLastErrorMessage());
    return place->dom != NULL;
}

int main(void)
{
    static struct place place;
    bool good;

    if (!vm_possible())
        return 77;
    good = begin(&place) && measure(&place);
    if (good)
        print();
    if (place.dom)
        (void)virDomainFree(place.dom);
    if (place.conn)
        (void)virConnectClose(place.conn);
    vm_end(&place.vm);
    lab_dir_remove(place.dir);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
