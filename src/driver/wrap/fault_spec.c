/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER
#include "driver/wrap/fault_spec.h"

#include <string.h>

#include "model/cpuset.h"
#include "util/buf.h"

#define DELAY_MAX_MS 60000u
/* How much of an item a message repeats. */
#define ITEM_SHOWN_MAX 80

#define BIT(action) (1u << (action))
#define ALWAYS                                                                 \
    (BIT(VC_FAULT_FAIL) | BIT(VC_FAULT_FAILAFTER) | BIT(VC_FAULT_DELAY))
#define ON_DOMAIN (ALWAYS | BIT(VC_FAULT_GONE))

static const struct {
    const char *name;
    const char *short_name;
    unsigned actions; /* BIT() of what it can be told to do */
} verbs[VC_FAULT_NVERBS] = {
    [VC_FAULT_HOST] = {"host", NULL, ALWAYS},
    [VC_FAULT_LIST] = {"list", NULL, ALWAYS},
    [VC_FAULT_FIND] = {"find", NULL, ALWAYS},
    [VC_FAULT_SNAPSHOT] = {"snapshot", NULL, ON_DOMAIN},
    [VC_FAULT_SET_AFFINITY] = {"set_affinity", "affinity",
                               ON_DOMAIN | BIT(VC_FAULT_NARROW)},
    [VC_FAULT_SET_ONLINE] = {"set_online", "online",
                             ON_DOMAIN | BIT(VC_FAULT_TIMEOUT)},
    [VC_FAULT_AGENT_GET] = {"agent_get", NULL,
                            ON_DOMAIN | BIT(VC_FAULT_TIMEOUT)},
    [VC_FAULT_AGENT_SET] = {"agent_set", NULL,
                            ON_DOMAIN | BIT(VC_FAULT_TIMEOUT)},
    [VC_FAULT_CREATE] = {"create", NULL, ALWAYS},
    [VC_FAULT_DESTROY] = {"destroy", NULL, ON_DOMAIN},
    [VC_FAULT_WATCH] = {"watch", NULL, ALWAYS},
    [VC_FAULT_DISPATCH] = {"dispatch", NULL, ALWAYS},
};

static const char *const actions[VC_FAULT_NACTIONS] = {
    [VC_FAULT_FAIL] = "fail",     [VC_FAULT_FAILAFTER] = "failafter",
    [VC_FAULT_GONE] = "gone",     [VC_FAULT_TIMEOUT] = "timeout",
    [VC_FAULT_NARROW] = "narrow", [VC_FAULT_DELAY] = "delay",
};

struct text {
    const char *p;
    size_t len;
};

static bool text_is(struct text text, const char *word)
{
    return word && strlen(word) == text.len &&
           memcmp(text.p, word, text.len) == 0;
}

const char *vc_fault_verb_name(enum vc_fault_verb verb)
{
    return verbs[verb].name;
}

bool vc_fault_verb_parse(const char *name, size_t len,
                         enum vc_fault_verb *ret_verb)
{
    struct text text = {name, len};
    unsigned i;

    for (i = 0; i < VC_FAULT_NVERBS; i++) {
        if (text_is(text, verbs[i].name) ||
            text_is(text, verbs[i].short_name)) {
            *ret_verb = (enum vc_fault_verb)i;
            return true;
        }
    }
    return false;
}

static int refuse(struct text item, const char *what, struct vc_error *err)
{
    int len = item.len < ITEM_SHOWN_MAX ? (int)item.len : ITEM_SHOWN_MAX;

    return vc_error_set(err, VC_ERR_INVALID_ARG, "fault '%.*s': %s", len,
                        item.p, what);
}

static int refuse_verb(struct text item, struct vc_error *err)
{
    VC_BUF_AUTO what = {0};
    unsigned i;

    vc_buf_adds(&what, "the verb must be one of");
    for (i = 0; i < VC_FAULT_NVERBS; i++)
        vc_buf_addf(&what, " %s", verbs[i].name);
    return refuse(item, vc_buf_str(&what), err);
}

static int refuse_action(struct text item, enum vc_fault_verb verb,
                         struct vc_error *err)
{
    VC_BUF_AUTO what = {0};
    unsigned i;

    vc_buf_addf(&what, "the action of %s must be one of", verbs[verb].name);
    for (i = 0; i < VC_FAULT_NACTIONS; i++) {
        if (verbs[verb].actions & BIT(i))
            vc_buf_addf(&what, " %s%s", actions[i],
                        i == VC_FAULT_DELAY ? "=0-60000" : "");
    }
    return refuse(item, vc_buf_str(&what), err);
}

/* N, N+ or *. */
static bool parse_calls(struct text text, struct vc_fault_rule *rule)
{
    bool open_end = text.len > 0 && text.p[text.len - 1] == '+';

    rule->last = UINT32_MAX;
    if (text_is(text, "*")) {
        rule->first = 1;
        return true;
    }
    if (!vc_number_parse(text.p, text.len - open_end, UINT32_MAX,
                         &rule->first) ||
        rule->first == 0)
        return false;
    if (!open_end)
        rule->last = rule->first;
    return true;
}

static bool parse_action(struct text text, struct vc_fault_rule *rule)
{
    const char *equals = memchr(text.p, '=', text.len);
    struct text name = {text.p, equals ? (size_t)(equals - text.p) : text.len};
    unsigned i;

    for (i = 0; i < VC_FAULT_NACTIONS; i++) {
        if (!(verbs[rule->verb].actions & BIT(i)) || !text_is(name, actions[i]))
            continue;
        rule->action = (enum vc_fault_action)i;
        if (i != VC_FAULT_DELAY)
            return !equals;
        return equals && vc_number_parse(equals + 1, text.len - name.len - 1,
                                         DELAY_MAX_MS, &rule->delay_ms);
    }
    return false;
}

static int parse_rule(struct text item, struct vc_fault_rule *rule,
                      struct vc_error *err)
{
    struct text parts[3] = {{0}};
    const char *p = item.p;
    const char *end = item.p + item.len;
    size_t i;

    for (i = 0; i < 3; i++) {
        const char *colon = p ? memchr(p, ':', (size_t)(end - p)) : NULL;

        if (!p || (i == 2 && colon))
            return refuse(item, "must be VERB:N:ACTION", err);
        parts[i].p = p;
        parts[i].len = (size_t)((colon ? colon : end) - p);
        p = colon ? colon + 1 : NULL;
    }
    if (!vc_fault_verb_parse(parts[0].p, parts[0].len, &rule->verb))
        return refuse_verb(item, err);
    if (!parse_calls(parts[1], rule))
        return refuse(item,
                      "the call must be a number from 1 on, such a "
                      "number and '+', or '*'",
                      err);
    return parse_action(parts[2], rule) ? 0
                                        : refuse_action(item, rule->verb, err);
}

int vc_fault_script_parse(const char *spec, struct vc_fault_script *ret,
                          struct vc_error *err)
{
    struct vc_fault_script script = {0};
    size_t count = 1;
    const char *p;

    for (p = spec; p && *p; p++)
        count += *p == ',';
    script.rules = calloc(count, sizeof(*script.rules));
    if (!script.rules)
        return vc_error_nomem(err);
    for (p = spec; p && *spec;) {
        struct text item = {p, strcspn(p, ",")};

        if (parse_rule(item, &script.rules[script.n], err) < 0) {
            vc_fault_script_clear(&script);
            return -1;
        }
        script.n++;
        p = p[item.len] ? p + item.len + 1 : NULL;
    }
    vc_fault_script_clear(ret);
    *ret = script;
    return 0;
}

void vc_fault_script_clear(struct vc_fault_script *script)
{
    free(script->rules);
    memset(script, 0, sizeof(*script));
}

enum vc_fault_action vc_fault_script_look(const struct vc_fault_script *script,
                                          enum vc_fault_verb verb, uint32_t n,
                                          uint64_t *ret_delay_ms)
{
    size_t i;

    *ret_delay_ms = 0;
    for (i = 0; i < script->n; i++) {
        const struct vc_fault_rule *rule = &script->rules[i];

        if (rule->verb != verb || n < rule->first || n > rule->last)
            continue;
        if (rule->action != VC_FAULT_DELAY)
            return rule->action;
        *ret_delay_ms += rule->delay_ms;
    }
    return VC_FAULT_GO_ON;
}
