/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public calls that need memory, one by one. */
#include "memory_world.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "memory_conn.h"

#define LIVE VIR_DOMAIN_AFFECT_LIVE
#define CONFIG VIR_DOMAIN_AFFECT_CONFIG
#define BOTH (LIVE | CONFIG)

/* Check's own macros allocate, and would be the ones that fail. */
#define BE_SURE(condition)                                                     \
    do {                                                                       \
        if (!(condition))                                                      \
            be_unsure(#condition);                                             \
    } while (0)

__attribute__((noreturn)) static void be_unsure(const char *condition)
{
    (void)fprintf(stderr, "not so: %s\n", condition);
    abort();
}

static int code(int rc)
{
    BE_SURE(rc >= 0 || virGetLastErrorCode() != VIR_ERR_OK);
    return rc < 0 ? virGetLastErrorCode() : VIR_ERR_OK;
}

static int text(char *result)
{
    free(result);
    return code(result ? 0 : -1);
}

static int domain(virDomainPtr dom)
{
    int result = code(dom ? 0 : -1);

    if (dom)
        (void)virDomainFree(dom);
    return result;
}

static int connection(virConnectPtr opened)
{
    int result = code(opened ? 0 : -1);

    if (opened)
        (void)virConnectClose(opened);
    return result;
}

/* `name` is a call whose value `turn` makes a number of. */
#define CALL(name, turn, call)                                                 \
    static int name(void)                                                      \
    {                                                                          \
        return turn(call);                                                     \
    }

/* ---- Connections and the host ---- */

CALL(open_it, connection, virConnectOpen(memory_uri("store.db")))
CALL(open_to_read, connection, virConnectOpenReadOnly(memory_uri("store.db")))
CALL(get_uri, text, virConnectGetURI(conn))

static int open_new(void)
{
    int result = connection(virConnectOpen(memory_uri("new.db")));
    bool is_there = access(memory_path("new.db"), F_OK) == 0;

    BE_SURE(is_there || result != VIR_ERR_OK);
    (void)unlink(memory_path("new.db"));
    /* without memory it is closed as it is */
    (void)unlink(memory_path("new.db-wal"));
    (void)unlink(memory_path("new.db-shm"));
    return result;
}

static int node_info(void)
{
    virNodeInfo info;

    return code(virNodeGetInfo(conn, &info));
}

static int node_map(void)
{
    unsigned char *map = NULL;
    int rc = virNodeGetCPUMap(conn, &map, NULL, 0);

    free(map);
    return code(rc);
}

static int node_cells(void)
{
    char **cells = NULL;
    int n = vcpuconfNodeGetCells(conn, &cells, 0);
    int i;

    for (i = 0; i < n; i++)
        free(cells[i]);
    free(cells);
    return code(n);
}

/* ---- Finding ---- */

static int list_all(void)
{
    virDomainPtr *doms = NULL;
    int n = virConnectListAllDomains(conn, &doms, 0);
    int i;

    for (i = 0; i < n; i++)
        (void)virDomainFree(doms[i]);
    free(doms);
    return code(n);
}

static int list_runs(void)
{
    vcpuconfRun *runs = NULL;
    int n = vcpuconfConnectListRuns(conn, &runs, 0);

    vcpuconfRunsFree(runs, n);
    return code(n);
}

static const char *uuid_text(virDomainPtr dom)
{
    static char buf[VIR_UUID_STRING_BUFLEN];

    BE_SURE(virDomainGetUUIDString(dom, buf) == 0);
    return buf;
}

static const unsigned char *uuid(void)
{
    static unsigned char bytes[VIR_UUID_BUFLEN];

    BE_SURE(virDomainGetUUID(dom_run, bytes) == 0);
    return bytes;
}

/* Of the one that was removed: as memory_document makes it. */
static const unsigned char *uuid_gone(void)
{
    static unsigned char bytes[VIR_UUID_BUFLEN] =
        "\x0c\x6f\x1a\x36\x77\xaa\x4b\x9d\x8f\x2f\0\0\0\0go";

    return bytes;
}

CALL(by_name, domain, virDomainLookupByName(conn, "off"))
CALL(by_id, domain, virDomainLookupByID(conn, (int)virDomainGetID(dom_run)))
CALL(by_uuid, domain, virDomainLookupByUUID(conn, uuid()))
CALL(by_uuid_text, domain,
     virDomainLookupByUUIDString(conn, uuid_text(dom_off)))

/* ---- Reading a domain ---- */

CALL(xml_stored, text, virDomainGetXMLDesc(dom_run, VIR_DOMAIN_XML_INACTIVE))
CALL(xml_live, text, virDomainGetXMLDesc(dom_run, 0))
CALL(xml_transient, text, virDomainGetXMLDesc(dom_tran, 0))
CALL(is_active, code, virDomainIsActive(dom_run))
CALL(is_persistent, code, virDomainIsPersistent(dom_tran))
CALL(get_start, text, vcpuconfDomainGetStart(dom_run, 0))
CALL(count_live, code, virDomainGetVcpusFlags(dom_run, LIVE))
CALL(count_config, code, virDomainGetVcpusFlags(dom_run, CONFIG))
CALL(count_guest, code,
     virDomainGetVcpusFlags(dom_run, LIVE | VIR_DOMAIN_VCPU_GUEST))
CALL(count_maximum, code, virDomainGetMaxVcpus(dom_off))
CALL(get_pins, text, vcpuconfDomainGetPins(dom_off, NULL))

static int get_state(void)
{
    int state;

    return code(virDomainGetState(dom_run, &state, NULL, 0));
}

static int get_vcpus(void)
{
    virVcpuInfo info[4];
    unsigned char maps[4];

    return code(virDomainGetVcpus(dom_run, info, 4, maps, 1));
}

static int pin_info(unsigned flags)
{
    unsigned char maps[4];

    return code(virDomainGetVcpuPinInfo(dom_run, 4, maps, 1, flags));
}

CALL(pin_info_live, pin_info, LIVE)
CALL(pin_info_config, pin_info, CONFIG)

static int vcpu_map(unsigned flags)
{
    const char *map = NULL;
    int n = virDomainGetVCPUMap(dom_run, &map, flags);

    free((char *)(uintptr_t)map);
    return code(n);
}

CALL(map_online, vcpu_map, VIR_DOMAIN_VCPU_MAP_ONLINE)
CALL(map_config, vcpu_map, VIR_DOMAIN_VCPU_MAP_OFFLINABLE | CONFIG)
CALL(map_guest, vcpu_map, VIR_DOMAIN_VCPU_MAP_AGENT_ONLINABLE)

static int get_diff(void)
{
    vcpuconfDiff *diffs = NULL;
    int n = vcpuconfDomainGetDiff(dom_run, &diffs, 0);

    BE_SURE(n < 0 || n == 2);
    vcpuconfDiffFree(diffs, n);
    return code(n);
}

/* ---- History and care ---- */

static int list_revisions(void)
{
    vcpuconfRevision *revisions = NULL;
    int n = vcpuconfDomainListRevisions(dom_off, &revisions, 0);

    vcpuconfRevisionsFree(revisions, n);
    return code(n);
}

static int revisions_of_removed(void)
{
    vcpuconfRevision *revisions = NULL;
    int n = vcpuconfConnectListRevisions(conn, uuid_gone(), &revisions, 0);

    vcpuconfRevisionsFree(revisions, n);
    return code(n);
}

static int list_deleted(void)
{
    vcpuconfDeleted *deleted = NULL;
    int n = vcpuconfConnectListDeleted(conn, &deleted, 0);

    vcpuconfDeletedFree(deleted, n);
    return code(n);
}

CALL(revision_xml, text, vcpuconfDomainGetRevisionXML(dom_off, 1, 0))
CALL(revision_xml_of_removed, text,
     vcpuconfConnectGetRevisionXML(conn, uuid_gone(), 1, 0))

static int check(void)
{
    char **faults = NULL;
    int n = vcpuconfConnectCheck(conn, &faults, 0);
    int i;

    for (i = 0; i < n; i++)
        free(faults[i]);
    free(faults);
    BE_SURE(n <= 0);
    return code(n);
}

static int store_info(void)
{
    vcpuconfStoreInfo info;
    int rc = vcpuconfConnectGetStoreInfo(conn, &info, 0);

    if (rc == 0)
        vcpuconfStoreInfoClear(&info);
    return code(rc);
}

static int backup(void)
{
    int result = code(vcpuconfConnectBackup(conn, memory_path("copy.db"), 0));

    /* complete under its name or not there at all */
    BE_SURE((unlink(memory_path("copy.db")) == 0) == (result == VIR_ERR_OK));
    return result;
}

/* ---- Definitions ---- */

CALL(define_new, domain,
     virDomainDefineXML(conn, memory_document("new", "<vcpu>2</vcpu>")))
CALL(define_again, domain,
     virDomainDefineXML(conn,
                        memory_document("off", "<vcpu>9</vcpu>\n"
                                               "  <vcpus>\n"
                                               "    <vcpu id='0' "
                                               "enabled='yes'/>\n"
                                               "  </vcpus>")))
CALL(define_without_uuid, domain,
     virDomainDefineXML(conn, "<domain><name>new</name></domain>"))
CALL(undefine, code, virDomainUndefine(dom_off))
CALL(adopt, code, vcpuconfDomainAdopt(dom_run, NULL, 0))
CALL(adopt_transient, code, vcpuconfDomainAdopt(dom_tran, NULL, 0))
CALL(restore, code, vcpuconfDomainRestore(dom_off, 1, 0))
CALL(restore_removed, domain, vcpuconfConnectRestore(conn, uuid_gone(), 1, 0))

static int adopt_plan(void)
{
    char *plan = NULL;
    int rc = vcpuconfDomainAdopt(dom_run, &plan, VCPUCONF_ADOPT_DRY_RUN);

    free(plan);
    return code(rc);
}

static int import(unsigned flags, vcpuconfImportItem *items, size_t n)
{
    int rc = vcpuconfConnectImport(conn, items, n, flags);
    int result = code(rc);
    size_t i;

    for (i = 0; i < n && rc > 0; i++) {
        if (items[i].result < 0)
            result = items[i].code;
    }
    vcpuconfImportItemsClear(items, n);
    return result;
}

static int import_all(void)
{
    char first[600];
    vcpuconfImportItem items[2] = {{.xml = first}};

    (void)strcpy(first, memory_document("one", "<vcpu>2</vcpu>"));
    items[1].xml = memory_document("two", "<vcpu>4</vcpu>");
    items[0].len = strlen(items[0].xml);
    items[1].len = strlen(items[1].xml);
    return import(VCPUCONF_IMPORT_ALL_OR_NOTHING, items, 2);
}

static int import_latin1(void)
{
    static const char xml[] = "<?xml version='1.0' encoding='ISO-8859-1'?>\n"
                              "<domain><name>m\xfcller</name></domain>";
    vcpuconfImportItem item = {.xml = xml, .len = sizeof(xml) - 1};

    return import(0, &item, 1);
}

/* ---- Changes ---- */

CALL(up_live, code, virDomainSetVcpusFlags(dom_run, 3, LIVE))
CALL(up_config, code, virDomainSetVcpusFlags(dom_off, 2, CONFIG))
CALL(up_both, code, virDomainSetVcpusFlags(dom_run, 4, BOTH))
CALL(down_both, code, virDomainSetVcpusFlags(dom_run, 1, BOTH))
CALL(maximum, code,
     virDomainSetVcpusFlags(dom_run, 1, CONFIG | VIR_DOMAIN_VCPU_MAXIMUM))
CALL(state_both, code, virDomainSetVCPUState(dom_run, 3, true, BOTH))
CALL(set_guest, code, virDomainSetGuestVCPUState(dom_run, 1, false, 0))
CALL(pin_set_live, code, vcpuconfDomainPinVcpuSet(dom_run, 1, "0,2", LIVE))
CALL(pin_set_offline, code, vcpuconfDomainPinVcpuSet(dom_run, 3, "1", BOTH))
CALL(unpin, code, vcpuconfDomainUnpinVcpu(dom_run, 0, BOTH))

static int pin_map(virDomainPtr dom, unsigned flags)
{
    unsigned char map = 1 << 2;

    return code(virDomainPinVcpuFlags(dom, 1, &map, 1, flags));
}

static int pin_config(void)
{
    return pin_map(dom_run, CONFIG);
}

static int pin_both(void)
{
    return pin_map(dom_run, BOTH);
}

/* The end of the batch, and its error if it has one. */
static int batch_end(vcpuconfBatchPtr batch, int rc)
{
    int result = code(rc);

    vcpuconfBatchFree(batch);
    return result;
}

static int batch_fill(vcpuconfBatchPtr batch)
{
    return vcpuconfBatchPinVcpuSet(batch, dom_run, 1, "0-1", BOTH) < 0 ||
                   vcpuconfBatchSetVcpusFlags(batch, dom_run, 3, BOTH) < 0 ||
                   vcpuconfBatchSetVcpu(batch, dom_tran, "1", 0, LIVE) < 0 ||
                   vcpuconfBatchUnpinVcpu(batch, dom_off, 1, CONFIG) < 0
               ? -1
               : 0;
}

static int batch_apply(void)
{
    vcpuconfBatchPtr batch = vcpuconfBatchNew(conn);

    if (!batch || batch_fill(batch) < 0)
        return batch_end(batch, -1);
    return batch_end(batch, vcpuconfBatchApply(batch, 0));
}

static int batch_plan(void)
{
    vcpuconfBatchPtr batch = vcpuconfBatchNew(conn);
    char *plan;

    if (!batch || batch_fill(batch) < 0)
        return batch_end(batch, -1);
    plan = vcpuconfBatchPlan(batch, 0);
    free(plan);
    return batch_end(batch, plan ? 0 : -1);
}

static int reconcile(unsigned flags)
{
    char *report = NULL;
    int rc = vcpuconfDomainReconcile(dom_run, &report, flags);

    /* why a step failed is in words only */
    BE_SURE(rc != VCPUCONF_RECONCILE_FAILED ||
            strstr(report, "out of memory"));
    free(report);
    return rc == VCPUCONF_RECONCILE_FAILED ? VIR_ERR_NO_MEMORY : code(rc);
}

CALL(reconcile_force, reconcile, VCPUCONF_RECONCILE_FORCE)
CALL(reconcile_plan, reconcile,
     VCPUCONF_RECONCILE_FORCE | VCPUCONF_RECONCILE_DRY_RUN)
CALL(start, code, virDomainCreate(dom_off))
CALL(stop, code, virDomainDestroy(dom_run))

static int watch(void)
{
    virConnectPtr own = virConnectOpen(memory_uri("store.db"));
    int result;
    int fd;

    if (!own)
        return code(-1);
    result = code(vcpuconfConnectWatch(own, &fd, 0));
    if (result == VIR_ERR_OK)
        result = code(vcpuconfConnectWatchRead(own, 0));
    (void)virConnectClose(own);
    return result;
}

/* ---- The table ---- */

#define READS(name) {#name, MEMORY_READS, false, name}
#define CHANGES(name) {#name, MEMORY_CHANGES, false, name}
#define RUNS(name) {#name, MEMORY_RUNS, false, name}
#define RUNS_LIVE(name) {#name, MEMORY_RUNS, true, name}
#define READS_LIVE(name) {#name, MEMORY_READS, true, name}
#define CHANGES_LIVE(name) {#name, MEMORY_CHANGES, true, name}

const struct memory_call memory_calls[] = {
    READS_LIVE(open_it),
    READS(open_to_read),
    READS(open_new),
    READS(get_uri),
    READS(node_info),
    READS(node_map),
    READS(node_cells),
    READS(list_all),
    READS(list_runs),
    READS(by_name),
    READS(by_id),
    READS(by_uuid),
    READS(by_uuid_text),
    READS(xml_stored),
    READS_LIVE(xml_live),
    READS(xml_transient),
    READS(is_active),
    READS(is_persistent),
    READS(get_state),
    READS(get_start),
    READS(count_live),
    READS(count_config),
    READS(count_guest),
    READS(count_maximum),
    READS(get_vcpus),
    READS(pin_info_live),
    READS(pin_info_config),
    READS(map_online),
    READS(map_config),
    READS(map_guest),
    READS(get_pins),
    READS_LIVE(get_diff),
    READS(list_revisions),
    READS(revisions_of_removed),
    READS(list_deleted),
    READS(revision_xml),
    READS(revision_xml_of_removed),
    READS(check),
    READS(store_info),
    READS(backup),
    READS(adopt_plan),
    READS(batch_plan),
    READS(reconcile_plan),
    CHANGES(define_new),
    CHANGES(define_again),
    CHANGES(define_without_uuid),
    CHANGES(undefine),
    CHANGES(adopt),
    CHANGES(adopt_transient),
    CHANGES(restore),
    CHANGES(restore_removed),
    CHANGES(import_all),
    CHANGES(import_latin1),
    RUNS_LIVE(up_live),
    CHANGES(up_config),
    CHANGES_LIVE(up_both),
    CHANGES_LIVE(down_both),
    CHANGES(maximum),
    CHANGES(state_both),
    RUNS(set_guest),
    RUNS(pin_set_live),
    CHANGES_LIVE(pin_set_offline),
    CHANGES(pin_config),
    CHANGES(pin_both),
    CHANGES(unpin),
    CHANGES_LIVE(batch_apply),
    {"reconcile_force", MEMORY_TRIES, true, reconcile_force},
    RUNS(start),
    RUNS(stop),
    READS_LIVE(watch),
};
const size_t memory_calls_n = sizeof(memory_calls) / sizeof(memory_calls[0]);
