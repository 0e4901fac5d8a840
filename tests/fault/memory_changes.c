/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public calls that change something, one by one, and their dry runs. */
#include <string.h>

#include "memory_calls.h"

/* ---- Definitions ---- */

CALL(define_new, memory_domain,
     virDomainDefineXML(conn, memory_document("new", "<vcpu>2</vcpu>")))
CALL(define_again, memory_domain,
     virDomainDefineXML(conn, memory_document("off", "<vcpu>9</vcpu>\n"
                                                     "  <vcpus>\n"
                                                     "    <vcpu id='0' "
                                                     "enabled='yes'/>\n"
                                                     "  </vcpus>")))
CALL(define_without_uuid, memory_domain,
     virDomainDefineXML(conn, "<domain><name>new</name></domain>"))
CALL(define_flags, memory_domain,
     virDomainDefineXMLFlags(conn, memory_document("new", "<vcpu>2</vcpu>"),
                             VIR_DOMAIN_DEFINE_VALIDATE))
CALL(undefine_flags, memory_code, virDomainUndefineFlags(dom_off, 0))
CALL(undefine, memory_code, virDomainUndefine(dom_off))
CALL(adopt, memory_code, vcpuconfDomainAdopt(dom_run, NULL, 0))
CALL(adopt_transient, memory_code, vcpuconfDomainAdopt(dom_tran, NULL, 0))
CALL(restore, memory_code, vcpuconfDomainRestore(dom_off, 1, 0))
CALL(restore_removed, memory_domain,
     vcpuconfConnectRestore(conn, memory_uuid_gone(), 1, 0))

CALL(limit_revisions, memory_code, vcpuconfConnectSetHistoryLimit(conn, 1, 0))
CALL(limit_removed, memory_code,
     vcpuconfConnectSetHistoryLimit(conn, 1, VCPUCONF_HISTORY_REMOVED))

static int adopt_plan(void)
{
    char *plan = NULL;
    int rc = vcpuconfDomainAdopt(dom_run, &plan, VCPUCONF_ADOPT_DRY_RUN);

    free(plan);
    return memory_code(rc);
}

static int import(unsigned flags, vcpuconfImportItem *items, size_t n)
{
    int rc = vcpuconfConnectImport(conn, items, n, flags);
    int result = memory_code(rc);
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

CALL(up_live, memory_code, virDomainSetVcpusFlags(dom_run, 3, LIVE))
CALL(up_config, memory_code, virDomainSetVcpusFlags(dom_off, 2, CONFIG))
CALL(up_both, memory_code, virDomainSetVcpusFlags(dom_run, 4, BOTH))
CALL(down_both, memory_code, virDomainSetVcpusFlags(dom_run, 1, BOTH))
CALL(maximum, memory_code,
     virDomainSetVcpusFlags(dom_run, 1, CONFIG | VIR_DOMAIN_VCPU_MAXIMUM))
CALL(state_both, memory_code, virDomainSetVCPUState(dom_run, 3, true, BOTH))
CALL(set_guest, memory_code, virDomainSetGuestVCPUState(dom_run, 1, false, 0))
CALL(set_vcpus, memory_code, virDomainSetVcpus(dom_run, 3))
CALL(set_vcpu, memory_code, virDomainSetVcpu(dom_run, "3", 1, BOTH))
CALL(set_guest_vcpus, memory_code, virDomainSetGuestVcpus(dom_run, "1", 0, 0))
CALL(pin_set_live, memory_code,
     vcpuconfDomainPinVcpuSet(dom_run, 1, "0,2", LIVE))
CALL(pin_set_offline, memory_code,
     vcpuconfDomainPinVcpuSet(dom_run, 3, "1", BOTH))
CALL(unpin, memory_code, vcpuconfDomainUnpinVcpu(dom_run, 0, BOTH))

static int pin_map(virDomainPtr dom, unsigned flags)
{
    unsigned char map = 1 << 2;

    return memory_code(virDomainPinVcpuFlags(dom, 1, &map, 1, flags));
}

static int pin_running(void)
{
    unsigned char map = 1 << 2;

    return memory_code(virDomainPinVcpu(dom_run, 1, &map, 1));
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
    int result = memory_code(rc);

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
    BE_SURE(rc != VCPUCONF_RECONCILE_FAILED || strstr(report, "out of memory"));
    free(report);
    return rc == VCPUCONF_RECONCILE_FAILED ? VIR_ERR_NO_MEMORY
                                           : memory_code(rc);
}

CALL(reconcile_force, reconcile, VCPUCONF_RECONCILE_FORCE)
CALL(reconcile_plan, reconcile,
     VCPUCONF_RECONCILE_FORCE | VCPUCONF_RECONCILE_DRY_RUN)
CALL(start, memory_code, virDomainCreate(dom_off))
CALL(stop, memory_code, virDomainDestroy(dom_run))

static int watch(void)
{
    virConnectPtr own = virConnectOpen(memory_uri("store.db"));
    int result;
    int fd;

    if (!own)
        return memory_code(-1);
    result = memory_code(vcpuconfConnectWatch(own, &fd, 0));
    if (result == VIR_ERR_OK)
        result = memory_code(vcpuconfConnectWatchRead(own, 0));
    (void)virConnectClose(own);
    return result;
}

/* ---- The table ---- */

const struct memory_call memory_changes[] = {
    READS(adopt_plan),
    READS(batch_plan),
    READS(reconcile_plan),
    CHANGES(define_new),
    CHANGES(define_again),
    CHANGES(define_without_uuid),
    CHANGES(define_flags),
    CHANGES(undefine),
    CHANGES(undefine_flags),
    CHANGES(adopt),
    CHANGES(adopt_transient),
    CHANGES(restore),
    CHANGES(restore_removed),
    TRIES(limit_revisions),
    TRIES(limit_removed),
    CHANGES(import_all),
    CHANGES(import_latin1),
    RUNS_LIVE(up_live),
    CHANGES(up_config),
    CHANGES_LIVE(up_both),
    CHANGES_LIVE(down_both),
    CHANGES(maximum),
    CHANGES(state_both),
    RUNS(set_vcpus),
    CHANGES(set_vcpu),
    RUNS(set_guest),
    RUNS(set_guest_vcpus),
    RUNS(pin_set_live),
    CHANGES_LIVE(pin_set_offline),
    RUNS(pin_running),
    CHANGES(pin_config),
    CHANGES(pin_both),
    CHANGES(unpin),
    CHANGES_LIVE(batch_apply),
    TRIES_LIVE(reconcile_force),
    RUNS(start),
    RUNS(stop),
    READS_LIVE(watch),
};
const size_t memory_changes_n =
    sizeof(memory_changes) / sizeof(memory_changes[0]);
