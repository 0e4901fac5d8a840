/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan_world.h"

#include <stdio.h>
#include <string.h>

struct world world;

struct vc_cpuset world_set(const char *text)
{
    struct vc_cpuset set = {0};
    struct vc_error err = {0};

    if (*text)
        ck_assert_msg(vc_cpuset_parse(text, strlen(text), &set, &err) == 0,
                      "%s", err.text);
    return set;
}

void world_setup(void)
{
    memset(&world, 0, sizeof(world));
    world_host(8, "");
}

void world_teardown(void)
{
    vc_plan_clear(&world.plan);
    vc_host_clear(&world.host);
    vc_vcpudef_clear(&world.config);
    vc_live_clear(&world.live);
    vc_vcpudef_clear(&world.kept);
    vc_agent_clear(&world.agent);
}

void world_host(unsigned ncpus, const char *offline)
{
    VC_CPUSET_AUTO away = world_set(offline);
    struct vc_error err = {0};

    vc_host_clear(&world.host);
    world.host.ncpus = ncpus;
    world.host.max_vcpus = VC_VCPU_LIMIT;
    ck_assert_int_eq(vc_cpuset_add(&world.host.online, 0, ncpus - 1, &err), 0);
    ck_assert_int_eq(vc_cpuset_subtract(&world.host.online, &world.host.online,
                                        &away, &err),
                     0);
}

void world_define(const char *summary)
{
    VC_BUF_AUTO text = {0};
    struct vc_error err = {0};

    vc_buf_addf(&text, "1 %s", summary);
    ck_assert_msg(
        vc_vcpudef_decode(text.data, text.len, &world.config, &err) == 0, "%s",
        err.text);
    world.persistent = true;
}

void world_run(unsigned maximum, const char *online, const char *pins)
{
    VC_VCPUDEF_AUTO asked = {.maximum = maximum};
    VC_CPUSET_AUTO all = {0};
    struct vc_live *live = &world.live;
    struct vc_error err = {0};
    unsigned i;

    ck_assert_int_eq(
        vc_vcpudef_decode_pins(pins, strlen(pins), &asked, &err), 0);
    ck_assert_int_eq(vc_live_alloc(live, maximum, &err), 0);
    live->caps = VC_CAP_PIN | VC_CAP_PIN_OFFLINE | VC_CAP_ONLINE | VC_CAP_AGENT;
    live->online = world_set(online);
    ck_assert_int_eq(vc_cpuset_copy(&live->usable, &world.host.online, &err),
                     0);
    ck_assert_int_eq(vc_cpuset_add(&all, 0, world.host.ncpus - 1, &err), 0);
    for (i = 0; i < maximum; i++) {
        const struct vc_cpuset *pin = vc_vcpudef_pin(&asked, i);

        ck_assert_int_eq(vc_cpuset_copy(&live->vcpus[i].affinity,
                                        pin ? pin : &all, &err),
                         0);
    }
    world.active = true;
}

void world_forget(const char *kept)
{
    struct vc_live *live = &world.live;
    struct vc_error err = {0};
    unsigned i;

    vc_vcpudef_clear(&world.kept);
    world.kept.maximum = live->maximum;
    ck_assert_int_eq(
        vc_vcpudef_decode_pins(kept, strlen(kept), &world.kept, &err), 0);
    live->caps &= ~(unsigned)VC_CAP_PIN_OFFLINE;
    for (i = 0; i < live->maximum; i++) {
        const struct vc_cpuset *pin = vc_vcpudef_pin(&world.kept, i);

        if (vc_cpuset_contains(&live->online, i))
            continue;
        vc_cpuset_clear(&live->vcpus[i].affinity);
        if (pin)
            ck_assert_int_eq(
                vc_cpuset_copy(&live->vcpus[i].affinity, pin, &err), 0);
    }
}

void world_guest(const char *present, const char *online,
                 const char *can_offline)
{
    world.agent.present = world_set(present);
    world.agent.online = world_set(online);
    world.agent.can_offline = world_set(can_offline);
    world.has_agent = true;
    world.live.has_agent = true;
}

/* ---- Requests ---- */

static const struct {
    const char *verb;
    enum vc_request_kind kind;
    const char *args; /* n: count, v: vCPU, s: set, o: on or off */
} verbs[] = {
    {"count", VC_REQUEST_COUNT, "n"},
    {"maximum", VC_REQUEST_MAXIMUM, "n"},
    {"state", VC_REQUEST_STATE, "so"},
    {"pin", VC_REQUEST_PIN, "vs"},
    {"unpin", VC_REQUEST_UNPIN, "v"},
    {"guest-count", VC_REQUEST_GUEST_COUNT, "n"},
    {"guest-state", VC_REQUEST_GUEST_STATE, "so"},
    {"reconcile", VC_REQUEST_RECONCILE, ""},
    {"kept", VC_REQUEST_KEPT, ""},
    {"adopt", VC_REQUEST_ADOPT, ""},
};

static void request_argument(struct vc_request *request, char kind,
                             const char *word)
{
    ck_assert_ptr_nonnull(word);
    if (kind == 'n')
        request->count = (unsigned)strtoul(word, NULL, 10);
    else if (kind == 'v')
        request->vcpu = (unsigned)strtoul(word, NULL, 10);
    else if (kind == 's')
        request->set = world_set(strcmp(word, "none") == 0 ? "" : word);
    else
        request->online = strcmp(word, "on") == 0;
}

static void request_flag(struct vc_request *request, const char *word)
{
    if (strcmp(word, "live") == 0)
        request->impact |= VC_IMPACT_LIVE;
    else if (strcmp(word, "config") == 0)
        request->impact |= VC_IMPACT_CONFIG;
    else if (strcmp(word, "hotpluggable") == 0)
        request->hotpluggable = true;
    else
        ck_abort_msg("no such flag: %s", word);
}

struct vc_request world_request(const char *text)
{
    struct vc_request request = {0};
    VC_AUTO_STR char *copy = strdup(text);
    char *save = NULL;
    const char *word = strtok_r(copy, " ", &save);
    const char *args;
    size_t i = 0;

    ck_assert_ptr_nonnull(word);
    while (i < VC_NELEMS(verbs) && strcmp(verbs[i].verb, word) != 0)
        i++;
    ck_assert_msg(i < VC_NELEMS(verbs), "no such request: %s", text);
    request.kind = verbs[i].kind;
    for (args = verbs[i].args; *args; args++)
        request_argument(&request, *args, strtok_r(NULL, " ", &save));
    while ((word = strtok_r(NULL, " ", &save)))
        request_flag(&request, word);
    if (vc_request_needs_agent(&request) ||
        request.kind == VC_REQUEST_RECONCILE ||
        request.kind == VC_REQUEST_KEPT)
        request.impact = VC_IMPACT_LIVE;
    if (request.kind == VC_REQUEST_ADOPT)
        request.impact = VC_IMPACT_CONFIG;
    return request;
}

/* ---- Plans ---- */

int world_plan(const char *requests)
{
    struct vc_facts facts = {
        .persistent = world.persistent,
        .config = &world.config,
        .active = world.active,
        .live = &world.live,
        .kept = &world.kept,
        .agent = world.has_agent ? &world.agent : NULL,
        .ncpus = world.host.ncpus,
    };
    VC_AUTO_STR char *copy = strdup(requests);
    char *save = NULL;
    char *one;

    vc_plan_clear(&world.plan);
    memset(&world.err, 0, sizeof(world.err));
    ck_assert_int_eq(vc_plan_init(&world.plan, &facts, &world.err), 0);
    for (one = strtok_r(copy, ";", &save); one;
         one = strtok_r(NULL, ";", &save)) {
        struct vc_request request = world_request(one);
        int rc = vc_plan_add(&world.plan, &request, &world.err);

        vc_request_clear(&request);
        if (rc < 0)
            return -1;
        ck_assert_int_eq(rc, 0);
    }
    return 0;
}

void world_plans(const char *requests, const char *expect)
{
    VC_BUF_AUTO text = {0};

    ck_assert_msg(world_plan(requests) == 0, "%s: %s", requests,
                  world.err.text);
    ck_assert_int_eq(world.err.code, VC_ERR_OK);
    vc_plan_print(&world.plan, &text);
    ck_assert_str_eq(vc_buf_str(&text), expect);
    if (world.persistent)
        ck_assert_int_eq(vc_vcpudef_check(&world.plan.config, &world.err), 0);
}

void world_refuses(const char *requests, int code, const char *message)
{
    ck_assert_msg(world_plan(requests) < 0, "%s: not refused", requests);
    ck_assert_str_eq(world.err.text, message);
    ck_assert_int_eq(world.err.code, code);
}

void world_expect_config(const char *summary)
{
    VC_BUF_AUTO text = {0};

    vc_vcpudef_encode(&world.plan.config, &text);
    ck_assert_str_eq(vc_buf_str(&text) + 2, summary);
}

void world_expect_online(const char *ids)
{
    VC_BUF_AUTO text = {0};

    vc_cpuset_format(&world.plan.live.online, &text);
    ck_assert_str_eq(vc_buf_str(&text), ids);
}
