/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading a cpuset.  Items that ascend, as they are written back, go straight
 * into ranges.  At the first that does not, the text is read anew: its members
 * are collected in a bitmap of fixed size, so that any text under the document
 * limit is read in linear time, and turned into ranges at the end.
 */
#define VC_ROOM VC_ROOM_MODEL
#include "model/cpuset.h"

#include <stdio.h>
#include <string.h>

#define WORD_BITS 64u
#define NWORDS (VC_CPU_LIMIT / WORD_BITS)

struct scan {
    const char *p;
    const char *end;
};

/* A contiguous mask of bits a..b (inclusive, 0..63). */
static uint64_t mask_of(unsigned a, unsigned b)
{
    return (~UINT64_C(0) >> (WORD_BITS - 1 - (b - a))) << a;
}

static void bits_change(uint64_t *words, uint32_t first, uint32_t last, bool on)
{
    uint32_t w;

    for (w = first / WORD_BITS; w <= last / WORD_BITS; w++) {
        unsigned a = w == first / WORD_BITS ? first % WORD_BITS : 0;
        unsigned b = w == last / WORD_BITS ? last % WORD_BITS : WORD_BITS - 1;

        if (on)
            words[w] |= mask_of(a, b);
        else
            words[w] &= ~mask_of(a, b);
    }
}

/* The first number >= cpu whose bit is `on`, or VC_CPU_LIMIT. */
static uint32_t bits_next(const uint64_t *words, uint32_t cpu, bool on)
{
    while (cpu < VC_CPU_LIMIT) {
        uint64_t word = words[cpu / WORD_BITS];

        word = (on ? word : ~word) >> (cpu % WORD_BITS);
        if (word)
            return cpu + (uint32_t)__builtin_ctzll(word);
        cpu = (cpu / WORD_BITS + 1) * WORD_BITS;
    }
    return VC_CPU_LIMIT;
}

static int bits_to_set(const uint64_t *words, uint32_t low, uint32_t high,
                       struct vc_cpuset *ret, struct vc_error *err)
{
    VC_CPUSET_AUTO out = {0};
    struct vc_range *ranges;
    uint32_t first;
    uint32_t end;

    for (first = bits_next(words, low, true); first <= high;
         first = bits_next(words, end, true)) {
        end = bits_next(words, first, false);
        if (out.n == out.cap) {
            size_t cap = out.cap ? out.cap * 2 : 1;

            ranges = realloc(out.ranges, cap * sizeof(*ranges));
            if (!ranges)
                return vc_error_nomem(err);
            out.ranges = ranges;
            out.cap = cap;
        }
        out.ranges[out.n].first = first;
        out.ranges[out.n].last = end - 1;
        out.n++;
    }
    if (out.n && out.n < out.cap) {
        ranges = realloc(out.ranges, out.n * sizeof(*ranges));
        if (ranges) {
            out.ranges = ranges;
            out.cap = out.n;
        }
    }
    vc_cpuset_move(ret, &out);
    return 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct scan *s)
{
    while (s->p < s->end && is_space(*s->p))
        s->p++;
}

static bool scan_number(struct scan *s, uint32_t *ret)
{
    const char *start = s->p;

    while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
        s->p++;
    return vc_number_parse(start, (size_t)(s->p - start), VC_CPU_LIMIT - 1,
                           ret);
}

/* One item: N, N-M or ^N; NULL, or what is wrong with it. */
static const char *scan_item(struct scan *s, uint32_t *ret_first,
                             uint32_t *ret_last, bool *ret_on)
{
    *ret_on = true;
    if (s->p < s->end && *s->p == '^') {
        *ret_on = false;
        s->p++;
    }
    if (!scan_number(s, ret_first))
        return "expected a CPU number 0..16383";
    *ret_last = *ret_first;
    skip_space(s);
    if (s->p < s->end && *s->p == '-') {
        if (!*ret_on)
            return "a range can't be excluded with '^'";
        s->p++;
        skip_space(s);
        if (!scan_number(s, ret_last))
            return "expected a CPU number 0..16383 behind '-'";
        if (*ret_last < *ret_first)
            return "the end of a range is below its start";
        skip_space(s);
    }
    return NULL;
}

static int refuse(struct vc_error *err, const char *text, size_t len,
                  const char *why)
{
    char shown[64 * 4 + 4] = "";
    size_t used = 0;
    size_t i;

    for (i = 0; i < len && i < 64; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c < 0x20 || c == 0x7f)
            used += (size_t)snprintf(shown + used, sizeof(shown) - used,
                                     "\\x%02x", c);
        else
            shown[used++] = (char)c;
    }
    shown[used] = '\0';
    return vc_error_set(err, VC_ERR_INVALID_ARG, "invalid cpuset '%s%s': %s",
                        shown, len > 64 ? "..." : "", why);
}

/* 1 done, 0: not in ascending order, or wrong: read it the other way, -1. */
static int parse_ascending(const char *text, size_t len, struct vc_cpuset *ret,
                           struct vc_error *err)
{
    struct scan s = {text, text + len};
    VC_CPUSET_AUTO out = {0};

    while (s.p < s.end) {
        uint32_t first;
        uint32_t last;
        bool on;

        if (scan_item(&s, &first, &last, &on) || !on ||
            vc_cpuset_last(&out) >= (int)first || (s.p < s.end && *s.p != ','))
            return 0;
        if (vc_cpuset_append(&out, first, last, err) < 0)
            return -1;
        s.p += s.p < s.end;
    }
    if (!out.n)
        return 0;
    vc_cpuset_move(ret, &out);
    return 1;
}

static int parse_any(const char *text, size_t len, struct vc_cpuset *ret,
                     struct vc_error *err)
{
    uint64_t words[NWORDS];
    struct scan s = {text, text + len};
    uint32_t low = VC_CPU_LIMIT;
    uint32_t high = 0;
    VC_CPUSET_AUTO out = {0};

    skip_space(&s);
    if (s.p == s.end)
        return refuse(err, text, len, "it is empty");
    memset(words, 0, sizeof(words));
    while (s.p < s.end) {
        uint32_t first;
        uint32_t last;
        bool on;
        const char *wrong = scan_item(&s, &first, &last, &on);

        if (wrong)
            return refuse(err, text, len, wrong);
        bits_change(words, first, last, on);
        if (on && first < low)
            low = first;
        if (on && last > high)
            high = last;
        if (s.p == s.end)
            break;
        if (*s.p != ',')
            return refuse(err, text, len, "expected ',' between items");
        s.p++;
        skip_space(&s);
    }
    if (low <= high && bits_to_set(words, low, high, &out, err) < 0)
        return -1;
    if (!out.n)
        return refuse(err, text, len, "it holds no CPU");
    vc_cpuset_move(ret, &out);
    return 0;
}

int vc_cpuset_parse(const char *text, size_t len, struct vc_cpuset *ret,
                    struct vc_error *err)
{
    int rc = parse_ascending(text, len, ret, err);

    if (rc)
        return rc < 0 ? -1 : 0;
    return parse_any(text, len, ret, err);
}
