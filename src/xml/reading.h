/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What one parse of a document finds: the understood elements with their
 * positions, and what they say.  Only /domain/name, /domain/uuid,
 * /domain/vcpu, /domain/vcpus/vcpu and /domain/cputune/vcpupin without
 * namespace; all else is passed over.
 */
#ifndef VC_XML_READING_H
#define VC_XML_READING_H

#include "model/vcpudef.h"
#include "xml/skeleton.h"
#include "xml/tag.h"

/* A vcpu of <vcpus> or a vcpupin of <cputune>, in document order. */
struct xml_row {
    struct xml_element at;
    uint32_t id;
    bool online;       /* of a vcpu */
    bool hotpluggable; /* of a vcpu */
    bool is_wanted;    /* of a vcpupin: `want` has it, with the same CPUs */
};

struct xml_rows {
    struct xml_row *items;
    size_t n;
    size_t cap;
};

struct xml_reading {
    const char *doc; /* borrowed */
    size_t len;
    const struct vc_vcpudef *want; /* borrowed, may be NULL */
    struct xml_element domain;
    struct xml_element name_at;
    struct xml_element uuid_at;
    struct xml_element vcpu_at;
    struct xml_element vcpus_at;
    struct xml_element cputune_at;
    struct xml_rows rows;
    struct xml_rows pins;

    char *name;
    bool has_uuid; /* else: none, or one that stands for none */
    unsigned char uuid[VC_UUID_LEN];
    struct vc_vcpudef def; /* no pins where there is a `want` */

    /* What def is made of. */
    uint32_t maximum; /* 0: no <vcpu> */
    uint32_t current; /* 0: no such attribute */
    bool is_auto;     /* placement='auto' */
    struct vc_cpuset cpuset;
};

#define XML_READING_AUTO                                                       \
    __attribute__((cleanup(xml_reading_clear))) struct xml_reading
void xml_reading_clear(struct xml_reading *reading);
/* There may be 100,000. */
void xml_reading_drop_rows(struct xml_reading *reading);

/* Limits, well-formedness and meaning; the shape as well where a skeleton is
 * given.  What the model refuses comes before what the schema refuses.  *ret
 * borrows doc. */
int xml_reading_parse(const char *doc, size_t len,
                      struct xml_skeleton *skeleton, struct xml_reading *ret,
                      struct vc_error *err) VC_NODISCARD;
/* The same for an edit, without the limits: of bytes that were checked when
 * they came in.  The pins are compared with want's as they are read, for a set
 * of them can be thrice as big as the document.  *ret borrows want as well. */
int xml_reading_compare(const char *doc, size_t len,
                        const struct vc_vcpudef *want, struct xml_reading *ret,
                        struct vc_error *err) VC_NODISCARD;

#endif
