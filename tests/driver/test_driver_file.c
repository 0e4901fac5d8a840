/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A simulated host in a file: shared by processes, damaged, in the way. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "scratch.h"
#include "world.h"

#define PROCESSES 8
#define STEPS 25

static struct vc_driver *open_host(void)
{
    return vc_world_open(vc_scratch_uri(""));
}

/* ---- processes ---- */

/* In a child: assertions belong to the parent, so failures are exit codes. */
static int child_step(struct vc_driver *drv, const struct vc_instance *shared,
                      unsigned me, unsigned step)
{
    struct vc_error err = {0};
    VC_CPUSET_AUTO one = {0};
    VC_CPUSET_AUTO zero = {0};
    VC_INSTANCE_AUTO own = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_create_spec spec = {"", NULL, 1, &zero};
    char name[16];

    (void)snprintf(name, sizeof(name), "own-%u", me);
    spec.name = name;
    if (vc_cpuset_add(&one, step % 8, step % 8, &err) < 0 ||
        vc_cpuset_add(&zero, 0, 0, &err) < 0)
        return 10;
    if (drv->ops->create(drv, &spec, &own, &err) < 0)
        return 11;
    if (drv->ops->set_affinity(drv, shared, me, &one, NULL, &err) < 0)
        return 12;
    if (drv->ops->snapshot(drv, shared, VC_LIVE_ALL, &live, &err) < 0)
        return 13;
    if (!vc_cpuset_equal(&live.vcpus[me].affinity, &one))
        return 14;
    return drv->ops->destroy(drv, &own, &err) < 0 ? 15 : 0;
}

static void child(struct vc_driver *inherited, const struct vc_instance *shared,
                  unsigned me)
{
    struct vc_error err = {0};
    VC_URI_AUTO *uri = vc_uri_parse(vc_scratch_uri(""), &err);
    struct vc_driver *drv = uri ? vc_driver_open(uri, &err) : NULL;
    int rc = drv ? 0 : 1;
    unsigned step;

    vc_driver_close(inherited);
    for (step = 0; rc == 0 && step < STEPS; step++)
        rc = child_step(drv, shared, me, step);
    vc_driver_close(drv);
    if (rc)
        (void)fprintf(stderr, "process %u: %d: %s\n", me, rc, err.text);
    vc_uri_free(VC_STEAL(uri));
    _exit(rc);
}

START_TEST(eight_processes_lose_no_step)
{
    struct vc_driver *drv = open_host();
    VC_INSTANCE_AUTO shared = {0};
    VC_INSTANCE_AUTO after = {0};
    VC_LIVE_AUTO live = {0};
    pid_t pids[PROCESSES];
    struct vc_error err;
    unsigned i;

    vc_world_create(drv, "shared", 1, PROCESSES, "0-7", &shared);
    for (i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0)
            child(drv, &shared, i);
    }
    for (i = 0; i < PROCESSES; i++) {
        int status = -1;

        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_int_eq(status, 0);
    }
    OK(drv->ops->snapshot(drv, &shared, VC_LIVE_ALL, &live, &err));
    for (i = 0; i < PROCESSES; i++)
        ck_assert_int_eq(vc_cpuset_next(&live.vcpus[i].affinity, 0),
                         (STEPS - 1) % 8);
    /* Each start counted once. */
    vc_world_create(drv, "after", 2, 1, "0", &after);
    ck_assert_int_eq(after.id, shared.id + PROCESSES * STEPS + 1);
    vc_driver_close(drv);
}
END_TEST

/* Steps until it is killed; one byte per step tells the parent. */
static void endless_child(const struct vc_instance *shared, int fd)
{
    struct vc_error err = {0};
    VC_URI_AUTO *uri = vc_uri_parse(vc_scratch_uri(""), &err);
    struct vc_driver *drv = uri ? vc_driver_open(uri, &err) : NULL;
    unsigned step;

    for (step = 0; drv; step++) {
        if (child_step(drv, shared, 0, step) != 0 || write(fd, "", 1) != 1)
            break;
    }
    _exit(1);
}

START_TEST(killed_process_leaves_a_whole_host_and_no_lock)
{
    struct vc_driver *drv = open_host();
    VC_INSTANCE_AUTO shared = {0};
    int round;

    vc_world_create(drv, "shared", 1, 2, "0", &shared);
    for (round = 0; round < 10; round++) {
        VC_INSTANCE_AUTO left = {0};
        VC_LIVE_AUTO live = {0};
        struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "own-0"};
        struct vc_error err = {0};
        int fds[2];
        int status;
        char bytes[8];
        pid_t pid;

        ck_assert_int_eq(pipe(fds), 0);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0)
            endless_child(&shared, fds[1]);
        ck_assert_int_gt(read(fds[0], bytes, 1 + (size_t)round % 8), 0);
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFSIGNALED(status));
        (void)close(fds[0]);
        (void)close(fds[1]);
        OK(drv->ops->snapshot(drv, &shared, VC_LIVE_ALL, &live, &err));
        if (drv->ops->find(drv, &key, &left, &err) == 1)
            OK(drv->ops->destroy(drv, &left, &err));
    }
    vc_driver_close(drv);
}
END_TEST

START_TEST(host_outlives_its_connections)
{
    struct vc_driver *drv =
        vc_world_open(vc_scratch_uri("?cpus=5&offline=3&nodes=1"));
    VC_INSTANCE_AUTO inst = {0};
    VC_HOST_AUTO host = {0};
    VC_LIVE_AUTO live = {0};
    SET_AUTO(pin, "1,3");
    struct vc_error err;

    /* Bytes above 127 come back as they went. */
    vc_world_create(drv, "vm \"\\\xc3\xa9\xff", 1, 3, "0,2", &inst);
    OK(drv->ops->set_affinity(drv, &inst, 1, &pin, NULL, &err));
    vc_driver_close(drv);
    vc_world_refuse_open(vc_scratch_uri("?cpus=6"), VC_ERR_INVALID_ARG,
                         "has 5 CPUs");
    drv = vc_world_open(vc_scratch_uri("?cpus=5"));
    OK(drv->ops->host(drv, &host, &err));
    IS_SET(&host.online, "0-2,4");
    ck_assert_uint_eq(host.nodes, 1);
    OK(drv->ops->snapshot(drv, &inst, VC_LIVE_ALL, &live, &err));
    IS_SET(&live.online, "0,2");
    IS_SET(&live.vcpus[1].affinity, "1,3");
    vc_driver_close(drv);
}
END_TEST

/* ---- many vCPUs ---- */

#define MANY 16384u

/* Bytes that this process has read so far. */
static unsigned long long bytes_read(void)
{
    FILE *in = fopen("/proc/self/io", "re");
    unsigned long long n = 0;

    if (!in)
        return 0;
    ck_assert_int_eq(fscanf(in, "rchar: %llu", &n), 1);
    (void)fclose(in);
    return n;
}

/* Each vCPU to a CPU of its own, as far as there are. */
static void pin_one(struct vc_driver *drv, const struct vc_instance *inst,
                    unsigned vcpu)
{
    VC_CPUSET_AUTO cpus = {0};
    struct vc_error err;

    OK(vc_cpuset_add(&cpus, vcpu % 8, vcpu % 8, &err));
    OK(drv->ops->set_affinity(drv, inst, vcpu, &cpus, NULL, &err));
}

START_TEST(step_on_a_big_domain_does_not_read_all_of_it)
{
    struct vc_driver *drv = open_host();
    VC_INSTANCE_AUTO inst = {0};
    unsigned long long before;
    struct stat st;
    unsigned i;

    vc_world_create(drv, "big", 1, MANY, "0-16383", &inst);
    for (i = 0; i < MANY; i += 64)
        pin_one(drv, &inst, i);
    ck_assert_int_eq(stat(vc_scratch_path(""), &st), 0);
    ck_assert_int_lt(st.st_size, 16384);
    before = bytes_read();
    for (i = 1; i < MANY; i += 64)
        pin_one(drv, &inst, i);
    /* a step, as it was, read the file; looking itself reads a little */
    ck_assert_uint_lt(bytes_read() - before, 16384);
    vc_driver_close(drv);
}
END_TEST

START_TEST(connections_see_each_step_of_each_other)
{
    struct vc_driver *drvs[] = {open_host(), open_host(), NULL};
    VC_INSTANCE_AUTO inst = {0};
    unsigned i;

    vc_world_create(drvs[0], "big", 1, 1000, "0-499,501", &inst);
    for (i = 0; i < 40; i++) {
        VC_LIVE_AUTO here = {0};
        VC_LIVE_AUTO there = {0};
        struct vc_error err;

        pin_one(drvs[i % 2], &inst, (i * 739) % 1000);
        OK(drvs[i % 2]->ops->snapshot(drvs[i % 2], &inst, VC_LIVE_AFFINITY,
                                      &here, &err));
        OK(drvs[1 - i % 2]->ops->snapshot(drvs[1 - i % 2], &inst,
                                          VC_LIVE_AFFINITY, &there, &err));
        vc_world_same(&here, &there);
    }
    drvs[2] = open_host();
    for (i = 0; i < 40; i++) {
        unsigned vcpu = (i * 739) % 1000;
        VC_LIVE_AUTO live = {0};
        struct vc_error err;

        OK(drvs[2]->ops->snapshot(drvs[2], &inst, VC_LIVE_ALL, &live, &err));
        ck_assert_int_eq(vc_cpuset_next(&live.vcpus[vcpu].affinity, 0),
                         (int)vcpu % 8);
        IS_SET(&live.online, "0-499,501");
    }
    for (i = 0; i < 3; i++)
        vc_driver_close(drvs[i]);
}
END_TEST

START_TEST(host_has_an_end)
{
    struct vc_driver *drv = open_host();
    VC_INSTANCE_AUTO inst = {0};
    SET_AUTO(zero, "0");
    struct vc_create_spec spec = {"one more", NULL, MANY, &zero};
    struct vc_error err;
    unsigned i;

    for (i = 0; i < 15; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "big-%u", i);
        vc_world_create(drv, name, i + 1, MANY, "0", &inst);
    }
    REFUSED(drv->ops->create(drv, &spec, &inst, &err), VC_ERR_OPERATION_FAILED,
            "the test host is full: its domains would have 262152 vcpus");
    vc_driver_close(drv);
}
END_TEST

START_TEST(files_are_private_and_reading_writes_nothing)
{
    struct vc_driver *drv = open_host();
    VC_INSTANCE_LIST_AUTO list = {0};
    struct vc_error err;
    struct stat before;
    struct stat after;

    ck_assert_int_eq(stat(vc_scratch_path(".lock"), &before), 0);
    ck_assert_int_eq(before.st_mode & 07777, 0600);
    ck_assert_int_eq(stat(vc_scratch_path(""), &before), 0);
    ck_assert_int_eq(before.st_mode & 07777, 0600);
    OK(drv->ops->list(drv, &list, &err));
    {
        SET_AUTO(one, "1");

        OK(drv->ops->set_online(drv, &list.items[0], &one, true, 1, NULL,
                                &err));
    }
    ck_assert_int_eq(stat(vc_scratch_path(""), &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    ck_assert_int_eq(access(vc_scratch_path(".tmp"), F_OK), -1);
    vc_driver_close(drv);
}
END_TEST

START_TEST(time_does_not_go_back_when_the_clock_starts_anew)
{
    struct vc_driver *drv = open_host();
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    /* Written at a later time than it is now, two hours after the start. */
    static const char text[] =
        "{\"format\":\"vcpuconf test host 1\","
        "\"host\":\"0123456789abcdef0123456789abcdef\",\"cpus\":1,"
        "\"offline\":\"\",\"nodes\":1,\"next_id\":1,"
        "\"clock\":4000007200000000000,\"domains\":[{\"id\":0,"
        "\"name\":\"Domain-0\",\"agent\":false,"
        "\"uuid\":\"00000000-0000-0000-0000-000000000000\",\"online\":\"0\","
        "\"guest\":\"0\",\"vcpus\":[{\"time\":5,"
        "\"since\":4000000000000000000}]}]}";

    vc_scratch_write(text, sizeof(text) - 1);
    OK(drv->ops->list(drv, &list, &err));
    OK(drv->ops->snapshot(drv, &list.items[0], VC_LIVE_ALL, &live, &err));
    ck_assert_uint_ge(live.vcpus[0].time_ns, UINT64_C(7200000000005));
    vc_driver_close(drv);
}
END_TEST

/* ---- in the way ---- */

START_TEST(what_is_no_file_is_refused)
{
    ck_assert_int_eq(mkdir(vc_scratch_path(""), 0700), 0);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_SYSTEM_ERROR,
                         "not a regular file");
    ck_assert_int_eq(rmdir(vc_scratch_path("")), 0);
    ck_assert_int_eq(mkfifo(vc_scratch_path(""), 0600), 0);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_SYSTEM_ERROR,
                         "not a regular file");
    ck_assert_int_eq(unlink(vc_scratch_path("")), 0);
    ck_assert_int_eq(symlink("elsewhere", vc_scratch_path("")), 0);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_SYSTEM_ERROR,
                         "symbolic link");
    vc_world_refuse_open(vc_scratch_uri("/below"), VC_ERR_SYSTEM_ERROR,
                         "/host/below");
}
END_TEST

START_TEST(host_that_cant_be_written_stays_as_it_was)
{
    struct vc_driver *drv = open_host();
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_LIVE_AUTO before = {0};
    VC_LIVE_AUTO after = {0};
    VC_CPUSET_AUTO out = {0};
    SET_AUTO(one, "1");
    struct vc_error err;

    OK(drv->ops->list(drv, &list, &err));
    OK(drv->ops->snapshot(drv, &list.items[0], VC_LIVE_ALL, &before, &err));
    ck_assert_int_eq(mkdir(vc_scratch_path(".tmp"), 0700), 0);
    REFUSED(drv->ops->set_affinity(drv, &list.items[0], 0, &one, &out, &err),
            VC_ERR_SYSTEM_ERROR, "can't write");
    REFUSED(
        drv->ops->set_online(drv, &list.items[0], &one, false, 1, &out, &err),
        VC_ERR_SYSTEM_ERROR, "can't write");
    ck_assert(vc_cpuset_is_empty(&out));
    OK(drv->ops->snapshot(drv, &list.items[0], VC_LIVE_ALL, &after, &err));
    vc_world_same(&before, &after);
    vc_driver_close(drv);
}
END_TEST

START_TEST(left_over_of_a_dead_writer_is_replaced)
{
    struct vc_driver *drv = open_host();
    VC_INSTANCE_AUTO inst = {0};
    int fd =
        open(vc_scratch_path(".tmp"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "{", 1), 1);
    ck_assert_int_eq(close(fd), 0);
    vc_world_create(drv, "vm", 1, 1, "0", &inst);
    ck_assert_int_eq(access(vc_scratch_path(".tmp"), F_OK), -1);
    vc_driver_close(drv);
}
END_TEST

START_TEST(host_that_is_gone_is_not_made_anew_by_a_verb)
{
    struct vc_driver *drv = open_host();
    VC_INSTANCE_LIST_AUTO list = {0};
    struct vc_error err;

    ck_assert_int_eq(unlink(vc_scratch_path("")), 0);
    REFUSED(drv->ops->list(drv, &list, &err), VC_ERR_SYSTEM_ERROR, "is gone");
    ck_assert_int_eq(access(vc_scratch_path(""), F_OK), -1);
    vc_driver_close(drv);
}
END_TEST

START_TEST(no_descriptor_is_left_open)
{
    struct vc_driver *drv;
    int before = dup(STDIN_FILENO);
    int after;

    (void)close(before);
    drv = open_host();
    vc_driver_close(drv);
    vc_world_refuse_open(vc_scratch_uri("?cpus=99"), VC_ERR_INVALID_ARG, "");
    vc_scratch_write("x", 1);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_OPERATION_FAILED, "");
    after = dup(STDIN_FILENO);
    (void)close(after);
    ck_assert_int_eq(before, after);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &eight_processes_lose_no_step,
        &killed_process_leaves_a_whole_host_and_no_lock,
        &host_outlives_its_connections,
        &step_on_a_big_domain_does_not_read_all_of_it,
        &connections_see_each_step_of_each_other,
        &host_has_an_end,
        &files_are_private_and_reading_writes_nothing,
        &time_does_not_go_back_when_the_clock_starts_anew,
        &what_is_no_file_is_refused,
        &host_that_cant_be_written_stays_as_it_was,
        &left_over_of_a_dead_writer_is_replaced,
        &host_that_is_gone_is_not_made_anew_by_a_verb,
        &no_descriptor_is_left_open,
    };
    Suite *suite = suite_create("simulated host in a file");
    TCase *tcase = tcase_create("file");
    size_t i;

    tcase_add_checked_fixture(tcase, vc_scratch_begin, vc_scratch_end);
    tcase_set_timeout(tcase, 120);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
