/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps of an intent as text: the version in the first line, then a line
 * for each step, with "-" for an empty set.
 *
 *     1
 *     affinity VCPU BEFORE AFTER      host CPUs; BEFORE "new": just plugged
 *     keep VCPU BEFORE AFTER
 *     plug IDS
 *     unplug IDS [PINS]               PINS: what plugging again has to set
 *     guest-online IDS
 *     guest-offline IDS
 *
 * Readable on purpose.  What is read is written again and compared, so that
 * there is one text for each list of steps and nothing else is taken.
 */
#define VC_ROOM VC_ROOM_ENGINE
#include "engine/internal.h"

#include <string.h>

#define VERSION "1\n"
#define WORDS_MAX 4

static void add_set(struct vc_buf *buf, const struct vc_cpuset *set)
{
    vc_buf_addc(buf, ' ');
    if (vc_cpuset_is_empty(set))
        vc_buf_addc(buf, '-');
    else
        vc_cpuset_format(set, buf);
}

static void add_pin(struct vc_buf *buf, const char *word,
                    const struct vc_step *step)
{
    vc_buf_addf(buf, "%s %u", word, step->vcpu);
    if (step->fresh)
        vc_buf_adds(buf, " new");
    else
        add_set(buf, &step->before);
    add_set(buf, &step->cpus);
}

static void add_step(struct vc_buf *buf, const struct vc_step *step)
{
    switch (step->kind) {
    case VC_STEP_AFFINITY:
        add_pin(buf, "affinity", step);
        break;
    case VC_STEP_KEEP:
        add_pin(buf, "keep", step);
        break;
    case VC_STEP_ONLINE:
        vc_buf_adds(buf, step->online ? "plug" : "unplug");
        add_set(buf, &step->cpus);
        if (step->repin.npins) {
            vc_buf_addc(buf, ' ');
            vc_vcpudef_encode_pins(&step->repin, buf);
        }
        break;
    case VC_STEP_AGENT:
        vc_buf_adds(buf, step->online ? "guest-online" : "guest-offline");
        add_set(buf, &step->cpus);
        break;
    }
    vc_buf_addc(buf, '\n');
}

int engine_intent_encode(const struct vc_plan *plan, struct vc_buf *buf,
                         struct vc_error *err)
{
    size_t i;

    if (plan->nsteps > ENGINE_INTENT_STEPS_MAX)
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "%zu live steps at once are too many: at most %u "
                            "can be taken together with a change of the "
                            "definition",
                            plan->nsteps, ENGINE_INTENT_STEPS_MAX);
    vc_buf_adds(buf, VERSION);
    for (i = 0; i < plan->nsteps; i++)
        add_step(buf, &plan->steps[i]);
    return buf->failed ? vc_error_nomem(err) : 0;
}

/* ---- Decoding ---- */

static int bad(struct vc_error *err, size_t line, const char *what)
{
    return vc_error_set(err, VC_ERR_INTERNAL,
                        "the steps of its intent can't be read: line %zu: %s",
                        line, what);
}

/* One line in words; none of them has a NUL behind it. */
struct words {
    const char *word[WORDS_MAX];
    size_t len[WORDS_MAX];
    size_t n;
};

static bool words_split(struct words *words, const char *line, size_t len)
{
    const char *end = line + len;
    const char *stop;

    for (words->n = 0; words->n < WORDS_MAX; line = stop + 1) {
        stop = memchr(line, ' ', (size_t)(end - line));
        words->word[words->n] = line;
        words->len[words->n++] = (size_t)((stop ? stop : end) - line);
        if (!stop)
            return true;
    }
    return false;
}

static bool word_is(const struct words *words, size_t i, const char *text)
{
    return i < words->n && words->len[i] == strlen(text) &&
           memcmp(words->word[i], text, words->len[i]) == 0;
}

static int take_set(const struct words *words, size_t i, struct vc_cpuset *ret,
                    struct vc_error *err)
{
    if (word_is(words, i, "-"))
        return 0;
    return vc_cpuset_parse(words->word[i], words->len[i], ret, err);
}

static int take_pin(const struct words *words, struct vc_step *step,
                    struct vc_error *err)
{
    if (words->n != 4 || !vc_number_parse(words->word[1], words->len[1],
                                          VC_VCPU_LIMIT - 1, &step->vcpu))
        return vc_error_set(err, VC_ERR_INTERNAL, "no vcpu and two sets");
    step->fresh = word_is(words, 2, "new");
    if (!step->fresh && take_set(words, 2, &step->before, err) < 0)
        return -1;
    return take_set(words, 3, &step->cpus, err);
}

static int take_ids(const struct words *words, struct vc_step *step,
                    struct vc_error *err)
{
    bool may_repin = step->kind == VC_STEP_ONLINE && !step->online;

    if (words->n != 2 && !(words->n == 3 && may_repin))
        return vc_error_set(err, VC_ERR_INTERNAL, "no set of vcpus");
    if (vc_cpuset_parse(words->word[1], words->len[1], &step->cpus, err) < 0)
        return -1;
    return words->n == 3 ? vc_vcpudef_decode_pins(words->word[2], words->len[2],
                                                  &step->repin, err)
                         : 0;
}

static int take_step(const struct words *words, struct vc_step *step,
                     struct vc_error *err)
{
    static const struct {
        const char *word;
        enum vc_step_kind kind;
        bool online;
        int (*take)(const struct words *, struct vc_step *, struct vc_error *);
    } kinds[] = {
        {"affinity", VC_STEP_AFFINITY, false, take_pin},
        {"keep", VC_STEP_KEEP, false, take_pin},
        {"plug", VC_STEP_ONLINE, true, take_ids},
        {"unplug", VC_STEP_ONLINE, false, take_ids},
        {"guest-online", VC_STEP_AGENT, true, take_ids},
        {"guest-offline", VC_STEP_AGENT, false, take_ids},
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(kinds); i++) {
        if (!word_is(words, 0, kinds[i].word))
            continue;
        step->kind = kinds[i].kind;
        step->online = kinds[i].online;
        return kinds[i].take(words, step, err);
    }
    return vc_error_set(err, VC_ERR_INTERNAL, "no step of that name");
}

static struct vc_step *append_step(struct vc_plan *plan, size_t *cap,
                                   struct vc_error *err)
{
    if (plan->nsteps == *cap) {
        size_t next = *cap ? *cap * 2 : 8;
        struct vc_step *steps = realloc(plan->steps, next * sizeof(*steps));

        if (!steps) {
            (void)vc_error_nomem(err);
            return NULL;
        }
        plan->steps = steps;
        *cap = next;
    }
    memset(&plan->steps[plan->nsteps], 0, sizeof(*plan->steps));
    return &plan->steps[plan->nsteps++];
}

static int take_line(struct vc_plan *plan, size_t *cap, const char *line,
                     size_t len, struct vc_error *err)
{
    size_t number = plan->nsteps + 2;
    struct vc_error why = {0};
    struct words words;
    struct vc_step *step;

    if (plan->nsteps == ENGINE_INTENT_STEPS_MAX)
        return bad(err, number, "too many steps");
    step = append_step(plan, cap, err);
    if (!step)
        return -1;
    if (!words_split(&words, line, len))
        return bad(err, number, "too many words");
    if (take_step(&words, step, &why) == 0)
        return 0;
    if (why.code != VC_ERR_NO_MEMORY)
        return bad(err, number, why.text);
    *err = why;
    return -1;
}

int engine_intent_decode(const char *text, size_t len, struct vc_plan *ret,
                         struct vc_error *err)
{
    const char *p = text + strlen(VERSION);
    const char *end = text + len;
    VC_PLAN_AUTO plan = {0};
    VC_BUF_AUTO again = {0};
    size_t cap = 0;

    if (len < strlen(VERSION) || memcmp(text, VERSION, strlen(VERSION)) != 0)
        return bad(err, 1, "its version is not 1");
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));

        if (!stop)
            return bad(err, plan.nsteps + 2, "it has no end");
        if (take_line(&plan, &cap, p, (size_t)(stop - p), err) < 0)
            return -1;
        p = stop + 1;
    }
    if (engine_intent_encode(&plan, &again, err) < 0)
        return -1;
    if (again.len != len || memcmp(again.data, text, len) != 0)
        return bad(err, 1, "it is not written as it would be");
    vc_plan_clear(ret);
    *ret = plan;
    memset(&plan, 0, sizeof(plan));
    return 0;
}
