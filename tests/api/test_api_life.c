/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start, stop, undefine, lists, history, and handles that outlive things. */
#include "apitest.h"

#define LIST(name) VIR_CONNECT_LIST_DOMAINS_##name

static int state_of(virDomainPtr dom)
{
    int state = -1;

    OK(virDomainGetState(dom, &state, NULL, 0));
    return state;
}

START_TEST(start_and_stop)
{
    virDomainPtr dom = api_define("d", "<vcpu current='2'>4</vcpu>");
    int reason = 9;
    int state;

    ck_assert_int_eq(virDomainIsActive(dom), 0);
    ck_assert_uint_eq(virDomainGetID(dom), (unsigned)-1);
    ck_assert_int_eq(state_of(dom), VIR_DOMAIN_SHUTOFF);
    REFUSED(virDomainDestroy(dom), VIR_ERR_OPERATION_INVALID,
            "=domain is not running");
    OK(virDomainCreate(dom));
    ck_assert_int_eq(virDomainIsActive(dom), 1);
    ck_assert_uint_ne(virDomainGetID(dom), (unsigned)-1);
    OK(virDomainGetState(dom, &state, &reason, 0));
    ck_assert_int_eq(state, VIR_DOMAIN_RUNNING);
    ck_assert_int_eq(reason, 0);
    REFUSED(virDomainCreate(dom), VIR_ERR_OPERATION_INVALID, NULL);
    REFUSED(virDomainGetState(dom, &state, NULL, 1), VIR_ERR_INVALID_ARG,
            "=unsupported flags (0x1) in function virDomainGetState");
    REFUSED(virDomainGetState(dom, NULL, NULL, 0), VIR_ERR_INVALID_ARG, NULL);
    OK(virDomainDestroy(dom));
    ck_assert_uint_eq(virDomainGetID(dom), (unsigned)-1);
    ck_assert_int_eq(virDomainIsPersistent(dom), 1);
}
END_TEST

START_TEST(a_start_that_fails_leaves_nothing_running)
{
    virDomainPtr dom;

    api_host("pinoffline=no", "fault=set_affinity:1:fail,create:2:fail");
    dom = api_define("d", "<vcpu>2</vcpu><cputune>"
                          "<vcpupin vcpu='1' cpuset='1'/></cputune>");
    (void)virDomainCreate(dom);
    if (virDomainIsActive(dom) == 1) {
        ck_assert_str_eq(api_cpus(dom, 1, LIVE), "1");
        OK(virDomainDestroy(dom));
    }
    REFUSED(virDomainCreate(dom), VIR_ERR_OPERATION_FAILED, NULL);
    OK(virDomainCreate(dom));
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "1");
}
END_TEST

START_TEST(undefine_of_a_running_domain_makes_it_transient)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>4</vcpu>");

    OK(virDomainUndefine(dom));
    ck_assert_int_eq(virDomainIsPersistent(dom), 0);
    ck_assert_int_eq(virDomainIsActive(dom), 1);
    OK(virDomainSetVcpus(dom, 4));
    OK(vcpuconfDomainPinVcpuSet(dom, 3, "2", 0));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, 0), 4);
    REFUSED(virDomainUndefine(dom), VIR_ERR_OPERATION_INVALID, NULL);
    REFUSED(virDomainSetVcpusFlags(dom, 2, CONFIG), VIR_ERR_OPERATION_INVALID,
            "=transient domains do not have any persistent config");
    REFUSED(virDomainGetVcpusFlags(dom, CONFIG), VIR_ERR_OPERATION_INVALID,
            "=transient domains do not have any persistent config");
    REFUSED(vcpuconfDomainGetPins(dom, NULL) ? 0 : -1,
            VIR_ERR_OPERATION_INVALID, NULL);
    REFUSED_PTR(virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE),
                VIR_ERR_OPERATION_INVALID, NULL);
    REFUSED(virDomainCreate(dom), VIR_ERR_OPERATION_INVALID, NULL);
    (void)api_define("d", "<vcpu>1</vcpu>");
    ck_assert_int_eq(virDomainIsPersistent(dom), 1);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, LIVE), 4);
    OK(virDomainUndefineFlags(dom, VIR_DOMAIN_UNDEFINE_NVRAM));
    REFUSED(virDomainUndefineFlags(dom, 1 << 7), VIR_ERR_INVALID_ARG,
            "=unsupported flags (0x80) in function virDomainUndefineFlags");
}
END_TEST

START_TEST(a_handle_outlives_its_domain)
{
    virDomainPtr dom = api_start("d", "<vcpu>2</vcpu>");
    unsigned char map[1] = {1};
    virVcpuInfo info[2];
    const char *vcpus;

    OK(virDomainUndefine(dom));
    OK(virDomainDestroy(dom));
    ck_assert_str_eq(virDomainGetName(dom), "d");
    REFUSED(virDomainSetVcpus(dom, 1), VIR_ERR_NO_DOMAIN, "d");
    REFUSED(virDomainSetVcpusFlags(dom, 1, CONFIG), VIR_ERR_NO_DOMAIN, "d");
    REFUSED(virDomainGetVcpusFlags(dom, 0), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED(virDomainGetMaxVcpus(dom), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED(virDomainPinVcpu(dom, 0, map, 1), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED(virDomainGetVcpus(dom, info, 2, NULL, 0), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED(virDomainGetVCPUMap(dom, &vcpus, 0), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED(virDomainCreate(dom), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED(virDomainDestroy(dom), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED(virDomainUndefine(dom), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED_PTR(virDomainGetXMLDesc(dom, 0), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED(vcpuconfDomainReconcile(dom, NULL, 0), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED_PTR(virDomainLookupByName(conn, "d"), VIR_ERR_NO_DOMAIN, "d");
    (void)api_define("d", "<vcpu>2</vcpu>");
    OK(virDomainSetVcpusFlags(dom, 1, CONFIG));
}
END_TEST

START_TEST(a_handle_keeps_its_connection)
{
    virConnectPtr mine = virConnectOpen(api_uri(NULL, ""));
    virDomainPtr dom;

    (void)api_start("d", "<vcpu>2</vcpu>");
    dom = virDomainLookupByName(mine, "d");
    ck_assert_ptr_eq(virDomainGetConnect(dom), mine);
    OK(virConnectRef(mine));
    ck_assert_int_ge(virConnectClose(mine), 1);
    ck_assert_int_ge(virConnectClose(mine), 1); /* the domain's */
    OK(virDomainRef(dom));
    OK(virDomainFree(dom));
    OK(virDomainSetVcpus(dom, 1));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, LIVE), 1);
    OK(virDomainFree(dom));
}
END_TEST

START_TEST(references_of_a_connection_are_counted)
{
    virConnectPtr mine = virConnectOpen(api_uri(NULL, ""));

    OK(virConnectRef(mine));
    OK(virConnectRef(mine));
    ck_assert_int_eq(virConnectClose(mine), 2);
    ck_assert_int_eq(virConnectClose(mine), 1);
    ck_assert_int_eq(virConnectClose(mine), 0);
}
END_TEST

static const char *names(unsigned flags)
{
    virDomainPtr *doms = NULL;
    int n = virConnectListAllDomains(conn, &doms, flags);
    const char *text = "";
    int i;

    ck_assert_msg(n >= 0, "%s", virGetLastErrorMessage());
    ck_assert_ptr_null(doms[n]);
    ck_assert_int_eq(virConnectListAllDomains(conn, NULL, flags), n);
    for (i = 0; i < n; i++) {
        text = api_text("%s%s%s", text, i ? " " : "", virDomainGetName(doms[i]));
        OK(virDomainFree(doms[i]));
    }
    free(doms);
    return text;
}

START_TEST(lists_and_their_filters)
{
    virDomainPtr gone;
    virDomainPtr *doms = NULL;
    unsigned a;

    (void)api_start("z", "");
    gone = api_start("trans", "");
    (void)api_start("a", "");
    (void)api_define("y", "");
    (void)api_define("b", "");
    OK(virDomainUndefine(gone));
    ck_assert_str_eq(names(0), "Domain-0 z trans a b y");
    ck_assert_str_eq(names(LIST(ACTIVE)), "Domain-0 z trans a");
    ck_assert_str_eq(names(LIST(INACTIVE)), "b y");
    ck_assert_str_eq(names(LIST(ACTIVE) | LIST(INACTIVE)),
                     "Domain-0 z trans a b y");
    ck_assert_str_eq(names(LIST(PERSISTENT)), "z a b y");
    ck_assert_str_eq(names(LIST(TRANSIENT)), "Domain-0 trans");
    ck_assert_str_eq(names(LIST(PERSISTENT) | LIST(ACTIVE)), "z a");
    ck_assert_str_eq(names(LIST(TRANSIENT) | LIST(INACTIVE)), "");
    ck_assert_str_eq(names(LIST(RUNNING)), "Domain-0 z trans a");
    ck_assert_str_eq(names(LIST(SHUTOFF)), "b y");
    ck_assert_str_eq(names(LIST(PAUSED)), "");
    ck_assert_str_eq(names(LIST(OTHER)), "");
    ck_assert_str_eq(names(LIST(RUNNING) | LIST(SHUTOFF) | LIST(PERSISTENT)),
                     "z a b y");
    ck_assert_str_eq(names(0xff), "Domain-0 z trans a b y");
    for (a = 8; a < 32; a++)
        REFUSED(virConnectListAllDomains(conn, &doms, 1u << a),
                VIR_ERR_INVALID_ARG, "unsupported flags (0x");
    ck_assert_ptr_null(doms);
}
END_TEST

START_TEST(history_tells_each_change)
{
    virDomainPtr dom = api_define("d", "<vcpu>4</vcpu>");
    const char *first = api_xml(dom, 0);
    const char *second;
    vcpuconfRevision *revisions = NULL;
    int i;

    OK(virDomainSetVcpusFlags(dom, 2, CONFIG));
    second = api_xml(dom, 0);
    OK(vcpuconfDomainPinVcpuSet(dom, 1, "3", CONFIG));
    ck_assert_int_eq(vcpuconfDomainListRevisions(dom, &revisions, 0), 3);
    for (i = 0; i < 3; i++) {
        ck_assert_uint_eq(revisions[i].revision, 3u - (unsigned)i);
        ck_assert_int_eq(revisions[i].deleted, 0);
        ck_assert_str_ne(revisions[i].what, "");
        ck_assert_int_gt(revisions[i].time, 1577836800000000LL);
        ck_assert(i == 0 || revisions[i].time <= revisions[i - 1].time);
    }
    vcpuconfRevisionsFree(revisions, 3);
    ck_assert_str_eq(api_own(vcpuconfDomainGetRevisionXML(dom, 1, 0)), first);
    ck_assert_str_eq(api_own(vcpuconfDomainGetRevisionXML(dom, 2, 0)), second);
    REFUSED_PTR(vcpuconfDomainGetRevisionXML(dom, 4, 0), VIR_ERR_INVALID_ARG,
                "4");
    REFUSED_PTR(vcpuconfDomainGetRevisionXML(dom, 0, 0), VIR_ERR_INVALID_ARG,
                NULL);
    REFUSED_PTR(vcpuconfDomainGetRevisionXML(dom, ~0ull, 0),
                VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfDomainRestore(dom, 4, 0), VIR_ERR_INVALID_ARG, "4");
    REFUSED(vcpuconfDomainRestore(dom, 1, 1), VIR_ERR_INVALID_ARG,
            "unsupported flags (0x1)");
    REFUSED(vcpuconfDomainListRevisions(dom, &revisions, 1),
            VIR_ERR_INVALID_ARG, "unsupported flags (0x1)");
    REFUSED(vcpuconfDomainListRevisions(dom, NULL, 0), VIR_ERR_INVALID_ARG,
            NULL);
    OK(vcpuconfDomainRestore(dom, 2, 0));
    ck_assert_str_eq(api_xml(dom, 0), second);
    ck_assert_str_eq(api_pins(dom), "");
    ck_assert_int_eq(api_revisions(dom), 4);
    vcpuconfRevisionsFree(NULL, 0);
}
END_TEST

START_TEST(restore_leaves_a_running_domain)
{
    virDomainPtr dom = api_start("d", "<vcpu>4</vcpu>");

    OK(virDomainSetVcpusFlags(dom, 2, LIVE | CONFIG));
    OK(vcpuconfDomainRestore(dom, 1, 0));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, LIVE), 2);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 4);
}
END_TEST

static unsigned history_limit(virConnectPtr of, unsigned flags)
{
    unsigned limit = 12345;

    OK(vcpuconfConnectGetHistoryLimit(of, &limit, flags));
    return limit;
}

START_TEST(history_has_the_length_that_was_set)
{
    virDomainPtr dom = api_define("d", "<vcpu>4</vcpu>");
    virDomainPtr gone = api_define("e", "<vcpu>4</vcpu>");
    unsigned removed = VCPUCONF_HISTORY_REMOVED;
    vcpuconfDeleted *deleted = NULL;
    unsigned limit = 0;
    unsigned i;

    ck_assert_uint_eq(history_limit(conn, 0), 100);
    ck_assert_uint_eq(history_limit(eye, removed), 1000);
    for (i = 0; i < 20; i++)
        OK(virDomainSetVcpusFlags(dom, 1 + i % 4, CONFIG));
    OK(virDomainUndefine(gone));
    OK(vcpuconfConnectSetHistoryLimit(conn, 5, 0));
    OK(vcpuconfConnectSetHistoryLimit(conn, 1, removed));
    ck_assert_uint_eq(history_limit(eye, 0), 5);
    ck_assert_uint_eq(history_limit(eye, removed), 1);
    ck_assert_int_eq(api_revisions(dom), 5);
    OK(virDomainSetVcpusFlags(dom, 1, CONFIG));
    ck_assert_int_eq(api_revisions(dom), 5);
    REFUSED(vcpuconfDomainRestore(dom, 17, 0), VIR_ERR_INVALID_ARG,
            "there is no revision 17");
    OK(vcpuconfDomainRestore(dom, 19, 0));
    OK(virDomainUndefine(dom));
    ck_assert_int_eq(vcpuconfConnectListDeleted(conn, &deleted, 0), 1);
    ck_assert_str_eq(deleted[0].name, "d");
    ck_assert_uint_eq(deleted[0].revision, 24);
    vcpuconfDeletedFree(deleted, 1);
    OK(vcpuconfConnectCheck(conn, NULL, 0));
    REFUSED(vcpuconfConnectSetHistoryLimit(conn, 1, 2), VIR_ERR_INVALID_ARG,
            "unsupported flags (0x2)");
    REFUSED(vcpuconfConnectGetHistoryLimit(conn, &limit, 4),
            VIR_ERR_INVALID_ARG, "unsupported flags (0x4)");
    REFUSED(vcpuconfConnectGetHistoryLimit(conn, NULL, 0), VIR_ERR_INVALID_ARG,
            NULL);
}
END_TEST

START_TEST(a_removed_definition_comes_back)
{
    virDomainPtr dom = api_define("d", "<vcpu>4</vcpu>");
    const char *first = api_xml(dom, 0);
    const char *last;
    unsigned char uuid[VIR_UUID_BUFLEN];
    vcpuconfRevision *revisions = NULL;
    virDomainPtr back;

    OK(virDomainGetUUID(dom, uuid));
    OK(vcpuconfDomainPinVcpuSet(dom, 1, "3", CONFIG));
    last = api_xml(dom, 0);
    OK(virDomainUndefine(dom));
    ck_assert_int_eq(vcpuconfDomainListRevisions(dom, &revisions, 0), 3);
    ck_assert_int_eq(revisions[0].deleted, 1);
    ck_assert_int_eq(revisions[1].deleted, 0);
    vcpuconfRevisionsFree(revisions, 3);
    back = api_own_domain(vcpuconfConnectRestore(conn, uuid, 0, 0));
    ck_assert_str_eq(virDomainGetName(back), "d");
    ck_assert_str_eq(api_xml(back, 0), last);
    OK(virDomainUndefine(back));
    back = api_own_domain(vcpuconfConnectRestore(conn, uuid, 1, 0));
    ck_assert_str_eq(api_xml(back, 0), first);
    ck_assert_int_eq(api_revisions(back), 6);
    uuid[0] ^= 1;
    REFUSED_PTR(vcpuconfConnectRestore(conn, uuid, 0, 0), VIR_ERR_NO_DOMAIN,
                NULL);
    REFUSED_PTR(vcpuconfConnectRestore(conn, NULL, 0, 0), VIR_ERR_INVALID_ARG,
                NULL);
    REFUSED_PTR(vcpuconfConnectRestore(conn, uuid, 0, 4), VIR_ERR_INVALID_ARG,
                "unsupported flags (0x4)");
}
END_TEST

START_TEST(restore_does_not_take_anothers_name)
{
    virDomainPtr dom = api_define("d", "<vcpu>4</vcpu>");
    unsigned char uuid[VIR_UUID_BUFLEN];

    OK(virDomainGetUUID(dom, uuid));
    OK(virDomainUndefine(dom));
    (void)api_own_domain(virDomainDefineXML(
        conn, "<domain><name>d</name><uuid>11111111-2222-3333-4444-"
              "555555555555</uuid></domain>"));
    REFUSED_PTR(vcpuconfConnectRestore(conn, uuid, 0, 0),
                VIR_ERR_OPERATION_FAILED, "d");
}
END_TEST

START_TEST(two_connections_see_each_others_changes)
{
    const char *host = api_text("%s/host", api_dir);
    virConnectPtr a = api_connect(host, "cpus=4");
    virConnectPtr b = api_connect(host, "");
    virDomainPtr x = api_own_domain(
        virDomainDefineXML(a, api_document("d", "<vcpu current='2'>4</vcpu>")));
    virDomainPtr y = api_by(b, x);

    OK(virDomainCreate(y));
    ck_assert_int_eq(virDomainIsActive(x), 1);
    OK(virDomainSetVcpusFlags(x, 3, LIVE | CONFIG));
    ck_assert_int_eq(virDomainGetVcpusFlags(y, LIVE), 3);
    ck_assert_int_eq(virDomainGetVcpusFlags(y, CONFIG), 3);
    OK(vcpuconfDomainPinVcpuSet(y, 3, "1", LIVE | CONFIG));
    ck_assert_str_eq(api_pins(x), "3:1");
    OK(virDomainSetVcpus(x, 4));
    ck_assert_str_eq(api_cpus(y, 3, LIVE), "1");
    OK(virDomainDestroy(x));
    ck_assert_int_eq(virDomainIsActive(y), 0);
    ck_assert_ptr_null(virConnectOpen(api_uri(host, "cpus=5")));
    ck_assert_int_eq(virGetLastErrorCode(), VIR_ERR_INVALID_ARG);
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("life", &t);

    tcase_add_test(t, start_and_stop);
    tcase_add_test(t, a_start_that_fails_leaves_nothing_running);
    tcase_add_test(t, undefine_of_a_running_domain_makes_it_transient);
    tcase_add_test(t, a_handle_outlives_its_domain);
    tcase_add_test(t, a_handle_keeps_its_connection);
    tcase_add_test(t, references_of_a_connection_are_counted);
    tcase_add_test(t, lists_and_their_filters);
    tcase_add_test(t, history_tells_each_change);
    tcase_add_test(t, restore_leaves_a_running_domain);
    tcase_add_test(t, history_has_the_length_that_was_set);
    tcase_add_test(t, a_removed_definition_comes_back);
    tcase_add_test(t, restore_does_not_take_anothers_name);
    tcase_add_test(t, two_connections_see_each_others_changes);
    return s;
}

VC_TEST_MAIN(make_suite)
