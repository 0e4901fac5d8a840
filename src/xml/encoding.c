/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_XML
#include "xml/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "util/buf.h"
#include "xml/limits.h"
#include "xml/tag.h"
#include "xml/xml.h"

#define ENCODING_NAME_MAX 40 /* longer than any registered name in use */
#define CHUNK 8192

/* What the first bytes say.  The marks come first, the longer ones before the
 * shorter ones that they start with. */
static const struct signature {
    const char *bytes;
    size_t len;
    size_t mark; /* how many of them are a byte order mark */
    const char *encoding;
} signatures[] = {
    {"\x00\x00\xfe\xff", 4, 4, "UTF-32BE"},
    {"\xff\xfe\x00\x00", 4, 4, "UTF-32LE"},
    {"\x00\x00\x00<", 4, 0, "UTF-32BE"},
    {"<\x00\x00\x00", 4, 0, "UTF-32LE"},
    {"\xfe\xff", 2, 2, "UTF-16BE"},
    {"\xff\xfe", 2, 2, "UTF-16LE"},
    {"\x00<", 2, 0, "UTF-16BE"},
    {"<\x00", 2, 0, "UTF-16LE"},
};

static const struct signature *signature_find(const char *bytes, size_t len)
{
    size_t i;

    for (i = 0; i < VC_NELEMS(signatures); i++) {
        const struct signature *s = &signatures[i];

        if (len >= s->len && memcmp(bytes, s->bytes, s->len) == 0)
            return s;
    }
    return NULL;
}

/* Finds the value of `encoding` in the XML declaration.  Works on any
 * encoding that agrees with ASCII in the characters of a declaration. */
static bool declaration_find(const char *doc, size_t len, size_t *ret_start,
                             size_t *ret_len)
{
    const char *end;
    const char *p;
    const char *close;

    if (len < 6 || memcmp(doc, "<?xml", 5) != 0 || !xml_is_space(doc[5]))
        return false;
    end = memmem(doc, len, "?>", 2);
    p = end ? memmem(doc, (size_t)(end - doc), "encoding", 8) : NULL;
    if (!p || !xml_is_space(p[-1]))
        return false;
    for (p += 8; p < end && (xml_is_space(*p) || *p == '='); p++)
        continue;
    if (p == end || (*p != '"' && *p != '\''))
        return false;
    close = memchr(p + 1, *p, (size_t)(end - p - 1));
    if (!close)
        return false;
    *ret_start = (size_t)(p + 1 - doc);
    *ret_len = (size_t)(close - p - 1);
    return true;
}

/* Letters, digits, '.', '_' and '-' only: iconv gives other signs a meaning. */
static bool encoding_name_is_plain(const char *name, size_t len)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        "0123456789._-";

    return len > 0 && len < ENCODING_NAME_MAX && strspn(name, plain) >= len;
}

static int convert_fail(const char *encoding, size_t offset,
                        struct vc_error *err)
{
    return vc_error_set(
        err, VC_ERR_XML_ERROR,
        "byte at offset %zu is not part of a character of encoding %s", offset,
        encoding);
}

static int convert_loop(iconv_t cd, const char *encoding, const char *bytes,
                        size_t len, struct vc_buf *out, struct vc_error *err)
{
    char *in = (char *)(uintptr_t)bytes; /* iconv doesn't write to it */
    size_t left = len;
    bool flushed = false;

    while (!flushed) {
        char chunk[CHUNK];
        char *to = chunk;
        size_t room = sizeof(chunk);
        bool last = left == 0;
        size_t rc =
            iconv(cd, last ? NULL : &in, last ? NULL : &left, &to, &room);

        if (rc == (size_t)-1 && errno != E2BIG)
            return convert_fail(encoding, len - left, err);
        vc_buf_add(out, chunk, sizeof(chunk) - room);
        if (xml_limits_check_size(out->len, err) < 0)
            return -1;
        flushed = last && rc != (size_t)-1;
    }
    return 0;
}

static int convert(const char *encoding, const char *bytes, size_t len,
                   struct vc_buf *out, struct vc_error *err)
{
    iconv_t cd = iconv_open("UTF-8", encoding);
    int rc;

    if (cd == (iconv_t)-1) {
        if (errno == ENOMEM)
            return vc_error_nomem(err);
        return vc_error_set(err, VC_ERR_XML_ERROR, "encoding %s is not known",
                            encoding);
    }
    rc = convert_loop(cd, encoding, bytes, len, out, err);
    iconv_close(cd);
    return rc;
}

/* Converted, and the declaration says so. */
static int convert_document(const char *encoding, const char *bytes, size_t len,
                            char **ret_document, size_t *ret_len,
                            struct vc_error *err)
{
    VC_BUF_AUTO out = {0};
    VC_BUF_AUTO result = {0};
    size_t start;
    size_t named;
    char *document;

    if (convert(encoding, bytes, len, &out, err) < 0)
        return -1;
    if (!out.failed &&
        declaration_find(vc_buf_str(&out), out.len, &start, &named)) {
        vc_buf_add(&result, out.data, start);
        vc_buf_adds(&result, "UTF-8");
        vc_buf_add(&result, out.data + start + named, out.len - start - named);
        vc_buf_clear(&out);
    } else {
        result = out;
        memset(&out, 0, sizeof(out));
    }
    if (xml_limits_check_size(result.len, err) < 0)
        return -1;
    document = vc_buf_steal(&result, ret_len, err);
    if (!document)
        return -1;
    *ret_document = document;
    return 0;
}

/* The document is in an encoding of 8-bit units that its declaration names. */
static int convert_declared(const char *bytes, size_t len, const char *name,
                            char **ret_document, size_t *ret_len,
                            struct vc_error *err)
{
    static const char *const wide[] = {"UTF-16", "UTF-32", "UCS-2", "UCS-4",
                                       "ISO-10646"};
    size_t i;

    for (i = 0; i < VC_NELEMS(wide); i++) {
        if (strncasecmp(name, wide[i], strlen(wide[i])) == 0)
            return vc_error_set(
                err, VC_ERR_XML_ERROR,
                "the declaration names encoding %s, but the document "
                "is not in it",
                name);
    }
    if (xml_bom_len(bytes, len))
        return vc_error_set(
            err, VC_ERR_XML_ERROR,
            "the byte order mark says UTF-8, but the declaration names "
            "encoding %s",
            name);
    return convert_document(name, bytes, len, ret_document, ret_len, err);
}

static int copy_document(const char *bytes, size_t len, char **ret_document,
                         size_t *ret_len, struct vc_error *err)
{
    char *copy = malloc(len + 1);

    if (!copy)
        return vc_error_nomem(err);
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    *ret_document = copy;
    *ret_len = len;
    return 0;
}

int xml_encoding_to_utf8(const char *bytes, size_t len, char **ret_document,
                         size_t *ret_len, struct vc_error *err)
{
    const struct signature *sig = signature_find(bytes, len);
    size_t bom = xml_bom_len(bytes, len);
    char name[ENCODING_NAME_MAX] = "";
    size_t start;
    size_t named;

    if (xml_limits_check_size(len, err) < 0)
        return -1;
    if (sig)
        return convert_document(sig->encoding, bytes + sig->mark,
                                len - sig->mark, ret_document, ret_len, err);
    if (!declaration_find(bytes + bom, len - bom, &start, &named))
        return copy_document(bytes, len, ret_document, ret_len, err);
    if (!encoding_name_is_plain(bytes + bom + start, named))
        return vc_error_set(err, VC_ERR_XML_ERROR, "encoding '%s' is not known",
                            XML_SHOW(bytes + bom + start, named));
    memcpy(name, bytes + bom + start, named);
    if (strcasecmp(name, "UTF-8") == 0 || strcasecmp(name, "UTF8") == 0)
        return copy_document(bytes, len, ret_document, ret_len, err);
    return convert_declared(bytes, len, name, ret_document, ret_len, err);
}
