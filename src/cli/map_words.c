/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words around the panels of a map. */
#include "map_paint.h"

#include <string.h>

#include "cpus.h"
#include "text.h"

#define SET_MAX 50 /* characters of a set that is worth reading */

/* Words that fill lines, those behind the first one indented. */
struct flow {
    struct paint *paint;
    size_t indent;
    size_t used;
};

static void flow_begin(struct flow *flow, struct paint *paint, const char *head,
                       size_t indent)
{
    flow->paint = paint;
    flow->indent = indent;
    flow->used = indent;
    paint_put_fit(paint, PAINT_BOLD, head, indent);
}

static void flow_word(struct flow *flow, const char *word)
{
    size_t width = cli_text_width(word);
    bool is_first = flow->used == flow->indent;

    if (!is_first && flow->used + 1 + width > flow->paint->look->width) {
        paint_end_line(flow->paint);
        paint_put_many(flow->paint, PAINT_PLAIN, " ", flow->indent);
        flow->used = flow->indent;
        is_first = true;
    }
    paint_put(flow->paint, PAINT_PLAIN, is_first ? "" : " ");
    paint_put(flow->paint, PAINT_PLAIN, word);
    flow->used += width + (is_first ? 0 : 1);
}

/* Each of `text`, which blanks separate. */
static void flow_words(struct flow *flow, const char *text)
{
    CLI_AUTO(char *) copy = cli_strdup(text);
    char *state = NULL;
    char *word;

    for (word = strtok_r(copy, " ", &state); word;
         word = strtok_r(NULL, " ", &state))
        flow_word(flow, word);
}

void paint_title(struct paint *paint)
{
    CLI_AUTO(char *) text = map_summary(paint->map);
    struct flow flow;

    flow_begin(&flow, paint, "", 0);
    flow_words(&flow, text);
    paint_end_line(paint);
    paint_end_line(paint);
}

/* ---- CPUs of a kind ---- */

/* A set of CPUs can be cut at its commas only. */
static void flow_set(struct flow *flow, const char *set)
{
    size_t len;

    for (; *set; set += len) {
        CLI_AUTO(char *) part = NULL;

        len = strcspn(set, ",");
        len += set[len] == ',';
        part = cli_strdup(set);
        part[len] = '\0';
        if (flow->used > flow->indent &&
            flow->used + len > flow->paint->look->width) {
            paint_end_line(flow->paint);
            paint_put_many(flow->paint, PAINT_PLAIN, " ", flow->indent);
            flow->used = flow->indent;
        }
        paint_put(flow->paint, PAINT_PLAIN, part);
        flow->used += len;
    }
}

static unsigned count(const struct map *map, const unsigned char *cpus)
{
    unsigned n = 0;
    size_t i;

    for (i = 0; i < map->host.ncpus; i++)
        n += VIR_CPU_USED(cpus, i) ? 1 : 0;
    return n;
}

/* A set that nobody would read is a number. */
static void put_set(struct paint *paint, const char *head,
                    const unsigned char *cpus, const char *meaning)
{
    CLI_AUTO(char *) set = cli_cpus_format(cpus, paint->map->host.maplen);
    struct flow flow;
    char many[32];

    if (!*set)
        return;
    flow_begin(&flow, paint, head, 10);
    (void)snprintf(many, sizeof(many), "%u CPUs",
                   count(paint->map, cpus));
    if (strlen(set) > SET_MAX)
        flow_words(&flow, many);
    else
        flow_set(&flow, set);
    flow_words(&flow, meaning);
    paint_end_line(paint);
}

static void put_sets(struct paint *paint)
{
    const struct map *map = paint->map;
    CLI_AUTO(unsigned char *) shared = map_cpus_of_kind(map, MAP_SHARED);
    CLI_AUTO(unsigned char *) idle = map_cpus_of_kind(map, MAP_IDLE);
    CLI_AUTO(unsigned char *) unused = map_cpus_of_kind(map, MAP_UNUSED);

    put_set(paint, "shared", shared, "(more than one vCPU is confined there)");
    put_set(paint, "idle", idle, "(no vCPU runs there now)");
    put_set(paint, "unused", unused, "(no vCPU may run there)");
}

/* ---- those that may run anywhere ---- */

static void put_anywhere(struct paint *paint)
{
    const struct map *map = paint->map;
    struct flow flow = {.paint = NULL};
    size_t i;

    for (i = 0; i < map->nrows; i++) {
        const struct map_row *row = &map->rows[i];
        CLI_AUTO(char *) item = NULL;

        if (!row->is_any)
            continue;
        if (!flow.paint)
            flow_begin(&flow, paint, "anywhere", 10);
        else
            paint_put(paint, PAINT_PLAIN, ",");
        if (asprintf(&item, "%s:%s%s", row->domain->name, row->vcpus,
                     row->is_offline ? "(offline)" : "") < 0)
            item = cli_strdup("");
        flow.used += 1; /* for the comma behind it */
        flow_word(&flow, item);
    }
    if (flow.paint)
        paint_end_line(paint);
}

/* ---- the legend ---- */

/* Which signs the panels show. */
static void find_signs(const struct map *map, bool *ret_shown)
{
    size_t cpu;
    size_t i;

    for (cpu = 0; cpu < map->host.ncpus; cpu++) {
        if (!map->cpus[cpu].is_online) {
            ret_shown[SIGN_OFFLINE] = true;
            continue;
        }
        for (i = 0; i < map->nrows; i++) {
            const struct map_row *row = &map->rows[i];
            enum map_mark mark = map_mark(row, cpu);

            if (!row->is_any || mark == MAP_RUNS || mark == MAP_WAITS)
                ret_shown[mark] = true;
        }
    }
}

static void put_legend(struct paint *paint)
{
    const struct {
        int sign;
        const char *meaning;
    } meanings[] = {
        {MAP_RUNS, "runs there"},
        {MAP_WAITS, "waits there"},
        {MAP_MAY, "may run there"},
        {MAP_LATER, "may, when it is online"},
        {MAP_NONE, "no"},
        {SIGN_OFFLINE, "CPU is offline"},
        {SIGN_MANY, paint->layout.cell > 1 ? "more than 99" : "more than 9"},
    };
    bool shown[SIGN_MANY + 1] = {false};
    const struct map_look *look = paint->look;
    size_t used = 0;
    size_t i;

    find_signs(paint->map, shown);
    shown[SIGN_MANY] = paint->has_many;
    for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        size_t width = 2 + strlen(meanings[i].meaning);

        if (!shown[meanings[i].sign])
            continue;
        if (used > 0 && used + 2 + width > look->width) {
            paint_end_line(paint);
            used = 0;
        }
        paint_put(paint, PAINT_PLAIN, used > 0 ? "  " : "");
        paint_put(paint, PAINT_PLAIN, paint_sign(paint, meanings[i].sign));
        paint_put(paint, PAINT_DIM, " ");
        paint_put(paint, PAINT_DIM, meanings[i].meaning);
        used += width + (used > 0 ? 2 : 0);
    }
    if (used > 0)
        paint_end_line(paint);
}

void paint_words(struct paint *paint)
{
    paint_end_line(paint);
    put_sets(paint);
    put_anywhere(paint);
    put_legend(paint);
    paint_end_line(paint);
}
