/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a check finds in damaged files, the numbers of a store, and what was
 * removed from it. */
#include "store_fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, NOBJECTS = 300 };

/* ---- Looking ---- */

/* Each fault in a line. */
struct faults {
    unsigned n;
    unsigned stop_at; /* 0: never */
    char text[60000];
};

static struct faults found;

static int collect(const char *fault, void *opaque)
{
    struct faults *faults = opaque;
    size_t len = strlen(faults->text);

    ck_assert(*fault && !strchr(fault, '\n'));
    if (len + strlen(fault) + 2 < sizeof(faults->text))
        (void)snprintf(faults->text + len, sizeof(faults->text) - len, "%s\n",
                       fault);
    return ++faults->n == faults->stop_at;
}

static enum vc_answer look(struct vc_store *store)
{
    struct vc_error err = {0};
    enum vc_answer answer;

    memset(&found, 0, sizeof(found));
    answer = vc_store_check(store, collect, &found, &err);
    if (answer != VC_STORE_DONE)
        ck_assert_int_ne(err.code, VC_ERR_OK);
    return answer;
}

/* The faults of the store, as lines. */
static const char *look_closed(void)
{
    struct vc_store *store = fixture_open(fixture_path);

    ck_assert_int_eq(look(store), VC_STORE_DONE);
    vc_store_close(store);
    return found.text;
}

/* Sixteen objects: 1 and 2 were removed, 2 is there again, 3 has a history. */
static void make_store(void)
{
    struct vc_store *store = fixture_open(fixture_path);
    char name[16];
    unsigned i;

    for (i = 1; i <= 16; i++) {
        (void)snprintf(name, sizeof(name), "vm-%u", i);
        ck_assert_int_eq(fixture_put(store, i, 0, name, "first"),
                         VC_STORE_DONE);
    }
    ck_assert_int_eq(fixture_delete(store, 1, 1), VC_STORE_DONE);
    ck_assert_int_eq(fixture_delete(store, 2, 1), VC_STORE_DONE);
    ck_assert_int_eq(fixture_put(store, 2, 0, "vm-2b", "x"), VC_STORE_DONE);
    for (i = 1; i <= 5; i++)
        ck_assert_int_eq(fixture_put(store, 3, i, "vm-3", "next"),
                         VC_STORE_DONE);
    vc_store_close(store);
}

/* What no call of ours does. */
static void damage(const char *sql)
{
    sqlite3 *db = NULL;
    char *words = NULL;

    ck_assert_int_eq(sqlite3_open(fixture_path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &words) == SQLITE_OK,
                  "%s: %s", sql, words);
    ck_assert_int_gt(sqlite3_changes(db), 0);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

START_TEST(sound_store_has_no_faults)
{
    struct vc_store *store = fixture_open(fixture_path);

    ck_assert_int_eq(look(store), VC_STORE_DONE);
    ck_assert_uint_eq(found.n, 0);
    vc_store_close(store);
    ck_assert_int_eq(unlink(fixture_path), 0);
    make_store();
    ck_assert_str_eq(look_closed(), "");
    store = fixture_open_read_only(fixture_path);
    ck_assert_int_eq(look(store), VC_STORE_DONE);
    ck_assert_uint_eq(found.n, 0);
    vc_store_close(store);
}
END_TEST

#define UUID(n) "a5a5a5a5-a5a5-a5a5-a5a5-a5a5000000" n
#define ID(n) " = (SELECT id FROM domain WHERE uuid = x'" KEY(n) "')"
#define KEY(n) "a5a5a5a5a5a5a5a5a5a5a5a5000000" n

static const struct {
    const char *sql;
    const char *faults;
} chains[] = {
    {"DELETE FROM revision WHERE revision = 6 AND domain" ID("03"),
     "domain 'vm-3' (" UUID("03") "): its revision 6 is missing from the "
     "history\n"},
    {"DELETE FROM revision WHERE revision = 3 AND domain" ID("03"),
     "domain 'vm-3' (" UUID("03") "): of its revisions 1 to 6 the history has "
     "only 5\n"},
    {"DELETE FROM revision WHERE domain" ID("05"),
     "domain 'vm-5' (" UUID("05") "): its revision 1 is missing from the "
     "history\n"},
    {"UPDATE domain SET revision = 4 WHERE uuid = x'" KEY("03") "'",
     "domain 'vm-3' (" UUID("03") "): the history has revision 6, above its "
     "own, 4\n"},
    {"UPDATE domain SET revision = 9 WHERE uuid = x'" KEY("03") "'",
     "domain 'vm-3' (" UUID("03") "): its revision 9 is missing from the "
     "history\n"},
    {"UPDATE revision SET revision = 9223372036854775807 WHERE revision = 6",
     "domain 'vm-3' (" UUID("03") "): its revision 6 is missing from the "
     "history\n"
     "domain 'vm-3' (" UUID("03") "): the history has revision "
     "9223372036854775807, above its own, 6\n"
     "domain 'vm-3' (" UUID("03") "): of its revisions 1 to "
     "9223372036854775807 the history has only 6\n"},
    {"UPDATE domain SET name = NULL WHERE name = 'vm-4'",
     "removed domain (" UUID("04") "): its revision 1 is not its removal\n"
     "removed domain (" UUID("04") "): it is missing from the list of removed "
     "domains\n"},
    {"UPDATE domain SET name = 'ghost' WHERE name IS NULL",
     "domain 'ghost' (" UUID("01") "): its revision 2 is its removal\n"
     "domain 'ghost' (" UUID("01") "): it is in the list of removed domains\n"},
    {"DELETE FROM revision WHERE revision = 1 AND domain" ID("01"),
     "removed domain (" UUID("01") "): its last definition is missing from the "
     "history\n"},
    {"DELETE FROM removed",
     "removed domain (" UUID("01") "): it is missing from the list of removed "
     "domains\n"},
    {"INSERT INTO removed(domain) VALUES (99)",
     "the list of removed domains has row 99 of the domains, which is "
     "missing\n"},
    {"INSERT INTO forgotten VALUES (x'" KEY("03") "', 7)",
     "domain 'vm-3' (" UUID("03") "): its uuid is also among the forgotten "
     "ones\n"},
    {"INSERT INTO setting VALUES ('revisions', -1)",
     "the setting 'revisions' is -1, not 0 to 4294967295: there is no limit\n"},
    {"DELETE FROM domain WHERE name = 'vm-3'",
     "the history: row 3 of the domains is missing, but not its 6 revisions\n"},
    {"UPDATE meta SET change = 20",
     "the history has change 24, above the store's own number, 20\n"},
};

START_TEST(each_broken_history_is_named)
{
    make_store();
    damage(chains[_i].sql);
    ck_assert_str_eq(look_closed(), chains[_i].faults);
}
END_TEST

START_TEST(missing_change_number_is_told)
{
    struct vc_store *store;

    make_store();
    damage("DELETE FROM meta");
    store = fixture_open(fixture_path);
    ck_assert_int_eq(look(store), VC_STORE_DONE);
    ck_assert_str_eq(found.text, "the change number is missing\n");
    vc_store_close(store);
}
END_TEST

START_TEST(callback_ends_the_check)
{
    struct vc_store *store;
    struct vc_error err = {0};

    make_store();
    damage("UPDATE domain SET revision = revision + 10");
    store = fixture_open(fixture_path);
    ck_assert_int_eq(look(store), VC_STORE_DONE);
    ck_assert_uint_eq(found.n, 16);
    memset(&found, 0, sizeof(found));
    found.stop_at = 3;
    ck_assert_int_eq(vc_store_check(store, collect, &found, &err),
                     VC_STORE_DONE);
    ck_assert_uint_eq(found.n, 3);
    ck_assert_int_eq(err.code, VC_ERR_OK);
    ck_assert_int_eq(fixture_put(store, 99, 0, "after", "d"), VC_STORE_DONE);
    vc_store_close(store);
}
END_TEST

/* ---- Damaged bytes ---- */

static struct fixture_bytes whole;

/* Small documents: no page holds bytes that are only a document's. */
static void make_pages(void)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_op ops[NOBJECTS];
    unsigned char keys[NOBJECTS][VC_STORE_KEY_LEN];
    char names[NOBJECTS][16];
    struct vc_error err = {0};
    unsigned i;

    for (i = 0; i < NOBJECTS; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "object-%u", i);
        memcpy(keys[i], fixture_key(i), VC_STORE_KEY_LEN);
        ops[i] = fixture_put_op(0, 0, names[i], "document");
        ops[i].key = keys[i];
    }
    ck_assert_int_eq(vc_store_txn(store, ops, NOBJECTS, NULL, NULL, &err),
                     VC_STORE_DONE);
    vc_store_close(store);
    whole = fixture_read(fixture_path);
}

/* Opens and checks the damaged file: 0 no fault, 1 faults, 2 not opened. */
static int look_at_damaged(const struct fixture_bytes *bytes)
{
    struct vc_store *store = NULL;
    struct vc_error err = {0};
    int seen = 2;

    fixture_write(fixture_path, bytes->data, bytes->len);
    if (vc_store_open(fixture_path, NULL, &store, &err) == VC_STORE_DONE) {
        seen = look(store) != VC_STORE_DONE || found.n ? 1 : 0;
        vc_store_close(store);
    } else {
        ck_assert_ptr_nonnull(strstr(err.text, fixture_path));
    }
    (void)unlink(fixture_path);
    return seen;
}

START_TEST(garbage_in_any_page_is_found)
{
    size_t page;
    size_t i;

    make_pages();
    ck_assert_uint_ge(whole.len, 20 * PAGE);
    for (page = 0; page < whole.len / PAGE; page++) {
        struct fixture_bytes bytes = {malloc(whole.len), whole.len};

        memcpy(bytes.data, whole.data, whole.len);
        for (i = page * PAGE; i < (page + 1) * PAGE; i++)
            bytes.data[i] = (char)(i * 31 + page);
        ck_assert_msg(look_at_damaged(&bytes) > 0, "page %zu", page);
        free(bytes.data);
    }
    free(whole.data);
}
END_TEST

START_TEST(flipped_bytes_never_crash)
{
    unsigned random = 12345;
    unsigned round;
    unsigned noticed = 0;

    make_pages();
    for (round = 0; round < 300; round++) {
        struct fixture_bytes bytes = {malloc(whole.len), whole.len};
        unsigned i;

        memcpy(bytes.data, whole.data, whole.len);
        for (i = 0; i < 1 + round % 20; i++) {
            random = random * 1664525u + 1013904223u;
            bytes.data[(random >> 3) % whole.len] ^= (char)(1 + random % 255);
        }
        noticed += look_at_damaged(&bytes) > 0;
        free(bytes.data);
    }
    ck_assert_uint_ge(noticed, 200);
    free(whole.data);
}
END_TEST

START_TEST(short_file_is_refused_or_found)
{
    struct vc_store *store;
    size_t len;

    make_pages();
    for (len = 0; len < whole.len; len += 1777) {
        struct fixture_bytes bytes = {whole.data, len};

        ck_assert_int_eq(look_at_damaged(&bytes), 2);
    }
    /* Cut while it is open. */
    fixture_write(fixture_path, whole.data, whole.len);
    store = fixture_open(fixture_path);
    ck_assert_int_eq(look(store), VC_STORE_DONE);
    ck_assert_uint_eq(found.n, 0);
    ck_assert_int_eq(truncate(fixture_path, 10 * PAGE), 0);
    ck_assert_int_eq(look(store), VC_STORE_DONE);
    ck_assert_msg(found.n > 0, "not found");
    ck_assert_int_eq(strncmp(found.text, "the file: ", 10), 0);
    vc_store_close(store);
    free(whole.data);
}
END_TEST

/* The handle remembers pages; what it remembers is not what is judged. */
START_TEST(page_that_is_damaged_while_it_is_open_is_found)
{
    struct vc_store *store;
    char garbage[PAGE];
    int fd;

    make_pages();
    free(whole.data);
    store = fixture_open(fixture_path);
    ck_assert_int_eq(look(store), VC_STORE_DONE);
    ck_assert_uint_eq(found.n, 0);
    memset(garbage, 0x5a, sizeof(garbage));
    fd = open(fixture_path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, garbage, PAGE, 12 * PAGE), PAGE);
    ck_assert_int_eq(look(store), VC_STORE_DONE);
    ck_assert_msg(found.n > 0, "not found");
    vc_store_close(store);
    (void)close(fd); /* last: it drops the locks that this process has */
}
END_TEST

START_TEST(two_tables_on_one_page_are_found)
{
    make_store();
    damage("PRAGMA writable_schema = ON;"
           "UPDATE sqlite_schema SET rootpage ="
           " (SELECT rootpage FROM sqlite_schema WHERE name = 'meta')"
           " WHERE name = 'local'");
    ck_assert_ptr_nonnull(strstr(look_closed(), "the file: "));
}
END_TEST

/* ---- Numbers ---- */

static struct vc_store_info info_of(struct vc_store *store)
{
    struct vc_store_info info;
    struct vc_error err = {0};

    memset(&info, 0xee, sizeof(info));
    ck_assert_msg(vc_store_info(store, &info, &err) == VC_STORE_DONE, "%s",
                  err.text);
    return info;
}

START_TEST(info_counts_what_is_there)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_info info = info_of(store);
    char wal[320];
    struct stat file;
    struct stat log;

    (void)snprintf(wal, sizeof(wal), "%s-wal", fixture_path);
    ck_assert_uint_eq(info.format, 3);
    ck_assert_uint_eq(info.objects, 0);
    ck_assert_uint_eq(info.revisions, 0);
    ck_assert_uint_eq(info.change, 0);
    make_store();
    info = info_of(store);
    ck_assert_uint_eq(info.objects, 15);
    ck_assert_uint_eq(info.revisions, 24);
    ck_assert_uint_eq(info.change, 24);
    ck_assert_int_eq(stat(fixture_path, &file), 0);
    ck_assert_int_eq(stat(wal, &log), 0);
    ck_assert_int_gt(log.st_size, 0);
    ck_assert_uint_eq(info.bytes, (uint64_t)(file.st_size + log.st_size));
    vc_store_close(store);
    store = fixture_open_read_only(fixture_path);
    info = info_of(store);
    ck_assert_int_eq(stat(fixture_path, &file), 0);
    ck_assert_uint_eq(info.bytes, (uint64_t)file.st_size);
    ck_assert_uint_eq(info.revisions, 24);
    vc_store_close(store);
}
END_TEST

/* ---- What was removed ---- */

static int write_deleted(const struct vc_record *last,
                         const struct vc_revision *removal, void *opaque)
{
    FILE *out = opaque;

    ck_assert_ptr_null(last->name);
    ck_assert(removal->deleted);
    ck_assert_int_gt(removal->time_us, 0);
    (void)fprintf(out, "%u: %u '%s' after %u '%s'\n", last->key[15],
                  (unsigned)removal->revision, removal->what,
                  (unsigned)last->revision,
                  last->document ? last->document : "none");
    return last->key[15] == 9;
}

static void expect_deleted(struct vc_store *store, const char *expected)
{
    struct vc_error err = {0};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    ck_assert_int_eq(vc_store_iterate_deleted(store, write_deleted, out, &err),
                     VC_STORE_DONE);
    (void)fclose(out);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(removed_objects_are_listed_with_their_last_document)
{
    struct vc_store *store = fixture_open(fixture_path);
    unsigned i;

    expect_deleted(store, "");
    for (i = 7; i <= 10; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "vm-%u", i);
        ck_assert_int_eq(fixture_put(store, i, 0, name, "old"), VC_STORE_DONE);
        ck_assert_int_eq(fixture_put(store, i, 1, name, "last"), VC_STORE_DONE);
    }
    expect_deleted(store, "");
    ck_assert_int_eq(fixture_delete(store, 7, 2), VC_STORE_DONE);
    expect_deleted(store, "7: 3 'undefine' after 2 'last'\n");
    ck_assert_int_eq(fixture_put(store, 7, 0, "again", "new"), VC_STORE_DONE);
    expect_deleted(store, "");
    ck_assert_int_eq(fixture_delete(store, 7, 4), VC_STORE_DONE);
    ck_assert_int_eq(fixture_delete(store, 8, 2), VC_STORE_DONE);
    vc_store_close(store);
    damage("DELETE FROM revision WHERE deleted = 0 AND domain = 2");
    store = fixture_open(fixture_path);
    expect_deleted(store, "7: 5 'undefine' after 4 'new'\n"
                          "8: 3 'undefine' after 0 'none'\n");
    /* The callback above stops at 9. */
    ck_assert_int_eq(fixture_delete(store, 10, 2), VC_STORE_DONE);
    ck_assert_int_eq(fixture_delete(store, 9, 2), VC_STORE_DONE);
    expect_deleted(store, "7: 5 'undefine' after 4 'new'\n"
                          "8: 3 'undefine' after 0 'none'\n"
                          "9: 3 'undefine' after 2 'last'\n");
    vc_store_close(store);
}
END_TEST

START_TEST(library_and_version_are_those_that_run)
{
    VC_BUF_AUTO text = {0};
    char expected[64];

    vc_store_library_version(&text);
    (void)snprintf(expected, sizeof(expected), "sqlite %s",
                   sqlite3_libversion());
    ck_assert_str_eq(vc_buf_str(&text), expected);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_care");
    TCase *tcase = fixture_tcase(suite, "care");

    tcase_add_test(tcase, sound_store_has_no_faults);
    tcase_add_loop_test(tcase, each_broken_history_is_named, 0,
                        (int)VC_NELEMS(chains));
    tcase_add_test(tcase, missing_change_number_is_told);
    tcase_add_test(tcase, callback_ends_the_check);
    tcase_add_test(tcase, garbage_in_any_page_is_found);
    tcase_add_test(tcase, flipped_bytes_never_crash);
    tcase_add_test(tcase, short_file_is_refused_or_found);
    tcase_add_test(tcase, page_that_is_damaged_while_it_is_open_is_found);
    tcase_add_test(tcase, two_tables_on_one_page_are_found);
    tcase_add_test(tcase, info_counts_what_is_there);
    tcase_add_test(tcase, removed_objects_are_listed_with_their_last_document);
    tcase_add_test(tcase, library_and_version_are_those_that_run);
    return suite;
}

VC_TEST_MAIN(make_suite)
