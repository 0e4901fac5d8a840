/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A store that is used for long: nothing grows for ever, also not while others
 * read.  VCPUCONF_LONG: how many changes (make check-long: 100000; a few
 * thousand without it).
 */
#include "store_fixture.h"

#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    NOBJECTS = 20,
    DOCUMENT = 4500,
    LIFE = 150, /* changes between two removals */
    MIB = 1024 * 1024,
    LOG_LIMIT = 64 * MIB, /* to which a log shrinks */
    PAGE = 4096,
};

static unsigned changes_wanted(unsigned otherwise)
{
    const char *text = getenv("VCPUCONF_LONG");
    unsigned long number = text ? strtoul(text, NULL, 10) : 0;

    return number ? (unsigned)number : otherwise;
}

static uint64_t size_of(const char *suffix)
{
    char path[320];
    struct stat st;

    (void)snprintf(path, sizeof(path), "%s%s", fixture_path, suffix);
    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static unsigned descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned n = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir))
        n++;
    (void)closedir(dir);
    return n;
}

static uint64_t resident(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long pages = 0;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%*u %lu", &pages), 1);
    (void)fclose(file);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
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

static void limit(struct vc_store *store, uint32_t revisions, uint32_t removed)
{
    struct vc_error err = {0};

    ck_assert_int_eq(vc_store_limit_set(store, VC_STORE_LIMIT_REVISIONS,
                                        revisions, &err),
                     VC_STORE_DONE);
    ck_assert_int_eq(vc_store_limit_set(store, VC_STORE_LIMIT_REMOVED, removed,
                                        &err),
                     VC_STORE_DONE);
}

/* The document of a change: its number, and bytes. */
static void put(struct vc_store *store, unsigned id, unsigned number,
                size_t len)
{
    struct vc_store_op op = fixture_put_op(id, fixture_revision(store, id), "",
                                           "");
    char *document = malloc(len + 1);
    struct vc_error err = {0};
    char name[16];

    ck_assert_ptr_nonnull(document);
    memset(document, 'a' + (int)(number % 26), len);
    document[len] = '\0';
    (void)snprintf(document, len, "%u", number);
    (void)snprintf(name, sizeof(name), "vm-%05u", id);
    op.name = name;
    op.document = document;
    op.document_len = len;
    ck_assert_msg(vc_store_txn(store, &op, 1, NULL, NULL, &err) ==
                      VC_STORE_DONE,
                  "%s", err.text);
    free(document);
}

/* ---- Alone ---- */

/* Now and then an object goes and a new one comes. */
static void change(struct vc_store *store, unsigned number)
{
    unsigned slot = number % NOBJECTS;
    unsigned generation = number / LIFE;

    if (number % LIFE == 0 && generation > 0) {
        unsigned id = (generation - 1) % NOBJECTS +
                      (generation - 1) / NOBJECTS * 1000;

        ck_assert_int_eq(fixture_delete(store, id, fixture_revision(store, id)),
                         VC_STORE_DONE);
    }
    put(store, slot + (generation + NOBJECTS - 1 - slot) / NOBJECTS * 1000,
        number, DOCUMENT);
}

START_TEST(many_changes_leave_the_store_as_large_as_it_was)
{
    unsigned n = changes_wanted(2500);
    unsigned warm = n / 2 < 20000 ? n / 2 : 20000;
    struct vc_store *store = fixture_open(fixture_path);
    uint64_t file = 0;
    uint64_t log = 0;
    uint64_t memory = 0;
    unsigned fds = 0;
    double start = now();
    unsigned i;

    limit(store, 20, 3);
    for (i = 0; i < n; i++) {
        change(store, i);
        if (size_of("-wal") > log)
            log = size_of("-wal");
        if (i != warm)
            continue;
        file = size_of("");
        memory = resident();
        fds = descriptors();
    }
    (void)printf("%u changes: %.1f s, file %.1f MiB (%.1f after %u), log at "
                 "most %.1f MiB, memory %.1f MiB (%.1f)\n",
                 n, now() - start, (double)size_of("") / MIB,
                 (double)file / MIB, warm, (double)log / MIB,
                 (double)resident() / MIB, (double)memory / MIB);
    ck_assert_uint_le(size_of(""), file + file / 4);
    ck_assert_uint_le(log, 16 * MIB);
    ck_assert_uint_eq(descriptors(), fds);
#ifndef __SANITIZE_ADDRESS__
    ck_assert_uint_le(resident(), memory + 2 * MIB);
#endif
    expect_sound(store);
    vc_store_close(store);
    ck_assert_uint_eq(size_of("-wal"), 0);
}
END_TEST

/* ---- While somebody reads ---- */

struct reader {
    struct vc_store *store;
    sem_t began;
    sem_t may_end;
    unsigned seen;
    bool wrong;
    bool waited;
};

static void reader_wait(sem_t *sem)
{
    while (sem_wait(sem))
        ;
}

/* Every object as it was first. */
static int sit(const struct vc_record *record, const char *fault, void *opaque)
{
    struct reader *reader = opaque;

    if (!reader->waited) {
        reader->waited = true;
        (void)sem_post(&reader->began);
        reader_wait(&reader->may_end);
    }
    reader->seen++;
    if (fault || record->revision != 1 ||
        (unsigned)atoi(record->document) != record->key[15])
        reader->wrong = true;
    return 0;
}

static void *read_slowly(void *opaque)
{
    struct reader *reader = opaque;
    struct vc_error err = {0};

    if (vc_store_iterate(reader->store, VC_STORE_DOCUMENT, NULL, 0, sit, reader,
                         NULL, &err) != VC_STORE_DONE)
        reader->wrong = true;
    return NULL;
}

START_TEST(reader_that_sits_has_its_snapshot_and_the_log_shrinks_behind_it)
{
    unsigned n = changes_wanted(1500) < 20000 ? changes_wanted(1500) : 20000;
    struct vc_store *store = fixture_open(fixture_path);
    struct reader reader = {.store = fixture_open_read_only(fixture_path)};
    pthread_t thread;
    uint64_t grown;
    uint64_t shrunk;
    double start;
    unsigned i;

    limit(store, 5, 5);
    for (i = 0; i < NOBJECTS; i++)
        put(store, i, i, DOCUMENT);
    ck_assert_int_eq(sem_init(&reader.began, 0, 0), 0);
    ck_assert_int_eq(sem_init(&reader.may_end, 0, 0), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, read_slowly, &reader), 0);
    reader_wait(&reader.began);
    start = now();
    for (i = 0; i < n; i++)
        put(store, i % NOBJECTS, 1000 + i, DOCUMENT);
    grown = size_of("-wal");
    (void)printf("%u changes beside a reader: %.1f s, log %.1f MiB, %.1f KiB "
                 "each\n",
                 n, now() - start, (double)grown / MIB,
                 (double)grown / 1024 / n);
    /* What is written: no page more than each change needs. */
    ck_assert_uint_ge(grown, (uint64_t)n * DOCUMENT);
    ck_assert_uint_le(grown, (uint64_t)n * 16 * PAGE);
    (void)sem_post(&reader.may_end);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(!reader.wrong);
    ck_assert_uint_eq(reader.seen, NOBJECTS);
    for (i = 0; i < 20; i++)
        put(store, i % NOBJECTS, i, DOCUMENT);
    shrunk = size_of("-wal");
    ck_assert_uint_le(shrunk, LOG_LIMIT);
    for (i = 0; i < 500; i++)
        put(store, i % NOBJECTS, i, DOCUMENT);
    ck_assert_uint_le(size_of("-wal"), shrunk + MIB);
    expect_sound(store);
    vc_store_close(reader.store);
    vc_store_close(store);
    ck_assert_uint_eq(size_of("-wal"), 0);
}
END_TEST

/* Two take turns: each ends only when the other has begun, and something was
 * written since or nobody writes.  So whoever writes finds one who still reads
 * what was before. */
struct turn {
    struct vc_store *store;
    sem_t written;
    sem_t *begun; /* of this one, for the other */
    sem_t *other; /* the other has begun */
    const bool *stop;
    unsigned walks;
    bool failed;
};

static void wait_for_writer(struct turn *turn)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 50 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    (void)sem_timedwait(&turn->written, &until);
}

static int take_turn(const struct vc_record *record VC_UNUSED,
                     const char *fault VC_UNUSED, void *opaque)
{
    struct turn *turn = opaque;

    while (sem_trywait(&turn->written) == 0)
        ;
    (void)sem_post(turn->begun);
    reader_wait(turn->other);
    wait_for_writer(turn);
    return 1;
}

static void *take_turns(void *opaque)
{
    struct turn *turn = opaque;
    struct vc_error err = {0};

    while (!__atomic_load_n(turn->stop, __ATOMIC_ACQUIRE)) {
        if (vc_store_iterate(turn->store, VC_STORE_SUMMARY, NULL, 0, take_turn,
                             turn, NULL, &err) != VC_STORE_DONE)
            turn->failed = true;
        turn->walks++;
    }
    (void)sem_post(turn->begun); /* who waits still goes on */
    return NULL;
}

START_TEST(readers_who_take_turns_do_not_keep_the_log_growing)
{
    enum { BIG = 256 * 1024 };
    struct vc_store *store = fixture_open(fixture_path);
    struct turn turns[2];
    pthread_t threads[2];
    sem_t begun[2];
    bool stop = false;
    uint64_t log = 0;
    uint64_t written = 0;
    unsigned i;

    limit(store, 3, 3);
    put(store, 1, 1, BIG);
    for (i = 0; i < 2; i++)
        ck_assert_int_eq(sem_init(&begun[i], 0, 0), 0);
    for (i = 0; i < 2; i++) {
        turns[i] = (struct turn){.store = fixture_open_read_only(fixture_path),
                                 .begun = &begun[i],
                                 .other = &begun[1 - i],
                                 .stop = &stop};
        ck_assert_int_eq(sem_init(&turns[i].written, 0, 0), 0);
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_turns,
                                        &turns[i]),
                         0);
    }
    for (i = 2; written < 3ull * LOG_LIMIT; i++) {
        put(store, 1, i, BIG);
        written += BIG;
        (void)sem_post(&turns[0].written);
        (void)sem_post(&turns[1].written);
        if (size_of("-wal") > log)
            log = size_of("-wal");
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    for (i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert(!turns[i].failed);
        ck_assert_uint_gt(turns[i].walks, 10);
        vc_store_close(turns[i].store);
    }
    (void)printf("%.0f MiB written beside two readers in turn: log at most "
                 "%.1f MiB\n",
                 (double)written / MIB, (double)log / MIB);
    ck_assert_uint_le(log, 2ull * LOG_LIMIT);
    vc_store_close(store);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_long");
    TCase *tcase = fixture_tcase(suite, "long");

    tcase_set_timeout(tcase, 3600);
    tcase_add_test(tcase, many_changes_leave_the_store_as_large_as_it_was);
    tcase_add_test(tcase,
                   reader_that_sits_has_its_snapshot_and_the_log_shrinks_behind_it);
    tcase_add_test(tcase, readers_who_take_turns_do_not_keep_the_log_growing);
    return suite;
}

VC_TEST_MAIN(make_suite)
