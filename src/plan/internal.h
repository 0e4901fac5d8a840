/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the planners of this room. */
#ifndef VC_PLAN_INTERNAL_H
#define VC_PLAN_INTERNAL_H

#include "plan/plan.h"

int plan_count(struct vc_plan *plan, const struct vc_request *request,
               unsigned targets, struct vc_error *err) VC_NODISCARD;
int plan_maximum(struct vc_plan *plan, const struct vc_request *request,
                 unsigned targets, struct vc_error *err) VC_NODISCARD;
int plan_state(struct vc_plan *plan, const struct vc_request *request,
               unsigned targets, struct vc_error *err) VC_NODISCARD;
int plan_pin(struct vc_plan *plan, const struct vc_request *request,
             unsigned targets, struct vc_error *err) VC_NODISCARD;
int plan_unpin(struct vc_plan *plan, const struct vc_request *request,
               unsigned targets, struct vc_error *err) VC_NODISCARD;
/* The first `n` of the requests that are pins, one after another. */
size_t plan_count_pins(const struct vc_request *requests, size_t n);
/* Several of them; the definition is changed in one pass behind the last. */
int plan_pins(struct vc_plan *plan, const struct vc_request *requests, size_t n,
              struct vc_error *err) VC_NODISCARD;
int plan_guest_count(struct vc_plan *plan, const struct vc_request *request,
                     struct vc_error *err) VC_NODISCARD;
int plan_guest_state(struct vc_plan *plan, const struct vc_request *request,
                     struct vc_error *err) VC_NODISCARD;
int plan_reconcile(struct vc_plan *plan, struct vc_error *err) VC_NODISCARD;
int plan_kept_pins(struct vc_plan *plan, struct vc_error *err) VC_NODISCARD;
int plan_adopt(struct vc_plan *plan, struct vc_error *err) VC_NODISCARD;

/* A live step: plugs or unplugs the ids and carries plan->live forward. */
int plan_step_plug(struct vc_plan *plan, const struct vc_cpuset *ids,
                   bool online, struct vc_error *err) VC_NODISCARD;
/* The same, and where the hypervisor forgets pins of offline vCPUs: keeps the
 * pins of what is unplugged, pins what is plugged. */
int plan_step_online(struct vc_plan *plan, const struct vc_cpuset *ids,
                     bool online, struct vc_error *err) VC_NODISCARD;
/* A live step: the affinity of one vCPU, at once or kept for later. */
int plan_step_affinity(struct vc_plan *plan, unsigned vcpu,
                       const struct vc_cpuset *cpus,
                       struct vc_error *err) VC_NODISCARD;
/* A live step: remembers the affinity of an offline vCPU; none if it is. */
int plan_step_keep(struct vc_plan *plan, unsigned vcpu,
                   const struct vc_cpuset *cpus,
                   struct vc_error *err) VC_NODISCARD;
/* A live step: what was remembered for a vCPU is nothing any more. */
int plan_step_forget(struct vc_plan *plan, unsigned vcpu,
                     struct vc_error *err) VC_NODISCARD;
/* What is remembered for a vCPU, or NULL. */
const struct vc_cpuset *plan_kept(const struct vc_plan *plan, unsigned vcpu);

/* Why a running domain can't be pinned, or its count changed. */
const char *plan_why_no_pin(const struct vc_live *live);
const char *plan_why_no_online(const struct vc_live *live);

/* Changes of a definition. */
int plan_config_online(struct vc_vcpudef *def, const struct vc_cpuset *ids,
                       bool hotpluggable, struct vc_error *err) VC_NODISCARD;
int plan_config_offline(struct vc_vcpudef *def, const struct vc_cpuset *ids,
                        struct vc_error *err) VC_NODISCARD;
int plan_config_maximum(struct vc_vcpudef *def, unsigned maximum,
                        struct vc_error *err) VC_NODISCARD;

struct vc_step *plan_step_new(struct vc_plan *plan, enum vc_step_kind kind,
                              struct vc_error *err);

/* The `n` lowest members of set, or the highest. */
int plan_pick(const struct vc_cpuset *set, unsigned n, bool highest,
              struct vc_cpuset *ret, struct vc_error *err) VC_NODISCARD;
/* 0 .. max-1 without `set`. */
int plan_complement(const struct vc_cpuset *set, unsigned max,
                    struct vc_cpuset *ret, struct vc_error *err) VC_NODISCARD;
/* Is the set of the words "N vCPUs of M are online" alone? */
bool plan_is_plain(const struct vc_vcpudef *def);
/* INVALID_ARG "vcpu N is out of range of live cpu count M". */
int plan_check_vcpu(const struct vc_plan *plan, unsigned targets, unsigned vcpu,
                    struct vc_error *err) VC_NODISCARD;
/* All CPUs of the host, online or not. */
int plan_all_cpus(const struct vc_plan *plan, struct vc_cpuset *ret,
                  struct vc_error *err) VC_NODISCARD;

#endif
