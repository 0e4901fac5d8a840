/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Xen driver without memory; see memory_trial.h. */
#include "../unit/vc_check.h"
#include "fake_xenctrl.h"
#include "fake_xenstored.h"
#include "memory_trial.h"
#include "memory_verbs.h"
#include "world.h"

static void handle_open(void)
{
    subject.drv = vc_world_open(subject.uri);
}

static void handle_close(void)
{
    vc_driver_close(subject.drv);
}

static int find_uuid(struct vc_error *err)
{
    return verb_find_by(
        (struct vc_instance_key){.kind = VC_BY_UUID, .uuid = subject.inst.uuid},
        err);
}

static int find_nameless(struct vc_error *err)
{
    return verb_find_by((struct vc_instance_key){.kind = VC_BY_ID, .id = 9},
                        err);
}

static const struct memory_trial trials[] = {
    {"open", verb_open, NULL, false},
    {"host", verb_host, NULL, false},
    {"list", verb_list, NULL, true}, /* the connection to xenstored */
    {"find by name", verb_find, NULL, true},
    {"find by uuid", find_uuid, NULL, true},
    {"find nameless", find_nameless, NULL, true},
    {"snapshot", verb_snapshot, NULL, false},
    {"pin", verb_pin, NULL, false},
    {"plug", verb_plug, verb_unplugged, true},
    {"unplug", verb_unplug, verb_plugged, true},
};

/* _i: with all behind it, too. */
START_TEST(each_allocation_fails)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "web"};
    struct vc_error err = {0};

    fake_xenstored_reset();
    fake_xenstored_start();
    fake_xenstored_set("/local/domain/5/name", "web");
    fake_xen_reset();
    (void)fake_xen_add(9, 9);
    subject.uri = "xen:///system";
    handle_open();
    ck_assert_int_eq(
        subject.drv->ops->find(subject.drv, &key, &subject.inst, &err), 1);
    memory_trial_run(&trials[_i / 2], _i % 2 != 0, handle_open, handle_close);
    OK(verb_snapshot(&err));
    vc_instance_clear(&subject.inst);
    handle_close();
    ck_assert_int_eq(fake_xen_handles(), 0);
    fake_xenstored_stop();
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("driver: Xen without memory");
    TCase *tcase = tcase_create("memory");

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, each_allocation_fails, 0,
                        (int)VC_NELEMS(trials) * 2);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
