/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The RelaxNG schema: loaded once per process, shared by all threads. */
#ifndef VC_XML_SCHEMA_H
#define VC_XML_SCHEMA_H

#include <libxml/relaxng.h>

#include "util/error.h"

/* libxml2 2.12 made the error that a handler gets const. */
#if LIBXML_VERSION >= 21200
typedef const xmlError xml_error_info;
#else
typedef xmlError xml_error_info;
#endif

/* libxml2's words without the line end, into err with that code.  Always -1. */
int xml_error_from_libxml(const xmlError *info, int code, struct vc_error *err);

/* Borrowed for the life of the process; INTERNAL names the file. */
xmlRelaxNGPtr xml_schema_get(struct vc_error *err) VC_NODISCARD;

#endif
