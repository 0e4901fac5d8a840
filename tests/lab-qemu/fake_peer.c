/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake_peer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_world.h"

/* ---- one connection ---- */

struct side_state {
    enum side side;
    int listener;
    const struct script *script;
    struct fake_world *world;
    atomic_bool *follow;
    /* of the connection */
    int fd;
    struct json_tokener *tok;
    char buf[4096];
    size_t pos, len;
    struct json_object *request; /* the latest */
};

static bool send_all(struct side_state *s, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(s->fd, data, len, MSG_NOSIGNAL);

        if (n < 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static const char *command_of(struct json_object *request)
{
    struct json_object *execute;

    return request && json_object_object_get_ex(request, "execute", &execute)
               ? json_object_get_string(execute)
               : "";
}

/* What the real agent says to the byte that resets it. */
static bool reset_parser(struct side_state *s)
{
    static const char error[] =
        "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse "
        "error, stray '\\uFFFD'\"}}\n";

    json_tokener_reset(s->tok);
    return send_all(s, error, sizeof(error) - 1);
}

/* The next request into s->request; false: the other side is gone. */
static bool next_request(struct side_state *s)
{
    (void)json_object_put(s->request);
    s->request = NULL;
    for (;;) {
        for (; s->pos < s->len; s->pos++) {
            char c = s->buf[s->pos];

            if (c == '\xff') {
                if (!reset_parser(s))
                    return false;
                continue;
            }
            s->request = json_tokener_parse_ex(s->tok, &c, 1);
            if (s->request) {
                s->pos++;
                return true;
            }
        }
        {
            ssize_t n = read(s->fd, s->buf, sizeof(s->buf));

            s->pos = 0;
            s->len = n > 0 ? (size_t)n : 0;
            if (n <= 0)
                return false;
        }
    }
}

static bool answer(struct side_state *s)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    bool sent;

    if (!out)
        abort();
    (void)pthread_mutex_lock(&s->world->lock);
    if (s->side == SIDE_QMP)
        fake_world_qmp(s->world, command_of(s->request), s->request, out);
    else
        fake_world_agent(s->world, command_of(s->request), s->request, out);
    (void)pthread_mutex_unlock(&s->world->lock);
    (void)fclose(out);
    sent = send_all(s, text, len);
    free(text);
    return sent;
}

/* ---- the script ---- */

static size_t place(const struct side_state *s, const char *at, FILE *out)
{
    int tid;

    if (strncmp(at, "@ID@", 4) == 0) {
        (void)fputs(fake_id(s->request), out);
        return 4;
    }
    if (strncmp(at, "@PID@", 5) == 0) {
        (void)fprintf(out, "%d", getpid());
        return 5;
    }
    if (sscanf(at, "@TID%1d@", &tid) == 1 && tid < FAKE_VCPUS) {
        (void)fprintf(out, "%d", s->world->tids[tid]);
        return 6;
    }
    (void)fputc(*at, out);
    return 1;
}

static char *filled_in(const struct side_state *s, const struct act *act,
                       size_t *ret_len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, ret_len);
    size_t i;

    if (!out)
        abort();
    for (i = 0; i < act->len;)
        i += place(s, act->text + i, out);
    if (act->kind == ACT_SEND)
        (void)fputs(s->side == SIDE_QMP ? "\r\n" : "\n", out);
    (void)fclose(out);
    return text;
}

static bool say(struct side_state *s, const struct act *act)
{
    size_t len;
    char *text = filled_in(s, act, &len);
    bool sent = true;
    long i;

    if (act->kind == ACT_SLOWLY) {
        for (i = 0; sent && i < (long)len; i++) {
            (void)poll(NULL, 0, (int)act->n);
            sent = send_all(s, text + i, 1);
        }
    } else {
        for (i = 0; sent && i < (act->kind == ACT_REPEAT ? act->n : 1); i++)
            sent = send_all(s, text, len);
    }
    free(text);
    return sent;
}

static bool await(struct side_state *s, const char *command)
{
    while (next_request(s)) {
        if (strcmp(command_of(s->request), command) == 0)
            return true;
        if (!answer(s))
            break;
    }
    return false;
}

static bool play(struct side_state *s, const struct act *act)
{
    switch (act->kind) {
    case ACT_SEND:
    case ACT_RAW:
    case ACT_SLOWLY:
    case ACT_REPEAT:
        return say(s, act);
    case ACT_GREET:
        return send_all(s, FAKE_GREETING, strlen(FAKE_GREETING));
    case ACT_ANSWER:
        return answer(s);
    case ACT_EXPECT:
        return await(s, act->text);
    case ACT_WAIT:
        while (next_request(s))
            ;
        return false;
    case ACT_CLOSE:
        return false;
    }
    return false;
}

/* What the script says for this occasion, else as one that behaves. */
static bool deal_with(struct side_state *s, const char *command)
{
    const struct occasion *on = NULL;
    size_t i;

    if (s->script && atomic_load(s->follow))
        on = script_at(s->script, s->side, command);
    if (on) {
        for (i = 0; i < on->n; i++) {
            if (!play(s, &on->acts[i]))
                return false;
        }
        return true;
    }
    if (strcmp(command, "connect") != 0)
        return answer(s);
    return s->side == SIDE_AGENT ||
           send_all(s, FAKE_GREETING, strlen(FAKE_GREETING));
}

static void *serve(void *opaque)
{
    struct side_state *s = opaque;

    for (;;) {
        s->fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
        if (s->fd < 0)
            return NULL;
        s->tok = json_tokener_new();
        s->pos = s->len = 0;
        if (deal_with(s, "connect")) {
            while (next_request(s) && deal_with(s, command_of(s->request)))
                ;
        }
        (void)json_object_put(s->request);
        s->request = NULL;
        json_tokener_free(s->tok);
        (void)close(s->fd);
    }
}

/* ---- the process ---- */

static int listen_at(const char *name, const char *suffix)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s%s", name, suffix);
    (void)unlink(addr.sun_path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
        listen(fd, 1) < 0)
        _exit(1);
    return fd;
}

/* Never returns: it is ended from outside, or with the one that started it. */
static void be_peer(const struct fake_spec *spec, int control, pid_t parent)
{
    static struct side_state sides[2];
    static struct fake_world world;
    static atomic_bool follow;
    const bool wanted[] = {spec->qmp, spec->agent};
    pthread_t thread;
    char order;
    int i;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
        chdir(spec->dir) < 0)
        _exit(1);
    fake_world_init(&world, spec->name);
    fake_world_add_threads(&world);
    for (i = 0; i < 2; i++) {
        if (!wanted[i])
            continue;
        sides[i].side = i == 0 ? SIDE_QMP : SIDE_AGENT;
        sides[i].listener = listen_at(spec->name, i == 0 ? ".qmp" : ".ga");
        sides[i].script = spec->script;
        sides[i].world = &world;
        sides[i].follow = &follow;
        if (pthread_create(&thread, NULL, serve, &sides[i]) != 0)
            _exit(1);
    }
    while (write(control, "", 1) == 1 && read(control, &order, 1) == 1)
        atomic_store(&follow, order == 's');
    _exit(0);
}

static int acknowledged(const struct fake_peer *peer)
{
    char byte;

    return read(peer->control, &byte, 1) == 1 ? 0 : -1;
}

int fake_peer_start(const struct fake_spec *spec, struct fake_peer *ret)
{
    pid_t parent = getpid();
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    ret->control = pair[0];
    ret->pid = fork();
    if (ret->pid == 0) {
        (void)close(pair[0]);
        be_peer(spec, pair[1], parent);
    }
    (void)close(pair[1]);
    if (ret->pid < 0 || acknowledged(ret) < 0) {
        fake_peer_end(ret);
        return -1;
    }
    return 0;
}

int fake_peer_follow(struct fake_peer *peer, bool script)
{
    if (write(peer->control, script ? "s" : "n", 1) != 1)
        return -1;
    return acknowledged(peer);
}

void fake_peer_end(struct fake_peer *peer)
{
    if (peer->pid > 0) {
        (void)kill(peer->pid, SIGKILL);
        (void)waitpid(peer->pid, NULL, 0);
    }
    (void)close(peer->control);
    peer->pid = 0;
}

/* ---- an agent in this process ---- */

struct fake_agent {
    struct side_state side;
    pthread_t thread;
};

struct fake_agent *fake_agent_start(int listener, struct fake_world *world)
{
    struct fake_agent *agent = calloc(1, sizeof(*agent));

    if (!agent)
        abort();
    agent->side.side = SIDE_AGENT;
    agent->side.listener = listener;
    agent->side.world = world;
    if (pthread_create(&agent->thread, NULL, serve, &agent->side) != 0)
        abort();
    return agent;
}

void fake_agent_end(struct fake_agent *agent)
{
    if (!agent)
        return;
    (void)shutdown(agent->side.listener, SHUT_RDWR);
    (void)pthread_join(agent->thread, NULL);
    (void)close(agent->side.listener);
    free(agent);
}
