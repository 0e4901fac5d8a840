/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One object: put, get, list, names, history, the local part. */
#include "store_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

START_TEST(new_store_is_empty)
{
    struct vc_store *store = fixture_open(fixture_path);
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_error err = {0};

    ck_assert_str_eq(vc_store_path(store), fixture_path);
    ck_assert(!vc_store_is_read_only(store));
    ck_assert_uint_eq(fixture_change(store), 0);
    ck_assert_int_eq(vc_store_get(store, fixture_key(1), VC_STORE_SUMMARY,
                                  &record, &err),
                     VC_STORE_NOT_FOUND);
    ck_assert_int_eq(err.code, VC_ERR_NO_DOMAIN);
    ck_assert_ptr_nonnull(strstr(err.text, fixture_path));
    ck_assert_int_eq(vc_store_get_by_name(store, "vm", VC_STORE_SUMMARY,
                                          &record, &err),
                     VC_STORE_NOT_FOUND);
    ck_assert_ptr_null(record.summary);
    vc_store_close(store);
    ck_assert_uint_eq(fixture_dir_count(), 1);
}
END_TEST

START_TEST(all_bytes_come_back_after_reopening)
{
    static const char document[] = "<d>\0\xff\r\n\xc3\xa9</d>";
    static const char summary[] = "1\0 2";
    struct vc_store_op op = fixture_put_op(7, 0, "vm-\xc3\xa9-\xff", "");
    struct vc_store *store = fixture_open(fixture_path);
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_error err = {0};
    uint64_t change = 0;

    op.document = document;
    op.document_len = sizeof(document) - 1;
    op.summary = summary;
    op.summary_len = sizeof(summary) - 1;
    ck_assert_int_eq(vc_store_txn(store, &op, 1, NULL, &change, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(op.ret_revision, 1);
    ck_assert_uint_eq(change, 1);
    vc_store_close(store);

    store = fixture_open(fixture_path);
    ck_assert_int_eq(vc_store_get_by_name(store, "vm-\xc3\xa9-\xff",
                                          VC_STORE_DOCUMENT, &record, &err),
                     VC_STORE_DONE);
    ck_assert_mem_eq(record.key, fixture_key(7), VC_STORE_KEY_LEN);
    ck_assert_str_eq(record.name, "vm-\xc3\xa9-\xff");
    ck_assert_uint_eq(record.revision, 1);
    ck_assert_uint_eq(record.document_len, sizeof(document) - 1);
    ck_assert_mem_eq(record.document, document, sizeof(document));
    ck_assert_uint_eq(record.summary_len, sizeof(summary) - 1);
    ck_assert_mem_eq(record.summary, summary, sizeof(summary));
    vc_store_close(store);
}
END_TEST

START_TEST(document_is_left_out_unless_asked_for)
{
    struct vc_store *store = fixture_open(fixture_path);
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_error err = {0};

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", ""), VC_STORE_DONE);
    ck_assert_int_eq(vc_store_get(store, fixture_key(1), VC_STORE_SUMMARY,
                                  &record, &err),
                     VC_STORE_DONE);
    ck_assert_ptr_null(record.document);
    ck_assert_str_eq(record.summary, "");
    vc_record_clear(&record);
    ck_assert_int_eq(vc_store_get(store, fixture_key(1), VC_STORE_DOCUMENT,
                                  &record, &err),
                     VC_STORE_DONE);
    ck_assert_str_eq(record.document, "");
    ck_assert_uint_eq(record.document_len, 0);
    vc_store_close(store);
}
END_TEST

START_TEST(largest_document_fits_and_one_byte_more_does_not)
{
    struct vc_store *store = fixture_open(fixture_path);
    char *big = malloc(VC_STORE_DOCUMENT_MAX + 1);
    struct vc_store_op ops[2] = {fixture_put_op(1, 0, "a", "small"),
                                 fixture_put_op(2, 0, "b", "")};
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_error err = {0};
    size_t failed = 99;

    ck_assert_ptr_nonnull(big);
    memset(big, 'x', VC_STORE_DOCUMENT_MAX + 1);
    ops[1].document = big;
    ops[1].document_len = VC_STORE_DOCUMENT_MAX + 1;
    ck_assert_int_eq(vc_store_txn(store, ops, 2, &failed, NULL, &err),
                     VC_STORE_TOO_BIG);
    ck_assert_uint_eq(failed, 1);
    ck_assert_ptr_nonnull(strstr(err.text, "16777216"));
    ck_assert_uint_eq(fixture_revision(store, 1), 0);
    ops[1].document_len = VC_STORE_DOCUMENT_MAX;
    ck_assert_int_eq(vc_store_txn(store, ops, 2, &failed, NULL, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(vc_store_get(store, fixture_key(2), VC_STORE_DOCUMENT,
                                  &record, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(record.document_len, VC_STORE_DOCUMENT_MAX);
    ck_assert_mem_eq(record.document, big, VC_STORE_DOCUMENT_MAX);
    free(big);
    vc_store_close(store);
}
END_TEST

struct seen {
    char text[256];
    unsigned stop_after; /* 0: never */
    unsigned n;
};

static int see(const struct vc_record *record, const char *fault, void *opaque)
{
    struct seen *seen = opaque;
    size_t len = strlen(seen->text);

    (void)snprintf(seen->text + len, sizeof(seen->text) - len, "%s%s%s ",
                   record->name, record->document ? "=" : "",
                   record->document ? record->document : "");
    seen->n++;
    return fault || seen->n == seen->stop_after;
}

START_TEST(list_is_in_the_order_of_name_bytes_and_can_be_paged)
{
    static const char *const names[] = {"b", "B", "a\xff", "a", "\xc3\xa9", "aa"};
    struct vc_store *store = fixture_open(fixture_path);
    struct seen seen = {.n = 0};
    struct vc_error err = {0};
    uint64_t change = 0;
    unsigned i;

    for (i = 0; i < VC_NELEMS(names); i++)
        ck_assert_int_eq(fixture_put(store, i, 0, names[i], "d"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(store, 50, 0, "gone", "d"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_delete(store, 50, 1), VC_STORE_DONE);
    ck_assert_int_eq(vc_store_iterate(store, VC_STORE_SUMMARY, NULL, 0, see,
                                      &seen, &change, &err),
                     VC_STORE_DONE);
    ck_assert_str_eq(seen.text, "B a aa a\xff b \xc3\xa9 ");
    ck_assert_uint_eq(change, 8);
    memset(&seen, 0, sizeof(seen));
    ck_assert_int_eq(vc_store_iterate(store, VC_STORE_DOCUMENT, "a", 2, see,
                                      &seen, NULL, &err),
                     VC_STORE_DONE);
    ck_assert_str_eq(seen.text, "aa=d a\xff=d ");
    memset(&seen, 0, sizeof(seen));
    ck_assert_int_eq(vc_store_iterate(store, VC_STORE_SUMMARY, "\xff", 0, see,
                                      &seen, NULL, &err),
                     VC_STORE_DONE);
    ck_assert_str_eq(seen.text, "");
    seen.stop_after = 2;
    ck_assert_int_eq(vc_store_iterate(store, VC_STORE_SUMMARY, NULL, 0, see,
                                      &seen, &change, &err),
                     VC_STORE_DONE);
    ck_assert_str_eq(seen.text, "B a ");
    ck_assert_int_eq(fixture_put(store, 60, 0, "after", "d"), VC_STORE_DONE);
    vc_store_close(store);
}
END_TEST

static int call_back_in(const struct vc_record *record VC_UNUSED,
                        const char *fault VC_UNUSED, void *opaque)
{
    struct vc_error err = {0};
    uint64_t change;

    ck_assert_int_eq(vc_store_change(opaque, &change, &err),
                     VC_STORE_UNAVAILABLE);
    ck_assert_int_eq(err.code, VC_ERR_INTERNAL);
    return 0;
}

START_TEST(call_from_inside_a_callback_is_an_error_not_a_hang)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_error err = {0};

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    ck_assert_int_eq(vc_store_iterate(store, VC_STORE_SUMMARY, NULL, 0,
                                      call_back_in, store, NULL, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(fixture_change(store), 1);
    vc_store_close(store);
}
END_TEST

static int see_revision(const struct vc_revision *revision, void *opaque)
{
    struct seen *seen = opaque;
    size_t len = strlen(seen->text);

    (void)snprintf(seen->text + len, sizeof(seen->text) - len, "%d%s:%s ",
                   (int)revision->revision, revision->deleted ? "x" : "",
                   revision->what);
    return 0;
}

START_TEST(history_stays_after_delete_and_numbers_go_on)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_op op = fixture_put_op(1, 0, "new", "five");
    VC_RECORD_AUTO record = {.name = NULL};
    struct seen seen = {.n = 0};
    struct vc_error err = {0};

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "one"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(store, 1, 1, "vm", "two"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(store, 1, 2, "renamed", "three"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_delete(store, 1, 3), VC_STORE_DONE);
    ck_assert_uint_eq(fixture_revision(store, 1), 0);
    op.what = "define 'again'";
    ck_assert_int_eq(vc_store_txn(store, &op, 1, NULL, NULL, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(op.ret_revision, 5);
    ck_assert_int_eq(vc_store_history(store, fixture_key(1), 0, see_revision,
                                      &seen, &err),
                     VC_STORE_DONE);
    ck_assert_str_eq(seen.text,
                     "5:define 'again' 4x:undefine 3:put 2:put 1:put ");
    memset(&seen, 0, sizeof(seen));
    ck_assert_int_eq(vc_store_history(store, fixture_key(1), 2, see_revision,
                                      &seen, &err),
                     VC_STORE_DONE);
    ck_assert_str_eq(seen.text, "5:define 'again' 4x:undefine ");
    ck_assert_int_eq(vc_store_get_revision(store, fixture_key(1), 2, &record,
                                           &err),
                     VC_STORE_DONE);
    ck_assert_str_eq(record.document, "two");
    ck_assert_str_eq(record.summary, "two");
    ck_assert_uint_eq(record.revision, 2);
    ck_assert_ptr_null(record.name);
    ck_assert_mem_eq(record.key, fixture_key(1), VC_STORE_KEY_LEN);
    vc_store_close(store);
}
END_TEST

START_TEST(history_of_what_is_not_there_is_not_found)
{
    static const uint64_t bad[] = {0, 3, 4, UINT64_MAX};
    struct vc_store *store = fixture_open(fixture_path);
    VC_RECORD_AUTO record = {.name = NULL};
    struct seen seen = {.n = 0};
    struct vc_error err = {0};
    size_t i;

    ck_assert_int_eq(vc_store_history(store, fixture_key(1), 0, see_revision,
                                      &seen, &err),
                     VC_STORE_NOT_FOUND);
    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "one"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(store, 1, 1, "vm", "two"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_delete(store, 1, 2), VC_STORE_DONE);
    for (i = 0; i < VC_NELEMS(bad); i++) /* 3 is the deletion */
        ck_assert_int_eq(vc_store_get_revision(store, fixture_key(1), bad[i],
                                               &record, &err),
                         VC_STORE_NOT_FOUND);
    ck_assert_int_eq(vc_store_get_revision(store, fixture_key(2), 1, &record,
                                           &err),
                     VC_STORE_NOT_FOUND);
    vc_store_close(store);
}
END_TEST

static int check_times(const struct vc_revision *revision, void *opaque)
{
    int64_t *later = opaque;

    ck_assert_int_lt(revision->time_us, *later);
    *later = revision->time_us;
    return 0;
}

START_TEST(times_of_an_object_always_rise)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_op ops[50];
    struct vc_error err = {0};
    int64_t later = INT64_MAX;
    uint64_t i;

    for (i = 0; i < VC_NELEMS(ops); i++)
        ops[i] = fixture_put_op(1, i, "vm", "d");
    ck_assert_int_eq(vc_store_txn(store, ops, VC_NELEMS(ops), NULL, NULL, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(vc_store_history(store, fixture_key(1), 0, check_times,
                                      &later, &err),
                     VC_STORE_DONE);
    ck_assert_int_gt(later, 1600000000000000);
    vc_store_close(store);
}
END_TEST

START_TEST(local_part_is_kept_apart)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_local put = {.start = "boot-1:42", .reconciled = 7};
    char pins[] = "3=0-1";
    VC_LOCAL_AUTO got = {.kept_pins = NULL};
    struct vc_error err = {0};

    ck_assert_int_eq(vc_store_local_get(store, fixture_key(1), &got, &err),
                     VC_STORE_NOT_FOUND);
    put.kept_pins = pins;
    ck_assert_int_eq(vc_store_local_put(store, fixture_key(1), &put, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(vc_store_local_get(store, fixture_key(1), &got, &err),
                     VC_STORE_DONE);
    ck_assert_str_eq(got.start, "boot-1:42");
    ck_assert_uint_eq(got.reconciled, 7);
    ck_assert_str_eq(got.kept_pins, "3=0-1");
    vc_local_clear(&got);
    memset(put.start, 'x', sizeof(put.start) - 1);
    put.kept_pins = NULL;
    put.reconciled = 0;
    ck_assert_int_eq(vc_store_local_put(store, fixture_key(1), &put, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(vc_store_local_get(store, fixture_key(1), &got, &err),
                     VC_STORE_DONE);
    ck_assert_str_eq(got.start, put.start);
    ck_assert_ptr_null(got.kept_pins);
    put.start[sizeof(put.start) - 1] = 'x';
    ck_assert_int_eq(vc_store_local_put(store, fixture_key(1), &put, &err),
                     VC_STORE_UNAVAILABLE);
    ck_assert_uint_eq(fixture_change(store), 0);
    ck_assert_uint_eq(fixture_revision(store, 1), 0);
    vc_store_close(store);
}
END_TEST

struct worker {
    struct vc_store *store;
    unsigned id;
    bool failed;
};

static void *worker_run(void *opaque)
{
    struct worker *worker = opaque;
    unsigned i;

    for (i = 0; i < 20; i++) {
        unsigned char key[VC_STORE_KEY_LEN] = {0};
        struct vc_record record = {.name = NULL};
        struct vc_store_op op = {.kind = VC_STORE_PUT, .key = key, .expect = i};
        struct vc_error err;
        char name[16];

        key[0] = (unsigned char)worker->id;
        (void)snprintf(name, sizeof(name), "vm-%u", worker->id);
        op.name = name;
        if (vc_store_txn(worker->store, &op, 1, NULL, NULL, &err) ||
            vc_store_get(worker->store, key, VC_STORE_DOCUMENT, &record, &err) ||
            record.revision != i + 1)
            worker->failed = true;
        vc_record_clear(&record);
    }
    return NULL;
}

START_TEST(threads_share_a_handle)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct worker workers[4];
    pthread_t threads[4];
    unsigned i;

    for (i = 0; i < 4; i++) {
        workers[i] = (struct worker){.store = store, .id = i};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, worker_run,
                                        &workers[i]),
                         0);
    }
    for (i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert(!workers[i].failed);
    }
    ck_assert_uint_eq(fixture_change(store), 80);
    vc_store_close(store);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_record");
    TCase *tcase = fixture_tcase(suite, "record");

    tcase_add_test(tcase, new_store_is_empty);
    tcase_add_test(tcase, all_bytes_come_back_after_reopening);
    tcase_add_test(tcase, document_is_left_out_unless_asked_for);
    tcase_add_test(tcase, largest_document_fits_and_one_byte_more_does_not);
    tcase_add_test(tcase, list_is_in_the_order_of_name_bytes_and_can_be_paged);
    tcase_add_test(tcase, call_from_inside_a_callback_is_an_error_not_a_hang);
    tcase_add_test(tcase, history_stays_after_delete_and_numbers_go_on);
    tcase_add_test(tcase, history_of_what_is_not_there_is_not_found);
    tcase_add_test(tcase, times_of_an_object_always_rise);
    tcase_add_test(tcase, local_part_is_kept_apart);
    tcase_add_test(tcase, threads_share_a_handle);
    return suite;
}

VC_TEST_MAIN(make_suite)
