/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pin of a run that was changed just before: it looks at nothing, and still
 * comes to what the whole way comes to, whoever comes in between.
 */
#include "crash_fixture.h"
#include "later.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 20000

static struct vc_engine other_engine;

static void setup(void)
{
    crash_setup();
    world_open(&other_engine);
    later_ms = 0;
}

static void teardown(void)
{
    world_close(&other_engine);
    crash_teardown();
}

/* ---- When it looks, and when it does not ---- */

START_TEST(a_pin_behind_another_looks_at_nothing)
{
    unsigned set = calls("set_affinity");

    ck_assert_uint_gt(looks("guest pin 0 7", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(looks("guest pin 1 3", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(looks("guest pin 5 6", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(looks("guest pin 0 4", VC_IMPACT_CURRENT), 0);
    ck_assert_uint_eq(calls("set_affinity"), set + 4);
    expect_live("guest: online 0-2, 0 on 4, 1 on 3, 2 on 2");
    ck_assert_uint_gt(looks("other pin 0 1", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(looks("other pin 0 2", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(looks("guest pin 0 5", VC_IMPACT_LIVE), 0);
}
END_TEST

START_TEST(a_pin_behind_other_changes_does_not_look_either)
{
    must_change("guest count 4; guest pin 1 3", BOTH);
    ck_assert_uint_eq(looks("guest pin 0 7", VC_IMPACT_LIVE), 0);
    must_change("guest unpin 1", VC_IMPACT_LIVE);
    ck_assert_uint_eq(looks("guest pin 1 6", VC_IMPACT_LIVE), 0);
    expect_live("guest: online 0-3, 0 on 7, 1 on 6");
}
END_TEST

START_TEST(all_other_changes_look)
{
    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    ck_assert_uint_gt(looks("guest pin 0 6", BOTH), 0);
    ck_assert_uint_gt(looks("guest unpin 0", VC_IMPACT_LIVE), 0);
    ck_assert_uint_gt(looks("guest pin 0 6; guest pin 1 5", VC_IMPACT_LIVE), 0);
    ck_assert_uint_gt(looks("guest count 2", VC_IMPACT_LIVE), 0);
    ck_assert_uint_gt(looks("guest pin 0 4; other pin 0 3", VC_IMPACT_LIVE), 0);
}
END_TEST

START_TEST(what_was_seen_is_believed_for_a_second)
{
    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    later_ms = 2000;
    ck_assert_uint_gt(looks("guest pin 0 6", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(looks("guest pin 0 5", VC_IMPACT_LIVE), 0);
}
END_TEST

/* The pin of an offline vCPU has to be kept there, and while one is, that of any
 * other looks: it may have come online by another hand. */
START_TEST(where_offline_vcpus_are_forgotten_it_looks_while_pins_are_kept)
{
    must_change("guest count 6", VC_IMPACT_LIVE); /* nothing is kept any more */
    must_change("guest count 3", VC_IMPACT_LIVE);
    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    ck_assert_uint_gt(looks("guest pin 0 6", VC_IMPACT_LIVE), 0);

    must_change("guest count 6", VC_IMPACT_LIVE);
    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    ck_assert_uint_eq(looks("guest pin 1 6", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(looks("guest pin 5 4", VC_IMPACT_LIVE), 0);
    expect_live("guest: online 0-5, 0 on 7, 1 on 6, 2 on 2");
}
END_TEST

START_TEST(where_offline_vcpus_are_forgotten_their_pins_are_kept)
{
    struct vc_view view = {0};
    struct vc_error err = {0};

    must_change("guest count 6", VC_IMPACT_LIVE);
    must_change("guest offline 5", VC_IMPACT_LIVE);
    must_change("guest pin 0 3", VC_IMPACT_LIVE);
    ck_assert_uint_eq(looks("guest pin 1 3", VC_IMPACT_LIVE), 0);
    ck_assert_uint_gt(looks("guest pin 5 1", VC_IMPACT_LIVE), 0);
    ck_assert_int_eq(vc_engine_look(&engine, &world_guest,
                                    VC_WANT_SNAPSHOT | VC_WANT_LOCAL, &view,
                                    &err),
                     0);
    ck_assert_uint_eq(view.kept.npins, 1);
    ck_assert_uint_eq(view.kept.pins[0].vcpu, 5);
    vc_view_clear(&view);
    ck_assert_uint_gt(looks("guest pin 0 2", VC_IMPACT_LIVE), 0);
}
END_TEST

/* ---- What it comes to ---- */

/* Whatever is asked, the answer is that of who looks, in the same words, and
 * looking at it again changes nothing. */
START_TEST(it_comes_to_what_the_whole_way_comes_to)
{
    static const char *const asked[] = {
        "guest pin 0 0-7",   "guest pin 1 0,3",   "guest pin 5 7",
        "guest pin 6 1",     "guest pin 99 1",    "guest pin 2 5000",
        "guest pin 3 6,999", "guest pin 4 0-16383", "guest pin 16383 2",
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(asked); i++) {
        struct world_picture now;
        struct world_picture then;
        struct vc_error mine = {0};
        struct vc_error whole = {0};
        int rc;

        must_change("guest pin 0 3", VC_IMPACT_LIVE);
        rc = world_change(&engine, asked[i], VC_IMPACT_LIVE, &mine);
        world_look(&engine, &now);
        ck_assert_int_eq(
            world_change(&other_engine, asked[i], VC_IMPACT_LIVE, &whole), rc);
        world_look(&engine, &then);
        ck_assert_int_eq(mine.code, whole.code);
        ck_assert_str_eq(mine.text, whole.text);
        ck_assert_str_eq(now.live, then.live);
        world_picture_clear(&now);
        world_picture_clear(&then);
    }
}
END_TEST

START_TEST(what_fails_there_is_tried_the_whole_way)
{
    char spec[64];

    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    (void)snprintf(spec, sizeof(spec), "set_affinity:%u:fail",
                   calls("set_affinity") + 1);
    arm(spec);
    ck_assert_uint_gt(looks("guest pin 0 6", VC_IMPACT_LIVE), 0);
    expect_live("0 on 6");
}
END_TEST

START_TEST(another_run_is_another_one)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "guest"};
    struct vc_create_spec spec = {
        .name = "guest", .uuid = world_guest.uuid, .maximum = 6};
    VC_INSTANCE_AUTO run = {0};
    VC_CPUSET_AUTO online = {0};
    struct vc_error err = {0};
    const struct vc_driver_ops *ops = engine.driver->ops;

    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    ck_assert_int_eq(ops->find(engine.driver, &key, &run, &err), 1);
    ck_assert_int_eq(ops->destroy(engine.driver, &run, &err), 0);
    ck_assert_int_eq(world_change(&engine, "guest pin 0 6", VC_IMPACT_LIVE,
                                  &err),
                     -1);
    ck_assert_str_eq(err.text, "domain is not running");
    ck_assert_int_eq(vc_cpuset_add(&online, 0, 2, &err), 0);
    spec.online = &online;
    ck_assert_int_eq(ops->create(engine.driver, &spec, &run, &err), 0);
    must_change("guest pin 0 6", VC_IMPACT_LIVE);
    expect_live("0 on 6");
}
END_TEST

/* ---- Others in between ---- */

static unsigned snapshots_at_step;

static void note_snapshots(void *opaque, const char *verb, unsigned n)
{
    (void)opaque;
    (void)n;
    if (strcmp(verb, "set_affinity") == 0)
        snapshots_at_step = calls("snapshot");
}

START_TEST(behind_a_change_by_another_it_looks)
{
    struct vc_error err = {0};
    unsigned before;

    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    ck_assert_int_eq(world_change(&other_engine, "guest pin 1 3", BOTH, &err),
                     0);
    ck_assert_int_eq(
        vc_fault_on_call(engine.driver, note_snapshots, NULL, &err), 0);
    before = calls("snapshot");
    ck_assert_uint_gt(looks("guest pin 0 6", VC_IMPACT_LIVE), 0);
    ck_assert_uint_gt(snapshots_at_step, before); /* before it did anything */
    ck_assert_uint_eq(looks("guest pin 0 5", VC_IMPACT_LIVE), 0);
}
END_TEST

/* Half of it is done when its process dies: that is undone first. */
START_TEST(behind_a_change_that_was_cut_off_it_is_undone)
{
    int status;
    pid_t pid;

    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    (void)fflush(NULL);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct vc_engine dying;
        struct vc_error err = {0};

        (void)alarm(60);
        world_open(&dying);
        if (vc_fault_arm(dying.driver, "set_affinity:2:delay=60000", &err) < 0)
            _exit(9);
        (void)world_change(&dying, TWO_PINS, BOTH, &err);
        _exit(8);
    }
    while (world_intents(&engine) == 0)
        (void)poll(NULL, 0, 1);
    for (;;) { /* until the first of its steps is done */
        struct world_picture now;
        bool done;

        world_look(&engine, &now);
        done = strstr(now.live, "1 on 3") != NULL;
        world_picture_clear(&now);
        if (done)
            break;
        (void)poll(NULL, 0, 1);
    }
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    must_change("guest pin 0 6", VC_IMPACT_LIVE);
    expect_live("guest: online 0-2, 0 on 6, 1 on 5, 2 on 2");
    world_expect_clean(&engine);
}
END_TEST

/* A reconcile goes on where that can't be undone yet, but no pin does. */
START_TEST(behind_a_repair_that_left_something_it_looks)
{
    const struct vc_request request = {.kind = VC_REQUEST_RECONCILE,
                                       .impact = VC_IMPACT_LIVE};
    VC_CHANGE_AUTO change = {.id = &world_guest, .requests = &request, .n = 1};
    struct vc_error err = {0};

    cut_off(TWO_PINS, "set_affinity", 2);
    arm("set_affinity:1:fail");
    ck_assert_msg(vc_engine_change(&engine, &change, 1, false, &err) == 0, "%s",
                  err.text);
    ck_assert_uint_eq(world_intents(&engine), 1);
    ck_assert_uint_gt(looks("guest pin 0 6", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(world_intents(&engine), 0);
}
END_TEST

/* A change by another that fails behind its first step, and undoes that. */
static struct failing {
    pthread_t thread;
    atomic_bool begun; /* it has looked, and has the lock */
    atomic_bool may_go_on;
    struct vc_error err;
    int rc;
} failing;

static bool wait_for(atomic_bool *flag)
{
    unsigned ms;

    for (ms = 0; ms < WAIT_MS && !atomic_load(flag); ms++)
        (void)poll(NULL, 0, 1);
    return atomic_load(flag);
}

static void on_others_call(void *opaque, const char *verb, unsigned n)
{
    (void)opaque;
    if (strcmp(verb, "set_affinity") != 0 || n != 1)
        return;
    atomic_store(&failing.begun, true);
    (void)wait_for(&failing.may_go_on);
}

static void *fail_a_change(void *opaque)
{
    (void)opaque;
    failing.rc = world_change(&other_engine, "guest pin 0 6; guest pin 1 4",
                              BOTH, &failing.err);
    return NULL;
}

static void begin_failing(void)
{
    struct vc_error err = {0};

    memset(&failing, 0, sizeof(failing));
    ck_assert_int_eq(
        vc_fault_arm(other_engine.driver, "set_affinity:2:fail", &err), 0);
    ck_assert_int_eq(
        vc_fault_on_call(other_engine.driver, on_others_call, NULL, &err), 0);
    ck_assert_int_eq(pthread_create(&failing.thread, NULL, fail_a_change, NULL),
                     0);
    ck_assert(wait_for(&failing.begun));
}

/* Lets it go on when vcpu 0 is seen on CPU 7: the pin has landed. */
static void *let_go_on(void *opaque)
{
    struct vc_engine eye;
    unsigned ms;

    (void)opaque;
    world_open(&eye);
    for (ms = 0; ms < WAIT_MS && !atomic_load(&failing.may_go_on); ms++) {
        struct world_picture now;

        world_look(&eye, &now);
        if (strstr(now.live, "guest: online 0-2, 0 on 7"))
            atomic_store(&failing.may_go_on, true);
        world_picture_clear(&now);
        (void)poll(NULL, 0, 1);
    }
    atomic_store(&failing.may_go_on, true);
    world_close(&eye);
    return NULL;
}

static unsigned come_at; /* this call of set_affinity */

static void on_my_call(void *opaque, const char *verb, unsigned n)
{
    (void)opaque;
    if (strcmp(verb, "set_affinity") == 0 && n == come_at)
        begin_failing();
}

/* Between the first question about the turn and the step another begins, which
 * then puts back what he had found before the step. */
START_TEST(a_pin_is_not_lost_to_the_undoing_of_another)
{
    pthread_t eye;
    struct vc_error err = {0};

    must_change("guest pin 0 5", VC_IMPACT_LIVE);
    come_at = calls("set_affinity") + 1;
    ck_assert_int_eq(vc_fault_on_call(engine.driver, on_my_call, NULL, &err),
                     0);
    ck_assert_int_eq(pthread_create(&eye, NULL, let_go_on, NULL), 0);
    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    ck_assert_int_eq(pthread_join(eye, NULL), 0);
    ck_assert_int_eq(pthread_join(failing.thread, NULL), 0);
    ck_assert_int_eq(failing.rc, -1);
    expect_live("guest: online 0-2, 0 on 7, 1 on 5, 2 on 2");
    world_expect_clean(&engine);
}
END_TEST

/* ---- Many at once ---- */

struct pinner {
    unsigned vcpu;
    atomic_uint failures;
};

static void *pin_often(void *opaque)
{
    struct pinner *pinner = opaque;
    unsigned i;

    for (i = 0; i < 200; i++) {
        struct vc_error err = {0};
        char request[32];

        (void)snprintf(request, sizeof(request), "guest pin %u %u",
                       pinner->vcpu, i % 7);
        if (world_change(&engine, request, VC_IMPACT_LIVE, &err) < 0) {
            (void)fprintf(stderr, "%s: %s\n", request, err.text);
            atomic_fetch_add(&pinner->failures, 1);
        }
    }
    return NULL;
}

/* Threads of one connection, with another that changes both halves. */
START_TEST(threads_pin_as_one_would)
{
    struct pinner pinners[3] = {{.vcpu = 0}, {.vcpu = 1}, {.vcpu = 2}};
    pthread_t threads[3];
    unsigned i;

    for (i = 0; i < 3; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, pin_often, &pinners[i]), 0);
    for (i = 0; i < 20; i++) {
        struct vc_error err = {0};

        ck_assert_msg(world_change(&other_engine,
                                   i % 2 ? "guest pin 5 1" : "guest pin 5 2",
                                   BOTH, &err) == 0,
                      "%s", err.text);
    }
    for (i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_uint_eq(atomic_load(&pinners[i].failures), 0);
    }
    /* 199 % 7 */
    expect_live("guest: online 0-2, 0 on 3, 1 on 3, 2 on 3");
    world_expect_clean(&engine);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const tests[] = {
        &a_pin_behind_another_looks_at_nothing,
        &a_pin_behind_other_changes_does_not_look_either,
        &all_other_changes_look,
        &what_was_seen_is_believed_for_a_second,
        &it_comes_to_what_the_whole_way_comes_to,
        &what_fails_there_is_tried_the_whole_way,
        &another_run_is_another_one,
        &behind_a_change_by_another_it_looks,
        &behind_a_change_that_was_cut_off_it_is_undone,
        &behind_a_repair_that_left_something_it_looks,
        &a_pin_is_not_lost_to_the_undoing_of_another,
        &threads_pin_as_one_would,
    };
    Suite *suite = suite_create("fault: again");
    TCase *tcase = tcase_create("again");
    TCase *forgets = tcase_create("forgets");
    size_t i;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    for (i = 0; i < VC_NELEMS(tests); i++)
        tcase_add_test(tcase, *tests[i]);
    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(forgets, crash_setup_forgets, crash_teardown);
    tcase_add_test(
        forgets, where_offline_vcpus_are_forgotten_it_looks_while_pins_are_kept);
    tcase_add_test(forgets,
                   where_offline_vcpus_are_forgotten_their_pins_are_kept);
    suite_add_tcase(suite, forgets);
    return suite;
}

VC_TEST_MAIN(make_suite)
