/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Documents in other encodings are turned into UTF-8, declaration and all. */
#include <iconv.h>
#include <string.h>

#include "vc_check.h"
#include "xml_test.h"

#define BODY                                                                   \
    "<domain><name>n\xc3\xa4</"                                                \
    "name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid>"                   \
    "<vcpu>2</vcpu><!-- \xc3\xbc -->\r\n</domain>\n"

/* `text` is UTF-8; it is converted to `encoding` and the mark put before. */
static const struct converted {
    const char *encoding;
    const char *mark;
    size_t mark_len;
    const char *text;
    const char *document;
} converted[] = {
    {"ISO-8859-1", "", 0,
     "<?xml version=\"1.0\" encoding='ISO-8859-1' standalone='yes'?>" BODY,
     "<?xml version=\"1.0\" encoding='UTF-8' standalone='yes'?>" BODY},
    {"ISO-8859-1", "", 0,
     "<?xml version='1.0'\n  encoding = \"latin1\"  ?>" BODY,
     "<?xml version='1.0'\n  encoding = \"UTF-8\"  ?>" BODY},
    {"WINDOWS-1252", "", 0,
     "<?xml version='1.0' encoding='windows-1252'?>\n" BODY,
     "<?xml version='1.0' encoding='UTF-8'?>\n" BODY},
    {"UTF-16LE", "\xff\xfe", 2,
     "<?xml version='1.0' encoding='UTF-16'?>\r\n" BODY,
     "<?xml version='1.0' encoding='UTF-8'?>\r\n" BODY},
    {"UTF-16BE", "\xfe\xff", 2, "<?xml version='1.0' encoding='UTF-16'?>" BODY,
     "<?xml version='1.0' encoding='UTF-8'?>" BODY},
    {"UTF-16LE", "\xff\xfe", 2, "<?xml version='1.0' encoding='utf-8'?>" BODY,
     "<?xml version='1.0' encoding='UTF-8'?>" BODY},
    {"UTF-16LE", "\xff\xfe", 2, BODY, BODY},
    {"UTF-16BE", "", 0, "<?xml version='1.0'?>" BODY,
     "<?xml version='1.0'?>" BODY},
    {"UTF-16LE", "", 0, BODY, BODY},
    {"UTF-32LE", "\xff\xfe\0\0", 4, BODY, BODY},
    {"UTF-32BE", "\0\0\xfe\xff", 4, BODY, BODY},
    {"UTF-32BE", "", 0, BODY, BODY},
    {"UTF-32LE", "", 0, "<?xml version='1.0' encoding='UCS-4'?>" BODY,
     "<?xml version='1.0' encoding='UTF-8'?>" BODY},
};

static void convert(const char *encoding, const char *text, struct vc_buf *buf)
{
    iconv_t cd = iconv_open(encoding, "UTF-8");
    VC_AUTO_STR char *copy = strdup(text);
    char *in = copy;
    size_t left = strlen(text);
    char out[4096];
    char *to = out;
    size_t room = sizeof(out);

    ck_assert_ptr_ne(cd, (iconv_t)-1);
    ck_assert_uint_eq(iconv(cd, &in, &left, &to, &room), 0);
    iconv_close(cd);
    vc_buf_add(buf, out, sizeof(out) - room);
}

START_TEST(a_document_is_turned_into_utf8)
{
    const struct converted *c = &converted[_i];
    VC_BUF_AUTO bytes = {0};
    VC_DOMDEF_AUTO dom = {0};
    struct vc_error err;

    test_use_schema();
    vc_buf_add(&bytes, c->mark, c->mark_len);
    convert(c->encoding, c->text, &bytes);
    ck_assert_msg(vc_xml_import(bytes.data, bytes.len, &dom, &err) == 0,
                  "%s: %s", c->encoding, err.text);
    ck_assert_str_eq(dom.document, c->document);
    ck_assert_str_eq(dom.name, "n\xc3\xa4");
}
END_TEST

/* A UTF-8 document keeps its bytes whatever its declaration looks like. */
START_TEST(a_utf8_document_is_kept)
{
    static const char *const docs[] = {
        BODY,
        "\xef\xbb\xbf" BODY,
        "<?xml version='1.0'?>" BODY,
        "<?xml version=\"1.0\" encoding='utf-8' standalone='no' ?>\n" BODY,
        "\xef\xbb\xbf<?xml version='1.0' encoding=\"Utf8\"?>" BODY,
    };
    size_t i;

    test_use_schema();
    for (i = 0; i < VC_NELEMS(docs); i++) {
        VC_DOMDEF_AUTO dom = {0};
        struct vc_error err;

        ck_assert_msg(vc_xml_import(docs[i], strlen(docs[i]), &dom, &err) == 0,
                      "%s", err.text);
        ck_assert_str_eq(dom.document, docs[i]);
    }
}
END_TEST

static void check_refused(const char *bytes, size_t len, const char *words)
{
    VC_DOMDEF_AUTO dom = {0};
    struct vc_error err;

    ck_assert_int_eq(vc_xml_import(bytes, len, &dom, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_XML_ERROR);
    ck_assert_msg(strstr(err.text, words), "%s", err.text);
}

START_TEST(bytes_that_are_no_characters_are_refused)
{
    VC_BUF_AUTO bytes = {0};

    test_use_schema();
    vc_buf_add(&bytes, "\xff\xfe", 2);
    convert("UTF-16LE", BODY, &bytes);
    check_refused(bytes.data, bytes.len - 1, "UTF-16LE");
    /* Half a surrogate pair, then U+0000, in place of a line end. */
    memcpy(bytes.data + bytes.len - 2, "\x00\xd8", 2);
    check_refused(bytes.data, bytes.len, "UTF-16LE");
    memcpy(bytes.data + bytes.len - 2, "\x00\x00", 2);
    check_refused(bytes.data, bytes.len, "NUL");
}
END_TEST

START_TEST(the_size_limit_holds_for_the_result)
{
    static const char head[] = "<?xml version='1.0' encoding='ISO-8859-1'?>"
                               "<domain><name>n</name><!-- ";
    static const char tail[] = "--></domain>";
    VC_BUF_AUTO bytes = {0};

    test_use_schema();
    vc_buf_adds(&bytes, head);
    while (bytes.len < VC_XML_SIZE_MAX - sizeof(tail))
        vc_buf_addc(&bytes, '\xe4');
    vc_buf_adds(&bytes, tail);
    check_refused(bytes.data, bytes.len, "too big");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xml encoding");
    TCase *tc = tcase_create("encodings");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_document_is_turned_into_utf8, 0,
                        (int)VC_NELEMS(converted));
    tcase_add_test(tc, a_utf8_document_is_kept);
    tcase_add_test(tc, bytes_that_are_no_characters_are_refused);
    tcase_add_test(tc, the_size_limit_holds_for_the_result);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
