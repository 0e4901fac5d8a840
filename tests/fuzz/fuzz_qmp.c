/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a monitor sends, from the greeting on: whatever it is, each verb ends in
 * its time with an error or with something that is sound.
 *
 * The first byte says which verb: l list, f find, s snapshot (as often as there
 * are connections), p pin, u plug, d unplug.  The rest is the peer's (peer.h);
 * of all but list and find, behind an answer that says which domain it is.
 */
#include <string.h>

#include "driver/qemu/live.h"
#include "driver/qemu/plug.h"
#include "fuzz.h"
#include "peer.h"
#include "qemu_world.h"

#define SNAPSHOTS_MAX 4
#define PLUG_MS 1000

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    qemu_world_init();
    return 0;
}

static void check_words(const char *text)
{
    FUZZ_REQUIRE(text && *text);
    for (; *text; text++)
        FUZZ_REQUIRE((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void look(struct vc_qemu_home *home)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    struct vc_error err = {0};
    int rc = vc_qemu_home_list(home, &list, &err);
    size_t i;

    qemu_world_check(rc, &err);
    FUZZ_REQUIRE(list.n + list.nunclear <= 1);
    for (i = 0; i < list.n; i++) {
        const struct vc_instance *inst = &list.items[i];

        FUZZ_REQUIRE(inst->name && inst->id == qemu_world_instance()->id);
        FUZZ_REQUIRE(vc_name_check(inst->name, strlen(inst->name), &err) == 0);
        FUZZ_REQUIRE(!vc_uuid_is_zero(inst->uuid));
    }
    for (i = 0; i < list.nunclear; i++)
        check_words(list.unclear[i].why);
}

static void find(struct vc_qemu_home *home)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "d"};
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err = {0};
    int rc = vc_qemu_home_find(home, &key, &inst, &err);

    qemu_world_check(rc, &err);
    FUZZ_REQUIRE(rc != 1 || strcmp(inst.name, "d") == 0);
}

static void check_live(const struct vc_live *live)
{
    unsigned i;

    FUZZ_REQUIRE(live->maximum >= 1 && live->maximum <= VC_VCPU_LIMIT);
    FUZZ_REQUIRE(vc_cpuset_last(&live->online) < (int)live->maximum);
    for (i = 0; i < live->maximum; i++) {
        bool online = vc_cpuset_contains(&live->online, i);

        FUZZ_REQUIRE(online == (live->vcpus[i].cpu >= 0));
        FUZZ_REQUIRE(online || live->vcpus[i].state == VC_VCPU_OFFLINE);
        FUZZ_REQUIRE(online == !vc_cpuset_is_empty(&live->vcpus[i].affinity));
    }
}

static void snapshots(struct vc_qemu_home *home)
{
    int n;

    for (n = 0; n < SNAPSHOTS_MAX && peer_has_more(); n++) {
        VC_LIVE_AUTO live = {0};
        struct vc_error err = {0};
        int rc = vc_qemu_snapshot(home, qemu_world_instance(),
                                  n == 1 ? VC_LIVE_AFFINITY : VC_LIVE_ALL,
                                  &live, &err);

        FUZZ_REQUIRE(peer_elapsed_ms() < 4 * 30000);
        if (rc < 0)
            FUZZ_REQUIRE_ERROR(&err);
        else
            check_live(&live);
    }
}

/* To where it may be already: the thread is one of this process. */
static void pin(struct vc_qemu_home *home)
{
    VC_CPUSET_AUTO cpus = {0};
    VC_CPUSET_AUTO effective = {0};
    struct vc_error err = {0};
    int rc;

    FUZZ_REQUIRE(vc_cpuset_add(&cpus, 0, VC_CPU_LIMIT - 1, &err) == 0);
    rc = vc_qemu_pin(home, qemu_world_instance(), 1, &cpus, &effective, &err);
    qemu_world_check(rc, &err);
    FUZZ_REQUIRE(vc_cpuset_is_empty(&effective) == (rc < 0));
}

static void plug(struct vc_qemu_home *home, bool online)
{
    VC_CPUSET_AUTO vcpus = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_error err = {0};
    int rc;

    FUZZ_REQUIRE(vc_cpuset_add(&vcpus, 1, 2, &err) == 0);
    rc = vc_qemu_plug(home, qemu_world_instance(), &vcpus, online, PLUG_MS,
                      &done, &err);
    qemu_world_check(rc, &err);
    FUZZ_REQUIRE(vc_cpuset_is_subset(&done, &vcpus));
    FUZZ_REQUIRE(rc < 0 || vc_cpuset_equal(&done, &vcpus));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vc_qemu_home *home;
    char verb;

    if (size == 0)
        return 0;
    verb = (char)data[0];
    home = qemu_world_home();
    peer_begin(verb == 'l' || verb == 'f' ? "" : QEMU_WORLD_NAME, data + 1,
               size - 1, PEER_MARKS);
    switch (verb) {
    case 'l':
        look(home);
        break;
    case 'f':
        find(home);
        break;
    case 'p':
        pin(home);
        break;
    case 'u':
        plug(home, true);
        break;
    case 'd':
        plug(home, false);
        break;
    default:
        snapshots(home);
        break;
    }
    vc_qemu_home_close(home);
    return 0;
}
