/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By the public header alone: a program is killed in the middle of a change of
 * both halves, and the next one that opens finds nothing of it. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vcpuconf/vcpuconf.h>

#include "../api/scratchdir.h"
#include "../unit/vc_check.h"

#define BOTH (VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG)
#define WAIT_MS 30000

static const char document[] = "<domain type='kvm'><name>vm</name>"
                               "<vcpu>4</vcpu></domain>";
static char *dir;

static virConnectPtr open_host(const char *params, bool read_only)
{
    virConnectPtr conn;
    char uri[1024];

    (void)snprintf(uri, sizeof(uri), "test://%s/host.json?store=%s/s.db%s", dir,
                   dir, params);
    conn = read_only ? virConnectOpenReadOnly(uri) : virConnectOpen(uri);
    ck_assert_msg(conn != NULL, "%s", virGetLastErrorMessage());
    return conn;
}

static void setup(void)
{
    virConnectPtr conn;
    virDomainPtr dom;

    dir = scratchdir_new();
    conn = open_host("", false);
    dom = virDomainDefineXML(conn, document);
    ck_assert_msg(dom && virDomainCreate(dom) == 0, "%s",
                  virGetLastErrorMessage());
    (void)virDomainFree(dom);
    (void)virConnectClose(conn);
}

static void teardown(void)
{
    scratchdir_free(dir);
}

/* First byte of the live pin of vcpu 0. */
static unsigned pin_of(virConnectPtr conn)
{
    virDomainPtr dom = virDomainLookupByName(conn, "vm");
    unsigned char maps[4];

    ck_assert_msg(dom && virDomainGetVcpuPinInfo(dom, 4, maps, 1,
                                                 VIR_DOMAIN_AFFECT_LIVE) == 4,
                  "%s", virGetLastErrorMessage());
    (void)virDomainFree(dom);
    return maps[0];
}

/* The second pin takes longer than anybody waits. */
static void pin_and_hang(void)
{
    virConnectPtr conn = open_host("&fault=set_affinity:2:delay=60000", false);
    virDomainPtr dom = virDomainLookupByName(conn, "vm");
    vcpuconfBatchPtr batch = vcpuconfBatchNew(conn);

    (void)alarm(60);
    if (vcpuconfBatchPinVcpuSet(batch, dom, 0, "3", BOTH) == 0 &&
        vcpuconfBatchPinVcpuSet(batch, dom, 1, "4", BOTH) == 0)
        (void)vcpuconfBatchApply(batch, 0);
    _exit(1);
}

static void kill_half_way(void)
{
    virConnectPtr conn;
    int waited = 0;
    int status;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        pin_and_hang();
    conn = open_host("", true);
    while (pin_of(conn) != 1 << 3 && waited++ < WAIT_MS)
        (void)poll(NULL, 0, 1);
    (void)virConnectClose(conn);
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && waited < WAIT_MS);
}

START_TEST(opening_undoes_what_another_left_half_done)
{
    virConnectPtr conn;
    char **faults;
    virDomainPtr dom;
    char *stored;

    kill_half_way();
    conn = open_host("", false);
    ck_assert_uint_eq(pin_of(conn), 0xff);
    ck_assert_int_eq(vcpuconfConnectCheck(conn, &faults, 0), 0);
    dom = virDomainLookupByName(conn, "vm");
    stored = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE);
    ck_assert_ptr_null(strstr(stored, "vcpupin"));
    free(stored);
    ck_assert_int_eq(vcpuconfDomainPinVcpuSet(dom, 0, "2", BOTH), 0);
    ck_assert_uint_eq(pin_of(conn), 1 << 2);
    (void)virDomainFree(dom);
    (void)virConnectClose(conn);
}
END_TEST

START_TEST(opening_to_read_undoes_nothing)
{
    virConnectPtr conn;

    kill_half_way();
    conn = open_host("", true);
    ck_assert_uint_eq(pin_of(conn), 1 << 3);
    (void)virConnectClose(conn);
    conn = open_host("", false);
    ck_assert_uint_eq(pin_of(conn), 0xff);
    (void)virConnectClose(conn);
}
END_TEST

START_TEST(opening_does_not_fail_for_what_can_not_be_undone)
{
    virConnectPtr conn;
    virDomainPtr dom;
    char **faults;

    kill_half_way();
    conn = open_host("&fault=set_affinity:*:fail", false);
    ck_assert_uint_eq(pin_of(conn), 1 << 3);
    ck_assert_int_eq(vcpuconfConnectCheck(conn, &faults, 0), 1);
    ck_assert_msg(strstr(faults[0], "'vm'") && strstr(faults[0], "host.json"),
                  "%s", faults[0]);
    free(faults[0]);
    free(faults);
    dom = virDomainLookupByName(conn, "vm");
    ck_assert_int_eq(vcpuconfDomainPinVcpuSet(dom, 2, "2",
                                              VIR_DOMAIN_AFFECT_LIVE),
                     -1);
    ck_assert_int_eq(virGetLastError()->code, VIR_ERR_OPERATION_FAILED);
    ck_assert_ptr_nonnull(strstr(virGetLastErrorMessage(), "cut off"));
    (void)virDomainFree(dom);
    (void)virConnectClose(conn);
    conn = open_host("", false);
    ck_assert_uint_eq(pin_of(conn), 0xff);
    (void)virConnectClose(conn);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: open");
    TCase *tc = tcase_create("open");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, opening_undoes_what_another_left_half_done);
    tcase_add_test(tc, opening_to_read_undoes_nothing);
    tcase_add_test(tc, opening_does_not_fail_for_what_can_not_be_undone);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
