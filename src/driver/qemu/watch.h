/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * News of a directory.  All of it comes through one epoll descriptor:
 *
 *   inotify    sockets that come, go or are renamed
 *   pidfds     the processes behind the monitors, which may end; no monitor
 *              is held for that
 *   NAME.events   a monitor for watchers alone: what guests do.  Some of it is
 *              news at once, what follows ten times a second at most
 *   a timer    a socket that is new may not answer yet: it is news again, ever
 *              less often, until it has answered somebody of this handle or
 *              nobody listens there
 */
#ifndef VC_DRIVER_QEMU_WATCH_H
#define VC_DRIVER_QEMU_WATCH_H

#include "driver/qemu/home.h"

struct vc_qemu_watch;

struct vc_qemu_watch *vc_qemu_watch_open(struct vc_qemu_home *home,
                                         struct vc_error *err) VC_NODISCARD;
void vc_qemu_watch_close(struct vc_qemu_watch *watch);
int vc_qemu_watch_fd(const struct vc_qemu_watch *watch);
int vc_qemu_watch_dispatch(struct vc_qemu_watch *watch, bool *ret_news,
                           struct vc_error *err) VC_NODISCARD;

#endif
