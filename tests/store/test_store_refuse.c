/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are no sound store: refused with a reason and left alone; and
 * damage that shows only later. */
#include "store_fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Refused in both ways, the same bytes afterwards, and nothing beside it. */
static void expect_refused(const char *part)
{
    struct fixture_bytes before = fixture_read(fixture_path);
    unsigned files = fixture_dir_count();
    struct fixture_bytes after;
    int read_only;

    for (read_only = 0; read_only < 2; read_only++) {
        ck_assert_int_eq(fixture_open_fails(fixture_path, read_only, part),
                         VC_STORE_UNAVAILABLE);
        after = fixture_read(fixture_path);
        ck_assert(fixture_same(&before, &after));
        ck_assert_uint_eq(fixture_dir_count(), files);
        free(after.data);
    }
    free(before.data);
}

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *words = NULL;

    ck_assert_int_eq(sqlite3_open(fixture_path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &words) == SQLITE_OK, "%s",
                  words);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

/* A store of about 40 pages. */
static void make_store(void)
{
    struct vc_store *store = fixture_open(fixture_path);
    static char document[3000];
    char name[16];
    unsigned i;

    memset(document, 'd', sizeof(document) - 1);
    for (i = 0; i < 40; i++) {
        (void)snprintf(name, sizeof(name), "vm-%u", i);
        ck_assert_int_eq(fixture_put(store, i, 0, name, document), VC_STORE_DONE);
    }
    vc_store_close(store);
}

START_TEST(empty_file)
{
    fixture_write(fixture_path, "", 0);
    expect_refused("is empty");
}
END_TEST

START_TEST(text_file)
{
    static const char text[] = "<domain/>\n";
    char garbage[8192];

    fixture_write(fixture_path, text, sizeof(text) - 1);
    expect_refused("is not a vcpuconf store");
    memset(garbage, 0x5a, sizeof(garbage));
    fixture_write(fixture_path, garbage, sizeof(garbage));
    expect_refused("is not a vcpuconf store");
}
END_TEST

START_TEST(foreign_database)
{
    run_sql("CREATE TABLE t(x); PRAGMA user_version=1");
    expect_refused("is not a vcpuconf store");
    run_sql("PRAGMA journal_mode=WAL; INSERT INTO t VALUES (1)");
    expect_refused("is not a vcpuconf store");
    run_sql("PRAGMA application_id=1");
    expect_refused("is not a vcpuconf store");
}
END_TEST

START_TEST(directory_or_special_file)
{
    ck_assert_int_eq(mkdir(fixture_path, 0700), 0);
    (void)fixture_open_fails(fixture_path, false, "a directory");
    ck_assert_int_eq(rmdir(fixture_path), 0);
    ck_assert_int_eq(mkfifo(fixture_path, 0600), 0);
    (void)fixture_open_fails(fixture_path, false, "special file");
    (void)fixture_open_fails(fixture_path, true, "special file");
}
END_TEST

START_TEST(store_cut_short_at_any_length)
{
    static const size_t ends[] = {2, 5, 15, 16, 50, 99, 100, 101, 511, 512, 4095,
                                  4096, 4097, 20000, 40960};
    struct fixture_bytes whole;
    size_t i;

    make_store();
    whole = fixture_read(fixture_path);
    ck_assert_uint_gt(whole.len, 40960);
    for (i = 0; i < VC_NELEMS(ends); i++) {
        fixture_write(fixture_path, whole.data, ends[i]);
        expect_refused("is cut short");
    }
    fixture_write(fixture_path, whole.data, whole.len - 1);
    expect_refused("is cut short");
    fixture_write(fixture_path, whole.data, whole.len);
    vc_store_close(fixture_open(fixture_path));
    free(whole.data);
}
END_TEST

START_TEST(newer_version)
{
    make_store();
    run_sql("PRAGMA user_version=99");
    expect_refused("newer vcpuconf (format 99");
    run_sql("PRAGMA user_version=-1");
    expect_refused("newer vcpuconf");
    run_sql("PRAGMA user_version=0");
    expect_refused("no format version");
}
END_TEST

START_TEST(newer_version_that_is_only_in_the_log)
{
    char log[400];
    struct fixture_bytes main_file;
    struct fixture_bytes wal;
    struct fixture_bytes after;
    sqlite3 *db = NULL;

    make_store();
    (void)snprintf(log, sizeof(log), "%s-wal", fixture_path);
    ck_assert_int_eq(sqlite3_open(fixture_path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL,
                                  NULL),
                     SQLITE_OK);
    main_file = fixture_read(fixture_path);
    wal = fixture_read(log);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
    fixture_write(fixture_path, main_file.data, main_file.len);
    fixture_write(log, wal.data, wal.len); /* as if the writer had died */
    (void)fixture_open_fails(fixture_path, false, "newer vcpuconf (format 99");
    after = fixture_read(fixture_path);
    ck_assert(fixture_same(&main_file, &after));
    free(after.data);
    after = fixture_read(log);
    ck_assert(fixture_same(&wal, &after));
    free(after.data);
    free(main_file.data);
    free(wal.data);
}
END_TEST

START_TEST(store_without_its_tables)
{
    make_store();
    run_sql("DROP TABLE local");
    expect_refused("tables are missing");
}
END_TEST

START_TEST(header_of_nonsense)
{
    struct fixture_bytes whole;
    size_t i;

    make_store();
    whole = fixture_read(fixture_path);
    for (i = 16; i < 28; i++)
        whole.data[i] = '\x7f';
    fixture_write(fixture_path, whole.data, whole.len);
    expect_refused(fixture_path);
    memset(whole.data + 100, 0x7f, 3996); /* the schema's page */
    fixture_write(fixture_path, whole.data, whole.len);
    expect_refused(fixture_path);
    free(whole.data);
}
END_TEST

START_TEST(log_without_its_store_is_not_played_into_a_new_one)
{
    char log[400];

    (void)snprintf(log, sizeof(log), "%s-wal", fixture_path);
    fixture_write(log, "frames", 6);
    ck_assert_int_eq(fixture_open_fails(fixture_path, false, "is missing, but"),
                     VC_STORE_UNAVAILABLE);
    ck_assert_uint_eq(fixture_dir_count(), 1);
    ck_assert_int_eq(unlink(log), 0);
    vc_store_close(fixture_open(fixture_path));
}
END_TEST

START_TEST(damage_found_later_names_the_file_and_the_way_out)
{
    struct fixture_bytes whole;
    struct vc_store *store;
    struct vc_record record = {.name = NULL};
    struct vc_error err = {0};
    enum vc_answer answer = VC_STORE_DONE;
    unsigned i;

    make_store();
    whole = fixture_read(fixture_path);
    memset(whole.data + 4096, 0x7f, whole.len - 4096);
    fixture_write(fixture_path, whole.data, whole.len);
    free(whole.data);
    store = fixture_open(fixture_path);
    for (i = 0; i < 40 && answer == VC_STORE_DONE; i++)
        answer = vc_store_get(store, fixture_key(i), VC_STORE_SUMMARY, &record,
                              &err);
    ck_assert_int_eq(answer, VC_STORE_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(err.text, fixture_path));
    ck_assert_ptr_nonnull(strstr(err.text, "vcpuconf check"));
    ck_assert_ptr_nonnull(strstr(err.text, "restore a backup"));
    vc_store_close(store);
}
END_TEST

static int see_fault(const struct vc_record *record, const char *fault,
                     void *opaque)
{
    char *text = opaque;

    (void)snprintf(text + strlen(text), 400 - strlen(text), "%s[%s] ",
                   record->name ? record->name : "-", fault ? fault : "");
    return 0;
}

START_TEST(row_that_cannot_be_read_is_listed_with_its_fault)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_record record = {.name = NULL};
    struct vc_error err = {0};
    char text[400] = "";

    ck_assert_int_eq(fixture_put(store, 1, 0, "a", "1"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(store, 2, 0, "b", "1"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(store, 3, 0, "c", "1"), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(store, 4, 0, "d", "1"), VC_STORE_DONE);
    vc_store_close(store);
    run_sql("PRAGMA ignore_check_constraints=ON;"
            "UPDATE domain SET uuid=x'00' WHERE name='a';"
            "UPDATE domain SET revision=0 WHERE name='b';"
            "DELETE FROM revision WHERE domain=3");
    store = fixture_open(fixture_path);
    ck_assert_int_eq(vc_store_iterate(store, VC_STORE_DOCUMENT, NULL, 0,
                                      see_fault, text, NULL, &err),
                     VC_STORE_DONE);
    ck_assert_msg(strncmp(text, "a[its uuid", 10) == 0, "%s", text);
    ck_assert_ptr_nonnull(strstr(text, " b[its revision"));
    ck_assert_ptr_nonnull(strstr(text, " c[its document is missing"));
    ck_assert_ptr_nonnull(strstr(text, " d[] "));
    ck_assert_int_eq(vc_store_get(store, fixture_key(3), VC_STORE_DOCUMENT,
                                  &record, &err),
                     VC_STORE_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(err.text, "'c'"));
    ck_assert_int_eq(fixture_put(store, 2, 0, "b", "x"), VC_STORE_UNAVAILABLE);
    vc_store_close(store);
}
END_TEST

START_TEST(backup_that_is_not_in_wal_mode_is_taken)
{
    struct vc_store *store;
    struct fixture_bytes bytes;

    make_store();
    run_sql("PRAGMA journal_mode=DELETE");
    bytes = fixture_read(fixture_path);
    ck_assert_int_eq(bytes.data[18], 1);
    free(bytes.data);
    store = fixture_open_read_only(fixture_path);
    ck_assert_uint_eq(fixture_revision(store, 1), 1);
    vc_store_close(store);
    store = fixture_open(fixture_path);
    ck_assert_int_eq(fixture_put(store, 1, 1, "vm-1", "new"), VC_STORE_DONE);
    vc_store_close(store);
    bytes = fixture_read(fixture_path);
    ck_assert_int_eq(bytes.data[18], 2);
    free(bytes.data);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_refuse");
    TCase *tcase = fixture_tcase(suite, "refuse");

    tcase_add_test(tcase, empty_file);
    tcase_add_test(tcase, text_file);
    tcase_add_test(tcase, foreign_database);
    tcase_add_test(tcase, directory_or_special_file);
    tcase_add_test(tcase, store_cut_short_at_any_length);
    tcase_add_test(tcase, newer_version);
    tcase_add_test(tcase, newer_version_that_is_only_in_the_log);
    tcase_add_test(tcase, store_without_its_tables);
    tcase_add_test(tcase, header_of_nonsense);
    tcase_add_test(tcase, log_without_its_store_is_not_played_into_a_new_one);
    tcase_add_test(tcase, damage_found_later_names_the_file_and_the_way_out);
    tcase_add_test(tcase, row_that_cannot_be_read_is_listed_with_its_fault);
    tcase_add_test(tcase, backup_that_is_not_in_wal_mode_is_taken);
    return suite;
}

VC_TEST_MAIN(make_suite)
