/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts, maxima and the state of single vCPUs. */
#include "apitest.h"

#include <limits.h>

#define ROWS_6_OF_6                                                            \
    "<vcpu placement='static' current='4'>6</vcpu>\n"                          \
    "  <vcpus>\n"                                                              \
    "    <vcpu id='0' enabled='yes' hotpluggable='no' order='1'/>\n"           \
    "    <vcpu id='1' enabled='yes' hotpluggable='yes' order='2'/>\n"          \
    "    <vcpu id='2' enabled='yes' hotpluggable='yes' order='3'/>\n"          \
    "    <vcpu id='3' enabled='no' hotpluggable='yes'/>\n"                     \
    "    <vcpu id='4' enabled='no' hotpluggable='yes'/>\n"                     \
    "    <vcpu id='5' enabled='yes' hotpluggable='yes' order='4'/>\n"          \
    "  </vcpus>\n"                                                             \
    "  <cputune>\n"                                                            \
    "    <shares>2048</shares>\n"                                              \
    "    <vcpupin vcpu='0' cpuset='0'/>\n"                                     \
    "    <vcpupin vcpu='2' cpuset='2'/>\n"                                     \
    "    <vcpupin vcpu='5' cpuset='5'/>\n"                                     \
    "  </cputune>"

START_TEST(live_count_goes_up_from_the_lowest_and_down_from_the_highest)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>6</vcpu>");
    const char *stored = api_xml(dom, VIR_DOMAIN_XML_INACTIVE);
    int revisions = api_revisions(dom);

    OK(virDomainSetVcpus(dom, 4));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-3");
    OK(virDomainSetVcpus(dom, 3));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-2");
    OK(virDomainSetVCPUState(dom, 5, true, LIVE));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-2,5");
    OK(virDomainSetVcpus(dom, 5));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-3,5");
    OK(virDomainSetVCPUState(dom, 1, false, LIVE));
    OK(virDomainSetVcpus(dom, 3));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0,2-3");
    OK(virDomainSetVcpus(dom, 1));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0");
    OK(virDomainSetVcpus(dom, 6));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-5");
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 2);
    ck_assert_str_eq(api_xml(dom, VIR_DOMAIN_XML_INACTIVE), stored);
    ck_assert_int_eq(api_revisions(dom), revisions);
}
END_TEST

START_TEST(config_count_goes_up_from_the_lowest_and_down_from_the_highest)
{
    virDomainPtr dom = api_define("d", ROWS_6_OF_6);

    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0-2,5");
    OK(virDomainSetVcpusFlags(dom, 5, CONFIG));
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0-3,5");
    api_check_importable(dom);
    OK(virDomainSetVcpusFlags(dom, 4, CONFIG));
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0-3");
    OK(virDomainSetVcpusFlags(dom, 1, CONFIG));
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0");
    api_check_importable(dom);
    OK(virDomainSetVcpusFlags(dom, 6, 0));
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0-5");
    api_check_importable(dom);
    ck_assert_str_eq(api_pins(dom), "0:0;2:2;5:5");
    ck_assert_ptr_nonnull(strstr(api_xml(dom, 0), "<shares>2048</shares>"));
    ck_assert_int_eq(api_revisions(dom), 5);
}
END_TEST

START_TEST(a_count_goes_to_both_or_to_the_one_that_is_meant)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>6</vcpu>");

    OK(virDomainSetVcpusFlags(dom, 3, LIVE | CONFIG));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, LIVE), 3);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 3);
    OK(virDomainSetVcpusFlags(dom, 4, 0));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, LIVE), 4);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 3);
    OK(virDomainSetVcpusFlags(dom, 5, CONFIG));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, 0), 4);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 5);
}
END_TEST

START_TEST(counts_beyond_the_maximum_are_refused_in_libvirts_words)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>6</vcpu>");

    REFUSED(virDomainSetVcpus(dom, 7), VIR_ERR_INVALID_ARG,
            "=requested vcpus is greater than max allowable vcpus for the live "
            "domain: 7 > 6");
    REFUSED(virDomainSetVcpusFlags(dom, 7, CONFIG), VIR_ERR_INVALID_ARG,
            "=requested vcpus is greater than max allowable vcpus for the "
            "persistent domain: 7 > 6");
    REFUSED(virDomainSetVcpusFlags(dom, UINT_MAX, CONFIG), VIR_ERR_INVALID_ARG,
            "4294967295 > 6");
    REFUSED(virDomainSetVcpusFlags(dom, UINT_MAX, LIVE), VIR_ERR_INVALID_ARG,
            "4294967295 > 6");
    REFUSED(virDomainSetVcpus(dom, 0), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetVcpusFlags(dom, 0, LIVE), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetVcpusFlags(dom, 0, CONFIG), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetVcpusFlags(dom, 0, MAXIMUM | CONFIG),
            VIR_ERR_INVALID_ARG, NULL);
}
END_TEST

START_TEST(either_maximum_can_refuse_a_count_for_both)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>6</vcpu>");

    OK(virDomainSetVcpusFlags(dom, 4, MAXIMUM | CONFIG));
    REFUSED(virDomainSetVcpusFlags(dom, 5, LIVE | CONFIG), VIR_ERR_INVALID_ARG,
            "persistent domain: 5 > 4");
    OK(virDomainSetVcpusFlags(dom, 8, MAXIMUM | CONFIG));
    REFUSED(virDomainSetVcpusFlags(dom, 7, LIVE | CONFIG), VIR_ERR_INVALID_ARG,
            "live domain: 7 > 6");
    ck_assert_int_eq(virDomainGetMaxVcpus(dom), 6);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, MAXIMUM | LIVE), 6);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, MAXIMUM | CONFIG), 8);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, MAXIMUM), 6);
    OK(virDomainDestroy(dom));
    ck_assert_int_eq(virDomainGetMaxVcpus(dom), 8);
}
END_TEST

START_TEST(a_maximum_needs_config_and_refuses_live)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>6</vcpu>");
    virDomainPtr idle = api_define("idle", "<vcpu>4</vcpu>");

    REFUSED(virDomainSetVcpusFlags(dom, 4, MAXIMUM), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetVcpusFlags(idle, 4, MAXIMUM), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainSetVcpusFlags(dom, 4, MAXIMUM | LIVE | CONFIG),
            VIR_ERR_OPERATION_UNSUPPORTED,
            "=maximum vcpu count of a live domain can't be modified");
    REFUSED(virDomainSetVcpusFlags(dom, 16385, MAXIMUM | CONFIG),
            VIR_ERR_INVALID_ARG, "16384");
    REFUSED(virDomainSetVcpusFlags(dom, UINT_MAX, MAXIMUM | CONFIG),
            VIR_ERR_INVALID_ARG, "16384");
    OK(virDomainSetVcpusFlags(dom, 16384, MAXIMUM | CONFIG));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, MAXIMUM | CONFIG), 16384);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 2);
    api_check_importable(dom);
    ck_assert_int_eq(virConnectGetMaxVcpus(conn, NULL), 16384);
}
END_TEST

START_TEST(lowering_the_maximum_takes_count_pins_and_rows_along)
{
    virDomainPtr dom = api_define("d", ROWS_6_OF_6);
    const char *original = api_xml(dom, 0);

    OK(virDomainSetVcpusFlags(dom, 2, MAXIMUM | CONFIG));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, MAXIMUM | CONFIG), 2);
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0-1");
    ck_assert_str_eq(api_pins(dom), "0:0");
    ck_assert_ptr_null(strstr(api_xml(dom, 0), "id='2'"));
    ck_assert_ptr_null(strstr(api_xml(dom, 0), "id='5'"));
    ck_assert_ptr_null(strstr(api_xml(dom, 0), "vcpu='2'"));
    ck_assert_ptr_null(strstr(api_xml(dom, 0), "vcpu='5'"));
    ck_assert_ptr_nonnull(strstr(api_xml(dom, 0), "<shares>2048</shares>"));
    api_check_importable(dom);
    OK(vcpuconfDomainRestore(dom, 1, 0));
    ck_assert_str_eq(api_xml(dom, 0), original);
    ck_assert_str_eq(api_pins(dom), "0:0;2:2;5:5");
    ck_assert_int_eq(api_revisions(dom), 3);
}
END_TEST

START_TEST(lowering_the_maximum_of_a_sparse_set_keeps_what_fits)
{
    virDomainPtr dom = api_define("d", ROWS_6_OF_6);

    OK(virDomainSetVcpu(dom, "1-2", 0, CONFIG));
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0,5");
    OK(virDomainSetVcpusFlags(dom, 4, MAXIMUM | CONFIG));
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0");
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 1);
    api_check_importable(dom);
}
END_TEST

START_TEST(lowering_also_drops_pins_that_were_beyond_the_maximum_already)
{
    virDomainPtr dom = api_define("d", "<vcpu>4</vcpu><cputune>"
                                       "<vcpupin vcpu='3' cpuset='1'/>"
                                       "<vcpupin vcpu='9' cpuset='1'/>"
                                       "</cputune>");

    ck_assert_str_eq(api_pins(dom), "3:1");
    OK(virDomainSetVcpusFlags(dom, 3, MAXIMUM | CONFIG));
    ck_assert_str_eq(api_pins(dom), "");
    OK(virDomainSetVcpusFlags(dom, 4, MAXIMUM | CONFIG));
    ck_assert_str_eq(api_pins(dom), "");
    api_check_importable(dom);
}
END_TEST

START_TEST(raising_the_maximum_leaves_the_online_set_and_pins)
{
    virDomainPtr dom = api_define("d", ROWS_6_OF_6);
    virDomainPtr plain = api_define("plain", "<vcpu>2</vcpu>");
    virDomainPtr none = api_define("none", "");

    OK(virDomainSetVcpusFlags(dom, 9, MAXIMUM | CONFIG));
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0-2,5");
    ck_assert_str_eq(api_pins(dom), "0:0;2:2;5:5");
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, MAXIMUM | CONFIG), 9);
    api_check_importable(dom);
    OK(virDomainSetVcpusFlags(plain, 5, MAXIMUM | CONFIG));
    ck_assert_str_eq(api_vcpus(plain, CONFIG), "0-1");
    api_check_importable(plain);
    ck_assert_int_eq(virDomainGetVcpusFlags(none, MAXIMUM | CONFIG), 1);
    OK(virDomainSetVcpusFlags(none, 3, MAXIMUM | CONFIG));
    ck_assert_str_eq(api_vcpus(none, CONFIG), "0");
    api_check_importable(none);
}
END_TEST

START_TEST(single_vcpus_make_sparse_sets_in_both)
{
    virDomainPtr dom = api_start("d", "<vcpu>4</vcpu>");

    OK(virDomainSetVCPUState(dom, 1, false, LIVE | CONFIG));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0,2-3");
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0,2-3");
    api_check_importable(dom);
    OK(virDomainSetVCPUState(dom, 1, false, LIVE | CONFIG)); /* is so already */
    OK(virDomainSetVcpu(dom, "1-2", 0, CONFIG));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0,2-3");
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0,3");
    OK(virDomainSetVcpu(dom, "0-3,^2", 1, CONFIG));
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0-1,3");
    OK(virDomainSetVCPUState(dom, 3, false, 0));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0,2");
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0-1,3");
    api_check_importable(dom);
    OK(virDomainDestroy(dom));
    OK(virDomainCreate(dom));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-1,3");
}
END_TEST

START_TEST(vcpu_0_stays_online)
{
    virDomainPtr dom = api_start("d", "<vcpu>4</vcpu>");
    unsigned flags;

    for (flags = 0; flags <= (LIVE | CONFIG); flags++) {
        REFUSED(virDomainSetVCPUState(dom, 0, false, flags),
                VIR_ERR_OPERATION_UNSUPPORTED, NULL);
        REFUSED(virDomainSetVcpu(dom, "0", 0, flags),
                VIR_ERR_OPERATION_UNSUPPORTED, NULL);
        REFUSED(virDomainSetVcpu(dom, "0-2", 0, flags),
                VIR_ERR_OPERATION_UNSUPPORTED, NULL);
        OK(virDomainSetVCPUState(dom, 0, true, flags));
    }
}
END_TEST

START_TEST(vcpu_ids_outside_the_domain_are_refused)
{
    virDomainPtr dom = api_start("d", "<vcpu>4</vcpu>");
    unsigned flags;

    for (flags = 0; flags <= (LIVE | CONFIG); flags++) {
        REFUSED(virDomainSetVCPUState(dom, 4, true, flags), VIR_ERR_INVALID_ARG,
                "4");
        REFUSED(virDomainSetVCPUState(dom, -1, true, flags),
                VIR_ERR_INVALID_ARG, "-1");
        REFUSED(virDomainSetVCPUState(dom, INT_MAX, true, flags),
                VIR_ERR_INVALID_ARG, NULL);
        REFUSED(virDomainSetVCPUState(dom, INT_MIN, false, flags),
                VIR_ERR_INVALID_ARG, NULL);
        REFUSED(virDomainSetVcpu(dom, "1,4", 0, flags), VIR_ERR_INVALID_ARG,
                "4");
        REFUSED(virDomainSetVcpu(dom, "16383", 1, flags), VIR_ERR_INVALID_ARG,
                NULL);
    }
}
END_TEST

START_TEST(vcpu_maps_that_are_none_are_refused)
{
    static const char *const bad[] = {
        "",   " ",   "x",  "1-",    "-1",   "2-1",  "1,,2", "1;2", "+1",
        "1 2", "0x1", "^1", "1-2-3", "16384", "99999999999999999999", "1,^1"};
    virDomainPtr dom = api_start("d", "<vcpu>4</vcpu>");
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        REFUSED(virDomainSetVcpu(dom, bad[i], 0, LIVE), VIR_ERR_INVALID_ARG,
                NULL);
    REFUSED(virDomainSetVcpu(dom, NULL, 0, LIVE), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetVcpu(dom, "1", 2, LIVE), VIR_ERR_INVALID_ARG, "2");
    REFUSED(virDomainSetVcpu(dom, "1", -1, LIVE), VIR_ERR_INVALID_ARG, "-1");
}
END_TEST

START_TEST(checks_come_in_order)
{
    virDomainPtr dom = api_define("d", "<vcpu>4</vcpu>");

    /* flags, then zero, then the target, then ranges */
    REFUSED(virDomainSetVcpusFlags(dom, 0, LIVE | 64), VIR_ERR_INVALID_ARG,
            "=unsupported flags (0x40) in function virDomainSetVcpusFlags");
    REFUSED(virDomainSetVcpusFlags(dom, 0, LIVE), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetVcpusFlags(dom, 9, LIVE), VIR_ERR_OPERATION_INVALID,
            "=domain is not running");
    REFUSED(virDomainSetVcpusFlags(dom, 9, LIVE | CONFIG),
            VIR_ERR_OPERATION_INVALID, "=domain is not running");
    REFUSED(virDomainSetVCPUState(dom, 9, true, LIVE),
            VIR_ERR_OPERATION_INVALID, "=domain is not running");
    REFUSED(virDomainSetVcpu(dom, NULL, 1, LIVE), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetVcpu(dom, "9", 1, LIVE), VIR_ERR_OPERATION_INVALID,
            "=domain is not running");
    OK(virDomainCreate(dom));
    OK(virDomainUndefine(dom));
    REFUSED(virDomainSetVcpusFlags(dom, 9, CONFIG), VIR_ERR_OPERATION_INVALID,
            "=transient domains do not have any persistent config");
    REFUSED(virDomainSetVcpusFlags(dom, 3, LIVE | CONFIG),
            VIR_ERR_OPERATION_INVALID,
            "=transient domains do not have any persistent config");
    OK(virDomainSetVcpusFlags(dom, 3, 0));
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-2");
}
END_TEST

START_TEST(added_vcpus_become_hotpluggable_where_that_is_asked)
{
    virDomainPtr dom = api_define("d", ROWS_6_OF_6);

    OK(virDomainSetVcpusFlags(dom, 6, CONFIG | VIR_DOMAIN_VCPU_HOTPLUGGABLE));
    ck_assert_str_eq(api_vcpus(dom, CONFIG), "0-5");
    ck_assert_ptr_nonnull(strstr(
        api_xml(dom, 0), "<vcpu id='0' enabled='yes' hotpluggable='no'"));
    ck_assert_ptr_nonnull(strstr(
        api_xml(dom, 0), "<vcpu id='4' enabled='yes' hotpluggable='yes'"));
    api_check_importable(dom);
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("count", &t);

    tcase_add_test(
        t, live_count_goes_up_from_the_lowest_and_down_from_the_highest);
    tcase_add_test(
        t, config_count_goes_up_from_the_lowest_and_down_from_the_highest);
    tcase_add_test(t, a_count_goes_to_both_or_to_the_one_that_is_meant);
    tcase_add_test(t, counts_beyond_the_maximum_are_refused_in_libvirts_words);
    tcase_add_test(t, either_maximum_can_refuse_a_count_for_both);
    tcase_add_test(t, a_maximum_needs_config_and_refuses_live);
    tcase_add_test(t, lowering_the_maximum_takes_count_pins_and_rows_along);
    tcase_add_test(t, lowering_the_maximum_of_a_sparse_set_keeps_what_fits);
    tcase_add_test(
        t, lowering_also_drops_pins_that_were_beyond_the_maximum_already);
    tcase_add_test(t, raising_the_maximum_leaves_the_online_set_and_pins);
    tcase_add_test(t, single_vcpus_make_sparse_sets_in_both);
    tcase_add_test(t, vcpu_0_stays_online);
    tcase_add_test(t, vcpu_ids_outside_the_domain_are_refused);
    tcase_add_test(t, vcpu_maps_that_are_none_are_refused);
    tcase_add_test(t, checks_come_in_order);
    tcase_add_test(t, added_vcpus_become_hotpluggable_where_that_is_asked);
    return s;
}

VC_TEST_MAIN(make_suite)
