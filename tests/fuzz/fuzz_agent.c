/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest's agent sends: the verb ends in its time, and what it takes for
 * the guest's vCPUs is sound.
 *
 * The first byte says which verb: g get, o set online, f set offline.  The rest
 * is the agent's (peer.h); the number to be said back is 0.
 */
#include "driver/qemu/agent.h"
#include "fuzz.h"
#include "peer.h"
#include "qemu_world.h"

#define AGENT_MS 2000

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    qemu_world_init();
    return 0;
}

static void get(struct vc_qemu_home *home)
{
    VC_AGENT_AUTO agent = {0};
    struct vc_error err = {0};
    int rc =
        vc_qemu_agent_get(home, qemu_world_instance(), AGENT_MS, &agent, &err);

    qemu_world_check(rc, &err);
    FUZZ_REQUIRE(vc_cpuset_is_empty(&agent.present) == (rc < 0));
    FUZZ_REQUIRE(vc_cpuset_last(&agent.present) < (int)VC_VCPU_LIMIT);
    FUZZ_REQUIRE(vc_cpuset_is_subset(&agent.online, &agent.present));
    FUZZ_REQUIRE(vc_cpuset_is_subset(&agent.can_offline, &agent.present));
}

static void set(struct vc_qemu_home *home, bool online)
{
    VC_CPUSET_AUTO vcpus = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_error err = {0};
    int rc;

    FUZZ_REQUIRE(vc_cpuset_add(&vcpus, 1, 4, &err) == 0);
    rc = vc_qemu_agent_set(home, qemu_world_instance(), &vcpus, online,
                           AGENT_MS, &done, &err);
    qemu_world_check(rc, &err);
    FUZZ_REQUIRE(vc_cpuset_is_subset(&done, &vcpus));
    FUZZ_REQUIRE(rc < 0 || vc_cpuset_equal(&done, &vcpus));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vc_qemu_home *home;

    if (size == 0)
        return 0;
    home = qemu_world_home();
    peer_begin(QEMU_WORLD_NAME, data + 1, size - 1, PEER_MARKS);
    if (data[0] == 'o' || data[0] == 'f')
        set(home, data[0] == 'o');
    else
        get(home);
    vc_qemu_home_close(home);
    return 0;
}
