/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SCHEME:///PATH?NAME=VALUE&NAME=VALUE with %XX escapes.  A host part is
 * refused: nothing is reached over the network.
 */
#ifndef VC_UTIL_URI_H
#define VC_UTIL_URI_H

#include <stddef.h>

#include "util/cleanup.h"
#include "util/error.h"

struct vc_uri_param {
    char *name;
    char *value;
};

struct vc_uri {
    char *text;   /* as given */
    char *scheme; /* "test" */
    char *path;   /* decoded, with its leading '/'; "" when there is none */
    struct vc_uri_param *params;
    size_t nparams;
};

/* Returns owned; INVALID_ARG names the URI and what is wrong with it. */
struct vc_uri *vc_uri_parse(const char *text, struct vc_error *err) VC_NODISCARD;
void vc_uri_free(struct vc_uri *uri);
static inline void vc_uri_freep(struct vc_uri **uri)
{
    vc_uri_free(*uri);
}
#define VC_URI_AUTO __attribute__((cleanup(vc_uri_freep))) struct vc_uri

/* The value of the first parameter of that name, or NULL.  Borrowed. */
const char *vc_uri_param(const struct vc_uri *uri, const char *name);

#endif
