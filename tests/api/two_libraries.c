/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One process, two plug-ins, one linked to this library and one to libvirt,
 * loaded in either order with global scope: each calls its own.
 * Arguments: plug-in, store, plug-in of libvirt.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <vcpuconf/vcpuconf.h>

struct plugin {
    unsigned long (*version)(void);
    const char *(*open)(const char *uri);
};

static int load(const char *path, struct plugin *ret)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    void *version = handle ? dlsym(handle, "plugin_version") : NULL;
    void *open = handle ? dlsym(handle, "plugin_open") : NULL;

    if (!version || !open) {
        fprintf(stderr, "%s\n", dlerror());
        return -1;
    }
    memcpy(&ret->version, &version, sizeof(version));
    memcpy(&ret->open, &open, sizeof(open));
    return 0;
}

int main(int argc, char **argv)
{
    struct plugin ours;
    struct plugin theirs;
    const char *type;
    char uri[512];
    int first = argc == 5 && strcmp(argv[4], "libvirt-first") == 0;

    if (argc < 4)
        return 2;
    if ((first ? load(argv[3], &theirs) : load(argv[1], &ours)) < 0 ||
        (first ? load(argv[1], &ours) : load(argv[3], &theirs)) < 0)
        return 1;
    printf("plug-in of vcpuconf: version %lu\nplug-in of libvirt: version %lu\n",
           ours.version(), theirs.version());
    if (ours.version() != VCPUCONF_VERSION_NUMBER ||
        theirs.version() < 1000000)
        return 1;
    (void)snprintf(uri, sizeof(uri), "test:///default?cpus=4&store=%s", argv[2]);
    type = ours.open(uri);
    printf("vcpuconf opens %s: %s\n", uri, type ? type : "nothing");
    if (!type || strcmp(type, "TEST") != 0)
        return 1;
    /* cpus= is a parameter of this library's test host alone */
    type = theirs.open("test:///default");
    printf("libvirt opens test:///default: %s\n", type ? type : "nothing");
    return !type || strcasecmp(type, "test") != 0;
}
