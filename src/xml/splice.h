/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A list of edits on the bytes of a document.  All offsets are those of the
 * unedited document; the order in which edits are added matters only for
 * insertions at one place.  A failed allocation is remembered and reported
 * once by xml_splice_apply.
 */
#ifndef VC_XML_SPLICE_H
#define VC_XML_SPLICE_H

#include <stddef.h>

#include "util/buf.h"

struct xml_splice_edit {
    size_t offset;
    size_t len;  /* bytes that go */
    size_t text; /* where the new ones are in `pool` */
    size_t text_len;
    size_t seq;
};

/* All zero bytes is the empty list. */
struct xml_splice {
    struct xml_splice_edit *edits;
    size_t n;
    size_t cap;
    struct vc_buf pool;
};

#define XML_SPLICE_AUTO                                                        \
    __attribute__((cleanup(xml_splice_clear))) struct xml_splice
void xml_splice_clear(struct xml_splice *splice);

void xml_splice_replace(struct xml_splice *splice, size_t offset, size_t len,
                        const char *text, size_t text_len);
void xml_splice_insert(struct xml_splice *splice, size_t offset,
                       const char *text);
void xml_splice_delete(struct xml_splice *splice, size_t offset, size_t len);
/* Takes what is in buf and empties it. */
void xml_splice_insert_buf(struct xml_splice *splice, size_t offset,
                           struct vc_buf *buf);

/* Returns owned, NUL behind.  Edits that overlap: INTERNAL. */
int xml_splice_apply(struct xml_splice *splice, const char *doc, size_t len,
                     char **ret_document, size_t *ret_len, struct vc_error *err)
    VC_NODISCARD;

#endif
