/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_MODEL
#include "model/cpuset.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

void vc_cpuset_clear(struct vc_cpuset *set)
{
    free(set->ranges);
    memset(set, 0, sizeof(*set));
}

void vc_cpuset_move(struct vc_cpuset *ret, struct vc_cpuset *src)
{
    struct vc_cpuset taken = *src;

    memset(src, 0, sizeof(*src));
    vc_cpuset_clear(ret);
    *ret = taken;
}

int vc_cpuset_append(struct vc_cpuset *set, uint32_t first, uint32_t last,
                     struct vc_error *err)
{
    if (set->n && set->ranges[set->n - 1].last + 1 >= first) {
        if (last > set->ranges[set->n - 1].last)
            set->ranges[set->n - 1].last = last;
        return 0;
    }
    if (set->n == set->cap) {
        size_t cap = set->cap ? set->cap * 2 : 1;
        struct vc_range *ranges = realloc(set->ranges, cap * sizeof(*ranges));

        if (!ranges)
            return vc_error_nomem(err);
        set->ranges = ranges;
        set->cap = cap;
    }
    set->ranges[set->n].first = first;
    set->ranges[set->n].last = last;
    set->n++;
    return 0;
}

int vc_cpuset_copy(struct vc_cpuset *ret, const struct vc_cpuset *src,
                   struct vc_error *err)
{
    VC_CPUSET_AUTO copy = {0};

    if (src->n) {
        copy.ranges = malloc(src->n * sizeof(*copy.ranges));
        if (!copy.ranges)
            return vc_error_nomem(err);
        memcpy(copy.ranges, src->ranges, src->n * sizeof(*copy.ranges));
        copy.n = copy.cap = src->n;
    }
    vc_cpuset_move(ret, &copy);
    return 0;
}

bool vc_cpuset_is_empty(const struct vc_cpuset *set)
{
    return set->n == 0;
}

/* Index of the first range whose last member is >= cpu; n if there is none. */
static size_t cpuset_search(const struct vc_cpuset *set, unsigned cpu)
{
    size_t low = 0;
    size_t high = set->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (set->ranges[mid].last < cpu)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

bool vc_cpuset_contains(const struct vc_cpuset *set, unsigned cpu)
{
    size_t i = cpuset_search(set, cpu);

    return i < set->n && set->ranges[i].first <= cpu;
}

bool vc_cpuset_equal(const struct vc_cpuset *a, const struct vc_cpuset *b)
{
    return a->n == b->n &&
           (a->n == 0 ||
            memcmp(a->ranges, b->ranges, a->n * sizeof(*a->ranges)) == 0);
}

bool vc_cpuset_is_subset(const struct vc_cpuset *sub,
                         const struct vc_cpuset *super)
{
    size_t i;

    for (i = 0; i < sub->n; i++) {
        size_t j = cpuset_search(super, sub->ranges[i].first);

        if (j == super->n || super->ranges[j].first > sub->ranges[i].first ||
            super->ranges[j].last < sub->ranges[i].last)
            return false;
    }
    return true;
}

unsigned vc_cpuset_count(const struct vc_cpuset *set)
{
    unsigned count = 0;
    size_t i;

    for (i = 0; i < set->n; i++)
        count += set->ranges[i].last - set->ranges[i].first + 1;
    return count;
}

int vc_cpuset_next(const struct vc_cpuset *set, unsigned from)
{
    size_t i = cpuset_search(set, from);

    if (i == set->n)
        return -1;
    return (int)(set->ranges[i].first > from ? set->ranges[i].first : from);
}

int vc_cpuset_last(const struct vc_cpuset *set)
{
    return set->n ? (int)set->ranges[set->n - 1].last : -1;
}

int vc_cpuset_union(struct vc_cpuset *ret, const struct vc_cpuset *a,
                    const struct vc_cpuset *b, struct vc_error *err)
{
    VC_CPUSET_AUTO out = {0};
    size_t i = 0;
    size_t j = 0;

    while (i < a->n || j < b->n) {
        const struct vc_range *next;

        if (j == b->n || (i < a->n && a->ranges[i].first <= b->ranges[j].first))
            next = &a->ranges[i++];
        else
            next = &b->ranges[j++];
        if (vc_cpuset_append(&out, next->first, next->last, err) < 0)
            return -1;
    }
    vc_cpuset_move(ret, &out);
    return 0;
}

int vc_cpuset_intersect(struct vc_cpuset *ret, const struct vc_cpuset *a,
                        const struct vc_cpuset *b, struct vc_error *err)
{
    VC_CPUSET_AUTO out = {0};
    size_t i = 0;
    size_t j = 0;

    while (i < a->n && j < b->n) {
        const struct vc_range *ra = &a->ranges[i];
        const struct vc_range *rb = &b->ranges[j];
        uint32_t first = ra->first > rb->first ? ra->first : rb->first;
        uint32_t last = ra->last < rb->last ? ra->last : rb->last;

        if (first <= last && vc_cpuset_append(&out, first, last, err) < 0)
            return -1;
        if (ra->last < rb->last)
            i++;
        else
            j++;
    }
    vc_cpuset_move(ret, &out);
    return 0;
}

int vc_cpuset_subtract(struct vc_cpuset *ret, const struct vc_cpuset *a,
                       const struct vc_cpuset *b, struct vc_error *err)
{
    VC_CPUSET_AUTO out = {0};
    size_t i;
    size_t j = 0;

    for (i = 0; i < a->n; i++) {
        uint32_t first = a->ranges[i].first;
        uint32_t last = a->ranges[i].last;

        while (j < b->n && b->ranges[j].last < first)
            j++;
        while (first <= last && j < b->n && b->ranges[j].first <= last) {
            if (b->ranges[j].first > first &&
                vc_cpuset_append(&out, first, b->ranges[j].first - 1, err) < 0)
                return -1;
            first = b->ranges[j].last + 1;
            if (b->ranges[j].last <= last)
                j++;
        }
        if (first <= last && vc_cpuset_append(&out, first, last, err) < 0)
            return -1;
    }
    vc_cpuset_move(ret, &out);
    return 0;
}

int vc_cpuset_add(struct vc_cpuset *set, unsigned first, unsigned last,
                  struct vc_error *err)
{
    struct vc_range range = {first, last};
    struct vc_cpuset one = {&range, 1, 1};

    return vc_cpuset_union(set, set, &one, err);
}

int vc_cpuset_remove(struct vc_cpuset *set, unsigned first, unsigned last,
                     struct vc_error *err)
{
    struct vc_range range = {first, last};
    struct vc_cpuset one = {&range, 1, 1};

    return vc_cpuset_subtract(set, set, &one, err);
}

void vc_cpuset_format(const struct vc_cpuset *set, struct vc_buf *buf)
{
    size_t i;

    for (i = 0; i < set->n; i++) {
        const struct vc_range *r = &set->ranges[i];

        if (i)
            vc_buf_addc(buf, ',');
        vc_buf_addu(buf, r->first);
        if (r->last > r->first) {
            vc_buf_addc(buf, '-');
            vc_buf_addu(buf, r->last);
        }
    }
}

const char *vc_cpuset_show(const struct vc_cpuset *set, char *buf, size_t len)
{
    size_t used = 0;
    size_t i;

    if (!set->n)
        (void)snprintf(buf, len, "none");
    for (i = 0; i < set->n; i++) {
        const struct vc_range *r = &set->ranges[i];
        char item[24];
        int n;

        if (r->first == r->last)
            n = snprintf(item, sizeof(item), "%s%u", i ? "," : "", r->first);
        else
            n = snprintf(item, sizeof(item), "%s%u-%u", i ? "," : "", r->first,
                         r->last);
        if (used + (size_t)n + 5 > len) {
            (void)snprintf(buf + used, len - used, ",...");
            break;
        }
        memcpy(buf + used, item, (size_t)n + 1);
        used += (size_t)n;
    }
    return buf;
}

int vc_cpuset_from_map(const unsigned char *map, size_t len,
                       struct vc_cpuset *ret, struct vc_error *err)
{
    VC_CPUSET_AUTO out = {0};
    size_t i;

    for (i = 0; i < len; i++) {
        unsigned bit;

        if (!map[i])
            continue;
        if (i >= VC_CPU_LIMIT / CHAR_BIT)
            return vc_error_set(err, VC_ERR_INVALID_ARG,
                                "CPU numbers above %u are not supported",
                                VC_CPU_LIMIT - 1);
        for (bit = 0; bit < CHAR_BIT; bit++) {
            uint32_t cpu = (uint32_t)(i * CHAR_BIT + bit);

            if (!(map[i] & (1u << bit)))
                continue;
            if (vc_cpuset_append(&out, cpu, cpu, err) < 0)
                return -1;
        }
    }
    vc_cpuset_move(ret, &out);
    return 0;
}

void vc_cpuset_to_map(const struct vc_cpuset *set, unsigned char *map,
                      size_t len)
{
    size_t i;

    memset(map, 0, len);
    for (i = 0; i < set->n; i++) {
        uint32_t cpu;

        for (cpu = set->ranges[i].first; cpu <= set->ranges[i].last; cpu++) {
            if (cpu / CHAR_BIT >= len)
                return;
            map[cpu / CHAR_BIT] =
                (unsigned char)(map[cpu / CHAR_BIT] | (1u << (cpu % CHAR_BIT)));
        }
    }
}

bool vc_number_parse(const char *text, size_t len, uint32_t max,
                     uint32_t *ret_value)
{
    uint64_t value = 0;
    size_t i;

    if (!len)
        return false;
    for (i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
        if (value > max)
            return false;
    }
    *ret_value = (uint32_t)value;
    return true;
}
