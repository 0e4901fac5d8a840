/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text from outside, made fit for a terminal.  Control characters (C0, C1,
 * DEL), bytes that are not UTF-8, and invisible characters that change how
 * the rest of a line looks are shown as \xNN, byte by byte; all else stays.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the locale from the environment.  On a terminal that is not one of
 * UTF-8 nothing but ASCII is printed as it is. */
void cli_text_init(void);

/* Do people see what goes to stdout: is it, or was it before a pager came, a
 * terminal? */
bool cli_text_is_seen(void);

/* Is the locale one of UTF-8? */
bool cli_text_is_utf8(void);

/* Returns owned. */
char *cli_text_clean(const char *text, size_t len);

/* Columns that cleaned text takes on a terminal. */
size_t cli_text_width(const char *clean);

/* The character at `text`: how many bytes it has; 0: that is not UTF-8.
 * Strict: no overlong forms, no surrogates, nothing above 0x10ffff.  `len` is
 * at least 1. */
size_t cli_text_decode(const char *text, size_t len, uint32_t *ret);

/* How many bytes from `text` on make one printable character, with its width;
 * 0: the byte there must be escaped.  `len` is at least 1. */
size_t cli_text_printable(const char *text, size_t len, int *ret_width);

#endif
