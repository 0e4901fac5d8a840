/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xen_scene.h"

#include <string.h>

#include "../unit/vc_check.h"
#include "fake_xenctrl.h"
#include "fake_xenstored.h"
#include "world.h"

struct vc_driver *drv;
struct vc_instance web;
unsigned plug_ms;

static int find(struct vc_instance_key key, struct vc_instance *ret,
                struct vc_error *err)
{
    *err = (struct vc_error){0};
    return drv->ops->find(drv, &key, ret, err);
}

int find_name(const char *name, struct vc_instance *ret,
              struct vc_error *err)
{
    return find((struct vc_instance_key){.kind = VC_BY_NAME, .name = name}, ret,
                err);
}

int find_id(int id, struct vc_instance *ret, struct vc_error *err)
{
    return find((struct vc_instance_key){.kind = VC_BY_ID, .id = id}, ret, err);
}

int find_uuid(unsigned char seed, struct vc_instance *ret,
              struct vc_error *err)
{
    unsigned char uuid[VC_UUID_LEN];

    memset(uuid, seed, sizeof(uuid));
    return find((struct vc_instance_key){.kind = VC_BY_UUID, .uuid = uuid}, ret,
                err);
}

int snapshot(struct vc_live *ret, struct vc_error *err)
{
    return drv->ops->snapshot(drv, &web, VC_LIVE_ALL, ret, err);
}

int pin(unsigned vcpu, const char *cpus, struct vc_cpuset *ret,
        struct vc_error *err)
{
    SET_AUTO(set, cpus);

    return drv->ops->set_affinity(drv, &web, vcpu, &set, ret, err);
}

int plug(const char *vcpus, bool online, struct vc_cpuset *ret_done,
         struct vc_error *err)
{
    SET_AUTO(set, vcpus);

    return drv->ops->set_online(drv, &web, &set, online, plug_ms, ret_done,
                                err);
}

void scene_setup(void)
{
    struct vc_error err;

    fake_xenstored_reset();
    fake_xenstored_start();
    fake_xenstored_set("/local/domain/5/name", "web");
    fake_xen_reset();
    plug_ms = VC_WAIT_MS;
    drv = vc_world_open("xen:///system");
    ck_assert_int_eq(find_name("web", &web, &err), 1);
}

void scene_teardown(void)
{
    vc_instance_clear(&web);
    vc_driver_close(drv);
    ck_assert_int_eq(fake_xen_handles(), 0);
    fake_xenstored_stop();
}
