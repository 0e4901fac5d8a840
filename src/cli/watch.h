/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `watch` while it runs.  One thread has the loop and all of this struct; the
 * calls that can take time (listing, beginning a watch, reconciling) are jobs
 * in libuv's pool of threads, whose ends come back into the loop.  A hanging
 * domain costs a thread and delays nobody: there are always two threads left
 * for listing and watching.
 *
 *     news on the descriptor -> listing -> watch_runs -> jobs -> watch_runs
 *
 * Timers run only while something is due later, and for systemd's watchdog.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include <uv.h>

#include "cli.h"
#include "watch_runs.h"

#define WATCH_THREADS 32u /* of the pool, unless UV_THREADPOOL_SIZE is set */

struct watch_listing { /* the one job that lists, and begins a watch before */
    uv_work_t work;
    struct watch *watch;
    bool is_under_way;
    bool is_wanted;    /* once more, behind the one under way */
    bool is_new_watch; /* in: begin a watch first */
    bool watch_failed; /* out */
    int fd;            /* out */
    int nruns;         /* out; -1: failed */
    vcpuconfRun *runs; /* out */
    char *why;         /* out: of a failure */
};

struct watch {
    const struct cli *cli;
    uv_loop_t loop;
    uv_signal_t hangup, interrupt, terminate;
    uv_poll_t news;
    uv_timer_t due;      /* of watch_runs */
    uv_timer_t again;    /* for a listing that failed */
    uv_timer_t watchdog;
    uv_timer_t patience; /* with jobs, once it is to end */
    bool has_watch;
    bool was_ready;
    bool is_reloading;
    bool is_stopping;
    int result;          /* enum cli_exit */
    struct watch_listing listing;
    unsigned listing_failures; /* in a row */
    unsigned losses;           /* of watches, in a row */
    char status[96];           /* as it was said last */
    struct watch_runs runs;
    unsigned working, working_most;
};

/* Gets what runs listed, and first a watch begun if there is none. */
void watch_look(struct watch *watch);
/* Starts jobs for what is due, and the timer for what will be. */
void watch_work(struct watch *watch);
/* Ends it: nothing new is begun. */
void watch_stop(struct watch *watch, int result);
void watch_say_status(struct watch *watch);
/* The loop's time now is that of the beginning of this turn of it. */
uint64_t watch_now(struct watch *watch);

#endif
