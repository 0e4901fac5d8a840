/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows, the counts and the legend of the picture. */
#include "map_svg.h"

#include <string.h>

#include "cpus.h"
#include "text.h"

#define MARGIN 20
#define NAME_COLUMNS 22
#define CHART 44
#define HUES 7
#define NUMBERS_FROM 14 /* width of a cell that holds one */

/* ---- rows ---- */

/* Of a row's text. */
static size_t baseline(const struct svg *svg)
{
    return svg->bar / 2 + 4;
}

static void put_titled_name(struct svg *svg, const struct map_row *row,
                            size_t y)
{
    const char *name = row->domain->name;
    bool is_cut;
    size_t bytes = map_fit(name, NAME_COLUMNS, &is_cut);
    CLI_AUTO(char *) head = cli_strdup(name);

    head[bytes] = '\0';
    (void)fprintf(svg->out, "<text class=\"strong\" x=\"%d\" y=\"%zu\">",
                  MARGIN, y + baseline(svg));
    svg_text(svg, head);
    if (is_cut)
        (void)fputs("\xe2\x80\xa6", svg->out);
    (void)fputs("<title>", svg->out);
    svg_text(svg, name);
    (void)fputs("</title></text>\n", svg->out);
}

static void put_ids(struct svg *svg, const struct map_row *row, size_t y)
{
    (void)fprintf(svg->out, "<text class=\"%s end\" x=\"%zu\" y=\"%zu\">",
                  row->is_offline ? "note" : "", svg->left - 12,
                  y + baseline(svg));
    if (strlen(row->vcpus) > 10)
        (void)fprintf(svg->out, "%u vCPUs", row->n);
    else
        svg_text(svg, row->vcpus);
    (void)fputs("<title>vCPU ", svg->out);
    svg_text(svg, row->vcpus);
    (void)fprintf(svg->out, "%s</title></text>\n",
                  row->is_offline ? ", offline" : "");
}

static void put_tip(struct svg *svg, const struct map_row *row,
                    const char *what, size_t first, size_t last)
{
    (void)fputs("<title>", svg->out);
    svg_text(svg, row->domain->name);
    (void)fprintf(svg->out, " vCPU %s: %s %zu", row->vcpus, what, first);
    if (last > first)
        (void)fprintf(svg->out, "-%zu", last);
    (void)fputs("</title>", svg->out);
}

static void put_rect(struct svg *svg, const char *classes, size_t hue, size_t x,
                     size_t y, size_t width, size_t height)
{
    (void)fprintf(svg->out,
                  "<rect class=\"%s c%zu\" x=\"%zu\" y=\"%zu\" width=\"%zu\" "
                  "height=\"%zu\" rx=\"2\">",
                  classes, hue, x, y, width, height);
}

static bool may(const struct svg *svg, const struct map_row *row, size_t place)
{
    size_t cpu = svg->map->order[place];

    return svg->map->cpus[cpu].is_online && VIR_CPU_USED(row->may, cpu);
}

/* Neighbours that it may run on are one bar. */
static void put_bars(struct svg *svg, const struct map_row *row,
                     const struct map_block *block, size_t y)
{
    size_t end = block->first + block->n;
    size_t hue = row->domain_index % HUES;
    size_t first;
    size_t i;

    for (i = block->first; i < end; i++) {
        if (!may(svg, row, i))
            continue;
        first = i;
        while (i + 1 < end && may(svg, row, i + 1))
            i++;
        if (row->is_any)
            put_rect(svg, "any", hue, svg->x[svg->map->order[first]],
                     y + svg->bar / 2 - 1, (i - first + 1) * svg->cell, 2);
        else
            put_rect(svg, row->is_offline ? "later" : "may", hue,
                     svg->x[svg->map->order[first]] + row->is_offline,
                     y + row->is_offline,
                     (i - first + 1) * svg->cell - 2 * row->is_offline,
                     svg->bar - 2 * (size_t)row->is_offline);
        put_tip(svg, row, row->is_offline ? "offline, may run on CPU"
                                          : "may run on CPU",
                svg->map->order[first], svg->map->order[i]);
        (void)fputs("</rect>\n", svg->out);
    }
}

static void put_marks(struct svg *svg, const struct map_row *row, size_t y)
{
    size_t inset = svg->cell > 24 ? (svg->cell - 16) / 2 : svg->cell > 8 ? 2 : 1;
    size_t cpu;

    for (cpu = 0; cpu < svg->map->host.ncpus; cpu++) {
        enum map_mark mark = map_mark(row, cpu);

        if (mark != MAP_RUNS && mark != MAP_WAITS)
            continue;
        put_rect(svg, mark == MAP_RUNS ? "runs" : "waits",
                 row->domain_index % HUES, svg->x[cpu] + inset, y + 2,
                 svg->cell - 2 * inset, svg->bar - 4);
        put_tip(svg, row, mark == MAP_RUNS ? "runs on CPU" : "waits on CPU",
                cpu, cpu);
        (void)fputs("</rect>\n", svg->out);
    }
}

static void put_row(struct svg *svg, const struct map_row *row, size_t y)
{
    const struct map_layout *layout = &svg->layout;
    size_t b;

    put_ids(svg, row, y);
    for (b = 0; b < layout->nblocks; b++) {
        const struct map_block *block = &layout->blocks[b];

        if (!row->is_any)
            (void)fprintf(svg->out,
                          "<rect class=\"lane\" x=\"%zu\" y=\"%zu\" "
                          "width=\"%zu\" height=\"%zu\" rx=\"2\"/>\n",
                          svg->x[svg->map->order[block->first]], y,
                          block->n * svg->cell, svg->bar);
        put_bars(svg, row, block, y);
    }
    put_marks(svg, row, y);
}

static size_t put_rule(struct svg *svg, size_t y)
{
    (void)fprintf(svg->over,
                  "<path class=\"rule\" d=\"M%d %zu.5H%zu\"/>\n", MARGIN, y + 2,
                  svg->right);
    return y + 8;
}

/* The rows of one kind, a line between domains. */
static size_t put_rows(struct svg *svg, size_t y, bool is_any)
{
    const struct map *map = svg->map;
    const struct map_row *before = NULL;
    size_t i;

    for (i = 0; i < map->nrows; i++) {
        const struct map_row *row = &map->rows[i];

        if (row->is_any != is_any || (is_any && row->is_offline))
            continue;
        if (!before || before->domain != row->domain) {
            if (before && !is_any)
                y = put_rule(svg, y);
            put_titled_name(svg, row, y);
        }
        put_row(svg, row, y);
        before = row;
        y += svg->bar + svg->bar / 3 + 1;
    }
    return y;
}

size_t svg_rows(struct svg *svg, size_t y)
{
    y = put_rows(svg, y + 4, false);
    if (!map_has_any(svg->map))
        return y;
    y = put_rule(svg, y);
    (void)fprintf(svg->out,
                  "<text class=\"small\" x=\"%d\" y=\"%zu\">may run on every "
                  "CPU</text>\n",
                  MARGIN, y + 8);
    return put_rows(svg, y + 16, true);
}

/* ---- counts ---- */

static unsigned most_confined(const struct map *map)
{
    unsigned most = 1;
    size_t i;

    for (i = 0; i < map->host.ncpus; i++) {
        if (map->cpus[i].is_online && map->cpus[i].confined > most)
            most = map->cpus[i].confined;
    }
    return most;
}

static void put_count(struct svg *svg, size_t cpu, size_t y, unsigned most)
{
    const struct map_cpu *c = &svg->map->cpus[cpu];
    size_t height = c->confined ? 4 + (CHART - 4) * c->confined / most : 1;

    (void)fprintf(svg->out,
                  "<g><title>CPU %zu: %u vCPU(s) confined there, %u running "
                  "now</title><rect x=\"%zu\" y=\"%zu\" width=\"%zu\" "
                  "height=\"%d\" fill=\"#fff\" fill-opacity=\"0\"/>",
                  cpu, c->confined, c->running, svg->x[cpu], y, svg->cell,
                  CHART + 40);
    (void)fprintf(svg->out,
                  "<rect class=\"%s\" x=\"%zu\" y=\"%zu\" width=\"%zu\" "
                  "height=\"%zu\"/>",
                  c->confined > 1 ? "many" : "one",
                  svg->x[cpu] + (svg->cell > 16 ? 4 : 0), y + 14 + CHART - height,
                  svg->cell - (svg->cell > 16 ? 8 : 1), height);
    if (svg->cell >= NUMBERS_FROM)
        (void)fprintf(svg->out,
                      "<text class=\"small mid\" x=\"%zu\" y=\"%zu\">%u</text>",
                      svg->x[cpu] + svg->cell / 2, y + 11 + CHART - height,
                      c->confined);
    if (c->running)
        (void)fprintf(svg->out,
                      "<rect class=\"busy\" fill-opacity=\"%s\" x=\"%zu\" "
                      "y=\"%zu\" width=\"%zu\" height=\"12\" rx=\"2\"/>",
                      c->running > 1 ? "1" : ".45", svg->x[cpu],
                      y + CHART + 24, svg->cell - 1);
    if (c->running && svg->cell >= NUMBERS_FROM)
        (void)fprintf(svg->out,
                      "<text class=\"mid\" style=\"font-size:10px;fill:#fff\" "
                      "x=\"%zu\" y=\"%zu\">%u</text>",
                      svg->x[cpu] + svg->cell / 2, y + CHART + 34, c->running);
    (void)fputs("</g>\n", svg->out);
}

size_t svg_counts(struct svg *svg, size_t y)
{
    unsigned most = most_confined(svg->map);
    const struct map_layout *layout = &svg->layout;
    size_t b;
    size_t i;

    y = put_rule(svg, y);
    (void)fprintf(svg->out,
                  "<text class=\"strong\" x=\"%d\" y=\"%zu\">vCPUs confined "
                  "there</text>\n"
                  "<text class=\"strong\" x=\"%d\" y=\"%zu\">vCPUs running "
                  "now</text>\n",
                  MARGIN, y + 14 + CHART, MARGIN, y + CHART + 34);
    if (svg->cell < NUMBERS_FROM)
        (void)fprintf(svg->out,
                      "<text class=\"small end\" x=\"%zu\" y=\"%zu\">%u"
                      "</text>\n",
                      svg->left - 6, y + 22, most);
    for (b = 0; b < layout->nblocks; b++) {
        const struct map_block *block = &layout->blocks[b];

        (void)fprintf(svg->out,
                      "<rect class=\"lane\" x=\"%zu\" y=\"%zu\" width=\"%zu\" "
                      "height=\"12\" rx=\"2\"/>\n",
                      svg->x[svg->map->order[block->first]], y + CHART + 24,
                      block->n * svg->cell);
    }
    for (i = 0; i < svg->map->host.ncpus; i++) {
        if (svg->map->cpus[i].is_online)
            put_count(svg, i, y, most);
    }
    return y + CHART + 44;
}

/* ---- the legend ---- */

static void put_sample(struct svg *svg, const char *sample, size_t x, size_t y)
{
    (void)fprintf(svg->out, "<g transform=\"translate(%zu %zu)\">%s</g>", x, y,
                  sample);
}

size_t svg_legend(struct svg *svg, size_t y)
{
    static const struct {
        const char *sample;
        const char *text;
    } items[] = {
        {"<rect class=\"runs c0\" width=\"14\" height=\"12\" rx=\"2\"/>",
         "runs there"},
        {"<rect class=\"waits c0\" x=\"1\" y=\"1\" width=\"12\" height=\"10\" "
         "rx=\"2\"/>",
         "waits there"},
        {"<rect class=\"may c0\" width=\"14\" height=\"12\" rx=\"2\"/>",
         "may run there"},
        {"<rect class=\"later c0\" x=\"1\" y=\"1\" width=\"12\" height=\"10\" "
         "rx=\"2\"/>",
         "may, when it is online"},
        {"<rect width=\"14\" height=\"12\" fill=\"url(#off)\"/>",
         "CPU is offline"},
        {"<rect class=\"many\" width=\"14\" height=\"12\"/>",
         "more than one vCPU confined"},
    };
    size_t x = MARGIN;
    size_t i;

    y += 10;
    for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        size_t width = 22 + strlen(items[i].text) * 13 / 2 + 18;

        if (x + width > svg->width) {
            x = MARGIN;
            y += 20;
        }
        put_sample(svg, items[i].sample, x, y);
        (void)fprintf(svg->out,
                      "<text class=\"note\" x=\"%zu\" y=\"%zu\">%s</text>\n",
                      x + 20, y + 10, items[i].text);
        x += width;
    }
    return y + 14;
}
