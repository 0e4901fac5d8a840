/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public calls that read and need memory, one by one. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "memory_calls.h"

/* ---- Connections and the host ---- */

CALL(open_it, memory_connection, virConnectOpen(memory_uri("store.db")))
CALL(open_to_read, memory_connection,
     virConnectOpenReadOnly(memory_uri("store.db")))
CALL(get_uri, memory_text, virConnectGetURI(conn))

static int open_new(void)
{
    int result = memory_connection(virConnectOpen(memory_uri("new.db")));
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

    return memory_code(virNodeGetInfo(conn, &info));
}

CALL(max_vcpus, memory_code, virConnectGetMaxVcpus(conn, NULL))

static int node_map(void)
{
    unsigned char *map = NULL;
    int rc = virNodeGetCPUMap(conn, &map, NULL, 0);

    free(map);
    return memory_code(rc);
}

static int node_cells(void)
{
    char **cells = NULL;
    int n = vcpuconfNodeGetCells(conn, &cells, 0);
    int i;

    for (i = 0; i < n; i++)
        free(cells[i]);
    free(cells);
    return memory_code(n);
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
    return memory_code(n);
}

static int list_runs(void)
{
    vcpuconfRun *runs = NULL;
    int n = vcpuconfConnectListRuns(conn, &runs, 0);

    vcpuconfRunsFree(runs, n);
    return memory_code(n);
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

CALL(by_name, memory_domain, virDomainLookupByName(conn, "off"))
CALL(by_id, memory_domain,
     virDomainLookupByID(conn, (int)virDomainGetID(dom_run)))
CALL(by_uuid, memory_domain, virDomainLookupByUUID(conn, uuid()))
CALL(by_uuid_text, memory_domain,
     virDomainLookupByUUIDString(conn, uuid_text(dom_off)))

/* ---- Reading a domain ---- */

CALL(xml_stored, memory_text,
     virDomainGetXMLDesc(dom_run, VIR_DOMAIN_XML_INACTIVE))
CALL(xml_live, memory_text, virDomainGetXMLDesc(dom_run, 0))
CALL(xml_transient, memory_text, virDomainGetXMLDesc(dom_tran, 0))
CALL(is_active, memory_code, virDomainIsActive(dom_run))
CALL(is_persistent, memory_code, virDomainIsPersistent(dom_tran))
CALL(get_start, memory_text, vcpuconfDomainGetStart(dom_run, 0))
CALL(count_live, memory_code, virDomainGetVcpusFlags(dom_run, LIVE))
CALL(count_config, memory_code, virDomainGetVcpusFlags(dom_run, CONFIG))
CALL(count_guest, memory_code,
     virDomainGetVcpusFlags(dom_run, LIVE | VIR_DOMAIN_VCPU_GUEST))
CALL(count_maximum, memory_code, virDomainGetMaxVcpus(dom_off))
CALL(get_pins, memory_text, vcpuconfDomainGetPins(dom_off, NULL))

static int get_state(void)
{
    int state;

    return memory_code(virDomainGetState(dom_run, &state, NULL, 0));
}

static int get_vcpus(void)
{
    virVcpuInfo info[4];
    unsigned char maps[4];

    return memory_code(virDomainGetVcpus(dom_run, info, 4, maps, 1));
}

static int pin_info(unsigned flags)
{
    unsigned char maps[4];

    return memory_code(virDomainGetVcpuPinInfo(dom_run, 4, maps, 1, flags));
}

CALL(pin_info_live, pin_info, LIVE)
CALL(pin_info_config, pin_info, CONFIG)

static int vcpu_map(unsigned flags)
{
    const char *map = NULL;
    int n = virDomainGetVCPUMap(dom_run, &map, flags);

    free((char *)(uintptr_t)map);
    return memory_code(n);
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
    return memory_code(n);
}

/* ---- History and care ---- */

static int list_revisions(void)
{
    vcpuconfRevision *revisions = NULL;
    int n = vcpuconfDomainListRevisions(dom_off, &revisions, 0);

    vcpuconfRevisionsFree(revisions, n);
    return memory_code(n);
}

static int revisions_of_removed(void)
{
    vcpuconfRevision *revisions = NULL;
    int n =
        vcpuconfConnectListRevisions(conn, memory_uuid_gone(), &revisions, 0);

    vcpuconfRevisionsFree(revisions, n);
    return memory_code(n);
}

static int list_deleted(void)
{
    vcpuconfDeleted *deleted = NULL;
    int n = vcpuconfConnectListDeleted(conn, &deleted, 0);

    vcpuconfDeletedFree(deleted, n);
    return memory_code(n);
}

CALL(revision_xml, memory_text, vcpuconfDomainGetRevisionXML(dom_off, 1, 0))
CALL(revision_xml_of_removed, memory_text,
     vcpuconfConnectGetRevisionXML(conn, memory_uuid_gone(), 1, 0))

static int check(void)
{
    char **faults = NULL;
    int n = vcpuconfConnectCheck(conn, &faults, 0);
    int i;

    for (i = 0; i < n; i++)
        free(faults[i]);
    free(faults);
    BE_SURE(n <= 0);
    return memory_code(n);
}

static int store_info(void)
{
    vcpuconfStoreInfo info;
    int rc = vcpuconfConnectGetStoreInfo(conn, &info, 0);

    if (rc == 0)
        vcpuconfStoreInfoClear(&info);
    return memory_code(rc);
}

static int history_limit(void)
{
    unsigned limit;

    return memory_code(vcpuconfConnectGetHistoryLimit(conn, &limit, 0));
}

static int backup(void)
{
    int result =
        memory_code(vcpuconfConnectBackup(conn, memory_path("copy.db"), 0));

    /* complete under its name or not there at all */
    BE_SURE((unlink(memory_path("copy.db")) == 0) == (result == VIR_ERR_OK));
    return result;
}

/* ---- Errors ---- */

/* That there is no memory to keep one is no error of its own. */
static int kept_error(const virError *kept)
{
    BE_SURE(virGetLastErrorCode() == VIR_ERR_INVALID_CONN);
    if (!kept)
        return VIR_ERR_NO_MEMORY;
    BE_SURE(kept->code == VIR_ERR_INVALID_CONN);
    BE_SURE(strcmp(kept->message, virGetLastErrorMessage()) == 0);
    return VIR_ERR_OK;
}

static int save_error(void)
{
    virErrorPtr saved;
    int result;

    BE_SURE(virConnectRef(NULL) < 0);
    saved = virSaveLastError();
    result = kept_error(saved);
    virFreeError(saved);
    return result;
}

static int copy_error(void)
{
    virError copy;
    int result;

    BE_SURE(virConnectRef(NULL) < 0);
    result = kept_error(virCopyLastError(&copy) < 0 ? NULL : &copy);
    virResetError(&copy);
    return result;
}

/* ---- The table ---- */

const struct memory_call memory_reads[] = {
    READS_LIVE(open_it),
    READS(open_to_read),
    READS(open_new),
    READS(get_uri),
    READS(node_info),
    READS(max_vcpus),
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
    READS(history_limit),
    READS(backup),
    READS(save_error),
    READS(copy_error),
};
const size_t memory_reads_n = sizeof(memory_reads) / sizeof(memory_reads[0]);
