/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_XML
#include "xml/edit.h"

#include <stdio.h>
#include <string.h>

#include "xml/limits.h"
#include "xml/xml.h"

#define NUMBER_MAX 12 /* digits of a 32-bit number, and the NUL */

static const char *number_text(uint32_t number, char buf[NUMBER_MAX])
{
    (void)snprintf(buf, NUMBER_MAX, "%u", number);
    return buf;
}
#define NUMBER_TEXT(number) number_text((number), (char[NUMBER_MAX]){0})

static const struct xml_element *behind_identity(const struct xml_reading *now)
{
    return now->uuid_at.end > now->name_at.end ? &now->uuid_at : &now->name_at;
}

const struct xml_element *xml_edit_behind_vcpu(const struct xml_reading *now)
{
    return xml_element_is_there(&now->vcpu_at) ? &now->vcpu_at
                                               : behind_identity(now);
}

const struct xml_element *xml_edit_behind_vcpus(const struct xml_reading *now)
{
    return xml_element_is_there(&now->vcpus_at) ? &now->vcpus_at
                                                : xml_edit_behind_vcpu(now);
}

static void vcpu_insert(struct xml_edit *edit, unsigned count)
{
    const struct vc_vcpudef *want = edit->want;
    const struct xml_element *behind = behind_identity(edit->now);
    char quote = xml_layout_quote(edit->now, &edit->now->domain);
    VC_BUF_AUTO buf = {0};

    xml_layout_lead(edit->now->doc, behind, &buf);
    vc_buf_adds(&buf, "<vcpu");
    if (!vc_cpuset_is_empty(&want->default_set)) {
        vc_buf_addf(&buf, " cpuset=%c", quote);
        vc_cpuset_format(&want->default_set, &buf);
        vc_buf_addc(&buf, quote);
    }
    if (count != want->maximum)
        vc_buf_addf(&buf, " current=%c%u%c", quote, count, quote);
    vc_buf_addf(&buf, ">%u</vcpu>", want->maximum);
    xml_splice_insert_buf(&edit->splice, behind->end, &buf);
}

static void vcpu_edit_default_set(struct xml_edit *edit)
{
    const struct xml_reading *now = edit->now;
    const struct vc_cpuset *set = &edit->want->default_set;
    VC_BUF_AUTO text = {0};

    if (vc_cpuset_equal(set, &now->def.default_set))
        return;
    if (vc_cpuset_is_empty(set)) {
        xml_layout_remove_attr(&edit->splice, now->doc, &now->vcpu_at,
                               "cpuset");
        return;
    }
    if (now->is_auto)
        xml_layout_set_attr(&edit->splice, now, &now->vcpu_at, "placement",
                            "static");
    vc_cpuset_format(set, &text);
    edit->splice.pool.failed |= text.failed;
    xml_layout_set_attr(&edit->splice, now, &now->vcpu_at, "cpuset",
                        vc_buf_str(&text));
}

void xml_edit_vcpu(struct xml_edit *edit)
{
    const struct xml_reading *now = edit->now;
    const struct vc_vcpudef *want = edit->want;
    unsigned count = vc_cpuset_count(&want->online);
    struct xml_attr attr;

    if (!xml_element_is_there(&now->vcpu_at)) {
        if (want->maximum != 1 || !vc_cpuset_is_empty(&want->default_set))
            vcpu_insert(edit, count);
        return;
    }
    vcpu_edit_default_set(edit);
    if (want->maximum != now->def.maximum)
        xml_layout_set_text(&edit->splice, now->doc, &now->vcpu_at, "vcpu",
                            NUMBER_TEXT(want->maximum));
    else if (vc_cpuset_equal(&want->online, &now->def.online))
        return;
    if (count != want->maximum ||
        xml_tag_find_attr(now->doc, &now->vcpu_at, "current", &attr))
        xml_layout_set_attr(&edit->splice, now, &now->vcpu_at, "current",
                            NUMBER_TEXT(count));
}

/* Where the part of the document ends that holds all that is understood. */
static size_t understood_end(const struct xml_reading *now)
{
    const struct xml_element *const all[] = {
        &now->name_at,  &now->uuid_at,    &now->vcpu_at,
        &now->vcpus_at, &now->cputune_at,
    };
    size_t end = 0;
    size_t i;

    for (i = 0; i < VC_NELEMS(all); i++) {
        if (xml_element_is_there(all[i]) && all[i]->end > end)
            end = all[i]->end;
    }
    return end;
}

static int edit_all(const struct xml_reading *now,
                    const struct vc_vcpudef *want, char **ret_document,
                    size_t *ret_len, struct vc_error *err)
{
    struct xml_edit edit = {.now = now, .want = want};
    int rc;

    xml_edit_vcpu(&edit);
    xml_edit_vcpus(&edit);
    xml_edit_pins(&edit);
    rc = xml_splice_apply(&edit.splice, now->doc, now->len, ret_document,
                          ret_len, err);
    xml_splice_clear(&edit.splice);
    if (rc < 0)
        return -1;
    return xml_limits_check_size(*ret_len, err);
}

/* No pin is read twice: as many as want's, and all of them wanted, are want's.
 */
static bool says(const struct xml_reading *reading,
                 const struct vc_vcpudef *want)
{
    const struct vc_vcpudef *def = &reading->def;
    size_t i;

    for (i = 0; i < reading->pins.n; i++) {
        if (!reading->pins.items[i].is_wanted)
            return false;
    }
    return reading->pins.n == want->npins && def->maximum == want->maximum &&
           vc_cpuset_equal(&def->online, &want->online) &&
           vc_cpuset_equal(&def->hotpluggable, &want->hotpluggable) &&
           vc_cpuset_equal(&def->default_set, &want->default_set);
}

/* Reads the edited document again and compares.  Behind what is understood
 * the bytes are those that were there, at the level of the root's children:
 * they are left out, for which an end tag stands in their place meanwhile. */
static int check_edited(const struct xml_reading *now, char *edited,
                        size_t edited_len, const struct vc_vcpudef *want,
                        struct vc_error *err)
{
    static const char end[] = "</domain>";
    XML_READING_AUTO after = {0};
    char behind[sizeof(end) - 1];
    size_t rest = now->len - understood_end(now); /* has an end tag */
    size_t head = edited_len - rest;
    int rc;

    if (rest > edited_len || rest < sizeof(behind) ||
        memcmp(edited + head, now->doc + now->len - rest, rest) != 0)
        return vc_error_set(err, VC_ERR_INTERNAL,
                            "the end of the edited document of domain '%s' is "
                            "not what it was",
                            now->name);
    memcpy(behind, edited + head, sizeof(behind));
    memcpy(edited + head, end, sizeof(behind));
    rc = xml_reading_compare(edited, head + sizeof(behind), want, &after, err);
    memcpy(edited + head, behind, sizeof(behind));
    if (rc < 0)
        return vc_error_prefix(err, "the edited document of domain '%s'",
                               now->name);
    if (!says(&after, want))
        return vc_error_set(
            err, VC_ERR_INTERNAL,
            "the edited document of domain '%s' does not say what was "
            "asked for",
            now->name);
    return 0;
}

int vc_xml_edit(const char *document, size_t len, const struct vc_vcpudef *want,
                char **ret_document, size_t *ret_len, struct vc_error *err)
{
    XML_READING_AUTO now = {0};
    VC_AUTO_STR char *edited = NULL;
    size_t edited_len;

    if (vc_vcpudef_check(want, err) < 0 ||
        xml_reading_compare(document, len, want, &now, err) < 0 ||
        edit_all(&now, want, &edited, &edited_len, err) < 0)
        return -1;
    xml_reading_drop_rows(&now); /* or those of both would be held */
    if (check_edited(&now, edited, edited_len, want, err) < 0)
        return -1;
    *ret_document = VC_STEAL(edited);
    *ret_len = edited_len;
    return 0;
}
