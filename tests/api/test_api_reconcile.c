/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Differences and their mending, and definitions that can't be read. */
#include "apitest.h"

#include <sqlite3.h>

/* Somebody else starts the domain: by another store on the same host. */
static virDomainPtr start_elsewhere(const char *xml)
{
    virConnectPtr starter = virConnectOpen(
        api_text("test:///default?store=%s/starter.db", api_dir));
    virDomainPtr dom = api_own_domain(virDomainDefineXML(starter, xml));

    OK(virConnectClose(starter)); /* the handle keeps it */
    OK(virDomainCreate(dom));
    return dom;
}

static const char *diff_of(virDomainPtr dom)
{
    vcpuconfDiff *diffs = NULL;
    int n = vcpuconfDomainGetDiff(dom, &diffs, 0);
    const char *text = "";
    int i;

    ck_assert_msg(n >= 0, "%s", virGetLastErrorMessage());
    for (i = 0; i < n; i++)
        text = api_text("%s%d/%d %s %s;", text, diffs[i].kind, diffs[i].vcpu,
                        diffs[i].config, diffs[i].live);
    vcpuconfDiffFree(diffs, n);
    return text;
}

static int reconcile(virDomainPtr dom, unsigned flags, const char **report)
{
    char *text = NULL;
    int result = vcpuconfDomainReconcile(dom, &text, flags);

    ck_assert_msg(result >= 0, "%s", virGetLastErrorMessage());
    *report = api_own(text);
    return result;
}

START_TEST(differences_are_told)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>4</vcpu><cputune>"
                                      "<vcpupin vcpu='0' cpuset='1'/>"
                                      "<vcpupin vcpu='3' cpuset='2'/>"
                                      "</cputune>");
    vcpuconfDiff *diffs = NULL;

    ck_assert_str_eq(diff_of(dom), "");
    OK(vcpuconfDomainPinVcpuSet(dom, 1, "7", LIVE)); /* nothing is stated */
    ck_assert_str_eq(diff_of(dom), "");
    OK(vcpuconfDomainPinVcpuSet(dom, 0, "5-6", LIVE));
    ck_assert_str_eq(diff_of(dom), "2/0 1 5-6;");
    OK(virDomainSetVcpus(dom, 3));
    ck_assert_ptr_nonnull(strstr(diff_of(dom), "1/2 offline online;"));
    OK(virDomainSetVcpusFlags(dom, 8, MAXIMUM | CONFIG));
    ck_assert_ptr_nonnull(strstr(diff_of(dom), "0/-1 8 4;"));
    REFUSED(vcpuconfDomainGetDiff(dom, &diffs, 1), VIR_ERR_INVALID_ARG,
            "unsupported flags (0x1)");
    REFUSED(vcpuconfDomainGetDiff(dom, NULL, 0), VIR_ERR_INVALID_ARG, NULL);
    dom = api_define("off", "");
    REFUSED(vcpuconfDomainGetDiff(dom, &diffs, 0), VIR_ERR_OPERATION_INVALID,
            "=domain is not running");
    REFUSED(vcpuconfDomainReconcile(dom, NULL, 0), VIR_ERR_OPERATION_INVALID,
            "=domain is not running");
    REFUSED(vcpuconfDomainReconcile(dom, NULL, 4), VIR_ERR_INVALID_ARG,
            "unsupported flags (0x4)");
}
END_TEST

/* Was it the definition that changed since, or the run? */
START_TEST(differences_tell_what_was_reconciled)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>4</vcpu><cputune>"
                                      "<vcpupin vcpu='0' cpuset='1'/>"
                                      "</cputune>");
    vcpuconfDiff *diffs = NULL;

    OK(vcpuconfDomainPinVcpuSet(dom, 0, "3", CONFIG));
    OK(vcpuconfDomainPinVcpuSet(dom, 1, "4", CONFIG));
    OK(virDomainSetVcpusFlags(dom, 8, MAXIMUM | CONFIG));
    OK(virDomainSetVcpus(dom, 3));
    ck_assert_int_eq(vcpuconfDomainGetDiff(dom, &diffs, 0), 4);
    ck_assert_int_eq(diffs[0].kind, VCPUCONF_DIFF_MAXIMUM);
    ck_assert_str_eq(diffs[0].reconciled, "4");
    ck_assert_str_eq(diffs[1].config, "3");
    ck_assert_str_eq(diffs[1].live, "1");
    ck_assert_str_eq(diffs[1].reconciled, "1");
    ck_assert_str_eq(diffs[2].config, "4");
    ck_assert_str_eq(diffs[2].reconciled, "-");
    ck_assert_str_eq(diffs[3].config, "offline");
    ck_assert_str_eq(diffs[3].reconciled, "offline");
    vcpuconfDiffFree(diffs, 4);
    dom = start_elsewhere(api_document("e", "<vcpu current='1'>2</vcpu>"));
    dom = api_define("e", "<vcpu>2</vcpu>");
    ck_assert_int_eq(vcpuconfDomainGetDiff(dom, &diffs, 0), 1);
    ck_assert_ptr_null(diffs[0].reconciled);
    vcpuconfDiffFree(diffs, 1);
}
END_TEST

START_TEST(a_transient_domain_has_nothing_to_compare_with)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>4</vcpu>");
    vcpuconfDiff *diffs = NULL;
    unsigned flags;

    OK(virDomainUndefine(dom));
    REFUSED(vcpuconfDomainGetDiff(dom, &diffs, 0), VIR_ERR_OPERATION_INVALID,
            NULL);
    for (flags = 0; flags < 4; flags++)
        REFUSED(vcpuconfDomainReconcile(dom, NULL, flags),
                VIR_ERR_OPERATION_INVALID, NULL);
}
END_TEST

START_TEST(live_becomes_config_once_per_instance)
{
    virDomainPtr dom = api_define("d", "<vcpu current='2' cpuset='4-5'>4</vcpu>"
                                       "<cputune><vcpupin vcpu='0' cpuset='1'/>"
                                       "<vcpupin vcpu='3' cpuset='2'/>"
                                       "</cputune>");
    virDomainPtr started =
        start_elsewhere(api_document("d", "<vcpu current='3'>4</vcpu>"));
    const char *before = api_look();
    const char *report;
    const char *dry;

    OK(reconcile(dom, VCPUCONF_RECONCILE_DRY_RUN, &dry));
    ck_assert_str_eq(api_look(), before);
    ck_assert_ptr_nonnull(strstr(dry, "live    "));
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_APPLIED);
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-1");
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "1");
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "4-5");
    ck_assert_str_eq(diff_of(dom), "");
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_ALREADY);
    OK(virDomainSetVcpus(dom, 4));
    ck_assert_str_eq(api_cpus(dom, 3, LIVE), "2");
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_DRIFTED);
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-3");
    before = api_look();
    OK(reconcile(dom, VCPUCONF_RECONCILE_DRY_RUN | VCPUCONF_RECONCILE_FORCE,
                 &dry));
    ck_assert_str_eq(api_look(), before);
    ck_assert_int_eq(reconcile(dom, VCPUCONF_RECONCILE_FORCE, &report),
                     VCPUCONF_RECONCILE_APPLIED);
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-1");
    /* the next run of it */
    OK(virDomainDestroy(started));
    OK(virDomainCreate(started));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-2");
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_APPLIED);
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-1");
    ck_assert_int_eq(api_revisions(dom), 1);
}
END_TEST

START_TEST(our_own_start_is_reconciled_already)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>4</vcpu><cputune>"
                                      "<vcpupin vcpu='0' cpuset='1'/>"
                                      "</cputune>");
    const char *report;

    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_ALREADY);
    OK(virDomainSetVcpus(dom, 3));
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_DRIFTED);
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-2");
}
END_TEST

START_TEST(what_is_not_stated_is_left_alone)
{
    virDomainPtr dom = api_define("d", "<vcpu>2</vcpu>");
    virDomainPtr started = start_elsewhere(api_document("d", "<vcpu>2</vcpu>"));
    const char *report;

    OK(vcpuconfDomainPinVcpuSet(started, 1, "6", LIVE));
    OK(reconcile(dom, 0, &report));
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "6");
}
END_TEST

START_TEST(pins_are_cut_and_the_impossible_fails_alone)
{
    virDomainPtr dom = api_define(
        "d", "<vcpu current='2'>3</vcpu><cputune>"
             "<vcpupin vcpu='0' cpuset='100-101'/>"
             "<vcpupin vcpu='1' cpuset='3,50'/></cputune>");
    const char *report;

    (void)start_elsewhere(api_document("d", "<vcpu current='1'>3</vcpu>"));
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_FAILED);
    ck_assert_ptr_nonnull(strstr(report, "100-101"));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-1");
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "3");
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "0-7");
}
END_TEST

START_TEST(a_step_that_fails_does_not_stop_the_others)
{
    virDomainPtr dom;
    const char *report;

    (void)start_elsewhere(api_document("d", "<vcpu>3</vcpu>"));
    api_reopen("fault=set_affinity:2:fail");
    dom = api_define("d", "<vcpu>3</vcpu><cputune>"
                          "<vcpupin vcpu='0' cpuset='1'/>"
                          "<vcpupin vcpu='1' cpuset='2'/>"
                          "<vcpupin vcpu='2' cpuset='3'/></cputune>");
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_FAILED);
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "1");
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "0-7");
    ck_assert_str_eq(api_cpus(dom, 2, LIVE), "3");
    ck_assert_ptr_nonnull(strstr(report, "1"));
    OK(reconcile(dom, VCPUCONF_RECONCILE_FORCE, &report));
    ck_assert_str_eq(diff_of(dom), "");
}
END_TEST

START_TEST(another_maximum_needs_a_restart)
{
    virDomainPtr dom = api_define("d", "<vcpu current='2'>8</vcpu>");
    const char *report;

    (void)start_elsewhere(api_document("d", "<vcpu current='1'>4</vcpu>"));
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_RESTART);
    ck_assert_ptr_nonnull(strstr(report, "needs restart"));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-1");
}
END_TEST

START_TEST(a_definition_of_vcpu_0_offline_is_reported)
{
    virDomainPtr dom = api_define(
        "d", "<vcpu current='1'>2</vcpu><vcpus>"
             "<vcpu id='0' enabled='no' hotpluggable='yes'/>"
             "<vcpu id='1' enabled='yes' hotpluggable='yes'/></vcpus>");
    const char *report;

    (void)start_elsewhere(api_document("d", "<vcpu>2</vcpu>"));
    (void)reconcile(dom, 0, &report);
    ck_assert_str_ne(report, "");
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-1");
}
END_TEST

START_TEST(another_uuid_is_matched_by_name)
{
    virDomainPtr dom = api_define("d", "<vcpu current='1'>2</vcpu>");
    const char *report;

    (void)start_elsewhere("<domain><name>d</name><uuid>99999999-2222-3333-4444-"
                          "555555555555</uuid><vcpu>2</vcpu></domain>");
    ck_assert_int_eq(virDomainIsActive(dom), 1);
    ck_assert_int_eq(virConnectListAllDomains(conn, NULL, 0), 2);
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_APPLIED);
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0");
    OK(virDomainSetVcpusFlags(dom, 2, LIVE | CONFIG));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 2);
}
END_TEST

/* ---- Definitions that can't be read ---- */

static void damage_summary(const char *name, const char *value)
{
    const char *sql = api_text("UPDATE domain SET summary = %s WHERE name = "
                               "'%s'", value, name);
    sqlite3 *db = NULL;
    char *why = NULL;

    ck_assert_int_eq(sqlite3_open(api_text("%s/store.db", api_dir), &db),
                     SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s",
                  why);
    ck_assert_int_eq(sqlite3_changes(db), 1);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static void check_damaged(virDomainPtr dom)
{
    virDomainPtr *doms = NULL;
    virVcpuInfo info[2];

    ck_assert_int_eq(virConnectListAllDomains(
                         conn, &doms, VIR_CONNECT_LIST_DOMAINS_PERSISTENT), 2);
    ck_assert_str_eq(virDomainGetName(doms[0]), "bad");
    OK(virDomainFree(doms[0]));
    OK(virDomainFree(doms[1]));
    free(doms);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), -1);
    ck_assert_ptr_nonnull(strstr(virGetLastErrorMessage(), "bad"));
    ck_assert_int_eq(virDomainGetMaxVcpus(dom), -1);
    ck_assert_int_eq(virDomainGetVcpus(dom, info, 2, NULL, 0), -1);
    ck_assert_int_eq(virDomainSetVcpusFlags(dom, 1, CONFIG), -1);
    ck_assert_ptr_null(vcpuconfDomainGetPins(dom, NULL));
    ck_assert_int_eq(virDomainCreate(dom), -1);
}

static const char *const damages[] = {"x''", "x'00'", "x'ffffffffffff'",
                                      "CAST('{}' AS BLOB)",
                                      "zeroblob(100000)"};

START_TEST(an_undecodable_definition_is_listed_with_its_error)
{
    virDomainPtr good = api_define("good", "<vcpu>2</vcpu>");
    size_t i;

    for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        virDomainPtr dom = api_define("bad", "<vcpu>2</vcpu>");

        damage_summary("bad", damages[i]);
        check_damaged(dom);
        ck_assert_int_eq(virDomainGetVcpusFlags(good, CONFIG), 2);
        if (i % 2) {
            OK(virDomainUndefine(dom));
        } else {
            (void)api_define("bad", "<vcpu>3</vcpu>");
            ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 3);
        }
    }
}
END_TEST

START_TEST(storing_the_same_document_mends_an_undecodable_definition)
{
    virDomainPtr dom = api_define("bad", "<vcpu>2</vcpu>");

    damage_summary("bad", "x'00'");
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), -1);
    (void)api_define("bad", "<vcpu>2</vcpu>");
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 2);
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("reconcile", &t);

    tcase_add_test(t, differences_are_told);
    tcase_add_test(t, differences_tell_what_was_reconciled);
    tcase_add_test(t, a_transient_domain_has_nothing_to_compare_with);
    tcase_add_test(t, live_becomes_config_once_per_instance);
    tcase_add_test(t, our_own_start_is_reconciled_already);
    tcase_add_test(t, what_is_not_stated_is_left_alone);
    tcase_add_test(t, pins_are_cut_and_the_impossible_fails_alone);
    tcase_add_test(t, a_step_that_fails_does_not_stop_the_others);
    tcase_add_test(t, another_maximum_needs_a_restart);
    tcase_add_test(t, a_definition_of_vcpu_0_offline_is_reported);
    tcase_add_test(t, another_uuid_is_matched_by_name);
    tcase_add_test(t, an_undecodable_definition_is_listed_with_its_error);
    tcase_add_test(t,
                   storing_the_same_document_mends_an_undecodable_definition);
    return s;
}

VC_TEST_MAIN(make_suite)
