/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void vc_buf_clear(struct vc_buf *buf)
{
    free(buf->data);
    memset(buf, 0, sizeof(*buf));
}

/* Room for extra more bytes and the NUL. */
static bool buf_reserve(struct vc_buf *buf, size_t extra)
{
    size_t need;
    size_t cap;
    char *data;

    if (buf->failed)
        return false;
    if (extra > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4)
        goto fail;
    need = buf->len + extra + 1;
    if (buf->data && need <= buf->cap)
        return true;
    cap = buf->cap ? buf->cap : 64;
    while (cap < need)
        cap *= 2;
    data = realloc(buf->data, cap);
    if (!data)
        goto fail;
    buf->data = data;
    buf->cap = cap;
    return true;
fail:
    buf->failed = true;
    return false;
}

void vc_buf_add(struct vc_buf *buf, const char *data, size_t len)
{
    if (!buf_reserve(buf, len))
        return;
    if (len)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void vc_buf_adds(struct vc_buf *buf, const char *text)
{
    vc_buf_add(buf, text, strlen(text));
}

void vc_buf_addc(struct vc_buf *buf, char c)
{
    vc_buf_add(buf, &c, 1);
}

void vc_buf_addu(struct vc_buf *buf, unsigned long long number)
{
    char digits[3 * sizeof(number)];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    vc_buf_add(buf, digits + at, sizeof(digits) - at);
}

void vc_buf_addf(struct vc_buf *buf, const char *fmt, ...)
{
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (len < 0) {
        buf->failed = true;
        return;
    }
    if (!buf_reserve(buf, (size_t)len))
        return;
    va_start(ap, fmt);
    (void)vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, ap);
    va_end(ap);
    buf->len += (size_t)len;
}

const char *vc_buf_str(const struct vc_buf *buf)
{
    return buf->data ? buf->data : "";
}

char *vc_buf_steal(struct vc_buf *buf, size_t *ret_len, struct vc_error *err)
{
    char *data;

    if (!buf->failed && !buf->data)
        vc_buf_add(buf, "", 0);
    if (buf->failed) {
        vc_buf_clear(buf);
        (void)vc_error_nomem(err);
        return NULL;
    }
    data = buf->data;
    if (ret_len)
        *ret_len = buf->len;
    memset(buf, 0, sizeof(*buf));
    return data;
}
