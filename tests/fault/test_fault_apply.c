/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All or nothing in one process: each live step fails, each undo fails, the
 * commit fails, another writer is first.  The number of steps is counted in a
 * run without faults, so that every one of them has its turn.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../api/scratchdir.h"
#include "../unit/vc_check.h"
#include "driver/wrap/fault.h"
#include "engine/engine.h"
#include "xml/xml.h"

static const char document[] =
    "<domain type='kvm'>\n"
    "  <name>guest</name>\n"
    "  <uuid>0c6f1a36-77aa-4b9d-8f2f-9a0f1d2c3b4a</uuid>\n"
    "  <vcpu current='3'>6</vcpu>\n"
    "  <cputune>\n"
    "    <vcpupin vcpu='0' cpuset='0-1'/>\n"
    "    <vcpupin vcpu='2' cpuset='2'/>\n"
    "    <vcpupin vcpu='4' cpuset='4-5'/>\n"
    "  </cputune>\n"
    "</domain>\n";

static char *dir;
static char store_path[512];
static struct vc_engine engine;
static struct vc_domid guest;

static const char *const mutating[] = {"set_affinity", "set_online",
                                       "agent_set", NULL};

/* ---- The world ---- */

static void open_world(const char *params)
{
    struct vc_error err = {0};
    struct vc_store_options options = {.busy_ms = 200};
    char uri_text[600];
    int live_id;

    dir = scratchdir_new();
    (void)snprintf(store_path, sizeof(store_path), "%s/store.db", dir);
    (void)snprintf(uri_text, sizeof(uri_text), "test://%s/host.json?fault=%s",
                   dir, params);
    VC_URI_AUTO *uri = vc_uri_parse(uri_text, &err);
    ck_assert_msg(uri != NULL, "%s", err.text);
    memset(&engine, 0, sizeof(engine));
    engine.timeout_ms = 1000;
    engine.lock_ms = 5000;
    engine.driver = vc_driver_open(uri, &err);
    ck_assert_msg(engine.driver != NULL, "%s", err.text);
    ck_assert_msg(vc_store_open(store_path, &options, &engine.store, &err) ==
                      VC_STORE_DONE,
                  "%s", err.text);
    ck_assert_msg(vc_engine_define(&engine, document, strlen(document),
                                   "define", NULL, &guest, &live_id, NULL, &err) == 0,
                  "%s", err.text);
    ck_assert_msg(vc_engine_start(&engine, &guest, &live_id, &err) == 0, "%s",
                  err.text);
}

static void setup(void)
{
    open_world("");
}

/* A hypervisor that forgets the pins of offline vCPUs. */
static void setup_forgets(void)
{
    open_world("&pinoffline=no");
}

static void teardown(void)
{
    vc_domid_clear(&guest);
    vc_store_close(engine.store);
    vc_driver_close(engine.driver);
    scratchdir_free(dir);
}

static void look(struct vc_view *view)
{
    struct vc_error err = {0};

    ck_assert_msg(vc_engine_look(&engine, &guest,
                                 VC_WANT_DOCUMENT | VC_WANT_CONFIG |
                                     VC_WANT_SNAPSHOT | VC_WANT_LOCAL,
                                 view, &err) == 0,
                  "%s", err.text);
}

static void assert_same_live(const struct vc_view *a, const struct vc_view *b)
{
    unsigned i;

    ck_assert(vc_cpuset_equal(&a->live.online, &b->live.online));
    for (i = 0; i < a->live.maximum; i++)
        ck_assert_msg(vc_cpuset_equal(&a->live.vcpus[i].affinity,
                                      &b->live.vcpus[i].affinity),
                      "vcpu %u: %s, was %s", i,
                      VC_CPUSET_SHOW(&b->live.vcpus[i].affinity),
                      VC_CPUSET_SHOW(&a->live.vcpus[i].affinity));
    ck_assert_str_eq(a->local.kept_pins ? a->local.kept_pins : "",
                     b->local.kept_pins ? b->local.kept_pins : "");
}

static void assert_same_config(const struct vc_view *a,
                               const struct vc_view *b)
{
    ck_assert_uint_eq(a->record.revision, b->record.revision);
    ck_assert_str_eq(a->record.document, b->record.document);
    ck_assert_str_eq(a->record.summary, b->record.summary);
}

/* ---- The changes ---- */

#define NREQUESTS 4

/* More online (with pins), another pin, one vCPU out of the middle: several
 * live steps, and a new definition. */
static void make_requests(struct vc_request *r)
{
    struct vc_error err = {0};

    memset(r, 0, NREQUESTS * sizeof(*r));
    r[0].kind = VC_REQUEST_COUNT;
    r[0].count = 5;
    r[1].kind = VC_REQUEST_PIN;
    r[1].vcpu = 1;
    r[2].kind = VC_REQUEST_STATE;
    r[3].kind = VC_REQUEST_PIN;
    r[3].vcpu = 5; /* offline */
    ck_assert_int_eq(vc_cpuset_add(&r[1].set, 3, 3, &err), 0);
    ck_assert_int_eq(vc_cpuset_add(&r[2].set, 2, 2, &err), 0);
    ck_assert_int_eq(vc_cpuset_add(&r[3].set, 6, 7, &err), 0);
    for (int i = 0; i < NREQUESTS; i++)
        r[i].impact = VC_IMPACT_LIVE | VC_IMPACT_CONFIG;
}

static int change(struct vc_error *err)
{
    struct vc_request requests[NREQUESTS];
    int rc;
    int i;

    make_requests(requests);
    memset(err, 0, sizeof(*err));
    {
        VC_CHANGE_AUTO c = {.id = &guest, .requests = requests, .n = NREQUESTS};

        rc = vc_engine_change(&engine, &c, 1, false, err);
    }
    for (i = 0; i < NREQUESTS; i++)
        vc_request_clear(&requests[i]);
    return rc;
}

static void undo_everything(void)
{
    teardown();
}

static void arm(const char *spec)
{
    struct vc_error err = {0};

    ck_assert_msg(vc_fault_arm(engine.driver, spec, &err) == 0, "%s",
                  err.text);
}

static unsigned calls_of(const char *verb)
{
    return vc_fault_calls(engine.driver, verb);
}

/* Calls of a verb that the change makes when nothing fails; the world is as
 * new behind it. */
static unsigned count_calls(const char *verb, void (*again)(void))
{
    struct vc_error err;
    unsigned before = calls_of(verb);
    unsigned n;

    ck_assert_msg(change(&err) == 0, "%s", err.text);
    n = calls_of(verb) - before;
    undo_everything();
    again();
    return n;
}

/* For each call of each mutating verb: it fails in this way, and afterwards
 * everything is as it was. */
static void every_step_fails(const char *action, void (*again)(void),
                             unsigned at_least)
{
    unsigned tried = 0;
    int v;

    for (v = 0; mutating[v]; v++) {
        unsigned n = count_calls(mutating[v], again);
        unsigned k;

        for (k = 1; k <= n; k++) {
            VC_VIEW_AUTO before = {0};
            VC_VIEW_AUTO after = {0};
            struct vc_error err;
            char spec[96];

            look(&before);
            (void)snprintf(spec, sizeof(spec), "%s:%u:%s", mutating[v],
                           calls_of(mutating[v]) + k, action);
            arm(spec);
            ck_assert_int_eq(change(&err), -1);
            arm("");
            ck_assert_msg(err.number == 0, "%s: %s", spec, err.text);
            look(&after);
            assert_same_live(&before, &after);
            assert_same_config(&before, &after);
            tried++;
        }
    }
    ck_assert_uint_ge(tried, at_least);
    {
        struct vc_error err;

        ck_assert_msg(change(&err) == 0, "%s", err.text);
    }
}

START_TEST(each_step_that_fails_undoes_those_before)
{
    every_step_fails("fail", setup, 4);
}
END_TEST

START_TEST(a_step_that_is_done_and_then_fails_is_undone_too)
{
    every_step_fails("failafter", setup, 4);
}
END_TEST

START_TEST(each_step_is_undone_where_pins_are_forgotten)
{
    every_step_fails("fail", setup_forgets, 4);
}
END_TEST

START_TEST(a_done_step_is_undone_where_pins_are_forgotten)
{
    every_step_fails("failafter", setup_forgets, 4);
}
END_TEST

/* From the kth call on everything fails: the undo too. */
START_TEST(an_undo_that_fails_is_said_to_be_partial)
{
    unsigned partial = 0;
    int v;

    for (v = 0; mutating[v]; v++) {
        unsigned n = count_calls(mutating[v], setup);
        unsigned k;

        for (k = 1; k <= n; k++) {
            VC_VIEW_AUTO before = {0};
            VC_VIEW_AUTO after = {0};
            struct vc_error err;
            char spec[96];

            look(&before);
            (void)snprintf(spec, sizeof(spec), "%s:%u+:fail", mutating[v],
                           calls_of(mutating[v]) + k);
            arm(spec);
            ck_assert_int_eq(change(&err), -1);
            arm("");
            look(&after);
            assert_same_config(&before, &after);
            if (err.number == 0) {
                assert_same_live(&before, &after);
                continue;
            }
            partial++;
            ck_assert_int_eq(err.code, VC_ERR_OPERATION_FAILED);
            ck_assert_int_eq(err.number, VC_IMPACT_LIVE);
            ck_assert_ptr_nonnull(strstr(err.text, "partially applied"));
            ck_assert_ptr_nonnull(strstr(err.text, "vcpu"));
            teardown();
            setup();
        }
    }
    ck_assert_uint_ge(partial, 2);
}
END_TEST

START_TEST(a_guest_that_follows_in_part_is_put_back)
{
    VC_VIEW_AUTO before = {0};
    VC_VIEW_AUTO after = {0};
    struct vc_error err;
    char spec[64];

    look(&before);
    (void)snprintf(spec, sizeof(spec), "set_online:%u:timeout",
                   calls_of("set_online") + 1);
    arm(spec);
    ck_assert_int_eq(change(&err), -1);
    ck_assert_int_eq(err.code, VC_ERR_OPERATION_TIMEOUT);
    ck_assert_ptr_nonnull(strstr(err.text, "1 of 2 vcpus followed"));
    look(&after);
    assert_same_live(&before, &after);
    assert_same_config(&before, &after);
}
END_TEST

START_TEST(a_domain_that_is_gone_needs_no_undoing)
{
    VC_VIEW_AUTO before = {0};
    VC_VIEW_AUTO after = {0};
    struct vc_error err;
    char spec[128];

    look(&before);
    (void)snprintf(spec, sizeof(spec),
                   "set_affinity:%u+:gone,set_online:%u+:gone,snapshot:%u+:gone",
                   calls_of("set_affinity") + 1, calls_of("set_online") + 2,
                   calls_of("snapshot") + 2);
    arm(spec);
    ck_assert_int_eq(change(&err), -1);
    ck_assert_int_eq(err.code, VC_ERR_OPERATION_INVALID);
    arm("");
    look(&after);
    assert_same_config(&before, &after);
}
END_TEST

/* What can't be undone now is not gone. */
START_TEST(a_step_that_is_refused_now_is_not_undone)
{
    struct vc_error err;
    char spec[96];

    (void)snprintf(spec, sizeof(spec), "set_affinity:%u+:gone,set_online:%u+:gone",
                   calls_of("set_affinity") + 1, calls_of("set_online") + 2);
    arm(spec);
    ck_assert_int_eq(change(&err), -1);
    ck_assert_int_eq(err.code, VC_ERR_OPERATION_FAILED);
    ck_assert_ptr_nonnull(strstr(err.text, "partially applied"));
    arm("");
}
END_TEST

/* ---- The commit ---- */

static void hold_store(sqlite3 **other)
{
    ck_assert_int_eq(sqlite3_open(store_path, other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(*other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
                     SQLITE_OK);
}

static void hold_at_first_step(void *opaque, const char *verb, unsigned n)
{
    sqlite3 **other = opaque;

    (void)n;
    if (strncmp(verb, "set_", 4) == 0 && !*other)
        hold_store(other);
}

/* Somebody holds the write lock for as long as the change tries; from before
 * it (0), or from the first live step on (1). */
START_TEST(a_commit_that_can_not_be_done_puts_the_domain_back)
{
    VC_VIEW_AUTO before = {0};
    VC_VIEW_AUTO after = {0};
    struct vc_error err;
    sqlite3 *other = NULL;

    look(&before);
    if (_i == 0)
        hold_store(&other);
    ck_assert_int_eq(vc_fault_on_call(engine.driver, hold_at_first_step, &other,
                                      &err),
                     0);
    ck_assert_int_eq(change(&err), -1);
    ck_assert_int_eq(err.number, 0);
    ck_assert_int_eq(err.code, VC_ERR_RESOURCE_BUSY);
    ck_assert_int_eq(vc_fault_on_call(engine.driver, NULL, NULL, &err), 0);
    ck_assert_ptr_nonnull(other);
    ck_assert_int_eq(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL),
                     SQLITE_OK);
    (void)sqlite3_close(other);
    look(&after);
    assert_same_live(&before, &after);
    assert_same_config(&before, &after);
    ck_assert_msg(change(&err) == 0, "%s", err.text);
}
END_TEST

/* At every call of the hypervisor another writer can write, and a checkpoint
 * meets no reader: no transaction is open. */
static int probes;

static void probe(void *opaque, const char *verb, unsigned n)
{
    sqlite3 *other;
    int left = -1;

    (void)opaque;
    (void)n;
    ck_assert_int_eq(sqlite3_open(store_path, &other), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(other, "BEGIN IMMEDIATE; ROLLBACK", NULL, NULL,
                               NULL) == SQLITE_OK,
                  "a write transaction is open in %s", verb);
    ck_assert_msg(sqlite3_wal_checkpoint_v2(other, NULL,
                                            SQLITE_CHECKPOINT_TRUNCATE, &left,
                                            NULL) == SQLITE_OK,
                  "a read transaction is open in %s", verb);
    (void)sqlite3_close(other);
    probes++;
}

START_TEST(no_transaction_is_open_while_the_hypervisor_works)
{
    struct vc_error err = {0};

    probes = 0;
    ck_assert_int_eq(vc_fault_on_call(engine.driver, probe, NULL, &err), 0);
    ck_assert_msg(change(&err) == 0, "%s", err.text);
    ck_assert_int_eq(vc_fault_on_call(engine.driver, NULL, NULL, &err), 0);
    ck_assert_int_ge(probes, 6);
}
END_TEST

/* What the host makes of a pin is read back. */
START_TEST(a_pin_of_which_the_host_makes_less_is_noted)
{
    struct vc_request request = {.kind = VC_REQUEST_PIN,
                                 .impact = VC_IMPACT_LIVE};
    VC_CHANGE_AUTO change = {.id = &guest, .requests = &request, .n = 1};
    struct vc_error err = {0};

    ck_assert_int_eq(vc_cpuset_add(&request.set, 4, 6, &err), 0);
    ck_assert_int_eq(vc_fault_arm(engine.driver, "set_affinity:*:narrow", &err),
                     0);
    ck_assert_int_eq(vc_engine_change(&engine, &change, 1, false, &err), 0);
    ck_assert_uint_eq(change.plan.nnotes, 1);
    ck_assert_int_eq(change.plan.notes[0].kind, VC_NOTE_INFO);
    ck_assert_int_eq(change.plan.notes[0].vcpu, 0);
    ck_assert_str_eq(change.plan.notes[0].text,
                     "of host CPUs 4-6 the host lets it run on 4 only");
    vc_request_clear(&request);
}
END_TEST

/* Writers without the domain's lock (define) come in between. */
struct intruder {
    int left; /* how often it still comes */
    int came;
};

static void intrude(void *opaque, const char *verb, unsigned n)
{
    struct intruder *intruder = opaque;
    struct vc_error err = {0};
    VC_RECORD_AUTO now = {0};
    VC_DOMDEF_AUTO def = {0};
    VC_BUF_AUTO summary = {0};
    char text[2048];
    struct vc_store_op op = {.kind = VC_STORE_PUT, .what = "another hand"};

    (void)n;
    if (strcmp(verb, "set_online") != 0 || intruder->left == 0)
        return;
    intruder->left--;
    intruder->came++;
    (void)snprintf(text, sizeof(text), "%s<!-- %d -->\n", document,
                   intruder->came);
    ck_assert_int_eq(vc_xml_read(text, strlen(text), &def, &err), 0);
    vc_vcpudef_encode(&def.vcpu, &summary);
    ck_assert_int_eq(vc_store_get(engine.store, guest.uuid, VC_STORE_SUMMARY,
                                  &now, &err),
                     VC_STORE_DONE);
    op.key = guest.uuid;
    op.expect = now.revision;
    op.name = "guest";
    op.summary = vc_buf_str(&summary);
    op.summary_len = summary.len;
    op.document = text;
    op.document_len = strlen(text);
    ck_assert_int_eq(vc_store_txn(engine.store, &op, 1, NULL, NULL, &err),
                     VC_STORE_DONE);
}

START_TEST(a_writer_in_between_is_not_lost)
{
    struct intruder intruder = {.left = 2};
    VC_VIEW_AUTO after = {0};
    struct vc_error err = {0};

    ck_assert_int_eq(vc_fault_on_call(engine.driver, intrude, &intruder, &err),
                     0);
    ck_assert_msg(change(&err) == 0, "%s", err.text);
    ck_assert_int_eq(vc_fault_on_call(engine.driver, NULL, NULL, &err), 0);
    ck_assert_int_eq(intruder.came, 2);
    look(&after);
    ck_assert_ptr_nonnull(strstr(after.record.document, "<!-- 2 -->"));
    ck_assert_ptr_nonnull(
        strstr(after.record.document, "<vcpupin vcpu='1' cpuset='3'/>"));
    ck_assert_str_eq(VC_CPUSET_SHOW(&after.live.online), "0-1,3-4");
    ck_assert_str_eq(VC_CPUSET_SHOW(&after.config.online), "0-1,3-4");
}
END_TEST

START_TEST(a_writer_who_never_stops_ends_the_change_with_nothing_done)
{
    struct intruder intruder = {.left = 1000};
    VC_VIEW_AUTO before = {0};
    VC_VIEW_AUTO after = {0};
    struct vc_error err = {0};

    look(&before);
    ck_assert_int_eq(vc_fault_on_call(engine.driver, intrude, &intruder, &err),
                     0);
    ck_assert_int_eq(change(&err), -1);
    ck_assert_int_eq(vc_fault_on_call(engine.driver, NULL, NULL, &err), 0);
    ck_assert_int_le(intruder.came, 64);
    look(&after);
    assert_same_live(&before, &after);
    ck_assert_str_eq(VC_CPUSET_SHOW(&after.config.online), "0-2");
}
END_TEST

/* ---- Start ---- */

START_TEST(a_start_whose_pins_fail_leaves_nothing_running)
{
    VC_VIEW_AUTO before = {0};
    VC_VIEW_AUTO after = {0};
    struct vc_error err = {0};
    char spec[64];
    unsigned i;
    int live_id;

    ck_assert_int_eq(vc_engine_stop(&engine, &guest, &err), 0);
    for (i = 1; i <= 3; i++) {
        (void)snprintf(spec, sizeof(spec), "set_affinity:%u:fail",
                       calls_of("set_affinity") + i);
        arm(spec);
        ck_assert_int_eq(vc_engine_start(&engine, &guest, &live_id, &err), -1);
        arm("");
        ck_assert_int_eq(vc_engine_look(&engine, &guest, 0, &after, &err), 0);
        ck_assert(!after.active);
    }
    ck_assert_int_eq(vc_engine_start(&engine, &guest, &live_id, &err), 0);
    look(&before);
    ck_assert_str_eq(VC_CPUSET_SHOW(&before.live.vcpus[4].affinity), "4-5");
    ck_assert_uint_eq(before.local.reconciled, before.record.revision);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: apply, undo, commit");
    TCase *tc = tcase_create("steps");
    TCase *forgets = tcase_create("a hypervisor that forgets pins");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, each_step_that_fails_undoes_those_before);
    tcase_add_test(tc, a_step_that_is_done_and_then_fails_is_undone_too);
    tcase_add_test(tc, an_undo_that_fails_is_said_to_be_partial);
    tcase_add_test(tc, a_guest_that_follows_in_part_is_put_back);
    tcase_add_test(tc, a_domain_that_is_gone_needs_no_undoing);
    tcase_add_test(tc, a_step_that_is_refused_now_is_not_undone);
    tcase_add_loop_test(tc,
                        a_commit_that_can_not_be_done_puts_the_domain_back, 0,
                        2);
    tcase_add_test(tc, no_transaction_is_open_while_the_hypervisor_works);
    tcase_add_test(tc, a_pin_of_which_the_host_makes_less_is_noted);
    tcase_add_test(tc, a_writer_in_between_is_not_lost);
    tcase_add_test(tc, a_writer_who_never_stops_ends_the_change_with_nothing_done);
    tcase_add_test(tc, a_start_whose_pins_fail_leaves_nothing_running);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(forgets, setup_forgets, teardown);
    tcase_set_timeout(forgets, 120);
    tcase_add_test(forgets, each_step_is_undone_where_pins_are_forgotten);
    tcase_add_test(forgets, a_done_step_is_undone_where_pins_are_forgotten);
    suite_add_tcase(suite, forgets);
    return suite;
}

VC_TEST_MAIN(make_suite)
