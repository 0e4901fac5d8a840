/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* News of the simulated host: what is news, and when there can be none. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "scratch.h"
#include "world.h"

static struct vc_driver *watching;
static struct vc_driver *other;

static void open_both(const char *uri)
{
    watching = vc_world_open(uri);
    other = vc_world_open(uri);
}

static void close_both(void)
{
    vc_driver_close(other);
    vc_driver_close(watching);
}

static bool is_news(void)
{
    struct vc_error err;
    bool news = false;

    OK(watching->ops->dispatch(watching, &news, &err));
    return news;
}

static void start_one(const char *name, int seed)
{
    VC_INSTANCE_AUTO inst = {0};

    vc_world_create(other, name, seed, 2, "0-1", &inst);
}

/* What another one starts is news once, however often he did. */
static void starts_are_news(void)
{
    struct vc_error err;
    int fd = -1;

    OK(watching->ops->watch(watching, &fd, &err));
    ck_assert_int_ge(fd, 0);
    ck_assert(!is_news());
    start_one("a", 1);
    start_one("b", 2);
    ck_assert(is_news());
    ck_assert(!is_news());
}

START_TEST(starts_on_a_host_in_memory)
{
    open_both("test:///default");
    starts_are_news();
    close_both();
}
END_TEST

START_TEST(starts_on_a_host_in_a_file)
{
    vc_scratch_begin();
    open_both(vc_scratch_uri(""));
    starts_are_news();
    close_both();
    vc_scratch_end();
}
END_TEST

START_TEST(other_files_are_no_news)
{
    struct vc_error err;
    int fd = -1;

    vc_scratch_begin();
    open_both(vc_scratch_uri(""));
    start_one("a", 1);
    OK(watching->ops->watch(watching, &fd, &err));
    (void)close(open(vc_scratch_path(".notes"), O_CREAT | O_WRONLY, 0600));
    ck_assert_int_eq(unlink(vc_scratch_path(".notes")), 0);
    ck_assert(!is_news());
    ck_assert_int_eq(unlink(vc_scratch_path("")), 0);
    ck_assert(is_news());
    close_both();
    vc_scratch_end();
}
END_TEST

START_TEST(a_directory_that_goes_is_an_error)
{
    struct vc_error err;
    char dir[4200];
    char away[4300];
    bool news = false;
    int fd = -1;

    vc_scratch_begin();
    open_both(vc_scratch_uri(""));
    start_one("a", 1);
    OK(watching->ops->watch(watching, &fd, &err));
    (void)snprintf(dir, sizeof(dir), "%s", vc_scratch_path(""));
    *strrchr(dir, '/') = '\0';
    (void)snprintf(away, sizeof(away), "%s.away", dir);
    ck_assert_int_eq(rename(dir, away), 0);
    REFUSED(watching->ops->dispatch(watching, &news, &err), VC_ERR_SYSTEM_ERROR,
            "the directory of test host file");
    REFUSED(other->ops->watch(other, &fd, &err), VC_ERR_SYSTEM_ERROR,
            "can't watch directory");
    ck_assert_int_eq(rename(away, dir), 0);
    close_both();
    vc_scratch_end();
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("driver: news of the simulated host");
    TCase *tcase = tcase_create("watch");

    tcase_add_test(tcase, starts_on_a_host_in_memory);
    tcase_add_test(tcase, starts_on_a_host_in_a_file);
    tcase_add_test(tcase, other_files_are_no_news);
    tcase_add_test(tcase, a_directory_that_goes_is_an_error);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
