/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The definition's values, its summary in the store, its identity. */
#include <stdio.h>
#include <string.h>

#include "model/vcpudef.h"
#include "vc_check.h"

static struct vc_vcpudef def_of(const char *summary)
{
    struct vc_vcpudef def = {0};
    struct vc_error err = {0};

    ck_assert_msg(vc_vcpudef_decode(summary, strlen(summary), &def, &err) == 0,
                  "%s", err.text);
    return def;
}

static void expect_summary(const struct vc_vcpudef *def, const char *expect)
{
    VC_BUF_AUTO buf = {0};

    vc_vcpudef_encode(def, &buf);
    ck_assert_str_eq(vc_buf_str(&buf), expect);
}

static void put_set(struct vc_cpuset *set, const char *text)
{
    struct vc_error err = {0};

    ck_assert_int_eq(vc_cpuset_parse(text, strlen(text), set, &err), 0);
}

/* ---- The summary ---- */

static const char *const summaries[] = {
    "1 max=1 online=0 hot=",
    "1 max=4 online=0-3 hot=",
    "1 max=8 online=0-3 hot=4-7 default=0-15 pins=0:0-3;1:4-7",
    "1 max=8 online=0,2,5 hot=1,3-7",
    "1 max=4 online=1-2 hot=0-3",
    "1 max=16384 online=0-16383 hot= default=0-16383",
    "1 max=2 online=0-1 hot= pins=0:0;7:1;4294967295:0-3,8",
};

START_TEST(a_summary_that_was_written_is_read_back_the_same)
{
    VC_VCPUDEF_AUTO def = def_of(summaries[_i]);
    VC_VCPUDEF_AUTO copy = {0};
    struct vc_error err = {0};

    expect_summary(&def, summaries[_i]);
    ck_assert_int_eq(vc_vcpudef_copy(&copy, &def, &err), 0);
    ck_assert(vc_vcpudef_equal(&copy, &def));
    expect_summary(&copy, summaries[_i]);
}
END_TEST

/* What a damaged or hostile store could hold. */
static const char *const hostile[] = {
    "",
    " ",
    "1",
    "2 max=1 online=0 hot=",
    "11 max=1 online=0 hot=",
    "1  max=1 online=0 hot=",
    "1 max= online=0 hot=",
    "1 max=0 online=0 hot=",
    "1 max=16385 online=0 hot=",
    "1 max=-1 online=0 hot=",
    "1 max=4294967297 online=0 hot=",
    "1 max=99999999999999999999 online=0 hot=",
    "1 max=1x online=0 hot=",
    "1 online=0 max=1 hot=",
    "1 max=1 hot= online=0",
    "1 max=1 online=0",
    "1 max=1 online= hot=0",
    "1 max=1 online=1 hot=0",
    "1 max=2 online=0-2 hot=",
    "1 max=2 online=0 hot=",
    "1 max=2 online=0-1 hot=2",
    "1 max=2 online=0 hot=1 hot=1",
    "1 max=2 online=0,x hot=1",
    "1 max=2 online=0-99999 hot=1",
    "1 max=2 online=0 - 1 hot=",
    "1 max=1 online=0 hot= ",
    "1 max=1 online=0 hot= extra=1",
    "1 max=1 online=0 hot= default=x",
    "1 max=1 online=0 hot= default=5-2",
    "1 max=1 online=0 hot= default=16384",
    "1 max=1 online=0 hot= pins=0:0 default=0",
    "1 max=1 online=0 hot= pins=0",
    "1 max=1 online=0 hot= pins=:0",
    "1 max=1 online=0 hot= pins=0:",
    "1 max=1 online=0 hot= pins=x:0",
    "1 max=1 online=0 hot= pins=-1:0",
    "1 max=1 online=0 hot= pins=4294967296:0",
    "1 max=1 online=0 hot= pins=0:0;0:1",
    "1 max=1 online=0 hot= pins=0:0;00:1",
    "1 max=1 online=0 hot= pins=0:0;;1:1",
    "1 max=1 online=0 hot= pins=;",
    "1 max=1 online=0 hot= pins=0:^0",
    "1 max=1 online=0 hot= pins=0:0:1",
    "1\tmax=1\tonline=0\thot=",
    "<domain/>",
};

START_TEST(a_summary_that_is_damaged_is_refused_and_changes_nothing)
{
    VC_VCPUDEF_AUTO def = def_of("1 max=3 online=0 hot=1-2 pins=1:5");
    struct vc_error err = {0};
    const char *text = hostile[_i];

    ck_assert_int_eq(vc_vcpudef_decode(text, strlen(text), &def, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_INTERNAL);
    ck_assert_int_eq(err.room, VC_ROOM_MODEL);
    ck_assert_msg(strstr(err.text, "summary"), "%s", err.text);
    expect_summary(&def, "1 max=3 online=0 hot=1-2 pins=1:5");
}
END_TEST

/* Every prefix, and every byte replaced by some others, ends in a refusal or
 * in a definition that holds its invariants. */
START_TEST(a_summary_with_any_byte_changed_is_refused_or_sound)
{
    static const char swap[] = "0:;,-^ =9\0\n\xff";
    const char good[] = "1 max=8 online=0-3 hot=4-7 default=0-1 pins=0:0;9:4";
    char text[sizeof(good)];
    size_t i;
    size_t k;

    for (i = 0; i < sizeof(good) - 1; i++) {
        for (k = 0; k < sizeof(swap); k++) {
            VC_VCPUDEF_AUTO def = {0};
            struct vc_error err = {0};
            size_t len = sizeof(good) - 1;

            memcpy(text, good, sizeof(good));
            if (k < sizeof(swap) - 1)
                text[i] = swap[k];
            else
                len = i;
            if (vc_vcpudef_decode(text, len, &def, &err) == 0)
                ck_assert_int_eq(vc_vcpudef_check(&def, &err), 0);
            else
                ck_assert_int_eq(err.code, VC_ERR_INTERNAL);
        }
    }
}
END_TEST

START_TEST(only_len_bytes_of_a_summary_are_read)
{
    VC_VCPUDEF_AUTO def = {0};
    struct vc_error err = {0};
    const char text[] = "1 max=1 online=0 hot=0,1,2";

    ck_assert_int_eq(vc_vcpudef_decode(text, sizeof(text) - 5, &def, &err), 0);
    expect_summary(&def, "1 max=1 online=0 hot=0");
    ck_assert_int_eq(vc_vcpudef_decode(text, sizeof(text), &def, &err), -1);
}
END_TEST

START_TEST(pins_alone_are_written_and_read_in_any_order)
{
    VC_VCPUDEF_AUTO def = {0};
    VC_BUF_AUTO buf = {0};
    struct vc_error err = {0};
    const char text[] = "9:1;2:4-7,^5;";

    ck_assert_int_eq(
        vc_vcpudef_decode_pins(text, strlen(text), &def, &err), 0);
    vc_vcpudef_encode_pins(&def, &buf);
    ck_assert_str_eq(vc_buf_str(&buf), "2:4,6-7;9:1");
    vc_vcpudef_clear(&def);
    ck_assert_int_eq(vc_vcpudef_decode_pins("", 0, &def, &err), 0);
    ck_assert_uint_eq(def.npins, 0);
}
END_TEST

START_TEST(pins_alone_that_are_damaged_are_refused)
{
    static const char *const bad[] = {"1:0;1:1", "1", "1:", ":1", "1:x", "x:1"};
    size_t i;

    for (i = 0; i < VC_NELEMS(bad); i++) {
        VC_VCPUDEF_AUTO def = {0};
        struct vc_error err = {0};

        ck_assert_int_eq(
            vc_vcpudef_decode_pins(bad[i], strlen(bad[i]), &def, &err), -1);
        ck_assert_int_eq(err.code, VC_ERR_INTERNAL);
    }
}
END_TEST

/* ---- Invariants ---- */

START_TEST(check_says_what_is_wrong)
{
    VC_VCPUDEF_AUTO def = def_of("1 max=4 online=0-1 hot=2-3 pins=0:0;1:1");
    struct vc_error err = {0};

    ck_assert_int_eq(vc_vcpudef_check(&def, &err), 0);
    def.maximum = 0;
    ck_assert_int_eq(vc_vcpudef_check(&def, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_XML_ERROR);
    ck_assert_str_eq(err.text,
                     "maximum vcpu count 0 is out of range 1..16384");
    def.maximum = VC_VCPU_LIMIT + 1;
    ck_assert_int_eq(vc_vcpudef_check(&def, &err), -1);
    def.maximum = 3;
    ck_assert_int_eq(vc_vcpudef_check(&def, &err), -1);
    ck_assert_str_eq(err.text, "a vcpu id is out of range 0..2");
    def.maximum = 5;
    ck_assert_int_eq(vc_vcpudef_check(&def, &err), -1);
    ck_assert_str_eq(err.text, "an offline vcpu must be hotpluggable");
    def.maximum = 4;
    def.pins[1].vcpu = 0;
    ck_assert_int_eq(vc_vcpudef_check(&def, &err), -1);
    ck_assert_str_eq(err.text, "duplicate vcpupin for vcpu 0");
    def.pins[1].vcpu = 1;
    vc_cpuset_clear(&def.pins[1].cpus);
    ck_assert_int_eq(vc_vcpudef_check(&def, &err), -1);
    ck_assert_str_eq(err.text, "the cpuset of vcpupin 1 is empty");
    vc_vcpudef_drop_pin(&def, 1);
    vc_cpuset_clear(&def.online);
    ck_assert_int_eq(vc_vcpudef_check(&def, &err), -1);
    ck_assert_str_eq(err.text, "no vcpu is online; at least one must be");
}
END_TEST

START_TEST(counts_are_lowest_ids_online_and_the_rest_hotpluggable)
{
    VC_VCPUDEF_AUTO def = {0};
    struct vc_error err = {0};

    ck_assert_int_eq(vc_vcpudef_init_counts(&def, 6, 2, &err), 0);
    expect_summary(&def, "1 max=6 online=0-1 hot=2-5");
    ck_assert_int_eq(vc_vcpudef_init_counts(&def, 3, 3, &err), 0);
    expect_summary(&def, "1 max=3 online=0-2 hot=");
    ck_assert_int_eq(vc_vcpudef_init_counts(&def, VC_VCPU_LIMIT, 1, &err), 0);
    ck_assert_int_eq(vc_vcpudef_check(&def, &err), 0);
}
END_TEST

/* ---- Pins ---- */

START_TEST(pins_are_set_replaced_and_dropped_in_order)
{
    VC_VCPUDEF_AUTO def = def_of("1 max=9 online=0-8 hot=");
    VC_CPUSET_AUTO cpus = {0};
    struct vc_error err = {0};
    const unsigned order[] = {5, 0, 8, 3, 7, 1, 3};
    size_t i;

    for (i = 0; i < VC_NELEMS(order); i++) {
        vc_cpuset_clear(&cpus);
        ck_assert_int_eq(vc_cpuset_add(&cpus, order[i], 10 + (unsigned)i, &err),
                         0);
        ck_assert_int_eq(vc_vcpudef_set_pin(&def, order[i], &cpus, &err), 0);
        ck_assert_int_eq(vc_vcpudef_check(&def, &err), 0);
    }
    expect_summary(&def, "1 max=9 online=0-8 hot= "
                         "pins=0:0-11;1:1-15;3:3-16;5:5-10;7:7-14;8:8-12");
    vc_vcpudef_drop_pin(&def, 4);
    vc_vcpudef_drop_pin(&def, 0);
    vc_vcpudef_drop_pin(&def, 8);
    vc_vcpudef_drop_pin(&def, 3);
    vc_vcpudef_drop_pin(&def, 99);
    expect_summary(&def, "1 max=9 online=0-8 hot= pins=1:1-15;5:5-10;7:7-14");
}
END_TEST

START_TEST(many_pins_are_dropped_and_replaced_in_one_pass)
{
    VC_VCPUDEF_AUTO def = def_of(
        "1 max=9 online=0-8 hot= pins=0:1;1:1;3:1;5:1;7:1;8:1;20:1");
    VC_VCPUDEF_AUTO changes = {0};
    struct vc_error err = {0};
    static const char *const sets[] = {"", "", "2", "2", NULL, "2", NULL, ""};
    unsigned i;

    vc_vcpudef_drop_pins(&def, 2, 3);
    vc_vcpudef_drop_pins(&def, 8, 8);
    expect_summary(&def, "1 max=9 online=0-8 hot= pins=0:1;1:1;5:1;7:1;20:1");
    for (i = 0; i < VC_NELEMS(sets); i++) {
        VC_CPUSET_AUTO cpus = {0};

        if (!sets[i])
            continue;
        if (*sets[i])
            ck_assert_int_eq(vc_cpuset_parse(sets[i], 1, &cpus, &err), 0);
        ck_assert_int_eq(vc_vcpudef_append_pin(&changes, i, &cpus, &err), 0);
    }
    ck_assert_int_eq(vc_vcpudef_merge_pins(&def, &changes, &err), 0);
    ck_assert_uint_eq(changes.npins, 0);
    expect_summary(&def, "1 max=9 online=0-8 hot= pins=2:2;3:2;5:2;20:1");
    vc_vcpudef_drop_pins(&def, 0, UINT32_MAX);
    expect_summary(&def, "1 max=9 online=0-8 hot=");
}
END_TEST

START_TEST(a_pin_is_its_own_else_the_default_else_nothing)
{
    VC_VCPUDEF_AUTO def =
        def_of("1 max=3 online=0-2 hot= default=8-9 pins=1:4;3:5");
    VC_VCPUDEF_AUTO bare = def_of("1 max=3 online=0-2 hot=");

    ck_assert_ptr_null(vc_vcpudef_pin(&def, 0));
    ck_assert_ptr_eq(vc_vcpudef_affinity(&def, 0), &def.default_set);
    ck_assert_ptr_eq(vc_vcpudef_pin(&def, 1), &def.pins[0].cpus);
    ck_assert_ptr_eq(vc_vcpudef_affinity(&def, 1), &def.pins[0].cpus);
    ck_assert_ptr_null(vc_vcpudef_pin(&def, 2));
    /* a stray pin has no effect */
    ck_assert_ptr_null(vc_vcpudef_pin(&def, 3));
    ck_assert_ptr_null(vc_vcpudef_affinity(&bare, 0));
}
END_TEST

START_TEST(appended_pins_are_sorted_once_and_duplicates_told)
{
    VC_VCPUDEF_AUTO def = {0};
    struct vc_error err = {0};
    uint32_t dup = 77;
    unsigned i;

    for (i = 0; i < 100; i++) {
        VC_CPUSET_AUTO cpus = {0};

        put_set(&cpus, "3");
        ck_assert_int_eq(
            vc_vcpudef_append_pin(&def, i * 37 % 100, &cpus, &err), 0);
        ck_assert(vc_cpuset_is_empty(&cpus));
    }
    ck_assert_int_eq(vc_vcpudef_sort_pins(&def, &dup), 0);
    ck_assert_uint_eq(dup, 77);
    for (i = 0; i < 100; i++)
        ck_assert_uint_eq(def.pins[i].vcpu, i);
    def.pins[99].vcpu = 42;
    ck_assert_int_eq(vc_vcpudef_sort_pins(&def, &dup), -1);
    ck_assert_uint_eq(dup, 42);
}
END_TEST

START_TEST(definitions_are_equal_when_all_of_them_is)
{
    static const char *const others[] = {
        "1 max=5 online=0-1 hot=2-4 default=0-3 pins=0:1",
        "1 max=4 online=0 hot=1-3 default=0-3 pins=0:1",
        "1 max=4 online=0-1 hot=1-3 default=0-3 pins=0:1",
        "1 max=4 online=0-1 hot=2-3 default=0-2 pins=0:1",
        "1 max=4 online=0-1 hot=2-3 default=0-3 pins=0:2",
        "1 max=4 online=0-1 hot=2-3 default=0-3 pins=1:1",
        "1 max=4 online=0-1 hot=2-3 default=0-3",
        "1 max=4 online=0-1 hot=2-3 pins=0:1",
    };
    VC_VCPUDEF_AUTO def =
        def_of("1 max=4 online=0-1 hot=2-3 default=0-3 pins=0:1");
    size_t i;

    ck_assert(vc_vcpudef_equal(&def, &def));
    for (i = 0; i < VC_NELEMS(others); i++) {
        VC_VCPUDEF_AUTO other = def_of(others[i]);

        ck_assert(!vc_vcpudef_equal(&def, &other));
        ck_assert(!vc_vcpudef_equal(&other, &def));
    }
}
END_TEST

START_TEST(move_leaves_an_empty_definition_behind)
{
    VC_VCPUDEF_AUTO from = def_of("1 max=2 online=0 hot=1 pins=1:3");
    VC_VCPUDEF_AUTO to = def_of("1 max=9 online=0-8 hot= pins=4:4");

    vc_vcpudef_move(&to, &from);
    expect_summary(&to, "1 max=2 online=0 hot=1 pins=1:3");
    ck_assert_uint_eq(from.maximum, 0);
    ck_assert_uint_eq(from.npins, 0);
}
END_TEST

/* ---- uuid ---- */

START_TEST(a_uuid_is_32_hex_digits_of_any_case_with_or_without_dashes)
{
    static const char *const same[] = {
        "c7a5fdbd-cdaf-9455-926a-d65c16db1809",
        "C7A5FDBD-CDAF-9455-926A-D65C16DB1809",
        "c7a5fdbdcdaf9455926ad65c16db1809",
        "c7-a5fdbdcdaf-9455926ad65c16db180-9",
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(same); i++) {
        unsigned char uuid[VC_UUID_LEN];
        char text[VC_UUID_TEXT_LEN + 1];

        ck_assert(vc_uuid_parse(same[i], strlen(same[i]), uuid));
        vc_uuid_format(uuid, text);
        ck_assert_str_eq(text, same[0]);
        ck_assert(!vc_uuid_is_zero(uuid));
    }
}
END_TEST

START_TEST(anything_else_is_no_uuid)
{
    static const char *const bad[] = {
        "",
        "-",
        "c7a5fdbd-cdaf-9455-926a-d65c16db180",
        "c7a5fdbd-cdaf-9455-926a-d65c16db18099",
        "c7a5fdbd-cdaf-9455-926a-d65c16db1809-",
        "-c7a5fdbd-cdaf-9455-926a-d65c16db1809",
        "c7a5fdbd--cdaf-9455-926a-d65c16db1809",
        "g7a5fdbd-cdaf-9455-926a-d65c16db1809",
        "{7a5fdbd-cdaf-9455-926a-d65c16db1809}",
        "c7a5fdbd cdaf 9455 926a d65c16db1809",
        " c7a5fdbd-cdaf-9455-926a-d65c16db1809",
        "0xa5fdbd-cdaf-9455-926a-d65c16db1809",
    };
    unsigned char uuid[VC_UUID_LEN];
    unsigned char before[VC_UUID_LEN];
    size_t i;

    memset(uuid, 0x5a, sizeof(uuid));
    memcpy(before, uuid, sizeof(uuid));
    for (i = 0; i < VC_NELEMS(bad); i++) {
        ck_assert_msg(!vc_uuid_parse(bad[i], strlen(bad[i]), uuid), "%s",
                      bad[i]);
        ck_assert_mem_eq(uuid, before, sizeof(uuid));
    }
}
END_TEST

START_TEST(all_zeros_is_told_from_all_others)
{
    unsigned char uuid[VC_UUID_LEN] = {0};

    ck_assert(vc_uuid_is_zero(uuid));
    uuid[VC_UUID_LEN - 1] = 1;
    ck_assert(!vc_uuid_is_zero(uuid));
}
END_TEST

/* ---- name ---- */

START_TEST(a_name_gives_always_the_same_uuid_and_another_name_another)
{
    static const char *const names[] = {"", "a", "b", "aa", "web1", "web2"};
    unsigned char uuids[VC_NELEMS(names)][VC_UUID_LEN];
    unsigned char again[VC_UUID_LEN];
    char text[VC_UUID_TEXT_LEN + 1];
    size_t i;
    size_t j;

    for (i = 0; i < VC_NELEMS(names); i++) {
        vc_uuid_of_name(names[i], uuids[i]);
        vc_uuid_of_name(names[i], again);
        ck_assert_mem_eq(uuids[i], again, VC_UUID_LEN);
        vc_uuid_format(uuids[i], text);
        ck_assert_int_eq(text[14], '8'); /* version */
        ck_assert_ptr_nonnull(strchr("89ab", text[19]));
        for (j = 0; j < i; j++)
            ck_assert_mem_ne(uuids[i], uuids[j], VC_UUID_LEN);
    }
}
END_TEST

START_TEST(a_name_may_be_any_other_text)
{
    static const char *const good[] = {
        "a", "...", ".a", "..a", " a ", "web 01", "-x", "\xc3\xa9t\xc3\xa9",
        "\xc2\xa0", "a\\b", "caf\xc3\x89", "<&>",
    };
    struct vc_error err = {0};
    char longest[VC_NAME_MAX];
    size_t i;

    for (i = 0; i < VC_NELEMS(good); i++)
        ck_assert_msg(vc_name_check(good[i], strlen(good[i]), &err) == 0, "%s",
                      err.text);
    memset(longest, 'n', sizeof(longest));
    ck_assert_int_eq(vc_name_check(longest, sizeof(longest), &err), 0);
}
END_TEST

static const struct {
    const char *name;
    size_t len;
    const char *why;
} bad_names[] = {
    {"", 0, "empty"},
    {" ", 1, "blank"},
    {"   ", 3, "blank"},
    {".", 1, "'.'"},
    {"..", 2, "'..'"},
    {"a/b", 3, "'/'"},
    {"/", 1, "'/'"},
    {"a\nb", 3, "0x0a at byte 1"},
    {"\t", 1, "0x09"},
    {"a\0b", 3, "0x00 at byte 1"},
    {"\x1b[2J", 4, "0x1b"},
    {"a\x7f", 2, "0x7f"},
    {"a\xc2\x85", 3, "U+0085 at byte 1"},
    {"\xc2\x9b", 2, "U+009B"},
};

START_TEST(a_name_that_could_do_harm_is_refused)
{
    struct vc_error err = {0};

    ck_assert_int_eq(
        vc_name_check(bad_names[_i].name, bad_names[_i].len, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_XML_ERROR);
    ck_assert_msg(strstr(err.text, bad_names[_i].why), "%s", err.text);
}
END_TEST

START_TEST(a_name_of_256_bytes_is_refused)
{
    struct vc_error err = {0};
    char name[VC_NAME_MAX + 1];

    memset(name, 'n', sizeof(name));
    ck_assert_int_eq(vc_name_check(name, sizeof(name), &err), -1);
    ck_assert_str_eq(err.text,
                     "domain name has 256 bytes; 1..255 are allowed");
}
END_TEST

/* A refused name is shown; what a terminal would act on is not passed on. */
START_TEST(a_refused_name_is_shown_without_its_control_characters)
{
    struct vc_error err = {0};
    const char name[] = "a/\x1b[2J\xc2\x9b";
    const char *c;

    ck_assert_int_eq(vc_name_check(name, sizeof(name) - 1, &err), -1);
    for (c = err.text; *c; c++)
        ck_assert_int_ne(*c, '\x1b');
    ck_assert_ptr_null(strstr(err.text, "\xc2\x9b"));
}
END_TEST

static void add_values(Suite *suite)
{
    TCase *values = tcase_create("values");

    tcase_add_test(values, check_says_what_is_wrong);
    tcase_add_test(values,
                   counts_are_lowest_ids_online_and_the_rest_hotpluggable);
    tcase_add_test(values, pins_are_set_replaced_and_dropped_in_order);
    tcase_add_test(values, many_pins_are_dropped_and_replaced_in_one_pass);
    tcase_add_test(values, a_pin_is_its_own_else_the_default_else_nothing);
    tcase_add_test(values, appended_pins_are_sorted_once_and_duplicates_told);
    tcase_add_test(values, definitions_are_equal_when_all_of_them_is);
    tcase_add_test(values, move_leaves_an_empty_definition_behind);
    suite_add_tcase(suite, values);
}

static Suite *make_suite(void)
{
    Suite *suite = suite_create("model vcpudef");
    TCase *summary = tcase_create("summary");
    TCase *identity = tcase_create("identity");

    tcase_add_loop_test(summary,
                        a_summary_that_was_written_is_read_back_the_same, 0,
                        (int)VC_NELEMS(summaries));
    tcase_add_loop_test(
        summary, a_summary_that_is_damaged_is_refused_and_changes_nothing, 0,
        (int)VC_NELEMS(hostile));
    tcase_add_test(summary,
                   a_summary_with_any_byte_changed_is_refused_or_sound);
    tcase_add_test(summary, only_len_bytes_of_a_summary_are_read);
    tcase_add_test(summary, pins_alone_are_written_and_read_in_any_order);
    tcase_add_test(summary, pins_alone_that_are_damaged_are_refused);
    suite_add_tcase(suite, summary);
    add_values(suite);
    tcase_add_test(
        identity, a_uuid_is_32_hex_digits_of_any_case_with_or_without_dashes);
    tcase_add_test(identity, anything_else_is_no_uuid);
    tcase_add_test(identity, all_zeros_is_told_from_all_others);
    tcase_add_test(
        identity, a_name_gives_always_the_same_uuid_and_another_name_another);
    tcase_add_test(identity, a_name_may_be_any_other_text);
    tcase_add_loop_test(identity, a_name_that_could_do_harm_is_refused, 0,
                        (int)VC_NELEMS(bad_names));
    tcase_add_test(identity, a_name_of_256_bytes_is_refused);
    tcase_add_test(identity,
                   a_refused_name_is_shown_without_its_control_characters);
    suite_add_tcase(suite, identity);
    return suite;
}

VC_TEST_MAIN(make_suite)
