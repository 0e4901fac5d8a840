/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change of both halves is killed at every point: before each call of the
 * hypervisor, and before each call that the store makes of the file system.
 * Whoever opens next must find all of it or nothing, and whoever is killed
 * while he puts it right must leave what can be put right again.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "crash_world.h"
#include "driver/wrap/fault.h"
#include "killfs.h"

#define CHILD_SECONDS 60
#define STAGES_MAX 64
/* Processes of a sanitizer start slowly: there, resolvers are killed at some
 * points only. */
#ifdef __SANITIZE_ADDRESS__
#define RESOLVER_STRIDE 7u
#else
#define RESOLVER_STRIDE 1u
#endif

static struct world_picture before, after;
static unsigned tried, tried_resolving;
static char fault[64]; /* what fails of the change, which then undoes itself */

static void hook(void *opaque, const char *verb, unsigned n)
{
    (void)opaque;
    (void)verb;
    (void)n;
    killfs_point();
}

enum ending { KILLED, FINISHED };

__attribute__((noreturn)) static void child(const char *requests, unsigned n,
                                            int told)
{
    struct vc_engine engine;
    struct vc_error err = {0};

    (void)alarm(CHILD_SECONDS);
    killfs_arm(n);
    world_open(&engine);
    if (vc_fault_on_call(engine.driver, hook, NULL, &err) < 0 ||
        (requests && vc_fault_arm(engine.driver, fault, &err) < 0))
        _exit(9);
    vc_engine_resolve(&engine);
    if (requests &&
        (world_change(&engine, requests, VC_IMPACT_LIVE | VC_IMPACT_CONFIG,
                      &err) < 0) != (*fault != '\0')) {
        (void)fprintf(stderr, "%s\n", err.text);
        _exit(8);
    }
    (void)!write(told, "!", 1);
    world_close(&engine);
    _exit(0);
}

/* Runs `requests` (NULL: only opens and resolves) in a child that is killed
 * before its point n.  *ret_told: it had its answer by then. */
static enum ending run_child(const char *requests, unsigned n, bool *ret_told)
{
    int told[2];
    int status;
    char byte;
    pid_t pid;

    ck_assert_int_eq(pipe(told), 0);
    (void)fflush(NULL);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        child(requests, n, told[1]);
    (void)close(told[1]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    *ret_told = read(told[0], &byte, 1) == 1;
    (void)close(told[0]);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return KILLED;
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
                  "the child ended with 0x%x", status);
    return FINISHED;
}

/* Opens, as anybody would, and looks. */
static void expect_all_or_nothing(const char *op, unsigned n, bool told)
{
    struct world_picture now;
    struct vc_engine engine;

    world_open(&engine);
    vc_engine_resolve(&engine);
    world_look(&engine, &now);
    ck_assert_msg(world_is(&now, &after) || (!told && world_is(&now, &before)),
                  "%s, killed at %u%s:\n%s%swas\n%s%sand is to be\n%s%s", op, n,
                  told ? " with its answer" : "", now.config, now.live,
                  before.config, before.live, after.config, after.live);
    world_expect_clean(&engine);
    world_picture_clear(&now);
    world_close(&engine);
}

/* Where a change was cut off, as text; kills can be told apart by it. */
static char *stage_of(void)
{
    VC_INTENT_LIST_AUTO list = {0};
    struct world_picture now;
    struct vc_error err = {0};
    struct vc_engine engine;
    char *text;

    world_open(&engine);
    world_look(&engine, &now);
    ck_assert_int_eq(vc_store_intent_list(engine.store, NULL, &list, &err),
                     VC_STORE_DONE);
    ck_assert_int_gt(asprintf(&text, "%zu %s%s", list.n, now.config, now.live),
                     0);
    world_picture_clear(&now);
    world_close(&engine);
    return text;
}

struct stages {
    char *seen[STAGES_MAX];
    size_t n;
};

static bool is_new_stage(struct stages *stages)
{
    char *text = stage_of();
    size_t i;

    for (i = 0; i < stages->n; i++) {
        if (strcmp(stages->seen[i], text) == 0) {
            free(text);
            return false;
        }
    }
    ck_assert_uint_lt(stages->n, STAGES_MAX);
    stages->seen[stages->n++] = text;
    return true;
}

static bool has_intent(const struct stages *stages)
{
    return stages->seen[stages->n - 1][0] != '0';
}

/* Whoever opens is killed too, at each point, and another one opens. */
static void kill_resolvers(const struct world_op *op, unsigned n,
                           const struct world_files *stage)
{
    enum ending ending = KILLED;
    unsigned k;
    bool told;

    for (k = 1; ending == KILLED; k += RESOLVER_STRIDE) {
        world_restore(stage);
        ending = run_child(NULL, k, &told);
        expect_all_or_nothing(op->name, n, false);
        tried_resolving++;
    }
}

static void kill_at_each_point(const struct world_op *op,
                               const struct world_files *start)
{
    struct stages stages = {.n = 0};
    enum ending ending = KILLED;
    unsigned n;
    bool told;

    for (n = 1; ending == KILLED; n++) {
        struct world_files stage;
        bool is_new;

        world_restore(start);
        ending = run_child(op->requests, n, &told);
        world_save(&stage);
        is_new = is_new_stage(&stages);
        world_restore(&stage);
        expect_all_or_nothing(op->name, n, told);
        tried++;
        if (is_new && has_intent(&stages))
            kill_resolvers(op, n, &stage);
        world_files_clear(&stage);
    }
    /* nothing, something in between, all or again nothing */
    ck_assert_uint_ge(stages.n, *fault ? 2 : 3);
    while (stages.n)
        free(stages.seen[--stages.n]);
}

/* What the change comes to when nobody is killed; at each live step what was
 * written to the store is on disk. */
static void live_step(void *opaque, const char *verb, unsigned n)
{
    unsigned *steps = opaque;

    (void)n;
    if (strncmp(verb, "set_", 4) != 0)
        return;
    (*steps)++;
    ck_assert_msg(!killfs_is_unsynced(), "%s comes before a sync", verb);
}

/* The last step as the one that fails once it was taken. */
static void choose_fault(struct vc_engine *engine)
{
    unsigned pins = vc_fault_calls(engine->driver, "set_affinity");

    (void)snprintf(fault, sizeof(fault), "%s:%u:failafter",
                   pins ? "set_affinity" : "set_online",
                   pins ? pins : vc_fault_calls(engine->driver, "set_online"));
}

static void learn(const struct world_op *op, const struct world_files *start,
                  bool fails)
{
    struct vc_error err = {0};
    struct vc_engine engine;
    unsigned steps = 0;

    world_restore(start);
    world_open(&engine);
    world_look(&engine, &before);
    ck_assert_int_eq(vc_fault_on_call(engine.driver, live_step, &steps, &err),
                     0);
    ck_assert_msg(world_change(&engine, op->requests,
                               VC_IMPACT_LIVE | VC_IMPACT_CONFIG, &err) == 0,
                  "%s: %s", op->name, err.text);
    *fault = '\0';
    if (fails && steps)
        choose_fault(&engine);
    world_look(&engine, &after);
    ck_assert_str_ne(before.config, after.config);
    ck_assert_str_ne(before.live, after.live);
    world_expect_clean(&engine);
    world_close(&engine);
    if (!*fault)
        return;
    world_picture_clear(&after);
    after.config = strdup(before.config);
    after.live = strdup(before.live);
    ck_assert(after.config && after.live);
}

static void kill_op(const struct world_op *op, bool forgets, bool fails)
{
    struct world_files start;

    world_make(forgets);
    world_save(&start);
    tried = 0;
    tried_resolving = 0;
    learn(op, &start, fails);
    if (!fails || *fault) /* a pin that is only kept has no step that fails */
        kill_at_each_point(op, &start);
    (void)printf("%s%s%s: killed at %u points, resolving at %u\n", op->name,
                 forgets ? ", pins are forgotten" : "",
                 fails ? ", undoes itself" : "", tried, tried_resolving);
    world_picture_clear(&before);
    world_picture_clear(&after);
    world_files_clear(&start);
    world_remove();
}

START_TEST(killed_anywhere_it_is_all_or_nothing)
{
    kill_op(&world_ops[_i], false, false);
}
END_TEST

START_TEST(killed_anywhere_where_pins_are_forgotten)
{
    kill_op(&world_ops[_i], true, false);
}
END_TEST

START_TEST(killed_while_it_undoes_itself)
{
    kill_op(&world_ops[_i], true, true);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: killed");
    TCase *tc = tcase_create("kill");

    killfs_install();
    killfs_skip_syncs(true);
    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, killed_anywhere_it_is_all_or_nothing, 0,
                        (int)world_ops_n);
    tcase_add_loop_test(tc, killed_anywhere_where_pins_are_forgotten, 0,
                        (int)world_ops_n);
    tcase_add_loop_test(tc, killed_while_it_undoes_itself, 0, (int)world_ops_n);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
