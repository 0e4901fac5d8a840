/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/store_impl.h"

#define PAUSE_FIRST_NS 200000L /* 0.2 ms */
#define PAUSE_MAX_NS 5000000L  /* 5 ms: a waiter must not sleep past its turn */
#define SECOND_NS 1000000000L

void vc_store_wait_start(struct vc_store_wait *wait, unsigned limit_ms)
{
    (void)clock_gettime(CLOCK_MONOTONIC, &wait->until);
    wait->until.tv_sec += limit_ms / 1000;
    wait->until.tv_nsec += (long)(limit_ms % 1000) * 1000000L;
    if (wait->until.tv_nsec >= SECOND_NS) {
        wait->until.tv_sec++;
        wait->until.tv_nsec -= SECOND_NS;
    }
    wait->pause_ns = PAUSE_FIRST_NS;
}

static bool time_reached(const struct timespec *now, const struct timespec *until)
{
    if (now->tv_sec != until->tv_sec)
        return now->tv_sec > until->tv_sec;
    return now->tv_nsec >= until->tv_nsec;
}

bool vc_store_wait_more(struct vc_store_wait *wait)
{
    struct timespec next;

    (void)clock_gettime(CLOCK_MONOTONIC, &next);
    if (time_reached(&next, &wait->until))
        return false;
    next.tv_nsec += wait->pause_ns;
    if (next.tv_nsec >= SECOND_NS) {
        next.tv_sec++;
        next.tv_nsec -= SECOND_NS;
    }
    if (time_reached(&next, &wait->until))
        next = wait->until;
    /* A signal only cuts one pause short. */
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    wait->pause_ns *= 2;
    if (wait->pause_ns > PAUSE_MAX_NS)
        wait->pause_ns = PAUSE_MAX_NS;
    return true;
}
