/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many at once: processes with threads on one store and one simulated host in a
 * file.  Each worker has vCPUs of its own, whose pins only it changes, and each
 * change is one that makes a revision: in the end there are as many revisions as
 * changes were acknowledged, and each pin is the last one of its owner.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vcpuconf/vcpuconf.h>

#include "../api/scratchdir.h"
#include "../unit/vc_check.h"

#define PROCESSES 8
#define THREADS 4
#define WORKERS (PROCESSES * THREADS)
#define DOMAINS 50
#define VCPUS 8
#define CPUS 8
#define GROUPS (WORKERS / VCPUS) /* of domains: domain d is of group d % GROUPS */
#define SECONDS 8

#define LIVE VIR_DOMAIN_AFFECT_LIVE
#define CONFIG VIR_DOMAIN_AFFECT_CONFIG

enum kind { READ_COUNT, READ_LIVE, READ_LIST, READ_XML, PIN, PIN_BOTH, KINDS };
static const char *const kind_names[KINDS] = {
    "count of config", "vcpus of a run", "list", "xml", "pin of config",
    "pin of both"};

#define BUCKETS 64 /* four for each doubling, from 16 us */

/* Memory of all processes. */
static struct {
    atomic_ulong changes[DOMAINS];
    atomic_ulong pins[DOMAINS][VCPUS]; /* how many the owner has set */
    atomic_ulong runs[DOMAINS][VCPUS]; /* the last of them that was of both */
    atomic_ulong busy;                 /* told so; nothing was changed */
    atomic_ulong failed;
    atomic_ulong times[KINDS][BUCKETS];
} *shared;

static char *dir;
static char uri[600];

struct worker {
    unsigned number;
    unsigned random;
    virConnectPtr conn;
    pthread_t thread;
};

static unsigned draw(struct worker *worker, unsigned n)
{
    worker->random = worker->random * 1103515245u + 12345u;
    return (worker->random >> 16) % n;
}

static unsigned long now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long)now.tv_sec * 1000000 +
           (unsigned long)now.tv_nsec / 1000;
}

/* ---- Times ---- */

static unsigned long bucket_end(unsigned bucket)
{
    return (16ul << bucket / 4) + (16ul << bucket / 4) * (bucket % 4 + 1) / 4;
}

static void count_time(enum kind kind, unsigned long us)
{
    unsigned bucket = 0;

    while (bucket < BUCKETS - 1 && bucket_end(bucket) < us)
        bucket++;
    atomic_fetch_add(&shared->times[kind][bucket], 1);
}

/* The time within which that many of a hundred thousand came. */
static unsigned long within(enum kind kind, unsigned long total, unsigned part)
{
    unsigned long seen = 0;
    unsigned bucket;

    for (bucket = 0; bucket < BUCKETS - 1; bucket++) {
        seen += atomic_load(&shared->times[kind][bucket]);
        if (seen * 100000 >= total * part)
            break;
    }
    return bucket_end(bucket);
}

static void print_times(void)
{
    enum kind kind;
    unsigned i;

    for (kind = 0; kind < KINDS; kind++) {
        unsigned long total = 0;

        for (i = 0; i < BUCKETS; i++)
            total += atomic_load(&shared->times[kind][i]);
        (void)printf("%-16s %6lu calls; half within %lu us, 99 %% %lu us, "
                     "99.9 %% %lu us, all %lu us\n",
                     kind_names[kind], total, within(kind, total, 50000),
                     within(kind, total, 99000), within(kind, total, 99900),
                     within(kind, total, 100000));
    }
    (void)printf("busy %lu\n", atomic_load(&shared->busy));
}

/* ---- A worker ---- */

static unsigned cpu_of(unsigned long pin)
{
    return (unsigned)(pin % CPUS);
}

/* Each is another CPU than the one before. */
static int set_pin(struct worker *worker, virDomainPtr dom, unsigned domain,
                   unsigned flags)
{
    unsigned vcpu = worker->number % VCPUS;
    unsigned long pin = atomic_load(&shared->pins[domain][vcpu]) + 1;
    unsigned char map = (unsigned char)(1u << cpu_of(pin));
    int rc = virDomainPinVcpuFlags(dom, vcpu, &map, 1, flags);

    if (rc == 0) {
        atomic_store(&shared->pins[domain][vcpu], pin);
        if (flags & LIVE)
            atomic_store(&shared->runs[domain][vcpu], pin);
        atomic_fetch_add(&shared->changes[domain], 1);
    }
    return rc;
}

static int read_vcpus(virDomainPtr dom)
{
    virVcpuInfo info[VCPUS];
    unsigned char maps[VCPUS];

    return virDomainGetVcpus(dom, info, VCPUS, maps, 1) == VCPUS ? 0 : -1;
}

static int read_list(virConnectPtr conn)
{
    virDomainPtr *doms = NULL;
    int n = virConnectListAllDomains(conn, &doms, 0);
    int i;

    for (i = 0; i < n; i++)
        (void)virDomainFree(doms[i]);
    free(doms);
    return n == DOMAINS + 1 ? 0 : -1; /* and Domain-0 */
}

static int read_xml(virDomainPtr dom)
{
    char *xml = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE);
    int rc = xml && strstr(xml, "</domain>") ? 0 : -1;

    free(xml);
    return rc;
}

static int do_one(struct worker *worker, enum kind kind, virDomainPtr dom,
                  unsigned domain)
{
    switch (kind) {
    case READ_COUNT:
        return virDomainGetVcpusFlags(dom, CONFIG) == VCPUS ? 0 : -1;
    case READ_LIVE:
        return read_vcpus(dom);
    case READ_LIST:
        return read_list(worker->conn);
    case READ_XML:
        return read_xml(dom);
    case PIN:
        return set_pin(worker, dom, domain, CONFIG);
    default:
        return set_pin(worker, dom, domain, LIVE | CONFIG);
    }
}

static enum kind choose(struct worker *worker)
{
    static const unsigned char mix[16] = {
        READ_COUNT, READ_COUNT, READ_COUNT, READ_COUNT, READ_COUNT, READ_COUNT,
        READ_LIVE,  READ_LIVE,  READ_XML,   READ_XML,   READ_LIST,  PIN,
        PIN,        PIN,        PIN_BOTH,   PIN_BOTH};

    return (enum kind)mix[draw(worker, 16)];
}

static void note_error(const struct worker *worker, enum kind kind)
{
    if (virGetLastErrorCode() == VIR_ERR_RESOURCE_BUSY) {
        atomic_fetch_add(&shared->busy, 1);
        return;
    }
    atomic_fetch_add(&shared->failed, 1);
    (void)fprintf(stderr, "worker %u, %s: %s\n", worker->number,
                  kind_names[kind], virGetLastErrorMessage());
}

/* A domain of the worker's group. */
static void work_once(struct worker *worker)
{
    unsigned domain = draw(worker, DOMAINS / GROUPS) * GROUPS +
                      worker->number / VCPUS;
    enum kind kind = choose(worker);
    unsigned long start;
    virDomainPtr dom;
    char name[16];

    (void)snprintf(name, sizeof(name), "vm%u", domain);
    dom = virDomainLookupByName(worker->conn, name);
    if (!dom) {
        note_error(worker, kind);
        return;
    }
    start = now_us();
    if (do_one(worker, kind, dom, domain) < 0)
        note_error(worker, kind);
    count_time(kind, now_us() - start);
    (void)virDomainFree(dom);
}

static void *work(void *opaque)
{
    struct worker *worker = opaque;
    unsigned long end = now_us() + SECONDS * 1000000ul;

    while (now_us() < end && atomic_load(&shared->failed) == 0)
        work_once(worker);
    return NULL;
}

/* The threads of one process in two share a connection. */
__attribute__((noreturn)) static void process_run(unsigned number)
{
    struct worker workers[THREADS];
    bool share = number % 2 == 0;
    unsigned i;

    (void)alarm(120);
    for (i = 0; i < THREADS; i++) {
        workers[i].number = number * THREADS + i;
        workers[i].random = workers[i].number * 7919 + 1;
        workers[i].conn =
            i && share ? workers[0].conn : virConnectOpen(uri);
        if (!workers[i].conn || (i && share &&
                                 virConnectRef(workers[i].conn) < 0))
            _exit(2);
    }
    for (i = 0; i < THREADS; i++) {
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
            _exit(3);
    }
    for (i = 0; i < THREADS; i++) {
        if (pthread_join(workers[i].thread, NULL) ||
            virConnectClose(workers[i].conn) < 0)
            _exit(4);
    }
    _exit(0);
}

/* ---- All of them ---- */

#define MUST(call)                                                             \
    ck_assert_msg((call) >= 0, "%s: %s", #call, virGetLastErrorMessage())

static void make_domains(virConnectPtr conn)
{
    unsigned i;

    for (i = 0; i < DOMAINS; i++) {
        char xml[200];
        virDomainPtr dom;

        (void)snprintf(xml, sizeof(xml),
                       "<domain><name>vm%u</name><vcpu>%d</vcpu></domain>", i,
                       VCPUS);
        dom = virDomainDefineXML(conn, xml);
        ck_assert_msg(dom != NULL, "%s", virGetLastErrorMessage());
        MUST(virDomainCreate(dom));
        MUST(virDomainFree(dom));
    }
}

static void expect_pins(virDomainPtr dom, unsigned flags, atomic_ulong *pins)
{
    unsigned char maps[VCPUS];
    unsigned i;

    MUST(virDomainGetVcpuPinInfo(dom, VCPUS, maps, 1, flags));
    for (i = 0; i < VCPUS; i++) {
        unsigned long pin = atomic_load(&pins[i]);

        ck_assert_uint_eq(maps[i], pin ? 1u << cpu_of(pin) : 0xffu);
    }
}

static void expect_domain(virConnectPtr conn, unsigned domain)
{
    vcpuconfRevision *revisions = NULL;
    virDomainPtr dom;
    char name[16];
    int n;

    (void)snprintf(name, sizeof(name), "vm%u", domain);
    dom = virDomainLookupByName(conn, name);
    ck_assert_ptr_nonnull(dom);
    n = vcpuconfDomainListRevisions(dom, &revisions, 0);
    ck_assert_int_gt(n, 0);
    ck_assert_uint_eq(revisions[0].revision,
                      1 + atomic_load(&shared->changes[domain]));
    vcpuconfRevisionsFree(revisions, n);
    expect_pins(dom, CONFIG, shared->pins[domain]);
    expect_pins(dom, LIVE, shared->runs[domain]);
    MUST(virDomainFree(dom));
}

START_TEST(many_at_once_lose_nothing)
{
    virConnectPtr conn = virConnectOpen(uri);
    pid_t pids[PROCESSES];
    unsigned failed = 0;
    unsigned i;

    ck_assert_msg(conn != NULL, "%s", virGetLastErrorMessage());
    make_domains(conn);
    (void)fflush(NULL);
    for (i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0)
            process_run(i);
    }
    for (i = 0; i < PROCESSES; i++) {
        int status;

        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    ck_assert_uint_eq(failed, 0);
    ck_assert_uint_eq(atomic_load(&shared->failed), 0);
    for (i = 0; i < DOMAINS; i++)
        expect_domain(conn, i);
    ck_assert_int_eq(vcpuconfConnectCheck(conn, NULL, 0), 0);
    ck_assert_int_eq(virConnectClose(conn), 0);
    print_times();
}
END_TEST

static void setup(void)
{
    dir = scratchdir_new();
    (void)snprintf(uri, sizeof(uri), "test://%s/host?cpus=%d&store=%s/store.db",
                   dir, CPUS, dir);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(shared, MAP_FAILED);
}

static void teardown(void)
{
    (void)munmap(shared, sizeof(*shared));
    scratchdir_free(dir);
}

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: many");
    TCase *tc = tcase_create("many");

    tcase_set_timeout(tc, 180);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, many_at_once_lose_nothing);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
