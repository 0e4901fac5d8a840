/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_XML
#include "xml/limits.h"

#include <stdint.h>
#include <string.h>

#include "xml/tag.h"
#include "xml/xml.h"

#define NAME_SLOTS_FEW 1024u /* more than any ordinary document fills */
#define NAME_SLOTS_MAX (XML_NAMES_MAX * 4)
#define NAME_PROBES 64 /* far beyond what names not made to collide need */

struct scan {
    const char *doc;
    size_t len;
    size_t pos;
    unsigned depth;
    unsigned namespaces;                     /* in scope */
    uint16_t declared[VC_XML_DEPTH_MAX + 1]; /* by the open elements */
    unsigned n_names;
    unsigned n_slots;
    uint64_t *names; /* hashes of those seen; 0: free */
    struct vc_error *err;
};

int xml_limits_check_size(size_t len, struct vc_error *err)
{
    if (len <= VC_XML_SIZE_MAX)
        return 0;
    return vc_error_set(
        err, VC_ERR_XML_ERROR,
        "document of %zu bytes is too big, at most %u bytes are accepted", len,
        VC_XML_SIZE_MAX);
}

/* The length of the UTF-8 character there, 0 if it is none. */
static size_t utf8_char_len(const unsigned char *p, size_t left)
{
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    size_t i;

    if (len == 1)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4 || len > left)
        return 0;
    for (i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

/* How many bytes from there are surely ASCII and not NUL, in eights. */
static size_t plain_len(const char *p, size_t left)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t len = 0;

    for (; left - len >= 8; len += 8) {
        uint64_t word;

        memcpy(&word, p + len, 8);
        if ((word | (word - ones)) & (ones << 7))
            break;
    }
    return len;
}

static int scan_check_bytes(const struct scan *s)
{
    size_t pos = 0;

    while ((pos += plain_len(s->doc + pos, s->len - pos)) < s->len) {
        size_t len =
            utf8_char_len((const unsigned char *)s->doc + pos, s->len - pos);

        if (s->doc[pos] == '\0') {
            vc_error_set(s->err, VC_ERR_XML_ERROR,
                         "a NUL byte is not accepted");
            return xml_error_at(s->err, xml_line_of(s->doc, pos));
        }
        if (len == 0) {
            vc_error_set(
                s->err, VC_ERR_XML_ERROR,
                "byte 0x%02x at offset %zu is not part of a UTF-8 character",
                (unsigned char)s->doc[pos], pos);
            return xml_error_at(s->err, xml_line_of(s->doc, pos));
        }
        pos += len;
    }
    return 0;
}

static int scan_fail(const struct scan *s, const char *what, unsigned max)
{
    vc_error_set(s->err, VC_ERR_XML_ERROR, "%s, at most %u are accepted", what,
                 max);
    return xml_error_at(s->err, xml_line_of(s->doc, s->pos));
}

static bool scan_is_at(const struct scan *s, const char *text)
{
    size_t len = strlen(text);

    return s->len - s->pos >= len && memcmp(s->doc + s->pos, text, len) == 0;
}

/* Behind the next `mark`, or to the end. */
static void scan_skip_past(struct scan *s, size_t from, const char *mark)
{
    size_t len = strlen(mark);
    const char *hit =
        from < s->len ? memmem(s->doc + from, s->len - from, mark, len) : NULL;

    s->pos = hit ? (size_t)(hit - s->doc) + len : s->len;
}

static bool name_ends_at(char c)
{
    return xml_is_space(c) || c == '=' || c == '/' || c == '>' || c == '?';
}

/* Where the hash is, or may be put; NULL if all places for it are taken. */
static uint64_t *names_slot(uint64_t *names, unsigned n_slots, uint64_t hash)
{
    uint64_t slot = hash >> 32;
    unsigned probes;

    for (probes = 0; probes < NAME_PROBES; probes++, slot++) {
        uint64_t *seen = &names[slot % n_slots];

        if (!*seen || *seen == hash)
            return seen;
    }
    return NULL;
}

/* From few slots to all: once, for a document with very many names. */
static int names_grow(struct scan *s)
{
    uint64_t *names = calloc(NAME_SLOTS_MAX, sizeof(*names));
    unsigned i;

    if (!names)
        return vc_error_nomem(s->err);
    for (i = 0; i < s->n_slots; i++) {
        /* one that finds no place is counted again, or refused, if it is
         * met again: the count only errs upwards */
        uint64_t *slot = s->names[i]
                             ? names_slot(names, NAME_SLOTS_MAX, s->names[i])
                             : NULL;

        if (slot)
            *slot = s->names[i];
    }
    free(s->names);
    s->names = names;
    s->n_slots = NAME_SLOTS_MAX;
    return 0;
}

#define HASH_START UINT64_C(0xcbf29ce484222325)

static uint64_t hash_add(uint64_t hash, char c)
{
    return (hash ^ (unsigned char)c) * UINT64_C(0x100000001b3);
}

/* Counts what has that hash if it is new. */
static int scan_count(struct scan *s, uint64_t hash)
{
    uint64_t *slot;

    hash |= 1;
    slot = names_slot(s->names, s->n_slots, hash);
    if (s->n_slots < NAME_SLOTS_MAX &&
        (!slot || (!*slot && s->n_names >= s->n_slots / 4))) {
        if (names_grow(s) < 0)
            return -1;
        slot = names_slot(s->names, s->n_slots, hash);
    }
    if (slot && *slot)
        return 0;
    if (!slot || ++s->n_names > XML_NAMES_MAX)
        return scan_fail(s, "too many different names", XML_NAMES_MAX);
    *slot = hash;
    return 0;
}

/* The name that starts there. */
static int scan_name(struct scan *s, size_t pos, size_t *ret_end)
{
    uint64_t hash = HASH_START;

    for (; pos < s->len && !name_ends_at(s->doc[pos]); pos++)
        hash = hash_add(hash, s->doc[pos]);
    *ret_end = pos;
    return scan_count(s, hash);
}

/* The name of a namespace, quoted. */
static int scan_namespace(struct scan *s, size_t from, size_t to)
{
    uint64_t hash = HASH_START;
    size_t i;

    for (i = from; i < to; i++)
        hash = hash_add(hash, s->doc[i]);
    return scan_count(s, hash);
}

static bool declares_namespace(const char *name, size_t len)
{
    return len >= 5 && memcmp(name, "xmlns", 5) == 0 &&
           (len == 5 || name[5] == ':');
}

/* From *pos to behind the tag's '>' (or to the end): names and quoted values.
 */
static int scan_attrs(struct scan *s, size_t *pos, unsigned *ret_declared)
{
    size_t i = *pos;
    unsigned attrs = 0;
    unsigned declared = 0;
    bool declares = false; /* the attribute whose value is next */

    while (i < s->len && s->doc[i] != '>') {
        if (s->doc[i] == '"' || s->doc[i] == '\'') {
            const char *quoted =
                memchr(s->doc + i + 1, s->doc[i], s->len - i - 1);
            size_t end = quoted ? (size_t)(quoted - s->doc) : s->len;

            if (++attrs > VC_XML_ATTRS_MAX)
                return scan_fail(s, "element with too many attributes",
                                 VC_XML_ATTRS_MAX);
            if (declares && scan_namespace(s, i + 1, end) < 0)
                return -1;
            declares = false;
            i = quoted ? end + 1 : end;
        } else if (name_ends_at(s->doc[i])) {
            i++;
        } else {
            size_t start = i;

            if (scan_name(s, start, &i) < 0)
                return -1;
            declares = declares_namespace(s->doc + start, i - start);
            declared += declares;
        }
    }
    *pos = i < s->len ? i + 1 : s->len;
    *ret_declared = declared;
    return 0;
}

static int scan_start_tag(struct scan *s)
{
    unsigned declared = 0;
    size_t pos;

    if (scan_name(s, s->pos + 1, &pos) < 0 ||
        scan_attrs(s, &pos, &declared) < 0)
        return -1;
    if (s->namespaces + declared > XML_NAMESPACES_MAX)
        return scan_fail(s, "too many namespace declarations in scope",
                         XML_NAMESPACES_MAX);
    if (s->depth == VC_XML_DEPTH_MAX)
        return scan_fail(s, "elements are nested too deep", VC_XML_DEPTH_MAX);
    s->pos = pos;
    if (s->doc[pos - 1] == '>' && s->doc[pos - 2] != '/') {
        s->declared[s->depth++] = (uint16_t)declared;
        s->namespaces += declared;
    }
    return 0;
}

static void scan_end_tag(struct scan *s)
{
    if (s->depth > 0)
        s->namespaces -= s->declared[--s->depth];
    scan_skip_past(s, s->pos, ">");
}

static int scan_markup(struct scan *s)
{
    if (scan_is_at(s, "<!--")) {
        scan_skip_past(s, s->pos + 4, "-->");
    } else if (scan_is_at(s, "<![CDATA[")) {
        scan_skip_past(s, s->pos + 9, "]]>");
    } else if (scan_is_at(s, "<!DOCTYPE")) {
        vc_error_set(s->err, VC_ERR_XML_ERROR,
                     "a document type declaration (DOCTYPE) is not accepted");
        return xml_error_at(s->err, xml_line_of(s->doc, s->pos));
    } else if (scan_is_at(s, "<?")) {
        size_t end;

        if (scan_name(s, s->pos + 2, &end) < 0)
            return -1;
        scan_skip_past(s, end, "?>");
    } else if (scan_is_at(s, "</")) {
        scan_end_tag(s);
    } else {
        return scan_start_tag(s);
    }
    return 0;
}

static int scan_document(struct scan *s)
{
    while (s->pos < s->len) {
        const char *open = memchr(s->doc + s->pos, '<', s->len - s->pos);

        if (!open)
            break;
        s->pos = (size_t)(open - s->doc);
        if (scan_markup(s) < 0)
            return -1;
    }
    return 0;
}

int xml_limits_check(const char *doc, size_t len, struct vc_error *err)
{
    struct scan s = {.doc = doc, .len = len, .err = err};
    int rc;

    if (xml_limits_check_size(len, err) < 0 || scan_check_bytes(&s) < 0)
        return -1;
    s.n_slots = NAME_SLOTS_FEW;
    s.names = calloc(s.n_slots, sizeof(*s.names));
    if (!s.names)
        return vc_error_nomem(err);
    rc = scan_document(&s);
    free(s.names);
    return rc;
}
