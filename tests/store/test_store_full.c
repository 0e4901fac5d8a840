/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A disk that fills up: the answer is NOT_APPLIED, the store stays whole,
 * and works again when there is room. */
#include "store_fixture.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DOCUMENT_LEN 20000

static char document[DOCUMENT_LEN + 1];

/* Stands before the C library's, for SQLite too: so it must be visible. */
#define SEEN_BY_LIBRARIES __attribute__((visibility("default")))

static bool sync_fails;

SEEN_BY_LIBRARIES int fdatasync(int fd)
{
    if (sync_fails) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

SEEN_BY_LIBRARIES int fsync(int fd)
{
    return fdatasync(fd);
}

/* Puts new objects until one is refused; returns how many were stored. */
static unsigned fill(struct vc_store *store)
{
    struct vc_error err = {0};
    unsigned n;

    memset(document, 'd', DOCUMENT_LEN);
    for (n = 0; n < 1000; n++) {
        char name[16];
        struct vc_store_op op;
        enum vc_answer answer;

        (void)snprintf(name, sizeof(name), "vm-%u", n);
        op = fixture_put_op(n, 0, name, document);
        answer = vc_store_txn(store, &op, 1, NULL, NULL, &err);
        if (answer == VC_STORE_DONE)
            continue;
        ck_assert_msg(answer == VC_STORE_NOT_APPLIED, "%d: %s", (int)answer,
                      err.text);
        ck_assert_ptr_nonnull(strstr(err.text, "no space left"));
        ck_assert_ptr_nonnull(strstr(err.text, fixture_path));
        ck_assert_uint_eq(op.ret_revision, 0);
        return n;
    }
    ck_abort_msg("it never got full");
}

static void expect_stored(struct vc_store *store, unsigned n)
{
    unsigned i;

    for (i = 0; i < n; i++)
        fixture_expect_document(store, i, document);
    ck_assert_uint_eq(fixture_revision(store, n), 0);
    ck_assert_uint_eq(fixture_change(store), n);
}

/* A large transaction spills to the log before its COMMIT. */
static void expect_large_refused(struct vc_store *store)
{
    enum { LARGE = 4 * 1024 * 1024 };
    char *large = calloc(1, LARGE);
    struct vc_store_op ops[8];
    char names[8][8];
    struct vc_error err = {0};
    enum vc_answer answer;
    unsigned i;

    ck_assert_ptr_nonnull(large);
    for (i = 0; i < 8; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "big-%u", i);
        ops[i] = fixture_put_op(2000 + i, 0, names[i], "");
        ops[i].document = large;
        ops[i].document_len = LARGE;
    }
    answer = vc_store_txn(store, ops, 8, NULL, NULL, &err);
    ck_assert_msg(answer == VC_STORE_NOT_APPLIED, "%d: %s", (int)answer,
                  err.text);
    free(large);
}

START_TEST(file_size_limit_is_a_full_disk)
{
    struct rlimit limit = {.rlim_cur = 600000, .rlim_max = RLIM_INFINITY};
    struct vc_store *store;
    unsigned n;

    ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    store = fixture_open(fixture_path);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    n = fill(store);
    ck_assert_uint_ge(n, 5);
    expect_large_refused(store);
    expect_stored(store, n);
    limit.rlim_cur = RLIM_INFINITY;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(fixture_put(store, n, 0, "room", document), VC_STORE_DONE);
    ck_assert_uint_eq(fixture_change(store), n + 1);
    vc_store_close(store);
    store = fixture_open(fixture_path);
    fixture_expect_document(store, n, document);
    vc_store_close(store);
}
END_TEST

/* A file system of 1 MiB of our own on fixture_dir. */
static bool mount_small(void)
{
    if (unshare(CLONE_NEWNS) == 0 &&
        mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("none", fixture_dir, "tmpfs", 0, "size=1m") == 0)
        return true;
    (void)fprintf(stderr, "not run: a small file system can't be mounted\n");
    return false;
}

START_TEST(full_file_system_leaves_the_store_whole)
{
    struct vc_store *store;
    unsigned n;

    if (!mount_small())
        return;
    store = fixture_open(fixture_path);
    n = fill(store);
    ck_assert_uint_ge(n, 5);
    expect_large_refused(store);
    expect_stored(store, n);
    vc_store_close(store);
    store = fixture_open(fixture_path);
    expect_stored(store, n);
    vc_store_close(store);
    ck_assert_int_eq(umount2(fixture_dir, MNT_DETACH), 0);
}
END_TEST

START_TEST(store_is_not_created_on_a_full_file_system)
{
    char filler[400];
    char block[4096] = {0};
    FILE *file;

    if (!mount_small())
        return;
    (void)snprintf(filler, sizeof(filler), "%s/filler", fixture_dir);
    file = fopen(filler, "wb");
    ck_assert_ptr_nonnull(file);
    while (fwrite(block, 1, sizeof(block), file) == sizeof(block))
        ;
    (void)fclose(file);
    ck_assert_int_eq(fixture_open_fails(fixture_path, false, ""),
                     VC_STORE_NOT_APPLIED);
    ck_assert_uint_eq(fixture_dir_count(), 1);
    ck_assert_int_eq(unlink(filler), 0);
    vc_store_close(fixture_open(fixture_path));
    ck_assert_int_eq(umount2(fixture_dir, MNT_DETACH), 0);
}
END_TEST

START_TEST(commit_whose_sync_fails_is_unknown)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_op op = fixture_put_op(1, 1, "vm", "new");
    struct vc_error err = {0};
    uint64_t change = 77;
    uint64_t revision;

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "old"), VC_STORE_DONE);
    sync_fails = true;
    ck_assert_int_eq(vc_store_txn(store, &op, 1, NULL, &change, &err),
                     VC_STORE_UNKNOWN);
    sync_fails = false;
    ck_assert_ptr_nonnull(strstr(err.text, "may or may not"));
    ck_assert_ptr_nonnull(strstr(err.text, fixture_path));
    ck_assert_uint_eq(change, 77);
    ck_assert_uint_eq(op.ret_revision, 0);
    revision = fixture_revision(store, 1); /* "read again" is the way on */
    ck_assert(revision == 1 || revision == 2);
    ck_assert_int_eq(fixture_put(store, 1, revision, "vm", "x"), VC_STORE_DONE);
    vc_store_close(store);
}
END_TEST

START_TEST(store_whose_sync_fails_is_not_created)
{
    sync_fails = true;
    ck_assert_int_eq(fixture_open_fails(fixture_path, false, "to the disk"),
                     VC_STORE_UNAVAILABLE);
    ck_assert_uint_eq(fixture_dir_count(), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_full");
    TCase *tcase = fixture_tcase(suite, "full");

    tcase_add_test(tcase, file_size_limit_is_a_full_disk);
    tcase_add_test(tcase, full_file_system_leaves_the_store_whole);
    tcase_add_test(tcase, store_is_not_created_on_a_full_file_system);
    tcase_add_test(tcase, commit_whose_sync_fails_is_unknown);
    tcase_add_test(tcase, store_whose_sync_fails_is_not_created);
    return suite;
}

VC_TEST_MAIN(make_suite)
