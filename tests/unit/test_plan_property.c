/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random facts, random requests, and what must hold whatever they are:
 *
 *  1. The steps of a plan can be taken; after them the hypervisor is as the
 *     plan foresaw.
 *  2. The inverses in reverse order bring back what was there.
 *  3. Asking the same again gives no step and no change.
 *  4. Counts, sets and pins are what the request says, by its own rules.
 *  5. Only what was asked for changes.
 *  6. A vCPU that goes and comes back has its pin, or the one it waits for.
 *  7. Reconcile leaves no vCPU waiting for a pin that was kept for it.
 *  8. What was adopted is what reconcile would make: nothing is left to do.
 *
 * VCPUCONF_TEST_SEED=N in the environment runs that seed and 999 more instead;
 * VCPUCONF_TEST_TRACE=1 says what they are.
 */
#include "plan_scene.h"

#define SEEDS_PER_TEST 500
#define FIXED_TESTS 20

static bool same_kept(const struct vc_cpuset *a, const struct vc_cpuset *b)
{
    return a && b ? vc_cpuset_equal(a, b) : a == b;
}

/* 1. */
static void check_foreseen(const struct scene *scene,
                           const struct vc_plan *plan)
{
    const struct vc_live *live = &scene->machine.live;
    bool forgets = !(live->caps & VC_CAP_PIN_OFFLINE);
    unsigned i;

    MUST(vc_cpuset_equal(&live->online, &plan->live.online));
    for (i = 0; i < live->maximum; i++) {
        const struct vc_cpuset *foreseen = &plan->live.vcpus[i].affinity;
        bool online = vc_cpuset_contains(&live->online, i);

        /* empty: the plan knows nothing about it */
        MUST((forgets && !online) || (forgets && !(live->caps & VC_CAP_PIN)) ||
             vc_cpuset_is_empty(foreseen) ||
             vc_cpuset_equal(&live->vcpus[i].affinity, foreseen));
        MUST(same_kept(machine_kept(&plan->kept, i),
                       machine_kept(&scene->machine.kept, i)));
    }
}

/* 2. */
static void check_undo(const struct scene *scene, const struct machine *before,
                       const struct vc_plan *plan)
{
    MACHINE_AUTO back = {0};
    bool forgets = !(before->live.caps & VC_CAP_PIN_OFFLINE);
    unsigned i;

    machine_copy(&back, &scene->machine);
    machine_undo(&back, plan);
    MUST(vc_cpuset_equal(&back.live.online, &before->live.online));
    for (i = 0; i < before->live.maximum; i++) {
        /* without a way to pin, what is forgotten is lost */
        MUST((forgets && !(before->live.caps & VC_CAP_PIN)) ||
             vc_cpuset_equal(&back.live.vcpus[i].affinity,
                             &before->live.vcpus[i].affinity));
        MUST(same_kept(machine_kept(&back.kept, i),
                       machine_kept(&before->kept, i)));
    }
}

/* 3. */
static void check_again(const struct scene *scene,
                        const struct vc_request *request)
{
    unsigned pins = VC_CAP_PIN | VC_CAP_PIN_OFFLINE;
    VC_PLAN_AUTO plan = {0};

    /* with no way to pin, a plan can't know what a plugged vCPU will have */
    if (request->kind == VC_REQUEST_ADOPT && !(scene->machine.live.caps & pins))
        return;
    MUST(scene_plan(scene, request, 1, &plan) == 0);
    MUST(plan.nsteps == 0);
    MUST(!plan.config_changed);
    MUST(vc_plan_is_empty(&plan));
}

/* ---- 4. and 5.: what a single request comes to ---- */

static void check_count(const struct vc_cpuset *before,
                        const struct vc_cpuset *after, unsigned count)
{
    VC_CPUSET_AUTO gone = {0};
    VC_CPUSET_AUTO come = {0};
    struct vc_error err = {0};
    int id;

    MUST(vc_cpuset_count(after) == count);
    MUST(vc_cpuset_subtract(&gone, before, after, &err) == 0);
    MUST(vc_cpuset_subtract(&come, after, before, &err) == 0);
    MUST(vc_cpuset_is_empty(&gone) || vc_cpuset_is_empty(&come));
    if (!vc_cpuset_is_empty(&gone))
        MUST(vc_cpuset_next(&gone, 0) > vc_cpuset_last(after));
    for (id = vc_cpuset_last(&come); id >= 0; id--)
        MUST(vc_cpuset_contains(after, (unsigned)id));
}

static void check_online(const struct vc_request *request,
                         const struct vc_cpuset *before,
                         const struct vc_cpuset *after)
{
    VC_CPUSET_AUTO expect = {0};
    struct vc_error err = {0};

    if (request->kind == VC_REQUEST_COUNT) {
        check_count(before, after, request->count);
        return;
    }
    MUST(vc_cpuset_copy(&expect, before, &err) == 0);
    if (request->kind == VC_REQUEST_STATE)
        MUST((request->online ? vc_cpuset_union : vc_cpuset_subtract)(
                 &expect, before, &request->set, &err) == 0);
    MUST(vc_cpuset_equal(after, &expect));
}

/* A maximum: gone vCPUs take their pins along, stray pins stay. */
static void check_maximum(const struct vc_request *request,
                          const struct vc_vcpudef *before,
                          const struct vc_vcpudef *after)
{
    VC_CPUSET_AUTO left = {0};
    struct vc_error err = {0};
    size_t kept = 0;
    size_t i;

    MUST(after->maximum == request->count);
    MUST(vc_cpuset_copy(&left, &before->online, &err) == 0);
    MUST(vc_cpuset_remove(&left, request->count, VC_VCPU_LIMIT, &err) == 0);
    if (vc_cpuset_is_empty(&left))
        MUST(vc_cpuset_add(&left, 0, 0, &err) == 0);
    MUST(vc_cpuset_equal(&after->online, &left));
    for (i = 0; i < before->npins; i++) {
        unsigned vcpu = before->pins[i].vcpu;
        bool stays = vcpu < request->count || vcpu >= before->maximum;

        kept += stays;
        MUST(same_kept(machine_kept(after, vcpu),
                       stays ? &before->pins[i].cpus : NULL));
    }
    MUST(kept == after->npins);
}

/* An adopted definition says what runs, and no more than has to be said. */
static void check_adopted(const struct vc_live *live,
                          const struct vc_vcpudef *before,
                          const struct vc_vcpudef *after)
{
    struct vc_difference_list list = {0};
    VC_CPUSET_AUTO lost = {0};
    struct vc_error err = {0};
    size_t i;

    MUST(after->maximum == live->maximum);
    MUST(vc_cpuset_equal(&after->online, &live->online));
    MUST(vc_plan_diff(after, live, &list, &err) == 0);
    /* what is not known (forgotten), or can't be, of an offline vCPU */
    for (i = 0; i < list.n; i++)
        MUST(list.items[i].kind == VC_DIFF_PIN &&
             !scene_have_common(&live->vcpus[list.items[i].vcpu].affinity,
                                &live->usable));
    vc_difference_list_clear(&list);
    if (before->maximum != live->maximum)
        return;
    /* rows of vCPUs that stay as they are stay as they are */
    if (vc_cpuset_equal(&before->online, &after->online))
        MUST(vc_cpuset_equal(&before->hotpluggable, &after->hotpluggable));
    MUST(vc_cpuset_intersect(&lost, &before->online, &before->hotpluggable,
                             &err) == 0);
    MUST(vc_cpuset_remove(&lost, 0, 0, &err) == 0);
    MUST(vc_cpuset_is_subset(&lost, &after->hotpluggable));
}

static void check_config(const struct vc_request *request, bool is_target,
                         const struct vc_vcpudef *before,
                         const struct vc_vcpudef *after)
{
    struct vc_error err = {0};
    unsigned i;

    if (!is_target || request->kind == VC_REQUEST_RECONCILE ||
        request->kind == VC_REQUEST_KEPT) {
        MUST(vc_vcpudef_equal(before, after));
        return;
    }
    MUST(vc_vcpudef_check(after, &err) == 0);
    MUST(vc_cpuset_equal(&before->default_set, &after->default_set));
    if (request->kind == VC_REQUEST_ADOPT)
        return;
    if (request->kind == VC_REQUEST_MAXIMUM) {
        check_maximum(request, before, after);
        return;
    }
    MUST(before->maximum == after->maximum);
    check_online(request, &before->online, &after->online);
    /* vCPU 0 is made neither offline nor hotpluggable */
    MUST(vc_cpuset_contains(&after->online, 0) ||
         !vc_cpuset_contains(&before->online, 0));
    MUST(vc_cpuset_contains(&before->hotpluggable, 0) ||
         !vc_cpuset_contains(&after->hotpluggable, 0));
    for (i = 0; i < before->maximum + 3; i++) {
        const struct vc_cpuset *expect = machine_kept(before, i);

        if (i == request->vcpu && request->kind == VC_REQUEST_PIN)
            expect = &request->set;
        else if (i == request->vcpu && request->kind == VC_REQUEST_UNPIN)
            expect = NULL;
        MUST(same_kept(machine_kept(after, i), expect));
    }
}

/* The affinity that was asked for, as far as the host has the CPUs. */
static void asked_affinity(const struct scene *scene,
                           const struct vc_request *request,
                           struct vc_cpuset *ret)
{
    const struct vc_cpuset *asked = &scene->machine.all;
    struct vc_error err = {0};

    if (request->kind == VC_REQUEST_PIN)
        asked = &request->set;
    else if (scene->persistent &&
             !vc_cpuset_is_empty(&scene->config.default_set))
        asked = &scene->config.default_set;
    MUST(vc_cpuset_intersect(ret, asked, &scene->machine.all, &err) == 0);
}

static void check_live(const struct scene *scene,
                       const struct vc_request *request, bool is_target,
                       const struct machine *before,
                       const struct vc_plan *plan)
{
    bool pins = request->kind == VC_REQUEST_PIN ||
                request->kind == VC_REQUEST_UNPIN;
    VC_LIVE_AUTO was = {0};
    VC_LIVE_AUTO is = {0};
    unsigned i;

    if (!is_target) {
        MUST(plan->nsteps == 0);
        return;
    }
    machine_snapshot(before, &was);
    machine_snapshot(&scene->machine, &is);
    MUST(vc_cpuset_contains(&is.online, 0));
    if (request->kind == VC_REQUEST_RECONCILE)
        return;
    check_online(request, &was.online, &is.online);
    if (request->kind == VC_REQUEST_KEPT)
        return;
    for (i = 0; i < is.maximum; i++) {
        VC_CPUSET_AUTO expect = {0};
        struct vc_error err = {0};

        if (vc_cpuset_contains(&was.online, i) !=
            vc_cpuset_contains(&is.online, i))
            continue;
        MUST(vc_cpuset_copy(&expect, &was.vcpus[i].affinity, &err) == 0);
        if (pins && i == request->vcpu)
            asked_affinity(scene, request, &expect);
        MUST(vc_cpuset_equal(&is.vcpus[i].affinity, &expect));
    }
}

/* ---- Reconcile ---- */

static bool has_failed_note(const struct vc_plan *plan)
{
    size_t i;

    for (i = 0; i < plan->nnotes; i++) {
        if (plan->notes[i].kind == VC_NOTE_FAILED)
            return true;
    }
    return false;
}

/* The pin that a vCPU waits for which another hand has plugged, or NULL. */
static const struct vc_cpuset *waiting(const struct machine *machine,
                                       unsigned vcpu)
{
    if ((machine->live.caps & VC_CAP_PIN_OFFLINE) ||
        !vc_cpuset_contains(&machine->live.online, vcpu))
        return NULL;
    return machine_kept(&machine->kept, vcpu);
}

static void check_nothing_waits(const struct scene *scene,
                                const struct vc_plan *plan)
{
    unsigned i;

    for (i = 0; i < scene->machine.live.maximum; i++)
        MUST(!waiting(&scene->machine, i) || has_failed_note(plan));
}

static void check_reconciled_vcpu(const struct scene *scene, unsigned vcpu,
                                  const struct vc_cpuset *kept,
                                  const struct vc_live *was,
                                  const struct vc_live *is,
                                  const struct vc_plan *plan)
{
    const struct vc_cpuset *asked =
        vcpu < scene->config.maximum
            ? vc_vcpudef_affinity(&scene->config, vcpu)
            : NULL;
    const struct vc_cpuset *old = &was->vcpus[vcpu].affinity;
    const struct vc_cpuset *now = &is->vcpus[vcpu].affinity;
    struct vc_error err = {0};
    bool same;

    if (!(is->caps & VC_CAP_PIN))
        return;
    if (asked) {
        MUST(vc_plan_affinity_is(asked, now, &is->usable, &same, &err) == 0);
        MUST(same || has_failed_note(plan));
        return;
    }
    /* Not stated: what it waits for, else as it was. */
    if (kept)
        old = kept;
    if (vc_cpuset_is_empty(old) || !scene_have_common(old, &is->usable))
        return;
    MUST(vc_plan_affinity_is(old, now, &is->usable, &same, &err) == 0);
    MUST(same || vc_cpuset_equal(old, &scene->machine.all));
}

static void check_reconciled(const struct scene *scene,
                             const struct machine *before,
                             const struct vc_plan *plan)
{
    VC_LIVE_AUTO was = {0};
    VC_LIVE_AUTO is = {0};
    VC_CPUSET_AUTO want = {0};
    struct vc_error err = {0};
    unsigned i;

    machine_snapshot(before, &was);
    machine_snapshot(&scene->machine, &is);
    MUST(vc_cpuset_copy(&want, &scene->config.online, &err) == 0);
    MUST(vc_cpuset_remove(&want, is.maximum, VC_VCPU_LIMIT, &err) == 0);
    MUST(vc_cpuset_add(&want, 0, 0, &err) == 0);
    if (is.caps & VC_CAP_ONLINE)
        MUST(vc_cpuset_equal(&is.online, &want));
    else
        MUST(vc_cpuset_equal(&is.online, &was.online));
    for (i = 0; i < is.maximum; i++)
        check_reconciled_vcpu(scene, i, waiting(before, i), &was, &is, plan);
    check_nothing_waits(scene, plan);
}

/* Kept pins of online vCPUs are applied, and nothing else changes. */
static void check_kept(const struct scene *scene, const struct machine *before,
                       const struct vc_plan *plan)
{
    const struct vc_live *was = &before->live;
    const struct vc_live *is = &scene->machine.live;
    struct vc_error err = {0};
    unsigned i;

    MUST(vc_cpuset_equal(&is->online, &was->online));
    check_nothing_waits(scene, plan);
    for (i = 0; i < is->maximum; i++) {
        const struct vc_cpuset *kept = waiting(before, i);
        bool same = vc_cpuset_equal(&is->vcpus[i].affinity,
                                    &was->vcpus[i].affinity);

        if (kept && !waiting(&scene->machine, i))
            MUST(vc_plan_affinity_is(kept, &is->vcpus[i].affinity, &is->usable,
                                     &same, &err) == 0);
        MUST(same);
        MUST(kept || same_kept(machine_kept(&scene->machine.kept, i),
                               machine_kept(&before->kept, i)));
    }
}

/* ---- 6. ---- */

static bool one_state(struct scene *scene, unsigned vcpu, bool online)
{
    struct vc_request request = {
        .kind = VC_REQUEST_STATE, .impact = VC_IMPACT_LIVE, .online = online};
    VC_PLAN_AUTO plan = {0};
    struct vc_error err = {0};
    int rc;

    MUST(vc_cpuset_add(&request.set, vcpu, vcpu, &err) == 0);
    rc = scene_plan(scene, &request, 1, &plan);
    vc_request_clear(&request);
    if (rc == 0)
        machine_apply(&scene->machine, &plan);
    return rc == 0;
}

static void check_there_and_back(struct scene *scene)
{
    struct vc_live *live = &scene->machine.live;
    int last = vc_cpuset_last(&live->online);
    unsigned vcpu = (unsigned)last;
    VC_CPUSET_AUTO was = {0};
    const struct vc_cpuset *defined = NULL;
    struct vc_error err = {0};
    bool same;

    if (last < 1)
        return;
    MUST(vc_cpuset_copy(&was,
                        waiting(&scene->machine, vcpu)
                            ? waiting(&scene->machine, vcpu)
                            : &live->vcpus[vcpu].affinity,
                        &err) == 0);
    if (scene->persistent)
        defined = vc_vcpudef_affinity(&scene->config, vcpu);
    if (!one_state(scene, vcpu, false)) {
        MUST(!(live->caps & VC_CAP_ONLINE));
        return;
    }
    if (!one_state(scene, vcpu, true)) {
        /* only what the definition, or it, asks for can't be done */
        MUST((defined && !scene_have_common(defined, &live->usable)) ||
             !scene_have_common(&was, &live->usable));
        return;
    }
    MUST(vc_plan_affinity_is(&was, &live->vcpus[vcpu].affinity, &live->usable,
                             &same, &err) == 0);
    if (!same && defined && vc_cpuset_equal(&was, &scene->machine.all))
        MUST(vc_plan_affinity_is(defined, &live->vcpus[vcpu].affinity,
                                 &live->usable, &same, &err) == 0);
    MUST(same || !(live->caps & VC_CAP_PIN));
}

/* ---- One seed ---- */

static unsigned targets_of(const struct scene *scene, unsigned impact)
{
    if (impact)
        return impact;
    return scene->active ? VC_IMPACT_LIVE : VC_IMPACT_CONFIG;
}

static void check_request(const struct scene *scene,
                          const struct vc_request *request,
                          const struct machine *before,
                          const struct vc_plan *plan)
{
    unsigned targets = targets_of(scene, request->impact);

    MUST(plan->targets == targets);
    if (scene->persistent)
        check_config(request, targets & VC_IMPACT_CONFIG,
                     &plan->config_before, &plan->config);
    check_live(scene, request, targets & VC_IMPACT_LIVE, before, plan);
    if (request->kind == VC_REQUEST_RECONCILE)
        check_reconciled(scene, before, plan);
    if (request->kind == VC_REQUEST_KEPT)
        check_kept(scene, before, plan);
    if (request->kind == VC_REQUEST_ADOPT)
        check_adopted(&plan->live, &plan->config_before, &plan->config);
}

static void one_plan(struct scene *scene, size_t n)
{
    struct vc_request requests[3] = {{0}};
    MACHINE_AUTO before = {0};
    VC_PLAN_AUTO plan = {0};
    struct vc_error err = {0};
    size_t i;

    for (i = 0; i < n; i++)
        scene_request(scene, n == 1, &requests[i]);
    if (scene_plan(scene, requests, n, &plan) == 0) {
        machine_copy(&before, &scene->machine);
        machine_apply(&scene->machine, &plan);
        if (scene->active) {
            check_foreseen(scene, &plan);
            check_undo(scene, &before, &plan);
        }
        if (n == 1)
            check_request(scene, &requests[0], &before, &plan);
        if (scene->persistent)
            MUST(vc_vcpudef_copy(&scene->config, &plan.config, &err) == 0);
        check_again(scene, &requests[n - 1]);
    }
    for (i = 0; i < n; i++)
        vc_request_clear(&requests[i]);
}

static void one_seed(unsigned seed)
{
    struct scene scene;
    unsigned plans;

    scene_make(&scene, seed);
    for (plans = 1 + scene_dice(5); plans; plans--)
        one_plan(&scene, scene_chance(60) ? 1 : 2 + scene_dice(2));
    if (scene.active)
        check_there_and_back(&scene);
    scene_clear(&scene);
}

START_TEST(plans_hold_what_they_promise)
{
    unsigned i;

    for (i = 0; !getenv("VCPUCONF_TEST_SEED") && i < SEEDS_PER_TEST; i++)
        one_seed((unsigned)_i * SEEDS_PER_TEST + i);
}
END_TEST

START_TEST(plans_hold_it_for_the_seeds_that_were_asked_for)
{
    const char *text = getenv("VCPUCONF_TEST_SEED");
    unsigned i;

    for (i = 0; text && i < 1000; i++)
        one_seed((unsigned)strtoul(text, NULL, 10) + i);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("plan property");
    TCase *property = tcase_create("property");

    tcase_set_timeout(property, 120);
    tcase_add_loop_test(property, plans_hold_what_they_promise, 0,
                        FIXED_TESTS);
    tcase_add_test(property, plans_hold_it_for_the_seeds_that_were_asked_for);
    suite_add_tcase(suite, property);
    return suite;
}

VC_TEST_MAIN(make_suite)
