/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watcher.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "qmp.h"

#define BEGIN_MS 20000

/* In the child; never returns. */
static void become(const char *uri, const char *command, int err, pid_t parent)
{
    const char *top = getenv("abs_top_builddir");
    char path[4096];

    (void)snprintf(path, sizeof(path), "%s/vcpuconf", top ? top : ".");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
        (err >= 0 && dup2(err, STDERR_FILENO) < 0) ||
        setenv("VCPUCONF_DEBUG", err >= 0 ? "driver.qemu" : "", 1) < 0)
        _exit(126);
    (void)execl(path, "vcpuconf", "-c", uri, command, (char *)NULL);
    _exit(127);
}

static int status_of(pid_t pid)
{
    int status = 0;

    if (waitpid(pid, &status, 0) != pid)
        return -1000;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* False: that was all. */
static bool read_some(struct watcher *watcher)
{
    ssize_t n = read(watcher->fd, watcher->said + watcher->len,
                     WATCHER_ROOM - 1 - watcher->len);

    if (n <= 0)
        return false;
    watcher->len += (size_t)n;
    watcher->said[watcher->len] = '\0';
    return true;
}

unsigned watcher_said(const struct watcher *watcher, const char *text)
{
    const char *p = watcher->said;
    unsigned n = 0;

    while ((p = strstr(p, text)) != NULL) {
        n++;
        p += strlen(text);
    }
    return n;
}

bool watcher_hear(struct watcher *watcher, const char *text, unsigned times,
                  int limit_ms)
{
    long long until = lab_now_ms() + limit_ms;

    while (watcher_said(watcher, text) < times) {
        if (!lab_readable(watcher->fd, until) || !read_some(watcher)) {
            (void)printf("never said '%s' %u times:\n%s", text, times,
                         watcher->said);
            return false;
        }
    }
    return true;
}

int watcher_begin(const char *uri, struct watcher *ret)
{
    pid_t parent = getpid();
    int ends[2];

    ret->len = 0;
    ret->said[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    ret->pid = fork();
    if (ret->pid == 0)
        become(uri, "watch", ends[1], parent);
    (void)close(ends[1]);
    ret->fd = ends[0];
    if (ret->pid > 0 && watcher_hear(ret, "watching ", 1, BEGIN_MS))
        return 0;
    if (ret->pid > 0)
        (void)watcher_end(ret, SIGKILL);
    return -1;
}

int watcher_end(struct watcher *watcher, int signal)
{
    int status;

    (void)kill(watcher->pid, signal);
    while (read_some(watcher))
        continue;
    status = status_of(watcher->pid);
    (void)close(watcher->fd);
    watcher->fd = -1;
    watcher->pid = 0;
    return status;
}

int watcher_run(const char *uri, const char *command)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0)
        become(uri, command, -1, parent);
    return pid < 0 ? -1000 : status_of(pid);
}
