/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Read-only connections: all can be read, nothing changed. */
#include "apitest.h"

#include <unistd.h>

static virConnectPtr ro;

static virDomainPtr reader_of(virDomainPtr dom)
{
    ro = virConnectOpenReadOnly(api_uri(NULL, ""));
    ck_assert_msg(ro != NULL, "%s", virGetLastErrorMessage());
    return api_by(ro, dom);
}

static void check_setters(virDomainPtr dom, int code)
{
    unsigned char map[1] = {1};
    unsigned flags;

    REFUSED(virDomainSetVcpus(dom, 1), code, NULL);
    REFUSED(virDomainPinVcpu(dom, 0, map, 1), code, NULL);
    for (flags = 0; flags <= (LIVE | CONFIG); flags++) {
        REFUSED(virDomainSetVcpusFlags(dom, 1, flags), code, NULL);
        REFUSED(virDomainPinVcpuFlags(dom, 0, map, 1, flags), code, NULL);
        REFUSED(vcpuconfDomainPinVcpuSet(dom, 0, "1", flags), code, NULL);
        REFUSED(vcpuconfDomainUnpinVcpu(dom, 0, flags), code, NULL);
        REFUSED(virDomainSetVCPUState(dom, 1, false, flags), code, NULL);
        REFUSED(virDomainSetVcpu(dom, "1", 0, flags), code, NULL);
    }
    REFUSED(virDomainSetVcpusFlags(dom, 8, MAXIMUM | CONFIG), code, NULL);
    REFUSED(virDomainSetVcpusFlags(dom, 1, GUEST), code, NULL);
    REFUSED(virDomainSetGuestVCPUState(dom, 1, false, 0), code, NULL);
    REFUSED(virDomainSetGuestVcpus(dom, "1", 0, 0), code, NULL);
}

START_TEST(setters_are_denied_and_change_nothing)
{
    virDomainPtr dom =
        reader_of(api_start("d", "<vcpu>2</vcpu><cputune>"
                                 "<vcpupin vcpu='0' cpuset='2'/></cputune>"));

    check_setters(dom, VIR_ERR_OPERATION_DENIED);
    OK(virConnectClose(ro));
}
END_TEST

START_TEST(definitions_and_lives_are_denied_and_change_nothing)
{
    virDomainPtr live = api_start("live", "<vcpu>2</vcpu>");
    virDomainPtr dom = reader_of(api_define("d", "<vcpu>2</vcpu>"));
    virDomainPtr runs = api_by(ro, live);
    vcpuconfImportItem item = {.xml = api_document("x", "")};
    unsigned char uuid[VIR_UUID_BUFLEN];

    item.len = strlen(item.xml);
    OK(virDomainGetUUID(dom, uuid));
    OK(virDomainSetVcpusFlags(api_by(eye, dom), 1, CONFIG));
    REFUSED_PTR(virDomainDefineXML(ro, item.xml), VIR_ERR_OPERATION_DENIED,
                NULL);
    REFUSED_PTR(virDomainDefineXMLFlags(ro, item.xml, 0),
                VIR_ERR_OPERATION_DENIED, NULL);
    REFUSED(vcpuconfConnectImport(ro, &item, 1, 0), VIR_ERR_OPERATION_DENIED,
            NULL);
    REFUSED(virDomainUndefine(dom), VIR_ERR_OPERATION_DENIED, NULL);
    REFUSED(virDomainUndefineFlags(dom, 0), VIR_ERR_OPERATION_DENIED, NULL);
    REFUSED(virDomainCreate(dom), VIR_ERR_OPERATION_DENIED, NULL);
    REFUSED(virDomainDestroy(runs), VIR_ERR_OPERATION_DENIED, NULL);
    REFUSED(vcpuconfDomainRestore(dom, 1, 0), VIR_ERR_OPERATION_DENIED, NULL);
    REFUSED(vcpuconfConnectSetHistoryLimit(ro, 1, 0), VIR_ERR_OPERATION_DENIED,
            NULL);
    REFUSED_PTR(vcpuconfConnectRestore(ro, uuid, 1, 0),
                VIR_ERR_OPERATION_DENIED, NULL);
    REFUSED(vcpuconfDomainReconcile(runs, NULL, 0), VIR_ERR_OPERATION_DENIED,
            NULL);
    REFUSED(vcpuconfDomainReconcile(runs, NULL, VCPUCONF_RECONCILE_FORCE),
            VIR_ERR_OPERATION_DENIED, NULL);
    OK(virConnectClose(ro));
}
END_TEST

START_TEST(batches_are_denied_and_change_nothing)
{
    virDomainPtr dom = reader_of(api_start("d", "<vcpu>2</vcpu>"));
    vcpuconfBatchPtr batch = vcpuconfBatchNew(ro);

    if (batch && vcpuconfBatchSetVcpusFlags(batch, dom, 1, LIVE) == 0)
        REFUSED(vcpuconfBatchApply(batch, 0), VIR_ERR_OPERATION_DENIED, NULL);
    else
        ck_assert_int_eq(virGetLastErrorCode(), VIR_ERR_OPERATION_DENIED);
    vcpuconfBatchFree(batch);
    OK(virConnectClose(ro));
}
END_TEST

START_TEST(getters_read)
{
    virDomainPtr dom = reader_of(api_start("d", "<vcpu>2</vcpu>"));
    vcpuconfDiff *diffs = NULL;
    const char *before = api_look();
    char *report = NULL;

    ck_assert_int_eq(virDomainGetVcpusFlags(dom, LIVE), 2);
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0-1");
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "0-7");
    ck_assert_str_eq(api_pins(dom), "");
    ck_assert_int_eq(api_revisions(dom), 1);
    (void)api_xml(dom, 0);
    ck_assert_int_eq(vcpuconfDomainGetDiff(dom, &diffs, 0), 0);
    vcpuconfDiffFree(diffs, 0);
    OK(vcpuconfDomainReconcile(dom, &report, VCPUCONF_RECONCILE_DRY_RUN));
    (void)api_own(report);
    ck_assert_str_eq(api_look(), before);
    OK(virConnectClose(ro));
}
END_TEST

START_TEST(a_store_that_is_not_there_is_not_made)
{
    const char *path = api_text("%s/none.db", api_dir);

    ro = virConnectOpenReadOnly(api_text("test:///default?store=%s", path));
    if (ro) {
        OK(virConnectListAllDomains(ro, NULL, 0));
        FAILS(virDomainDefineXML(ro, api_document("d", "")) ? 0 : -1,
              VIR_ERR_OPERATION_DENIED, NULL);
        OK(virConnectClose(ro));
    } else {
        ck_assert_int_eq(virGetLastErrorCode(), VIR_ERR_OPEN_FAILED);
    }
    ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(changes_of_others_are_seen)
{
    virDomainPtr dom = api_start("d", "<vcpu>2</vcpu>");
    virDomainPtr seen = reader_of(dom);

    OK(virDomainSetVcpusFlags(dom, 1, LIVE | CONFIG));
    ck_assert_int_eq(virDomainGetVcpusFlags(seen, LIVE), 1);
    ck_assert_int_eq(virDomainGetVcpusFlags(seen, CONFIG), 1);
    OK(virConnectClose(ro));
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("readonly", &t);

    tcase_add_test(t, setters_are_denied_and_change_nothing);
    tcase_add_test(t, definitions_and_lives_are_denied_and_change_nothing);
    tcase_add_test(t, batches_are_denied_and_change_nothing);
    tcase_add_test(t, getters_read);
    tcase_add_test(t, a_store_that_is_not_there_is_not_made);
    tcase_add_test(t, changes_of_others_are_seen);
    return s;
}

VC_TEST_MAIN(make_suite)
