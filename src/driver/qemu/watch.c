/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "driver/qemu/qmp.h"

#define RETRY_FIRST_MS 20
#define RETRY_MAX_MS 1000
#define RETRIES_MAX 30
#define READY_MAX 64
#define QUIET_MS 100
#define DROP_MS 10

/* One socket: a monitor, or a watchers' one. */
struct watched {
    struct watched *next;
    char *base;
    bool is_events;
    bool listed; /* it is in the directory */
    struct vc_qemu_file file;
    int pidfd;           /* of a monitor's process; -1: not known (any more) */
    struct vc_qmp qmp;   /* of a watchers' monitor, while connected */
    bool connected;
    int64_t quiet_ms; /* until then its events are dropped; 0: they are read */
    bool missed;      /* some were dropped that nobody was told of */
    unsigned tries;
    int64_t retry_ms; /* 0: nothing is to be tried, or to be dropped */
};

struct vc_qemu_watch {
    struct vc_qemu_home *home;
    int epoll_fd;
    int inotify_fd;
    int timer_fd;
    bool over; /* the directory is gone */
    struct watched *list;
};

static const char *suffix_of(const struct watched *w)
{
    return w->is_events ? ".events" : ".qmp";
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static int epoll_add(const struct vc_qemu_watch *watch, int fd, void *what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};

    return epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* ---- what is watched ---- */

static void let_go(struct watched *w)
{
    close_fd(&w->pidfd);
    vc_qmp_close(&w->qmp);
    w->connected = false;
    w->quiet_ms = 0;
    w->missed = false;
}

static void free_watched(struct watched *w)
{
    let_go(w);
    free(w->base);
    free(w);
}

/* Try, and tell, again: ever later, and not for ever. */
static void retry_later(struct watched *w)
{
    int64_t ms = RETRY_FIRST_MS;
    unsigned i;

    for (i = 0; i < w->tries && ms < RETRY_MAX_MS; i++)
        ms *= 2;
    w->tries++;
    w->retry_ms = w->tries > RETRIES_MAX
                      ? 0
                      : vc_qemu_now_ms() +
                            (ms < RETRY_MAX_MS ? ms : RETRY_MAX_MS);
}

static struct watched *find_watched(struct vc_qemu_watch *watch,
                                    const char *base, bool is_events)
{
    struct watched *w;

    for (w = watch->list; w; w = w->next) {
        if (w->is_events == is_events && strcmp(w->base, base) == 0)
            return w;
    }
    return NULL;
}

static struct watched *add_watched(struct vc_qemu_watch *watch,
                                   const char *base, bool is_events,
                                   struct vc_error *err)
{
    struct watched *w = calloc(1, sizeof(*w));

    if (w)
        w->base = strdup(base);
    if (!w || !w->base) {
        free(w);
        (void)vc_error_nomem(err);
        return NULL;
    }
    w->is_events = is_events;
    w->pidfd = -1;
    w->next = watch->list;
    watch->list = w;
    return w;
}

/* Has this handle heard who it is? */
static bool has_answered(struct vc_qemu_watch *watch, const struct watched *w)
{
    VC_QEMU_RUN_AUTO run = {0};
    struct vc_error ignored;

    return vc_qemu_home_recall(watch->home, w->base, &w->file, &run,
                               &ignored) == 1;
}

/* ---- connecting ---- */

/* Only to learn whose it is: the connection goes at once. */
static void try_monitor(struct vc_qemu_watch *watch, struct watched *w,
                        int sock_fd)
{
    struct vc_error ignored;
    pid_t pid = 0;
    uid_t uid = 0;
    int fd = -1;

    w->retry_ms = 0;
    if (w->pidfd < 0) {
        switch (vc_qemu_connect(sock_fd, &fd, &pid, &uid, &ignored)) {
        case VC_QEMU_CONNECTED:
            (void)close(fd);
            w->pidfd = (int)syscall(SYS_pidfd_open, pid, 0u);
            if (w->pidfd >= 0 && epoll_add(watch, w->pidfd, w) < 0)
                close_fd(&w->pidfd);
            break;
        case VC_QEMU_CONNECT_AGAIN:
            break;
        case VC_QEMU_CONNECT_REFUSED: /* it does not listen yet, or is dead */
            if (w->tries > RETRIES_MAX / 3)
                return;
            break;
        case VC_QEMU_CONNECT_ERROR:
            return;
        }
    }
    if (w->pidfd < 0 || !has_answered(watch, w))
        retry_later(w);
}

static const char *const nothing[] = {NULL};

/* One that is held by another watcher is waited for in its queue. */
static void try_events(struct vc_qemu_watch *watch, struct watched *w,
                       int sock_fd, uid_t owner)
{
    int fd = dup(sock_fd);

    w->retry_ms = 0;
    if (fd < 0)
        return;
    vc_qmp_begin(&w->qmp, fd, owner, nothing, 0, 0);
    w->qmp.patient = true;
    if (w->qmp.state >= VC_QMP_GREETING && w->qmp.state <= VC_QMP_READY &&
        epoll_add(watch, w->qmp.wire.fd, w) == 0) {
        w->connected = true;
        return;
    }
    vc_qmp_close(&w->qmp);
    retry_later(w);
}

static void try_watched(struct vc_qemu_watch *watch, struct watched *w,
                        const struct vc_qemu_dir *dir)
{
    struct vc_qemu_file file;
    int fd = vc_qemu_dir_socket(dir, w->base, suffix_of(w), &file);

    if (fd < 0 && errno) {
        retry_later(w);
        return;
    }
    if (fd < 0) {
        w->retry_ms = 0;
        return;
    }
    w->file = file;
    if (!w->is_events)
        try_monitor(watch, w, fd);
    else if (!w->connected)
        try_events(watch, w, fd, dir->owner);
    (void)close(fd);
}

/* ---- the directory ---- */

static int look_for(struct vc_qemu_watch *watch, const struct vc_qemu_dir *dir,
                    bool is_events, struct vc_error *err)
{
    VC_QEMU_NAMES_AUTO names = {0};
    size_t i;

    if (vc_qemu_dir_list(dir, is_events ? ".events" : ".qmp", &names, err) < 0)
        return -1;
    for (i = 0; i < names.n; i++) {
        struct watched *w = find_watched(watch, names.items[i], is_events);
        struct vc_qemu_file file;
        bool is_new = !w;

        if (!vc_qemu_dir_stat(dir, names.items[i],
                              is_events ? ".events" : ".qmp", &file))
            continue;
        if (!w)
            w = add_watched(watch, names.items[i], is_events, err);
        if (!w)
            return -1;
        w->listed = true;
        if (!is_new && vc_qemu_file_equal(&file, &w->file))
            continue;
        let_go(w);
        w->tries = 0;
        try_watched(watch, w, dir);
    }
    return 0;
}

static int look(struct vc_qemu_watch *watch, struct vc_error *err)
{
    VC_QEMU_DIR_AUTO dir = {0};
    struct watched **link = &watch->list;
    struct watched *w;

    if (vc_qemu_dir_open(vc_qemu_home_path(watch->home), &dir, err) < 0)
        return -1;
    for (w = watch->list; w; w = w->next)
        w->listed = false;
    if (look_for(watch, &dir, false, err) < 0 ||
        look_for(watch, &dir, true, err) < 0)
        return -1;
    while (*link) {
        w = *link;
        /* a process whose socket was removed may run on, and end */
        if (w->listed || w->pidfd >= 0) {
            link = &w->next;
            continue;
        }
        *link = w->next;
        free_watched(w);
    }
    return 0;
}

static int set_timer(struct vc_qemu_watch *watch, struct vc_error *err)
{
    struct itimerspec when = {0};
    const struct watched *w;
    int64_t first = 0;

    for (w = watch->list; w; w = w->next) {
        if (w->retry_ms && (!first || w->retry_ms < first))
            first = w->retry_ms;
    }
    when.it_value.tv_sec = first / 1000;
    when.it_value.tv_nsec = (long)(first % 1000) * 1000000;
    if (timerfd_settime(watch->timer_fd, TFD_TIMER_ABSTIME, &when, NULL) < 0)
        return vc_error_errno(err, errno, "can't set a timer");
    return 0;
}

/* ---- opening ---- */

static int watch_setup(struct vc_qemu_watch *watch, struct vc_error *err)
{
    const char *path = vc_qemu_home_path(watch->home);

    watch->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    watch->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    watch->timer_fd = timerfd_create(CLOCK_MONOTONIC,
                                     TFD_NONBLOCK | TFD_CLOEXEC);
    if (watch->epoll_fd < 0 || watch->inotify_fd < 0 || watch->timer_fd < 0 ||
        epoll_add(watch, watch->inotify_fd, &watch->inotify_fd) < 0 ||
        epoll_add(watch, watch->timer_fd, &watch->timer_fd) < 0)
        return vc_error_errno(err, errno, "can't watch directory '%s'", path);
    if (inotify_add_watch(watch->inotify_fd, path,
                          IN_CREATE | IN_DELETE | IN_MOVE | IN_ATTRIB |
                              IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) < 0)
        return vc_error_errno(err, errno, "can't watch directory '%s'", path);
    if (look(watch, err) < 0)
        return -1;
    return set_timer(watch, err);
}

struct vc_qemu_watch *vc_qemu_watch_open(struct vc_qemu_home *home,
                                         struct vc_error *err)
{
    struct vc_qemu_watch *watch = calloc(1, sizeof(*watch));

    if (!watch) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    watch->home = home;
    watch->epoll_fd = -1;
    watch->inotify_fd = -1;
    watch->timer_fd = -1;
    if (watch_setup(watch, err) == 0)
        return watch;
    vc_qemu_watch_close(watch);
    return NULL;
}

void vc_qemu_watch_close(struct vc_qemu_watch *watch)
{
    struct watched *w;

    if (!watch)
        return;
    while ((w = watch->list)) {
        watch->list = w->next;
        free_watched(w);
    }
    close_fd(&watch->timer_fd);
    close_fd(&watch->inotify_fd);
    close_fd(&watch->epoll_fd);
    free(watch);
}

int vc_qemu_watch_fd(const struct vc_qemu_watch *watch)
{
    return watch->epoll_fd;
}

/* ---- dispatching ---- */

static bool is_ours(const char *file)
{
    return vc_qemu_base_len(file, ".qmp") || vc_qemu_base_len(file, ".ga") ||
           vc_qemu_base_len(file, ".events");
}

static void take_inotify(struct vc_qemu_watch *watch, bool *news)
{
    _Alignas(struct inotify_event) char buf[8192];
    ssize_t n;
    ssize_t at;

    while ((n = read(watch->inotify_fd, buf, sizeof(buf))) > 0) {
        for (at = 0; at < n;) {
            struct inotify_event event;

            memcpy(&event, buf + at, sizeof(event));
            if (event.mask & (IN_IGNORED | IN_UNMOUNT | IN_DELETE_SELF |
                              IN_MOVE_SELF))
                watch->over = true;
            *news |= (event.mask & IN_Q_OVERFLOW) ||
                     (event.len && is_ours(buf + at + sizeof(event)));
            at += (ssize_t)(sizeof(event) + event.len);
        }
    }
}

/* It has ended, or left us. */
static void lose_events(struct watched *w, bool *news)
{
    *news = true;
    let_go(w);
    retry_later(w);
}

static int64_t next_beat(int64_t ms)
{
    int64_t now = vc_qemu_now_ms();

    return now - now % ms + ms;
}

static int heed(const struct vc_qemu_watch *watch, struct watched *w, bool on)
{
    struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.ptr = w};

    return epoll_ctl(watch->epoll_fd, EPOLL_CTL_MOD, w->qmp.wire.fd, &event);
}

/*
 * A guest can make events as fast as it likes.  Behind some that are news those
 * of the next QUIET_MS are dropped unread, and are news together when that is
 * over; it is over at the same time for all guests.  The socket is emptied all
 * the while, or QEMU would keep what it can't send.
 */
static void be_quiet(const struct vc_qemu_watch *watch, struct watched *w)
{
    w->quiet_ms = next_beat(QUIET_MS);
    w->retry_ms = next_beat(DROP_MS);
    (void)heed(watch, w, false); /* else it is only looked at more often */
}

static void drop_events(const struct vc_qemu_watch *watch, struct watched *w,
                        bool *news)
{
    struct vc_error ignored;

    switch (vc_qemu_wire_drop(&w->qmp.wire, &ignored)) {
    case VC_QEMU_TOOK_ERROR:
    case VC_QEMU_TOOK_END:
        lose_events(w, news);
        return;
    case VC_QEMU_TOOK_ONE:
        w->missed = true;
        break;
    case VC_QEMU_TOOK_NOTHING:
        break;
    }
    w->retry_ms = next_beat(DROP_MS);
    if (vc_qemu_now_ms() < w->quiet_ms)
        return;
    if (w->missed) {
        *news = true;
        w->missed = false;
        w->quiet_ms = next_beat(QUIET_MS);
        return;
    }
    w->quiet_ms = 0;
    w->retry_ms = 0;
    if (heed(watch, w, true) < 0)
        lose_events(w, news);
}

static void take_events(const struct vc_qemu_watch *watch, struct watched *w,
                        bool *news)
{
    bool heard;
    unsigned i;

    if (w->quiet_ms) { /* that it hung up is told all the same */
        drop_events(watch, w, news);
        return;
    }
    vc_qmp_step(&w->qmp);
    heard = w->qmp.nevents > 0;
    for (i = 0; i < w->qmp.nevents; i++)
        (void)json_object_put(w->qmp.events[i]);
    w->qmp.nevents = 0;
    if (w->qmp.state > VC_QMP_READY) {
        lose_events(w, news);
        return;
    }
    /* what is more than a step takes is not looked at either */
    heard |= w->qmp.state == VC_QMP_READY && w->qmp.wire.pos < w->qmp.wire.len;
    if (!heard)
        return;
    *news = true;
    be_quiet(watch, w);
}

static void take_end(struct watched *w, bool *news)
{
    *news = true;
    close_fd(&w->pidfd);
}

static void take_timer(struct vc_qemu_watch *watch, bool *news)
{
    VC_QEMU_DIR_AUTO dir = {0};
    struct vc_error ignored;
    struct watched *w;
    uint64_t count;
    bool opened;

    if (read(watch->timer_fd, &count, sizeof(count)) < 0)
        return;
    opened =
        vc_qemu_dir_open(vc_qemu_home_path(watch->home), &dir, &ignored) == 0;
    for (w = watch->list; w; w = w->next) {
        if (!w->retry_ms || w->retry_ms > vc_qemu_now_ms())
            continue;
        if (w->quiet_ms) {
            drop_events(watch, w, news);
            continue;
        }
        if (!opened) {
            retry_later(w);
            continue;
        }
        try_watched(watch, w, &dir);
        if (!w->is_events)
            *news |= w->retry_ms || w->pidfd >= 0;
    }
}

int vc_qemu_watch_dispatch(struct vc_qemu_watch *watch, bool *ret_news,
                           struct vc_error *err)
{
    struct epoll_event ready[READY_MAX];
    bool news = false;
    int n = epoll_wait(watch->epoll_fd, ready, READY_MAX, 0);
    int i;

    for (i = 0; i < n; i++) {
        struct watched *w = ready[i].data.ptr;

        if (ready[i].data.ptr == &watch->inotify_fd)
            take_inotify(watch, &news);
        else if (ready[i].data.ptr == &watch->timer_fd)
            take_timer(watch, &news);
        else if (w->is_events)
            take_events(watch, w, &news);
        else
            take_end(w, &news);
    }
    if (watch->over)
        return vc_error_set(err, VC_ERR_NO_CONNECT,
                            "directory '%s' is gone",
                            vc_qemu_home_path(watch->home));
    if ((news && look(watch, err) < 0) || set_timer(watch, err) < 0)
        return -1;
    *ret_news = news;
    return 0;
}
