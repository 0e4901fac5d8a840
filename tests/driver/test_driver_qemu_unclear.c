/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver of QEMU: sockets that do not answer, and who may be behind them. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "driver/qemu/peer.h"
#include "qemu_peers.h"

#define UUID_A "0f0e0d0c-0b0a-0908-0706-050403020100"

/* ---- command lines ---- */

/* '|' stands for the end of an argument. */
static struct vc_qemu_hint parse(const char *args)
{
    struct vc_qemu_hint hint = {0};
    char text[1024];
    size_t len = strlen(args);
    size_t i;

    ck_assert_uint_lt(len, sizeof(text));
    for (i = 0; i <= len; i++)
        text[i] = (char)(args[i] == '|' ? '\0' : args[i]);
    vc_qemu_hint_parse(text, len, &hint);
    return hint;
}

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define LONG FIFTY FIFTY FIFTY FIFTY FIFTY TEN /* 260 */

static const struct {
    const char *args;
    const char *name;
    bool has_uuid;
} command_lines[] = {
    {"", "", false},
    {"|", "", false},
    {"qemu|-name|a|", "a", false},
    {"qemu|--name|a|-uuid|" UUID_A "|", "a", true},
    {"qemu|-name|guest=a,debug-threads=on|", "a", false},
    {"qemu|-name|debug-threads=on,guest=a|", "a", false},
    {"qemu|-name|a,debug-threads=on|", "a", false},
    {"qemu|-name|a,,b,process=c|", "a,b", false},
    {"qemu|-name|debug-threads=on|", "", false},
    {"qemu|-name|debug-threads=on,b|", "", false},
    {"qemu|-name|a|-name|b|", "b", false},
    {"qemu|-name|", "", false},
    {"qemu|-name", "", false},
    {"qemu|-name||-uuid||", "", false},
    {"qemu|-name|,,|", ",", false},
    {"qemu|-name|a/b|", "", false},
    {"qemu|-name|a\nb|", "", false},
    {"qemu|-name|%s%n|", "%s%n", false},
    {"qemu|-name|" LONG "|", "", false},
    {"qemu|-name|guest=" LONG LONG ",x=y|", "", false},
    {"qemu|-uuid|00000000-0000-0000-0000-000000000000|", "", false},
    {"qemu|-uuid|" UUID_A "0|", "", false},
    {"name|a|-|b|--|c|", "", false},
};

START_TEST(names_are_read_off_command_lines)
{
    struct vc_qemu_hint hint = parse(command_lines[_i].args);

    ck_assert_str_eq(hint.name, command_lines[_i].name);
    ck_assert_int_eq(hint.has_uuid, command_lines[_i].has_uuid);
    if (hint.has_uuid)
        ck_assert_uint_eq(hint.uuid[0], 0x0f);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("driver: QEMU's unclear sockets");
    TCase *tcase = tcase_create("unclear");

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, names_are_read_off_command_lines, 0,
                        (int)VC_NELEMS(command_lines));
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
