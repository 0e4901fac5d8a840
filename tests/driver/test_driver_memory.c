/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated host without memory, in memory itself and in a file; see
 * memory_trial.h. */
#include <stdio.h>
#include <string.h>

#include "../unit/vc_check.h"
#include "memory_trial.h"
#include "scratch.h"
#include "world.h"

static struct vc_driver *drv;
static struct vc_driver *keeper; /* keeps a host in memory alive */
static struct vc_instance inst;
static char uri[4200];

static void handle_open(void)
{
    drv = vc_world_open(uri);
}

static void handle_close(void)
{
    vc_driver_close(drv);
}

static int find(const char *name, struct vc_instance *ret, struct vc_error *err)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = name};

    return drv->ops->find(drv, &key, ret, err);
}

static int call_open(struct vc_error *err)
{
    struct vc_driver *other = vc_world_try_open(uri, err);

    if (!other)
        return -1;
    vc_driver_close(other);
    return 0;
}

static int call_host(struct vc_error *err)
{
    VC_HOST_AUTO host = {0};

    return drv->ops->host(drv, &host, err);
}

static int call_list(struct vc_error *err)
{
    VC_INSTANCE_LIST_AUTO list = {0};

    return drv->ops->list(drv, &list, err);
}

static int call_find(struct vc_error *err)
{
    VC_INSTANCE_AUTO found = {0};

    return find("a", &found, err) < 0 ? -1 : 0;
}

static int call_snapshot(struct vc_error *err)
{
    VC_LIVE_AUTO live = {0};

    return drv->ops->snapshot(drv, &inst, VC_LIVE_ALL, &live, err);
}

static int call_create(struct vc_error *err)
{
    VC_CPUSET_AUTO online = {0};
    VC_INSTANCE_AUTO made = {0};
    unsigned char uuid[VC_UUID_LEN] = "created";
    struct vc_create_spec spec = {"new", uuid, 3, &online};

    if (vc_cpuset_add(&online, 0, 1, err) < 0)
        return -1;
    return drv->ops->create(drv, &spec, &made, err);
}

static int call_destroy(struct vc_error *err)
{
    VC_INSTANCE_AUTO old = {0};
    int rc = find("new", &old, err);

    return rc == 1 ? drv->ops->destroy(drv, &old, err) : rc;
}

static int pin(unsigned cpu, struct vc_error *err)
{
    VC_CPUSET_AUTO cpus = {0};
    VC_CPUSET_AUTO effective = {0};

    if (vc_cpuset_add(&cpus, cpu, cpu, err) < 0)
        return -1;
    return drv->ops->set_affinity(drv, &inst, 1, &cpus, &effective, err);
}

static int call_pin(struct vc_error *err)
{
    return pin(1, err);
}

static int set_online(bool online, struct vc_error *err)
{
    VC_CPUSET_AUTO vcpus = {0};
    VC_CPUSET_AUTO done = {0};

    if (vc_cpuset_add(&vcpus, 2, 3, err) < 0)
        return -1;
    return drv->ops->set_online(drv, &inst, &vcpus, online, VC_WAIT_MS, &done,
                                err);
}

static int call_plug(struct vc_error *err)
{
    return set_online(true, err);
}

static int call_unplug(struct vc_error *err)
{
    return set_online(false, err);
}

static int call_agent_get(struct vc_error *err)
{
    VC_AGENT_AUTO agent = {0};

    return drv->ops->agent_get(drv, &inst, VC_WAIT_MS, &agent, err);
}

static int agent_set(bool online, struct vc_error *err)
{
    VC_CPUSET_AUTO vcpus = {0};
    VC_CPUSET_AUTO done = {0};

    if (vc_cpuset_add(&vcpus, 1, 1, err) < 0)
        return -1;
    return drv->ops->agent_set(drv, &inst, &vcpus, online, VC_WAIT_MS, &done,
                               err);
}

static int call_agent_set(struct vc_error *err)
{
    return agent_set(false, err);
}

static int call_watch(struct vc_error *err)
{
    bool news;
    int fd;

    if (drv->ops->watch(drv, &fd, err) < 0)
        return -1;
    return drv->ops->dispatch(drv, &news, err);
}

/* ---- before each ---- */

static void must(int (*call)(struct vc_error *err))
{
    struct vc_error err;

    OK(call(&err));
}

static void destroyed(void)
{
    must(call_destroy);
}

static void created(void)
{
    must(call_destroy);
    must(call_create);
}

static void unplugged(void)
{
    must(call_unplug);
}

static void plugged(void)
{
    must(call_plug);
}

static void pinned(void)
{
    struct vc_error err;

    OK(pin(0, &err));
}

static void guest_online(void)
{
    struct vc_error err;

    OK(agent_set(true, &err));
}

static const struct memory_trial trials[] = {
    {"open", call_open, NULL, false},
    {"host", call_host, NULL, false},
    {"list", call_list, NULL, false},
    {"find", call_find, NULL, false},
    {"snapshot", call_snapshot, NULL, false},
    {"create", call_create, destroyed, false},
    {"destroy", call_destroy, created, false},
    {"pin", call_pin, pinned, false},
    {"plug", call_plug, unplugged, false},
    {"unplug", call_unplug, plugged, false},
    {"agent-get", call_agent_get, NULL, false},
    {"agent-set", call_agent_set, guest_online, false},
    {"watch", call_watch, NULL, true},
};

static void try_nth(int i)
{
    handle_open();
    vc_world_create(drv, "a", 7, 4, "0-1", &inst);
    must(call_create);
    must(call_destroy);
    memory_trial_run(&trials[i / 2], i % 2 != 0, handle_open, handle_close);
    must(call_snapshot);
    vc_instance_clear(&inst);
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
