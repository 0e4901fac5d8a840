/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Of home.h: looking at a directory.  All sockets that nothing is remembered
 * of are asked at the same time, so that one that keeps silent costs the wait
 * for it once, and no other run.  Who looks again and again is not held up each
 * time: a silent one is then left alone for a while.
 */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "driver/qemu/qmp.h"
#include "util/log.h"

#define AT_ONCE 256u /* dialogues at a time, of one descriptor each */
#define YOUNG_MS 5000
#define GRACE_MS 150 /* for the others, when who was looked for has answered */

void vc_qemu_scan_clear(struct vc_qemu_scan *scan)
{
    size_t i;

    for (i = 0; i < scan->n; i++) {
        vc_qemu_run_clear(&scan->seen[i].run);
        vc_qemu_unclear_clear(&scan->seen[i].unclear);
        if (scan->seen[i].sock_fd >= 0)
            (void)close(scan->seen[i].sock_fd);
    }
    free(scan->seen);
    vc_qemu_names_clear(&scan->names);
    vc_qemu_dir_close(&scan->dir);
}

static int see_unclear(struct vc_qemu_seen *seen, int code, const char *why,
                       struct vc_error *err)
{
    char *copy = strdup(why);

    if (!copy)
        return vc_error_nomem(err);
    free(seen->unclear.why);
    seen->unclear.why = copy;
    seen->unclear.code = code;
    seen->unclear.file = seen->file;
    (void)snprintf(seen->unclear.base, sizeof(seen->unclear.base), "%s",
                   seen->base);
    seen->as = VC_QEMU_SEEN_UNCLEAR;
    return 0;
}

/* With errno: what can't be looked at, as when descriptors ran out, may be a
 * run all the same. */
static int see_no_socket(struct vc_qemu_seen *seen, struct vc_error *err)
{
    struct vc_error why;

    if (!errno) {
        seen->as = VC_QEMU_SEEN_NOTHING;
        return 0;
    }
    (void)vc_error_errno(&why, errno, "can't look at its socket");
    return see_unclear(seen, VC_ERR_SYSTEM_ERROR, why.text, err);
}

/* ---- one answer ---- */

/* The answers: query-name, query-uuid. */
static const char *const who_are_you[] = {"query-name", "query-uuid", NULL};

static int see_run(struct vc_qemu_seen *seen, const struct vc_qmp *qmp,
                   struct vc_error *err)
{
    const char *name = vc_qemu_json_text(qmp->answers[0], "name");
    const char *uuid = vc_qemu_json_text(qmp->answers[1], "UUID");
    struct vc_instance *inst = &seen->run.inst;
    struct vc_error why;
    int rc;

    if (!name)
        name = seen->base;
    if (vc_name_check(name, strlen(name), &why) < 0)
        return see_unclear(seen, VC_ERR_OPERATION_FAILED, why.text, err);
    inst->name = strdup(name);
    seen->run.base = strdup(seen->base);
    if (!inst->name || !seen->run.base)
        return vc_error_nomem(err);
    inst->has_uuid = uuid && vc_uuid_parse(uuid, strlen(uuid), inst->uuid) &&
                     !vc_uuid_is_zero(inst->uuid);
    if (!inst->has_uuid)
        vc_uuid_of_name(inst->name, inst->uuid);
    inst->id = (int)qmp->pid;
    seen->run.file = seen->file;
    rc = vc_qemu_proc_identity(qmp->pid, inst->start, sizeof(inst->start),
                               &seen->run.start, err);
    if (rc < 0)
        return -1;
    /* it may have ended just now */
    seen->as = rc == 1 && seen->run.start == qmp->start ? VC_QEMU_SEEN_RUN
                                                        : VC_QEMU_SEEN_NOTHING;
    return 0;
}

static int see_answer(struct vc_qemu_seen *seen, const struct vc_qmp *qmp,
                      struct vc_error *err)
{
    switch (qmp->state) {
    case VC_QMP_READY:
        return see_run(seen, qmp, err);
    case VC_QMP_FAILED:
        if (qmp->why.code == VC_ERR_NO_MEMORY)
            return vc_error_nomem(err);
        /* libvirt's own clients are not to be kept waiting by ours */
        seen->unclear.silent =
            qmp->late || qmp->why.code == VC_ERR_OPERATION_UNSUPPORTED;
        seen->unreached = qmp->late && !qmp->pid;
        if (qmp->start) /* its owner is one to be spoken with */
            vc_qemu_hint_read(qmp->pid, qmp->start, &seen->unclear.hint);
        return see_unclear(seen, qmp->why.code, qmp->why.text, err);
    case VC_QMP_DEAD:
        seen->as = VC_QEMU_SEEN_NOTHING;
        seen->stale = !qmp->pid; /* else its process has just ended */
        if (seen->stale)
            VC_LOG("driver.qemu", "socket '%s.qmp': nobody listens at it",
                   seen->base);
        return 0;
    case VC_QMP_CONNECTING:
    case VC_QMP_GREETING:
    case VC_QMP_ASKING:
        break;
    }
    return see_unclear(seen, VC_ERR_RESOURCE_BUSY, "it has not answered yet",
                       err);
}

/* ---- all of them ---- */

static bool is_wanted(const struct vc_qemu_scan *scan,
                      const struct vc_qemu_seen *seen)
{
    return scan->key && seen->as == VC_QEMU_SEEN_RUN &&
           vc_instance_key_matches(scan->key, &seen->run.inst);
}

static bool has_wanted(const struct vc_qemu_scan *scan)
{
    size_t i;

    for (i = 0; i < scan->n; i++) {
        if (is_wanted(scan, &scan->seen[i]))
            return true;
    }
    return false;
}

/* Is somebody busy whose file is called as who is looked for? */
static bool waits_for_name(const struct vc_qemu_scan *scan,
                           const struct vc_qmp *qmps,
                           struct vc_qemu_seen *const *who, size_t n)
{
    size_t i;

    for (i = 0; scan->key && scan->key->kind == VC_BY_NAME && i < n; i++) {
        if (vc_qmp_is_busy(&qmps[i]) &&
            strcmp(who[i]->base, scan->key->name) == 0)
            return true;
    }
    return false;
}

/* Some are as soon as they are begun. */
static int see_those_done(struct vc_qemu_seen **who, struct vc_qmp *qmps,
                          size_t n, struct vc_error *err)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (who[i]->as != VC_QEMU_SEEN_NOT_YET || vc_qmp_is_busy(&qmps[i]))
            continue;
        if (see_answer(who[i], &qmps[i], err) < 0)
            return -1;
        vc_qmp_close(&qmps[i]); /* not held while others are waited for */
    }
    return 0;
}

static int ask_some(struct vc_qemu_scan *scan, struct vc_qemu_seen **who,
                    size_t n, struct vc_error *err)
{
    struct vc_qmp *qmps = calloc(n, sizeof(*qmps));
    int64_t until_ms = INT64_MAX;
    int rc = 0;
    size_t i;

    if (!qmps)
        return vc_error_nomem(err);
    for (i = 0; i < n; i++) {
        vc_qmp_begin(&qmps[i], who[i]->sock_fd, scan->dir.owner, who_are_you, 0,
                     0);
        who[i]->sock_fd = -1;
    }
    do {
        rc = see_those_done(who, qmps, n, err);
        if (until_ms == INT64_MAX && has_wanted(scan))
            until_ms = vc_qemu_now_ms() + GRACE_MS;
        if (vc_qemu_now_ms() >= until_ms &&
            !waits_for_name(scan, qmps, who, n)) {
            scan->complete = false;
            break;
        }
        if (vc_qemu_now_ms() >= until_ms)
            until_ms = INT64_MAX - 1;
    } while (rc == 0 && vc_qmp_run_some(qmps, n, until_ms));
    for (i = 0; i < n; i++) {
        if (rc == 0 && who[i]->as == VC_QEMU_SEEN_NOT_YET)
            rc = see_answer(who[i], &qmps[i], err);
        vc_qmp_close(&qmps[i]);
    }
    free(qmps);
    return rc;
}

/* Who calls has other uses for descriptors. */
static size_t at_once(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur / 4 > AT_ONCE)
        return AT_ONCE;
    return limit.rlim_cur < 4 ? 1 : (size_t)limit.rlim_cur / 4;
}

static int ask_all(struct vc_qemu_scan *scan, struct vc_error *err)
{
    struct vc_qemu_seen *who[AT_ONCE];
    size_t most = at_once();
    size_t n = 0;
    size_t i;

    for (i = 0; i <= scan->n; i++) {
        if (i < scan->n && scan->seen[i].as == VC_QEMU_SEEN_NOT_YET) {
            struct vc_qemu_seen *seen = &scan->seen[i];

            seen->sock_fd = vc_qemu_dir_socket(&scan->dir, seen->base, ".qmp",
                                               &seen->file);
            if (seen->sock_fd >= 0)
                who[n++] = seen;
            else if (see_no_socket(seen, err) < 0)
                return -1;
        }
        if (n == most || (n && i == scan->n)) {
            if (ask_some(scan, who, n, err) < 0)
                return -1;
            n = 0;
        }
    }
    return 0;
}

/* ---- those that can't be asked who they are ---- */

/* The last part of the path that its name leads to. */
static bool name_file(const struct vc_qemu_scan *scan,
                      const struct vc_qemu_seen *seen, char *buf, size_t size)
{
    struct vc_qemu_file file;
    char link[64];
    char path[4096];
    const char *slash;
    ssize_t len = -1;
    int fd = vc_qemu_dir_socket(&scan->dir, seen->base, ".qmp", &file);

    if (fd < 0)
        return false;
    if (vc_qemu_file_equal(&file, &seen->file)) {
        (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        len = readlink(link, path, sizeof(path) - 1);
    }
    (void)close(fd);
    path[len > 0 ? len : 0] = '\0';
    slash = strrchr(path, '/');
    return slash && snprintf(buf, size, "%s", slash + 1) < (int)size;
}

/* What would have been seen of it behind connect(). */
static int see_listener(struct vc_qemu_seen *seen,
                        const struct vc_qemu_hint *hint, struct vc_error *err)
{
    seen->unclear.hint = *hint;
    return hint->pid && vc_qemu_proc_is_libvirts(hint->pid)
               ? see_unclear(seen, VC_ERR_OPERATION_UNSUPPORTED,
                             VC_QEMU_LIBVIRTS, err)
               : 0;
}

/* Connections that were given up, as ours are, fill a queue for as long as the
 * client that is served stays: what was known of it is known still. */
static int find_listeners(struct vc_qemu_scan *scan, struct vc_error *err)
{
    struct vc_qemu_listener *items = calloc(scan->n + 1, sizeof(*items));
    struct vc_qemu_seen **who = calloc(scan->n + 1, sizeof(*who));
    size_t n = 0;
    size_t i;
    int rc = 0;

    if (!items || !who) {
        free(items);
        free(who);
        return vc_error_nomem(err);
    }
    for (i = 0; i < scan->n; i++) {
        struct vc_qemu_seen *seen = &scan->seen[i];

        if (!seen->unreached ||
            !name_file(scan, seen, items[n].file, sizeof(items[n].file)))
            continue;
        items[n].dev = seen->file.dev;
        items[n].ino = seen->file.ino;
        who[n++] = seen;
    }
    if (n)
        vc_qemu_listeners_find(items, n, scan->dir.owner);
    for (i = 0; rc == 0 && i < n; i++)
        rc = see_listener(who[i], &items[i].hint, err);
    free(items);
    free(who);
    return rc;
}

/* ---- two that claim the same ---- */

/* Of two monitors of one process, the one that is called as the run is. */
static void drop_twin(struct vc_qemu_seen *a, struct vc_qemu_seen *b)
{
    bool keep_b = strcmp(b->base, b->run.inst.name) == 0 &&
                  strcmp(a->base, a->run.inst.name) != 0;

    (keep_b ? a : b)->as = VC_QEMU_SEEN_NOTHING;
}

static const char *shared(const struct vc_instance *a,
                          const struct vc_instance *b)
{
    if (a->has_uuid && b->has_uuid &&
        memcmp(a->uuid, b->uuid, VC_UUID_LEN) == 0)
        return "another running domain has the same uuid";
    if (strcmp(a->name, b->name) == 0)
        return "another running domain has the same name";
    return NULL;
}

static int compare_name(const void *a, const void *b)
{
    const struct vc_qemu_seen *const *sa = a;
    const struct vc_qemu_seen *const *sb = b;

    return strcmp((*sa)->run.inst.name, (*sb)->run.inst.name);
}

static int compare_uuid(const void *a, const void *b)
{
    const struct vc_qemu_seen *const *sa = a;
    const struct vc_qemu_seen *const *sb = b;

    return memcmp((*sa)->run.inst.uuid, (*sb)->run.inst.uuid, VC_UUID_LEN);
}

static int compare_id(const void *a, const void *b)
{
    const struct vc_qemu_seen *const *sa = a;
    const struct vc_qemu_seen *const *sb = b;

    if ((*sa)->run.inst.id != (*sb)->run.inst.id)
        return (*sa)->run.inst.id < (*sb)->run.inst.id ? -1 : 1;
    return strcmp((*sa)->base, (*sb)->base);
}

/* Neighbours in the order of names, and of uuids, share or do not. */
static void find_conflicts(struct vc_qemu_seen **runs, size_t n)
{
    size_t i;
    int pass;

    for (pass = 0; n && pass < 2; pass++) {
        qsort(runs, n, sizeof(*runs), pass ? compare_uuid : compare_name);
        for (i = 1; i < n; i++) {
            const char *what =
                shared(&runs[i - 1]->run.inst, &runs[i]->run.inst);

            if (what) {
                runs[i - 1]->run.conflict = what;
                runs[i]->run.conflict = what;
            }
        }
    }
}

/* Another monitor of a process that has answered is no domain of its own. */
static void drop_held_twins(struct vc_qemu_scan *scan,
                            struct vc_qemu_seen *const *runs, size_t n)
{
    size_t i;
    size_t j;

    for (i = 0; i < scan->n; i++) {
        struct vc_qemu_seen *seen = &scan->seen[i];

        for (j = 0; seen->as == VC_QEMU_SEEN_UNCLEAR && j < n; j++) {
            if (runs[j]->run.inst.id == seen->unclear.hint.pid)
                seen->as = VC_QEMU_SEEN_NOTHING;
        }
    }
}

static int settle(struct vc_qemu_scan *scan, struct vc_error *err)
{
    struct vc_qemu_seen **runs = calloc(scan->n + 1, sizeof(*runs));
    size_t n = 0;
    size_t kept = 0;
    size_t i;

    if (!runs)
        return vc_error_nomem(err);
    for (i = 0; i < scan->n; i++) {
        if (scan->seen[i].as == VC_QEMU_SEEN_RUN)
            runs[n++] = &scan->seen[i];
    }
    if (n)
        qsort(runs, n, sizeof(*runs), compare_id);
    for (i = 0; i < n; i++) {
        if (kept && runs[kept - 1]->run.inst.id == runs[i]->run.inst.id) {
            drop_twin(runs[kept - 1], runs[i]);
            if (runs[kept - 1]->as == VC_QEMU_SEEN_NOTHING)
                runs[kept - 1] = runs[i];
        } else {
            runs[kept++] = runs[i];
        }
    }
    drop_held_twins(scan, runs, kept);
    find_conflicts(runs, kept);
    free(runs);
    return 0;
}

static int scan_recall(struct vc_qemu_home *home, struct vc_qemu_scan *scan,
                       struct vc_error *err)
{
    size_t i;

    for (i = 0; i < scan->n; i++) {
        struct vc_qemu_seen *seen = &scan->seen[i];
        int rc;

        if (!vc_qemu_dir_stat(&scan->dir, seen->base, ".qmp", &seen->file)) {
            if (see_no_socket(seen, err) < 0)
                return -1;
            continue;
        }
        rc = vc_qemu_home_recall(home, seen->base, &seen->file, &seen->run,
                                 err);
        if (rc == 1)
            seen->as = VC_QEMU_SEEN_RUN;
        if (rc == 0) {
            rc = vc_qemu_home_recall_unclear(home, seen->base, &seen->file,
                                             scan->key, &seen->unclear, err);
            if (rc == 1)
                seen->as = VC_QEMU_SEEN_UNCLEAR;
        }
        if (rc < 0)
            return -1;
    }
    return 0;
}

/* What is seen is remembered, as copies. */
static int scan_remember(struct vc_qemu_home *home,
                         const struct vc_qemu_scan *scan, struct vc_error *err)
{
    VC_QEMU_FINDINGS_AUTO found = {.complete = scan->complete};
    struct vc_qemu_runs *runs = &found.runs;
    size_t i;

    runs->items = calloc(scan->n + 1, sizeof(*runs->items));
    found.unclear = calloc(scan->n + 1, sizeof(*found.unclear));
    if (!runs->items || !found.unclear)
        return vc_error_nomem(err);
    for (i = 0; i < scan->n; i++) {
        const struct vc_qemu_seen *seen = &scan->seen[i];

        if (seen->as == VC_QEMU_SEEN_UNCLEAR) {
            if (vc_qemu_unclear_copy(&found.unclear[found.nunclear],
                                     &seen->unclear, err) < 0)
                return -1;
            found.nunclear++;
        }
        found.young |=
            vc_qemu_dir_is_link(&scan->dir, seen->base, ".qmp") ||
            (seen->as == VC_QEMU_SEEN_NOTHING &&
             !vc_qemu_has_settled(&seen->file.ctime, YOUNG_MS));
        if (seen->as != VC_QEMU_SEEN_RUN)
            continue;
        if (vc_qemu_run_copy(&runs->items[runs->n], &seen->run, err) < 0)
            return -1;
        runs->n++;
    }
    vc_qemu_home_remember(home, &scan->dir, &found);
    return 0;
}

/* With the directory opened. */
int vc_qemu_scan(struct vc_qemu_home *home, struct vc_qemu_scan *scan,
                    struct vc_error *err)
{
    size_t i;

    if (vc_qemu_dir_list(&scan->dir, ".qmp", &scan->names, err) < 0)
        return -1;
    scan->seen = calloc(scan->names.n + 1, sizeof(*scan->seen));
    if (!scan->seen)
        return vc_error_nomem(err);
    for (i = 0; i < scan->names.n; i++) {
        scan->seen[i].base = scan->names.items[i];
        scan->seen[i].sock_fd = -1;
    }
    scan->n = scan->names.n;
    scan->complete = true;
    if (scan_recall(home, scan, err) < 0 || ask_all(scan, err) < 0 ||
        find_listeners(scan, err) < 0 || settle(scan, err) < 0)
        return -1;
    return scan_remember(home, scan, err);
}
