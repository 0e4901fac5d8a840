/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What QEMU's answers about CPUs mean.  Pure: no socket is seen here.
 *
 * query-cpus-fast tells the CPUs that are there, in the order they came; their
 * cpu-index is the vCPU's id.  query-hotpluggable-cpus tells all slots, the
 * last first; a free one has no qom-path.
 */
#ifndef VC_DRIVER_QEMU_MACHINE_H
#define VC_DRIVER_QEMU_MACHINE_H

#include "driver/qemu/home.h"
#include "driver/qemu/json.h"

struct vc_qemu_cpu {
    unsigned vcpu;
    pid_t tid; /* as QEMU sees it */
    const char *qom; /* borrowed from the answer */
};

struct vc_qemu_cpus {
    struct vc_qemu_cpu *items; /* sorted by vcpu, each once */
    size_t n;
    bool share_thread; /* two of them, or more, have one thread */
};
#define VC_QEMU_CPUS_AUTO                                                      \
    __attribute__((cleanup(vc_qemu_cpus_clear))) struct vc_qemu_cpus
void vc_qemu_cpus_clear(struct vc_qemu_cpus *cpus);
int vc_qemu_cpus_parse(struct json_object *answer, struct vc_qemu_cpus *ret,
                       struct vc_error *err) VC_NODISCARD;
int vc_qemu_cpus_set(const struct vc_qemu_cpus *cpus, struct vc_cpuset *ret,
                     struct vc_error *err) VC_NODISCARD;

/* Slot number n of an answer: that of vCPU n.  Borrowed from the answer. */
struct vc_qemu_slot {
    const char *type;
    struct json_object *props;
    const char *qom; /* NULL: free */
};
size_t vc_qemu_slots_count(struct json_object *answer);
/* False: there is no such slot, or it can't be understood. */
bool vc_qemu_slot_get(struct json_object *answer, unsigned vcpu,
                      struct vc_qemu_slot *ret);

/* From the answers of query-hotpluggable-cpus (NULL: it has no such thing) and
 * query-kvm. */
void vc_qemu_machine_parse(struct json_object *slots, struct json_object *kvm,
                           const struct vc_qemu_cpus *cpus, bool is_nested,
                           struct vc_qemu_machine *ret);

#endif
