/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs, news of them, and pins kept for vCPUs that another hand plugs. */
#include "apitest.h"

#include <poll.h>
#include <string.h>

#define NEWS_LIMIT_MS 10000

/* Somebody else, who has a store of his own on the same host. */
static virDomainPtr other_hand(const char *xml)
{
    virConnectPtr other = virConnectOpen(
        api_text("test:///default?pinoffline=no&store=%s/other.db", api_dir));
    virDomainPtr dom = api_own_domain(virDomainDefineXML(other, xml));

    OK(virConnectClose(other)); /* the handle keeps it */
    return dom;
}

static bool is_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

static bool news_come(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    if (poll(&p, 1, NEWS_LIMIT_MS) != 1)
        return false;
    return vcpuconfConnectWatchRead(conn, 0) == 1;
}

/* "a new, b kept": what is listed. */
static const char *runs_of(virConnectPtr connection)
{
    static const char *const states[] = {"new", "done", "kept", "unclear"};
    vcpuconfRun *runs = NULL;
    int n = vcpuconfConnectListRuns(connection, &runs, 0);
    const char *text = "";
    int i;

    ck_assert_msg(n >= 0, "%s", virGetLastErrorMessage());
    for (i = 0; i < n; i++) {
        bool is_unclear = runs[i].state == VCPUCONF_RUN_UNCLEAR;

        text = api_text("%s%s%s %s", text, *text ? ", " : "",
                        virDomainGetName(runs[i].domain),
                        states[runs[i].state]);
        ck_assert(is_unclear == (runs[i].message != NULL));
        ck_assert(is_unclear || *runs[i].start);
    }
    vcpuconfRunsFree(runs, n);
    return text;
}

static const char *start_of(virDomainPtr dom)
{
    char *start = vcpuconfDomainGetStart(dom, 0);

    ck_assert_msg(start != NULL, "%s", virGetLastErrorMessage());
    return api_own(start);
}

START_TEST(a_start_and_a_stop_are_news)
{
    virDomainPtr dom = api_define("d", "<vcpu>2</vcpu>");
    int fd = -1;

    OK(vcpuconfConnectWatch(conn, &fd, 0));
    ck_assert(!is_readable(fd));
    ck_assert_int_eq(vcpuconfConnectWatchRead(conn, 0), 0);
    OK(virDomainCreate(api_by(eye, dom)));
    ck_assert(news_come(fd));
    ck_assert_int_eq(vcpuconfConnectWatchRead(conn, 0), 0);
    OK(virDomainSetVcpus(api_by(eye, dom), 1));
    ck_assert(news_come(fd));
    OK(virDomainDestroy(api_by(eye, dom)));
    ck_assert(news_come(fd));
    ck_assert(!is_readable(fd));
}
END_TEST

START_TEST(a_watch_of_a_file_is_the_same)
{
    const char *host = api_text("%s/host.db", api_dir);
    virConnectPtr starter = api_connect(host, "");
    virConnectPtr watcher = api_connect(host, "");
    virDomainPtr dom = api_own_domain(
        virDomainDefineXML(starter, api_document("d", "<vcpu>2</vcpu>")));
    struct pollfd p = {.events = POLLIN};

    OK(vcpuconfConnectWatch(watcher, &p.fd, 0));
    OK(virDomainCreate(dom));
    ck_assert_int_eq(poll(&p, 1, NEWS_LIMIT_MS), 1);
    ck_assert_int_eq(vcpuconfConnectWatchRead(watcher, 0), 1);
    ck_assert_str_eq(runs_of(watcher), "d done");
}
END_TEST

START_TEST(a_second_watch_ends_the_first)
{
    virDomainPtr dom = api_define("d", "<vcpu>2</vcpu>");
    int first = -1;
    int second = -1;

    OK(vcpuconfConnectWatch(conn, &first, 0));
    OK(vcpuconfConnectWatch(conn, &second, 0));
    OK(virDomainCreate(dom));
    ck_assert(news_come(second));
}
END_TEST

START_TEST(a_watch_that_is_over_says_so)
{
    int fd = -1;

    FAILS(vcpuconfConnectWatchRead(conn, 0), VIR_ERR_OPERATION_INVALID, NULL);
    api_reopen("fault=dispatch:2:fail");
    OK(vcpuconfConnectWatch(conn, &fd, 0));
    OK(vcpuconfConnectWatchRead(conn, 0));
    FAILS(vcpuconfConnectWatchRead(conn, 0), VIR_ERR_OPERATION_FAILED, NULL);
    OK(vcpuconfConnectWatch(conn, &fd, 0));
    OK(vcpuconfConnectWatchRead(conn, 0));
    api_reopen("fault=watch:1:fail");
    FAILS(vcpuconfConnectWatch(conn, &fd, 0), VIR_ERR_OPERATION_FAILED, NULL);
}
END_TEST

START_TEST(arguments_are_checked)
{
    virDomainPtr dom = api_define("d", "");
    vcpuconfRun *runs = NULL;
    int fd = 77;

    REFUSED(vcpuconfConnectWatch(NULL, &fd, 0), VIR_ERR_INVALID_CONN, NULL);
    REFUSED(vcpuconfConnectWatch(conn, NULL, 0), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfConnectWatch(conn, &fd, 1), VIR_ERR_INVALID_ARG,
            "unsupported flags (0x1) in function vcpuconfConnectWatch");
    ck_assert_int_eq(fd, 77);
    REFUSED(vcpuconfConnectWatchRead(NULL, 0), VIR_ERR_INVALID_CONN, NULL);
    REFUSED(vcpuconfConnectWatchRead(conn, 2), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfConnectListRuns(conn, NULL, 0), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfConnectListRuns(conn, &runs, 4), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfConnectListRuns(NULL, &runs, 0), VIR_ERR_INVALID_CONN,
            NULL);
    ck_assert_ptr_null(runs);
    REFUSED_PTR(vcpuconfDomainGetStart(dom, 1), VIR_ERR_INVALID_ARG, NULL);
    REFUSED_PTR(vcpuconfDomainGetStart(dom, 0), VIR_ERR_OPERATION_INVALID,
                "=domain is not running");
    vcpuconfRunsFree(NULL, 0);
    vcpuconfRunsFree(NULL, -1);
}
END_TEST

START_TEST(a_start_tells_runs_apart)
{
    virDomainPtr a = api_start("a", "<vcpu>2</vcpu>");
    virDomainPtr b = api_start("b", "<vcpu>2</vcpu>");
    const char *first = start_of(a);

    ck_assert_str_eq(first, start_of(api_by(eye, a)));
    ck_assert_str_ne(first, start_of(b));
    OK(virDomainSetVcpus(a, 1));
    ck_assert_str_eq(first, start_of(a));
    OK(virDomainDestroy(a));
    OK(virDomainCreate(a));
    ck_assert_str_ne(first, start_of(a));
}
END_TEST

START_TEST(runs_of_defined_domains_are_listed)
{
    virDomainPtr other = other_hand(api_document("d", "<vcpu>2</vcpu>"));
    virDomainPtr dom;

    OK(virDomainCreate(other));
    ck_assert_str_eq(runs_of(conn), ""); /* not defined here */
    dom = api_define("d", "<vcpu current='1'>2</vcpu>");
    (void)api_define("off", "");
    ck_assert_str_eq(runs_of(conn), "d new");
    OK(vcpuconfDomainReconcile(dom, NULL, 0));
    ck_assert_str_eq(runs_of(conn), "d done");
    (void)api_start("e", "<vcpu>2</vcpu>");
    ck_assert_str_eq(runs_of(eye), "d done, e done");
    OK(virDomainDestroy(other));
    OK(virDomainCreate(other));
    ck_assert_str_eq(runs_of(conn), "e done, d new");
    OK(virDomainDestroy(other));
    ck_assert_str_eq(runs_of(conn), "e done");
}
END_TEST

/* The one that has the definition's uuid is the definition's run; one that
 * only has its name is, if there is none. */
START_TEST(a_definition_has_one_run)
{
    virDomainPtr other = other_hand("<domain><name>d</name><uuid>99999999-2222-"
                                    "3333-4444-555555555555</uuid><vcpu>2"
                                    "</vcpu></domain>");
    virDomainPtr dom = api_define("d", "<vcpu current='1'>2</vcpu>");
    vcpuconfRun *runs = NULL;

    OK(virDomainCreate(other));
    ck_assert_str_eq(runs_of(conn), "d new");
    ck_assert_int_eq(vcpuconfConnectListRuns(conn, &runs, 0), 1);
    ck_assert_int_eq(vcpuconfDomainReconcile(runs[0].domain, NULL, 0),
                     VCPUCONF_RECONCILE_APPLIED);
    ck_assert_str_eq(runs[0].start, start_of(dom));
    vcpuconfRunsFree(runs, 1);
    ck_assert_str_eq(runs_of(conn), "d done");
}
END_TEST

/* ---- Kept pins ---- */

static int reconcile(virDomainPtr dom, unsigned flags, const char **report)
{
    char *text = NULL;
    int result = vcpuconfDomainReconcile(dom, &text, flags);

    ck_assert_msg(result >= 0, "%s", virGetLastErrorMessage());
    *report = api_own(text);
    return result;
}

/* Runs with vCPUs 0-1 of 4, made as defined: 3 is to go to CPU 5. */
static virDomainPtr kept_scene(virDomainPtr *ret_other)
{
    virDomainPtr dom;
    const char *report;

    api_host("pinoffline=no", "");
    dom = api_define("d", "<vcpu current='2'>4</vcpu><cputune>"
                          "<vcpupin vcpu='0' cpuset='1'/>"
                          "<vcpupin vcpu='3' cpuset='5'/></cputune>");
    *ret_other =
        other_hand(api_document("d", "<vcpu current='2'>4</vcpu>"));
    OK(virDomainCreate(*ret_other));
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_APPLIED);
    ck_assert_str_eq(runs_of(conn), "d kept");
    return dom;
}

START_TEST(a_vcpu_that_another_hand_plugs_gets_its_kept_pin)
{
    virDomainPtr other;
    virDomainPtr dom = kept_scene(&other);
    const char *report;
    const char *before;

    OK(virDomainSetVcpus(other, 4));
    OK(vcpuconfDomainPinVcpuSet(dom, 0, "7", LIVE)); /* drift */
    ck_assert_str_eq(api_cpus(dom, 3, LIVE), "0-7");
    before = api_look();
    ck_assert_int_eq(reconcile(dom, VCPUCONF_RECONCILE_DRY_RUN, &report),
                     VCPUCONF_RECONCILE_KEPT);
    ck_assert_str_eq(api_look(), before);
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_KEPT);
    ck_assert_ptr_nonnull(strstr(report, "live    vcpu 3 affinity 0-7 -> 5\n"));
    ck_assert_ptr_nonnull(strstr(report, "note: vcpu 3: another hand"));
    ck_assert_ptr_nonnull(strstr(report, "drift   vcpu 0"));
    ck_assert_ptr_null(strstr(report, "drift   vcpu 3: config 5"));
    ck_assert_str_eq(api_cpus(dom, 3, LIVE), "5");
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "7");
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-3");
    ck_assert_str_eq(runs_of(conn), "d done");
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_DRIFTED);
    ck_assert_ptr_null(strstr(report, "live    "));
    /* and what is pinned by hand from now on stays */
    OK(vcpuconfDomainPinVcpuSet(dom, 3, "2", LIVE));
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_DRIFTED);
    ck_assert_str_eq(api_cpus(dom, 3, LIVE), "2");
}
END_TEST

START_TEST(a_vcpu_that_we_plug_waits_for_nothing)
{
    virDomainPtr other;
    virDomainPtr dom = kept_scene(&other);
    const char *report;

    OK(virDomainSetVcpus(dom, 4));
    ck_assert_str_eq(api_cpus(dom, 3, LIVE), "5");
    ck_assert_str_eq(runs_of(conn), "d done");
    OK(vcpuconfDomainPinVcpuSet(other, 3, "6", LIVE));
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_DRIFTED);
    ck_assert_str_eq(api_cpus(dom, 3, LIVE), "6");
}
END_TEST

START_TEST(a_kept_pin_that_could_not_be_set_stays_kept)
{
    virDomainPtr other;
    virDomainPtr dom = kept_scene(&other);
    const char *report;

    OK(virDomainSetVcpus(other, 4));
    api_reopen("pinoffline=no&fault=set_affinity:1:fail");
    dom = api_by(conn, dom);
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_FAILED);
    ck_assert_str_eq(api_cpus(dom, 3, LIVE), "0-7");
    ck_assert_str_eq(runs_of(conn), "d kept");
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_KEPT);
    ck_assert_str_eq(api_cpus(dom, 3, LIVE), "5");
    ck_assert_str_eq(runs_of(conn), "d done");
}
END_TEST

/* Not a pin of the definition, and the run not yet made as defined. */
START_TEST(a_first_reconcile_applies_kept_pins_too)
{
    virDomainPtr other;
    virDomainPtr dom;
    const char *report;

    api_host("pinoffline=no", "");
    dom = api_define("d", "<vcpu>4</vcpu>");
    other = other_hand(api_document("d", "<vcpu current='2'>4</vcpu>"));
    OK(virDomainCreate(other));
    OK(vcpuconfDomainPinVcpuSet(dom, 2, "3", LIVE));
    OK(vcpuconfDomainPinVcpuSet(dom, 3, "4", LIVE));
    ck_assert_str_eq(runs_of(conn), "d new");
    OK(virDomainSetVcpus(other, 3));
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_APPLIED);
    ck_assert_str_eq(api_cpus(dom, 2, LIVE), "3");
    ck_assert_str_eq(api_cpus(dom, 3, LIVE), "4");
    ck_assert_str_eq(runs_of(conn), "d done");
    ck_assert_int_eq(reconcile(dom, 0, &report), VCPUCONF_RECONCILE_ALREADY);
    ck_assert_int_eq(reconcile(dom, VCPUCONF_RECONCILE_FORCE, &report),
                     VCPUCONF_RECONCILE_APPLIED);
    ck_assert_str_eq(report, "");
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("watch", &t);

    tcase_add_test(t, a_start_and_a_stop_are_news);
    tcase_add_test(t, a_watch_of_a_file_is_the_same);
    tcase_add_test(t, a_second_watch_ends_the_first);
    tcase_add_test(t, a_watch_that_is_over_says_so);
    tcase_add_test(t, arguments_are_checked);
    tcase_add_test(t, a_start_tells_runs_apart);
    tcase_add_test(t, runs_of_defined_domains_are_listed);
    tcase_add_test(t, a_definition_has_one_run);
    tcase_add_test(t, a_vcpu_that_another_hand_plugs_gets_its_kept_pin);
    tcase_add_test(t, a_vcpu_that_we_plug_waits_for_nothing);
    tcase_add_test(t, a_kept_pin_that_could_not_be_set_stays_kept);
    tcase_add_test(t, a_first_reconcile_applies_kept_pins_too);
    return s;
}

VC_TEST_MAIN(make_suite)
