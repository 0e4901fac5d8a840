/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How new text is laid out: white space, quotes and line ends are those of
 * its neighbours.
 */
#ifndef VC_XML_LAYOUT_H
#define VC_XML_LAYOUT_H

#include "xml/reading.h"
#include "xml/splice.h"

/* Where the white space before an element starts. */
size_t xml_layout_lead_start(const char *doc, const struct xml_element *el);
/* Adds what stands before an element on its line, line break included; all
 * white space before it where there is no line break.  At most 128 bytes. */
void xml_layout_lead(const char *doc, const struct xml_element *el,
                     struct vc_buf *buf);
/* The same for a child of that element: as its first child has it, else one
 * step deeper than the parent; nothing where the parent has no own line. */
void xml_layout_child_lead(const struct xml_reading *reading,
                           const struct xml_element *parent,
                           struct vc_buf *buf);
/* What a new child adds to its parent's lead. */
void xml_layout_step(const struct xml_reading *reading, struct vc_buf *buf);
/* Before the end tag of an element that is new or was empty. */
void xml_layout_close_lead(const char *doc, const struct xml_element *el,
                           struct vc_buf *buf);
/* The quote for new attributes of an element: its own, else the document's. */
char xml_layout_quote(const struct xml_reading *reading,
                      const struct xml_element *el);

/* Removes an element and the white space before it. */
void xml_layout_remove(struct xml_splice *splice, const char *doc,
                       const struct xml_element *el);
/* Sets the text of an element; comments in it stay. */
void xml_layout_set_text(struct xml_splice *splice, const char *doc,
                         const struct xml_element *el, const char *name,
                         const char *text);
/* Sets an attribute's value, or adds the attribute; does nothing when the
 * value is already that.  Values need no escaping. */
void xml_layout_set_attr(struct xml_splice *splice,
                         const struct xml_reading *reading,
                         const struct xml_element *el, const char *name,
                         const char *value);
void xml_layout_remove_attr(struct xml_splice *splice, const char *doc,
                            const struct xml_element *el, const char *name);
/* Puts text at the start of an element's content.  The text starts with its
 * own lead; takes it. */
void xml_layout_prepend(struct xml_splice *splice,
                        const struct xml_reading *reading,
                        const struct xml_element *el, const char *name,
                        struct vc_buf *text);

#endif
