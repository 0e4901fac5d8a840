/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_MODEL
#include "model/vcpudef.h"

#include <string.h>

void vc_vcpudef_clear(struct vc_vcpudef *def)
{
    size_t i;

    vc_cpuset_clear(&def->online);
    vc_cpuset_clear(&def->hotpluggable);
    vc_cpuset_clear(&def->default_set);
    for (i = 0; i < def->npins; i++)
        vc_cpuset_clear(&def->pins[i].cpus);
    free(def->pins);
    memset(def, 0, sizeof(*def));
}

void vc_vcpudef_move(struct vc_vcpudef *ret, struct vc_vcpudef *src)
{
    struct vc_vcpudef taken = *src;

    memset(src, 0, sizeof(*src));
    vc_vcpudef_clear(ret);
    *ret = taken;
}

int vc_vcpudef_copy(struct vc_vcpudef *ret, const struct vc_vcpudef *src,
                    struct vc_error *err)
{
    VC_VCPUDEF_AUTO copy = {0};
    size_t i;

    copy.maximum = src->maximum;
    if (vc_cpuset_copy(&copy.online, &src->online, err) < 0 ||
        vc_cpuset_copy(&copy.hotpluggable, &src->hotpluggable, err) < 0 ||
        vc_cpuset_copy(&copy.default_set, &src->default_set, err) < 0)
        return -1;
    if (src->npins) {
        copy.pins = calloc(src->npins, sizeof(*copy.pins));
        if (!copy.pins)
            return vc_error_nomem(err);
        copy.pins_cap = src->npins;
    }
    for (i = 0; i < src->npins; i++) {
        copy.pins[i].vcpu = src->pins[i].vcpu;
        copy.npins = i + 1;
        if (vc_cpuset_copy(&copy.pins[i].cpus, &src->pins[i].cpus, err) < 0)
            return -1;
    }
    vc_vcpudef_move(ret, &copy);
    return 0;
}

bool vc_vcpudef_equal(const struct vc_vcpudef *a, const struct vc_vcpudef *b)
{
    size_t i;

    if (a->maximum != b->maximum || a->npins != b->npins ||
        !vc_cpuset_equal(&a->online, &b->online) ||
        !vc_cpuset_equal(&a->hotpluggable, &b->hotpluggable) ||
        !vc_cpuset_equal(&a->default_set, &b->default_set))
        return false;
    for (i = 0; i < a->npins; i++) {
        if (a->pins[i].vcpu != b->pins[i].vcpu ||
            !vc_cpuset_equal(&a->pins[i].cpus, &b->pins[i].cpus))
            return false;
    }
    return true;
}

int vc_vcpudef_check(const struct vc_vcpudef *def, struct vc_error *err)
{
    VC_CPUSET_AUTO offline = {0};
    size_t i;

    if (def->maximum < 1 || def->maximum > VC_VCPU_LIMIT)
        return vc_error_set(err, VC_ERR_XML_ERROR,
                            "maximum vcpu count %u is out of range 1..%u",
                            def->maximum, VC_VCPU_LIMIT);
    if (vc_cpuset_is_empty(&def->online))
        return vc_error_set(err, VC_ERR_XML_ERROR,
                            "no vcpu is online; at least one must be");
    if (vc_cpuset_last(&def->online) >= (int)def->maximum ||
        vc_cpuset_last(&def->hotpluggable) >= (int)def->maximum)
        return vc_error_set(err, VC_ERR_XML_ERROR,
                            "a vcpu id is out of range 0..%u",
                            def->maximum - 1);
    if (vc_cpuset_add(&offline, 0, def->maximum - 1, err) < 0 ||
        vc_cpuset_subtract(&offline, &offline, &def->online, err) < 0)
        return -1;
    if (!vc_cpuset_is_subset(&offline, &def->hotpluggable))
        return vc_error_set(err, VC_ERR_XML_ERROR,
                            "an offline vcpu must be hotpluggable");
    for (i = 0; i < def->npins; i++) {
        if (vc_cpuset_is_empty(&def->pins[i].cpus))
            return vc_error_set(err, VC_ERR_XML_ERROR,
                                "the cpuset of vcpupin %u is empty",
                                def->pins[i].vcpu);
        if (i && def->pins[i].vcpu <= def->pins[i - 1].vcpu)
            return vc_error_set(err, VC_ERR_XML_ERROR,
                                "duplicate vcpupin for vcpu %u",
                                def->pins[i].vcpu);
    }
    return 0;
}

int vc_vcpudef_init_counts(struct vc_vcpudef *ret, unsigned maximum,
                           unsigned count, struct vc_error *err)
{
    VC_VCPUDEF_AUTO def = {.maximum = maximum};

    if (vc_cpuset_add(&def.online, 0, count - 1, err) < 0)
        return -1;
    if (count < maximum &&
        vc_cpuset_add(&def.hotpluggable, count, maximum - 1, err) < 0)
        return -1;
    vc_vcpudef_move(ret, &def);
    return 0;
}

/* Index of the first pin whose vCPU is >= vcpu. */
static size_t pin_search(const struct vc_vcpudef *def, uint32_t vcpu)
{
    size_t low = 0;
    size_t high = def->npins;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (def->pins[mid].vcpu < vcpu)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct vc_pin *vc_vcpudef_find_pin(const struct vc_vcpudef *def,
                                         uint32_t vcpu)
{
    size_t i = pin_search(def, vcpu);

    return i < def->npins && def->pins[i].vcpu == vcpu ? &def->pins[i] : NULL;
}

const struct vc_cpuset *vc_vcpudef_pin(const struct vc_vcpudef *def,
                                       unsigned vcpu)
{
    const struct vc_pin *pin =
        vcpu < def->maximum ? vc_vcpudef_find_pin(def, vcpu) : NULL;

    return pin ? &pin->cpus : NULL;
}

const struct vc_cpuset *vc_vcpudef_affinity(const struct vc_vcpudef *def,
                                            unsigned vcpu)
{
    const struct vc_cpuset *pin = vc_vcpudef_pin(def, vcpu);

    if (pin)
        return pin;
    return vc_cpuset_is_empty(&def->default_set) ? NULL : &def->default_set;
}

static int pins_grow(struct vc_vcpudef *def, struct vc_error *err)
{
    size_t cap = def->pins_cap ? def->pins_cap * 2 : 4;
    struct vc_pin *pins;

    if (def->npins < def->pins_cap)
        return 0;
    pins = realloc(def->pins, cap * sizeof(*pins));
    if (!pins)
        return vc_error_nomem(err);
    def->pins = pins;
    def->pins_cap = cap;
    return 0;
}

int vc_vcpudef_set_pin(struct vc_vcpudef *def, uint32_t vcpu,
                       const struct vc_cpuset *cpus, struct vc_error *err)
{
    VC_CPUSET_AUTO copy = {0};
    size_t i = pin_search(def, vcpu);

    if (vc_cpuset_copy(&copy, cpus, err) < 0)
        return -1;
    if (i == def->npins || def->pins[i].vcpu != vcpu) {
        if (pins_grow(def, err) < 0)
            return -1;
        memmove(&def->pins[i + 1], &def->pins[i],
                (def->npins - i) * sizeof(*def->pins));
        memset(&def->pins[i], 0, sizeof(def->pins[i]));
        def->pins[i].vcpu = vcpu;
        def->npins++;
    }
    vc_cpuset_move(&def->pins[i].cpus, &copy);
    return 0;
}

int vc_vcpudef_append_pin(struct vc_vcpudef *def, uint32_t vcpu,
                          struct vc_cpuset *cpus, struct vc_error *err)
{
    if (pins_grow(def, err) < 0)
        return -1;
    memset(&def->pins[def->npins], 0, sizeof(*def->pins));
    def->pins[def->npins].vcpu = vcpu;
    vc_cpuset_move(&def->pins[def->npins].cpus, cpus);
    def->npins++;
    return 0;
}

static int pin_compare(const void *a, const void *b)
{
    uint32_t va = ((const struct vc_pin *)a)->vcpu;
    uint32_t vb = ((const struct vc_pin *)b)->vcpu;

    return va < vb ? -1 : va > vb;
}

int vc_vcpudef_sort_pins(struct vc_vcpudef *def, uint32_t *ret_dup)
{
    size_t i = 1;

    while (i < def->npins && def->pins[i - 1].vcpu < def->pins[i].vcpu)
        i++;
    if (i < def->npins)
        qsort(def->pins, def->npins, sizeof(*def->pins), pin_compare);
    for (i = 1; i < def->npins; i++) {
        if (def->pins[i].vcpu == def->pins[i - 1].vcpu) {
            *ret_dup = def->pins[i].vcpu;
            return -1;
        }
    }
    return 0;
}

void vc_vcpudef_drop_pin(struct vc_vcpudef *def, uint32_t vcpu)
{
    vc_vcpudef_drop_pins(def, vcpu, vcpu);
}

void vc_vcpudef_drop_pins(struct vc_vcpudef *def, uint32_t first, uint32_t last)
{
    size_t i = pin_search(def, first);
    size_t end = i;

    for (; end < def->npins && def->pins[end].vcpu <= last; end++)
        vc_cpuset_clear(&def->pins[end].cpus);
    if (end == i)
        return;
    memmove(&def->pins[i], &def->pins[end],
            (def->npins - end) * sizeof(*def->pins));
    def->npins -= end - i;
}

int vc_vcpudef_merge_pins(struct vc_vcpudef *def, struct vc_vcpudef *changes,
                          struct vc_error *err)
{
    size_t cap = def->npins + changes->npins;
    struct vc_pin *pins = calloc(cap + 1, sizeof(*pins));
    size_t n = 0;
    size_t i = 0;
    size_t k = 0;

    if (!pins)
        return vc_error_nomem(err);
    while (i < def->npins || k < changes->npins) {
        bool is_change =
            k < changes->npins && (i == def->npins || changes->pins[k].vcpu <=
                                                          def->pins[i].vcpu);

        if (is_change && i < def->npins &&
            changes->pins[k].vcpu == def->pins[i].vcpu)
            vc_cpuset_clear(&def->pins[i++].cpus);
        if (is_change && vc_cpuset_is_empty(&changes->pins[k].cpus))
            k++;
        else
            pins[n++] = is_change ? changes->pins[k++] : def->pins[i++];
    }
    free(def->pins);
    def->pins = pins;
    def->npins = n;
    def->pins_cap = cap + 1;
    changes->npins = 0; /* its sets are in `def` */
    return 0;
}
