/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The intent of a change whose process died: by whom it is found, and what
 * another hand has done since.
 */
#include "crash_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "killfs.h"

/* ---- Who finds it ---- */

START_TEST(next_who_opens_undoes_it)
{
    cut_off(TWO_PINS, "set_affinity", 2);
    expect_live("1 on 3");
    ck_assert_uint_eq(world_intents(&engine), 1);
    vc_engine_resolve(&engine);
    expect_before();
}
END_TEST

START_TEST(next_change_of_the_run_undoes_it_first)
{
    cut_off(TWO_PINS, "set_affinity", 2);
    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    expect_live("guest: online 0-2, 0 on 7, 1 on 5, 2 on 2");
    world_expect_clean(&engine);
}
END_TEST

START_TEST(change_of_another_domain_leaves_it)
{
    cut_off(TWO_PINS, "set_affinity", 2);
    must_change("other pin 0 1", BOTH);
    ck_assert_uint_eq(world_intents(&engine), 1);
    vc_engine_resolve(&engine);
    expect_live("0 on 0-1, 1 on 5, 2 on 2");
}
END_TEST

/* The definition is the old one, and may become a newer one. */
START_TEST(change_of_the_definition_goes_on_and_the_run_is_undone_all_the_same)
{
    cut_off(TWO_PINS, "set_affinity", 2);
    must_change("guest pin 0 6", VC_IMPACT_CONFIG);
    ck_assert_uint_eq(world_intents(&engine), 1);
    vc_engine_resolve(&engine);
    world_expect_clean(&engine);
    expect_live("0 on 0-1, 1 on 5, 2 on 2");
}
END_TEST

START_TEST(who_only_reads_leaves_it)
{
    cut_off(TWO_PINS, "set_affinity", 2);
    engine.read_only = true;
    vc_engine_resolve(&engine);
    ck_assert_uint_eq(world_intents(&engine), 1);
    expect_live("1 on 3");
}
END_TEST

/* ---- The living ---- */

static unsigned looked;

/* Everything that others may try while a change is under way. */
static void others_come(void *opaque, const char *verb, unsigned n)
{
    struct vc_engine another;
    struct vc_error err = {0};
    struct world_picture now;

    (void)opaque;
    (void)n;
    if (strncmp(verb, "set_", 4) != 0)
        return;
    world_open(&another);
    vc_engine_resolve(&another);
    ck_assert_uint_eq(world_intents(&another), 2);
    world_expect_no_fault(&another);
    another.lock_ms = 10;
    ck_assert_int_eq(world_change(&another, "guest pin 0 7", VC_IMPACT_LIVE,
                                  &err),
                     -1);
    ck_assert_int_eq(err.code, VC_ERR_RESOURCE_BUSY);
    world_look(&another, &now);
    ck_assert_ptr_null(strstr(now.live, "0 on 7"));
    world_picture_clear(&now);
    world_close(&another);
    looked++;
}

START_TEST(change_that_is_under_way_is_left_alone)
{
    struct vc_error err = {0};

    looked = 0;
    ck_assert_int_eq(vc_fault_on_call(engine.driver, others_come, NULL, &err),
                     0);
    must_change("guest count 5; guest pin 1 3; other pin 1 0", BOTH);
    ck_assert_int_eq(vc_fault_on_call(engine.driver, NULL, NULL, &err), 0);
    ck_assert_uint_ge(looked, 3);
    expect_live("guest: online 0-4, 0 on 0-1, 1 on 3");
    world_expect_clean(&engine);
}
END_TEST

/* Should somebody come in all the same (the lock file was removed), the change
 * is not committed over his undoing. */
static void thief_comes(void *opaque, const char *verb, unsigned n)
{
    struct vc_engine thief;

    (void)n;
    if (strcmp(verb, "set_affinity") != 0 || (*(unsigned *)opaque)++)
        return;
    world_open(&thief);
    ck_assert_int_eq(unlink(world_path("store.db.lock")), 0);
    vc_engine_resolve(&thief);
    ck_assert_uint_eq(world_intents(&thief), 0);
    world_close(&thief);
}

START_TEST(change_whose_intent_was_ended_by_another_begins_anew)
{
    struct vc_error err = {0};
    unsigned came = 0;

    ck_assert_int_eq(vc_fault_on_call(engine.driver, thief_comes, &came, &err),
                     0);
    must_change("guest pin 1 3", BOTH);
    ck_assert_int_eq(vc_fault_on_call(engine.driver, NULL, NULL, &err), 0);
    /* undone and done: more than the one step, and all of it in the end */
    ck_assert_uint_gt(came, 2);
    expect_live("1 on 3");
    world_expect_clean(&engine);
}
END_TEST

START_TEST(two_who_open_at_once_undo_it_once)
{
    pid_t pids[4];
    size_t i;

    cut_off("guest count 5; guest pin 1 3; guest pin 2 6", "set_affinity", 2);
    world_close(&engine);
    for (i = 0; i < VC_NELEMS(pids); i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0) {
            (void)alarm(60);
            world_open(&engine);
            vc_engine_resolve(&engine);
            world_close(&engine);
            _exit(0);
        }
    }
    for (i = 0; i < VC_NELEMS(pids); i++) {
        int status;

        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_int_eq(status, 0);
    }
    world_open(&engine);
    expect_before();
}
END_TEST

/* ---- What was done since ---- */

START_TEST(what_another_hand_has_pinned_since_stays)
{
    cut_off(TWO_PINS, "set_affinity", 2);
    other_hand("7");
    vc_engine_resolve(&engine);
    expect_live("1 on 7, 2 on 2");
    world_expect_clean(&engine);
}
END_TEST

START_TEST(another_run_of_the_domain_is_not_touched)
{
    struct vc_error err = {0};
    int live_id;

    cut_off(TWO_PINS, "set_affinity", 2);
    ck_assert_int_eq(vc_engine_stop(&engine, &world_guest, &err), 0);
    ck_assert_msg(vc_engine_start(&engine, &world_guest, &live_id, &err) == 0,
                  "%s", err.text);
    must_change("guest pin 2 5", VC_IMPACT_LIVE);
    other_hand("3");
    vc_engine_resolve(&engine);
    expect_live("1 on 3, 2 on 5");
    world_expect_clean(&engine);
}
END_TEST

START_TEST(domain_that_does_not_run_any_more_needs_nothing)
{
    struct vc_error err = {0};

    cut_off(TWO_PINS, "set_affinity", 2);
    ck_assert_int_eq(vc_engine_stop(&engine, &world_guest, &err), 0);
    vc_engine_resolve(&engine);
    world_expect_clean(&engine);
}
END_TEST

START_TEST(definition_that_was_removed_since_does_not_matter)
{
    struct vc_error err = {0};

    cut_off(TWO_PINS, "set_affinity", 2);
    ck_assert_int_eq(vc_engine_undefine(&engine, &world_guest, &err), 0);
    vc_engine_resolve(&engine);
    world_expect_clean(&engine);
    {
        VC_VIEW_AUTO view = {0};

        ck_assert_int_eq(vc_engine_look(&engine, &world_guest, VC_WANT_SNAPSHOT,
                                        &view, &err),
                         0);
        ck_assert_str_eq(VC_CPUSET_SHOW(&view.live.vcpus[1].affinity), "5");
    }
}
END_TEST

/* ---- Where it is seen from ---- */

static void resolve_from(const char *home)
{
    free(engine.home);
    engine.home = strdup(home);
    vc_engine_resolve(&engine);
}

START_TEST(run_that_is_seen_under_another_name_of_its_host_is_undone)
{
    cut_off(TWO_PINS, "set_affinity", 2);
    resolve_from("test:///another/name");
    expect_before();
}
END_TEST

START_TEST(run_of_a_host_that_is_not_seen_keeps_its_intent)
{
    VC_INTENT_LIST_AUTO list = {0};
    struct vc_error err = {0};

    cut_off(TWO_PINS, "set_affinity", 2);
    ck_assert_int_eq(vc_store_intent_list(engine.store, NULL, &list, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(list.n, 1);
    (void)snprintf(list.items[0].start, sizeof(list.items[0].start),
                   "of another host");
    ck_assert_int_eq(vc_store_intent_put(engine.store, list.items, 1, &err),
                     VC_STORE_DONE);
    resolve_from("test:///another/host");
    ck_assert_uint_eq(world_intents(&engine), 1);
    /* it is not in the way of what is done here */
    must_change("guest pin 1 6; guest pin 2 7", BOTH);
    expect_live("1 on 6, 2 on 7");
    ck_assert_uint_eq(world_intents(&engine), 1);
    /* seen from its own home, that run is gone */
    resolve_from(list.items[0].home);
    expect_live("1 on 6, 2 on 7");
    world_expect_clean(&engine);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: intents");
    TCase *tc = tcase_create("left over");
    TCase *forgets = tcase_create("a hypervisor that forgets pins");

    killfs_install();
    tcase_add_checked_fixture(tc, crash_setup, crash_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, next_who_opens_undoes_it);
    tcase_add_test(tc, next_change_of_the_run_undoes_it_first);
    tcase_add_test(tc, change_of_another_domain_leaves_it);
    tcase_add_test(tc,
                   change_of_the_definition_goes_on_and_the_run_is_undone_all_the_same);
    tcase_add_test(tc, who_only_reads_leaves_it);
    tcase_add_test(tc, change_that_is_under_way_is_left_alone);
    tcase_add_test(tc, change_whose_intent_was_ended_by_another_begins_anew);
    tcase_add_test(tc, two_who_open_at_once_undo_it_once);
    tcase_add_test(tc, what_another_hand_has_pinned_since_stays);
    tcase_add_test(tc, another_run_of_the_domain_is_not_touched);
    tcase_add_test(tc, domain_that_does_not_run_any_more_needs_nothing);
    tcase_add_test(tc, definition_that_was_removed_since_does_not_matter);
    tcase_add_test(tc,
                   run_that_is_seen_under_another_name_of_its_host_is_undone);
    tcase_add_test(tc, run_of_a_host_that_is_not_seen_keeps_its_intent);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(forgets, crash_setup_forgets, crash_teardown);
    tcase_set_timeout(forgets, 120);
    tcase_add_test(forgets, next_who_opens_undoes_it);
    tcase_add_test(forgets, change_that_is_under_way_is_left_alone);
    tcase_add_test(forgets, two_who_open_at_once_undo_it_once);
    suite_add_tcase(suite, forgets);
    return suite;
}

VC_TEST_MAIN(make_suite)
