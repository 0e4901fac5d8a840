/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bulk import, and documents that are no C strings. */
#include "apitest.h"

#define NITEMS(items) (sizeof(items) / sizeof((items)[0]))

static vcpuconfImportItem item_of(const char *xml)
{
    vcpuconfImportItem item = {
        .xml = xml, .len = strlen(xml), .result = 99, .code = 99, .line = 99};

    return item;
}

static vcpuconfImportItem named(const char *name, const char *vcpu)
{
    return item_of(api_document(name, vcpu));
}

static int has(const char *name)
{
    virDomainPtr dom = virDomainLookupByName(eye, name);

    if (!dom)
        return 0;
    OK(virDomainFree(dom));
    return 1;
}

static int count(void)
{
    return virConnectListAllDomains(eye, NULL,
                                    VIR_CONNECT_LIST_DOMAINS_PERSISTENT);
}

START_TEST(good_ones_are_stored_beside_bad_ones)
{
    vcpuconfImportItem items[] = {
        named("a", "<vcpu>2</vcpu>"),
        named("b", "\n\n<vcpu>0</vcpu>"),
        named("c", "<vcpu current='1'>3</vcpu>"),
        item_of("<domain><name>x</nam>"),
        item_of(""),
        named("f", "<vcpu bad='1'>2</vcpu>"),
    };

    ck_assert_int_eq(vcpuconfConnectImport(conn, items, NITEMS(items), 0), 4);
    ck_assert_int_eq(items[0].result, 0);
    ck_assert_int_eq(items[0].code, 0);
    ck_assert_int_eq(items[0].line, 0);
    ck_assert_ptr_null(items[0].message);
    ck_assert_str_eq(items[0].name, "a");
    ck_assert_int_eq(items[1].result, -1);
    ck_assert_int_eq(items[1].code, VIR_ERR_XML_ERROR);
    ck_assert_int_eq(items[1].line, 6);
    ck_assert_ptr_nonnull(items[1].message);
    ck_assert_int_eq(items[2].result, 0);
    ck_assert_int_eq(items[3].result, -1);
    ck_assert_int_eq(items[4].result, -1);
    ck_assert_int_eq(items[5].result, -1);
    ck_assert_int_eq(items[5].code, VIR_ERR_XML_INVALID_SCHEMA);
    ck_assert_int_eq(count(), 2);
    vcpuconfImportItemsClear(items, NITEMS(items));
    ck_assert_ptr_null(items[1].message);
    ck_assert_ptr_null(items[0].name);
    vcpuconfImportItemsClear(items, NITEMS(items));
}
END_TEST

START_TEST(one_refusal_refuses_all_where_that_is_asked)
{
    vcpuconfImportItem items[] = {
        named("a", "<vcpu>2</vcpu>"),
        named("old", "<vcpu>4</vcpu>"),
        named("b", "<vcpu>0</vcpu>"),
        named("c", "<vcpu>2</vcpu>"),
    };
    const char *before;
    size_t i;

    (void)api_define("old", "<vcpu>1</vcpu>");
    before = api_look();
    ck_assert_int_eq(vcpuconfConnectImport(conn, items, NITEMS(items),
                                           VCPUCONF_IMPORT_ALL_OR_NOTHING),
                     1);
    ck_assert_str_eq(api_look(), before);
    ck_assert_int_eq(items[2].result, -1);
    for (i = 0; i < NITEMS(items); i++)
        ck_assert_int_ne(items[i].result, 99);
    vcpuconfImportItemsClear(items, NITEMS(items));
    items[2] = items[3];
    ck_assert_int_eq(vcpuconfConnectImport(conn, items, 3,
                                           VCPUCONF_IMPORT_ALL_OR_NOTHING),
                     0);
    ck_assert_int_eq(count(), 3);
    vcpuconfImportItemsClear(items, 3);
}
END_TEST

START_TEST(one_late_conflict_refuses_all_where_that_is_asked)
{
    vcpuconfImportItem items[] = {
        named("a", "<vcpu>2</vcpu>"),
        item_of(api_text("<domain><name>b</name><uuid>%s</uuid></domain>",
                         api_uuid("taken"))),
    };
    const char *before;

    (void)api_define("taken", "");
    before = api_look();
    ck_assert_int_eq(vcpuconfConnectImport(conn, items, 2,
                                           VCPUCONF_IMPORT_ALL_OR_NOTHING),
                     1);
    ck_assert_str_eq(api_look(), before);
    ck_assert_int_eq(items[1].result, -1);
    ck_assert_int_eq(items[1].code, VIR_ERR_OPERATION_FAILED);
    vcpuconfImportItemsClear(items, 2);
}
END_TEST

START_TEST(duplicates_inside_one_import)
{
    vcpuconfImportItem items[] = {
        named("a", "<vcpu>2</vcpu>"),
        named("a", "<vcpu>2</vcpu>"),
        named("a", "<vcpu>3</vcpu>"),
        item_of(api_text("<domain><name>b</name><uuid>%s</uuid></domain>",
                         api_uuid("a"))),
        item_of(api_text("<domain><name>a</name><uuid>%s</uuid></domain>",
                         api_uuid("other"))),
    };
    virDomainPtr dom;

    ck_assert_int_eq(vcpuconfConnectImport(conn, items, NITEMS(items), 0), 2);
    ck_assert_int_eq(items[0].result, 0);
    ck_assert_int_eq(items[1].result, 1);
    ck_assert_int_eq(items[2].result, 0);
    ck_assert_int_eq(items[3].result, -1);
    ck_assert_int_eq(items[3].code, VIR_ERR_OPERATION_FAILED);
    ck_assert_int_eq(items[4].result, -1);
    ck_assert_int_eq(items[4].code, VIR_ERR_OPERATION_FAILED);
    vcpuconfImportItemsClear(items, NITEMS(items));
    ck_assert_int_eq(count(), 1);
    dom = api_own_domain(virDomainLookupByName(conn, "a"));
    ck_assert_int_eq(virDomainGetMaxVcpus(dom), 3);
    ck_assert_int_eq(has("b"), 0);
}
END_TEST

START_TEST(two_without_a_uuid_are_two_unless_the_name_is_one)
{
    vcpuconfImportItem items[] = {
        item_of("<domain><name>a</name></domain>"),
        item_of("<domain><name>b</name></domain>"),
    };

    ck_assert_int_eq(vcpuconfConnectImport(conn, items, 2, 0), 0);
    ck_assert_int_eq(count(), 2);
    vcpuconfImportItemsClear(items, 2);
}
END_TEST

START_TEST(an_identical_import_makes_no_revision)
{
    vcpuconfImportItem items[] = {named("a", "<vcpu>2</vcpu>"),
                                  named("b", "<vcpu>2</vcpu>")};
    const char *before;
    int round;

    ck_assert_int_eq(vcpuconfConnectImport(conn, items, 2, 0), 0);
    vcpuconfImportItemsClear(items, 2);
    before = api_look();
    for (round = 0; round < 2; round++) {
        ck_assert_int_eq(vcpuconfConnectImport(
                             conn, items, 2,
                             round ? VCPUCONF_IMPORT_ALL_OR_NOTHING : 0),
                         0);
        ck_assert_int_eq(items[0].result, 1);
        ck_assert_int_eq(items[1].result, 1);
        vcpuconfImportItemsClear(items, 2);
        ck_assert_str_eq(api_look(), before);
    }
}
END_TEST

START_TEST(nul_bytes_are_refused_wherever_they_are)
{
    static const char tail[] = "<domain><name>a</name></domain>\0";
    static const char inside[] = "<domain><name>a</name>\0</domain>";
    static const char name[] = "<domain><name>a\0b</name></domain>";
    vcpuconfImportItem items[3] = {
        {.xml = tail, .len = sizeof(tail) - 1},
        {.xml = inside, .len = sizeof(inside) - 1},
        {.xml = name, .len = sizeof(name) - 1},
    };
    size_t i;

    ck_assert_int_eq(vcpuconfConnectImport(conn, items, 3, 0), 3);
    for (i = 0; i < 3; i++)
        ck_assert_int_eq(items[i].code, VIR_ERR_XML_ERROR);
    vcpuconfImportItemsClear(items, 3);
    ck_assert_int_eq(count(), 0);
}
END_TEST

/* ASCII as UTF-16 with a byte order mark. */
static vcpuconfImportItem utf16(const char *xml, int big, char *buf)
{
    size_t n = 0;
    vcpuconfImportItem item = {.xml = buf};

    buf[n++] = big ? '\xfe' : '\xff';
    buf[n++] = big ? '\xff' : '\xfe';
    for (; *xml; xml++) {
        buf[n++] = big ? '\0' : *xml;
        buf[n++] = big ? *xml : '\0';
    }
    item.len = n;
    return item;
}

START_TEST(utf_16_is_turned_into_utf_8_once)
{
    char bufs[2][4096];
    const char *plain = "<domain><name>u</name><uuid>"
                        "12345678-1234-1234-1234-123456789abc</uuid>"
                        "<vcpu current='1'>3</vcpu></domain>\n";
    int big;

    for (big = 0; big < 2; big++) {
        vcpuconfImportItem item = utf16(
            api_text("<?xml version='1.0' encoding='UTF-16'?>\n%s", plain), big,
            bufs[big]);
        virDomainPtr dom;

        ck_assert_int_eq(vcpuconfConnectImport(conn, &item, 1, 0), 0);
        ck_assert_int_eq(item.result, big); /* the same, in other bytes */
        ck_assert_str_eq(item.name, "u");
        vcpuconfImportItemsClear(&item, 1);
        dom = api_own_domain(virDomainLookupByName(conn, "u"));
        ck_assert_ptr_nonnull(strstr(api_xml(dom, 0), plain));
        ck_assert_ptr_null(strstr(api_xml(dom, 0), "UTF-16"));
        api_check_importable(dom);
        OK(virDomainSetVcpusFlags(dom, 1, CONFIG));
        ck_assert_int_eq(virDomainGetMaxVcpus(dom), 3);
    }
}
END_TEST

START_TEST(latin_1_is_turned_into_utf_8)
{
    virDomainPtr dom = api_own_domain(virDomainDefineXML(
        conn, "<?xml version='1.0' encoding='ISO-8859-1'?>\n"
              "<domain><name>caf\xe9</name></domain>"));

    ck_assert_str_eq(virDomainGetName(dom), "caf\xc3\xa9");
    api_check_importable(dom);
}
END_TEST

START_TEST(arguments_of_an_import)
{
    vcpuconfImportItem item = named("a", "");
    vcpuconfImportItem none = {.xml = NULL, .len = 5};

    OK(vcpuconfConnectImport(conn, &item, 0, VCPUCONF_IMPORT_ALL_OR_NOTHING));
    REFUSED(vcpuconfConnectImport(conn, NULL, 1, 0), VIR_ERR_INVALID_ARG, NULL);
    REFUSED(vcpuconfConnectImport(conn, &item, 1, 2), VIR_ERR_INVALID_ARG,
            "=unsupported flags (0x2) in function vcpuconfConnectImport");
    if (vcpuconfConnectImport(conn, &none, 1, 0) >= 0)
        ck_assert_int_eq(none.result, -1);
    vcpuconfImportItemsClear(&none, 1);
    vcpuconfImportItemsClear(NULL, 0);
    ck_assert_int_eq(count(), 0);
}
END_TEST

START_TEST(a_thousand_at_once)
{
    enum { N = 1000 };
    vcpuconfImportItem *items = calloc(N, sizeof(*items));
    unsigned i;

    for (i = 0; i < N; i++)
        items[i] = named(api_text("vm-%u", i),
                         i == 500 ? "<vcpu>0</vcpu>" : "<vcpu>2</vcpu>");
    ck_assert_int_eq(vcpuconfConnectImport(conn, items, N, 0), 1);
    ck_assert_int_eq(items[500].result, -1);
    vcpuconfImportItemsClear(items, N);
    ck_assert_int_eq(count(), N - 1);
    free(items);
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("import", &t);

    tcase_add_test(t, good_ones_are_stored_beside_bad_ones);
    tcase_add_test(t, one_refusal_refuses_all_where_that_is_asked);
    tcase_add_test(t, one_late_conflict_refuses_all_where_that_is_asked);
    tcase_add_test(t, duplicates_inside_one_import);
    tcase_add_test(t, two_without_a_uuid_are_two_unless_the_name_is_one);
    tcase_add_test(t, an_identical_import_makes_no_revision);
    tcase_add_test(t, nul_bytes_are_refused_wherever_they_are);
    tcase_add_test(t, utf_16_is_turned_into_utf_8_once);
    tcase_add_test(t, latin_1_is_turned_into_utf_8);
    tcase_add_test(t, arguments_of_an_import);
    tcase_add_test(t, a_thousand_at_once);
    return s;
}

VC_TEST_MAIN(make_suite)
