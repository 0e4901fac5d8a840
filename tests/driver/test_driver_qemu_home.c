/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver of QEMU: what lies in its directory, and who is found there. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "qemu_peers.h"

#define UUID_A "0f0e0d0c-0b0a-0908-0706-050403020100"
#define HAS_UUID(uuid)                                                         \
    "on query-uuid\n  send {\"return\": {\"UUID\": \"" uuid                    \
    "\"}, \"id\": @ID@}\n"
#define IS_CALLED(name)                                                        \
    "on query-name\n  send {\"return\": {\"name\": \"" name                    \
    "\"}, \"id\": @ID@}\n"

static int find(const struct lab *lab, struct vc_instance_key key,
                struct vc_instance *ret, struct vc_error *err)
{
    *err = (struct vc_error){0};
    return lab->drv->ops->find(lab->drv, &key, ret, err);
}

static int find_name(const struct lab *lab, const char *name,
                     struct vc_instance *ret, struct vc_error *err)
{
    return find(lab, (struct vc_instance_key){.kind = VC_BY_NAME, .name = name},
                ret, err);
}

static int find_id(const struct lab *lab, int id, struct vc_instance *ret,
                   struct vc_error *err)
{
    return find(lab, (struct vc_instance_key){.kind = VC_BY_ID, .id = id}, ret,
                err);
}

static int find_uuid(const struct lab *lab, const unsigned char *uuid,
                     struct vc_instance *ret, struct vc_error *err)
{
    return find(lab, (struct vc_instance_key){.kind = VC_BY_UUID, .uuid = uuid},
                ret, err);
}

/* So many runs, and so many of which nobody knows whose they are. */
static void lists(const struct lab *lab, size_t runs, size_t unclear)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    struct vc_error err;
    size_t i;

    OK(lab->drv->ops->list(lab->drv, &list, &err));
    for (i = 0; i < list.nunclear; i++)
        (void)printf("unclear: %s: %s\n", list.unclear[i].name,
                     list.unclear[i].why);
    ck_assert_uint_eq(list.n, runs);
    ck_assert_uint_eq(list.nunclear, unclear);
    for (i = 1; i < list.n; i++)
        ck_assert_int_lt(list.items[i - 1].id, list.items[i].id);
}

/* ---- finding ---- */

START_TEST(runs_are_found_by_name_id_and_uuid)
{
    VC_INSTANCE_AUTO a = {0};
    VC_INSTANCE_AUTO inst = {0};
    unsigned char other[VC_UUID_LEN] = {1};
    struct vc_error err;
    struct peer peers[2];
    struct lab lab;
    int round;

    lab_begin(&lab);
    peer_start(&lab, "a", false, HAS_UUID(UUID_A), &peers[0]);
    peer_start(&lab, "b", false, NULL, &peers[1]);
    for (round = 0; round < 3; round++) { /* asked, then remembered */
        ck_assert_int_eq(find_name(&lab, "a", &a, &err), 1);
        ck_assert(a.has_uuid);
        ck_assert_uint_eq(a.uuid[0], 0x0f);
        ck_assert_int_eq(a.id, peers[0].fake.pid);
        ck_assert_int_eq(find_id(&lab, peers[1].fake.pid, &inst, &err), 1);
        ck_assert_str_eq(inst.name, "b");
        ck_assert(!inst.has_uuid);
        ck_assert_int_eq(find_uuid(&lab, a.uuid, &inst, &err), 1);
        ck_assert_str_eq(inst.name, "a");
        ck_assert_int_eq(find_name(&lab, "c", &inst, &err), 0);
        ck_assert_int_eq(find_id(&lab, getpid(), &inst, &err), 0);
        ck_assert_int_eq(find_uuid(&lab, other, &inst, &err), 0);
        lists(&lab, 2, 0);
    }
    peer_end(&peers[0]);
    ck_assert_int_eq(find_name(&lab, "a", &inst, &err), 0);
    lists(&lab, 1, 0);
    peer_end(&peers[1]);
    lab_end(&lab);
}
END_TEST

/* Each of two that claim the same is as good as the other. */
static void both_are_unclear(const char *script, const char *words)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    struct peer peers[2];
    struct lab lab;

    lab_begin(&lab);
    peer_start(&lab, "one", false, script, &peers[0]);
    peer_start(&lab, "two", false, script, &peers[1]);
    lists(&lab, 0, 2);
    ck_assert_int_eq(find_id(&lab, peers[0].fake.pid, &inst, &err), -1);
    ck_assert_msg(strstr(err.text, words), "%s", err.text);
    ck_assert_int_eq(find_id(&lab, peers[1].fake.pid, &inst, &err), -1);
    peer_end(&peers[0]);
    lists(&lab, 1, 0);
    ck_assert_int_eq(find_id(&lab, peers[1].fake.pid, &inst, &err), 1);
    peer_end(&peers[1]);
    lab_end(&lab);
}

START_TEST(two_of_one_name_are_both_unclear)
{
    both_are_unclear(IS_CALLED("same"), "same name");
}
END_TEST

START_TEST(two_of_one_uuid_are_both_unclear)
{
    both_are_unclear(HAS_UUID(UUID_A), "same uuid");
}
END_TEST

/* A second way to a monitor is no second run, in whatever order they come. */
START_TEST(two_monitors_of_one_process_are_one_run)
{
    static const char *const others[] = {"aa.qmp", "zz.qmp"};
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct peer peer;
    struct lab lab;
    char first[4200];
    size_t i;

    for (i = 0; i < VC_NELEMS(others); i++) {
        lab_begin(&lab);
        peer_start(&lab, "mm", true, NULL, &peer);
        (void)strcpy(first, lab_file(&lab, "mm.qmp"));
        ck_assert_int_eq(link(first, lab_file(&lab, others[i])), 0);
        lists(&lab, 1, 0);
        ck_assert_int_eq(find_name(&lab, "mm", &inst, &err), 1);
        ck_assert_int_eq(inst.id, peer.fake.pid);
        OK(lab_snapshot(&lab, &inst, &live, &err));
        ck_assert(live.has_agent); /* it is the one called as the run is */
        peer_end(&peer);
        lists(&lab, 0, 0);
        lab_end(&lab);
    }
}
END_TEST

START_TEST(a_name_that_no_domain_may_have_is_unclear)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    struct peer peer;
    struct lab lab;

    lab_begin(&lab);
    peer_start(&lab, "a", false, IS_CALLED("x/y"), &peer);
    lists(&lab, 0, 1);
    ck_assert_int_eq(find_name(&lab, "a", &inst, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_OPERATION_FAILED);
    ck_assert(strstr(err.text, "'a'"));
    peer_end(&peer);
    lab_end(&lab);
}
END_TEST

/* How long a new handle needs to find it. */
static long long time_to_find(struct lab *lab, const char *name)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    long long start;

    vc_driver_close(lab->drv);
    lab->drv = vc_world_open(lab_uri(lab, ""));
    start = lab_now_ms();
    ck_assert_int_eq(find_name(lab, name, &inst, &err), 1);
    return lab_now_ms() - start;
}

/* Who is looked for has answered: others are not waited for long, which is
 * 1500 ms. */
START_TEST(a_silent_neighbour_holds_nobody_up)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    struct peer good;
    struct peer silent;
    struct lab lab;
    int tries = 1; /* on a busy machine */

    lab_begin(&lab);
    peer_start(&lab, "good", false, NULL, &good);
    peer_start(&lab, "silent", false, "on connect\n  wait\n", &silent);
    while (time_to_find(&lab, "good") >= 1400)
        ck_assert_int_lt(tries++, 5);
    ck_assert_int_eq(find_id(&lab, good.fake.pid, &inst, &err), 1);
    ck_assert_int_eq(find_name(&lab, "silent", &inst, &err), -1);
    ck_assert_msg(strstr(err.text, "silent"), "%s", err.text);
    lists(&lab, 1, 1);
    ck_assert_int_eq(find_id(&lab, 1, &inst, &err), 0);
    peer_end(&silent);
    peer_end(&good);
    lab_end(&lab);
}
END_TEST

/* Nobody connects to it: the queue of a listener that accepts later. */
static unsigned connections(int listener)
{
    unsigned n = 0;
    int fd;

    (void)fcntl(listener, F_SETFL, O_NONBLOCK);
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        (void)close(fd);
        n++;
    }
    return n;
}

START_TEST(a_silent_one_is_left_alone_for_a_while)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    struct lab lab;
    long long until;
    int listener;

    lab_begin(&lab);
    listener = peer_listen(&lab, "silent.qmp");
    lists(&lab, 0, 1);
    ck_assert_uint_gt(connections(listener), 0);
    lists(&lab, 0, 1);
    ck_assert_int_eq(find_name(&lab, "other", &inst, &err), 0);
    /* who looks for it is told the same, and later it is asked again */
    ck_assert_int_eq(find_name(&lab, "silent", &inst, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_RESOURCE_BUSY);
    ck_assert_msg(strstr(err.text, "'silent'"), "%s", err.text);
    ck_assert_uint_eq(connections(listener), 0);
    until = lab_now_ms() + LAB_MS;
    while (connections(listener) == 0) {
        ck_assert_int_lt(lab_now_ms(), until);
        (void)poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, 10);
        ck_assert_int_eq(find_name(&lab, "silent", &inst, &err), -1);
    }
    (void)close(listener);
    lab_end(&lab);
}
END_TEST

/* Whatever is looked for, and whether or not the directory changes. */
START_TEST(a_silent_one_costs_one_wait_for_all_names)
{
    VC_INSTANCE_AUTO inst = {0};
    unsigned char uuid[VC_UUID_LEN] = {1};
    struct vc_error err;
    struct lab lab;
    char name[64];
    int listener;
    int i;

    lab_begin(&lab);
    listener = peer_listen(&lab, "silent.qmp");
    ck_assert_int_eq(find_name(&lab, "none", &inst, &err), 0);
    ck_assert_uint_gt(connections(listener), 0);
    for (i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof(name), "none%d", i);
        uuid[1] = (unsigned char)i;
        ck_assert_int_eq(find_uuid(&lab, uuid, &inst, &err), 0);
        ck_assert_int_eq(find_name(&lab, name, &inst, &err), 0);
        if (i == 10)
            (void)close(open(lab_file(&lab, "x"), O_WRONLY | O_CREAT, 0600));
    }
    lists(&lab, 0, 1);
    ck_assert_uint_eq(connections(listener), 0);
    (void)close(listener);
    lab_end(&lab);
}
END_TEST

static long long time_to_list(struct lab *lab, size_t unclear)
{
    long long start;

    vc_driver_close(lab->drv);
    lab->drv = vc_world_open(lab_uri(lab, ""));
    start = lab_now_ms();
    lists(lab, 0, unclear);
    return lab_now_ms() - start;
}

/* Each has 1500 ms. */
START_TEST(many_silent_ones_are_waited_for_together)
{
    struct lab lab;
    int listeners[100];
    char name[64];
    int tries = 1; /* on a busy machine */
    size_t i;

    lab_begin(&lab);
    for (i = 0; i < VC_NELEMS(listeners); i++) {
        (void)snprintf(name, sizeof(name), "silent%zu.qmp", i);
        listeners[i] = peer_listen(&lab, name);
    }
    while (time_to_list(&lab, VC_NELEMS(listeners)) >= 2900)
        ck_assert_int_lt(tries++, 5);
    for (i = 0; i < VC_NELEMS(listeners); i++)
        (void)close(listeners[i]);
    lab_end(&lab);
}
END_TEST

/* ---- sockets ---- */

START_TEST(a_socket_that_nobody_serves_is_no_run)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct peer peer;
    struct lab lab;

    lab_begin(&lab);
    peer_start(&lab, "a", true, NULL, &peer);
    lab_find(&lab, "a", &inst);
    peer_end(&peer);
    ck_assert_int_eq(access(lab_file(&lab, "a.qmp"), F_OK), 0);
    IS_OVER(lab_snapshot(&lab, &inst, &live, &err));
    IS_OVER(lab_pin(&lab, &inst, 0, "0", NULL, &err));
    IS_OVER(lab_plug(&lab, &inst, "2", true, LAB_MS, NULL, &err));
    ck_assert_int_eq(find_name(&lab, "a", &inst, &err), 0);
    lists(&lab, 0, 0);
    lab_end(&lab);
}
END_TEST

START_TEST(a_run_is_found_where_its_socket_went)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct peer peer;
    struct lab lab;
    char old[4200];

    lab_begin(&lab);
    peer_start(&lab, "a", false, NULL, &peer);
    lab_find(&lab, "a", &inst);
    (void)strcpy(old, lab_file(&lab, "a.qmp"));
    ck_assert_int_eq(rename(old, lab_file(&lab, "elsewhere.qmp")), 0);
    OK(lab_snapshot(&lab, &inst, &live, &err));
    IS_SET(&live.online, "0-1");
    ck_assert_int_eq(unlink(lab_file(&lab, "elsewhere.qmp")), 0);
    REFUSED(lab_snapshot(&lab, &inst, &live, &err), VC_ERR_OPERATION_FAILED,
            "its monitor socket is gone");
    peer_end(&peer);
    IS_OVER(lab_snapshot(&lab, &inst, &live, &err));
    lab_end(&lab);
}
END_TEST

START_TEST(other_files_are_nobodys)
{
    struct peer peer;
    struct lab lab;

    lab_begin(&lab);
    peer_start(&lab, "a", false, NULL, &peer);
    (void)close(open(lab_file(&lab, "file.qmp"), O_WRONLY | O_CREAT, 0600));
    (void)close(open(lab_file(&lab, ".qmp"), O_WRONLY | O_CREAT, 0600));
    ck_assert_int_eq(mkdir(lab_file(&lab, "folder.qmp"), 0700), 0);
    ck_assert_int_eq(mkfifo(lab_file(&lab, "pipe.qmp"), 0600), 0);
    ck_assert_int_eq(symlink("nowhere", lab_file(&lab, "link.qmp")), 0);
    lists(&lab, 1, 0);
    peer_end(&peer);
    lab_end(&lab);
}
END_TEST

START_TEST(a_full_queue_is_busy)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    struct peer peer;
    struct lab lab;
    int fds[4];
    size_t i;

    lab_begin(&lab);
    peer_start(&lab, "held", false, NULL, &peer);
    for (i = 0; i < 3; i++)
        fds[i] = lab_connect(lab_file(&lab, "held.qmp"));
    lists(&lab, 0, 1);
    ck_assert_int_eq(find_name(&lab, "held", &inst, &err), -1);
    ck_assert_msg(strstr(err.text, "busy"), "%s", err.text);
    for (i = 0; i < 3; i++)
        (void)close(fds[i]);
    lab_find_at_last(&lab, "held", &inst);
    peer_end(&peer);
    lab_end(&lab);
}
END_TEST

/* ---- the directory ---- */

START_TEST(the_directory_must_be_one_to_be_trusted)
{
    struct lab lab;

    lab_begin(&lab);
    vc_world_refuse_open("qemu:///", VC_ERR_INVALID_ARG, "qemu:///system");
    vc_world_refuse_open(lab_uri(&lab, "/none"), VC_ERR_NO_CONNECT,
                         "does not exist");
    (void)close(open(lab_file(&lab, "file"), O_WRONLY | O_CREAT, 0600));
    vc_world_refuse_open(lab_uri(&lab, "/file"), VC_ERR_NO_CONNECT,
                         "no directory");
    ck_assert_int_eq(symlink("loop", lab_file(&lab, "loop")), 0);
    vc_world_refuse_open(lab_uri(&lab, "/loop"), VC_ERR_NO_CONNECT, "refuses");
    ck_assert_int_eq(chmod(lab.dir, 0777), 0);
    vc_world_refuse_open(lab_uri(&lab, ""), VC_ERR_ACCESS_DENIED,
                         "writable by everybody");
    ck_assert_int_eq(chmod(lab.dir, 01777), 0);
    vc_driver_close(vc_world_open(lab_uri(&lab, "")));
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(lab.dir, 65534, 65534), 0);
        vc_world_refuse_open(lab_uri(&lab, ""), VC_ERR_ACCESS_DENIED,
                             "another user");
    }
    lab_end(&lab);
}
END_TEST

START_TEST(the_directory_may_go)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct peer peer;
    struct lab lab;
    char away[4200];

    lab_begin(&lab);
    peer_start(&lab, "a", false, NULL, &peer);
    lab_find(&lab, "a", &inst);
    (void)snprintf(away, sizeof(away), "%s.away", lab.dir);
    ck_assert_int_eq(rename(lab.dir, away), 0);
    REFUSED(lab.drv->ops->list(lab.drv, &list, &err), VC_ERR_NO_CONNECT,
            "does not exist");
    ck_assert_int_eq(find_name(&lab, "a", &inst, &err), -1);
    REFUSED(lab_snapshot(&lab, &inst, &live, &err), VC_ERR_NO_CONNECT,
            "does not exist");
    peer_end(&peer);
    IS_OVER(lab_snapshot(&lab, &inst, &live, &err));
    ck_assert_int_eq(rename(away, lab.dir), 0);
    lists(&lab, 0, 0);
    lab_end(&lab);
}
END_TEST

START_TEST(starting_and_ending_are_others_business)
{
    VC_INSTANCE_AUTO inst = {0};
    SET_AUTO(online, "0");
    struct vc_create_spec spec = {
        .name = "new", .maximum = 1, .online = &online};
    struct vc_error err;
    struct peer peer;
    struct lab lab;

    lab_begin(&lab);
    peer_start(&lab, "a", false, NULL, &peer);
    REFUSED(lab.drv->ops->create(lab.drv, &spec, &inst, &err),
            VC_ERR_NO_SUPPORT, "qemu-args new");
    lab_find(&lab, "a", &inst);
    REFUSED(lab.drv->ops->destroy(lab.drv, &inst, &err), VC_ERR_NO_SUPPORT,
            "'a'");
    ck_assert_int_eq(kill(peer.fake.pid, 0), 0);
    peer_end(&peer);
    lab_end(&lab);
}
END_TEST

/* What is said of the host is the kernel's. */
START_TEST(the_host_is_this_one)
{
    VC_HOST_AUTO host = {0};
    struct vc_error err;
    struct lab lab;

    lab_begin(&lab);
    OK(lab.drv->ops->host(lab.drv, &host, &err));
    ck_assert_uint_eq(vc_cpuset_count(&host.online),
                      (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
    ck_assert_uint_ge(host.ncpus, vc_cpuset_count(&host.online));
    ck_assert_str_ne(host.model, "");
    ck_assert_uint_gt(host.memory_kib, 0);
    ck_assert_uint_ge(host.nodes * host.sockets * host.cores * host.threads, 1);
    lab_end(&lab);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &runs_are_found_by_name_id_and_uuid,
        &a_silent_one_is_left_alone_for_a_while,
        &a_silent_one_costs_one_wait_for_all_names,
        &many_silent_ones_are_waited_for_together,
        &two_of_one_name_are_both_unclear,
        &two_of_one_uuid_are_both_unclear,
        &two_monitors_of_one_process_are_one_run,
        &a_name_that_no_domain_may_have_is_unclear,
        &a_silent_neighbour_holds_nobody_up,
        &a_socket_that_nobody_serves_is_no_run,
        &a_run_is_found_where_its_socket_went,
        &other_files_are_nobodys,
        &a_full_queue_is_busy,
        &the_directory_must_be_one_to_be_trusted,
        &the_directory_may_go,
        &starting_and_ending_are_others_business,
        &the_host_is_this_one,
    };
    Suite *suite = suite_create("driver: QEMU's directory");
    TCase *tcase = tcase_create("home");
    size_t i;

    tcase_set_timeout(tcase, 60);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
