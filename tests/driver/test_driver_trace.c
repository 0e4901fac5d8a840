/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace wrapper.  What is debugged is read once per process, so this is a
 * program of its own.  stderr goes to a file, and is read back. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "driver/wrap/fault.h"
#include "driver/wrap/trace.h"
#include "world.h"

static void use_all_verbs(struct vc_driver *drv)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "absent"};
    VC_INSTANCE_AUTO inst = {0};
    VC_INSTANCE_AUTO none = {0};
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_LIVE_AUTO live = {0};
    VC_AGENT_AUTO agent = {0};
    VC_HOST_AUTO host = {0};
    VC_CPUSET_AUTO out = {0};
    SET_AUTO(three, "3");
    struct vc_error err;
    bool news;
    int fd;

    OK(drv->ops->host(drv, &host, &err));
    vc_world_create(drv, "vm", 1, 4, "0-1", &inst);
    OK(drv->ops->list(drv, &list, &err));
    ck_assert_uint_eq(list.n, 2);
    ck_assert_int_eq(drv->ops->find(drv, &key, &none, &err), 0);
    key = (struct vc_instance_key){.kind = VC_BY_UUID, .uuid = inst.uuid};
    ck_assert_int_eq(drv->ops->find(drv, &key, &none, &err), 1);
    OK(drv->ops->set_affinity(drv, &inst, 1, &three, &out, &err));
    IS_SET(&out, "3");
    OK(drv->ops->set_online(drv, &inst, &three, true, 50, &out, &err));
    OK(drv->ops->agent_set(drv, &inst, &three, false, 60, &out, &err));
    OK(drv->ops->agent_get(drv, &inst, 70, &agent, &err));
    IS_SET(&agent.online, "0-1");
    OK(drv->ops->snapshot(drv, &inst, VC_LIVE_ALL, &live, &err));
    IS_SET(&live.vcpus[1].affinity, "3");
    OK(drv->ops->watch(drv, &fd, &err));
    OK(drv->ops->dispatch(drv, &news, &err));
    OK(drv->ops->destroy(drv, &inst, &err));
    OK(drv->ops->dispatch(drv, &news, &err));
    REFUSED(drv->ops->destroy(drv, &inst, &err), VC_ERR_OPERATION_INVALID,
            "not running");
}

static const char *const trace_lines[] = {
    "vcpuconf: driver.test: host: 8 CPUs, online 0-7, capabilities 0x7f",
    "create vm maximum 4 online 0-1: id 1 test:",
    "list: 2 domains",
    "find name absent: not there",
    "find uuid 01010101-0101-0101-0101-010101010101: vm (1) test:",
    "set_affinity vm (1) vcpu 1 cpus 3: effective 3",
    "set_online vm (1) vcpus 3 online within 50 ms: done",
    "agent_set vm (1) vcpus 3 offline within 60 ms: done",
    "agent_get vm (1): present 0-1,3, online 0-1, can go offline 1,3",
    "snapshot vm (1): maximum 4, online 0-1,3, usable 0-7",
    "watch: descriptor ",
    "dispatch: none",
    "destroy vm (1): done",
    "dispatch: news",
    "destroy vm (1): failed (55): domain is not running",
    "driver.test: close",
};

START_TEST(trace_says_each_verb_and_changes_nothing)
{
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    struct vc_driver *drv;
    char text[8192] = "";
    const char *p = text;
    size_t i;

    ck_assert(file && saved >= 0);
    ck_assert_int_eq(setenv("VCPUCONF_DEBUG", "engine,driver.test", 1), 0);
    drv = vc_world_open("test:///default?fault=");
    ck_assert_ptr_nonnull(vc_trace_next(drv));
    ck_assert_str_eq(drv->ops->type, "TEST");
    ck_assert(vc_driver_ops_complete(drv->ops));
    ck_assert_int_ge(dup2(fileno(file), STDERR_FILENO), 0);
    use_all_verbs(drv);
    /* The fault wrapper is found through the trace. */
    ck_assert_uint_eq(vc_fault_calls(drv, "destroy"), 2);
    vc_driver_close(drv);
    ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
    (void)close(saved);
    rewind(file);
    ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, file), 0);
    (void)fclose(file);
    for (i = 0; i < VC_NELEMS(trace_lines); i++) {
        p = strstr(p, trace_lines[i]);
        ck_assert_msg(p != NULL, "'%s' is not there, in order, in:\n%s",
                      trace_lines[i], text);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("driver trace");
    TCase *tcase = tcase_create("trace");

    tcase_add_test(tcase, trace_says_each_verb_and_changes_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
