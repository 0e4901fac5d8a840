/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_XML
#include "xml/meaning.h"

#include <string.h>
#include <strings.h>

static int number_fail(const char *what, struct xml_value value, uint32_t min,
                       uint32_t max, struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_XML_ERROR,
                        "%s '%s' is not a number from %u to %u", what,
                        XML_SHOW(value.text, value.len), min, max);
}

static int read_number(const char *what, struct xml_value value, uint32_t min,
                       uint32_t max, uint32_t *ret, struct vc_error *err)
{
    uint32_t number;

    if (!vc_number_parse(value.text, value.len, max, &number) || number < min)
        return number_fail(what, value, min, max, err);
    *ret = number;
    return 0;
}

static int missing(const char *attr, const char *element, struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_XML_ERROR, "<%s> has no attribute '%s'",
                        element, attr);
}

/* The model's words in this room's code. */
static int read_cpuset(struct xml_value value, struct vc_cpuset *ret,
                       struct vc_error *err)
{
    if (vc_cpuset_parse(value.text, value.len, ret, err) == 0)
        return 0;
    if (err->code == VC_ERR_INVALID_ARG)
        err->code = VC_ERR_XML_ERROR;
    err->room = VC_ROOM_XML;
    return -1;
}

static bool value_is(struct xml_value value, const char *text)
{
    return value.len == strlen(text) &&
           memcmp(value.text, text, value.len) == 0;
}

static int read_yes_no(const char *what, struct xml_value value, bool *ret,
                       struct vc_error *err)
{
    bool yes = value_is(value, "yes");

    if (!yes && !value_is(value, "no"))
        return vc_error_set(err, VC_ERR_XML_ERROR,
                            "%s '%s' of a vcpu is neither 'yes' nor 'no'", what,
                            XML_SHOW(value.text, value.len));
    *ret = yes;
    return 0;
}

int xml_meaning_name(struct xml_reading *reading, const char *text, size_t len,
                     struct vc_error *err)
{
    if (vc_name_check(text, len, err) < 0) {
        err->room = VC_ROOM_XML;
        return -1;
    }
    reading->name = strndup(text, len);
    return reading->name ? 0 : vc_error_nomem(err);
}

/* What templates leave where a uuid belongs: nothing, or the name of a variable
 * that ends in "uuid", bare or in one pair of brackets: UUID, [UUID],
 * {vm_uuid}. */
static bool uuid_is_placeholder(const char *text, size_t len)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

    if (len == 0)
        return true;
    if ((text[0] == '[' && text[len - 1] == ']') ||
        (text[0] == '{' && text[len - 1] == '}')) {
        text++;
        len -= 2;
    }
    return len >= 4 && strspn(text, letters) == len &&
           strncasecmp(text + len - 4, "uuid", 4) == 0;
}

int xml_meaning_uuid(struct xml_reading *reading, const char *text, size_t len,
                     struct vc_error *err)
{
    if (vc_uuid_parse(text, len, reading->uuid)) {
        reading->has_uuid = true;
        return 0;
    }
    if (len < VC_UUID_TEXT_LEN && uuid_is_placeholder(text, len))
        return 0;
    return vc_error_set(err, VC_ERR_XML_ERROR,
                        "uuid '%s' is malformed, it needs 32 hex digits",
                        XML_SHOW(text, len));
}

int xml_meaning_vcpu(struct xml_reading *reading, const char *text, size_t len,
                     struct vc_error *err)
{
    struct xml_value value = {text, len};

    return read_number("maximum vcpu count", value, 1, VC_VCPU_LIMIT,
                       &reading->maximum, err);
}

int xml_meaning_vcpu_attrs(struct xml_reading *reading,
                           struct xml_value placement, struct xml_value cpuset,
                           struct xml_value current, struct vc_error *err)
{
    if (placement.text) {
        reading->is_auto = value_is(placement, "auto");
        if (!reading->is_auto && !value_is(placement, "static"))
            return vc_error_set(
                err, VC_ERR_XML_ERROR,
                "vcpu placement '%s' is neither 'static' nor 'auto'",
                XML_SHOW(placement.text, placement.len));
    }
    if (cpuset.text && read_cpuset(cpuset, &reading->cpuset, err) < 0)
        return -1;
    if (!current.text)
        return 0;
    return read_number("current vcpu count", current, 1, VC_VCPU_LIMIT,
                       &reading->current, err);
}

static int rows_append(struct xml_rows *rows, const struct xml_row *row,
                       struct vc_error *err)
{
    if (rows->n == rows->cap) {
        size_t cap = rows->cap ? rows->cap * 2 : 8;
        struct xml_row *items = reallocarray(rows->items, cap, sizeof(*items));

        if (!items)
            return vc_error_nomem(err);
        rows->items = items;
        rows->cap = cap;
    }
    rows->items[rows->n++] = *row;
    return 0;
}

int xml_meaning_row(struct xml_reading *reading, const struct xml_element *at,
                    const struct xml_value attrs[4], struct vc_error *err)
{
    const struct xml_value *id = &attrs[0];
    const struct xml_value *enabled = &attrs[1];
    const struct xml_value *hotpluggable = &attrs[2];
    const struct xml_value *order = &attrs[3];
    struct xml_row row = {.at = *at};
    uint32_t ordinal;

    if (!id->text)
        return missing("id", "vcpu", err);
    if (read_number("vcpu id", *id, 0, VC_VCPU_LIMIT - 1, &row.id, err) < 0)
        return -1;
    if (!enabled->text)
        return missing("enabled", "vcpu", err);
    if (read_yes_no("enabled", *enabled, &row.online, err) < 0)
        return -1;
    row.hotpluggable = !row.online;
    if (hotpluggable->text &&
        read_yes_no("hotpluggable", *hotpluggable, &row.hotpluggable, err) < 0)
        return -1;
    if (!row.online && !row.hotpluggable)
        return vc_error_set(err, VC_ERR_XML_ERROR,
                            "vcpu %u is offline and not hotpluggable", row.id);
    if (order->text &&
        read_number("vcpu order", *order, 1, UINT32_MAX, &ordinal, err) < 0)
        return -1;
    return rows_append(&reading->rows, &row, err);
}

int xml_meaning_pin(struct xml_reading *reading, const struct xml_element *at,
                    struct xml_value vcpu, struct xml_value cpuset,
                    struct vc_error *err)
{
    struct xml_row row = {.at = *at};
    VC_CPUSET_AUTO cpus = {0};
    VC_CPUSET_AUTO exact = {0}; /* without the room that parsing leaves */

    if (!vcpu.text)
        return missing("vcpu", "vcpupin", err);
    if (read_number("vcpu of a vcpupin", vcpu, 0, UINT32_MAX, &row.id, err) < 0)
        return -1;
    if (!cpuset.text)
        return missing("cpuset", "vcpupin", err);
    if (read_cpuset(cpuset, &cpus, err) < 0)
        return vc_error_prefix(err, "vcpupin of vcpu %u", row.id);
    if (reading->want) {
        const struct vc_pin *want = vc_vcpudef_find_pin(reading->want, row.id);

        row.is_wanted = want && vc_cpuset_equal(&want->cpus, &cpus);
    }
    if (rows_append(&reading->pins, &row, err) < 0)
        return -1;
    if (reading->want)
        return 0;
    if (vc_cpuset_copy(&exact, &cpus, err) < 0)
        return -1;
    return vc_vcpudef_append_pin(&reading->def, row.id, &exact, err);
}

#define MAP_BYTES (VC_VCPU_LIMIT / 8)

static int row_refuse(const struct xml_reading *reading,
                      const struct xml_row *row, const char *why,
                      struct vc_error *err)
{
    vc_error_set(err, VC_ERR_XML_ERROR, "vcpu id %u %s", row->id, why);
    return xml_error_at(err, xml_line_of(reading->doc, row->at.start));
}

/* In bitmaps, so that the order of the rows costs nothing. */
static int finish_rows(struct xml_reading *reading, struct vc_error *err)
{
    struct vc_vcpudef *def = &reading->def;
    unsigned char seen[MAP_BYTES] = {0};
    unsigned char online[MAP_BYTES] = {0};
    unsigned char fixed[MAP_BYTES] = {0};
    VC_CPUSET_AUTO fixed_set = {0};
    size_t i;

    for (i = 0; i < reading->rows.n; i++) {
        const struct xml_row *row = &reading->rows.items[i];
        unsigned char bit = (unsigned char)(1u << (row->id % 8));

        if (row->id >= def->maximum)
            return row_refuse(reading, row,
                              "is not below the maximum vcpu count", err);
        if (seen[row->id / 8] & bit)
            return row_refuse(reading, row, "is there twice", err);
        seen[row->id / 8] |= bit;
        if (row->online)
            online[row->id / 8] |= bit;
        if (!row->hotpluggable)
            fixed[row->id / 8] |= bit;
    }
    /* A vCPU without a row is offline, and so hotpluggable. */
    if (vc_cpuset_from_map(online, sizeof(online), &def->online, err) < 0 ||
        vc_cpuset_from_map(fixed, sizeof(fixed), &fixed_set, err) < 0 ||
        vc_cpuset_add(&def->hotpluggable, 0, def->maximum - 1, err) < 0)
        return -1;
    return vc_cpuset_subtract(&def->hotpluggable, &def->hotpluggable,
                              &fixed_set, err);
}

static int finish_counts(struct xml_reading *reading, struct vc_error *err)
{
    struct vc_vcpudef *def = &reading->def;
    unsigned count = reading->current ? reading->current : def->maximum;

    if (vc_cpuset_add(&def->online, 0, count - 1, err) < 0)
        return -1;
    if (count == def->maximum)
        return 0;
    return vc_cpuset_add(&def->hotpluggable, count, def->maximum - 1, err);
}

static int id_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* 1: *ret_id is there twice. */
static int rows_find_twice(const struct xml_rows *rows, uint32_t *ret_id,
                           struct vc_error *err)
{
    uint32_t *ids = malloc((rows->n + 1) * sizeof(*ids));
    bool sorted = true;
    int rc = 0;
    size_t i;

    if (!ids)
        return vc_error_nomem(err);
    for (i = 0; i < rows->n; i++) {
        ids[i] = rows->items[i].id;
        sorted &= i == 0 || ids[i - 1] < ids[i];
    }
    if (!sorted)
        qsort(ids, rows->n, sizeof(*ids), id_compare);
    for (i = 1; i < rows->n && rc == 0; i++) {
        if (ids[i] == ids[i - 1]) {
            *ret_id = ids[i];
            rc = 1;
        }
    }
    free(ids);
    return rc;
}

static int finish_pins(struct xml_reading *reading, struct vc_error *err)
{
    const struct xml_rows *pins = &reading->pins;
    size_t i = pins->n;
    uint32_t twice;
    int rc = reading->want ? rows_find_twice(pins, &twice, err)
                           : -vc_vcpudef_sort_pins(&reading->def, &twice);

    if (rc <= 0)
        return rc;
    vc_error_set(err, VC_ERR_XML_ERROR, "vcpu %u has two vcpupin elements",
                 twice);
    while (i > 0 && pins->items[i - 1].id != twice)
        i--;
    return i == 0 ? -1
                  : xml_error_at(err, xml_line_of(reading->doc,
                                                  pins->items[i - 1].at.start));
}

int xml_meaning_finish(struct xml_reading *reading, struct vc_error *err)
{
    struct vc_vcpudef *def = &reading->def;
    int rc;

    if (!xml_element_is_there(&reading->name_at))
        return vc_error_set(err, VC_ERR_XML_ERROR, "the domain has no <name>");
    /* With any other name, all zeros is as good as no uuid. */
    if (vc_uuid_is_zero(reading->uuid) &&
        strcmp(reading->name, XML_DOMAIN_ZERO) != 0)
        reading->has_uuid = false;
    def->maximum = reading->maximum ? reading->maximum : 1;
    if (reading->current > def->maximum) {
        vc_error_set(err, VC_ERR_XML_ERROR,
                     "current vcpu count %u is above the maximum vcpu count %u",
                     reading->current, def->maximum);
        return xml_error_at(err,
                            xml_line_of(reading->doc, reading->vcpu_at.start));
    }
    rc = reading->rows.n ? finish_rows(reading, err)
                         : finish_counts(reading, err);
    if (rc < 0 || finish_pins(reading, err) < 0)
        return -1;
    if (!reading->is_auto)
        vc_cpuset_move(&def->default_set, &reading->cpuset);
    if (vc_vcpudef_check(def, err) < 0) {
        err->room = VC_ROOM_XML;
        return -1;
    }
    return 0;
}
