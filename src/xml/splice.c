/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_XML
#include "xml/splice.h"

#include <string.h>

void xml_splice_clear(struct xml_splice *splice)
{
    free(splice->edits);
    vc_buf_clear(&splice->pool);
    memset(splice, 0, sizeof(*splice));
}

void xml_splice_replace(struct xml_splice *splice, size_t offset, size_t len,
                        const char *text, size_t text_len)
{
    if (splice->n == splice->cap) {
        size_t cap = splice->cap ? splice->cap * 2 : 16;
        struct xml_splice_edit *edits =
            reallocarray(splice->edits, cap, sizeof(*edits));

        if (!edits) {
            splice->pool.failed = true;
            return;
        }
        splice->edits = edits;
        splice->cap = cap;
    }
    splice->edits[splice->n] = (struct xml_splice_edit){
        .offset = offset,
        .len = len,
        .text = splice->pool.len,
        .text_len = text_len,
        .seq = splice->n,
    };
    splice->n++;
    vc_buf_add(&splice->pool, text, text_len);
}

void xml_splice_insert(struct xml_splice *splice, size_t offset,
                       const char *text)
{
    xml_splice_replace(splice, offset, 0, text, strlen(text));
}

void xml_splice_delete(struct xml_splice *splice, size_t offset, size_t len)
{
    xml_splice_replace(splice, offset, len, "", 0);
}

void xml_splice_insert_buf(struct xml_splice *splice, size_t offset,
                           struct vc_buf *buf)
{
    if (buf->failed)
        splice->pool.failed = true;
    else
        xml_splice_replace(splice, offset, 0, vc_buf_str(buf), buf->len);
    vc_buf_clear(buf);
}

/* At one offset, insertions come before what is cut out or replaced. */
static int edit_compare(const void *a, const void *b)
{
    const struct xml_splice_edit *x = a;
    const struct xml_splice_edit *y = b;

    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    if ((x->len == 0) != (y->len == 0))
        return x->len == 0 ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

int xml_splice_apply(struct xml_splice *splice, const char *doc, size_t len,
                     char **ret_document, size_t *ret_len, struct vc_error *err)
{
    VC_BUF_AUTO out = {0};
    size_t pos = 0;
    size_t i;
    char *document;

    if (splice->pool.failed)
        return vc_error_nomem(err);
    if (splice->n)
        qsort(splice->edits, splice->n, sizeof(*splice->edits), edit_compare);
    for (i = 0; i < splice->n; i++) {
        const struct xml_splice_edit *edit = &splice->edits[i];

        if (edit->offset < pos || edit->len > len ||
            edit->offset > len - edit->len)
            return vc_error_set(err, VC_ERR_INTERNAL,
                                "edits of a document overlap at offset %zu",
                                edit->offset);
        vc_buf_add(&out, doc + pos, edit->offset - pos);
        vc_buf_add(&out, vc_buf_str(&splice->pool) + edit->text,
                   edit->text_len);
        pos = edit->offset + edit->len;
    }
    vc_buf_add(&out, doc + pos, len - pos);
    document = vc_buf_steal(&out, ret_len, err);
    if (!document)
        return -1;
    *ret_document = document;
    return 0;
}
