/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memfail.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

/* For libraries too, so it must be visible. */
#define SEEN_BY_LIBRARIES __attribute__((visibility("default")))

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);

static atomic_long live;
static _Thread_local unsigned long left; /* 0: not armed */
static _Thread_local bool for_good;
static _Thread_local bool failed;
static _Thread_local unsigned spared;

void memfail_arm(unsigned long n, bool on)
{
    for_good = on;
    failed = false;
    left = n;
}

bool memfail_disarm(void)
{
    left = 0;
    return failed;
}

void memfail_spare(void)
{
    spared++;
}

void memfail_spare_end(void)
{
    spared--;
}

long memfail_live(void)
{
    return atomic_load(&live);
}

bool memfail_is_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

static bool is_to_fail(void)
{
    if (!left || spared || (left > 1 && left--))
        return false;
    failed = true;
    left = for_good; /* 1: the next one too */
    errno = ENOMEM;
    return true;
}

static void find_next(void)
{
    /* the C library's dlsym has no need of memory when it finds something */
    *(void **)&next_malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)&next_calloc = dlsym(RTLD_NEXT, "calloc");
    *(void **)&next_realloc = dlsym(RTLD_NEXT, "realloc");
    *(void **)&next_free = dlsym(RTLD_NEXT, "free");
    if (!next_malloc || !next_calloc || !next_realloc || !next_free)
        abort();
}

static void *counted(void *p)
{
    if (p)
        (void)atomic_fetch_add(&live, 1);
    return p;
}

SEEN_BY_LIBRARIES void *malloc(size_t size)
{
    if (!next_free)
        find_next();
    return is_to_fail() ? NULL : counted(next_malloc(size));
}

SEEN_BY_LIBRARIES void *calloc(size_t n, size_t size)
{
    if (!next_free)
        find_next();
    return is_to_fail() ? NULL : counted(next_calloc(n, size));
}

SEEN_BY_LIBRARIES void *realloc(void *p, size_t size)
{
    if (!next_free)
        find_next();
    if (is_to_fail())
        return NULL;
    return p ? next_realloc(p, size) : counted(next_realloc(NULL, size));
}

SEEN_BY_LIBRARIES void free(void *p)
{
    if (!next_free)
        find_next();
    if (p)
        (void)atomic_fetch_sub(&live, 1);
    next_free(p);
}
