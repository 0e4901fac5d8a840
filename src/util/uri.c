/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Left to right over the text, once: SCHEME ':' ['//'] PATH ['?' QUERY].
 * Escapes are decoded after the text is split, so that an escaped '&' or '='
 * belongs to its value.  '+' is a plain character.
 */
#include "util/uri.h"

#include <stdbool.h>
#include <string.h>

/* How much of the text a message repeats. */
#define URI_SHOWN_MAX 200

/* Control characters would reach terminals and logs through messages. */
static bool uri_is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

static int uri_refuse(const char *text, const char *what, struct vc_error *err)
{
    char shown[URI_SHOWN_MAX + 4];
    size_t len = strlen(text);
    size_t i;

    for (i = 0; i < len && i < URI_SHOWN_MAX; i++)
        shown[i] = uri_is_control((unsigned char)text[i]) ? '?' : text[i];
    shown[i] = '\0';
    if (len > URI_SHOWN_MAX)
        memcpy(shown + i, "...", sizeof("..."));
    return vc_error_set(err, VC_ERR_INVALID_ARG, "URI '%s': %s", shown, what);
}

static bool uri_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool uri_is_scheme(const char *s, size_t len)
{
    size_t i;

    if (len == 0 || !uri_is_letter(s[0]))
        return false;
    for (i = 1; i < len; i++) {
        bool digit = s[i] >= '0' && s[i] <= '9';

        if (!uri_is_letter(s[i]) && !digit && !strchr("+-.", s[i]))
            return false;
    }
    return true;
}

static int uri_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decodes into out (len + 1 bytes suffice).  NULL, or what is wrong. */
static const char *uri_decode(const char *s, size_t len, char *out)
{
    size_t i;

    for (i = 0; i < len; i++) {
        char c = s[i];

        if (c == '%') {
            int high = len - i > 2 ? uri_hex(s[i + 1]) : -1;
            int low = len - i > 2 ? uri_hex(s[i + 2]) : -1;

            if (high < 0 || low < 0)
                return "a '%' is not followed by two hex digits";
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (uri_is_control((unsigned char)c))
            return "control characters are not allowed, plain or escaped";
        *out++ = c;
    }
    *out = '\0';
    return NULL;
}

/* Returns owned the decoded piece; a piece without an escape is a copy. */
static char *uri_piece(const struct vc_uri *uri, const char *s, size_t len,
                       struct vc_error *err)
{
    VC_AUTO_STR char *out = malloc(len + 1);
    const char *wrong;

    if (!out) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    wrong = uri_decode(s, len, out);
    if (wrong) {
        (void)uri_refuse(uri->text, wrong, err);
        return NULL;
    }
    return VC_STEAL(out);
}

static int uri_add_param(struct vc_uri *uri, const char *s, size_t len,
                         struct vc_error *err)
{
    const char *equals = memchr(s, '=', len);
    struct vc_uri_param *param = &uri->params[uri->nparams];
    size_t name_len;

    if (!equals || equals == s)
        return uri_refuse(uri->text, "a parameter must be NAME=VALUE", err);
    name_len = (size_t)(equals - s);
    param->name = uri_piece(uri, s, name_len, err);
    if (!param->name)
        return -1;
    if (vc_uri_param(uri, param->name)) {
        free(VC_STEAL(param->name));
        return uri_refuse(uri->text, "a parameter is given twice", err);
    }
    param->value = uri_piece(uri, equals + 1, len - name_len - 1, err);
    if (!param->value) {
        free(VC_STEAL(param->name));
        return -1;
    }
    uri->nparams++;
    return 0;
}

static int uri_parse_query(struct vc_uri *uri, const char *query,
                           struct vc_error *err)
{
    const char *p;
    size_t count = 1;

    if (*query == '\0')
        return 0;
    for (p = query; *p; p++)
        count += *p == '&';
    uri->params = calloc(count, sizeof(*uri->params));
    if (!uri->params)
        return vc_error_nomem(err);
    for (p = query;; p++) {
        size_t len = strcspn(p, "&");

        if (uri_add_param(uri, p, len, err) < 0)
            return -1;
        p += len;
        if (*p == '\0')
            return 0;
    }
}

/* Schemes are the same in any case (RFC 3986, 3.1): kept in lower case. */
static int uri_parse_scheme(struct vc_uri *uri, size_t len,
                            struct vc_error *err)
{
    char *c;

    if (uri->text[len] != ':' || !uri_is_scheme(uri->text, len))
        return uri_refuse(uri->text,
                          "must be SCHEME:///PATH, such as xen:///system", err);
    uri->scheme = strndup(uri->text, len);
    if (!uri->scheme)
        return vc_error_nomem(err);
    for (c = uri->scheme; *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    return 0;
}

static int uri_parse_parts(struct vc_uri *uri, struct vc_error *err)
{
    size_t scheme_len = strcspn(uri->text, ":/?#");
    const char *p;
    size_t path_len;

    if (uri_parse_scheme(uri, scheme_len, err) < 0)
        return -1;
    p = uri->text + scheme_len + 1;
    if (strchr(p, '#'))
        return uri_refuse(uri->text, "a '#' must be written as %23", err);
    if (strncmp(p, "//", 2) == 0) {
        p += 2;
        if (*p != '\0' && *p != '/' && *p != '?')
            return uri_refuse(uri->text,
                              "a host is not allowed: local hypervisors only, "
                              "SCHEME:///PATH with three slashes",
                              err);
    }
    path_len = strcspn(p, "?");
    if (path_len > 0 && *p != '/')
        return uri_refuse(uri->text, "the path must start with '/'", err);
    uri->path = uri_piece(uri, p, path_len, err);
    if (!uri->path)
        return -1;
    return p[path_len] ? uri_parse_query(uri, p + path_len + 1, err) : 0;
}

struct vc_uri *vc_uri_parse(const char *text, struct vc_error *err)
{
    VC_URI_AUTO *uri = calloc(1, sizeof(*uri));

    if (!uri || !(uri->text = strdup(text))) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    if (uri_parse_parts(uri, err) < 0)
        return NULL;
    return VC_STEAL(uri);
}

void vc_uri_free(struct vc_uri *uri)
{
    size_t i;

    if (!uri)
        return;
    for (i = 0; i < uri->nparams; i++) {
        free(uri->params[i].name);
        free(uri->params[i].value);
    }
    free(uri->params);
    free(uri->path);
    free(uri->scheme);
    free(uri->text);
    free(uri);
}

const char *vc_uri_param(const struct vc_uri *uri, const char *name)
{
    size_t i;

    for (i = 0; i < uri->nparams; i++) {
        if (strcmp(uri->params[i].name, name) == 0)
            return uri->params[i].value;
    }
    return NULL;
}
