/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "../unit/vc_check.h"
#include "world.h"

static const struct {
    const char *text;
    const char *scheme;
    const char *path;
    const char *params; /* "name=value;name=value;" decoded */
} good[] = {
    {"test:///default", "test", "/default", ""},
    {"xen:///system", "xen", "/system", ""},
    {"QEMU:///system", "qemu", "/system", ""},
    {"a1+.-b:///x", "a1+.-b", "/x", ""},
    {"test:/default", "test", "/default", ""},
    {"test://", "test", "", ""},
    {"test:", "test", "", ""},
    {"test:///", "test", "/", ""},
    {"test:///a%20b/c%2Fd", "test", "/a b/c/d", ""},
    {"test:///a%c3%A9", "test", "/a\xc3\xa9", ""},
    {"test:///p%3Fq%23r%25s", "test", "/p?q#r%s", ""},
    {"test:///p?", "test", "/p", ""},
    {"test:///p?a=1", "test", "/p", "a=1;"},
    {"test:///p?a=1&b=2&c=", "test", "/p", "a=1;b=2;c=;"},
    {"test:///p?a=b=c", "test", "/p", "a=b=c;"},
    {"test:///p?a%3D1=%26%3d", "test", "/p", "a=1=&=;"},
    {"test:///p?f=online:2+:delay=5", "test", "/p", "f=online:2+:delay=5;"},
    {"test:///p?store=/a/b?c", "test", "/p", "store=/a/b?c;"},
    {"test://?a=1", "test", "", "a=1;"},
};

START_TEST(uri_is_split_and_decoded)
{
    struct vc_error err = {0};
    VC_URI_AUTO *uri = vc_uri_parse(good[_i].text, &err);
    VC_BUF_AUTO params = {0};
    size_t i;

    ck_assert_msg(uri != NULL, "%s", err.text);
    ck_assert_str_eq(uri->text, good[_i].text);
    ck_assert_str_eq(uri->scheme, good[_i].scheme);
    ck_assert_str_eq(uri->path, good[_i].path);
    for (i = 0; i < uri->nparams; i++) {
        vc_buf_addf(&params, "%s=%s;", uri->params[i].name,
                    uri->params[i].value);
        ck_assert_ptr_eq(vc_uri_param(uri, uri->params[i].name),
                         uri->params[i].value);
    }
    ck_assert_str_eq(vc_buf_str(&params), good[_i].params);
    ck_assert_ptr_null(vc_uri_param(uri, "absent"));
    ck_assert_ptr_null(vc_uri_param(uri, ""));
}
END_TEST

static const struct {
    const char *text;
    const char *words;
} bad[] = {
    {"", "SCHEME:///PATH"},
    {"default", "SCHEME:///PATH"},
    {"/default", "SCHEME:///PATH"},
    {":///default", "SCHEME:///PATH"},
    {"1test:///default", "SCHEME:///PATH"},
    {"te st:///default", "SCHEME:///PATH"},
    {"te%73t:///default", "SCHEME:///PATH"},
    {"qemu+ssh://host/system", "a host is not allowed"},
    {"test://default", "a host is not allowed"},
    {"test://user@/x", "a host is not allowed"},
    {"test://:80/x", "a host is not allowed"},
    {"test:default", "must start with '/'"},
    {"test:///p#frag", "%23"},
    {"test:///p?a=#", "%23"},
    {"test:///p%", "two hex digits"},
    {"test:///p%4", "two hex digits"},
    {"test:///p%4g", "two hex digits"},
    {"test:///p%-1", "two hex digits"},
    {"test:///p?a=%", "two hex digits"},
    {"test:///p?a=%4&b=1", "two hex digits"},
    {"test:///p%00", "control characters"},
    {"test:///p%0a", "control characters"},
    {"test:///p\n", "control characters"},
    {"test:///p?a=\x7f", "control characters"},
    {"test:///p?a", "NAME=VALUE"},
    {"test:///p?=1", "NAME=VALUE"},
    {"test:///p?a=1&", "NAME=VALUE"},
    {"test:///p?&a=1", "NAME=VALUE"},
    {"test:///p?a=1&&b=1", "NAME=VALUE"},
    {"test:///p?a=1&b=2&a=1", "twice"},
    {"test:///p?a=1&%61=2", "twice"},
};

START_TEST(wrong_uri_is_refused_and_named)
{
    struct vc_error err = {0};
    struct vc_uri *uri = vc_uri_parse(bad[_i].text, &err);
    const char *c;

    ck_assert_msg(uri == NULL, "'%s' was accepted", bad[_i].text);
    ck_assert_int_eq(err.code, VC_ERR_INVALID_ARG);
    ck_assert_msg(strstr(err.text, bad[_i].words), "%s", err.text);
    ck_assert_int_eq(strncmp(err.text, "URI '", 5), 0);
    for (c = err.text; *c; c++)
        ck_assert((unsigned char)*c >= 0x20 && *c != 0x7f);
}
END_TEST

START_TEST(long_uri_is_cut_in_the_message)
{
    struct vc_error err = {0};
    char text[5000];

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    ck_assert_ptr_null(vc_uri_parse(text, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "xxx...'"));
    ck_assert_uint_lt(strlen(err.text), 300);
}
END_TEST

START_TEST(free_of_nothing_is_fine)
{
    vc_uri_free(NULL);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("uri");
    TCase *tcase = tcase_create("uri");

    tcase_add_loop_test(tcase, uri_is_split_and_decoded, 0,
                        (int)VC_NELEMS(good));
    tcase_add_loop_test(tcase, wrong_uri_is_refused_and_named, 0,
                        (int)VC_NELEMS(bad));
    tcase_add_test(tcase, long_uri_is_cut_in_the_message);
    tcase_add_test(tcase, free_of_nothing_is_fine);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
