/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver of QEMU: news of a directory. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lab-qemu/fake_world.h"
#include "../unit/vc_check.h"
#include "qemu_peers.h"

static int watch(const struct lab *lab)
{
    struct vc_error err;
    int fd = -1;

    OK(lab->drv->ops->watch(lab->drv, &fd, &err));
    return fd;
}

static bool news_come(const struct lab *lab, int fd)
{
    long long until = lab_now_ms() + (long long)LAB_MS;
    bool news = false;

    while (!news && lab_readable(fd, until)) {
        struct vc_error err;

        OK(lab->drv->ops->dispatch(lab->drv, &news, &err));
    }
    return news;
}

/* Takes what is there: until nothing comes for a moment.  Was it news? */
static bool news_taken(const struct lab *lab, int fd)
{
    struct vc_error err;
    bool any = false;
    bool news;

    while (lab_readable(fd, lab_now_ms() + 300)) {
        OK(lab->drv->ops->dispatch(lab->drv, &news, &err));
        any |= news;
    }
    return any;
}

START_TEST(nothing_is_watched_at_first)
{
    struct vc_error err;
    struct lab lab;
    bool news;

    lab_begin(&lab);
    REFUSED(lab.drv->ops->dispatch(lab.drv, &news, &err),
            VC_ERR_OPERATION_INVALID, "nothing is being watched");
    lab_end(&lab);
}
END_TEST

START_TEST(starts_and_violent_ends_are_news)
{
    VC_INSTANCE_AUTO inst = {0};
    struct peer early;
    struct peer late;
    struct lab lab;
    unsigned fds;
    int fd;

    lab_begin(&lab);
    fds = lab_count_fds();
    peer_start(&lab, "early", false, NULL, &early);
    lab_find(&lab, "early", &inst);
    fd = watch(&lab);
    fd = watch(&lab); /* the last one counts */
    (void)news_taken(&lab, fd);
    peer_start(&lab, "late", true, NULL, &late);
    ck_assert(news_come(&lab, fd));
    (void)news_taken(&lab, fd);
    peer_end(&late); /* its sockets stay */
    ck_assert(news_come(&lab, fd));
    (void)news_taken(&lab, fd);
    peer_end(&early);
    ck_assert(news_come(&lab, fd));
    vc_driver_close(lab.drv);
    lab.drv = NULL;
    ck_assert_uint_eq(lab_count_fds(), fds);
    lab.drv = vc_world_open(lab_uri(&lab, ""));
    lab_end(&lab);
}
END_TEST

START_TEST(files_of_others_are_no_news)
{
    struct lab lab;
    int fd;

    lab_begin(&lab);
    fd = watch(&lab);
    (void)news_taken(&lab, fd);
    (void)close(peer_listen(&lab, "notes"));
    ck_assert(!news_taken(&lab, fd));
    (void)close(peer_listen(&lab, "a.qmp"));
    ck_assert(news_come(&lab, fd));
    (void)news_taken(&lab, fd);
    ck_assert_int_eq(unlink(lab_file(&lab, "a.qmp")), 0);
    ck_assert(news_come(&lab, fd));
    lab_end(&lab);
}
END_TEST

/* A machine makes its socket before it listens there. */
START_TEST(one_that_listens_late_is_tried_again)
{
    VC_INSTANCE_AUTO inst = {0};
    struct peer peer;
    struct lab lab;
    char from[4200];
    int fd;

    lab_begin(&lab);
    (void)close(peer_listen(&lab, "a.qmp"));
    fd = watch(&lab);
    (void)news_taken(&lab, fd);
    peer_start(&lab, "b", false, NULL, &peer);
    (void)snprintf(from, sizeof(from), "%s", lab_file(&lab, "b.qmp"));
    ck_assert_int_eq(rename(from, lab_file(&lab, "a.qmp")), 0);
    ck_assert(news_come(&lab, fd));
    lab_find(&lab, "b", &inst);
    (void)news_taken(&lab, fd);
    peer_end(&peer);
    ck_assert(news_come(&lab, fd));
    lab_end(&lab);
}
END_TEST

START_TEST(a_directory_that_goes_is_an_error)
{
    struct vc_error err = {0};
    struct lab lab;
    long long until = lab_now_ms() + (long long)LAB_MS;
    char away[4200];
    bool news;
    int fd;
    int rc = 0;

    lab_begin(&lab);
    fd = watch(&lab);
    (void)news_taken(&lab, fd);
    (void)snprintf(away, sizeof(away), "%s.away", lab.dir);
    ck_assert_int_eq(rename(lab.dir, away), 0);
    while (rc == 0 && lab_readable(fd, until))
        rc = lab.drv->ops->dispatch(lab.drv, &news, &err);
    ck_assert_int_eq(rc, -1);
    ck_assert_int_eq(err.code, VC_ERR_NO_CONNECT);
    REFUSED(lab.drv->ops->watch(lab.drv, &fd, &err), VC_ERR_SYSTEM_ERROR,
            "can't watch directory");
    ck_assert_int_eq(rename(away, lab.dir), 0);
    lab_end(&lab);
}
END_TEST

/* ---- a watchers' monitor ---- */

/* The driver comes, at once or when it tries again. */
static int welcome(const struct lab *lab, int watch_fd, int listener)
{
    long long until = lab_now_ms() + (long long)LAB_MS;
    struct vc_error err;
    bool news;
    int fd;

    while (!lab_readable(listener, lab_now_ms() + 20)) {
        ck_assert_int_lt(lab_now_ms(), until);
        if (lab_readable(watch_fd, lab_now_ms() + 1))
            OK(lab->drv->ops->dispatch(lab->drv, &news, &err));
    }
    fd = accept(listener, NULL, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(write(fd, FAKE_GREETING, strlen(FAKE_GREETING)), 0);
    return fd;
}

/* Says a line when the driver has gone on as far as it can. */
static bool said(const struct lab *lab, int watch_fd, int fd, const char *line)
{
    ck_assert_int_eq(write(fd, line, strlen(line)), (ssize_t)strlen(line));
    return news_taken(lab, watch_fd);
}

START_TEST(a_monitor_for_watchers_tells_what_happens)
{
    struct lab lab;
    int listener;
    int fd;
    int watched;

    lab_begin(&lab);
    listener = peer_listen(&lab, "a.events");
    watched = watch(&lab);
    fd = welcome(&lab, watched, listener);
    (void)news_taken(&lab, watched);
    ck_assert(!said(&lab, watched, fd, "{\"return\": {}, \"id\": 0}\r\n"));
    ck_assert(said(&lab, watched, fd,
                   "{\"event\": \"DEVICE_DELETED\", \"data\": {}}\r\n"));
    ck_assert(said(&lab, watched, fd, "{\"event\": \"STOP\"}\r\n"));
    ck_assert(!said(&lab, watched, fd, "{\"event\": \"RTC_CHANGE\"}\r\n"));
    ck_assert(!said(&lab, watched, fd, "{\"event\": 3}\r\n"));
    (void)close(fd); /* it leaves us: news, and it is tried again */
    ck_assert(news_come(&lab, watched));
    fd = welcome(&lab, watched, listener);
    (void)news_taken(&lab, watched);
    ck_assert(!said(&lab, watched, fd, "{\"return\": {}, \"id\": 0}\r\n"));
    ck_assert(said(&lab, watched, fd, "{\"event\": \"RESET\"}\r\n"));
    (void)close(fd);
    (void)close(listener);
    lab_end(&lab);
}
END_TEST

/* As many events as can be said; how often was that news? */
static unsigned flood(const struct lab *lab, int watch_fd, int fd, unsigned n)
{
    static const char line[] =
        "{\"event\": \"ACPI_DEVICE_OST\", \"data\": {\"info\": {\"slot\": "
        "\"1\", \"source\": 3, \"status\": 1}}}\r\n";
    long long until = lab_now_ms() + 4 * (long long)LAB_MS;
    size_t left = n * (sizeof(line) - 1);
    unsigned told = 0;
    bool news;

    while (left > 0) {
        size_t at = (sizeof(line) - 1 - left % (sizeof(line) - 1)) %
                    (sizeof(line) - 1);
        ssize_t sent = send(fd, line + at, sizeof(line) - 1 - at,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        struct vc_error err;

        if (sent > 0) {
            left -= (size_t)sent;
            continue;
        }
        ck_assert_int_eq(errno, EAGAIN);
        ck_assert_int_lt(lab_now_ms(), until);
        if (!lab_readable(watch_fd, until))
            continue;
        OK(lab->drv->ops->dispatch(lab->drv, &news, &err));
        told += news;
    }
    return told;
}

START_TEST(a_guest_that_tells_without_end_is_news_now_and_then)
{
    long long begun;
    struct lab lab;
    unsigned told;
    int listener;
    int fd;
    int watched;

    lab_begin(&lab);
    listener = peer_listen(&lab, "a.events");
    watched = watch(&lab);
    fd = welcome(&lab, watched, listener);
    (void)news_taken(&lab, watched);
    ck_assert(!said(&lab, watched, fd, "{\"return\": {}, \"id\": 0}\r\n"));
    begun = lab_now_ms();
    told = flood(&lab, watched, fd, 50000);
    ck_assert_uint_ge(told, 1);
    ck_assert_int_le(told, (lab_now_ms() - begun) / 100 + 2);
    ck_assert(news_come(&lab, watched)); /* of the last ones */
    (void)news_taken(&lab, watched);
    /* it is listened to as before */
    ck_assert(!said(&lab, watched, fd, "{\"event\": \"RTC_CHANGE\"}\r\n"));
    ck_assert(said(&lab, watched, fd, "{\"event\": \"STOP\"}\r\n"));
    (void)flood(&lab, watched, fd, 1000);
    ck_assert(news_come(&lab, watched));
    (void)close(fd); /* while nothing is read of it */
    ck_assert(news_come(&lab, watched));
    fd = welcome(&lab, watched, listener);
    (void)close(fd);
    (void)close(listener);
    lab_end(&lab);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &nothing_is_watched_at_first,
        &starts_and_violent_ends_are_news,
        &files_of_others_are_no_news,
        &one_that_listens_late_is_tried_again,
        &a_directory_that_goes_is_an_error,
        &a_monitor_for_watchers_tells_what_happens,
        &a_guest_that_tells_without_end_is_news_now_and_then,
    };
    Suite *suite = suite_create("driver: news of QEMU");
    TCase *tcase = tcase_create("watch");
    size_t i;

    tcase_set_timeout(tcase, 60);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
