/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a definition says about vCPUs, and a definition's identity.
 *
 * Invariants of a struct vc_vcpudef that vc_vcpudef_check accepts:
 *  1. 1 <= maximum <= VC_VCPU_LIMIT.
 *  2. online is a non-empty subset of 0 .. maximum-1.
 *  3. hotpluggable is a subset of 0 .. maximum-1 and holds every offline id.
 *  4. pins are sorted by vCPU, each vCPU at most once, no set is empty.
 *     Pins of vCPUs >= maximum may be there ("stray": the document has them;
 *     they have no effect and show nowhere until the maximum is raised).
 *  5. default_set is empty when the document has none, or placement is auto.
 */
#ifndef VC_MODEL_VCPUDEF_H
#define VC_MODEL_VCPUDEF_H

#include "model/cpuset.h"

#define VC_VCPU_LIMIT 16384u
#define VC_UUID_LEN 16
#define VC_UUID_TEXT_LEN 36
#define VC_NAME_MAX 255

struct vc_pin {
    uint32_t vcpu;
    struct vc_cpuset cpus;
};

struct vc_vcpudef {
    unsigned maximum;
    struct vc_cpuset online;
    struct vc_cpuset hotpluggable;
    struct vc_cpuset default_set; /* vcpu/@cpuset; empty: none */
    struct vc_pin *pins;
    size_t npins;
    size_t pins_cap;
};

#define VC_VCPUDEF_AUTO                                                        \
    __attribute__((cleanup(vc_vcpudef_clear))) struct vc_vcpudef

void vc_vcpudef_clear(struct vc_vcpudef *def);
int vc_vcpudef_copy(struct vc_vcpudef *ret, const struct vc_vcpudef *src,
                    struct vc_error *err) VC_NODISCARD;
void vc_vcpudef_move(struct vc_vcpudef *ret, struct vc_vcpudef *src);
bool vc_vcpudef_equal(const struct vc_vcpudef *a, const struct vc_vcpudef *b);
int vc_vcpudef_check(const struct vc_vcpudef *def, struct vc_error *err)
    VC_NODISCARD;

/* 1 .. of maximum online 0..count-1, the rest offline and hotpluggable. */
int vc_vcpudef_init_counts(struct vc_vcpudef *ret, unsigned maximum,
                           unsigned count, struct vc_error *err) VC_NODISCARD;

/* Also of a vCPU >= maximum; NULL: it has no pin.  Borrowed. */
const struct vc_pin *vc_vcpudef_find_pin(const struct vc_vcpudef *def,
                                         uint32_t vcpu);
/* The explicit pin of a vCPU < maximum, or NULL.  Borrowed. */
const struct vc_cpuset *vc_vcpudef_pin(const struct vc_vcpudef *def,
                                       unsigned vcpu);
/* What is asked for that vCPU: pin, else default_set, else NULL ("nothing"). */
const struct vc_cpuset *vc_vcpudef_affinity(const struct vc_vcpudef *def,
                                            unsigned vcpu);
/* Adds or replaces; copies cpus.  vcpu may be >= maximum. */
int vc_vcpudef_set_pin(struct vc_vcpudef *def, uint32_t vcpu,
                       const struct vc_cpuset *cpus,
                       struct vc_error *err) VC_NODISCARD;
/* Appends without keeping the order; takes cpus.  For the parser, which calls
 * vc_vcpudef_sort_pins once: -1 and *ret_dup = the vCPU that is there twice. */
int vc_vcpudef_append_pin(struct vc_vcpudef *def, uint32_t vcpu,
                          struct vc_cpuset *cpus,
                          struct vc_error *err) VC_NODISCARD;
int vc_vcpudef_sort_pins(struct vc_vcpudef *def, uint32_t *ret_dup);
/* No pin: nothing happens. */
void vc_vcpudef_drop_pin(struct vc_vcpudef *def, uint32_t vcpu);
void vc_vcpudef_drop_pins(struct vc_vcpudef *def, uint32_t first,
                          uint32_t last);
/* Many at once, in one pass: the pins of `changes` (sorted) take the places of
 * those of the same vCPUs, an empty set drops one.  Takes what is in the pins
 * of `changes`, also when it fails. */
int vc_vcpudef_merge_pins(struct vc_vcpudef *def, struct vc_vcpudef *changes,
                          struct vc_error *err) VC_NODISCARD;

/* The stored summary: one line of text, version first, so that reads of
 * counts and pins parse no XML.  Decoding checks all invariants;
 * error INTERNAL "summary ...". */
void vc_vcpudef_encode(const struct vc_vcpudef *def, struct vc_buf *buf);
int vc_vcpudef_decode(const char *text, size_t len, struct vc_vcpudef *ret,
                      struct vc_error *err) VC_NODISCARD;

/* Only the pins, "0:0-3;1:4-7", into a def that has none. */
void vc_vcpudef_encode_pins(const struct vc_vcpudef *def, struct vc_buf *buf);
int vc_vcpudef_decode_pins(const char *text, size_t len, struct vc_vcpudef *def,
                           struct vc_error *err) VC_NODISCARD;

/* uuid: 32 hex digits of any case, dashes allowed between them. */
bool vc_uuid_parse(const char *text, size_t len,
                   unsigned char ret_uuid[VC_UUID_LEN]);
/* Lower case with dashes, NUL-terminated. */
void vc_uuid_format(const unsigned char uuid[VC_UUID_LEN],
                    char ret_text[VC_UUID_TEXT_LEN + 1]);
bool vc_uuid_is_zero(const unsigned char uuid[VC_UUID_LEN]);
/* Of a run that has none: always the same for a name; version 8 of RFC 9562. */
void vc_uuid_of_name(const char *name, unsigned char ret_uuid[VC_UUID_LEN]);
/* INVALID: '/', a control character, empty, blank, ".", "..", > 255 bytes. */
int vc_name_check(const char *name, size_t len, struct vc_error *err)
    VC_NODISCARD;

#endif
