/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of proc.h: the CPUs of threads and of control groups. */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/proc.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define STATUS_SIZE 131072u
#define WORD_BITS (sizeof(unsigned long) * CHAR_BIT)

/* As long as our sets: more than any kernel has CPUs, who wants its own size
 * at least, and takes any larger one. */
struct mask {
    unsigned long words[VC_CPU_LIMIT / WORD_BITS];
};

static int mask_to_set(const struct mask *mask, struct vc_cpuset *ret,
                       struct vc_error *err)
{
    VC_CPUSET_AUTO set = {0};
    unsigned cpu;

    for (cpu = 0; cpu < VC_CPU_LIMIT; cpu++) {
        unsigned long word = mask->words[cpu / WORD_BITS];

        if (cpu % WORD_BITS == 0 && word == 0)
            cpu += WORD_BITS - 1;
        else if ((word >> (cpu % WORD_BITS) & 1) &&
                 vc_cpuset_append(&set, cpu, cpu, err) < 0)
            return -1;
    }
    vc_cpuset_move(ret, &set);
    return 0;
}

/* Pinned to CPUs that are all offline, a thread that sleeps shows none. */
static int affinity_as_pinned(pid_t pid, pid_t tid, struct vc_cpuset *ret,
                              struct vc_error *err)
{
    VC_AUTO_STR char *text = malloc(STATUS_SIZE);
    char path[64];
    const char *line;
    size_t len;

    if (!text)
        return vc_error_nomem(err);
    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/status", (int)pid,
                   (int)tid);
    if (vc_qemu_file_read(path, text, STATUS_SIZE) < 0)
        return 0;
    line = vc_qemu_status_line(text, "Cpus_allowed_list", &len);
    vc_cpuset_clear(ret);
    if (!line || len == 0)
        return 1;
    return vc_cpuset_parse(line, len, ret, err) < 0 ? -1 : 1;
}

int vc_qemu_affinity_get(pid_t pid, pid_t tid, struct vc_cpuset *ret,
                         struct vc_error *err)
{
    struct mask mask;

    memset(&mask, 0, sizeof(mask));
    if (sched_getaffinity(tid, sizeof(mask), (cpu_set_t *)(void *)&mask) < 0)
        return errno == ESRCH
                   ? 0
                   : vc_error_errno(err, errno,
                                    "can't read the affinity of thread %d",
                                    (int)tid);
    if (mask_to_set(&mask, ret, err) < 0)
        return -1;
    return vc_cpuset_is_empty(ret) ? affinity_as_pinned(pid, tid, ret, err) : 1;
}

int vc_qemu_affinity_set(pid_t tid, const struct vc_cpuset *cpus)
{
    struct mask mask;
    size_t i;

    memset(&mask, 0, sizeof(mask));
    for (i = 0; i < cpus->n; i++) {
        unsigned cpu;

        for (cpu = cpus->ranges[i].first; cpu <= cpus->ranges[i].last; cpu++)
            mask.words[cpu / WORD_BITS] |= 1ul << (cpu % WORD_BITS);
    }
    if (sched_setaffinity(tid, sizeof(mask),
                          (const cpu_set_t *)(const void *)&mask) < 0)
        return errno;
    return 0;
}

int vc_qemu_proc_cpuset(pid_t pid, struct vc_cpuset *ret, struct vc_error *err)
{
    static const struct {
        const char *top;
        const char *file;
    } places[] = {
        {"/sys/fs/cgroup", "cpuset.cpus.effective"},
        {"/sys/fs/cgroup/cpuset", "cpuset.effective_cpus"},
    };
    struct vc_error ignored;
    char group[PATH_MAX];
    char path[PATH_MAX + 64];
    size_t i;

    vc_cpuset_clear(ret);
    (void)snprintf(path, sizeof(path), "/proc/%d/cpuset", (int)pid);
    if (vc_qemu_file_read(path, group, sizeof(group)) < 0)
        return 0;
    group[strcspn(group, "\n")] = '\0';
    /* the top group has all; one outside of our view can't be looked at */
    if (!group[0] || !group[1] || strstr(group, "/.."))
        return 0;
    for (i = 0; i < VC_NELEMS(places); i++) {
        (void)snprintf(path, sizeof(path), "%s%s/%s", places[i].top, group,
                       places[i].file);
        if (vc_qemu_list_read(path, ret, &ignored) == 0)
            return 0;
        if (ignored.code == VC_ERR_NO_MEMORY)
            return vc_error_nomem(err);
    }
    return 0;
}
