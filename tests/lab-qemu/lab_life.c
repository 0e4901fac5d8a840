/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs that begin, end and are killed; and news of it. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "lab.h"

START_TEST(machines_dont_mix)
{
    struct lab_cpus cpus = lab_cpus();
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_INSTANCE_AUTO a = {0};
    VC_INSTANCE_AUTO b = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vms[3];

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "a"}, &vms[0]);
    lab_start(&lab, &(struct vm_spec){.name = "b", .maximum = 12}, &vms[1]);
    lab_start(&lab, &(struct vm_spec){.name = "c", .guest = VM_STOPPED},
              &vms[2]);
    OK(lab.drv->ops->list(lab.drv, &list, &err));
    ck_assert_uint_eq(list.n, 3);
    lab_find(&lab, "a", &a);
    lab_find(&lab, "b", &b);
    OK(lab_plug(&lab, &b, "2-3", true, LAB_MS, NULL, &err));
    OK(lab_pin(&lab, &b, 0, cpus.first, NULL, &err));
    OK(lab_plug(&lab, &a, "1", false, LAB_MS, NULL, &err));
    lab_is_online(&lab, &a, "0");
    lab_is_online(&lab, &b, "0-3");
    OK(lab_snapshot(&lab, &a, &live, &err));
    ck_assert_uint_eq(live.maximum, 9);
    IS_SET(&live.vcpus[0].affinity, cpus.all);
    vm_end(&vms[1]);
    REFUSED(lab_snapshot(&lab, &b, &live, &err), VC_ERR_OPERATION_INVALID,
            "domain is not running");
    lab_is_online(&lab, &a, "0");
    vm_end(&vms[0]);
    vm_end(&vms[2]);
    OK(lab.drv->ops->list(lab.drv, &list, &err));
    ck_assert_uint_eq(list.n + list.nunclear, 0);
    lab_end(&lab);
}
END_TEST

START_TEST(the_next_run_is_another_one)
{
    VC_INSTANCE_AUTO old = {0};
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    int round;

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "a"}, &vm);
    for (round = 0; round < 2; round++) {
        lab_find(&lab, "a", &old);
        if (round == 0)
            vm_kill(&vm);
        else
            vm_end(&vm);
        lab_start(&lab, &(struct vm_spec){.name = "a"}, &vm);
        lab_find(&lab, "a", &inst);
        ck_assert_str_ne(inst.start, old.start);
        REFUSED(lab_snapshot(&lab, &old, &live, &err), VC_ERR_OPERATION_INVALID,
                "domain is not running");
        REFUSED(lab_pin(&lab, &old, 0, "0", NULL, &err),
                VC_ERR_OPERATION_INVALID, "domain is not running");
        REFUSED(lab_plug(&lab, &old, "2", true, LAB_MS, NULL, &err),
                VC_ERR_OPERATION_INVALID, "domain is not running");
    }
    lab_qemu_has(&vm, "0-1");
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

/* ---- killed in the middle ---- */

struct killer {
    struct vm *vm;
    bool seen; /* the driver's connection */
};

/* Kills it as soon as its first monitor has a client. */
static void *kill_when_connected(void *opaque)
{
    struct killer *killer = opaque;
    long long until = lab_now_ms() + 5000;

    while (!killer->seen && lab_now_ms() < until) {
        const char *answer =
            qmp_call(&killer->vm->mon, "{\"execute\":\"query-chardev\"}\n");

        killer->seen = answer && !strstr(answer, "\"disconnected:unix:");
    }
    (void)kill(killer->vm->pid, SIGKILL);
    return NULL;
}

START_TEST(killed_while_it_is_waited_for)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    struct killer killer = {0};
    struct lab lab;
    struct vm vm;
    pthread_t thread;
    long long start;

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "a", .guest = VM_DEAF}, &vm);
    lab_find(&lab, "a", &inst);
    killer.vm = &vm;
    ck_assert_int_eq(
        pthread_create(&thread, NULL, kill_when_connected, &killer), 0);
    start = lab_now_ms();
    err = (struct vc_error){0};
    ck_assert_int_eq(lab_plug(&lab, &inst, "1", false, 60000, NULL, &err), -1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    (void)printf("killed while unplugging: %d %s\n", err.code, err.text);
    ck_assert(killer.seen);
    ck_assert_int_lt(lab_now_ms() - start, 6000);
    ck_assert_int_eq(err.code, VC_ERR_OPERATION_INVALID);
    ck_assert(strstr(err.text, "not running"));
    vm_kill(&vm);
    lab_end(&lab);
}
END_TEST

static void *kill_at_once(void *opaque)
{
    struct vm *vm = opaque;

    (void)kill(vm->pid, SIGKILL);
    return NULL;
}

/* Somewhere between two system calls: over and over, with other timing. */
START_TEST(killed_while_it_is_pinned)
{
    struct lab_cpus cpus = lab_cpus();
    struct vc_error err;
    struct lab lab;
    int round;

    lab_begin(&lab);
    for (round = 0; round < 6; round++) {
        VC_INSTANCE_AUTO inst = {0};
        pthread_t thread;
        struct vm vm;
        long pins = 0;

        lab_start(&lab, &(struct vm_spec){.name = "a"}, &vm);
        lab_find(&lab, "a", &inst);
        ck_assert_int_eq(pthread_create(&thread, NULL, kill_at_once, &vm), 0);
        err = (struct vc_error){0};
        while (lab_pin(&lab, &inst, 1, pins % 2 ? cpus.first : cpus.last, NULL,
                       &err) == 0)
            ck_assert_int_lt(pins++, 10000000);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        ck_assert_msg(err.code == VC_ERR_OPERATION_INVALID &&
                          strstr(err.text, "not running"),
                      "after %ld pins: %d %s", pins, err.code, err.text);
        vm_kill(&vm);
    }
    lab_end(&lab);
}
END_TEST

/* ---- news ---- */

static bool news_come(const struct lab *lab, int fd)
{
    long long until = lab_now_ms() + 5000;
    bool news = false;

    while (!news && lab_readable(fd, until)) {
        struct vc_error err;

        OK(lab->drv->ops->dispatch(lab->drv, &news, &err));
    }
    return news;
}

/* Takes what is there: until nothing comes for a moment. */
static void news_taken(const struct lab *lab, int fd)
{
    struct vc_error err;
    bool news;

    while (lab_readable(fd, lab_now_ms() + 300))
        OK(lab->drv->ops->dispatch(lab->drv, &news, &err));
}

START_TEST(starts_and_ends_are_news)
{
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    int fd = -1;
    int round;

    lab_begin(&lab);
    OK(lab.drv->ops->watch(lab.drv, &fd, &err));
    for (round = 0; round < 2; round++) {
        lab_start(&lab, &(struct vm_spec){.name = "a", .events = round == 0},
                  &vm);
        ck_assert(news_come(&lab, fd));
        news_taken(&lab, fd);
        vm_end(&vm);
        ck_assert(news_come(&lab, fd));
        news_taken(&lab, fd);
    }
    lab_end(&lab);
}
END_TEST

/* One that is killed leaves its sockets where they are. */
START_TEST(a_violent_end_is_news)
{
    struct vc_error err;
    struct lab lab;
    struct vm vms[2];
    int fd = -1;

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "early", .events = true},
              &vms[0]);
    OK(lab.drv->ops->watch(lab.drv, &fd, &err));
    lab_start(&lab, &(struct vm_spec){.name = "late", .events = true}, &vms[1]);
    ck_assert(news_come(&lab, fd));
    news_taken(&lab, fd);
    vm_kill(&vms[1]);
    ck_assert(news_come(&lab, fd));
    news_taken(&lab, fd);
    vm_kill(&vms[0]);
    ck_assert(news_come(&lab, fd));
    lab_end(&lab);
}
END_TEST

START_TEST(what_another_hand_plugs_is_news)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    int fd = -1;

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "a", .events = true}, &vm);
    OK(lab.drv->ops->watch(lab.drv, &fd, &err));
    news_taken(&lab, fd);
    ck_assert(qmp_plug(&vm.mon, 2));
    ck_assert(news_come(&lab, fd));
    news_taken(&lab, fd);
    lab_find(&lab, "a", &inst);
    lab_is_online(&lab, &inst, "0-2");
    ck_assert(qmp_do(&vm.mon, "{\"execute\":\"device_del\",\"arguments\":"
                              "{\"id\":\"lab2\"}}\n"));
    ck_assert(news_come(&lab, fd));
    lab_is_online(&lab, &inst, "0-1");
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

/* Watching keeps no monitor from others. */
START_TEST(a_watch_holds_no_monitor)
{
    static struct qmp other;
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    int fd = -1;

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "a"}, &vm);
    OK(lab.drv->ops->watch(lab.drv, &fd, &err));
    news_taken(&lab, fd);
    ck_assert_int_eq(qmp_connect(&other, lab_file(&lab, "a.qmp"), 5000), 0);
    qmp_end(&other);
    lab_find(&lab, "a", &inst);
    lab_is_online(&lab, &inst, "0-1");
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &machines_dont_mix,
        &the_next_run_is_another_one,
        &killed_while_it_is_waited_for,
        &killed_while_it_is_pinned,
        &starts_and_ends_are_news,
        &a_violent_end_is_news,
        &what_another_hand_plugs_is_news,
        &a_watch_holds_no_monitor,
    };
    Suite *suite = suite_create("QEMU: runs and news");
    TCase *tcase = tcase_create("life");
    size_t i;

    tcase_set_timeout(tcase, 60);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
