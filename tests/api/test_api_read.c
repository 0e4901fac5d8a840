/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The getters, and the guest's agent. */
#include "apitest.h"

#define KIND(name) VIR_DOMAIN_VCPU_MAP_##name

START_TEST(get_vcpus_has_one_entry_per_vcpu_of_the_maximum)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>5</vcpu>");
    virVcpuInfo info[8];
    unsigned char maps[8 * 3];
    unsigned i;

    OK(virDomainSetVCPUState(dom, 3, true, LIVE));
    OK(vcpuconfDomainPinVcpuSet(dom, 3, "6", LIVE));
    memset(info, 0xee, sizeof(info));
    memset(maps, 0xee, sizeof(maps));
    ck_assert_int_eq(virDomainGetVcpus(dom, info, 8, maps, 3), 5);
    for (i = 0; i < 5; i++) {
        ck_assert_uint_eq(info[i].number, i);
        ck_assert_uint_eq(VIR_GET_CPUMAP(maps, 3, i)[0], i == 3 ? 0x40 : 0xff);
        ck_assert_uint_eq(VIR_GET_CPUMAP(maps, 3, i)[1], 0);
        ck_assert_uint_eq(VIR_GET_CPUMAP(maps, 3, i)[2], 0);
        if (i == 2 || i == 4) {
            ck_assert_int_eq(info[i].state, VIR_VCPU_OFFLINE);
            ck_assert_int_eq(info[i].cpu, -1);
        } else {
            ck_assert(info[i].state == VIR_VCPU_RUNNING ||
                      info[i].state == VIR_VCPU_BLOCKED);
            ck_assert(VIR_CPU_USABLE(maps, 3, i, info[i].cpu));
        }
    }
    ck_assert_int_eq(info[3].cpu, 6);
    ck_assert_int_eq(info[5].state, (int)0xeeeeeeee);
}
END_TEST

START_TEST(get_vcpus_with_little_room_and_without_maps)
{
    virDomainPtr dom = api_start("d", "<vcpu>4</vcpu>");
    virVcpuInfo info[4];
    unsigned char maps[4] = {0xee, 0xee, 0xee, 0xee};

    memset(info, 0xee, sizeof(info));
    ck_assert_int_eq(virDomainGetVcpus(dom, info, 2, NULL, 0), 2);
    ck_assert_uint_eq(info[1].number, 1);
    ck_assert_uint_eq(info[2].number, 0xeeeeeeee);
    ck_assert_int_eq(virDomainGetVcpus(dom, info, 2, maps, 1), 2);
    ck_assert_uint_eq(maps[1], 0xff);
    ck_assert_uint_eq(maps[2], 0xee);
    ck_assert_int_eq(virDomainGetVcpuPinInfo(dom, 1, &maps[3], 1, 0), 1);
    ck_assert_uint_eq(maps[3], 0xff);
    REFUSED(virDomainGetVcpus(dom, info, 0, NULL, 0), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainGetVcpus(dom, info, -1, NULL, 0), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainGetVcpus(dom, NULL, 1, NULL, 0), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainGetVcpus(dom, info, 1, NULL, 1), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainGetVcpus(dom, info, 1, maps, 0), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainGetVcpus(dom, info, 1, maps, -1), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainGetVcpuPinInfo(dom, 0, maps, 1, 0), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainGetVcpuPinInfo(dom, 1, maps, 0, 0), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainGetVcpuPinInfo(dom, 1, NULL, 1, 0), VIR_ERR_INVALID_ARG,
            NULL);
    OK(virDomainDestroy(dom));
    REFUSED(virDomainGetVcpus(dom, info, 2, NULL, 0), VIR_ERR_OPERATION_INVALID,
            "=domain is not running");
}
END_TEST

START_TEST(times_never_go_back)
{
    virDomainPtr dom = api_start("d", "<vcpu>1</vcpu>");
    virVcpuInfo a;
    virVcpuInfo b;

    ck_assert_int_eq(virDomainGetVcpus(dom, &a, 1, NULL, 0), 1);
    ck_assert_int_eq(virDomainGetVcpus(dom, &b, 1, NULL, 0), 1);
    ck_assert(b.cpuTime >= a.cpuTime);
}
END_TEST

START_TEST(pin_info_of_the_definition_is_pin_else_default_else_all)
{
    virDomainPtr dom;
    virDomainPtr plain;
    unsigned char maps[3 * 2];

    api_host("cpus=12&offline=11", "");
    dom = api_define("d", "<vcpu cpuset='2-3,9'>3</vcpu><cputune>"
                          "<vcpupin vcpu='1' cpuset='4,40'/></cputune>");
    plain = api_define("plain", "<vcpu>2</vcpu>");
    ck_assert_str_eq(api_cpus(dom, 0, 0), "2-3,9");
    ck_assert_str_eq(api_cpus(dom, 1, CONFIG), "4,40");
    ck_assert_str_eq(api_cpus(plain, 1, CONFIG), "0-11");
    memset(maps, 0xee, sizeof(maps));
    ck_assert_int_eq(virDomainGetVcpuPinInfo(dom, 3, maps, 1, CONFIG), 3);
    ck_assert_uint_eq(maps[0], 0x0c);
    ck_assert_uint_eq(maps[1], 0x10);
    ck_assert_uint_eq(maps[2], 0x0c);
    ck_assert_uint_eq(maps[3], 0xee);
    REFUSED(virDomainGetVcpuPinInfo(dom, 3, maps, 1, LIVE),
            VIR_ERR_OPERATION_INVALID, "=domain is not running");
    REFUSED(virDomainGetVcpuPinInfo(dom, 3, maps, 1, LIVE | CONFIG),
            VIR_ERR_INVALID_ARG, NULL);
}
END_TEST

START_TEST(pin_info_live_is_what_the_hypervisor_does)
{
    virDomainPtr dom;

    api_host("", "fault=set_affinity:1:narrow");
    dom = api_start("d", "<vcpu>1</vcpu>");
    (void)vcpuconfDomainPinVcpuSet(dom, 0, "4-6", LIVE);
    ck_assert_str_eq(api_cpus(dom, 0, LIVE), api_cpus(api_by(eye, dom), 0, 0));
}
END_TEST

START_TEST(each_kind_of_map)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>5</vcpu>");
    const char *map = NULL;

    OK(virDomainSetVCPUState(dom, 4, true, LIVE));
    OK(virDomainSetGuestVCPUState(dom, 1, false, 0));
    ck_assert_str_eq(api_vcpus(dom, 0), "0-1,4");
    ck_assert_str_eq(api_vcpus(dom, KIND(ONLINE)), "0-1,4");
    ck_assert_str_eq(api_vcpus(dom, KIND(OFFLINE) | LIVE), "2-3");
    ck_assert_str_eq(api_vcpus(dom, KIND(ONLINABLE)), "2-3");
    ck_assert_str_eq(api_vcpus(dom, KIND(OFFLINABLE)), "1,4");
    ck_assert_str_eq(api_vcpus(dom, KIND(POSSIBLE)), "0-4");
    ck_assert_str_eq(api_vcpus(dom, KIND(ONLINE) | CONFIG), "0-1");
    ck_assert_str_eq(api_vcpus(dom, KIND(OFFLINE) | CONFIG), "2-4");
    ck_assert_str_eq(api_vcpus(dom, KIND(ONLINABLE) | CONFIG), "2-4");
    ck_assert_str_eq(api_vcpus(dom, KIND(OFFLINABLE) | CONFIG), "1");
    ck_assert_str_eq(api_vcpus(dom, KIND(POSSIBLE) | CONFIG), "0-4");
    ck_assert_str_eq(api_vcpus(dom, KIND(AGENT_ONLINE)), "0,4");
    ck_assert_str_eq(api_vcpus(dom, KIND(AGENT_OFFLINE)), "1");
    ck_assert_str_eq(api_vcpus(dom, KIND(AGENT_ONLINABLE)), "1");
    ck_assert_str_eq(api_vcpus(dom, KIND(AGENT_OFFLINABLE)), "4");
    ck_assert_str_eq(api_vcpus(dom, KIND(AGENT_POSSIBLE) | LIVE), "0-1,4");
    ck_assert_int_eq(virDomainGetVCPUMap(dom, &map, 0), 5);
    (void)api_own((char *)(uintptr_t)map);
}
END_TEST

START_TEST(a_map_is_of_exactly_one_kind)
{
    virDomainPtr dom = api_start("d", "<vcpu current='2'>5</vcpu>");
    const char *map = "untouched";
    unsigned a;

    for (a = 9; a < 18; a++)
        REFUSED(virDomainGetVCPUMap(dom, &map, KIND(ONLINE) | 1u << a),
                VIR_ERR_INVALID_ARG, NULL);
    for (a = 13; a < 18; a++)
        REFUSED(virDomainGetVCPUMap(dom, &map, CONFIG | 1u << a),
                VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainGetVCPUMap(dom, &map, LIVE | CONFIG), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainGetVCPUMap(dom, &map, 1 << 18), VIR_ERR_INVALID_ARG,
            "=unsupported flags (0x40000) in function virDomainGetVCPUMap");
    REFUSED(virDomainGetVCPUMap(dom, NULL, 0), VIR_ERR_INVALID_ARG, NULL);
    ck_assert_str_eq(map, "untouched");
}
END_TEST

START_TEST(counting_flags_of_the_getter)
{
    virDomainPtr dom = api_start("d", "<vcpu current='3'>5</vcpu>");

    OK(virDomainSetGuestVCPUState(dom, 1, false, LIVE));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, GUEST), 2);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, GUEST | LIVE), 2);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, GUEST | MAXIMUM), 3);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, MAXIMUM), 5);
    REFUSED(virDomainGetVcpusFlags(dom, GUEST | CONFIG), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainGetVcpusFlags(dom, LIVE | CONFIG), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainGetVcpusFlags(dom, 1u << 31), VIR_ERR_INVALID_ARG,
            "=unsupported flags (0x80000000) in function "
            "virDomainGetVcpusFlags");
}
END_TEST

START_TEST(the_guest_takes_vcpus_offline_that_stay_plugged)
{
    virDomainPtr dom = api_start("d", "<vcpu current='3'>5</vcpu>");

    OK(virDomainSetVcpusFlags(dom, 1, GUEST));
    ck_assert_str_eq(api_vcpus(dom, KIND(AGENT_ONLINE)), "0");
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-2");
    OK(virDomainSetVcpusFlags(dom, 3, GUEST | LIVE));
    ck_assert_str_eq(api_vcpus(dom, KIND(AGENT_ONLINE)), "0-2");
    OK(virDomainSetGuestVcpus(dom, "1-2", 0, 0));
    OK(virDomainSetGuestVcpus(dom, "2", 1, 0));
    ck_assert_str_eq(api_vcpus(dom, KIND(AGENT_ONLINE)), "0,2");
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 3);
    ck_assert_int_eq(api_revisions(dom), 1);
}
END_TEST

START_TEST(what_a_guest_can_not_do_is_refused)
{
    virDomainPtr dom = api_start("d", "<vcpu current='3'>5</vcpu>");

    REFUSED(virDomainSetVcpusFlags(dom, 4, GUEST), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetVcpusFlags(dom, 0, GUEST), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetVcpusFlags(dom, 2, GUEST | CONFIG), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainSetVcpusFlags(dom, 2, GUEST | LIVE | CONFIG),
            VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetGuestVCPUState(dom, 0, false, 0),
            VIR_ERR_OPERATION_UNSUPPORTED, NULL);
    REFUSED(virDomainSetGuestVcpus(dom, "0-1", 0, 0),
            VIR_ERR_OPERATION_UNSUPPORTED, NULL);
    REFUSED(virDomainSetGuestVCPUState(dom, 3, true, 0), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainSetGuestVCPUState(dom, -1, true, 0), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainSetGuestVcpus(dom, "2-3", 0, 0), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(virDomainSetGuestVcpus(dom, "", 0, 0), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetGuestVcpus(dom, NULL, 0, 0), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetGuestVcpus(dom, "1", 2, 0), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virDomainSetGuestVcpus(dom, "1", 0, LIVE), VIR_ERR_INVALID_ARG,
            NULL);
    OK(virDomainDestroy(dom));
    REFUSED(virDomainSetVcpusFlags(dom, 2, GUEST), VIR_ERR_OPERATION_INVALID,
            "=domain is not running");
    REFUSED(virDomainSetGuestVCPUState(dom, 1, false, 0),
            VIR_ERR_OPERATION_INVALID, "=domain is not running");
    REFUSED(virDomainGetVcpusFlags(dom, GUEST), VIR_ERR_OPERATION_INVALID,
            "=domain is not running");
}
END_TEST

static void check_guest_refused(virDomainPtr dom, int code)
{
    const char *map;
    unsigned a;

    REFUSED(virDomainSetVcpusFlags(dom, 1, GUEST), code, NULL);
    REFUSED(virDomainGetVcpusFlags(dom, GUEST), code, NULL);
    REFUSED(virDomainSetGuestVCPUState(dom, 1, false, 0), code, NULL);
    REFUSED(virDomainSetGuestVcpus(dom, "1", 0, 0), code, NULL);
    for (a = 13; a < 18; a++)
        REFUSED(virDomainGetVCPUMap(dom, &map, 1u << a), code, NULL);
}

START_TEST(a_hypervisor_without_agents)
{
    api_host("agent=no", "");
    check_guest_refused(api_start("d", "<vcpu>3</vcpu>"),
                        VIR_ERR_OPERATION_UNSUPPORTED);
}
END_TEST

START_TEST(a_domain_without_an_agent)
{
    check_guest_refused(
        api_own_domain(virDomainLookupByName(conn, "Domain-0")),
        VIR_ERR_ARGUMENT_UNSUPPORTED);
}
END_TEST

START_TEST(an_agent_that_does_not_answer)
{
    api_host("", "fault=agent_get:*:timeout,agent_set:*:timeout");
    check_guest_refused(api_start("d", "<vcpu>3</vcpu>"),
                        VIR_ERR_AGENT_UNRESPONSIVE);
}
END_TEST

START_TEST(an_agent_that_stops_half_way_says_so)
{
    virDomainPtr dom;

    api_host("", "fault=agent_set:1:timeout");
    dom = api_start("d", "<vcpu>5</vcpu>");
    FAILS(virDomainSetVcpusFlags(dom, 1, GUEST), VIR_ERR_AGENT_UNRESPONSIVE,
          NULL);
    ck_assert_str_eq(api_vcpus(dom, LIVE), "0-4");
    OK(virDomainSetVcpusFlags(dom, 1, GUEST));
    ck_assert_str_eq(api_vcpus(dom, KIND(AGENT_ONLINE)), "0");
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("read", &t);

    tcase_add_test(t, get_vcpus_has_one_entry_per_vcpu_of_the_maximum);
    tcase_add_test(t, get_vcpus_with_little_room_and_without_maps);
    tcase_add_test(t, times_never_go_back);
    tcase_add_test(t, pin_info_of_the_definition_is_pin_else_default_else_all);
    tcase_add_test(t, pin_info_live_is_what_the_hypervisor_does);
    tcase_add_test(t, each_kind_of_map);
    tcase_add_test(t, a_map_is_of_exactly_one_kind);
    tcase_add_test(t, counting_flags_of_the_getter);
    tcase_add_test(t, the_guest_takes_vcpus_offline_that_stay_plugged);
    tcase_add_test(t, what_a_guest_can_not_do_is_refused);
    tcase_add_test(t, a_hypervisor_without_agents);
    tcase_add_test(t, a_domain_without_an_agent);
    tcase_add_test(t, an_agent_that_does_not_answer);
    tcase_add_test(t, an_agent_that_stops_half_way_says_so);
    return s;
}

VC_TEST_MAIN(make_suite)
