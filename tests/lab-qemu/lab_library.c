/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both halves of a domain, by the public calls: a real machine and a store. */
#include <check.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vcpuconf/vcpuconf.h>

#include "../unit/vc_check.h"
#include "dir.h"
#include "vm.h"

#define BOTH (VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG)
#define UUID "01234567-89ab-cdef-0123-456789abcdef"

struct house {
    char dir[4096];
    char path[4200];
    char uri[8400];
    struct vm vm;
    virConnectPtr conn;
    virDomainPtr dom;
};

#define OK(call)                                                               \
    ck_assert_msg((call) >= 0, "%s: %s", #call, virGetLastErrorMessage())
#define REFUSED(call, code)                                                    \
    do {                                                                       \
        ck_assert_msg((call) < 0, "%s: was not refused", #call);               \
        ck_assert_msg(virGetLastErrorCode() == (code), "%s: %d %s", #call,     \
                      virGetLastErrorCode(), virGetLastErrorMessage());        \
    } while (0)

static void run_machine(struct house *house, enum vm_guest guest)
{
    struct vm_spec spec = {
        .dir = house->dir, .name = "web", .uuid = UUID, .guest = guest};

    ck_assert_int_eq(vm_start(&spec, &house->vm), 0);
}

/* One second for a guest to follow. */
static void begin(struct house *house, enum vm_guest guest, const char *cputune)
{
    char xml[1024];

    memset(house, 0, sizeof(*house));
    ck_assert_int_eq(lab_dir_new(house->dir, sizeof(house->dir)), 0);
    run_machine(house, guest);
    (void)snprintf(house->uri, sizeof(house->uri),
                   "qemu://%s?timeout=1&store=%s/store.db", house->dir,
                   house->dir);
    house->conn = virConnectOpen(house->uri);
    ck_assert_msg(house->conn != NULL, "%s", virGetLastErrorMessage());
    (void)snprintf(xml, sizeof(xml),
                   "<domain type='qemu'><name>web</name><uuid>" UUID "</uuid>"
                   "<vcpu current='2'>9</vcpu>%s</domain>",
                   cputune);
    house->dom = virDomainDefineXML(house->conn, xml);
    ck_assert_msg(house->dom != NULL, "%s", virGetLastErrorMessage());
}

static void end(struct house *house)
{
    (void)virDomainFree(house->dom);
    ck_assert_int_eq(virConnectClose(house->conn), 0);
    vm_end(&house->vm);
    lab_dir_remove(house->dir);
}

/* vCPUs that run, and that are defined to. */
static void counts_are(struct house *house, int live, int config)
{
    ck_assert_int_eq(virDomainGetVcpusFlags(house->dom, VIR_DOMAIN_AFFECT_LIVE),
                     live);
    ck_assert_int_eq(
        virDomainGetVcpusFlags(house->dom, VIR_DOMAIN_AFFECT_CONFIG), config);
}

static bool may_run_on(int tid, unsigned cpu, int count)
{
    cpu_set_t mask;

    ck_assert_int_eq(sched_getaffinity(tid, sizeof(mask), &mask), 0);
    return CPU_ISSET(cpu, &mask) && (count == 0 || CPU_COUNT(&mask) == count);
}

START_TEST(both_halves_change)
{
    struct house house;

    begin(&house, VM_TINY, "");
    OK(virDomainSetVcpusFlags(house.dom, 5, BOTH));
    counts_are(&house, 5, 5);
    OK(virDomainSetVcpusFlags(house.dom, 3, BOTH));
    counts_are(&house, 3, 3);
    ck_assert_int_eq(virDomainGetMaxVcpus(house.dom), 9);
    end(&house);
}
END_TEST

START_TEST(a_guest_that_refuses_leaves_the_definition)
{
    struct house house;
    char *before;
    char *after;

    begin(&house, VM_REFUSE, "");
    OK(virDomainSetVcpusFlags(house.dom, 4, BOTH));
    before = virDomainGetXMLDesc(house.dom, VIR_DOMAIN_XML_INACTIVE);
    REFUSED(virDomainSetVcpusFlags(house.dom, 2, BOTH),
            VIR_ERR_OPERATION_FAILED);
    after = virDomainGetXMLDesc(house.dom, VIR_DOMAIN_XML_INACTIVE);
    ck_assert_str_eq(before, after);
    counts_are(&house, 4, 4);
    free(before);
    free(after);
    end(&house);
}
END_TEST

START_TEST(a_guest_that_is_late_leaves_the_definition)
{
    struct house house;
    long long start;

    begin(&house, VM_DEAF, "");
    start = lab_now_ms();
    REFUSED(virDomainSetVcpusFlags(house.dom, 1, BOTH),
            VIR_ERR_OPERATION_TIMEOUT);
    ck_assert_int_lt(lab_now_ms() - start, 5000);
    ck_assert(strstr(virGetLastErrorMessage(), "0 of 1"));
    counts_are(&house, 2, 2);
    end(&house);
}
END_TEST

/* The new thread must be pinned too: the kernel would let it go where QEMU's
 * first thread may. */
START_TEST(a_vcpu_that_comes_is_pinned_as_was_asked)
{
    struct house house;
    int tids[4];

    begin(&house, VM_TINY, "");
    OK(vcpuconfDomainPinVcpuSet(house.dom, 2, "0", VIR_DOMAIN_AFFECT_LIVE));
    OK(vcpuconfDomainPinVcpuSet(house.dom, 3, "0", BOTH));
    counts_are(&house, 2, 2);
    OK(virDomainSetVcpus(house.dom, 4));
    ck_assert_int_eq(qmp_threads(&house.vm.mon, tids, 4), 4);
    ck_assert(may_run_on(tids[2], 0, 1));
    ck_assert(may_run_on(tids[3], 0, 1));
    ck_assert(may_run_on(tids[1], 0, 0));
    end(&house);
}
END_TEST

START_TEST(a_pin_is_in_both_halves)
{
    struct house house;
    unsigned char maps[2] = {0, 0};
    int tids[2];

    begin(&house, VM_TINY, "");
    OK(vcpuconfDomainPinVcpuSet(house.dom, 1, "0", BOTH));
    ck_assert_int_eq(qmp_threads(&house.vm.mon, tids, 2), 2);
    ck_assert(may_run_on(tids[1], 0, 1));
    ck_assert_int_eq(virDomainGetVcpuPinInfo(house.dom, 2, maps, 1,
                                             VIR_DOMAIN_AFFECT_CONFIG),
                     2);
    ck_assert_uint_eq(maps[1], 1);
    OK(vcpuconfDomainUnpinVcpu(house.dom, 1, BOTH));
    ck_assert_int_eq(
        virDomainGetVcpuPinInfo(house.dom, 2, maps, 1, VIR_DOMAIN_AFFECT_LIVE),
        2);
    ck_assert_uint_eq(maps[1], maps[0]);
    end(&house);
}
END_TEST

START_TEST(a_new_run_is_made_as_defined_once)
{
    struct house house;
    char *report = NULL;
    char last[24];
    int tids[3];

    (void)snprintf(last, sizeof(last), "%ld",
                   sysconf(_SC_NPROCESSORS_ONLN) - 1);
    begin(&house, VM_TINY,
          "<cputune><vcpupin vcpu='0' cpuset='0'/>"
          "<vcpupin vcpu='2' cpuset='0'/></cputune>");
    OK(virDomainSetVcpusFlags(house.dom, 3, VIR_DOMAIN_AFFECT_CONFIG));
    ck_assert_int_eq(vcpuconfDomainReconcile(house.dom, &report, 0),
                     VCPUCONF_RECONCILE_APPLIED);
    free(report);
    counts_are(&house, 3, 3);
    ck_assert_int_eq(qmp_threads(&house.vm.mon, tids, 3), 3);
    ck_assert(may_run_on(tids[0], 0, 1) && may_run_on(tids[2], 0, 1));
    ck_assert_int_eq(vcpuconfDomainReconcile(house.dom, NULL, 0),
                     VCPUCONF_RECONCILE_ALREADY);
    /* a later change of this run alone stays */
    OK(vcpuconfDomainPinVcpuSet(house.dom, 0, last, VIR_DOMAIN_AFFECT_LIVE));
    ck_assert_int_eq(vcpuconfDomainReconcile(house.dom, NULL, 0),
                     VCPUCONF_RECONCILE_DRIFTED);
    ck_assert(may_run_on(tids[0], (unsigned)atoi(last), 1));
    vm_kill(&house.vm);
    run_machine(&house, VM_TINY);
    ck_assert_int_eq(vcpuconfDomainReconcile(house.dom, NULL, 0),
                     VCPUCONF_RECONCILE_APPLIED);
    ck_assert_int_eq(qmp_threads(&house.vm.mon, tids, 3), 3);
    ck_assert(may_run_on(tids[0], 0, 1) && may_run_on(tids[2], 0, 1));
    end(&house);
}
END_TEST

START_TEST(the_calls_show_what_the_machine_does)
{
    virVcpuInfo info[9];
    struct house house;
    virNodeInfo node;
    int state = -1;
    int i;

    begin(&house, VM_SPIN, "");
    ck_assert_str_eq(virConnectGetType(house.conn), "QEMU");
    ck_assert_int_eq(virDomainGetID(house.dom), house.vm.pid);
    ck_assert_int_eq(virDomainGetVcpus(house.dom, info, 9, NULL, 0), 9);
    for (i = 0; i < 9; i++) {
        ck_assert_int_eq(info[i].number, i);
        ck_assert_int_eq(info[i].state == VIR_VCPU_OFFLINE, i >= 2);
    }
    ck_assert_uint_gt(info[0].cpuTime, 0);
    ck_assert_int_eq(info[2].cpu, -1);
    OK(virNodeGetInfo(house.conn, &node));
    ck_assert_uint_ge(VIR_NODEINFO_MAXCPUS(node), node.cpus);
    ck_assert(qmp_do(&house.vm.mon, "{\"execute\":\"stop\"}\n"));
    OK(virDomainGetState(house.dom, &state, NULL, 0));
    ck_assert_int_eq(state, VIR_DOMAIN_PAUSED);
    REFUSED(virDomainCreate(house.dom), VIR_ERR_OPERATION_INVALID);
    REFUSED(virDomainDestroy(house.dom), VIR_ERR_NO_SUPPORT);
    REFUSED(virDomainSetGuestVCPUState(house.dom, 1, false, 0),
            VIR_ERR_ARGUMENT_UNSUPPORTED);
    end(&house);
}
END_TEST

START_TEST(a_machine_without_a_definition_is_transient)
{
    struct house house;
    virDomainPtr *all = NULL;
    char *xml;

    begin(&house, VM_TINY, "");
    OK(virDomainUndefine(house.dom));
    ck_assert_int_eq(virDomainIsActive(house.dom), 1);
    ck_assert_int_eq(virDomainIsPersistent(house.dom), 0);
    xml = virDomainGetXMLDesc(house.dom, 0);
    ck_assert_ptr_nonnull(xml);
    ck_assert(strstr(xml, "<name>web</name>"));
    ck_assert(strstr(xml, UUID));
    free(xml);
    ck_assert_int_eq(virConnectListAllDomains(
                         house.conn, &all, VIR_CONNECT_LIST_DOMAINS_TRANSIENT),
                     1);
    (void)virDomainFree(all[0]);
    free(all);
    OK(virDomainSetVcpus(house.dom, 3));
    REFUSED(virDomainSetVcpusFlags(house.dom, 3, BOTH),
            VIR_ERR_OPERATION_INVALID);
    end(&house);
}
END_TEST

/* Another client holds the monitor: the run can't be asked, which is said, and
 * nobody takes it for one that does not run; the definition is there. */
START_TEST(the_stored_half_is_there_while_the_monitor_is_held)
{
    static struct qmp other;
    virDomainPtr *domains = NULL;
    struct house house;
    virConnectPtr conn; /* one that has never seen the run */
    virDomainPtr dom;
    char *text;

    begin(&house, VM_TINY, "");
    (void)vm_path(&house.vm, ".qmp", house.path, sizeof(house.path));
    ck_assert_int_eq(qmp_connect(&other, house.path, 5000), 0);
    conn = virConnectOpen(house.uri);
    ck_assert_msg(conn != NULL, "%s", virGetLastErrorMessage());
    dom = virDomainLookupByName(conn, "web");
    ck_assert_msg(dom != NULL, "%s", virGetLastErrorMessage());
    OK(virDomainSetVcpusFlags(dom, 4, VIR_DOMAIN_AFFECT_CONFIG));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, VIR_DOMAIN_AFFECT_CONFIG), 4);
    REFUSED(virDomainSetVcpusFlags(dom, 5, VIR_DOMAIN_AFFECT_CURRENT),
            VIR_ERR_RESOURCE_BUSY);
    REFUSED(virDomainSetVcpusFlags(dom, 5, BOTH), VIR_ERR_RESOURCE_BUSY);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, VIR_DOMAIN_AFFECT_CONFIG), 4);
    REFUSED(virDomainIsActive(dom), VIR_ERR_RESOURCE_BUSY);
    ck_assert_int_eq(
        virConnectListAllDomains(conn, &domains,
                                 VIR_CONNECT_LIST_DOMAINS_ACTIVE),
        1);
    ck_assert_str_eq(virDomainGetName(domains[0]), "web");
    (void)virDomainFree(domains[0]);
    free(domains);
    text = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "current='4'"));
    (void)virDomainFree(dom);
    dom = virDomainDefineXML(conn, text);
    ck_assert_msg(dom != NULL, "%s", virGetLastErrorMessage());
    OK(virDomainUndefine(dom));
    (void)virDomainFree(dom);
    free(text);
    ck_assert_int_eq(virConnectClose(conn), 0);
    qmp_end(&other);
    ck_assert_int_eq(virDomainIsActive(house.dom), 1);
    end(&house);
}
END_TEST

static int map_count(struct house *house, unsigned kind)
{
    const char *map = NULL;
    int n = 0;
    int i;

    ck_assert_int_eq(virDomainGetVCPUMap(house->dom, &map, kind), 9);
    for (i = 0; i < 9; i++)
        n += VIR_CPU_USED(map, i) != 0;
    free((void *)(uintptr_t)map);
    return n;
}

/* A plan says what the call says, and a map what a plan says. */
START_TEST(what_the_machine_would_refuse_is_never_planned)
{
    struct house house;
    vcpuconfBatchPtr batch;

    begin(&house, VM_TINY, "");
    batch = vcpuconfBatchNew(house.conn);
    ck_assert_int_eq(map_count(&house, VIR_DOMAIN_VCPU_MAP_ONLINABLE), 7);
    ck_assert_int_eq(map_count(&house, VIR_DOMAIN_VCPU_MAP_OFFLINABLE), 1);
    ck_assert(qmp_do(&house.vm.mon, "{\"execute\":\"stop\"}\n"));
    ck_assert_int_eq(map_count(&house, VIR_DOMAIN_VCPU_MAP_OFFLINABLE), 0);
    OK(vcpuconfBatchSetVcpusFlags(batch, house.dom, 1, BOTH));
    ck_assert_ptr_null(vcpuconfBatchPlan(batch, 0));
    ck_assert_int_eq(virGetLastErrorCode(), VIR_ERR_OPERATION_INVALID);
    ck_assert(qmp_do(&house.vm.mon, "{\"execute\":\"cont\"}\n"));
    OK(vcpuconfBatchApply(batch, 0));
    vcpuconfBatchFree(batch);

    batch = vcpuconfBatchNew(house.conn);
    OK(vcpuconfBatchSetVcpusFlags(batch, house.dom, 3, VIR_DOMAIN_AFFECT_LIVE));
    ck_assert_ptr_null(vcpuconfBatchPlan(batch, 0));
    ck_assert_int_eq(virGetLastErrorCode(), VIR_ERR_OPERATION_UNSUPPORTED);
    ck_assert(strstr(virGetLastErrorMessage(), "vcpus 1-2 can't be plugged"));
    ck_assert_int_eq(map_count(&house, VIR_DOMAIN_VCPU_MAP_ONLINABLE), 0);
    ck_assert_int_eq(map_count(&house, VIR_DOMAIN_VCPU_MAP_ONLINABLE |
                                           VIR_DOMAIN_AFFECT_CONFIG),
                     8);
    vcpuconfBatchFree(batch);
    end(&house);
}
END_TEST

/* Else it would have to be undone, which marks it for the rest of its run. */
START_TEST(a_domain_is_not_touched_where_another_would_refuse)
{
    struct house house;
    vcpuconfBatchPtr batch;
    struct vm_spec spec = {.name = "other"};
    struct vm other;
    virDomainPtr dom;

    begin(&house, VM_TINY, "");
    spec.dir = house.dir;
    ck_assert_int_eq(vm_start(&spec, &other), 0);
    dom = virDomainLookupByName(house.conn, "other");
    ck_assert_ptr_nonnull(dom);
    OK(virDomainSetVcpus(dom, 1));
    batch = vcpuconfBatchNew(house.conn);
    OK(vcpuconfBatchSetVcpusFlags(batch, house.dom, 4, VIR_DOMAIN_AFFECT_LIVE));
    OK(vcpuconfBatchSetVcpusFlags(batch, dom, 3, VIR_DOMAIN_AFFECT_LIVE));
    REFUSED(vcpuconfBatchApply(batch, 0), VIR_ERR_OPERATION_UNSUPPORTED);
    ck_assert(strstr(virGetLastErrorMessage(), "'other'"));
    counts_are(&house, 2, 2);
    OK(virDomainSetVcpus(house.dom, 4));
    vcpuconfBatchFree(batch);
    (void)virDomainFree(dom);
    vm_end(&other);
    end(&house);
}
END_TEST

/* Another client holds its monitor, which is called otherwise than the domain:
 * it runs all the same, and what is meant for now does not go into the store. */
START_TEST(a_domain_that_is_held_does_not_count_as_shut_off)
{
    static struct qmp other;
    struct house house;
    struct vm_spec spec = {.dir = house.dir,
                           .name = "vm101",
                           .more = "-name",
                           .more_value = "guest=held,debug-threads=on"};
    virDomainPtr dom;
    struct vm vm;
    char path[4200];

    begin(&house, VM_TINY, "");
    ck_assert_int_eq(vm_start(&spec, &vm), 0);
    ck_assert_int_eq(
        qmp_connect(&other, vm_path(&vm, ".qmp", path, sizeof(path)), 5000), 0);
    dom = virDomainDefineXML(house.conn, "<domain type='qemu'><name>held</name>"
                                         "<vcpu current='2'>9</vcpu></domain>");
    ck_assert_ptr_nonnull(dom);
    REFUSED(virDomainSetVcpusFlags(dom, 5, VIR_DOMAIN_AFFECT_CURRENT),
            VIR_ERR_RESOURCE_BUSY);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, VIR_DOMAIN_AFFECT_CONFIG), 2);
    qmp_end(&other);
    (void)virDomainFree(dom);
    vm_end(&vm);
    end(&house);
}
END_TEST

/* Only who looks for a domain of that name, of which there is none, is told. */
START_TEST(a_stale_socket_is_said_to_be_stale)
{
    struct house house;
    virDomainPtr *all;
    virDomainPtr dom;
    char ga[4200];
    char qmp[4200];
    int n;

    begin(&house, VM_BARE, "");
    (void)snprintf(ga, sizeof(ga), "%s/stale.ga", house.dir);
    (void)snprintf(qmp, sizeof(qmp), "%s/stale.qmp", house.dir);
    ck_assert_int_eq(close(vm_bind_agent(house.dir, "stale")), 0);
    ck_assert_int_eq(rename(ga, qmp), 0);
    ck_assert_ptr_null(virDomainLookupByName(house.conn, "stale"));
    ck_assert_int_eq(virGetLastErrorCode(), VIR_ERR_NO_DOMAIN);
    ck_assert_msg(strstr(virGetLastErrorMessage(), "'stale': its socket "
                                                   "'stale.qmp' is stale"),
                  "%s", virGetLastErrorMessage());
    ck_assert_ptr_null(virDomainLookupByName(house.conn, "none"));
    ck_assert_ptr_null(strstr(virGetLastErrorMessage(), "socket"));
    n = virConnectListAllDomains(house.conn, &all, 0);
    ck_assert_int_eq(n, 1);
    (void)virDomainFree(all[0]);
    free(all);
    dom = virDomainDefineXML(house.conn, "<domain type='qemu'><name>stale"
                                         "</name><vcpu>2</vcpu></domain>");
    ck_assert_ptr_nonnull(dom);
    ck_assert_int_eq(virDomainIsActive(dom), 0);
    OK(virDomainSetVcpusFlags(dom, 1, VIR_DOMAIN_AFFECT_CURRENT));
    (void)virDomainFree(dom);
    end(&house);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &both_halves_change,
        &a_guest_that_refuses_leaves_the_definition,
        &a_guest_that_is_late_leaves_the_definition,
        &a_vcpu_that_comes_is_pinned_as_was_asked,
        &a_pin_is_in_both_halves,
        &a_new_run_is_made_as_defined_once,
        &the_calls_show_what_the_machine_does,
        &a_machine_without_a_definition_is_transient,
        &the_stored_half_is_there_while_the_monitor_is_held,
        &what_the_machine_would_refuse_is_never_planned,
        &a_domain_is_not_touched_where_another_would_refuse,
        &a_domain_that_is_held_does_not_count_as_shut_off,
        &a_stale_socket_is_said_to_be_stale,
    };
    Suite *suite = suite_create("QEMU: both halves");
    TCase *tcase = tcase_create("library");
    size_t i;

    tcase_set_timeout(tcase, 60);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
