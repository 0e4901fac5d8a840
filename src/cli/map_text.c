/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The panels of a map on a terminal. */
#include "map_paint.h"

#include <string.h>

#include "cpus.h"
#include "text.h"

#define IDS_MAX 11
#define NAMES_MIN 6
#define NAMES_MAX 24

/* ---- columns ---- */

typedef void column_fn(struct paint *paint, size_t cpu, const void *data);

/* Calls for each CPU of a panel, with the gaps between blocks. */
static void each_column(struct paint *paint, const struct map_panel *panel,
                        column_fn *fn, const void *data)
{
    const struct map_layout *layout = &paint->layout;
    size_t b;
    size_t i;

    for (b = panel->first; b < panel->first + panel->n; b++) {
        const struct map_block *block = &layout->blocks[b];

        for (i = block->first; i < block->first + block->n; i++)
            fn(paint, paint->map->order[i], data);
        if (b + 1 < panel->first + panel->n)
            paint_put_many(paint, PAINT_PLAIN, " ", map_layout_gap(layout, b));
    }
}

/* One sign in a cell: bars fill it, others stand where its number stands. */
static void put_cell(struct paint *paint, const char *sgr, const char *text,
                     bool is_bar)
{
    size_t cell = paint->layout.cell;

    if (cell > 1)
        paint_put(paint, sgr, is_bar ? text : " ");
    paint_put(paint, sgr, text);
    if (cell > 2)
        paint_put(paint, PAINT_PLAIN, " ");
}

static void put_number_cell(struct paint *paint, unsigned number,
                            const char *sgr)
{
    size_t width = paint->layout.cell > 1 ? 2 : 1;
    char text[16];

    (void)snprintf(text, sizeof(text), "%u", number);
    if (strlen(text) > width) {
        (void)snprintf(text, sizeof(text), "%s", paint_sign(paint, SIGN_MANY));
        paint->has_many = true;
    }
    paint_put_right(paint, sgr, text, width);
    if (paint->layout.cell > 2)
        paint_put(paint, PAINT_PLAIN, " ");
}

/* ---- heads ---- */

/* The name of a node over its columns, as much of it as fits. */
static void put_node(struct paint *paint, const struct map_node *node,
                     size_t width)
{
    char text[64];
    size_t used;

    if (node->number < 0)
        (void)strcpy(text, "no node");
    else
        (void)snprintf(text, sizeof(text), "node %d", node->number);
    if (strlen(text) > width && node->number >= 0)
        (void)snprintf(text, sizeof(text), "%d", node->number);
    used = strlen(text);
    if (used > width) {
        paint_put_many(paint, PAINT_PLAIN, " ", width);
        return;
    }
    paint_put(paint, PAINT_BOLD, text);
    if (width > used + 1) {
        paint_put(paint, PAINT_PLAIN, " ");
        paint_put_many(paint, PAINT_DIM, paint_sign(paint, SIGN_RULE), width - used - 1);
    } else {
        paint_put_many(paint, PAINT_PLAIN, " ", width - used);
    }
}

static void put_indent(struct paint *paint)
{
    paint_put_many(paint, PAINT_PLAIN, " ", paint->names + 2 + paint->ids + 2);
}

static void put_nodes(struct paint *paint, const struct map_panel *panel)
{
    const struct map_layout *layout = &paint->layout;
    size_t width = 0;
    size_t gap;
    size_t b;

    put_indent(paint);
    for (b = panel->first; b < panel->first + panel->n; b++) {
        bool is_last = b + 1 == panel->first + panel->n;

        width += layout->blocks[b].n * layout->cell;
        gap = map_layout_gap(layout, b);
        if (!is_last && gap == 1) {
            width += gap;
            continue;
        }
        /* the last cell's own blank is none of the node's */
        put_node(paint, &paint->map->nodes[layout->blocks[b].node],
                 width - (layout->cell > 2));
        if (!is_last)
            paint_put_many(paint, PAINT_PLAIN, " ", gap + (layout->cell > 2));
        width = 0;
    }
    paint_end_line(paint);
}

static void column_number(struct paint *paint, size_t cpu, const void *data)
{
    (void)data;
    put_number_cell(paint, (unsigned)cpu,
                    paint->map->cpus[cpu].is_online ? PAINT_PLAIN : PAINT_DIM);
}

/* One digit of each number; *data: which power of ten. */
static void column_digit(struct paint *paint, size_t cpu, const void *data)
{
    size_t power = *(const size_t *)data;
    char text[2] = {' ', '\0'};

    if (cpu >= power || power == 1)
        text[0] = (char)('0' + cpu / power % 10);
    put_cell(paint, PAINT_DIM, text, false);
}

static void put_ruler(struct paint *paint, const struct map_panel *panel)
{
    const struct map_layout *layout = &paint->layout;
    char text[24];
    size_t b;

    for (b = panel->first; b < panel->first + panel->n; b++) {
        const struct map_block *block = &layout->blocks[b];
        size_t width = block->n * layout->cell;

        if (b + 1 < panel->first + panel->n)
            width += map_layout_gap(layout, b);
        (void)snprintf(text, sizeof(text), "%zu",
                       paint->map->order[block->first]);
        paint_put(paint, PAINT_DIM, text);
        if (b + 1 < panel->first + panel->n)
            paint_put_many(paint, PAINT_PLAIN, " ",
                     width > strlen(text) ? width - strlen(text) : 0);
    }
}

/* The power of ten that begins the longest number of a panel. */
static size_t top_power(const struct paint *paint,
                        const struct map_panel *panel)
{
    const struct map_block *first = &paint->layout.blocks[panel->first];
    const struct map_block *last =
        &paint->layout.blocks[panel->first + panel->n - 1];
    size_t power = 1;
    size_t i;

    for (i = first->first; i < last->first + last->n; i++) {
        while (power * 10 <= paint->map->order[i])
            power *= 10;
    }
    return power;
}

static void put_head(struct paint *paint, const struct map_panel *panel)
{
    size_t power = 1;

    if (paint->map->nnodes > 1)
        put_nodes(paint, panel);
    if (paint->layout.cell < 3 && paint->layout.is_ragged) {
        for (power = top_power(paint, panel); power > 1; power /= 10) {
            put_indent(paint);
            each_column(paint, panel, column_digit, &power);
            paint_end_line(paint);
        }
    }
    paint_put_fit(paint, PAINT_BOLD, "domain", paint->names);
    paint_put(paint, PAINT_PLAIN, "  ");
    paint_put_right(paint, PAINT_BOLD, "vCPU", paint->ids);
    paint_put(paint, PAINT_PLAIN, "  ");
    if (paint->layout.cell == 3)
        each_column(paint, panel, column_number, NULL);
    else if (paint->layout.is_ragged)
        each_column(paint, panel, column_digit, &power);
    else
        put_ruler(paint, panel);
    paint_end_line(paint);
}

/* ---- rows ---- */

static const char *hue(const struct map_row *row)
{
    static const char *const hues[] = {"36", "32", "35", "34", "31", "33"};

    return hues[row->domain_index % (sizeof(hues) / sizeof(hues[0]))];
}

static void column_mark(struct paint *paint, size_t cpu, const void *data)
{
    const struct map_row *row = data;
    enum map_mark mark = map_mark(row, cpu);

    if (!paint->map->cpus[cpu].is_online && mark != MAP_RUNS)
        put_cell(paint, PAINT_DIM, paint_sign(paint, SIGN_OFFLINE), false);
    else
        put_cell(paint, mark == MAP_NONE ? PAINT_DIM : hue(row), paint_sign(paint, mark),
                 mark != MAP_NONE);
}

/* Where any of those is that may run anywhere. */
static void column_any(struct paint *paint, size_t cpu, const void *data)
{
    const struct map *map = paint->map;
    int mark = ' ';
    size_t i;

    (void)data;
    for (i = 0; i < map->nrows && mark != MAP_RUNS; i++) {
        if (!map->rows[i].is_any)
            continue;
        if (VIR_CPU_USED(map->rows[i].runs, cpu))
            mark = MAP_RUNS;
        else if (VIR_CPU_USED(map->rows[i].waits, cpu))
            mark = MAP_WAITS;
    }
    if (mark != ' ')
        put_cell(paint, PAINT_PLAIN, paint_sign(paint, mark), true);
    else if (!map->cpus[cpu].is_online)
        put_cell(paint, PAINT_DIM, paint_sign(paint, SIGN_OFFLINE), false);
    else
        put_cell(paint, PAINT_PLAIN, " ", false);
}

static void column_confined(struct paint *paint, size_t cpu, const void *data)
{
    const struct map_cpu *c = &paint->map->cpus[cpu];

    (void)data;
    if (!c->is_online)
        put_cell(paint, PAINT_DIM, paint_sign(paint, SIGN_OFFLINE), false);
    else if (c->confined == 0)
        put_cell(paint, PAINT_DIM, paint_sign(paint, MAP_NONE), false);
    else
        put_number_cell(paint, c->confined, c->confined > 1 ? PAINT_ALARM : PAINT_PLAIN);
}

static void column_running(struct paint *paint, size_t cpu, const void *data)
{
    const struct map_cpu *c = &paint->map->cpus[cpu];

    (void)data;
    if (c->running > 0)
        put_number_cell(paint, c->running, c->running > 1 ? PAINT_ALARM : PAINT_PLAIN);
    else
        put_cell(paint, PAINT_DIM, paint_sign(paint, c->is_online ? MAP_NONE : SIGN_OFFLINE),
                 false);
}

static const char *ids_of(const struct map_row *row, char *buf, size_t size)
{
    if (strlen(row->vcpus) <= IDS_MAX)
        return row->vcpus;
    (void)snprintf(buf, size, "%u vCPUs", row->n);
    return buf;
}

static bool is_in_panel(const struct paint *paint, const struct map_row *row,
                        const struct map_panel *panel)
{
    const struct map_block *first = &paint->layout.blocks[panel->first];
    const struct map_block *last =
        &paint->layout.blocks[panel->first + panel->n - 1];
    size_t i;

    for (i = first->first; i < last->first + last->n; i++) {
        if (map_mark(row, paint->map->order[i]) != MAP_NONE)
            return true;
    }
    return false;
}

static void put_row(struct paint *paint, const struct map_panel *panel,
                    const struct map_row *row, bool with_name)
{
    char buf[32];

    paint_put_fit(paint, hue(row), with_name ? row->domain->name : "", paint->names);
    paint_put(paint, PAINT_PLAIN, "  ");
    paint_put_right(paint, row->is_offline ? PAINT_DIM : PAINT_PLAIN,
              ids_of(row, buf, sizeof(buf)), paint->ids);
    paint_put(paint, PAINT_PLAIN, "  ");
    each_column(paint, panel, column_mark, row);
    paint_end_line(paint);
}

static void put_foot(struct paint *paint, const struct map_panel *panel,
                     const char *label, column_fn *fn)
{
    paint_put_fit(paint, PAINT_BOLD, label, paint->names + 2 + paint->ids);
    paint_put(paint, PAINT_PLAIN, "  ");
    each_column(paint, panel, fn, NULL);
    paint_end_line(paint);
}

static void put_panel(struct paint *paint, const struct map_panel *panel)
{
    const struct map *map = paint->map;
    const struct map_row *shown = NULL;
    size_t i;

    put_head(paint, panel);
    for (i = 0; i < map->nrows; i++) {
        const struct map_row *row = &map->rows[i];

        if (row->is_any || !is_in_panel(paint, row, panel))
            continue;
        put_row(paint, panel, row, !shown || shown->domain != row->domain);
        shown = row;
    }
    if (map_has_any(map))
        put_foot(paint, panel, "anywhere", column_any);
    put_foot(paint, panel, "confined", column_confined);
    put_foot(paint, panel, "running", column_running);
}

/* ---- several panels ---- */

/* Is there nothing but zeros in it? */
static bool is_bare(const struct paint *paint, const struct map_panel *panel)
{
    const struct map *map = paint->map;
    const struct map_block *first = &paint->layout.blocks[panel->first];
    const struct map_block *last =
        &paint->layout.blocks[panel->first + panel->n - 1];
    size_t i;

    for (i = first->first; i < last->first + last->n; i++) {
        if (map->cpus[map->order[i]].running > 0)
            return false;
    }
    for (i = 0; i < map->nrows; i++) {
        if (!map->rows[i].is_any && is_in_panel(paint, &map->rows[i], panel))
            return false;
    }
    return true;
}

/* Panels from `first` on that are bare, in one line; returns how many. */
static size_t put_bare(struct paint *paint, size_t first)
{
    const struct map_layout *layout = &paint->layout;
    CLI_AUTO(unsigned char *) cpus = cli_alloc(paint->map->host.maplen, 1);
    CLI_AUTO(char *) text = NULL;
    size_t n;
    size_t b;
    size_t i;

    for (n = 0; first + n < layout->npanels; n++) {
        const struct map_panel *panel = &layout->panels[first + n];

        if (!is_bare(paint, panel))
            break;
        for (b = panel->first; b < panel->first + panel->n; b++) {
            const struct map_block *block = &layout->blocks[b];

            for (i = block->first; i < block->first + block->n; i++)
                VIR_USE_CPU(cpus, paint->map->order[i]);
        }
    }
    if (n > 0) {
        text = cli_cpus_format(cpus, paint->map->host.maplen);
        paint_put(paint, PAINT_DIM, "CPUs ");
        paint_put(paint, PAINT_DIM, text);
        paint_put(paint, PAINT_DIM,
                  ": no vCPU is confined there, none runs there now");
        paint_end_line(paint);
    }
    return n;
}

static void put_panels(struct paint *paint)
{
    const struct map_layout *layout = &paint->layout;
    size_t i = 0;
    size_t n;

    while (i < layout->npanels) {
        n = layout->npanels > 1 ? put_bare(paint, i) : 0;
        if (n == 0) {
            put_panel(paint, &layout->panels[i]);
            n = 1;
        }
        i += n;
        if (i < layout->npanels)
            paint_end_line(paint);
    }
}

/* ---- widths ---- */

static void measure(struct paint *paint)
{
    const struct map *map = paint->map;
    size_t most = paint->look->width / 4;
    size_t width;
    char buf[32];
    size_t i;

    most = most < NAMES_MIN ? NAMES_MIN : most > NAMES_MAX ? NAMES_MAX : most;
    paint->names = NAMES_MIN;
    paint->ids = strlen("vCPU");
    for (i = 0; i < map->nrows; i++) {
        if (map->rows[i].is_any)
            continue;
        width = cli_text_width(map->rows[i].domain->name);
        if (width > paint->names)
            paint->names = width < most ? width : most;
        width = strlen(ids_of(&map->rows[i], buf, sizeof(buf)));
        if (width > paint->ids)
            paint->ids = width;
    }
}

void map_text_print(const struct map *map, const struct map_look *look)
{
    struct paint paint = {.map = map, .look = look, .sgr = PAINT_PLAIN};
    MAP_LAYOUT_AUTO layout = {0};
    size_t labels;

    measure(&paint);
    labels = paint.names + 2 + paint.ids + 2;
    map_layout_init(map, look->width > labels + MAP_BLOCK
                             ? look->width - labels
                             : MAP_BLOCK,
                    &layout);
    paint.layout = layout; /* borrows */
    if (!look->is_quiet)
        paint_title(&paint);
    put_panels(&paint);
    if (!look->is_quiet)
        paint_words(&paint);
}
