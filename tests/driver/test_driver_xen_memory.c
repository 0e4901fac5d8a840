/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Xen driver without memory; see memory_trial.h. */
#include "../unit/vc_check.h"
#include "fake_xenctrl.h"
#include "fake_xenstored.h"
#include "memory_trial.h"
#include "world.h"

static struct vc_driver *drv;
static struct vc_instance web;

static void handle_open(void)
{
    drv = vc_world_open("xen:///system");
}

static void handle_close(void)
{
    vc_driver_close(drv);
}

static int find(struct vc_instance_key key, struct vc_error *err)
{
    VC_INSTANCE_AUTO found = {0};

    return drv->ops->find(drv, &key, &found, err) < 0 ? -1 : 0;
}

static int call_open(struct vc_error *err)
{
    struct vc_driver *other = vc_world_try_open("xen:///system", err);

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

static int find_name(struct vc_error *err)
{
    return find((struct vc_instance_key){.kind = VC_BY_NAME, .name = "web"},
                err);
}

static int find_uuid(struct vc_error *err)
{
    return find((struct vc_instance_key){.kind = VC_BY_UUID, .uuid = web.uuid},
                err);
}

static int find_nameless(struct vc_error *err)
{
    return find((struct vc_instance_key){.kind = VC_BY_ID, .id = 9}, err);
}

static int call_snapshot(struct vc_error *err)
{
    VC_LIVE_AUTO live = {0};

    return drv->ops->snapshot(drv, &web, VC_LIVE_ALL, &live, err);
}

static int call_pin(struct vc_error *err)
{
    VC_CPUSET_AUTO cpus = {0};
    VC_CPUSET_AUTO effective = {0};

    if (vc_cpuset_add(&cpus, 1, 2, err) < 0)
        return -1;
    return drv->ops->set_affinity(drv, &web, 1, &cpus, &effective, err);
}

static int set_online(bool online, struct vc_error *err)
{
    VC_CPUSET_AUTO vcpus = {0};
    VC_CPUSET_AUTO done = {0};

    if (vc_cpuset_add(&vcpus, 2, 3, err) < 0)
        return -1;
    return drv->ops->set_online(drv, &web, &vcpus, online, VC_WAIT_MS, &done,
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

static const struct memory_trial trials[] = {
    {"open", call_open, NULL, false},
    {"host", call_host, NULL, false},
    {"list", call_list, NULL, true}, /* the connection to xenstored */
    {"find by name", find_name, NULL, true},
    {"find by uuid", find_uuid, NULL, true},
    {"find nameless", find_nameless, NULL, true},
    {"snapshot", call_snapshot, NULL, false},
    {"pin", call_pin, NULL, false},
    {"plug", call_plug, unplugged, true},
    {"unplug", call_unplug, plugged, true},
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
    handle_open();
    ck_assert_int_eq(drv->ops->find(drv, &key, &web, &err), 1);
    memory_trial_run(&trials[_i / 2], _i % 2 != 0, handle_open, handle_close);
    OK(call_snapshot(&err));
    vc_instance_clear(&web);
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
