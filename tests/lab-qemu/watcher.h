/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `vcpuconf watch` beside a test.  It ends with the thread that began it. */
#ifndef LAB_WATCHER_H
#define LAB_WATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define WATCHER_ROOM (1 << 17)

struct watcher {
    pid_t pid;
    int fd;
    size_t len;
    char said[WATCHER_ROOM]; /* all of it, the driver's calls among it */
};

/* Returns when it watches.  0, or -1. */
int watcher_begin(const char *uri, struct watcher *ret);
/* Waits until it has said the text so many times. */
bool watcher_hear(struct watcher *watcher, const char *text, unsigned times,
                  int limit_ms);
/* How often it has, as far as it was read. */
unsigned watcher_said(const struct watcher *watcher, const char *text);
/* The signal, its end, and all that it said until then.  Returns its exit
 * status, or minus the signal that ended it. */
int watcher_end(struct watcher *watcher, int signal);

/* Any other command, until it ends; returns as above. */
int watcher_run(const char *uri, const char *command);

#endif
