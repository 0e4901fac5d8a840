/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain's lock: between handles, threads and processes. */
#include "store_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct vc_store_lock *take(struct vc_store *store, unsigned id)
{
    struct vc_store_lock *lock = NULL;
    struct vc_error err = {0};

    ck_assert_msg(vc_store_lock(store, fixture_key(id), 60000, &lock, &err) ==
                      VC_STORE_DONE,
                  "%s", err.text);
    return lock;
}

static void expect_busy(struct vc_store *store, unsigned id, unsigned wait_ms)
{
    struct vc_store_lock *lock = NULL;
    struct vc_error err = {0};

    ck_assert_int_eq(vc_store_lock(store, fixture_key(id), wait_ms, &lock, &err),
                     VC_STORE_NOT_APPLIED);
    ck_assert_ptr_null(lock);
    ck_assert_int_eq(err.code, VC_ERR_RESOURCE_BUSY);
    ck_assert_ptr_nonnull(strstr(err.text, fixture_path));
    ck_assert_ptr_nonnull(strstr(err.text, ".lock"));
}

START_TEST(lock_keeps_out_everyone_else_and_only_for_its_key)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store *other = fixture_open(fixture_path);
    struct vc_store_lock *one = take(store, 1);
    struct vc_store_lock *two = take(store, 2);

    expect_busy(store, 1, 0);
    expect_busy(other, 1, 0);
    expect_busy(other, 2, 0);
    vc_store_unlock(one);
    vc_store_unlock(take(other, 1));
    expect_busy(other, 2, 0);
    vc_store_unlock(two);
    vc_store_unlock(NULL);
    vc_store_close(store);
    vc_store_close(other);
}
END_TEST

START_TEST(waiting_ends_after_the_time_given)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_lock *lock = take(store, 1);
    struct timespec from;
    struct timespec to;
    int64_t ms;

    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    expect_busy(store, 1, 50);
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    ms = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
    ck_assert_int_ge(ms, 49);
    vc_store_unlock(lock);
    vc_store_close(store);
}
END_TEST

START_TEST(store_can_be_used_and_closed_while_locked)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_lock *lock = take(store, 1);

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    vc_store_close(store);
    store = fixture_open(fixture_path);
    expect_busy(store, 1, 0);
    vc_store_unlock(lock);
    vc_store_unlock(take(store, 1));
    vc_store_close(store);
}
END_TEST

struct counter {
    struct vc_store *store;
    volatile int inside;
    volatile long total;
    volatile bool broken;
};

static void *count_locked(void *opaque)
{
    struct counter *counter = opaque;
    unsigned char key[VC_STORE_KEY_LEN] = {9};
    unsigned i;

    for (i = 0; i < 200; i++) {
        struct vc_store_lock *lock;
        struct vc_error err;
        long total;

        if (vc_store_lock(counter->store, key, 60000, &lock, &err)) {
            counter->broken = true;
            break;
        }
        if (__atomic_fetch_add(&counter->inside, 1, __ATOMIC_SEQ_CST) != 0)
            counter->broken = true;
        total = counter->total;
        (void)sched_yield();
        counter->total = total + 1;
        (void)__atomic_fetch_sub(&counter->inside, 1, __ATOMIC_SEQ_CST);
        vc_store_unlock(lock);
    }
    return NULL;
}

START_TEST(threads_keep_each_other_out)
{
    struct counter counter = {.store = fixture_open(fixture_path)};
    pthread_t threads[4];
    unsigned i;

    for (i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_locked,
                                        &counter),
                         0);
    for (i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert(!counter.broken);
    ck_assert_int_eq(counter.total, 800);
    vc_store_close(counter.store);
}
END_TEST

static int hold_until_killed(void *opaque)
{
    int out = *(int *)opaque;
    struct vc_store_lock *lock;
    struct vc_store *store;
    struct vc_error err;

    if (vc_store_open(fixture_path, NULL, &store, &err) != VC_STORE_DONE ||
        vc_store_lock(store, fixture_key(1), 0, &lock, &err) != VC_STORE_DONE)
        return 1;
    if (write(out, "x", 1) != 1)
        return 2;
    for (;;)
        (void)pause();
}

START_TEST(lock_dies_with_its_process)
{
    struct vc_store *store;
    int ends[2];
    pid_t pid;
    char byte;

    ck_assert_int_eq(pipe(ends), 0);
    pid = fixture_fork(hold_until_killed, &ends[1]);
    (void)close(ends[1]);
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
    store = fixture_open(fixture_path);
    expect_busy(store, 1, 20);
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    vc_store_unlock(take(store, 1));
    ck_assert_int_eq(fixture_wait(pid), -SIGKILL);
    vc_store_close(store);
    (void)close(ends[0]);
}
END_TEST

START_TEST(lock_file_that_is_a_link_is_refused)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_lock *lock = NULL;
    struct vc_error err = {0};
    char name[400];

    (void)snprintf(name, sizeof(name), "%s.lock", fixture_path);
    ck_assert_int_eq(symlink("elsewhere", name), 0);
    ck_assert_int_eq(vc_store_lock(store, fixture_key(1), 0, &lock, &err),
                     VC_STORE_UNAVAILABLE);
    ck_assert_int_eq(unlink(name), 0);
    ck_assert_int_eq(mkfifo(name, 0600), 0);
    ck_assert_int_eq(vc_store_lock(store, fixture_key(1), 0, &lock, &err),
                     VC_STORE_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(err.text, "regular file"));
    ck_assert_int_eq(fixture_dir_count(), 4); /* store, its two, the fifo */
    vc_store_close(store);
}
END_TEST

START_TEST(lock_is_not_inherited_by_a_program_that_is_run)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store_lock *lock = take(store, 1);
    int fd;

    for (fd = 3; fd < 64; fd++) {
        char name[64];
        char target[400];
        ssize_t len;

        (void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
        len = readlink(name, target, sizeof(target) - 1);
        if (len < 0)
            continue;
        target[len] = '\0';
        if (strncmp(target, fixture_dir, strlen(fixture_dir)) == 0)
            ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    }
    vc_store_unlock(lock);
    vc_store_close(store);
}
END_TEST

/* What was opened before is kept, and must not be locked any more. */
START_TEST(lock_file_that_was_removed_is_locked_no_more)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store *other = fixture_open(fixture_path);
    struct vc_store_lock *lock;
    char path[400];

    vc_store_unlock(take(store, 1));
    (void)snprintf(path, sizeof(path), "%s.lock", fixture_path);
    ck_assert_int_eq(unlink(path), 0);
    lock = take(other, 1);
    expect_busy(store, 1, 0);
    vc_store_unlock(lock);
    vc_store_unlock(take(store, 1));
    vc_store_close(store);
    vc_store_close(other);
}
END_TEST

static unsigned open_descriptors(void)
{
    unsigned n = 0;
    int fd;

    for (fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

START_TEST(one_descriptor_is_kept_and_none_after_closing)
{
    unsigned before = open_descriptors();
    struct vc_store *store = fixture_open(fixture_path);
    unsigned opened = open_descriptors();
    struct vc_store_lock *held[20];
    unsigned i;

    for (i = 0; i < 20; i++)
        held[i] = take(store, i + 1);
    ck_assert_uint_eq(open_descriptors(), opened + 20);
    for (i = 0; i < 20; i++)
        vc_store_unlock(held[i]);
    ck_assert_uint_le(open_descriptors(), opened + 1);
    vc_store_close(store);
    ck_assert_uint_eq(open_descriptors(), before);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_lock");
    TCase *tcase = fixture_tcase(suite, "lock");

    tcase_add_test(tcase, lock_keeps_out_everyone_else_and_only_for_its_key);
    tcase_add_test(tcase, waiting_ends_after_the_time_given);
    tcase_add_test(tcase, store_can_be_used_and_closed_while_locked);
    tcase_add_test(tcase, threads_keep_each_other_out);
    tcase_add_test(tcase, lock_dies_with_its_process);
    tcase_add_test(tcase, lock_file_that_is_a_link_is_refused);
    tcase_add_test(tcase, lock_is_not_inherited_by_a_program_that_is_run);
    tcase_add_test(tcase, lock_file_that_was_removed_is_locked_no_more);
    tcase_add_test(tcase, one_descriptor_is_kept_and_none_after_closing);
    return suite;
}

VC_TEST_MAIN(make_suite)
