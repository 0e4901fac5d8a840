/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world.h"

#include <string.h>
#include <time.h>

struct vc_cpuset vc_world_set(const char *text)
{
    struct vc_cpuset set = {0};
    struct vc_error err = {0};

    if (*text)
        OK(vc_cpuset_parse(text, strlen(text), &set, &err));
    return set;
}

struct vc_driver *vc_world_try_open(const char *uri, struct vc_error *err)
{
    VC_URI_AUTO *parsed = vc_uri_parse(uri, err);

    return parsed ? vc_driver_open(parsed, err) : NULL;
}

struct vc_driver *vc_world_open(const char *uri)
{
    struct vc_error err = {0};
    struct vc_driver *drv = vc_world_try_open(uri, &err);

    ck_assert_msg(drv != NULL, "%s: %s", uri, err.text);
    return drv;
}

void vc_world_refuse_open(const char *uri, int code, const char *words)
{
    struct vc_error err = {0};
    struct vc_driver *drv = vc_world_try_open(uri, &err);

    ck_assert_msg(drv == NULL, "%s: was opened", uri);
    ck_assert_msg(err.code == code, "%s: code %d: %s", uri, err.code, err.text);
    ck_assert_msg(strstr(err.text, words), "%s: '%s' lacks '%s'", uri, err.text,
                  words);
}

void vc_world_create(struct vc_driver *drv, const char *name, int seed,
                     unsigned maximum, const char *online,
                     struct vc_instance *ret)
{
    unsigned char uuid[VC_UUID_LEN];
    SET_AUTO(set, online);
    struct vc_create_spec spec = {name, uuid, maximum, &set};
    struct vc_error err;

    memset(uuid, seed, sizeof(uuid));
    OK(drv->ops->create(drv, &spec, ret, &err));
}

void vc_world_same(const struct vc_live *a, const struct vc_live *b)
{
    unsigned i;

    ck_assert_uint_eq(a->caps, b->caps);
    ck_assert_uint_eq(a->maximum, b->maximum);
    ck_assert_int_eq(a->has_agent, b->has_agent);
    ck_assert_int_eq(a->paused, b->paused);
    ck_assert_str_eq(SHOW(&a->online), SHOW(&b->online));
    ck_assert(vc_cpuset_equal(&a->usable, &b->usable));
    for (i = 0; i < a->maximum; i++) {
        ck_assert(
            vc_cpuset_equal(&a->vcpus[i].affinity, &b->vcpus[i].affinity));
        ck_assert(vc_cpuset_equal(&a->vcpus[i].soft, &b->vcpus[i].soft));
    }
}

unsigned long long vc_world_now_ms(void)
{
    struct timespec ts;

    ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
    return (unsigned long long)ts.tv_sec * 1000 +
           (unsigned long long)ts.tv_nsec / 1000000;
}
