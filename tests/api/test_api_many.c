/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several processes and threads on one host and store. */
#include "apitest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 8
#define ROUNDS 40
#define DOMAINS 2

static const char *const names[DOMAINS] = {"one", "two"};

/* One worker sets counts, the others single vCPUs. */
static int change(virDomainPtr dom, int worker, int round, int counts)
{
    if (counts && worker == 0)
        return virDomainSetVcpusFlags(dom, 9 + (unsigned)round % 4,
                                      LIVE | CONFIG);
    return virDomainSetVCPUState(dom, 8 + worker, round / DOMAINS % 2 == 0,
                                 LIVE | CONFIG);
}

static int work(virConnectPtr mine, int worker, int round, int counts)
{
    virDomainPtr dom =
        virDomainLookupByName(mine, names[(worker + round) % DOMAINS]);
    unsigned char map = (unsigned char)(1u << ((worker + round) % 8));
    int rc = -1;

    if (dom && virDomainPinVcpuFlags(dom, (unsigned)worker, &map, 1,
                                     LIVE | CONFIG) == 0)
        rc = change(dom, worker, round, counts);
    if (rc < 0)
        (void)fprintf(stderr, "worker %d round %d: %s\n", worker, round,
                      virGetLastErrorMessage());
    if (dom)
        (void)virDomainFree(dom);
    return rc;
}

static int process(const char *uri, int worker, int counts)
{
    virConnectPtr mine = virConnectOpen(uri);
    int failed = !mine;
    int round;

    if (!mine)
        (void)fprintf(stderr, "worker %d: %s\n", worker,
                      virGetLastErrorMessage());
    for (round = 0; mine && round < ROUNDS; round++)
        failed |= work(mine, worker, round, counts) < 0;
    if (mine)
        (void)virConnectClose(mine);
    return failed;
}

/* A store that is open in the parent can't be opened in its children. */
static void run_processes(const char *host, int counts)
{
    const char *uri = api_uri(host, "");
    pid_t pids[WORKERS];
    int failed = 0;
    int i;

    api_close();
    (void)fflush(NULL);
    for (i = 0; i < WORKERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit(process(uri, i, counts));
        ck_assert_int_gt(pids[i], 0);
    }
    for (i = 0; i < WORKERS; i++) {
        int status = -1;

        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    ck_assert_int_eq(failed, 0);
}

static virDomainPtr start_on(virConnectPtr mine, const char *name)
{
    virDomainPtr dom = api_own_domain(virDomainDefineXML(
        mine, api_document(name, "<vcpu current='8'>16</vcpu>")));

    OK(virDomainCreate(dom));
    return dom;
}

/* What the workers leave on a domain. */
static void check_pins(virDomainPtr dom, int which)
{
    int worker;

    for (worker = 0; worker < WORKERS; worker++) {
        /* the last round of this worker on this domain */
        int round = (worker + ROUNDS - 1) % DOMAINS == which ? ROUNDS - 1
                                                              : ROUNDS - 2;
        const char *cpu = api_text("%d", (worker + round) % 8);

        ck_assert_str_eq(api_cpus(dom, (unsigned)worker, LIVE), cpu);
        ck_assert_str_eq(api_cpus(dom, (unsigned)worker, CONFIG), cpu);
    }
    ck_assert_str_eq(api_vcpus(dom, LIVE), api_vcpus(dom, CONFIG));
}

START_TEST(processes_lose_nothing_of_each_other)
{
    const char *host = api_text("%s/host", api_dir);
    virConnectPtr watcher = api_connect(host, "");
    int total = 0;
    int i;

    OK(vcpuconfConnectSetHistoryLimit(watcher, 0, 0));
    for (i = 0; i < DOMAINS; i++)
        (void)start_on(watcher, names[i]);
    run_processes(host, 0);
    watcher = api_connect(host, "");
    for (i = 0; i < DOMAINS; i++) {
        virDomainPtr dom =
            api_own_domain(virDomainLookupByName(watcher, names[i]));

        check_pins(dom, i);
        ck_assert_str_eq(api_vcpus(dom, LIVE), "0-7");
        total += api_revisions(dom);
    }
    /* each state and each pin is another one than before */
    ck_assert_int_eq(total, DOMAINS + WORKERS * ROUNDS * 2);
}
END_TEST

START_TEST(processes_agree_on_counts)
{
    const char *host = api_text("%s/host", api_dir);
    virConnectPtr watcher = api_connect(host, "");
    int i;

    for (i = 0; i < DOMAINS; i++)
        (void)start_on(watcher, names[i]);
    run_processes(host, 1);
    watcher = api_connect(host, "");
    for (i = 0; i < DOMAINS; i++)
        check_pins(api_own_domain(virDomainLookupByName(watcher, names[i])), i);
}
END_TEST

static atomic_int next_worker;

static void *thread_works(void *opaque)
{
    int worker = atomic_fetch_add(&next_worker, 1);
    int round;
    int failed = 0;

    for (round = 0; round < ROUNDS; round++)
        failed |= work(opaque, worker, round, 0) < 0;
    return failed ? opaque : NULL;
}

START_TEST(threads_on_one_connection_lose_nothing_of_each_other)
{
    pthread_t threads[WORKERS];
    int failed = 0;
    int total = 0;
    int i;

    OK(vcpuconfConnectSetHistoryLimit(conn, 0, 0));
    for (i = 0; i < DOMAINS; i++)
        (void)start_on(conn, names[i]);
    for (i = 0; i < WORKERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, thread_works, conn),
                         0);
    for (i = 0; i < WORKERS; i++) {
        void *result = NULL;

        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        failed += result != NULL;
    }
    ck_assert_int_eq(failed, 0);
    for (i = 0; i < DOMAINS; i++) {
        virDomainPtr dom = api_own_domain(virDomainLookupByName(eye, names[i]));

        check_pins(dom, i);
        total += api_revisions(dom);
    }
    ck_assert_int_eq(total, DOMAINS + WORKERS * ROUNDS * 2);
}
END_TEST

static virDomainPtr shared_handle;

static void *thread_shares(void *opaque)
{
    unsigned worker = (unsigned)atomic_fetch_add(&next_worker, 1);
    int failed = 0;
    int round;

    for (round = 0; round < ROUNDS; round++) {
        unsigned char map = (unsigned char)(1u << (round % 8));
        const char *vcpus = NULL;

        failed |= virDomainRef(shared_handle) < 0;
        failed |= virConnectRef(conn) < 0;
        failed |= virDomainPinVcpu(shared_handle, worker, &map, 1) < 0;
        failed |= virDomainGetVCPUMap(shared_handle, &vcpus, 0) != 16;
        free((void *)(uintptr_t)vcpus);
        failed |= virDomainGetName(shared_handle) == NULL;
        if (virDomainPinVcpu(shared_handle, 100 + worker, &map, 1) != -1 ||
            !strstr(virGetLastErrorMessage(),
                    worker == 7 ? "vcpu 107 is" : "vcpu 10"))
            failed = 1;
        failed |= virConnectClose(conn) < 0;
        failed |= virDomainFree(shared_handle) < 0;
    }
    return failed ? opaque : NULL;
}

START_TEST(threads_share_one_handle)
{
    pthread_t threads[WORKERS];
    int failed = 0;
    int i;

    shared_handle = start_on(conn, "one");
    for (i = 0; i < WORKERS; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, thread_shares, conn), 0);
    for (i = 0; i < WORKERS; i++) {
        void *result = NULL;

        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        failed += result != NULL;
    }
    ck_assert_int_eq(failed, 0);
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("many", &t);

    tcase_set_timeout(t, 300);
    tcase_add_test(t, processes_lose_nothing_of_each_other);
    tcase_add_test(t, processes_agree_on_counts);
    tcase_add_test(t, threads_on_one_connection_lose_nothing_of_each_other);
    tcase_add_test(t, threads_share_one_handle);
    return s;
}

VC_TEST_MAIN(make_suite)
