/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From URI to driver: the table, parameters, the default. */
#include <string.h>

#include "../unit/vc_check.h"
#include "driver/test/test.h"
#include "driver/wrap/trace.h"
#include "world.h"

START_TEST(every_driver_of_the_table_is_complete)
{
    size_t i;

    ck_assert_ptr_nonnull(vc_driver_table[0]);
    for (i = 0; vc_driver_table[i]; i++)
        ck_assert(vc_driver_ops_complete(vc_driver_table[i]));
}
END_TEST

START_TEST(a_missing_verb_is_noticed)
{
    const size_t pointers = sizeof(struct vc_driver_ops) / sizeof(void *);
    struct vc_driver_ops ops;
    size_t i;

    for (i = 0; i < pointers; i++) {
        ops = *vc_driver_table[0];
        ck_assert(vc_driver_ops_complete(&ops));
        memset((char *)&ops + i * sizeof(void *), 0, sizeof(void *));
        ck_assert_msg(!vc_driver_ops_complete(&ops), "member %zu", i);
    }
}
END_TEST

START_TEST(uri_of_no_driver_names_those_of_the_build)
{
    vc_world_refuse_open("vbox:///session", VC_ERR_NO_CONNECT,
                         "no driver for URI 'vbox:///session' in this build "
                         "(built with: ");
    vc_world_refuse_open("vbox:///session?cpus=4", VC_ERR_NO_CONNECT, "test)");
    vc_world_refuse_open("tes:///default", VC_ERR_NO_CONNECT, "no driver");
}
END_TEST

START_TEST(unknown_parameter_is_refused_by_name)
{
    vc_world_refuse_open("test:///default?cups=4", VC_ERR_INVALID_ARG,
                         "unknown parameter 'cups'");
    vc_world_refuse_open("test:///default?cpus=4&Cpus=4", VC_ERR_INVALID_ARG,
                         "unknown parameter 'Cpus'");
    vc_world_refuse_open("test:///default?x=", VC_ERR_INVALID_ARG,
                         "cpus, offline, nodes, agent, pinoffline, fault, "
                         "store, timeout");
}
END_TEST

START_TEST(parameters_of_the_engine_are_let_through)
{
    vc_driver_close(vc_world_open("test:///default?store=/x/y&timeout=3"));
}
END_TEST

START_TEST(test_driver_is_never_the_default)
{
    struct vc_error err = {0};

    ck_assert_int_eq(unsetenv("VCPUCONF_URI"), 0);
    {
        VC_AUTO_STR char *uri = vc_driver_default_uri(&err);

        /* A hypervisor may be here; the test driver's URI it can't be. */
        if (!uri) {
            ck_assert_int_eq(err.code, VC_ERR_NO_CONNECT);
            ck_assert_str_eq(err.text,
                             "no hypervisor found here; name a URI or set "
                             "VCPUCONF_URI, e.g. to test:///default");
        } else {
            ck_assert_int_ne(strncmp(uri, "test:", 5), 0);
        }
    }
}
END_TEST

START_TEST(environment_gives_the_default)
{
    struct vc_error err = {0};

    ck_assert_int_eq(setenv("VCPUCONF_URI", "test:///some/where?cpus=2", 1), 0);
    {
        VC_AUTO_STR char *uri = vc_driver_default_uri(&err);

        ck_assert_ptr_nonnull(uri);
        ck_assert_str_eq(uri, "test:///some/where?cpus=2");
    }
    ck_assert_int_eq(unsetenv("VCPUCONF_URI"), 0);
}
END_TEST

START_TEST(closing_nothing_is_fine)
{
    vc_driver_close(NULL);
}
END_TEST

START_TEST(without_debugging_there_is_no_trace_wrapper)
{
    struct vc_driver *drv = vc_world_open("test:///default");

    ck_assert_ptr_null(vc_trace_next(drv));
    ck_assert_ptr_eq(drv->ops, &vc_test_driver_ops);
    vc_driver_close(drv);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &every_driver_of_the_table_is_complete,
        &a_missing_verb_is_noticed,
        &uri_of_no_driver_names_those_of_the_build,
        &unknown_parameter_is_refused_by_name,
        &parameters_of_the_engine_are_let_through,
        &test_driver_is_never_the_default,
        &environment_gives_the_default,
        &closing_nothing_is_fine,
        &without_debugging_there_is_no_trace_wrapper,
    };
    Suite *suite = suite_create("driver open");
    TCase *tcase = tcase_create("open");
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
