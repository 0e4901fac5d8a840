/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/machine.h"

#include <limits.h>
#include <string.h>

/* So many vCPUs may have come or gone between two answers. */
#define STRANGE_MAX 2u

void vc_qemu_cpus_clear(struct vc_qemu_cpus *cpus)
{
    free(cpus->items);
    memset(cpus, 0, sizeof(*cpus));
}

static int compare_vcpu(const void *a, const void *b)
{
    const struct vc_qemu_cpu *ca = a;
    const struct vc_qemu_cpu *cb = b;

    return ca->vcpu < cb->vcpu ? -1 : ca->vcpu > cb->vcpu;
}

static int compare_tid(const void *a, const void *b)
{
    const struct vc_qemu_cpu *ca = a;
    const struct vc_qemu_cpu *cb = b;

    return ca->tid < cb->tid ? -1 : ca->tid > cb->tid;
}

static bool cpu_parse(struct json_object *item, struct vc_qemu_cpu *ret)
{
    int64_t index;
    int64_t tid;

    if (!vc_qemu_json_int(item, "cpu-index", 0, VC_VCPU_LIMIT - 1, &index) ||
        !vc_qemu_json_int(item, "thread-id", 1, INT_MAX, &tid))
        return false;
    *ret = (struct vc_qemu_cpu){.vcpu = (unsigned)index,
                                .tid = (pid_t)tid,
                                .qom = vc_qemu_json_text(item, "qom-path")};
    return true;
}

static int bad_cpus(struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "its answer to query-cpus-fast can't be understood");
}

int vc_qemu_cpus_parse(struct json_object *answer, struct vc_qemu_cpus *ret,
                       struct vc_error *err)
{
    VC_QEMU_CPUS_AUTO cpus = {0};
    size_t n;
    size_t i;

    if (!json_object_is_type(answer, json_type_array))
        return bad_cpus(err);
    n = json_object_array_length(answer);
    if (n > VC_VCPU_LIMIT)
        return bad_cpus(err);
    cpus.items = calloc(n + 1, sizeof(*cpus.items));
    if (!cpus.items)
        return vc_error_nomem(err);
    for (cpus.n = 0; cpus.n < n; cpus.n++) {
        if (!cpu_parse(json_object_array_get_idx(answer, cpus.n),
                       &cpus.items[cpus.n]))
            return bad_cpus(err);
    }
    qsort(cpus.items, n, sizeof(*cpus.items), compare_tid);
    for (i = 1; i < n; i++)
        cpus.share_thread |= cpus.items[i].tid == cpus.items[i - 1].tid;
    qsort(cpus.items, n, sizeof(*cpus.items), compare_vcpu);
    for (i = 1; i < n; i++) {
        if (cpus.items[i].vcpu == cpus.items[i - 1].vcpu)
            return bad_cpus(err);
    }
    vc_qemu_cpus_clear(ret);
    *ret = cpus;
    memset(&cpus, 0, sizeof(cpus));
    return 0;
}

int vc_qemu_cpus_set(const struct vc_qemu_cpus *cpus, struct vc_cpuset *ret,
                     struct vc_error *err)
{
    VC_CPUSET_AUTO set = {0};
    size_t i;

    for (i = 0; i < cpus->n; i++) {
        if (vc_cpuset_append(&set, cpus->items[i].vcpu, cpus->items[i].vcpu,
                             err) < 0)
            return -1;
    }
    vc_cpuset_move(ret, &set);
    return 0;
}

size_t vc_qemu_slots_count(struct json_object *answer)
{
    size_t n = json_object_is_type(answer, json_type_array)
                   ? json_object_array_length(answer)
                   : 0;

    return n <= VC_VCPU_LIMIT ? n : 0;
}

bool vc_qemu_slot_get(struct json_object *answer, unsigned vcpu,
                      struct vc_qemu_slot *ret)
{
    size_t n = vc_qemu_slots_count(answer);
    struct json_object *item;

    if (vcpu >= n)
        return false;
    item = json_object_array_get_idx(answer, n - 1 - vcpu);
    ret->type = vc_qemu_json_text(item, "type");
    ret->props = vc_qemu_json_get(item, "props", json_type_object);
    ret->qom = vc_qemu_json_text(item, "qom-path");
    return ret->type && ret->props;
}

static const struct vc_qemu_cpu *cpu_of_vcpu(const struct vc_qemu_cpus *cpus,
                                             unsigned vcpu)
{
    struct vc_qemu_cpu key = {.vcpu = vcpu};

    return cpus->n ? bsearch(&key, cpus->items, cpus->n, sizeof(key),
                             compare_vcpu)
                   : NULL;
}

static bool is_at(const struct vc_qemu_cpu *cpu, const char *qom)
{
    return cpu && cpu->qom && strcmp(cpu->qom, qom) == 0;
}

/* Is slot n that of vCPU n, of all vCPUs that are there?  One that was plugged
 * or unplugged between the two answers tells nothing. */
static bool is_in_order(struct json_object *answer,
                        const struct vc_qemu_cpus *cpus)
{
    size_t n = vc_qemu_slots_count(answer);
    size_t matched = 0;
    size_t strange = 0;
    unsigned i;

    for (i = 0; i < n && strange < STRANGE_MAX; i++) {
        struct vc_qemu_slot slot;

        if (!vc_qemu_slot_get(answer, i, &slot) || !slot.qom)
            continue;
        if (is_at(cpu_of_vcpu(cpus, i), slot.qom))
            matched++;
        else
            strange++;
    }
    return matched > 0 && strange < STRANGE_MAX &&
           matched + STRANGE_MAX > cpus->n;
}

static const char *check_slots(struct json_object *answer,
                               const struct vc_qemu_cpus *cpus)
{
    size_t n = vc_qemu_slots_count(answer);
    unsigned i;

    for (i = 0; i < n; i++) {
        struct json_object *item = json_object_array_get_idx(answer, i);
        struct vc_qemu_slot slot;
        int64_t count;

        if (!vc_qemu_slot_get(answer, i, &slot) ||
            !vc_qemu_json_int(item, "vcpus-count", 1, VC_VCPU_LIMIT, &count))
            return "its slots for CPUs can't be understood";
        if (count != 1)
            return "its vcpus can be plugged in groups only";
    }
    return is_in_order(answer, cpus)
               ? NULL
               : "its slots for CPUs are in an unknown order";
}

/* The vCPUs that all slots have together. */
static size_t slots_vcpus(struct json_object *answer)
{
    size_t n = vc_qemu_slots_count(answer);
    size_t sum = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        int64_t count = 1;

        (void)vc_qemu_json_int(json_object_array_get_idx(answer, i),
                               "vcpus-count", 1, VC_VCPU_LIMIT, &count);
        sum += (size_t)count;
    }
    return sum <= VC_VCPU_LIMIT ? sum : 0;
}

void vc_qemu_machine_parse(struct json_object *slots, struct json_object *kvm,
                           const struct vc_qemu_cpus *cpus, bool is_nested,
                           struct vc_qemu_machine *ret)
{
    size_t maximum = slots_vcpus(slots);
    bool enabled = false;

    *ret = (struct vc_qemu_machine){.known = true, .is_nested = is_nested};
    if (maximum == 0)
        ret->no_plug = "this machine has no CPU hotplug";
    else
        ret->no_plug = check_slots(slots, cpus);
    ret->maximum = (unsigned)maximum;
    ret->is_tcg = !vc_qemu_json_bool(kvm, "enabled", &enabled) || !enabled;
}
