/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors, handlers, domain 0 and pointers that are none, read-only doors. */
#include "apitest.h"

#include <pthread.h>
#include <unistd.h>

START_TEST(the_error_has_every_field)
{
    virErrorPtr err;

    ck_assert_ptr_null(virDomainLookupByName(conn, "none"));
    err = virGetLastError();
    ck_assert_int_eq(err->code, VIR_ERR_NO_DOMAIN);
    ck_assert_int_ne(err->domain, VIR_FROM_NONE);
    ck_assert_int_eq(err->level, VIR_ERR_ERROR);
    ck_assert_str_eq(err->str1, "virDomainLookupByName");
    ck_assert_str_eq(err->message, api_text("Domain not found: %s", err->str2));
    ck_assert_ptr_nonnull(strstr(err->str2, "none"));
    ck_assert_ptr_null(err->str3);
    ck_assert_int_eq(err->int1, -1);
    ck_assert_int_eq(err->int2, -1);
    ck_assert_ptr_null(err->conn);
    ck_assert_ptr_null(err->dom);
    ck_assert_ptr_null(err->net);
    ck_assert_str_eq(virGetLastErrorMessage(), err->message);
    ck_assert_int_eq(virGetLastErrorCode(), err->code);
    ck_assert_int_eq(virGetLastErrorDomain(), err->domain);
    (void)virDomainDefineXML(conn, "<domain>\n<x></domain>");
    ck_assert_int_eq(virGetLastErrorDomain(), VIR_FROM_XML);
    ck_assert_int_eq(virGetLastError()->int1, 2);
}
END_TEST

START_TEST(each_call_forgets_the_error_before)
{
    unsigned long version = 0;

    ck_assert_ptr_null(virDomainLookupByName(conn, "none"));
    ck_assert_ptr_nonnull(virGetLastError());
    ck_assert_int_ge(virConnectListAllDomains(conn, NULL, 0), 1);
    ck_assert_ptr_null(virGetLastError());
    ck_assert_str_eq(virGetLastErrorMessage(), "no error");
    ck_assert_int_eq(virGetLastErrorCode(), VIR_ERR_OK);
    ck_assert_int_eq(virGetLastErrorDomain(), VIR_FROM_NONE);
    ck_assert_ptr_null(virDomainLookupByName(conn, "none"));
    OK(virGetVersion(&version, NULL, NULL));
    ck_assert_uint_eq(version, VCPUCONF_VERSION_NUMBER);
    ck_assert_ptr_null(virGetLastError());
    ck_assert_ptr_null(virDomainLookupByName(conn, "none"));
    virResetLastError();
    ck_assert_ptr_null(virGetLastError());
    REFUSED(virGetVersion(NULL, NULL, NULL), VIR_ERR_INVALID_ARG, NULL);
    OK(virInitialize());
}
END_TEST

START_TEST(errors_can_be_kept)
{
    virError copy;
    virErrorPtr saved;

    ck_assert_ptr_null(virDomainLookupByName(conn, "none"));
    saved = virSaveLastError();
    ck_assert_int_eq(virCopyLastError(&copy), VIR_ERR_NO_DOMAIN);
    virResetLastError();
    ck_assert_str_eq(saved->message, copy.message);
    ck_assert_str_eq(saved->str1, "virDomainLookupByName");
    ck_assert_int_eq(saved->code, VIR_ERR_NO_DOMAIN);
    ck_assert_int_eq(saved->int1, -1);
    virFreeError(saved);
    virResetError(&copy);
    ck_assert_int_eq(copy.code, 0);
    ck_assert_ptr_null(copy.message);
    virResetError(&copy);
    virResetError(NULL);
    virFreeError(NULL);
    ck_assert_int_eq(virCopyLastError(&copy), 0);
    ck_assert_int_eq(copy.code, 0);
    ck_assert_ptr_null(copy.message);
    ck_assert_int_eq(virCopyLastError(NULL), -1);
    saved = virSaveLastError();
    ck_assert_ptr_nonnull(saved);
    ck_assert_int_eq(saved->code, 0);
    virFreeError(saved);
}
END_TEST

static void *other_thread(void *opaque)
{
    virErrorPtr *seen = opaque;

    *seen = virGetLastError();
    (void)virDomainLookupByName(conn, "other");
    return strstr(virGetLastErrorMessage(), "other") ? NULL : opaque;
}

START_TEST(each_thread_has_its_own_error)
{
    virErrorPtr seen = NULL;
    void *failed = NULL;
    pthread_t thread;

    (void)virDomainLookupByName(conn, "mine");
    ck_assert_int_eq(pthread_create(&thread, NULL, other_thread, &seen), 0);
    ck_assert_int_eq(pthread_join(thread, &failed), 0);
    ck_assert_ptr_null(failed);
    ck_assert_ptr_null(seen);
    ck_assert_ptr_nonnull(strstr(virGetLastErrorMessage(), "mine"));
}
END_TEST

struct heard {
    int n;
    int code;
    char func[64];
};

static void hear(void *opaque, virErrorPtr err)
{
    struct heard *heard = opaque;

    heard->n++;
    heard->code = err->code;
    strncpy(heard->func, err->str1, sizeof(heard->func) - 1);
}

START_TEST(handlers_of_the_process_and_of_a_connection)
{
    struct heard all = {0};
    struct heard one = {0};

    virSetErrorFunc(&all, hear);
    (void)virDomainLookupByName(conn, "none");
    ck_assert_int_eq(all.n, 1);
    ck_assert_int_eq(all.code, VIR_ERR_NO_DOMAIN);
    ck_assert_str_eq(all.func, "virDomainLookupByName");
    virConnSetErrorFunc(conn, &one, hear);
    (void)virDomainLookupByName(conn, NULL);
    ck_assert_int_eq(one.n, 1);
    ck_assert_int_eq(one.code, VIR_ERR_INVALID_ARG);
    ck_assert_int_eq(all.n, 1);
    (void)virDomainLookupByName(eye, "none");
    ck_assert_int_eq(all.n, 2);
    (void)virDomainLookupByName(NULL, "none");
    ck_assert_int_eq(all.n, 3);
    ck_assert_int_eq(all.code, VIR_ERR_INVALID_CONN);
    (void)virConnectOpen("nonsense:///");
    ck_assert_int_eq(all.n, 4);
    (void)virConnectListAllDomains(conn, NULL, 0);
    ck_assert_int_eq(one.n, 1);
    virConnSetErrorFunc(conn, NULL, NULL);
    (void)virDomainLookupByName(conn, "none");
    ck_assert_int_eq(all.n, 5);
    virSetErrorFunc(NULL, NULL);
    (void)virDomainLookupByName(conn, "none");
    ck_assert_int_eq(all.n, 5);
}
END_TEST

START_TEST(pointers_that_are_none)
{
    char text[VIR_UUID_STRING_BUFLEN];
    unsigned char uuid[VIR_UUID_BUFLEN];
    virNodeInfo info;
    int state;

    unsetenv("VCPUCONF_URI");
    REFUSED_PTR(virDomainLookupByName(NULL, "d"), VIR_ERR_INVALID_CONN, NULL);
    REFUSED_PTR(virDomainLookupByID(NULL, 0), VIR_ERR_INVALID_CONN, NULL);
    REFUSED_PTR(virDomainDefineXML(NULL, "<domain/>"), VIR_ERR_INVALID_CONN,
                NULL);
    REFUSED(virConnectListAllDomains(NULL, NULL, 0), VIR_ERR_INVALID_CONN,
            NULL);
    REFUSED(virConnectClose(NULL), VIR_ERR_INVALID_CONN, NULL);
    REFUSED(virConnectRef(NULL), VIR_ERR_INVALID_CONN, NULL);
    REFUSED_PTR(virConnectGetURI(NULL), VIR_ERR_INVALID_CONN, NULL);
    REFUSED_PTR(virConnectGetType(NULL), VIR_ERR_INVALID_CONN, NULL);
    REFUSED(virConnectGetMaxVcpus(NULL, NULL), VIR_ERR_INVALID_CONN, NULL);
    REFUSED(virNodeGetInfo(NULL, &info), VIR_ERR_INVALID_CONN, NULL);
    REFUSED(virNodeGetInfo(conn, NULL), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(virNodeGetCPUMap(NULL, NULL, NULL, 0), VIR_ERR_INVALID_CONN, NULL);
    REFUSED(virNodeGetCPUMap(conn, NULL, NULL, 1), VIR_ERR_INVALID_ARG,
            "unsupported flags (0x1)");
    REFUSED_PTR(vcpuconfBatchNew(NULL), VIR_ERR_INVALID_CONN, NULL);
    REFUSED(virDomainFree(NULL), VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED(virDomainRef(NULL), VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED(virDomainUndefine(NULL), VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED(virDomainCreate(NULL), VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED(virDomainDestroy(NULL), VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED_PTR(virDomainGetName(NULL), VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED_PTR(virDomainGetConnect(NULL), VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED(virDomainGetUUID(NULL, uuid), VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED(virDomainGetUUIDString(NULL, text), VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED(virDomainIsActive(NULL), VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED(virDomainIsPersistent(NULL), VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED(virDomainGetState(NULL, &state, NULL, 0), VIR_ERR_INVALID_DOMAIN,
            NULL);
    ck_assert_uint_eq(virDomainGetID(NULL), (unsigned)-1);
    api_check_error("virDomainGetID", VIR_ERR_INVALID_DOMAIN, NULL);
    vcpuconfBatchFree(NULL);
}
END_TEST

START_TEST(objects_of_the_wrong_kind)
{
    virDomainPtr dom = api_define("d", "");

    REFUSED(virDomainSetVcpus((virDomainPtr)(void *)conn, 1),
            VIR_ERR_INVALID_DOMAIN, NULL);
    REFUSED(virConnectRef((virConnectPtr)(void *)dom), VIR_ERR_INVALID_CONN,
            NULL);
}
END_TEST

START_TEST(no_domain_is_domain_0_of_the_default_hypervisor)
{
    virVcpuInfo info[16];
    unsigned char map[1] = {0x04};
    unsigned char maps[16];
    const char *vcpus = NULL;
    int n;

    ck_assert_int_eq(setenv("VCPUCONF_URI", api_uri(NULL, ""), 1), 0);
    n = virDomainGetMaxVcpus(NULL);
    ck_assert_int_ge(n, 2);
    ck_assert_int_eq(virDomainGetVcpus(NULL, info, 16, maps, 1), n);
    OK(virDomainPinVcpu(NULL, 0, map, 1));
    ck_assert_str_eq(
        api_cpus(api_own_domain(virDomainLookupByID(eye, 0)), 0, LIVE), "2");
    ck_assert_int_eq(virDomainGetVcpuPinInfo(NULL, 16, maps, 1, LIVE), n);
    ck_assert_uint_eq(maps[0], 0x04);
    OK(virDomainSetVcpus(NULL, 1));
    ck_assert_int_eq(virDomainGetVcpusFlags(NULL, 0), 1);
    OK(virDomainSetVCPUState(NULL, 1, true, LIVE));
    OK(virDomainSetVcpu(NULL, "1", 0, LIVE));
    ck_assert_int_eq(virDomainGetVCPUMap(NULL, &vcpus, 0), n);
    ck_assert_int_eq(vcpus[0], 1);
    (void)api_own((char *)(uintptr_t)vcpus);
    REFUSED(virDomainSetVcpusFlags(NULL, 1, CONFIG), VIR_ERR_OPERATION_INVALID,
            "=transient domains do not have any persistent config");
    REFUSED(virDomainSetGuestVCPUState(NULL, 0, true, 0),
            VIR_ERR_ARGUMENT_UNSUPPORTED, NULL);
    REFUSED(virDomainPinVcpu(NULL, 4000, map, 1), VIR_ERR_INVALID_ARG,
            "vcpu 4000 is out of range of live cpu count");
    (void)api_own(virDomainGetXMLDesc(NULL, 0));
    unsetenv("VCPUCONF_URI");
}
END_TEST

START_TEST(without_a_domain_0_a_null_domain_is_invalid)
{
    static const char *const uris[] = {NULL, "nonsense:///x", "qemu:///nowhere"};
    virVcpuInfo info[1];
    unsigned char map[1] = {1};
    const char *vcpus;
    size_t i;

    for (i = 0; i < 3; i++) {
        if (uris[i])
            ck_assert_int_eq(setenv("VCPUCONF_URI", uris[i], 1), 0);
        else
            unsetenv("VCPUCONF_URI");
        if (!uris[i] && (access("/proc/xen/privcmd", F_OK) == 0 ||
                         access("/dev/xen/privcmd", F_OK) == 0))
            continue;
        REFUSED(virDomainSetVcpus(NULL, 1), VIR_ERR_INVALID_DOMAIN, NULL);
        REFUSED(virDomainPinVcpu(NULL, 0, map, 1), VIR_ERR_INVALID_DOMAIN,
                NULL);
        REFUSED(virDomainGetVcpus(NULL, info, 1, NULL, 0),
                VIR_ERR_INVALID_DOMAIN, NULL);
        REFUSED(virDomainGetMaxVcpus(NULL), VIR_ERR_INVALID_DOMAIN, NULL);
        REFUSED(virDomainGetVCPUMap(NULL, &vcpus, 0), VIR_ERR_INVALID_DOMAIN,
                NULL);
        REFUSED_PTR(virDomainGetXMLDesc(NULL, 0), VIR_ERR_INVALID_DOMAIN, NULL);
    }
    unsetenv("VCPUCONF_URI");
}
END_TEST

START_TEST(uris_that_are_none)
{
    static const struct {
        const char *uri;
        int code;
    } bad[] = {
        {"test", VIR_ERR_INVALID_ARG},
        {"nonsense:///system", VIR_ERR_NO_CONNECT},
        {"test:///default?nonsense=1", VIR_ERR_INVALID_ARG},
        {"test:///default?cpus=0", VIR_ERR_INVALID_ARG},
        {"test:///default?cpus=16385", VIR_ERR_INVALID_ARG},
        {"test:///default?timeout=0", VIR_ERR_INVALID_ARG},
        {"test:///default?timeout=3601", VIR_ERR_INVALID_ARG},
        {"test:///default?timeout=5x", VIR_ERR_INVALID_ARG},
        {"test:///default?fault=nonsense", VIR_ERR_INVALID_ARG},
        {"test:///default?store=/nonexistent/x/y.db", VIR_ERR_OPEN_FAILED},
    };
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        REFUSED_PTR(virConnectOpen(bad[i].uri), bad[i].code, NULL);
}
END_TEST

START_TEST(facts_about_the_host)
{
    unsigned char *map = NULL;
    unsigned online = 99;
    virNodeInfo info;

    api_host("cpus=12&offline=3,11", "");
    ck_assert_str_eq(virConnectGetType(conn), "TEST");
    ck_assert_str_eq(api_own(virConnectGetURI(eye)),
                     api_uri(NULL, "cpus=12&offline=3,11"));
    ck_assert_int_eq(virNodeGetCPUMap(conn, &map, &online, 0), 12);
    ck_assert_uint_eq(online, 10);
    ck_assert_str_eq(api_bits(map, 12), "0-2,4-10");
    (void)api_own((char *)map);
    ck_assert_int_eq(virNodeGetCPUMap(conn, NULL, NULL, 0), 12);
    OK(virNodeGetInfo(conn, &info));
    ck_assert_uint_eq(info.cpus, 10);
    ck_assert_uint_ge(VIR_NODEINFO_MAXCPUS(info), 10);
    ck_assert_ptr_nonnull(memchr(info.model, '\0', sizeof(info.model)));
}
END_TEST

START_TEST(the_host_tells_which_cpus_are_near)
{
    char **cells = NULL;
    unsigned i;

    api_host("cpus=12&nodes=3&offline=5", "");
    ck_assert_int_eq(vcpuconfNodeGetCells(conn, NULL, 0), 3);
    ck_assert_int_eq(vcpuconfNodeGetCells(conn, &cells, 0), 3);
    ck_assert_str_eq(cells[0], "0-3");
    ck_assert_str_eq(cells[1], "4-7");
    ck_assert_str_eq(cells[2], "8-11");
    ck_assert_ptr_null(cells[3]);
    for (i = 0; i < 3; i++)
        free(cells[i]);
    free(cells);
    api_host("cpus=10&nodes=8", ""); /* two each: some have none */
    cells = NULL;
    ck_assert_int_eq(vcpuconfNodeGetCells(conn, &cells, 0), 8);
    ck_assert_str_eq(cells[4], "8-9");
    ck_assert_str_eq(cells[7], "");
    for (i = 0; i < 8; i++)
        free(cells[i]);
    free(cells);
    cells = NULL;
    REFUSED(vcpuconfNodeGetCells(conn, &cells, 1), VIR_ERR_INVALID_ARG,
            "unsupported flags (0x1)");
    REFUSED(vcpuconfNodeGetCells(NULL, &cells, 0), VIR_ERR_INVALID_CONN, NULL);
    ck_assert_ptr_null(cells);
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("error", &t);

    tcase_add_test(t, the_error_has_every_field);
    tcase_add_test(t, each_call_forgets_the_error_before);
    tcase_add_test(t, errors_can_be_kept);
    tcase_add_test(t, each_thread_has_its_own_error);
    tcase_add_test(t, handlers_of_the_process_and_of_a_connection);
    tcase_add_test(t, pointers_that_are_none);
    tcase_add_test(t, objects_of_the_wrong_kind);
    tcase_add_test(t, no_domain_is_domain_0_of_the_default_hypervisor);
    tcase_add_test(t, without_a_domain_0_a_null_domain_is_invalid);
    tcase_add_test(t, uris_that_are_none);
    tcase_add_test(t, facts_about_the_host);
    tcase_add_test(t, the_host_tells_which_cpus_are_near);
    return s;
}

VC_TEST_MAIN(make_suite)
