/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each allocation of each public call fails: alone, and with all behind it.  The
 * call says NO_MEMORY or succeeds all the same, leaves nothing behind, and a
 * change is whole or not made.
 */
#include <libxml/xmlerror.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vcpuconf/vcpuconf.h>

#include "../unit/vc_check.h"
#include "memfail.h"
#include "memory_world.h"

#define READS_PER_LOOK 50
#define STEP 7 /* with all behind it; each one alone is tried, too */
#define STEP_SANITIZED 23

/* ---- What is held ---- */

struct held {
    long blocks; /* without SQLite's, which fills caches as it goes */
    int fd;      /* the lowest free one */
};

static struct held held_now(void)
{
    struct held held = {.blocks = 0};
    sqlite3_int64 of_sqlite = 0;
    sqlite3_int64 highest;

    xmlResetLastError(); /* kept by the thread */
    (void)sqlite3_status64(SQLITE_STATUS_MALLOC_COUNT, &of_sqlite, &highest, 0);
    if (!memfail_is_sanitized())
        held.blocks = memfail_live() - (long)of_sqlite;
    held.fd = dup(0);
    (void)close(held.fd);
    return held;
}

static void expect_held(const char *name, unsigned long n,
                        const struct held *before)
{
    struct held now;

    memory_world_settle();
    now = held_now();

    ck_assert_msg(now.blocks == before->blocks, "%s, %lu: %ld blocks leaked",
                  name, n, now.blocks - before->blocks);
    ck_assert_msg(now.fd == before->fd, "%s, %lu: a descriptor leaked", name,
                  n);
}

/* ---- One call ---- */

struct trial {
    const struct memory_call *call;
    bool on; /* all behind it fail too */
    bool host_in_memory;
    char *before;
    char *after;
    unsigned long n;
    unsigned long unharmed; /* it succeeded all the same */
};

static void world_renewed(struct trial *t)
{
    memory_world_renew();
    free(t->before);
    t->before = memory_world_look();
}

/* What it comes to with all the memory that it wants. */
static void learn(struct trial *t)
{
    int code;

    world_renewed(t);
    code = t->call->call();
    ck_assert_msg(code == VIR_ERR_OK, "%s: %s", t->call->name,
                  virGetLastErrorMessage());
    t->after = memory_world_look();
    if (t->call->kind == MEMORY_READS)
        ck_assert_str_eq(t->before, t->after);
    else
        ck_assert_str_ne(t->before, t->after);
}

/* What the call said. */
struct answer {
    int code;
    char text[1024];
    bool is_partial;
};

static void answer_take(struct answer *answer, int code)
{
    answer->code = code;
    (void)snprintf(answer->text, sizeof(answer->text), "%s",
                   virGetLastErrorMessage());
    answer->is_partial = strstr(answer->text, "partially applied") ||
                         strstr(answer->text, "could not be stopped");
}

/* Of a call that failed without any memory to undo it. */
static void next_one_comes(struct trial *t, struct answer *answer)
{
    if (t->call->kind != MEMORY_READS)
        memory_world_next();
    if (t->call->kind == MEMORY_RUNS && answer->is_partial)
        world_renewed(t);
}

static void expect_state(struct trial *t, struct answer *answer)
{
    char *now;

    if (t->on && answer->code != VIR_ERR_OK)
        next_one_comes(t, answer);
    if (t->call->kind == MEMORY_TRIES && answer->code != VIR_ERR_OK) {
        ck_assert_int_eq(t->call->call(), VIR_ERR_OK);
        answer->code = VIR_ERR_OK;
    }
    now = memory_world_look();
    ck_assert_msg(
        strcmp(now, answer->code == VIR_ERR_OK ? t->after : t->before) == 0,
        "%s, %lu: %s; is\n%sand was\n%s", t->call->name, t->n, answer->text,
        now, t->before);
    if (strcmp(now, t->before) != 0)
        world_renewed(t);
    free(now);
}

/* False: nothing failed any more. */
static bool try_nth(struct trial *t)
{
    struct held before;
    struct answer answer;
    bool failed;
    int code;

    memory_world_settle();
    before = held_now();
    memfail_arm(t->n, t->on);
    code = t->call->call();
    failed = memfail_disarm();
    answer_take(&answer, code);
    /* A host in memory is itself other blocks when something was undone. */
    if (t->call->kind == MEMORY_READS ||
        (code != VIR_ERR_OK && !(t->call->is_live && t->host_in_memory)))
        expect_held(t->call->name, t->n, &before);
    ck_assert_msg(code == VIR_ERR_OK || code == VIR_ERR_NO_MEMORY ||
                      (t->on && answer.is_partial),
                  "%s, %lu: error %d: %s", t->call->name, t->n, code,
                  answer.text);
    ck_assert(failed || code == VIR_ERR_OK);
    t->unharmed += failed && code == VIR_ERR_OK;
    /* a look costs more than most calls */
    if (t->call->kind != MEMORY_READS || !failed || t->n % READS_PER_LOOK == 0)
        expect_state(t, &answer);
    return failed;
}

static void try_call(const struct memory_host *host,
                     const struct memory_call *call, bool on)
{
    struct trial t = {.call = call,
                      .on = on,
                      .n = 1,
                      .host_in_memory = strcmp(host->name, "default") == 0};

    learn(&t);
    world_renewed(&t);
    if (call->kind == MEMORY_READS) /* what is made once and kept */
        ck_assert_int_eq(call->call(), VIR_ERR_OK);
    while (try_nth(&t))
        t.n += memfail_is_sanitized()                ? STEP_SANITIZED
               : on && call->kind != MEMORY_CHANGES ? STEP
                                                    : 1;
    (void)printf("%-24s %4lu allocations, %lu of them not needed%s\n",
                 call->name, t.n - 1, t.unharmed, on ? "; and all behind" : "");
    (void)fflush(stdout);
    free(t.before);
    free(t.after);
}

static void try_host(const struct memory_host *host, int call)
{
    memory_world_begin(host);
    try_call(host, memory_call_at((size_t)call), false);
    try_call(host, memory_call_at((size_t)call), true);
    memory_world_end();
}

START_TEST(on_a_host_in_memory)
{
    try_host(&(struct memory_host){"default", ""}, _i);
}
END_TEST

START_TEST(on_a_host_that_forgets_pins)
{
    if (memory_call_at((size_t)_i)->is_live)
        try_host(&(struct memory_host){"default", "&pinoffline=no"}, _i);
}
END_TEST

START_TEST(on_a_host_in_a_file)
{
    if (memory_call_at((size_t)_i)->is_live)
        try_host(&(struct memory_host){"host.json", ""}, _i);
}
END_TEST

/* ---- What is made once in a process: the schema ---- */

/* Exit status of a process in which the nth allocation of its first definition
 * fails: 0 none did, 1 it was told so, and the next definition is made. */
__attribute__((noreturn)) static void define_first(unsigned long n, bool on)
{
    static const char xml[] = "<domain><name>first</name></domain>";
    virConnectPtr own = virConnectOpen(memory_uri("first.db"));
    virDomainPtr dom;
    bool failed;

    if (!own)
        _exit(2);
    memfail_arm(n, on);
    dom = virDomainDefineXML(own, xml);
    failed = memfail_disarm();
    if (!dom && virGetLastErrorCode() != VIR_ERR_NO_MEMORY)
        (void)fprintf(stderr, "%lu: %s\n", n, virGetLastErrorMessage());
    if (!dom && virGetLastErrorCode() != VIR_ERR_NO_MEMORY)
        _exit(3);
    if (!dom)
        dom = virDomainDefineXML(own, xml);
    if (!dom || virDomainUndefine(dom) < 0 || virDomainFree(dom) < 0)
        _exit(4);
    _exit(virConnectClose(own) == 0 ? failed : 5);
}

static bool try_first(unsigned long n, bool on)
{
    pid_t pid = fork();
    int status;

    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        define_first(n, on);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) <= 1,
                  "%lu%s: ended with 0x%x", n, on ? " and all behind" : "",
                  (unsigned)status);
    return WEXITSTATUS(status) == 1;
}

/* _i: with all behind it. */
START_TEST(first_definition_of_a_process)
{
    unsigned long n = 1;

    memory_world_begin_empty();
    while (try_first(n, _i))
        n += _i || memfail_is_sanitized() ? 41 : 5;
    (void)printf("%-24s %4lu allocations\n", "first definition", n);
    memory_world_end();
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: memory");
    TCase *tc = tcase_create("memory");
    int calls = (int)memory_calls_count();

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, on_a_host_in_memory, 0, calls);
    tcase_add_loop_test(tc, on_a_host_that_forgets_pins, 0, calls);
    tcase_add_loop_test(tc, on_a_host_in_a_file, 0, calls);
    tcase_add_loop_test(tc, first_definition_of_a_process, 0, 2);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
