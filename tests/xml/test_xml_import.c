/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a document is read as, and what is refused. */
#include <stdio.h>
#include <string.h>

#include "vc_check.h"
#include "xml_test.h"

#define UUID_TEXT "4dea22b3-1d52-d8f3-2516-782e98ab3fa0"
#define UUID "<uuid>" UUID_TEXT "</uuid>"
#define NAME "<name>n</name>"
#define DOC(inner) "<domain>" NAME UUID inner "</domain>"
#define PIN(vcpu, cpuset) "<vcpupin vcpu='" vcpu "' cpuset='" cpuset "'/>"
#define TUNE(inner) "<cputune>" inner "</cputune>"

/* says: online/maximum, pins, default set, hotpluggable vCPUs. */
static const struct accepted {
    const char *what;
    const char *doc;
    const char *says;
} accepted[] = {
    {"no vcpu is 1 of 1", DOC(""), "1/1 - - -"},
    {"plain count", DOC("<vcpu>4</vcpu>"), "4/4 - - -"},
    {"leading zeros are decimal", DOC("<vcpu current='010'>0016</vcpu>"),
     "10/16 - - 10-15"},
    {"current leaves the rest hotpluggable", DOC("<vcpu current='2'>4</vcpu>"),
     "2/4 - - 2-3"},
    {"comment inside a number", DOC("<vcpu>1<!-- x -->6</vcpu>"),
     "16/16 - - -"},
    {"processing instruction inside a number", DOC("<vcpu>1<?x y?>6</vcpu>"),
     "16/16 - - -"},
    {"CDATA is text", DOC("<vcpu><![CDATA[1]]>6</vcpu>"), "16/16 - - -"},
    {"character references are text", DOC("<vcpu>1&#x36;</vcpu>"),
     "16/16 - - -"},
    {"largest count", DOC("<vcpu>16384</vcpu>"), "16384/16384 - - -"},
    {"default set", DOC("<vcpu placement='static' cpuset='1-4,^3, 6'>2</vcpu>"),
     "2/2 - 1-2,4,6 -"},
    {"placement auto drops the set",
     DOC("<vcpu placement='auto' cpuset='1'>2</vcpu>"), "2/2 - - -"},
    {"cpuset with white space and comma at the end",
     DOC("<vcpu cpuset='1 - 2,&#10;5,'>2</vcpu>"), "2/2 - 1-2,5 -"},
    {"pins", DOC("<vcpu>2</vcpu>" TUNE(PIN("1", "3,1-2") PIN("0", "0"))),
     "2/2 0:0;1:1-3 - -"},
    {"stray pins are carried",
     DOC("<vcpu>2</vcpu>" TUNE(PIN("2", "1") PIN("4294967295", "1"))),
     "2/2 - - -"},
    {"other rows of cputune",
     DOC(TUNE("<shares>1</shares><emulatorpin cpuset='x'/>")), "1/1 - - -"},
    {"vcpus is master over current",
     DOC("<vcpu current='1'>4</vcpu><vcpus><vcpu id='0' enabled='yes'/>"
         "<vcpu id='2' enabled='yes' hotpluggable='yes' order='2'/>"
         "<vcpu id='3' enabled='no'/></vcpus>"),
     "2/4 - - 1-3"},
    {"vcpu 0 offline",
     DOC("<vcpu>2</vcpu><vcpus><vcpu id='0' enabled='no'/>"
         "<vcpu id='1' enabled='yes'/></vcpus>"),
     "1/2 - - 0"},
    {"empty vcpus says nothing",
     DOC("<vcpu current='1'>2</vcpu><vcpus>\n</vcpus>"), "1/2 - - 1"},
    {"elements of a namespace are others'",
     "<domain xmlns:x='urn:x'>" NAME UUID
     "<x:vcpu>9</x:vcpu><vcpu xmlns='urn:x'>9</vcpu>"
     "<x:name/><x:cputune><vcpupin/></x:cputune></domain>",
     "1/1 - - -"},
    {"metadata may hold the same names",
     DOC("<metadata><vcpu>x</vcpu><name/><cputune><vcpupin/></cputune></"
         "metadata>"),
     "1/1 - - -"},
    {"foreign attributes and rows",
     "<domain xmlns:x='urn:x'>" NAME UUID
     "<vcpu x:a='1'>2</vcpu><cputune x:b='2'><x:vcpupin/>"
     "<vcpupin x:c='3' vcpu='0' cpuset='1'><x:d/></vcpupin></cputune></domain>",
     "2/2 0:1 - -"},
    {"text between elements",
     DOC("junk<vcpus>,</vcpus>" TUNE("`" PIN("0", "1") "`")), "1/1 0:1 - -"},
    {"bytes around the root",
     "<!-- a --><?b c?>\n" DOC("") "\n<!-- d --><?e f?>\n", "1/1 - - -"},
    {"attributes in any quotes",
     DOC("<vcpu\n current = \"2\"\tcpuset\n=\n'1'\n>3</vcpu >"), "2/3 - 1 2"},
    {"markup inside quotes, comments and CDATA",
     DOC("<a b='>' c=\"/>'\"/><!-- <vcpu>7</vcpu> <!DOCTYPE "
         "--><![CDATA[<vcpu>]]>"
         "<?p <domain> ?><vcpu>3</vcpu>"),
     "3/3 - - -"},
    {"uuid without dashes",
     "<domain>" NAME "<uuid>4DEA22B31D52d8f32516782e98ab3fa0</uuid></domain>",
     "1/1 - - -"},
    {"namespace names that are no URI",
     "<domain xmlns:x='%' >" NAME UUID "</domain>", "1/1 - - -"},
    {"byte order mark",
     "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>" DOC("<vcpu>2</vcpu>"),
     "2/2 - - -"},
};

static const struct refused {
    const char *what;
    const char *doc;
    int line; /* 0: not known */
    const char *words;
} refused[] = {
    {"empty document", "", 0, "empty"},
    {"byte order mark alone", "\xef\xbb\xbf", 0, "empty"},
    {"not well-formed", "<domain>\n<name></domain>", 2, "not well-formed"},
    {"a root that is cut off", "<domain", 1, "not well-formed"},
    {"a tag that is cut off", "<domain><name>n</name>\n<vcpu x='1'", 2,
     "not well-formed"},
    {"a tag with something behind its attributes",
     DOC("<cputune><vcpupin vcpu='1'\n cpuset='21'=/></cputune>"), 2,
     "not well-formed"},
    {"junk after the root", DOC("") "<a/>", 1, "not well-formed"},
    {"undefined entity", DOC("&x;"), 1, "not well-formed"},
    {"undefined prefix", DOC("<x:y/>"), 1, "not well-formed"},
    {"two attributes of one name", DOC("<a b='' b=''/>"), 1, "not well-formed"},
    {"DOCTYPE", "<!DOCTYPE domain>\n" DOC(""), 1, "DOCTYPE"},
    {"DOCTYPE with entities",
     "\n<!DOCTYPE domain [<!ENTITY x SYSTEM '/etc/passwd'>]>" DOC("&x;"), 2,
     "DOCTYPE"},
    {"byte that is not UTF-8", "<domain>\n<name>\xff</name></domain>", 2,
     "UTF-8"},
    {"overlong character", DOC("\xc0\xbc"), 1, "UTF-8"},
    {"surrogate", DOC("\xed\xa0\x80"), 1, "UTF-8"},
    {"root domstatus", "<domstatus>" DOC("") "</domstatus>", 1, "<domstatus>"},
    {"root domainsnapshot", "\n<domainsnapshot/>", 2, "extract the <domain>"},
    {"other root", "<network/>", 1, "<network>"},
    {"root in a namespace", "<domain xmlns='urn:x'>" NAME "</domain>", 1,
     "urn:x"},
    {"no name", "<domain>" UUID "</domain>", 0, "no <name>"},
    {"empty name", "<domain><name/></domain>", 1, "name"},
    {"name with a slash", "<domain><name>a/b</name></domain>", 1, "name"},
    {"name on a line of its own", "<domain><name>\na\n</name></domain>", 1,
     "name"},
    {"second name", DOC("\n" NAME), 2, "second <name>"},
    {"second uuid", DOC(UUID), 1, "second <uuid>"},
    {"second vcpu", DOC("<vcpu>1</vcpu>\n<vcpu>1</vcpu>"), 2, "second <vcpu>"},
    {"second vcpus", DOC("<vcpus/><vcpus/>"), 1, "second <vcpus>"},
    {"second cputune", DOC("<cputune/><cputune/>"), 1, "second <cputune>"},
    {"uuid too short", "<domain>" NAME "<uuid>4dea22b3</uuid></domain>", 1,
     "malformed"},
    {"uuid that is none", "<domain>" NAME "<uuid>not-a-uuid</uuid></domain>", 1,
     "malformed"},
    {"uuid with white space",
     "<domain>" NAME "<uuid> " UUID_TEXT "</uuid></domain>", 1, "malformed"},
    {"vcpu 0", DOC("\n<vcpu>0</vcpu>"), 2,
     "'0' is not a number from 1 to 16384"},
    {"empty vcpu", DOC("<vcpu></vcpu>"), 1, "not a number"},
    {"vcpu with white space", DOC("<vcpu> 4</vcpu>"), 1, "not a number"},
    {"vcpu with a sign", DOC("<vcpu>+4</vcpu>"), 1, "not a number"},
    {"vcpu negative that wraps", DOC("<vcpu>-4294967292</vcpu>"), 1,
     "not a number"},
    {"vcpu that wraps", DOC("<vcpu>4294967300</vcpu>"), 1, "not a number"},
    {"vcpu in hex", DOC("<vcpu>0x4</vcpu>"), 1, "not a number"},
    {"vcpu too many", DOC("<vcpu>16385</vcpu>"), 1, "16384"},
    {"element in vcpu", DOC("<vcpu>4<a/></vcpu>"), 1, "<a> inside"},
    {"element in name", "<domain><name>n<a/></name></domain>", 1, "<a> inside"},
    {"current 0", DOC("<vcpu current='0'>4</vcpu>"), 1, "current"},
    {"current above the maximum", DOC("\n<vcpu current='5'>4</vcpu>"), 2,
     "above"},
    {"current with white space", DOC("<vcpu current='2 '>4</vcpu>"), 1,
     "current"},
    {"empty current", DOC("<vcpu current=''>4</vcpu>"), 1, "current"},
    {"odd placement", DOC("<vcpu placement='none'>4</vcpu>"), 1, "placement"},
    {"backward range", DOC("<vcpu cpuset='5-2'>4</vcpu>"), 1, "5-2"},
    {"empty default set", DOC("<vcpu cpuset=''>4</vcpu>"), 1, "cpuset"},
    {"set that excludes all", DOC("<vcpu cpuset='1,^1'>4</vcpu>"), 1, "cpuset"},
    {"bad set under placement auto",
     DOC("<vcpu placement='auto' cpuset='x'>4</vcpu>"), 1, "cpuset"},
    {"CPU too high", DOC("<vcpu cpuset='16384'>4</vcpu>"), 1, "16384"},
    {"pin without vcpu", DOC(TUNE("\n<vcpupin cpuset='1'/>")), 2,
     "no attribute 'vcpu'"},
    {"pin without cpuset", DOC(TUNE("<vcpupin vcpu='1'/>")), 1,
     "no attribute 'cpuset'"},
    {"pin of an empty set", DOC(TUNE(PIN("0", ""))), 1, "vcpu 0"},
    {"pin of a set that excludes all", DOC(TUNE(PIN("0", "1,^1"))), 1,
     "vcpu 0"},
    {"pin of a negative vcpu", DOC(TUNE(PIN("-1", "1"))), 1, "'-1'"},
    {"pin of a vcpu that wraps", DOC(TUNE(PIN("4294967296", "1"))), 1,
     "'4294967296'"},
    {"pin twice", DOC("<vcpu>2</vcpu>" TUNE(PIN("1", "1") "\n" PIN("1", "1"))),
     2, "two vcpupin"},
    {"pin twice as 1 and 01",
     DOC("<vcpu>2</vcpu>" TUNE(PIN("1", "1") PIN("01", "2"))), 1,
     "two vcpupin"},
    {"stray pin twice", DOC(TUNE(PIN("7", "1") PIN("7", "2"))), 1,
     "two vcpupin"},
    {"row id beyond the maximum",
     DOC("<vcpu>2</vcpu><vcpus>\n<vcpu id='2' enabled='yes'/></vcpus>"), 2,
     "vcpu id 2"},
    {"row twice",
     DOC("<vcpu>2</vcpu><vcpus><vcpu id='1' enabled='yes'/>\n"
         "<vcpu id='01' enabled='yes'/></vcpus>"),
     2, "twice"},
    {"row without id", DOC("<vcpus><vcpu enabled='yes'/></vcpus>"), 1,
     "no attribute 'id'"},
    {"row without enabled", DOC("<vcpus><vcpu id='0'/></vcpus>"), 1,
     "no attribute 'enabled'"},
    {"row neither yes nor no",
     DOC("<vcpus><vcpu id='0' enabled='on'/></vcpus>"), 1, "'on'"},
    {"row offline but not hotpluggable",
     DOC("<vcpu>2</vcpu><vcpus><vcpu id='0' enabled='yes'/>"
         "<vcpu id='1' enabled='no' hotpluggable='no'/></vcpus>"),
     1, "hotpluggable"},
    {"row with order 0",
     DOC("<vcpus><vcpu id='0' enabled='yes' order='0'/></vcpus>"), 1, "order"},
    {"all rows offline", DOC("<vcpus><vcpu id='0' enabled='no'/></vcpus>"), 0,
     "online"},
    {"current above the maximum under rows",
     DOC("<vcpu current='3'>2</vcpu><vcpus><vcpu id='0' "
         "enabled='yes'/></vcpus>"),
     1, "above"},
    {"declared encoding that isn't known",
     "<?xml version='1.0' encoding='no-such'?>" DOC(""), 0, "no-such"},
    {"declared encoding with signs",
     "<?xml version='1.0' encoding='LATIN1//TRANSLIT'?>" DOC(""), 0,
     "not known"},
    {"declared UTF-16 that isn't",
     "<?xml version='1.0' encoding='UTF-16'?>" DOC(""), 0, "UTF-16"},
    {"byte order mark against declaration",
     "\xef\xbb\xbf<?xml version='1.0' encoding='ISO-8859-1'?>" DOC(""), 0,
     "ISO-8859-1"},
    {"not in the declared encoding",
     "<?xml version='1.0' encoding='US-ASCII'?>" DOC("\xc3\xa4"), 0,
     "US-ASCII"},
};

/* Fit for the model, not for the schema. */
static const struct misshapen {
    const char *doc;
    int line;
    const char *words;
} misshapen[] = {
    {DOC("\n<vcpu foo='1'>4</vcpu>"), 2, "<vcpu foo='1'>"},
    {DOC("<cputune>\n" PIN(
         "0", "1") "\n<vcpupin vcpu='1' cpuset='1' x='2'/></cputune>"),
     3, "x='2'"},
    {DOC(TUNE("<vcpupin vcpu='0' cpuset='1'><a/></vcpupin>")), 1, "<vcpupin"},
    {DOC(TUNE("<vcpupin vcpu='0' cpuset='1'>a</vcpupin>")), 1, "<vcpupin"},
    {DOC("<vcpus>\n\n<a/></vcpus>"), 3, "<a/>"},
    {DOC("<vcpus><vcpu id='0' enabled='yes'><a/></vcpu></vcpus>"), 1,
     "<vcpu id='0'"},
    {DOC("<vcpus><vcpu id='0' enabled='yes' cpuset='1'/></vcpus>"), 1,
     "cpuset='1'"},
    {DOC("<vcpus count='1'/>"), 1, "<vcpus"},
    {"<domain><name kind='1'>n</name>" UUID "</domain>", 1, "<name kind='1'>"},
};

static void import_text(const char *doc, struct vc_domdef *dom)
{
    struct vc_error err;
    int rc = vc_xml_import(doc, strlen(doc), dom, &err);

    ck_assert_msg(rc == 0, "%s: %s", doc, err.text);
}

START_TEST(a_document_says_what_it_says)
{
    const struct accepted *c = &accepted[_i];
    VC_DOMDEF_AUTO dom = {0};
    VC_AUTO_STR char *says = NULL;

    test_use_schema();
    import_text(c->doc, &dom);
    says = test_describe(&dom.vcpu);
    ck_assert_msg(strcmp(says, c->says) == 0, "%s: %s", c->what, says);
    /* Byte for byte, uuid and all. */
    ck_assert_str_eq(dom.document, c->doc);
    ck_assert_uint_eq(dom.document_len, strlen(c->doc));
    ck_assert(!dom.uuid_made);
    ck_assert_str_eq(dom.name, "n");
}
END_TEST

START_TEST(a_bad_document_is_refused)
{
    const struct refused *c = &refused[_i];
    VC_DOMDEF_AUTO dom = {0};
    struct vc_error err = {0};

    test_use_schema();
    ck_assert_msg(vc_xml_import(c->doc, strlen(c->doc), &dom, &err) == -1, "%s",
                  c->what);
    ck_assert_msg(strstr(err.text, c->words), "%s: %s", c->what, err.text);
    ck_assert_msg(err.code == VC_ERR_XML_ERROR, "%s: %d", c->what, err.code);
    ck_assert_msg(err.number == c->line, "%s: line %d", c->what, err.number);
    ck_assert_int_eq(err.room, VC_ROOM_XML);
    ck_assert_ptr_null(dom.document);
}
END_TEST

START_TEST(a_misshapen_document_is_refused_by_the_schema)
{
    const struct misshapen *c = &misshapen[_i];
    VC_DOMDEF_AUTO dom = {0};
    struct vc_error err = {0};

    test_use_schema();
    ck_assert_int_eq(vc_xml_read(c->doc, strlen(c->doc), &dom, &err), 0);
    vc_domdef_clear(&dom);
    ck_assert_int_eq(vc_xml_import(c->doc, strlen(c->doc), &dom, &err), -1);
    ck_assert_msg(strstr(err.text, c->words), "%s", err.text);
    ck_assert_int_eq(err.code, VC_ERR_XML_INVALID_SCHEMA);
    ck_assert_msg(err.number == c->line, "%s", err.text);
}
END_TEST

START_TEST(the_row_to_blame_is_found_among_many)
{
    VC_BUF_AUTO buf = {0};
    VC_DOMDEF_AUTO dom = {0};
    struct vc_error err;
    unsigned i;

    test_use_schema();
    vc_buf_adds(&buf, "<domain>" NAME "<cputune>\n");
    for (i = 0; i < 1000; i++)
        vc_buf_addf(&buf, "<vcpupin vcpu='%u' cpuset='1'%s/>\n", i,
                    i == 700 ? " a=''" : "");
    vc_buf_adds(&buf, "</cputune></domain>");
    ck_assert_int_eq(vc_xml_import(buf.data, buf.len, &dom, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_XML_INVALID_SCHEMA);
    ck_assert_int_eq(err.number, 702);
}
END_TEST

START_TEST(the_model_speaks_before_the_schema)
{
    static const char doc[] =
        DOC("<vcpu foo='1'>4</vcpu>\n" TUNE(PIN("1", "5-2")));
    VC_DOMDEF_AUTO dom = {0};
    struct vc_error err;

    test_use_schema();
    ck_assert_int_eq(vc_xml_import(doc, strlen(doc), &dom, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_XML_ERROR);
    ck_assert_int_eq(err.number, 2);
}
END_TEST

/* A NUL byte in place of the '@'. */
START_TEST(a_nul_byte_is_refused_anywhere)
{
    static const char *const docs[] = {
        DOC("@"),          DOC("") "@",
        "@" DOC(""),       DOC("<!-- @ -->"),
        DOC("<a b='@'/>"), "<domain><name>n@</name></domain>"};
    size_t i;

    test_use_schema();
    for (i = 0; i < VC_NELEMS(docs); i++) {
        VC_AUTO_STR char *doc = strdup(docs[i]);
        VC_DOMDEF_AUTO dom = {0};
        struct vc_error err;

        *strchr(doc, '@') = '\0';
        ck_assert_int_eq(vc_xml_import(doc, strlen(docs[i]), &dom, &err), -1);
        ck_assert_int_eq(err.code, VC_ERR_XML_ERROR);
    }
}
END_TEST

/* <domain>, then `depth` - 1 nested elements, the innermost with `attrs`. */
static int import_nested(unsigned depth, unsigned attrs, struct vc_error *err)
{
    VC_BUF_AUTO buf = {0};
    VC_DOMDEF_AUTO dom = {0};
    unsigned i;

    vc_buf_adds(&buf, "<domain>" NAME);
    for (i = 2; i < depth; i++)
        vc_buf_adds(&buf, "<a>");
    vc_buf_adds(&buf, "<b");
    for (i = 0; i < attrs; i++)
        vc_buf_addf(&buf, " c%u='\"'", i);
    vc_buf_adds(&buf, "/>");
    for (i = 2; i < depth; i++)
        vc_buf_adds(&buf, "</a>");
    vc_buf_adds(&buf, "</domain>");
    return vc_xml_import(buf.data, buf.len, &dom, err);
}

START_TEST(limits_hold_exactly)
{
    struct vc_error err;

    test_use_schema();
    ck_assert_int_eq(import_nested(256, 1, &err), 0);
    ck_assert_int_eq(import_nested(257, 1, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "deep"));
    ck_assert_int_eq(import_nested(3, 256, &err), 0);
    ck_assert_int_eq(import_nested(3, 257, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "attributes"));
}
END_TEST

/* A document of exactly that many bytes, as UTF-8. */
static int import_sized(size_t len, const char *head, struct vc_error *err)
{
    VC_AUTO_STR char *doc = malloc(len);
    VC_DOMDEF_AUTO dom = {0};

    memset(doc, ' ', len);
    memcpy(doc, head, strlen(head));
    return vc_xml_import(doc, len, &dom, err);
}

START_TEST(a_document_has_at_most_four_mebibytes)
{
    struct vc_error err;

    test_use_schema();
    ck_assert_int_eq(import_sized(VC_XML_SIZE_MAX, DOC(""), &err), 0);
    ck_assert_int_eq(import_sized(VC_XML_SIZE_MAX + 1, DOC(""), &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_XML_ERROR);
    /* A uuid would make it bigger. */
    ck_assert_int_eq(
        import_sized(VC_XML_SIZE_MAX, "<domain>" NAME "</domain>", &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_XML_ERROR);
}
END_TEST

/* The document with a uuid where `%s` is. */
static void check_made(const char *doc, const char *pattern)
{
    VC_DOMDEF_AUTO dom = {0};
    VC_DOMDEF_AUTO again = {0};
    struct vc_error err;
    char text[VC_UUID_TEXT_LEN + 1];
    const char *mark = strstr(pattern, "%s");
    VC_BUF_AUTO expected = {0};

    import_text(doc, &dom);
    vc_uuid_format(dom.uuid, text);
    vc_buf_add(&expected, pattern, (size_t)(mark - pattern));
    vc_buf_adds(&expected, text);
    vc_buf_adds(&expected, mark + 2);
    ck_assert_str_eq(dom.document, expected.data);
    ck_assert(dom.uuid_made);
    if (strcmp(dom.name, "Domain-0") != 0) {
        ck_assert_int_eq(text[14], '4');
        ck_assert_ptr_nonnull(strchr("89ab", text[19]));
    } else {
        ck_assert(vc_uuid_is_zero(dom.uuid));
    }
    ck_assert_int_eq(vc_xml_read(dom.document, dom.document_len, &again, &err),
                     0);
    ck_assert_mem_eq(again.uuid, dom.uuid, VC_UUID_LEN);
    ck_assert_int_eq(vc_xml_read(doc, strlen(doc), &again, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_INTERNAL);
}

/* The bytes stay, a uuid is made, and what was stored can be read. */
static void check_unwritten(const char *doc)
{
    VC_DOMDEF_AUTO dom = {0};
    VC_DOMDEF_AUTO again = {0};
    struct vc_error err;

    import_text(doc, &dom);
    ck_assert_str_eq(dom.document, doc);
    ck_assert(dom.uuid_made && dom.uuid_unwritten);
    ck_assert(!vc_uuid_is_zero(dom.uuid));
    ck_assert_int_eq(vc_xml_read(dom.document, dom.document_len, &again, &err),
                     0);
    ck_assert(again.uuid_unwritten);
}

START_TEST(a_missing_uuid_is_made_and_written)
{
    test_use_schema();
    check_made("<domain><name>n</name></domain>",
               "<domain><name>n</name><uuid>%s</uuid></domain>");
    check_made("<domain>\n\n\t<name>n</name> <!-- c -->\n</domain>\n",
               "<domain>\n\n\t<name>n</name>\n\t<uuid>%s</uuid> <!-- c "
               "-->\n</domain>\n");
    check_made(
        "<domain>\r\n  <vcpu>2</vcpu>\r\n  <name>n</name>\r\n</domain>\r\n",
        "<domain>\r\n  <vcpu>2</vcpu>\r\n  <name>n</name>\r\n  "
        "<uuid>%s</uuid>\r\n"
        "</domain>\r\n");
    check_made("\xef\xbb\xbf<domain>\n  <name>Domain-0</name>\n</domain>",
               "\xef\xbb\xbf<domain>\n  <name>Domain-0</name>\n  "
               "<uuid>%s</uuid>\n</domain>");
}
END_TEST

START_TEST(a_uuid_element_that_holds_none_stays_as_it_is)
{
    static const char *const none[] = {"", "UUID", "[UUID]", "{vm_uuid}",
                                       "00000000-0000-0000-0000-000000000000"};
    char doc[256];
    size_t i;

    test_use_schema();
    for (i = 0; i < VC_NELEMS(none); i++) {
        (void)snprintf(doc, sizeof(doc),
                       "<domain><uuid>%s</uuid>\n<name>n</name></domain>",
                       none[i]);
        check_unwritten(doc);
    }
    check_unwritten("<domain><uuid/>\n<name>n</name></domain>");
    check_unwritten("<domain><name>n</name><uuid><!-- c --></uuid></domain>");
}
END_TEST

START_TEST(zeros_are_the_uuid_of_domain_0)
{
    static const char doc[] =
        "<domain><name>Domain-0</name>"
        "<uuid>00000000-0000-0000-0000-000000000000</uuid></domain>";
    VC_DOMDEF_AUTO dom = {0};

    test_use_schema();
    import_text(doc, &dom);
    ck_assert(!dom.uuid_made);
    ck_assert_str_eq(dom.document, doc);
}
END_TEST

START_TEST(two_made_uuids_differ)
{
    VC_DOMDEF_AUTO a = {0};
    VC_DOMDEF_AUTO b = {0};

    test_use_schema();
    import_text("<domain>" NAME "</domain>", &a);
    import_text("<domain>" NAME "</domain>", &b);
    ck_assert_mem_ne(a.uuid, b.uuid, VC_UUID_LEN);
}
END_TEST

START_TEST(a_missing_schema_is_internal_and_named)
{
    VC_DOMDEF_AUTO dom = {0};
    struct vc_error err;

    vc_xml_set_schema_path("/no/such/schema.rng");
    ck_assert_int_eq(vc_xml_import(DOC(""), strlen(DOC("")), &dom, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_INTERNAL);
    ck_assert_ptr_nonnull(strstr(err.text, "/no/such/schema.rng"));
    /* It may come later. */
    test_use_schema();
    import_text(DOC(""), &dom);
}
END_TEST

START_TEST(a_broken_schema_is_internal)
{
    static const char *const broken[] = {
        "<grammar", "<grammar xmlns='http://relaxng.org/ns/structure/1.0'/>"};
    size_t i;

    for (i = 0; i < VC_NELEMS(broken); i++) {
        char path[] = "broken-schema-XXXXXX";
        int fd = mkstemp(path);
        FILE *file = fdopen(fd, "w");
        VC_DOMDEF_AUTO dom = {0};
        struct vc_error err;

        fputs(broken[i], file);
        fclose(file);
        vc_xml_set_schema_path(path);
        ck_assert_int_eq(vc_xml_import(DOC(""), strlen(DOC("")), &dom, &err),
                         -1);
        remove(path);
        ck_assert_int_eq(err.code, VC_ERR_INTERNAL);
        ck_assert_ptr_nonnull(strstr(err.text, path));
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xml import");
    TCase *tc = tcase_create("rules");

    tcase_set_timeout(tc, 60);
    /* First, for a schema that was loaded stays. */
    tcase_add_test(tc, a_broken_schema_is_internal);
    tcase_add_test(tc, a_missing_schema_is_internal_and_named);
    tcase_add_loop_test(tc, a_document_says_what_it_says, 0,
                        (int)VC_NELEMS(accepted));
    tcase_add_loop_test(tc, a_bad_document_is_refused, 0,
                        (int)VC_NELEMS(refused));
    tcase_add_loop_test(tc, a_misshapen_document_is_refused_by_the_schema, 0,
                        (int)VC_NELEMS(misshapen));
    tcase_add_test(tc, the_row_to_blame_is_found_among_many);
    tcase_add_test(tc, the_model_speaks_before_the_schema);
    tcase_add_test(tc, a_nul_byte_is_refused_anywhere);
    tcase_add_test(tc, limits_hold_exactly);
    tcase_add_test(tc, a_document_has_at_most_four_mebibytes);
    tcase_add_test(tc, a_missing_uuid_is_made_and_written);
    tcase_add_test(tc, a_uuid_element_that_holds_none_stays_as_it_is);
    tcase_add_test(tc, zeros_are_the_uuid_of_domain_0);
    tcase_add_test(tc, two_made_uuids_differ);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
