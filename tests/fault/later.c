/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "later.h"

#include <time.h>

int __real_clock_gettime(clockid_t clock, struct timespec *ts);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ts);

int later_ms;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
    static struct timespec begin;
    int rc = __real_clock_gettime(clock, ts);

    if (clock != CLOCK_MONOTONIC_COARSE)
        return rc;
    if (begin.tv_sec == 0)
        begin = *ts;
    ts->tv_sec = begin.tv_sec + later_ms / 1000;
    ts->tv_nsec = begin.tv_nsec + later_ms % 1000 * 1000000L;
    return rc;
}
