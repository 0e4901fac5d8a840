/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random facts and requests; all of a scene comes from its seed. */
#ifndef VC_TESTS_PLAN_SCENE_H
#define VC_TESTS_PLAN_SCENE_H

#include "plan_machine.h"

struct scene {
    struct vc_host host;
    bool persistent;
    struct vc_vcpudef config;
    bool reconciled; /* the run was made as defined before */
    bool active;
    struct machine machine;
};

void scene_make(struct scene *scene, unsigned seed);
void scene_clear(struct scene *scene);
/* Reconcile, kept and adopt only where the request is alone in its plan. */
void scene_request(const struct scene *scene, bool alone,
                   struct vc_request *ret);

/* Plans with what the scene is now; 0, or -1: refused.  The caller clears the
 * plan.  VCPUCONF_TEST_TRACE=1 writes it all to stderr. */
int scene_plan(const struct scene *scene, const struct vc_request *requests,
               size_t n, struct vc_plan *plan);

/* The next of the seed's numbers, 0 .. sides-1; true that many times of 100. */
unsigned scene_dice(unsigned sides);
bool scene_chance(unsigned percent);

bool scene_have_common(const struct vc_cpuset *a, const struct vc_cpuset *b);

#endif
