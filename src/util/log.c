/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/text.h"

static pthread_once_t log_once = PTHREAD_ONCE_INIT;
static const char *log_rooms;

static void log_read_environment(void)
{
    const char *value = secure_getenv("VCPUCONF_DEBUG");

    if (value && *value)
        log_rooms = strdup(value);
}

bool vc_log_wants(const char *room)
{
    size_t len = strlen(room);
    const char *p;

    (void)pthread_once(&log_once, log_read_environment);
    for (p = log_rooms; p && *p;) {
        const char *end = strchrnul(p, ',');
        size_t n = (size_t)(end - p);

        if ((n == 3 && strncmp(p, "all", 3) == 0) ||
            (n == len && strncmp(p, room, len) == 0))
            return true;
        p = *end ? end + 1 : end;
    }
    return false;
}

void vc_log(const char *room, const char *fmt, ...)
{
    char line[VC_TEXT_CLEAN_MAX];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    vc_text_clean(line, sizeof(line));
    (void)fprintf(stderr, "vcpuconf: %s: %s\n", room, line);
}
