/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Intents: beside the objects, ended in the transaction of a change, in no
 * backup; and stores of the format that has none. */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

#include "store/sqlite/sqlite_impl.h"

static char home_a[] = "test:///a";
static char home_b[] = "test:///b";
static char name[] = "vm";

static struct vc_intent make(unsigned id, char *home, char *steps)
{
    struct vc_intent intent = {.home = home, .name = name, .steps = steps,
                               .start = "boot-1:42"};

    memcpy(intent.key, fixture_key(id), VC_STORE_KEY_LEN);
    return intent;
}

static void put(struct vc_store *store, unsigned id, char *home,
                const char *steps)
{
    char *copy = strdup(steps);
    struct vc_intent intent = make(id, home, copy);
    struct vc_error err = {0};

    ck_assert_msg(vc_store_intent_put(store, &intent, 1, &err) == VC_STORE_DONE,
                  "%s", err.text);
    free(copy);
}

/* "KEY HOME STEPS;" of each; of one key, or all (0). */
static const char *list(struct vc_store *store, unsigned id)
{
    static char text[4096];
    VC_INTENT_LIST_AUTO found = {0};
    struct vc_error err = {0};
    size_t i;

    ck_assert_msg(vc_store_intent_list(store, id ? fixture_key(id) : NULL,
                                       &found, &err) == VC_STORE_DONE,
                  "%s", err.text);
    text[0] = '\0';
    for (i = 0; i < found.n; i++) {
        size_t len = strlen(text);

        ck_assert_str_eq(found.items[i].start, "boot-1:42");
        ck_assert_str_eq(found.items[i].name, "vm");
        (void)snprintf(text + len, sizeof(text) - len, "%u %s %s;",
                       found.items[i].key[15], found.items[i].home,
                       found.items[i].steps);
    }
    return text;
}

static struct vc_store_op end_op(unsigned id, const char *home)
{
    struct vc_store_op op = {
        .kind = VC_STORE_INTENT_END, .key = fixture_key(id), .home = home};

    return op;
}

static int no_fault(const char *fault, void *opaque VC_UNUSED)
{
    ck_abort_msg("%s", fault);
    return 0;
}

static void expect_sound(struct vc_store *store)
{
    struct vc_error err = {0};

    ck_assert_msg(vc_store_check(store, no_fault, NULL, &err) == VC_STORE_DONE,
                  "%s", err.text);
}

START_TEST(intents_come_back_by_key_and_all)
{
    struct vc_store *store = fixture_open(fixture_path);

    ck_assert_str_eq(list(store, 0), "");
    put(store, 1, home_a, "one");
    put(store, 1, home_b, "two");
    put(store, 2, home_a, "");
    ck_assert_str_eq(list(store, 0),
                     "1 test:///a one;1 test:///b two;2 test:///a ;");
    ck_assert_str_eq(list(store, 1), "1 test:///a one;1 test:///b two;");
    ck_assert_str_eq(list(store, 3), "");
    put(store, 1, home_a, "three");
    vc_store_close(store);
    store = fixture_open(fixture_path);
    ck_assert_str_eq(list(store, 1), "1 test:///a three;1 test:///b two;");
    ck_assert_uint_eq(fixture_change(store), 0);
    expect_sound(store);
    vc_store_close(store);
}
END_TEST

START_TEST(several_are_put_together_or_not_at_all)
{
    struct vc_store *store = fixture_open(fixture_path);
    char steps[] = "steps";
    char *large = malloc(VC_STORE_DOCUMENT_MAX + 2);
    struct vc_intent intents[2] = {make(1, home_a, steps),
                                   make(2, home_a, steps)};
    struct vc_error err = {0};

    ck_assert_ptr_nonnull(large);
    ck_assert_int_eq(vc_store_intent_put(store, intents, 2, &err),
                     VC_STORE_DONE);
    ck_assert_str_eq(list(store, 0),
                     "1 test:///a steps;2 test:///a steps;");
    memset(intents[1].start, 'x', sizeof(intents[1].start));
    ck_assert_int_eq(vc_store_intent_put(store, intents, 2, &err),
                     VC_STORE_UNAVAILABLE);
    ck_assert_int_eq(err.code, VC_ERR_INTERNAL);
    intents[1] = make(2, home_a, large);
    memset(large, 'l', VC_STORE_DOCUMENT_MAX + 1);
    large[VC_STORE_DOCUMENT_MAX + 1] = '\0';
    ck_assert_int_eq(vc_store_intent_put(store, intents, 2, &err),
                     VC_STORE_TOO_BIG);
    large[VC_STORE_DOCUMENT_MAX] = '\0';
    ck_assert_int_eq(vc_store_intent_put(store, &intents[1], 1, &err),
                     VC_STORE_DONE);
    free(large);
    vc_store_close(store);
}
END_TEST

START_TEST(an_intent_ends_in_the_transaction_of_a_change_or_not_at_all)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_op ops[3] = {fixture_put_op(1, 0, "vm", "d"),
                                 end_op(1, home_a), end_op(2, home_a)};
    struct vc_error err = {0};
    size_t failed = 99;

    put(store, 1, home_a, "one");
    put(store, 1, home_b, "two");
    /* the second is not there: nothing is done */
    ck_assert_int_eq(vc_store_txn(store, ops, 3, &failed, NULL, &err),
                     VC_STORE_NOT_FOUND);
    ck_assert_uint_eq(failed, 2);
    ck_assert_uint_eq(fixture_revision(store, 1), 0);
    ck_assert_str_eq(list(store, 1), "1 test:///a one;1 test:///b two;");
    ck_assert_int_eq(vc_store_txn(store, ops, 2, &failed, NULL, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(ops[0].ret_revision, 1);
    ck_assert_str_eq(list(store, 1), "1 test:///b two;");
    /* another revision than expected: it stays */
    ops[1].home = home_b;
    ck_assert_int_eq(vc_store_txn(store, ops, 2, &failed, NULL, &err),
                     VC_STORE_CONFLICT);
    ck_assert_str_eq(list(store, 1), "1 test:///b two;");
    vc_store_close(store);
}
END_TEST

START_TEST(an_intent_that_ends_alone_is_no_change)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_op op = end_op(1, home_a);
    struct vc_error err = {0};
    uint64_t change = 99;

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    put(store, 1, home_a, "one");
    ck_assert_int_eq(vc_store_txn(store, &op, 1, NULL, &change, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(change, 1);
    ck_assert_uint_eq(fixture_change(store), 1);
    ck_assert_uint_eq(fixture_revision(store, 1), 1);
    ck_assert_str_eq(list(store, 0), "");
    op.home = NULL;
    ck_assert_int_eq(vc_store_txn(store, &op, 1, NULL, NULL, &err),
                     VC_STORE_UNAVAILABLE);
    vc_store_close(store);
}
END_TEST

START_TEST(read_only_handle_reads_them)
{
    struct vc_store *store = fixture_open(fixture_path);
    char steps[] = "no";
    struct vc_intent intent = make(1, home_a, steps);
    struct vc_error err = {0};

    put(store, 1, home_a, "one");
    vc_store_close(store);
    store = fixture_open_read_only(fixture_path);
    ck_assert_str_eq(list(store, 0), "1 test:///a one;");
    ck_assert_int_eq(vc_store_intent_put(store, &intent, 1, &err),
                     VC_STORE_UNAVAILABLE);
    ck_assert_int_eq(err.code, VC_ERR_OPERATION_DENIED);
    vc_store_close(store);
}
END_TEST

START_TEST(backup_has_none)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_error err = {0};
    char copy[320];

    (void)snprintf(copy, sizeof(copy), "%s/copy.db", fixture_dir);
    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    put(store, 1, home_a, "one");
    ck_assert_msg(vc_store_backup(store, copy, false, &err) == VC_STORE_DONE,
                  "%s", err.text);
    ck_assert_str_eq(list(store, 0), "1 test:///a one;");
    vc_store_close(store);
    store = fixture_open(copy);
    ck_assert_str_eq(list(store, 0), "");
    fixture_expect_document(store, 1, "d");
    expect_sound(store);
    vc_store_close(store);
}
END_TEST

/* ---- The format before ---- */

static void make_format_1(void)
{
    static const char row[] =
        "INSERT INTO domain VALUES"
        " (1, x'a5a5a5a5a5a5a5a5a5a5a5a500000001', 'vm', 1, 1, x'64');"
        "INSERT INTO revision VALUES (1, 1, 1, 1, 0, 'put', x'64', x'64');"
        "UPDATE meta SET change = 1";
    struct vc_error err = {0};
    sqlite3 *db = NULL;
    char sql[80];

    (void)snprintf(sql, sizeof(sql), "PRAGMA application_id=%d",
                   SQ_APPLICATION_ID);
    ck_assert_int_eq(sqlite3_open(fixture_path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sq_migrate(db, fixture_path, sq_migrations, 1, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(sqlite3_exec(db, row, NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "PRAGMA journal_mode=WAL", NULL, NULL,
                                  NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static unsigned format_of(struct vc_store *store)
{
    struct vc_store_info info;
    struct vc_error err = {0};

    ck_assert_int_eq(vc_store_info(store, &info, &err), VC_STORE_DONE);
    return info.format;
}

START_TEST(store_of_format_1_is_read_as_it_is)
{
    struct fixture_bytes before;
    struct fixture_bytes after;
    struct vc_error err = {0};
    struct vc_store *store;
    char copy[320];

    make_format_1();
    before = fixture_read(fixture_path);
    store = fixture_open_read_only(fixture_path);
    ck_assert_uint_eq(format_of(store), 1);
    fixture_expect_document(store, 1, "d");
    ck_assert_str_eq(list(store, 0), "");
    ck_assert_str_eq(list(store, 1), "");
    expect_sound(store);
    (void)snprintf(copy, sizeof(copy), "%s/copy.db", fixture_dir);
    ck_assert_msg(vc_store_backup(store, copy, false, &err) == VC_STORE_DONE,
                  "%s", err.text);
    vc_store_close(store);
    after = fixture_read(fixture_path);
    ck_assert(fixture_same(&before, &after));
    free(before.data);
    free(after.data);
    store = fixture_open(copy);
    ck_assert_uint_eq(format_of(store), sq_migrations_n);
    fixture_expect_document(store, 1, "d");
    vc_store_close(store);
}
END_TEST

START_TEST(store_of_format_1_is_brought_up_by_who_opens_it_to_write)
{
    struct vc_store *reader;
    struct vc_store *store;

    make_format_1();
    reader = fixture_open_read_only(fixture_path);
    store = fixture_open(fixture_path);
    ck_assert_uint_eq(format_of(store), sq_migrations_n);
    fixture_expect_document(store, 1, "d");
    ck_assert_uint_eq(fixture_change(store), 1);
    put(store, 1, home_a, "one");
    ck_assert_int_eq(fixture_put(store, 1, 1, "vm", "e"), VC_STORE_DONE);
    /* who had it open before goes on reading */
    fixture_expect_document(reader, 1, "e");
    vc_store_close(reader);
    vc_store_close(store);
    store = fixture_open_read_only(fixture_path);
    ck_assert_str_eq(list(store, 0), "1 test:///a one;");
    expect_sound(store);
    vc_store_close(store);
}
END_TEST

START_TEST(store_without_one_of_its_tables_is_damaged)
{
    static const char *const drops[] = {
        "DROP TABLE intent", "DROP TABLE setting", "DROP TABLE removed",
        "DROP TABLE forgotten"};
    sqlite3 *db = NULL;

    vc_store_close(fixture_open(fixture_path));
    ck_assert_int_eq(sqlite3_open(fixture_path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, drops[_i], NULL, NULL, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
    (void)fixture_open_fails(fixture_path, false, "tables are missing");
    (void)fixture_open_fails(fixture_path, true, "tables are missing");
}
END_TEST

START_TEST(all_of_a_key_is_known_at_once)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_local local = {.start = "boot-1:42", .reconciled = 1};
    struct vc_error err = {0};
    VC_KNOWN_AUTO known = {0};
    unsigned id;

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    put(store, 1, home_a, "steps");
    put(store, 2, home_a, "of another");
    ck_assert_int_eq(vc_store_local_put(store, fixture_key(1), &local, &err),
                     VC_STORE_DONE);
    for (id = 1; id <= 3; id++) {
        ck_assert_int_eq(vc_store_know(store, fixture_key(id), VC_STORE_SUMMARY,
                                       &known, &err),
                         VC_STORE_DONE);
        ck_assert_int_eq(known.is_there, id == 1);
        ck_assert_int_eq(known.has_run, id == 1);
        ck_assert_uint_eq(known.intents.n, id < 3);
        if (id == 1) {
            ck_assert_str_eq(known.record.name, "vm");
            ck_assert_str_eq(known.local.start, "boot-1:42");
            ck_assert_str_eq(known.intents.items[0].steps, "steps");
        } else {
            ck_assert_ptr_null(known.record.name);
        }
    }
    vc_store_close(store);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_intent");
    TCase *tcase = fixture_tcase(suite, "intent");

    tcase_add_test(tcase, intents_come_back_by_key_and_all);
    tcase_add_test(tcase, all_of_a_key_is_known_at_once);
    tcase_add_test(tcase, several_are_put_together_or_not_at_all);
    tcase_add_test(tcase,
                   an_intent_ends_in_the_transaction_of_a_change_or_not_at_all);
    tcase_add_test(tcase, an_intent_that_ends_alone_is_no_change);
    tcase_add_test(tcase, read_only_handle_reads_them);
    tcase_add_test(tcase, backup_has_none);
    tcase_add_test(tcase, store_of_format_1_is_read_as_it_is);
    tcase_add_test(tcase,
                   store_of_format_1_is_brought_up_by_who_opens_it_to_write);
    tcase_add_loop_test(tcase, store_without_one_of_its_tables_is_damaged, 0,
                        4);
    return suite;
}

VC_TEST_MAIN(make_suite)
