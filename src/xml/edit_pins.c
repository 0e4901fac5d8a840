/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vcpupin rows of <cputune>.  What comes with the first pin goes with the
 * last one, so that pin and unpin give the bytes that were there.
 */
#include "xml/edit.h"

#include <stdlib.h>

static int pin_compare(const void *key, const void *item)
{
    uint32_t vcpu = *(const uint32_t *)key;
    const struct vc_pin *pin = item;

    return vcpu < pin->vcpu ? -1 : vcpu > pin->vcpu;
}

/* Also of a vCPU >= maximum. */
static const struct vc_pin *pin_find(const struct vc_vcpudef *def,
                                     uint32_t vcpu)
{
    if (def->npins == 0)
        return NULL;
    return bsearch(&vcpu, def->pins, def->npins, sizeof(*def->pins),
                   pin_compare);
}

static void pin_format(const struct xml_edit *edit, uint32_t id, char quote,
                       struct vc_buf *buf)
{
    vc_buf_addf(buf, "<vcpupin vcpu=%c%u%c cpuset=%c", quote, id, quote, quote);
    vc_cpuset_format(&pin_find(edit->want, id)->cpus, buf);
    vc_buf_addf(buf, "%c/>", quote);
}

/* Returns whether the row stays. */
static bool pin_edit(struct xml_edit *edit, const struct xml_row *row)
{
    const struct vc_pin *want = pin_find(edit->want, row->id);
    const struct vc_pin *now = pin_find(&edit->now->def, row->id);
    VC_BUF_AUTO text = {0};

    if (!want)
        return false;
    if (vc_cpuset_equal(&want->cpus, &now->cpus))
        return true;
    vc_cpuset_format(&want->cpus, &text);
    edit->splice.pool.failed |= text.failed;
    xml_layout_set_attr(&edit->splice, edit->now, &row->at, "cpuset",
                        vc_buf_str(&text));
    return true;
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

static void pins_edit(struct xml_edit *edit, bool *keep, uint32_t *ids)
{
    const struct xml_reading *now = edit->now;
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

    for (i = 0; i < now->pins.n; i++)
        keep[i] = pin_edit(edit, &now->pins.items[i]);
    for (i = 0; i < edit->want->npins; i++) {
        if (!pin_find(&now->def, edit->want->pins[i].vcpu))
            ids[rows.n_new++] = edit->want->pins[i].vcpu;
    }
    if (now->pins.n && edit->want->npins == 0 && cputune_is_plain(now))
        xml_layout_remove(&edit->splice, now->doc, &now->cputune_at);
    else
        xml_edit_rows_apply(edit, &rows);
}

void xml_edit_pins(struct xml_edit *edit)
{
    bool *keep = calloc(edit->now->pins.n + 1, sizeof(*keep));
    uint32_t *ids = calloc(edit->want->npins + 1, sizeof(*ids));

    if (keep && ids)
        pins_edit(edit, keep, ids);
    else
        edit->splice.pool.failed = true;
    free(keep);
    free(ids);
}
