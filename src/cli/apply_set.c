/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of numbers, written as in definitions. */
#include "apply_parse.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"

#define SHOWN_MAX 64u

void apply_set_clear(struct apply_set *set)
{
    free(set->ranges);
    memset(set, 0, sizeof(*set));
}

bool apply_set_has(const struct apply_set *set, unsigned number)
{
    size_t i;

    for (i = 0; i < set->n; i++) {
        if (number >= set->ranges[i].first && number <= set->ranges[i].last)
            return true;
    }
    return false;
}

unsigned apply_set_last(const struct apply_set *set)
{
    return set->n ? set->ranges[set->n - 1].last : 0;
}

/* The runs of `value` in an array of that many flags. */
static void set_from_flags(const bool *flags, unsigned n, bool value,
                           struct apply_set *ret)
{
    size_t runs = 0;
    unsigned i;

    for (i = 0; i < n; i++)
        runs += flags[i] == value && (i == 0 || flags[i - 1] != value);
    ret->ranges = cli_alloc(runs, sizeof(*ret->ranges));
    ret->n = 0;
    for (i = 0; i < n; i++) {
        if (flags[i] != value)
            continue;
        ret->ranges[ret->n].first = i;
        while (i + 1 < n && flags[i + 1] == value)
            i++;
        ret->ranges[ret->n++].last = i;
    }
}

void apply_set_invert(const struct apply_set *set, unsigned limit,
                      struct apply_set *ret)
{
    CLI_AUTO(bool *) flags = cli_alloc(limit, sizeof(*flags));
    unsigned number;
    size_t i;

    for (i = 0; i < set->n; i++) {
        for (number = set->ranges[i].first;
             number <= set->ranges[i].last && number < limit; number++)
            flags[number] = true;
    }
    set_from_flags(flags, limit, false, ret);
}

int apply_shown(const char *text)
{
    size_t n = strnlen(text, SHOWN_MAX + 1);

    if (n > SHOWN_MAX) {
        n = SHOWN_MAX;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
            n--; /* inside of a character */
    }
    return (int)n;
}

/* Digits up to the next other character; false: none, or not below limit. */
static bool take_number(const char **p, unsigned limit, unsigned *ret)
{
    unsigned number = 0;
    const char *start = *p;

    for (; **p >= '0' && **p <= '9'; (*p)++) {
        if (number < limit)
            number = number * 10 + (unsigned)(**p - '0');
    }
    *ret = number;
    return *p > start && number < limit;
}

struct item {
    bool is_out;
    struct apply_range range;
};

/* One of "N", "N-M" and "^N". */
static bool take_item(const char **p, unsigned limit, struct item *ret)
{
    struct apply_range *range = &ret->range;

    ret->is_out = **p == '^';
    *p += ret->is_out;
    if (!take_number(p, limit, &range->first))
        return false;
    range->last = range->first;
    if (ret->is_out || **p != '-')
        return true;
    (*p)++;
    return take_number(p, limit, &range->last) && range->last >= range->first;
}

static size_t count_items(const char *text)
{
    size_t n = 1;

    for (; *text; text++)
        n += *text == ',';
    return n;
}

/* Sets that are written in order are what they say; others, and those with
 * "^N", need a look at each number. */
static void set_from_items(const struct item *items, size_t n,
                           struct apply_set *ret)
{
    CLI_AUTO(bool *) flags = NULL;
    unsigned top = 0;
    bool is_plain = true;
    unsigned number;
    size_t i;

    for (i = 0; i < n; i++) {
        is_plain = is_plain && !items[i].is_out &&
                   (i == 0 || items[i].range.first > items[i - 1].range.last + 1);
        top = items[i].range.last > top ? items[i].range.last : top;
    }
    if (is_plain) {
        ret->ranges = cli_alloc(n, sizeof(*ret->ranges));
        for (ret->n = 0; ret->n < n; ret->n++)
            ret->ranges[ret->n] = items[ret->n].range;
        return;
    }
    flags = cli_alloc((size_t)top + 1, sizeof(*flags));
    for (i = 0; i < n; i++) {
        for (number = items[i].range.first; number <= items[i].range.last;
             number++)
            flags[number] = !items[i].is_out;
    }
    set_from_flags(flags, top + 1, true, ret);
}

int apply_set_parse(const char *text, unsigned limit, struct apply_set *ret,
                    struct apply_fault *fault)
{
    CLI_AUTO(struct item *) items =
        cli_alloc(count_items(text), sizeof(*items));
    struct apply_set set = {0};
    const char *p = text;
    bool is_good;
    size_t n = 0;

    while ((is_good = take_item(&p, limit, &items[n++])) && *p == ',')
        p++;
    if (!is_good || *p) {
        (void)snprintf(fault->text, sizeof(fault->text),
                       "'%.*s' is not a set of numbers from 0 to %u, like "
                       "0-3,^2,8",
                       apply_shown(text), text, limit - 1);
        return -1;
    }
    set_from_items(items, n, &set);
    if (set.n == 0) {
        apply_set_clear(&set);
        (void)snprintf(fault->text, sizeof(fault->text),
                       "the set '%.*s' is empty", apply_shown(text), text);
        return -1;
    }
    *ret = set;
    return 0;
}

char *apply_set_text(const struct apply_set *set)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    size_t i;

    for (i = 0; out && i < set->n; i++) {
        (void)fprintf(out, "%s%u", i ? "," : "", set->ranges[i].first);
        if (set->ranges[i].last > set->ranges[i].first)
            (void)fprintf(out, "-%u", set->ranges[i].last);
    }
    if (!out || fclose(out) != 0)
        exit(cli_fail("out of memory"));
    return text;
}
