/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions: what is refused, with which answer, and that it then left
 * nothing behind. */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

static struct vc_store *store_with_two(void)
{
    struct vc_store *store = fixture_open(fixture_path);

    ck_assert_int_eq(fixture_put(store, 1, 0, "a", "a1"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(store, 2, 0, "b", "b1"), VC_STORE_DONE);
    return store;
}

/* Runs ops; expects the answer, the index, and on a refusal nothing changed. */
static void expect_txn(struct vc_store *store, struct vc_store_op *ops, size_t n,
                       enum vc_answer answer, size_t index, const char *part)
{
    uint64_t before = fixture_change(store);
    struct vc_error err = {0};
    uint64_t change = 12345;
    size_t failed = 99;

    ck_assert_int_eq(vc_store_txn(store, ops, n, &failed, &change, &err), answer);
    if (answer == VC_STORE_DONE)
        return;
    ck_assert_uint_eq(failed, index);
    ck_assert_uint_eq(change, 12345);
    ck_assert_uint_eq(fixture_change(store), before);
    ck_assert_msg(strstr(err.text, part) != NULL, "no '%s' in: %s", part,
                  err.text);
    ck_assert_ptr_nonnull(strstr(err.text, fixture_path));
}

START_TEST(wrong_revision_is_a_conflict)
{
    static const enum vc_store_op_kind kinds[] = {VC_STORE_CHECK, VC_STORE_PUT,
                                                  VC_STORE_DELETE};
    struct vc_store *store = store_with_two();
    struct vc_store_op op = fixture_put_op(1, 0, "a", "x");
    size_t i;

    for (i = 0; i < VC_NELEMS(kinds); i++) {
        op.kind = kinds[i];
        op.expect = 2;
        expect_txn(store, &op, 1, VC_STORE_CONFLICT, 0, "revision 1, not 2");
        op.expect = 0;
        expect_txn(store, &op, 1, VC_STORE_CONFLICT, 0, "already there");
        op.expect = UINT64_MAX;
        expect_txn(store, &op, 1, VC_STORE_CONFLICT, 0, "revision 1");
        ck_assert_uint_eq(op.ret_revision, 0);
    }
    fixture_expect_document(store, 1, "a1");
    vc_store_close(store);
}
END_TEST

START_TEST(absent_object_with_a_revision_expected_is_not_found)
{
    struct vc_store *store = store_with_two();
    struct vc_store_op op = fixture_put_op(3, 1, "c", "x");

    expect_txn(store, &op, 1, VC_STORE_NOT_FOUND, 0, "no domain");
    op.kind = VC_STORE_CHECK;
    expect_txn(store, &op, 1, VC_STORE_NOT_FOUND, 0, "no domain");
    op.kind = VC_STORE_DELETE;
    expect_txn(store, &op, 1, VC_STORE_NOT_FOUND, 0, "no domain");
    op.expect = 0;
    expect_txn(store, &op, 1, VC_STORE_NOT_FOUND, 0, "no domain");
    ck_assert_int_eq(fixture_delete(store, 2, 1), VC_STORE_DONE);
    op = fixture_put_op(2, 2, "b", "x"); /* 2 is its deletion */
    expect_txn(store, &op, 1, VC_STORE_NOT_FOUND, 0, "no domain");
    vc_store_close(store);
}
END_TEST

START_TEST(name_of_another_key_exists)
{
    struct vc_store *store = store_with_two();
    struct vc_store_op op = fixture_put_op(3, 0, "a", "x");

    expect_txn(store, &op, 1, VC_STORE_EXISTS, 0,
               "a5a5a5a5-a5a5-a5a5-a5a5-a5a500000001");
    expect_txn(store, &op, 1, VC_STORE_EXISTS, 0,
               "a5a5a5a5-a5a5-a5a5-a5a5-a5a500000003");
    op = fixture_put_op(2, 1, "a", "x");
    expect_txn(store, &op, 1, VC_STORE_EXISTS, 0, "'a'");
    fixture_expect_document(store, 2, "b1");
    op = fixture_put_op(3, 0, "A", "x"); /* bytes, not letters */
    expect_txn(store, &op, 1, VC_STORE_DONE, 0, "");
    vc_store_close(store);
}
END_TEST

START_TEST(name_of_a_deleted_object_is_free)
{
    struct vc_store *store = store_with_two();
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_error err = {0};

    ck_assert_int_eq(fixture_delete(store, 1, 1), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(store, 3, 0, "a", "c1"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(store, 1, 0, "a", "x"), VC_STORE_EXISTS);
    ck_assert_int_eq(fixture_put(store, 1, 0, "a2", "a3"), VC_STORE_DONE);
    ck_assert_uint_eq(fixture_revision(store, 1), 3);
    ck_assert_int_eq(vc_store_get_by_name(store, "a", VC_STORE_SUMMARY, &record,
                                          &err),
                     VC_STORE_DONE);
    ck_assert_mem_eq(record.key, fixture_key(3), VC_STORE_KEY_LEN);
    vc_store_close(store);
}
END_TEST

START_TEST(names_are_swapped_in_order)
{
    struct vc_store *store = store_with_two();
    struct vc_store_op ops[3] = {fixture_put_op(1, 1, "tmp", "a2"),
                                 fixture_put_op(2, 1, "a", "b2"),
                                 fixture_put_op(1, 2, "b", "a3")};
    struct vc_store_op wrong[2] = {fixture_put_op(1, 3, "a", "a4"),
                                   fixture_put_op(2, 2, "b", "b3")};

    expect_txn(store, ops, 3, VC_STORE_DONE, 0, "");
    ck_assert_uint_eq(ops[0].ret_revision, 2);
    ck_assert_uint_eq(ops[1].ret_revision, 2);
    ck_assert_uint_eq(ops[2].ret_revision, 3);
    expect_txn(store, wrong, 2, VC_STORE_EXISTS, 0, "'a'");
    fixture_expect_document(store, 1, "a3");
    vc_store_close(store);
}
END_TEST

START_TEST(array_is_all_or_nothing)
{
    struct vc_store *store = store_with_two();
    struct vc_store_op ops[5] = {
        fixture_put_op(3, 0, "c", "c1"), fixture_put_op(1, 1, "a9", "a2"),
        fixture_delete_op(2, 1), fixture_check_op(1, 2), fixture_check_op(4, 1)};

    expect_txn(store, ops, 5, VC_STORE_NOT_FOUND, 4, "no domain");
    ck_assert_uint_eq(ops[0].ret_revision, 0);
    ck_assert_uint_eq(fixture_revision(store, 3), 0);
    ck_assert_uint_eq(fixture_revision(store, 2), 1);
    fixture_expect_document(store, 1, "a1");
    ops[4].expect = 0;
    expect_txn(store, ops, 5, VC_STORE_DONE, 0, "");
    ck_assert_uint_eq(fixture_change(store), 3);
    ck_assert_uint_eq(ops[2].ret_revision, 2);
    ck_assert_uint_eq(fixture_revision(store, 2), 0);
    fixture_expect_document(store, 1, "a2");
    vc_store_close(store);
}
END_TEST

START_TEST(change_number_rises_once_and_only_if_something_changed)
{
    struct vc_store *store = store_with_two();
    struct vc_store_op checks[2] = {fixture_check_op(1, 1),
                                    fixture_check_op(9, 0)};
    struct vc_store_op puts[2] = {fixture_put_op(3, 0, "c", ""),
                                  fixture_put_op(4, 0, "d", "")};
    struct vc_error err = {0};
    uint64_t change = 0;

    ck_assert_int_eq(vc_store_txn(store, checks, 2, NULL, &change, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(change, 2);
    ck_assert_int_eq(vc_store_txn(store, NULL, 0, NULL, &change, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(change, 2);
    ck_assert_int_eq(vc_store_txn(store, puts, 2, NULL, &change, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(change, 3);
    ck_assert_uint_eq(fixture_change(store), 3);
    vc_store_close(store);
}
END_TEST

START_TEST(operation_without_its_parts_is_refused)
{
    struct vc_store *store = store_with_two();
    struct vc_store_op op = fixture_put_op(1, 1, NULL, "x");
    struct vc_error err = {0};

    ck_assert_int_eq(vc_store_txn(store, &op, 1, NULL, NULL, &err),
                     VC_STORE_UNAVAILABLE);
    op = fixture_put_op(1, 1, "a", "x");
    op.document = NULL;
    ck_assert_int_eq(vc_store_txn(store, &op, 1, NULL, NULL, &err),
                     VC_STORE_UNAVAILABLE);
    op = fixture_put_op(1, 1, "a", "x");
    op.key = NULL;
    ck_assert_int_eq(vc_store_txn(store, &op, 1, NULL, NULL, &err),
                     VC_STORE_UNAVAILABLE);
    ck_assert_int_eq(err.code, VC_ERR_INTERNAL);
    op = fixture_put_op(1, 1, "a", "x");
    op.what = NULL;
    op.document = op.summary = NULL;
    op.document_len = op.summary_len = 0;
    expect_txn(store, &op, 1, VC_STORE_DONE, 0, "");
    fixture_expect_document(store, 1, "");
    vc_store_close(store);
}
END_TEST

START_TEST(ten_thousand_puts_are_one_transaction)
{
    enum { N = 10000 };
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_op *ops = calloc(N, sizeof(*ops));
    unsigned char(*keys)[VC_STORE_KEY_LEN] = calloc(N, sizeof(*keys));
    char(*names)[16] = calloc(N, sizeof(*names));
    struct vc_error err = {0};
    unsigned i;

    ck_assert(ops && keys && names);
    for (i = 0; i < N; i++) {
        ops[i] = fixture_put_op(0, 0, names[i], "document");
        memcpy(keys[i], fixture_key(i), VC_STORE_KEY_LEN);
        ops[i].key = keys[i];
        (void)snprintf(names[i], sizeof(names[i]), "vm-%u", i);
    }
    ck_assert_int_eq(vc_store_txn(store, ops, N, NULL, NULL, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(fixture_change(store), 1);
    ck_assert_uint_eq(fixture_revision(store, N - 1), 1);
    for (i = 0; i < N; i++)
        ops[i].expect = 1;
    ops[N - 1].expect = 2;
    expect_txn(store, ops, N, VC_STORE_CONFLICT, N - 1, "revision 1, not 2");
    ck_assert_uint_eq(fixture_revision(store, 0), 1);
    free(ops);
    free(keys);
    free(names);
    vc_store_close(store);
}
END_TEST

START_TEST(two_handles_see_each_other)
{
    struct vc_store *one = store_with_two();
    struct vc_store *two = fixture_open(fixture_path);

    fixture_expect_document(two, 1, "a1");
    ck_assert_int_eq(fixture_put(two, 1, 1, "a", "a2"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(one, 1, 1, "a", "lost"), VC_STORE_CONFLICT);
    fixture_expect_document(one, 1, "a2");
    vc_store_close(one);
    ck_assert_int_eq(fixture_put(two, 1, 2, "a", "a3"), VC_STORE_DONE);
    vc_store_close(two);
    ck_assert_uint_eq(fixture_dir_count(), 1);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_txn");
    TCase *tcase = fixture_tcase(suite, "txn");

    tcase_add_test(tcase, wrong_revision_is_a_conflict);
    tcase_add_test(tcase, absent_object_with_a_revision_expected_is_not_found);
    tcase_add_test(tcase, name_of_another_key_exists);
    tcase_add_test(tcase, name_of_a_deleted_object_is_free);
    tcase_add_test(tcase, names_are_swapped_in_order);
    tcase_add_test(tcase, array_is_all_or_nothing);
    tcase_add_test(tcase, change_number_rises_once_and_only_if_something_changed);
    tcase_add_test(tcase, operation_without_its_parts_is_refused);
    tcase_add_test(tcase, ten_thousand_puts_are_one_transaction);
    tcase_add_test(tcase, two_handles_see_each_other);
    return suite;
}

VC_TEST_MAIN(make_suite)
