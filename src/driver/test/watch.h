/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * News of a simulated host: a descriptor that becomes readable when the host
 * changed.  Of a file it is an inotify of its directory (the file is replaced
 * by each change); of the host in memory a counter that a change raises.
 */
#ifndef VC_DRIVER_TEST_WATCH_H
#define VC_DRIVER_TEST_WATCH_H

#include <stdbool.h>

#include "util/error.h"

int vc_testwatch_file(const char *path, int *ret_fd, struct vc_error *err)
    VC_NODISCARD;
int vc_testwatch_file_take(int fd, const char *path, bool *ret_news,
                           struct vc_error *err) VC_NODISCARD;

int vc_testwatch_memory(int *ret_fd, struct vc_error *err) VC_NODISCARD;
void vc_testwatch_memory_wake(int fd);
int vc_testwatch_memory_take(int fd, bool *ret_news, struct vc_error *err)
    VC_NODISCARD;

#endif
