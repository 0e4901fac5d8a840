/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One edit of a document: what it says now, what it is to say, and the
 * changes of its bytes so far.  A failed allocation is remembered in splice.
 */
#ifndef VC_XML_EDIT_H
#define VC_XML_EDIT_H

#include "xml/layout.h"
#include "xml/reading.h"
#include "xml/splice.h"

struct xml_edit {
    const struct xml_reading *now;
    const struct vc_vcpudef *want;
    struct xml_splice splice;
};

/* The rows of an element <vcpus> or <cputune> that is there or comes anew. */
struct xml_edit_rows {
    const struct xml_rows *rows;
    const bool *keep;        /* which of them stay */
    const uint32_t *new_ids; /* ascending */
    size_t n_new;
    const struct xml_element *in; /* may not be there */
    const char *name;
    const struct xml_element *behind; /* where a new element goes */
    /* Adds the new row, without white space around it. */
    void (*format)(const struct xml_edit *edit, uint32_t id, char quote,
                   struct vc_buf *buf);
};

/* Adds the new rows, each beside its neighbour by id, and removes those that
 * don't stay. */
void xml_edit_rows_apply(struct xml_edit *edit,
                         const struct xml_edit_rows *rows);

/* The last of the elements that a new <vcpu>, <vcpus>, <cputune> goes behind.
 */
const struct xml_element *xml_edit_behind_vcpu(const struct xml_reading *now);
const struct xml_element *xml_edit_behind_vcpus(const struct xml_reading *now);

void xml_edit_vcpu(struct xml_edit *edit);
void xml_edit_vcpus(struct xml_edit *edit);
void xml_edit_pins(struct xml_edit *edit);

#endif
