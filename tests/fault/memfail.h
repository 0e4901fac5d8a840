/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * malloc, calloc and realloc of the whole program, libraries included, of which
 * one call can be made to fail.  Linking this file is enough: what a program
 * defines stands before the C library's.
 */
#ifndef VC_TEST_MEMFAIL_H
#define VC_TEST_MEMFAIL_H

#include <stdbool.h>

/* Of this thread's allocations the nth from here, from 1, fails; or, `on`, it
 * and all behind it. */
void memfail_arm(unsigned long n, bool on);
/* Ends that; did one fail? */
bool memfail_disarm(void);
/* Between these two nothing fails and nothing is counted. */
void memfail_spare(void);
void memfail_spare_end(void);

/* Allocations that are not freed, of all threads. */
long memfail_live(void);
/* A sanitizer is slow, and allocates by itself: that number is no good then, but
 * it has its own way to find leaks. */
bool memfail_is_sanitized(void);

#endif
