/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Batches, plans, and LIVE with CONFIG: all or nothing. */
#include "apitest.h"

#include <malloc.h>
#include <sqlite3.h>

static const char *plan_of(vcpuconfBatchPtr batch)
{
    const char *before = api_look();
    const char *text = api_own(vcpuconfBatchPlan(batch, 0));

    ck_assert_str_eq(api_look(), before);
    return text;
}

START_TEST(a_plan_tells_and_changes_nothing)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>6</vcpu><cputune>"
                                      "<vcpupin vcpu='5' cpuset='1'/>"
                                      "</cputune>");
    vcpuconfBatchPtr batch = vcpuconfBatchNew(conn);
    const char *plan;

    ck_assert_str_eq(plan_of(batch), "");
    OK(vcpuconfBatchApply(batch, 0));
    OK(vcpuconfBatchSetVcpusFlags(batch, dom, 3, LIVE));
    OK(vcpuconfBatchPinVcpuSet(batch, dom, 0, "2", LIVE | CONFIG));
    OK(vcpuconfBatchSetVcpusFlags(batch, dom, 1, MAXIMUM | CONFIG));
    plan = plan_of(batch);
    ck_assert_int_eq(strncmp(plan, "live    ", 8), 0);
    ck_assert_ptr_nonnull(strstr(plan, "\nconfig  "));
    ck_assert_str_eq(plan_of(batch), plan);
    OK(vcpuconfBatchApply(batch, 0));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-2");
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "2");
    ck_assert_str_eq(api_pins(dom), "0:2");
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, MAXIMUM | CONFIG), 1);
    ck_assert_int_eq(api_revisions(dom), 2); /* one change */
    ck_assert_ptr_null(strstr(plan_of(batch), "live    "));
    ck_assert_ptr_null(strstr(plan_of(batch), "config  "));
    OK(vcpuconfBatchApply(batch, 0));
    ck_assert_int_eq(api_revisions(dom), 2);
    vcpuconfBatchFree(batch);
}
END_TEST

START_TEST(the_plan_of_a_lower_maximum_tells_what_goes)
{
    virDomainPtr dom = api_define("d", "<vcpu>6</vcpu><cputune>"
                                       "<vcpupin vcpu='5' cpuset='1'/>"
                                       "</cputune>");
    vcpuconfBatchPtr batch = vcpuconfBatchNew(conn);
    const char *plan;

    OK(vcpuconfBatchSetVcpusFlags(batch, dom, 2, MAXIMUM | CONFIG));
    plan = plan_of(batch);
    ck_assert_ptr_nonnull(strstr(plan, "5"));
    ck_assert_ptr_nonnull(strstr(plan, "pin"));
    vcpuconfBatchFree(batch);
}
END_TEST

START_TEST(later_changes_see_earlier_ones)
{
    virDomainPtr dom = api_define("d", "<vcpu>2</vcpu>");
    vcpuconfBatchPtr batch = vcpuconfBatchNew(conn);

    OK(vcpuconfBatchSetVcpusFlags(batch, dom, 8, MAXIMUM | CONFIG));
    OK(vcpuconfBatchSetVcpusFlags(batch, dom, 5, CONFIG));
    OK(vcpuconfBatchSetVcpu(batch, dom, "1", 0, CONFIG));
    OK(vcpuconfBatchPinVcpuSet(batch, dom, 7, "3", CONFIG));
    OK(vcpuconfBatchPinVcpuSet(batch, dom, 6, "3", CONFIG));
    OK(vcpuconfBatchUnpinVcpu(batch, dom, 6, CONFIG));
    OK(vcpuconfBatchApply(batch, 0));
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0,2-4");
    ck_assert_str_eq(api_pins(dom), "7:3");
    ck_assert_int_eq(api_revisions(dom), 2);
    api_check_importable(dom);
    vcpuconfBatchFree(batch);
}
END_TEST

START_TEST(arguments_are_checked_when_they_are_added)
{
    virDomainPtr dom = api_start("d", "<vcpu>2</vcpu>");
    vcpuconfBatchPtr batch = vcpuconfBatchNew(conn);
    vcpuconfBatchPtr other = vcpuconfBatchNew(eye);

    REFUSED(vcpuconfBatchSetVcpusFlags(batch, dom, 0, LIVE),
            VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfBatchSetVcpusFlags(batch, dom, 1, 32), VIR_ERR_INVALID_ARG,
            "=unsupported flags (0x20) in function vcpuconfBatchSetVcpusFlags");
    REFUSED(vcpuconfBatchSetVcpusFlags(batch, dom, 1, MAXIMUM),
            VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfBatchSetVcpu(batch, dom, NULL, 1, LIVE),
            VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfBatchSetVcpu(batch, dom, "1", 7, LIVE), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(vcpuconfBatchPinVcpuSet(batch, dom, 0, "", LIVE),
            VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfBatchUnpinVcpu(batch, dom, 0, 4), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(vcpuconfBatchApply(batch, 1), VIR_ERR_INVALID_ARG, NULL);
    REFUSED_PTR(vcpuconfBatchPlan(batch, 1), VIR_ERR_INVALID_ARG, NULL);
    ck_assert_str_eq(plan_of(batch), "");
    ck_assert_msg(vcpuconfBatchSetVcpusFlags(other, dom, 1, LIVE) < 0,
                  "a domain of another connection was accepted");
    vcpuconfBatchFree(batch);
    vcpuconfBatchFree(other);
}
END_TEST

START_TEST(a_batch_keeps_its_connection_and_domains)
{
    virConnectPtr mine = virConnectOpen(api_uri(NULL, ""));
    virDomainPtr seen = api_start("d", "<vcpu>2</vcpu>");
    virDomainPtr dom = virDomainLookupByName(mine, "d");
    vcpuconfBatchPtr batch = vcpuconfBatchNew(mine);

    OK(vcpuconfBatchSetVcpusFlags(batch, dom, 1, LIVE | CONFIG));
    OK(virDomainFree(dom));
    OK(virConnectClose(mine));
    OK(vcpuconfBatchApply(batch, 0));
    vcpuconfBatchFree(batch);
    ck_assert_int_eq(virDomainGetVcpusFlags(seen, LIVE), 1);
    ck_assert_int_eq(virDomainGetVcpusFlags(seen, CONFIG), 1);
}
END_TEST

/* Three running domains, each with a change of both. */
static vcpuconfBatchPtr batch_of_three(void)
{
    static const char *const names[] = {"one", "two", "three"};
    vcpuconfBatchPtr batch = vcpuconfBatchNew(conn);
    size_t i;

    for (i = 0; i < 3; i++) {
        virDomainPtr dom = api_define(names[i], "<vcpu current='2'>4</vcpu>");

        OK(virDomainCreate(dom));

        OK(vcpuconfBatchSetVcpusFlags(batch, dom, 4, LIVE | CONFIG));
        OK(vcpuconfBatchPinVcpuSet(batch, dom, 1, "1", LIVE | CONFIG));
    }
    return batch;
}

START_TEST(several_domains_change_together)
{
    vcpuconfBatchPtr batch = batch_of_three();
    const char *plan = plan_of(batch);

    ck_assert_ptr_nonnull(strstr(plan, "domain one\nlive    "));
    ck_assert_ptr_nonnull(strstr(plan, "domain two\nlive    "));
    ck_assert_ptr_nonnull(strstr(plan, "domain three\nlive    "));
    OK(vcpuconfBatchApply(batch, 0));
    ck_assert_str_eq(plan_of(batch), "");
    vcpuconfBatchFree(batch);
}
END_TEST

START_TEST(a_fault_in_the_middle_changes_nothing)
{
    static const struct {
        const char *fault;
        int code;
        const char *who;
    } faults[] = {
        {"fault=set_online:1:fail", VIR_ERR_OPERATION_FAILED, "one"},
        {"fault=set_online:2:fail", VIR_ERR_OPERATION_FAILED, "two"},
        {"fault=set_online:3:failafter", VIR_ERR_OPERATION_FAILED, "three"},
        {"fault=set_online:2:timeout", VIR_ERR_OPERATION_TIMEOUT, "two"},
        {"fault=set_affinity:2:fail", VIR_ERR_OPERATION_FAILED, "two"},
        {"fault=set_affinity:3:failafter", VIR_ERR_OPERATION_FAILED, "three"},
        {"fault=set_affinity:2:gone", VIR_ERR_OPERATION_INVALID, "two"},
    };
    size_t i;

    for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        vcpuconfBatchPtr batch;

        api_host("", faults[i].fault);
        batch = batch_of_three();
        REFUSED(vcpuconfBatchApply(batch, 0), faults[i].code, faults[i].who);
        vcpuconfBatchFree(batch);
    }
}
END_TEST

START_TEST(a_refusal_of_one_domain_refuses_all)
{
    vcpuconfBatchPtr batch = batch_of_three();
    virDomainPtr off = api_define("off", "<vcpu>2</vcpu>");

    OK(vcpuconfBatchSetVcpusFlags(batch, off, 1, LIVE));
    REFUSED(vcpuconfBatchApply(batch, 0), VIR_ERR_OPERATION_INVALID, "off");
    REFUSED_PTR(vcpuconfBatchPlan(batch, 0), VIR_ERR_OPERATION_INVALID, "off");
    vcpuconfBatchFree(batch);
}
END_TEST

START_TEST(live_and_config_end_both_or_neither)
{
    static const char *const faults[] = {
        "fault=set_online:1:fail", "fault=set_online:1:failafter",
        "fault=set_online:1:timeout", "fault=set_online:1:gone"};
    virDomainPtr dom;
    size_t i;

    for (i = 0; i < 4; i++) {
        api_host("", faults[i]);
        dom = api_start("d", "<vcpu current='2'>6</vcpu>");
        REFUSED(virDomainSetVcpusFlags(dom, 6, LIVE | CONFIG),
                i == 2   ? VIR_ERR_OPERATION_TIMEOUT
                : i == 3 ? VIR_ERR_OPERATION_INVALID
                         : VIR_ERR_OPERATION_FAILED,
                NULL);
        OK(virDomainSetVcpusFlags(dom, 6, LIVE | CONFIG));
        OK(virDomainSetVcpusFlags(dom, 2, CONFIG));
    }
    for (i = 0; i < 2; i++) {
        api_host("", i ? "fault=affinity:1:failafter" : "fault=affinity:1:fail");
        dom = api_start("d", "<vcpu current='2'>6</vcpu>");
        REFUSED(vcpuconfDomainPinVcpuSet(dom, 0, "1", LIVE | CONFIG),
                VIR_ERR_OPERATION_FAILED, NULL);
        OK(vcpuconfDomainPinVcpuSet(dom, 0, "1", LIVE | CONFIG));
        OK(vcpuconfDomainUnpinVcpu(dom, 0, CONFIG));
    }
}
END_TEST

static void store_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    ck_assert_int_eq(
        sqlite3_open(api_text("%s/store.db", api_dir), &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s",
                  why);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

START_TEST(a_config_half_that_fails_takes_the_live_half_back)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>6</vcpu>");

    OK(vcpuconfDomainPinVcpuSet(dom, 0, "4", LIVE));
    store_sql("CREATE TRIGGER broken BEFORE INSERT ON revision"
              " BEGIN SELECT RAISE(ABORT, 'broken'); END");
    api_reopen("");
    dom = api_by(conn, dom);
    ck_assert_msg(virDomainSetVcpusFlags(dom, 4, LIVE | CONFIG) < 0, "done");
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, LIVE), 2);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 2);
    ck_assert_msg(vcpuconfDomainPinVcpuSet(dom, 0, "1", LIVE | CONFIG) < 0,
                  "done");
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "4");
    ck_assert_str_eq(api_pins(dom), "");
    store_sql("DROP TRIGGER broken");
    OK(virDomainSetVcpusFlags(dom, 4, LIVE | CONFIG));
}
END_TEST

START_TEST(a_timeout_says_how_many_followed)
{
    virDomainPtr dom;
    const char *stored;

    api_host("", "fault=set_online:1:timeout,set_online:3:timeout");
    dom = api_start("d", "<vcpu current='1'>8</vcpu>");
    stored = api_xml(dom, VIR_DOMAIN_XML_INACTIVE);
    REFUSED(virDomainSetVcpusFlags(dom, 8, LIVE | CONFIG),
            VIR_ERR_OPERATION_TIMEOUT, "4 of 7");
    REFUSED(virDomainSetVcpus(dom, 8), VIR_ERR_OPERATION_TIMEOUT, "4 of 7");
    ck_assert_str_eq(api_xml(dom, VIR_DOMAIN_XML_INACTIVE), stored);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 1);
}
END_TEST

START_TEST(what_can_not_be_undone_is_partially_applied)
{
    virDomainPtr dom;
    vcpuconfBatchPtr batch;

    api_host("", "fault=set_affinity:2+:fail");
    dom = api_start("d", "<vcpu>2</vcpu>");
    batch = vcpuconfBatchNew(conn);
    OK(vcpuconfBatchPinVcpuSet(batch, dom, 0, "3", LIVE | CONFIG));
    OK(vcpuconfBatchPinVcpuSet(batch, dom, 1, "4", LIVE | CONFIG));
    FAILS(vcpuconfBatchApply(batch, 0), VIR_ERR_OPERATION_FAILED,
          "partially applied");
    ck_assert_int_eq(virGetLastError()->int1, LIVE);
    ck_assert_ptr_nonnull(strstr(virGetLastErrorMessage(), "d"));
    ck_assert_str_eq(api_pins(dom), "");
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "3");
    ck_assert_int_eq(api_revisions(dom), 1);
    vcpuconfBatchFree(batch);
}
END_TEST

START_TEST(pins_of_neighbours_are_each_done)
{
    virDomainPtr dom = api_start("d", "<vcpu>6</vcpu><cputune>"
                                      "<vcpupin vcpu='3' cpuset='1'/>"
                                      "</cputune>");
    unsigned round;
    unsigned i;

    for (round = 0; round < 2; round++) {
        vcpuconfBatchPtr live = vcpuconfBatchNew(conn);
        vcpuconfBatchPtr both = vcpuconfBatchNew(conn);
        const char *cpus = round ? "3" : "2";

        for (i = 1; i < 5; i++) {
            OK(vcpuconfBatchPinVcpuSet(live, dom, i, cpus, LIVE));
            OK(vcpuconfBatchPinVcpuSet(both, dom, i, "0-1", LIVE | CONFIG));
        }
        /* neither follows on what was before */
        OK(vcpuconfBatchPinVcpuSet(both, dom, 5, "0-1", CONFIG));
        OK(vcpuconfBatchUnpinVcpu(both, dom, 2, LIVE | CONFIG));
        OK(vcpuconfBatchUnpinVcpu(both, dom, 3, LIVE | CONFIG));
        OK(vcpuconfBatchPinVcpuSet(both, dom, 4, "2", LIVE | CONFIG));
        OK(vcpuconfBatchApply(live, 0));
        for (i = 1; i < 5; i++)
            ck_assert_str_eq(api_cpus(dom, i, LIVE), cpus);
        OK(vcpuconfBatchApply(both, 0));
        ck_assert_str_eq(api_pins(dom), "1:0-1;4:2;5:0-1");
        ck_assert_str_eq(api_cpus(dom, 1, LIVE), "0-1");
        ck_assert_str_eq(api_cpus(dom, 3, LIVE), "0-7");
        ck_assert_str_eq(api_cpus(dom, 4, LIVE), "2");
        vcpuconfBatchFree(live);
        vcpuconfBatchFree(both);
    }
}
END_TEST

START_TEST(pins_of_neighbours_take_the_place_of_one)
{
    vcpuconfBatchPtr batch = vcpuconfBatchNew(conn);
    virDomainPtr dom = api_define("d", "<vcpu>16384</vcpu>");
    virDomainPtr other = api_define("other", "<vcpu>4</vcpu>");
    size_t before;
    unsigned i;

    OK(vcpuconfBatchPinVcpuSet(batch, other, 2, "1", CONFIG));
    before = mallinfo2().uordblks;
    for (i = 0; i < 16384; i++)
        OK(vcpuconfBatchPinVcpuSet(batch, dom, i, "3", CONFIG));
    /* a sanitizer's allocator tells nothing */
    ck_assert_uint_lt(mallinfo2().uordblks - before, 16384);
    OK(vcpuconfBatchApply(batch, 0));
    ck_assert_str_eq(api_pins(other), "2:1");
    ck_assert_int_eq(strncmp(api_pins(dom), "0:3;1:3;2:3;", 12), 0);
    ck_assert_ptr_nonnull(strstr(api_pins(dom), ";16383:3"));
    vcpuconfBatchFree(batch);
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("batch", &t);

    tcase_add_test(t, a_plan_tells_and_changes_nothing);
    tcase_add_test(t, the_plan_of_a_lower_maximum_tells_what_goes);
    tcase_add_test(t, later_changes_see_earlier_ones);
    tcase_add_test(t, arguments_are_checked_when_they_are_added);
    tcase_add_test(t, a_batch_keeps_its_connection_and_domains);
    tcase_add_test(t, several_domains_change_together);
    tcase_add_test(t, a_fault_in_the_middle_changes_nothing);
    tcase_add_test(t, a_refusal_of_one_domain_refuses_all);
    tcase_add_test(t, live_and_config_end_both_or_neither);
    tcase_add_test(t, a_config_half_that_fails_takes_the_live_half_back);
    tcase_add_test(t, a_timeout_says_how_many_followed);
    tcase_add_test(t, what_can_not_be_undone_is_partially_applied);
    tcase_add_test(t, pins_of_neighbours_are_each_done);
    tcase_add_test(t, pins_of_neighbours_take_the_place_of_one);
    return s;
}

VC_TEST_MAIN(make_suite)
