/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Positions in the bytes of a document whose well-formedness is known:
 * elements, the attributes of a start tag, lines, white space.
 */
#ifndef VC_XML_TAG_H
#define VC_XML_TAG_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

/* Offsets; all zero: the element isn't there. */
struct xml_element {
    size_t start; /* of its '<' */
    size_t inner; /* behind the '>' of its start tag */
    size_t close; /* of the '<' of its end tag; `end` when it is <x/> */
    size_t end;   /* behind its last '>' */
};

static inline bool xml_element_is_there(const struct xml_element *el)
{
    return el->end != 0;
}

static inline bool xml_element_is_self_closing(const struct xml_element *el)
{
    return el->close == el->end;
}

struct xml_attr {
    size_t lead; /* of the white space before the name */
    size_t name;
    size_t value;     /* behind the opening quote */
    size_t value_end; /* of the closing quote */
};

static inline bool xml_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool xml_is_all_space(const char *text, size_t len);

/* Behind the element's name: where its attributes start. */
size_t xml_tag_name_end(const char *doc, const struct xml_element *el);
/* The next attribute from *pos on, which moves behind it; false: no more. */
bool xml_tag_next_attr(const char *doc, size_t *pos, struct xml_attr *ret);
/* The attribute of that name without a prefix. */
bool xml_tag_find_attr(const char *doc, const struct xml_element *el,
                       const char *name, struct xml_attr *ret);
/* Where a further attribute goes: behind the last one, or behind the name. */
size_t xml_tag_attrs_end(const char *doc, const struct xml_element *el);
/* The quote that the element's attributes use; 0 when it has none. */
char xml_tag_quote(const char *doc, const struct xml_element *el);

/* The length of a UTF-8 byte order mark at the start: 3 or 0. */
size_t xml_bom_len(const char *doc, size_t len);
/* The line, from 1, that the offset is on. */
int xml_line_of(const char *doc, size_t offset);
/* Puts "at line N: " before the message, and N into err->number.  Always -1. */
int xml_error_at(struct vc_error *err, int line);

/* Text for a message: at most 64 bytes of it, control characters escaped.
 * Returns buf. */
#define XML_SHOW_MAX 288
const char *xml_show(const char *text, size_t len, char buf[XML_SHOW_MAX]);
#define XML_SHOW(text, len) xml_show((text), (len), (char[XML_SHOW_MAX]){0})

#endif
