/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Written only against libvirt's vCPU calls.  It is built twice, with one
 * include line or the other, and run against each library's test host; the
 * name of a domain that runs there is an argument.
 */
#ifdef PORTABLE_LIBVIRT
#include <libvirt/libvirt.h>
#else
#include <vcpuconf/vcpuconf.h>
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void check(int ok, const char *what)
{
    printf("%s %s\n", ok ? "ok  " : "FAIL", what);
    failures += !ok;
}

/* Pins vCPU 0 to the host's first CPU, looks, and puts back what was there. */
static void pin_and_look(virDomainPtr dom, int nvcpus, int maplen)
{
    unsigned char *before = calloc((size_t)nvcpus, (size_t)maplen);
    unsigned char *after = calloc((size_t)nvcpus, (size_t)maplen);
    unsigned char *map = calloc(1, (size_t)maplen);

    check(virDomainGetVcpuPinInfo(dom, nvcpus, before, maplen,
                                  VIR_DOMAIN_AFFECT_LIVE) >= 1,
          "virDomainGetVcpuPinInfo");
    VIR_USE_CPU(map, 0);
    /* libvirt's test host takes no flag here; it runs, so this means LIVE */
    check(virDomainPinVcpuFlags(dom, 0, map, maplen,
                                VIR_DOMAIN_AFFECT_CURRENT) == 0,
          "virDomainPinVcpuFlags");
    check(virDomainGetVcpuPinInfo(dom, nvcpus, after, maplen,
                                  VIR_DOMAIN_AFFECT_LIVE) >= 1 &&
              VIR_CPU_USABLE(after, maplen, 0, 0) &&
              !VIR_CPU_USABLE(after, maplen, 0, 1),
          "the pin is read back");
    VIR_COPY_CPUMAP(before, maplen, 0, map);
    check(virDomainPinVcpu(dom, 0, map, maplen) == 0, "virDomainPinVcpu");
    free(before);
    free(after);
    free(map);
}

static void count_and_look(virDomainPtr dom)
{
    int max = virDomainGetMaxVcpus(dom);
    int count = virDomainGetVcpusFlags(dom, VIR_DOMAIN_VCPU_LIVE);
    virVcpuInfoPtr info = calloc((size_t)max, sizeof(*info));
    int n = virDomainGetVcpus(dom, info, max, NULL, 0);

    check(max >= count && count >= 1, "virDomainGetMaxVcpus");
    check(n >= count && info[0].number == 0 &&
              info[0].state == VIR_VCPU_RUNNING && info[0].cpu >= 0,
          "virDomainGetVcpus");
    check(virDomainGetVcpusFlags(dom, VIR_DOMAIN_VCPU_MAXIMUM |
                                          VIR_DOMAIN_VCPU_CONFIG) >= 1,
          "virDomainGetVcpusFlags");
    check(virDomainSetVcpus(dom, 1) == 0, "virDomainSetVcpus");
    check(virDomainSetVcpusFlags(dom, (unsigned)count,
                                 VIR_DOMAIN_VCPU_LIVE) == 0,
          "virDomainSetVcpusFlags");
    free(info);
}

int main(int argc, char **argv)
{
    virConnectPtr conn;
    virDomainPtr dom;
    virNodeInfo node;
    unsigned char uuid[VIR_UUID_BUFLEN];
    char text[VIR_UUID_STRING_BUFLEN];
    char *xml;

    conn = argc == 3 ? virConnectOpen(argv[1]) : NULL;
    if (!conn) {
        fprintf(stderr, "usage: %s URI DOMAIN\n", argv[0]);
        return 1;
    }
    dom = virDomainLookupByName(conn, argv[2]);
    check(dom != NULL, "virDomainLookupByName");
    check(virNodeGetInfo(conn, &node) == 0, "virNodeGetInfo");
    if (dom) {
        check(virDomainGetUUID(dom, uuid) == 0 &&
                  virDomainGetUUIDString(dom, text) == 0 && strlen(text) == 36,
              "virDomainGetUUIDString");
        pin_and_look(dom, virDomainGetMaxVcpus(dom),
                     VIR_CPU_MAPLEN((int)VIR_NODEINFO_MAXCPUS(node)));
        count_and_look(dom);
        xml = virDomainGetXMLDesc(dom, 0);
        check(xml && strstr(xml, "<vcpu"), "virDomainGetXMLDesc");
        free(xml);
        check(virDomainFree(dom) == 0, "virDomainFree");
    }
    virConnectClose(conn);
    printf("%d failures\n", failures);
    return failures != 0;
}
