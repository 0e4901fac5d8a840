/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Samples of one operation, and the lines "KEY VALUE" that bench.sh reads. */
#ifndef BENCH_TIMING_H
#define BENCH_TIMING_H

#include <stddef.h>

#define BENCH_SAMPLES 8192

struct bench_samples {
    long long ns[BENCH_SAMPLES];
    size_t n;
};

/* Monotonic time in nanoseconds. */
long long bench_now(void);

/* One sample, from then until now. */
void bench_sample(struct bench_samples *samples, long long since);

/* Prints the median as "KEY NANOSECONDS", and forgets the samples. */
void bench_report(const char *key, struct bench_samples *samples);
void bench_report_value(const char *key, long long value);

/* Prints "KEY KIB": the most memory that this process has had. */
void bench_report_memory(const char *key);

/* Ends the program with the reason on stderr. */
__attribute__((noreturn, format(printf, 1, 2))) void bench_fail(const char *why,
                                                                ...);

/* A decimal number of the command line. */
size_t bench_number(const char *text);

#endif
