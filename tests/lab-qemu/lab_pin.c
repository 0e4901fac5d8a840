/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Affinity, time and place of vCPUs, each compared with what the kernel says
 * to the test itself. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "lab.h"

/* ns of a thread, by the kernel's count. */
static uint64_t time_of(pid_t pid, int tid)
{
    unsigned long long ns = 0;
    char path[80];
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", pid, tid);
    file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%llu", &ns), 1);
    (void)fclose(file);
    return ns;
}

static void kernel_says(int tid, const char *cpus)
{
    VC_CPUSET_AUTO set = lab_affinity(tid);

    IS_SET(&set, cpus);
}

START_TEST(a_pin_is_of_one_thread_only)
{
    struct lab_cpus cpus = lab_cpus();
    VC_INSTANCE_AUTO inst = {0};
    VC_CPUSET_AUTO effective = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    int tids[2];

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "one"}, &vm);
    lab_find(&lab, "one", &inst);
    ck_assert_int_eq(qmp_threads(&vm.mon, tids, 2), 2);
    OK(lab_pin(&lab, &inst, 1, cpus.first, &effective, &err));
    IS_SET(&effective, cpus.first);
    kernel_says(tids[1], cpus.first);
    kernel_says(tids[0], cpus.all);
    kernel_says(vm.pid, cpus.all);
    OK(lab_snapshot(&lab, &inst, &live, &err));
    IS_SET(&live.vcpus[1].affinity, cpus.first);
    IS_SET(&live.vcpus[0].affinity, cpus.all);
    OK(lab_pin(&lab, &inst, 1, cpus.all, &effective, &err));
    kernel_says(tids[1], cpus.all);
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

START_TEST(what_another_hand_pins_is_seen)
{
    struct lab_cpus cpus = lab_cpus();
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    cpu_set_t mask;
    int tids[2];

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "one"}, &vm);
    lab_find(&lab, "one", &inst);
    ck_assert_int_eq(qmp_threads(&vm.mon, tids, 2), 2);
    OK(lab_pin(&lab, &inst, 0, cpus.first, NULL, &err));
    CPU_ZERO(&mask);
    CPU_SET((unsigned)atoi(cpus.last), &mask);
    ck_assert_int_eq(sched_setaffinity(tids[0], sizeof(mask), &mask), 0);
    OK(lab_snapshot(&lab, &inst, &live, &err));
    IS_SET(&live.vcpus[0].affinity, cpus.last);
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

/* The kernel would take such a set, and leave the missing CPU out. */
START_TEST(a_pin_to_more_than_there_is_says_what_it_became)
{
    struct lab_cpus cpus = lab_cpus();
    VC_INSTANCE_AUTO inst = {0};
    VC_CPUSET_AUTO effective = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    char more[32];

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "one"}, &vm);
    lab_find(&lab, "one", &inst);
    (void)snprintf(more, sizeof(more), "%s,5000-5003", cpus.first);
    OK(lab_pin(&lab, &inst, 0, more, &effective, &err));
    IS_SET(&effective, cpus.first);
    REFUSED(lab_pin(&lab, &inst, 0, "5000-5003", &effective, &err),
            VC_ERR_INVALID_ARG, "5000");
    IS_SET(&effective, cpus.first);
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

START_TEST(time_is_the_kernels)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    int tids[2];
    int i;

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "one", .guest = VM_SPIN}, &vm);
    lab_find(&lab, "one", &inst);
    ck_assert_int_eq(qmp_threads(&vm.mon, tids, 2), 2);
    for (i = 0; i < 20; i++) {
        uint64_t before = time_of(vm.pid, tids[0]);

        OK(lab_snapshot(&lab, &inst, &live, &err));
        ck_assert_uint_ge(live.vcpus[0].time_ns, before);
        ck_assert_uint_le(live.vcpus[0].time_ns, time_of(vm.pid, tids[0]));
        ck_assert_uint_eq(live.vcpus[1].time_ns, time_of(vm.pid, tids[1]));
        ck_assert_int_eq(live.vcpus[0].state, VC_VCPU_RUNNING);
        ck_assert_int_eq(live.vcpus[1].state, VC_VCPU_BLOCKED);
    }
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

START_TEST(a_busy_vcpu_goes_where_it_is_pinned)
{
    struct lab_cpus cpus = lab_cpus();
    const char *to[] = {cpus.first, cpus.last, cpus.first};
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    size_t i;

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "one", .guest = VM_SPIN}, &vm);
    lab_find(&lab, "one", &inst);
    for (i = 0; i < VC_NELEMS(to); i++) {
        OK(lab_pin(&lab, &inst, 0, to[i], NULL, &err));
        OK(lab_snapshot(&lab, &inst, &live, &err));
        ck_assert_int_eq(live.vcpus[0].cpu, atoi(to[i]));
    }
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

/* The machine's own, whatever it may have been pinned to. */
START_TEST(a_new_vcpu_starts_where_the_machine_may_run)
{
    struct lab_cpus cpus = lab_cpus();
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    int tids[3];

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "one"}, &vm);
    lab_find(&lab, "one", &inst);
    OK(lab_pin(&lab, &inst, 0, cpus.first, NULL, &err));
    OK(lab_pin(&lab, &inst, 1, cpus.first, NULL, &err));
    OK(lab_plug(&lab, &inst, "2", true, LAB_MS, NULL, &err));
    ck_assert_int_eq(qmp_threads(&vm.mon, tids, 3), 3);
    kernel_says(tids[2], cpus.all);
    OK(lab_snapshot(&lab, &inst, &live, &err));
    IS_SET(&live.vcpus[2].affinity, cpus.all);
    OK(lab_pin(&lab, &inst, 2, cpus.last, NULL, &err));
    kernel_says(tids[2], cpus.last);
    kernel_says(tids[1], cpus.first);
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

START_TEST(one_thread_for_all_vcpus_cant_be_pinned)
{
    struct lab_cpus cpus = lab_cpus();
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    int tids[2];

    lab_begin(&lab);
    lab_start(&lab,
              &(struct vm_spec){.name = "one", .accel = "tcg,thread=single"},
              &vm);
    lab_find(&lab, "one", &inst);
    ck_assert_int_eq(qmp_threads(&vm.mon, tids, 2), 2);
    ck_assert_int_eq(tids[0], tids[1]);
    OK(lab_snapshot(&lab, &inst, &live, &err));
    ck_assert_uint_eq(live.caps & VC_CAP_PIN, 0);
    ck_assert_ptr_nonnull(live.no_pin);
    IS_SET(&live.online, "0-1");
    REFUSED(lab_pin(&lab, &inst, 1, cpus.first, NULL, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "thread");
    kernel_says(tids[0], cpus.all);
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

START_TEST(a_machine_that_has_not_begun_can_be_pinned)
{
    struct lab_cpus cpus = lab_cpus();
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    int tids[3];

    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "one", .guest = VM_STOPPED}, &vm);
    lab_find(&lab, "one", &inst);
    OK(lab_snapshot(&lab, &inst, &live, &err));
    ck_assert(live.paused);
    IS_SET(&live.online, "0-1");
    OK(lab_pin(&lab, &inst, 1, cpus.last, NULL, &err));
    OK(lab_plug(&lab, &inst, "2", true, LAB_MS, NULL, &err));
    OK(lab_pin(&lab, &inst, 2, cpus.first, NULL, &err));
    ck_assert_int_eq(qmp_threads(&vm.mon, tids, 3), 3);
    kernel_says(tids[1], cpus.last);
    kernel_says(tids[2], cpus.first);
    ck_assert(qmp_do(&vm.mon, "{\"execute\":\"cont\"}\n"));
    ck_assert(vm_said(&vm, "U", (int)LAB_MS));
    OK(lab_snapshot(&lab, &inst, &live, &err));
    ck_assert(!live.paused);
    IS_SET(&live.online, "0-2");
    kernel_says(tids[1], cpus.last);
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

/* Thread numbers in there are others than here. */
START_TEST(threads_are_found_in_another_namespace)
{
    struct lab_cpus cpus = lab_cpus();
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    char name[32];
    char path[80];
    FILE *file;
    int tids[2];

    if (geteuid() != 0) {
        (void)printf("SKIP: a namespace of processes: only root makes one\n");
        return;
    }
    lab_begin(&lab);
    lab_start(&lab,
              &(struct vm_spec){
                  .name = "one", .guest = VM_SPIN, .pid_namespace = true},
              &vm);
    ck_assert_int_eq(qmp_threads(&vm.mon, tids, 2), 2);
    ck_assert_int_lt(tids[0], 100); /* small, as in a new namespace */
    lab_find(&lab, "one", &inst);
    ck_assert_int_eq(inst.id, vm.pid);
    OK(lab_pin(&lab, &inst, 0, cpus.last, NULL, &err));
    OK(lab_snapshot(&lab, &inst, &live, &err));
    IS_SET(&live.vcpus[0].affinity, cpus.last);
    ck_assert_int_eq(live.vcpus[0].cpu, atoi(cpus.last));
    ck_assert_uint_gt(live.vcpus[0].time_ns, live.vcpus[1].time_ns);
    /* The process that has such a number here is not touched. */
    (void)snprintf(path, sizeof(path), "/proc/%d/comm", vm.pid);
    file = fopen(path, "re");
    ck_assert(file && fscanf(file, "%31s", name) == 1);
    (void)fclose(file);
    kernel_says(vm.pid, cpus.all);
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &a_pin_is_of_one_thread_only,
        &what_another_hand_pins_is_seen,
        &a_pin_to_more_than_there_is_says_what_it_became,
        &time_is_the_kernels,
        &a_busy_vcpu_goes_where_it_is_pinned,
        &a_new_vcpu_starts_where_the_machine_may_run,
        &one_thread_for_all_vcpus_cant_be_pinned,
        &a_machine_that_has_not_begun_can_be_pinned,
        &threads_are_found_in_another_namespace,
    };
    Suite *suite = suite_create("QEMU: pins, time, place");
    TCase *tcase = tcase_create("pin");
    size_t i;

    tcase_set_timeout(tcase, 60);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
