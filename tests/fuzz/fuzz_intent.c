/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps of an intent.  What is read is written as it was; and the steps
 * that the input's bytes are taken for, as numbers, are read back as they were
 * written.
 */
#include <string.h>

#include "engine/internal.h"
#include "fuzz.h"

static void same_sets(const struct vc_step *a, const struct vc_step *b)
{
    FUZZ_REQUIRE(vc_cpuset_equal(&a->cpus, &b->cpus));
    FUZZ_REQUIRE(vc_cpuset_equal(&a->before, &b->before));
    FUZZ_REQUIRE(vc_vcpudef_equal(&a->repin, &b->repin));
}

static void same_steps(const struct vc_plan *a, const struct vc_plan *b)
{
    size_t i;

    FUZZ_REQUIRE(a->nsteps == b->nsteps);
    for (i = 0; i < a->nsteps; i++) {
        const struct vc_step *x = &a->steps[i];
        const struct vc_step *y = &b->steps[i];

        FUZZ_REQUIRE(x->kind == y->kind && x->online == y->online);
        FUZZ_REQUIRE(x->fresh == y->fresh && x->vcpu == y->vcpu);
        FUZZ_REQUIRE(x->vcpu < VC_VCPU_LIMIT);
        FUZZ_REQUIRE(vc_cpuset_last(&x->cpus) < (int)VC_CPU_LIMIT);
        same_sets(x, y);
    }
}

static void text_is_a_fixpoint(const char *text, size_t len)
{
    VC_PLAN_AUTO plan = {0};
    VC_PLAN_AUTO again = {0};
    VC_BUF_AUTO buf = {0};
    struct vc_error err = {0};

    if (engine_intent_decode(text, len, &plan, &err) < 0) {
        FUZZ_REQUIRE(err.code == VC_ERR_INTERNAL && err.text[0]);
        FUZZ_REQUIRE(plan.nsteps == 0 && !plan.steps);
        return;
    }
    FUZZ_REQUIRE(engine_intent_encode(&plan, &buf, &err) == 0);
    FUZZ_REQUIRE(buf.len == len && memcmp(buf.data, text, len) == 0);
    FUZZ_REQUIRE(engine_intent_decode(buf.data, buf.len, &again, &err) == 0);
    same_steps(&plan, &again);
}

/* ---- bytes as steps ---- */

struct bytes {
    const uint8_t *p;
    const uint8_t *end;
};

static unsigned next(struct bytes *bytes)
{
    return bytes->p < bytes->end ? *bytes->p++ : 0;
}

/* Empty where it may be, and was drawn so. */
static void draw_set(struct bytes *bytes, bool may_be_empty,
                     struct vc_cpuset *ret)
{
    unsigned n = next(bytes) % 4 + !may_be_empty;
    struct vc_error err = {0};

    for (; n > 0; n--) {
        unsigned first = next(bytes) << 6 | (next(bytes) & 63);
        unsigned last = first + next(bytes);

        last = last < VC_CPU_LIMIT ? last : VC_CPU_LIMIT - 1;
        FUZZ_REQUIRE(vc_cpuset_add(ret, first, last, &err) == 0);
    }
}

static void draw_step(struct bytes *bytes, struct vc_step *step)
{
    unsigned kind = next(bytes) % 6;
    struct vc_error err = {0};

    step->kind = kind < 1   ? VC_STEP_AFFINITY
                 : kind < 2 ? VC_STEP_KEEP
                 : kind < 4 ? VC_STEP_ONLINE
                            : VC_STEP_AGENT;
    step->online = kind == 2 || kind == 4;
    draw_set(bytes, kind < 2, &step->cpus);
    if (kind < 2) {
        step->vcpu = next(bytes) << 6 | (next(bytes) & 63);
        step->fresh = next(bytes) & 1;
        if (!step->fresh)
            draw_set(bytes, true, &step->before);
    }
    if (kind == 3 && (next(bytes) & 1)) {
        VC_CPUSET_AUTO cpus = {0};

        draw_set(bytes, false, &cpus);
        FUZZ_REQUIRE(
            vc_vcpudef_set_pin(&step->repin, next(bytes), &cpus, &err) == 0);
    }
}

static void steps_come_back(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, data + size};
    VC_PLAN_AUTO plan = {0};
    VC_PLAN_AUTO again = {0};
    VC_BUF_AUTO buf = {0};
    struct vc_error err = {0};

    plan.steps = calloc(size + 1, sizeof(*plan.steps));
    FUZZ_REQUIRE(plan.steps);
    while (bytes.p < bytes.end && plan.nsteps < 64)
        draw_step(&bytes, &plan.steps[plan.nsteps++]);
    FUZZ_REQUIRE(engine_intent_encode(&plan, &buf, &err) == 0);
    FUZZ_REQUIRE(engine_intent_decode(buf.data, buf.len, &again, &err) == 0);
    same_steps(&plan, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    text_is_a_fixpoint((const char *)data, size);
    steps_come_back(data, size < 512 ? size : 512);
    return 0;
}
