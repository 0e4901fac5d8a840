/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pins: maps, ranges, offline CPUs and vCPUs, removal, large hosts. */
#include "apitest.h"

#define PIN(dom, vcpu, flags, ...)                                             \
    virDomainPinVcpuFlags(dom, vcpu, (unsigned char[]){__VA_ARGS__},           \
                          (int)sizeof((unsigned char[]){__VA_ARGS__}), flags)

START_TEST(bit_n_of_byte_n_over_8_is_host_cpu_n)
{
    virDomainPtr dom;

    api_host("cpus=20", "");
    dom = api_start("d", "<vcpu>2</vcpu>");
    OK(PIN(dom, 0, LIVE | CONFIG, 0x01));
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "0");
    ck_assert_str_eq(api_pins(dom), "0:0");
    OK(PIN(dom, 0, LIVE | CONFIG, 0x80, 0x02, 0x08));
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "7,9,19");
    ck_assert_str_eq(api_cpus(dom, 0, CONFIG), "7,9,19");
    ck_assert_str_eq(api_pins(dom), "0:7,9,19");
    ck_assert_ptr_nonnull(strstr(api_xml(dom, VIR_DOMAIN_XML_INACTIVE),
                                 "cpuset='7,9,19'"));
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "0-19");
    api_check_importable(dom);
}
END_TEST

START_TEST(a_short_map_means_zeros)
{
    virDomainPtr dom;

    api_host("cpus=20", "");
    dom = api_start("d", "<vcpu>2</vcpu>");
    OK(PIN(dom, 1, LIVE | CONFIG, 0, 0, 0x0f));
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "16-19");
    OK(PIN(dom, 1, LIVE | CONFIG, 0x06));
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "1-2");
    ck_assert_str_eq(api_cpus(dom, 1, CONFIG), "1-2");
    OK(virDomainPinVcpu(dom, 1, (unsigned char[]){0x08}, 1));
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "3");
    ck_assert_str_eq(api_cpus(dom, 1, CONFIG), "1-2");
}
END_TEST

START_TEST(a_longer_map_is_an_error)
{
    virDomainPtr dom = api_start("d", "<vcpu>2</vcpu>");
    unsigned char map[64] = {1};
    unsigned flags;

    for (flags = 0; flags <= (LIVE | CONFIG); flags++) {
        REFUSED(virDomainPinVcpuFlags(dom, 0, map, 2, flags),
                VIR_ERR_INVALID_ARG, NULL);
        REFUSED(virDomainPinVcpuFlags(dom, 0, map, 64, flags),
                VIR_ERR_INVALID_ARG, NULL);
    }
    REFUSED(virDomainPinVcpu(dom, 0, map, 2), VIR_ERR_INVALID_ARG, NULL);
    OK(virDomainPinVcpu(dom, 0, map, 1));
}
END_TEST

START_TEST(empty_maps_are_refused)
{
    virDomainPtr dom = api_start("d", "<vcpu>2</vcpu>");
    unsigned char map[1] = {1};

    REFUSED(PIN(dom, 0, LIVE, 0), VIR_ERR_INVALID_ARG,
            "=Empty cpu list for pinning");
    REFUSED(PIN(dom, 0, CONFIG, 0), VIR_ERR_INVALID_ARG,
            "=Empty cpu list for pinning");
    REFUSED(PIN(dom, 0, LIVE | CONFIG, 0), VIR_ERR_INVALID_ARG,
            "=Empty cpu list for pinning");
    REFUSED(vcpuconfDomainPinVcpuSet(dom, 0, "", CONFIG), VIR_ERR_INVALID_ARG,
            "=Empty cpu list for pinning");
    REFUSED(vcpuconfDomainPinVcpuSet(dom, 0, "1,^1", CONFIG),
            VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfDomainPinVcpuSet(dom, 0, NULL, CONFIG), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainPinVcpuFlags(dom, 0, NULL, 1, CONFIG), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainPinVcpuFlags(dom, 0, map, 0, CONFIG), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainPinVcpuFlags(dom, 0, map, -1, CONFIG), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainPinVcpu(dom, 0, NULL, 1), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainPinVcpu(dom, 0, map, 0), VIR_ERR_INVALID_ARG, NULL);
}
END_TEST

START_TEST(vcpus_out_of_range_are_refused_in_libvirts_words)
{
    virDomainPtr dom = api_start("d", "<vcpu current='1'>2</vcpu>");

    OK(virDomainSetVcpusFlags(dom, 4, MAXIMUM | CONFIG));
    REFUSED(PIN(dom, 100, LIVE, 1), VIR_ERR_INVALID_ARG,
            "=vcpu 100 is out of range of live cpu count 2");
    REFUSED(PIN(dom, 100, CONFIG, 1), VIR_ERR_INVALID_ARG,
            "=vcpu 100 is out of range of persistent cpu count 4");
    REFUSED(PIN(dom, 2, LIVE | CONFIG, 1), VIR_ERR_INVALID_ARG,
            "=vcpu 2 is out of range of live cpu count 2");
    REFUSED(PIN(dom, 4294967295u, LIVE, 1), VIR_ERR_INVALID_ARG,
            "out of range of live cpu count 2");
    REFUSED(PIN(dom, 4294967295u, CONFIG, 1), VIR_ERR_INVALID_ARG,
            "out of range of persistent cpu count 4");
    REFUSED(vcpuconfDomainUnpinVcpu(dom, 2, LIVE), VIR_ERR_INVALID_ARG,
            "=vcpu 2 is out of range of live cpu count 2");
    REFUSED(vcpuconfDomainUnpinVcpu(dom, 4, CONFIG), VIR_ERR_INVALID_ARG,
            "=vcpu 4 is out of range of persistent cpu count 4");
    OK(virDomainSetVcpusFlags(dom, 1, MAXIMUM | CONFIG));
    REFUSED(PIN(dom, 1, LIVE | CONFIG, 1), VIR_ERR_INVALID_ARG,
            "=vcpu 1 is out of range of persistent cpu count 1");
    OK(PIN(dom, 1, LIVE, 1));
}
END_TEST

START_TEST(a_live_set_without_an_online_cpu_is_refused)
{
    virDomainPtr dom;

    api_host("cpus=6&offline=1,4-5", "");
    dom = api_start("d", "<vcpu current='1'>2</vcpu>");
    REFUSED(PIN(dom, 0, LIVE, 0x02), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(PIN(dom, 0, LIVE, 0x32), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(PIN(dom, 0, LIVE, 0x40), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(PIN(dom, 0, LIVE | CONFIG, 0x30), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(PIN(dom, 1, LIVE, 0x30), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfDomainPinVcpuSet(dom, 0, "100-200", LIVE | CONFIG),
            VIR_ERR_INVALID_ARG, NULL);
    OK(PIN(dom, 0, LIVE, 0x06)); /* 1 is offline, 2 is not */
    ck_assert_ptr_nonnull(strchr(api_cpus(dom, 0, LIVE), '2'));
}
END_TEST

START_TEST(config_accepts_cpus_that_the_host_lacks)
{
    virDomainPtr dom;

    api_host("cpus=6&offline=5", "");
    dom = api_start("d", "<vcpu>2</vcpu>");
    OK(PIN(dom, 0, CONFIG, 0x80));
    ck_assert_str_eq(api_pins(dom), "0:7");
    OK(PIN(dom, 0, CONFIG, 0x20));
    ck_assert_str_eq(api_pins(dom), "0:5");
    OK(vcpuconfDomainPinVcpuSet(dom, 1, "16383,0-3,^2", CONFIG));
    ck_assert_str_eq(api_pins(dom), "0:5;1:0-1,3,16383");
    ck_assert_str_eq(api_cpus(dom, 1, CONFIG), "0-1,3,16383");
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "0-5");
    OK(vcpuconfDomainPinVcpuSet(dom, 1, "3,100", LIVE | CONFIG));
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "3");
    ck_assert_str_eq(api_cpus(dom, 1, CONFIG), "3,100");
    REFUSED(vcpuconfDomainPinVcpuSet(dom, 1, "16384", CONFIG),
            VIR_ERR_INVALID_ARG, "16383");
}
END_TEST

START_TEST(a_pin_of_an_offline_vcpu_waits_for_it)
{
    static const char *const shapes[] = {"", "pinoffline=no"};
    size_t i;

    for (i = 0; i < 2; i++) {
        virDomainPtr dom;
        virConnectPtr other;

        api_host(shapes[i], "");
        dom = api_start("d", "<vcpu current='1'>4</vcpu>");
        OK(PIN(dom, 2, LIVE, 0x08));
        OK(PIN(dom, 3, LIVE | CONFIG, 0x30));
        ck_assert_str_eq(api_vcpus(dom, LIVE), "0");
        OK(virDomainSetVCPUState(dom, 2, true, LIVE));
        ck_assert_str_eq(api_cpus(dom, 2, LIVE), "3");
        other = api_connect(NULL, shapes[i]);
        OK(virDomainSetVcpus(api_by(other, dom), 4));
        ck_assert_str_eq(api_cpus(dom, 3, LIVE), "4-5");
        ck_assert_str_eq(api_cpus(dom, 1, LIVE), "0-7");
        ck_assert_str_eq(api_pins(dom), "3:4-5");
        /* kept when it goes away and comes back */
        OK(virDomainSetVcpus(dom, 1));
        OK(virDomainSetVcpus(dom, 4));
        ck_assert_str_eq(api_cpus(dom, 3, LIVE), "4-5");
        ck_assert_str_eq(api_cpus(dom, 2, LIVE), "3");
    }
}
END_TEST

START_TEST(a_kept_pin_can_be_changed_and_removed_before_the_plug)
{
    static const char *const shapes[] = {"", "pinoffline=no"};
    size_t i;

    for (i = 0; i < 2; i++) {
        virDomainPtr dom;

        api_host(shapes[i], "");
        dom = api_start("d", "<vcpu current='1'>4</vcpu>");
        OK(PIN(dom, 2, LIVE, 0x08));
        OK(PIN(dom, 2, LIVE, 0x04));
        OK(PIN(dom, 3, LIVE, 0x04));
        OK(vcpuconfDomainUnpinVcpu(dom, 3, LIVE));
        OK(virDomainSetVcpus(dom, 4));
        ck_assert_str_eq(api_cpus(dom, 2, LIVE), "2");
        ck_assert_str_eq(api_cpus(dom, 3, LIVE), "0-7");
    }
}
END_TEST

START_TEST(a_kept_pin_is_for_this_instance_only)
{
    static const char *const shapes[] = {"", "pinoffline=no"};
    size_t i;

    for (i = 0; i < 2; i++) {
        virDomainPtr dom;

        api_host(shapes[i], "");
        dom = api_start("d", "<vcpu current='1'>4</vcpu>");
        OK(PIN(dom, 2, LIVE, 0x08));
        OK(virDomainDestroy(dom));
        OK(virDomainCreate(dom));
        OK(virDomainSetVcpus(dom, 4));
        ck_assert_str_eq(api_cpus(dom, 2, LIVE), "0-7");
    }
}
END_TEST

START_TEST(pins_of_the_definition_reach_vcpus_that_are_plugged_later)
{
    static const char *const shapes[] = {"", "pinoffline=no"};
    size_t i;

    for (i = 0; i < 2; i++) {
        virDomainPtr dom;

        api_host(shapes[i], "");
        dom = api_start("d", "<vcpu current='1' cpuset='2-3'>4</vcpu>"
                             "<cputune><vcpupin vcpu='3' cpuset='5'/>"
                             "</cputune>");
        ck_assert_str_eq(api_cpus(dom, 0, LIVE), "2-3");
        OK(virDomainSetVcpus(dom, 4));
        ck_assert_str_eq(api_cpus(dom, 3, LIVE), "5");
        ck_assert_str_eq(api_cpus(dom, 1, LIVE), "2-3");
    }
}
END_TEST

START_TEST(a_plug_whose_pin_fails_is_taken_back)
{
    virDomainPtr dom;

    api_host("pinoffline=no", "fault=set_affinity:3:fail");
    dom = api_start("d", "<vcpu current='1'>4</vcpu>");
    OK(PIN(dom, 0, LIVE, 0x04));
    OK(PIN(dom, 2, LIVE, 0x08)); /* tried, and kept */
    REFUSED(virDomainSetVCPUState(dom, 2, true, LIVE | CONFIG),
            VIR_ERR_OPERATION_FAILED, NULL);
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0");
    OK(virDomainSetVCPUState(dom, 2, true, LIVE | CONFIG));
    ck_assert_str_eq(api_cpus(dom, 2, LIVE), "3");
}
END_TEST

START_TEST(an_unpinned_vcpu_follows_the_default_set)
{
    virDomainPtr dom = api_start("d", "<vcpu cpuset='2-3'>2</vcpu>");

    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "2-3");
    ck_assert_str_eq(api_cpus(dom, 0, CONFIG), "2-3");
    OK(PIN(dom, 0, LIVE | CONFIG, 0x01));
    ck_assert_str_eq(api_cpus(dom, 0, CONFIG), "0");
    OK(vcpuconfDomainUnpinVcpu(dom, 0, LIVE | CONFIG));
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "2-3");
    ck_assert_str_eq(api_cpus(dom, 0, CONFIG), "2-3");
    ck_assert_str_eq(api_pins(dom), "");
    OK(PIN(dom, 0, LIVE, 0x01));
    OK(vcpuconfDomainUnpinVcpu(dom, 0, CONFIG)); /* has none */
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "0");
    OK(vcpuconfDomainUnpinVcpu(dom, 0, 0));
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "2-3");
}
END_TEST

START_TEST(an_unpinned_vcpu_without_a_default_set_runs_anywhere)
{
    virDomainPtr dom = api_start("d", "<vcpu>2</vcpu>");
    char *set = NULL;

    OK(PIN(dom, 1, LIVE | CONFIG, 0x01));
    OK(vcpuconfDomainUnpinVcpu(dom, 1, LIVE));
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "0-7");
    ck_assert_str_eq(api_cpus(dom, 1, CONFIG), "0");
    OK(vcpuconfDomainUnpinVcpu(dom, 1, CONFIG));
    ck_assert_str_eq(api_cpus(dom, 1, CONFIG), "0-7");
    ck_assert_str_eq(api_own(vcpuconfDomainGetPins(dom, &set)), "");
    ck_assert_str_eq(api_own(set), "");
    OK(PIN(dom, 1, LIVE, 0x01));
    OK(virDomainUndefine(dom));
    OK(vcpuconfDomainUnpinVcpu(dom, 1, LIVE));
    ck_assert_str_eq(api_cpus(dom, 1, LIVE), "0-7");
}
END_TEST

START_TEST(placement_auto_drops_the_default_set)
{
    virDomainPtr dom =
        api_start("d", "<vcpu placement='auto' cpuset='2-3'>2</vcpu>");
    char *set = NULL;

    (void)api_own(vcpuconfDomainGetPins(dom, &set));
    ck_assert_str_eq(api_own(set), "");
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), "0-7");
    ck_assert_str_eq(api_cpus(dom, 0, CONFIG), "0-7");
}
END_TEST

static void check_host(unsigned ncpus)
{
    unsigned char *map = calloc(1, VIR_CPU_MAPLEN(ncpus) + 1);
    int maplen = (int)VIR_CPU_MAPLEN(ncpus);
    virDomainPtr dom;

    api_host(api_text("cpus=%u", ncpus), "");
    dom = api_start("d", "<vcpu current='1'>2</vcpu>");
    VIR_USE_CPU(map, 0);
    VIR_USE_CPU(map, 256);
    VIR_USE_CPU(map, ncpus - 1);
    OK(virDomainPinVcpuFlags(dom, 0, map, maplen, LIVE | CONFIG));
    OK(virDomainPinVcpuFlags(dom, 1, map, maplen, LIVE | CONFIG));
    ck_assert_str_eq(api_cpus(dom, 0, LIVE),
                     api_text("0,256,%u", ncpus - 1));
    OK(virDomainSetVcpus(dom, 2));
    ck_assert_str_eq(api_cpus(dom, 1, LIVE),
                     api_text("0,256,%u", ncpus - 1));
    ck_assert_str_eq(api_pins(dom), api_text("0:0,256,%u;1:0,256,%u", ncpus - 1,
                                             ncpus - 1));
    REFUSED(virDomainPinVcpuFlags(dom, 0, map, maplen + 1, LIVE),
            VIR_ERR_INVALID_ARG, NULL);
    VIR_UNUSE_CPU(map, 0);
    VIR_UNUSE_CPU(map, 256);
    OK(virDomainPinVcpu(dom, 0, map, maplen));
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), api_text("%u", ncpus - 1));
    free(map);
}

START_TEST(hosts_above_256_cpus)
{
    check_host(1000);
    check_host(1001);
    check_host(16384);
}
END_TEST

START_TEST(refused_pins_of_a_domain_that_does_not_run)
{
    virDomainPtr dom = api_define("d", "<vcpu>2</vcpu>");
    unsigned char map[1] = {1};

    REFUSED(virDomainPinVcpu(dom, 0, map, 1), VIR_ERR_OPERATION_INVALID,
            "=domain is not running");
    REFUSED(virDomainPinVcpuFlags(dom, 9, map, 1, LIVE),
            VIR_ERR_OPERATION_INVALID, "=domain is not running");
    REFUSED(virDomainPinVcpuFlags(dom, 0, map, 1, LIVE | CONFIG),
            VIR_ERR_OPERATION_INVALID, "=domain is not running");
    REFUSED(virDomainPinVcpuFlags(dom, 0, map, 0, LIVE), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainPinVcpuFlags(dom, 0, map, 1, MAXIMUM | LIVE),
            VIR_ERR_INVALID_ARG,
            "=unsupported flags (0x4) in function virDomainPinVcpuFlags");
    OK(virDomainPinVcpuFlags(dom, 0, map, 1, 0));
    ck_assert_str_eq(api_pins(dom), "0:0");
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("pin", &t);

    tcase_add_test(t, bit_n_of_byte_n_over_8_is_host_cpu_n);
    tcase_add_test(t, a_short_map_means_zeros);
    tcase_add_test(t, a_longer_map_is_an_error);
    tcase_add_test(t, empty_maps_are_refused);
    tcase_add_test(t, vcpus_out_of_range_are_refused_in_libvirts_words);
    tcase_add_test(t, a_live_set_without_an_online_cpu_is_refused);
    tcase_add_test(t, config_accepts_cpus_that_the_host_lacks);
    tcase_add_test(t, a_pin_of_an_offline_vcpu_waits_for_it);
    tcase_add_test(t, a_kept_pin_can_be_changed_and_removed_before_the_plug);
    tcase_add_test(t, a_kept_pin_is_for_this_instance_only);
    tcase_add_test(t,
                   pins_of_the_definition_reach_vcpus_that_are_plugged_later);
    tcase_add_test(t, a_plug_whose_pin_fails_is_taken_back);
    tcase_add_test(t, an_unpinned_vcpu_follows_the_default_set);
    tcase_add_test(t, an_unpinned_vcpu_without_a_default_set_runs_anywhere);
    tcase_add_test(t, placement_auto_drops_the_default_set);
    tcase_add_test(t, hosts_above_256_cpus);
    tcase_add_test(t, refused_pins_of_a_domain_that_does_not_run);
    return s;
}

VC_TEST_MAIN(make_suite)
