/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Listing what runs.  The watch is begun before the list is taken, so that
 * nothing happens unseen between the two.
 */
#include <string.h>

#include "watch.h"
#include "watch_log.h"

static void handle_release(void *handle)
{
    (void)virDomainFree(handle);
}

/* ---- The job ---- */

static void list(uv_work_t *work)
{
    struct watch_listing *listing = work->data;
    virConnectPtr conn = listing->watch->cli->conn;

    listing->nruns = -1;
    if (listing->is_new_watch &&
        vcpuconfConnectWatch(conn, &listing->fd, 0) < 0) {
        listing->watch_failed = true;
        listing->why = cli_strdup(virGetLastErrorMessage());
        return;
    }
    listing->nruns = vcpuconfConnectListRuns(conn, &listing->runs, 0);
    if (listing->nruns < 0)
        listing->why = cli_strdup(virGetLastErrorMessage());
}

/* ---- News ---- */

static void again(uv_timer_t *timer)
{
    watch_look(timer->data);
}

static void look_later(struct watch *watch, unsigned failures)
{
    (void)uv_timer_start(&watch->again, again,
                         watch_runs_backoff(&watch->runs, failures), 0);
}

static void news_closed(uv_handle_t *handle)
{
    struct watch *watch = handle->data;

    watch->has_watch = false;
    if (!watch->is_stopping)
        look_later(watch, watch->losses);
}

static void news_come(uv_poll_t *handle, int status, int events)
{
    struct watch *watch = handle->data;
    int news;

    (void)events;
    news = status < 0 ? -1 : vcpuconfConnectWatchRead(watch->cli->conn, 0);
    if (news > 0)
        watch_look(watch);
    if (news >= 0) {
        watch->losses = 0;
        return;
    }
    if (watch->losses++ == 0)
        watch_log(WATCH_WARNING, "the watch is over: %s; beginning another one",
                  status < 0 ? uv_strerror(status) : virGetLastErrorMessage());
    uv_close((uv_handle_t *)handle, news_closed);
}

static int news_begin(struct watch *watch)
{
    int rc = uv_poll_init(&watch->loop, &watch->news, watch->listing.fd);

    if (rc < 0)
        return rc;
    watch->news.data = watch;
    watch->has_watch = true;
    return uv_poll_start(&watch->news, UV_READABLE, news_come);
}

/* ---- The end of the job ---- */

/* At the start whoever calls is told; later on it goes on for ever. */
static void listing_failed(struct watch *watch)
{
    struct watch_listing *listing = &watch->listing;

    if (!watch->was_ready) {
        (void)cli_fail("%s", listing->why);
        watch_stop(watch, CLI_FAILED);
        return;
    }
    if (watch->listing_failures++ == 0)
        watch_log(WATCH_WARNING, "%s; trying again", listing->why);
    look_later(watch, watch->listing_failures);
}

static void see(struct watch *watch, vcpuconfRun *run, uint64_t now)
{
    unsigned char uuid[VIR_UUID_BUFLEN];
    struct watch_seen seen = {
        .uuid = uuid,
        .start = run->start,
        .handle = run->domain,
        .is_new = run->state == VCPUCONF_RUN_NEW ||
                  run->state == VCPUCONF_RUN_UNCLEAR,
        .is_kept = run->state == VCPUCONF_RUN_KEPT,
    };

    if (virDomainGetUUID(run->domain, uuid) < 0 ||
        virDomainRef(run->domain) < 0)
        return;
    watch_runs_see(&watch->runs, &seen, now);
}

static void see_all(struct watch *watch)
{
    struct watch_listing *listing = &watch->listing;
    uint64_t now = watch_now(watch);
    int i;

    watch_runs_begin(&watch->runs);
    for (i = 0; i < listing->nruns; i++)
        see(watch, &listing->runs[i], now);
    watch_runs_end(&watch->runs);
}

static void say_ready(struct watch *watch)
{
    CLI_AUTO(char *) uri = NULL;

    if (watch->was_ready && !watch->is_reloading)
        return;
    if (!watch->was_ready) {
        uri = virConnectGetURI(watch->cli->conn);
        watch_log(WATCH_INFO, "watching %s: %d domains that are defined run",
                  uri ? uri : "", watch->listing.nruns);
    }
    watch->was_ready = true;
    watch->is_reloading = false;
    watch_notify("READY=1");
}

static void take(struct watch *watch)
{
    struct watch_listing *listing = &watch->listing;
    int rc;

    if (listing->is_new_watch && !listing->watch_failed) {
        rc = news_begin(watch);
        if (rc < 0) {
            free(listing->why);
            listing->why = cli_strdup(uv_strerror(rc));
            listing_failed(watch);
            return;
        }
    }
    if (listing->nruns < 0) {
        listing_failed(watch);
        return;
    }
    if (watch->listing_failures > 0)
        watch_log(WATCH_INFO, "watching again");
    watch->listing_failures = 0;
    see_all(watch);
    say_ready(watch);
    watch_work(watch);
}

static void list_ended(uv_work_t *work, int status)
{
    struct watch_listing *listing = work->data;
    struct watch *watch = listing->watch;

    if (status == 0 && !watch->is_stopping)
        take(watch);
    vcpuconfRunsFree(listing->runs, listing->nruns);
    listing->runs = NULL;
    free(listing->why);
    listing->why = NULL;
    listing->is_under_way = false;
    if (listing->is_wanted)
        watch_look(watch);
}

void watch_look(struct watch *watch)
{
    struct watch_listing *listing = &watch->listing;

    if (watch->is_stopping)
        return;
    listing->is_wanted = listing->is_under_way;
    if (listing->is_under_way)
        return;
    (void)uv_timer_stop(&watch->again);
    watch->runs.release = handle_release;
    listing->work.data = listing;
    listing->watch = watch;
    listing->is_new_watch = !watch->has_watch;
    listing->watch_failed = false;
    listing->is_under_way =
        uv_queue_work(&watch->loop, &listing->work, list, list_ended) == 0;
}
