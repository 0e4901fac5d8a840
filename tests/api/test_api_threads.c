/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All kinds of calls at once, by threads of one connection.  What a call may
 * not do is crash, hang, fail for a reason that is not another thread's doing,
 * or hand out another thread's error; ThreadSanitizer sees the rest.
 */
#include "apitest.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define ROUNDS 25
#define PINNED "one"  /* runs all the time, and has a definition */
#define STARTED "two" /* starts and ends */
#define DEFINED "three"

static atomic_uint failures;
static atomic_uint complaints; /* what the error function was told of */
static const char *document; /* of DEFINED */

static void expect(bool is_so, const char *what)
{
    if (is_so)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, virGetLastErrorMessage());
    atomic_fetch_add(&failures, 1);
}

#define EXPECT(condition) expect((condition), #condition)
/* Done, or refused since another thread was first: the domain is gone, does not
 * run, runs already, or was changed in between. */
#define MAY_FAIL(call) expect((call) >= 0 || is_fair(), #call)

static bool is_fair(void)
{
    int code = virGetLastErrorCode();

    return code == VIR_ERR_NO_DOMAIN || code == VIR_ERR_OPERATION_INVALID ||
           code == VIR_ERR_OPERATION_FAILED;
}

static void on_error(void *data, virErrorPtr error)
{
    (void)data;
    atomic_fetch_add(&complaints, error->message != NULL);
}

static virDomainPtr find(const char *name)
{
    virDomainPtr dom = virDomainLookupByName(conn, name);

    expect(dom || is_fair(), name);
    return dom;
}

/* ---- What the threads do ---- */

static void reads(void)
{
    virDomainPtr *domains = NULL;
    int n = virConnectListAllDomains(conn, &domains, 0);
    int i;

    EXPECT(n >= 1);
    for (i = 0; i < n; i++) {
        virVcpuInfo info[4];
        unsigned char maps[4];
        char *xml = virDomainGetXMLDesc(domains[i], 0);
        int state;

        expect(xml || is_fair(), "virDomainGetXMLDesc");
        free(xml);
        MAY_FAIL(virDomainGetVcpus(domains[i], info, 4, maps, 1));
        MAY_FAIL(virDomainGetVcpuPinInfo(domains[i], 4, maps, 1, 0));
        MAY_FAIL(virDomainGetVcpusFlags(domains[i], MAXIMUM));
        MAY_FAIL(virDomainGetState(domains[i], &state, NULL, 0));
        (void)virDomainFree(domains[i]);
    }
    free(domains);
}

static void defines(void)
{
    virDomainPtr dom = virDomainDefineXML(conn, document);

    EXPECT(dom != NULL);
    if (!dom)
        return;
    EXPECT(virDomainSetVcpusFlags(dom, 2, CONFIG) == 0);
    EXPECT(virDomainUndefine(dom) == 0);
    (void)virDomainFree(dom);
}

static void starts(void)
{
    virDomainPtr dom = find(STARTED);

    EXPECT(virDomainCreate(dom) == 0);
    EXPECT(virDomainIsActive(dom) == 1);
    EXPECT(virDomainDestroy(dom) == 0);
    (void)virDomainFree(dom);
}

static void changes(void)
{
    virDomainPtr dom = find(PINNED);
    unsigned char map = 1 << 3;

    MAY_FAIL(virDomainPinVcpuFlags(dom, 1, &map, 1, LIVE | CONFIG));
    MAY_FAIL(virDomainSetVcpusFlags(dom, 3, LIVE | CONFIG));
    MAY_FAIL(vcpuconfDomainUnpinVcpu(dom, 1, LIVE | CONFIG));
    MAY_FAIL(virDomainSetVcpusFlags(dom, 2, LIVE | CONFIG));
    (void)virDomainFree(dom);
}

static void plans(void)
{
    virDomainPtr dom = find(PINNED);
    vcpuconfBatchPtr batch = vcpuconfBatchNew(conn);
    char *text = NULL;

    EXPECT(vcpuconfBatchSetVcpusFlags(batch, dom, 4, LIVE | CONFIG) == 0);
    text = vcpuconfBatchPlan(batch, 0);
    expect(text || is_fair(), "vcpuconfBatchPlan");
    free(text);
    MAY_FAIL(vcpuconfBatchApply(batch, 0));
    vcpuconfBatchFree(batch);
    MAY_FAIL(vcpuconfDomainReconcile(dom, &text, 0));
    free(text);
    (void)virDomainFree(dom);
}

static void cares(void)
{
    virDomainPtr dom = find(PINNED);
    vcpuconfRevision *revisions = NULL;
    vcpuconfStoreInfo info;
    int n = vcpuconfDomainListRevisions(dom, &revisions, 0);

    EXPECT(n >= 1);
    if (n >= 1)
        MAY_FAIL(vcpuconfDomainRestore(dom, revisions[n - 1].revision, 0));
    vcpuconfRevisionsFree(revisions, n);
    EXPECT(vcpuconfConnectCheck(conn, NULL, 0) == 0);
    EXPECT(vcpuconfConnectGetStoreInfo(conn, &info, 0) == 0);
    vcpuconfStoreInfoClear(&info);
    EXPECT(vcpuconfGetFeatures() != NULL);
    (void)virDomainFree(dom);
}

static void opens(void)
{
    char *uri = virConnectGetURI(conn);
    virConnectPtr mine = virConnectOpen(uri);
    virNodeInfo info;

    EXPECT(mine != NULL);
    EXPECT(virNodeGetInfo(mine, &info) == 0);
    virSetErrorFunc(NULL, on_error);
    EXPECT(virDomainLookupByName(mine, "nobody") == NULL);
    EXPECT(strstr(virGetLastErrorMessage(), "nobody") != NULL);
    EXPECT(virConnectClose(mine) == 0);
    free(uri);
}

static void watches(void)
{
    struct pollfd p = {.events = POLLIN};
    vcpuconfRun *runs = NULL;
    int n;

    EXPECT(vcpuconfConnectWatch(conn, &p.fd, 0) == 0);
    if (poll(&p, 1, 20) == 1)
        EXPECT(vcpuconfConnectWatchRead(conn, 0) >= 0);
    n = vcpuconfConnectListRuns(conn, &runs, 0);
    EXPECT(n >= 1);
    vcpuconfRunsFree(runs, n);
}

/* ---- All of them ---- */

typedef void (*work)(void);

static const work works[] = {reads,   defines, starts, changes,
                             changes, plans,   cares,  opens,  opens, watches};
#define WORKERS (sizeof(works) / sizeof(works[0]))

static void *repeat(void *opaque)
{
    const work *mine = opaque;
    int round;

    for (round = 0; round < ROUNDS; round++)
        (*mine)();
    return NULL;
}

START_TEST(threads_do_all_at_once)
{
    pthread_t threads[WORKERS];
    virDomainPtr dom;
    size_t i;

    if (_i == 1) { /* the host is a file */
        OK(virConnectClose(conn));
        conn = virConnectOpen(api_uri(api_text("%s/host", api_dir), ""));
        ck_assert_ptr_nonnull(conn);
    }
    virSetErrorFunc(NULL, on_error);
    document = api_document(DEFINED, "<vcpu current='1'>4</vcpu>");
    (void)api_start(PINNED, "<vcpu current='2'>4</vcpu>");
    (void)api_define(STARTED, "<vcpu>2</vcpu>");
    for (i = 0; i < WORKERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, repeat,
                                        (void *)(uintptr_t)&works[i]), 0);
    for (i = 0; i < WORKERS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_uint_eq(atomic_load(&failures), 0);
    ck_assert_uint_ge(atomic_load(&complaints), ROUNDS);
    dom = api_own_domain(virDomainLookupByName(conn, PINNED));
    ck_assert_int_eq(virDomainIsActive(dom), 1);
    virSetErrorFunc(NULL, NULL);
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("threads", &t);

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, threads_do_all_at_once, 0, 2);
    return s;
}

VC_TEST_MAIN(make_suite)
