/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is remembered; looking is in scan.c. */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/home.h"

#include <string.h>
#include <time.h>

#include "driver/qemu/guard.h"

/* A change right after the look could leave the same time behind. */
#define SETTLED_MS 50
/* How long a socket that kept silent is not waited for again. */
#define UNCLEAR_MS 2000
#define SILENT_MOST_MS 8000

struct vc_qemu_home {
    char *path;
    /* Below: with the memory locked. */
    struct vc_qemu_findings found;
    struct timespec mtime; /* of the directory when all of it was looked at */
    bool complete;         /* ... and a later change would show in it */
    int64_t looked_ms;
};

void vc_qemu_run_clear(struct vc_qemu_run *run)
{
    free(run->base);
    free(run->threads);
    vc_qemu_tasks_clear(&run->tasks);
    vc_instance_clear(&run->inst);
    memset(run, 0, sizeof(*run));
}

/* Returns owned; NULL of nothing, and with *ret_rc = -1. */
static void *copy_items(const void *items, size_t n, size_t size, int *ret_rc,
                        struct vc_error *err)
{
    void *copy;

    if (n == 0)
        return NULL;
    copy = malloc(n * size);
    if (!copy)
        *ret_rc = vc_error_nomem(err);
    else
        memcpy(copy, items, n * size);
    return copy;
}

/* Of all or nothing. */
static int threads_copy(struct vc_qemu_run *run,
                        const struct vc_qemu_thread *threads, size_t nthreads,
                        const struct vc_qemu_tasks *tasks, struct vc_error *err)
{
    int rc = 0;

    free(run->threads);
    vc_qemu_tasks_clear(&run->tasks);
    run->threads =
        copy_items(threads, nthreads, sizeof(*threads), &rc, err);
    run->tasks.items =
        copy_items(tasks->items, tasks->n, sizeof(*tasks->items), &rc, err);
    run->nthreads = run->threads ? nthreads : 0;
    run->tasks.n = rc == 0 && run->tasks.items ? tasks->n : 0;
    return rc;
}

int vc_qemu_run_copy(struct vc_qemu_run *ret, const struct vc_qemu_run *src,
                     struct vc_error *err)
{
    VC_QEMU_RUN_AUTO copy = {.file = src->file,
                             .start = src->start,
                             .machine = src->machine,
                             .conflict = src->conflict};

    copy.base = strdup(src->base);
    if (!copy.base)
        return vc_error_nomem(err);
    if (vc_instance_copy(&copy.inst, &src->inst, err) < 0 ||
        threads_copy(&copy, src->threads, src->nthreads, &src->tasks, err) < 0)
        return -1;
    vc_qemu_run_clear(ret);
    *ret = copy;
    memset(&copy, 0, sizeof(copy));
    return 0;
}

void vc_qemu_runs_clear(struct vc_qemu_runs *runs)
{
    size_t i;

    for (i = 0; i < runs->n; i++)
        vc_qemu_run_clear(&runs->items[i]);
    free(runs->items);
    memset(runs, 0, sizeof(*runs));
}

void vc_qemu_unclear_clear(struct vc_qemu_unclear *unclear)
{
    free(unclear->why);
    memset(unclear, 0, sizeof(*unclear));
}

int vc_qemu_unclear_copy(struct vc_qemu_unclear *ret,
                         const struct vc_qemu_unclear *src,
                         struct vc_error *err)
{
    char *why = strdup(src->why);

    if (!why)
        return vc_error_nomem(err);
    vc_qemu_unclear_clear(ret);
    *ret = *src;
    ret->why = why;
    return 0;
}

bool vc_qemu_unclear_may_be(const struct vc_qemu_unclear *unclear,
                            const struct vc_instance_key *key)
{
    return (key->kind == VC_BY_NAME && strcmp(key->name, unclear->base) == 0) ||
           vc_qemu_hint_fits(&unclear->hint, key);
}

void vc_qemu_findings_clear(struct vc_qemu_findings *findings)
{
    size_t i;

    vc_qemu_runs_clear(&findings->runs);
    for (i = 0; i < findings->nunclear; i++)
        vc_qemu_unclear_clear(&findings->unclear[i]);
    free(findings->unclear);
    memset(findings, 0, sizeof(*findings));
}

struct vc_qemu_home *vc_qemu_home_open(const char *path, struct vc_error *err)
{
    struct vc_qemu_home *home = calloc(1, sizeof(*home));

    if (home)
        home->path = strdup(path);
    if (!home || !home->path) {
        free(home);
        (void)vc_error_nomem(err);
        return NULL;
    }
    return home;
}

void vc_qemu_home_close(struct vc_qemu_home *home)
{
    vc_qemu_findings_clear(&home->found);
    free(home->path);
    free(home);
}

const char *vc_qemu_home_path(const struct vc_qemu_home *home)
{
    return home->path;
}

static struct vc_qemu_run *remembered(struct vc_qemu_home *home,
                                      const char *start)
{
    size_t i;

    for (i = 0; i < home->found.runs.n; i++) {
        if (strcmp(home->found.runs.items[i].inst.start, start) == 0)
            return &home->found.runs.items[i];
    }
    return NULL;
}

bool vc_qemu_run_lives(const struct vc_qemu_run *run)
{
    return vc_qemu_proc_lives(run->inst.id, run->start);
}

int vc_qemu_home_recall(struct vc_qemu_home *home, const char *base,
                        const struct vc_qemu_file *file,
                        struct vc_qemu_run *ret, struct vc_error *err)
{
    VC_QEMU_RUN_AUTO copy = {0};
    int rc = 0;
    size_t i;

    vc_qemu_memory_lock();
    for (i = 0; i < home->found.runs.n; i++) {
        const struct vc_qemu_run *run = &home->found.runs.items[i];

        if (strcmp(run->base, base) == 0 &&
            vc_qemu_file_equal(&run->file, file)) {
            rc = vc_qemu_run_copy(&copy, run, err) < 0 ? -1 : 1;
            break;
        }
    }
    vc_qemu_memory_unlock();
    if (rc < 1)
        return rc;
    if (!vc_qemu_run_lives(&copy))
        return 0;
    vc_qemu_run_clear(ret);
    *ret = copy;
    memset(&copy, 0, sizeof(copy));
    ret->conflict = NULL; /* who else is there is asked anew */
    return 1;
}

bool vc_qemu_home_recall_thread(struct vc_qemu_home *home,
                                const struct vc_instance *inst, unsigned vcpu,
                                pid_t *ret_tid)
{
    struct vc_qemu_thread thread = {0};
    const struct vc_qemu_run *run;
    struct vc_qemu_stat stat;
    struct vc_error ignored;
    size_t i;

    vc_qemu_memory_lock();
    run = remembered(home, inst->start);
    for (i = 0; run && run->inst.id == inst->id && i < run->nthreads; i++) {
        if (run->threads[i].vcpu == vcpu)
            thread = run->threads[i];
    }
    vc_qemu_memory_unlock();
    if (thread.tid == 0 ||
        vc_qemu_proc_stat(inst->id, thread.tid, &stat, &ignored) != 1 ||
        stat.start != thread.start)
        return false;
    *ret_tid = thread.tid;
    return true;
}

static int64_t clock_ms(clockid_t id)
{
    struct timespec now = {0};

    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t now_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

bool vc_qemu_has_settled(const struct timespec *since, int64_t ms)
{
    int64_t then_ms = (int64_t)since->tv_sec * 1000 + since->tv_nsec / 1000000;

    return clock_ms(CLOCK_REALTIME) - then_ms > ms;
}

/* With the memory locked: nobody else can be there. */
static bool knows_all(const struct vc_qemu_home *home,
                      const struct vc_instance_key *key)
{
    size_t i;

    if (home->found.young)
        return false;
    for (i = 0; i < home->found.nunclear; i++) {
        if (vc_qemu_unclear_may_be(&home->found.unclear[i], key))
            return false;
    }
    return !home->found.nunclear || now_ms() < home->looked_ms + UNCLEAR_MS;
}

/* With the memory locked. */
static int recall_key(const struct vc_qemu_home *home,
                      const struct vc_qemu_dir *dir,
                      const struct vc_instance_key *key,
                      struct vc_qemu_run *ret, struct vc_error *err)
{
    size_t i;

    if (!home->complete || home->mtime.tv_sec != dir->mtime.tv_sec ||
        home->mtime.tv_nsec != dir->mtime.tv_nsec)
        return 0;
    for (i = 0; i < home->found.runs.n; i++) {
        const struct vc_qemu_run *run = &home->found.runs.items[i];

        if (!vc_instance_key_matches(key, &run->inst))
            continue;
        if (run->conflict)
            return 0;
        return vc_qemu_run_copy(ret, run, err) < 0 ? -1 : 1;
    }
    return knows_all(home, key) ? 2 : 0;
}

int vc_qemu_home_recall_key(struct vc_qemu_home *home,
                            const struct vc_qemu_dir *dir,
                            const struct vc_instance_key *key,
                            struct vc_qemu_run *ret, struct vc_error *err)
{
    VC_QEMU_RUN_AUTO copy = {0};
    struct vc_qemu_file file;
    int rc;

    vc_qemu_memory_lock();
    rc = recall_key(home, dir, key, &copy, err);
    vc_qemu_memory_unlock();
    if (rc != 1)
        return rc;
    if (!vc_qemu_dir_stat(dir, copy.base, ".qmp", &file) ||
        !vc_qemu_file_equal(&file, &copy.file) || !vc_qemu_run_lives(&copy))
        return 0;
    vc_qemu_run_clear(ret);
    *ret = copy;
    memset(&copy, 0, sizeof(copy));
    return 1;
}

int vc_qemu_home_recall_start(struct vc_qemu_home *home,
                              const struct vc_qemu_dir *dir, const char *start,
                              struct vc_qemu_run *ret, struct vc_error *err)
{
    VC_QEMU_RUN_AUTO copy = {0};
    const struct vc_qemu_run *run;
    struct vc_qemu_file file;
    int rc = 0;

    vc_qemu_memory_lock();
    run = remembered(home, start);
    if (run)
        rc = vc_qemu_run_copy(&copy, run, err) < 0 ? -1 : 1;
    vc_qemu_memory_unlock();
    if (rc < 1)
        return rc;
    if (!vc_qemu_dir_stat(dir, copy.base, ".qmp", &file) ||
        !vc_qemu_file_equal(&file, &copy.file))
        return 0;
    vc_qemu_run_clear(ret);
    *ret = copy;
    memset(&copy, 0, sizeof(copy));
    return 1;
}

/* What is known of the same run: the threads move over. */
static void carry_over(struct vc_qemu_home *home, struct vc_qemu_run *run)
{
    struct vc_qemu_run *old = remembered(home, run->inst.start);

    if (!old || run->machine.known)
        return;
    run->machine = old->machine;
    run->threads = VC_STEAL(old->threads);
    run->nthreads = old->nthreads;
    run->tasks = old->tasks;
    old->nthreads = 0;
    memset(&old->tasks, 0, sizeof(old->tasks));
}

/* With the memory locked. */
static const struct vc_qemu_unclear *
find_unclear(const struct vc_qemu_home *home, const char *base,
             const struct vc_qemu_file *file)
{
    size_t i;

    for (i = 0; i < home->found.nunclear; i++) {
        const struct vc_qemu_unclear *unclear = &home->found.unclear[i];

        if (strcmp(unclear->base, base) == 0 &&
            vc_qemu_file_equal(&unclear->file, file))
            return unclear;
    }
    return NULL;
}

/* It was asked just now, and not for the first time, it may be. */
static void set_wait(const struct vc_qemu_home *home,
                     struct vc_qemu_unclear *unclear)
{
    const struct vc_qemu_unclear *old =
        find_unclear(home, unclear->base, &unclear->file);

    unclear->asked_ms = now_ms();
    unclear->wait_ms = old && old->silent ? old->wait_ms * 2 : UNCLEAR_MS;
    if (unclear->wait_ms > SILENT_MOST_MS)
        unclear->wait_ms = SILENT_MOST_MS;
}

void vc_qemu_home_remember(struct vc_qemu_home *home,
                           const struct vc_qemu_dir *dir,
                           struct vc_qemu_findings *findings)
{
    struct vc_qemu_findings old;
    size_t i;

    vc_qemu_memory_lock();
    for (i = 0; i < findings->runs.n; i++)
        carry_over(home, &findings->runs.items[i]);
    for (i = 0; i < findings->nunclear; i++) {
        if (findings->unclear[i].silent && !findings->unclear[i].asked_ms)
            set_wait(home, &findings->unclear[i]);
    }
    old = home->found;
    home->found = *findings;
    home->mtime = dir->mtime;
    home->complete =
        findings->complete && vc_qemu_has_settled(&dir->mtime, SETTLED_MS);
    home->looked_ms = now_ms();
    vc_qemu_memory_unlock();
    memset(findings, 0, sizeof(*findings));
    vc_qemu_findings_clear(&old);
}

int vc_qemu_home_recall_unclear(struct vc_qemu_home *home, const char *base,
                                const struct vc_qemu_file *file,
                                const struct vc_instance_key *key,
                                struct vc_qemu_unclear *ret,
                                struct vc_error *err)
{
    const struct vc_qemu_unclear *unclear;
    int64_t wait_ms;
    int rc = 0;

    vc_qemu_memory_lock();
    unclear = find_unclear(home, base, file);
    if (unclear && unclear->silent) {
        wait_ms = key && vc_qemu_unclear_may_be(unclear, key)
                      ? UNCLEAR_MS
                      : unclear->wait_ms;
        if (now_ms() < unclear->asked_ms + wait_ms)
            rc = vc_qemu_unclear_copy(ret, unclear, err) < 0 ? -1 : 1;
    }
    vc_qemu_memory_unlock();
    if (rc != 1 || !ret->hint.pid ||
        vc_qemu_proc_lives(ret->hint.pid, ret->hint.start))
        return rc;
    vc_qemu_unclear_clear(ret); /* its process has ended */
    return 0;
}

void vc_qemu_home_learn(struct vc_qemu_home *home, const char *start,
                        const struct vc_qemu_machine *machine,
                        const struct vc_qemu_thread *threads, size_t nthreads,
                        const struct vc_qemu_tasks *tasks)
{
    struct vc_error ignored;
    struct vc_qemu_run *run;

    vc_qemu_memory_lock();
    run = remembered(home, start);
    if (run) {
        run->machine = *machine;
        /* what has no room is asked for again */
        (void)threads_copy(run, threads, nthreads, tasks, &ignored);
    }
    vc_qemu_memory_unlock();
}
