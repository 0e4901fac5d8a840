/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu_world.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "driver/qemu/proc.h"
#include "fuzz.h"
#include "peer.h"
#include "scratch.h"

/* More than all limits of one verb together. */
#define VERB_MS 30000

static struct vc_instance instance;

/* A socket's file; nobody needs to listen there. */
static void make_socket(const char *name)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int n = snprintf(addr.sun_path, sizeof(addr.sun_path), "%s",
                     scratch_path(name));

    FUZZ_REQUIRE(n > 0 && (size_t)n < sizeof(addr.sun_path));
    FUZZ_REQUIRE(fd >= 0 &&
                 bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0);
    (void)close(fd);
}

void qemu_world_init(void)
{
    struct vc_error err;
    uint64_t ticks;

    make_socket("d.qmp");
    make_socket("d.ga");
    instance.name = strdup("d");
    instance.id = getpid();
    FUZZ_REQUIRE(instance.name &&
                 vc_qemu_proc_identity(instance.id, instance.start,
                                       sizeof(instance.start), &ticks,
                                       &err) == 1);
}

struct vc_qemu_home *qemu_world_home(void)
{
    struct vc_error err;
    struct vc_qemu_home *home = vc_qemu_home_open(scratch_dir(), &err);

    FUZZ_REQUIRE(home);
    return home;
}

const struct vc_instance *qemu_world_instance(void)
{
    return &instance;
}

void qemu_world_check(int rc, const struct vc_error *err)
{
    FUZZ_REQUIRE(peer_elapsed_ms() < VERB_MS);
    if (rc < 0)
        FUZZ_REQUIRE_ERROR(err);
}
