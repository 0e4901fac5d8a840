/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows come and go.  A new row is put in front of white space that is left
 * alone, and brings its own: removing it again, with the white space before
 * it, gives the bytes that were there.
 */
#include "xml/edit.h"

#include <stdlib.h>

static int row_compare(const void *a, const void *b)
{
    const struct xml_row *x = *(const struct xml_row *const *)a;
    const struct xml_row *y = *(const struct xml_row *const *)b;

    return x->id < y->id ? -1 : x->id > y->id;
}

/* The rows that stay, by id.  Returns owned; NULL when out of memory. */
static const struct xml_row **kept_rows(struct xml_edit *edit,
                                        const struct xml_edit_rows *rows,
                                        size_t *ret_n)
{
    const struct xml_row **kept = calloc(rows->rows->n + 1, sizeof(*kept));
    size_t n = 0;
    size_t i;

    *ret_n = 0;
    if (!kept) {
        edit->splice.pool.failed = true;
        return NULL;
    }
    for (i = 0; i < rows->rows->n; i++) {
        if (rows->keep[i])
            kept[n++] = &rows->rows->items[i];
    }
    qsort(kept, n, sizeof(*kept), row_compare);
    *ret_n = n;
    return kept;
}

/* Each behind the next lower row, or before the next higher one. */
static void insert_beside(struct xml_edit *edit,
                          const struct xml_edit_rows *rows,
                          const struct xml_row *const *kept, size_t n)
{
    const char *doc = edit->now->doc;
    const struct xml_row *beside = NULL;
    VC_BUF_AUTO lead = {0};
    size_t offset = 0;
    size_t lower = 0; /* how many kept rows are below the new one */
    size_t i;

    for (i = 0; i < rows->n_new; i++) {
        const struct xml_row *next;
        VC_BUF_AUTO buf = {0};

        while (lower < n && kept[lower]->id < rows->new_ids[i])
            lower++;
        next = kept[lower > 0 ? lower - 1 : 0];
        if (next != beside) {
            beside = next;
            offset = lower > 0 ? next->at.end
                               : xml_layout_lead_start(doc, &next->at);
            vc_buf_clear(&lead);
            xml_layout_lead(doc, &next->at, &lead);
        } else if (lower > 0) {
            offset = next->at.end;
        }
        vc_buf_add(&buf, vc_buf_str(&lead), lead.len);
        buf.failed |= lead.failed;
        rows->format(edit, rows->new_ids[i],
                     xml_layout_quote(edit->now, &next->at), &buf);
        xml_splice_insert_buf(&edit->splice, offset, &buf);
    }
}

/* No row stays: into the element that is there. */
static void insert_into(struct xml_edit *edit, const struct xml_edit_rows *rows)
{
    char quote = xml_layout_quote(edit->now, rows->in);
    VC_BUF_AUTO lead = {0};
    VC_BUF_AUTO buf = {0};
    size_t i;

    xml_layout_child_lead(edit->now, rows->in, &lead);
    for (i = 0; i < rows->n_new; i++) {
        vc_buf_add(&buf, vc_buf_str(&lead), lead.len);
        rows->format(edit, rows->new_ids[i], quote, &buf);
    }
    buf.failed |= lead.failed;
    xml_layout_prepend(&edit->splice, edit->now, rows->in, rows->name, &buf);
}

static void insert_element(struct xml_edit *edit,
                           const struct xml_edit_rows *rows)
{
    const char *doc = edit->now->doc;
    char quote = xml_layout_quote(edit->now, &edit->now->domain);
    VC_BUF_AUTO close = {0};
    VC_BUF_AUTO step = {0};
    VC_BUF_AUTO buf = {0};
    size_t i;

    xml_layout_close_lead(doc, rows->behind, &close);
    if (close.len)
        xml_layout_step(edit->now, &step);
    xml_layout_lead(doc, rows->behind, &buf);
    vc_buf_addf(&buf, "<%s>", rows->name);
    for (i = 0; i < rows->n_new; i++) {
        vc_buf_add(&buf, vc_buf_str(&close), close.len);
        vc_buf_add(&buf, vc_buf_str(&step), step.len);
        rows->format(edit, rows->new_ids[i], quote, &buf);
    }
    vc_buf_add(&buf, vc_buf_str(&close), close.len);
    vc_buf_addf(&buf, "</%s>", rows->name);
    buf.failed |= close.failed || step.failed;
    xml_splice_insert_buf(&edit->splice, rows->behind->end, &buf);
}

void xml_edit_rows_apply(struct xml_edit *edit,
                         const struct xml_edit_rows *rows)
{
    size_t n;
    const struct xml_row **kept = kept_rows(edit, rows, &n);
    size_t i;

    for (i = 0; i < rows->rows->n; i++) {
        if (!rows->keep[i])
            xml_layout_remove(&edit->splice, edit->now->doc,
                              &rows->rows->items[i].at);
    }
    if (!kept || rows->n_new == 0) {
        free(kept);
        return;
    }
    if (!xml_element_is_there(rows->in))
        insert_element(edit, rows);
    else if (n == 0)
        insert_into(edit, rows);
    else
        insert_beside(edit, rows, kept, n);
    free(kept);
}
