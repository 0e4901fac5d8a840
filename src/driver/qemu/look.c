/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of home.h: what a look at the directory means to who asked. */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/scan.h"

#include <stdio.h>
#include <string.h>


int vc_qemu_not_running(struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_OPERATION_INVALID, "domain is not running");
}

static bool is_clear(const struct vc_qemu_seen *seen)
{
    return seen->as == VC_QEMU_SEEN_RUN && !seen->run.conflict;
}

static bool is_unclear(const struct vc_qemu_seen *seen)
{
    return seen->as == VC_QEMU_SEEN_UNCLEAR ||
           (seen->as == VC_QEMU_SEEN_RUN && seen->run.conflict);
}

/* What the hint calls it, if its file is called otherwise; else NULL. */
static const char *other_name(const struct vc_qemu_seen *seen)
{
    const char *name = seen->unclear.hint.name;

    return *name && strcmp(name, seen->base) != 0 ? name : NULL;
}

/* A domain of it would be called that. */
static int add_unclear(struct vc_instance_list *list,
                       const struct vc_qemu_seen *seen, const char *name,
                       struct vc_error *err)
{
    struct vc_unclear *unclear = &list->unclear[list->nunclear];
    int n;

    unclear->name = strdup(name);
    if (!unclear->name)
        return vc_error_nomem(err);
    list->nunclear++;
    if (seen->run.conflict)
        n = asprintf(&unclear->why, "%s (socket '%s.qmp')", seen->run.conflict,
                     seen->base);
    else
        n = asprintf(&unclear->why, "%s", seen->unclear.why);
    if (n < 0) {
        unclear->why = NULL;
        return vc_error_nomem(err);
    }
    return 0;
}

static bool is_called(const struct vc_qemu_scan *scan, const char *name)
{
    size_t i;

    for (i = 0; i < scan->n; i++) {
        if (scan->seen[i].as == VC_QEMU_SEEN_RUN &&
            strcmp(scan->seen[i].run.inst.name, name) == 0)
            return true;
    }
    return false;
}

/* By the name of its file; and by that of the hint as well, which need not be
 * true, where no other has it. */
static int list_unclear(const struct vc_qemu_scan *scan,
                        const struct vc_qemu_seen *seen,
                        struct vc_instance_list *list, struct vc_error *err)
{
    const char *hint = other_name(seen);

    if (seen->as == VC_QEMU_SEEN_RUN)
        return add_unclear(list, seen, seen->run.inst.name, err);
    if (add_unclear(list, seen, seen->base, err) < 0)
        return -1;
    if (!hint || is_called(scan, hint))
        return 0;
    return add_unclear(list, seen, hint, err);
}

static int compare_id(const void *a, const void *b)
{
    const struct vc_instance *ia = a;
    const struct vc_instance *ib = b;

    return ia->id < ib->id ? -1 : ia->id > ib->id;
}

int vc_qemu_home_list(struct vc_qemu_home *home, struct vc_instance_list *ret,
                      struct vc_error *err)
{
    VC_QEMU_SCAN_AUTO scan = {0};
    VC_INSTANCE_LIST_AUTO list = {0};
    size_t i;

    if (vc_qemu_dir_open(vc_qemu_home_path(home), &scan.dir, err) < 0 ||
        vc_qemu_scan(home, &scan, err) < 0)
        return -1;
    list.items = calloc(scan.n + 1, sizeof(*list.items));
    list.unclear = calloc(2 * scan.n + 1, sizeof(*list.unclear));
    if (!list.items || !list.unclear)
        return vc_error_nomem(err);
    for (i = 0; i < scan.n; i++) {
        struct vc_qemu_seen *seen = &scan.seen[i];

        if (is_unclear(seen) && list_unclear(&scan, seen, &list, err) < 0)
            return -1;
        if (!is_clear(seen))
            continue;
        list.items[list.n++] = seen->run.inst;
        memset(&seen->run.inst, 0, sizeof(seen->run.inst));
    }
    qsort(list.items, list.n, sizeof(*list.items), compare_id);
    vc_instance_list_clear(ret);
    *ret = list;
    memset(&list, 0, sizeof(list));
    return 0;
}

static int say_unclear(const struct vc_qemu_seen *seen, struct vc_error *err)
{
    if (seen->run.conflict)
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "domain '%s' (socket '%s.qmp'): %s",
                            seen->run.inst.name, seen->base,
                            seen->run.conflict);
    if (other_name(seen))
        return vc_error_set(err, seen->unclear.code,
                            "domain '%s' (socket '%s.qmp'): %s",
                            other_name(seen), seen->base, seen->unclear.why);
    return vc_error_set(err, seen->unclear.code, "domain '%s': %s", seen->base,
                        seen->unclear.why);
}

/* Is it unclear whether this is who is looked for? */
static bool may_be(const struct vc_qemu_seen *seen,
                   const struct vc_instance_key *key)
{
    if (!is_unclear(seen))
        return false;
    if (seen->as == VC_QEMU_SEEN_RUN)
        return vc_instance_key_matches(key, &seen->run.inst);
    return vc_qemu_unclear_may_be(&seen->unclear, key);
}

/* Nothing but a hint says that it may be: one that answers comes first. */
static bool is_only_hinted(const struct vc_qemu_seen *seen,
                           const struct vc_instance_key *key)
{
    return seen->as == VC_QEMU_SEEN_UNCLEAR &&
           (key->kind != VC_BY_NAME || strcmp(key->name, seen->base) != 0);
}

/* Is there a socket that is called so? */
static bool is_file_of(const struct vc_qemu_dir *dir,
                       const struct vc_instance_key *key)
{
    struct vc_qemu_file file;
    struct vc_error ignored;

    return key->kind == VC_BY_NAME &&
           vc_name_check(key->name, strlen(key->name), &ignored) == 0 &&
           vc_qemu_dir_stat(dir, key->name, ".qmp", &file);
}

/* A machine that has ended leaves its socket behind as often as not, so that
 * one is no error; but who looks for it by name may wonder. */
static void tell_stale(const struct vc_qemu_scan *scan,
                       const struct vc_instance_key *key)
{
    size_t i;

    for (i = 0; key->ret_left && key->kind == VC_BY_NAME && i < scan->n; i++) {
        if (scan->seen[i].stale && strcmp(scan->seen[i].base, key->name) == 0)
            (void)vc_error_set(key->ret_left, VC_ERR_NO_DOMAIN,
                               "its socket '%s.qmp' is stale, nobody listens "
                               "at it",
                               key->name);
    }
}

int vc_qemu_home_find(struct vc_qemu_home *home,
                      const struct vc_instance_key *key,
                      struct vc_instance *ret, struct vc_error *err)
{
    VC_QEMU_SCAN_AUTO scan = {.key = key};
    VC_QEMU_RUN_AUTO run = {0};
    const struct vc_qemu_seen *found = NULL;
    const struct vc_qemu_seen *hinted = NULL;
    size_t i;
    int rc;

    if (vc_qemu_dir_open(vc_qemu_home_path(home), &scan.dir, err) < 0)
        return -1;
    rc = vc_qemu_home_recall_key(home, &scan.dir, key, &run, err);
    if (rc == 1)
        return vc_instance_copy(ret, &run.inst, err) < 0 ? -1 : 1;
    if (rc == 2 && !(key->ret_left && is_file_of(&scan.dir, key)))
        return 0;
    if (rc < 0 || vc_qemu_scan(home, &scan, err) < 0)
        return -1;
    for (i = 0; i < scan.n; i++) {
        if (may_be(&scan.seen[i], key)) {
            if (!is_only_hinted(&scan.seen[i], key))
                return say_unclear(&scan.seen[i], err);
            hinted = &scan.seen[i];
        }
        if (is_clear(&scan.seen[i]) &&
            vc_instance_key_matches(key, &scan.seen[i].run.inst))
            found = &scan.seen[i];
    }
    if (!found && hinted)
        return say_unclear(hinted, err);
    if (!found) {
        tell_stale(&scan, key);
        return 0;
    }
    return vc_instance_copy(ret, &found->run.inst, err) < 0 ? -1 : 1;
}

/* The process lives, and none of the sockets leads to it. */
static int say_lost(const struct vc_qemu_scan *scan,
                    const struct vc_instance *inst, struct vc_error *err)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = inst->name};
    size_t i;

    for (i = 0; i < scan->n; i++) {
        if (may_be(&scan->seen[i], &key))
            return say_unclear(&scan->seen[i], err);
    }
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "domain '%s' runs as process %d, but its monitor "
                        "socket is gone",
                        inst->name, inst->id);
}

static int get_in_dir(struct vc_qemu_home *home, const struct vc_instance *inst,
                      struct vc_qemu_scan *scan, struct vc_qemu_run *ret,
                      struct vc_error *err)
{
    size_t i;

    if (vc_qemu_scan(home, scan, err) < 0)
        return -1;
    for (i = 0; i < scan->n; i++) {
        if (scan->seen[i].as == VC_QEMU_SEEN_RUN &&
            strcmp(scan->seen[i].run.inst.start, inst->start) == 0)
            return vc_qemu_run_copy(ret, &scan->seen[i].run, err);
    }
    return say_lost(scan, inst, err);
}

/* Nobody has to be asked for that. */
int vc_qemu_instance_check(const struct vc_instance *inst, struct vc_error *err)
{
    char start[sizeof(inst->start)];
    uint64_t ticks;
    int rc = vc_qemu_proc_identity(inst->id, start, sizeof(start), &ticks, err);

    if (rc < 0)
        return -1;
    return rc == 1 && strcmp(start, inst->start) == 0
               ? 0
               : vc_qemu_not_running(err);
}

int vc_qemu_home_get(struct vc_qemu_home *home, const struct vc_instance *inst,
                     struct vc_qemu_dir *ret_dir, struct vc_qemu_run *ret,
                     struct vc_error *err)
{
    struct vc_instance_key key = {.kind = VC_BY_ID, .id = inst->id};
    VC_QEMU_SCAN_AUTO scan = {.key = &key};
    int rc;

    if (vc_qemu_dir_open(vc_qemu_home_path(home), &scan.dir, err) < 0)
        return vc_qemu_instance_check(inst, &(struct vc_error){0}) < 0
                   ? vc_qemu_not_running(err)
                   : -1;
    rc = vc_qemu_home_recall_start(home, &scan.dir, inst->start, ret, err);
    if (rc < 0)
        return -1;
    if (rc == 1 && (ret->inst.id != inst->id || !vc_qemu_run_lives(ret)))
        return vc_qemu_not_running(err);
    if (rc == 0 && (vc_qemu_instance_check(inst, err) < 0 ||
                    get_in_dir(home, inst, &scan, ret, err) < 0))
        return -1;
    *ret_dir = scan.dir;
    scan.dir.is_open = false;
    return 0;
}
