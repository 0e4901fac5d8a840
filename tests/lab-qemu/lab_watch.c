/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Machines that another hand starts while `watch` runs: they get what their
 * definitions say, once, whoever hangs, plugs or is killed meanwhile. */
#include <check.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <vcpuconf/vcpuconf.h>

#include "../unit/vc_check.h"
#include "dir.h"
#include "vm.h"
#include "watcher.h"

#define LIMIT_MS 30000
#define IDLE_MS 500
#define KILL_ROUNDS 20

#define ONLINE 3
#define IS_DEFINED(name) "domain '" name "': is as defined now"
#define PINNED(name) "set_affinity " name " "
/* Of three vCPUs, where QEMU starts with two; vCPU 4 is for another hand. */
#define WEB                                                                    \
    "<vcpu current='3'>9</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/>"        \
    "<vcpupin vcpu='2' cpuset='0'/><vcpupin vcpu='4' cpuset='0'/></cputune>"
#define PINS 2 /* of those that are online */

struct house {
    char dir[4096];
    char uri[8400];
    struct vm web, other;
    struct watcher one, two;
};

static void define(const struct house *house, const char *name,
                   const char *vcpus)
{
    virConnectPtr conn = virConnectOpen(house->uri);
    virDomainPtr dom;
    char xml[1024];

    ck_assert_msg(conn != NULL, "%s", virGetLastErrorMessage());
    (void)snprintf(xml, sizeof(xml), "<domain><name>%s</name>%s</domain>", name,
                   vcpus);
    dom = virDomainDefineXML(conn, xml);
    ck_assert_msg(dom != NULL, "%s", virGetLastErrorMessage());
    (void)virDomainFree(dom);
    ck_assert_int_eq(virConnectClose(conn), 0);
}

static struct house *begin(void)
{
    struct house *house = calloc(1, sizeof(*house));
    char store[4200];

    ck_assert_ptr_nonnull(house);
    ck_assert_int_eq(lab_dir_new(house->dir, sizeof(house->dir)), 0);
    (void)snprintf(store, sizeof(store), "%s/store", house->dir);
    ck_assert_int_eq(mkdir(store, 0700), 0);
    (void)snprintf(house->uri, sizeof(house->uri),
                   "qemu://%s?timeout=20&store=%s/s.db", house->dir, store);
    define(house, "web", WEB);
    return house;
}

static void end(struct house *house)
{
    vm_end(&house->web);
    vm_end(&house->other);
    lab_dir_remove(house->dir);
    free(house);
}

static void start(const struct house *house, const char *name,
                  enum vm_guest guest, struct vm *ret)
{
    struct vm_spec spec = {
        .dir = house->dir, .name = name, .guest = guest, .events = true};

    ck_assert_int_eq(vm_start(&spec, ret), 0);
}

static void watch(const struct house *house, struct watcher *ret)
{
    ck_assert_int_eq(watcher_begin(house->uri, ret), 0);
}

static void hear(struct watcher *watcher, const char *text, unsigned times)
{
    ck_assert(watcher_hear(watcher, text, times, LIMIT_MS));
}

static bool is_pinned(int tid)
{
    cpu_set_t mask;

    ck_assert_int_eq(sched_getaffinity(tid, sizeof(mask), &mask), 0);
    return CPU_ISSET(0, &mask) && CPU_COUNT(&mask) == 1;
}

static void web_is_as_defined(struct house *house)
{
    int tids[9];

    ck_assert_int_eq(qmp_threads(&house->web.mon, tids, 9), ONLINE);
    ck_assert(is_pinned(tids[0]) && is_pinned(tids[2]));
    ck_assert(sysconf(_SC_NPROCESSORS_ONLN) == 1 || !is_pinned(tids[1]));
}

static void nap(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    (void)ppoll(NULL, 0, &time, NULL);
}

/* How often its first thread, which has the loop, slept until something
 * came. */
static unsigned long count_wakes(const struct watcher *watcher)
{
    unsigned long n = 0;
    char line[256];
    FILE *file;

    (void)snprintf(line, sizeof(line), "/proc/%d/status", (int)watcher->pid);
    file = fopen(line, "re");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof(line), file))
        (void)sscanf(line, "voluntary_ctxt_switches: %lu", &n);
    (void)fclose(file);
    return n;
}

START_TEST(each_start_is_made_as_defined)
{
    struct house *house = begin();
    unsigned long wakes;
    unsigned i;

    watch(house, &house->one);
    for (i = 1; i <= 3; i++) {
        start(house, "web", VM_TINY, &house->web);
        hear(&house->one, IS_DEFINED("web"), i);
        web_is_as_defined(house);
        if (i < 3)
            vm_kill(&house->web);
    }
    ck_assert_uint_eq(watcher_said(&house->one, PINNED("web")), 3 * PINS);
    (void)watcher_hear(&house->one, "nothing comes", 1, IDLE_MS);
    wakes = count_wakes(&house->one);
    nap(IDLE_MS);
    ck_assert_uint_eq(count_wakes(&house->one), wakes);
    ck_assert_int_eq(watcher_end(&house->one, SIGTERM), 0);
    end(house);
}
END_TEST

START_TEST(what_is_changed_by_hand_stays)
{
    struct house *house = begin();
    cpu_set_t mask;
    int tids[9];

    define(house, "db", "<vcpu>2</vcpu>");
    watch(house, &house->one);
    start(house, "web", VM_TINY, &house->web);
    hear(&house->one, IS_DEFINED("web"), 1);
    ck_assert_int_eq(qmp_threads(&house->web.mon, tids, 9), ONLINE);
    ck_assert_int_eq(sched_getaffinity(0, sizeof(mask), &mask), 0);
    ck_assert_int_eq(sched_setaffinity(tids[0], sizeof(mask), &mask), 0);
    ck_assert_int_eq(kill(house->one.pid, SIGHUP), 0);
    hear(&house->one, "looking at everything again", 1);
    start(house, "db", VM_TINY, &house->other);
    hear(&house->one, "domain 'db': ", 1);
    ck_assert_int_eq(watcher_end(&house->one, SIGTERM), 0);
    ck_assert_uint_eq(watcher_said(&house->one, PINNED("web")), PINS);
    ck_assert(sysconf(_SC_NPROCESSORS_ONLN) == 1 || !is_pinned(tids[0]));
    end(house);
}
END_TEST

START_TEST(another_hand_plugs_a_vcpu_that_has_a_pin)
{
    struct house *house = begin();
    int tids[9];

    watch(house, &house->one);
    start(house, "web", VM_TINY, &house->web);
    hear(&house->one, IS_DEFINED("web"), 1);
    ck_assert(qmp_plug(&house->web.mon, 3));
    ck_assert(qmp_plug(&house->web.mon, 4));
    hear(&house->one, "got the pins that were kept", 1);
    ck_assert_int_eq(qmp_threads(&house->web.mon, tids, 9), ONLINE + 2);
    ck_assert(is_pinned(tids[4]));
    ck_assert(sysconf(_SC_NPROCESSORS_ONLN) == 1 || !is_pinned(tids[3]));
    ck_assert_int_eq(watcher_end(&house->one, SIGTERM), 0);
    ck_assert_uint_eq(watcher_said(&house->one, PINNED("web")), PINS + 1);
    end(house);
}
END_TEST

/* It is asked to give a vCPU back, and never answers. */
START_TEST(a_guest_that_hangs_delays_no_other)
{
    struct house *house = begin();

    define(house, "deaf", "<vcpu current='1'>9</vcpu>");
    start(house, "deaf", VM_DEAF, &house->other);
    watch(house, &house->one);
    hear(&house->one, "snapshot deaf ", 1);
    start(house, "web", VM_TINY, &house->web);
    hear(&house->one, IS_DEFINED("web"), 1);
    web_is_as_defined(house);
    ck_assert_uint_eq(watcher_said(&house->one, "within 20000 ms: failed"), 0);
    ck_assert_int_eq(watcher_end(&house->one, SIGKILL), -SIGKILL);
    end(house);
}
END_TEST

/* All of QEMU: not even its monitor greets. */
START_TEST(a_machine_that_hangs_delays_no_other)
{
    struct house *house = begin();
    long long begun;

    define(house, "stopped", "<vcpu current='3'>9</vcpu>");
    start(house, "stopped", VM_TINY, &house->other);
    ck_assert_int_eq(kill(house->other.pid, SIGSTOP), 0);
    watch(house, &house->one);
    begun = lab_now_ms();
    start(house, "web", VM_TINY, &house->web);
    hear(&house->one, IS_DEFINED("web"), 1);
    (void)printf("beside a stopped machine: %lld ms from the start on\n",
                 lab_now_ms() - begun);
    web_is_as_defined(house);
    ck_assert_uint_eq(watcher_said(&house->one, IS_DEFINED("stopped")), 0);
    ck_assert_int_eq(kill(house->other.pid, SIGCONT), 0);
    hear(&house->one, IS_DEFINED("stopped"), 1);
    ck_assert_int_eq(watcher_end(&house->one, SIGTERM), 0);
    end(house);
}
END_TEST

/* Stopped and continued, so that both see the machine at the same time. */
START_TEST(two_watch_and_the_work_is_done_once)
{
    struct house *house = begin();
    unsigned lists[2];

    watch(house, &house->one);
    watch(house, &house->two);
    ck_assert_int_eq(kill(house->one.pid, SIGSTOP), 0);
    ck_assert_int_eq(kill(house->two.pid, SIGSTOP), 0);
    start(house, "web", VM_TINY, &house->web);
    lists[0] = watcher_said(&house->one, "list: 1 ");
    lists[1] = watcher_said(&house->two, "list: 1 ");
    ck_assert_int_eq(kill(house->one.pid, SIGCONT), 0);
    ck_assert_int_eq(kill(house->two.pid, SIGCONT), 0);
    hear(&house->one, "list: 1 ", lists[0] + 1);
    hear(&house->two, "list: 1 ", lists[1] + 1);
    define(house, "db", "<vcpu>2</vcpu>");
    start(house, "db", VM_TINY, &house->other);
    hear(&house->one, "list: 2 ", 1);
    hear(&house->two, "list: 2 ", 1);
    ck_assert_int_eq(watcher_end(&house->one, SIGTERM), 0);
    ck_assert_int_eq(watcher_end(&house->two, SIGTERM), 0);
    web_is_as_defined(house);
    ck_assert_uint_eq(watcher_said(&house->one, IS_DEFINED("web")) +
                          watcher_said(&house->two, IS_DEFINED("web")),
                      1);
    ck_assert_uint_eq(watcher_said(&house->one, PINNED("web")) +
                          watcher_said(&house->two, PINNED("web")),
                      PINS);
    end(house);
}
END_TEST

/* The next watch does what is left to do; it is told to end when it has begun
 * with that, and so it ends when that is done.  Returns whether it had to. */
static bool watch_again(struct house *house)
{
    struct watcher *next = &house->two;

    watch(house, next);
    ck_assert_int_eq(watcher_end(next, SIGTERM), 0);
    web_is_as_defined(house);
    ck_assert_int_eq(watcher_run(house->uri, "check"), 0);
    return watcher_said(next, IS_DEFINED("web")) > 0;
}

/* How long it takes from the news on, undisturbed. */
static long measure(struct house *house)
{
    long long begun;

    watch(house, &house->one);
    ck_assert_int_eq(kill(house->one.pid, SIGSTOP), 0);
    start(house, "web", VM_TINY, &house->web);
    begun = lab_now_ms();
    ck_assert_int_eq(kill(house->one.pid, SIGCONT), 0);
    hear(&house->one, IS_DEFINED("web"), 1);
    begun = lab_now_ms() - begun;
    ck_assert_int_eq(watcher_end(&house->one, SIGTERM), 0);
    ck_assert(!watch_again(house));
    vm_kill(&house->web);
    return (long)begun;
}

START_TEST(killed_at_any_point_nothing_is_lost)
{
    struct house *house = begin();
    long whole = measure(house);
    int left = 0;
    int round;

    for (round = 0; round < KILL_ROUNDS; round++) {
        watch(house, &house->one);
        ck_assert_int_eq(kill(house->one.pid, SIGSTOP), 0);
        start(house, "web", VM_TINY, &house->web);
        ck_assert_int_eq(kill(house->one.pid, SIGCONT), 0);
        nap(whole * round / (KILL_ROUNDS * 4 / 5));
        ck_assert_int_eq(watcher_end(&house->one, SIGKILL), -SIGKILL);
        left += watch_again(house);
        ck_assert_uint_le(watcher_said(&house->one, IS_DEFINED("web")) +
                              watcher_said(&house->two, IS_DEFINED("web")),
                          1);
        vm_kill(&house->web);
    }
    (void)printf("killed: %d times of %d something was left to do\n", left,
                 KILL_ROUNDS);
    ck_assert_int_gt(left, 0);
    end(house);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &each_start_is_made_as_defined,
        &what_is_changed_by_hand_stays,
        &another_hand_plugs_a_vcpu_that_has_a_pin,
        &a_guest_that_hangs_delays_no_other,
        &a_machine_that_hangs_delays_no_other,
        &two_watch_and_the_work_is_done_once,
        &killed_at_any_point_nothing_is_lost,
    };
    Suite *suite = suite_create("QEMU: watch");
    TCase *tcase = tcase_create("watch");
    size_t i;

    tcase_set_timeout(tcase, 120);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
