/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of what is known of runs that no call of ours writes, and tables that
 * are gone: the call says so, and what has nothing to do with it goes on. */
#include "store_fixture.h"

#include <sqlite3.h>
#include <string.h>

#define LONG                                                                   \
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"         \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'"

static void damage(const char *sql)
{
    sqlite3 *db = NULL;
    char *words = NULL;

    ck_assert_int_eq(sqlite3_open(fixture_path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &words) == SQLITE_OK,
                  "%s: %s", sql, words);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static const struct vc_local known = {.start = "a run", .reconciled = 1};

static struct vc_intent intent_of(unsigned id)
{
    static char home[] = "test:///default";
    static char name[] = "vm";
    static char steps[] = "";
    struct vc_intent intent = {
        .home = home, .start = "a run", .name = name, .steps = steps};

    memcpy(intent.key, fixture_key(id), VC_STORE_KEY_LEN);
    return intent;
}

/* An object, what is known of its run, and a change that is under way. */
static struct vc_store *open_made(void)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_intent intent = intent_of(1);
    struct vc_error err = {0};

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "document"), VC_STORE_DONE);
    ck_assert_int_eq(vc_store_local_put(store, fixture_key(1), &known, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(vc_store_intent_put(store, &intent, 1, &err),
                     VC_STORE_DONE);
    return store;
}

static void is_refused(enum vc_answer answer, const struct vc_error *err,
                       const char *words)
{
    ck_assert_int_ne(answer, VC_STORE_DONE);
    ck_assert_int_ne(answer, VC_STORE_NOT_FOUND);
    ck_assert_int_ne(err->code, VC_ERR_OK);
    ck_assert_msg(strstr(err->text, words), "'%s' lacks '%s'", err->text,
                  words);
    ck_assert_msg(strstr(err->text, fixture_path), "%s", err->text);
}

static enum vc_answer local_get(struct vc_store *store, struct vc_error *err)
{
    struct vc_local local = {.kept_pins = NULL};
    enum vc_answer answer;

    *err = (struct vc_error){0};
    answer = vc_store_local_get(store, fixture_key(1), &local, err);
    vc_local_clear(&local);
    return answer;
}

static enum vc_answer local_put(struct vc_store *store, struct vc_error *err)
{
    *err = (struct vc_error){0};
    return vc_store_local_put(store, fixture_key(1), &known, err);
}

static enum vc_answer intent_list(struct vc_store *store, unsigned id,
                                  struct vc_error *err)
{
    VC_INTENT_LIST_AUTO list = {0};

    *err = (struct vc_error){0};
    return vc_store_intent_list(store, id ? fixture_key(id) : NULL, &list, err);
}

static enum vc_answer intent_put(struct vc_store *store, struct vc_error *err)
{
    struct vc_intent intent = intent_of(2);

    *err = (struct vc_error){0};
    return vc_store_intent_put(store, &intent, 1, err);
}

static enum vc_answer intent_end(struct vc_store *store, struct vc_error *err)
{
    struct vc_intent intent = intent_of(1);
    struct vc_store_op op = {.kind = VC_STORE_INTENT_END,
                             .key = fixture_key(1),
                             .home = intent.home};

    *err = (struct vc_error){0};
    return vc_store_txn(store, &op, 1, NULL, NULL, err);
}

START_TEST(a_start_identity_that_none_can_be)
{
    static const char *const rows[] = {
        "UPDATE local SET start = " LONG,
        "UPDATE local SET start = 'a' || char(0) || 'run'",
    };
    struct vc_store *store = open_made();
    struct vc_error err;
    size_t i;

    for (i = 0; i < 2; i++) {
        damage(rows[i]);
        is_refused(local_get(store, &err), &err, "start identity");
        fixture_expect_document(store, 1, "document");
        ck_assert_int_eq(local_put(store, &err), VC_STORE_DONE);
        ck_assert_int_eq(local_get(store, &err), VC_STORE_DONE);
    }
    vc_store_close(store);
}
END_TEST

START_TEST(an_intent_that_none_can_be)
{
    static const char *const rows[] = {
        "UPDATE intent SET start = " LONG,
        "PRAGMA ignore_check_constraints = 1; "
        "UPDATE intent SET start = 'a run', uuid = x'0102'",
    };
    struct vc_store *store = open_made();
    struct vc_error err;
    size_t i;

    ck_assert_int_eq(intent_list(store, 0, &err), VC_STORE_DONE);
    for (i = 0; i < 2; i++) {
        damage(rows[i]);
        is_refused(intent_list(store, 0, &err), &err, "intent");
        ck_assert_int_eq(intent_list(store, 2, &err), VC_STORE_DONE);
        fixture_expect_document(store, 1, "document");
    }
    ck_assert_int_eq(intent_end(store, &err), VC_STORE_NOT_FOUND);
    ck_assert(strstr(err.text, "nothing is under way"));
    vc_store_close(store);
}
END_TEST

START_TEST(tables_that_are_gone)
{
    struct vc_store *store = open_made();
    struct vc_error err;

    damage("DROP TABLE local");
    is_refused(local_get(store, &err), &err, "local");
    is_refused(local_put(store, &err), &err, "local");
    damage("DROP TABLE intent");
    is_refused(intent_list(store, 0, &err), &err, "intent");
    is_refused(intent_list(store, 1, &err), &err, "intent");
    is_refused(intent_put(store, &err), &err, "intent");
    is_refused(intent_end(store, &err), &err, "intent");
    fixture_expect_document(store, 1, "document");
    ck_assert_int_eq(fixture_put(store, 1, 1, "vm", "next"), VC_STORE_DONE);
    vc_store_close(store);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store: odd rows");
    TCase *tcase = fixture_tcase(suite, "odd rows");

    tcase_add_test(tcase, a_start_identity_that_none_can_be);
    tcase_add_test(tcase, an_intent_that_none_can_be);
    tcase_add_test(tcase, tables_that_are_gone);
    return suite;
}

VC_TEST_MAIN(make_suite)
