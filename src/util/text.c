/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Nearly every text there is. */
static bool is_plain(const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c >= 0x7f)
            return false;
    }
    return true;
}

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* Characters that show nothing but reorder, hide or break what is around:
 * bidirectional controls, zero-width ones, separators, tags.  The command,
 * which may not see this room, has the same for what it prints itself; a test
 * compares the two. */
static bool is_deceptive(uint32_t c)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x061c, 0x061c},
        {0x115f, 0x1160},   {0x180e, 0x180e},   {0x200b, 0x200f},
        {0x2028, 0x202e},   {0x2060, 0x206f},   {0x3164, 0x3164},
        {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
        {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };
    size_t i;

    for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    }
    return false;
}

/* Bytes of the character that may be shown as it is; 0: none starts here. */
static size_t shown_len(const unsigned char *p)
{
    uint32_t c;
    size_t len;
    size_t i;

    if (p[0] < 0x80)
        return p[0] >= 0x20 && p[0] != 0x7f;
    len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    c = p[0] & (0x7fu >> len);
    for (i = 1; i < len; i++) {
        if (!is_tail(p[i]))
            return 0;
        c = c << 6 | (p[i] & 0x3fu);
    }
    if (c < 0xa0 || (len == 3 && c < 0x800) || (len == 4 && c < 0x10000) ||
        c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || is_deceptive(c))
        return 0;
    return len;
}

void vc_text_clean(char *text, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from;
    char copy[VC_TEXT_CLEAN_MAX];
    size_t at = 0;

    if (size > sizeof(copy))
        size = sizeof(copy);
    if (is_plain(text))
        return;
    (void)snprintf(copy, sizeof(copy), "%s", text);
    for (from = (const unsigned char *)copy; *from;) {
        size_t len = shown_len(from);

        if (at + (len ? len : 4) >= size)
            break;
        if (len) {
            memcpy(text + at, from, len);
        } else {
            text[at] = '\\';
            text[at + 1] = 'x';
            text[at + 2] = digits[*from >> 4];
            text[at + 3] = digits[*from & 15];
        }
        at += len ? len : 4;
        from += len ? len : 1;
    }
    text[at] = '\0';
}
