/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The runs of a directory, and what a handle remembers of them.
 *
 *  1. A run's name, uuid, machine and accelerator never change, so they are
 *     asked for once.  What is remembered holds as long as the same socket
 *     file is there and the same process (number and start time) lives: both
 *     are looked at each time, which takes no connection.
 *  2. A thread of a vCPU serves that vCPU for all its life, and each vCPU has
 *     its own (where they share one, nothing is remembered of it).  So as long
 *     as a process has the very same threads, by number and start time, it has
 *     the same vCPUs.
 *  3. A socket that did not answer in time is left alone for 2 s, then for
 *     twice as long each time up to 8 s: what it said is said again.  Who looks
 *     for the very domain that it may be leaves it alone for those 2 s only.
 *  4. Nothing else is remembered.
 *  5. A hint on a process's command line can keep a domain from being said to
 *     be shut off, while its monitor is held; a run that answers comes first.
 *  6. Two processes that claim one name or uuid are both unclear.  Two
 *     monitors of one process are one run, that of the first in order unless
 *     one is called as the run is; also where only one of them answers.
 */
#ifndef VC_DRIVER_QEMU_HOME_H
#define VC_DRIVER_QEMU_HOME_H

#include "driver/driver.h"
#include "driver/qemu/dir.h"
#include "driver/qemu/peer.h"
#include "driver/qemu/proc.h"

struct vc_qemu_thread {
    unsigned vcpu;
    pid_t tid; /* as seen from here */
    uint64_t start;
};

/* What stays the same of a machine. */
struct vc_qemu_machine {
    bool known;
    unsigned maximum;    /* 0: as many as there are */
    const char *no_plug; /* static: why it has no hotplug; else NULL */
    bool is_tcg;    /* or anything else that is not KVM */
    bool is_nested; /* in a pid namespace of its own */
};

struct vc_qemu_run {
    char *base; /* of BASE.qmp */
    struct vc_qemu_file file;
    struct vc_instance inst;
    uint64_t start; /* of its process */
    struct vc_qemu_machine machine;
    struct vc_qemu_thread *threads; /* those seen last; some may be gone */
    size_t nthreads;
    struct vc_qemu_tasks tasks; /* of all the process, when these were all
                                   vCPUs' threads; empty: not known */
    const char *conflict; /* static: what it shares with another; else NULL */
};
#define VC_QEMU_RUN_AUTO                                                       \
    __attribute__((cleanup(vc_qemu_run_clear))) struct vc_qemu_run
void vc_qemu_run_clear(struct vc_qemu_run *run);
int vc_qemu_run_copy(struct vc_qemu_run *ret, const struct vc_qemu_run *src,
                     struct vc_error *err) VC_NODISCARD;

struct vc_qemu_runs {
    struct vc_qemu_run *items;
    size_t n;
};
#define VC_QEMU_RUNS_AUTO                                                      \
    __attribute__((cleanup(vc_qemu_runs_clear))) struct vc_qemu_runs
void vc_qemu_runs_clear(struct vc_qemu_runs *runs);

/* A socket that may be a run's: nobody can tell. */
struct vc_qemu_unclear {
    char base[VC_NAME_MAX + 1]; /* of BASE.qmp */
    struct vc_qemu_file file;
    struct vc_qemu_hint hint; /* who may be there */
    int code;
    char *why;        /* in that code's words; owned */
    bool silent;      /* it did not answer in time, or is not to be asked */
    int64_t asked_ms; /* the home's: 0 for what was not remembered */
    int64_t wait_ms;  /* so long it is left alone then */
};
void vc_qemu_unclear_clear(struct vc_qemu_unclear *unclear);
int vc_qemu_unclear_copy(struct vc_qemu_unclear *ret,
                         const struct vc_qemu_unclear *src,
                         struct vc_error *err) VC_NODISCARD;
/* Could it be who is looked for, by its file's name or by the hint? */
bool vc_qemu_unclear_may_be(const struct vc_qemu_unclear *unclear,
                            const struct vc_instance_key *key);

struct vc_qemu_home;
struct vc_qemu_home *vc_qemu_home_open(const char *path, struct vc_error *err)
    VC_NODISCARD;
void vc_qemu_home_close(struct vc_qemu_home *home);
const char *vc_qemu_home_path(const struct vc_qemu_home *home);

/* ---- memory ---- */

/* Is it that process still? */
bool vc_qemu_run_lives(const struct vc_qemu_run *run);
/* What is remembered of the socket BASE.qmp, if it holds.  1, 0, -1. */
int vc_qemu_home_recall(struct vc_qemu_home *home, const char *base,
                        const struct vc_qemu_file *file,
                        struct vc_qemu_run *ret, struct vc_error *err);
/* The run of a key, if all that is remembered of the directory holds: 1; 0:
 * look; 2: it is known not to be there; -1.  Of a socket that did not answer it
 * is remembered for a moment that it is nobody's whom it can't be. */
int vc_qemu_home_recall_key(struct vc_qemu_home *home,
                            const struct vc_qemu_dir *dir,
                            const struct vc_instance_key *key,
                            struct vc_qemu_run *ret, struct vc_error *err);
/* That run, if its socket is there still; whether it lives is not looked at. */
int vc_qemu_home_recall_start(struct vc_qemu_home *home,
                              const struct vc_qemu_dir *dir, const char *start,
                              struct vc_qemu_run *ret, struct vc_error *err);
/* What is remembered of the socket BASE.qmp if it did not answer, and is to be
 * left alone now by who looks for that key; NULL: for all.  1, 0, -1. */
int vc_qemu_home_recall_unclear(struct vc_qemu_home *home, const char *base,
                                const struct vc_qemu_file *file,
                                const struct vc_instance_key *key,
                                struct vc_qemu_unclear *ret,
                                struct vc_error *err);
/* The thread of a vCPU of that run, if it was seen and lives: then the run
 * lives, and it is that vCPU's still. */
bool vc_qemu_home_recall_thread(struct vc_qemu_home *home,
                                const struct vc_instance *inst, unsigned vcpu,
                                pid_t *ret_tid);
/* What a look at all of the directory found. */
struct vc_qemu_findings {
    struct vc_qemu_runs runs;
    struct vc_qemu_unclear *unclear;
    size_t nunclear;
    bool complete; /* everybody had the time to answer */
    bool young;    /* some may come without a change of the directory: it is a
                      link, or so new that it may begin to answer yet */
};
#define VC_QEMU_FINDINGS_AUTO                                                  \
    __attribute__((cleanup(vc_qemu_findings_clear))) struct vc_qemu_findings
void vc_qemu_findings_clear(struct vc_qemu_findings *findings);
/* Takes all that was found; machines and threads known before stay known. */
void vc_qemu_home_remember(struct vc_qemu_home *home,
                           const struct vc_qemu_dir *dir,
                           struct vc_qemu_findings *findings);
void vc_qemu_home_learn(struct vc_qemu_home *home, const char *start,
                        const struct vc_qemu_machine *machine,
                        const struct vc_qemu_thread *threads, size_t nthreads,
                        const struct vc_qemu_tasks *tasks);

/* ---- looking ---- */

int vc_qemu_home_list(struct vc_qemu_home *home, struct vc_instance_list *ret,
                      struct vc_error *err) VC_NODISCARD;
/* 1, 0, -1. */
int vc_qemu_home_find(struct vc_qemu_home *home,
                      const struct vc_instance_key *key,
                      struct vc_instance *ret, struct vc_error *err);
/* The run that an instance is, with a directory opened; "domain is not
 * running". */
int vc_qemu_home_get(struct vc_qemu_home *home, const struct vc_instance *inst,
                     struct vc_qemu_dir *ret_dir, struct vc_qemu_run *ret,
                     struct vc_error *err) VC_NODISCARD;
/* Does its process live?  "domain is not running". */
int vc_qemu_instance_check(const struct vc_instance *inst,
                           struct vc_error *err) VC_NODISCARD;
int vc_qemu_not_running(struct vc_error *err);

#endif
