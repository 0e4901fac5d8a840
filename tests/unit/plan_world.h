/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Facts for planners, written as text.  A definition is its summary without
 * the version ("max=4 online=0-1 hot=2-3"), a pin list is "0:0-3;2:4-7", a set
 * is "0-3" or "" when empty.  Requests are text too, "; " between them:
 *
 *   count N | maximum N | state IDS on|off | pin VCPU CPUS | unpin VCPU
 *   guest-count N | guest-state IDS on|off | reconcile | kept | adopt
 *
 * each followed by any of: live, config, hotpluggable.
 */
#ifndef VC_TESTS_PLAN_WORLD_H
#define VC_TESTS_PLAN_WORLD_H

#include "plan/plan.h"
#include "vc_check.h"

struct world {
    struct vc_host host;
    bool persistent;
    struct vc_vcpudef config;
    bool active;
    struct vc_live live;
    struct vc_vcpudef kept;
    struct vc_agent agent;
    bool has_agent;
    struct vc_plan plan; /* of the last world_plan */
    struct vc_error err;
};

/* For checked fixtures: one world, a host of 8 CPUs, nothing else. */
extern struct world world;
void world_setup(void);
void world_teardown(void);

/* A new host; call it first. */
void world_host(unsigned ncpus, const char *offline);
void world_define(const char *summary);
/* All capabilities; a vCPU without a pin may run everywhere. */
void world_run(unsigned maximum, const char *online, const char *pins);
/* The hypervisor forgets pins of offline vCPUs; `kept` are remembered. */
void world_forget(const char *kept);
void world_guest(const char *present, const char *online,
                 const char *can_offline);

/* Plans the requests in a fresh plan: what vc_plan_add said. */
int world_plan(const char *requests);
/* The same, with what is expected: the plan as text, or a refusal. */
void world_plans(const char *requests, const char *expect);
void world_refuses(const char *requests, int code, const char *message);

/* The definition behind the last plan, and the live state it foresees. */
void world_expect_config(const char *summary);
void world_expect_online(const char *ids);

struct vc_cpuset world_set(const char *text);
/* Borrows text; its set is owned. */
struct vc_request world_request(const char *text);

#endif
