/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crash_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "killfs.h"

struct vc_engine engine;
static struct world_picture before;

/* ---- A process that dies ---- */

static const char *die_verb;
static unsigned die_n;
static unsigned fail_sync_at; /* 0: never */

static void die_at(void *opaque, const char *verb, unsigned n)
{
    (void)opaque;
    if (strcmp(verb, die_verb) != 0)
        return;
    if (n == fail_sync_at)
        killfs_fail_syncs(1);
    if (n == die_n)
        (void)kill(getpid(), SIGKILL);
}

void cut_off(const char *requests, const char *verb, unsigned n)
{
    int status;
    pid_t pid;

    world_close(&engine);
    (void)fflush(NULL);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct vc_error err = {0};

        (void)alarm(60);
        die_verb = verb;
        die_n = n;
        world_open(&engine);
        if (vc_fault_on_call(engine.driver, die_at, NULL, &err) < 0)
            _exit(9);
        (void)world_change(&engine, requests, BOTH, &err);
        (void)fprintf(stderr, "did not die: %s\n", err.text);
        _exit(8);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    world_open(&engine);
}

void cut_off_after_failed_sync(const char *requests, const char *verb,
                               unsigned before_commit, unsigned n)
{
    fail_sync_at = before_commit;
    cut_off(requests, verb, n);
    fail_sync_at = 0;
}

void crash_setup(void)
{
    world_make(false);
    world_open(&engine);
    world_look(&engine, &before);
}

void crash_setup_forgets(void)
{
    world_make(true);
    world_open(&engine);
    world_look(&engine, &before);
}

void crash_teardown(void)
{
    world_picture_clear(&before);
    world_close(&engine);
    world_remove();
}

void arm(const char *spec)
{
    struct vc_error err = {0};

    ck_assert_msg(vc_fault_arm(engine.driver, spec, &err) == 0, "%s",
                  err.text);
}

void expect_before(void)
{
    struct world_picture now;

    world_look(&engine, &now);
    ck_assert_str_eq(now.live, before.live);
    ck_assert_str_eq(now.config, before.config);
    world_expect_clean(&engine);
    world_picture_clear(&now);
}

void expect_live(const char *part)
{
    struct world_picture now;

    world_look(&engine, &now);
    ck_assert_msg(strstr(now.live, part) != NULL, "no '%s' in %s", part,
                  now.live);
    world_picture_clear(&now);
}

void must_change(const char *requests, unsigned impact)
{
    struct vc_error err = {0};

    ck_assert_msg(world_change(&engine, requests, impact, &err) == 0, "%s",
                  err.text);
}

void other_hand(const char *cpus)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "guest"};
    VC_INSTANCE_AUTO run = {0};
    VC_CPUSET_AUTO set = {0};
    struct vc_error err = {0};

    ck_assert_int_eq(vc_cpuset_parse(cpus, strlen(cpus), &set, &err), 0);
    ck_assert_int_eq(engine.driver->ops->find(engine.driver, &key, &run, &err),
                     1);
    ck_assert_int_eq(engine.driver->ops->set_affinity(engine.driver, &run, 1,
                                                      &set, NULL, &err),
                     0);
}

unsigned calls(const char *verb)
{
    return vc_fault_calls(engine.driver, verb);
}

unsigned looks(const char *requests, unsigned impact)
{
    unsigned until = calls("find") + calls("snapshot");

    must_change(requests, impact);
    return calls("find") + calls("snapshot") - until;
}
