/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The flag walk against a real QEMU.  Compares the table with
 * flags-qemu.expect; with an argument it only prints it.  The guest is tiny.S,
 * its agent a thread of this process.  A machine goes on as long as a call
 * plugged nothing, since an emulated one does not survive being put back.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../api/walk.h"
#include "dir.h"
#include "fake_peer.h"
#include "fake_world.h"
#include "vm.h"

#define NAME "walker"
#define UUID "6f1d7a52-0b5e-4c1c-9d53-6f1e5b0f3a11"
#define MAXIMUM 4

static const char document[] = "<domain type='qemu'>\n"
                               "  <name>" NAME "</name>\n"
                               "  <uuid>" UUID "</uuid>\n"
                               "  <vcpu current='2'>4</vcpu>\n"
                               "  <cputune>\n"
                               "    <vcpupin vcpu='0' cpuset='0'/>\n"
                               "  </cputune>\n"
                               "</domain>\n";

struct place {
    char dir[4096];
    struct vm vm;
    struct fake_world guest;
    struct fake_agent *agent;
};

static void machine_end(struct place *place)
{
    vm_end(&place->vm);
    fake_agent_end(place->agent);
    place->agent = NULL;
}

static bool machine_start(struct place *place)
{
    struct vm_spec spec = {
        .dir = place->dir, .name = NAME, .uuid = UUID, .maximum = MAXIMUM};

    spec.agent_listener = vm_bind_agent(place->dir, NAME);
    if (spec.agent_listener < 0 || vm_start(&spec, &place->vm) < 0)
        return false;
    place->agent = fake_agent_start(spec.agent_listener, &place->guest);
    return true;
}

/* By the tests' own hand, like the questions: the threads of vCPUs 0 and 1,
 * and no others. */
static bool machine_threads(struct place *place, int tids[MAXIMUM])
{
    return place->vm.child > 0 &&
           qmp_threads(&place->vm.mon, tids, MAXIMUM) == 2 && tids[0] > 0 &&
           tids[1] > 0;
}

static bool machine_pin(const int tids[MAXIMUM])
{
    cpu_set_t all;
    cpu_set_t first;

    CPU_ZERO(&first);
    CPU_SET(0, &first);
    return sched_getaffinity(0, sizeof(all), &all) == 0 &&
           sched_setaffinity(tids[0], sizeof(first), &first) == 0 &&
           sched_setaffinity(tids[1], sizeof(all), &all) == 0;
}

static bool run_machine(struct place *place)
{
    int tids[MAXIMUM];

    (void)pthread_mutex_lock(&place->guest.lock);
    memset(place->guest.online, 0, sizeof(place->guest.online));
    place->guest.online[0] = place->guest.online[1] = true;
    (void)pthread_mutex_unlock(&place->guest.lock);
    if (!machine_threads(place, tids)) {
        machine_end(place);
        if (!machine_start(place) || !machine_threads(place, tids))
            return false;
    }
    return machine_pin(tids);
}

/* A pin kept for an offline vCPU belongs to the run: forgotten with it. */
static bool forget_kept_pins(virDomainPtr dom)
{
    unsigned i;

    for (i = 2; i < MAXIMUM; i++) {
        if (vcpuconfDomainUnpinVcpu(dom, i, VIR_DOMAIN_AFFECT_LIVE) < 0)
            return false;
    }
    return true;
}

static virDomainPtr define(virConnectPtr conn)
{
    virDomainPtr dom = virDomainLookupByName(conn, NAME);

    if (dom) {
        int failed =
            virDomainIsPersistent(dom) == 1 && virDomainUndefine(dom) < 0;

        (void)virDomainFree(dom);
        if (failed)
            return NULL;
    }
    return virDomainDefineXML(conn, document);
}

static virDomainPtr enter(struct walk_world *world, bool active,
                          bool persistent)
{
    struct place *place = world->opaque;
    virDomainPtr dom;

    if (active && !run_machine(place))
        return NULL;
    if (!active)
        machine_end(place);
    dom = define(world->conn);
    if (dom && ((active && !forget_kept_pins(dom)) ||
                (!persistent && virDomainUndefine(dom) < 0))) {
        (void)virDomainFree(dom);
        return NULL;
    }
    return dom;
}

/* ---- the table ---- */

static char *read_all(FILE *file)
{
    char *text = NULL;
    size_t room = 0;

    rewind(file);
    if (getdelim(&text, &room, '\0', file) < 0) {
        free(text);
        return NULL;
    }
    return text;
}

static int compare(FILE *table)
{
    const char *top = getenv("top_srcdir");
    char path[4200];
    FILE *stored;
    char *want;
    char *have = read_all(table);
    int rc;

    (void)snprintf(path, sizeof(path), "%s/tests/lab-qemu/flags-qemu.expect",
                   top ? top : ".");
    stored = fopen(path, "re");
    want = stored ? read_all(stored) : NULL;
    rc = !want || !have || strcmp(want, have) != 0;
    if (rc)
        (void)printf("%s\nthe table differs from %s\n", have ? have : "", path);
    if (stored)
        (void)fclose(stored);
    free(want);
    free(have);
    return rc;
}

static int walk(struct place *place, FILE *table)
{
    struct walk_world world = {.enter = enter, .opaque = place};
    char uri[8400];
    int rc;

    (void)snprintf(uri, sizeof(uri), "qemu://%s?store=%s/store.db", place->dir,
                   place->dir);
    world.conn = virConnectOpen(uri);
    if (!world.conn) {
        (void)fprintf(stderr, "%s\n", virGetLastErrorMessage());
        return 1;
    }
    rc = walk_print(&world, table) < 0;
    (void)virConnectClose(world.conn);
    return rc;
}

static bool possible(void)
{
    cpu_set_t cpus;

    if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0 || !CPU_ISSET(0, &cpus) ||
        !CPU_ISSET(1, &cpus)) {
        (void)printf("SKIP: the walk pins to host CPUs 0 and 1\n");
        return false;
    }
    return vm_possible();
}

int main(int argc, char **argv)
{
    static struct place place;
    FILE *table = argc > 1 ? stdout : tmpfile();
    int rc;

    (void)argv;
    if (!possible())
        return 77;
    if (!table || lab_dir_new(place.dir, sizeof(place.dir)) < 0)
        return 99;
    fake_world_init(&place.guest, NAME);
    rc = walk(&place, table);
    machine_end(&place);
    lab_dir_remove(place.dir);
    if (rc == 0 && argc == 1)
        rc = compare(table);
    return rc;
}
