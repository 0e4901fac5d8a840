/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * src/plan: request + facts -> plan.  Pure: may know src/model and src/util;
 * touches no hypervisor, store, file or clock.  Every decision of the project
 * about counts and pins is made here and can be read as text before anything
 * happens.
 *
 * A plan starts as a copy of the facts and is carried forward by each
 * request: `config`, `live`, `kept` and `agent` in it are what will be there
 * when the plan has been done, so that several requests can follow each
 * other.  A request that is refused leaves a plan that must be thrown away.
 */
#ifndef VC_PLAN_PLAN_H
#define VC_PLAN_PLAN_H

#include "model/impact.h"
#include "model/live.h"

enum vc_request_kind {
    VC_REQUEST_COUNT,       /* count vCPUs online */
    VC_REQUEST_MAXIMUM,     /* count = the new maximum; CONFIG only */
    VC_REQUEST_STATE,       /* vCPU ids in set: online or offline */
    VC_REQUEST_PIN,         /* vcpu to the host CPUs in set */
    VC_REQUEST_UNPIN,       /* vcpu follows the default set again */
    VC_REQUEST_GUEST_COUNT, /* by the agent */
    VC_REQUEST_GUEST_STATE, /* by the agent */
    VC_REQUEST_RECONCILE,   /* live := config */
    VC_REQUEST_KEPT,        /* pins kept for vCPUs that another hand plugged */
    VC_REQUEST_ADOPT,       /* config := live; CONFIG only */
};

struct vc_request {
    enum vc_request_kind kind;
    unsigned impact; /* as asked: enum vc_impact bits */
    unsigned count;
    unsigned vcpu;
    unsigned more; /* PIN, UNPIN: the same of so many vCPUs behind that one */
    bool online;
    bool hotpluggable; /* COUNT: vCPUs brought online in CONFIG become so */
    struct vc_cpuset set;
};

void vc_request_clear(struct vc_request *request);
/* The two that need the guest agent's view among the facts. */
bool vc_request_needs_agent(const struct vc_request *request);

/* What was gathered.  Borrowed by vc_plan_init, which copies. */
struct vc_facts {
    bool persistent;
    const struct vc_vcpudef *config; /* when persistent */
    bool active;
    const struct vc_live *live;      /* when active */
    const struct vc_vcpudef *kept;   /* pins kept for offline vCPUs, or NULL;
                                        of one that is online: another hand
                                        plugged it, and it waits for its pin */
    bool reconciled;                 /* this run was made as it was defined, so
                                        kept pins are all there is to know */
    const struct vc_agent *agent;    /* or NULL: was not asked */
    unsigned ncpus; /* size of the host's map */
};

enum vc_step_kind {
    VC_STEP_AFFINITY, /* vcpu -> cpus */
    VC_STEP_KEEP,     /* keep cpus for the offline vcpu; empty: forget, since
                         the AFFINITY before it has set them */
    VC_STEP_ONLINE,   /* plug or unplug the ids in cpus */
    VC_STEP_AGENT,    /* the same inside the guest */
};

struct vc_step {
    enum vc_step_kind kind;
    bool online;              /* ONLINE, AGENT */
    bool fresh;               /* AFFINITY of a vCPU that this plan plugs: its
                                 inverse is the unplugging */
    unsigned vcpu;            /* AFFINITY, KEEP */
    struct vc_cpuset cpus;    /* host CPUs, or vCPU ids */
    struct vc_cpuset before;  /* AFFINITY, KEEP: what the inverse sets; empty:
                                 the inverse has nothing to set */
    struct vc_vcpudef repin;  /* unplugging where the hypervisor forgets: the
                                 pins that the inverse sets */
};

enum vc_note_kind {
    VC_NOTE_INFO,
    VC_NOTE_RESTART, /* takes effect when the domain starts the next time */
    VC_NOTE_FAILED,  /* could not be done */
};

struct vc_note {
    enum vc_note_kind kind;
    int vcpu; /* or -1 */
    char *text;
};

struct vc_plan {
    unsigned targets; /* enum vc_impact bits that requests resolved to */
    bool best_effort; /* a step that fails doesn't stop the others */
    struct vc_step *steps;
    size_t nsteps;
    struct vc_note *notes;
    size_t nnotes;
    bool has_config, has_live, has_agent;
    bool reconciled;
    bool config_changed;
    struct vc_vcpudef config_before;
    struct vc_vcpudef config;
    struct vc_live live;
    struct vc_vcpudef kept; /* only its pins are used */
    struct vc_agent agent;
    unsigned ncpus;
};

#define VC_PLAN_AUTO __attribute__((cleanup(vc_plan_clear))) struct vc_plan

int vc_plan_init(struct vc_plan *plan, const struct vc_facts *facts,
                 struct vc_error *err) VC_NODISCARD;
void vc_plan_clear(struct vc_plan *plan);
/* Adds one request to the plan, or refuses it. */
int vc_plan_add(struct vc_plan *plan, const struct vc_request *request,
                struct vc_error *err) VC_NODISCARD;
/* One after another; what many of them would do each time is done once. */
int vc_plan_add_all(struct vc_plan *plan, const struct vc_request *requests,
                    size_t n, struct vc_error *err) VC_NODISCARD;
bool vc_plan_is_empty(const struct vc_plan *plan);
/* vcpu -1: it is about no single one. */
int vc_plan_note(struct vc_plan *plan, enum vc_note_kind kind, int vcpu,
                 struct vc_error *err, const char *fmt, ...) VC_PRINTF(5, 6);

/* One line per step, config change and note, each with a newline. */
void vc_plan_print(const struct vc_plan *plan, struct vc_buf *buf);
/* One step in words: "vcpu 2 affinity 0-7 -> 2-3". */
void vc_step_print(const struct vc_step *step, struct vc_buf *buf);
/* What changed between two definitions, in words, "; " between them:
 * "pin vcpu 2: 0-3 -> 4-7".  Empty when they are the same. */
void vc_words_change(const struct vc_vcpudef *before,
                     const struct vc_vcpudef *after, struct vc_buf *buf);

/* What a definition says when it says what runs.  base NULL: from scratch. */
int vc_plan_live_definition(const struct vc_vcpudef *base,
                            const struct vc_live *live, unsigned ncpus,
                            struct vc_vcpudef *ret,
                            struct vc_error *err) VC_NODISCARD;

/* ---- Drift ---- */

enum vc_difference_kind {
    VC_DIFF_MAXIMUM,
    VC_DIFF_ONLINE, /* one vCPU: online here, offline there */
    VC_DIFF_PIN,    /* one vCPU's affinity is not what is asked for */
};

struct vc_difference {
    enum vc_difference_kind kind;
    int vcpu; /* -1: MAXIMUM */
    char *config;
    char *live;
    char *reconciled; /* not filled by vc_plan_diff */
};

struct vc_difference_list {
    struct vc_difference *items;
    size_t n;
};
void vc_difference_list_clear(struct vc_difference_list *list);

/* What a definition asks for where a difference is: "4", "offline", "0-3", "-"
 * for nothing.  Returns owned, or NULL. */
char *vc_plan_asked(const struct vc_vcpudef *def, enum vc_difference_kind kind,
                    int vcpu, struct vc_error *err);
/* What the definition states and the hypervisor does not do. */
int vc_plan_diff(const struct vc_vcpudef *config, const struct vc_live *live,
                 struct vc_difference_list *ret,
                 struct vc_error *err) VC_NODISCARD;
/* Does the live affinity do what the definition asks?  As far as this host
 * can: the asked set is cut to the CPUs that can be used. */
int vc_plan_affinity_is(const struct vc_cpuset *asked,
                        const struct vc_cpuset *live,
                        const struct vc_cpuset *usable, bool *ret_same,
                        struct vc_error *err) VC_NODISCARD;

#endif
