/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much of the past is kept: what goes, what never goes, and when. */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

#include "store/sqlite/sqlite_impl.h"

static void set_limit(struct vc_store *store, enum vc_store_limit limit,
                      uint32_t value)
{
    struct vc_error err = {0};

    ck_assert_msg(vc_store_limit_set(store, limit, value, &err) ==
                      VC_STORE_DONE,
                  "%s", err.text);
}

static uint32_t limit_of(struct vc_store *store, enum vc_store_limit limit)
{
    struct vc_error err = {0};
    uint32_t value = 12345;

    ck_assert_int_eq(vc_store_limit_get(store, limit, &value, &err),
                     VC_STORE_DONE);
    return value;
}

/* Revisions `from` to `to` of an object; the document is the number. */
static void put_many(struct vc_store *store, unsigned id, unsigned from,
                     unsigned to)
{
    char document[16];
    char name[16];
    unsigned i;

    (void)snprintf(name, sizeof(name), "vm-%u", id);
    for (i = from; i <= to; i++) {
        (void)snprintf(document, sizeof(document), "%u", i);
        ck_assert_int_eq(fixture_put(store, id, fixture_revision(store, id),
                                     name, document),
                         VC_STORE_DONE);
    }
}

struct range {
    unsigned n;
    unsigned low;
    unsigned high;
};

static int see(const struct vc_revision *revision, void *opaque)
{
    struct range *range = opaque;

    if (range->n++ == 0)
        range->high = (unsigned)revision->revision;
    else
        ck_assert_uint_eq(revision->revision, range->low - 1);
    range->low = (unsigned)revision->revision;
    return 0;
}

/* The history is these revisions, without a gap; 0, 0: there is none. */
static void expect_history(struct vc_store *store, unsigned id, unsigned low,
                           unsigned high)
{
    VC_RECORD_AUTO record = {.name = NULL};
    struct range range = {.n = 0};
    struct vc_error err = {0};
    enum vc_answer answer = vc_store_history(store, fixture_key(id), 0, see,
                                             &range, &err);

    ck_assert_int_eq(answer, high ? VC_STORE_DONE : VC_STORE_NOT_FOUND);
    ck_assert_uint_eq(range.low, low);
    ck_assert_uint_eq(range.high, high);
    if (low > 1)
        ck_assert_int_eq(vc_store_get_revision(store, fixture_key(id), low - 1,
                                               &record, &err),
                         VC_STORE_NOT_FOUND);
}

static void expect_revision(struct vc_store *store, unsigned id,
                            uint64_t revision, const char *document)
{
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_error err = {0};

    ck_assert_msg(vc_store_get_revision(store, fixture_key(id), revision,
                                        &record, &err) == VC_STORE_DONE,
                  "%s", err.text);
    ck_assert_str_eq(record.document, document);
}

static int no_fault(const char *fault, void *opaque VC_UNUSED)
{
    ck_abort_msg("%s", fault);
    return 1;
}

static void expect_sound(struct vc_store *store)
{
    struct vc_error err = {0};

    ck_assert_int_eq(vc_store_check(store, no_fault, NULL, &err),
                     VC_STORE_DONE);
}

/* Returns how many steps it took. */
static unsigned prune(struct vc_store *store)
{
    struct vc_error err = {0};
    uint64_t place = 0;
    unsigned steps = 0;
    bool more = true;

    while (more) {
        ck_assert_msg(vc_store_prune(store, &place, &more, &err) ==
                          VC_STORE_DONE,
                      "%s", err.text);
        ck_assert_uint_lt(++steps, 1000);
    }
    return steps;
}

START_TEST(limits_are_kept_with_the_store)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_error err = {0};

    ck_assert_uint_eq(limit_of(store, VC_STORE_LIMIT_REVISIONS), 100);
    ck_assert_uint_eq(limit_of(store, VC_STORE_LIMIT_REMOVED), 1000);
    set_limit(store, VC_STORE_LIMIT_REVISIONS, 7);
    set_limit(store, VC_STORE_LIMIT_REMOVED, UINT32_MAX);
    set_limit(store, VC_STORE_LIMIT_REVISIONS, 8);
    ck_assert_uint_eq(fixture_change(store), 0);
    vc_store_close(store);
    store = fixture_open_read_only(fixture_path);
    ck_assert_uint_eq(limit_of(store, VC_STORE_LIMIT_REVISIONS), 8);
    ck_assert_uint_eq(limit_of(store, VC_STORE_LIMIT_REMOVED), UINT32_MAX);
    ck_assert_int_ne(vc_store_limit_set(store, VC_STORE_LIMIT_REMOVED, 1, &err),
                     VC_STORE_DONE);
    vc_store_close(store);
}
END_TEST

static const struct {
    uint32_t limit;
    unsigned low; /* after 120 revisions */
} kept[] = {{1, 120}, {2, 119}, {5, 116}, {119, 2}, {120, 1}, {121, 1}, {0, 1}};

START_TEST(last_revisions_are_kept_and_no_others)
{
    struct vc_store *store = fixture_open(fixture_path);

    set_limit(store, VC_STORE_LIMIT_REVISIONS, kept[_i].limit);
    put_many(store, 1, 1, 120);
    put_many(store, 2, 1, 1);
    expect_history(store, 1, kept[_i].low, 120);
    expect_history(store, 2, 1, 1);
    fixture_expect_document(store, 1, "120");
    ck_assert_uint_eq(fixture_revision(store, 1), 120);
    expect_sound(store);
    vc_store_close(store);
}
END_TEST

START_TEST(hundred_are_kept_unless_told_otherwise)
{
    struct vc_store *store = fixture_open(fixture_path);

    put_many(store, 1, 1, 100);
    expect_history(store, 1, 1, 100);
    put_many(store, 1, 101, 130);
    expect_history(store, 1, 31, 130);
    expect_revision(store, 1, 31, "31");
    vc_store_close(store);
}
END_TEST

START_TEST(lowered_limit_is_worked_off_a_few_at_a_time)
{
    struct vc_store *store = fixture_open(fixture_path);
    unsigned low = 1;
    unsigned i;

    set_limit(store, VC_STORE_LIMIT_REVISIONS, 0);
    put_many(store, 1, 1, 60);
    set_limit(store, VC_STORE_LIMIT_REVISIONS, 10);
    expect_history(store, 1, 1, 60);
    for (i = 61; i <= 80; i++) {
        put_many(store, 1, i, i);
        low = low + 8 < i - 9 ? low + 8 : i - 9;
        expect_history(store, 1, low, i);
        expect_sound(store);
    }
    ck_assert_uint_eq(low, 71);
    vc_store_close(store);
}
END_TEST

START_TEST(prune_takes_the_rest_in_steps)
{
    struct vc_store *store = fixture_open(fixture_path);
    unsigned id;

    set_limit(store, VC_STORE_LIMIT_REVISIONS, 0);
    set_limit(store, VC_STORE_LIMIT_REMOVED, 0);
    put_many(store, 1, 1, 1100);
    for (id = 2; id <= 20; id++)
        put_many(store, id, 1, id);
    for (id = 11; id <= 20; id++)
        ck_assert_int_eq(fixture_delete(store, id, id), VC_STORE_DONE);
    ck_assert_uint_eq(prune(store), 1);
    expect_history(store, 1, 1, 1100);
    set_limit(store, VC_STORE_LIMIT_REVISIONS, 4);
    set_limit(store, VC_STORE_LIMIT_REMOVED, 3);
    ck_assert_uint_ge(prune(store), 3);
    expect_history(store, 1, 1097, 1100);
    expect_history(store, 3, 1, 3);
    expect_history(store, 10, 7, 10);
    expect_history(store, 11, 0, 0);
    expect_history(store, 17, 0, 0);
    expect_history(store, 18, 16, 19);
    expect_history(store, 20, 18, 21);
    expect_sound(store);
    ck_assert_uint_eq(prune(store), 1);
    vc_store_close(store);
}
END_TEST

START_TEST(last_document_of_a_removed_object_stays)
{
    struct vc_store *store = fixture_open(fixture_path);

    set_limit(store, VC_STORE_LIMIT_REVISIONS, 1);
    put_many(store, 1, 1, 5);
    ck_assert_int_eq(fixture_delete(store, 1, 5), VC_STORE_DONE);
    expect_history(store, 1, 5, 6);
    expect_revision(store, 1, 5, "5");
    (void)prune(store);
    expect_history(store, 1, 5, 6);
    expect_sound(store);
    put_many(store, 1, 7, 7); /* there again: the removal need not stay */
    expect_history(store, 1, 7, 7);
    ck_assert_int_eq(fixture_delete(store, 1, 7), VC_STORE_DONE);
    expect_history(store, 1, 7, 8);
    expect_sound(store);
    vc_store_close(store);
}
END_TEST

START_TEST(refused_transaction_takes_nothing_away)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_op ops[3];
    struct vc_error err = {0};

    set_limit(store, VC_STORE_LIMIT_REVISIONS, 3);
    set_limit(store, VC_STORE_LIMIT_REMOVED, 1);
    put_many(store, 1, 1, 5);
    put_many(store, 2, 1, 1);
    put_many(store, 3, 1, 1);
    ck_assert_int_eq(fixture_delete(store, 2, 1), VC_STORE_DONE);
    ops[0] = fixture_put_op(1, 5, "vm-1", "six");
    ops[1] = fixture_delete_op(3, 1);
    ops[2] = fixture_check_op(1, 99);
    ck_assert_int_eq(vc_store_txn(store, ops, 3, NULL, NULL, &err),
                     VC_STORE_CONFLICT);
    expect_history(store, 1, 3, 5);
    expect_history(store, 2, 1, 2);
    ops[2].expect = 6;
    ck_assert_int_eq(vc_store_txn(store, ops, 3, NULL, NULL, &err),
                     VC_STORE_DONE);
    expect_history(store, 1, 4, 6);
    expect_history(store, 2, 0, 0);
    expect_history(store, 3, 1, 2);
    expect_sound(store);
    vc_store_close(store);
}
END_TEST

START_TEST(several_revisions_in_one_transaction_count_all)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_op ops[12];
    struct vc_error err = {0};
    unsigned i;

    set_limit(store, VC_STORE_LIMIT_REVISIONS, 4);
    for (i = 0; i < VC_NELEMS(ops); i++)
        ops[i] = fixture_put_op(1, i, "vm-1", "d");
    ck_assert_int_eq(vc_store_txn(store, ops, VC_NELEMS(ops), NULL, NULL, &err),
                     VC_STORE_DONE);
    expect_history(store, 1, 9, 12);
    vc_store_close(store);
}
END_TEST

/* ---- Forgetting ---- */

START_TEST(removed_ones_are_forgotten_in_the_order_of_removal)
{
    static const unsigned order[] = {3, 1, 5, 2, 4};
    struct vc_store *store = fixture_open(fixture_path);
    unsigned i;

    set_limit(store, VC_STORE_LIMIT_REMOVED, 2);
    for (i = 1; i <= 6; i++)
        put_many(store, i, 1, 2);
    for (i = 0; i < VC_NELEMS(order); i++) {
        ck_assert_int_eq(fixture_delete(store, order[i], 2), VC_STORE_DONE);
        expect_history(store, order[i], 1, 3);
        if (i >= 1)
            expect_history(store, order[i - 1], 1, 3);
        if (i >= 2)
            expect_history(store, order[i - 2], 0, 0);
        expect_sound(store);
    }
    expect_history(store, 6, 1, 2);
    /* One that comes back is none of them any more. */
    put_many(store, 2, 4, 4);
    ck_assert_int_eq(fixture_delete(store, 6, 2), VC_STORE_DONE);
    expect_history(store, 4, 1, 3);
    expect_history(store, 6, 1, 3);
    expect_sound(store);
    vc_store_close(store);
}
END_TEST

START_TEST(numbers_go_on_after_forgetting)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_op op = fixture_put_op(1, 6, "vm-1", "x");
    struct vc_error err = {0};

    set_limit(store, VC_STORE_LIMIT_REMOVED, 1);
    put_many(store, 1, 1, 5);
    put_many(store, 2, 1, 1);
    ck_assert_int_eq(fixture_delete(store, 1, 5), VC_STORE_DONE);
    ck_assert_int_eq(fixture_delete(store, 2, 1), VC_STORE_DONE);
    expect_history(store, 1, 0, 0);
    ck_assert_int_eq(vc_store_txn(store, &op, 1, NULL, NULL, &err),
                     VC_STORE_NOT_FOUND);
    put_many(store, 1, 7, 7);
    ck_assert_uint_eq(fixture_revision(store, 1), 7);
    expect_history(store, 1, 7, 7);
    expect_sound(store);
    put_many(store, 2, 3, 3); /* frees the place of the only removed one */
    ck_assert_int_eq(fixture_delete(store, 1, 7), VC_STORE_DONE);
    ck_assert_int_eq(fixture_delete(store, 2, 3), VC_STORE_DONE);
    expect_history(store, 1, 0, 0);
    put_many(store, 1, 9, 9);
    ck_assert_uint_eq(fixture_revision(store, 1), 9);
    expect_sound(store);
    vc_store_close(store);
}
END_TEST

static unsigned revisions_of(struct vc_store *store)
{
    struct vc_store_info info;
    struct vc_error err = {0};

    ck_assert_int_eq(vc_store_info(store, &info, &err), VC_STORE_DONE);
    return (unsigned)info.revisions;
}

START_TEST(long_history_is_forgotten_in_parts)
{
    struct vc_store *store = fixture_open(fixture_path);
    unsigned before;
    unsigned id;

    set_limit(store, VC_STORE_LIMIT_REVISIONS, 0);
    set_limit(store, VC_STORE_LIMIT_REMOVED, 1);
    put_many(store, 1, 1, 700);
    for (id = 2; id <= 6; id++)
        put_many(store, id, 1, 1);
    ck_assert_int_eq(fixture_delete(store, 1, 700), VC_STORE_DONE);
    for (id = 2; id <= 6; id++) {
        before = revisions_of(store);
        ck_assert_int_eq(fixture_delete(store, id, 1), VC_STORE_DONE);
        ck_assert_uint_le(before - revisions_of(store), 260);
        expect_sound(store);
    }
    for (id = 1; id <= 5; id++)
        expect_history(store, id, 0, 0);
    expect_history(store, 6, 1, 2);
    vc_store_close(store);
}
END_TEST

/* Objects that come and go: what they leave behind has an end. */
START_TEST(store_in_which_objects_come_and_go_does_not_grow)
{
    struct vc_store *store = fixture_open(fixture_path);
    unsigned id;

    set_limit(store, VC_STORE_LIMIT_REVISIONS, 5);
    set_limit(store, VC_STORE_LIMIT_REMOVED, 10);
    for (id = 1; id <= 200; id++) {
        put_many(store, id, 1, 1 + id % 9);
        ck_assert_int_eq(fixture_delete(store, id, 1 + id % 9), VC_STORE_DONE);
        ck_assert_uint_le(revisions_of(store), 60);
    }
    expect_sound(store);
    vc_store_close(store);
}
END_TEST

/* ---- Formats without limits ---- */

/* 2 was removed before 1, and 3 is there. */
static void make_format_2(void)
{
    static const char rows[] =
        "INSERT INTO domain VALUES"
        " (1, x'a5a5a5a5a5a5a5a5a5a5a5a500000001', NULL, 2, 1, x''),"
        " (2, x'a5a5a5a5a5a5a5a5a5a5a5a500000002', NULL, 2, 9, x''),"
        " (3, x'a5a5a5a5a5a5a5a5a5a5a5a500000003', 'vm-3', 1, 1, x'64');"
        "INSERT INTO revision VALUES"
        " (1, 1, 1, 1, 0, 'put', x'64', x'64'),"
        " (2, 1, 1, 2, 0, 'put', x'64', x'64'),"
        " (2, 2, 9, 3, 1, 'undefine', x'', x''),"
        " (1, 2, 1, 4, 1, 'undefine', x'', x''),"
        " (3, 1, 1, 5, 0, 'put', x'64', x'64');"
        "UPDATE meta SET change = 5";
    struct vc_error err = {0};
    sqlite3 *db = NULL;
    char sql[80];

    (void)snprintf(sql, sizeof(sql), "PRAGMA application_id=%d",
                   SQ_APPLICATION_ID);
    ck_assert_int_eq(sqlite3_open(fixture_path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sq_migrate(db, fixture_path, sq_migrations, 2, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(sqlite3_exec(db, rows, NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "PRAGMA journal_mode=WAL", NULL, NULL,
                                  NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

START_TEST(store_of_format_2_is_brought_up_with_its_removals_in_order)
{
    struct vc_store *store;

    make_format_2();
    store = fixture_open_read_only(fixture_path);
    ck_assert_uint_eq(limit_of(store, VC_STORE_LIMIT_REVISIONS), 100);
    expect_history(store, 1, 1, 2);
    expect_sound(store);
    vc_store_close(store);
    store = fixture_open(fixture_path);
    expect_sound(store);
    set_limit(store, VC_STORE_LIMIT_REMOVED, 2);
    ck_assert_int_eq(fixture_delete(store, 3, 1), VC_STORE_DONE);
    expect_history(store, 1, 1, 2);
    expect_history(store, 2, 0, 0);
    expect_history(store, 3, 1, 2);
    expect_sound(store);
    vc_store_close(store);
}
END_TEST

/* A damaged limit loses nothing; a check tells of it. */
START_TEST(impossible_limit_is_none)
{
    struct vc_store *store = fixture_open(fixture_path);
    sqlite3 *db = NULL;

    vc_store_close(store);
    ck_assert_int_eq(sqlite3_open(fixture_path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "INSERT INTO setting VALUES"
                                      " ('revisions', -5), ('removed', 1 << 40)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
    store = fixture_open(fixture_path);
    ck_assert_uint_eq(limit_of(store, VC_STORE_LIMIT_REVISIONS), 0);
    ck_assert_uint_eq(limit_of(store, VC_STORE_LIMIT_REMOVED), 0);
    put_many(store, 1, 1, 120);
    expect_history(store, 1, 1, 120);
    vc_store_close(store);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_prune");
    TCase *tcase = fixture_tcase(suite, "prune");

    tcase_add_test(tcase, limits_are_kept_with_the_store);
    tcase_add_loop_test(tcase, last_revisions_are_kept_and_no_others, 0,
                        (int)VC_NELEMS(kept));
    tcase_add_test(tcase, hundred_are_kept_unless_told_otherwise);
    tcase_add_test(tcase, lowered_limit_is_worked_off_a_few_at_a_time);
    tcase_add_test(tcase, prune_takes_the_rest_in_steps);
    tcase_add_test(tcase, last_document_of_a_removed_object_stays);
    tcase_add_test(tcase, refused_transaction_takes_nothing_away);
    tcase_add_test(tcase, several_revisions_in_one_transaction_count_all);
    tcase_add_test(tcase, removed_ones_are_forgotten_in_the_order_of_removal);
    tcase_add_test(tcase, numbers_go_on_after_forgetting);
    tcase_add_test(tcase, long_history_is_forgotten_in_parts);
    tcase_add_test(tcase, store_in_which_objects_come_and_go_does_not_grow);
    tcase_add_test(tcase,
                   store_of_format_2_is_brought_up_with_its_removals_in_order);
    tcase_add_test(tcase, impossible_limit_is_none);
    return suite;
}

VC_TEST_MAIN(make_suite)
