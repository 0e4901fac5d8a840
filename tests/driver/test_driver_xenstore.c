/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Speaking with xenstored, also one that stops, restarts or babbles. */
#include <string.h>

#include "../unit/vc_check.h"
#include "driver/xen/names.h"
#include "fake_xenstored.h"
#include "world.h"

#define SHORT_MS 100

static struct vc_xenstore store;
static struct vc_xen_names names;
static unsigned fired;

static void count(void *opaque, const char *token)
{
    ck_assert_ptr_eq(opaque, &fired);
    ck_assert_str_eq(token, "t");
    fired++;
}

static void setup(void)
{
    fake_xenstored_reset();
    fake_xenstored_start();
    fired = 0;
    vc_xenstore_init(&store, count, &fired);
}

static void teardown(void)
{
    vc_xenstore_close(&store);
    vc_xen_names_clear(&names);
    fake_xenstored_stop();
}

static void reads(const char *path, const char *want)
{
    VC_AUTO_STR char *value = NULL;
    struct vc_error err = {0};
    int rc = vc_xenstore_read(&store, 0, path, &value, &err);

    ck_assert_msg(rc >= 0, "%s: %s", path, err.text);
    ck_assert_int_eq(rc, want ? 0 : ENOENT);
    if (want)
        ck_assert_str_eq(value, want);
}

static int try_read(struct vc_error *err)
{
    VC_AUTO_STR char *value = NULL;

    return vc_xenstore_read(&store, 0, "/a", &value, err);
}

/* ---- requests ---- */

START_TEST(what_is_written_is_read)
{
    struct vc_error err;
    uint32_t tx;

    reads("/a", NULL);
    OK(vc_xenstore_write(&store, 0, "/a", "online", &err));
    reads("/a", "online");
    OK(vc_xenstore_write(&store, 0, "/a", "", &err));
    reads("/a", "");
    OK(vc_xenstore_begin(&store, &tx, &err));
    OK(vc_xenstore_remove(&store, tx, "/a", &err));
    OK(vc_xenstore_end(&store, tx, true, &err));
    reads("/a", NULL);
    ck_assert_uint_eq(fake_xenstored_connections(), 1);
}
END_TEST

START_TEST(a_conflict_is_an_answer)
{
    struct vc_error err;
    uint32_t tx;

    fake_xenstored_mood(FAKE_CONFLICTS);
    OK(vc_xenstore_begin(&store, &tx, &err));
    ck_assert_int_eq(vc_xenstore_end(&store, tx, true, &err), EAGAIN);
    OK(vc_xenstore_end(&store, tx, false, &err));
}
END_TEST

START_TEST(a_daemon_that_is_not_there_is_named)
{
    struct vc_error err;

    fake_xenstored_stop();
    REFUSED(try_read(&err), VC_ERR_OPERATION_FAILED, "xenstored is not running");
    ck_assert_int_eq(setenv("XENSTORED_PATH", "/nowhere/socket", 1), 0);
    REFUSED(try_read(&err), VC_ERR_OPERATION_FAILED, "/nowhere/socket");
    fake_xenstored_start();
    reads("/a", NULL);
}
END_TEST

START_TEST(a_daemon_that_does_not_answer_is_not_waited_for)
{
    unsigned long long since = vc_world_now_ms();
    struct vc_error err;

    store.timeout_ms = SHORT_MS;
    fake_xenstored_mood(FAKE_SILENT);
    REFUSED(try_read(&err), VC_ERR_OPERATION_FAILED, "does not answer");
    ck_assert_uint_ge(vc_world_now_ms() - since, SHORT_MS);
    ck_assert_uint_lt(vc_world_now_ms() - since, VC_WAIT_MS);
    ck_assert_int_eq(store.fd, -1);

    /* nor is it asked again at once */
    fake_xenstored_mood(FAKE_WELL);
    store.timeout_ms = VC_WAIT_MS;
    since = vc_world_now_ms();
    REFUSED(try_read(&err), VC_ERR_OPERATION_FAILED, "does not answer");
    ck_assert_uint_lt(vc_world_now_ms() - since, VC_WAIT_MS);
    do {
        ck_assert_uint_lt(vc_world_now_ms() - since, VC_WAIT_MS);
    } while (try_read(&err) != ENOENT);
}
END_TEST

START_TEST(a_daemon_whose_queue_is_full_is_not_waited_for)
{
    struct vc_xenstore idle[8];
    struct vc_error err;
    size_t i;

    reads("/a", NULL); /* it takes nobody else now */
    for (i = 0; i < VC_NELEMS(idle); i++) {
        VC_AUTO_STR char *value = NULL;

        vc_xenstore_init(&idle[i], count, &fired);
        idle[i].timeout_ms = SHORT_MS / 4;
        REFUSED(vc_xenstore_read(&idle[i], 0, "/a", &value, &err),
                VC_ERR_OPERATION_FAILED, "does not answer");
    }
    reads("/a", NULL);
}
END_TEST

START_TEST(a_daemon_that_was_restarted_is_found_again)
{
    struct vc_error err;
    uint32_t tx;

    reads("/a", NULL);
    fake_xenstored_mood(FAKE_HANGS_UP);
    reads("/a", NULL);
    fake_xenstored_stop();
    fake_xenstored_start();
    OK(vc_xenstore_write(&store, 0, "/a", "1", &err));
    ck_assert_uint_eq(fake_xenstored_connections(), 3);

    /* but what was begun there is over */
    OK(vc_xenstore_begin(&store, &tx, &err));
    fake_xenstored_mood(FAKE_HANGS_UP);
    REFUSED(vc_xenstore_write(&store, tx, "/a", "2", &err),
            VC_ERR_SYSTEM_ERROR, "xenstored");
    reads("/a", "1");
}
END_TEST

START_TEST(nonsense_ends_the_connection)
{
    struct vc_error err;

    fake_xenstored_mood(FAKE_BABBLES);
    REFUSED(try_read(&err), VC_ERR_SYSTEM_ERROR, "2147483647 bytes");
    ck_assert_int_eq(store.fd, -1);
    fake_xenstored_mood(FAKE_WELL);
    reads("/a", NULL);
}
END_TEST

START_TEST(a_request_that_is_too_long_is_not_sent)
{
    char *value = calloc(1, XENSTORE_PAYLOAD_MAX + 1);
    struct vc_error err;

    ck_assert_ptr_nonnull(value);
    memset(value, 'x', XENSTORE_PAYLOAD_MAX);
    ck_assert_int_eq(vc_xenstore_write(&store, 0, "/a", value, &err), E2BIG);
    free(value);
}
END_TEST

START_TEST(events_come_between_answers_and_alone)
{
    struct vc_error err;

    OK(vc_xenstore_watch(&store, "/a", "t", &err));
    OK(vc_xenstore_write(&store, 0, "/b", "1", &err));
    ck_assert_uint_eq(fired, 1); /* each watch fires once at first */
    OK(vc_xenstore_write(&store, 0, "/a", "1", &err));
    OK(vc_xenstore_take_events(&store, &err));
    ck_assert_uint_eq(fired, 2);
    fake_xenstored_set("/a", "2");
    OK(vc_xenstore_take_events(&store, &err));
    ck_assert_uint_eq(fired, 3);
    OK(vc_xenstore_unwatch(&store, "/a", "t", &err));
    fake_xenstored_set("/a", "3");
    OK(vc_xenstore_take_events(&store, &err));
    ck_assert_uint_eq(fired, 3);
    fake_xenstored_stop();
    REFUSED(vc_xenstore_take_events(&store, &err), VC_ERR_SYSTEM_ERROR,
            "xenstored");
    fake_xenstored_start();
}
END_TEST

/* ---- names ---- */

static void names_setup(void)
{
    fake_xenstored_reset();
    fake_xenstored_start();
    fired = 0;
    vc_xenstore_init(&store, vc_xen_names_fired, &names);
    fake_xenstored_set("/local/domain/3/name", "web");
}

static void name_is(unsigned domid, unsigned char handle, const char *want)
{
    xc_domaininfo_t info = {.domain = (domid_t)domid};
    VC_AUTO_STR char *name = NULL;
    struct vc_error err = {0};
    int rc;

    memset(info.handle, handle, sizeof(info.handle));
    rc = vc_xen_names_get(&names, &store, &info, &name, &err);
    ck_assert_msg(rc >= 0, "%s", err.text);
    ck_assert_int_eq(rc, want != NULL);
    if (want)
        ck_assert_str_eq(name, want);
}

START_TEST(a_name_that_is_asked_for_often_is_kept)
{
    unsigned before;
    int i;

    for (i = 0; i < 3; i++)
        name_is(3, 1, "web");
    before = fake_xenstored_requests();
    for (i = 0; i < 10; i++)
        name_is(3, 1, "web");
    ck_assert_uint_eq(fake_xenstored_requests(), before);
    name_is(3, 2, "web"); /* another domain of that number */
    ck_assert_uint_gt(fake_xenstored_requests(), before);
}
END_TEST

START_TEST(a_kept_name_follows_a_rename)
{
    struct vc_error err;
    int i;

    for (i = 0; i < 4; i++)
        name_is(3, 1, "web");
    for (i = 0; i < 4; i++) {
        fake_xenstored_set("/local/domain/3/name", i % 2 ? "web" : "db");
        OK(vc_xen_names_sync(&names, &store, &err));
        name_is(3, 1, i % 2 ? "web" : "db");
    }
    fake_xenstored_set("/local/domain/3/name", NULL);
    OK(vc_xen_names_sync(&names, &store, &err));
    name_is(3, 1, NULL);
}
END_TEST

START_TEST(what_was_renamed_before_is_known_after_a_sync)
{
    struct vc_error err;
    int i;

    for (i = 0; i < 4; i++)
        name_is(3, 1, "web");
    fake_xenstored_mood(FAKE_LATE);
    fake_xenstored_set("/local/domain/3/name", "db");
    OK(vc_xen_names_sync(&names, &store, &err));
    name_is(3, 1, "db");
}
END_TEST

START_TEST(names_of_another_connection_are_not_kept)
{
    struct vc_error err;
    int i;

    for (i = 0; i < 4; i++)
        name_is(3, 1, "web");
    fake_xenstored_stop();
    fake_xenstored_start();
    fake_xenstored_set("/local/domain/3/name", "other");
    OK(vc_xen_names_sync(&names, &store, &err));
    for (i = 0; i < 4; i++)
        name_is(3, 1, "other");
    fake_xenstored_stop();
    fake_xenstored_start();
    fake_xenstored_set("/local/domain/3/name", "third");
    reads("/a", NULL); /* somebody else has connected anew */
    name_is(3, 1, "third");
}
END_TEST

START_TEST(only_domain_0_has_a_name_without_a_node)
{
    name_is(0, 0, "Domain-0");
    fake_xenstored_set("/local/domain/0/name", "host");
    name_is(0, 0, "host");
    name_is(5, 1, NULL);
    fake_xenstored_set("/local/domain/5/name", "");
    name_is(5, 1, NULL);
}
END_TEST

START_TEST(domains_that_have_gone_are_forgotten)
{
    const xc_domaininfo_t left[] = {{.domain = 0}, {.domain = 4}};
    int i;

    fake_xenstored_set("/local/domain/4/name", "db");
    for (i = 0; i < 4; i++) {
        name_is(3, 1, "web");
        name_is(4, 1, "db");
    }
    ck_assert_uint_eq(names.n, 2);
    vc_xen_names_prune(&names, &store, left, 2);
    ck_assert_uint_eq(names.n, 1);
    ck_assert_uint_eq(names.items[0].domid, 4);
    fake_xenstored_set("/local/domain/3/name", "new");
    fake_xenstored_set("/local/domain/4/name", "db2");
    name_is(4, 1, "db2");
    name_is(3, 2, "new");
    vc_xen_names_prune(&names, &store, left, 0);
    ck_assert_uint_eq(names.n, 0);
}
END_TEST

static void add(TCase *tcase, const TTest *const *const *cases, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        tcase_add_test(tcase, *cases[i]);
}

static Suite *make_suite(void)
{
    static const TTest *const *const requests_cases[] = {
        &what_is_written_is_read,
        &a_conflict_is_an_answer,
        &a_daemon_that_is_not_there_is_named,
        &a_daemon_that_does_not_answer_is_not_waited_for,
        &a_daemon_whose_queue_is_full_is_not_waited_for,
        &a_daemon_that_was_restarted_is_found_again,
        &nonsense_ends_the_connection,
        &a_request_that_is_too_long_is_not_sent,
        &events_come_between_answers_and_alone,
    };
    static const TTest *const *const names_cases[] = {
        &a_name_that_is_asked_for_often_is_kept,
        &a_kept_name_follows_a_rename,
        &what_was_renamed_before_is_known_after_a_sync,
        &names_of_another_connection_are_not_kept,
        &only_domain_0_has_a_name_without_a_node,
        &domains_that_have_gone_are_forgotten,
    };
    Suite *suite = suite_create("driver: xenstore");
    TCase *requests = tcase_create("requests");
    TCase *kept = tcase_create("names");

    tcase_add_checked_fixture(requests, setup, teardown);
    add(requests, requests_cases, VC_NELEMS(requests_cases));
    suite_add_tcase(suite, requests);
    tcase_add_checked_fixture(kept, names_setup, teardown);
    add(kept, names_cases, VC_NELEMS(names_cases));
    suite_add_tcase(suite, kept);
    return suite;
}

VC_TEST_MAIN(make_suite)
