/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A run that has another uuid than its definition, or none: it is found by its
 * name, which is believed for a moment.
 */
#include "crash_fixture.h"
#include "later.h"

#include <string.h>

static void setup(void)
{
    crash_setup();
    later_ms = 0;
}

/* The guest anew, by another hand and with another uuid, so that it is found by
 * its name. */
static void run_anew(void)
{
    const unsigned char uuid[VC_UUID_LEN] = {9};
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "guest"};
    struct vc_create_spec spec = {.name = "guest", .uuid = uuid, .maximum = 6};
    VC_INSTANCE_AUTO run = {0};
    VC_CPUSET_AUTO online = {0};
    struct vc_error err = {0};
    const struct vc_driver_ops *ops = engine.driver->ops;

    ck_assert_int_eq(ops->find(engine.driver, &key, &run, &err), 1);
    ck_assert_int_eq(ops->destroy(engine.driver, &run, &err), 0);
    ck_assert_int_eq(vc_cpuset_add(&online, 0, 2, &err), 0);
    spec.online = &online;
    ck_assert_int_eq(ops->create(engine.driver, &spec, &run, &err), 0);
}

START_TEST(a_run_that_is_found_by_name_is_believed_for_a_moment)
{
    run_anew();
    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    ck_assert_uint_eq(looks("guest pin 0 6", VC_IMPACT_LIVE), 0);
    later_ms = 150;
    ck_assert_uint_gt(looks("guest pin 0 5", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(looks("guest pin 1 4", VC_IMPACT_LIVE), 0);
    expect_live("0 on 5, 1 on 4");
    run_anew();
    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    expect_live("0 on 7");
}
END_TEST

static const char another[] = "<domain type='kvm'><name>another</name>"
                              "<vcpu>1</vcpu></domain>";
static const char third[] = "<domain type='kvm'><name>third</name>"
                            "<vcpu>1</vcpu></domain>";

/* They may be why it is found, or not any more. */
START_TEST(behind_a_definition_of_its_own_it_looks_for_names)
{
    VC_DOMID_AUTO id = {0};
    struct vc_error err = {0};
    struct vc_import_item item = {.bytes = another, .len = strlen(another)};
    size_t dealt;
    int live_id;

    run_anew();
    must_change("guest pin 0 7", VC_IMPACT_LIVE);
    ck_assert_int_eq(vc_engine_define(&engine, another, strlen(another), "define",
                                      NULL, &id, &live_id, NULL, &err),
                     0);
    ck_assert_uint_gt(looks("guest pin 0 6", VC_IMPACT_LIVE), 0);
    ck_assert_int_eq(vc_engine_undefine(&engine, &id, &err), 0);
    ck_assert_uint_gt(looks("guest pin 0 5", VC_IMPACT_LIVE), 0);
    ck_assert_int_eq(vc_engine_import(&engine, &item, 1, false, &dealt, &err),
                     0);
    free(item.name);
    ck_assert_uint_gt(looks("guest pin 0 4", VC_IMPACT_LIVE), 0);

    must_change("other pin 0 1", VC_IMPACT_LIVE); /* by its uuid */
    ck_assert_int_eq(vc_engine_define(&engine, third, strlen(third), "define",
                                      NULL, &id, &live_id, NULL, &err),
                     0);
    ck_assert_uint_eq(looks("other pin 0 2", VC_IMPACT_LIVE), 0);
}
END_TEST

static int read_guest(struct vc_view *view, struct vc_error *err)
{
    return vc_engine_read(&engine, &world_guest, VC_IMPACT_LIVE,
                          VC_WANT_SNAPSHOT, view, err);
}

/* How many finds the reading took. */
static unsigned reading_finds(const char *cpus)
{
    unsigned before = calls("find");
    VC_VIEW_AUTO view = {0};
    struct vc_error err = {0};
    VC_CPUSET_AUTO set = {0};

    ck_assert_msg(read_guest(&view, &err) == 0, "%s", err.text);
    ck_assert_int_eq(vc_cpuset_parse(cpus, strlen(cpus), &set, &err), 0);
    ck_assert_msg(vc_cpuset_equal(&view.live.vcpus[0].affinity, &set), "%s",
                  VC_CPUSET_SHOW(&view.live.vcpus[0].affinity));
    return calls("find") - before;
}

START_TEST(a_reading_finds_by_name_once_in_a_moment)
{
    VC_VIEW_AUTO view = {0};
    VC_INSTANCE_AUTO run = {0};
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "guest"};
    struct vc_error err = {0};

    run_anew();
    ck_assert_uint_gt(reading_finds("0-7"), 0);
    ck_assert_uint_eq(reading_finds("0-7"), 0);
    /* what was only read is no reason not to lock */
    ck_assert_uint_gt(looks("guest pin 0 7", VC_IMPACT_LIVE), 0);
    ck_assert_uint_eq(reading_finds("7"), 0);
    later_ms = 150;
    ck_assert_uint_gt(reading_finds("7"), 0);
    run_anew(); /* another one, at once */
    ck_assert_uint_gt(reading_finds("0-7"), 0);
    ck_assert_int_eq(engine.driver->ops->find(engine.driver, &key, &run, &err),
                     1);
    ck_assert_int_eq(engine.driver->ops->destroy(engine.driver, &run, &err), 0);
    ck_assert_int_eq(read_guest(&view, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_OPERATION_INVALID);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: named");
    TCase *tcase = tcase_create("named");

    tcase_add_checked_fixture(tcase, setup, crash_teardown);
    tcase_add_test(tcase, a_run_that_is_found_by_name_is_believed_for_a_moment);
    tcase_add_test(tcase, behind_a_definition_of_its_own_it_looks_for_names);
    tcase_add_test(tcase, a_reading_finds_by_name_once_in_a_moment);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
