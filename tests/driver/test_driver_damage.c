/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are no host: each differs from a good one in one place. */
#include <string.h>

#include "../unit/vc_check.h"
#include "scratch.h"
#include "world.h"

/* Domain-0 with one vCPU, and "vm" with two. */
static const char good[] =
    "{\n"
    " \"format\":\"vcpuconf test host 1\",\n"
    " \"host\":\"0123456789abcdef0123456789abcdef\",\n"
    " \"cpus\":4, \"offline\":\"3\", \"nodes\":2,\n"
    " \"next_id\":6, \"clock\":1,\n"
    " \"domains\":[\n"
    "  {\"id\":0,\"name\":\"Domain-0\",\"agent\":false,\n"
    "   \"uuid\":\"00000000-0000-0000-0000-000000000000\",\n"
    "   \"online\":\"0\",\"guest\":\"0\",\n"
    "   \"vcpus\":[{\"time\":0,\"since\":1}]},\n"
    "  {\"id\":5,\"name\":\"vm\",\"agent\":true,\n"
    "   \"uuid\":\"11111111-1111-1111-1111-111111111111\",\n"
    "   \"online\":\"0-1\",\"guest\":\"0\",\n"
    "   \"vcpus\":[{\"time\":7,\"since\":1},\n"
    "    {\"time\":7,\"since\":1,\"cpus\":\"1-2\"}]}\n"
    " ]\n"
    "}\n";

/* `from` is there once; `to` takes its place. */
static const struct {
    const char *from;
    const char *to;
    const char *words;
} damages[] = {
    {" ]\n}\n", " ]\n", "is not JSON at byte"},
    {" ]\n}\n", " ]\n}}", "is not JSON at byte"},
    {" ]\n}\n", " ]\n} x", "is not JSON at byte"},
    {"host 1\"", "host 2\"", "format must be 'vcpuconf test host 1'"},
    {"\"vcpuconf test host 1\"", "1", "format must be a string"},
    {"\"format\"", "\"fromat\"", "format is missing"},
    {" \"host\"", " \"x\":1,\"host\"", "x is not a known field"},
    {" \"host\"", " \"\\u001b[1m\":1,\"host\"", "?[1m is not a known field"},
    {"0123456789abcdef0", "0123456789ABCDEF0", "host must be 32"},
    {"0123456789abcdef0", "", "host must be 32"},
    {"f\",\n \"cpus\"", "f\\u0000\",\n \"cpus\"", "host holds a NUL"},
    {"\"cpus\":4", "\"cpus\":0", "cpus must be 1-16384"},
    {"\"cpus\":4", "\"cpus\":16385", "cpus must be 1-16384"},
    {"\"cpus\":4", "\"cpus\":-4294967292", "cpus must be 1-16384"},
    {"\"cpus\":4", "\"cpus\":99999999999999999999", "cpus must be 1-16384"},
    {"\"cpus\":4", "\"cpus\":4.0", "cpus must be a whole number"},
    {"\"cpus\":4", "\"cpus\":\"4\"", "cpus must be a whole number"},
    {"\"cpus\":4", "\"cpus\":null", "cpus must be a whole number"},
    {"\"cpus\":4", "\"cpus\":NaN", ""},
    {"\"cpus\":4", "\"cpus\":3", "offline must hold numbers of 0-2 only"},
    {"\"offline\":\"3\"", "\"offline\":\"0-3\"", "offline leaves no CPU"},
    {"\"offline\":\"3\"", "\"offline\":\"3-\"", "offline is not a cpuset"},
    {"\"nodes\":2", "\"nodes\":5", "nodes must be 1-4"},
    {"\"next_id\":6", "\"next_id\":5", "domains[1].id must be below next_id"},
    {"\"next_id\":6", "\"next_id\":0", "next_id must be"},
    {"\"clock\":1", "\"clock\":-1", "clock must be"},
    {"\"clock\":1", "\"clock\":9223372036854775807", "clock must be"},
    {"\"domains\":[", "\"domains\":[],\"more\":[", "more is not a known"},
    {"\"domains\":[", "\"domains\":[7,", "domains[0]. must be an object"},
    {"\"id\":0", "\"id\":1", "domains[0].id must be 0"},
    {"\"id\":5", "\"id\":0", "domains[1].id must be 0 of the first"},
    {"\"id\":5", "\"id\":-1", "domains[1].id must be"},
    {"\"vm\"", "\"\"", "domains[1].name is not a domain name"},
    {"\"vm\"", "\"v/m\"", "domains[1].name is not a domain name"},
    {"\"vm\"", "\"v\\u0000m\"", "domains[1].name holds a NUL"},
    {"\"vm\"", "\"Domain-0\"", "domains have two of one name"},
    {"\"agent\":true", "\"agent\":1", "domains[1].agent must be true or false"},
    {"\"11111111-", "\"1111111-", "domains[1].uuid is not a uuid"},
    {"11111111-1111-1111-1111-111111111111",
     "00000000-0000-0000-0000-000000000000", "domains[1].uuid must be"},
    {"\"uuid\":\"00000000-0000-0000-0000-000000000000\",", "",
     "domains[0].uuid must be all zeros"},
    {"\"online\":\"0-1\"", "\"online\":\"0-2\"", "online must hold numbers"},
    {"\"online\":\"0-1\"", "\"online\":\"1\"",
     "guest holds a vcpu that is not"},
    {"\"0-1\",\"guest\":\"0\"", "\"0-1\",\"guest\":\"1\"",
     "guest must hold vcpu"},
    {"\"0-1\",\"guest\":\"0\"", "\"0-1\",\"guest\":\"\"",
     "guest must hold vcpu"},
    {"\"0-1\",\"guest\":\"0\"", "\"0-1\"", "domains[1].guest is missing"},
    {"\"vcpus\":[{\"time\":0,\"since\":1}]", "\"vcpus\":[]",
     "domains[0].vcpus must have 1-16384"},
    {"\"vcpus\":[{\"time\":0,\"since\":1}]", "\"vcpus\":{}",
     "domains[0].vcpus must be an array"},
    {"\"vcpus\":[{\"time\":0,\"since\":1}]", "\"vcpus\":[[[[]]]]", ""},
    {"\"vcpus\":[{\"time\":0,\"since\":1}]", "\"vcpus\":[null]",
     "domains[0].vcpus[0]. must be an object"},
    {"\"time\":0", "\"time\":-1", "domains[0].vcpus[0].time must be"},
    {"\"time\":0", "\"time\":9000000000000000000", "vcpus[0].time must be"},
    {",\"cpus\":\"1-2\"", ",\"cpus\":\"1-4\"", "vcpus[1].cpus must hold"},
    {",\"cpus\":\"1-2\"", ",\"cpus\":\"3\"", "vcpus[1].cpus holds no online"},
    {",\"cpus\":\"1-2\"", ",\"cpus\":\"\"", "vcpus[1].cpus holds no online"},
    {",\"cpus\":\"1-2\"", ",\"cpus\":12", "vcpus[1].cpus must be a string"},
    {",\"cpus\":\"1-2\"", ",\"cpu\":\"1-2\"", "cpu is not a known field"},
    {",\"cpus\":\"1-2\"", ",\"cpus\":\"1-2\",\"count\":2",
     "vcpus[1].cpus must be of one vcpu"},
    {",\"cpus\":\"1-2\"", ",\"count\":0", "vcpus[1].count must be 1-16384"},
    {",\"cpus\":\"1-2\"", ",\"count\":16385", "vcpus[1].count must be"},
    {",\"cpus\":\"1-2\"", ",\"count\":16384",
     "domains[1].vcpus must have 1-16384"},
    {",\"cpus\":\"1-2\"", ",\"count\":\"2\"", "count must be a whole number"},
    {"\"agent\":true", "\"agent\":true,\"pins\":1",
     "domains[1].pins must be a string"},
    {"\"agent\":true", "\"agent\":true,\"pins\":\"0\"",
     "domains[1].pins is no list of pins"},
    {"\"agent\":true", "\"agent\":true,\"pins\":\"0:1;0:2\"",
     "domains[1].pins is no list of pins"},
    {"\"agent\":true", "\"agent\":true,\"pins\":\"2:1\"",
     "domains[1].pins holds a vcpu that the domain has not"},
    {"\"agent\":true", "\"agent\":true,\"pins\":\"1:1\"",
     "domains[1].pins of vcpu 1 is there twice"},
    {"\"agent\":true", "\"agent\":true,\"pins\":\"0:4\"",
     "domains[1].pins of vcpu 0 holds a CPU that the host has not"},
    {"\"agent\":true", "\"agent\":true,\"pins\":\"0:3\"",
     "domains[1].pins of vcpu 0 holds no online CPU"},
};

START_TEST(good_host_is_read)
{
    struct vc_driver *drv;
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;

    vc_scratch_write(good, strlen(good));
    drv = vc_world_open(vc_scratch_uri("?cpus=4&nodes=2&offline=3"));
    OK(drv->ops->list(drv, &list, &err));
    ck_assert_uint_eq(list.n, 2);
    ck_assert_str_eq(list.items[1].start,
                     "test:0123456789abcdef0123456789abcdef:5");
    OK(drv->ops->snapshot(drv, &list.items[1], VC_LIVE_ALL, &live, &err));
    IS_SET(&live.online, "0-1");
    IS_SET(&live.vcpus[0].affinity, "0-3");
    IS_SET(&live.vcpus[1].affinity, "1-2");
    vc_driver_close(drv);
}
END_TEST

START_TEST(damage_is_refused_with_path_and_place)
{
    const char *from = damages[_i].from;
    const char *at = strstr(good, from);
    VC_BUF_AUTO text = {0};
    VC_AUTO_STR char *after = NULL;

    ck_assert_msg(at && !strstr(at + 1, from), "'%s' is not there once", from);
    vc_buf_add(&text, good, (size_t)(at - good));
    vc_buf_adds(&text, damages[_i].to);
    vc_buf_adds(&text, at + strlen(from));
    vc_scratch_write(vc_buf_str(&text), text.len);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_OPERATION_FAILED,
                         damages[_i].words);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_OPERATION_FAILED,
                         vc_scratch_path("' is damaged: "));
    after = vc_scratch_read();
    ck_assert_str_eq(after, vc_buf_str(&text));
}
END_TEST

START_TEST(two_of_one_uuid_are_refused)
{
    static const char third[] =
        ",{\"id\":6,\"name\":\"wm\",\"agent\":true,\n"
        "\"uuid\":\"11111111-1111-1111-1111-111111111111\",\"online\":\"0\","
        "\"guest\":\"0\",\"vcpus\":[{\"time\":7,\"since\":1}]}]}";
    VC_BUF_AUTO text = {0};

    vc_buf_add(&text, good, strlen(good) - strlen(" ]\n}\n"));
    vc_buf_adds(&text, third);
    memcpy(strstr(text.data, "\"next_id\":6"), "\"next_id\":9", 11);
    vc_scratch_write(vc_buf_str(&text), text.len);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_OPERATION_FAILED,
                         "domains have two of one uuid");
}
END_TEST

START_TEST(every_cut_of_a_good_host_is_refused)
{
    size_t len;

    for (len = 0; len + 1 < strlen(good); len++) {
        vc_scratch_write(good, len);
        vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_OPERATION_FAILED,
                             "is not JSON at byte");
    }
}
END_TEST

START_TEST(no_changed_byte_crashes_a_reader)
{
    static const char bytes[] = {'\0', '"', '9', '-', '[', '{', '\x80', '\n'};
    char text[sizeof(good)];
    size_t i;
    size_t b;

    for (i = 0; i < strlen(good); i++) {
        for (b = 0; b < sizeof(bytes); b++) {
            struct vc_error err = {0};
            struct vc_driver *drv;

            memcpy(text, good, sizeof(good));
            text[i] = bytes[b];
            vc_scratch_write(text, strlen(good));
            drv = vc_world_try_open(vc_scratch_uri(""), &err);
            if (!drv)
                ck_assert_int_eq(err.code, VC_ERR_OPERATION_FAILED);
            vc_driver_close(drv);
        }
    }
}
END_TEST

START_TEST(hostile_sizes_are_refused)
{
    const size_t len = 17u * 1024 * 1024;
    char *big = malloc(len);

    ck_assert_ptr_nonnull(big);
    memset(big, ' ', len);
    vc_scratch_write(big, len);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_OPERATION_FAILED,
                         "it is too big");
    memset(big, '[', 100000);
    vc_scratch_write(big, 100000);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_OPERATION_FAILED,
                         "is not JSON");
    memset(big, '9', 100000);
    vc_scratch_write(big, 100000);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_OPERATION_FAILED, "");
    free(big);
    vc_scratch_write("null", 4);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_OPERATION_FAILED, "");
    vc_scratch_write("[]", 2);
    vc_world_refuse_open(vc_scratch_uri(""), VC_ERR_OPERATION_FAILED,
                         "it must be an object");
}
END_TEST

START_TEST(damage_while_open_is_an_error_of_the_verb)
{
    struct vc_driver *drv = vc_world_open(vc_scratch_uri(""));
    VC_HOST_AUTO host = {0};
    struct vc_error err;

    vc_scratch_write("{", 1);
    REFUSED(drv->ops->host(drv, &host, &err), VC_ERR_OPERATION_FAILED,
            "is damaged");
    vc_driver_close(drv);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("damaged host file");
    TCase *tcase = tcase_create("damage");

    tcase_add_checked_fixture(tcase, vc_scratch_begin, vc_scratch_end);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, good_host_is_read);
    tcase_add_loop_test(tcase, damage_is_refused_with_path_and_place, 0,
                        (int)VC_NELEMS(damages));
    tcase_add_test(tcase, two_of_one_uuid_are_refused);
    tcase_add_test(tcase, every_cut_of_a_good_host_is_refused);
    tcase_add_test(tcase, no_changed_byte_crashes_a_reader);
    tcase_add_test(tcase, hostile_sizes_are_refused);
    tcase_add_test(tcase, damage_while_open_is_an_error_of_the_verb);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
