/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A hypervisor in a struct, which takes the steps of plans and is strict: a
 * step that a real one would refuse, or that changes nothing, ends the test.
 * Where it has no VC_CAP_PIN_OFFLINE it forgets the affinity of a vCPU that
 * goes, and `kept` is what is remembered beside it.
 */
#ifndef VC_TESTS_PLAN_MACHINE_H
#define VC_TESTS_PLAN_MACHINE_H

#include "plan/plan.h"
#include "vc_check.h"

struct machine {
    struct vc_live live; /* the affinity of a forgotten vCPU is empty */
    struct vc_vcpudef kept;
    struct vc_cpuset all; /* host CPUs */
};

/* Told in each failure: how to run the case again. */
extern unsigned machine_seed;
#define MUST(condition)                                                        \
    ck_assert_msg((condition), "VCPUCONF_TEST_SEED=%u: %s", machine_seed,      \
                  #condition)

void machine_clear(struct machine *machine);
#define MACHINE_AUTO __attribute__((cleanup(machine_clear))) struct machine
void machine_copy(struct machine *ret, const struct machine *src);

/* What was kept for a vCPU, or NULL. */
const struct vc_cpuset *machine_kept(const struct vc_vcpudef *kept,
                                     unsigned vcpu);
/* What is gathered: kept pins stand in for what was forgotten. */
void machine_snapshot(const struct machine *machine, struct vc_live *ret);

void machine_apply(struct machine *machine, const struct vc_plan *plan);
/* All inverses in reverse order. */
void machine_undo(struct machine *machine, const struct vc_plan *plan);

#endif
