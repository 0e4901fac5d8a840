/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu_peers.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct script *read_script(const struct lab *lab, const char *text)
{
    static const char head[] = "call: none\nexpect: OK\nlimit: 1\n";
    const char *path = lab_file(lab, "script");
    struct script *script;
    FILE *file = fopen(path, "we");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(fprintf(file, "%s%s", head, text), 0);
    ck_assert_int_eq(fclose(file), 0);
    script = script_read(path);
    ck_assert_ptr_nonnull(script);
    ck_assert_int_eq(unlink(path), 0);
    return script;
}

void peer_start(const struct lab *lab, const char *name, bool agent,
                const char *script, struct peer *ret)
{
    struct fake_spec spec = {
        .dir = lab->dir, .name = name, .qmp = true, .agent = agent};

    ret->script = script ? read_script(lab, script) : NULL;
    spec.script = ret->script;
    ck_assert_int_eq(fake_peer_start(&spec, &ret->fake), 0);
    if (script)
        ck_assert_int_eq(fake_peer_follow(&ret->fake, true), 0);
}

void peer_end(struct peer *peer)
{
    fake_peer_end(&peer->fake);
    script_free(peer->script);
    peer->script = NULL;
}

void peer_threads(const struct lab *lab, const char *name, int ret_tids[2])
{
    static struct qmp qmp;
    char file[64];

    (void)snprintf(file, sizeof(file), "%s.qmp", name);
    ck_assert_int_eq(qmp_connect(&qmp, lab_file(lab, file), (int)LAB_MS), 0);
    ck_assert_int_eq(qmp_threads(&qmp, ret_tids, 2), 2);
    qmp_end(&qmp);
}

int peer_listen(const struct lab *lab, const char *file)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int dir = open(lab->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    /* the path may be too long for an address */
    (void)snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/%s",
                   dir, file);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
    ck_assert_int_eq(listen(fd, 4), 0);
    (void)close(dir);
    return fd;
}
