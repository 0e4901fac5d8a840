/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any encoding in, UTF-8 out.  A UTF-8 document comes back as it was, with
 * its byte order mark and declaration; another one is converted and the
 * encoding that its declaration names becomes UTF-8.
 */
#ifndef VC_XML_ENCODING_H
#define VC_XML_ENCODING_H

#include <stddef.h>

#include "util/error.h"

/* The size limit holds for both sides.  Returns owned, NUL behind. */
int xml_encoding_to_utf8(const char *bytes, size_t len, char **ret_document,
                         size_t *ret_len, struct vc_error *err) VC_NODISCARD;

#endif
