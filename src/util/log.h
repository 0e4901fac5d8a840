/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Debug lines on stderr, asked for by VCPUCONF_DEBUG=room,room (or "all"):
 * api, engine, store, driver.test, ...  Ignored in a set-uid process.
 * Control characters are escaped.
 */
#ifndef VC_UTIL_LOG_H
#define VC_UTIL_LOG_H

#include <stdbool.h>

#include "util/cleanup.h"

bool vc_log_wants(const char *room);
void vc_log(const char *room, const char *fmt, ...) VC_PRINTF(2, 3);

#define VC_LOG(room, ...)                                                      \
    do {                                                                       \
        if (vc_log_wants(room))                                                \
            vc_log((room), __VA_ARGS__);                                       \
    } while (0)

#endif
