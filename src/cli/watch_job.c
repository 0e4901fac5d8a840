/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reconciling one domain, and what is said of it. */
#include <string.h>

#include "watch.h"
#include "watch_log.h"

struct job {
    uv_work_t work;
    struct watch *watch;
    struct watch_run *run;
    virDomainPtr domain; /* counted */
    int result; /* vcpuconfReconcileResult, or -1 */
    int code;   /* of an error */
    char *text; /* the report, or the error */
};

static void reconcile(uv_work_t *work)
{
    struct job *job = work->data;

    job->result = vcpuconfDomainReconcile(job->domain, &job->text, 0);
    if (job->result >= 0)
        return;
    job->code = virGetLastErrorCode();
    job->text = cli_strdup(virGetLastErrorMessage());
}

/* ---- What is said ---- */

static bool begins_with(const char *line, const char *head)
{
    return strncmp(line, head, strlen(head)) == 0;
}

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

/* How many lines of a report begin so; *ret_first: what stands behind that in
 * the first of them, with its length. */
static unsigned count_lines(const char *report, const char *head,
                            const char **ret_first, int *ret_len)
{
    const char *line;
    unsigned n = 0;

    for (line = report; *line; line = next_line(line)) {
        if (!begins_with(line, head) || n++ > 0)
            continue;
        *ret_first = line + strlen(head);
        *ret_len = (int)strcspn(*ret_first, "\n");
    }
    return n;
}

static void say_restart(const char *name, const char *report)
{
    const char *text = "";
    int len = 0;

    if (count_lines(report, "needs restart: ", &text, &len) > 0)
        watch_log(WATCH_WARNING, "domain '%s': needs a restart: %.*s", name,
                  len, text);
}

static void say_done(const struct job *job)
{
    const char *name = virDomainGetName(job->domain);
    unsigned failures = job->run->failures;
    const char *text = "";
    unsigned changes;
    int len = 0;

    changes = count_lines(job->text, "live ", &text, &len);
    switch (job->result) {
    case VCPUCONF_RECONCILE_RESTART:
    case VCPUCONF_RECONCILE_APPLIED:
        watch_log(WATCH_INFO, "domain '%s': is as defined now (%u %s)", name,
                  changes, changes == 1 ? "change" : "changes");
        say_restart(name, job->text);
        break;
    case VCPUCONF_RECONCILE_KEPT:
        watch_log(WATCH_INFO,
                  "domain '%s': vcpus that another hand brought online got "
                  "the pins that were kept for them",
                  name);
        break;
    default:
        if (failures > 0)
            watch_log(WATCH_INFO, "domain '%s': is done", name);
        break;
    }
}

/* Why it failed: the error, or the first such line of the report. */
static const char *reason(const struct job *job, int *ret_len)
{
    const char *text = job->text;

    *ret_len = (int)strcspn(text, "\n");
    if (job->result >= 0)
        (void)count_lines(job->text, "failed: ", &text, ret_len);
    return text;
}

static void say_failed(const struct job *job, enum watch_verdict verdict,
                       unsigned failures)
{
    const char *name = virDomainGetName(job->domain);
    int len;
    const char *why = reason(job, &len);

    if (verdict == WATCH_TRIES)
        watch_log(WATCH_WARNING, "domain '%s': %.*s; trying again", name, len,
                  why);
    if (verdict == WATCH_GIVES_UP)
        watch_log(WATCH_ERROR, "domain '%s': given up after %u tries: %.*s",
                  name, failures, len, why);
}

/* ---- Its end ---- */

static void job_free(struct job *job)
{
    (void)virDomainFree(job->domain);
    free(job->text);
    free(job);
}

/* It ended meanwhile, or has no definition any more: a listing will tell. */
static bool is_away(const struct job *job)
{
    return job->result < 0 && (job->code == VIR_ERR_OPERATION_INVALID ||
                               job->code == VIR_ERR_NO_DOMAIN);
}

static void take(struct watch *watch, struct job *job)
{
    uint64_t now = watch_now(watch);
    unsigned failures = job->run->failures + 1;
    enum watch_verdict verdict;

    if (job->result > VCPUCONF_RECONCILE_FAILED) {
        say_done(job);
        watch_runs_succeeded(&watch->runs, job->run, now);
        return;
    }
    verdict = watch_runs_failed(&watch->runs, job->run, now);
    if (!is_away(job) || verdict == WATCH_GIVES_UP)
        say_failed(job, verdict, failures);
    if (is_away(job) && verdict == WATCH_TRIES)
        watch_look(watch);
}

static void reconcile_ended(uv_work_t *work, int status)
{
    struct job *job = work->data;
    struct watch *watch = job->watch;

    watch->working--;
    if (status == 0)
        take(watch, job);
    job_free(job);
    watch_work(watch);
}

/* ---- Its beginning ---- */

static void due(uv_timer_t *timer)
{
    watch_work(timer->data);
}

static bool begin(struct watch *watch, struct watch_run *run)
{
    struct job *job = cli_alloc(1, sizeof(*job));

    job->work.data = job;
    job->watch = watch;
    job->run = run;
    job->domain = run->handle;
    (void)virDomainRef(job->domain);
    if (uv_queue_work(&watch->loop, &job->work, reconcile, reconcile_ended) <
        0) {
        job_free(job);
        return false;
    }
    watch->working++;
    return true;
}

void watch_work(struct watch *watch)
{
    struct watch_run *run;
    int64_t wait;

    if (watch->is_stopping)
        return;
    while (watch->working < watch->working_most &&
           (run = watch_runs_take(&watch->runs, watch_now(watch)))) {
        if (!begin(watch, run))
            (void)watch_runs_failed(&watch->runs, run, watch_now(watch));
    }
    /* With no thread to be had, the end of a job brings us here again. */
    wait = watch_runs_wait(&watch->runs, watch_now(watch));
    if (wait < 0 || watch->working >= watch->working_most)
        (void)uv_timer_stop(&watch->due);
    else
        (void)uv_timer_start(&watch->due, due, (uint64_t)wait, 0);
    watch_say_status(watch);
}
