/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public calls that need no memory do their work when there is none, and
 * what is made once in a process is made later when it could not be at first.
 */
#include <string.h>

#include "memfail.h"
#include "memory_calls.h"

static int told;

static void tell(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
    told++;
}

static void world_begin(void)
{
    memory_world_begin(&(struct memory_host){"default", ""});
}

START_TEST(objects)
{
    unsigned char uuid[VIR_UUID_BUFLEN];
    char text[VIR_UUID_STRING_BUFLEN];

    world_begin();
    memfail_arm(1, true);
    BE_SURE(strcmp(virConnectGetType(conn), "TEST") == 0);
    BE_SURE(virConnectRef(conn) == 0);
    BE_SURE(virConnectClose(conn) > 0);
    BE_SURE(virDomainGetConnect(dom_run) == conn);
    BE_SURE(strcmp(virDomainGetName(dom_run), "run") == 0);
    BE_SURE(virDomainGetUUID(dom_run, uuid) == 0);
    BE_SURE(virDomainGetUUIDString(dom_run, text) == 0);
    BE_SURE(virDomainRef(dom_run) == 0);
    BE_SURE(virDomainFree(dom_run) == 0);
    ck_assert(!memfail_disarm());
    memory_world_end();
}
END_TEST

START_TEST(this_library)
{
    unsigned long version = 0;

    memfail_arm(1, true);
    BE_SURE(virInitialize() == 0);
    BE_SURE(virGetVersion(&version, NULL, NULL) == 0);
    BE_SURE(version == VCPUCONF_VERSION_NUMBER);
    ck_assert(!memfail_disarm());
}
END_TEST

START_TEST(errors)
{
    virError empty = {.code = 0};

    world_begin();
    memfail_arm(1, true);
    virSetErrorFunc(NULL, tell);
    BE_SURE(virConnectRef(NULL) < 0);
    BE_SURE(told == 1);
    BE_SURE(virGetLastErrorCode() == VIR_ERR_INVALID_CONN);
    BE_SURE(virGetLastErrorDomain() == VIR_FROM_DOM);
    BE_SURE(strstr(virGetLastErrorMessage(), "virConnectRef"));
    BE_SURE(virGetLastError()->code == VIR_ERR_INVALID_CONN);
    virConnSetErrorFunc(conn, NULL, tell);
    virSetErrorFunc(NULL, NULL);
    BE_SURE(virDomainLookupByID(conn, -1) == NULL);
    BE_SURE(told == 2);
    virFreeError(virGetLastError()); /* the thread's own stays */
    BE_SURE(virGetLastErrorCode() == VIR_ERR_INVALID_ARG);
    virResetLastError();
    BE_SURE(virGetLastErrorCode() == VIR_ERR_OK);
    virResetError(&empty);
    ck_assert(!memfail_disarm());
    memory_world_end();
}
END_TEST

START_TEST(nothing_is_released)
{
    memfail_arm(1, true);
    vcpuconfRevisionsFree(NULL, 1);
    vcpuconfRunsFree(NULL, 1);
    vcpuconfDiffFree(NULL, 1);
    vcpuconfDeletedFree(NULL, 1);
    vcpuconfImportItemsClear(NULL, 1);
    vcpuconfStoreInfoClear(NULL);
    vcpuconfBatchFree(NULL);
    virFreeError(NULL);
    ck_assert(!memfail_disarm());
}
END_TEST

START_TEST(features_are_told_when_there_is_memory_again)
{
    const char *features = NULL;
    unsigned long n = 0;
    bool failed = true;

    while (failed) {
        memfail_arm(++n, false);
        features = vcpuconfGetFeatures();
        failed = memfail_disarm();
        if (failed && !features)
            ck_assert_int_eq(virGetLastErrorCode(), VIR_ERR_NO_MEMORY);
    }
    ck_assert_uint_gt(n, 1);
    ck_assert_ptr_nonnull(features);
    ck_assert_ptr_nonnull(strstr(features, "drivers "));
    ck_assert_ptr_nonnull(strstr(features, " test\n"));
    ck_assert_ptr_eq(features, vcpuconfGetFeatures());
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: no memory");
    TCase *tc = tcase_create("none");

    tcase_add_test(tc, objects);
    tcase_add_test(tc, this_library);
    tcase_add_test(tc, errors);
    tcase_add_test(tc, nothing_is_released);
    tcase_add_test(tc, features_are_told_when_there_is_memory_again);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
