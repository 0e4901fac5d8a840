/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rows of <vcpus>.  Without rows the document says 0..current-1, the rest
 * hotpluggable; rows come when that can't be said so, and once there they
 * stay.  A vCPU that has no row among others is offline and hotpluggable.
 */
#include "xml/edit.h"

#include <stdlib.h>

static const char *yes_no(bool yes)
{
    return yes ? "yes" : "no";
}

/* Online 0..n-1, and exactly the others hotpluggable. */
static bool needs_no_rows(const struct vc_vcpudef *def)
{
    unsigned count = vc_cpuset_count(&def->online);

    return vc_cpuset_last(&def->online) == (int)count - 1 &&
           vc_cpuset_count(&def->hotpluggable) == def->maximum - count &&
           (count == def->maximum ||
            vc_cpuset_next(&def->hotpluggable, 0) == (int)count);
}

static void vcpu_format(const struct xml_edit *edit, uint32_t id, char quote,
                        struct vc_buf *buf)
{
    bool online = vc_cpuset_contains(&edit->want->online, id);
    bool hotpluggable = vc_cpuset_contains(&edit->want->hotpluggable, id);

    vc_buf_addf(buf, "<vcpu id=%c%u%c enabled=%c%s%c hotpluggable=%c%s%c/>",
                quote, id, quote, quote, yes_no(online), quote, quote,
                yes_no(hotpluggable), quote);
}

static void row_edit(struct xml_edit *edit, const struct xml_row *row,
                     bool drop_order)
{
    const struct xml_reading *now = edit->now;
    bool online = vc_cpuset_contains(&edit->want->online, row->id);
    bool hotpluggable = vc_cpuset_contains(&edit->want->hotpluggable, row->id);
    struct xml_attr attr;

    if (online != row->online)
        xml_layout_set_attr(&edit->splice, now, &row->at, "enabled",
                            yes_no(online));
    /* Not given, it is the opposite of enabled. */
    if (hotpluggable == online ||
        xml_tag_find_attr(now->doc, &row->at, "hotpluggable", &attr))
        xml_layout_set_attr(&edit->splice, now, &row->at, "hotpluggable",
                            yes_no(hotpluggable));
    if (drop_order)
        xml_layout_remove_attr(&edit->splice, now->doc, &row->at, "order");
}

/* Which ids are to have a row that have none; ascending.  Returns how many. */
static size_t new_rows(const struct xml_edit *edit, const bool *has_row,
                       uint32_t *ids)
{
    const struct vc_vcpudef *want = edit->want;
    size_t n = 0;
    uint32_t id;

    for (id = 0; id < want->maximum; id++) {
        if (has_row[id])
            continue;
        if (edit->now->rows.n == 0 || vc_cpuset_contains(&want->online, id) ||
            !vc_cpuset_contains(&want->hotpluggable, id))
            ids[n++] = id;
    }
    return n;
}

static void rows_edit(struct xml_edit *edit, bool *keep, bool *has_row,
                      uint32_t *ids)
{
    const struct xml_reading *now = edit->now;
    bool drop_order = !vc_cpuset_equal(&now->def.online, &edit->want->online);
    struct xml_edit_rows rows = {
        .rows = &now->rows,
        .keep = keep,
        .new_ids = ids,
        .in = &now->vcpus_at,
        .name = "vcpus",
        .behind = xml_edit_behind_vcpu(now),
        .format = vcpu_format,
    };
    size_t i;

    for (i = 0; i < now->rows.n; i++) {
        const struct xml_row *row = &now->rows.items[i];

        has_row[row->id] = true;
        keep[i] = row->id < edit->want->maximum;
        if (keep[i])
            row_edit(edit, row, drop_order);
    }
    rows.n_new = new_rows(edit, has_row, ids);
    xml_edit_rows_apply(edit, &rows);
}

void xml_edit_vcpus(struct xml_edit *edit)
{
    const struct xml_reading *now = edit->now;
    const struct vc_vcpudef *want = edit->want;
    bool *keep;
    bool *has_row;
    uint32_t *ids;

    if (now->rows.n == 0 && needs_no_rows(want))
        return;
    if (now->def.maximum == want->maximum &&
        vc_cpuset_equal(&now->def.online, &want->online) &&
        vc_cpuset_equal(&now->def.hotpluggable, &want->hotpluggable))
        return;
    keep = calloc(now->rows.n + 1, sizeof(*keep));
    has_row = calloc(VC_VCPU_LIMIT, sizeof(*has_row));
    ids = calloc(VC_VCPU_LIMIT, sizeof(*ids));
    if (keep && has_row && ids)
        rows_edit(edit, keep, has_row, ids);
    else
        edit->splice.pool.failed = true;
    free(keep);
    free(has_row);
    free(ids);
}
