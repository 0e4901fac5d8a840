/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated host without memory, in memory itself and in a file; see
 * memory_trial.h. */
#include <stdio.h>
#include <string.h>

#include "../unit/vc_check.h"
#include "memory_trial.h"
#include "memory_verbs.h"
#include "scratch.h"
#include "world.h"

static struct vc_driver *keeper; /* keeps a host in memory alive */
static char uri[4200];

static void handle_open(void)
{
    subject.uri = uri;
    subject.drv = vc_world_open(uri);
}

static void handle_close(void)
{
    vc_driver_close(subject.drv);
}

static int find(const char *name, struct vc_instance *ret, struct vc_error *err)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = name};

    return subject.drv->ops->find(subject.drv, &key, ret, err);
}

static int call_create(struct vc_error *err)
{
    VC_CPUSET_AUTO online = {0};
    VC_INSTANCE_AUTO made = {0};
    unsigned char uuid[VC_UUID_LEN] = "created";
    struct vc_create_spec spec = {"new", uuid, 3, &online};

    if (vc_cpuset_add(&online, 0, 1, err) < 0)
        return -1;
    return subject.drv->ops->create(subject.drv, &spec, &made, err);
}

static int call_destroy(struct vc_error *err)
{
    VC_INSTANCE_AUTO old = {0};
    int rc = find("new", &old, err);

    return rc == 1 ? subject.drv->ops->destroy(subject.drv, &old, err) : rc;
}

/* ---- before each ---- */

static void destroyed(void)
{
    verb_must(call_destroy);
}

static void created(void)
{
    verb_must(call_destroy);
    verb_must(call_create);
}

static int call_pin(struct vc_error *err)
{
    return verb_pin_to(1, err);
}

static void pinned(void)
{
    verb_must(verb_pin);
}

static const struct memory_trial trials[] = {
    {"open", verb_open, NULL, false},
    {"host", verb_host, NULL, false},
    {"list", verb_list, NULL, false},
    {"find", verb_find, NULL, false},
    {"snapshot", verb_snapshot, NULL, false},
    {"create", call_create, destroyed, false},
    {"destroy", call_destroy, created, false},
    {"pin", call_pin, pinned, false},
    {"plug", verb_plug, verb_unplugged, false},
    {"unplug", verb_unplug, verb_plugged, false},
    {"agent-get", verb_agent_get, NULL, false},
    {"agent-set", verb_agent_set, verb_guest_online, false},
    {"watch", verb_watch, NULL, true},
};

static void try_nth(int i)
{
    handle_open();
    vc_world_create(subject.drv, "a", 7, 4, "0-1", &subject.inst);
    verb_must(call_create);
    verb_must(call_destroy);
    memory_trial_run(&trials[i / 2], i % 2 != 0, handle_open, handle_close);
    verb_must(verb_snapshot);
    vc_instance_clear(&subject.inst);
    handle_close();
}

/* _i: with all behind it, too. */
START_TEST(each_allocation_fails_on_a_host_in_a_file)
{
    vc_scratch_begin();
    (void)snprintf(uri, sizeof(uri), "%s", vc_scratch_uri("?cpus=4&nodes=2"));
    try_nth(_i);
    vc_scratch_end();
}
END_TEST

/* What such a host keeps is another thing after each call. */
START_TEST(each_allocation_fails_on_a_host_in_memory)
{
    (void)strcpy(uri, "test:///default?cpus=4");
    if (trials[_i / 2].prepare)
        return;
    keeper = vc_world_open(uri);
    try_nth(_i);
    vc_driver_close(keeper);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("driver: the simulated host without memory");
    TCase *tcase = tcase_create("memory");
    int n = (int)VC_NELEMS(trials) * 2;

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, each_allocation_fails_on_a_host_in_a_file, 0, n);
    tcase_add_loop_test(tcase, each_allocation_fails_on_a_host_in_memory, 0, n);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
