/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory_verbs.h"

#include "../unit/vc_check.h"
#include "world.h"

struct memory_subject subject;

int verb_open(struct vc_error *err)
{
    struct vc_driver *other = vc_world_try_open(subject.uri, err);

    if (!other)
        return -1;
    vc_driver_close(other);
    return 0;
}

int verb_host(struct vc_error *err)
{
    VC_HOST_AUTO host = {0};

    return subject.drv->ops->host(subject.drv, &host, err);
}

int verb_list(struct vc_error *err)
{
    VC_INSTANCE_LIST_AUTO list = {0};

    return subject.drv->ops->list(subject.drv, &list, err);
}

int verb_find_by(struct vc_instance_key key, struct vc_error *err)
{
    VC_INSTANCE_AUTO found = {0};

    return subject.drv->ops->find(subject.drv, &key, &found, err) < 0 ? -1 : 0;
}

int verb_find(struct vc_error *err)
{
    return verb_find_by(
        (struct vc_instance_key){.kind = VC_BY_NAME, .name = subject.inst.name},
        err);
}

int verb_snapshot(struct vc_error *err)
{
    VC_LIVE_AUTO live = {0};

    return subject.drv->ops->snapshot(subject.drv, &subject.inst, VC_LIVE_ALL,
                                      &live, err);
}

int verb_pin_to(unsigned cpu, struct vc_error *err)
{
    VC_CPUSET_AUTO cpus = {0};
    VC_CPUSET_AUTO effective = {0};

    if (vc_cpuset_add(&cpus, cpu, cpu, err) < 0)
        return -1;
    return subject.drv->ops->set_affinity(subject.drv, &subject.inst, 1, &cpus,
                                          &effective, err);
}

int verb_pin(struct vc_error *err)
{
    return verb_pin_to(0, err);
}

static int set_online(bool online, struct vc_error *err)
{
    VC_CPUSET_AUTO vcpus = {0};
    VC_CPUSET_AUTO done = {0};

    if (vc_cpuset_add(&vcpus, 2, 3, err) < 0)
        return -1;
    return subject.drv->ops->set_online(subject.drv, &subject.inst, &vcpus,
                                        online, VC_WAIT_MS, &done, err);
}

int verb_plug(struct vc_error *err)
{
    return set_online(true, err);
}

int verb_unplug(struct vc_error *err)
{
    return set_online(false, err);
}

int verb_agent_get(struct vc_error *err)
{
    VC_AGENT_AUTO agent = {0};

    return subject.drv->ops->agent_get(subject.drv, &subject.inst, VC_WAIT_MS,
                                       &agent, err);
}

int verb_agent_set_to(bool online, struct vc_error *err)
{
    VC_CPUSET_AUTO vcpus = {0};
    VC_CPUSET_AUTO done = {0};

    if (vc_cpuset_add(&vcpus, 1, 1, err) < 0)
        return -1;
    return subject.drv->ops->agent_set(subject.drv, &subject.inst, &vcpus,
                                       online, VC_WAIT_MS, &done, err);
}

int verb_agent_set(struct vc_error *err)
{
    return verb_agent_set_to(false, err);
}

int verb_watch(struct vc_error *err)
{
    bool news;
    int fd;

    if (subject.drv->ops->watch(subject.drv, &fd, err) < 0)
        return -1;
    return subject.drv->ops->dispatch(subject.drv, &news, err);
}

void verb_must(int (*call)(struct vc_error *err))
{
    struct vc_error err;

    OK(call(&err));
}

void verb_plugged(void)
{
    verb_must(verb_plug);
}

void verb_unplugged(void)
{
    verb_must(verb_unplug);
}

void verb_guest_online(void)
{
    struct vc_error err;

    OK(verb_agent_set_to(true, &err));
}
