/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver of QEMU on a kernel that says odd things: files below a root of
 * the test stand before those of /proc and /sys, and the calls for affinity
 * fail as asked.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "driver/qemu/host.h"
#include "driver/qemu/proc.h"
#include "qemu_peers.h"

#define PID 4000000 /* no kernel's */

static struct lab lab;
static char root[4200]; /* "" at first: the kernel's own files */
static int pin_errnum;
static bool shows_none; /* who sleeps shows none of his CPUs */

/* ---- what stands before the C library's ---- */

int open(const char *path, int flags, ...)
{
    char there[8400];
    struct stat st;
    mode_t mode;
    va_list args;

    va_start(args, flags);
    mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    (void)snprintf(there, sizeof(there), "%s%s", root, path);
    return openat(AT_FDCWD, *root && lstat(there, &st) == 0 ? there : path,
                  flags, mode);
}

int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
    if (!pin_errnum)
        return (int)syscall(SYS_sched_setaffinity, pid, size, set);
    errno = pin_errnum;
    return -1;
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
    memset(set, 0, size);
    return shows_none || syscall(SYS_sched_getaffinity, pid, size, set) >= 0
               ? 0
               : -1;
}

/* ---- the root ---- */

static void setup(void)
{
    lab_begin(&lab);
    (void)snprintf(root, sizeof(root), "%s/root", lab.dir);
}

static void teardown(void)
{
    lab_end(&lab);
}

/* The file says that; NULL: who opens it is told ELOOP. */
static void says_bytes(const char *path, const char *text, size_t len)
{
    char there[8400];
    char *slash;
    FILE *file;

    (void)snprintf(there, sizeof(there), "%s%s", root, path);
    for (slash = strchr(there + strlen(lab.dir) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(there, 0700);
        *slash = '/';
    }
    (void)unlink(there);
    if (!text) {
        ck_assert_int_eq(symlink(there, there), 0);
        return;
    }
    file = fopen(there, "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
}

static void says(const char *path, const char *text)
{
    says_bytes(path, text, text ? strlen(text) : 0);
}

/* ---- the host ---- */

#define CPUS "/sys/devices/system/cpu"

START_TEST(lists_that_contradict_each_other_are_refused)
{
    static const struct {
        const char *online;
        const char *possible;
        int code;
        const char *words;
    } cases[] = {
        {"0-5\n", "0-1\n", VC_ERR_INTERNAL, "contradict"},
        {"\n", "0-1\n", VC_ERR_INTERNAL, "contradict"},
        {"x\n", "0-1\n", VC_ERR_INVALID_ARG, CPUS "/online"},
        {"0-1\n", "5-2\n", VC_ERR_INVALID_ARG, CPUS "/possible"},
        {NULL, "0-1\n", VC_ERR_SYSTEM_ERROR, CPUS "/online"},
        {"0-1\n", NULL, VC_ERR_SYSTEM_ERROR, CPUS "/possible"},
    };
    VC_HOST_AUTO host = {0};
    struct vc_error err;
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++) {
        says(CPUS "/online", cases[i].online);
        says(CPUS "/possible", cases[i].possible);
        REFUSED(vc_qemu_host_read(&host, &err), cases[i].code, cases[i].words);
        vc_world_refuse_open(lab_uri(&lab, ""), cases[i].code, cases[i].words);
    }
}
END_TEST

START_TEST(a_host_is_put_together_from_its_files)
{
    VC_HOST_AUTO host = {0};
    struct vc_error err;

    says(CPUS "/online", "0-2\n");
    says(CPUS "/possible", "0-7\n");
    says(CPUS "/cpu0/topology/physical_package_id", "0\n");
    says(CPUS "/cpu1/topology/physical_package_id", "0\n");
    says(CPUS "/cpu2/topology/physical_package_id", "1\n");
    says(CPUS "/cpu0/topology/thread_siblings_list", "0-1\n");
    says("/sys/devices/system/node/online", "0\n");
    says("/proc/cpuinfo", "processor : 0\nmodel name\t: Made Up\n"
                          "cpu MHz\t\t: 1234.5\n");
    OK(vc_qemu_host_read(&host, &err));
    ck_assert_uint_eq(host.ncpus, 8);
    IS_SET(&host.online, "0-2");
    ck_assert_str_eq(host.model, "Made Up");
    ck_assert_uint_eq(host.mhz, 1234);
    ck_assert_uint_eq(host.nodes, 1);
    ck_assert_uint_eq(host.sockets, 2);
    ck_assert_uint_eq(host.threads, 2);
    ck_assert_uint_eq(host.cores, 2);
}
END_TEST

START_TEST(what_the_host_does_not_tell_is_made_up_soundly)
{
    VC_HOST_AUTO host = {0};
    struct utsname uts;
    struct vc_error err;

    says(CPUS "/online", "0-2\n");
    says(CPUS "/possible", "0-3\n");
    says(CPUS "/cpu0/topology/physical_package_id", "-1\n");
    says(CPUS "/cpu1/topology/physical_package_id", NULL);
    says(CPUS "/cpu0/topology/thread_siblings_list", NULL);
    says("/sys/devices/system/node/online", NULL);
    says("/proc/cpuinfo", NULL);
    ck_assert_int_eq(uname(&uts), 0);
    OK(vc_qemu_host_read(&host, &err));
    ck_assert_str_eq(host.model, uts.machine);
    ck_assert_uint_eq(host.mhz, 0);
    ck_assert_uint_eq(host.nodes * host.sockets * host.threads, 1);
    ck_assert_uint_eq(host.cores, 4);
    ck_assert_ptr_null(host.node_cpus);
}
END_TEST

/* ---- processes ---- */

#define PROC "/proc/4000000"

START_TEST(a_process_that_cant_be_read_is_an_error)
{
    struct vc_qemu_stat stat;
    struct vc_error err;
    char buf[96];
    uint64_t start;

    ck_assert_int_eq(vc_qemu_proc_stat(PID, 0, &stat, &err), 0);
    ck_assert_int_eq(vc_qemu_proc_stat(0, 0, &stat, &err), 0);
    ck_assert(!vc_qemu_proc_lives(PID, 1));
    says(PROC "/stat", "4000000 (x y\n");
    REFUSED(vc_qemu_proc_stat(PID, 0, &stat, &err), VC_ERR_INTERNAL,
            "can't understand '" PROC "/stat'");
    REFUSED(vc_qemu_proc_identity(PID, buf, sizeof(buf), &start, &err),
            VC_ERR_INTERNAL, PROC);
    says(PROC "/stat", NULL);
    REFUSED(vc_qemu_proc_stat(PID, 0, &stat, &err), VC_ERR_SYSTEM_ERROR,
            "can't read '" PROC "/stat'");
    says("/proc/sys/kernel/random/boot_id", NULL);
    REFUSED(vc_qemu_proc_identity(getpid(), buf, sizeof(buf), &start, &err),
            VC_ERR_SYSTEM_ERROR, "boot_id");
    ck_assert_uint_eq(vc_qemu_proc_time(PID, PID), 0);
    says(PROC "/task/4000000/schedstat", "words\n");
    ck_assert_uint_eq(vc_qemu_proc_time(PID, PID), 0);
    says(PROC "/task/4000000/schedstat", "77 1 2\n");
    ck_assert_uint_eq(vc_qemu_proc_time(PID, PID), 77);
}
END_TEST

START_TEST(threads_have_other_numbers_in_a_namespace)
{
    char path[64];

    ck_assert(!vc_qemu_proc_is_nested(PID));
    says(PROC "/status", "Name:\tx\nNSpid:\t4000000\t7\nThreads:\t1\n");
    ck_assert(vc_qemu_proc_is_nested(PID));
    says(PROC "/status", "Name:\tx\nNSpid:\t4000000\n");
    ck_assert(!vc_qemu_proc_is_nested(PID));
    says(PROC "/status", "Name:\tx\n");
    ck_assert(!vc_qemu_proc_is_nested(PID));
    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/status", getpid(),
                   getpid());
    says(path, "Name:\tx\nNSpid:\t12345 \t 7 \n");
    ck_assert_int_eq(vc_qemu_proc_find_inner(getpid(), 7), getpid());
    ck_assert_int_eq(vc_qemu_proc_find_inner(getpid(), 8), 0);
    ck_assert_int_eq(vc_qemu_proc_find_inner(PID, 7), 0);
}
END_TEST

START_TEST(a_group_has_cpus_of_its_own)
{
    VC_CPUSET_AUTO cpus = {0};
    struct vc_error err;

    OK(vc_qemu_proc_cpuset(PID, &cpus, &err));
    IS_SET(&cpus, "");
    says(PROC "/cpuset", "/../outside\n");
    says("/sys/fs/cgroup/../outside/cpuset.cpus.effective", "3\n");
    OK(vc_qemu_proc_cpuset(PID, &cpus, &err));
    IS_SET(&cpus, "");
    says(PROC "/cpuset", "/none/of/these\n");
    OK(vc_qemu_proc_cpuset(PID, &cpus, &err));
    IS_SET(&cpus, "");
    says("/sys/fs/cgroup/cpuset/none/of/these/cpuset.effective_cpus", "1-2\n");
    OK(vc_qemu_proc_cpuset(PID, &cpus, &err));
    IS_SET(&cpus, "1-2");
    says("/sys/fs/cgroup/none/of/these/cpuset.cpus.effective", "0\n");
    OK(vc_qemu_proc_cpuset(PID, &cpus, &err));
    IS_SET(&cpus, "0");
}
END_TEST

/* ---- affinity ---- */

START_TEST(cpus_that_are_all_offline_are_shown_as_pinned)
{
    VC_CPUSET_AUTO cpus = {0};
    struct vc_error err = {0};

    shows_none = true;
    ck_assert_int_eq(vc_qemu_affinity_get(PID, PID, &cpus, &err), 0);
    says(PROC "/task/4000000/status", "Name:\tx\nCpus_allowed_list:\t5,7-8\n");
    ck_assert_int_eq(vc_qemu_affinity_get(PID, PID, &cpus, &err), 1);
    IS_SET(&cpus, "5,7-8");
    says(PROC "/task/4000000/status", "Name:\tx\nCpus_allowed_list:\t\n");
    ck_assert_int_eq(vc_qemu_affinity_get(PID, PID, &cpus, &err), 1);
    IS_SET(&cpus, "");
    says(PROC "/task/4000000/status", "Cpus_allowed_list:\t8-5\n");
    ck_assert_int_eq(vc_qemu_affinity_get(PID, PID, &cpus, &err), -1);
    shows_none = false;
    ck_assert_int_eq(vc_qemu_affinity_get(PID, PID, &cpus, &err), 0);
}
END_TEST

START_TEST(why_the_kernel_refuses_a_pin_is_said)
{
    static const struct {
        int errnum;
        int code;
        const char *words;
    } cases[] = {
        {EINVAL, VC_ERR_INVALID_ARG, "no CPU of 0 is online on the host"},
        {EPERM, VC_ERR_ACCESS_DENIED, "needs root or CAP_SYS_NICE"},
        {ESRCH, VC_ERR_OPERATION_FAILED, "vcpu 1 of domain 'a' has just gone"},
        {EFAULT, VC_ERR_SYSTEM_ERROR, "can't pin vcpu 1 of domain 'a'"},
    };
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    struct peer peer;
    size_t i;

    peer_start(&lab, "a", false, NULL, &peer);
    lab_find(&lab, "a", &inst);
    for (i = 0; i < VC_NELEMS(cases); i++) {
        pin_errnum = cases[i].errnum;
        REFUSED(lab_pin(&lab, &inst, 1, "0", NULL, &err), cases[i].code,
                cases[i].words);
    }
    pin_errnum = EINVAL;
    says(CPUS "/online", NULL);
    REFUSED(lab_pin(&lab, &inst, 1, "0", NULL, &err), VC_ERR_SYSTEM_ERROR,
            CPUS "/online");
    peer_end(&peer);
}
END_TEST

/* Who asks for it by another hypervisor's rules would get a half of it. */
START_TEST(a_machine_of_libvirt_is_left_alone)
{
    static const char command[] = "qemu\0-name\0guest=a\0-chardev\0"
                                  "socket,id=charmonitor";
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err = {0};
    struct peer peer;
    char path[64];

    peer_start(&lab, "a", false, NULL, &peer);
    (void)snprintf(path, sizeof(path), "/proc/%d/cmdline", peer.fake.pid);
    says_bytes(path, command, sizeof(command));
    ck_assert_int_eq(lab_find_any(&lab, "a", &inst, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_OPERATION_UNSUPPORTED);
    ck_assert_msg(strstr(err.text, "libvirt"), "%s", err.text);
    peer_end(&peer);
}
END_TEST

/* ---- who is behind a socket that does not answer ---- */

#define UUID "0f0e0d0c-0b0a-0908-0706-050403020100"
#define SILENT "on connect\n  wait\n"

static int find(const struct vc_instance_key *key, struct vc_error *err)
{
    VC_INSTANCE_AUTO inst = {0};

    *err = (struct vc_error){0};
    return lab.drv->ops->find(lab.drv, key, &inst, err);
}

static void was_started_as(const struct peer *peer, const char *args,
                           size_t len)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/cmdline", peer->fake.pid);
    says_bytes(path, args, len);
}

/* It may be the domain that its command line names: that one does not count as
 * shut off.  Twice: asked, then remembered. */
START_TEST(a_held_monitor_may_be_of_who_is_named_on_the_command_line)
{
    static const char args[] = "qemu\0-name\0guest=web\0-uuid\0" UUID;
    unsigned char uuid[VC_UUID_LEN];
    struct vc_instance_key keys[] = {
        {.kind = VC_BY_NAME, .name = "web"},
        {.kind = VC_BY_NAME, .name = "vm1"},
        {.kind = VC_BY_UUID, .uuid = uuid},
        {.kind = VC_BY_ID},
    };
    struct vc_instance_key other = {.kind = VC_BY_NAME, .name = "other"};
    VC_INSTANCE_LIST_AUTO list = {0};
    struct vc_error err;
    struct peer peer;
    size_t i;

    ck_assert(vc_uuid_parse(UUID, strlen(UUID), uuid));
    peer_start(&lab, "vm1", false, SILENT, &peer);
    was_started_as(&peer, args, sizeof(args));
    keys[3].id = peer.fake.pid;
    for (i = 0; i < 2 * VC_NELEMS(keys); i++) {
        ck_assert_int_eq(find(&keys[i % VC_NELEMS(keys)], &err), -1);
        ck_assert_int_eq(err.code, VC_ERR_RESOURCE_BUSY);
        ck_assert_msg(strstr(err.text, "domain 'web' (socket 'vm1.qmp')"), "%s",
                      err.text);
    }
    ck_assert_int_eq(find(&other, &err), 0);
    OK(lab.drv->ops->list(lab.drv, &list, &err));
    ck_assert_uint_eq(list.n, 0);
    ck_assert_uint_eq(list.nunclear, 2);
    ck_assert_str_eq(list.unclear[0].name, "vm1");
    ck_assert_str_eq(list.unclear[1].name, "web");
    peer_end(&peer);
}
END_TEST

START_TEST(a_hint_hides_nobody_who_answers)
{
    static const char args[] = "qemu\0-name\0web\0-uuid\0" UUID;
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "web"};
    VC_INSTANCE_LIST_AUTO list = {0};
    struct vc_error err;
    struct peer liar;
    struct peer web;

    peer_start(&lab, "a", false, SILENT, &liar);
    was_started_as(&liar, args, sizeof(args));
    peer_start(&lab, "web", false, NULL, &web);
    ck_assert_int_eq(find(&key, &err), 1);
    OK(lab.drv->ops->list(lab.drv, &list, &err));
    ck_assert_uint_eq(list.n, 1);
    ck_assert_str_eq(list.items[0].name, "web");
    ck_assert_uint_eq(list.nunclear, 1);
    ck_assert_str_eq(list.unclear[0].name, "a");
    peer_end(&web);
    ck_assert_int_eq(find(&key, &err), -1);
    peer_end(&liar);
    ck_assert_int_eq(find(&key, &err), 0);
}
END_TEST

/* Connections that were given up fill a queue as well: who listens there is
 * known all the same. */
static void full_queue_says(const char *args, size_t len, int code,
                            const char *words)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "web"};
    struct vc_error err;
    struct peer peer;
    int fds[3];
    size_t i;

    peer_start(&lab, "a", false, SILENT, &peer);
    was_started_as(&peer, args, len);
    for (i = 0; i < VC_NELEMS(fds); i++)
        fds[i] = lab_connect(lab_file(&lab, "a.qmp"));
    ck_assert_int_eq(find(&key, &err), -1);
    ck_assert_int_eq(err.code, code);
    ck_assert_msg(strstr(err.text, words), "%s", err.text);
    for (i = 0; i < VC_NELEMS(fds); i++)
        (void)close(fds[i]);
    peer_end(&peer);
}

START_TEST(a_full_queue_of_libvirts_is_libvirts)
{
    static const char args[] = "qemu\0-name\0guest=web\0-chardev\0"
                               "socket,id=charmonitor";

    full_queue_says(args, sizeof(args), VC_ERR_OPERATION_UNSUPPORTED,
                    "'web' (socket 'a.qmp'): it is managed by libvirt");
}
END_TEST

START_TEST(a_full_queue_may_be_of_who_is_named_on_the_command_line)
{
    static const char args[] = "qemu\0-name\0web";

    full_queue_says(args, sizeof(args), VC_ERR_RESOURCE_BUSY,
                    "'web' (socket 'a.qmp'): it is busy: the queue");
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &lists_that_contradict_each_other_are_refused,
        &a_host_is_put_together_from_its_files,
        &what_the_host_does_not_tell_is_made_up_soundly,
        &a_process_that_cant_be_read_is_an_error,
        &threads_have_other_numbers_in_a_namespace,
        &a_group_has_cpus_of_its_own,
        &cpus_that_are_all_offline_are_shown_as_pinned,
        &why_the_kernel_refuses_a_pin_is_said,
        &a_machine_of_libvirt_is_left_alone,
        &a_held_monitor_may_be_of_who_is_named_on_the_command_line,
        &a_hint_hides_nobody_who_answers,
        &a_full_queue_of_libvirts_is_libvirts,
        &a_full_queue_may_be_of_who_is_named_on_the_command_line,
    };
    Suite *suite = suite_create("driver: QEMU on an odd kernel");
    TCase *tcase = tcase_create("kernel");
    size_t i;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 30);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
