/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/session.h"

#include <poll.h>
#include <string.h>

#include "driver/qemu/proc.h"

static const char *const ask_state[] = {"query-status", NULL};
static const char *const ask_now[] = {"query-status", "query-cpus-fast", NULL};
static const char *const ask_all[] = {"query-status", "query-cpus-fast",
                                      "query-hotpluggable-cpus", "query-kvm",
                                      NULL};

int vc_qemu_session_begin(struct vc_qemu_home *home,
                          const struct vc_instance *inst,
                          struct vc_qemu_session *ret, struct vc_error *err)
{
    memset(ret, 0, sizeof(*ret));
    ret->home = home;
    ret->inst = inst;
    return vc_qemu_home_get(home, inst, &ret->dir, &ret->run, err);
}

/* The paths of the CPUs go with the answer that they are in. */
static void forget_paths(struct vc_qemu_session *session)
{
    size_t i;

    for (i = 0; i < session->cpus.n; i++)
        session->cpus.items[i].qom = NULL;
}

void vc_qemu_session_hang_up(struct vc_qemu_session *session)
{
    forget_paths(session);
    vc_qmp_close(&session->qmp);
}

void vc_qemu_session_close(struct vc_qemu_session *session)
{
    vc_qmp_close(&session->qmp);
    vc_qemu_cpus_clear(&session->cpus);
    vc_qemu_tasks_clear(&session->tasks);
    vc_qemu_run_clear(&session->run);
    vc_qemu_dir_close(&session->dir);
}

/* The other side closed the connection, or let none come about. */
static bool has_lost_it(const struct vc_qemu_session *session)
{
    const struct vc_qmp *qmp = &session->qmp;

    if (qmp->state == VC_QMP_DEAD)
        return true;
    if (qmp->state == VC_QMP_FAILED)
        return qmp->why.code == VC_ERR_OPERATION_FAILED;
    return qmp->wire.fd >= 0 && vc_qemu_poll(qmp->wire.fd, POLLRDHUP, 0);
}

int vc_qemu_session_explain(const struct vc_qemu_session *session,
                            struct vc_error *err)
{
    int64_t until_ms = vc_qemu_now_ms() + VC_QEMU_ENDING_MS;

    if (err->code == VC_ERR_NO_MEMORY)
        return -1;
    do {
        if (!vc_qemu_run_lives(&session->run))
            return vc_qemu_not_running(err);
    } while (has_lost_it(session) &&
             vc_qemu_pause(VC_QEMU_ENDING_STEP_MS, until_ms));
    return vc_error_prefix(err, "domain '%s'", session->inst->name);
}

static int bad_answer(struct vc_error *err, const char *what)
{
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "its answer to %s can't be understood", what);
}

/* Asked by `batch`, which begins as ask_all does. */
static int read_answers(struct vc_qemu_session *session,
                        const char *const *batch, struct vc_error *err)
{
    struct json_object *const *answers = session->qmp.answers;
    bool running;

    if (!vc_qemu_json_bool(answers[0], "running", &running))
        return bad_answer(err, "query-status");
    session->paused = !running;
    if (batch == ask_state)
        return 0;
    if (vc_qemu_cpus_parse(answers[1], &session->cpus, err) < 0)
        return -1;
    if (batch == ask_all)
        vc_qemu_machine_parse(answers[2], answers[3], &session->cpus,
                              vc_qemu_proc_is_nested(session->inst->id),
                              &session->run.machine);
    return 0;
}

static int begin(struct vc_qemu_session *session, const char *const *batch,
                 struct vc_error *err)
{
    const struct vc_qemu_run *run = &session->run;
    struct vc_qemu_file file;
    int fd = vc_qemu_dir_socket(&session->dir, run->base, ".qmp", &file);

    vc_qmp_close(&session->qmp);
    if (fd < 0)
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "its monitor socket is gone");
    vc_qmp_begin(&session->qmp, fd, session->dir.owner, batch, run->inst.id,
                 run->start);
    return 0;
}

static int finish(struct vc_qemu_session *session, const char *const *batch,
                  struct vc_error *err)
{
    switch (vc_qmp_run(&session->qmp)) {
    case VC_QMP_READY:
        return read_answers(session, batch, err);
    case VC_QMP_DEAD:
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "nobody listens at its monitor socket");
    default:
        *err = session->qmp.why;
        return -1;
    }
}

static int ask(struct vc_qemu_session *session, const char *const *batch,
               struct vc_error *err)
{
    return begin(session, batch, err) < 0 ? -1 : finish(session, batch, err);
}

/* Looks at the threads while QEMU works at its answer. */
static int ask_and_read_tasks(struct vc_qemu_session *session,
                              struct vc_error *err)
{
    struct vc_qmp *qmp = &session->qmp;

    if (begin(session, ask_state, err) < 0)
        return -1;
    while (qmp->state < VC_QMP_ASKING &&
           vc_qmp_run_some(qmp, 1, qmp->deadline_ms))
        ;
    if (vc_qemu_tasks_read(session->inst->id, &session->tasks, err) < 0)
        return -1;
    return finish(session, ask_state, err);
}

int vc_qemu_session_ask(struct vc_qemu_session *session, struct vc_error *err)
{
    if (ask(session, session->run.machine.known ? ask_now : ask_all, err) < 0)
        return vc_qemu_session_explain(session, err);
    return 0;
}

/* The vCPUs are those of the threads seen last. */
static int recall_cpus(struct vc_qemu_session *session, struct vc_error *err)
{
    const struct vc_qemu_run *run = &session->run;
    size_t i;

    vc_qemu_cpus_clear(&session->cpus);
    session->cpus.items =
        calloc(run->nthreads + 1, sizeof(*session->cpus.items));
    if (!session->cpus.items)
        return vc_error_nomem(err);
    for (i = 0; i < run->nthreads; i++)
        session->cpus.items[i] = (struct vc_qemu_cpu){
            .vcpu = run->threads[i].vcpu, .tid = run->threads[i].tid};
    session->cpus.n = run->nthreads;
    session->steady = true;
    return 0;
}

static int ask_cpus(struct vc_qemu_session *session, struct vc_error *err)
{
    VC_JSON_AUTO *answer = NULL;

    if (vc_qmp_call(&session->qmp, "query-cpus-fast", NULL, &answer, err) != 0)
        return -1;
    if (vc_qemu_cpus_parse(answer, &session->cpus, err) < 0)
        return -1;
    forget_paths(session);
    return 0;
}

/* 1: all is known; 0: the vCPUs are asked for, and session->tasks is from
 * before that; -1. */
static int look_first(struct vc_qemu_session *session, bool want_state,
                      struct vc_error *err)
{
    if (!session->run.machine.known || !session->run.tasks.n) {
        if (vc_qemu_tasks_read(session->inst->id, &session->tasks, err) < 0)
            return -1;
        return ask(session, session->run.machine.known ? ask_now : ask_all,
                   err);
    }
    if ((want_state ? ask_and_read_tasks(session, err)
                    : vc_qemu_tasks_read(session->inst->id, &session->tasks,
                                         err)) < 0)
        return -1;
    if (vc_qemu_tasks_equal(&session->tasks, &session->run.tasks))
        return recall_cpus(session, err) < 0 ? -1 : 1;
    return want_state ? ask_cpus(session, err) : ask(session, ask_now, err);
}

/* The words of an error are about QEMU alone. */
static int ask_mark(struct vc_qemu_session *session, struct vc_error *err)
{
    struct json_object *args;
    VC_JSON_AUTO *objects = NULL;
    size_t i;

    session->marked = false;
    if (!session->run.machine.is_tcg || session->run.machine.no_plug)
        return 0; /* no matter */
    args = json_object_new_object();
    if (vc_qemu_json_add(args, "path", json_object_new_string("/objects"),
                         err) < 0) {
        (void)json_object_put(args);
        return -1;
    }
    if (vc_qmp_call(&session->qmp, "qom-list", args, &objects, err) != 0)
        return -1;
    if (!json_object_is_type(objects, json_type_array))
        return 0;
    for (i = 0; i < json_object_array_length(objects); i++) {
        const char *name =
            vc_qemu_json_text(json_object_array_get_idx(objects, i), "name");

        session->marked |= name && strcmp(name, VC_QEMU_MARK) == 0;
    }
    return 0;
}

int vc_qemu_session_ask_mark(struct vc_qemu_session *session,
                             struct vc_error *err)
{
    return ask_mark(session, err) < 0 ? vc_qemu_session_explain(session, err)
                                      : 0;
}

struct vc_qemu_plug vc_qemu_session_plug(const struct vc_qemu_session *session)
{
    return (struct vc_qemu_plug){
        .domain = session->inst->name,
        .maximum = vc_qemu_session_maximum(session),
        .paused = session->paused,
        .is_tcg = session->run.machine.is_tcg,
        .share_thread = session->cpus.share_thread,
        .was_unplugged = session->marked,
        .no_plug = session->run.machine.no_plug,
    };
}

int vc_qemu_session_look(struct vc_qemu_session *session, unsigned parts,
                         struct vc_error *err)
{
    VC_QEMU_TASKS_AUTO before = {0};
    int rc = look_first(session, parts & (VC_LIVE_RUNS | VC_LIVE_PLUG), err);

    if (rc == 0) {
        before = session->tasks;
        memset(&session->tasks, 0, sizeof(session->tasks));
        rc = vc_qemu_tasks_read(session->inst->id, &session->tasks, err);
        session->steady = vc_qemu_tasks_equal(&before, &session->tasks);
    }
    if (rc >= 0 && (parts & VC_LIVE_PLUG))
        rc = ask_mark(session, err);
    vc_qemu_session_hang_up(session);
    return rc < 0 ? vc_qemu_session_explain(session, err) : 0;
}

int vc_qemu_session_call(struct vc_qemu_session *session, const char *command,
                         struct json_object *args, struct json_object **ret,
                         struct vc_error *err)
{
    int rc = vc_qmp_call(&session->qmp, command, args, ret, err);

    if (rc)
        (void)vc_qemu_session_explain(session, err);
    return rc;
}

unsigned vc_qemu_session_maximum(const struct vc_qemu_session *session)
{
    unsigned maximum = session->run.machine.maximum;

    if (session->cpus.n &&
        session->cpus.items[session->cpus.n - 1].vcpu >= maximum)
        maximum = session->cpus.items[session->cpus.n - 1].vcpu + 1;
    return maximum;
}

static const struct vc_qemu_thread *
known_thread(const struct vc_qemu_session *session, unsigned vcpu)
{
    size_t i;

    for (i = 0; i < session->run.nthreads; i++) {
        if (session->run.threads[i].vcpu == vcpu)
            return &session->run.threads[i];
    }
    return NULL;
}

/* QEMU tells its thread by the number of its own pid namespace.  0: none. */
static pid_t tid_here(const struct vc_qemu_session *session,
                      const struct vc_qemu_cpu *cpu)
{
    const struct vc_qemu_thread *known;
    struct vc_qemu_stat stat;
    struct vc_error ignored;

    if (!session->run.machine.is_nested)
        return cpu->tid;
    known = known_thread(session, cpu->vcpu);
    if (known &&
        vc_qemu_proc_stat(session->inst->id, known->tid, &stat, &ignored) ==
            1 &&
        stat.start == known->start)
        return known->tid;
    return vc_qemu_proc_find_inner(session->inst->id, cpu->tid);
}

int vc_qemu_session_thread(const struct vc_qemu_session *session,
                           const struct vc_qemu_cpu *cpu,
                           struct vc_qemu_task *ret, struct vc_error *err)
{
    const struct vc_qemu_task *task;
    pid_t tid = tid_here(session, cpu);

    if (tid == 0)
        return 0;
    if (session->tasks.n) {
        task = vc_qemu_tasks_get(&session->tasks, tid);
        if (task)
            *ret = *task;
        return task != NULL;
    }
    ret->tid = tid;
    return vc_qemu_proc_stat(session->inst->id, tid, &ret->stat, err);
}
