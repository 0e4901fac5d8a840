/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One connection per verb, and one deadline for all of it.  What may lie in
 * the channel from others is dropped by a sync: a random number that the agent
 * says back behind a byte that no JSON holds.
 */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/agent.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "driver/qemu/guest.h"
#include "driver/qemu/session.h"
#include "driver/qemu/wire.h"
#include "util/buf.h"

#define RETRY_MS 10
#define MARK ((char)0xff)

/* A CPU of guest-get-vcpus is an object of three members: 7 nodes.  As many as
 * there can be: 29 MB for nodes and 4 MB for text, once. */
static const struct vc_qemu_limits limits = {
    .bytes = 1024u * 1024, .nodes = VC_VCPU_LIMIT * 7 + 256, .depth = 16};

struct agent {
    struct vc_qemu_session session; /* never opened: only whose agent it is */
    struct vc_qemu_wire wire;
    int64_t deadline_ms;
    unsigned timeout_ms;
};

static void agent_clear(struct agent *agent)
{
    if (agent->wire.buf)
        vc_qemu_wire_close(&agent->wire);
    vc_qemu_session_close(&agent->session);
}
#define AGENT_AUTO __attribute__((cleanup(agent_clear))) struct agent

static const char *domain_of(const struct agent *agent)
{
    return agent->session.inst->name;
}

/* -1; a domain that has ended has no agent to complain about. */
static int unresponsive(const struct agent *agent, const char *what,
                        struct vc_error *err)
{
    if (!vc_qemu_run_lives(&agent->session.run))
        return vc_qemu_not_running(err);
    return vc_error_set(err, VC_ERR_AGENT_UNRESPONSIVE,
                        "the guest agent of domain '%s' %s", domain_of(agent),
                        what);
}

static int late(const struct agent *agent, const char *command,
                struct vc_error *err)
{
    if (!vc_qemu_run_lives(&agent->session.run))
        return vc_qemu_not_running(err);
    return vc_error_set(err, VC_ERR_AGENT_UNRESPONSIVE,
                        "the guest agent of domain '%s' did not answer %s "
                        "within %u ms",
                        domain_of(agent), command, agent->timeout_ms);
}

/* ---- connecting ---- */

/* It must be the channel of this run, not what another left there. */
static int connect_once(struct agent *agent, int sock_fd,
                        enum vc_qemu_connected *ret, struct vc_error *err)
{
    pid_t pid = 0;
    uid_t uid = 0;
    int fd = -1;

    *ret = vc_qemu_connect(sock_fd, &fd, &pid, &uid, err);
    switch (*ret) {
    case VC_QEMU_CONNECT_ERROR:
        return vc_error_prefix(err, "the guest agent of domain '%s'",
                               domain_of(agent));
    case VC_QEMU_CONNECT_REFUSED:
        return unresponsive(agent, "has a socket at which nobody listens", err);
    case VC_QEMU_CONNECT_AGAIN:
        return 0;
    case VC_QEMU_CONNECTED:
        break;
    }
    if (pid == agent->session.inst->id)
        return vc_qemu_wire_open(&agent->wire, fd, &limits, err);
    (void)close(fd);
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "the agent socket of domain '%s' is another process's",
                        domain_of(agent));
}

static int agent_connect(struct agent *agent, struct vc_error *err)
{
    enum vc_qemu_connected connected;
    struct vc_qemu_file file;
    int rc;
    int fd = vc_qemu_dir_socket(&agent->session.dir, agent->session.run.base,
                                ".ga", &file);

    if (fd < 0)
        return vc_error_set(err, VC_ERR_ARGUMENT_UNSUPPORTED,
                            "no guest agent is configured for domain '%s'",
                            domain_of(agent));
    do {
        rc = connect_once(agent, fd, &connected, err);
    } while (rc == 0 && connected == VC_QEMU_CONNECT_AGAIN &&
             vc_qemu_pause(RETRY_MS, agent->deadline_ms));
    (void)close(fd);
    if (rc == 0 && connected == VC_QEMU_CONNECT_AGAIN)
        return unresponsive(agent, "is busy with other clients", err);
    return rc;
}

/* ---- requests ---- */

static int send_text(struct agent *agent, const struct vc_buf *text,
                     struct vc_error *err)
{
    if (text->failed)
        return vc_error_nomem(err);
    if (vc_qemu_wire_send(&agent->wire, text->data, text->len,
                          agent->deadline_ms, err) == 0)
        return 0;
    return unresponsive(agent, "takes no requests", err);
}

/* Fills *err for what is no message. */
static int took_none(const struct agent *agent, enum vc_qemu_took took,
                     const char *command, struct vc_error *err)
{
    if (took == VC_QEMU_TOOK_NOTHING)
        return late(agent, command, err);
    if (took == VC_QEMU_TOOK_END)
        return unresponsive(agent, "closed the connection", err);
    return vc_error_prefix(err, "the guest agent of domain '%s'",
                           domain_of(agent));
}

/* Like another client's answer, a wrong number is passed over. */
static int await_sync(struct agent *agent, int64_t want, struct vc_error *err)
{
    const char *command = "guest-sync-delimited";

    for (;;) {
        VC_JSON_AUTO *msg = NULL;
        enum vc_qemu_took took = vc_qemu_wire_skip(&agent->wire, MARK,
                                                   agent->deadline_ms, err);
        int64_t id;

        if (took == VC_QEMU_TOOK_ONE)
            took = vc_qemu_wire_wait(&agent->wire, agent->deadline_ms, &msg,
                                     err);
        if (took == VC_QEMU_TOOK_ONE &&
            vc_qemu_json_int(msg, "return", want, want, &id))
            return 0;
        /* what is no JSON may be the end of what came before */
        if (took == VC_QEMU_TOOK_NOTHING || took == VC_QEMU_TOOK_END ||
            (took == VC_QEMU_TOOK_ERROR &&
             err->code != VC_ERR_OPERATION_FAILED))
            return took_none(agent, took, command, err);
        if (vc_qemu_now_ms() >= agent->deadline_ms)
            return late(agent, command, err);
    }
}

static int agent_sync(struct agent *agent, struct vc_error *err)
{
    VC_BUF_AUTO text = {0};
    uint64_t id = 0;

    if (getrandom(&id, sizeof(id), GRND_NONBLOCK) < 0)
        id = (uint64_t)vc_qemu_now_ms() << 20 ^ (uint64_t)getpid();
    id &= INT64_MAX;
    vc_buf_addc(&text, MARK);
    vc_buf_addf(&text,
                "{\"execute\":\"guest-sync-delimited\","
                "\"arguments\":{\"id\":%llu}}\n",
                (unsigned long long)id);
    if (send_text(agent, &text, err) < 0)
        return -1;
    return await_sync(agent, (int64_t)id, err);
}

static int agent_begin(struct agent *agent, struct vc_qemu_home *home,
                       const struct vc_instance *inst, unsigned timeout_ms,
                       struct vc_error *err)
{
    agent->timeout_ms = timeout_ms;
    agent->deadline_ms = vc_qemu_now_ms() + timeout_ms;
    if (vc_qemu_session_begin(home, inst, &agent->session, err) < 0 ||
        agent_connect(agent, err) < 0)
        return -1;
    return agent_sync(agent, err);
}

/* *ret_msg is owned; the return value is borrowed from it. */
static struct json_object *agent_call(struct agent *agent, const char *command,
                                      const struct vc_buf *text,
                                      struct json_object **ret_msg,
                                      struct vc_error *err)
{
    enum vc_qemu_took took;

    if (send_text(agent, text, err) < 0)
        return NULL;
    took = vc_qemu_wire_wait(&agent->wire, agent->deadline_ms, ret_msg, err);
    if (took == VC_QEMU_TOOK_ONE)
        return vc_qemu_guest_return(*ret_msg, domain_of(agent), command, err);
    (void)took_none(agent, took, command, err);
    return NULL;
}

/* ---- verbs ---- */

static int get_vcpus(struct agent *agent, struct vc_agent *ret,
                     struct vc_error *err)
{
    VC_JSON_AUTO *msg = NULL;
    VC_BUF_AUTO text = {0};
    struct json_object *value;

    vc_buf_adds(&text, "{\"execute\":\"guest-get-vcpus\"}\n");
    value = agent_call(agent, "guest-get-vcpus", &text, &msg, err);
    return value ? vc_qemu_guest_vcpus(value, domain_of(agent), ret, err) : -1;
}

int vc_qemu_agent_get(struct vc_qemu_home *home, const struct vc_instance *inst,
                      unsigned timeout_ms, struct vc_agent *ret,
                      struct vc_error *err)
{
    AGENT_AUTO agent = {0};

    if (agent_begin(&agent, home, inst, timeout_ms, err) < 0)
        return -1;
    return get_vcpus(&agent, ret, err);
}

/* How many of the first ids were done. */
static int set_some(struct agent *agent, const struct vc_cpuset *ids,
                    bool online, unsigned *ret_count, struct vc_error *err)
{
    VC_JSON_AUTO *msg = NULL;
    VC_BUF_AUTO text = {0};
    struct json_object *value;
    const char *comma = "";
    int id;

    vc_buf_adds(&text,
                "{\"execute\":\"guest-set-vcpus\",\"arguments\":{\"vcpus\":[");
    for (id = vc_cpuset_next(ids, 0); id >= 0;
         id = vc_cpuset_next(ids, (unsigned)id + 1)) {
        vc_buf_addf(&text, "%s{\"logical-id\":%d,\"online\":%s}", comma, id,
                    online ? "true" : "false");
        comma = ",";
    }
    vc_buf_adds(&text, "]}}\n");
    value = agent_call(agent, "guest-set-vcpus", &text, &msg, err);
    return value ? vc_qemu_guest_count(value, domain_of(agent),
                                       vc_cpuset_count(ids), ret_count, err)
                 : -1;
}

/* It stops at the first that fails, and says why only when asked for that one
 * first: so what is left is asked for again until it is done or refused. */
static int set_all(struct agent *agent, const struct vc_cpuset *todo,
                   bool online, struct vc_cpuset *done, struct vc_error *err)
{
    VC_CPUSET_AUTO left = {0};

    if (vc_cpuset_copy(&left, todo, err) < 0)
        return -1;
    while (!vc_cpuset_is_empty(&left)) {
        unsigned count = 0;

        if (set_some(agent, &left, online, &count, err) < 0)
            return -1;
        for (; count > 0; count--) {
            unsigned id = (unsigned)vc_cpuset_next(&left, 0);

            if (vc_cpuset_add(done, id, id, err) < 0 ||
                vc_cpuset_remove(&left, id, id, err) < 0)
                return -1;
        }
    }
    return 0;
}

/* An agent can say that it did, and not have done it. */
static int look_again(struct agent *agent, const struct vc_cpuset *vcpus,
                      bool online, struct vc_cpuset *done, struct vc_error *err)
{
    VC_AGENT_AUTO now = {0};
    VC_CPUSET_AUTO left = {0};

    if (get_vcpus(agent, &now, err) < 0 ||
        (online ? vc_cpuset_intersect(done, vcpus, &now.online, err)
                : vc_cpuset_subtract(done, vcpus, &now.online, err)) < 0 ||
        vc_cpuset_subtract(&left, vcpus, done, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&left))
        return 0;
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "the guest agent of domain '%s' answered "
                        "guest-set-vcpus with success, but did not bring vcpus "
                        "%s %s",
                        domain_of(agent), VC_CPUSET_SHOW(&left),
                        online ? "online" : "offline");
}

int vc_qemu_agent_set(struct vc_qemu_home *home, const struct vc_instance *inst,
                      const struct vc_cpuset *vcpus, bool online,
                      unsigned timeout_ms, struct vc_cpuset *ret_done,
                      struct vc_error *err)
{
    AGENT_AUTO agent = {0};
    VC_AGENT_AUTO now = {0};
    VC_CPUSET_AUTO todo = {0};
    VC_CPUSET_AUTO done = {0};
    int rc;

    if (agent_begin(&agent, home, inst, timeout_ms, err) < 0 ||
        get_vcpus(&agent, &now, err) < 0 ||
        vc_qemu_guest_check(&now, inst->name, vcpus, online, err) < 0 ||
        (online ? vc_cpuset_subtract(&todo, vcpus, &now.online, err)
                : vc_cpuset_intersect(&todo, vcpus, &now.online, err)) < 0 ||
        vc_cpuset_subtract(&done, vcpus, &todo, err) < 0)
        return -1;
    rc = set_all(&agent, &todo, online, &done, err);
    if (rc == 0 && !vc_cpuset_is_empty(&todo))
        rc = look_again(&agent, vcpus, online, &done, err);
    if (ret_done)
        vc_cpuset_move(ret_done, &done);
    return rc;
}
