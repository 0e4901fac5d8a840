/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory_trial.h"

#include <check.h>
#include <stdio.h>
#include <unistd.h>

#include "../fault/memfail.h"

static int lowest_free_fd(void)
{
    int fd = dup(0);

    (void)close(fd);
    return fd;
}

/* False: nothing failed any more. */
static bool try_nth(const struct memory_trial *trial, unsigned long n, bool on)
{
    struct vc_error err = {0};
    bool failed;
    int fd;
    int rc;

    if (trial->prepare)
        trial->prepare();
    fd = lowest_free_fd();
    memfail_arm(n, on);
    rc = trial->call(&err);
    failed = memfail_disarm();
    ck_assert_msg(rc == 0 || err.code == VC_ERR_NO_MEMORY, "%s, %lu: %d: %s",
                  trial->name, n, err.code, err.text);
    ck_assert(failed || rc == 0);
    if (!trial->keeps_fd)
        ck_assert_msg(lowest_free_fd() == fd, "%s, %lu: a descriptor leaked",
                      trial->name, n);
    return failed;
}

void memory_trial_run(const struct memory_trial *trial, bool on,
                      void (*open_handle)(void), void (*close_handle)(void))
{
    unsigned long n = 1;
    long before;

    close_handle();
    before = memfail_live();
    open_handle();
    while (try_nth(trial, n, on))
        ck_assert_uint_lt(n++, 5000);
    close_handle();
    if (!memfail_is_sanitized())
        ck_assert_msg(memfail_live() == before, "%s: %ld blocks leaked",
                      trial->name, memfail_live() - before);
    open_handle();
    (void)printf("%-16s %4lu allocations%s\n", trial->name, n - 1,
                 on ? ", and all behind" : "");
}
