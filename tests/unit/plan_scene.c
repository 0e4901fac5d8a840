/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan_scene.h"

#include <stdio.h>
#include <string.h>

/* ---- Dice ---- */

static uint64_t dice_state;

unsigned scene_dice(unsigned sides)
{
    dice_state = dice_state * UINT64_C(6364136223846793005) +
                 UINT64_C(1442695040888963407);
    return (unsigned)(dice_state >> 33) % sides;
}

bool scene_chance(unsigned percent)
{
    return scene_dice(100) < percent;
}

/* Some of 0..n-1, each with the same chance. */
static void random_set(struct vc_cpuset *ret, unsigned n, unsigned percent)
{
    struct vc_error err = {0};
    unsigned i;

    vc_cpuset_clear(ret);
    for (i = 0; i < n; i++) {
        if (scene_chance(percent))
            MUST(vc_cpuset_add(ret, i, i, &err) == 0);
    }
}

/* The same, and at least one. */
static void random_some(struct vc_cpuset *ret, unsigned n, unsigned percent)
{
    struct vc_error err = {0};
    unsigned one = scene_dice(n);

    random_set(ret, n, percent);
    if (vc_cpuset_is_empty(ret))
        MUST(vc_cpuset_add(ret, one, one, &err) == 0);
}

bool scene_have_common(const struct vc_cpuset *a, const struct vc_cpuset *b)
{
    VC_CPUSET_AUTO common = {0};
    struct vc_error err = {0};

    MUST(vc_cpuset_intersect(&common, a, b, &err) == 0);
    return !vc_cpuset_is_empty(&common);
}

/* ---- Scenes ---- */

static void random_host(struct vc_host *host)
{
    struct vc_error err = {0};

    host->ncpus = 1 + scene_dice(12);
    host->max_vcpus = VC_VCPU_LIMIT;
    if (scene_chance(50))
        MUST(vc_cpuset_add(&host->online, 0, host->ncpus - 1, &err) == 0);
    else
        random_some(&host->online, host->ncpus, 70);
}

static void random_config(struct vc_vcpudef *def)
{
    struct vc_error err = {0};
    VC_CPUSET_AUTO offline = {0};
    unsigned i;

    def->maximum = 1 + scene_dice(9);
    random_some(&def->online, def->maximum, 60);
    if (scene_chance(85))
        MUST(vc_cpuset_add(&def->online, 0, 0, &err) == 0);
    if (scene_chance(40))
        random_set(&def->hotpluggable, def->maximum, 30);
    MUST(vc_cpuset_add(&offline, 0, def->maximum - 1, &err) == 0);
    MUST(vc_cpuset_subtract(&offline, &offline, &def->online, &err) == 0);
    MUST(vc_cpuset_union(&def->hotpluggable, &def->hotpluggable, &offline,
                         &err) == 0);
    if (scene_chance(40))
        random_some(&def->default_set, 16, 40);
    for (i = 0; i < def->maximum + 3; i++) {
        VC_CPUSET_AUTO pin = {0};

        if (!scene_chance(30))
            continue;
        random_some(&pin, 16, 40);
        MUST(vc_vcpudef_set_pin(def, i, &pin, &err) == 0);
    }
    MUST(vc_vcpudef_check(def, &err) == 0);
}

/* All CPUs, or a set with which the vCPU can run. */
static void random_affinity(const struct machine *machine, unsigned ncpus,
                            struct vc_cpuset *ret)
{
    struct vc_error err = {0};

    do
        random_some(ret, ncpus, 50);
    while (!scene_have_common(ret, &machine->live.usable));
    if (scene_chance(50))
        MUST(vc_cpuset_copy(ret, &machine->all, &err) == 0);
}

static void random_machine(struct scene *scene)
{
    struct machine *machine = &scene->machine;
    struct vc_live *live = &machine->live;
    struct vc_error err = {0};
    unsigned ncpus = scene->host.ncpus;
    bool forgets = scene_chance(60);
    unsigned i;

    MUST(vc_live_alloc(live,
                       scene_chance(70) && scene->persistent ? scene->config.maximum
                                                       : 1 + scene_dice(9),
                       &err) == 0);
    live->caps = (scene_chance(92) ? VC_CAP_PIN : 0u) |
                 (scene_chance(92) ? VC_CAP_ONLINE : 0u) |
                 (forgets ? 0u : VC_CAP_PIN_OFFLINE);
    random_set(&live->online, live->maximum, 60);
    MUST(vc_cpuset_add(&live->online, 0, 0, &err) == 0);
    MUST(vc_cpuset_add(&machine->all, 0, ncpus - 1, &err) == 0);
    MUST(vc_cpuset_copy(&live->usable, &scene->host.online, &err) == 0);
    for (i = 0; i < live->maximum; i++) {
        bool online = vc_cpuset_contains(&live->online, i);
        VC_CPUSET_AUTO pin = {0};

        if (online || !forgets)
            random_affinity(machine, ncpus, &live->vcpus[i].affinity);
        if (!forgets || !(live->caps & VC_CAP_PIN) || !scene_chance(40))
            continue;
        random_some(&pin, ncpus, 50);
        MUST(vc_vcpudef_set_pin(&machine->kept, i, &pin, &err) == 0);
    }
}

void scene_make(struct scene *scene, unsigned seed)
{
    memset(scene, 0, sizeof(*scene));
    machine_seed = seed;
    dice_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    random_host(&scene->host);
    scene->persistent = scene_chance(90);
    scene->active = !scene->persistent || scene_chance(85);
    if (scene->persistent)
        random_config(&scene->config);
    scene->reconciled = scene_chance(50);
    if (scene->active)
        random_machine(scene);
}

void scene_clear(struct scene *scene)
{
    vc_host_clear(&scene->host);
    vc_vcpudef_clear(&scene->config);
    machine_clear(&scene->machine);
}

void scene_request(const struct scene *scene, bool alone,
                   struct vc_request *ret)
{
    static const enum vc_request_kind kinds[] = {
        VC_REQUEST_COUNT,     VC_REQUEST_COUNT, VC_REQUEST_MAXIMUM,
        VC_REQUEST_STATE,     VC_REQUEST_STATE, VC_REQUEST_PIN,
        VC_REQUEST_UNPIN,     VC_REQUEST_RECONCILE,
        VC_REQUEST_KEPT,      VC_REQUEST_ADOPT,
    };
    unsigned ncpus = scene->host.ncpus + (scene_chance(20) ? 8 : 0);

    ret->kind = kinds[scene_dice(VC_NELEMS(kinds) - (alone ? 0 : 3))];
    ret->impact = scene_dice(4);
    ret->count = 1 + scene_dice(10);
    ret->vcpu = scene_dice(10);
    ret->online = scene_chance(50);
    ret->hotpluggable = scene_chance(20);
    if (ret->kind == VC_REQUEST_STATE)
        random_some(&ret->set, 1 + scene_dice(9), 40);
    else
        random_some(&ret->set, ncpus, 40);
    if (ret->kind == VC_REQUEST_STATE && !ret->online && scene_chance(80)) {
        struct vc_error err = {0};

        MUST(vc_cpuset_remove(&ret->set, 0, 0, &err) == 0);
    }
    if (ret->kind == VC_REQUEST_MAXIMUM && scene_chance(80))
        ret->impact = VC_IMPACT_CONFIG;
    if (ret->kind == VC_REQUEST_RECONCILE || ret->kind == VC_REQUEST_KEPT)
        ret->impact = VC_IMPACT_LIVE;
    if (ret->kind == VC_REQUEST_ADOPT)
        ret->impact = VC_IMPACT_CONFIG;
}

/* ---- Planning ---- */

/* For VCPUCONF_TEST_TRACE=1: the facts and the plan. */
static void trace(const struct scene *scene, const struct vc_live *live,
                  const struct vc_plan *plan, const struct vc_error *err)
{
    VC_BUF_AUTO text = {0};
    unsigned i;

    if (!getenv("VCPUCONF_TEST_TRACE"))
        return;
    vc_buf_addf(&text, "seed %u, %u host CPUs\ndefined ", machine_seed,
                scene->host.ncpus);
    vc_vcpudef_encode(&scene->config, &text);
    vc_buf_addf(&text, "\nruns with 0x%x, usable ", live->caps);
    vc_cpuset_format(&live->usable, &text);
    vc_buf_adds(&text, ", online ");
    vc_cpuset_format(&live->online, &text);
    for (i = 0; i < live->maximum; i++) {
        vc_buf_addf(&text, "; %u:", i);
        vc_cpuset_format(&live->vcpus[i].affinity, &text);
    }
    vc_buf_adds(&text, "\nkept ");
    vc_vcpudef_encode_pins(&scene->machine.kept, &text);
    vc_buf_addc(&text, '\n');
    vc_plan_print(plan, &text);
    (void)fprintf(stderr, "%s%s\n", vc_buf_str(&text), err->text);
}

/* Together they come to the same as one by one. */
static int add_all(struct vc_plan *plan, const struct vc_facts *facts,
                   const struct vc_request *requests, size_t n,
                   struct vc_error *err)
{
    VC_PLAN_AUTO each = {0};
    VC_BUF_AUTO text = {0};
    VC_BUF_AUTO text_each = {0};
    struct vc_error why = {0};
    int rc = 0;
    size_t i;

    MUST(vc_plan_init(&each, facts, &why) == 0);
    for (i = 0; rc == 0 && i < n; i++)
        rc = vc_plan_add(&each, &requests[i], &why);
    MUST(vc_plan_add_all(plan, requests, n, err) == rc);
    MUST(err->code == why.code && strcmp(err->text, why.text) == 0);
    if (rc < 0)
        return -1;
    vc_plan_print(plan, &text);
    vc_plan_print(&each, &text_each);
    MUST(strcmp(vc_buf_str(&text), vc_buf_str(&text_each)) == 0);
    MUST(plan->config_changed == each.config_changed);
    MUST(vc_vcpudef_equal(&plan->config, &each.config));
    return 0;
}

int scene_plan(const struct scene *scene, const struct vc_request *requests,
               size_t n, struct vc_plan *plan)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err = {0};
    struct vc_facts facts = {
        .persistent = scene->persistent,
        .config = &scene->config,
        .active = scene->active,
        .live = &live,
        .kept = &scene->machine.kept,
        .reconciled = scene->reconciled,
        .ncpus = scene->host.ncpus,
    };
    int rc;

    if (scene->active)
        machine_snapshot(&scene->machine, &live);
    MUST(vc_plan_init(plan, &facts, &err) == 0);
    rc = add_all(plan, &facts, requests, n, &err);
    trace(scene, &live, plan, &err);
    if (rc == 0) {
        MUST(err.code == VC_ERR_OK);
        return 0;
    }
    MUST(err.code != VC_ERR_OK && err.code != VC_ERR_INTERNAL);
    MUST(err.text[0] && err.text[strlen(err.text) - 1] != '.');
    return -1;
}
