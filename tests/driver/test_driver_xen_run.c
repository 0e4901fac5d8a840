/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of the Xen driver on a hypervisor with made-up domains: opening,
 * reading, pinning. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "fake_xenctrl.h"
#include "fake_xenstored.h"
#include "world.h"
#include "xen_scene.h"

/* ---- opening ---- */

START_TEST(what_hinders_opening_is_said)
{
    static const struct {
        enum fake_call call;
        int errnum;
        int code;
        const char *words;
    } cases[] = {
        {FAKE_OPEN, EACCES, VC_ERR_OPERATION_DENIED, "permission denied"},
        {FAKE_OPEN, EPERM, VC_ERR_OPERATION_DENIED, "not permitted"},
        {FAKE_OPEN, ENOENT, VC_ERR_NO_CONNECT, "no Xen hypervisor here"},
        {FAKE_OPEN, EIO, VC_ERR_SYSTEM_ERROR, "can't be opened"},
        {FAKE_VERSION, ENOSYS, VC_ERR_NO_CONNECT, "is not its device"},
        {FAKE_INFOLIST, EPERM, VC_ERR_OPERATION_DENIED, "run it in Domain-0"},
        {FAKE_INFOLIST, EACCES, VC_ERR_NO_CONNECT,
         "this build is for Xen another, the hypervisor is 4.17"},
        {FAKE_PHYSINFO, EIO, VC_ERR_SYSTEM_ERROR, "no answer"},
        {FAKE_XENCALL_OPEN, EACCES, VC_ERR_OPERATION_DENIED,
         "permission denied"},
        {FAKE_XENCALL_ROOM, EIO, VC_ERR_SYSTEM_ERROR, "can't be opened"},
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++) {
        fake_xen_fails(cases[i].call, cases[i].errnum, 1);
        vc_world_refuse_open("xen:///system", cases[i].code, cases[i].words);
        fake_xen_fails(cases[i].call, 0, 0);
        ck_assert_int_eq(fake_xen_handles(), 2); /* those of the fixture */
    }
}
END_TEST

/* Handles of the parent are not the child's: it opens its own. */
START_TEST(a_forked_child_opens_anew)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    pid_t child;
    int status;

    ck_assert(fake_xenstored_has("/", NULL)); /* its thread holds no lock */
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        bool news;
        int before = fake_xen_handles();

        if (snapshot(&live, &err) < 0 || fake_xen_handles() != before + 2)
            _exit(1);
        if (drv->ops->dispatch(drv, &news, &err) == 0)
            _exit(2);
        fake_xen_fails(FAKE_OPEN, EACCES, 1);
        if (fork() == 0)
            _exit(snapshot(&live, &err) == 0 ||
                  err.code != VC_ERR_OPERATION_DENIED);
        if (wait(&status) < 0 || status != 0)
            _exit(3);
        vc_driver_close(drv);
        _exit(fake_xen_handles() == before ? 0 : 4);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    OK(snapshot(&live, &err));
}
END_TEST

/* ---- reading ---- */

START_TEST(the_host_is_the_hypervisors)
{
    VC_HOST_AUTO host = {0};
    struct vc_error err;

    OK(drv->ops->host(drv, &host, &err));
    ck_assert_uint_eq(host.ncpus, FAKE_CPUS);
    IS_SET(&host.online, "0-3");
    ck_assert_uint_eq(host.memory_kib, 4096);
    ck_assert_uint_eq(host.threads, 2);
    fake_xen_fails(FAKE_TOPOLOGY, EBUSY, 1);
    REFUSED(drv->ops->host(drv, &host, &err), VC_ERR_RESOURCE_BUSY, "topology");
    ck_assert_uint_eq(host.ncpus, FAKE_CPUS);
}
END_TEST

START_TEST(all_domains_are_listed)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    struct vc_error err;
    unsigned i;

    for (i = 10; i < 50; i++) { /* more than are asked for at once */
        char path[64];
        char name[16];

        (void)fake_xen_add(i, (unsigned char)i);
        (void)snprintf(path, sizeof(path), "/local/domain/%u/name", i);
        (void)snprintf(name, sizeof(name), "vm%u", i);
        fake_xenstored_set(path, name);
    }
    fake_xen_domain(20)->info.flags = XEN_DOMINF_dying;
    OK(drv->ops->list(drv, &list, &err));
    ck_assert_uint_eq(list.n, 2 + 39);
    ck_assert_uint_eq(list.nunclear, 0);
    ck_assert_str_eq(list.items[0].name, "Domain-0");
    ck_assert_str_eq(list.items[40].name, "vm49");
    fake_xen_fails(FAKE_INFOLIST, EIO, 2);
    REFUSED(drv->ops->list(drv, &list, &err), VC_ERR_SYSTEM_ERROR,
            "can't list the domains");
    ck_assert_uint_eq(list.n, 2 + 39);
}
END_TEST

START_TEST(a_domain_without_a_name)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_INSTANCE_AUTO inst = {0};
    struct fake_domain *domain = fake_xen_add(9, 9);
    struct vc_error err;

    OK(drv->ops->list(drv, &list, &err));
    ck_assert_uint_eq(list.n, 2);
    ck_assert_uint_eq(list.nunclear, 1);
    ck_assert_str_eq(list.unclear[0].name, "domain-9");
    ck_assert_int_eq(find_name("domain-9", &inst, &err), -1);
    ck_assert_str_eq(err.text, "xenstore has no name for domain 9");
    ck_assert_int_eq(find_id(9, &inst, &err), 1);
    ck_assert_str_eq(inst.name, "/local/domain/9");

    domain->info.flags = XEN_DOMINF_paused; /* it is being built */
    domain->info.cpu_time = 0;
    OK(drv->ops->list(drv, &list, &err));
    ck_assert_uint_eq(list.nunclear, 0);
    ck_assert_int_eq(find_id(9, &inst, &err), 0);
    ck_assert_int_eq(find_name("domain-9", &inst, &err), 0);
}
END_TEST

START_TEST(domains_are_found_by_uuid_and_id)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    int round;

    (void)fake_xen_add(6, 0x66);
    fake_xenstored_set("/local/domain/6/name", "db");
    for (round = 0; round < 2; round++) { /* the last one is asked first */
        ck_assert_int_eq(find_uuid(0x66, &inst, &err), 1);
        ck_assert_int_eq(inst.id, 6);
        ck_assert_str_eq(inst.name, "db");
        ck_assert(inst.has_uuid);
        ck_assert_int_eq(find_uuid(0x66, &inst, &err), 1);
        ck_assert_int_eq(find_uuid(0x55, &inst, &err), 1);
        ck_assert_str_eq(inst.name, "web");
    }
    ck_assert_int_eq(find_uuid(0, &inst, &err), 1);
    ck_assert_str_eq(inst.name, "Domain-0");
    ck_assert_int_eq(find_uuid(0x77, &inst, &err), 0);
    ck_assert_int_eq(find_id(5, &inst, &err), 1);
    ck_assert_int_eq(find_id(7, &inst, &err), 0);
    ck_assert_int_eq(find_id(-1, &inst, &err), 0);
    ck_assert_int_eq(find_id(0x7ff0, &inst, &err), 0);
    ck_assert_int_eq(find_name("nobody", &inst, &err), 0);
    fake_xen_fails(FAKE_INFOLIST, EIO, 1);
    ck_assert_int_eq(find_uuid(0x77, &inst, &err), -1);
    ck_assert_int_eq(find_id(5, &inst, &err), -1);
    ck_assert_int_eq(find_name("web", &inst, &err), -1);
}
END_TEST

START_TEST(without_xenstored_uuids_still_lead_to_domains)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;

    fake_xenstored_stop();
    ck_assert_int_eq(find_uuid(0x55, &inst, &err), 1);
    ck_assert_str_eq(inst.name, "/local/domain/5");
    ck_assert_int_eq(find_id(0, &inst, &err), 1);
    ck_assert_str_eq(inst.name, "Domain-0");
    REFUSED(drv->ops->list(drv, &list, &err), VC_ERR_OPERATION_FAILED,
            "xenstored is not running");
    ck_assert_int_eq(find_name("web", &inst, &err), -1);
    fake_xenstored_start();
}
END_TEST

START_TEST(a_snapshot_is_the_hypervisors)
{
    struct fake_domain *domain = fake_xen_domain(WEB);
    VC_LIVE_AUTO live = {0};
    struct vc_error err;

    OK(snapshot(&live, &err));
    ck_assert_uint_eq(live.maximum, 4);
    IS_SET(&live.online, "0-1");
    IS_SET(&live.usable, "0-2");
    IS_SET(&live.vcpus[2].affinity, "0-2");
    IS_SET(&live.vcpus[2].soft, "0-3");
    ck_assert(vc_cpuset_is_empty(&live.vcpus[3].affinity)); /* never was */
    ck_assert_int_eq(live.vcpus[0].state, VC_VCPU_RUNNING);
    ck_assert_int_eq(live.vcpus[1].state, VC_VCPU_BLOCKED);
    ck_assert_int_eq(live.vcpus[3].state, VC_VCPU_OFFLINE);
    ck_assert_int_eq(live.vcpus[1].cpu, 1);
    ck_assert_int_eq(live.vcpus[2].cpu, -1);
    ck_assert_uint_eq(live.vcpus[1].time_ns, 101);
    ck_assert(!live.paused);

    domain->info.flags = XEN_DOMINF_hvm_guest | XEN_DOMINF_paused;
    domain->info.arch_config.emulation_flags = XEN_X86_EMU_PM;
    OK(snapshot(&live, &err));
    ck_assert(live.paused);
    ck_assert_uint_eq(live.caps & VC_CAP_ONLINE, 0);
    ck_assert_ptr_nonnull(live.no_online);
}
END_TEST

START_TEST(only_what_is_wanted_is_asked)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err;

    fake_xen_fails(FAKE_INFOLIST, EIO, 2); /* once, behind the affinity */
    fake_xen_fails(FAKE_VCPU_INFO, EIO, 1);
    fake_xen_fails(FAKE_POOL, EIO, 1);
    OK(drv->ops->snapshot(drv, &web,
                          VC_LIVE_JUST_FOUND | VC_LIVE_AFFINITY | VC_LIVE_OF(1),
                          &live, &err));
    ck_assert_uint_eq(live.maximum, 4);
    IS_SET(&live.vcpus[1].affinity, "0-2");
    ck_assert(vc_cpuset_is_empty(&live.vcpus[0].affinity));
    fake_xen_fails(FAKE_GET_AFFINITY, EIO, 1);
    OK(drv->ops->snapshot(drv, &web, VC_LIVE_JUST_FOUND, &live, &err));
    ck_assert_uint_eq(live.maximum, 4);
}
END_TEST

START_TEST(what_a_snapshot_lacks_is_an_error)
{
    static const struct {
        enum fake_call call;
        int errnum;
        int code;
        const char *words;
    } cases[] = {
        {FAKE_POOL, EIO, VC_ERR_SYSTEM_ERROR, "cpupool 0"},
        {FAKE_VCPU_INFO, EPERM, VC_ERR_OPERATION_DENIED, "vcpu 0 of domain 5"},
        {FAKE_GET_AFFINITY, EIO, VC_ERR_SYSTEM_ERROR,
         "the affinity of vcpu 0 of domain 5"},
        {FAKE_INFOLIST, EBUSY, VC_ERR_RESOURCE_BUSY, "domain 5"},
        {FAKE_MULTICALL, EFAULT, VC_ERR_SYSTEM_ERROR, "no answer"},
    };
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    size_t i;

    OK(snapshot(&live, &err));
    for (i = 0; i < VC_NELEMS(cases); i++) {
        fake_xen_fails(cases[i].call, cases[i].errnum, 1);
        REFUSED(snapshot(&live, &err), cases[i].code, cases[i].words);
        fake_xen_fails(cases[i].call, 0, 0);
        IS_SET(&live.online, "0-1");
    }
    fake_xen_domain(WEB)->info.cpupool = 7; /* which has just gone */
    REFUSED(snapshot(&live, &err), VC_ERR_OPERATION_INVALID, "not running");
}
END_TEST

START_TEST(many_vcpus_are_read_in_several_goes)
{
    struct fake_domain *domain = fake_xen_domain(WEB);
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    unsigned i;

    domain->info.max_vcpu_id = FAKE_VCPUS_MAX - 1;
    for (i = 0; i < FAKE_VCPUS_MAX; i++)
        domain->vcpus[i] = (struct fake_vcpu){
            .exists = true, .online = i % 2, .hard = i % 3 ? 1 : 2, .soft = 4};
    OK(snapshot(&live, &err));
    ck_assert_uint_eq(live.maximum, FAKE_VCPUS_MAX);
    ck_assert_uint_eq(vc_cpuset_count(&live.online), FAKE_VCPUS_MAX / 2);
    for (i = 0; i < FAKE_VCPUS_MAX; i++) {
        ck_assert(vc_cpuset_contains(&live.online, i) == (i % 2 == 1));
        ck_assert_uint_eq(live.vcpus[i].time_ns, 100 + i);
        ck_assert_int_eq(vc_cpuset_next(&live.vcpus[i].affinity, 0),
                         i % 3 ? 0 : 1);
        ck_assert_int_eq(vc_cpuset_next(&live.vcpus[i].soft, 0), 2);
    }
    /* one that is not there yet hides none behind it */
    domain->vcpus[40].exists = false;
    OK(snapshot(&live, &err));
    ck_assert(vc_cpuset_is_empty(&live.vcpus[40].affinity));
    ck_assert_int_eq(live.vcpus[40].state, VC_VCPU_OFFLINE);
    ck_assert_uint_eq(live.vcpus[41].time_ns, 141);
    /* it ends between two goes: once in xen_info_of, once behind each */
    fake_xen_fails(FAKE_INFOLIST, ESRCH, 3);
    REFUSED(snapshot(&live, &err), VC_ERR_OPERATION_INVALID, "not running");
    ck_assert_uint_eq(live.vcpus[41].time_ns, 141);
}
END_TEST

/* Its number is another's at once, or nobody's. */
START_TEST(a_run_that_ended_is_not_running)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err;

    fake_xen_domain(WEB)->info.flags = XEN_DOMINF_dying;
    REFUSED(snapshot(&live, &err), VC_ERR_OPERATION_INVALID, "not running");
    REFUSED(pin(0, "1", NULL, &err), VC_ERR_OPERATION_INVALID, "not running");
    fake_xen_remove(WEB);
    (void)fake_xen_add(WEB + 1, 0x66);
    REFUSED(snapshot(&live, &err), VC_ERR_OPERATION_INVALID, "not running");
    REFUSED(plug("2", true, NULL, &err), VC_ERR_OPERATION_INVALID,
            "not running");
    (void)fake_xen_add(WEB, 0x55);
    OK(snapshot(&live, &err));
    (void)strcpy(web.start, "xen:of another boot:5");
    REFUSED(snapshot(&live, &err), VC_ERR_OPERATION_INVALID, "not running");
}
END_TEST

/* ---- pinning ---- */

START_TEST(pins_are_hard_affinity)
{
    VC_CPUSET_AUTO effective = {0};
    struct vc_error err;

    OK(pin(1, "1,3", &effective, &err));
    IS_SET(&effective, "1");
    ck_assert_uint_eq(fake_xen_domain(WEB)->vcpus[1].hard, 2);
    ck_assert_uint_eq(fake_xen_domain(WEB)->vcpus[1].soft, 0xf);
    OK(pin(2, "0", NULL, &err)); /* an offline one too */
    REFUSED(pin(4, "0", &effective, &err), VC_ERR_INVALID_ARG,
            "vcpu 4 is out of range of domain 'web' (0-3)");
    REFUSED(pin(0, "3", &effective, &err), VC_ERR_INVALID_ARG,
            "no CPU of 3 is online for this domain (online: 0-2)");
    fake_xen_fails(FAKE_SET_AFFINITY, EINVAL, 1);
    REFUSED(pin(0, "1", &effective, &err), VC_ERR_OPERATION_FAILED,
            "refuses to pin vcpu 0 of domain 'web' to 1");
    fake_xen_fails(FAKE_SET_AFFINITY, EPERM, 1);
    REFUSED(pin(0, "1", &effective, &err), VC_ERR_OPERATION_DENIED, "'web'");
    fake_xen_fails(FAKE_SET_AFFINITY, EINVAL, 1);
    fake_xen_fails(FAKE_POOL, EIO, 1);
    REFUSED(pin(0, "1", &effective, &err), VC_ERR_SYSTEM_ERROR, "cpupool");
    fake_xen_fails(FAKE_MULTICALL, EFAULT, 1);
    REFUSED(pin(0, "1", &effective, &err), VC_ERR_SYSTEM_ERROR, "no answer");
    fake_xen_fails(FAKE_MULTICALL, 0, 0);
    fake_xen_fails(FAKE_INFOLIST, EIO, 1);
    REFUSED(pin(0, "1", &effective, &err), VC_ERR_SYSTEM_ERROR, "domain 5");
    IS_SET(&effective, "1");
    ck_assert_uint_eq(fake_xen_domain(WEB)->vcpus[0].hard, 7);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &what_hinders_opening_is_said,
        &a_forked_child_opens_anew,
        &the_host_is_the_hypervisors,
        &all_domains_are_listed,
        &a_domain_without_a_name,
        &domains_are_found_by_uuid_and_id,
        &without_xenstored_uuids_still_lead_to_domains,
        &a_snapshot_is_the_hypervisors,
        &only_what_is_wanted_is_asked,
        &what_a_snapshot_lacks_is_an_error,
        &many_vcpus_are_read_in_several_goes,
        &a_run_that_ended_is_not_running,
        &pins_are_hard_affinity,
    };
    Suite *suite = suite_create("driver: Xen's verbs");
    TCase *tcase = tcase_create("run");
    size_t i;

    tcase_add_checked_fixture(tcase, scene_setup, scene_teardown);
    tcase_set_timeout(tcase, 30);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
