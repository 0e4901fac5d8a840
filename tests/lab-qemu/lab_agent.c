/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The real agent in a Linux guest.  Machines take seconds to come up, so there
 * is one for all that one can be asked; a test of its own is what needs another
 * state of the agent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vcpuconf/vcpuconf.h>

#include "lab.h"

#define BOOT_MS 60000
#define GUEST_MS 20000 /* the first time online takes long where emulated */

#define MADE(call)                                                             \
    ck_assert_msg((call) >= 0, "%s: %s", #call, virGetLastErrorMessage())

/* ---- the driver ---- */

static void wait_for_agent(struct vm *vm)
{
    ck_assert_msg(
        qmp_event(&vm->mon, "VSERPORT_CHANGE", "\"open\": true", BOOT_MS),
        "no agent within %d ms", BOOT_MS);
}

static void guest_sees(const struct lab *lab, const struct vc_instance *inst,
                       const char *present, const char *online)
{
    VC_AGENT_AUTO agent = {0};
    struct vc_error err;

    OK(lab->drv->ops->agent_get(lab->drv, inst, GUEST_MS, &agent, &err));
    IS_SET(&agent.present, present);
    IS_SET(&agent.online, online);
    ck_assert(!vc_cpuset_contains(&agent.can_offline, 0));
}

static int ask(const struct lab *lab, const struct vc_instance *inst,
               const char *vcpus, bool online, struct vc_cpuset *ret_done,
               struct vc_error *err)
{
    SET_AUTO(set, vcpus);

    return lab->drv->ops->agent_set(lab->drv, inst, &set, online, GUEST_MS,
                                    ret_done, err);
}

/* A Linux guest does not bring a new vCPU online by itself; a vCPU it takes
 * offline stays plugged. */
static void plug_and_online(const struct lab *lab,
                            const struct vc_instance *inst, struct vm *vm)
{
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;

    guest_sees(lab, inst, "0-1", "0-1");
    OK(lab_plug(lab, inst, "2-3", true, LAB_MS, NULL, &err));
    ck_assert(
        qmp_event(&vm->mon, "ACPI_DEVICE_OST", "\"slot\": \"3\"", GUEST_MS));
    guest_sees(lab, inst, "0-3", "0-1");
    OK(ask(lab, inst, "2-3", true, &done, &err));
    IS_SET(&done, "2-3");
    guest_sees(lab, inst, "0-3", "0-3");
    OK(ask(lab, inst, "1,3", false, &done, &err));
    guest_sees(lab, inst, "0-3", "0,2");
    lab_is_online(lab, inst, "0-3");
    OK(ask(lab, inst, "0-3", true, &done, &err));
    IS_SET(&done, "0-3");
    guest_sees(lab, inst, "0-3", "0-3");
}

static void refusals(const struct lab *lab, const struct vc_instance *inst)
{
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;

    REFUSED(ask(lab, inst, "0-1", false, &done, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "vcpu 0");
    REFUSED(ask(lab, inst, "1,5", false, &done, &err), VC_ERR_INVALID_ARG, "5");
    ck_assert(vc_cpuset_is_empty(&done));
    guest_sees(lab, inst, "0-3", "0-3");
}

/* Another client has the channel, then is gone: the driver's turn comes, and
 * what the other left behind is no answer to it. */
static void behind_another_client(const struct lab *lab,
                                  const struct vc_instance *inst)
{
    static const char half[] =
        "{\"execute\":\"guest-ping\"}\n{\"execute\":\"gu";
    VC_AGENT_AUTO agent = {0};
    struct vc_error err;
    int fd = lab_connect(lab_file(lab, "linux.ga"));
    long long start = lab_now_ms();

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, half, sizeof(half) - 1),
                     (ssize_t)sizeof(half) - 1);
    REFUSED(lab->drv->ops->agent_get(lab->drv, inst, 500, &agent, &err),
            VC_ERR_AGENT_UNRESPONSIVE, "agent");
    ck_assert_int_lt(lab_now_ms() - start, 2500);
    (void)close(fd);
    guest_sees(lab, inst, "0-3", "0-3");
}

static void while_paused(const struct lab *lab, const struct vc_instance *inst,
                         struct vm *vm)
{
    VC_AGENT_AUTO agent = {0};
    struct vc_error err;
    long long start = lab_now_ms();

    ck_assert(qmp_do(&vm->mon, "{\"execute\":\"stop\"}\n"));
    REFUSED(lab->drv->ops->agent_get(lab->drv, inst, 500, &agent, &err),
            VC_ERR_AGENT_UNRESPONSIVE, "agent");
    ck_assert_int_lt(lab_now_ms() - start, 2500);
    ck_assert(qmp_do(&vm->mon, "{\"execute\":\"cont\"}\n"));
    guest_sees(lab, inst, "0-3", "0-3");
}

/* ---- the public calls ---- */

static int bits(virDomainPtr dom, unsigned flags)
{
    const char *map = NULL;
    int n = virDomainGetVCPUMap(dom, &map, flags);
    int count = 0;
    int i;

    ck_assert_msg(n == 9, "%s", virGetLastErrorMessage());
    for (i = 0; i < n; i++)
        count += (map[i / 8] >> (i % 8)) & 1;
    free((char *)(size_t)map);
    return count;
}

static void public_calls(const struct lab *lab)
{
    char query[4300];
    virConnectPtr conn;
    virDomainPtr dom;

    (void)snprintf(query, sizeof(query), "?timeout=20&store=%s/store.db",
                   lab->dir);
    conn = virConnectOpen(lab_uri(lab, query));
    ck_assert_msg(conn != NULL, "%s", virGetLastErrorMessage());
    dom = virDomainLookupByName(conn, "linux");
    ck_assert_msg(dom != NULL, "%s", virGetLastErrorMessage());
    ck_assert_int_eq(bits(dom, VIR_DOMAIN_VCPU_MAP_AGENT_POSSIBLE), 4);
    ck_assert_int_eq(bits(dom, VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE), 4);
    ck_assert_int_eq(bits(dom, VIR_DOMAIN_VCPU_MAP_AGENT_OFFLINABLE), 3);
    MADE(virDomainSetGuestVCPUState(dom, 2, false, 0));
    ck_assert_int_eq(bits(dom, VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE), 3);
    ck_assert_int_eq(bits(dom, VIR_DOMAIN_VCPU_MAP_AGENT_OFFLINE), 1);
    ck_assert_int_eq(bits(dom, VIR_DOMAIN_VCPU_MAP_AGENT_ONLINABLE), 1);
    ck_assert_int_eq(bits(dom, VIR_DOMAIN_VCPU_MAP_ONLINE), 4);
    MADE(virDomainSetGuestVCPUState(dom, 2, true, VIR_DOMAIN_AFFECT_LIVE));
    MADE(virDomainSetVcpusFlags(dom, 2, VIR_DOMAIN_VCPU_GUEST));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, VIR_DOMAIN_VCPU_GUEST), 2);
    ck_assert_int_eq(bits(dom, VIR_DOMAIN_VCPU_MAP_ONLINE), 4);
    MADE(virDomainSetGuestVcpus(dom, "2-3", 1, 0));
    ck_assert_int_eq(bits(dom, VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE), 4);
    ck_assert_int_lt(virDomainSetGuestVCPUState(dom, 0, false, 0), 0);
    ck_assert_int_lt(virDomainSetVcpusFlags(dom, 5, VIR_DOMAIN_VCPU_GUEST), 0);
    ck_assert_int_eq(bits(dom, VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE), 4);
    (void)virDomainFree(dom);
    (void)virConnectClose(conn);
}

/* The lines of the command `guestvcpus` that hold a word. */
static void the_command(const struct lab *lab)
{
    char line[9000];
    char text[4096];
    size_t n;
    FILE *out;

    (void)snprintf(
        line, sizeof(line),
        "'%s/vcpuconf' -c '%s?store=%s/store.db' guestvcpus linux 2>&1",
        getenv("abs_top_builddir"), lab_uri(lab, ""), lab->dir);
    out = popen(line, "re");
    ck_assert_ptr_nonnull(out);
    n = fread(text, 1, sizeof(text) - 1, out);
    text[n] = '\0';
    ck_assert_msg(pclose(out) == 0, "%s", text);
    ck_assert_msg(strstr(text, "0-3"), "%s", text);
}

START_TEST(the_real_agent)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;

    lab_begin(&lab);
    lab_start(
        &lab,
        &(struct vm_spec){.name = "linux", .guest = VM_LINUX, .agent = true},
        &vm);
    lab_find(&lab, "linux", &inst);
    OK(lab_snapshot(&lab, &inst, &live, &err));
    ck_assert(live.has_agent);
    ck_assert_uint_ne(live.caps & VC_CAP_AGENT, 0);
    wait_for_agent(&vm);
    plug_and_online(&lab, &inst, &vm);
    refusals(&lab, &inst);
    behind_another_client(&lab, &inst);
    while_paused(&lab, &inst, &vm);
    public_calls(&lab);
    the_command(&lab);
    /* the guest gives a vCPU back without its agent's help */
    OK(lab_plug(&lab, &inst, "3", false, GUEST_MS, NULL, &err));
    guest_sees(&lab, &inst, "0-2", "0-2");
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

/* The tiny guest has a channel, and nobody who answers. */
START_TEST(an_agent_that_is_not_there)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_AGENT_AUTO agent = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    long long start;
    int round;

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "tiny", .agent = true}, &vm);
    lab_find(&lab, "tiny", &inst);
    for (round = 0; round < 2; round++) {
        SET_AUTO(one, "1");

        start = lab_now_ms();
        REFUSED(lab.drv->ops->agent_get(lab.drv, &inst, 500, &agent, &err),
                VC_ERR_AGENT_UNRESPONSIVE, "agent");
        REFUSED(lab.drv->ops->agent_set(lab.drv, &inst, &one, false, 500, &done,
                                        &err),
                VC_ERR_AGENT_UNRESPONSIVE, "agent");
        ck_assert_int_lt(lab_now_ms() - start, 3000);
        ck_assert(vc_cpuset_is_empty(&done));
    }
    lab_is_online(&lab, &inst, "0-1");
    /* its socket is there, and the machine is not */
    vm_kill(&vm);
    REFUSED(lab.drv->ops->agent_get(lab.drv, &inst, 500, &agent, &err),
            VC_ERR_OPERATION_INVALID, "not running");
    lab_end(&lab);
}
END_TEST

static Suite *make_suite(bool linux_guest)
{
    Suite *suite = suite_create("QEMU: the guest's agent");
    TCase *tcase = tcase_create("agent");

    tcase_set_timeout(tcase, 180);
    tcase_add_test(tcase, an_agent_that_is_not_there);
    if (linux_guest)
        tcase_add_test(tcase, the_real_agent);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    bool linux_guest = getenv("VCPUCONF_LAB_GUEST") != NULL;
    const char *why = getenv("VCPUCONF_LAB_NO_GUEST");
    SRunner *runner = srunner_create(make_suite(linux_guest));
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (failed)
        return EXIT_FAILURE;
    if (linux_guest)
        return EXIT_SUCCESS;
    (void)printf("SKIP: the real agent: %s\n", why ? why : "no Linux guest");
    return 77;
}
