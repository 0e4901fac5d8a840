/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver of QEMU without memory; see memory_trial.h. */
#include "../unit/vc_check.h"
#include "memory_trial.h"
#include "memory_verbs.h"
#include "qemu_peers.h"

static struct lab lab;
static struct peer peer;

static void handle_open(void)
{
    subject.uri = lab_uri(&lab, "");
    subject.drv = vc_world_open(subject.uri);
    lab.drv = subject.drv;
    verb_must(verb_snapshot);
}

static void handle_close(void)
{
    vc_driver_close(lab.drv);
}

/* A handle that has never seen the run. */
static void handle_new(void)
{
    handle_close();
    subject.drv = vc_world_open(subject.uri);
    lab.drv = subject.drv;
}

static const struct memory_trial trials[] = {
    {"open", verb_open, NULL, false},
    {"host", verb_host, NULL, false},
    {"list", verb_list, NULL, false},
    {"list, first", verb_list, handle_new, false},
    {"find", verb_find, NULL, false},
    {"find, first", verb_find, handle_new, false},
    {"snapshot", verb_snapshot, NULL, false},
    {"snapshot, first", verb_snapshot, handle_new, false},
    {"pin", verb_pin, NULL, false},
    {"pin, first", verb_pin, handle_new, false},
    {"plug", verb_plug, verb_unplugged, false},
    {"unplug", verb_unplug, verb_plugged, false},
    {"agent-get", verb_agent_get, NULL, false},
    {"agent-set", verb_agent_set, verb_guest_online, false},
    {"watch", verb_watch, NULL, true},
};

START_TEST(each_allocation_fails)
{
    lab_begin(&lab);
    peer_start(&lab, "a", true, NULL, &peer);
    lab_find(&lab, "a", &subject.inst);
    memory_trial_run(&trials[_i / 2], _i % 2 != 0, handle_open, handle_close);
    verb_must(verb_snapshot);
    peer_end(&peer);
    vc_instance_clear(&subject.inst);
    lab_end(&lab);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("driver: QEMU without memory");
    TCase *tcase = tcase_create("memory");

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, each_allocation_fails, 0,
                        (int)VC_NELEMS(trials) * 2);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
