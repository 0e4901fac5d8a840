/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writers on one store are killed at random moments, thousands of times.  Each
 * changes two objects of its own in one transaction, over and over, as the engine
 * does: under a lock, with an intent before.  What was acknowledged to a writer
 * is there when it is dead, what it was about to do is there in whole or not.
 */
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../api/scratchdir.h"
#include "../unit/vc_check.h"
#include "store/store.h"

#define WRITERS 4
#define ROUNDS 2500
#define ROUNDS_PER_END 50  /* then all are killed, and the store is checked */
#define DELAY_MAX_US 3000
#define DOCUMENT_MAX 9000 /* up to three pages */

static char *dir;
static char path[300];

/* Memory that outlives the writers. */
static struct {
    atomic_ulong told[WRITERS]; /* the last revision that was acknowledged */
    atomic_ulong errors;
} *shared;

static pid_t pids[WRITERS];
static unsigned random_state = 1;

static unsigned draw(unsigned n)
{
    random_state = random_state * 1103515245u + 12345u;
    return (random_state >> 16) % n;
}

static struct vc_store *must_open(void)
{
    struct vc_store_options options = {.busy_ms = 20000};
    struct vc_error err = {0};
    struct vc_store *store = NULL;

    ck_assert_msg(vc_store_open(path, &options, &store, &err) == VC_STORE_DONE,
                  "%s", err.text);
    return store;
}

static void make_key(unsigned writer, unsigned which, unsigned char *key)
{
    memset(key, 0, VC_STORE_KEY_LEN);
    key[0] = (unsigned char)writer;
    key[15] = (unsigned char)(1 + which);
}

/* The document of a revision: its number, and bytes that go with it. */
static size_t make_document(unsigned long revision, char *document)
{
    size_t len = 30 + (revision * 7919) % (DOCUMENT_MAX - 30);

    memset(document, 'a' + (int)(revision % 26), len);
    document[snprintf(document, 30, "%lu ", revision)] = '.';
    return len;
}

/* ---- A writer ---- */

/* From `revision` to the next; false with *err. */
static bool write_next(struct vc_store *store, unsigned writer,
                       unsigned long revision, struct vc_error *err)
{
    unsigned char keys[2][VC_STORE_KEY_LEN];
    struct vc_intent intent = {.home = (char[]){"test"},
                               .start = "1",
                               .name = (char[]){"writer"},
                               .steps = (char[]){"steps"}};
    char document[DOCUMENT_MAX];
    size_t len = make_document(revision + 1, document);
    struct vc_store_op ops[3];
    char names[2][32];
    unsigned i;

    memset(ops, 0, sizeof(ops));
    for (i = 0; i < 2; i++) {
        make_key(writer, i, keys[i]);
        (void)snprintf(names[i], sizeof(names[i]), "vm-%u-%u", writer, i);
        ops[i].kind = VC_STORE_PUT;
        ops[i].key = keys[i];
        ops[i].expect = revision;
        ops[i].name = names[i];
        ops[i].summary = names[i];
        ops[i].summary_len = strlen(names[i]);
        ops[i].document = document;
        ops[i].document_len = len;
        ops[i].what = "write";
    }
    ops[2].kind = VC_STORE_INTENT_END;
    ops[2].key = keys[0];
    ops[2].home = intent.home;
    memcpy(intent.key, keys[0], VC_STORE_KEY_LEN);
    return vc_store_intent_put(store, &intent, 1, err) == VC_STORE_DONE &&
           vc_store_txn(store, ops, 3, NULL, NULL, err) == VC_STORE_DONE;
}

__attribute__((noreturn)) static void writer_run(unsigned writer)
{
    struct vc_store_options options = {.busy_ms = 20000};
    unsigned char key[VC_STORE_KEY_LEN];
    struct vc_store_lock *lock = NULL;
    struct vc_error err = {0};
    struct vc_store *store = NULL;
    bool fine;

    (void)alarm(120);
    make_key(writer, 0, key);
    fine = vc_store_open(path, &options, &store, &err) == VC_STORE_DONE;
    /* the one before was killed while it held it */
    while (fine &&
           vc_store_lock(store, key, 0, &lock, &err) == VC_STORE_DONE) {
        unsigned long revision = 0;
        struct vc_record record = {0};

        if (vc_store_get(store, key, VC_STORE_SUMMARY, &record, &err) ==
            VC_STORE_DONE)
            revision = record.revision;
        vc_record_clear(&record);
        fine = write_next(store, writer, revision, &err);
        if (fine)
            atomic_store(&shared->told[writer], revision + 1);
        vc_store_unlock(lock);
    }
    (void)fprintf(stderr, "writer %u: %s\n", writer, err.text);
    atomic_fetch_add(&shared->errors, 1);
    _exit(1);
}

static void writer_start(unsigned writer)
{
    (void)fflush(NULL);
    pids[writer] = fork();
    ck_assert_int_ge(pids[writer], 0);
    if (pids[writer] == 0)
        writer_run(writer);
}

static void writer_kill(unsigned writer)
{
    int status;

    (void)kill(pids[writer], SIGKILL);
    ck_assert_int_eq(waitpid(pids[writer], &status, 0), pids[writer]);
    ck_assert_msg(WIFSIGNALED(status), "writer %u ended by itself", writer);
}

/* ---- Whoever comes behind ---- */

static unsigned long revision_of(struct vc_store *store, unsigned writer,
                                 unsigned which)
{
    VC_RECORD_AUTO record = {0};
    unsigned char key[VC_STORE_KEY_LEN];
    char document[DOCUMENT_MAX];
    struct vc_error err = {0};
    enum vc_answer answer;
    size_t len;

    make_key(writer, which, key);
    answer = vc_store_get(store, key, VC_STORE_DOCUMENT, &record, &err);
    if (answer == VC_STORE_NOT_FOUND)
        return 0;
    ck_assert_msg(answer == VC_STORE_DONE, "%s", err.text);
    len = make_document(record.revision, document);
    ck_assert_uint_eq(record.document_len, len);
    ck_assert_int_eq(memcmp(record.document, document, len), 0);
    return record.revision;
}

static bool has_intent(struct vc_store *store, unsigned writer)
{
    VC_INTENT_LIST_AUTO list = {0};
    unsigned char key[VC_STORE_KEY_LEN];
    struct vc_error err = {0};

    make_key(writer, 0, key);
    ck_assert_int_eq(vc_store_intent_list(store, key, &list, &err),
                     VC_STORE_DONE);
    return list.n > 0;
}

/* The writer is dead.  Returns its revision. */
static unsigned long expect_whole(struct vc_store *store, unsigned writer)
{
    unsigned long told = atomic_load(&shared->told[writer]);
    unsigned long is = revision_of(store, writer, 0);

    ck_assert_msg(is == told || is == told + 1,
                  "writer %u was told of revision %lu, %lu is there", writer,
                  told, is);
    ck_assert_uint_eq(revision_of(store, writer, 1), is);
    /* an intent says that what comes after it has not come */
    ck_assert(is == told || !has_intent(store, writer));
    atomic_store(&shared->told[writer], is);
    return is;
}

static int on_fault(const char *fault, void *opaque)
{
    (void)opaque;
    ck_abort_msg("%s", fault);
    return 1;
}

/* All are dead; the store is opened by somebody who knows nothing of before. */
static void expect_sound(void)
{
    struct vc_store *store = must_open();
    struct vc_error err = {0};
    unsigned long sum = 0;
    uint64_t change = 0;
    unsigned i;

    for (i = 0; i < WRITERS; i++)
        sum += expect_whole(store, i);
    ck_assert_int_eq(vc_store_change(store, &change, &err), VC_STORE_DONE);
    ck_assert_uint_eq(change, sum);
    ck_assert_int_eq(vc_store_check(store, on_fault, NULL, &err),
                     VC_STORE_DONE);
    vc_store_close(store);
}

static void wait_for_a_while(void)
{
    struct timespec time = {.tv_nsec = 1000L * (long)draw(DELAY_MAX_US)};

    (void)ppoll(NULL, 0, &time, NULL);
}

static void kill_one(void)
{
    unsigned victim = draw(WRITERS);
    struct vc_store *store;

    writer_kill(victim);
    store = must_open();
    (void)expect_whole(store, victim);
    vc_store_close(store);
    writer_start(victim);
}

START_TEST(killed_at_random_moments)
{
    unsigned long sum = 0;
    unsigned round;
    unsigned i;

    for (i = 0; i < WRITERS; i++)
        writer_start(i);
    for (round = 1; round <= ROUNDS; round++) {
        wait_for_a_while();
        if (round % ROUNDS_PER_END) {
            kill_one();
            continue;
        }
        for (i = 0; i < WRITERS; i++)
            writer_kill(i);
        expect_sound();
        for (i = 0; i < WRITERS && round < ROUNDS; i++)
            writer_start(i);
    }
    for (i = 0; i < WRITERS; i++)
        sum += atomic_load(&shared->told[i]);
    ck_assert_uint_eq(atomic_load(&shared->errors), 0);
    ck_assert_uint_gt(sum, ROUNDS / 4);
    (void)printf("%d rounds, %lu changes\n", ROUNDS, sum);
}
END_TEST

static void setup(void)
{
    dir = scratchdir_new();
    (void)snprintf(path, sizeof(path), "%s/store.db", dir);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(shared, MAP_FAILED);
    vc_store_close(must_open());
}

static void teardown(void)
{
    (void)munmap(shared, sizeof(*shared));
    scratchdir_free(dir);
}

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: random");
    TCase *tc = tcase_create("random");

    tcase_set_timeout(tc, 300);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, killed_at_random_moments);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
