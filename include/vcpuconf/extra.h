/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libvirt has no call for.  Include <vcpuconf/vcpuconf.h>. */
#ifndef VCPUCONF_EXTRA_H
#define VCPUCONF_EXTRA_H

#include <stddef.h>

#include <vcpuconf/domain.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Remove a vCPU's pin: it follows the default set of the definition again;
 * where there is none, nothing is asked for it (LIVE: any CPU).
 *
 * @vcpu: 0 .. maximum - 1.  @flags: LIVE and/or CONFIG.
 * Returns 0, also if there was no pin; or -1.  Since: 0.1.0
 */
int vcpuconfDomainUnpinVcpu(virDomainPtr domain, unsigned int vcpu,
                            unsigned int flags);

/**
 * virDomainPinVcpuFlags with the CPUs as text, "0-3,^2,8": for definitions of
 * other hosts, since CPU numbers 0..16383 are accepted with CONFIG.
 * Since: 0.1.0
 */
int vcpuconfDomainPinVcpuSet(virDomainPtr domain, unsigned int vcpu,
                             const char *cpuset, unsigned int flags);

/**
 * The explicit pins of the definition as text, "0:0-3;2:4-7"; "" if none.
 * Unlike virDomainGetVcpuPinInfo it tells a pin from the default.
 *
 * @ret_default: out, may be NULL: the default set, "" if none; free().
 * Returns a string to be released by free(), or NULL.  Since: 0.1.0
 */
char *vcpuconfDomainGetPins(virDomainPtr domain, char **ret_default);

/* ---- Several changes as one, and plans ---- */

/** Changes that are planned together and done all or nothing; opaque. */
typedef struct _vcpuconfBatch vcpuconfBatch;
typedef vcpuconfBatch *vcpuconfBatchPtr;

/** An empty batch of a connection (which it keeps open), to be released by
 * vcpuconfBatchFree; or NULL.  One thread at a time may use it.
 * Since: 0.1.0 */
vcpuconfBatchPtr vcpuconfBatchNew(virConnectPtr conn);
void vcpuconfBatchFree(vcpuconfBatchPtr batch);

/** Add a change; arguments and flags as those of the call of that name
 * (virDomainSetVcpusFlags, virDomainSetVcpu, vcpuconfDomainPinVcpuSet,
 * vcpuconfDomainUnpinVcpu).  Only flags and arguments are checked here.
 * Returns 0, or -1.  Since: 0.1.0 */
int vcpuconfBatchSetVcpusFlags(vcpuconfBatchPtr batch, virDomainPtr domain,
                               unsigned int nvcpus, unsigned int flags);
int vcpuconfBatchSetVcpu(vcpuconfBatchPtr batch, virDomainPtr domain,
                         const char *vcpumap, int state, unsigned int flags);
int vcpuconfBatchPinVcpuSet(vcpuconfBatchPtr batch, virDomainPtr domain,
                            unsigned int vcpu, const char *cpuset,
                            unsigned int flags);
int vcpuconfBatchUnpinVcpu(vcpuconfBatchPtr batch, virDomainPtr domain,
                           unsigned int vcpu, unsigned int flags);

/**
 * What vcpuconfBatchApply would do, in lines of text: "live    ..." for each
 * step on a running domain, "config  ..." for each change of a definition,
 * notes.  Nothing is changed.  A batch over several domains puts "domain
 * NAME" before each one's lines.
 *
 * @flags: 0.
 * Returns a string to be released by free() ("" if there is nothing to do),
 * or NULL: the batch would be refused.  Since: 0.1.0
 */
char *vcpuconfBatchPlan(vcpuconfBatchPtr batch, unsigned int flags);

/** Do it: all or nothing.  @flags: 0.  Returns 0, or -1; the error names the
 * domain.  The batch keeps its changes.  Since: 0.1.0 */
int vcpuconfBatchApply(vcpuconfBatchPtr batch, unsigned int flags);

/* ---- Drift and reconcile ---- */

typedef enum {
    VCPUCONF_DIFF_MAXIMUM = 0, /* the maxima differ */
    VCPUCONF_DIFF_ONLINE = 1,  /* a vCPU is online in one only */
    VCPUCONF_DIFF_PIN = 2      /* a vCPU does not run where it should */
} vcpuconfDiffKind;

/** One difference between a definition and the running domain. */
typedef struct _vcpuconfDiff {
    int kind;     /* vcpuconfDiffKind */
    int vcpu;     /* id, or -1 for the whole domain */
    char *config; /* what the definition says: "4", "online", "0-3" */
    char *live;   /* what the hypervisor does */
    char *reconciled; /* what the definition said when this run was reconciled,
                       * "-" for nothing; NULL: it was not, or that revision is
                       * not kept any more */
} vcpuconfDiff;

/**
 * What the definition states and the hypervisor does not do.  Where reconciled
 * is as config, the running domain was changed since; else the definition was.
 *
 * @diffs: out: an array to be released by vcpuconfDiffFree.  @flags: 0.
 * Returns the number of differences, 0 if there are none, or -1
 * (OPERATION_INVALID: does not run, or has no definition).  Since: 0.1.0
 */
int vcpuconfDomainGetDiff(virDomainPtr domain, vcpuconfDiff **diffs,
                          unsigned int flags);
void vcpuconfDiffFree(vcpuconfDiff *diffs, int ndiffs);

typedef enum {
    VCPUCONF_RECONCILE_DRY_RUN = 1 << 0, /* plan only */
    VCPUCONF_RECONCILE_FORCE = 1 << 1    /* also if it was done already */
} vcpuconfReconcileFlags;

/** What became of one domain, the worst first. */
typedef enum {
    VCPUCONF_RECONCILE_FAILED = 0,  /* something could not be done */
    VCPUCONF_RECONCILE_RESTART = 1, /* applied, but the maximum needs a start */
    VCPUCONF_RECONCILE_APPLIED = 2, /* live is now as defined */
    VCPUCONF_RECONCILE_KEPT = 3,    /* was done before; now vCPUs that another
                                       hand brought online got the pins that
                                       were kept for them */
    VCPUCONF_RECONCILE_DRIFTED = 4, /* was done before; changed since: left */
    VCPUCONF_RECONCILE_ALREADY = 5  /* was done before for this run */
} vcpuconfReconcileResult;

/**
 * Make the running domain as its definition says, once per run of it.  When
 * that was done before, one thing is still done: where the hypervisor has no
 * affinity for offline vCPUs, their pins are kept in the store; a vCPU that
 * somebody else has brought online since then gets its pin.
 *
 * @flags: vcpuconfReconcileFlags.
 * @report: out, may be NULL: the plan and its notes in lines, free().
 * Returns a vcpuconfReconcileResult, or -1 (OPERATION_INVALID: does not run,
 * or has no definition).  Since: 0.1.0
 */
int vcpuconfDomainReconcile(virDomainPtr domain, char **report,
                            unsigned int flags);

/* ---- Runs, and news of them ---- */

/**
 * Which run of the domain is under way: a text for comparing, which no other
 * run of it ever has.
 *
 * @flags: 0.
 * Returns a string to be released by free(), or NULL (OPERATION_INVALID: does
 * not run).  Since: 0.1.0
 */
char *vcpuconfDomainGetStart(virDomainPtr domain, unsigned int flags);

typedef enum {
    VCPUCONF_RUN_NEW = 0,    /* was not reconciled yet */
    VCPUCONF_RUN_DONE = 1,   /* was */
    VCPUCONF_RUN_KEPT = 2,   /* was, and pins are kept for offline vCPUs of it:
                                reconcile applies them when these come online */
    VCPUCONF_RUN_UNCLEAR = 3 /* it runs, it seems, but that can't be told */
} vcpuconfRunState;

/** A run of a domain that has a definition. */
typedef struct _vcpuconfRun {
    virDomainPtr domain; /* the array's; virDomainRef for one of your own */
    char *start;         /* as of vcpuconfDomainGetStart; "" if unclear */
    int state;           /* vcpuconfRunState */
    char *message;       /* why it is unclear; else NULL */
} vcpuconfRun;

/**
 * What runs and has a definition, by number.  The time it takes depends on how
 * many domains run, not on how many are defined.
 *
 * @runs: out: an array to be released by vcpuconfRunsFree.  @flags: 0.
 * Returns their number, or -1.  Since: 0.1.0
 */
int vcpuconfConnectListRuns(virConnectPtr conn, vcpuconfRun **runs,
                            unsigned int flags);
void vcpuconfRunsFree(vcpuconfRun *runs, int nruns);

/**
 * Watch for news.  The descriptor becomes readable when domains may have
 * started, ended or had vCPUs plugged; then call vcpuconfConnectWatchRead, and
 * look at what has changed.  There may be nothing: news are a hint.
 *
 * One watch at a time: a second call ends the first and closes its descriptor.
 * One thread watches and reads, others may use the connection meanwhile.
 *
 * @fd: out: the connection's, which closes it; only to be waited for.
 * @flags: 0.
 * Returns 0, or -1 (NO_SUPPORT: the hypervisor has no way to tell).
 * Since: 0.1.0
 */
int vcpuconfConnectWatch(virConnectPtr conn, int *fd, unsigned int flags);

/**
 * Take what the descriptor has to say; never waits.
 *
 * @flags: 0.
 * Returns 1 if there are news, 0 if none, or -1: the watch is over, because
 * what told the news went away or (OPERATION_INVALID) there was none.  Do not
 * wait for the descriptor any more; call vcpuconfConnectWatch again later, and
 * then look at everything.  Since: 0.1.0
 */
int vcpuconfConnectWatchRead(virConnectPtr conn, unsigned int flags);

/* ---- Adopt ---- */

typedef enum {
    VCPUCONF_ADOPT_DRY_RUN = 1 << 0 /* plan only */
} vcpuconfAdoptFlags;

/**
 * Make the definition as the running domain is now: the reverse of reconcile.
 * Counts and pins are written into it; a transient domain gets a minimal
 * definition.  The running domain is not touched.
 *
 * @plan: out, may be NULL: what is changed, in lines as vcpuconfBatchPlan
 *   gives them ("" if nothing), free().
 * @flags: vcpuconfAdoptFlags.
 * Returns 0, also if there was nothing to do, or -1 (OPERATION_INVALID: does
 * not run).  Since: 0.1.0
 */
int vcpuconfDomainAdopt(virDomainPtr domain, char **plan, unsigned int flags);

/* ---- The host ---- */

/**
 * Which CPUs each NUMA node of the host has.
 *
 * @cells: out, may be NULL: an array with one string per node, from node 0:
 *   its CPUs, offline ones included, as "0-3,8" ("": it has none), and one
 *   NULL behind the last; array and strings to be released by free().
 * @flags: 0.
 * Returns the number of nodes, 0 if the hypervisor does not tell which CPU is
 * on which, or -1.  Since: 0.1.0
 */
int vcpuconfNodeGetCells(virConnectPtr conn, char ***cells,
                         unsigned int flags);

/* ---- Care of the store ---- */

typedef enum {
    VCPUCONF_BACKUP_REPLACE = 1 << 0 /* the file may be there already */
} vcpuconfBackupFlags;

/**
 * Copy the store to a file while others go on using it.  The copy is one state
 * of the store, complete under its name (mode 0600) or not there at all.
 *
 * @path: absolute; must not be there unless REPLACE is given.
 * @flags: vcpuconfBackupFlags.
 * Returns 0, or -1 (INVALID_ARG, OPEN_FAILED, ACCESS_DENIED, OPERATION_FAILED).
 * Since: 0.1.0
 */
int vcpuconfConnectBackup(virConnectPtr conn, const char *path,
                          unsigned int flags);

/**
 * Look whether the store is sound: the file's own structure, and for each
 * definition that its document can be read and says what its summary says.
 *
 * @faults: out, may be NULL: an array of that many strings, one per fault;
 *   array and strings to be released by free().
 * @flags: 0.
 * Returns the number of faults, 0 if the store is sound, or -1 when it could
 * not be looked at.  Since: 0.1.0
 */
int vcpuconfConnectCheck(virConnectPtr conn, char ***faults,
                         unsigned int flags);

/** What the store is. */
typedef struct _vcpuconfStoreInfo {
    char *path;
    int readOnly;                 /* 1: can't be written by this connection */
    unsigned int format;          /* version of the file's format */
    unsigned long long domains;   /* definitions */
    unsigned long long revisions; /* kept, of all definitions, also removed ones */
    unsigned long long bytes;     /* of the file and its log */
    unsigned long long change;    /* number of the last change */
} vcpuconfStoreInfo;

/** Facts about the store, in *info (to be emptied by vcpuconfStoreInfoClear).
 * @flags: 0.  Counting takes time in proportion to the number of definitions.
 * Returns 0, or -1.  Since: 0.1.0 */
int vcpuconfConnectGetStoreInfo(virConnectPtr conn, vcpuconfStoreInfo *info,
                                unsigned int flags);
void vcpuconfStoreInfoClear(vcpuconfStoreInfo *info);

/** The drivers and libraries of this build, one "name version" per line; the
 * library's, not to be freed.  Since: 0.1.0 */
const char *vcpuconfGetFeatures(void);

/* ---- History ---- */

/** One revision of a definition. */
typedef struct _vcpuconfRevision {
    unsigned long long revision; /* 1, 2, 3, ... */
    long long time;              /* microseconds since 1970, UTC */
    int deleted;                 /* 1: the definition was removed */
    char *what;                  /* the operation, in words */
} vcpuconfRevision;

/**
 * The revisions of a definition, newest first.
 *
 * @revisions: out: an array to be released by vcpuconfRevisionsFree.
 * @flags: 0.
 * Returns their number, or -1.  Since: 0.1.0
 */
int vcpuconfDomainListRevisions(virDomainPtr domain,
                                vcpuconfRevision **revisions,
                                unsigned int flags);
void vcpuconfRevisionsFree(vcpuconfRevision *revisions, int nrevisions);

/** The document as it was at a revision, to be released by free(), or NULL
 * (INVALID_ARG: there is no such revision).  Since: 0.1.0 */
char *vcpuconfDomainGetRevisionXML(virDomainPtr domain,
                                   unsigned long long revision,
                                   unsigned int flags);

/** Make an earlier revision the definition again, as a new revision.  A
 * running domain is not touched.  @flags: 0.  Returns 0, or -1.
 * Since: 0.1.0 */
int vcpuconfDomainRestore(virDomainPtr domain, unsigned long long revision,
                          unsigned int flags);

/** A definition that was removed. */
typedef struct _vcpuconfDeleted {
    unsigned char uuid[VIR_UUID_BUFLEN];
    char *name;                  /* the last it had; "" if that is lost */
    unsigned long long revision; /* of the removal */
    long long time;              /* of the removal: microseconds since 1970 */
} vcpuconfDeleted;

/**
 * The removed definitions whose history is still there, by name.
 *
 * @deleted: out: an array to be released by vcpuconfDeletedFree.  @flags: 0.
 * Returns their number, or -1.  Since: 0.1.0
 */
int vcpuconfConnectListDeleted(virConnectPtr conn, vcpuconfDeleted **deleted,
                               unsigned int flags);
void vcpuconfDeletedFree(vcpuconfDeleted *deleted, int ndeleted);

/** vcpuconfDomainListRevisions and vcpuconfDomainGetRevisionXML by UUID, so
 * also of a definition that was removed.  @uuid: VIR_UUID_BUFLEN bytes.
 * Without a history: 0, and NULL.  Since: 0.1.0 */
int vcpuconfConnectListRevisions(virConnectPtr conn, const unsigned char *uuid,
                                 vcpuconfRevision **revisions,
                                 unsigned int flags);
char *vcpuconfConnectGetRevisionXML(virConnectPtr conn,
                                    const unsigned char *uuid,
                                    unsigned long long revision,
                                    unsigned int flags);

/** vcpuconfDomainRestore for a definition that was removed.  @uuid:
 * VIR_UUID_BUFLEN bytes.  @revision: 0: the last one before the removal.
 * Returns the domain, or NULL (NO_DOMAIN: there is no history of that uuid).
 * Since: 0.1.0 */
virDomainPtr vcpuconfConnectRestore(virConnectPtr conn,
                                    const unsigned char *uuid,
                                    unsigned long long revision,
                                    unsigned int flags);

typedef enum {
    VCPUCONF_HISTORY_REMOVED = 1 << 0 /* not revisions: removed definitions */
} vcpuconfHistoryFlags;

/**
 * How much of the past a store keeps: of each definition the last so many
 * revisions, the one that holds now among them (100 unless set); or, with
 * REMOVED, so many removed definitions (1000), those that were removed last.
 * Of a removed definition at least the last document stays, whatever the
 * number of revisions; a definition beyond the number of removed ones is
 * forgotten, with its history.
 *
 * It is kept with the store.  Changes take away what is above it as they are
 * made; to set it takes away all of that at once, which may take a while in a
 * large store (others go on using it; cut off, it can be done again).  Numbers
 * of revisions are never used again, and the file does not become smaller: the
 * room in it is used again.
 *
 * @limit: 0: all of it.  @flags: vcpuconfHistoryFlags.
 * Returns 0, or -1.  Since: 0.1.0
 */
int vcpuconfConnectSetHistoryLimit(virConnectPtr conn, unsigned int limit,
                                   unsigned int flags);
/** @limit: out.  Returns 0, or -1.  Since: 0.1.0 */
int vcpuconfConnectGetHistoryLimit(virConnectPtr conn, unsigned int *limit,
                                   unsigned int flags);

/* ---- Bulk import ---- */

typedef struct _vcpuconfImportItem {
    const char *xml; /* in: the document's bytes, of any encoding */
    size_t len;      /* in */
    int result;      /* out: 0 stored (with ALL_OR_NOTHING: would be, if none
                        were refused), 1 was the same already, -1 refused */
    int code;        /* out: virErrorNumber of a refusal */
    int line;        /* out: line of a refusal, or 0 */
    char *message;   /* out: why it was refused, free(); else NULL */
    char *name;      /* out: the domain's name where it was read, free() */
} vcpuconfImportItem;

typedef enum {
    VCPUCONF_IMPORT_ALL_OR_NOTHING = 1 << 0 /* one refusal refuses all */
} vcpuconfImportFlags;

/**
 * Store many definitions in few transactions.
 *
 * @items: in and out; results are written for each.
 * Returns the number of items refused (with ALL_OR_NOTHING and a refusal,
 * nothing was stored), or -1 when the store failed: then int1 of the error is
 * the number of items, from the first, that were dealt with.  Since: 0.1.0
 */
int vcpuconfConnectImport(virConnectPtr conn, vcpuconfImportItem *items,
                          size_t nitems, unsigned int flags);
/** Releases message and name of each; not the array. */
void vcpuconfImportItemsClear(vcpuconfImportItem *items, size_t nitems);

#ifdef __cplusplus
}
#endif

#endif
