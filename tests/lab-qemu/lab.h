/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame of a case: a directory with machines in it, and the driver opened
 * on that directory. */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include <check.h>

#include "../driver/world.h"
#include "vm.h"

#define LAB_MS 5000u /* for a guest to follow */

struct lab {
    char dir[4096];
    struct vc_driver *drv;
};

/* A new directory below the current one, 0700; a driver on it. */
void lab_begin(struct lab *lab);
void lab_end(struct lab *lab);
/* The directory's URI with a query; in a buffer of the process. */
const char *lab_uri(const struct lab *lab, const char *query);
/* DIR/NAME, in a buffer of the process. */
const char *lab_file(const struct lab *lab, const char *name);

/* Starts it in the case's directory, or the case fails. */
void lab_start(const struct lab *lab, const struct vm_spec *spec,
               struct vm *ret);
/* What the driver finds by that name, or the case fails. */
void lab_find(const struct lab *lab, const char *name, struct vc_instance *ret);
/* The same, waiting for it: one that was busy is left alone for a while. */
void lab_find_at_last(const struct lab *lab, const char *name,
                      struct vc_instance *ret);
/* 1, 0 or -1 as `find`. */
int lab_find_any(const struct lab *lab, const char *name,
                 struct vc_instance *ret, struct vc_error *err);

int lab_snapshot(const struct lab *lab, const struct vc_instance *inst,
                 struct vc_live *ret, struct vc_error *err);
int lab_plug(const struct lab *lab, const struct vc_instance *inst,
             const char *vcpus, bool online, unsigned ms,
             struct vc_cpuset *ret_done, struct vc_error *err);
int lab_pin(const struct lab *lab, const struct vc_instance *inst,
            unsigned vcpu, const char *cpus, struct vc_cpuset *ret_effective,
            struct vc_error *err);
/* The vCPUs that are plugged, as the driver says. */
void lab_is_online(const struct lab *lab, const struct vc_instance *inst,
                   const char *vcpus);
/* The same as QEMU says to the tests. */
void lab_qemu_has(struct vm *vm, const char *vcpus);

/* The host CPUs on which a thread may run, as the kernel says. */
struct vc_cpuset lab_affinity(int tid);
/* CPUs of this process, as text: all of them, the first, the last. */
struct lab_cpus {
    char all[128];
    char first[8];
    char last[8];
    bool several;
};
struct lab_cpus lab_cpus(void);

/* Open descriptors of this process. */
unsigned lab_count_fds(void);

#endif
