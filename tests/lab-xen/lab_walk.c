/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The flag walk against a real Xen; prints the table.  Runs in dom0, as root.
 * One guest runs as long as the domain is to be active: between two calls only
 * what a call can change is put back.
 */
#include <stdlib.h>

#include "../api/scratchdir.h"
#include "../api/walk.h"
#include "lab_guest.h"

#define MAXIMUM 4
#define ONLINE 0x3
#define PIN 0x3

static const char document[] =
    "<domain type='xen'>\n"
    "  <name>walker</name>\n"
    "  <uuid>e1e1e1e1-e1e1-e1e1-e1e1-e1e1e1e1e1e1</uuid>\n"
    "  <vcpu current='2'>4</vcpu>\n"
    "  <cputune>\n"
    "    <vcpupin vcpu='0' cpuset='0-1'/>\n"
    "  </cputune>\n"
    "</domain>\n";
static const unsigned char uuid[16] = {0xe1, 0xe1, 0xe1, 0xe1, 0xe1, 0xe1,
                                       0xe1, 0xe1, 0xe1, 0xe1, 0xe1, 0xe1,
                                       0xe1, 0xe1, 0xe1, 0xe1};

/* As it was started, but for the pin of vCPU 0. */
static bool run_guest(void)
{
    static const struct lab_guest guest = {"walker", uuid, MAXIMUM, ONLINE,
                                           NULL};
    const uint64_t all = ~(uint64_t)0;
    const uint64_t pin = PIN;
    int id = lab_guest_find(uuid);
    unsigned i;

    if (id < 0)
        id = lab_guest_start(&guest);
    else if (!lab_guest_ask_online(id, MAXIMUM, ONLINE) ||
             !lab_guest_wait_online(id, MAXIMUM, ONLINE))
        return false;
    for (i = 0; id >= 0 && i < MAXIMUM; i++) {
        if (!lab_guest_pin(id, i, i == 0 ? &pin : &all, NULL))
            return false;
    }
    return id >= 0;
}

static bool end_guest(void)
{
    int id = lab_guest_find(uuid);

    return id < 0 || lab_guest_destroy(id);
}

/* A definition from scratch; it is there even if only to get a handle. */
static virDomainPtr define(virConnectPtr conn)
{
    virDomainPtr dom = virDomainLookupByName(conn, "walker");

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
    virDomainPtr dom;

    if (!(active ? run_guest() : end_guest()))
        return NULL;
    dom = define(world->conn);
    if (dom && !persistent && virDomainUndefine(dom) < 0) {
        (void)virDomainFree(dom);
        return NULL;
    }
    return dom;
}

int main(void)
{
    struct walk_world world = {.enter = enter};
    char *dir = scratchdir_new();
    char uri[512];
    int rc = -1;

    (void)snprintf(uri, sizeof(uri), "xen:///system?store=%s/store.db", dir);
    lab_guest_sweep();
    world.conn = virConnectOpen(uri);
    if (world.conn)
        rc = walk_print(&world, stdout);
    else
        (void)fprintf(stderr, "%s\n", virGetLastErrorMessage());
    if (world.conn)
        (void)virConnectClose(world.conn);
    lab_guest_sweep();
    scratchdir_free(dir);
    return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
