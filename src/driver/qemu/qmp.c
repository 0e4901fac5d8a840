/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/qmp.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/qemu/proc.h"
#include "util/buf.h"

#define GREETING_MS 1500
#define REPLY_MS 5000
#define RETRY_MS 10
#define TAKE_MAX 128 /* messages of one step */
#define POLL_MAX 256u

/*
 * The two long answers of a run tell of each vCPU by an object of up to 6
 * members, with one of up to 6 members in it, and a path with a '[' in it: 20
 * nodes, up to 250 bytes.  For VC_VCPU_LIMIT vCPUs that is 330,000 nodes and
 * 4 MiB, or 101 MB at worst.  A batch keeps twice that, 202 MB; who plugs holds
 * two answers more, 404 MB.
 *
 * A stranger has to say who it is and no more, and many are spoken with at a
 * time: 500 nodes and 32 KiB each, or 0.5 MB kept, and 132 MB for 256 of them.
 *
 * Events that are kept come on top of a run's: 64 of 64 nodes and 4 kB, 2 MB.
 */
static const struct vc_qemu_limits run_limits = {
    .bytes = 4u * 1024 * 1024, .nodes = 330000, .depth = 32};
static const struct vc_qemu_limits stranger_limits = {
    .bytes = 32u * 1024, .nodes = 500, .depth = 32};

#define EVENT_BYTES 4096u
#define EVENT_NODES 64u

void vc_qmp_begin(struct vc_qmp *qmp, int sock_fd, uid_t owner,
                  const char *const *batch, pid_t want_pid,
                  uint64_t want_start)
{
    memset(qmp, 0, sizeof(*qmp));
    qmp->want_pid = want_pid;
    qmp->want_start = want_start;
    qmp->begun = true;
    qmp->sock_fd = sock_fd;
    qmp->owner = owner;
    qmp->batch = batch;
    qmp->wire.fd = -1;
    qmp->deadline_ms = vc_qemu_now_ms() + GREETING_MS;
    vc_qmp_step(qmp);
}

static void hang_up(struct vc_qmp *qmp)
{
    if (qmp->begun && qmp->sock_fd >= 0)
        (void)close(qmp->sock_fd);
    qmp->sock_fd = -1;
    if (qmp->wire.buf)
        vc_qemu_wire_close(&qmp->wire);
}

void vc_qmp_close(struct vc_qmp *qmp)
{
    unsigned i;

    hang_up(qmp);
    for (i = 0; i < VC_QMP_BATCH_MAX; i++)
        (void)json_object_put(qmp->answers[i]);
    for (i = 0; i < qmp->nevents; i++)
        (void)json_object_put(qmp->events[i]);
    memset(qmp, 0, sizeof(*qmp));
    qmp->state = VC_QMP_DEAD;
    qmp->sock_fd = -1;
    qmp->wire.fd = -1;
}

/* With `why` filled. */
static void fail(struct vc_qmp *qmp)
{
    qmp->state = VC_QMP_FAILED;
    hang_up(qmp);
}

#define FAIL(qmp, code, ...)                                                   \
    do {                                                                       \
        (void)vc_error_set(&(qmp)->why, (code), __VA_ARGS__);                  \
        fail(qmp);                                                             \
    } while (0)

static void die(struct vc_qmp *qmp)
{
    qmp->state = VC_QMP_DEAD;
    hang_up(qmp);
}

/* The other side closed: it may have ended, or not want us. */
static void closed(struct vc_qmp *qmp)
{
    if (!vc_qemu_proc_lives(qmp->pid, qmp->start))
        die(qmp);
    else
        FAIL(qmp, VC_ERR_OPERATION_FAILED, "it closed the connection");
}

/* Who is it?  What is known of the one that is wanted isn't asked again. */
static void check_process(struct vc_qmp *qmp)
{
    struct vc_qemu_stat stat = {0};
    int rc = vc_qemu_proc_stat(qmp->pid, 0, &stat, &qmp->why);

    qmp->start = stat.start;
    if (rc < 0)
        fail(qmp);
    else if (rc == 0)
        die(qmp);
    else if (qmp->want_pid &&
             (qmp->pid != qmp->want_pid || qmp->start != qmp->want_start))
        FAIL(qmp, VC_ERR_OPERATION_FAILED,
             "another process has taken its monitor socket");
    else if (!qmp->want_pid && vc_qemu_proc_is_libvirts(qmp->pid))
        FAIL(qmp, VC_ERR_OPERATION_UNSUPPORTED, VC_QEMU_LIBVIRTS);
}

static bool is_trusted(const struct vc_qmp *qmp, uid_t uid)
{
    return uid == 0 || uid == geteuid() || uid == qmp->owner;
}

static void check_peer(struct vc_qmp *qmp, uid_t uid)
{
    if (!is_trusted(qmp, uid))
        FAIL(qmp, VC_ERR_ACCESS_DENIED,
             "the process behind its socket is owned by another user (uid %u)",
             (unsigned)uid);
    else if (qmp->pid <= 0)
        FAIL(qmp, VC_ERR_OPERATION_FAILED,
             "the process behind its socket can't be seen from here");
    else
        check_process(qmp);
}

/* Its queue is full.  A known run's file may be anybody's. */
static void wait_for_queue(struct vc_qmp *qmp)
{
    struct stat st;

    qmp->retry_ms = vc_qemu_now_ms() + RETRY_MS;
    if (!qmp->want_pid && fstat(qmp->sock_fd, &st) == 0 &&
        !is_trusted(qmp, st.st_uid))
        FAIL(qmp, VC_ERR_ACCESS_DENIED,
             "its socket is owned by another user (uid %u)",
             (unsigned)st.st_uid);
}

static void step_connect(struct vc_qmp *qmp)
{
    uid_t uid = 0;
    int fd = -1;

    switch (vc_qemu_connect(qmp->sock_fd, &fd, &qmp->pid, &uid, &qmp->why)) {
    case VC_QEMU_CONNECT_ERROR:
        fail(qmp);
        return;
    case VC_QEMU_CONNECT_REFUSED:
        die(qmp);
        return;
    case VC_QEMU_CONNECT_AGAIN:
        wait_for_queue(qmp);
        return;
    case VC_QEMU_CONNECTED:
        break;
    }
    /* one descriptor for each of many dialogues */
    (void)close(qmp->sock_fd);
    qmp->sock_fd = -1;
    qmp->state = VC_QMP_GREETING;
    if (vc_qemu_wire_open(&qmp->wire, fd,
                          qmp->want_pid ? &run_limits : &stranger_limits,
                          &qmp->why) < 0)
        fail(qmp);
    else
        check_peer(qmp, uid);
}

static void send_batch(struct vc_qmp *qmp)
{
    VC_BUF_AUTO text = {0};
    unsigned i;

    vc_buf_adds(&text, "{\"execute\":\"qmp_capabilities\",\"id\":0}\n");
    for (i = 0; qmp->batch[i]; i++)
        vc_buf_addf(&text, "{\"execute\":\"%s\",\"id\":%u}\n", qmp->batch[i],
                    i + 1);
    qmp->next_id = i + 1;
    qmp->state = VC_QMP_ASKING;
    qmp->deadline_ms = vc_qemu_now_ms() + REPLY_MS;
    if (text.failed)
        (void)vc_error_nomem(&qmp->why);
    else if (vc_qemu_wire_send(&qmp->wire, text.data, text.len,
                               qmp->deadline_ms, &qmp->why) == 0)
        return;
    fail(qmp);
}

/* Is it one that somebody reads later?  Who only asks who it is reads none. */
static bool is_of_use(const struct vc_qmp *qmp, struct json_object *event)
{
    static const char *const names[] = {
        "SHUTDOWN", "RESET",           "RESUME",
        "STOP",     "ACPI_DEVICE_OST", "DEVICE_DELETED",
    };
    const char *name = vc_qemu_json_text(event, "event");
    bool asks_who = !qmp->want_pid && qmp->batch[0];
    size_t i;

    for (i = 0; name && !asks_who && i < VC_NELEMS(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

/* QEMU's own are small. */
static void keep_event(struct vc_qmp *qmp, struct json_object *event)
{
    if (!is_of_use(qmp, event) || qmp->wire.last.bytes > EVENT_BYTES ||
        qmp->wire.last.nodes > EVENT_NODES)
        return;
    if (qmp->nevents == VC_QMP_EVENTS_MAX) {
        (void)json_object_put(qmp->events[0]);
        memmove(&qmp->events[0], &qmp->events[1],
                (VC_QMP_EVENTS_MAX - 1) * sizeof(qmp->events[0]));
        qmp->nevents--;
    }
    qmp->events[qmp->nevents++] = json_object_get(event);
}

/* Answers come in the order of the questions. */
static void take_answer(struct vc_qmp *qmp, struct json_object *msg)
{
    struct json_object *value = NULL;
    int64_t id;

    if (!vc_qemu_json_int(msg, "id", qmp->nanswers, qmp->nanswers, &id)) {
        FAIL(qmp, VC_ERR_OPERATION_FAILED,
             "it answers what it was not asked");
        return;
    }
    if (!json_object_object_get_ex(msg, "return", &value) && id == 0) {
        FAIL(qmp, VC_ERR_OPERATION_FAILED,
             "its monitor refuses to negotiate capabilities");
        return;
    }
    if (id > 0) {
        qmp->answers[id - 1] = json_object_get(value);
        vc_qemu_wire_keep(&qmp->wire);
    }
    qmp->nanswers++;
    if (id < qmp->next_id - 1)
        return;
    qmp->state = VC_QMP_READY;
    qmp->wire.kept = (struct vc_qemu_cost){0}; /* each call has its own */
}

static void take_message(struct vc_qmp *qmp, struct json_object *msg)
{
    if (qmp->state == VC_QMP_GREETING) {
        if (vc_qemu_json_get(msg, "QMP", json_type_object))
            send_batch(qmp);
        else if (vc_qemu_json_text(msg, "event"))
            return; /* one that happens just then, QEMU tells before it */
        else
            FAIL(qmp, VC_ERR_OPERATION_FAILED, "it is not a QMP socket");
    } else if (vc_qemu_json_text(msg, "event")) {
        keep_event(qmp, msg);
    } else if (qmp->state == VC_QMP_ASKING) {
        take_answer(qmp, msg);
    }
}

static void step_read(struct vc_qmp *qmp)
{
    enum vc_qemu_took took = VC_QEMU_TOOK_ONE;
    int n;

    for (n = 0; n < TAKE_MAX && took == VC_QEMU_TOOK_ONE; n++) {
        VC_JSON_AUTO *msg = NULL;

        took = vc_qemu_wire_take(&qmp->wire, &msg, &qmp->why);
        if (took == VC_QEMU_TOOK_ONE)
            take_message(qmp, msg);
        if (qmp->state > VC_QMP_READY)
            return;
        if (qmp->state == VC_QMP_READY && !qmp->patient)
            return; /* who called for more reads it */
    }
    if (took == VC_QEMU_TOOK_END) {
        closed(qmp);
    } else if (took == VC_QEMU_TOOK_ERROR) {
        if (qmp->state == VC_QMP_GREETING)
            (void)vc_error_prefix(&qmp->why, "it is not a QMP socket");
        fail(qmp);
    }
}

static void step_late(struct vc_qmp *qmp)
{
    qmp->late = true;
    if (qmp->state == VC_QMP_CONNECTING)
        FAIL(qmp, VC_ERR_RESOURCE_BUSY,
             "it is busy: the queue of its socket is full, so other clients "
             "hold its monitor, or nobody serves it");
    else if (qmp->state == VC_QMP_GREETING)
        FAIL(qmp, VC_ERR_RESOURCE_BUSY,
             "it is busy: no greeting within %d ms, so another client holds "
             "its monitor, or it is not a QMP socket",
             GREETING_MS);
    else
        FAIL(qmp, VC_ERR_OPERATION_TIMEOUT,
             "its monitor does not answer within %d ms", REPLY_MS);
}

void vc_qmp_step(struct vc_qmp *qmp)
{
    if (qmp->state == VC_QMP_CONNECTING && vc_qemu_now_ms() >= qmp->retry_ms)
        step_connect(qmp);
    if (qmp->state == VC_QMP_GREETING || qmp->state == VC_QMP_ASKING ||
        qmp->state == VC_QMP_READY)
        step_read(qmp);
    if (vc_qmp_is_busy(qmp) && vc_qemu_now_ms() >= qmp->deadline_ms &&
        !(qmp->patient && qmp->state != VC_QMP_ASKING))
        step_late(qmp);
}

/* When it has to be looked at again, whatever comes. */
static int64_t wake_time(const struct vc_qmp *qmp)
{
    /* one step left messages that are here already: no poll() tells of them */
    if (qmp->wire.pos < qmp->wire.len)
        return 0;
    if (qmp->state == VC_QMP_CONNECTING && qmp->retry_ms < qmp->deadline_ms)
        return qmp->retry_ms;
    return qmp->deadline_ms;
}

bool vc_qmp_run_some(struct vc_qmp *qmps, size_t n, int64_t until_ms)
{
    struct pollfd pfds[POLL_MAX];
    int64_t now = vc_qemu_now_ms();
    bool busy = false;
    size_t i;

    for (i = 0; i < n && i < POLL_MAX; i++) {
        pfds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
        if (!vc_qmp_is_busy(&qmps[i]))
            continue;
        busy = true;
        pfds[i].fd = qmps[i].wire.fd;
        if (wake_time(&qmps[i]) < until_ms)
            until_ms = wake_time(&qmps[i]);
    }
    if (!busy)
        return false;
    (void)poll(pfds, i, until_ms > now ? (int)(until_ms - now) : 0);
    for (i = 0; i < n && i < POLL_MAX; i++) {
        if (vc_qmp_is_busy(&qmps[i]))
            vc_qmp_step(&qmps[i]);
    }
    return true;
}

enum vc_qmp_state vc_qmp_run(struct vc_qmp *qmp)
{
    while (vc_qmp_run_some(qmp, 1, qmp->deadline_ms))
        ;
    return qmp->state;
}

/* ---- single commands ---- */

static int send_command(struct vc_qmp *qmp, const char *command,
                        struct json_object *args, int64_t deadline_ms,
                        struct vc_error *err)
{
    VC_JSON_AUTO *msg = json_object_new_object();
    const char *text;
    size_t len;

    if (args && vc_qemu_json_add(msg, "arguments", args, err) < 0)
        return -1;
    if (vc_qemu_json_add(msg, "execute", json_object_new_string(command),
                         err) < 0 ||
        vc_qemu_json_add(msg, "id", json_object_new_int64(qmp->next_id), err) <
            0)
        return -1;
    text = vc_qemu_json_write(msg, &len, err);
    if (!text)
        return -1;
    return vc_qemu_wire_send(&qmp->wire, text, len, deadline_ms, err);
}

static int read_answer(struct json_object *msg, const char *command,
                       struct json_object **ret, struct vc_error *err)
{
    struct json_object *fault =
        vc_qemu_json_get(msg, "error", json_type_object);
    struct json_object *value;
    const char *desc;

    if (!fault && json_object_object_get_ex(msg, "return", &value)) {
        if (ret)
            *ret = json_object_get(value);
        return 0;
    }
    desc = fault ? vc_qemu_json_text(fault, "desc") : NULL;
    if (!desc)
        desc = "without a reason";
    (void)vc_error_set(err, VC_ERR_OPERATION_FAILED, "QEMU refuses %s: %s",
                       command, VC_QEMU_WORDS(desc));
    return 1;
}

static int wait_answer(struct vc_qmp *qmp, const char *command,
                       int64_t deadline_ms, struct json_object **ret,
                       struct vc_error *err)
{
    for (;;) {
        VC_JSON_AUTO *msg = NULL;
        int64_t id;

        switch (vc_qemu_wire_wait(&qmp->wire, deadline_ms, &msg, err)) {
        case VC_QEMU_TOOK_ERROR:
            return -1;
        case VC_QEMU_TOOK_END:
            return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                                "it closed the connection during %s", command);
        case VC_QEMU_TOOK_NOTHING:
            return vc_error_set(err, VC_ERR_OPERATION_TIMEOUT,
                                "its monitor does not answer %s within %d ms",
                                command, REPLY_MS);
        case VC_QEMU_TOOK_ONE:
            break;
        }
        if (vc_qemu_json_text(msg, "event"))
            keep_event(qmp, msg);
        else if (vc_qemu_json_int(msg, "id", qmp->next_id, qmp->next_id, &id))
            return read_answer(msg, command, ret, err);
        if (vc_qemu_now_ms() >= deadline_ms) /* events without end */
            return vc_error_set(err, VC_ERR_OPERATION_TIMEOUT,
                                "its monitor does not answer %s", command);
    }
}

int vc_qmp_call(struct vc_qmp *qmp, const char *command,
                struct json_object *args, struct json_object **ret,
                struct vc_error *err)
{
    int64_t deadline_ms = vc_qemu_now_ms() + REPLY_MS;

    qmp->next_id++;
    if (send_command(qmp, command, args, deadline_ms, err) < 0)
        return -1;
    return wait_answer(qmp, command, deadline_ms, ret, err);
}

bool vc_qmp_event(struct vc_qmp *qmp, int64_t until_ms,
                  struct json_object **ret, int *ret_rc, struct vc_error *err)
{
    struct json_object *msg = NULL;

    *ret_rc = 0;
    if (qmp->nevents) {
        *ret = qmp->events[0];
        qmp->nevents--;
        memmove(&qmp->events[0], &qmp->events[1],
                qmp->nevents * sizeof(qmp->events[0]));
        return true;
    }
    switch (vc_qemu_wire_wait(&qmp->wire, until_ms, &msg, err)) {
    case VC_QEMU_TOOK_NOTHING:
        return false;
    case VC_QEMU_TOOK_ONE:
        *ret = msg;
        return true;
    case VC_QEMU_TOOK_END:
        (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                           "it closed the connection");
        break;
    case VC_QEMU_TOOK_ERROR:
        break;
    }
    *ret_rc = -1;
    return false;
}
