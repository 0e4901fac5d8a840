/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * src/model: pure values.  May know src/util only; does no I/O, reads no
 * clock, no environment, and knows neither XML nor SQL nor hypervisors.
 *
 * cpuset: a set of numbers 0..16383, kept as sorted, disjoint, non-adjacent
 * ranges.  It serves for host CPUs and for vCPU ids alike.  Its memory is
 * bounded by the number of ranges, so a hostile document can't make it big.
 */
#ifndef VC_MODEL_CPUSET_H
#define VC_MODEL_CPUSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/error.h"

#define VC_CPU_LIMIT 16384u /* numbers are 0 .. VC_CPU_LIMIT - 1 */

struct vc_range {
    uint32_t first;
    uint32_t last; /* inclusive */
};

/* All zero bytes is the empty set.  A struct copy borrows; use _copy. */
struct vc_cpuset {
    struct vc_range *ranges;
    size_t n;
    size_t cap;
};

#define VC_CPUSET_AUTO __attribute__((cleanup(vc_cpuset_clear))) struct vc_cpuset

void vc_cpuset_clear(struct vc_cpuset *set);
int vc_cpuset_copy(struct vc_cpuset *ret, const struct vc_cpuset *src,
                   struct vc_error *err) VC_NODISCARD;
/* *ret is cleared, then takes src's contents; src is left empty. */
void vc_cpuset_move(struct vc_cpuset *ret, struct vc_cpuset *src);

bool vc_cpuset_is_empty(const struct vc_cpuset *set);
bool vc_cpuset_contains(const struct vc_cpuset *set, unsigned cpu);
bool vc_cpuset_equal(const struct vc_cpuset *a, const struct vc_cpuset *b);
bool vc_cpuset_is_subset(const struct vc_cpuset *sub,
                         const struct vc_cpuset *super);
unsigned vc_cpuset_count(const struct vc_cpuset *set);
/* Smallest member >= from, or -1.  for (i = next(s, 0); i >= 0; i = next(s, i + 1)) */
int vc_cpuset_next(const struct vc_cpuset *set, unsigned from);
/* Largest member, or -1 of an empty set. */
int vc_cpuset_last(const struct vc_cpuset *set);

/* first..last inclusive; the caller guarantees last < VC_CPU_LIMIT. */
int vc_cpuset_add(struct vc_cpuset *set, unsigned first, unsigned last,
                  struct vc_error *err) VC_NODISCARD;
/* The same for a range that begins behind the first member of the last range,
 * or touches it: no search. */
int vc_cpuset_append(struct vc_cpuset *set, uint32_t first, uint32_t last,
                     struct vc_error *err) VC_NODISCARD;
int vc_cpuset_remove(struct vc_cpuset *set, unsigned first, unsigned last,
                     struct vc_error *err) VC_NODISCARD;
/* *ret may be a or b. */
int vc_cpuset_union(struct vc_cpuset *ret, const struct vc_cpuset *a,
                    const struct vc_cpuset *b, struct vc_error *err) VC_NODISCARD;
int vc_cpuset_intersect(struct vc_cpuset *ret, const struct vc_cpuset *a,
                        const struct vc_cpuset *b,
                        struct vc_error *err) VC_NODISCARD;
int vc_cpuset_subtract(struct vc_cpuset *ret, const struct vc_cpuset *a,
                       const struct vc_cpuset *b,
                       struct vc_error *err) VC_NODISCARD;

/* Text as libvirt writes it: N, N-M, ^N separated by commas, left to right,
 * white space after a comma and around '-', a comma at the end.  An empty
 * result is an error, so is anything else.  Error INVALID_ARG, with the text
 * quoted (at most 64 bytes of it, control characters escaped). */
int vc_cpuset_parse(const char *text, size_t len, struct vc_cpuset *ret,
                    struct vc_error *err) VC_NODISCARD;
/* "0-3,8"; "" of an empty set. */
void vc_cpuset_format(const struct vc_cpuset *set, struct vc_buf *buf);
/* Into a fixed buffer, for messages: cut with "..." where it doesn't fit. */
const char *vc_cpuset_show(const struct vc_cpuset *set, char *buf, size_t len);
#define VC_CPUSET_SHOW(set) vc_cpuset_show((set), (char[96]){0}, 96)

/* Byte maps: bit n of byte n/8 is member n, least significant bit first. */
int vc_cpuset_from_map(const unsigned char *map, size_t len,
                       struct vc_cpuset *ret, struct vc_error *err) VC_NODISCARD;
/* Writes all len bytes; members beyond the map are left out. */
void vc_cpuset_to_map(const struct vc_cpuset *set, unsigned char *map,
                      size_t len);

/* Plain decimal digits only, 0 .. max.  Returns false otherwise. */
bool vc_number_parse(const char *text, size_t len, uint32_t max,
                     uint32_t *ret_value);

#endif
