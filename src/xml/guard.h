/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Around libxml2, which is not exact when memory runs out.  Some of its
 * functions leave out what they could not allocate and say nothing, so that a
 * sound document is refused in the end; and what fails before it has a context
 * complains on stderr, as does all that XML_DEBUG_CATALOG asks for.  But each
 * allocation that fails sets errno, which is the thread's own, and nothing in
 * between takes that back.
 */
#ifndef VC_XML_GUARD_H
#define VC_XML_GUARD_H

#include <libxml/xmlerror.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

struct xml_guard {
    xmlStructuredErrorFunc handler; /* this thread's as it was */
    void *data;
    xmlGenericErrorFunc printer; /* the same of what is only printed */
    void *printer_data;
};

void xml_guard_begin(struct xml_guard *guard);
void xml_guard_end(struct xml_guard *guard);
#define XML_GUARD_AUTO __attribute__((cleanup(xml_guard_end))) struct xml_guard

/* Did an allocation fail since the last xml_guard_begin? */
bool xml_guard_ran_out(void);

/* The RelaxNG code of libxml2 (2.9.14) crashes or loses blocks when an
 * allocation fails in it, so it is entered only while there is what it can need:
 * a little, and a copy of one value of up to len bytes. */
bool xml_guard_has_room(size_t len);

#endif
