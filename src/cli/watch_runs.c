/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watch_runs.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

static void run_free(const struct watch_runs *runs, struct watch_run *run)
{
    if (runs->release && run->handle)
        runs->release(run->handle);
    free(run->start);
    free(run);
}

void watch_runs_clear(struct watch_runs *runs)
{
    size_t i;

    for (i = 0; i < runs->n; i++)
        run_free(runs, runs->items[i]);
    free(runs->items);
    runs->items = NULL;
    runs->n = runs->cap = 0;
}

/* Where it is, or would be. */
static size_t place_of(const struct watch_runs *runs, const unsigned char *uuid,
                       bool *ret_found)
{
    size_t low = 0;
    size_t high = runs->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(runs->items[middle]->uuid, uuid, WATCH_UUID_LEN);

        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_found = false;
    return low;
}

static struct watch_run *add(struct watch_runs *runs, size_t place,
                             const unsigned char *uuid)
{
    struct watch_run *run = cli_alloc(1, sizeof(*run));

    if (runs->n == runs->cap) {
        size_t cap = runs->cap ? runs->cap * 2 : 16;
        struct watch_run **items = cli_alloc(cap, sizeof(*items));

        if (runs->n)
            memcpy(items, runs->items, runs->n * sizeof(*items));
        free(runs->items);
        runs->items = items;
        runs->cap = cap;
    }
    memmove(&runs->items[place + 1], &runs->items[place],
            (runs->n - place) * sizeof(runs->items[0]));
    runs->items[place] = run;
    runs->n++;
    memcpy(run->uuid, uuid, WATCH_UUID_LEN);
    return run;
}

static void drop(struct watch_runs *runs, size_t place)
{
    run_free(runs, runs->items[place]);
    runs->n--;
    memmove(&runs->items[place], &runs->items[place + 1],
            (runs->n - place) * sizeof(runs->items[0]));
}

static void make_due(struct watch_run *run, uint64_t now)
{
    run->state = WATCH_DUE;
    run->due = now;
}

/* ---- Listings ---- */

void watch_runs_begin(struct watch_runs *runs)
{
    size_t i;

    for (i = 0; i < runs->n; i++)
        runs->items[i]->seen = false;
}

/* The entry's run is another one than before. */
static void see_another(struct watch_run *run, const struct watch_seen *seen,
                        uint64_t now)
{
    bool wants = seen->is_new || seen->is_kept;

    run->failures = 0;
    if (run->state == WATCH_WORKING) {
        run->renewed = true;
        run->again = wants;
        return;
    }
    run->state = WATCH_IDLE;
    if (wants)
        make_due(run, now);
}

static void see_same(struct watch_run *run, const struct watch_seen *seen,
                     uint64_t now)
{
    if (run->state == WATCH_WORKING) {
        run->again = run->again || seen->is_kept;
    } else if (!seen->is_new && !seen->is_kept) {
        /* perhaps done by somebody else */
        run->state = WATCH_IDLE;
        run->failures = 0;
    } else if (run->state == WATCH_IDLE) {
        make_due(run, now);
    }
}

void watch_runs_see(struct watch_runs *runs, const struct watch_seen *seen,
                    uint64_t now)
{
    bool found;
    size_t place = place_of(runs, seen->uuid, &found);
    struct watch_run *run =
        found ? runs->items[place] : add(runs, place, seen->uuid);

    run->seen = true;
    run->gone = false;
    if (runs->release && run->handle)
        runs->release(run->handle);
    run->handle = seen->handle;
    /* one that isn't known is no other one */
    if (run->start && *run->start && *seen->start &&
        strcmp(run->start, seen->start) != 0)
        see_another(run, seen, now);
    else
        see_same(run, seen, now);
    if (!run->start || *seen->start) {
        free(run->start);
        run->start = cli_strdup(seen->start);
    }
}

void watch_runs_end(struct watch_runs *runs)
{
    size_t i;

    for (i = runs->n; i > 0; i--) {
        struct watch_run *run = runs->items[i - 1];

        if (run->seen)
            continue;
        if (run->state == WATCH_WORKING)
            run->gone = true;
        else
            drop(runs, i - 1);
    }
}

void watch_runs_renew(struct watch_runs *runs)
{
    size_t i;

    for (i = runs->n; i > 0; i--) {
        struct watch_run *run = runs->items[i - 1];

        if (run->state == WATCH_WORKING) {
            run->failures = 0;
            run->again = true;
        } else {
            drop(runs, i - 1);
        }
    }
}

/* ---- What is due ---- */

struct watch_run *watch_runs_take(struct watch_runs *runs, uint64_t now)
{
    struct watch_run *first = NULL;
    size_t i;

    for (i = 0; i < runs->n; i++) {
        struct watch_run *run = runs->items[i];

        if (run->state == WATCH_DUE && run->due <= now &&
            (!first || run->due < first->due))
            first = run;
    }
    if (first) {
        first->state = WATCH_WORKING;
        first->again = first->renewed = first->gone = false;
    }
    return first;
}

int64_t watch_runs_wait(const struct watch_runs *runs, uint64_t now)
{
    int64_t wait = -1;
    size_t i;

    for (i = 0; i < runs->n; i++) {
        const struct watch_run *run = runs->items[i];
        int64_t left = run->due > now ? (int64_t)(run->due - now) : 0;

        if (run->state == WATCH_DUE && (wait < 0 || left < wait))
            wait = left;
    }
    return wait;
}

/* ---- What became of it ---- */

/* True: the job was about a run that is not there any more. */
static bool is_moot(struct watch_runs *runs, struct watch_run *run,
                    uint64_t now)
{
    bool found;
    size_t place;

    if (run->gone) {
        place = place_of(runs, run->uuid, &found);
        drop(runs, place);
        return true;
    }
    if (!run->renewed)
        return false;
    run->state = WATCH_IDLE;
    if (run->again)
        make_due(run, now);
    return true;
}

void watch_runs_succeeded(struct watch_runs *runs, struct watch_run *run,
                          uint64_t now)
{
    if (is_moot(runs, run, now))
        return;
    run->failures = 0;
    run->state = WATCH_IDLE;
    if (run->again)
        make_due(run, now);
}

uint64_t watch_runs_backoff(struct watch_runs *runs, unsigned failures)
{
    uint64_t wait = runs->first_ms;

    while (failures > 1 && wait < runs->most_ms) {
        wait *= 2;
        failures--;
    }
    if (wait > runs->most_ms)
        wait = runs->most_ms;
    runs->dice = runs->dice * UINT64_C(6364136223846793005) +
                 UINT64_C(1442695040888963407);
    /* between half of it and all of it */
    return wait - (runs->dice >> 33) % (wait / 2 + 1);
}

enum watch_verdict watch_runs_failed(struct watch_runs *runs,
                                     struct watch_run *run, uint64_t now)
{
    uint64_t wait;

    if (is_moot(runs, run, now))
        return WATCH_MOOT;
    if (run->failures++ == 0)
        run->since = now;
    if (runs->give_up_ms && now - run->since >= runs->give_up_ms) {
        run->state = WATCH_GIVEN_UP;
        return WATCH_GIVES_UP;
    }
    wait = watch_runs_backoff(runs, run->failures);
    /* the last try is when the time is over, not before */
    if (runs->give_up_ms && now + wait > run->since + runs->give_up_ms)
        wait = run->since + runs->give_up_ms - now;
    make_due(run, now + wait);
    return run->failures == 1 ? WATCH_TRIES : WATCH_RETRIES;
}

size_t watch_runs_count(const struct watch_runs *runs, enum watch_state state)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < runs->n; i++)
        count += runs->items[i]->state == state;
    return count;
}
