/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small words for tests of drivers. */
#ifndef VC_TESTS_DRIVER_WORLD_H
#define VC_TESTS_DRIVER_WORLD_H

#include <check.h>

#include "driver/driver.h"

#define VC_WAIT_MS 5000u

/* The call succeeds, or its error is shown.  `err` is in scope. */
#define OK(call)                                                               \
    do {                                                                       \
        err = (struct vc_error){0};                                            \
        ck_assert_msg((call) == 0, "%s: %s", #call, err.text);                 \
    } while (0)

/* The call fails with that code and a text that holds `words`. */
#define REFUSED(call, want, words)                                             \
    do {                                                                       \
        err = (struct vc_error){0};                                            \
        ck_assert_msg((call) == -1, "%s: was not refused", #call);             \
        ck_assert_msg(err.code == (want), "%s: code %d: %s", #call, err.code,  \
                      err.text);                                               \
        ck_assert_msg(strstr(err.text, (words)), "%s: '%s' lacks '%s'", #call, \
                      err.text, (words));                                      \
    } while (0)

/* Sets read as text; "" is the empty set.  Returns owned. */
struct vc_cpuset vc_world_set(const char *text);
#define SET_AUTO(name, text) VC_CPUSET_AUTO name = vc_world_set(text)

/* "0-3,8", in a buffer of the statement. */
#define SHOW(set) VC_CPUSET_SHOW(set)
#define IS_SET(set, text) ck_assert_str_eq(SHOW(set), *(text) ? (text) : "none")

/* Opened, or the test fails. */
struct vc_driver *vc_world_open(const char *uri);
/* NULL with *err filled, or a driver. */
struct vc_driver *vc_world_try_open(const char *uri, struct vc_error *err);
/* Refused with that code and words. */
void vc_world_refuse_open(const char *uri, int code, const char *words);

/* Creates a domain whose uuid holds `seed` in all bytes. */
void vc_world_create(struct vc_driver *drv, const char *name, int seed,
                     unsigned maximum, const char *online,
                     struct vc_instance *ret);

/* Two snapshots say the same of everything but time, state and place. */
void vc_world_same(const struct vc_live *a, const struct vc_live *b);

/* Milliseconds of a clock that only goes forward. */
unsigned long long vc_world_now_ms(void);

#endif
