/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract suite against the test driver: in memory, in a file, and with
 * the capabilities of hypervisors that can do less. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "contract.h"
#include "scratch.h"
#include "world.h"

#define CAPS                                                                   \
    (VC_CAP_PIN | VC_CAP_PIN_OFFLINE | VC_CAP_ONLINE | VC_CAP_AGENT |          \
     VC_CAP_CREATE | VC_CAP_DESTROY | VC_CAP_WATCH)

static struct vc_driver *open_uri(const char *text, struct vc_error *err)
{
    VC_URI_AUTO *uri = vc_uri_parse(text, err);

    return uri ? vc_driver_open(uri, err) : NULL;
}

static struct vc_driver *open_memory(struct vc_error *err)
{
    return open_uri("test:///default", err);
}

static struct vc_driver *open_some_offline(struct vc_error *err)
{
    return open_uri("test:///default?cpus=12&offline=0,5-7,11", err);
}

static struct vc_driver *open_one_cpu(struct vc_error *err)
{
    return open_uri("test:///default?cpus=1", err);
}

static struct vc_driver *open_file(struct vc_error *err)
{
    return open_uri(vc_scratch_uri(""), err);
}

static struct vc_driver *open_lesser(struct vc_error *err)
{
    return open_uri(vc_scratch_uri("?agent=no&pinoffline=no"), err);
}

/* An empty script: the wrapper changes nothing. */
static struct vc_driver *open_wrapped(struct vc_error *err)
{
    return open_uri("test:///default?fault=", err);
}

static int start(struct vc_driver *drv, const struct vc_create_spec *spec,
                 struct vc_instance *ret, struct vc_error *err)
{
    return drv->ops->create(drv, spec, ret, err);
}

static int lose(struct vc_driver *drv, const struct vc_instance *inst,
                struct vc_error *err)
{
    return drv->ops->destroy(drv, inst, err);
}

#define MEMORY(title, opener)                                                  \
    {                                                                          \
        .name = (title), .host_caps = CAPS, .live_caps = CAPS,                 \
        .has_agent = true, .timeout_ms = 1000, .open = (opener),               \
        .start = start, .lose = lose                                           \
    }

static const struct vc_contract subjects[] = {
    MEMORY("memory", open_memory),
    MEMORY("some CPUs offline", open_some_offline),
    MEMORY("one CPU", open_one_cpu),
    MEMORY("fault wrapper", open_wrapped),
    {
        .name = "file",
        .host_caps = CAPS,
        .live_caps = CAPS,
        .has_agent = true,
        .timeout_ms = 1000,
        .setup = vc_scratch_begin,
        .teardown = vc_scratch_end,
        .open = open_file,
        .start = start,
        .lose = lose,
    },
    {
        .name = "lesser file",
        .host_caps = CAPS & ~(unsigned)(VC_CAP_AGENT | VC_CAP_PIN_OFFLINE),
        .live_caps = CAPS & ~(unsigned)(VC_CAP_AGENT | VC_CAP_PIN_OFFLINE),
        .has_agent = false,
        .timeout_ms = 1000,
        .setup = vc_scratch_begin,
        .teardown = vc_scratch_end,
        .open = open_lesser,
        .start = start,
        .lose = lose,
    },
};

static Suite *make_suite(void)
{
    Suite *suite = suite_create("driver contract: test");
    size_t i;

    for (i = 0; i < VC_NELEMS(subjects); i++)
        vc_contract_add(suite, &subjects[i]);
    return suite;
}

VC_TEST_MAIN(make_suite)
