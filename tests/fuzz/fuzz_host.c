/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file of a simulated host: what is read is written and read back the
 * same; and a host that was read can be looked at and changed, and still be
 * written and read then.
 */
#include <string.h>

#include "driver/test/json.h"
#include "fuzz.h"

static struct vc_testhost *decode(const char *text, size_t len,
                                  struct vc_error *err)
{
    uint64_t clock_ns = 0;
    struct vc_testhost *host =
        vc_testhost_decode(text, len, "host.db", &clock_ns, err);

    if (host)
        host->now_ns = clock_ns;
    return host;
}

/* Returns owned what the host is written as. */
static struct vc_testhost *written_and_read(const struct vc_testhost *host,
                                            struct vc_buf *ret_text)
{
    struct vc_testhost *again;
    struct vc_error err = {0};

    FUZZ_REQUIRE(vc_testhost_encode(host, ret_text, &err) == 0);
    again = decode(ret_text->data, ret_text->len, &err);
    FUZZ_REQUIRE(again);
    return again;
}

static void is_a_fixpoint(const struct vc_testhost *host)
{
    VC_TESTHOST_AUTO *again = NULL;
    VC_TESTHOST_AUTO *third = NULL;
    VC_BUF_AUTO text = {0};
    VC_BUF_AUTO twice = {0};

    again = written_and_read(host, &text);
    third = written_and_read(again, &twice);
    FUZZ_REQUIRE(text.len == twice.len);
    FUZZ_REQUIRE(memcmp(text.data, twice.data, text.len) == 0);
}

/* What host.h says of every host. */
static void check_domain(const struct vc_testhost *host,
                         const struct vc_testhost_domain *dom)
{
    VC_LIVE_AUTO live = {0};
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err = {0};
    unsigned i;

    FUZZ_REQUIRE(dom->id < host->next_id);
    FUZZ_REQUIRE(vc_cpuset_contains(&dom->guest_online, 0));
    FUZZ_REQUIRE(vc_cpuset_is_subset(&dom->guest_online, &dom->online));
    FUZZ_REQUIRE(vc_cpuset_last(&dom->online) < (int)dom->maximum);
    for (i = 0; i < dom->maximum; i++)
        FUZZ_REQUIRE(vc_cpuset_is_subset(&dom->vcpus[i].pin, &host->possible));
    FUZZ_REQUIRE(vc_testhost_fill_instance(host, dom, &inst, &err) == 0);
    FUZZ_REQUIRE(
        vc_testhost_snapshot(host, dom, ~0u, VC_LIVE_ALL, &live, &err) == 0);
    for (i = 0; i < live.maximum; i++)
        FUZZ_REQUIRE(
            vc_cpuset_contains(&live.online, i) ==
            vc_cpuset_contains(&host->online, (unsigned)live.vcpus[i].cpu));
}

static void check_host(const struct vc_testhost *host)
{
    size_t i;

    FUZZ_REQUIRE(host->ncpus >= 1 && host->ncpus <= VC_CPU_LIMIT);
    FUZZ_REQUIRE(!vc_cpuset_is_empty(&host->online));
    FUZZ_REQUIRE(host->ndomains >= 1 && host->domains[0].id == 0);
    for (i = 0; i < host->ndomains; i++)
        check_domain(host, &host->domains[i]);
}

/* Of the last domain, and a new one. */
static void change(struct vc_testhost *host)
{
    struct vc_testhost_domain *dom = &host->domains[host->ndomains - 1];
    bool only_one = dom->maximum == 1;
    VC_INSTANCE_AUTO started = {0};
    VC_CPUSET_AUTO last = {0};
    VC_CPUSET_AUTO effective = {0};
    struct vc_error err = {0};
    struct vc_create_spec spec = {"a new one", NULL, 3, &last};

    FUZZ_REQUIRE(
        vc_cpuset_add(&last, dom->maximum - 1, dom->maximum - 1, &err) == 0);
    FUZZ_REQUIRE((vc_testhost_plug(host, dom, &last, false, true, &err) == 0) ==
                 !only_one);
    FUZZ_REQUIRE(vc_testhost_plug(host, dom, &last, true, true, &err) == 0);
    FUZZ_REQUIRE(
        vc_testhost_pin(host, dom, 0, &host->online, &effective, &err) == 0);
    FUZZ_REQUIRE((vc_testhost_guest_set(host, dom, &last, false, &err) == 0) ==
                 (dom->has_agent && !only_one));
    host->now_ns = 0; /* it was started anew */
    vc_testhost_rebase(host, VC_TESTHOST_TIME_MAX);
    vc_cpuset_clear(&last);
    FUZZ_REQUIRE(vc_cpuset_add(&last, 2, 2, &err) == 0);
    if (vc_testhost_start(host, &spec, &started, &err) < 0)
        FUZZ_REQUIRE_ERROR(&err); /* that name is there, or no id is left */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VC_TESTHOST_AUTO *host = NULL;
    struct vc_error err = {0};

    host = decode((const char *)data, size, &err);
    if (!host) {
        FUZZ_REQUIRE(err.code == VC_ERR_OPERATION_FAILED);
        FUZZ_REQUIRE_ERROR(&err);
        return 0;
    }
    check_host(host);
    is_a_fixpoint(host);
    change(host);
    check_host(host);
    is_a_fixpoint(host);
    return 0;
}
