/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vcpupin rows of <cputune>.  A <cputune> that comes with the first pin
 * goes with the last one, so that pin and unpin give the bytes that were there.
 * Not so where an empty one was there before: nothing tells afterwards which it
 * was, and so it goes as well; one with an attribute stays, but with an end
 * tag.  Neither means more or less than it did.
 */
#include "xml/edit.h"

#include <stdlib.h>

static void pin_format(const struct xml_edit *edit, uint32_t id, char quote,
                       struct vc_buf *buf)
{
    vc_buf_addf(buf, "<vcpupin vcpu=%c%u%c cpuset=%c", quote, id, quote, quote);
    vc_cpuset_format(&vc_vcpudef_find_pin(edit->want, id)->cpus, buf);
    vc_buf_addf(buf, "%c/>", quote);
}

static void pin_edit(struct xml_edit *edit, const struct xml_row *row,
                     const struct vc_pin *want)
{
    VC_BUF_AUTO text = {0};

    vc_cpuset_format(&want->cpus, &text);
    edit->splice.pool.failed |= text.failed;
    xml_layout_set_attr(&edit->splice, edit->now, &row->at, "cpuset",
                        vc_buf_str(&text));
}

/* Nothing but its rows, and no attribute. */
static bool cputune_is_plain(const struct xml_reading *now)
{
    const struct xml_element *el = &now->cputune_at;
    size_t pos = el->inner;
    size_t i;

    for (i = 0; i < now->pins.n; i++) {
        const struct xml_element *row = &now->pins.items[i].at;

        if (!xml_is_all_space(now->doc + pos, row->start - pos))
            return false;
        pos = row->end;
    }
    return xml_is_all_space(now->doc + pos, el->close - pos) &&
           !xml_tag_quote(now->doc, el);
}

/* keep is one per row; has_row and ids are one per pin that is wanted. */
static void pins_edit(struct xml_edit *edit, bool *keep, bool *has_row,
                      uint32_t *ids)
{
    const struct xml_reading *now = edit->now;
    const struct vc_vcpudef *want = edit->want;
    struct xml_edit_rows rows = {
        .rows = &now->pins,
        .keep = keep,
        .new_ids = ids,
        .in = &now->cputune_at,
        .name = "cputune",
        .behind = xml_edit_behind_vcpus(now),
        .format = pin_format,
    };
    size_t i;

    for (i = 0; i < now->pins.n; i++) {
        const struct xml_row *row = &now->pins.items[i];
        const struct vc_pin *pin = vc_vcpudef_find_pin(want, row->id);

        keep[i] = pin != NULL;
        if (!pin)
            continue;
        has_row[pin - want->pins] = true;
        if (!row->is_wanted)
            pin_edit(edit, row, pin);
    }
    for (i = 0; i < want->npins; i++) {
        if (!has_row[i])
            ids[rows.n_new++] = want->pins[i].vcpu;
    }
    if (now->pins.n && want->npins == 0 && cputune_is_plain(now))
        xml_layout_remove(&edit->splice, now->doc, &now->cputune_at);
    else
        xml_edit_rows_apply(edit, &rows);
}

void xml_edit_pins(struct xml_edit *edit)
{
    bool *keep = calloc(edit->now->pins.n + 1, sizeof(*keep));
    bool *has_row = calloc(edit->want->npins + 1, sizeof(*has_row));
    uint32_t *ids = calloc(edit->want->npins + 1, sizeof(*ids));

    if (keep && has_row && ids)
        pins_edit(edit, keep, has_row, ids);
    else
        edit->splice.pool.failed = true;
    free(keep);
    free(has_row);
    free(ids);
}
