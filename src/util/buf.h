/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A growing byte buffer that is always NUL-terminated.  A failed allocation
 * is remembered: later appends do nothing, and vc_buf_steal reports it once.
 */
#ifndef VC_UTIL_BUF_H
#define VC_UTIL_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"
#include "util/error.h"

struct vc_buf {
    char *data; /* NULL while empty */
    size_t len;
    size_t cap;
    bool failed;
};

#define VC_BUF_AUTO __attribute__((cleanup(vc_buf_clear))) struct vc_buf

void vc_buf_clear(struct vc_buf *buf);
void vc_buf_add(struct vc_buf *buf, const char *data, size_t len);
void vc_buf_adds(struct vc_buf *buf, const char *text);
void vc_buf_addc(struct vc_buf *buf, char c);
/* In decimal; much quicker than vc_buf_addf. */
void vc_buf_addu(struct vc_buf *buf, unsigned long long number);
void vc_buf_addf(struct vc_buf *buf, const char *fmt, ...) VC_PRINTF(2, 3);

/* What is in the buffer as a string; never NULL; valid until the next call. */
const char *vc_buf_str(const struct vc_buf *buf);

/* Returns owned (free()) the bytes and empties the buffer; NULL with NO_MEMORY
 * if any append failed.  ret_len may be NULL. */
char *vc_buf_steal(struct vc_buf *buf, size_t *ret_len, struct vc_error *err)
    VC_NODISCARD;

#endif
