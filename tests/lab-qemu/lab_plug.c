/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plugging: guests that follow, refuse, or never answer. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "lab.h"

#define SHORT_MS 700u

static void begin(struct lab *lab, const struct vm_spec *spec, struct vm *vm,
                  struct vc_instance *inst)
{
    lab_begin(lab);
    lab_start(lab, spec, vm);
    lab_find(lab, spec->name, inst);
}

static void end(struct lab *lab, struct vm *vm)
{
    vm_end(vm);
    lab_end(lab);
}

START_TEST(the_guest_takes_and_gives_vcpus)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;

    begin(&lab, &(struct vm_spec){.name = "one"}, &vm, &inst);
    OK(lab_plug(&lab, &inst, "2-4", true, LAB_MS, &done, &err));
    IS_SET(&done, "2-4");
    lab_qemu_has(&vm, "0-4");
    ck_assert(vm_said(&vm, "+++", (int)LAB_MS));
    OK(lab_plug(&lab, &inst, "1,3-4", false, LAB_MS, &done, &err));
    IS_SET(&done, "1,3-4");
    lab_qemu_has(&vm, "0,2");
    lab_is_online(&lab, &inst, "0,2");
    ck_assert(vm_said(&vm, "---", (int)LAB_MS));
    end(&lab, &vm);
}
END_TEST

START_TEST(a_guest_may_keep_its_vcpus)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    long long start;

    begin(&lab, &(struct vm_spec){.name = "one", .guest = VM_REFUSE}, &vm,
          &inst);
    OK(lab_plug(&lab, &inst, "2", true, LAB_MS, NULL, &err));
    start = lab_now_ms();
    REFUSED(lab_plug(&lab, &inst, "1-2", false, 60000, &done, &err),
            VC_ERR_OPERATION_FAILED, "refuse");
    ck_assert_int_lt(lab_now_ms() - start, 10000); /* its word is enough */
    ck_assert(vc_cpuset_is_empty(&done));
    lab_qemu_has(&vm, "0-2");
    lab_is_online(&lab, &inst, "0-2");
    ck_assert(vm_said(&vm, "!", (int)LAB_MS));
    /* nothing was unplugged, so nothing is in the way of another */
    OK(lab_plug(&lab, &inst, "3", true, LAB_MS, NULL, &err));
    lab_is_online(&lab, &inst, "0-3");
    end(&lab, &vm);
}
END_TEST

START_TEST(a_guest_that_never_answers_is_left_in_time)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    int round;

    begin(&lab, &(struct vm_spec){.name = "one", .guest = VM_DEAF}, &vm, &inst);
    for (round = 0; round < 2; round++) { /* asking once more is no harm */
        long long start = lab_now_ms();
        long long took;

        REFUSED(lab_plug(&lab, &inst, "1", false, SHORT_MS, &done, &err),
                VC_ERR_OPERATION_TIMEOUT, "pending");
        took = lab_now_ms() - start;
        ck_assert_int_ge(took, SHORT_MS - 10);
        ck_assert_int_lt(took, SHORT_MS + 2000);
        ck_assert(vc_cpuset_is_empty(&done));
        lab_is_online(&lab, &inst, "0-1");
    }
    end(&lab, &vm);
}
END_TEST

struct rival {
    struct vm *vm;
    int until[2]; /* a pipe: closed when it may go */
};

static bool is_marked(struct vm *vm)
{
    const char *objects = qmp_call(
        &vm->mon, "{\"execute\":\"qom-list\",\"arguments\":{\"path\":"
                  "\"/objects\"}}\n");

    return objects && strstr(objects, "vcpuconf-unplugged");
}

/* Queues for the monitor once an unplug is under way, and keeps it. */
static void *be_rival(void *opaque)
{
    struct rival *rival = opaque;
    long long until = lab_now_ms() + LAB_MS;
    char path[4200];
    int fd;

    while (!is_marked(rival->vm) && lab_now_ms() < until)
        ;
    fd = lab_connect(vm_path(rival->vm, ".qmp", path, sizeof(path)));
    (void)lab_readable(rival->until[0], lab_now_ms() + 60000);
    if (fd >= 0)
        (void)close(fd);
    return NULL;
}

/* The guest has been asked, whoever has the monitor now. */
START_TEST(a_request_stays_pending_behind_another_client)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_CPUSET_AUTO done = {0};
    struct rival rival;
    struct vc_error err;
    pthread_t thread;
    struct lab lab;
    struct vm vm;

    begin(&lab, &(struct vm_spec){.name = "one", .guest = VM_DEAF}, &vm, &inst);
    rival.vm = &vm;
    ck_assert_int_eq(pipe(rival.until), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, be_rival, &rival), 0);
    REFUSED(lab_plug(&lab, &inst, "1", false, 2000, &done, &err),
            VC_ERR_OPERATION_TIMEOUT, "stays pending in the guest");
    ck_assert(vc_cpuset_is_empty(&done));
    (void)close(rival.until[1]);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    (void)close(rival.until[0]);
    end(&lab, &vm);
}
END_TEST

/* Else it would follow at some time when nobody expects it. */
START_TEST(a_stopped_guest_is_asked_nothing)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_CPUSET_AUTO done = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;

    begin(&lab, &(struct vm_spec){.name = "one"}, &vm, &inst);
    ck_assert(qmp_do(&vm.mon, "{\"execute\":\"stop\"}\n"));
    OK(lab_snapshot(&lab, &inst, &live, &err));
    ck_assert(live.paused);
    REFUSED(lab_plug(&lab, &inst, "1", false, LAB_MS, &done, &err),
            VC_ERR_OPERATION_INVALID, "paused");
    ck_assert(vc_cpuset_is_empty(&done));
    OK(lab_plug(&lab, &inst, "2", true, LAB_MS, NULL, &err));
    ck_assert(qmp_do(&vm.mon, "{\"execute\":\"cont\"}\n"));
    ck_assert(vm_said(&vm, "U+", (int)LAB_MS)); /* and no '-' before */
    lab_qemu_has(&vm, "0-2");
    OK(lab_plug(&lab, &inst, "1", false, LAB_MS, &done, &err));
    lab_qemu_has(&vm, "0,2");
    end(&lab, &vm);
}
END_TEST

/* Firmware, or an operating system without ACPI. */
START_TEST(a_guest_without_hotplug_keeps_its_vcpus)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;
    long long start;

    begin(&lab, &(struct vm_spec){.name = "one", .guest = VM_SPIN}, &vm, &inst);
    OK(lab_plug(&lab, &inst, "2", true, LAB_MS, &done, &err));
    IS_SET(&done, "2");
    start = lab_now_ms();
    REFUSED(lab_plug(&lab, &inst, "2", false, LAB_MS, &done, &err),
            VC_ERR_OPERATION_FAILED, "unplug");
    ck_assert_int_lt(lab_now_ms() - start, LAB_MS + 2000);
    lab_qemu_has(&vm, "0-2");
    /* QEMU itself said no: the guest knows of nothing it could follow later */
    OK(lab_plug(&lab, &inst, "3", true, LAB_MS, &done, &err));
    lab_qemu_has(&vm, "0-3");
    end(&lab, &vm);
}
END_TEST

START_TEST(what_would_end_the_machine_is_refused_before_anything)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_CPUSET_AUTO done = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;

    /* one thread for all: an unplug ends QEMU */
    begin(&lab, &(struct vm_spec){.name = "one", .accel = "tcg,thread=single"},
          &vm, &inst);
    OK(lab_plug(&lab, &inst, "2", true, LAB_MS, &done, &err));
    REFUSED(lab_plug(&lab, &inst, "2", false, LAB_MS, NULL, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "");
    lab_qemu_has(&vm, "0-2");
    ck_assert(qmp_do(&vm.mon, "{\"execute\":\"query-status\"}\n"));
    end(&lab, &vm);

    /* emulated: a plug after an unplug ends QEMU */
    begin(&lab, &(struct vm_spec){.name = "two"}, &vm, &inst);
    OK(lab_plug(&lab, &inst, "1", false, LAB_MS, NULL, &err));
    REFUSED(lab_plug(&lab, &inst, "1", true, LAB_MS, NULL, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "");
    REFUSED(lab_plug(&lab, &inst, "0,2", true, LAB_MS, NULL, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "");
    lab_qemu_has(&vm, "0");
    OK(lab_snapshot(&lab, &inst, &live, &err));
    /* what is so already is no plugging */
    OK(lab_plug(&lab, &inst, "0", true, LAB_MS, NULL, &err));
    end(&lab, &vm);
}
END_TEST

/* Another handle, as another process has one, did not see the unplug. */
START_TEST(what_one_did_the_next_one_knows)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;

    begin(&lab, &(struct vm_spec){.name = "one"}, &vm, &inst);
    OK(lab_plug(&lab, &inst, "1", false, LAB_MS, NULL, &err));
    vc_driver_close(lab.drv);
    lab.drv = vc_world_open(lab_uri(&lab, ""));
    REFUSED(lab_plug(&lab, &inst, "1", true, LAB_MS, NULL, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "unplug");
    lab_qemu_has(&vm, "0");
    end(&lab, &vm);
}
END_TEST

/* With 8 vCPUs or less, a gap among them loses interrupts in the guest. */
START_TEST(a_small_emulated_machine_has_no_gaps)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;

    begin(&lab, &(struct vm_spec){.name = "one", .maximum = 8}, &vm, &inst);
    REFUSED(lab_plug(&lab, &inst, "3", true, LAB_MS, &done, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "gap");
    REFUSED(lab_plug(&lab, &inst, "2,4", true, LAB_MS, &done, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "gap");
    ck_assert(vc_cpuset_is_empty(&done));
    lab_qemu_has(&vm, "0-1");
    OK(lab_plug(&lab, &inst, "2-4", true, LAB_MS, &done, &err));
    REFUSED(lab_plug(&lab, &inst, "3", false, LAB_MS, &done, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "gap");
    lab_qemu_has(&vm, "0-4");
    OK(lab_plug(&lab, &inst, "3-4", false, LAB_MS, &done, &err));
    lab_qemu_has(&vm, "0-2");
    end(&lab, &vm);
}
END_TEST

/* Its topology is in the properties of each slot, and copied from there. */
START_TEST(any_topology_can_be_plugged)
{
    static const char *const shapes[] = {
        "1,maxcpus=12,sockets=3,cores=4,threads=1",
        "1,maxcpus=12,sockets=2,dies=3,cores=2,threads=1",
        "1,maxcpus=16,sockets=2,cores=4,threads=2",
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(shapes); i++) {
        VC_INSTANCE_AUTO inst = {0};
        VC_LIVE_AUTO live = {0};
        struct vc_error err;
        struct lab lab;
        struct vm vm;

        begin(&lab,
              &(struct vm_spec){
                  .name = "one", .more = "-smp", .more_value = shapes[i]},
              &vm, &inst);
        OK(lab_plug(&lab, &inst, "1-11", true, 20000, NULL, &err));
        lab_qemu_has(&vm, "0-11");
        OK(lab_plug(&lab, &inst, "5", false, LAB_MS, NULL, &err));
        lab_qemu_has(&vm, "0-4,6-11");
        OK(lab_snapshot(&lab, &inst, &live, &err));
        ck_assert_uint_eq(live.maximum, i == 2 ? 16 : 12);
        IS_SET(&live.online, "0-4,6-11");
        end(&lab, &vm);
    }
}
END_TEST

START_TEST(a_machine_without_hotplug_says_so)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct lab lab;
    struct vm vm;

    begin(&lab,
          &(struct vm_spec){.name = "one",
                            .guest = VM_BARE,
                            .online = 2,
                            .maximum = 2,
                            .more = "-machine",
                            .more_value = "microvm"},
          &vm, &inst);
    OK(lab_snapshot(&lab, &inst, &live, &err));
    ck_assert_uint_eq(live.maximum, 2);
    IS_SET(&live.online, "0-1");
    ck_assert_uint_eq(live.caps & VC_CAP_ONLINE, 0);
    ck_assert_ptr_nonnull(live.no_online);
    REFUSED(lab_plug(&lab, &inst, "1", false, LAB_MS, NULL, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "hotplug");
    end(&lab, &vm);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &the_guest_takes_and_gives_vcpus,
        &a_guest_may_keep_its_vcpus,
        &a_guest_that_never_answers_is_left_in_time,
        &a_request_stays_pending_behind_another_client,
        &a_stopped_guest_is_asked_nothing,
        &a_guest_without_hotplug_keeps_its_vcpus,
        &what_would_end_the_machine_is_refused_before_anything,
        &what_one_did_the_next_one_knows,
        &a_small_emulated_machine_has_no_gaps,
        &any_topology_can_be_plugged,
        &a_machine_without_hotplug_says_so,
    };
    Suite *suite = suite_create("QEMU: plugging");
    TCase *tcase = tcase_create("plug");
    size_t i;

    tcase_set_timeout(tcase, 60);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
