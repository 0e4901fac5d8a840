/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The contract suite against real QEMUs.  Software emulation with one thread
 * per vCPU has two faults that the suite steps round: QEMU 7.2 crashes when a
 * vCPU is plugged after another was unplugged (no_replug), and with 8 vCPUs or
 * less a gap among them loses interrupts (so a maximum of 9).
 */
#include <stdio.h>
#include <string.h>

#include "../driver/contract.h"
#include "../unit/vc_check.h"
#include "dir.h"
#include "lab.h"

#define MACHINES 4

static struct lab here;
static struct vm machines[MACHINES];

static void setup(void)
{
    memset(&here, 0, sizeof(here));
    memset(machines, 0, sizeof(machines));
    ck_assert_int_eq(lab_dir_new(here.dir, sizeof(here.dir)), 0);
}

static void teardown(void)
{
    size_t i;

    for (i = 0; i < MACHINES; i++)
        vm_end(&machines[i]);
    lab_dir_remove(here.dir);
}

static struct vc_driver *open_here(struct vc_error *err)
{
    return vc_world_try_open(lab_uri(&here, ""), err);
}

static struct vm *free_machine(void)
{
    size_t i;

    for (i = 0; i < MACHINES; i++) {
        if (machines[i].child <= 0)
            return &machines[i];
    }
    ck_abort_msg("more than %d machines", MACHINES);
    return NULL;
}

/* The first ones from the start, the others plugged by the tests' monitor. */
static void plug_others(struct vm *vm, const struct vc_cpuset *online,
                        unsigned first)
{
    int id;

    for (id = vc_cpuset_next(online, first); id >= 0;
         id = vc_cpuset_next(online, (unsigned)id + 1)) {
        char slot[32];

        (void)snprintf(slot, sizeof(slot), "\"slot\": \"%d\"", id);
        ck_assert(qmp_plug(&vm->mon, (unsigned)id));
        ck_assert(qmp_event(&vm->mon, "ACPI_DEVICE_OST", slot, LAB_MS));
    }
}

static int start(struct vc_driver *drv, const struct vc_create_spec *spec,
                 struct vc_instance *ret, struct vc_error *err)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = spec->name};
    char uuid[VC_UUID_TEXT_LEN + 1];
    struct vm_spec machine = {
        .dir = here.dir, .name = spec->name, .uuid = uuid};
    struct vm *vm = free_machine();
    int rc;

    while (vc_cpuset_contains(spec->online, machine.online))
        machine.online++;
    machine.maximum = spec->maximum;
    vc_uuid_format(spec->uuid, uuid);
    if (vm_start(&machine, vm) < 0)
        return vc_error_set(err, VC_ERR_OPERATION_FAILED, "no machine");
    plug_others(vm, spec->online, machine.online);
    rc = drv->ops->find(drv, &key, ret, err);
    return rc == 1 ? 0
           : rc < 0
               ? -1
               : vc_error_set(err, VC_ERR_NO_DOMAIN, "the driver sees nothing");
}

static int lose(struct vc_driver *drv, const struct vc_instance *inst,
                struct vc_error *err)
{
    size_t i;

    (void)drv;
    for (i = 0; i < MACHINES; i++) {
        if (machines[i].child > 0 &&
            strcmp(machines[i].name, inst->name) == 0) {
            vm_end(&machines[i]);
            return 0;
        }
    }
    return vc_error_set(err, VC_ERR_OPERATION_INVALID, "no such machine");
}

static const struct vc_contract subject = {
    .name = "QEMU, emulated",
    .host_caps = VC_CAP_PIN | VC_CAP_ONLINE | VC_CAP_AGENT | VC_CAP_WATCH,
    .live_caps = VC_CAP_PIN | VC_CAP_ONLINE | VC_CAP_WATCH,
    .has_agent = false,
    .maximum = 9,
    .no_replug = true,
    .forgets_time = true, /* it was its thread's */
    .timeout_ms = LAB_MS,
    .setup = setup,
    .teardown = teardown,
    .open = open_here,
    .start = start,
    .lose = lose,
};

static Suite *make_suite(void)
{
    Suite *suite = suite_create("driver contract: QEMU");

    vc_contract_add(suite, &subject);
    return suite;
}

VC_TEST_MAIN(make_suite)
