/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library escapes in its messages, and the command in what it prints:
 * two tables, for the command may not see the library's rooms. */
#include "util/text.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "cli/text.h"
#include "vc_check.h"

/* The only thing of the command that it needs. */
void *cli_alloc(size_t n, size_t size);
void *cli_alloc(size_t n, size_t size)
{
    void *p = calloc(n, size);

    ck_assert_ptr_nonnull(p);
    return p;
}

static void encode(uint32_t c, char ret[5])
{
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    size_t i;

    memset(ret, 0, 5);
    for (i = len; i-- > 1; c >>= 6)
        ret[i] = (char)(0x80 | (c & 0x3f));
    ret[0] = (char)(len == 1 ? c : (0xf00u >> len & 0xff) | c);
}

static bool library_shows(const char *text)
{
    char copy[32];

    (void)snprintf(copy, sizeof(copy), "%s", text);
    vc_text_clean(copy, sizeof(copy));
    return strcmp(copy, text) == 0;
}

START_TEST(what_deceives_is_shown_as_numbers)
{
    char text[64] = "abc\xe2\x80\xaegnp \xe2\x80\x8b \xd8\x9c";

    vc_text_clean(text, sizeof(text));
    ck_assert_str_eq(text, "abc\\xe2\\x80\\xaegnp \\xe2\\x80\\x8b "
                           "\\xd8\\x9c");
}
END_TEST

/* Where the locale knows no width the command is the stricter one. */
START_TEST(the_library_and_the_command_agree)
{
    unsigned escaped = 0;
    uint32_t c;

    ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
    for (c = 1; c <= 0x10ffff; c++) {
        char text[5];
        bool command;
        int width;

        encode(c, text);
        command = cli_text_printable(text, strlen(text), &width) > 0;
        if (command || wcwidth((wchar_t)c) >= 0)
            ck_assert_msg(library_shows(text) == command, "U+%04X", c);
        escaped += !command && wcwidth((wchar_t)c) >= 0;
    }
    ck_assert_uint_gt(escaped, 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("util text");
    TCase *tc = tcase_create("text");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, what_deceives_is_shown_as_numbers);
    tcase_add_test(tc, the_library_and_the_command_agree);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
