/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The limits of a document, checked on its raw bytes before libxml2 sees
 * them: some of libxml2's checks cost the square of what they look at.
 */
#ifndef VC_XML_LIMITS_H
#define VC_XML_LIMITS_H

#include <stddef.h>

#include "util/error.h"

/* Namespace declarations in scope: each prefix is looked up among them. */
#define XML_NAMESPACES_MAX 1024u
/* Different names of elements, attributes and namespaces: libxml2's table of
 * names gets slow beyond.  Real documents have some hundred. */
#define XML_NAMES_MAX 16384u

/* UTF-8 all through, no NUL, no DOCTYPE, and no more attributes, depth,
 * namespaces and names than allowed.  What is not well-formed passes: the
 * parser says it better, and never gets beyond the place. */
int xml_limits_check(const char *doc, size_t len, struct vc_error *err)
    VC_NODISCARD;

/* The document's size alone. */
int xml_limits_check_size(size_t len, struct vc_error *err) VC_NODISCARD;

#endif
