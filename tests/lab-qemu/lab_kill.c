/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change of both halves whose process is killed, at points spread over its
 * length: whoever opens the store next finds both halves old, or both new.
 */
#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vcpuconf/vcpuconf.h>

#include "../unit/vc_check.h"
#include "dir.h"
#include "vm.h"

#define BOTH (VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG)
#define PIN_ROUNDS 60
#define PLUG_ROUNDS 4
#define OPENS 20
#define VCPU 1u
#define NVCPUS 9

struct house {
    char dir[4096];
    char uri[8400];
    struct vm vm;
};

static virDomainPtr enter(const struct house *house, virConnectPtr *ret_conn)
{
    virDomainPtr dom;

    *ret_conn = virConnectOpen(house->uri);
    ck_assert_msg(*ret_conn != NULL, "%s", virGetLastErrorMessage());
    dom = virDomainLookupByName(*ret_conn, "web");
    ck_assert_msg(dom != NULL, "%s", virGetLastErrorMessage());
    return dom;
}

static void leave(virConnectPtr conn, virDomainPtr dom)
{
    (void)virDomainFree(dom);
    ck_assert_int_eq(virConnectClose(conn), 0);
}

static void begin(struct house *house)
{
    struct vm_spec spec = {.dir = house->dir, .name = "web"};
    virConnectPtr conn;
    virDomainPtr dom;

    memset(house, 0, sizeof(*house));
    ck_assert_int_eq(lab_dir_new(house->dir, sizeof(house->dir)), 0);
    ck_assert_int_eq(vm_start(&spec, &house->vm), 0);
    (void)snprintf(house->uri, sizeof(house->uri), "qemu://%s?store=%s/s.db",
                   house->dir, house->dir);
    conn = virConnectOpen(house->uri);
    ck_assert_msg(conn != NULL, "%s", virGetLastErrorMessage());
    dom = virDomainDefineXML(conn, "<domain><name>web</name>"
                                   "<vcpu current='2'>9</vcpu></domain>");
    ck_assert_msg(dom && vcpuconfDomainPinVcpuSet(dom, VCPU, "0", BOTH) == 0,
                  "%s", virGetLastErrorMessage());
    leave(conn, dom);
}

static void end(struct house *house)
{
    vm_end(&house->vm);
    lab_dir_remove(house->dir);
}

/* The lowest host CPU that the vCPU may run on, in that half. */
static int place(virDomainPtr dom, unsigned half)
{
    unsigned char maps[NVCPUS];

    memset(maps, 0, sizeof(maps));
    ck_assert_msg(virDomainGetVcpuPinInfo(dom, NVCPUS, maps, 1, half) == NVCPUS,
                  "%s", virGetLastErrorMessage());
    return maps[VCPU] & 1 ? 0 : 1;
}

static int count(virDomainPtr dom, unsigned half)
{
    return virDomainGetVcpusFlags(dom, half);
}

/* In a process of its own, which says when it begins. */
static pid_t change_in_child(const struct house *house, int pipe_end, bool pin,
                             int to)
{
    pid_t pid = fork();

    if (pid == 0) {
        virConnectPtr conn = virConnectOpen(house->uri);
        virDomainPtr dom = conn ? virDomainLookupByName(conn, "web") : NULL;
        int rc = -1;

        if (dom && write(pipe_end, "g", 1) == 1)
            rc = pin ? vcpuconfDomainPinVcpuSet(dom, VCPU, to ? "1" : "0", BOTH)
                     : virDomainSetVcpusFlags(dom, (unsigned)to, BOTH);
        _exit(rc < 0);
    }
    ck_assert_int_gt(pid, 0);
    return pid;
}

/* Returns whether the change was acknowledged before it could be killed. */
static bool change_and_kill(const struct house *house, bool pin, int to,
                            long after_us)
{
    struct timespec wait = {0, after_us * 1000};
    int ends[2];
    char byte;
    pid_t pid;
    int status;

    ck_assert_int_eq(pipe(ends), 0);
    pid = change_in_child(house, ends[1], pin, to);
    (void)close(ends[1]);
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
    (void)close(ends[0]);
    (void)ppoll(NULL, 0, &wait, NULL);
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(!WIFEXITED(status) || WEXITSTATUS(status) == 0,
                  "the change was refused");
    return WIFEXITED(status);
}

START_TEST(a_pin_of_both_halves_is_never_half_done)
{
    struct house house;
    int cut_off = 0;
    int undone = 0;
    int old = 0;
    int round;

    begin(&house);
    for (round = 0; round < PIN_ROUNDS; round++) {
        int want = !old;
        bool done = change_and_kill(&house, true, want, round * 250L);
        virConnectPtr conn;
        virDomainPtr dom = enter(&house, &conn);
        int live = place(dom, VIR_DOMAIN_AFFECT_LIVE);

        ck_assert_int_eq(live, place(dom, VIR_DOMAIN_AFFECT_CONFIG));
        ck_assert(!done || live == want);
        cut_off += !done;
        undone += live == old;
        old = live;
        leave(conn, dom);
    }
    (void)printf("pins: %d killed of %d, %d old, %d new\n", cut_off, PIN_ROUNDS,
                 undone, PIN_ROUNDS - undone);
    ck_assert_int_gt(cut_off, 0);
    end(&house);
}
END_TEST

/* A machine each: software emulation plugs nothing after an unplug. */
START_TEST(a_count_of_both_halves_is_never_half_done)
{
    struct house house;
    virConnectPtr conn;
    virDomainPtr dom;
    int config = 0;
    bool done;
    int tries;
    int live;

    begin(&house);
    done = change_and_kill(&house, false, 5, (_i + 1) * 2500L);
    /* opening waits but half a second for a guest to give vCPUs back: what it
     * can't undo then, the next one does */
    for (tries = 0, live = -1; tries < OPENS && live != config; tries++) {
        dom = enter(&house, &conn);
        live = count(dom, VIR_DOMAIN_AFFECT_LIVE);
        config = count(dom, VIR_DOMAIN_AFFECT_CONFIG);
        leave(conn, dom);
    }
    ck_assert_int_eq(live, config);
    ck_assert(live == 5 || (live == 2 && !done));
    end(&house);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("killed in the middle");
    TCase *tcase = tcase_create("kill");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_pin_of_both_halves_is_never_half_done);
    tcase_add_loop_test(tcase, a_count_of_both_halves_is_never_half_done, 0,
                        PLUG_ROUNDS);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
