/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "script.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    enum act_kind kind;
    bool has_n, has_text;
} act_words[] = {
    {"send", ACT_SEND, false, true},     {"raw", ACT_RAW, false, true},
    {"slowly", ACT_SLOWLY, true, true},  {"repeat", ACT_REPEAT, true, true},
    {"greet", ACT_GREET, false, false},  {"answer", ACT_ANSWER, false, false},
    {"expect", ACT_EXPECT, false, true}, {"wait", ACT_WAIT, false, false},
    {"close", ACT_CLOSE, false, false},
};

static char *copy(const char *text)
{
    char *ret = strdup(text);

    if (!ret)
        abort();
    return ret;
}

static size_t unescape(char *text)
{
    char *out = text;
    const char *in = text;
    unsigned value;
    int used;

    while (*in) {
        if (*in != '\\') {
            *out++ = *in++;
        } else if (sscanf(in, "\\x%2x%n", &value, &used) == 1) {
            *out++ = (char)value;
            in += used;
        } else {
            *out++ = in[1] == 'n' ? '\n' : in[1] == 'r' ? '\r' : in[1];
            in += in[1] ? 2 : 1;
        }
    }
    *out = '\0';
    return (size_t)(out - text);
}

static bool read_act(struct occasion *on, char *line)
{
    char *word = strsep(&line, " ");
    struct act act = {0};
    size_t i;

    for (i = 0; i < sizeof(act_words) / sizeof(act_words[0]); i++) {
        if (strcmp(word, act_words[i].word) != 0)
            continue;
        act.kind = act_words[i].kind;
        if (act_words[i].has_n)
            act.n = line ? strtol(strsep(&line, " "), NULL, 10) : 0;
        if (act_words[i].has_text != (line != NULL) ||
            (act_words[i].has_n && act.n <= 0))
            return false;
        if (line) {
            act.text = copy(line);
            act.len = unescape(act.text);
        }
        on->acts = realloc(on->acts, (on->n + 1) * sizeof(act));
        if (!on->acts)
            abort();
        on->acts[on->n++] = act;
        return true;
    }
    return false;
}

static bool read_head(struct script *script, const char *line)
{
    if (sscanf(line, "call: %31s", script->call) == 1 ||
        sscanf(line, "limit: %d", &script->limit_ms) == 1)
        return true;
    if (strcmp(line, "agent: yes") == 0)
        return script->agent = true;
    return sscanf(line, "expect: %39s %199[^\n]", script->code,
                  script->words) >= 1;
}

static void new_occasion(struct script *script, enum side side,
                         const char *command)
{
    script->occasions =
        realloc(script->occasions, (script->n + 1) * sizeof(struct occasion));
    if (!script->occasions)
        abort();
    script->occasions[script->n++] =
        (struct occasion){side, copy(command), NULL, 0};
}

static bool read_line(struct script *script, char *line, enum side *side)
{
    while (isspace((unsigned char)*line))
        line++;
    if (*line == '#' || !*line)
        return true;
    if (strcmp(line, "side qmp") == 0 || strcmp(line, "side agent") == 0) {
        *side = line[5] == 'q' ? SIDE_QMP : SIDE_AGENT;
        return true;
    }
    if (strncmp(line, "on ", 3) == 0) {
        new_occasion(script, *side, line + 3);
        return true;
    }
    if (script->n > 0)
        return read_act(&script->occasions[script->n - 1], line);
    return read_head(script, line);
}

struct script *script_read(const char *path)
{
    struct script *script = calloc(1, sizeof(*script));
    FILE *file = fopen(path, "re");
    enum side side = SIDE_QMP;
    char *line = NULL;
    size_t room = 0;
    unsigned number = 0;
    bool sound = script && file;

    while (sound && getline(&line, &room, file) > 0) {
        number++;
        line[strcspn(line, "\n")] = '\0';
        sound = read_line(script, line, &side);
    }
    sound = sound && *script->call && *script->code && script->limit_ms > 0;
    if (!sound)
        (void)fprintf(stderr, "%s: not understood near line %u\n", path,
                      number);
    free(line);
    if (file)
        (void)fclose(file);
    if (!sound) {
        script_free(script);
        script = NULL;
    }
    return script;
}

void script_free(struct script *script)
{
    size_t i;
    size_t k;

    for (i = 0; script && i < script->n; i++) {
        for (k = 0; k < script->occasions[i].n; k++)
            free(script->occasions[i].acts[k].text);
        free(script->occasions[i].acts);
        free(script->occasions[i].command);
    }
    if (script)
        free(script->occasions);
    free(script);
}

const struct occasion *script_at(const struct script *script, enum side side,
                                 const char *command)
{
    size_t i;

    for (i = 0; i < script->n; i++) {
        if (script->occasions[i].side == side &&
            strcmp(script->occasions[i].command, command) == 0)
            return &script->occasions[i];
    }
    return NULL;
}
