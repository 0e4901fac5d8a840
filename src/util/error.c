/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/text.h"

/* Whatever the text quotes: names, answers of guests, bytes of documents. */
static int done(struct vc_error *err)
{
    vc_text_clean(err->text, sizeof(err->text));
    return -1;
}

int vc_error_set_full(struct vc_error *err, enum vc_room room, int code,
                      const char *fmt, ...)
{
    va_list ap;

    err->code = code;
    err->room = room;
    err->number = 0;
    va_start(ap, fmt);
    (void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    return done(err);
}

int vc_error_prefix(struct vc_error *err, const char *fmt, ...)
{
    char old[VC_ERROR_TEXT_MAX];
    va_list ap;
    size_t len;

    memcpy(old, err->text, sizeof(old));
    va_start(ap, fmt);
    (void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    len = strlen(err->text);
    (void)snprintf(err->text + len, sizeof(err->text) - len, ": %s", old);
    return done(err);
}

int vc_error_append(struct vc_error *err, const char *fmt, ...)
{
    size_t len = strlen(err->text);
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(err->text + len, sizeof(err->text) - len, fmt, ap);
    va_end(ap);
    return done(err);
}

int vc_error_errno_full(struct vc_error *err, enum vc_room room, int errnum,
                        const char *fmt, ...)
{
    char words[128] = "";
    va_list ap;
    size_t len;

    err->code = errnum == ENOMEM ? VC_ERR_NO_MEMORY : VC_ERR_SYSTEM_ERROR;
    err->room = room;
    err->number = 0;
    va_start(ap, fmt);
    (void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    len = strlen(err->text);
    (void)snprintf(err->text + len, sizeof(err->text) - len, ": %s",
                   strerror_r(errnum, words, sizeof(words)));
    return done(err);
}
