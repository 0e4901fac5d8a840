/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "cli.h"

static bool ascii_only;
static bool is_seen;
static bool is_utf8;

void cli_text_init(void)
{
    is_seen = isatty(STDOUT_FILENO);
    (void)setlocale(LC_CTYPE, "");
    is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (is_utf8)
        return;
    ascii_only = isatty(STDOUT_FILENO) || isatty(STDERR_FILENO);
    /* Documents are UTF-8 whatever the locale is: widths need a table. */
    (void)setlocale(LC_CTYPE, "C.UTF-8");
}

size_t cli_text_decode(const char *text, size_t len, uint32_t *ret)
{
    const unsigned char *p = (const unsigned char *)text;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t c;
    size_t n;
    size_t i;

    if (p[0] < 0x80) {
        *ret = p[0];
        return 1;
    }
    n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
        return 0;
    c = p[0] & (0xffu >> (n + 1));
    for (i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fu);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *ret = c;
    return n;
}

/* Characters that show nothing but reorder, hide or break what is around:
 * bidirectional controls, zero-width ones, separators, tags.  The library has
 * the same for its messages, and no way in for the command; a test compares
 * the two. */
static bool is_deceptive(uint32_t c)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {0x00ad, 0x00ad}, {0x034f, 0x034f},   {0x061c, 0x061c},
        {0x115f, 0x1160}, {0x180e, 0x180e},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f},   {0x3164, 0x3164},
        {0xfeff, 0xfeff}, {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
        {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };
    size_t i;

    for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    }
    return false;
}

size_t cli_text_printable(const char *text, size_t len, int *ret_width)
{
    uint32_t c = 0;
    size_t n = cli_text_decode(text, len, &c);
    int width;

    if (n == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0) || is_deceptive(c) ||
        (ascii_only && c >= 0x80))
        return 0;
    width = c < 0x80 ? 1 : wcwidth((wchar_t)c);
    if (width < 0)
        return 0;
    *ret_width = width;
    return n;
}

bool cli_text_is_seen(void)
{
    return is_seen;
}

bool cli_text_is_utf8(void)
{
    return is_utf8;
}

char *cli_text_clean(const char *text, size_t len)
{
    char *clean = cli_alloc(len * 4 + 1, 1);
    char *out = clean;
    size_t n;
    int width;

    while (len > 0) {
        n = cli_text_printable(text, len, &width);
        if (n > 0) {
            memcpy(out, text, n);
            out += n;
        } else {
            n = 1;
            out += sprintf(out, "\\x%02x", (unsigned char)*text);
        }
        text += n;
        len -= n;
    }
    return clean;
}

size_t cli_text_width(const char *clean)
{
    size_t len = strlen(clean);
    size_t total = 0;
    size_t n;
    int width;

    while (len > 0) {
        n = cli_text_printable(clean, len, &width);
        if (n == 0)
            n = (size_t)(width = 1);
        total += (size_t)width;
        clean += n;
        len -= n;
    }
    return total;
}
