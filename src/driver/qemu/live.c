/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/live.h"

#include <errno.h>
#include <string.h>

#include "driver/qemu/host.h"
#include "driver/qemu/proc.h"
#include "driver/qemu/session.h"

/* A vCPU that goes between the question and the look: ask again. */
#define LOOK_TRIES 4

/* ---- snapshot ---- */

/* A thread that sleeps moves when it wakes: until then the kernel names the
 * CPU of its last run, which it may have been pinned away from. */
static int place_of(const struct vc_cpuset *affinity, int last)
{
    if (vc_cpuset_contains(affinity, (unsigned)last))
        return last;
    return vc_cpuset_is_empty(affinity) ? last : vc_cpuset_next(affinity, 0);
}

/* 1; 0: the thread is gone; -1. */
static int look_at_vcpu(const struct vc_qemu_session *session,
                        const struct vc_qemu_cpu *cpu,
                        struct vc_qemu_thread *ret_thread,
                        struct vc_live_vcpu *ret, struct vc_error *err)
{
    struct vc_qemu_task task = {0};
    int rc = vc_qemu_session_thread(session, cpu, &task, err);

    if (rc == 1)
        rc = vc_qemu_affinity_get(session->inst->id, task.tid, &ret->affinity,
                                  err);
    if (rc < 1)
        return rc;
    ret->cpu = place_of(&ret->affinity, task.stat.cpu);
    ret->state = task.stat.state == 'R' && !session->paused ? VC_VCPU_RUNNING
                                                            : VC_VCPU_BLOCKED;
    /* of a shared thread nobody can tell whose time it was */
    if (!session->cpus.share_thread)
        ret->time_ns = vc_qemu_proc_time(session->inst->id, task.tid);
    *ret_thread = (struct vc_qemu_thread){
        .vcpu = cpu->vcpu, .tid = task.tid, .start = task.stat.start};
    return 1;
}

/* Of threads that changed while they were asked for, it isn't known which
 * vCPUs they were all of. */
static void learn(const struct vc_qemu_session *session,
                  const struct vc_qemu_thread *threads)
{
    static const struct vc_qemu_tasks unknown;
    bool shared = session->cpus.share_thread;

    vc_qemu_home_learn(session->home, session->inst->start,
                       &session->run.machine, threads,
                       shared ? 0 : session->cpus.n,
                       session->steady && !shared ? &session->tasks : &unknown);
}

static int look_at_vcpus(struct vc_qemu_session *session, struct vc_live *live,
                         struct vc_error *err)
{
    const struct vc_qemu_cpus *cpus = &session->cpus;
    struct vc_qemu_thread *threads = calloc(cpus->n + 1, sizeof(*threads));
    int rc = 1;
    size_t i;

    if (!threads)
        return vc_error_nomem(err);
    for (i = 0; rc == 1 && i < cpus->n; i++)
        rc = look_at_vcpu(session, &cpus->items[i], &threads[i],
                          &live->vcpus[cpus->items[i].vcpu], err);
    if (rc == 1)
        learn(session, threads);
    free(threads);
    return rc;
}

static void set_caps(const struct vc_qemu_session *session, unsigned parts,
                     struct vc_live *live)
{
    struct vc_qemu_plug plug = vc_qemu_session_plug(session);
    struct vc_qemu_file file;

    live->caps = VC_CAP_PIN | VC_CAP_ONLINE | VC_CAP_WATCH;
    if (session->cpus.share_thread) {
        live->caps &= ~(unsigned)VC_CAP_PIN;
        live->no_pin = "its vcpus share one thread (TCG with thread=single)";
    }
    if (session->run.machine.no_plug) {
        live->caps &= ~(unsigned)VC_CAP_ONLINE;
        live->no_online = session->run.machine.no_plug;
    }
    if (parts & VC_LIVE_PLUG)
        vc_qemu_plug_limits(&plug, &live->limits);
    live->has_agent =
        vc_qemu_dir_stat(&session->dir, session->run.base, ".ga", &file);
    if (live->has_agent)
        live->caps |= VC_CAP_AGENT;
    live->paused = session->paused;
}

/* The online CPUs of the host that its control group leaves it. */
static int usable_cpus(pid_t pid, struct vc_cpuset *ret, struct vc_error *err)
{
    VC_CPUSET_AUTO online = {0};
    VC_CPUSET_AUTO group = {0};

    if (vc_qemu_host_online(&online, err) < 0 ||
        vc_qemu_proc_cpuset(pid, &group, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&group)) {
        vc_cpuset_move(ret, &online);
        return 0;
    }
    return vc_cpuset_intersect(ret, &online, &group, err);
}

/* 1; 0: it changed meanwhile; -1. */
static int snapshot_try(struct vc_qemu_session *session, unsigned parts,
                        struct vc_live *ret, struct vc_error *err)
{
    unsigned maximum = vc_qemu_session_maximum(session);
    VC_LIVE_AUTO live = {0};
    unsigned i;
    int rc;

    if (maximum == 0) {
        (void)vc_error_set(err, VC_ERR_OPERATION_FAILED, "it has no vcpus");
        return vc_qemu_session_explain(session, err);
    }
    if (vc_live_alloc(&live, maximum, err) < 0)
        return -1;
    for (i = 0; i < maximum; i++)
        live.vcpus[i].cpu = -1;
    if (vc_qemu_cpus_set(&session->cpus, &live.online, err) < 0 ||
        ((parts & VC_LIVE_USABLE) &&
         usable_cpus(session->inst->id, &live.usable, err) < 0))
        return -1;
    set_caps(session, parts, &live);
    rc = look_at_vcpus(session, &live, err);
    if (rc < 1)
        return rc;
    vc_live_clear(ret);
    *ret = live;
    memset(&live, 0, sizeof(live));
    return 1;
}

int vc_qemu_snapshot(struct vc_qemu_home *home, const struct vc_instance *inst,
                     unsigned parts, struct vc_live *ret, struct vc_error *err)
{
    VC_QEMU_SESSION_AUTO session = {0};
    int tries;
    int rc = 0;

    if (vc_qemu_session_begin(home, inst, &session, err) < 0)
        return -1;
    for (tries = 0; rc == 0 && tries < LOOK_TRIES; tries++) {
        if (vc_qemu_session_look(&session, parts, err) < 0)
            return -1;
        rc = snapshot_try(&session, parts, ret, err);
    }
    if (rc == 0) {
        (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                           "the threads of its vcpus are not to be found");
        return vc_qemu_session_explain(&session, err);
    }
    return rc == 1 ? 0 : -1;
}

/* ---- pinning ---- */

/* The thread is: with all of its process, or alone. */
static int say_gone(const struct vc_instance *inst, unsigned vcpu,
                    struct vc_error *err)
{
    int64_t until_ms = vc_qemu_now_ms() + VC_QEMU_ENDING_MS;

    do {
        if (vc_qemu_instance_check(inst, err) < 0)
            return -1;
    } while (vc_qemu_pause(VC_QEMU_ENDING_STEP_MS, until_ms));
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "vcpu %u of domain '%s' has just gone", vcpu,
                        inst->name);
}

static int pin_is_refused(const struct vc_qemu_session *session, unsigned vcpu,
                          struct vc_error *err)
{
    const char *name = session->inst->name;
    unsigned maximum = vc_qemu_session_maximum(session);

    if (vcpu >= maximum)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "vcpu %u is out of range of domain '%s' (0-%u)",
                            vcpu, name, maximum ? maximum - 1 : 0);
    return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                        "vcpu %u of domain '%s' is offline and can't be "
                        "pinned",
                        vcpu, name);
}

static int thread_asked(struct vc_qemu_home *home,
                        const struct vc_instance *inst, unsigned vcpu,
                        pid_t *ret_tid, struct vc_error *err)
{
    VC_QEMU_SESSION_AUTO session = {0};
    struct vc_qemu_task task = {0};
    const struct vc_qemu_cpu *cpu = NULL;
    int rc;
    size_t i;

    if (vc_qemu_session_begin(home, inst, &session, err) < 0 ||
        vc_qemu_session_ask(&session, err) < 0)
        return -1;
    vc_qemu_session_hang_up(&session);
    for (i = 0; i < session.cpus.n; i++) {
        if (session.cpus.items[i].vcpu == vcpu)
            cpu = &session.cpus.items[i];
    }
    if (!cpu)
        return pin_is_refused(&session, vcpu, err);
    if (session.cpus.share_thread)
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpu %u of domain '%s' can't be pinned: its vcpus "
                            "share one thread (TCG with thread=single)",
                            vcpu, inst->name);
    rc = vc_qemu_session_thread(&session, cpu, &task, err);
    if (rc < 1)
        return rc < 0 ? -1 : say_gone(inst, vcpu, err);
    *ret_tid = task.tid;
    return 0;
}

static int say_pin_failed(const struct vc_instance *inst, unsigned vcpu,
                          const struct vc_cpuset *cpus, int errnum,
                          struct vc_error *err)
{
    const char *name = inst->name;
    VC_CPUSET_AUTO usable = {0};

    switch (errnum) {
    case EINVAL: /* the kernel has none of them for this thread */
        if (usable_cpus(inst->id, &usable, err) < 0)
            return -1;
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "vcpu %u of domain '%s': no CPU of %s is online on "
                            "the host (online: %s)",
                            vcpu, name, VC_CPUSET_SHOW(cpus),
                            VC_CPUSET_SHOW(&usable));
    case ESRCH:
        return say_gone(inst, vcpu, err);
    case EPERM:
        return vc_error_set(err, VC_ERR_ACCESS_DENIED,
                            "no permission to pin vcpu %u of domain '%s': "
                            "another user's process needs root or "
                            "CAP_SYS_NICE",
                            vcpu, name);
    default:
        return vc_error_errno(err, errnum, "can't pin vcpu %u of domain '%s'",
                              vcpu, name);
    }
}

int vc_qemu_pin(struct vc_qemu_home *home, const struct vc_instance *inst,
                unsigned vcpu, const struct vc_cpuset *cpus,
                struct vc_cpuset *ret_effective, struct vc_error *err)
{
    VC_CPUSET_AUTO effective = {0};
    pid_t tid = 0;
    int errnum;
    int rc;

    if (!vc_qemu_home_recall_thread(home, inst, vcpu, &tid) &&
        thread_asked(home, inst, vcpu, &tid, err) < 0)
        return -1;
    errnum = vc_qemu_affinity_set(tid, cpus);
    if (errnum)
        return say_pin_failed(inst, vcpu, cpus, errnum, err);
    if (!ret_effective)
        return 0;
    rc = vc_qemu_affinity_get(inst->id, tid, &effective, err);
    if (rc < 1)
        return rc < 0 ? -1 : say_gone(inst, vcpu, err);
    vc_cpuset_move(ret_effective, &effective);
    return 0;
}
