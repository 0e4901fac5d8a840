/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of `apply`: what it may say, and bytes from anywhere. */
#include "../../src/cli/apply_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/vc_check.h"

static struct apply_fault fault;

static int parse(const char *text, struct apply_file *ret)
{
    memset(&fault, 0, sizeof(fault));
    return apply_parse(text, strlen(text), ret, &fault);
}

static void is_set(const struct apply_set *set, const char *wanted)
{
    char *text = apply_set_text(set);

    ck_assert_str_eq(text, wanted);
    free(text);
}

START_TEST(a_file_says_what_it_says)
{
    APPLY_FILE_AUTO file = {0};

    ck_assert_int_eq(parse("\xef\xbb\xbf# x\r\n\n"
                           "domain web#1 # comment\n"
                           "\ttarget  config live\n"
                           "maximum 16384\n"
                           "online 0-2,^1,7,5-6,6\n"
                           "pin 1,0 00-3,^2 #\n"
                           "unpin 4-5\n"
                           "domain \"a \\\"b\\\\\"\n vcpus 1",
                           &file),
                     0);
    ck_assert_uint_eq(file.n, 2);
    ck_assert_str_eq(file.domains[0].word, "web#1");
    ck_assert_uint_eq(file.domains[0].line, 3);
    ck_assert(!file.domains[0].is_name);
    ck_assert_uint_eq(file.domains[0].target, APPLY_LIVE | APPLY_CONFIG);
    ck_assert_uint_eq(file.domains[0].maximum, 16384);
    is_set(&file.domains[0].online, "0,2,5-7");
    ck_assert_uint_eq(file.domains[0].npins, 2);
    is_set(&file.domains[0].pins[0].vcpus, "0-1");
    ck_assert_str_eq(file.domains[0].pins[0].cpus, "0-1,3");
    ck_assert_ptr_null(file.domains[0].pins[1].cpus);
    ck_assert_uint_eq(file.domains[0].pins[1].line, 8);
    ck_assert_str_eq(file.domains[1].word, "a \"b\\");
    ck_assert(file.domains[1].is_name);
    ck_assert_uint_eq(file.domains[1].target, 0);
    ck_assert_uint_eq(file.domains[1].vcpus, 1);
}
END_TEST

START_TEST(sets_can_be_turned_round)
{
    struct apply_set set = {0};
    struct apply_set others = {0};

    ck_assert_int_eq(apply_set_parse("0,3-4,9", 10, &set, &fault), 0);
    ck_assert_uint_eq(apply_set_last(&set), 9);
    ck_assert(apply_set_has(&set, 4));
    ck_assert(!apply_set_has(&set, 5));
    apply_set_invert(&set, 8, &others);
    is_set(&others, "1-2,5-7");
    apply_set_clear(&others);
    apply_set_invert(&set, 1, &others);
    is_set(&others, "");
    apply_set_clear(&others);
    apply_set_clear(&set);
}
END_TEST

static const struct {
    const char *text;
    unsigned line;
    const char *says;
} bad[] = {
    {"vcpus 1", 1, "'vcpus' before the first 'domain'"},
    {"domain a\ndomain b\nvcpus 1", 1, "nothing is said about this domain"},
    {"domain a\ntarget live", 1, "nothing is said about this domain"},
    {"domain", 1, "behind 'domain' stands a name"},
    {"domain a b\nvcpus 1", 1, "behind 'domain' stands a name"},
    {"domain \"\"\nvcpus 1", 1, "a name of 0 bytes; 1-255 are allowed"},
    {"domain \"a\nvcpus 1", 1, "is not closed"},
    {"domain \"a\\\nvcpus 1", 1, "stands before"},
    {"domain \"a\\n\"\nvcpus 1", 1, "stands before"},
    {"domain \"a\"b\nvcpus 1", 1, "a blank is missing"},
    {"domain a\"b\"\nvcpus 1", 1, "inside of a word"},
    {"domain a\nvcpus \"1\"", 2, "only the name of a domain"},
    {"\"domain\" a\nvcpus 1", 1, "only the name of a domain"},
    {"domain a\nVCPUS 1", 2, "'VCPUS' is none of: domain, target"},
    {"domain a\nvcpus 1\nvcpus 1", 3, "was said before, in line 2"},
    {"domain a\nvcpus 1\nonline 0", 3, "was said before, in line 2"},
    {"domain a\nmaximum 1\nmaximum 1", 3, "was said before, in line 2"},
    {"domain a\nvcpus 1\ntarget live\ntarget live", 4, "in line 3"},
    {"domain a\nvcpus 1\ndomain b\nvcpus 1\ndomain a\nvcpus 1", 5,
     "domain 'a' was there before, in line 1"},
    {"domain a\npin 0-3 1\npin 2 1", 3, "vCPU 2 of this domain was pinned"},
    {"domain a\npin 0 1\nunpin 0", 3, "vCPU 0 of this domain was pinned"},
    {"domain a\nvcpus 0", 2, "'0' is not a number from 1 to 16384"},
    {"domain a\nvcpus 16385", 2, "is not a number from 1 to 16384"},
    {"domain a\nvcpus 4294967297", 2, "is not a number from 1 to 16384"},
    {"domain a\nvcpus -1", 2, "is not a number"},
    {"domain a\nvcpus +1", 2, "is not a number"},
    {"domain a\nvcpus 0x1", 2, "is not a number"},
    {"domain a\nvcpus", 2, "behind 'vcpus' stands a number"},
    {"domain a\nvcpus 1 2", 2, "behind 'vcpus' stands a number"},
    {"domain a\nvcpus 1 2 3 4 5", 2, "too many words"},
    {"domain a\nmaximum 2\nvcpus 3", 3, "vcpus 3 is above the maximum (1-2)"},
    {"domain a\nonline 0-2\nmaximum 2", 2, "vCPU 2 is not below the maximum (0-1)"},
    {"domain a\nmaximum 2\npin 1-2 0", 3, "vCPU 2 is not below the maximum (0-1)"},
    {"domain a\nmaximum 2\nunpin 7", 3, "vCPU 7 is not below the maximum (0-1)"},
    {"domain a\nonline 1-2", 2, "vCPU 0 can't be taken offline"},
    {"domain a\nmaximum 2\ntarget live", 2, "the target must have config"},
    {"domain a\ntarget current\nmaximum 2", 3, "the target must have config"},
    {"domain a\ntarget", 2, "behind 'target' stands"},
    {"domain a\ntarget live live", 2, "a target is live, config, live config"},
    {"domain a\ntarget live current", 2, "a target is live, config, live config"},
    {"domain a\ntarget current live", 2, "a target is live, config, live config"},
    {"domain a\ntarget both", 2, "'both' is no target"},
    {"domain a\npin 0", 2, "behind 'pin' stands a set of vCPUs and a set"},
    {"domain a\npin 0 16384", 2, "not a set of numbers from 0 to 16383"},
    {"domain a\npin 16384 0", 2, "not a set of numbers from 0 to 16383"},
    {"domain a\npin 0 1,^1", 2, "is empty"},
    {"domain a\npin 0 5-2", 2, "not a set of numbers"},
    {"domain a\npin 0 ,1", 2, "not a set of numbers"},
    {"domain a\npin 0 1,", 2, "not a set of numbers"},
    {"domain a\npin 0 ^1-2", 2, "not a set of numbers"},
    {"domain a\npin 0 1-", 2, "not a set of numbers"},
    {"domain a\npin 0 99999999999999999999", 2, "not a set of numbers"},
    {"domain a\nvcpus 1\n# \x07", 3, "control character 0x07"},
    {"domain a\nvcpus 1\r2", 2, "control character 0x0d"},
    {"domain a\nvcpus 1 # \xc2\x85", 2, "control character 0x85"},
    {"domain a\xff\nvcpus 1", 1, "byte 0xff is not UTF-8"},
};

START_TEST(what_is_wrong_is_said_with_its_line)
{
    struct apply_file file = {0};

    ck_assert_msg(parse(bad[_i].text, &file) == -1, "accepted: %s",
                  bad[_i].text);
    ck_assert_msg(strstr(fault.text, bad[_i].says), "%s: said: %s",
                  bad[_i].text, fault.text);
    ck_assert_msg(fault.line == bad[_i].line, "%s: line %u", bad[_i].text,
                  fault.line);
    ck_assert_ptr_null(file.domains);
}
END_TEST

START_TEST(limits)
{
    size_t size = APPLY_BYTES_MAX + 1;
    char *text = malloc(size);
    APPLY_FILE_AUTO file = {0};
    size_t len = 0;
    unsigned i;

    memset(text, '\n', size);
    ck_assert_int_eq(apply_parse(text, size, &file, &fault), -1);
    ck_assert_uint_eq(fault.line, 0);
    ck_assert_int_eq(apply_parse(text, size - 1, &file, &fault), 0);
    for (i = 0; i < APPLY_DOMAINS_MAX; i++)
        len += (size_t)sprintf(text + len, "domain d%u\npin 0-16383 0\n", i);
    ck_assert_int_eq(apply_parse(text, len, &file, &fault), 0);
    ck_assert_uint_eq(file.n, APPLY_DOMAINS_MAX);
    apply_file_clear(&file);
    len += (size_t)sprintf(text + len, "domain x\nvcpus 1\n");
    ck_assert_int_eq(apply_parse(text, len, &file, &fault), -1);
    ck_assert_ptr_nonnull(strstr(fault.text, "more than 16384 domains"));
    memset(text, 'x', 300);
    memcpy(text, "domain ", 7);
    memcpy(text + 7 + 256, "\nvcpus 1", 9);
    ck_assert_int_eq(parse(text, &file), -1);
    memcpy(text + 7 + 255, "\nvcpus 1", 9);
    ck_assert_int_eq(parse(text, &file), 0);
    free(text);
}
END_TEST

/* No bytes do any harm: good files with some of them changed, cut, doubled. */
START_TEST(bytes_from_anywhere)
{
    static const char good[] =
        "domain web # \"x\"\n target live config\n maximum 8\n online 0-3,^2\n"
        " pin 0-3 0-7,^3\n unpin 5\ndomain \"a \\\"b\\\\\"\nvcpus 2\n";
    static const char odd[] = "\"\\#\n\r\t ,-^09\x00\x80\xff\xc2z";
    unsigned state = 1;
    unsigned round;

    for (round = 0; round < 20000; round++) {
        size_t len = sizeof(good) - 1;
        char *bytes = malloc(len);
        struct apply_file file = {0};
        unsigned k;

        memcpy(bytes, good, len);
        for (k = 0; k < 1 + round % 4; k++) {
            state = state * 1103515245 + 12345;
            bytes[(state >> 8) % len] = odd[(state >> 20) % (sizeof(odd) - 1)];
        }
        state = state * 1103515245 + 12345;
        if (state >> 31)
            len = (state >> 8) % len;
        bytes = realloc(bytes, len ? len : 1); /* so that a step beyond shows */
        fault.text[0] = '\0';
        if (apply_parse(bytes, len, &file, &fault) == 0)
            apply_file_clear(&file);
        else
            ck_assert_str_ne(fault.text, "");
        free(bytes);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("cli_apply_parse");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_file_says_what_it_says);
    tcase_add_test(t, sets_can_be_turned_round);
    tcase_add_loop_test(t, what_is_wrong_is_said_with_its_line, 0,
                        (int)(sizeof(bad) / sizeof(bad[0])));
    tcase_add_test(t, limits);
    tcase_add_test(t, bytes_from_anywhere);
    suite_add_tcase(s, t);
    return s;
}

VC_TEST_MAIN(make_suite)
