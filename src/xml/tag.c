/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xml/tag.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_BYTES 64

bool xml_is_all_space(const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (!xml_is_space(text[i]))
            return false;
    }
    return true;
}

size_t xml_tag_name_end(const char *doc, const struct xml_element *el)
{
    size_t pos = el->start + 1;

    while (!xml_is_space(doc[pos]) && doc[pos] != '/' && doc[pos] != '>')
        pos++;
    return pos;
}

bool xml_tag_next_attr(const char *doc, size_t *pos, struct xml_attr *ret)
{
    struct xml_attr attr = {.lead = *pos};
    size_t i = *pos;

    while (xml_is_space(doc[i]))
        i++;
    if (doc[i] == '/' || doc[i] == '>')
        return false;
    attr.name = i;
    while (doc[i] != '"' && doc[i] != '\'')
        i++;
    attr.value = i + 1;
    attr.value_end = attr.value;
    while (doc[attr.value_end] != doc[i])
        attr.value_end++;
    *pos = attr.value_end + 1;
    *ret = attr;
    return true;
}

bool xml_tag_find_attr(const char *doc, const struct xml_element *el,
                       const char *name, struct xml_attr *ret)
{
    size_t len = strlen(name);
    size_t pos = xml_tag_name_end(doc, el);
    struct xml_attr attr;

    while (xml_tag_next_attr(doc, &pos, &attr)) {
        char behind = doc[attr.name + len];

        if (strncmp(doc + attr.name, name, len) == 0 &&
            (behind == '=' || xml_is_space(behind))) {
            *ret = attr;
            return true;
        }
    }
    return false;
}

size_t xml_tag_attrs_end(const char *doc, const struct xml_element *el)
{
    size_t pos = xml_tag_name_end(doc, el);
    struct xml_attr attr;

    while (xml_tag_next_attr(doc, &pos, &attr))
        continue;
    return pos;
}

char xml_tag_quote(const char *doc, const struct xml_element *el)
{
    size_t pos = xml_tag_name_end(doc, el);
    char quote = 0;
    struct xml_attr attr;

    while (xml_tag_next_attr(doc, &pos, &attr))
        quote = doc[attr.value_end];
    return quote;
}

size_t xml_bom_len(const char *doc, size_t len)
{
    return len >= 3 && memcmp(doc, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

int xml_line_of(const char *doc, size_t offset)
{
    int line = 1;
    size_t i;

    for (i = 0; i < offset; i++) {
        if (doc[i] == '\n')
            line++;
    }
    return line;
}

int xml_error_at(struct vc_error *err, int line)
{
    vc_error_prefix(err, "at line %d", line);
    err->number = line;
    return -1;
}

const char *xml_show(const char *text, size_t len, char buf[XML_SHOW_MAX])
{
    size_t shown = len < SHOWN_BYTES ? len : SHOWN_BYTES;
    size_t out = 0;
    size_t i;

    /* Never cut inside a character. */
    while (shown < len && shown > 0 &&
           ((unsigned char)text[shown] & 0xc0) == 0x80)
        shown--;
    for (i = 0; i < shown; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c < 0x20 || c == 0x7f)
            out +=
                (size_t)snprintf(buf + out, XML_SHOW_MAX - out, "\\x%02x", c);
        else
            buf[out++] = (char)c;
    }
    (void)snprintf(buf + out, XML_SHOW_MAX - out, "%s",
                   shown < len ? "..." : "");
    return buf;
}
