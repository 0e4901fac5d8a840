/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What changed between two definitions, in words for people. */
#define VC_ROOM VC_ROOM_PLAN
#include "plan/plan.h"

#include <stdio.h>

#define WORDS_MAX 24 /* changes that are named; the rest is counted */

struct words {
    struct vc_buf *buf;
    unsigned n;
};

static bool words_next(struct words *w)
{
    if (w->n++ >= WORDS_MAX)
        return false;
    if (w->n > 1)
        vc_buf_adds(w->buf, "; ");
    return true;
}

static void add_set(struct vc_buf *buf, const struct vc_cpuset *set)
{
    if (!set || vc_cpuset_is_empty(set))
        vc_buf_adds(buf, "none");
    else
        vc_cpuset_format(set, buf);
}

static void words_set(struct words *w, const char *what,
                      const struct vc_cpuset *before,
                      const struct vc_cpuset *after)
{
    if (!words_next(w))
        return;
    vc_buf_addf(w->buf, "%s ", what);
    add_set(w->buf, before);
    vc_buf_adds(w->buf, " -> ");
    add_set(w->buf, after);
}

static bool is_from_zero(const struct vc_cpuset *set)
{
    return vc_cpuset_last(set) + 1 == (int)vc_cpuset_count(set);
}

static void words_pin(struct words *w, uint32_t vcpu,
                      const struct vc_cpuset *before,
                      const struct vc_cpuset *after)
{
    char what[32];

    if (before && after && vc_cpuset_equal(before, after))
        return;
    (void)snprintf(what, sizeof(what), "pin vcpu %u:", vcpu);
    words_set(w, what, before, after);
}

static void words_pins(struct words *w, const struct vc_vcpudef *before,
                       const struct vc_vcpudef *after)
{
    size_t i = 0;
    size_t j = 0;

    while (i < before->npins || j < after->npins) {
        const struct vc_pin *a = i < before->npins ? &before->pins[i] : NULL;
        const struct vc_pin *b = j < after->npins ? &after->pins[j] : NULL;

        if (a && (!b || a->vcpu < b->vcpu)) {
            words_pin(w, a->vcpu, &a->cpus, NULL);
            i++;
        } else if (b && (!a || b->vcpu < a->vcpu)) {
            words_pin(w, b->vcpu, NULL, &b->cpus);
            j++;
        } else {
            /* Both are there.  NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
            words_pin(w, a->vcpu, &a->cpus, &b->cpus);
            i++;
            j++;
        }
    }
}

void vc_words_change(const struct vc_vcpudef *before,
                     const struct vc_vcpudef *after, struct vc_buf *buf)
{
    struct words w = {buf, 0};
    bool online_same = vc_cpuset_equal(&before->online, &after->online);

    if (before->maximum != after->maximum && words_next(&w))
        vc_buf_addf(buf, "maximum %u -> %u", before->maximum, after->maximum);
    if (!online_same && is_from_zero(&before->online) &&
        is_from_zero(&after->online)) {
        if (words_next(&w))
            vc_buf_addf(buf, "vcpus %u -> %u",
                        vc_cpuset_count(&before->online),
                        vc_cpuset_count(&after->online));
    } else if (!online_same) {
        words_set(&w, "online", &before->online, &after->online);
    } else if (before->maximum == after->maximum &&
               !vc_cpuset_equal(&before->hotpluggable, &after->hotpluggable)) {
        words_set(&w, "hotpluggable", &before->hotpluggable,
                  &after->hotpluggable);
    }
    if (!vc_cpuset_equal(&before->default_set, &after->default_set))
        words_set(&w, "cpuset", &before->default_set, &after->default_set);
    words_pins(&w, before, after);
    if (w.n > WORDS_MAX)
        vc_buf_addf(buf, "; and %u more", w.n - WORDS_MAX);
}
