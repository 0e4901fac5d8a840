/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of the simulated host, beyond what every driver does. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../unit/vc_check.h"
#include "world.h"

static void domain0(struct vc_driver *drv, struct vc_instance *ret)
{
    struct vc_instance_key key = {.kind = VC_BY_ID, .id = 0};
    struct vc_error err;

    ck_assert_int_eq(drv->ops->find(drv, &key, ret, &err), 1);
}

static void look(struct vc_driver *drv, const struct vc_instance *inst,
                 struct vc_live *ret)
{
    struct vc_error err;

    OK(drv->ops->snapshot(drv, inst, VC_LIVE_ALL, ret, &err));
}

START_TEST(host_is_as_the_uri_says)
{
    struct vc_driver *drv =
        vc_world_open("test:///default?cpus=10&nodes=3&offline=2,7-8");
    VC_HOST_AUTO host = {0};
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;

    OK(drv->ops->host(drv, &host, &err));
    ck_assert_uint_eq(host.ncpus, 10);
    IS_SET(&host.online, "0-1,3-6,9");
    ck_assert_uint_eq(host.nodes, 3);
    ck_assert_uint_eq(host.sockets, 1);
    ck_assert_uint_eq(host.cores, 4);
    ck_assert_uint_eq(host.threads, 1);
    ck_assert_uint_eq(host.max_vcpus, 16384);
    ck_assert_str_eq(host.model, "Simulated CPU");
    domain0(drv, &inst);
    look(drv, &inst, &live);
    IS_SET(&live.vcpus[0].affinity, "0-9");
    IS_SET(&live.usable, "0-1,3-6,9");
    vc_driver_close(drv);
}
END_TEST

static const struct {
    const char *uri;
    unsigned ncpus;
    unsigned nodes;
    unsigned domain0_vcpus;
} sizes[] = {
    {"test:///default", 8, 2, 8},
    {"test:///default?cpus=1", 1, 1, 1},
    {"test:///default?cpus=3", 3, 1, 3},
    {"test:///default?cpus=4", 4, 2, 4},
    {"test:///default?cpus=7", 7, 2, 7},
    {"test:///default?cpus=4096", 4096, 2, 8},
    {"test:///default?cpus=16384&offline=", 16384, 2, 8},
};

START_TEST(host_has_what_was_not_said_by_default)
{
    struct vc_driver *drv = vc_world_open(sizes[_i].uri);
    VC_HOST_AUTO host = {0};
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;

    OK(drv->ops->host(drv, &host, &err));
    ck_assert_uint_eq(host.ncpus, sizes[_i].ncpus);
    ck_assert_uint_eq(vc_cpuset_count(&host.online), sizes[_i].ncpus);
    ck_assert_uint_eq(host.nodes, sizes[_i].nodes);
    ck_assert_uint_ge(host.nodes * host.cores, host.ncpus);
    domain0(drv, &inst);
    look(drv, &inst, &live);
    ck_assert_uint_eq(live.maximum, sizes[_i].domain0_vcpus);
    ck_assert_uint_eq(vc_cpuset_count(&live.online), live.maximum);
    vc_driver_close(drv);
}
END_TEST

static const struct {
    const char *uri;
    const char *words;
} bad[] = {
    {"test:///default?cpus=0", "cpus must be 1-16384"},
    {"test:///default?cpus=16385", "cpus must be 1-16384"},
    {"test:///default?cpus=-1", "cpus must be 1-16384"},
    {"test:///default?cpus=", "cpus must be 1-16384"},
    {"test:///default?cpus=8x", "cpus must be 1-16384"},
    {"test:///default?cpus=99999999999999999999", "cpus must be 1-16384"},
    {"test:///default?nodes=0", "nodes must be"},
    {"test:///default?cpus=2&nodes=3", "1-2 nodes"},
    {"test:///default?offline=8", "the host has CPUs 0-7"},
    {"test:///default?offline=0-7", "one at least"},
    {"test:///default?offline=x", "offline"},
    {"test:///default?agent=maybe", "agent must be yes or no"},
    {"test:///default?pinoffline=0", "pinoffline must be yes or no"},
    {"test:", "test:///absolute/path"},
    {"test:///", "test:///absolute/path"},
    {"test:///tmp/", "test:///absolute/path"},
};

START_TEST(wrong_parameter_is_refused)
{
    vc_world_refuse_open(bad[_i].uri, VC_ERR_INVALID_ARG, bad[_i].words);
    /* And has left no host behind. */
    vc_driver_close(vc_world_open("test:///default?cpus=5"));
}
END_TEST

START_TEST(host_in_memory_lives_as_long_as_a_connection)
{
    struct vc_driver *first = vc_world_open("test:///default?cpus=4");
    struct vc_driver *second = vc_world_open("test:///default");
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;

    vc_world_create(first, "vm", 1, 2, "0", &inst);
    vc_driver_close(first);
    look(second, &inst, &live);
    vc_world_refuse_open("test:///default?cpus=5", VC_ERR_INVALID_ARG,
                         "the host is there already and has 4 CPUs");
    vc_world_refuse_open("test:///default?nodes=1", VC_ERR_INVALID_ARG,
                         "has 2 nodes");
    vc_world_refuse_open("test:///default?offline=1", VC_ERR_INVALID_ARG,
                         "has offline CPUs none");
    vc_driver_close(vc_world_open("test:///default?cpus=4&nodes=2&offline="));
    vc_driver_close(second);
    first = vc_world_open("test:///default?cpus=5");
    REFUSED(first->ops->snapshot(first, &inst, VC_LIVE_ALL, &live, &err),
            VC_ERR_OPERATION_INVALID, "not running");
    vc_driver_close(first);
}
END_TEST

START_TEST(domain_0_is_the_hosts_own)
{
    struct vc_driver *drv = vc_world_open("test:///default");
    VC_INSTANCE_AUTO inst = {0};
    VC_INSTANCE_AUTO other = {0};
    VC_LIVE_AUTO live = {0};
    VC_AGENT_AUTO agent = {0};
    SET_AUTO(some, "3-7");
    unsigned char zero[VC_UUID_LEN] = {0};
    struct vc_create_spec spec = {"other", zero, 5, &some};
    struct vc_error err;

    domain0(drv, &inst);
    ck_assert_str_eq(inst.name, "Domain-0");
    ck_assert(inst.has_uuid && vc_uuid_is_zero(inst.uuid));
    ck_assert_int_eq(strncmp(inst.start, "test:", 5), 0);
    REFUSED(drv->ops->destroy(drv, &inst, &err), VC_ERR_OPERATION_UNSUPPORTED,
            "domain 0 can't be destroyed");
    look(drv, &inst, &live);
    ck_assert(!(live.caps & VC_CAP_DESTROY));
    ck_assert(live.caps & VC_CAP_AGENT);
    ck_assert(!live.has_agent);
    REFUSED(drv->ops->agent_get(drv, &inst, 1, &agent, &err),
            VC_ERR_ARGUMENT_UNSUPPORTED, "no guest agent is configured");
    OK(drv->ops->set_online(drv, &inst, &some, false, 1, NULL, &err));
    look(drv, &inst, &live);
    IS_SET(&live.online, "0-2");
    spec.maximum = 8;
    REFUSED(drv->ops->create(drv, &spec, &other, &err),
            VC_ERR_OPERATION_INVALID, "already running");
    vc_driver_close(drv);
}
END_TEST

START_TEST(ids_count_up_and_are_not_used_again)
{
    struct vc_driver *drv = vc_world_open("test:///default");
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    int i;

    for (i = 1; i <= 4; i++) {
        char tail[16];

        vc_world_create(drv, "vm", 1, 2, "0", &inst);
        ck_assert_int_eq(inst.id, i);
        (void)snprintf(tail, sizeof(tail), ":%d", i);
        ck_assert_str_eq(strrchr(inst.start, ':'), tail);
        OK(drv->ops->destroy(drv, &inst, &err));
    }
    vc_driver_close(drv);
}
END_TEST

START_TEST(vcpus_are_placed_by_the_rule)
{
    struct vc_driver *drv = vc_world_open("test:///default?cpus=6&offline=1");
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    VC_CPUSET_AUTO effective = {0};
    SET_AUTO(pin, "1-3");
    struct vc_error err;

    /* online CPUs are 0, 2, 3, 4, 5 */
    vc_world_create(drv, "vm", 1, 8, "0-7", &inst);
    OK(drv->ops->set_affinity(drv, &inst, 3, &pin, &effective, &err));
    IS_SET(&effective, "2-3");
    look(drv, &inst, &live);
    IS_SET(&live.vcpus[3].affinity, "1-3");
    ck_assert_int_eq(live.vcpus[0].cpu, 0);
    ck_assert_int_eq(live.vcpus[1].cpu, 2);
    ck_assert_int_eq(live.vcpus[3].cpu, 3);
    ck_assert_int_eq(live.vcpus[5].cpu, 0);
    ck_assert_int_eq(live.vcpus[6].state, VC_VCPU_RUNNING);
    ck_assert_int_eq(live.vcpus[7].state, VC_VCPU_BLOCKED);
    vc_driver_close(drv);
}
END_TEST

static uint64_t now_ns(void)
{
    struct timespec ts;

    ck_assert_int_eq(clock_gettime(CLOCK_BOOTTIME, &ts), 0);
    return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

START_TEST(time_is_counted_while_online_only)
{
    struct vc_driver *drv = vc_world_open("test:///default");
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    SET_AUTO(one, "1");
    uint64_t used = 0;
    struct vc_error err;
    int round;

    vc_world_create(drv, "vm", 1, 2, "0", &inst);
    for (round = 0; round < 3; round++) {
        uint64_t from = now_ns();

        OK(drv->ops->set_online(drv, &inst, &one, true, 1, NULL, &err));
        OK(drv->ops->set_online(drv, &inst, &one, true, 1, NULL, &err));
        OK(drv->ops->set_online(drv, &inst, &one, false, 1, NULL, &err));
        look(drv, &inst, &live);
        ck_assert_uint_gt(live.vcpus[1].time_ns, used);
        ck_assert_uint_le(live.vcpus[1].time_ns, used + (now_ns() - from));
        used = live.vcpus[1].time_ns;
        OK(drv->ops->set_online(drv, &inst, &one, false, 1, NULL, &err));
        look(drv, &inst, &live);
        ck_assert_uint_eq(live.vcpus[1].time_ns, used);
    }
    vc_driver_close(drv);
}
END_TEST

START_TEST(vcpu_0_starts_online_whatever_is_asked)
{
    struct vc_driver *drv = vc_world_open("test:///default");
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};

    vc_world_create(drv, "vm", 1, 4, "2", &inst);
    look(drv, &inst, &live);
    IS_SET(&live.online, "0,2");
    vc_driver_close(drv);
}
END_TEST

static int try_create(struct vc_driver *drv, const char *name, unsigned maximum,
                      const char *online, struct vc_error *err)
{
    SET_AUTO(set, online);
    struct vc_create_spec spec = {name, NULL, maximum, &set};
    VC_INSTANCE_AUTO inst = {0};

    return drv->ops->create(drv, &spec, &inst, err);
}

START_TEST(wrong_domain_is_not_created)
{
    struct vc_driver *drv = vc_world_open("test:///default");
    VC_INSTANCE_LIST_AUTO list = {0};
    struct vc_error err;
    int want = VC_ERR_INVALID_ARG;

    REFUSED(try_create(drv, "vm", 0, "0", &err), want, "1-16384");
    REFUSED(try_create(drv, "vm", 16385, "0", &err), want, "1-16384");
    REFUSED(try_create(drv, "vm", 4, "", &err), want, "0-3");
    REFUSED(try_create(drv, "vm", 4, "0,4", &err), want, "0-3");
    REFUSED(try_create(drv, "", 4, "0", &err), want, "name");
    REFUSED(try_create(drv, "a/b", 4, "0", &err), want, "name");
    OK(drv->ops->list(drv, &list, &err));
    ck_assert_uint_eq(list.n, 1);
    vc_driver_close(drv);
}
END_TEST

START_TEST(biggest_domain_on_the_biggest_host)
{
    struct vc_driver *drv = vc_world_open("test:///default?cpus=16384");
    VC_INSTANCE_AUTO inst = {0};
    VC_LIVE_AUTO live = {0};
    SET_AUTO(last, "16383");
    struct vc_error err;

    vc_world_create(drv, "big", 1, 16384, "0-16383", &inst);
    OK(drv->ops->set_affinity(drv, &inst, 16383, &last, NULL, &err));
    OK(drv->ops->set_online(drv, &inst, &last, false, 1, NULL, &err));
    look(drv, &inst, &live);
    IS_SET(&live.online, "0-16382");
    IS_SET(&live.vcpus[16383].affinity, "16383");
    ck_assert_int_eq(live.vcpus[16382].cpu, 16382);
    vc_driver_close(drv);
}
END_TEST

START_TEST(domains_without_a_uuid_differ_by_name)
{
    struct vc_driver *drv = vc_world_open("test:///default");
    struct vc_error err;

    OK(try_create(drv, "a", 2, "0", &err));
    OK(try_create(drv, "b", 2, "0", &err));
    REFUSED(try_create(drv, "b", 2, "0", &err), VC_ERR_OPERATION_INVALID,
            "already running");
    vc_driver_close(drv);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &host_is_as_the_uri_says,
        &host_in_memory_lives_as_long_as_a_connection,
        &domain_0_is_the_hosts_own,
        &ids_count_up_and_are_not_used_again,
        &vcpus_are_placed_by_the_rule,
        &time_is_counted_while_online_only,
        &vcpu_0_starts_online_whatever_is_asked,
        &wrong_domain_is_not_created,
        &biggest_domain_on_the_biggest_host,
        &domains_without_a_uuid_differ_by_name,
    };
    Suite *suite = suite_create("simulated host");
    TCase *tcase = tcase_create("host");
    size_t i;

    tcase_set_timeout(tcase, 60);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    tcase_add_loop_test(tcase, host_has_what_was_not_said_by_default, 0,
                        (int)VC_NELEMS(sizes));
    tcase_add_loop_test(tcase, wrong_parameter_is_refused, 0,
                        (int)VC_NELEMS(bad));
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
