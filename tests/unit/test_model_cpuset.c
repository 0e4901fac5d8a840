/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "model/cpuset.h"
#include "vc_check.h"

/* A set from text; "" is the empty set. */
static struct vc_cpuset set_of(const char *text)
{
    struct vc_cpuset set = {0};
    struct vc_error err = {0};

    if (*text)
        ck_assert_msg(vc_cpuset_parse(text, strlen(text), &set, &err) == 0,
                      "%s", err.text);
    return set;
}

static void expect_set(const struct vc_cpuset *set, const char *text)
{
    VC_BUF_AUTO buf = {0};
    size_t i;

    vc_cpuset_format(set, &buf);
    ck_assert_str_eq(vc_buf_str(&buf), text);
    for (i = 1; i < set->n; i++)
        ck_assert_uint_gt(set->ranges[i].first, set->ranges[i - 1].last + 1);
}

/* ---- Reading and writing ---- */

static const struct {
    const char *text;
    const char *expect;
} readable[] = {
    {"0", "0"},
    {"16383", "16383"},
    {"0-16383", "0-16383"},
    {"0000000000000000000007", "7"},
    {"3,1,2", "1-3"},
    {"0-3,2-5,7", "0-5,7"},
    {"0-3,5-7,4", "0-7"},
    {"0-7,^3", "0-2,4-7"},
    {"0-7,^0,^7", "1-6"},
    {"^3,0-7", "0-7"},
    {"0-7,^3,3", "0-7"},
    {"1,^1,2", "2"},
    {"1,2,", "1-2"},
    {"1,2, ", "1-2"},
    {"1, 2,\t3,\n4", "1-4"},
    {"1 - 3", "1-3"},
    {" 1-3 ", "1-3"},
    {"5-5", "5"},
    {"62-65", "62-65"},
    {"63,64", "63-64"},
    {"0-127,^63,^64", "0-62,65-127"},
    {"0-16383,^1-1", NULL},
    {"16320-16383,0", "0,16320-16383"},
};

START_TEST(text_is_read_left_to_right_and_written_sorted)
{
    VC_CPUSET_AUTO set = {0};
    struct vc_error err = {0};
    const char *text = readable[_i].text;
    int rc = vc_cpuset_parse(text, strlen(text), &set, &err);

    if (!readable[_i].expect) {
        ck_assert_int_eq(rc, -1);
        return;
    }
    ck_assert_msg(rc == 0, "%s", err.text);
    expect_set(&set, readable[_i].expect);
}
END_TEST

static const struct {
    const char *text;
    const char *why;
} refused[] = {
    {"", "it is empty"},
    {"  ", "it is empty"},
    {",", "expected a CPU number"},
    {",1", "expected a CPU number"},
    {"1,,2", "expected a CPU number"},
    {"1;2", "expected ','"},
    {"1 2", "expected ','"},
    {"5-2", "the end of a range is below its start"},
    {"1-", "expected a CPU number 0..16383 behind '-'"},
    {"-1", "expected a CPU number"},
    {"+1", "expected a CPU number"},
    {"1--2", "behind '-'"},
    {"1-2-3", "expected ','"},
    {"16384", "0..16383"},
    {"0-16384", "0..16383"},
    {"4294967296", "0..16383"},
    {"18446744073709551617", "0..16383"},
    {"0x1", "expected ','"},
    {"^", "expected a CPU number"},
    {"^^1", "expected a CPU number"},
    {"^ 1", "expected a CPU number"},
    {"0-7,^1-2", "a range can't be excluded"},
    {"^3", "it holds no CPU"},
    {"3,^3", "it holds no CPU"},
    {"1a", "expected ','"},
    {"1e2", "expected ','"},
    {"\xd9\xa1", "expected a CPU number"}, /* an Arabic-Indic digit */
    {"0-3\x01", "\\x01"},
};

START_TEST(text_that_is_no_set_is_refused)
{
    struct vc_cpuset set = set_of("1-3");
    struct vc_error err = {0};
    const char *text = refused[_i].text;

    ck_assert_int_eq(vc_cpuset_parse(text, strlen(text), &set, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_INVALID_ARG);
    ck_assert_int_eq(err.room, VC_ROOM_MODEL);
    ck_assert_msg(strstr(err.text, refused[_i].why), "%s", err.text);
    expect_set(&set, "1-3");
    vc_cpuset_clear(&set);
}
END_TEST

START_TEST(a_refusal_quotes_a_part_of_the_text_without_control_characters)
{
    struct vc_cpuset set = {0};
    struct vc_error err = {0};
    char text[500];
    const char *c;

    memset(text, '\n', sizeof(text));
    text[0] = 'x';
    text[1] = '\0';
    text[2] = '\x7f';
    text[3] = '\x1b';
    ck_assert_int_eq(vc_cpuset_parse(text, sizeof(text), &set, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "x\\x00\\x7f\\x1b\\x0a"));
    ck_assert_ptr_nonnull(strstr(err.text, "...'"));
    ck_assert_uint_lt(strlen(err.text), 64 * 4 + 100);
    for (c = err.text; *c; c++)
        ck_assert_int_ge(*c, ' ');
}
END_TEST

START_TEST(only_len_bytes_are_read)
{
    VC_CPUSET_AUTO set = {0};
    struct vc_error err = {0};
    const char text[] = {'1', '-', '3', '4'};

    ck_assert_int_eq(vc_cpuset_parse(text, 3, &set, &err), 0);
    expect_set(&set, "1-3");
    ck_assert_int_eq(vc_cpuset_parse("1\0002", 3, &set, &err), -1);
}
END_TEST

START_TEST(a_long_text_is_read_in_linear_time)
{
    VC_BUF_AUTO text = {0};
    VC_BUF_AUTO again = {0};
    VC_CPUSET_AUTO set = {0};
    struct vc_error err = {0};
    unsigned i;

    for (i = 0; i < 400000; i++)
        vc_buf_addf(&text, "%u,", i * 2 % VC_CPU_LIMIT);
    ck_assert_int_eq(vc_cpuset_parse(text.data, text.len, &set, &err), 0);
    ck_assert_uint_eq(vc_cpuset_count(&set), VC_CPU_LIMIT / 2);
    ck_assert_uint_eq(set.n, VC_CPU_LIMIT / 2);
    vc_cpuset_format(&set, &again);
    ck_assert_int_eq(strncmp(again.data, "0,2,4,6,", 8), 0);
}
END_TEST

START_TEST(numbers_are_plain_decimal_digits)
{
    uint32_t value = 99;

    ck_assert(vc_number_parse("0", 1, 0, &value) && value == 0);
    ck_assert(vc_number_parse("0016", 4, 16, &value) && value == 16);
    ck_assert(vc_number_parse("4294967295", 10, UINT32_MAX, &value));
    ck_assert_uint_eq(value, UINT32_MAX);
    ck_assert(vc_number_parse("123", 2, 100, &value) && value == 12);
    value = 99;
    ck_assert(!vc_number_parse("", 0, 10, &value));
    ck_assert(!vc_number_parse("17", 2, 16, &value));
    ck_assert(!vc_number_parse("+1", 2, 16, &value));
    ck_assert(!vc_number_parse("-4294967292", 11, UINT32_MAX, &value));
    ck_assert(!vc_number_parse(" 1", 2, 16, &value));
    ck_assert(!vc_number_parse("1 ", 2, 16, &value));
    ck_assert(!vc_number_parse("0x1", 3, 16, &value));
    ck_assert(!vc_number_parse("4294967296", 10, UINT32_MAX, &value));
    ck_assert(!vc_number_parse("99999999999999999999999", 23, UINT32_MAX,
                               &value));
    ck_assert_uint_eq(value, 99);
}
END_TEST

START_TEST(a_set_is_shown_in_the_room_there_is)
{
    VC_CPUSET_AUTO set = set_of("0-3,5,7,9,11,13,15,17,19");
    struct vc_cpuset empty = {0};
    char buf[20];

    ck_assert_str_eq(vc_cpuset_show(&empty, buf, sizeof(buf)), "none");
    ck_assert_str_eq(vc_cpuset_show(&set, buf, sizeof(buf)),
                     "0-3,5,7,9,11,13,...");
    ck_assert_str_eq(vc_cpuset_show(&set, buf, 19), "0-3,5,7,9,11,...");
    ck_assert_str_eq(VC_CPUSET_SHOW(&set), "0-3,5,7,9,11,13,15,17,19");
}
END_TEST

/* ---- Byte maps ---- */

START_TEST(map_bits_are_least_significant_first)
{
    const unsigned char map[] = {0x81, 0x00, 0x02};
    unsigned char back[5];
    VC_CPUSET_AUTO set = {0};
    struct vc_error err = {0};

    ck_assert_int_eq(vc_cpuset_from_map(map, sizeof(map), &set, &err), 0);
    expect_set(&set, "0,7,17");
    memset(back, 0xff, sizeof(back));
    vc_cpuset_to_map(&set, back, sizeof(back));
    ck_assert_mem_eq(back, "\x81\x00\x02\x00\x00", 5);
    vc_cpuset_to_map(&set, back, 2);
    ck_assert_mem_eq(back, "\x81\x00\x02", 3);
    vc_cpuset_to_map(&set, back, 0);
}
END_TEST

START_TEST(a_map_has_no_limit_of_256_but_one_of_16384)
{
    unsigned char map[VC_CPU_LIMIT / CHAR_BIT + 1] = {0};
    VC_CPUSET_AUTO set = {0};
    struct vc_error err = {0};

    map[256 / 8] = 1;
    map[sizeof(map) - 2] = 0x80;
    ck_assert_int_eq(vc_cpuset_from_map(map, sizeof(map), &set, &err), 0);
    expect_set(&set, "256,16383");
    map[sizeof(map) - 1] = 1;
    ck_assert_int_eq(vc_cpuset_from_map(map, sizeof(map), &set, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_INVALID_ARG);
    expect_set(&set, "256,16383");
    ck_assert_int_eq(vc_cpuset_from_map(map, 0, &set, &err), 0);
    ck_assert(vc_cpuset_is_empty(&set));
}
END_TEST

/* ---- Against a bitmap ---- */

#define SPAN 96u

static uint32_t random_state;

static unsigned dice(unsigned sides)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % sides;
}

static void random_set(struct vc_cpuset *set, bool bits[SPAN])
{
    struct vc_error err = {0};
    unsigned n = dice(8);

    memset(bits, 0, SPAN * sizeof(*bits));
    vc_cpuset_clear(set);
    while (n--) {
        unsigned first = dice(SPAN);
        unsigned last = first + dice(SPAN - first);
        bool on = dice(3) > 0;
        unsigned i;

        ck_assert_int_eq((on ? vc_cpuset_add : vc_cpuset_remove)(set, first,
                                                                 last, &err),
                         0);
        for (i = first; i <= last; i++)
            bits[i] = on;
    }
}

static void expect_bits(const struct vc_cpuset *set, const bool bits[SPAN])
{
    unsigned count = 0;
    int last = -1;
    unsigned i;
    size_t k;

    for (i = 0; i < SPAN; i++) {
        ck_assert_int_eq(vc_cpuset_contains(set, i), bits[i]);
        count += bits[i];
        if (bits[i])
            last = (int)i;
    }
    ck_assert_uint_eq(vc_cpuset_count(set), count);
    ck_assert_int_eq(vc_cpuset_last(set), last);
    ck_assert_int_eq(vc_cpuset_is_empty(set), count == 0);
    for (i = 0; i <= SPAN; i++) {
        unsigned next = i;

        while (next < SPAN && !bits[next])
            next++;
        ck_assert_int_eq(vc_cpuset_next(set, i),
                         next < SPAN ? (int)next : -1);
    }
    for (k = 1; k < set->n; k++)
        ck_assert_uint_gt(set->ranges[k].first, set->ranges[k - 1].last + 1);
}

START_TEST(algebra_agrees_with_a_bitmap)
{
    VC_CPUSET_AUTO a = {0};
    VC_CPUSET_AUTO b = {0};
    VC_CPUSET_AUTO r = {0};
    struct vc_error err = {0};
    bool in_a[SPAN];
    bool in_b[SPAN];
    bool both[SPAN];
    bool either[SPAN];
    bool only[SPAN];
    bool subset = true;
    unsigned i;

    random_state = (uint32_t)_i;
    random_set(&a, in_a);
    random_set(&b, in_b);
    for (i = 0; i < SPAN; i++) {
        both[i] = in_a[i] && in_b[i];
        either[i] = in_a[i] || in_b[i];
        only[i] = in_a[i] && !in_b[i];
        subset = subset && !only[i];
    }
    expect_bits(&a, in_a);
    expect_bits(&b, in_b);
    ck_assert_int_eq(vc_cpuset_is_subset(&a, &b), subset);
    ck_assert_int_eq(vc_cpuset_equal(&a, &b),
                     memcmp(in_a, in_b, sizeof(in_a)) == 0);
    ck_assert_int_eq(vc_cpuset_union(&r, &a, &b, &err), 0);
    expect_bits(&r, either);
    ck_assert_int_eq(vc_cpuset_intersect(&r, &a, &b, &err), 0);
    expect_bits(&r, both);
    ck_assert(vc_cpuset_is_subset(&r, &a) && vc_cpuset_is_subset(&r, &b));
    ck_assert_int_eq(vc_cpuset_subtract(&r, &a, &b, &err), 0);
    expect_bits(&r, only);
    /* the result may be an operand */
    ck_assert_int_eq(vc_cpuset_copy(&r, &a, &err), 0);
    ck_assert_int_eq(vc_cpuset_subtract(&r, &r, &b, &err), 0);
    expect_bits(&r, only);
    ck_assert_int_eq(vc_cpuset_union(&b, &a, &b, &err), 0);
    expect_bits(&b, either);
    ck_assert_int_eq(vc_cpuset_subtract(&a, &a, &a, &err), 0);
    ck_assert(vc_cpuset_is_empty(&a));
}
END_TEST

START_TEST(text_and_map_give_the_same_set_back)
{
    VC_CPUSET_AUTO set = {0};
    VC_CPUSET_AUTO back = {0};
    VC_BUF_AUTO text = {0};
    struct vc_error err = {0};
    unsigned char map[SPAN / CHAR_BIT];
    bool bits[SPAN];

    random_state = (uint32_t)_i + 5000;
    random_set(&set, bits);
    vc_cpuset_to_map(&set, map, sizeof(map));
    ck_assert_int_eq(vc_cpuset_from_map(map, sizeof(map), &back, &err), 0);
    ck_assert(vc_cpuset_equal(&set, &back));
    if (vc_cpuset_is_empty(&set))
        return;
    vc_cpuset_format(&set, &text);
    ck_assert_int_eq(vc_cpuset_parse(text.data, text.len, &back, &err), 0);
    expect_bits(&back, bits);
}
END_TEST

START_TEST(move_and_copy_release_what_was_there)
{
    VC_CPUSET_AUTO a = set_of("1-3,7");
    VC_CPUSET_AUTO b = set_of("9");
    struct vc_error err = {0};

    vc_cpuset_move(&b, &a);
    ck_assert(vc_cpuset_is_empty(&a));
    expect_set(&b, "1-3,7");
    ck_assert_int_eq(vc_cpuset_copy(&a, &b, &err), 0);
    ck_assert(vc_cpuset_equal(&a, &b));
    ck_assert_ptr_ne(a.ranges, b.ranges);
    vc_cpuset_clear(&b);
    vc_cpuset_clear(&b);
    expect_set(&a, "1-3,7");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("model cpuset");
    TCase *text = tcase_create("text");
    TCase *map = tcase_create("map");
    TCase *algebra = tcase_create("algebra");

    tcase_add_loop_test(text, text_is_read_left_to_right_and_written_sorted, 0,
                        (int)VC_NELEMS(readable));
    tcase_add_loop_test(text, text_that_is_no_set_is_refused, 0,
                        (int)VC_NELEMS(refused));
    tcase_add_test(
        text, a_refusal_quotes_a_part_of_the_text_without_control_characters);
    tcase_add_test(text, only_len_bytes_are_read);
    tcase_add_test(text, a_long_text_is_read_in_linear_time);
    tcase_add_test(text, numbers_are_plain_decimal_digits);
    tcase_add_test(text, a_set_is_shown_in_the_room_there_is);
    suite_add_tcase(suite, text);
    tcase_add_test(map, map_bits_are_least_significant_first);
    tcase_add_test(map, a_map_has_no_limit_of_256_but_one_of_16384);
    suite_add_tcase(suite, map);
    tcase_add_loop_test(algebra, algebra_agrees_with_a_bitmap, 0, 300);
    tcase_add_loop_test(algebra, text_and_map_give_the_same_set_back, 0, 100);
    tcase_add_test(algebra, move_and_copy_release_what_was_there);
    suite_add_tcase(suite, algebra);
    return suite;
}

VC_TEST_MAIN(make_suite)
