/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A URI that is read, is read the same when each byte of its parts is written
 * as an escape, and its parts hold nothing that could harm a terminal. */
#include <string.h>

#include "fuzz.h"
#include "util/buf.h"
#include "util/uri.h"

static void add_escaped(struct vc_buf *buf, const char *part)
{
    for (; *part; part++) {
        FUZZ_REQUIRE((unsigned char)*part >= 0x20 && *part != 0x7f);
        if (*part == '/')
            vc_buf_addc(buf, '/');
        else
            vc_buf_addf(buf, "%%%02x", (unsigned)(unsigned char)*part);
    }
}

static void same(const struct vc_uri *a, const struct vc_uri *b)
{
    size_t i;

    FUZZ_REQUIRE(strcmp(a->scheme, b->scheme) == 0);
    FUZZ_REQUIRE(strcmp(a->path, b->path) == 0);
    FUZZ_REQUIRE(a->nparams == b->nparams);
    for (i = 0; i < a->nparams; i++) {
        FUZZ_REQUIRE(strcmp(a->params[i].name, b->params[i].name) == 0);
        FUZZ_REQUIRE(vc_uri_param(b, a->params[i].name) == b->params[i].value);
        FUZZ_REQUIRE(strcmp(a->params[i].value, b->params[i].value) == 0);
    }
}

static void written_and_read(const struct vc_uri *uri)
{
    VC_URI_AUTO *again = NULL;
    VC_BUF_AUTO text = {0};
    struct vc_error err = {0};
    size_t i;

    vc_buf_addf(&text, "%s://", uri->scheme);
    add_escaped(&text, uri->path);
    for (i = 0; i < uri->nparams; i++) {
        vc_buf_addc(&text, i ? '&' : '?');
        add_escaped(&text, uri->params[i].name);
        vc_buf_addc(&text, '=');
        add_escaped(&text, uri->params[i].value);
    }
    again = vc_uri_parse(vc_buf_str(&text), &err);
    FUZZ_REQUIRE(again);
    same(uri, again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VC_AUTO_STR char *text = malloc(size + 1);
    VC_URI_AUTO *uri = NULL;
    struct vc_error err = {0};

    FUZZ_REQUIRE(text);
    memcpy(text, data, size);
    text[size] = '\0';
    uri = vc_uri_parse(text, &err);
    if (!uri) {
        FUZZ_REQUIRE(err.code == VC_ERR_INVALID_ARG);
        FUZZ_REQUIRE_ERROR(&err);
        return 0;
    }
    FUZZ_REQUIRE(strcmp(uri->text, text) == 0);
    FUZZ_REQUIRE(uri->path[0] == '/' || uri->path[0] == '\0');
    written_and_read(uri);
    return 0;
}
