/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test driver's verbs.  Each is one call on the host: begin, do, commit;
 * outputs are handed over once nothing can fail any more.
 */
#define VC_ROOM VC_ROOM_DRIVER_TEST
#include "driver/test/test.h"

#include <stdio.h>
#include <string.h>

#include "driver/test/home.h"

#define TEST_MHZ 2000u
#define TEST_KIB_PER_CPU (1024u * 1024)

struct test_driver {
    struct vc_driver base;
    struct vc_testhome *home;
};

static struct test_driver *self(struct vc_driver *drv)
{
    return (struct test_driver *)drv;
}

/* ---- opening ---- */

static const char *const test_params[] = {"cpus",  "offline",    "nodes",
                                          "agent", "pinoffline", NULL};

static int param_number(const struct vc_uri *uri, const char *name,
                        uint32_t *ret, struct vc_error *err)
{
    const char *text = vc_uri_param(uri, name);
    uint32_t value;

    if (!text)
        return 0;
    if (!vc_number_parse(text, strlen(text), VC_CPU_LIMIT, &value) || !value)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "URI '%s': %s must be 1-%u", uri->text, name,
                            VC_CPU_LIMIT);
    *ret = value;
    return 0;
}

/* Takes `cap` out of *caps where the parameter is "no". */
static int param_without(const struct vc_uri *uri, const char *name,
                         enum vc_cap cap, unsigned *caps, struct vc_error *err)
{
    const char *text = vc_uri_param(uri, name);

    if (!text || strcmp(text, "yes") == 0)
        return 0;
    if (strcmp(text, "no") != 0)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "URI '%s': %s must be yes or no", uri->text, name);
    *caps &= ~(unsigned)cap;
    return 0;
}

static int param_offline(const struct vc_uri *uri,
                         struct vc_testhost_shape *shape, struct vc_error *err)
{
    const char *text = vc_uri_param(uri, "offline");

    shape->has_offline = text != NULL;
    if (!text || !*text)
        return 0;
    if (vc_cpuset_parse(text, strlen(text), &shape->offline, err) < 0)
        return vc_error_prefix(err, "URI '%s': offline", uri->text);
    return 0;
}

static struct test_driver *test_open_home(const struct vc_uri *uri,
                                          const struct vc_testhost_shape *shape,
                                          struct vc_error *err)
{
    struct test_driver *drv = calloc(1, sizeof(*drv));

    if (!drv) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    drv->base.ops = &vc_test_driver_ops;
    drv->home = vc_testhome_open(uri->path, shape, &drv->base.ncpus, err);
    if (!drv->home) {
        (void)vc_error_prefix(err, "URI '%s'", uri->text);
        free(drv);
        return NULL;
    }
    return drv;
}

static enum vc_open_result test_open(const struct vc_uri *uri,
                                     struct vc_driver **ret,
                                     struct vc_error *err)
{
    struct vc_testhost_shape shape = {0};
    struct test_driver *drv = NULL;
    unsigned caps = VC_CAP_PIN | VC_CAP_PIN_OFFLINE | VC_CAP_ONLINE |
                    VC_CAP_AGENT | VC_CAP_CREATE | VC_CAP_DESTROY |
                    VC_CAP_WATCH;
    size_t len = strlen(uri->path);

    if (strcmp(uri->scheme, "test") != 0)
        return VC_OPEN_NOT_MINE;
    if (len < 2 || uri->path[len - 1] == '/') {
        (void)vc_error_set(err, VC_ERR_INVALID_ARG,
                           "URI '%s': must be test:///default or "
                           "test:///absolute/path of a file",
                           uri->text);
        return VC_OPEN_BROKEN;
    }
    if (param_number(uri, "cpus", &shape.ncpus, err) == 0 &&
        param_number(uri, "nodes", &shape.nodes, err) == 0 &&
        param_without(uri, "agent", VC_CAP_AGENT, &caps, err) == 0 &&
        param_without(uri, "pinoffline", VC_CAP_PIN_OFFLINE, &caps, err) == 0 &&
        param_offline(uri, &shape, err) == 0)
        drv = test_open_home(uri, &shape, err);
    vc_cpuset_clear(&shape.offline);
    if (!drv)
        return VC_OPEN_BROKEN;
    drv->base.caps = caps;
    *ret = &drv->base;
    return VC_OPEN_OK;
}

static bool test_probe(void)
{
    return false;
}

static void test_close(struct vc_driver *drv)
{
    vc_testhome_close(self(drv)->home);
    free(drv);
}

/* ---- reading ---- */

/* The CPUs in as many equal parts, as far as they go. */
static int test_host_nodes(const struct vc_testhost *host, struct vc_host *ret,
                           struct vc_error *err)
{
    unsigned each = (host->ncpus + host->nodes - 1) / host->nodes;
    unsigned i;

    ret->node_cpus = calloc(host->nodes, sizeof(*ret->node_cpus));
    if (!ret->node_cpus)
        return vc_error_nomem(err);
    ret->nodes = host->nodes;
    for (i = 0; i < host->nodes && i * each < host->ncpus; i++) {
        unsigned end = (i + 1) * each < host->ncpus ? (i + 1) * each
                                                    : host->ncpus;

        if (vc_cpuset_add(&ret->node_cpus[i], i * each, end - 1, err) < 0)
            return -1;
    }
    return 0;
}

static int test_host(struct vc_driver *drv, struct vc_host *ret,
                     struct vc_error *err)
{
    VC_TESTCALL_AUTO call = {0};
    VC_HOST_AUTO shown = {0};
    const struct vc_testhost *host;

    if (vc_testcall_begin(&call, self(drv)->home, err) < 0)
        return -1;
    host = call.host;
    if (test_host_nodes(host, &shown, err) < 0 ||
        vc_cpuset_copy(&shown.online, &host->online, err) < 0)
        return -1;
    vc_host_clear(ret);
    *ret = shown;
    memset(&shown, 0, sizeof(shown));
    ret->caps = drv->caps;
    ret->ncpus = host->ncpus;
    ret->max_vcpus = VC_VCPU_LIMIT;
    (void)snprintf(ret->model, sizeof(ret->model), "Simulated CPU");
    ret->memory_kib = (uint64_t)host->ncpus * TEST_KIB_PER_CPU;
    ret->mhz = TEST_MHZ;
    ret->sockets = 1;
    ret->cores = (host->ncpus + host->nodes - 1) / host->nodes;
    ret->threads = 1;
    return 0;
}

static int test_list(struct vc_driver *drv, struct vc_instance_list *ret,
                     struct vc_error *err)
{
    VC_TESTCALL_AUTO call = {0};
    VC_INSTANCE_LIST_AUTO list = {0};

    if (vc_testcall_begin(&call, self(drv)->home, err) < 0)
        return -1;
    list.items = calloc(call.host->ndomains, sizeof(*list.items));
    if (!list.items)
        return vc_error_nomem(err);
    for (; list.n < call.host->ndomains; list.n++) {
        if (vc_testhost_fill_instance(call.host, &call.host->domains[list.n],
                                      &list.items[list.n], err) < 0)
            return -1;
    }
    vc_instance_list_clear(ret);
    *ret = list;
    memset(&list, 0, sizeof(list));
    return 0;
}

static int test_find(struct vc_driver *drv, const struct vc_instance_key *key,
                     struct vc_instance *ret, struct vc_error *err)
{
    VC_TESTCALL_AUTO call = {0};

    if (vc_testcall_begin(&call, self(drv)->home, err) < 0)
        return -1;
    return vc_testhost_find(call.host, key, ret, err);
}

/* Begins a call on one running domain; NULL with *err set. */
static struct vc_testhost_domain *begin_on(struct vc_testcall *call,
                                           struct vc_driver *drv,
                                           const struct vc_instance *inst,
                                           struct vc_error *err)
{
    if (vc_testcall_begin(call, self(drv)->home, err) < 0)
        return NULL;
    return vc_testhost_get(call->host, inst, err);
}

static int test_snapshot(struct vc_driver *drv, const struct vc_instance *inst,
                         unsigned parts, struct vc_live *ret,
                         struct vc_error *err)
{
    VC_TESTCALL_AUTO call = {0};
    struct vc_testhost_domain *dom = begin_on(&call, drv, inst, err);

    if (!dom)
        return -1;
    return vc_testhost_snapshot(call.host, dom, drv->caps, parts, ret,
                                err);
}

/* ---- changing ---- */

static int test_set_affinity(struct vc_driver *drv,
                             const struct vc_instance *inst, unsigned vcpu,
                             const struct vc_cpuset *cpus,
                             struct vc_cpuset *ret_effective,
                             struct vc_error *err)
{
    VC_TESTCALL_AUTO call = {0};
    VC_CPUSET_AUTO effective = {0};
    struct vc_testhost_domain *dom = begin_on(&call, drv, inst, err);

    if (!dom)
        return -1;
    if (!(drv->caps & VC_CAP_PIN_OFFLINE) && vcpu < dom->maximum &&
        !vc_cpuset_contains(&dom->online, vcpu))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpu %u of domain '%s' is offline and can't be "
                            "pinned",
                            vcpu, dom->name);
    if (vc_testhost_pin(call.host, dom, vcpu, cpus, &effective, err) < 0 ||
        vc_testcall_commit(&call, err) < 0)
        return -1;
    if (ret_effective)
        vc_cpuset_move(ret_effective, &effective);
    return 0;
}

static int test_set_online(struct vc_driver *drv,
                           const struct vc_instance *inst,
                           const struct vc_cpuset *vcpus, bool online,
                           unsigned timeout_ms VC_UNUSED,
                           struct vc_cpuset *ret_done, struct vc_error *err)
{
    VC_TESTCALL_AUTO call = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_testhost_domain *dom = begin_on(&call, drv, inst, err);
    bool forget_pins = !(drv->caps & VC_CAP_PIN_OFFLINE);

    if (!dom || vc_cpuset_copy(&done, vcpus, err) < 0)
        return -1;
    if (vc_testhost_plug(call.host, dom, vcpus, online, forget_pins, err) < 0 ||
        vc_testcall_commit(&call, err) < 0)
        return -1;
    if (ret_done)
        vc_cpuset_move(ret_done, &done);
    return 0;
}

static int check_agent(struct vc_driver *drv, struct vc_error *err)
{
    if (drv->caps & VC_CAP_AGENT)
        return 0;
    return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                        "this test host has no guest agents (agent=no)");
}

static int test_agent_get(struct vc_driver *drv, const struct vc_instance *inst,
                          unsigned timeout_ms VC_UNUSED, struct vc_agent *ret,
                          struct vc_error *err)
{
    VC_TESTCALL_AUTO call = {0};
    struct vc_testhost_domain *dom;

    if (check_agent(drv, err) < 0)
        return -1;
    dom = begin_on(&call, drv, inst, err);
    return dom ? vc_testhost_guest_get(dom, ret, err) : -1;
}

static int test_agent_set(struct vc_driver *drv, const struct vc_instance *inst,
                          const struct vc_cpuset *vcpus, bool online,
                          unsigned timeout_ms VC_UNUSED,
                          struct vc_cpuset *ret_done, struct vc_error *err)
{
    VC_TESTCALL_AUTO call = {0};
    VC_CPUSET_AUTO done = {0};
    struct vc_testhost_domain *dom;

    if (check_agent(drv, err) < 0)
        return -1;
    dom = begin_on(&call, drv, inst, err);
    if (!dom || vc_cpuset_copy(&done, vcpus, err) < 0)
        return -1;
    if (vc_testhost_guest_set(call.host, dom, vcpus, online, err) < 0 ||
        vc_testcall_commit(&call, err) < 0)
        return -1;
    if (ret_done)
        vc_cpuset_move(ret_done, &done);
    return 0;
}

static int test_create(struct vc_driver *drv, const struct vc_create_spec *spec,
                       struct vc_instance *ret, struct vc_error *err)
{
    VC_TESTCALL_AUTO call = {0};
    VC_INSTANCE_AUTO inst = {0};

    if (vc_testcall_begin(&call, self(drv)->home, err) < 0 ||
        vc_testhost_start(call.host, spec, &inst, err) < 0 ||
        vc_testcall_commit(&call, err) < 0)
        return -1;
    vc_instance_clear(ret);
    *ret = inst;
    memset(&inst, 0, sizeof(inst));
    return 0;
}

static int test_destroy(struct vc_driver *drv, const struct vc_instance *inst,
                        struct vc_error *err)
{
    VC_TESTCALL_AUTO call = {0};
    struct vc_testhost_domain *dom = begin_on(&call, drv, inst, err);

    if (!dom || vc_testhost_stop(call.host, dom, err) < 0)
        return -1;
    return vc_testcall_commit(&call, err);
}

static int test_watch(struct vc_driver *drv, int *ret_fd, struct vc_error *err)
{
    return vc_testhome_watch(self(drv)->home, ret_fd, err);
}

static int test_dispatch(struct vc_driver *drv, bool *ret_news,
                         struct vc_error *err)
{
    return vc_testhome_dispatch(self(drv)->home, ret_news, err);
}

const struct vc_driver_ops vc_test_driver_ops = {
    .scheme = "test",
    .type = "TEST",
    .default_uri = "test:///default",
    .params = test_params,
    .probe = test_probe,
    .open = test_open,
    .close = test_close,
    .host = test_host,
    .list = test_list,
    .find = test_find,
    .snapshot = test_snapshot,
    .set_affinity = test_set_affinity,
    .set_online = test_set_online,
    .agent_get = test_agent_get,
    .agent_set = test_agent_set,
    .create = test_create,
    .destroy = test_destroy,
    .watch = test_watch,
    .dispatch = test_dispatch,
};
