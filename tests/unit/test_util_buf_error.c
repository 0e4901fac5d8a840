/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_STORE
#include <errno.h>
#include <string.h>

#include "util/buf.h"
#include "util/error.h"
#include "vc_check.h"

START_TEST(an_empty_buffer_is_an_empty_string)
{
    VC_BUF_AUTO buf = {0};
    struct vc_error err = {0};
    size_t len = 7;
    char *text;

    ck_assert_str_eq(vc_buf_str(&buf), "");
    text = vc_buf_steal(&buf, &len, &err);
    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(text, "");
    ck_assert_uint_eq(len, 0);
    ck_assert_int_eq(err.code, VC_ERR_OK);
    free(text);
}
END_TEST

START_TEST(appends_follow_each_other_and_end_in_nul)
{
    VC_BUF_AUTO buf = {0};

    vc_buf_adds(&buf, "vcpu");
    vc_buf_addc(&buf, ' ');
    vc_buf_addf(&buf, "%u of %s", 3u, "8");
    vc_buf_add(&buf, "!ignored", 1);
    vc_buf_add(&buf, NULL, 0);
    ck_assert_str_eq(vc_buf_str(&buf), "vcpu 3 of 8!");
    ck_assert_uint_eq(buf.len, strlen("vcpu 3 of 8!"));
    ck_assert(!buf.failed);
}
END_TEST

START_TEST(nul_bytes_are_bytes_like_others)
{
    VC_BUF_AUTO buf = {0};

    vc_buf_add(&buf, "a\0b", 3);
    vc_buf_addc(&buf, '\0');
    ck_assert_uint_eq(buf.len, 4);
    ck_assert_mem_eq(buf.data, "a\0b\0", 5);
}
END_TEST

/* Every length around the steps by which the buffer grows. */
START_TEST(growth_keeps_every_byte)
{
    VC_BUF_AUTO buf = {0};
    VC_BUF_AUTO formatted = {0};
    size_t i;

    for (i = 0; i < 5000; i++) {
        vc_buf_addc(&buf, (char)('a' + i % 26));
        vc_buf_addf(&formatted, "%c", (char)('a' + i % 26));
        ck_assert_uint_eq(strlen(buf.data), i + 1);
    }
    ck_assert_str_eq(buf.data, formatted.data);
    for (i = 0; i < 5000; i++)
        ck_assert_int_eq(buf.data[i], (char)('a' + i % 26));
}
END_TEST

START_TEST(a_formatted_text_longer_than_the_room_left_is_whole)
{
    VC_BUF_AUTO buf = {0};
    char text[1000];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    vc_buf_adds(&buf, "->");
    vc_buf_addf(&buf, "%s<-", text);
    ck_assert_uint_eq(buf.len, sizeof(text) + 3);
    ck_assert_str_eq(buf.data + buf.len - 3, "x<-");
}
END_TEST

START_TEST(steal_empties_and_the_buffer_can_be_used_again)
{
    VC_BUF_AUTO buf = {0};
    struct vc_error err = {0};
    char *first;

    vc_buf_adds(&buf, "first");
    first = vc_buf_steal(&buf, NULL, &err);
    ck_assert_str_eq(vc_buf_str(&buf), "");
    vc_buf_adds(&buf, "second");
    ck_assert_str_eq(first, "first");
    ck_assert_str_eq(vc_buf_str(&buf), "second");
    free(first);
}
END_TEST

START_TEST(a_failed_append_is_remembered_and_reported_once)
{
    VC_BUF_AUTO buf = {0};
    struct vc_error err = {0};
    size_t len = 7;

    vc_buf_adds(&buf, "before");
    vc_buf_add(&buf, "", SIZE_MAX / 2);
    ck_assert(buf.failed);
    vc_buf_adds(&buf, "after");
    ck_assert_str_eq(vc_buf_str(&buf), "before");
    ck_assert_ptr_null(vc_buf_steal(&buf, &len, &err));
    ck_assert_int_eq(err.code, VC_ERR_NO_MEMORY);
    ck_assert_uint_eq(len, 7);
    ck_assert(!buf.failed);
}
END_TEST

START_TEST(clear_is_safe_twice)
{
    struct vc_buf buf = {0};

    vc_buf_adds(&buf, "text");
    vc_buf_clear(&buf);
    vc_buf_clear(&buf);
    ck_assert_str_eq(vc_buf_str(&buf), "");
}
END_TEST

START_TEST(what_a_terminal_would_obey_is_shown_as_numbers)
{
    static const struct {
        const char *text;
        const char *clean;
    } cases[] = {
        {"", ""},
        {"plain ~", "plain ~"},
        {"\033[2Jx\n\177", "\\x1b[2Jx\\x0a\\x7f"},
        {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
         "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"},
        {"\xc2\x9b""31m", "\\xc2\\x9b""31m"}, /* CSI as U+009B */
        {"\x9b""31m", "\\x9b""31m"},
        {"\xc0\x80\xc1\xbf", "\\xc0\\x80\\xc1\\xbf"}, /* overlong */
        {"\xe0\x80\x80", "\\xe0\\x80\\x80"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
        {"cut \xe2\x82", "cut \\xe2\\x82"},
    };
    struct vc_error err = {0};
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++) {
        ck_assert_int_eq(
            vc_error_set(&err, VC_ERR_INTERNAL, "%s", cases[i].text), -1);
        ck_assert_str_eq(err.text, cases[i].clean);
    }
    (void)vc_error_set(&err, VC_ERR_INTERNAL, "a");
    (void)vc_error_append(&err, "\033");
    (void)vc_error_prefix(&err, "\a");
    ck_assert_str_eq(err.text, "\\x07: a\\x1b");
}
END_TEST

/* Nor does a text that has to be cut end in half a character. */
START_TEST(a_long_text_is_cut_between_characters)
{
    char text[2 * VC_ERROR_TEXT_MAX + 1];
    struct vc_error err = {0};
    size_t i;

    for (i = 0; i < sizeof(text) - 1; i++)
        text[i] = i % 2 ? '\xbc' : '\xc3';
    text[sizeof(text) - 1] = '\0';
    (void)vc_error_set(&err, VC_ERR_INTERNAL, "%s", text);
    ck_assert_uint_le(strlen(err.text), VC_ERROR_TEXT_MAX - 1);
    ck_assert_uint_ge(strlen(err.text), VC_ERROR_TEXT_MAX - 6);
    ck_assert_mem_eq(err.text, text, strlen(err.text) - 4);
    memset(text, '\033', sizeof(text) - 1);
    (void)vc_error_set(&err, VC_ERR_INTERNAL, "%s", text);
    ck_assert_uint_le(strlen(err.text), VC_ERROR_TEXT_MAX - 1);
    ck_assert_str_eq(err.text + strlen(err.text) - 4, "\\x1b");
}
END_TEST

START_TEST(an_error_says_code_room_and_text_and_gives_minus_one)
{
    struct vc_error err = {.number = 12};

    ck_assert_int_eq(vc_error_set(&err, VC_ERR_INVALID_ARG, "vcpu %d", 5), -1);
    ck_assert_int_eq(err.code, VC_ERR_INVALID_ARG);
    ck_assert_int_eq(err.room, VC_ROOM_STORE);
    ck_assert_int_eq(err.number, 0);
    ck_assert_str_eq(err.text, "vcpu 5");
    ck_assert_int_eq(vc_error_nomem(&err), -1);
    ck_assert_int_eq(err.code, VC_ERR_NO_MEMORY);
    ck_assert_str_eq(err.text, "out of memory");
}
END_TEST

START_TEST(a_prefix_and_an_append_keep_code_and_number)
{
    struct vc_error err = {0};

    (void)vc_error_set(&err, VC_ERR_XML_ERROR, "no name");
    err.number = 4;
    ck_assert_int_eq(vc_error_prefix(&err, "domain '%s'", "a"), -1);
    ck_assert_int_eq(vc_error_append(&err, " (%u left)", 2u), -1);
    ck_assert_str_eq(err.text, "domain 'a': no name (2 left)");
    ck_assert_int_eq(err.code, VC_ERR_XML_ERROR);
    ck_assert_int_eq(err.number, 4);
}
END_TEST

START_TEST(a_text_that_is_too_long_is_cut_and_stays_a_string)
{
    struct vc_error err = {0};
    char text[3 * VC_ERROR_TEXT_MAX];

    memset(text, 'y', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    (void)vc_error_set(&err, VC_ERR_INTERNAL, "%s", text);
    ck_assert_uint_eq(strlen(err.text), VC_ERROR_TEXT_MAX - 1);
    (void)vc_error_prefix(&err, "front");
    ck_assert_uint_eq(strlen(err.text), VC_ERROR_TEXT_MAX - 1);
    ck_assert_int_eq(strncmp(err.text, "front: yyy", 10), 0);
    (void)vc_error_append(&err, "behind");
    ck_assert_uint_eq(strlen(err.text), VC_ERROR_TEXT_MAX - 1);
    (void)vc_error_prefix(&err, "%s", text);
    ck_assert_uint_eq(strlen(err.text), VC_ERROR_TEXT_MAX - 1);
}
END_TEST

START_TEST(errno_is_told_in_words_behind_the_text)
{
    struct vc_error err = {0};

    ck_assert_int_eq(vc_error_errno(&err, ENOENT, "file '%s'", "a.db"), -1);
    ck_assert_int_eq(err.code, VC_ERR_SYSTEM_ERROR);
    ck_assert_int_eq(err.room, VC_ROOM_STORE);
    ck_assert_int_eq(strncmp(err.text, "file 'a.db': ", 13), 0);
    ck_assert_ptr_nonnull(strstr(err.text, strerror(ENOENT)));
}
END_TEST

START_TEST(steal_leaves_null_behind)
{
    char *text = strdup("mine");
    char *taken = VC_STEAL(text);

    ck_assert_ptr_null(text);
    ck_assert_str_eq(taken, "mine");
    free(taken);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("util buf and error");
    TCase *buf = tcase_create("buf");
    TCase *error = tcase_create("error");

    tcase_add_test(buf, an_empty_buffer_is_an_empty_string);
    tcase_add_test(buf, appends_follow_each_other_and_end_in_nul);
    tcase_add_test(buf, nul_bytes_are_bytes_like_others);
    tcase_add_test(buf, growth_keeps_every_byte);
    tcase_add_test(buf, a_formatted_text_longer_than_the_room_left_is_whole);
    tcase_add_test(buf, steal_empties_and_the_buffer_can_be_used_again);
    tcase_add_test(buf, a_failed_append_is_remembered_and_reported_once);
    tcase_add_test(buf, clear_is_safe_twice);
    tcase_add_test(buf, steal_leaves_null_behind);
    suite_add_tcase(suite, buf);
    tcase_add_test(error, what_a_terminal_would_obey_is_shown_as_numbers);
    tcase_add_test(error, a_long_text_is_cut_between_characters);
    tcase_add_test(error, an_error_says_code_room_and_text_and_gives_minus_one);
    tcase_add_test(error, a_prefix_and_an_append_keep_code_and_number);
    tcase_add_test(error, a_text_that_is_too_long_is_cut_and_stays_a_string);
    tcase_add_test(error, errno_is_told_in_words_behind_the_text);
    suite_add_tcase(suite, error);
    return suite;
}

VC_TEST_MAIN(make_suite)
