/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pruned tree of a document, for the schema to look at: the understood
 * elements with their attributes and text, nothing of what the schema leaves
 * open.  Rows are looked at in batches of bounded size and then dropped, so
 * that validation costs a hostile document no more than reading it.
 */
#ifndef VC_XML_SKELETON_H
#define VC_XML_SKELETON_H

#include <stddef.h>

#include "util/error.h"

enum xml_kind {
    XML_OTHER, /* not understood */
    XML_DOMAIN,
    XML_NAME,
    XML_UUID,
    XML_VCPU,
    XML_VCPUS,
    XML_CPUTUNE,
    XML_ROW,     /* vcpu of vcpus */
    XML_VCPUPIN, /* of cputune */
};

struct xml_skeleton;

/* For a document of len bytes.  Loads the schema if it was not yet.  Returns
 * owned. */
struct xml_skeleton *xml_skeleton_new(size_t len, struct vc_error *err)
    VC_NODISCARD;
void xml_skeleton_free(struct xml_skeleton *skeleton);
VC_DEFINE_AUTO_PTR(xml_skeleton_ptr, struct xml_skeleton, xml_skeleton_free)

/* An understood element.  attrs: n groups of five pointers as SAX2 gives them.
 */
void xml_skeleton_add(struct xml_skeleton *skeleton, enum xml_kind parent,
                      const char *name, size_t offset, int n,
                      const unsigned char **attrs);
/* An element of no namespace inside <vcpus> or a row, where none belongs. */
void xml_skeleton_add_stranger(struct xml_skeleton *skeleton,
                               enum xml_kind parent, const char *name,
                               size_t offset);
/* Text inside a row, where none belongs. */
void xml_skeleton_add_stray_text(struct xml_skeleton *skeleton);
/* All the text of the <name>, <uuid> or <vcpu> added last. */
void xml_skeleton_add_text(struct xml_skeleton *skeleton, const char *text,
                           size_t len);
/* Validates what wasn't yet.  XML_INVALID_SCHEMA with the schema's first
 * complaint and its line in doc. */
int xml_skeleton_finish(struct xml_skeleton *skeleton, const char *doc,
                        struct vc_error *err) VC_NODISCARD;

#endif
