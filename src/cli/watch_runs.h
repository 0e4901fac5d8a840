/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `watch` knows of the runs of domains, and when which of them is due.
 * Pure: no clock (the time comes as an argument, in milliseconds of any steady
 * clock), no descriptors, no library.
 *
 *  1. A domain has one entry, by its UUID, and at most one job at a time.
 *  2. A run that was not reconciled, or can't be told about, is due at once,
 *     and so is one with kept pins whenever there are news.
 *  3. What fails is due again after a time that doubles, and is given up when
 *     it has failed for too long; another run of the domain starts afresh.
 *  4. Nothing is due of what is done: an idle watch has no timer.
 */
#ifndef CLI_WATCH_RUNS_H
#define CLI_WATCH_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WATCH_UUID_LEN 16

enum watch_state {
    WATCH_IDLE,    /* done, until there are news */
    WATCH_DUE,     /* from `due` on */
    WATCH_WORKING, /* there is a job for it */
    WATCH_GIVEN_UP,
};

struct watch_run {
    unsigned char uuid[WATCH_UUID_LEN];
    char *start;  /* which run; "": not known */
    void *handle; /* owned: of who uses this */
    enum watch_state state;
    bool seen;
    bool gone;    /* WORKING: is not listed any more */
    bool again;   /* WORKING: there were news meanwhile */
    bool renewed; /* WORKING: another run is there meanwhile */
    unsigned failures; /* in a row */
    uint64_t since;    /* of the first of them */
    uint64_t due;
};

/* A member of a listing. */
struct watch_seen {
    const unsigned char *uuid;
    const char *start;
    void *handle; /* taken */
    bool is_new;  /* not reconciled yet, or it can't be told */
    bool is_kept; /* pins are kept for it */
};

struct watch_runs {
    struct watch_run **items; /* by uuid */
    size_t n;
    size_t cap;
    void (*release)(void *handle); /* may be NULL */
    uint64_t first_ms;   /* wait after the first failure */
    uint64_t most_ms;    /* longest wait */
    uint64_t give_up_ms; /* failed for so long: given up; 0: never */
    uint64_t dice;       /* any number: waits are spread by it */
};

void watch_runs_clear(struct watch_runs *runs);

/* A listing: begin, see each member, end.  Who was not seen is forgotten. */
void watch_runs_begin(struct watch_runs *runs);
void watch_runs_see(struct watch_runs *runs, const struct watch_seen *seen,
                    uint64_t now);
void watch_runs_end(struct watch_runs *runs);
/* Forgets what it knows, so that the next listing makes all due that is not
 * done; what is being worked on stays. */
void watch_runs_renew(struct watch_runs *runs);

/* One that is due, the longest first: it is WORKING now.  NULL: none. */
struct watch_run *watch_runs_take(struct watch_runs *runs, uint64_t now);
/* Milliseconds until one is due; -1: none will be. */
int64_t watch_runs_wait(const struct watch_runs *runs, uint64_t now);

enum watch_verdict { /* of a failure */
    WATCH_TRIES,   /* the first one: it will be tried again */
    WATCH_RETRIES, /* one more */
    WATCH_GIVES_UP,
    WATCH_MOOT,    /* that run is gone */
};
/* What became of the job.  The entry may be gone behind these. */
void watch_runs_succeeded(struct watch_runs *runs, struct watch_run *run,
                          uint64_t now);
enum watch_verdict watch_runs_failed(struct watch_runs *runs,
                                     struct watch_run *run, uint64_t now);

/* How long to wait behind that many failures in a row. */
uint64_t watch_runs_backoff(struct watch_runs *runs, unsigned failures);

/* How many there are in a state. */
size_t watch_runs_count(const struct watch_runs *runs, enum watch_state state);

#endif
