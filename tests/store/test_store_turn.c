/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain's turns: who can tell, without asking the kernel, that nobody has
 * locked it since. */
#include "store_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Linked with --wrap=mmap. */
void *__real_mmap(void *addr, size_t len, int prot, int flags, int fd,
                  off_t offset);
void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd,
                  off_t offset);

static int mmap_errnum; /* of shared mappings */

void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd,
                  off_t offset)
{
    if (!mmap_errnum || !(flags & MAP_SHARED) || (flags & MAP_ANONYMOUS))
        return __real_mmap(addr, len, prot, flags, fd, offset);
    errno = mmap_errnum;
    return MAP_FAILED;
}

static const char *lock_path(void)
{
    static char path[400];

    (void)snprintf(path, sizeof(path), "%s.lock", fixture_path);
    return path;
}

static struct vc_store_turn lock_once(struct vc_store *store, unsigned id)
{
    struct vc_store_lock *lock = NULL;
    struct vc_store_turn turn;
    struct vc_error err = {0};

    ck_assert_msg(vc_store_lock(store, fixture_key(id), 60000, &lock, &err) ==
                      VC_STORE_DONE,
                  "%s", err.text);
    turn = vc_store_lock_turn(lock);
    vc_store_unlock(lock);
    return turn;
}

START_TEST(turn_lasts_until_anybody_locks_the_domain)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store *other = fixture_open(fixture_path);
    struct vc_store_turn turn = lock_once(store, 1);
    struct vc_store_turn of_two;
    const struct vc_store_turn none = {0};

    ck_assert(vc_store_turn_is_last(&turn)); /* also when it is unlocked */
    ck_assert(!vc_store_turn_is_last(&none));
    of_two = lock_once(other, 2);
    ck_assert(vc_store_turn_is_last(&turn));
    ck_assert(vc_store_turn_is_last(&of_two));
    (void)lock_once(other, 1);
    ck_assert(!vc_store_turn_is_last(&turn));
    ck_assert(vc_store_turn_is_last(&of_two));
    turn = lock_once(store, 1);
    ck_assert(vc_store_turn_is_last(&turn));
    (void)lock_once(store, 1); /* by itself too */
    ck_assert(!vc_store_turn_is_last(&turn));
    vc_store_close(other);
    vc_store_close(store);
}
END_TEST

/* It is over as soon as the other has the lock, and who only waits for it ends
 * nothing. */
START_TEST(turn_ends_at_locking)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store *other = fixture_open(fixture_path);
    struct vc_store_lock *held = NULL;
    struct vc_store_lock *lock = NULL;
    struct vc_store_turn turn;
    struct vc_error err = {0};

    ck_assert_int_eq(vc_store_lock(store, fixture_key(1), 0, &held, &err),
                     VC_STORE_DONE);
    turn = vc_store_lock_turn(held);
    ck_assert(vc_store_turn_is_last(&turn));
    ck_assert_int_eq(vc_store_lock(other, fixture_key(1), 0, &lock, &err),
                     VC_STORE_NOT_APPLIED);
    ck_assert(vc_store_turn_is_last(&turn));
    vc_store_unlock(held);
    ck_assert(vc_store_turn_is_last(&turn));
    ck_assert_int_eq(vc_store_lock(other, fixture_key(1), 0, &lock, &err),
                     VC_STORE_DONE);
    ck_assert(!vc_store_turn_is_last(&turn));
    vc_store_unlock(lock);
    vc_store_close(other);
    vc_store_close(store);
}
END_TEST

struct in_child {
    struct vc_store *store; /* NULL: opens its own */
    struct vc_store_turn turn;
};

/* Locks the domain and dies with the lock. */
static int lock_and_die(void *opaque)
{
    struct in_child *in = opaque;
    struct vc_store_options options = {.read_only = false};
    struct vc_store_lock *lock;
    struct vc_error err;

    if (in->store && !vc_store_turn_is_last(&in->turn))
        return 1;
    if (!in->store && vc_store_open(fixture_path, &options, &in->store, &err))
        return 2;
    if (vc_store_lock(in->store, fixture_key(1), 60000, &lock, &err))
        return 3;
    (void)raise(SIGKILL);
    return 4;
}

START_TEST(turn_ends_by_other_processes)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct in_child in = {.turn = lock_once(store, 1)};

    ck_assert_int_eq(fixture_wait(fixture_fork(lock_and_die, &in)), -SIGKILL);
    ck_assert(!vc_store_turn_is_last(&in.turn));
    in.store = store; /* it knows the turn that it was forked with */
    in.turn = lock_once(store, 1);
    ck_assert(vc_store_turn_is_last(&in.turn));
    ck_assert_int_eq(fixture_wait(fixture_fork(lock_and_die, &in)), -SIGKILL);
    ck_assert(!vc_store_turn_is_last(&in.turn));
    vc_store_close(store);
}
END_TEST

/* Of all that shared the old file, who locks anew knows no turn of it. */
START_TEST(turn_ends_when_the_file_is_another_one)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store *other = fixture_open(fixture_path);
    struct vc_store_turn one = lock_once(store, 1);
    struct vc_store_turn two = lock_once(store, 2);
    struct vc_store_turn now;

    ck_assert_int_eq(unlink(lock_path()), 0);
    (void)lock_once(other, 1);
    (void)lock_once(store, 3);
    ck_assert(!vc_store_turn_is_last(&one));
    ck_assert(!vc_store_turn_is_last(&two));
    now = lock_once(store, 1);
    ck_assert(vc_store_turn_is_last(&now));
    (void)lock_once(other, 1);
    ck_assert(!vc_store_turn_is_last(&now));
    vc_store_close(other);
    vc_store_close(store);
}
END_TEST

/* What is in the file is left alone by who comes later, and what is missing of
 * it is made. */
START_TEST(table_is_made_once)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct fixture_bytes before;
    struct fixture_bytes after;
    struct vc_store *other;
    struct vc_store_turn turn;
    struct vc_store_turn later;
    struct stat st;

    fixture_write(lock_path(), "", 0);
    ck_assert_int_eq(chmod(lock_path(), 0600), 0);
    turn = lock_once(store, 1);
    before = fixture_read(lock_path());
    ck_assert_uint_eq(before.len, 4096);
    other = fixture_open(fixture_path);
    ck_assert(vc_store_turn_is_last(&turn));
    later = lock_once(other, 1);
    ck_assert_ptr_ne(later.counter, turn.counter);
    ck_assert_uint_eq(later.value, turn.value + 1);
    after = fixture_read(lock_path());
    ck_assert_uint_eq(after.len, before.len);
    free(before.data);
    free(after.data);
    vc_store_close(other);
    vc_store_close(store);

    /* half of it, as a full disk may have left it; and it has grown */
    ck_assert_int_eq(truncate(lock_path(), 100), 0);
    store = fixture_open(fixture_path);
    turn = lock_once(store, 1);
    ck_assert(vc_store_turn_is_last(&turn));
    ck_assert_int_eq(stat(lock_path(), &st), 0);
    ck_assert_int_eq(st.st_size, 4096);
    vc_store_close(store);
}
END_TEST

/* A file that can't grow has no turns; locks go on without. */
START_TEST(without_room_there_are_no_turns)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct rlimit before;
    struct rlimit none;
    struct vc_store_turn turn;

    ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    turn = lock_once(store, 1);
    ck_assert_ptr_null(turn.counter);
    ck_assert(!vc_store_turn_is_last(&turn));
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    turn = lock_once(store, 1);
    ck_assert(vc_store_turn_is_last(&turn));
    vc_store_close(store);
}
END_TEST

/* Others rely on a table that is there: who can't have it must not go on as if
 * it was not.  Where no file can be mapped so, nobody relies on it. */
START_TEST(who_cannot_map_the_table_cannot_lock)
{
    struct vc_store *store = fixture_open(fixture_path);
    struct vc_store *other = fixture_open(fixture_path);
    struct vc_store_turn turn = lock_once(store, 1);
    struct vc_store_lock *lock = NULL;
    struct vc_error err = {0};

    mmap_errnum = ENOMEM;
    ck_assert_int_eq(vc_store_lock(other, fixture_key(1), 0, &lock, &err),
                     VC_STORE_UNAVAILABLE);
    ck_assert_int_eq(err.code, VC_ERR_NO_MEMORY);
    ck_assert_ptr_null(lock);
    ck_assert(vc_store_turn_is_last(&turn));
    (void)lock_once(store, 1); /* it was not kept locked, either */
    mmap_errnum = ENODEV;
    turn = lock_once(other, 1);
    ck_assert_ptr_null(turn.counter);
    mmap_errnum = 0;
    turn = lock_once(other, 1);
    ck_assert(vc_store_turn_is_last(&turn));
    vc_store_close(other);
    vc_store_close(store);
}
END_TEST

/* Threads of several handles make the table together. */
static void *lock_often(void *opaque)
{
    struct vc_store *store = opaque;
    unsigned i;

    for (i = 0; i < 200; i++)
        (void)lock_once(store, 1 + i % 3);
    return NULL;
}

START_TEST(no_locking_is_lost)
{
    enum { THREADS = 4 };
    struct vc_store *stores[THREADS];
    pthread_t threads[THREADS];
    struct vc_store_turn turn;
    uint64_t all = 0;
    unsigned i;

    for (i = 0; i < THREADS; i++)
        stores[i] = fixture_open(fixture_path);
    for (i = 0; i < THREADS; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, lock_often, stores[i]), 0);
    for (i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    for (i = 1; i <= 3; i++) {
        turn = lock_once(stores[0], i);
        all += turn.value - 1;
    }
    /* who came while another made the table has none to raise */
    ck_assert_uint_le(all, THREADS * 200);
    ck_assert_uint_ge(all, THREADS * 200 - THREADS * 3);
    for (i = 0; i < THREADS; i++)
        vc_store_close(stores[i]);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_turn");
    TCase *tcase = fixture_tcase(suite, "turn");

    tcase_add_test(tcase, turn_lasts_until_anybody_locks_the_domain);
    tcase_add_test(tcase, turn_ends_at_locking);
    tcase_add_test(tcase, turn_ends_by_other_processes);
    tcase_add_test(tcase, turn_ends_when_the_file_is_another_one);
    tcase_add_test(tcase, table_is_made_once);
    tcase_add_test(tcase, without_room_there_are_no_turns);
    tcase_add_test(tcase, who_cannot_map_the_table_cannot_lock);
    tcase_add_test(tcase, no_locking_is_lost);
    return suite;
}

VC_TEST_MAIN(make_suite)
