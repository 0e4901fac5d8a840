/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver of QEMU without memory; see memory_trial.h. */
#include <stdio.h>
#include <string.h>

#include "../unit/vc_check.h"
#include "memory_trial.h"
#include "qemu_peers.h"

static struct lab lab;
static struct peer peer;
static struct vc_instance inst;

/* ---- the calls ---- */

static int find(struct vc_instance_key key, struct vc_error *err)
{
    VC_INSTANCE_AUTO found = {0};
    int rc = lab.drv->ops->find(lab.drv, &key, &found, err);

    return rc < 0 ? -1 : 0;
}

static int call_open(struct vc_error *err)
{
    struct vc_driver *drv = vc_world_try_open(lab_uri(&lab, ""), err);

    if (!drv)
        return -1;
    vc_driver_close(drv);
    return 0;
}

static int call_host(struct vc_error *err)
{
    VC_HOST_AUTO host = {0};

    return lab.drv->ops->host(lab.drv, &host, err);
}

static int call_list(struct vc_error *err)
{
    VC_INSTANCE_LIST_AUTO list = {0};

    return lab.drv->ops->list(lab.drv, &list, err);
}

static int call_find(struct vc_error *err)
{
    return find((struct vc_instance_key){.kind = VC_BY_NAME, .name = "a"}, err);
}

static int call_snapshot(struct vc_error *err)
{
    VC_LIVE_AUTO live = {0};

    return lab_snapshot(&lab, &inst, &live, err);
}

static int call_pin(struct vc_error *err)
{
    VC_CPUSET_AUTO cpus = {0};
    VC_CPUSET_AUTO effective = {0};

    if (vc_cpuset_add(&cpus, 0, 4, err) < 0)
        return -1;
    return lab.drv->ops->set_affinity(lab.drv, &inst, 1, &cpus, &effective,
                                      err);
}

static int set_online(bool online, struct vc_error *err)
{
    VC_CPUSET_AUTO vcpus = {0};
    VC_CPUSET_AUTO done = {0};

    if (vc_cpuset_add(&vcpus, 2, 3, err) < 0)
        return -1;
    return lab.drv->ops->set_online(lab.drv, &inst, &vcpus, online, LAB_MS,
                                    &done, err);
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

    return lab.drv->ops->agent_get(lab.drv, &inst, LAB_MS, &agent, err);
}

static int agent_set(bool online, struct vc_error *err)
{
    VC_CPUSET_AUTO vcpus = {0};
    VC_CPUSET_AUTO done = {0};

    if (vc_cpuset_add(&vcpus, 1, 1, err) < 0)
        return -1;
    return lab.drv->ops->agent_set(lab.drv, &inst, &vcpus, online, LAB_MS,
                                   &done, err);
}

static int call_agent_set(struct vc_error *err)
{
    return agent_set(false, err);
}

static int call_watch(struct vc_error *err)
{
    bool news;
    int fd;

    if (lab.drv->ops->watch(lab.drv, &fd, err) < 0)
        return -1;
    return lab.drv->ops->dispatch(lab.drv, &news, err);
}

/* ---- before each ---- */

static void handle_open(void)
{
    struct vc_error err;

    lab.drv = vc_world_open(lab_uri(&lab, ""));
    OK(call_snapshot(&err));
}

static void handle_close(void)
{
    vc_driver_close(lab.drv);
}

/* A handle that has never seen the run. */
static void handle_new(void)
{
    handle_close();
    lab.drv = vc_world_open(lab_uri(&lab, ""));
}

static void unplugged(void)
{
    struct vc_error err;

    OK(call_unplug(&err));
}

static void plugged(void)
{
    struct vc_error err;

    OK(call_plug(&err));
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
    {"list, first", call_list, handle_new, false},
    {"find", call_find, NULL, false},
    {"find, first", call_find, handle_new, false},
    {"snapshot", call_snapshot, NULL, false},
    {"snapshot, first", call_snapshot, handle_new, false},
    {"pin", call_pin, NULL, false},
    {"pin, first", call_pin, handle_new, false},
    {"plug", call_plug, unplugged, false},
    {"unplug", call_unplug, plugged, false},
    {"agent-get", call_agent_get, NULL, false},
    {"agent-set", call_agent_set, guest_online, false},
    {"watch", call_watch, NULL, true},
};

START_TEST(each_allocation_fails)
{
    struct vc_error err;

    lab_begin(&lab);
    peer_start(&lab, "a", true, NULL, &peer);
    lab_find(&lab, "a", &inst);
    memory_trial_run(&trials[_i / 2], _i % 2 != 0, handle_open, handle_close);
    OK(call_snapshot(&err));
    peer_end(&peer);
    vc_instance_clear(&inst);
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
