/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver of QEMU on one run: reading it, pinning, plugging, its agent. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "qemu_peers.h"

#define PATIENCE_MS 2000u

/* A case: one run "a". */
struct scene {
    struct lab lab;
    struct peer peer;
    struct vc_instance inst;
    struct lab_cpus cpus;
};

static void begin(struct scene *scene, bool agent, const char *script)
{
    memset(scene, 0, sizeof(*scene));
    scene->cpus = lab_cpus();
    lab_begin(&scene->lab);
    peer_start(&scene->lab, "a", agent, script, &scene->peer);
    lab_find(&scene->lab, "a", &scene->inst);
}

static void end(struct scene *scene)
{
    peer_end(&scene->peer);
    vc_instance_clear(&scene->inst);
    lab_end(&scene->lab);
}

static void kernel_says(int tid, const char *cpus)
{
    VC_CPUSET_AUTO set = lab_affinity(tid);

    IS_SET(&set, cpus);
}

#define HAS_KVM                                                                \
    "on query-kvm\n  send {\"return\": {\"enabled\": true, \"present\": "      \
    "true}, \"id\": @ID@}\n"

#define PIN(s, vcpu, cpus, effective)                                          \
    lab_pin(&(s).lab, &(s).inst, vcpu, cpus, effective, &err)
#define PLUG(s, vcpus, online, done)                                           \
    lab_plug(&(s).lab, &(s).inst, vcpus, online, PATIENCE_MS, done, &err)
#define LOOK(s, live) lab_snapshot(&(s).lab, &(s).inst, live, &err)

/* ---- reading ---- */

START_TEST(a_run_is_seen_as_it_is)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct scene s;
    int round;

    begin(&s, true, NULL);
    for (round = 0; round < 3; round++) { /* also by what is remembered */
        OK(LOOK(s, &live));
        ck_assert_uint_eq(live.maximum, 4);
        IS_SET(&live.online, "0-1");
        ck_assert(live.has_agent);
        ck_assert(!live.paused);
        ck_assert_int_eq(live.vcpus[2].cpu, -1);
        IS_SET(&live.vcpus[1].affinity, s.cpus.all);
        ck_assert_int_eq(live.vcpus[1].state, VC_VCPU_BLOCKED);
        ck_assert(
            vc_cpuset_contains(&live.usable, (unsigned)live.vcpus[1].cpu));
    }
    OK(s.lab.drv->ops->snapshot(s.lab.drv, &s.inst, 0, &live, &err));
    IS_SET(&live.online, "0-1");
    end(&s);
}
END_TEST

START_TEST(a_stopped_machine_is_paused)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct scene s;

    begin(&s, false,
          "on query-status\n  send {\"return\": {\"status\": \"paused\", "
          "\"running\": false}, \"id\": @ID@}\n");
    OK(LOOK(s, &live));
    ck_assert(live.paused);
    ck_assert(!live.has_agent);
    REFUSED(PLUG(s, "1", false, NULL), VC_ERR_OPERATION_INVALID, "paused");
    end(&s);
}
END_TEST

/* With PLUG, and only then: what costs a question is not asked for all. */
static void limits_of(struct scene *scene, struct vc_plug_limits *ret)
{
    const struct vc_driver_ops *ops = scene->lab.drv->ops;
    VC_LIVE_AUTO live = {0};
    struct vc_error err;

    OK(ops->snapshot(scene->lab.drv, &scene->inst, VC_LIVE_ALL, &live, &err));
    ck_assert_ptr_null(live.limits.no_plug_after);
    OK(ops->snapshot(scene->lab.drv, &scene->inst,
                     VC_LIVE_ONLINE | VC_LIVE_PLUG, &live, &err));
    *ret = live.limits;
}

START_TEST(what_a_run_would_refuse_is_known_before)
{
    struct vc_plug_limits limits;
    struct scene s;
    int round;

    begin(&s, false, NULL);
    for (round = 0; round < 2; round++) { /* also by what is remembered */
        limits_of(&s, &limits);
        ck_assert_ptr_null(limits.no_plug);
        ck_assert_ptr_null(limits.no_unplug);
        ck_assert_ptr_null(limits.no_unplug_now);
        ck_assert_ptr_nonnull(limits.no_plug_after);
        ck_assert_ptr_nonnull(limits.no_gaps);
    }
    end(&s);
    begin(&s, false,
          "on query-status\n  send {\"return\": {\"status\": \"paused\", "
          "\"running\": false}, \"id\": @ID@}\n"
          "on qom-list\n  send {\"return\": [{\"name\": \"other\"}, "
          "{\"name\": \"vcpuconf-unplugged\"}], \"id\": @ID@}\n");
    for (round = 0; round < 2; round++) {
        limits_of(&s, &limits);
        ck_assert_ptr_nonnull(limits.no_plug);
        ck_assert_ptr_nonnull(limits.no_unplug_now);
    }
    end(&s);
    begin(&s, false,
          HAS_KVM "on qom-list\n  send {\"return\": [{\"name\": "
                  "\"vcpuconf-unplugged\"}], \"id\": @ID@}\n");
    limits_of(&s, &limits);
    ck_assert_ptr_null(limits.no_plug);
    ck_assert_ptr_null(limits.no_gaps);
    end(&s);
}
END_TEST

START_TEST(vcpus_of_one_thread_cant_be_pinned)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct scene s;

    begin(&s, false,
          "on query-cpus-fast\n  send {\"return\": ["
          "{\"thread-id\": @TID0@, \"cpu-index\": 0, \"qom-path\": "
          "\"/machine/cpu[0]\"}, {\"thread-id\": @TID0@, \"cpu-index\": 1, "
          "\"qom-path\": \"/machine/cpu[1]\"}], \"id\": @ID@}\n");
    OK(LOOK(s, &live));
    ck_assert_uint_eq(live.caps & VC_CAP_PIN, 0);
    ck_assert_ptr_nonnull(live.no_pin);
    ck_assert_uint_eq(live.vcpus[0].time_ns, 0);
    REFUSED(PIN(s, 1, s.cpus.first, NULL), VC_ERR_OPERATION_UNSUPPORTED,
            "share one thread");
    end(&s);
}
END_TEST

/* A thread is told that the process has not, and not because it ends. */
START_TEST(threads_that_are_not_there_are_an_error)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct scene s;

    begin(&s, false,
          "on query-cpus-fast\n  send {\"return\": [{\"thread-id\": 1, "
          "\"cpu-index\": 0, \"qom-path\": \"/machine/cpu[0]\"}], \"id\": "
          "@ID@}\n");
    REFUSED(LOOK(s, &live), VC_ERR_OPERATION_FAILED, "'a'");
    REFUSED(PIN(s, 0, s.cpus.first, NULL), VC_ERR_OPERATION_FAILED,
            "vcpu 0 of domain 'a'");
    end(&s);
}
END_TEST

/* ---- pinning ---- */

START_TEST(a_pin_is_of_one_thread_only)
{
    VC_CPUSET_AUTO effective = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct scene s;
    int tids[2];
    int round;

    begin(&s, false, NULL);
    peer_threads(&s.lab, "a", tids);
    for (round = 0; round < 2; round++) { /* asked for its thread, or not */
        OK(PIN(s, 1, s.cpus.first, &effective));
        IS_SET(&effective, s.cpus.first);
        kernel_says(tids[1], s.cpus.first);
        kernel_says(tids[0], s.cpus.all);
        OK(LOOK(s, &live));
        IS_SET(&live.vcpus[1].affinity, s.cpus.first);
        ck_assert_int_eq(live.vcpus[1].cpu, atoi(s.cpus.first));
        OK(PIN(s, 1, s.cpus.all, NULL));
        kernel_says(tids[1], s.cpus.all);
    }
    end(&s);
}
END_TEST

START_TEST(what_cant_be_pinned_is_said)
{
    VC_CPUSET_AUTO effective = {0};
    struct vc_error err;
    struct scene s;
    char more[32];

    begin(&s, false, NULL);
    (void)snprintf(more, sizeof(more), "%s,5000-5003", s.cpus.first);
    OK(PIN(s, 0, more, &effective));
    IS_SET(&effective, s.cpus.first);
    REFUSED(PIN(s, 0, "5000-5003", NULL), VC_ERR_INVALID_ARG,
            "no CPU of 5000-5003 is online");
    REFUSED(PIN(s, 3, s.cpus.first, NULL), VC_ERR_OPERATION_UNSUPPORTED,
            "offline");
    REFUSED(PIN(s, 4, s.cpus.first, NULL), VC_ERR_INVALID_ARG,
            "out of range of domain 'a' (0-3)");
    end(&s);
}
END_TEST

START_TEST(a_pin_of_a_run_that_ended_is_late)
{
    struct vc_error err;
    struct scene s;

    begin(&s, false, NULL);
    OK(PIN(s, 0, s.cpus.first, NULL));
    fake_peer_end(&s.peer.fake);
    IS_OVER(PIN(s, 0, s.cpus.first, NULL));
    IS_OVER(PIN(s, 1, s.cpus.first, NULL));
    script_free(s.peer.script);
    vc_instance_clear(&s.inst);
    lab_end(&s.lab);
}
END_TEST

/* ---- plugging ---- */

START_TEST(vcpus_come_and_go)
{
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct scene s;

    begin(&s, false, HAS_KVM);
    OK(PLUG(s, "2-3", true, &done));
    IS_SET(&done, "2-3");
    lab_is_online(&s.lab, &s.inst, "0-3");
    OK(PLUG(s, "0-3", true, &done)); /* they are */
    IS_SET(&done, "0-3");
    OK(PLUG(s, "1,3", false, &done));
    IS_SET(&done, "1,3");
    /* the peer keeps the threads, by which a handle knows the vCPUs */
    vc_driver_close(s.lab.drv);
    s.lab.drv = vc_world_open(lab_uri(&s.lab, ""));
    lab_is_online(&s.lab, &s.inst, "0,2");
    OK(PLUG(s, "1,3", false, NULL));
    end(&s);
}
END_TEST

START_TEST(what_cant_be_plugged_is_said)
{
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct scene s;

    begin(&s, false, NULL);
    REFUSED(PLUG(s, "4", true, &done), VC_ERR_INVALID_ARG, "vcpu 4");
    REFUSED(PLUG(s, "0", false, &done), VC_ERR_OPERATION_UNSUPPORTED, "vcpu 0");
    REFUSED(PLUG(s, "3", true, &done), VC_ERR_OPERATION_UNSUPPORTED, "a gap");
    ck_assert(vc_cpuset_is_empty(&done));
    lab_is_online(&s.lab, &s.inst, "0-1");
    end(&s);
}
END_TEST

START_TEST(a_guest_that_keeps_its_vcpus_is_left_in_time)
{
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct scene s;

    begin(&s, false,
          HAS_KVM "on device_del\n"
                  "  send {\"return\": {}, \"id\": @ID@}\n");
    OK(PLUG(s, "2", true, &done));
    IS_SET(&done, "2");
    REFUSED(PLUG(s, "1-2", false, &done), VC_ERR_OPERATION_TIMEOUT,
            "did not release vcpu 2 within 2000 ms");
    ck_assert(vc_cpuset_is_empty(&done));
    lab_is_online(&s.lab, &s.inst, "0-2");
    end(&s);
}
END_TEST

/* ---- the agent ---- */

static int agent_get(struct scene *s, struct vc_agent *ret,
                     struct vc_error *err)
{
    return s->lab.drv->ops->agent_get(s->lab.drv, &s->inst, PATIENCE_MS, ret,
                                      err);
}

static int agent_set(struct scene *s, const char *vcpus, bool online,
                     struct vc_cpuset *ret_done, struct vc_error *err)
{
    SET_AUTO(set, vcpus);

    return s->lab.drv->ops->agent_set(s->lab.drv, &s->inst, &set, online,
                                      PATIENCE_MS, ret_done, err);
}

START_TEST(the_agent_takes_vcpus_offline)
{
    VC_AGENT_AUTO agent = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct scene s;

    begin(&s, true, NULL);
    OK(agent_get(&s, &agent, &err));
    IS_SET(&agent.present, "0-1");
    IS_SET(&agent.online, "0-1");
    IS_SET(&agent.can_offline, "1");
    OK(agent_set(&s, "1", false, &done, &err));
    IS_SET(&done, "1");
    OK(agent_get(&s, &agent, &err));
    IS_SET(&agent.online, "0");
    OK(agent_set(&s, "0-1", true, &done, &err));
    IS_SET(&done, "0-1");
    OK(agent_set(&s, "0-1", true, NULL, &err)); /* they are */
    REFUSED(agent_set(&s, "0", false, &done, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "vcpu 0");
    REFUSED(agent_set(&s, "3", true, &done, &err), VC_ERR_INVALID_ARG,
            "has no vcpus 3; it has 0-1");
    end(&s);
}
END_TEST

START_TEST(an_agent_that_says_it_did_is_looked_at)
{
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct scene s;

    begin(&s, true,
          "side agent\non guest-set-vcpus\n  send {\"return\": 1}\n");
    OK(agent_set(&s, "0-1", true, &done, &err)); /* they are: it isn't asked */
    IS_SET(&done, "0-1");
    REFUSED(agent_set(&s, "1", false, &done, &err), VC_ERR_OPERATION_FAILED,
            "guest-set-vcpus with success, but did not bring vcpus 1 offline");
    ck_assert(vc_cpuset_is_empty(&done));
    end(&s);
}
END_TEST

START_TEST(an_agent_that_is_not_to_be_had)
{
    VC_AGENT_AUTO agent = {0};
    struct vc_error err;
    struct scene s;
    int fd;

    begin(&s, false, NULL);
    REFUSED(agent_get(&s, &agent, &err), VC_ERR_ARGUMENT_UNSUPPORTED,
            "no guest agent is configured for domain 'a'");
    fd = peer_listen(&s.lab, "a.ga"); /* by this process, who is not QEMU */
    REFUSED(agent_get(&s, &agent, &err), VC_ERR_OPERATION_FAILED,
            "another process's");
    (void)close(fd);
    REFUSED(agent_get(&s, &agent, &err), VC_ERR_AGENT_UNRESPONSIVE,
            "nobody listens");
    REFUSED(agent_set(&s, "1", false, NULL, &err), VC_ERR_AGENT_UNRESPONSIVE,
            "nobody listens");
    fake_peer_end(&s.peer.fake);
    IS_OVER(agent_get(&s, &agent, &err));
    IS_OVER(agent_set(&s, "1", false, NULL, &err));
    vc_instance_clear(&s.inst);
    lab_end(&s.lab);
}
END_TEST

/* Its one place is taken, and so is the queue for it. */
START_TEST(an_agent_that_others_talk_to_is_busy)
{
    VC_AGENT_AUTO agent = {0};
    struct vc_error err;
    struct scene s;
    int fds[3];
    size_t i;

    begin(&s, true, NULL);
    for (i = 0; i < VC_NELEMS(fds); i++)
        fds[i] = lab_connect(lab_file(&s.lab, "a.ga"));
    REFUSED(agent_get(&s, &agent, &err), VC_ERR_AGENT_UNRESPONSIVE, "busy");
    for (i = 0; i < VC_NELEMS(fds); i++)
        (void)close(fds[i]);
    OK(agent_get(&s, &agent, &err));
    end(&s);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &a_run_is_seen_as_it_is,
        &a_stopped_machine_is_paused,
        &what_a_run_would_refuse_is_known_before,
        &vcpus_of_one_thread_cant_be_pinned,
        &threads_that_are_not_there_are_an_error,
        &a_pin_is_of_one_thread_only,
        &what_cant_be_pinned_is_said,
        &a_pin_of_a_run_that_ended_is_late,
        &vcpus_come_and_go,
        &what_cant_be_plugged_is_said,
        &a_guest_that_keeps_its_vcpus_is_left_in_time,
        &the_agent_takes_vcpus_offline,
        &an_agent_that_says_it_did_is_looked_at,
        &an_agent_that_is_not_to_be_had,
        &an_agent_that_others_talk_to_is_busy,
    };
    Suite *suite = suite_create("driver: a run of QEMU");
    TCase *tcase = tcase_create("run");
    size_t i;

    tcase_set_timeout(tcase, 60);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
