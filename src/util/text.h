/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VC_UTIL_TEXT_H
#define VC_UTIL_TEXT_H

#include <stddef.h>

#define VC_TEXT_CLEAN_MAX 1024

/* Makes a string fit for a terminal and for logs, in place: control characters
 * (C0, DEL, C1), bytes that are no UTF-8, and invisible characters that change
 * how the rest of a line looks become "\xNN", byte by byte.  size is that of
 * the array, at most VC_TEXT_CLEAN_MAX; what does not fit is cut, between two
 * characters. */
void vc_text_clean(char *text, size_t size);

#endif
