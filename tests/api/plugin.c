/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plug-in that is linked to one of the two libraries. */
#ifdef PLUGIN_LIBVIRT
#include <libvirt/libvirt.h>
#else
#include <vcpuconf/vcpuconf.h>
#endif

__attribute__((visibility("default"))) unsigned long plugin_version(void);
__attribute__((visibility("default"))) const char *plugin_open(const char *uri);

/* The version of the library whose virGetVersion is called from here. */
unsigned long plugin_version(void)
{
    unsigned long version = 0;

    return virGetVersion(&version, 0, 0) < 0 ? 0 : version;
}

/* The kind of connection that this plug-in's library opens. */
const char *plugin_open(const char *uri)
{
    virConnectPtr conn = virConnectOpen(uri);
    const char *type = conn ? virConnectGetType(conn) : 0;

    if (conn)
        (void)virConnectClose(conn);
    return type;
}
