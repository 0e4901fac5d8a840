/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory_world.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../api/scratchdir.h"
#include "memory_conn.h"

virConnectPtr conn;
virDomainPtr dom_run, dom_off, dom_tran;
char *memory_dir;

static virConnectPtr eye; /* looks at what came of a call */
static struct memory_host host;

/* ---- The world ---- */

const char *memory_document(const char *name, const char *rest)
{
    static char text[600];

    (void)snprintf(text, sizeof(text),
                   "<domain type='test'>\n  <name>%s</name>\n"
                   "  <uuid>0c6f1a36-77aa-4b9d-8f2f-%012x</uuid>\n"
                   "  %s\n</domain>\n",
                   name, (unsigned)(name[0] * 256 + name[1]), rest);
    return text;
}

const char *memory_path(const char *name)
{
    static char text[200];

    (void)snprintf(text, sizeof(text), "%s/%s", memory_dir, name);
    return text;
}

const char *memory_uri(const char *store)
{
    bool in_memory = strcmp(host.name, "default") == 0;
    static char text[600];

    (void)snprintf(text, sizeof(text), "test://%s/%s?cpus=4%s&store=%s/%s",
                   in_memory ? "" : memory_dir, host.name, host.params,
                   memory_dir, store);
    return text;
}

static virConnectPtr must_open(void)
{
    virConnectPtr opened = virConnectOpen(memory_uri("store.db"));

    ck_assert_msg(opened != NULL, "%s", virGetLastErrorMessage());
    return opened;
}

#define MUST(call)                                                             \
    ck_assert_msg((call) >= 0, "%s: %s", #call, virGetLastErrorMessage())

static virDomainPtr must_define(const char *name, const char *rest)
{
    virDomainPtr dom = virDomainDefineXML(conn, memory_document(name, rest));

    ck_assert_msg(dom != NULL, "%s: %s", name, virGetLastErrorMessage());
    return dom;
}

static void make_domains(void)
{
    virDomainPtr gone = must_define("gone", "<vcpu>2</vcpu>");

    MUST(virDomainUndefine(gone));
    MUST(virDomainFree(gone));
    dom_off = must_define("off", "<vcpu cpuset='0-2'>3</vcpu>");
    MUST(vcpuconfDomainPinVcpuSet(dom_off, 1, "2", VIR_DOMAIN_AFFECT_CONFIG));
    dom_tran = must_define("tran", "<vcpu>2</vcpu>");
    MUST(virDomainCreate(dom_tran));
    MUST(virDomainUndefine(dom_tran));
    dom_run = must_define("run", "<vcpu current='2'>4</vcpu>\n"
                                 "  <cputune>\n"
                                 "    <vcpupin vcpu='0' cpuset='0-1'/>\n"
                                 "    <vcpupin vcpu='2' cpuset='2'/>\n"
                                 "  </cputune>");
    MUST(virDomainCreate(dom_run));
    /* drift */
    MUST(vcpuconfDomainPinVcpuSet(dom_run, 1, "3", VIR_DOMAIN_AFFECT_LIVE));
    MUST(vcpuconfDomainPinVcpuSet(dom_run, 0, "1", VIR_DOMAIN_AFFECT_LIVE));
    MUST(vcpuconfDomainPinVcpuSet(dom_run, 3, "0-2", VIR_DOMAIN_AFFECT_CONFIG));
}

static void close_domain(virDomainPtr *dom)
{
    if (*dom)
        MUST(virDomainFree(*dom));
    *dom = NULL;
}

static void world_close(void)
{
    if (!conn)
        return;
    close_domain(&dom_run);
    close_domain(&dom_off);
    close_domain(&dom_tran);
    ck_assert_int_eq(virConnectClose(conn), 0);
    ck_assert_int_eq(virConnectClose(eye), 0);
    conn = NULL;
    eye = NULL;
}

void memory_world_begin(const struct memory_host *which)
{
    host = *which;
    memory_dir = scratchdir_new();
    eye = must_open();
    conn = must_open();
    make_domains();
}

void memory_world_begin_empty(void)
{
    host = (struct memory_host){"default", ""};
    memory_dir = scratchdir_new();
}

void memory_world_end(void)
{
    world_close();
    scratchdir_free(memory_dir);
    memory_dir = NULL;
}

void memory_world_renew(void)
{
    struct memory_host same = host;

    memory_world_end();
    memory_world_begin(&same);
}

void memory_world_next(void)
{
    MUST(virConnectClose(eye));
    eye = must_open();
}

/* It finds no file for once. */
void memory_world_settle(void)
{
    char *away = NULL;
    virNodeInfo info;

    if (strcmp(host.name, "default") == 0)
        return;
    away = strdup(memory_path("away"));
    ck_assert(away && rename(memory_path(host.name), away) == 0);
    ck_assert_int_eq(virNodeGetInfo(conn, &info), -1);
    virResetLastError();
    ck_assert_int_eq(rename(away, memory_path(host.name)), 0);
    free(away);
}

/* ---- Looking ---- */

static void look_live(FILE *out, virDomainPtr dom)
{
    virVcpuInfo info[8];
    unsigned char maps[8] = {0};
    const char *guest = NULL;
    int n = virDomainGetVcpus(dom, info, 8, maps, 1);
    int i;

    ck_assert_msg(n >= 0, "%s", virGetLastErrorMessage());
    for (i = 0; i < n; i++)
        (void)fprintf(out, " %d:%s:%02x", i,
                      info[i].state == VIR_VCPU_OFFLINE ? "off" : "on",
                      maps[i]);
    n = virDomainGetVCPUMap(dom, &guest, VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE);
    (void)fprintf(out, " guest %02x\n", n >= 0 ? guest[0] : 0);
    free((char *)(uintptr_t)guest);
}

/* One that was made by the call is another each time. */
static void hide_uuid(char *xml)
{
    char *uuid = strstr(xml, "<uuid>");

    if (uuid && strlen(uuid) > 6 + 36)
        (void)memset(uuid + 6, 'x', 36);
}

static void look_domain(FILE *out, virDomainPtr dom)
{
    vcpuconfRevision *revisions = NULL;
    int n = vcpuconfDomainListRevisions(dom, &revisions, 0);
    char *xml = virDomainIsPersistent(dom) == 1
                    ? virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE)
                    : strdup("transient");

    ck_assert_ptr_nonnull(xml);
    hide_uuid(xml);
    (void)fprintf(out, "%s: %d revisions\n%s", virDomainGetName(dom), n, xml);
    vcpuconfRevisionsFree(revisions, n);
    free(xml);
    if (virDomainIsActive(dom) == 1)
        look_live(out, dom);
}

/* Intents that were left are faults, too. */
static void look_store(FILE *out)
{
    vcpuconfDeleted *deleted = NULL;
    char **faults = NULL;
    unsigned limit;
    int n = vcpuconfConnectCheck(eye, &faults, 0);

    ck_assert_msg(n == 0, "%d faults: %s", n,
                  n < 0 ? virGetLastErrorMessage() : faults[0]);
    free(faults);
    n = vcpuconfConnectListDeleted(eye, &deleted, 0);
    ck_assert_int_ge(n, 0);
    (void)fprintf(out, "%d deleted\n", n);
    vcpuconfDeletedFree(deleted, n);
    MUST(vcpuconfConnectGetHistoryLimit(eye, &limit, 0));
    (void)fprintf(out, "limits %u", limit);
    MUST(vcpuconfConnectGetHistoryLimit(eye, &limit, VCPUCONF_HISTORY_REMOVED));
    (void)fprintf(out, " and %u\n", limit);
}

char *memory_world_look(void)
{
    virDomainPtr *doms = NULL;
    int n = virConnectListAllDomains(eye, &doms, 0);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    int i;

    ck_assert_msg(out && n >= 0, "%s", virGetLastErrorMessage());
    for (i = 0; i < n; i++) {
        look_domain(out, doms[i]);
        (void)virDomainFree(doms[i]);
    }
    free(doms);
    look_store(out);
    (void)fclose(out);
    return text;
}
