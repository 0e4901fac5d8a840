/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_TEST
#include "driver/test/home.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "driver/test/watch.h"

#define MEMORY_PATH "/default"

struct vc_testhome {
    char *path; /* NULL: memory */
    /* What the last call knew of the file.  A call takes it and puts it back,
     * so that threads need no lock of this process, and a child that is forked
     * meanwhile has none rather than half a one. */
    _Atomic(struct vc_testfile *) file;
    int watch_fd; /* -1: nobody waits */
    pid_t watch_pid;
    struct vc_testhome *next_watching; /* of the host in memory */
};

/* The host in memory; there while refs > 0. */
static struct {
    pthread_mutex_t mutex;
    struct vc_testhost *host;
    unsigned refs;
    struct vc_testhome *watching;
} memory = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* fork() waits for a call of another thread, so that the child's copy is whole
 * and its mutex free. */
static void memory_before_fork(void)
{
    (void)pthread_mutex_lock(&memory.mutex);
}

static void memory_after_fork(void)
{
    (void)pthread_mutex_unlock(&memory.mutex);
}

/* At load: a fork() in the middle of a later registration would miss it. */
__attribute__((constructor(900))) static void memory_register(void)
{
    (void)pthread_atfork(memory_before_fork, memory_after_fork,
                         memory_after_fork);
}

/* Time of the machine, sleep included; the same for all processes. */
static uint64_t clock_now(void)
{
    struct timespec ts = {0};

    (void)clock_gettime(CLOCK_BOOTTIME, &ts);
    return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

/* With the mutex held. */
static int memory_open(const struct vc_testhost_shape *shape,
                       unsigned *ret_ncpus, struct vc_error *err)
{
    if (memory.refs == 0) {
        memory.host = vc_testhost_new(shape, clock_now(), err);
        if (!memory.host)
            return -1;
    }
    if (vc_testhost_check_shape(memory.host, shape, err) < 0)
        return -1;
    memory.refs++;
    *ret_ncpus = memory.host->ncpus;
    return 0;
}

static void memory_close(void)
{
    (void)pthread_mutex_lock(&memory.mutex);
    if (--memory.refs == 0) {
        vc_testhost_free(memory.host);
        memory.host = NULL;
    }
    (void)pthread_mutex_unlock(&memory.mutex);
}

/* With the lock held. */
static int file_find(const char *path, const struct vc_testhost_shape *shape,
                     struct vc_testfile *file, struct vc_error *err)
{
    int rc = vc_testfile_read(path, clock_now(), file, err);

    if (rc == 1)
        return vc_testhost_check_shape(file->host, shape, err);
    if (rc < 0)
        return -1;
    file->host = vc_testhost_new(shape, clock_now(), err);
    return file->host ? vc_testfile_write(path, file, err) : -1;
}

static int file_open(const char *path, const struct vc_testhost_shape *shape,
                     unsigned *ret_ncpus, struct vc_error *err)
{
    struct vc_testfile *file = vc_testfile_new(err);
    struct vc_testlock lock;
    int rc;

    if (!file || vc_testfile_lock(path, &lock, err) < 0) {
        vc_testfile_free(file);
        return -1;
    }
    rc = file_find(path, shape, file, err);
    vc_testfile_unlock(&lock);
    if (rc == 0)
        *ret_ncpus = file->host->ncpus;
    vc_testfile_free(file);
    return rc;
}

struct vc_testhome *vc_testhome_open(const char *path,
                                     const struct vc_testhost_shape *shape,
                                     unsigned *ret_ncpus,
                                     struct vc_error *err)
{
    struct vc_testhome *home = calloc(1, sizeof(*home));
    bool in_memory = strcmp(path, MEMORY_PATH) == 0;
    int rc;

    if (!home || (!in_memory && !(home->path = strdup(path)))) {
        free(home);
        (void)vc_error_nomem(err);
        return NULL;
    }
    if (in_memory) {
        (void)pthread_mutex_lock(&memory.mutex);
        rc = memory_open(shape, ret_ncpus, err);
        (void)pthread_mutex_unlock(&memory.mutex);
    } else {
        rc = file_open(path, shape, ret_ncpus, err);
    }
    if (rc < 0) {
        free(home->path);
        free(home);
        return NULL;
    }
    home->watch_fd = -1;
    return home;
}

static void watch_end(struct vc_testhome *home)
{
    struct vc_testhome **link;

    if (home->watch_fd < 0)
        return;
    (void)pthread_mutex_lock(&memory.mutex);
    for (link = &memory.watching; *link; link = &(*link)->next_watching) {
        if (*link == home) {
            *link = home->next_watching;
            break;
        }
    }
    (void)close(home->watch_fd);
    home->watch_fd = -1;
    (void)pthread_mutex_unlock(&memory.mutex);
}

int vc_testhome_watch(struct vc_testhome *home, int *ret_fd,
                      struct vc_error *err)
{
    int fd;

    if ((home->path ? vc_testwatch_file(home->path, &fd, err)
                    : vc_testwatch_memory(&fd, err)) < 0)
        return -1;
    watch_end(home);
    home->watch_fd = fd;
    home->watch_pid = getpid();
    if (!home->path) {
        (void)pthread_mutex_lock(&memory.mutex);
        home->next_watching = memory.watching;
        memory.watching = home;
        (void)pthread_mutex_unlock(&memory.mutex);
    }
    *ret_fd = fd;
    return 0;
}

int vc_testhome_dispatch(struct vc_testhome *home, bool *ret_news,
                         struct vc_error *err)
{
    if (home->watch_fd < 0 || home->watch_pid != getpid())
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "this process does not watch the test host");
    return home->path
               ? vc_testwatch_file_take(home->watch_fd, home->path, ret_news,
                                        err)
               : vc_testwatch_memory_take(home->watch_fd, ret_news, err);
}

void vc_testhome_close(struct vc_testhome *home)
{
    watch_end(home);
    if (!home->path)
        memory_close();
    vc_testfile_free(atomic_load(&home->file));
    free(home->path);
    free(home);
}

static int file_begin(struct vc_testcall *call, struct vc_testhome *home,
                      struct vc_error *err)
{
    const char *path = home->path;
    struct vc_testfile *file;
    int rc = -1;

    if (vc_testfile_lock(path, &call->lock, err) < 0)
        return -1;
    file = atomic_exchange(&home->file, NULL);
    if (!file)
        file = vc_testfile_new(err);
    if (file)
        rc = vc_testfile_read(path, clock_now(), file, err);
    if (rc == 0)
        rc = vc_error_set(err, VC_ERR_SYSTEM_ERROR,
                          "test host file '%s' is gone", path);
    if (rc < 0) {
        vc_testfile_free(file);
        vc_testfile_unlock(&call->lock);
        return -1;
    }
    call->file = file;
    call->host = file->host;
    return 0;
}

/* A host that was changed but not written is not what is in the file. */
static void file_end(struct vc_testcall *call)
{
    struct vc_testfile *file = call->file;

    if (!file->host->dirty)
        file = atomic_exchange(&call->home->file, file);
    vc_testfile_free(file);
    vc_testfile_unlock(&call->lock);
}

int vc_testcall_begin(struct vc_testcall *call, struct vc_testhome *home,
                      struct vc_error *err)
{
    if (home->path) {
        if (file_begin(call, home, err) < 0)
            return -1;
    } else {
        (void)pthread_mutex_lock(&memory.mutex);
        call->host = memory.host;
        call->host->now_ns = clock_now();
    }
    call->home = home;
    return 0;
}

/* With the mutex held. */
static void memory_tell(void)
{
    const struct vc_testhome *home;

    for (home = memory.watching; home; home = home->next_watching)
        vc_testwatch_memory_wake(home->watch_fd);
}

int vc_testcall_commit(struct vc_testcall *call, struct vc_error *err)
{
    if (!call->host->dirty)
        return 0;
    if (call->home->path &&
        vc_testfile_write(call->home->path, call->file, err) < 0)
        return -1;
    call->host->dirty = false;
    if (!call->home->path)
        memory_tell();
    return 0;
}

void vc_testcall_end(struct vc_testcall *call)
{
    if (!call->home)
        return;
    if (call->home->path) {
        file_end(call);
    } else {
        (void)pthread_mutex_unlock(&memory.mutex);
    }
    memset(call, 0, sizeof(*call));
}
