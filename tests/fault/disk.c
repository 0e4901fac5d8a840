/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "disk.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/vc_check.h"

#define SEEN_BY_LIBRARIES __attribute__((visibility("default")))
#define NEXT(type, name)                                                       \
    static __typeof__(type) next;                                              \
    if (!next)                                                                 \
    *(void **)&next = dlsym(RTLD_NEXT, name)

#define FDS_MAX 1024
#define NAMES_MAX 64
#define NOT_NOTED (-1)
#define THE_DIR (-2)

/* What a descriptor is of: a file's number, or one of the above. */
static struct {
    bool ours; /* calls on it can fail */
    int file;
} fds[FDS_MAX];

/* Names and numbers of the files, as they are now. */
static struct {
    char name[64];
    unsigned file;
} names[NAMES_MAX];
static size_t names_n;
static unsigned files_n;

static char *watched; /* NULL: nothing is */
static struct disk_event *events;
static size_t events_n;
static const struct world_files *at_start;

static unsigned fail_at, calls;
static int fail_errnum;
static bool failed;

const struct disk_event *disk_event(size_t i)
{
    return &events[i];
}

size_t disk_events(void)
{
    return events_n;
}

const struct world_files *disk_start(void)
{
    return at_start;
}

/* ---- Names ---- */

/* The name of a path in the directory, or NULL. */
static const char *name_in_dir(const char *path)
{
    size_t len = watched ? strlen(watched) : 0;

    if (!watched || strncmp(path, watched, len) != 0 || path[len] != '/')
        return NULL;
    return path + len + 1;
}

static bool is_host(const char *name)
{
    return strncmp(name, "host", 4) == 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text);
    size_t b = strlen(end);

    return a >= b && strcmp(text + a - b, end) == 0;
}

/* Locks are never written, and the index of a log is memory. */
static bool is_noted(const char *name)
{
    return !is_host(name) && !ends_with(name, ".lock") &&
           !ends_with(name, "-shm");
}

static int find(const char *name)
{
    size_t i;

    for (i = 0; i < names_n; i++) {
        if (strcmp(names[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

static void name_drop(const char *name)
{
    int i = find(name);

    if (i >= 0)
        names[i] = names[--names_n];
}

static void name_give(const char *name, unsigned file)
{
    name_drop(name);
    if (names_n == NAMES_MAX)
        abort();
    (void)snprintf(names[names_n].name, sizeof(names[0].name), "%s", name);
    names[names_n++].file = file;
}

/* ---- Events ---- */

static struct disk_event *note(enum disk_kind kind, unsigned file)
{
    struct disk_event *event;

    if (events_n % 256 == 0)
        events = realloc(events, (events_n + 256) * sizeof(*events));
    if (!events)
        abort();
    event = &events[events_n++];
    memset(event, 0, sizeof(*event));
    event->kind = kind;
    event->file = file;
    return event;
}

static void note_data(struct disk_event *event, const void *data, size_t len)
{
    event->data = malloc(len + 1);
    if (!event->data)
        abort();
    memcpy(event->data, data, len);
    event->len = len;
}

static void note_names(enum disk_kind kind, const char *name,
                       const char *other)
{
    int i = find(name);
    struct disk_event *event = note(kind, i >= 0 ? names[i].file : 0);

    (void)snprintf(event->name, sizeof(event->name), "%s", name);
    if (other)
        (void)snprintf(event->other, sizeof(event->other), "%s", other);
}

static void note_host(const char *path)
{
    static char data[1 << 16];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, data, sizeof(data)) : -1;

    if (len < 0 || len == (ssize_t)sizeof(data))
        abort();
    note_data(note(DISK_HOST, 0), data, (size_t)len);
    (void)close(fd);
}

void disk_begin(const char *dir, const struct world_files *start)
{
    size_t i;

    at_start = start;
    names_n = 0;
    for (i = 0; i < start->n; i++)
        name_give(start->items[i].name, (unsigned)i);
    files_n = (unsigned)start->n;
    watched = strdup(dir);
    if (!watched)
        abort();
}

void disk_stop(void)
{
    free(watched);
    watched = NULL;
    memset(fds, 0, sizeof(fds));
}

void disk_end(void)
{
    disk_stop();
    while (events_n > 0)
        free(events[--events_n].data);
    free(events);
    events = NULL;
}

/* ---- Faults ---- */

void disk_fail(unsigned n, int errnum)
{
    fail_at = n;
    calls = 0;
    failed = false;
    fail_errnum = errnum;
}

bool disk_fail_end(void)
{
    fail_at = 0;
    return failed;
}

static bool fails(void)
{
    if (!fail_at || ++calls != fail_at)
        return false;
    failed = true;
    errno = fail_errnum ? fail_errnum : ENOSPC;
    return true;
}

static bool is_ours(int fd)
{
    return watched && fd >= 0 && fd < FDS_MAX && fds[fd].ours;
}

static bool is_file(int fd)
{
    return is_ours(fd) && fds[fd].file >= 0;
}

/* ---- The calls ---- */

static void opened(int fd, const char *path, int flags)
{
    const char *name = name_in_dir(path);
    int i = name ? find(name) : -1;

    if (fd < 0 || fd >= FDS_MAX)
        return;
    fds[fd].ours = name && !is_host(name);
    fds[fd].file = NOT_NOTED;
    if (watched && strcmp(path, watched) == 0)
        fds[fd].file = THE_DIR;
    if (!name || !is_noted(name))
        return;
    if (i < 0 && (flags & O_CREAT)) {
        name_give(name, files_n++);
        note_names(DISK_CREATE, name, NULL);
        i = find(name);
    }
    if (i >= 0)
        fds[fd].file = (int)names[i].file;
}

static int do_open(const char *path, int flags, mode_t mode)
{
    NEXT(int (*)(const char *, int, ...), "open64");
    const char *name = name_in_dir(path);
    int fd;

    if (name && !is_host(name) && fails())
        return -1;
    fd = next(path, flags, mode);
    opened(fd, path, flags);
    return fd;
}

static mode_t mode_of(int flags, va_list ap)
{
    return (flags & O_CREAT) ? va_arg(ap, mode_t) : 0;
}

SEEN_BY_LIBRARIES int open(const char *path, int flags, ...)
{
    mode_t mode;
    va_list ap;

    va_start(ap, flags);
    mode = mode_of(flags, ap);
    va_end(ap);
    return do_open(path, flags, mode);
}

SEEN_BY_LIBRARIES int open64(const char *path, int flags, ...)
{
    mode_t mode;
    va_list ap;

    va_start(ap, flags);
    mode = mode_of(flags, ap);
    va_end(ap);
    return do_open(path, flags, mode);
}

SEEN_BY_LIBRARIES int close(int fd)
{
    NEXT(int (*)(int), "close");

    if (fd >= 0 && fd < FDS_MAX)
        fds[fd].ours = false;
    return next(fd);
}

SEEN_BY_LIBRARIES ssize_t pwrite64(int fd, const void *data, size_t len,
                                   off_t at)
{
    NEXT(ssize_t (*)(int, const void *, size_t, off_t), "pwrite64");
    struct disk_event *event;

    if (is_ours(fd) && fails()) {
        if (fail_errnum || len < 2)
            return -1;
        len /= 2; /* the rest of it, the caller's next try, fails too */
        fail_at++;
    }
    if (is_file(fd)) {
        event = note(DISK_WRITE, (unsigned)fds[fd].file);
        event->at = at;
        note_data(event, data, len);
    }
    return next(fd, data, len, at);
}

SEEN_BY_LIBRARIES ssize_t pread64(int fd, void *data, size_t len, off_t at)
{
    NEXT(ssize_t (*)(int, void *, size_t, off_t), "pread64");

    return is_ours(fd) && fails() ? -1 : next(fd, data, len, at);
}

SEEN_BY_LIBRARIES int ftruncate64(int fd, off_t size)
{
    NEXT(int (*)(int, off_t), "ftruncate64");

    if (is_ours(fd) && fails())
        return -1;
    if (is_file(fd))
        note(DISK_TRUNCATE, (unsigned)fds[fd].file)->at = size;
    return next(fd, size);
}

/* Nothing is really synced: it only takes time. */
SEEN_BY_LIBRARIES int fdatasync(int fd)
{
    bool is_dir = watched && fd >= 0 && fd < FDS_MAX && fds[fd].file == THE_DIR;

    if ((is_ours(fd) || is_dir) && fails())
        return -1;
    if (is_file(fd))
        (void)note(DISK_SYNC, (unsigned)fds[fd].file);
    else if (is_dir)
        (void)note(DISK_SYNC_DIR, 0);
    return 0;
}

SEEN_BY_LIBRARIES int fsync(int fd)
{
    return fdatasync(fd);
}

/* SQLite's, for locks that nobody here holds. */
SEEN_BY_LIBRARIES int usleep(useconds_t time)
{
    (void)time;
    return 0;
}

static int do_fcntl(int fd, int cmd, void *arg)
{
    NEXT(int (*)(int, int, ...), "fcntl64");

    if ((cmd == F_SETLK || cmd == F_OFD_SETLK) && is_ours(fd) && fails())
        return -1;
    return next(fd, cmd, arg);
}

SEEN_BY_LIBRARIES int fcntl(int fd, int cmd, ...)
{
    va_list ap;
    void *arg;

    va_start(ap, cmd);
    arg = va_arg(ap, void *);
    va_end(ap);
    return do_fcntl(fd, cmd, arg);
}

SEEN_BY_LIBRARIES int fcntl64(int fd, int cmd, ...)
{
    va_list ap;
    void *arg;

    va_start(ap, cmd);
    arg = va_arg(ap, void *);
    va_end(ap);
    return do_fcntl(fd, cmd, arg);
}

SEEN_BY_LIBRARIES void *mmap64(void *where, size_t len, int prot, int flags,
                               int fd, off_t at)
{
    NEXT(void *(*)(void *, size_t, int, int, int, off_t), "mmap64");

    return is_ours(fd) && fails() ? MAP_FAILED
                                  : next(where, len, prot, flags, fd, at);
}

SEEN_BY_LIBRARIES int unlink(const char *path)
{
    NEXT(int (*)(const char *), "unlink");
    const char *name = name_in_dir(path);
    int rc;

    if (name && !is_host(name) && fails())
        return -1;
    rc = next(path);
    if (rc == 0 && name && find(name) >= 0) {
        note_names(DISK_UNLINK, name, NULL);
        name_drop(name);
    }
    return rc;
}

static void renamed(const char *name, const char *other, const char *to)
{
    if (strcmp(other, "host.json") == 0) {
        note_host(to);
    } else if (find(name) >= 0) {
        note_names(DISK_RENAME, name, other);
        name_give(other, names[find(name)].file);
        name_drop(name);
    }
}

SEEN_BY_LIBRARIES int rename(const char *from, const char *to)
{
    NEXT(int (*)(const char *, const char *), "rename");
    const char *name = name_in_dir(from);
    const char *other = name_in_dir(to);
    int rc;

    if (name && other && !is_host(name) && fails())
        return -1;
    rc = next(from, to);
    if (rc == 0 && name && other)
        renamed(name, other, to);
    return rc;
}

SEEN_BY_LIBRARIES int renameat2(int from_dir, const char *from, int to_dir,
                                const char *to, unsigned flags)
{
    NEXT(int (*)(int, const char *, int, const char *, unsigned), "renameat2");
    const char *name = name_in_dir(from);
    const char *other = name_in_dir(to);
    int rc;

    if (name && other && !is_host(name) && fails())
        return -1;
    rc = next(from_dir, from, to_dir, to, flags);
    if (rc == 0 && name && other)
        renamed(name, other, to);
    return rc;
}

SEEN_BY_LIBRARIES int link(const char *from, const char *to)
{
    NEXT(int (*)(const char *, const char *), "link");
    const char *name = name_in_dir(from);
    const char *other = name_in_dir(to);
    int rc;

    if (name && other && fails())
        return -1;
    rc = next(from, to);
    if (rc == 0 && name && other && find(name) >= 0) {
        note_names(DISK_LINK, name, other);
        name_give(other, names[find(name)].file);
    }
    return rc;
}
