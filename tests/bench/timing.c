/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "timing.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

long long bench_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

void bench_sample(struct bench_samples *samples, long long since)
{
    if (samples->n == BENCH_SAMPLES)
        bench_fail("more than %d samples", BENCH_SAMPLES);
    samples->ns[samples->n++] = bench_now() - since;
}

static int compare(const void *a, const void *b)
{
    long long left = *(const long long *)a;
    long long right = *(const long long *)b;

    return (left > right) - (left < right);
}

void bench_report_value(const char *key, long long value)
{
    (void)printf("%s %lld\n", key, value);
}

void bench_report(const char *key, struct bench_samples *samples)
{
    if (!samples->n)
        bench_fail("%s: no samples", key);
    qsort(samples->ns, samples->n, sizeof(*samples->ns), compare);
    bench_report_value(key, samples->ns[samples->n / 2]);
    samples->n = 0;
}

void bench_report_memory(const char *key)
{
    FILE *status = fopen("/proc/self/status", "re");
    long long kib = -1;
    char line[256];

    while (status && fgets(line, sizeof(line), status)) {
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = atoll(line + 6);
    }
    if (status)
        (void)fclose(status);
    if (kib < 0)
        bench_fail("/proc/self/status does not tell VmHWM");
    bench_report_value(key, kib);
}

void bench_fail(const char *why, ...)
{
    va_list args;

    va_start(args, why);
    (void)vfprintf(stderr, why, args);
    va_end(args);
    (void)fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

size_t bench_number(const char *text)
{
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(text, &end, 10);
    if (errno || !*text || *end)
        bench_fail("'%s' is not a number", text);
    return number;
}
