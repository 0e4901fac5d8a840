/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_MODEL
#include "model/vcpudef.h"

#include <stdio.h>
#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool vc_uuid_parse(const char *text, size_t len,
                   unsigned char ret_uuid[VC_UUID_LEN])
{
    unsigned char uuid[VC_UUID_LEN];
    size_t digits = 0;
    size_t i;

    memset(uuid, 0, sizeof(uuid));
    for (i = 0; i < len; i++) {
        int value = hex_value(text[i]);

        if (text[i] == '-' && digits > 0 && digits < 2 * VC_UUID_LEN &&
            text[i - 1] != '-')
            continue;
        if (value < 0 || digits == 2 * VC_UUID_LEN)
            return false;
        uuid[digits / 2] = (unsigned char)(uuid[digits / 2] << 4 | value);
        digits++;
    }
    if (digits != 2 * VC_UUID_LEN)
        return false;
    memcpy(ret_uuid, uuid, sizeof(uuid));
    return true;
}

void vc_uuid_format(const unsigned char uuid[VC_UUID_LEN],
                    char ret_text[VC_UUID_TEXT_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";
    char *p = ret_text;
    size_t i;

    for (i = 0; i < VC_UUID_LEN; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = digits[uuid[i] >> 4];
        *p++ = digits[uuid[i] & 15];
    }
    *p = '\0';
}

bool vc_uuid_is_zero(const unsigned char uuid[VC_UUID_LEN])
{
    static const unsigned char zero[VC_UUID_LEN];

    return memcmp(uuid, zero, VC_UUID_LEN) == 0;
}

/* FNV-1a, from two starting points. */
void vc_uuid_of_name(const char *name, unsigned char ret_uuid[VC_UUID_LEN])
{
    uint64_t half[2] = {0xcbf29ce484222325u, 0x84222325cbf29ce4u};
    size_t i;

    for (i = 0; name[i]; i++) {
        half[0] = (half[0] ^ (unsigned char)name[i]) * 0x100000001b3u;
        half[1] = (half[1] ^ (unsigned char)name[i]) * 0x100000001b3u;
    }
    for (i = 0; i < VC_UUID_LEN; i++)
        ret_uuid[i] = (unsigned char)(half[i / 8] >> (8 * (i % 8)));
    ret_uuid[6] = (unsigned char)((ret_uuid[6] & 0x0f) | 0x80);
    ret_uuid[8] = (unsigned char)((ret_uuid[8] & 0x3f) | 0x80);
}

int vc_name_check(const char *name, size_t len, struct vc_error *err)
{
    bool blank = true;
    size_t i;

    if (!len)
        return vc_error_set(err, VC_ERR_XML_ERROR, "domain name is empty");
    if (len > VC_NAME_MAX)
        return vc_error_set(err, VC_ERR_XML_ERROR,
                            "domain name has %zu bytes; 1..%d are allowed", len,
                            VC_NAME_MAX);
    for (i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];

        if (c < 0x20 || c == 0x7f)
            return vc_error_set(err, VC_ERR_XML_ERROR,
                                "domain name holds the control character "
                                "0x%02x at byte %zu",
                                c, i);
        /* U+0080..U+009F, encoded in UTF-8 */
        if (c == 0xc2 && i + 1 < len && ((unsigned char)name[i + 1]) >= 0x80 &&
            ((unsigned char)name[i + 1]) <= 0x9f)
            return vc_error_set(err, VC_ERR_XML_ERROR,
                                "domain name holds the control character "
                                "U+00%02X at byte %zu",
                                (unsigned char)name[i + 1], i);
        if (c != ' ')
            blank = false;
    }
    /* only now is it fit to be shown */
    if (memchr(name, '/', len))
        return vc_error_set(err, VC_ERR_XML_ERROR,
                            "domain name '%.*s' holds a '/'", (int)len, name);
    if (blank)
        return vc_error_set(err, VC_ERR_XML_ERROR, "domain name is blank");
    if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
        return vc_error_set(err, VC_ERR_XML_ERROR,
                            "domain name '%.*s' is not allowed", (int)len,
                            name);
    return 0;
}
