/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FLAG_EXITING 4u /* of field 9: the kernel's PF_EXITING */
#define STAT_SIZE 1024u
#define STATUS_SIZE 8192u
#define LIST_SIZE 65536u /* 16384 CPUs, every other one */

ssize_t vc_qemu_file_read(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t have = 0;
    ssize_t n = 1;
    int errnum;

    if (fd < 0)
        return -1;
    while (n > 0 && have < size - 1) {
        n = read(fd, buf + have, size - 1 - have);
        if (n > 0)
            have += (size_t)n;
        /* a whole text: the kernel gives one that fits in one piece */
        if (n > 0 && buf[have - 1] == '\n' && have < size - 1)
            n = 0;
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    errnum = errno;
    (void)close(fd);
    buf[have] = '\0';
    errno = errnum;
    return n < 0 ? -1 : (ssize_t)have;
}

int vc_qemu_list_read(const char *path, struct vc_cpuset *ret,
                      struct vc_error *err)
{
    VC_AUTO_STR char *text = malloc(LIST_SIZE);
    ssize_t len;

    if (!text)
        return vc_error_nomem(err);
    len = vc_qemu_file_read(path, text, LIST_SIZE);
    if (len < 0)
        return vc_error_errno(err, errno, "can't read '%s'", path);
    while (len > 0 && text[len - 1] == '\n')
        len--;
    if (len == 0) {
        vc_cpuset_clear(ret);
        return 0;
    }
    if (vc_cpuset_parse(text, (size_t)len, ret, err) < 0)
        return vc_error_prefix(err, "'%s'", path);
    return 0;
}

/* ---- lines ---- */

/* Field number `n` of those behind the name, from 0; NULL: there are less. */
static const char *field(const char *text, unsigned n)
{
    while (n-- > 0) {
        text = strchr(text, ' ');
        if (!text)
            return NULL;
        text++;
    }
    return text;
}

static bool number(const char *text, uint64_t *ret)
{
    char *end;
    unsigned long long value;

    if (!text || *text < '0' || *text > '9')
        return false;
    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno || (*end && *end != ' ' && *end != '\n' && *end != '\t'))
        return false;
    *ret = value;
    return true;
}

bool vc_qemu_stat_parse(const char *text, struct vc_qemu_stat *ret)
{
    /* the name before it may hold anything, also ") R 1" */
    const char *rest = strrchr(text, ')');
    uint64_t flags;
    uint64_t start;
    uint64_t cpu;

    if (!rest || rest[1] != ' ' || !rest[2])
        return false;
    rest += 2; /* field 3 */
    if (!number(field(rest, 9 - 3), &flags) ||
        !number(field(rest, 22 - 3), &start) ||
        !number(field(rest, 39 - 3), &cpu) || cpu > INT_MAX)
        return false;
    *ret = (struct vc_qemu_stat){
        .state = *rest,
        .is_ending = *rest == 'Z' || *rest == 'X' || (flags & FLAG_EXITING),
        .start = start,
        .cpu = (int)cpu,
    };
    return true;
}

bool vc_qemu_schedstat_parse(const char *text, uint64_t *ret_ns)
{
    return number(text, ret_ns);
}

const char *vc_qemu_status_line(const char *text, const char *name,
                                size_t *ret_len)
{
    size_t len = strlen(name);
    const char *end;

    while (strncmp(text, name, len) != 0 || text[len] != ':') {
        text = strchr(text, '\n');
        if (!text++)
            return NULL;
    }
    text += len + 1;
    text += strspn(text, " \t");
    end = text + strcspn(text, "\n");
    while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *ret_len = (size_t)(end - text);
    return text;
}

bool vc_qemu_nspid_parse(const char *text, size_t len, pid_t *ret_inner,
                         unsigned *ret_depth)
{
    const char *end = text + len;
    unsigned depth = 0;
    uint32_t pid = 0;

    while (text < end) {
        size_t n = strcspn(text, " \t\n");

        if (n > (size_t)(end - text))
            n = (size_t)(end - text);
        if (!vc_number_parse(text, n, INT_MAX, &pid))
            return false;
        depth++;
        text += n;
        while (text < end && (*text == ' ' || *text == '\t'))
            text++;
    }
    *ret_inner = (pid_t)pid;
    *ret_depth = depth;
    return depth > 0;
}

/* ---- processes ---- */

static const char *task_path(char *buf, size_t size, pid_t pid, pid_t tid,
                             const char *file)
{
    if (tid)
        (void)snprintf(buf, size, "/proc/%d/task/%d/%s", (int)pid, (int)tid,
                       file);
    else
        (void)snprintf(buf, size, "/proc/%d/%s", (int)pid, file);
    return buf;
}

int vc_qemu_proc_stat(pid_t pid, pid_t tid, struct vc_qemu_stat *ret,
                      struct vc_error *err)
{
    char path[64];
    char text[STAT_SIZE];
    struct vc_qemu_stat stat;

    if (pid <= 0)
        return 0;
    if (vc_qemu_file_read(task_path(path, sizeof(path), pid, tid, "stat"), text,
                          sizeof(text)) < 0)
        return errno == ENOENT || errno == ESRCH
                   ? 0
                   : vc_error_errno(err, errno, "can't read '%s'", path);
    if (!vc_qemu_stat_parse(text, &stat))
        return vc_error_set(err, VC_ERR_INTERNAL, "can't understand '%s'",
                            path);
    if (stat.is_ending)
        return 0;
    *ret = stat;
    return 1;
}

uint64_t vc_qemu_proc_time(pid_t pid, pid_t tid)
{
    char path[64];
    char text[128];
    uint64_t ns = 0;

    if (vc_qemu_file_read(task_path(path, sizeof(path), pid, tid, "schedstat"),
                          text, sizeof(text)) < 0 ||
        !vc_qemu_schedstat_parse(text, &ns))
        return 0;
    return ns;
}

int vc_qemu_proc_identity(pid_t pid, char *buf, size_t size,
                          uint64_t *ret_start, struct vc_error *err)
{
    const char *boot_path = "/proc/sys/kernel/random/boot_id";
    struct vc_qemu_stat stat;
    char boot[64];
    int rc = vc_qemu_proc_stat(pid, 0, &stat, err);

    if (rc <= 0)
        return rc;
    if (vc_qemu_file_read(boot_path, boot, sizeof(boot)) < 0)
        return vc_error_errno(err, errno, "can't read '%s'", boot_path);
    boot[strcspn(boot, "\n")] = '\0';
    (void)snprintf(buf, size, "%.40s:%d:%llu", boot, (int)pid,
                   (unsigned long long)stat.start);
    *ret_start = stat.start;
    return 1;
}

bool vc_qemu_proc_lives(pid_t pid, uint64_t start)
{
    struct vc_qemu_stat stat;
    struct vc_error ignored;

    return vc_qemu_proc_stat(pid, 0, &stat, &ignored) == 1 &&
           stat.start == start;
}

/* ---- threads ---- */

void vc_qemu_tasks_clear(struct vc_qemu_tasks *tasks)
{
    free(tasks->items);
    memset(tasks, 0, sizeof(*tasks));
}

static int compare_tid(const void *a, const void *b)
{
    const struct vc_qemu_task *ta = a;
    const struct vc_qemu_task *tb = b;

    return ta->tid < tb->tid ? -1 : ta->tid > tb->tid;
}

/* One that ends meanwhile is none. */
static int tasks_add(struct vc_qemu_tasks *tasks, pid_t pid, pid_t tid,
                     struct vc_error *err)
{
    struct vc_qemu_stat stat;
    int rc = vc_qemu_proc_stat(pid, tid, &stat, err);

    if (rc < 1)
        return rc;
    if ((tasks->n & (tasks->n - 1)) == 0) { /* full at each power of two */
        size_t cap = tasks->n ? tasks->n * 2 : 1;
        struct vc_qemu_task *items =
            realloc(tasks->items, cap * sizeof(*items));

        if (!items)
            return vc_error_nomem(err);
        tasks->items = items;
    }
    tasks->items[tasks->n++] = (struct vc_qemu_task){.tid = tid, .stat = stat};
    return 0;
}

int vc_qemu_tasks_read(pid_t pid, struct vc_qemu_tasks *ret,
                       struct vc_error *err)
{
    VC_QEMU_TASKS_AUTO tasks = {0};
    char path[64];
    struct dirent *entry;
    int rc = 0;
    DIR *dir = opendir(task_path(path, sizeof(path), pid, 0, "task"));

    while (dir && rc == 0 && (entry = readdir(dir))) {
        uint32_t tid;

        if (vc_number_parse(entry->d_name, strlen(entry->d_name), INT_MAX,
                            &tid))
            rc = tasks_add(&tasks, pid, (pid_t)tid, err);
    }
    if (dir)
        (void)closedir(dir);
    if (rc < 0)
        return -1;
    if (tasks.n)
        qsort(tasks.items, tasks.n, sizeof(*tasks.items), compare_tid);
    vc_qemu_tasks_clear(ret);
    *ret = tasks;
    memset(&tasks, 0, sizeof(tasks));
    return 0;
}

bool vc_qemu_tasks_equal(const struct vc_qemu_tasks *a,
                         const struct vc_qemu_tasks *b)
{
    size_t i;

    if (a->n != b->n || a->n == 0)
        return false;
    for (i = 0; i < a->n; i++) {
        if (a->items[i].tid != b->items[i].tid ||
            a->items[i].stat.start != b->items[i].stat.start)
            return false;
    }
    return true;
}

const struct vc_qemu_task *vc_qemu_tasks_get(const struct vc_qemu_tasks *tasks,
                                             pid_t tid)
{
    struct vc_qemu_task key = {.tid = tid};

    if (!tasks->n)
        return NULL;
    return bsearch(&key, tasks->items, tasks->n, sizeof(key), compare_tid);
}

static bool read_nspid(pid_t pid, pid_t tid, pid_t *ret_inner,
                       unsigned *ret_depth)
{
    char path[64];
    char text[STATUS_SIZE];
    const char *line;
    size_t len;

    if (vc_qemu_file_read(task_path(path, sizeof(path), pid, tid, "status"),
                          text, sizeof(text)) < 0)
        return false;
    line = vc_qemu_status_line(text, "NSpid", &len);
    return line && vc_qemu_nspid_parse(line, len, ret_inner, ret_depth);
}

bool vc_qemu_proc_is_nested(pid_t pid)
{
    unsigned depth;
    pid_t inner;

    return read_nspid(pid, 0, &inner, &depth) && depth > 1;
}

pid_t vc_qemu_proc_find_inner(pid_t pid, pid_t inner)
{
    char path[64];
    struct dirent *entry;
    pid_t found = 0;
    DIR *dir = opendir(task_path(path, sizeof(path), pid, 0, "task"));

    if (!dir)
        return 0;
    while (!found && (entry = readdir(dir))) {
        unsigned depth;
        uint32_t tid;
        pid_t number_there;

        if (vc_number_parse(entry->d_name, strlen(entry->d_name), INT_MAX,
                            &tid) &&
            read_nspid(pid, (pid_t)tid, &number_there, &depth) &&
            number_there == inner)
            found = (pid_t)tid;
    }
    (void)closedir(dir);
    return found;
}

char *vc_qemu_proc_cmdline(pid_t pid, size_t *ret_len)
{
    char path[64];
    VC_AUTO_STR char *text = malloc(LIST_SIZE);
    ssize_t len;

    if (!text)
        return NULL;
    len = vc_qemu_file_read(task_path(path, sizeof(path), pid, 0, "cmdline"),
                            text, LIST_SIZE);
    if (len < 0)
        return NULL;
    *ret_len = (size_t)len;
    return VC_STEAL(text);
}

bool vc_qemu_proc_is_libvirts(pid_t pid)
{
    size_t len = 0;
    VC_AUTO_STR char *text = vc_qemu_proc_cmdline(pid, &len);
    bool guest = false;
    bool monitor = false;
    const char *arg;

    for (arg = text; text && arg < text + len; arg += strlen(arg) + 1) {
        guest |= strncmp(arg, "guest=", 6) == 0;
        monitor |= strstr(arg, "id=charmonitor") != NULL;
    }
    return guest && monitor;
}
