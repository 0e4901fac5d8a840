/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fork() beside threads that are inside calls of a simulated host. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "scratch.h"
#include "world.h"

enum { THREADS = 2, FORKS = 100 };

struct crew {
    struct vc_driver *drv;
    struct vc_instance inst;
    atomic_bool stop;
    atomic_uint calls;
};

static int call_once(struct crew *crew)
{
    struct vc_error err = {0};
    VC_CPUSET_AUTO cpus = {0};

    if (vc_cpuset_add(&cpus, 0, 3, &err) < 0)
        return -1;
    return crew->drv->ops->set_affinity(crew->drv, &crew->inst, 0, &cpus, NULL,
                                        &err);
}

static void *call_always(void *opaque)
{
    struct crew *crew = opaque;

    while (!atomic_load(&crew->stop)) {
        ck_assert_int_eq(call_once(crew), 0);
        atomic_fetch_add(&crew->calls, 1);
    }
    return NULL;
}

/* In a child: no assertions.  It stays until its parent has gone on, for what
 * it holds by mistake it then holds in its parent's way. */
static int stay(struct crew *crew, int told)
{
    char c;

    if (read(told, &c, 1) != 0)
        return 1;
    if (call_once(crew))
        return 2;
    vc_driver_close(crew->drv);
    return 0;
}

static void fork_once(struct crew *crew)
{
    int told[2];
    int status;
    unsigned before;
    pid_t pid;

    ck_assert_int_eq(pipe(told), 0);
    pid = fork();
    if (pid == 0) {
        (void)close(told[1]);
        _exit(stay(crew, told[0]));
    }
    ck_assert_int_gt(pid, 0);
    before = atomic_load(&crew->calls);
    while (atomic_load(&crew->calls) < before + 2 * THREADS)
        ck_assert_int_eq(call_once(crew), 0);
    (void)close(told[0]);
    (void)close(told[1]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}

static void fork_beside_calls(const char *uri)
{
    struct crew crew = {.drv = vc_world_open(uri)};
    pthread_t threads[THREADS];
    unsigned i;

    vc_world_create(crew.drv, "shared", 1, 1, "0", &crew.inst);
    for (i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, call_always, &crew),
                         0);
    for (i = 0; i < FORKS; i++)
        fork_once(&crew);
    atomic_store(&crew.stop, true);
    for (i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    vc_instance_clear(&crew.inst);
    vc_driver_close(crew.drv);
}

START_TEST(child_has_its_own_host_in_memory)
{
    fork_beside_calls("test:///default");
}
END_TEST

START_TEST(child_does_not_hold_the_lock_of_a_file)
{
    fork_beside_calls(vc_scratch_uri(""));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("driver_fork");
    TCase *tcase = tcase_create("fork");

    tcase_add_checked_fixture(tcase, vc_scratch_begin, vc_scratch_end);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, child_has_its_own_host_in_memory);
    tcase_add_test(tcase, child_does_not_hold_the_lock_of_a_file);
    suite_add_tcase(suite, tcase);
    return suite;
}

#ifdef __SANITIZE_ADDRESS__
/* Its allocator has locks of its own, which gcc 12's does not carry over a
 * fork(): a child that was forked while another thread had one waits for ever. */
int main(void)
{
    (void)make_suite;
    (void)puts("skipped: AddressSanitizer's allocator does not survive a fork() "
               "beside threads that are in it");
    return 77;
}
#else
VC_TEST_MAIN(make_suite)
#endif
