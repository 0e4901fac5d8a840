/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions: what is stored, what is refused, names, documents. */
#include "apitest.h"

static virDomainPtr define(const char *xml)
{
    return api_own_domain(virDomainDefineXML(conn, xml));
}

START_TEST(the_bytes_are_kept)
{
    static const char odd[] =
        "<?xml version='1.0'?>\r\n<!-- a --><domain  type = \"x\"\n>"
        "<name>od&#100;</name ><metadata><m:vcpu xmlns:m='urn:m'>9</m:vcpu>"
        "<vcpu>7</vcpu></metadata>\r\n<uuid>"
        "AABBCCDDEEFF00112233445566778899</uuid><vcpu >0<!-- x -->3</vcpu>"
        "<?pi x?><![CDATA[ ]]></domain>\n<!-- after -->\n\n";
    virDomainPtr dom = define(odd);
    char uuid[VIR_UUID_STRING_BUFLEN];

    ck_assert_str_eq(api_xml(dom, VIR_DOMAIN_XML_INACTIVE), odd);
    ck_assert_str_eq(api_xml(dom, 0), odd);
    ck_assert_str_eq(virDomainGetName(dom), "odd");
    OK(virDomainGetUUIDString(dom, uuid));
    ck_assert_str_eq(uuid, "aabbccdd-eeff-0011-2233-445566778899");
    ck_assert_int_eq(virDomainGetMaxVcpus(dom), 3);
    OK(virDomainCreate(dom));
    ck_assert_str_eq(api_xml(dom, 0), odd);
    ck_assert_str_eq(api_xml(dom, VIR_DOMAIN_XML_INACTIVE), odd);
}
END_TEST

START_TEST(live_and_inactive_documents)
{
    virDomainPtr dom = api_start(
        "d", "<vcpu current=\"2\" cpuset=\"0-3\">4</vcpu><!-- here -->\n"
             "  <cputune>\n    <vcpupin vcpu=\"1\" cpuset=\"2\"/>\n"
             "  </cputune>");
    const char *stored = api_xml(dom, VIR_DOMAIN_XML_INACTIVE);
    virDomainPtr copy;
    const char *live;
    char *name;

    ck_assert_str_eq(api_xml(dom, 0), stored);
    OK(virDomainSetVcpus(dom, 3));
    OK(vcpuconfDomainPinVcpuSet(dom, 0, "7", LIVE));
    OK(vcpuconfDomainPinVcpuSet(dom, 1, "6", LIVE));
    ck_assert_str_eq(api_xml(dom, VIR_DOMAIN_XML_INACTIVE), stored);
    live = api_xml(dom, 0);
    ck_assert_str_ne(live, stored);
    ck_assert_ptr_nonnull(strstr(live, "<!-- here -->"));
    ck_assert_ptr_nonnull(strstr(live, "<devices  a=\"1\"\tb='2' />"));
    /* read back, it says how the domain runs */
    OK(virDomainDestroy(dom));
    OK(virDomainUndefine(dom));
    copy = define(live);
    ck_assert_int_eq(virDomainGetVcpusFlags(copy, CONFIG), 3);
    ck_assert_str_eq(api_cpus(copy, 0, CONFIG), "7");
    ck_assert_str_eq(api_cpus(copy, 1, CONFIG), "6");
    name = strstr(live, "<name>d</name>");
    ck_assert_ptr_nonnull(name);
}
END_TEST

START_TEST(a_transient_domain_has_a_minimal_document)
{
    virDomainPtr dom = api_start("a&amp;b", "<vcpu current='2'>4</vcpu>");
    virDomainPtr copy;
    const char *live;

    OK(virDomainUndefine(dom));
    OK(virDomainSetVCPUState(dom, 3, true, LIVE));
    OK(vcpuconfDomainPinVcpuSet(dom, 1, "5", LIVE));
    live = api_xml(dom, 0);
    ck_assert_int_eq(virDomainIsPersistent(dom), 0);
    copy = define(live);
    ck_assert_str_eq(virDomainGetName(copy), "a&b");
    ck_assert_str_eq(api_vcpus(copy, CONFIG), "0-1,3");
    ck_assert_str_eq(api_cpus(copy, 1, CONFIG), "5");
    ck_assert_int_eq(virDomainIsPersistent(dom), 1);
}
END_TEST

START_TEST(a_missing_uuid_is_written_into_the_document)
{
    virDomainPtr dom =
        define("<domain>\n  <name>n</name>\n  <vcpu>2</vcpu>\n</domain>\n");
    char uuid[VIR_UUID_STRING_BUFLEN];

    OK(virDomainGetUUIDString(dom, uuid));
    ck_assert_ptr_nonnull(
        strstr(api_xml(dom, 0), api_text("<uuid>%s</uuid>", uuid)));
    api_check_importable(dom);
}
END_TEST

START_TEST(all_zeros_is_the_uuid_of_domain_0_alone)
{
    const char *document =
        "<domain><name>x</name>"
        "<uuid>00000000-0000-0000-0000-000000000000</uuid></domain>";
    virDomainPtr dom = define(document);
    char uuid[VIR_UUID_STRING_BUFLEN];
    char again[VIR_UUID_STRING_BUFLEN];

    /* its bytes stay, it gets a uuid of its own, and keeps that one */
    OK(virDomainGetUUIDString(dom, uuid));
    ck_assert_str_ne(uuid, "00000000-0000-0000-0000-000000000000");
    ck_assert_str_eq(api_xml(dom, VIR_DOMAIN_XML_INACTIVE), document);
    OK(virDomainSetVcpusFlags(dom, 4, CONFIG | VIR_DOMAIN_VCPU_MAXIMUM));
    OK(virDomainGetUUIDString(define(api_xml(dom, VIR_DOMAIN_XML_INACTIVE)),
                              again));
    ck_assert_str_eq(uuid, again);
    OK(virDomainUndefine(dom));
    OK(vcpuconfDomainRestore(dom, 1, 0));
    ck_assert_str_eq(api_xml(dom, VIR_DOMAIN_XML_INACTIVE), document);
}
END_TEST

START_TEST(name_and_uuid_belong_together_in_libvirts_words)
{
    virDomainPtr dom = api_define("one", "<vcpu>2</vcpu>");
    const char *other_name =
        api_text("<domain><name>two</name><uuid>%s</uuid></domain>",
                 api_uuid("one"));
    const char *other_uuid =
        api_text("<domain><name>one</name><uuid>%s</uuid></domain>",
                 api_uuid("x"));

    REFUSED_PTR(virDomainDefineXML(conn, other_name), VIR_ERR_OPERATION_FAILED,
                api_text("=domain 'one' is already defined with uuid %s",
                         api_uuid("one")));
    REFUSED_PTR(virDomainDefineXML(conn, other_uuid), VIR_ERR_OPERATION_FAILED,
                api_text("=domain 'one' already exists with uuid %s",
                         api_uuid("one")));
    OK(virDomainUndefine(dom));
    (void)define(other_name);
    (void)define(other_uuid);
}
END_TEST

START_TEST(redefinition_leaves_the_running_domain)
{
    virDomainPtr dom = api_start("d", "<vcpu>4</vcpu>");

    OK(virDomainSetVcpus(dom, 2));
    (void)api_define("d", "<vcpu current='3'>6</vcpu>");
    ck_assert_int_eq(virDomainGetMaxVcpus(dom), 4);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, LIVE), 2);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 3);
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG | MAXIMUM), 6);
    ck_assert_int_eq(api_revisions(dom), 2);
    (void)api_define("d", "<vcpu current='3'>6</vcpu>");
    ck_assert_int_eq(api_revisions(dom), 2);
}
END_TEST

START_TEST(documents_that_mean_nothing_are_refused)
{
    static const char *const bad[] = {
        "<vcpu>0</vcpu>", "<vcpu current='0'>2</vcpu>",
        "<vcpu current='3'>2</vcpu>", "<vcpu>16385</vcpu>",
        "<vcpu>-4294967292</vcpu>", "<vcpu>+2</vcpu>", "<vcpu>0x2</vcpu>",
        "<vcpu>4294967298</vcpu>", "<vcpu>2</vcpu><vcpu>2</vcpu>",
        "<vcpu cpuset='5-2'>2</vcpu>", "<vcpu cpuset='1,^1'>2</vcpu>",
        "<vcpu cpuset='16384'>2</vcpu>", "<name>again</name>",
        "<uuid>11111111-1111-1111-1111-111111111111</uuid>",
        "<cputune/><cputune/>", "<vcpus/><vcpus/>",
        "<vcpu>2</vcpu><cputune><vcpupin vcpu='1' cpuset='1'/>"
        "<vcpupin vcpu='01' cpuset='1'/></cputune>",
        "<vcpu>2</vcpu><cputune><vcpupin vcpu='1' cpuset=''/></cputune>",
        "<vcpu>2</vcpu><cputune><vcpupin vcpu='1'/></cputune>",
        "<vcpu>2</vcpu><vcpus><vcpu id='2' enabled='yes'/></vcpus>",
        "<vcpu>2</vcpu><vcpus><vcpu id='1' enabled='yes'/>"
        "<vcpu id='1' enabled='yes'/></vcpus>",
        "<vcpu>2</vcpu><vcpus><vcpu id='1' enabled='no' hotpluggable='no'/>"
        "</vcpus>"};
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *before = api_look();
        virDomainPtr dom = virDomainDefineXML(conn, api_document("d", bad[i]));

        ck_assert_msg(dom == NULL, "accepted: %s", bad[i]);
        ck_assert_msg(virGetLastErrorCode() == VIR_ERR_XML_ERROR ||
                          virGetLastErrorCode() == VIR_ERR_XML_INVALID_SCHEMA,
                      "%s: %s", bad[i], virGetLastErrorMessage());
        ck_assert_int_ge(virGetLastError()->int1, 1);
        ck_assert_str_eq(api_look(), before);
    }
}
END_TEST

START_TEST(documents_that_are_none_are_refused)
{
    REFUSED_PTR(virDomainDefineXML(conn, NULL), VIR_ERR_INVALID_ARG, NULL);
    REFUSED_PTR(virDomainDefineXML(conn, ""), VIR_ERR_XML_ERROR, NULL);
    REFUSED_PTR(virDomainDefineXML(conn, "domain"), VIR_ERR_XML_ERROR, NULL);
    REFUSED_PTR(virDomainDefineXML(conn, "<domain>"), VIR_ERR_XML_ERROR, NULL);
    REFUSED_PTR(virDomainDefineXML(conn, "<domstatus><domain/></domstatus>"),
                VIR_ERR_XML_ERROR, "domstatus");
    REFUSED_PTR(virDomainDefineXML(conn, "<domainsnapshot/>"),
                VIR_ERR_XML_ERROR, "domainsnapshot");
    REFUSED_PTR(virDomainDefineXML(conn, "<!DOCTYPE domain><domain>"
                                         "<name>d</name></domain>"),
                VIR_ERR_XML_ERROR, "DOCTYPE");
    REFUSED_PTR(virDomainDefineXML(conn, "<domain><name>d</name></domain>x"),
                VIR_ERR_XML_ERROR, NULL);
    REFUSED_PTR(virDomainDefineXMLFlags(conn, api_document("d", ""), 2),
                VIR_ERR_INVALID_ARG,
                "=unsupported flags (0x2) in function virDomainDefineXMLFlags");
    ck_assert_ptr_nonnull(api_own_domain(virDomainDefineXMLFlags(
        conn, api_document("d", ""), VIR_DOMAIN_DEFINE_VALIDATE)));
}
END_TEST

START_TEST(errors_of_documents_name_the_line)
{
    (void)virDomainDefineXML(
        conn, "<domain>\n<name>d</name>\n\n<vcpu>0</vcpu>\n</domain>");
    ck_assert_int_eq(virGetLastError()->int1, 4);
    (void)virDomainDefineXML(conn, "<domain>\n<name>d</name>\n<vcpu x='1'>2"
                                   "</vcpu>\n</domain>");
    ck_assert_int_eq(virGetLastErrorCode(), VIR_ERR_XML_INVALID_SCHEMA);
    ck_assert_int_eq(virGetLastError()->int1, 3);
    (void)virDomainDefineXML(conn, "<domain>\n<name>d</nam>\n</domain>");
    ck_assert_int_eq(virGetLastErrorCode(), VIR_ERR_XML_ERROR);
    ck_assert_int_eq(virGetLastError()->int1, 2);
}
END_TEST

START_TEST(odd_names_are_names)
{
    static const char *const xml[] = {"a b", " lead", "a'b&quot;c", "&lt;x>",
                                      "%s%n", "..a", "-rf", "\xc3\xa9\xe2\x82"
                                      "\xac", "a\\b;c`d$(e)", "?*", "...",
                                      "1", "x]]&gt;", "store.db-wal"};
    static const char *const plain[] = {"a b", " lead", "a'b\"c", "<x>", "%s%n",
                                        "..a", "-rf", "\xc3\xa9\xe2\x82\xac",
                                        "a\\b;c`d$(e)", "?*", "...", "1",
                                        "x]]>", "store.db-wal"};
    size_t i;

    for (i = 0; i < sizeof(xml) / sizeof(xml[0]); i++) {
        virDomainPtr dom = api_start(xml[i], "<vcpu>2</vcpu>");
        virDomainPtr found =
            api_own_domain(virDomainLookupByName(conn, plain[i]));

        ck_assert_str_eq(virDomainGetName(dom), plain[i]);
        ck_assert_str_eq(virDomainGetName(found), plain[i]);
        OK(virDomainSetVcpusFlags(found, 1, LIVE | CONFIG));
        OK(vcpuconfDomainPinVcpuSet(found, 1, "3", LIVE | CONFIG));
        ck_assert_ptr_nonnull(strstr(api_xml(dom, 0), xml[i]));
        REFUSED(virDomainSetVcpus(found, 3), VIR_ERR_INVALID_ARG, "3 > 2");
        OK(virDomainUndefine(dom));
        (void)api_own_domain(virDomainDefineXML(conn, api_xml(dom, 0)));
    }
}
END_TEST

START_TEST(names_have_up_to_255_bytes_and_rules)
{
    static const char *const bad[] = {"", " ", " \t", ".", "..", "a/b", "/",
                                      "a&#10;b", "a&#9;b", "&#x7f;",
                                      "a&#x85;b", "&#xa;"};
    char name[257];
    virDomainPtr dom;
    size_t i;

    memset(name, 'n', sizeof(name));
    name[256] = '\0';
    REFUSED_PTR(virDomainDefineXML(conn, api_document(name, "")),
                VIR_ERR_XML_ERROR, "255");
    name[255] = '\0';
    dom = api_start(name, "<vcpu>2</vcpu>");
    ck_assert_str_eq(virDomainGetName(dom), name);
    (void)api_own_domain(virDomainLookupByName(conn, name));
    OK(virDomainSetVcpusFlags(dom, 1, LIVE | CONFIG));
    memcpy(&name[253], "\xe2\x82\xac", 4); /* 256 bytes, 254 characters */
    REFUSED_PTR(virDomainDefineXML(conn, api_document(name, "")),
                VIR_ERR_XML_ERROR, "255");
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_msg(!virDomainDefineXML(conn, api_document(bad[i], "")),
                      "accepted: '%s'", bad[i]);
        ck_assert_msg(virGetLastErrorCode() == VIR_ERR_XML_ERROR ||
                          virGetLastErrorCode() == VIR_ERR_XML_INVALID_SCHEMA,
                      "%s", virGetLastErrorMessage());
    }
}
END_TEST

START_TEST(lookups)
{
    static const unsigned char zeros[VIR_UUID_BUFLEN];
    virDomainPtr dom = api_start("d", "<vcpu>2</vcpu>");
    unsigned char uuid[VIR_UUID_BUFLEN];
    char text[VIR_UUID_STRING_BUFLEN];

    OK(virDomainGetUUID(dom, uuid));
    ck_assert_str_eq(virDomainGetName(api_own_domain(
                         virDomainLookupByUUID(conn, uuid))), "d");
    ck_assert_str_eq(virDomainGetName(api_own_domain(virDomainLookupByUUIDString(
                         conn, api_uuid("d")))), "d");
    ck_assert_str_eq(virDomainGetName(api_own_domain(virDomainLookupByID(
                         conn, (int)virDomainGetID(dom)))), "d");
    OK(virDomainGetUUIDString(
        api_own_domain(virDomainLookupByUUID(conn, zeros)), text));
    ck_assert_str_eq(text, "00000000-0000-0000-0000-000000000000");
    REFUSED_PTR(virDomainLookupByName(conn, "D"), VIR_ERR_NO_DOMAIN, "D");
    REFUSED_PTR(virDomainLookupByName(conn, ""), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED_PTR(virDomainLookupByName(conn, NULL), VIR_ERR_INVALID_ARG, NULL);
    REFUSED_PTR(virDomainLookupByID(conn, 12345), VIR_ERR_NO_DOMAIN, "12345");
    REFUSED_PTR(virDomainLookupByID(conn, -1), VIR_ERR_INVALID_ARG, NULL);
    REFUSED_PTR(virDomainLookupByUUID(conn, NULL), VIR_ERR_INVALID_ARG, NULL);
    uuid[15] ^= 1;
    REFUSED_PTR(virDomainLookupByUUID(conn, uuid), VIR_ERR_NO_DOMAIN, NULL);
    REFUSED_PTR(virDomainLookupByUUIDString(conn, NULL), VIR_ERR_INVALID_ARG,
                NULL);
    REFUSED_PTR(virDomainLookupByUUIDString(conn, "d"), VIR_ERR_INVALID_ARG,
                NULL);
    REFUSED_PTR(virDomainLookupByUUIDString(
                    conn, api_text("%s0", api_uuid("d"))),
                VIR_ERR_INVALID_ARG, NULL);
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("define", &t);

    tcase_add_test(t, the_bytes_are_kept);
    tcase_add_test(t, live_and_inactive_documents);
    tcase_add_test(t, a_transient_domain_has_a_minimal_document);
    tcase_add_test(t, a_missing_uuid_is_written_into_the_document);
    tcase_add_test(t, all_zeros_is_the_uuid_of_domain_0_alone);
    tcase_add_test(t, name_and_uuid_belong_together_in_libvirts_words);
    tcase_add_test(t, redefinition_leaves_the_running_domain);
    tcase_add_test(t, documents_that_mean_nothing_are_refused);
    tcase_add_test(t, documents_that_are_none_are_refused);
    tcase_add_test(t, errors_of_documents_name_the_line);
    tcase_add_test(t, odd_names_are_names);
    tcase_add_test(t, names_have_up_to_255_bytes_and_rules);
    tcase_add_test(t, lookups);
    return s;
}

VC_TEST_MAIN(make_suite)
