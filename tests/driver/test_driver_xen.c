/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of the Xen driver needs no Xen: opening it here, and Xen's words. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "driver/xen/values.h"
#include "driver/xen/xen.h"
#include "world.h"

/* ---- opening ---- */

START_TEST(only_one_uri_is_of_xen)
{
    static const char *const wrong[] = {
        "xen:///", "xen:///session", "xen:///system/", "xen:///system/x",
        "xen:///default", "xen://",
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(wrong); i++)
        vc_world_refuse_open(wrong[i], VC_ERR_INVALID_ARG, "xen:///system");
    vc_world_refuse_open("xen:///system?cpus=4", VC_ERR_INVALID_ARG,
                         "unknown parameter 'cpus'");
}
END_TEST

START_TEST(another_scheme_is_not_mine)
{
    struct vc_error err = {0};
    VC_URI_AUTO *uri = vc_uri_parse("test:///system", &err);
    struct vc_driver *drv = NULL;

    ck_assert_int_eq(vc_xen_driver_ops.open(uri, &drv, &err), VC_OPEN_NOT_MINE);
    ck_assert_int_eq(err.code, 0);
    ck_assert_ptr_null(drv);
}
END_TEST

START_TEST(where_there_is_no_xen_it_says_so)
{
    if (access("/dev/xen", F_OK) == 0 || access("/proc/xen", F_OK) == 0)
        return; /* there may be one */
    ck_assert(!vc_xen_driver_ops.probe());
    vc_world_refuse_open("xen:///system", VC_ERR_NO_CONNECT,
                         "no Xen hypervisor here");
}
END_TEST

START_TEST(what_xl_does_is_refused_by_name_of_the_command)
{
    const struct vc_driver_ops *ops = &vc_xen_driver_ops;
    char name[] = "web";
    struct vc_create_spec spec = {name, NULL, 1, NULL};
    struct vc_instance inst = {.name = name};
    struct vc_instance ret = {0};
    struct vc_cpuset set = {0};
    struct vc_agent agent = {0};
    struct vc_error err;

    REFUSED(ops->create(NULL, &spec, &ret, &err), VC_ERR_NO_SUPPORT,
            "xl create");
    REFUSED(ops->destroy(NULL, &inst, &err), VC_ERR_NO_SUPPORT,
            "xl destroy web");
    REFUSED(ops->agent_get(NULL, &inst, 1, &agent, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "agent");
    REFUSED(ops->agent_set(NULL, &inst, &set, true, 1, NULL, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "agent");
}
END_TEST

START_TEST(domain_0_is_known_by_two_files)
{
    ck_assert(vc_xen_is_control("control_d", NULL));
    ck_assert(vc_xen_is_control("", "000228f0"));
    ck_assert(vc_xen_is_control(NULL, "000228f0"));
    ck_assert(!vc_xen_is_control("", "000220f0"));
    ck_assert(!vc_xen_is_control("", ""));
    ck_assert(!vc_xen_is_control(NULL, NULL));
}
END_TEST

/* ---- versions and errors ---- */

START_TEST(versions_are_read_and_written)
{
    char text[16] = "";

    vc_xen_version_text(4 << 16 | 17, text);
    ck_assert_str_eq(text, "4.17");
    ck_assert(vc_xen_library_version("/usr/lib/libxenctrl.so.4.14.0", text));
    ck_assert_str_eq(text, "4.14");
    ck_assert(vc_xen_library_version("libxenctrl.so.4.19", text));
    ck_assert_str_eq(text, "4.19");
    ck_assert(!vc_xen_library_version("libxenctrl.so", text));
    ck_assert(!vc_xen_library_version("libxenctrl.so.4", text));
    ck_assert(!vc_xen_library_version("/usr/sbin/program", text));
    ck_assert_str_eq(text, "4.19");
}
END_TEST

START_TEST(each_errno_has_its_code)
{
    static const struct {
        int errnum;
        int code;
        const char *words;
    } cases[] = {
        {ESRCH, VC_ERR_OPERATION_INVALID, "domain is not running"},
        {ENOMEM, VC_ERR_NO_MEMORY, "out of memory"},
        {EPERM, VC_ERR_OPERATION_DENIED, "vcpu 3: the Xen hypervisor"},
        {EACCES, VC_ERR_OPERATION_DENIED, "vcpu 3"},
        {EBUSY, VC_ERR_RESOURCE_BUSY, "vcpu 3"},
        {EFAULT, VC_ERR_SYSTEM_ERROR, "vcpu 3: "},
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++) {
        struct vc_error err;

        REFUSED(vc_xen_error(&err, cases[i].errnum, "vcpu %d", 3),
                cases[i].code, cases[i].words);
    }
}
END_TEST

/* ---- domains ---- */

static bool alive(uint32_t flags, unsigned why, unsigned max_vcpu_id)
{
    xc_domaininfo_t info = {.max_vcpu_id = max_vcpu_id};

    info.flags = flags | why << XEN_DOMINF_shutdownshift;
    return vc_xen_is_alive(&info);
}

START_TEST(who_has_ended_is_not_alive)
{
    const uint32_t down = XEN_DOMINF_shutdown;

    ck_assert(alive(XEN_DOMINF_running, 255, 3));
    ck_assert(alive(XEN_DOMINF_blocked, 255, 0));
    ck_assert(alive(XEN_DOMINF_paused, 255, 0));
    ck_assert(alive(0, 0, 8191));
    ck_assert(!alive(XEN_DOMINF_dying, 255, 3));
    ck_assert(!alive(XEN_DOMINF_dying | down, SHUTDOWN_suspend, 3));
    ck_assert(!alive(down, SHUTDOWN_poweroff, 3));
    ck_assert(!alive(down, SHUTDOWN_reboot, 3));
    ck_assert(!alive(down, SHUTDOWN_crash, 3));
    ck_assert(!alive(down, SHUTDOWN_watchdog, 3));
    ck_assert(alive(down, SHUTDOWN_suspend, 3));
    ck_assert(alive(down, SHUTDOWN_soft_reset, 3));
    ck_assert(!alive(XEN_DOMINF_paused, 255, XEN_INVALID_MAX_VCPU_ID));
}
END_TEST

START_TEST(a_maximum_is_one_above_the_last_id)
{
    xc_domaininfo_t info = {.max_vcpu_id = 0};

    ck_assert_uint_eq(vc_xen_maximum(&info), 1);
    info.max_vcpu_id = 5;
    ck_assert_uint_eq(vc_xen_maximum(&info), 6);
    info.max_vcpu_id = XEN_INVALID_MAX_VCPU_ID;
    ck_assert_uint_eq(vc_xen_maximum(&info), 0);
}
END_TEST

START_TEST(a_domain_is_new_until_it_has_run)
{
    xc_domaininfo_t info = {.flags = XEN_DOMINF_paused};

    ck_assert(vc_xen_is_new(&info));
    info.cpu_time = 1;
    ck_assert(!vc_xen_is_new(&info));
    info.cpu_time = 0;
    info.flags = XEN_DOMINF_blocked;
    ck_assert(!vc_xen_is_new(&info));
}
END_TEST

#if defined(__x86_64__) || defined(__i386__)
START_TEST(only_an_hvm_guest_has_a_device_model)
{
    xc_domaininfo_t info = {0};

    ck_assert(!vc_xen_has_device_model(&info));
    info.flags = XEN_DOMINF_hvm_guest; /* PVH */
    info.arch_config.emulation_flags = XEN_X86_EMU_LAPIC;
    ck_assert(!vc_xen_has_device_model(&info));
    info.arch_config.emulation_flags |= XEN_X86_EMU_IOAPIC | XEN_X86_EMU_VPCI;
    ck_assert(!vc_xen_has_device_model(&info)); /* a PVH Domain-0 */
    info.arch_config.emulation_flags = XEN_X86_EMU_ALL & ~XEN_X86_EMU_VPCI;
    ck_assert(vc_xen_has_device_model(&info));
    info.flags = 0;
    ck_assert(!vc_xen_has_device_model(&info));
}
END_TEST
#endif

START_TEST(vcpu_states_are_told_apart)
{
    xc_vcpuinfo_t info = {0};

    ck_assert_int_eq(vc_xen_vcpu_state(&info), VC_VCPU_OFFLINE);
    info.blocked = 1;
    ck_assert_int_eq(vc_xen_vcpu_state(&info), VC_VCPU_OFFLINE);
    info.online = 1;
    ck_assert_int_eq(vc_xen_vcpu_state(&info), VC_VCPU_BLOCKED);
    info.blocked = 0; /* waits for a host CPU */
    ck_assert_int_eq(vc_xen_vcpu_state(&info), VC_VCPU_RUNNING);
    info.running = 1;
    ck_assert_int_eq(vc_xen_vcpu_state(&info), VC_VCPU_RUNNING);
}
END_TEST

/* ---- maps ---- */

START_TEST(maps_are_cut_to_the_host)
{
    static const struct {
        const char *cpus;
        unsigned ncpus;
        const char *then;
    } cases[] = {
        {"0-3", 4, "0-3"},       {"0-16383", 4, "0-3"},
        {"7", 8, "7"},           {"8", 8, ""},
        {"8", 9, "8"},           {"3,9-20", 13, "3,9-12"},
        {"0,255-257", 256, "0,255"}, {"16383", 16384, "16383"},
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++) {
        size_t len = vc_xen_map_size(cases[i].ncpus);
        uint8_t *map = malloc(len);
        SET_AUTO(cpus, cases[i].cpus);
        VC_CPUSET_AUTO back = {0};
        struct vc_error err;

        ck_assert_ptr_nonnull(map);
        vc_xen_map_write(&cpus, map, cases[i].ncpus);
        OK(vc_xen_map_read(map, cases[i].ncpus, &back, &err));
        IS_SET(&back, cases[i].then);
        free(map);
    }
}
END_TEST

START_TEST(bits_behind_the_last_cpu_are_not_read)
{
    const uint8_t all[2] = {0xff, 0xff};
    VC_CPUSET_AUTO cpus = {0};
    struct vc_error err;

    OK(vc_xen_map_read(all, 4, &cpus, &err));
    IS_SET(&cpus, "0-3");
    OK(vc_xen_map_read(all, 9, &cpus, &err));
    IS_SET(&cpus, "0-8");
    OK(vc_xen_map_read(all, 16, &cpus, &err));
    IS_SET(&cpus, "0-15");
}
END_TEST

/* ---- the host ---- */

#define NOWHERE {XEN_INVALID_CORE_ID, XEN_INVALID_SOCKET_ID, XEN_INVALID_NODE_ID}

START_TEST(an_offline_cpu_is_part_of_the_host_but_not_online)
{
    static const xc_cputopo_t topo[] = {
        {0, 0, 0}, {1, 0, 0}, NOWHERE, {1, 1, 1}};
    xc_physinfo_t phys = {.threads_per_core = 1, .cores_per_socket = 2,
                          .nr_cpus = 3, .max_cpu_id = 4, .nr_nodes = 2,
                          .max_node_id = 63, .cpu_khz = 2300500};
    VC_HOST_AUTO host = {0};
    struct vc_error err;

    OK(vc_xen_host_fill(&host, &phys, topo, 4, &err)); /* CPU 4 is off too */
    ck_assert_uint_eq(host.ncpus, 5);
    IS_SET(&host.online, "0-1,3");
    ck_assert_uint_eq(host.nodes, 2);
    IS_SET(&host.node_cpus[0], "0-1");
    IS_SET(&host.node_cpus[1], "3");
    ck_assert_uint_eq(host.mhz, 2300);
    ck_assert_uint_eq(host.cores, 2);
    ck_assert_uint_eq(host.threads, 1);
    ck_assert_uint_ge(host.nodes * host.sockets * host.cores * host.threads, 5);
}
END_TEST

START_TEST(odd_topologies_are_still_sound)
{
    static const xc_cputopo_t topo[] = {{0, 0, 0}, {0, 1, 5}, {0, 2, 5}};
    xc_physinfo_t phys = {.nr_cpus = 3, .max_cpu_id = 2, .nr_nodes = 2};
    VC_HOST_AUTO host = {0};
    struct vc_error err;

    OK(vc_xen_host_fill(&host, &phys, topo, 3, &err));
    ck_assert_uint_eq(host.nodes, 6); /* with holes */
    IS_SET(&host.node_cpus[5], "1-2");
    ck_assert(vc_cpuset_is_empty(&host.node_cpus[3]));
    ck_assert_uint_ge(host.nodes * host.sockets * host.cores * host.threads, 3);
    ck_assert_uint_ge(host.sockets, 1);
}
END_TEST

START_TEST(paths_of_the_largest_numbers_fit)
{
    char path[VC_XEN_PATH_MAX];

    vc_xen_path_availability(path, 7, 3);
    ck_assert_str_eq(path, "/local/domain/7/cpu/3/availability");
    vc_xen_path_availability(path, 32751, 16383);
    ck_assert_str_eq(path, "/local/domain/32751/cpu/16383/availability");
    vc_xen_path_name(path, 32751);
    ck_assert_str_eq(path, "/local/domain/32751/name");
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &only_one_uri_is_of_xen,
        &another_scheme_is_not_mine,
        &where_there_is_no_xen_it_says_so,
        &what_xl_does_is_refused_by_name_of_the_command,
        &domain_0_is_known_by_two_files,
        &versions_are_read_and_written,
        &each_errno_has_its_code,
        &who_has_ended_is_not_alive,
        &a_maximum_is_one_above_the_last_id,
        &a_domain_is_new_until_it_has_run,
#if defined(__x86_64__) || defined(__i386__)
        &only_an_hvm_guest_has_a_device_model,
#endif
        &vcpu_states_are_told_apart,
        &maps_are_cut_to_the_host,
        &bits_behind_the_last_cpu_are_not_read,
        &an_offline_cpu_is_part_of_the_host_but_not_online,
        &odd_topologies_are_still_sound,
        &paths_of_the_largest_numbers_fit,
    };
    Suite *suite = suite_create("driver: xen");
    TCase *tcase = tcase_create("without a Xen");
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
