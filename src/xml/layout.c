/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xml/layout.h"

#include <string.h>

/* White space is copied up to here: it may be megabytes, and rows thousands. */
#define LEAD_MAX 128

size_t xml_layout_lead_start(const char *doc, const struct xml_element *el)
{
    size_t pos = el->start;

    while (pos > 0 && xml_is_space(doc[pos - 1]))
        pos--;
    return pos;
}

/* In the white space from..to: the last line break ("\r\n" is one) and what is
 * behind it, else all of it. */
static size_t last_line(const char *doc, size_t from, size_t to)
{
    size_t pos = to;

    while (pos > from && doc[pos - 1] != '\n' && doc[pos - 1] != '\r')
        pos--;
    if (pos == from)
        return from;
    pos--;
    if (doc[pos] == '\n' && pos > from && doc[pos - 1] == '\r')
        pos--;
    return pos;
}

static void add_lead(struct vc_buf *buf, const char *doc, size_t from,
                     size_t to)
{
    vc_buf_add(buf, doc + from, to - from < LEAD_MAX ? to - from : LEAD_MAX);
}

static bool has_line_break(const char *doc, size_t from, size_t to)
{
    return from < to && (memchr(doc + from, '\n', to - from) ||
                         memchr(doc + from, '\r', to - from));
}

static bool has_own_line(const char *doc, const struct xml_element *el)
{
    return has_line_break(doc, xml_layout_lead_start(doc, el), el->start);
}

void xml_layout_lead(const char *doc, const struct xml_element *el,
                     struct vc_buf *buf)
{
    size_t from = last_line(doc, xml_layout_lead_start(doc, el), el->start);

    add_lead(buf, doc, from, el->start);
}

/* How far <name> is indented beyond <domain>. */
void xml_layout_step(const struct xml_reading *reading, struct vc_buf *buf)
{
    const char *doc = reading->doc;
    VC_BUF_AUTO outer = {0};
    VC_BUF_AUTO inner = {0};
    size_t indent;
    size_t skip;

    if (!has_own_line(doc, &reading->name_at))
        return;
    xml_layout_lead(doc, &reading->domain, &outer);
    xml_layout_lead(doc, &reading->name_at, &inner);
    indent = outer.len - strspn(vc_buf_str(&outer), "\r\n");
    skip = strspn(vc_buf_str(&inner), "\r\n");
    if (inner.len - skip > indent)
        skip += indent;
    vc_buf_adds(buf, inner.len > skip ? vc_buf_str(&inner) + skip : "  ");
}

void xml_layout_child_lead(const struct xml_reading *reading,
                           const struct xml_element *parent, struct vc_buf *buf)
{
    const char *doc = reading->doc;
    size_t pos = parent->inner;

    while (pos < parent->close && xml_is_space(doc[pos]))
        pos++;
    if (pos < parent->close && doc[pos] == '<') {
        add_lead(buf, doc, last_line(doc, parent->inner, pos), pos);
        return;
    }
    if (!has_own_line(doc, parent))
        return;
    xml_layout_lead(doc, parent, buf);
    xml_layout_step(reading, buf);
}

void xml_layout_close_lead(const char *doc, const struct xml_element *el,
                           struct vc_buf *buf)
{
    if (has_own_line(doc, el))
        xml_layout_lead(doc, el, buf);
}

char xml_layout_quote(const struct xml_reading *reading,
                      const struct xml_element *el)
{
    char quote = xml_tag_quote(reading->doc, el);

    if (!quote)
        quote = xml_tag_quote(reading->doc, &reading->domain);
    return quote ? quote : '\'';
}

void xml_layout_remove(struct xml_splice *splice, const char *doc,
                       const struct xml_element *el)
{
    size_t from = xml_layout_lead_start(doc, el);

    xml_splice_delete(splice, from, el->end - from);
}

/* Behind what starts at pos: a comment, a processing instruction, or text (a
 * CDATA section is text). */
static size_t segment_end(const char *doc, size_t pos, size_t close,
                          bool *ret_is_text)
{
    static const struct {
        const char *open;
        const char *close;
        bool is_text;
    } marked[] = {
        {"<![CDATA[", "]]>", true},
        {"<!--", "-->", false}, /* not closed by its own dashes: <!--> */
        {"<?", "?>", false},
    };
    const char *hit;
    size_t i;

    for (i = 0; i < VC_NELEMS(marked); i++) {
        size_t from = pos + strlen(marked[i].open);

        if (strncmp(doc + pos, marked[i].open, from - pos) != 0)
            continue;
        *ret_is_text = marked[i].is_text;
        hit = memmem(doc + from, close - from, marked[i].close,
                     strlen(marked[i].close));
        return hit ? (size_t)(hit - doc) + strlen(marked[i].close) : close;
    }
    *ret_is_text = true;
    hit = memchr(doc + pos, '<', close - pos);
    return hit ? (size_t)(hit - doc) : close;
}

void xml_layout_set_text(struct xml_splice *splice, const char *doc,
                         const struct xml_element *el, const char *name,
                         const char *text)
{
    size_t pos = el->inner;
    bool written = false;

    if (xml_element_is_self_closing(el)) {
        VC_BUF_AUTO buf = {0};

        vc_buf_addf(&buf, ">%s</%s>", text, name);
        xml_splice_replace(splice, el->end - 2, 2, vc_buf_str(&buf), buf.len);
        return;
    }
    while (pos < el->close) {
        bool is_text;
        size_t end = segment_end(doc, pos, el->close, &is_text);

        if (is_text) {
            xml_splice_replace(splice, pos, end - pos, text,
                               written ? 0 : strlen(text));
            written = true;
        }
        pos = end;
    }
    if (!written)
        xml_splice_insert(splice, el->inner, text);
}

void xml_layout_set_attr(struct xml_splice *splice,
                         const struct xml_reading *reading,
                         const struct xml_element *el, const char *name,
                         const char *value)
{
    const char *doc = reading->doc;
    VC_BUF_AUTO buf = {0};
    struct xml_attr attr;
    char quote;

    if (xml_tag_find_attr(doc, el, name, &attr)) {
        size_t len = attr.value_end - attr.value;

        if (len != strlen(value) || memcmp(doc + attr.value, value, len) != 0)
            xml_splice_replace(splice, attr.value, len, value, strlen(value));
        return;
    }
    quote = xml_layout_quote(reading, el);
    vc_buf_addf(&buf, " %s=%c%s%c", name, quote, value, quote);
    xml_splice_insert_buf(splice, xml_tag_attrs_end(doc, el), &buf);
}

void xml_layout_remove_attr(struct xml_splice *splice, const char *doc,
                            const struct xml_element *el, const char *name)
{
    struct xml_attr attr;

    if (xml_tag_find_attr(doc, el, name, &attr))
        xml_splice_delete(splice, attr.lead, attr.value_end + 1 - attr.lead);
}

void xml_layout_prepend(struct xml_splice *splice,
                        const struct xml_reading *reading,
                        const struct xml_element *el, const char *name,
                        struct vc_buf *text)
{
    VC_BUF_AUTO buf = {0};

    if (el->close > el->inner) {
        xml_splice_insert_buf(splice, el->inner, text);
        return;
    }
    if (xml_element_is_self_closing(el))
        vc_buf_addc(&buf, '>');
    vc_buf_add(&buf, vc_buf_str(text), text->len);
    buf.failed |= text->failed;
    vc_buf_clear(text);
    xml_layout_close_lead(reading->doc, el, &buf);
    if (!xml_element_is_self_closing(el)) {
        xml_splice_insert_buf(splice, el->inner, &buf);
        return;
    }
    vc_buf_addf(&buf, "</%s>", name);
    if (buf.failed)
        splice->pool.failed = true;
    else
        xml_splice_replace(splice, el->end - 2, 2, buf.data, buf.len);
}
