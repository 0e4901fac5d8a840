/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <unistd.h>

#include "watch.h"
#include "watch_log.h"

#define FIRST_WAIT_MS 200u
#define MOST_WAIT_MS 30000u
#define GIVE_UP_S 600u
#define PATIENCE_MS 10000u

uint64_t watch_now(struct watch *watch)
{
    return uv_now(&watch->loop);
}

void watch_say_status(struct watch *watch)
{
    size_t later = watch_runs_count(&watch->runs, WATCH_DUE);
    size_t lost = watch_runs_count(&watch->runs, WATCH_GIVEN_UP);
    char status[sizeof(watch->status)];

    (void)snprintf(status, sizeof(status),
                   "%zu domains, %u at work, %zu to be tried again, %zu given "
                   "up",
                   watch->runs.n, watch->working, later, lost);
    if (strcmp(status, watch->status) == 0)
        return;
    memcpy(watch->status, status, sizeof(status));
    watch_notify("STATUS=%s", status);
}

/* ---- Signals ---- */

/* All that is done is safe to be cut off; who comes next finishes it. */
static void lose_patience(uv_timer_t *timer)
{
    struct watch *watch = timer->data;

    watch_log(WATCH_WARNING, "%u domains are still at work: left to the next "
                             "one who watches",
              watch->working);
    (void)fflush(NULL);
    _exit(watch->result);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void watch_stop(struct watch *watch, int result)
{
    if (watch->is_stopping) {
        lose_patience(&watch->patience);
        return;
    }
    watch->is_stopping = true;
    watch->result = result;
    if (result == CLI_DONE)
        watch_log(WATCH_INFO, "ending");
    watch_notify("STOPPING=1");
    close_handle((uv_handle_t *)&watch->hangup);
    if (watch->has_watch)
        close_handle((uv_handle_t *)&watch->news);
    close_handle((uv_handle_t *)&watch->due);
    close_handle((uv_handle_t *)&watch->again);
    /* What is left keeps nothing alive but is there while jobs are. */
    uv_unref((uv_handle_t *)&watch->interrupt);
    uv_unref((uv_handle_t *)&watch->terminate);
    uv_unref((uv_handle_t *)&watch->watchdog);
    uv_unref((uv_handle_t *)&watch->patience);
    (void)uv_timer_start(&watch->patience, lose_patience, PATIENCE_MS, 0);
}

static void end_asked(uv_signal_t *handle, int number)
{
    (void)number;
    watch_stop(handle->data, CLI_DONE);
}

static void reload_asked(uv_signal_t *handle, int number)
{
    struct watch *watch = handle->data;

    (void)number;
    if (isatty(STDERR_FILENO)) { /* whoever reads this has gone */
        watch_stop(watch, CLI_DONE);
        return;
    }
    watch_log(WATCH_INFO, "looking at everything again");
    watch_notify_reloading();
    watch->is_reloading = true;
    watch_runs_renew(&watch->runs);
    watch_look(watch);
}

static void feed_watchdog(uv_timer_t *timer)
{
    (void)timer;
    watch_notify("WATCHDOG=1");
}

/* ---- Beginning and end ---- */

static int init_signal(struct watch *watch, uv_signal_t *handle, int number,
                       uv_signal_cb call)
{
    int rc = uv_signal_init(&watch->loop, handle);

    handle->data = watch;
    return rc < 0 ? rc : uv_signal_start(handle, call, number);
}

static int init_timer(struct watch *watch, uv_timer_t *timer)
{
    timer->data = watch;
    return uv_timer_init(&watch->loop, timer);
}

static int init_handles(struct watch *watch)
{
    uint64_t interval = watch_notify_interval();
    int rc;

    if ((rc = init_timer(watch, &watch->due)) < 0 ||
        (rc = init_timer(watch, &watch->again)) < 0 ||
        (rc = init_timer(watch, &watch->watchdog)) < 0 ||
        (rc = init_timer(watch, &watch->patience)) < 0 ||
        (rc = init_signal(watch, &watch->hangup, SIGHUP, reload_asked)) < 0 ||
        (rc = init_signal(watch, &watch->interrupt, SIGINT, end_asked)) < 0 ||
        (rc = init_signal(watch, &watch->terminate, SIGTERM, end_asked)) < 0)
        return rc;
    return interval ? uv_timer_start(&watch->watchdog, feed_watchdog, interval,
                                     interval)
                    : 0;
}

static void close_walked(uv_handle_t *handle, void *opaque)
{
    (void)opaque;
    close_handle(handle);
}

/* libuv reads it when the first job comes. */
static unsigned threads(void)
{
    char text[16];
    const char *set;
    long n;

    (void)snprintf(text, sizeof(text), "%u", WATCH_THREADS);
    (void)setenv("UV_THREADPOOL_SIZE", text, 0);
    set = getenv("UV_THREADPOOL_SIZE");
    n = set ? strtol(set, NULL, 10) : 0;
    return n < 1 ? 1 : n > 1024 ? 1024 : (unsigned)n;
}

int cmd_watch_check(const struct cli *cli)
{
    if (cli->read_only)
        return cli_usage(cli, "watch changes running domains: not with "
                              "--readonly");
    return CLI_DONE;
}

int cmd_watch(struct cli *cli)
{
    unsigned n = threads();
    struct watch watch = {
        .cli = cli,
        .working_most = n > 2 ? n - 2 : 1,
        .runs = {.first_ms = FIRST_WAIT_MS,
                 .most_ms = MOST_WAIT_MS,
                 .give_up_ms = GIVE_UP_S * 1000u,
                 .dice = uv_hrtime()},
    };
    int rc;

    if (cli_has(cli, "give-up"))
        watch.runs.give_up_ms = (uint64_t)cli_number(cli, "give-up") * 1000;
    watch_log_init(cli);
    rc = uv_loop_init(&watch.loop);
    if (rc < 0)
        return cli_fail("no event loop: %s", uv_strerror(rc));
    rc = init_handles(&watch);
    if (rc == 0) {
        watch_look(&watch);
        (void)uv_run(&watch.loop, UV_RUN_DEFAULT);
    } else {
        watch.result = cli_fail("no event loop: %s", uv_strerror(rc));
    }
    uv_walk(&watch.loop, close_walked, NULL);
    (void)uv_run(&watch.loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&watch.loop);
    uv_library_shutdown();
    watch_runs_clear(&watch.runs);
    return watch.result;
}
