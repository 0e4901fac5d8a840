/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bringing a store from one format to the next. */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

#include "store/sqlite/sqlite_impl.h"

static const struct sq_migration steps[] = {
    {"CREATE TABLE one(x INTEGER) STRICT; INSERT INTO one VALUES (1)"},
    {"CREATE TABLE two(x INTEGER) STRICT; INSERT INTO two SELECT x FROM one"},
    {"ALTER TABLE one ADD COLUMN y TEXT; INSERT INTO nowhere VALUES (1)"},
};

static sqlite3 *open_raw(void)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(fixture_path, &db), SQLITE_OK);
    return db;
}

static int64_t ask(sqlite3 *db, const char *sql)
{
    int64_t value = -1;

    ck_assert_int_eq(sq_query_int(db, sql, &value), SQLITE_OK);
    return value;
}

START_TEST(steps_are_applied_from_where_the_store_is)
{
    sqlite3 *db = open_raw();
    struct vc_error err = {0};

    ck_assert_int_eq(sq_migrate(db, fixture_path, steps, 1, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(ask(db, "PRAGMA user_version"), 1);
    ck_assert_int_eq(sq_migrate(db, fixture_path, steps, 2, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(ask(db, "PRAGMA user_version"), 2);
    ck_assert_int_eq(ask(db, "SELECT x FROM two"), 1);
    ck_assert_int_eq(ask(db, "SELECT count(*) FROM one"), 1);
    ck_assert_int_eq(sq_migrate(db, fixture_path, steps, 2, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}
END_TEST

START_TEST(failing_step_leaves_the_store_at_the_one_before)
{
    struct fixture_bytes before;
    struct fixture_bytes after;
    sqlite3 *db = open_raw();
    struct vc_error err = {0};

    ck_assert_int_eq(sq_migrate(db, fixture_path, steps, 2, &err),
                     VC_STORE_DONE);
    before = fixture_read(fixture_path);
    ck_assert_int_ne(sq_migrate(db, fixture_path, steps, 3, &err),
                     VC_STORE_DONE);
    ck_assert_ptr_nonnull(strstr(err.text, "stays at format 2"));
    ck_assert_ptr_nonnull(strstr(err.text, fixture_path));
    ck_assert_int_ne(sqlite3_get_autocommit(db), 0);
    ck_assert_int_eq(ask(db, "PRAGMA user_version"), 2);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
    after = fixture_read(fixture_path);
    ck_assert(fixture_same(&before, &after));
    free(before.data);
    free(after.data);
}
END_TEST

START_TEST(step_done_meanwhile_by_another_is_not_done_twice)
{
    sqlite3 *one = open_raw();
    sqlite3 *two = open_raw();
    struct vc_error err = {0};

    ck_assert_int_eq(sq_migrate(one, fixture_path, steps, 2, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(sq_migrate(two, fixture_path, steps, 2, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(ask(two, "SELECT count(*) FROM two"), 1);
    ck_assert_int_eq(sqlite3_close(one), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(two), SQLITE_OK);
}
END_TEST

START_TEST(new_store_has_the_newest_format)
{
    sqlite3 *db;

    vc_store_close(fixture_open(fixture_path));
    db = open_raw();
    ck_assert_int_eq(ask(db, "PRAGMA user_version"), sq_migrations_n);
    ck_assert_int_eq(ask(db, "PRAGMA application_id"), SQ_APPLICATION_ID);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_migrate");
    TCase *tcase = fixture_tcase(suite, "migrate");

    tcase_add_test(tcase, steps_are_applied_from_where_the_store_is);
    tcase_add_test(tcase, failing_step_leaves_the_store_at_the_one_before);
    tcase_add_test(tcase, step_done_meanwhile_by_another_is_not_done_twice);
    tcase_add_test(tcase, new_store_has_the_newest_format);
    return suite;
}

VC_TEST_MAIN(make_suite)
