/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `watch` says: lines on stderr, and its state to systemd. */
#ifndef CLI_WATCH_LOG_H
#define CLI_WATCH_LOG_H

#include <stdint.h>

#include "cli.h"

enum watch_level { /* as syslog has them */
    WATCH_ERROR = 3,
    WATCH_WARNING = 4,
    WATCH_INFO = 6,
};

/* Does stderr lead to the journal?  Then lines begin with their level in <>. */
void watch_log_init(const struct cli *cli);
/* One line, cleaned.  With --quiet no WATCH_INFO. */
void watch_log(enum watch_level level, const char *fmt, ...) CLI_PRINTF(2, 3);

/* To whoever started this, if it wants to know. */
void watch_notify(const char *fmt, ...) CLI_PRINTF(1, 2);
/* For RELOADING=1, which wants the time with it. */
void watch_notify_reloading(void);
/* How often it wants to hear of us, in milliseconds; 0: never. */
uint64_t watch_notify_interval(void);

#endif
