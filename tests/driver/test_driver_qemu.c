/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of the QEMU driver needs no QEMU. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "driver/qemu/dir.h"
#include "driver/qemu/guest.h"
#include "driver/qemu/host.h"
#include "driver/qemu/machine.h"
#include "driver/qemu/proc.h"
#include "driver/qemu/rules.h"

#include "../unit/vc_check.h"
#include "world.h"

/* ---- values ---- */

static struct json_object *json(const char *text)
{
    struct json_object *obj = json_tokener_parse(text);

    ck_assert_msg(obj != NULL, "%s", text);
    return obj;
}

START_TEST(numbers_are_taken_in_their_range_only)
{
    VC_JSON_AUTO *obj = json("{\"n\":5,\"big\":99999999999999999999,\"f\":5.0,"
                             "\"s\":\"5\",\"neg\":-1,\"z\":\"a\\u0000b\"}");
    int64_t n = 77;

    ck_assert(!vc_qemu_json_int(obj, "n", 0, 4, &n));
    ck_assert(!vc_qemu_json_int(obj, "big", 0, INT64_MAX - 1, &n));
    ck_assert(!vc_qemu_json_int(obj, "f", 0, 9, &n));
    ck_assert(!vc_qemu_json_int(obj, "s", 0, 9, &n));
    ck_assert(!vc_qemu_json_int(obj, "neg", 0, 9, &n));
    ck_assert(!vc_qemu_json_int(obj, "none", 0, 9, &n));
    ck_assert(!vc_qemu_json_int(NULL, "n", 0, 9, &n));
    ck_assert_int_eq(n, 77);
    ck_assert(vc_qemu_json_int(obj, "n", 5, 5, &n));
    ck_assert_ptr_null(vc_qemu_json_text(obj, "z"));
    ck_assert_str_eq(VC_QEMU_WORDS("a\x1b[31m\nb\xc3\xa4"), "a?[31m?b??");
}
END_TEST

/* ---- /proc ---- */

START_TEST(stat_is_read_behind_the_last_parenthesis)
{
    static const char text[] =
        "7 (CPU 0) R 1 (x)) S 1 21378 5211 0 -1 4210752 1 0 0 0 156 75 0 0 20 "
        "0 7 0 1234567 1 2 3 1 1 0 0 0 0 0 4096 16963 0 0 0 -1 5 0 0 0 0 0 0\n";
    struct vc_qemu_stat stat;
    uint64_t ns;

    ck_assert(vc_qemu_stat_parse(text, &stat));
    ck_assert_int_eq(stat.state, 'S');
    ck_assert_uint_eq(stat.start, 1234567);
    ck_assert_int_eq(stat.cpu, 5);
    ck_assert(!stat.is_ending);
    ck_assert(vc_qemu_stat_parse("7 (x) R 1 2 3 4 5 4210692 7 8 9 10 11 12 13 "
                                 "14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 "
                                 "29 30 31 32 33 34 35 36 37",
                                 &stat));
    ck_assert(stat.is_ending);
    ck_assert(!vc_qemu_stat_parse("7 (x) S 1 2 3", &stat));
    ck_assert(!vc_qemu_stat_parse("7 x", &stat));
    ck_assert(!vc_qemu_stat_parse("", &stat));
    ck_assert(!vc_qemu_stat_parse(")", &stat));
    ck_assert(vc_qemu_schedstat_parse("2165940 435031016 34\n", &ns));
    ck_assert_uint_eq(ns, 2165940);
    ck_assert(!vc_qemu_schedstat_parse("\n", &ns));
}
END_TEST

START_TEST(innermost_pid_is_the_last_one)
{
    static const char text[] = "Name:\tNSpid:\nNSpid:\t100\t7 \nX:\t1\n";
    size_t len;
    const char *line = vc_qemu_status_line(text, "NSpid", &len);
    unsigned depth;
    pid_t pid;

    ck_assert_ptr_nonnull(line);
    ck_assert(vc_qemu_nspid_parse(line, len, &pid, &depth));
    ck_assert_int_eq(pid, 7);
    ck_assert_uint_eq(depth, 2);
    ck_assert(!vc_qemu_nspid_parse("", 0, &pid, &depth));
    ck_assert(!vc_qemu_nspid_parse("1 x", 3, &pid, &depth));
    ck_assert_ptr_null(vc_qemu_status_line(text, "NSpi", &len));
}
END_TEST

START_TEST(own_process_is_known_by_its_start)
{
    char id[96];
    struct vc_error err = {0};
    VC_QEMU_TASKS_AUTO tasks = {0};
    VC_CPUSET_AUTO cpus = {0};
    uint64_t start;

    ck_assert_int_eq(
        vc_qemu_proc_identity(getpid(), id, sizeof(id), &start, &err), 1);
    ck_assert(vc_qemu_proc_lives(getpid(), start));
    ck_assert(!vc_qemu_proc_lives(getpid(), start + 1));
    ck_assert_int_eq(vc_qemu_proc_identity(-1, id, sizeof(id), &start, &err),
                     0);
    OK(vc_qemu_tasks_read(getpid(), &tasks, &err));
    ck_assert(vc_qemu_tasks_equal(&tasks, &tasks));
    ck_assert_ptr_nonnull(vc_qemu_tasks_get(&tasks, getpid()));
    tasks.items[0].stat.start++;
    {
        VC_QEMU_TASKS_AUTO again = {0};

        OK(vc_qemu_tasks_read(getpid(), &again, &err));
        ck_assert(!vc_qemu_tasks_equal(&tasks, &again));
    }
    ck_assert_int_eq(vc_qemu_affinity_get(getpid(), getpid(), &cpus, &err), 1);
    ck_assert(!vc_cpuset_is_empty(&cpus));
    ck_assert_int_eq(vc_qemu_affinity_set(getpid(), &cpus), 0);
}
END_TEST

START_TEST(host_file_names_its_model)
{
    static const char text[] = "processor\t: 0\nmodel\t\t: 85\n"
                               "model name\t: A CPU @ 2\nempty\t:\n";
    char buf[32];

    ck_assert(vc_qemu_cpuinfo_value(text, "model name", buf, sizeof(buf)));
    ck_assert_str_eq(buf, "A CPU @ 2");
    ck_assert(vc_qemu_cpuinfo_value(text, "model", buf, 2));
    ck_assert_str_eq(buf, "8");
    ck_assert(vc_qemu_cpuinfo_value(text, "empty", buf, sizeof(buf)));
    ck_assert_str_eq(buf, "");
    ck_assert(!vc_qemu_cpuinfo_value(text, "mode", buf, sizeof(buf)));
}
END_TEST

START_TEST(file_names_give_domain_names)
{
    ck_assert_uint_eq(vc_qemu_base_len("a.b.qmp", ".qmp"), 3);
    ck_assert_uint_eq(vc_qemu_base_len(".qmp", ".qmp"), 0);
    ck_assert_uint_eq(vc_qemu_base_len("..qmp", ".qmp"), 0);
    ck_assert_uint_eq(vc_qemu_base_len("a.qmpx", ".qmp"), 0);
    ck_assert_uint_eq(vc_qemu_base_len("a\n.qmp", ".qmp"), 0);
}
END_TEST

/* ---- answers about CPUs ---- */

#define CPU(index, tid, path)                                                  \
    "{\"cpu-index\":" index ",\"thread-id\":" tid ",\"qom-path\":\"" path "\"}"
#define SLOT(n, more)                                                          \
    "{\"type\":\"t\",\"vcpus-count\":1,\"props\":{\"core-id\":" n "}" more "}"

START_TEST(cpus_come_in_any_order_and_slots_last_first)
{
    VC_JSON_AUTO *fast = json("[" CPU("2", "12", "/c") "," CPU("0", "10", "/a")
                              "]");
    VC_JSON_AUTO *slots = json("[" SLOT("2", ",\"qom-path\":\"/c\"") ","
                               SLOT("1", "") ","
                               SLOT("0", ",\"qom-path\":\"/a\"") "]");
    VC_JSON_AUTO *kvm = json("{\"enabled\":true,\"present\":true}");
    VC_QEMU_CPUS_AUTO cpus = {0};
    VC_CPUSET_AUTO set = {0};
    struct vc_qemu_machine machine;
    struct vc_qemu_slot slot;
    struct vc_error err = {0};
    int64_t core;

    OK(vc_qemu_cpus_parse(fast, &cpus, &err));
    OK(vc_qemu_cpus_set(&cpus, &set, &err));
    IS_SET(&set, "0,2");
    ck_assert(!cpus.share_thread);
    ck_assert_int_eq(cpus.items[1].tid, 12);
    vc_qemu_machine_parse(slots, kvm, &cpus, false, &machine);
    ck_assert_uint_eq(machine.maximum, 3);
    ck_assert_ptr_null(machine.no_plug);
    ck_assert(!machine.is_tcg);
    ck_assert(vc_qemu_slot_get(slots, 1, &slot));
    ck_assert_ptr_null(slot.qom);
    ck_assert(vc_qemu_json_int(slot.props, "core-id", 1, 1, &core));
    ck_assert(!vc_qemu_slot_get(slots, 3, &slot));
    vc_qemu_machine_parse(NULL, NULL, &cpus, false, &machine);
    ck_assert_uint_eq(machine.maximum, 0);
    ck_assert_ptr_nonnull(machine.no_plug);
    ck_assert(machine.is_tcg);
}
END_TEST

START_TEST(slots_in_another_order_are_not_plugged)
{
    VC_JSON_AUTO *fast = json("[" CPU("0", "10", "/a") "]");
    VC_JSON_AUTO *slots = json("[" SLOT("0", ",\"qom-path\":\"/a\"") ","
                               SLOT("1", ",\"qom-path\":\"/b\"") "]");
    VC_QEMU_CPUS_AUTO cpus = {0};
    struct vc_qemu_machine machine;
    struct vc_error err = {0};

    OK(vc_qemu_cpus_parse(fast, &cpus, &err));
    vc_qemu_machine_parse(slots, NULL, &cpus, false, &machine);
    ck_assert_str_eq(machine.no_plug, "its slots for CPUs are in an unknown "
                                      "order");
}
END_TEST

START_TEST(wrong_answers_about_cpus_are_refused)
{
    static const char *const wrong[] = {
        "{}", "[1]", "[{}]", "[" CPU("0", "0", "") "]",
        "[" CPU("16384", "1", "") "]", "[" CPU("-1", "1", "") "]",
        "[" CPU("0", "1", "") "," CPU("0", "2", "") "]",
        "[" CPU("\"0\"", "1", "") "]",
    };
    struct vc_error err;
    size_t i;

    for (i = 0; i < VC_NELEMS(wrong); i++) {
        VC_JSON_AUTO *answer = json(wrong[i]);
        VC_QEMU_CPUS_AUTO cpus = {0};

        REFUSED(vc_qemu_cpus_parse(answer, &cpus, &err),
                VC_ERR_OPERATION_FAILED, "query-cpus-fast");
    }
    {
        VC_JSON_AUTO *same =
            json("[" CPU("0", "9", "") "," CPU("1", "9", "") "]");
        VC_QEMU_CPUS_AUTO cpus = {0};

        OK(vc_qemu_cpus_parse(same, &cpus, &err));
        ck_assert(cpus.share_thread);
    }
}
END_TEST

/* ---- rules ---- */

struct rule {
    const char *present, *asked;
    bool online, tcg, shared, marked, paused;
    unsigned maximum;
    int code; /* 0: done */
    const char *words; /* or what is to be done */
};

static const struct rule rules[] = {
    {"0-1", "2-3", true, true, false, false, false, 12, 0, "2-3"},
    {"0-1", "0-3", true, true, false, false, false, 12, 0, "2-3"},
    {"0-3", "1,3", false, true, false, false, false, 12, 0, "1,3"},
    {"0-1", "12", true, false, false, false, false, 12, VC_ERR_INVALID_ARG,
     "0-11"},
    {"0-3", "0,3", false, false, false, false, false, 12,
     VC_ERR_OPERATION_UNSUPPORTED, "vcpu 0"},
    {"0-3", "3", false, true, true, false, false, 12,
     VC_ERR_OPERATION_UNSUPPORTED, "share one thread"},
    {"0-1", "2", true, true, true, false, false, 12, 0, "2"},
    {"0-1", "2", true, true, false, true, false, 12,
     VC_ERR_OPERATION_UNSUPPORTED, "after an unplug"},
    {"0-1", "1", true, true, false, true, false, 12, 0, "none"},
    {"0-1", "2", true, false, false, true, false, 12, 0, "2"},
    {"0-3", "3", false, true, false, true, false, 12, 0, "3"},
    {"0-3", "3", false, false, false, false, true, 12, VC_ERR_OPERATION_INVALID,
     "paused"},
    {"0-1", "3", false, false, false, false, true, 12, 0, "none"},
    {"0-1", "3", true, false, false, false, true, 12, 0, "3"},
    {"0-1", "3", true, true, false, false, false, 8,
     VC_ERR_OPERATION_UNSUPPORTED, "gap"},
    {"0-1", "3", true, true, false, false, false, 9, 0, "3"},
    {"0-1", "3", true, false, false, false, false, 8, 0, "3"},
    {"0-1", "2-4", true, true, false, false, false, 8, 0, "2-4"},
    {"0-1,3", "2", true, true, false, false, false, 8, 0, "2"},
    {"0-1,4", "2", true, true, false, false, false, 8, 0, "2"},
    {"0-3", "2", false, true, false, false, false, 8,
     VC_ERR_OPERATION_UNSUPPORTED, "gap"},
    {"0-3", "2-3", false, true, false, false, false, 8, 0, "2-3"},
    {"0-1,4", "4", false, true, false, false, false, 8, 0, "4"},
};

START_TEST(plugging_follows_the_rules)
{
    const struct rule *r = &rules[_i];
    SET_AUTO(present, r->present);
    SET_AUTO(asked, r->asked);
    VC_CPUSET_AUTO todo = {0};
    struct vc_error err;
    struct vc_qemu_plug plug = {
        .domain = "d", .maximum = r->maximum, .present = &present,
        .asked = &asked, .online = r->online, .paused = r->paused,
        .is_tcg = r->tcg, .share_thread = r->shared,
        .was_unplugged = r->marked,
    };

    if (r->code)
        REFUSED(vc_qemu_plug_check(&plug, &todo, &err), r->code, r->words);
    else {
        OK(vc_qemu_plug_check(&plug, &todo, &err));
        ck_assert_str_eq(SHOW(&todo), r->words);
    }
}
END_TEST

START_TEST(only_a_no_of_the_guest_is_a_refusal)
{
    ck_assert_int_eq(vc_qemu_ost_read(3, 0x80), VC_QEMU_OST_REFUSED);
    ck_assert_int_eq(vc_qemu_ost_read(3, 0x84), VC_QEMU_OST_OTHER);
    ck_assert_int_eq(vc_qemu_ost_read(3, 0), VC_QEMU_OST_OTHER);
    ck_assert_int_eq(vc_qemu_ost_read(1, 0x80), VC_QEMU_OST_OTHER);
}
END_TEST

/* ---- the agent ---- */

#define GUEST(id, online, off)                                                 \
    "{\"logical-id\":" id ",\"online\":" online ",\"can-offline\":" off "}"

START_TEST(guest_cpus_are_read)
{
    VC_JSON_AUTO *value = json("[" GUEST("2", "false", "true") ","
                               GUEST("0", "true", "false") ","
                               GUEST("1", "true", "true") "]");
    VC_AGENT_AUTO agent = {0};
    SET_AUTO(one, "1");
    SET_AUTO(two, "0,2");
    SET_AUTO(many, "1,5");
    struct vc_error err;

    OK(vc_qemu_guest_vcpus(value, "d", &agent, &err));
    IS_SET(&agent.present, "0-2");
    IS_SET(&agent.online, "0-1");
    IS_SET(&agent.can_offline, "1-2");
    OK(vc_qemu_guest_check(&agent, "d", &one, false, &err));
    REFUSED(vc_qemu_guest_check(&agent, "d", &two, false, &err),
            VC_ERR_OPERATION_UNSUPPORTED, "vcpu 0");
    OK(vc_qemu_guest_check(&agent, "d", &two, true, &err));
    REFUSED(vc_qemu_guest_check(&agent, "d", &many, true, &err),
            VC_ERR_INVALID_ARG, "5");
}
END_TEST

START_TEST(hostile_guest_is_refused)
{
    static const char *const wrong[] = {
        "{}", "[]", "[1]", "[{}]", "[null]",
        "[" GUEST("-1", "true", "true") "]",
        "[" GUEST("16384", "true", "true") "]",
        "[" GUEST("18446744073709551616", "true", "true") "]",
        "[" GUEST("1.5", "true", "true") "]",
        "[" GUEST("0", "1", "true") "]",
        "[" GUEST("3", "true", "true") "," GUEST("3", "true", "true") "]",
    };
    struct vc_error err;
    size_t i;

    for (i = 0; i < VC_NELEMS(wrong); i++) {
        VC_JSON_AUTO *value = json(wrong[i]);
        VC_AGENT_AUTO agent = {0};

        REFUSED(vc_qemu_guest_vcpus(value, "d", &agent, &err),
                VC_ERR_OPERATION_FAILED, "guest agent of domain 'd'");
    }
}
END_TEST

START_TEST(guest_words_are_cleaned_and_counts_checked)
{
    static const char *const counts[] = {"0", "-1", "4", "\"1\"", "null",
                                         "1.0"};
    VC_JSON_AUTO *fault = json(
        "{\"error\":{\"class\":\"GenericError\",\"desc\":\"no\\u001b[2J\"}}");
    VC_JSON_AUTO *none = json("{\"x\":1}");
    VC_JSON_AUTO *three = json("3");
    struct vc_error err = {0};
    unsigned n = 0;
    size_t i;

    ck_assert_ptr_null(vc_qemu_guest_return(fault, "d", "c", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no?[2J"));
    ck_assert_ptr_null(vc_qemu_guest_return(none, "d", "c", &err));
    for (i = 0; i < VC_NELEMS(counts); i++) {
        VC_JSON_AUTO *value = json_tokener_parse(counts[i]);

        REFUSED(vc_qemu_guest_count(value, "d", 3, &n, &err),
                VC_ERR_OPERATION_FAILED, "guest-set-vcpus");
    }
    OK(vc_qemu_guest_count(three, "d", 3, &n, &err));
    ck_assert_uint_eq(n, 3);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &numbers_are_taken_in_their_range_only,
        &stat_is_read_behind_the_last_parenthesis,
        &innermost_pid_is_the_last_one,
        &own_process_is_known_by_its_start,
        &host_file_names_its_model,
        &file_names_give_domain_names,
        &cpus_come_in_any_order_and_slots_last_first,
        &slots_in_another_order_are_not_plugged,
        &wrong_answers_about_cpus_are_refused,
        &only_a_no_of_the_guest_is_a_refusal,
        &guest_cpus_are_read,
        &hostile_guest_is_refused,
        &guest_words_are_cleaned_and_counts_checked,
    };
    Suite *suite = suite_create("driver qemu");
    TCase *tcase = tcase_create("qemu");
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    tcase_add_loop_test(tcase, plugging_follows_the_rules, 0,
                        (int)VC_NELEMS(rules));
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
