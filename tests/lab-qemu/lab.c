/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lab.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dir.h"

void lab_begin(struct lab *lab)
{
    memset(lab, 0, sizeof(*lab));
    ck_assert_int_eq(lab_dir_new(lab->dir, sizeof(lab->dir)), 0);
    lab->drv = vc_world_open(lab_uri(lab, ""));
}

void lab_end(struct lab *lab)
{
    vc_driver_close(lab->drv);
    lab_dir_remove(lab->dir);
}

const char *lab_uri(const struct lab *lab, const char *query)
{
    static char uri[4200];

    (void)snprintf(uri, sizeof(uri), "qemu://%s%s", lab->dir, query);
    return uri;
}

const char *lab_file(const struct lab *lab, const char *name)
{
    static char path[4200];

    (void)snprintf(path, sizeof(path), "%s/%s", lab->dir, name);
    return path;
}

void lab_start(const struct lab *lab, const struct vm_spec *spec,
               struct vm *ret)
{
    struct vm_spec here = *spec;

    here.dir = lab->dir;
    ck_assert_int_eq(vm_start(&here, ret), 0);
}

int lab_find_any(const struct lab *lab, const char *name,
                 struct vc_instance *ret, struct vc_error *err)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = name};

    return lab->drv->ops->find(lab->drv, &key, ret, err);
}

void lab_find(const struct lab *lab, const char *name, struct vc_instance *ret)
{
    struct vc_error err = {0};
    int rc = lab_find_any(lab, name, ret, &err);

    ck_assert_msg(rc == 1, "'%s' is not found (%d): %s", name, rc, err.text);
}

void lab_find_at_last(const struct lab *lab, const char *name,
                      struct vc_instance *ret)
{
    long long until = lab_now_ms() + LAB_MS;
    struct vc_error err = {0};

    while (lab_find_any(lab, name, ret, &err) != 1) {
        ck_assert_msg(lab_now_ms() < until, "'%s': %s", name, err.text);
        (void)poll(NULL, 0, 10);
    }
}

int lab_snapshot(const struct lab *lab, const struct vc_instance *inst,
                 struct vc_live *ret, struct vc_error *err)
{
    return lab->drv->ops->snapshot(lab->drv, inst, VC_LIVE_ALL, ret, err);
}

int lab_plug(const struct lab *lab, const struct vc_instance *inst,
             const char *vcpus, bool online, unsigned ms,
             struct vc_cpuset *ret_done, struct vc_error *err)
{
    SET_AUTO(set, vcpus);

    return lab->drv->ops->set_online(lab->drv, inst, &set, online, ms, ret_done,
                                     err);
}

int lab_pin(const struct lab *lab, const struct vc_instance *inst,
            unsigned vcpu, const char *cpus, struct vc_cpuset *ret_effective,
            struct vc_error *err)
{
    SET_AUTO(set, cpus);

    return lab->drv->ops->set_affinity(lab->drv, inst, vcpu, &set,
                                       ret_effective, err);
}

void lab_is_online(const struct lab *lab, const struct vc_instance *inst,
                   const char *vcpus)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err;

    OK(lab_snapshot(lab, inst, &live, &err));
    IS_SET(&live.online, vcpus);
}

void lab_qemu_has(struct vm *vm, const char *vcpus)
{
    VC_CPUSET_AUTO has = {0};
    struct vc_error err;
    int tids[64];
    unsigned i;

    ck_assert_int_ge(qmp_threads(&vm->mon, tids, 64), 1);
    for (i = 0; i < 64; i++) {
        if (tids[i] >= 0)
            OK(vc_cpuset_add(&has, i, i, &err));
    }
    IS_SET(&has, vcpus);
}

struct vc_cpuset lab_affinity(int tid)
{
    struct vc_cpuset set = {0};
    struct vc_error err;
    cpu_set_t mask;
    unsigned i;

    ck_assert_int_eq(sched_getaffinity(tid, sizeof(mask), &mask), 0);
    for (i = 0; i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(i, &mask))
            OK(vc_cpuset_add(&set, i, i, &err));
    }
    return set;
}

struct lab_cpus lab_cpus(void)
{
    struct vc_cpuset set = lab_affinity(0);
    struct lab_cpus cpus;

    (void)snprintf(cpus.all, sizeof(cpus.all), "%s", SHOW(&set));
    (void)snprintf(cpus.first, sizeof(cpus.first), "%d",
                   vc_cpuset_next(&set, 0) & 0xffff);
    (void)snprintf(cpus.last, sizeof(cpus.last), "%d",
                   vc_cpuset_last(&set) & 0xffff);
    cpus.several = vc_cpuset_count(&set) > 1;
    vc_cpuset_clear(&set);
    return cpus;
}

unsigned lab_count_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned n = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir))
        n++;
    (void)closedir(dir);
    return n - 3; /* ".", ".." and the directory itself */
}
