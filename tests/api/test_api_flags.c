/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Walks the test host and compares the table with flags.expect.  With an
 * argument it only prints the table (to look at, or to renew the file).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scratchdir.h"
#include "walk.h"

static const char document[] =
    "<domain type='xen'>\n"
    "  <name>walker</name>\n"
    "  <uuid>6f1d7a52-0b5e-4c1c-9d53-6f1e5b0f3a11</uuid>\n"
    "  <vcpu current='2'>4</vcpu>\n"
    "  <cputune>\n"
    "    <vcpupin vcpu='0' cpuset='0-1'/>\n"
    "  </cputune>\n"
    "</domain>\n";

/* From scratch: gone, then defined, started, undefined as asked. */
static virDomainPtr enter(struct walk_world *world, bool active,
                          bool persistent)
{
    virDomainPtr dom = virDomainLookupByName(world->conn, "walker");

    if (dom) {
        if (virDomainIsActive(dom) == 1 && virDomainDestroy(dom) < 0)
            return NULL;
        if (virDomainIsPersistent(dom) == 1 && virDomainUndefine(dom) < 0)
            return NULL;
        (void)virDomainFree(dom);
    }
    dom = virDomainDefineXML(world->conn, document);
    if (!dom)
        return NULL;
    if ((active && virDomainCreate(dom) < 0) ||
        (!persistent && virDomainUndefine(dom) < 0)) {
        (void)virDomainFree(dom);
        return NULL;
    }
    return dom;
}

static char *read_file(FILE *file)
{
    char *text = NULL;
    size_t len = 0;

    rewind(file);
    if (getdelim(&text, &len, '\0', file) < 0) {
        free(text);
        return NULL;
    }
    return text;
}

static int compare(FILE *table, const char *path)
{
    FILE *expected = fopen(path, "re");
    char *want = expected ? read_file(expected) : NULL;
    char *have = read_file(table);
    int rc = !want || !have || strcmp(want, have) != 0;

    (void)printf("%s", have ? have : "");
    if (rc)
        (void)printf("\nthe table differs from %s\n", path);
    if (expected)
        (void)fclose(expected);
    free(want);
    free(have);
    return rc;
}

int main(int argc, char **argv)
{
    char *dir = scratchdir_new();
    char uri[512];
    char path[512];
    struct walk_world world = {.enter = enter};
    FILE *table = argc > 1 ? stdout : tmpfile();
    int rc;

    (void)argv;
    (void)snprintf(uri, sizeof(uri), "test:///default?store=%s/store.db", dir);
    world.conn = virConnectOpen(uri);
    if (!world.conn || !table) {
        (void)fprintf(stderr, "%s\n", virGetLastErrorMessage());
        return 1;
    }
    rc = walk_print(&world, table) < 0;
    (void)virConnectClose(world.conn);
    scratchdir_free(dir);
    if (rc || argc > 1)
        return rc;
    (void)snprintf(path, sizeof(path), "%s/tests/api/flags.expect",
                   getenv("top_srcdir") ? getenv("top_srcdir") : ".");
    rc = compare(table, path);
    (void)fclose(table);
    return rc;
}
