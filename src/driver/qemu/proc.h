/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What /proc says about processes and their threads, and the affinity of a
 * thread.  A number alone names nobody for long: with its start time it does.
 */
#ifndef VC_DRIVER_QEMU_PROC_H
#define VC_DRIVER_QEMU_PROC_H

#include <sys/types.h>

#include "model/cpuset.h"

struct vc_qemu_stat {
    char state;     /* 'R', 'S', ... */
    bool is_ending; /* it is on its way out: so say who waits for it, and who
                       sees its descriptors closed, before it is gone */
    uint64_t start; /* ticks after boot */
    int cpu;        /* where it is, or ran last */
};

/* All threads of a process, sorted. */
struct vc_qemu_task {
    pid_t tid;
    struct vc_qemu_stat stat;
};
struct vc_qemu_tasks {
    struct vc_qemu_task *items;
    size_t n;
};
#define VC_QEMU_TASKS_AUTO                                                     \
    __attribute__((cleanup(vc_qemu_tasks_clear))) struct vc_qemu_tasks
void vc_qemu_tasks_clear(struct vc_qemu_tasks *tasks);
int vc_qemu_tasks_read(pid_t pid, struct vc_qemu_tasks *ret,
                       struct vc_error *err) VC_NODISCARD;
/* The very same threads? */
bool vc_qemu_tasks_equal(const struct vc_qemu_tasks *a,
                         const struct vc_qemu_tasks *b);
/* NULL: there is none.  Borrowed. */
const struct vc_qemu_task *vc_qemu_tasks_get(const struct vc_qemu_tasks *tasks,
                                             pid_t tid);

/* Reads a short file; NUL behind it.  Bytes read, or -1 and errno. */
ssize_t vc_qemu_file_read(const char *path, char *buf, size_t size);
/* "0-3,8\n", a list of CPUs; "" is the empty set. */
int vc_qemu_list_read(const char *path, struct vc_cpuset *ret,
                      struct vc_error *err) VC_NODISCARD;

/* False: it is not such a line. */
bool vc_qemu_stat_parse(const char *text, struct vc_qemu_stat *ret);
/* The time it ran, in ns. */
bool vc_qemu_schedstat_parse(const char *text, uint64_t *ret_ns);
/* The line "NAME:" of a /proc/.../status, without white space around it;
 * NULL: there is none.  *ret_len bytes long. */
const char *vc_qemu_status_line(const char *text, const char *name,
                                size_t *ret_len);
/* The number in the innermost pid namespace, of a line NSpid; *ret_depth: how
 * many namespaces the line tells of. */
bool vc_qemu_nspid_parse(const char *text, size_t len, pid_t *ret_inner,
                         unsigned *ret_depth);

/* 1; 0: there is no such process, or it has ended; -1.  tid 0: the process. */
int vc_qemu_proc_stat(pid_t pid, pid_t tid, struct vc_qemu_stat *ret,
                      struct vc_error *err) VC_NODISCARD;
/* 0 also where the kernel counts no time. */
uint64_t vc_qemu_proc_time(pid_t pid, pid_t tid);
/* Does the process live that began at that time? */
bool vc_qemu_proc_lives(pid_t pid, uint64_t start);
/* The start identity of a process.  As proc_stat. */
int vc_qemu_proc_identity(pid_t pid, char *buf, size_t size,
                          uint64_t *ret_start, struct vc_error *err)
    VC_NODISCARD;
/* Does the process live in a pid namespace below ours? */
bool vc_qemu_proc_is_nested(pid_t pid);
/* The thread of pid that calls itself `inner` there; 0: none. */
pid_t vc_qemu_proc_find_inner(pid_t pid, pid_t inner);
/* The arguments of a process, up to 64 kB, with a NUL behind each and one more
 * at the end; NULL: they can't be read.  Returns owned. */
char *vc_qemu_proc_cmdline(pid_t pid, size_t *ret_len);
/* Is it a machine that libvirt keeps?  Then it is said to be so. */
#define VC_QEMU_LIBVIRTS "it is managed by libvirt; use libvirt's API"
bool vc_qemu_proc_is_libvirts(pid_t pid);

/* The CPUs a thread may use: those it was pinned to, cut to the online ones;
 * where none of them is, as pinned.  1; 0: gone; -1. */
int vc_qemu_affinity_get(pid_t pid, pid_t tid, struct vc_cpuset *ret,
                         struct vc_error *err) VC_NODISCARD;
/* errno, or 0. */
int vc_qemu_affinity_set(pid_t tid, const struct vc_cpuset *cpus);
/* The CPUs that the control group of a process has; empty: not known. */
int vc_qemu_proc_cpuset(pid_t pid, struct vc_cpuset *ret, struct vc_error *err)
    VC_NODISCARD;

#endif
