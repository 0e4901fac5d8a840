/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_TEST
#include "driver/test/watch.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#define DIRECTORY_GONE (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)

int vc_testwatch_file(const char *path, int *ret_fd, struct vc_error *err)
{
    const char *slash = strrchr(path, '/');
    VC_AUTO_STR char *dir =
        slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
    int fd;

    if (!dir)
        return vc_error_nomem(err);
    fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        return vc_error_errno(err, errno, "can't watch test host file '%s'",
                              path);
    if (inotify_add_watch(fd, dir, IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                       IN_DELETE_SELF | IN_MOVE_SELF |
                                       IN_ONLYDIR) < 0) {
        int errnum = errno;

        (void)close(fd);
        return vc_error_errno(err, errnum, "can't watch directory '%s'", dir);
    }
    *ret_fd = fd;
    return 0;
}

int vc_testwatch_file_take(int fd, const char *path, bool *ret_news,
                           struct vc_error *err)
{
    const char *name = strrchr(path, '/') + 1;
    _Alignas(struct inotify_event) char events[4096];
    bool news = false;
    ssize_t len;

    while ((len = read(fd, events, sizeof(events))) > 0) {
        const struct inotify_event *event;
        ssize_t at;

        for (at = 0; at < len; at += (ssize_t)(sizeof(*event) + event->len)) {
            event = (const struct inotify_event *)(const void *)(events + at);
            if (event->mask & DIRECTORY_GONE)
                return vc_error_set(err, VC_ERR_SYSTEM_ERROR,
                                    "the directory of test host file '%s' is "
                                    "gone",
                                    path);
            if ((event->mask & IN_Q_OVERFLOW) ||
                (event->len && strcmp(event->name, name) == 0))
                news = true;
        }
    }
    if (len < 0 && errno != EAGAIN && errno != EINTR)
        return vc_error_errno(err, errno, "can't watch test host file '%s'",
                              path);
    *ret_news = news;
    return 0;
}

int vc_testwatch_memory(int *ret_fd, struct vc_error *err)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    if (fd < 0)
        return vc_error_errno(err, errno, "can't watch the test host");
    *ret_fd = fd;
    return 0;
}

void vc_testwatch_memory_wake(int fd)
{
    uint64_t one = 1;

    /* It fails only when it is readable already. */
    if (write(fd, &one, sizeof(one)) < 0)
        return;
}

int vc_testwatch_memory_take(int fd, bool *ret_news, struct vc_error *err)
{
    uint64_t count;
    ssize_t len = read(fd, &count, sizeof(count));

    if (len < 0 && errno != EAGAIN && errno != EINTR)
        return vc_error_errno(err, errno, "can't watch the test host");
    *ret_news = len > 0;
    return 0;
}
