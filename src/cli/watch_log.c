/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "watch_log.h"

#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "text.h"

static bool is_quiet;
static bool is_journal;

void watch_log_init(const struct cli *cli)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    char here[64];

    is_quiet = cli->quiet;
    if (!stream || fstat(STDERR_FILENO, &st) < 0)
        return;
    (void)snprintf(here, sizeof(here), "%ju:%ju", (uintmax_t)st.st_dev,
                   (uintmax_t)st.st_ino);
    is_journal = strcmp(stream, here) == 0;
}

static const char *prefix_of(enum watch_level level)
{
    switch (level) {
    case WATCH_ERROR:
        return is_journal ? "<3>" : "error: ";
    case WATCH_WARNING:
        return is_journal ? "<4>" : "warning: ";
    case WATCH_INFO:
        return is_journal ? "<6>" : "";
    }
    return "";
}

void watch_log(enum watch_level level, const char *fmt, ...)
{
    CLI_AUTO(char *) raw = NULL;
    CLI_AUTO(char *) clean = NULL;
    va_list ap;
    int len;

    if (is_quiet && level == WATCH_INFO)
        return;
    va_start(ap, fmt);
    len = vasprintf(&raw, fmt, ap);
    va_end(ap);
    if (len < 0) {
        raw = NULL;
        return;
    }
    clean = cli_text_clean(raw, (size_t)len);
    (void)fprintf(stderr, "%s%s\n", prefix_of(level), clean);
}

#ifdef HAVE_LIBSYSTEMD

void watch_notify(const char *fmt, ...)
{
    CLI_AUTO(char *) text = NULL;
    va_list ap;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    if (text)
        (void)sd_notify(0, text);
}

uint64_t watch_notify_interval(void)
{
    uint64_t usec = 0;

    if (sd_watchdog_enabled(0, &usec) <= 0)
        return 0;
    return usec / 2000 ? usec / 2000 : 1;
}

#else

void watch_notify(const char *fmt, ...)
{
    (void)fmt;
}

uint64_t watch_notify_interval(void)
{
    return 0;
}

#endif

void watch_notify_reloading(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    watch_notify("RELOADING=1\nMONOTONIC_USEC=%lld",
                 (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}
