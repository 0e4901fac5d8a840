/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A map as a picture: one SVG document that needs nothing else, neither
 * scripts nor fonts nor other files, and has a background of its own.  What
 * the picture can't say in words at its place is a tooltip (<title>).
 */
#include "map_svg.h"

#include <string.h>

#include "cpus.h"
#include "text.h"

#define MARGIN 20
#define NAMES_WIDTH 150
#define IDS_WIDTH 76
#define HEAD_Y 96 /* where the numbers of the CPUs stand */
#define WIDTH_MIN 680
#define MANY_ROWS 40

static const char style[] =
    "<style>\n"
    "text{font-family:system-ui,'Segoe UI','Helvetica Neue',Helvetica,Arial,"
    "'DejaVu Sans',sans-serif;font-size:12px;fill:#1f2328}\n"
    ".head{font-size:18px;font-weight:600}\n"
    ".note{fill:#59636e}\n"
    ".strong{font-weight:600}\n"
    ".small{font-size:10px;fill:#59636e}\n"
    ".mid{text-anchor:middle}\n"
    ".end{text-anchor:end}\n"
    ".lane{fill:#eff2f5}\n"
    ".may{fill-opacity:.3}\n"
    ".later{fill:none!important;stroke-width:1.3;stroke-dasharray:3 2.5}\n"
    ".waits{fill:#fff!important;stroke-width:1.8}\n"
    ".any{fill-opacity:.35}\n"
    ".rule{stroke:#d1d9e0;stroke-width:1}\n"
    ".one{fill:#b7bfc8}\n"
    ".many{fill:#4a525c}\n"
    ".busy{fill:#1f2328}\n"
    ".c0{fill:#0072b2;stroke:#0072b2}\n"
    ".c1{fill:#c9560a;stroke:#c9560a}\n"
    ".c2{fill:#00835f;stroke:#00835f}\n"
    ".c3{fill:#b2559a;stroke:#b2559a}\n"
    ".c4{fill:#a87900;stroke:#a87900}\n"
    ".c5{fill:#2b94cf;stroke:#2b94cf}\n"
    ".c6{fill:#6e56b8;stroke:#6e56b8}\n"
    ".may,.runs,.any{stroke:none}\n"
    "</style>\n"
    "<defs><pattern id=\"off\" width=\"6\" height=\"6\" "
    "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
    "<rect width=\"6\" height=\"6\" fill=\"#fff\"/>"
    "<rect width=\"2\" height=\"6\" fill=\"#d1d9e0\"/></pattern></defs>\n";

void svg_text(struct svg *svg, const char *clean)
{
    for (; *clean; clean++) {
        switch (*clean) {
        case '&':
            (void)fputs("&amp;", svg->out);
            break;
        case '<':
            (void)fputs("&lt;", svg->out);
            break;
        case '>':
            (void)fputs("&gt;", svg->out);
            break;
        default:
            (void)fputc(*clean, svg->out);
        }
    }
}

/* ---- places ---- */

static size_t cell_width(size_t ncpus)
{
    static const struct {
        size_t most;
        size_t width;
    } widths[] = {{8, 36}, {16, 28}, {32, 20}, {64, 14}, {128, 10}, {512, 7}};
    size_t i;

    for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        if (ncpus <= widths[i].most)
            return widths[i].width;
    }
    return 4;
}

static void place_columns(struct svg *svg)
{
    const struct map_layout *layout = &svg->layout;
    size_t x = MARGIN + NAMES_WIDTH + IDS_WIDTH + 14;
    size_t b;
    size_t i;

    svg->x = cli_alloc(svg->map->host.ncpus, sizeof(*svg->x));
    svg->left = x;
    for (b = 0; b < layout->nblocks; b++) {
        const struct map_block *block = &layout->blocks[b];

        for (i = block->first; i < block->first + block->n; i++) {
            svg->x[svg->map->order[i]] = x;
            x += svg->cell;
        }
        svg->right = x;
        x += map_layout_gap(layout, b) == 2 ? 18 : svg->cell > 12 ? 6 : 3;
    }
    svg->width = svg->right + MARGIN;
    if (svg->width < WIDTH_MIN)
        svg->width = WIDTH_MIN;
}

/* ---- the head ---- */

static void put_node(struct svg *svg, const struct map_node *node)
{
    const struct map *map = svg->map;
    CLI_AUTO(unsigned char *) cpus = cli_alloc(map->host.maplen, 1);
    CLI_AUTO(char *) set = NULL;
    size_t x = svg->x[map->order[node->first]];
    size_t end = svg->x[map->order[node->first + node->n - 1]] + svg->cell;
    char name[32] = "no node";
    size_t i;

    for (i = node->first; i < node->first + node->n; i++)
        VIR_USE_CPU(cpus, map->order[i]);
    set = cli_cpus_format(cpus, map->host.maplen);
    if (node->number >= 0)
        (void)snprintf(name, sizeof(name), "node %d", node->number);
    (void)fprintf(svg->out,
                  "<g><title>%s: CPUs %s</title><rect x=\"%zu\" y=\"%d\" "
                  "width=\"%zu\" height=\"18\" rx=\"4\" fill=\"#e6eaef\"/>",
                  name, set, x, HEAD_Y - 34, end - x);
    if (end - x > 46)
        (void)fprintf(svg->out,
                      "<text class=\"mid\" x=\"%zu\" y=\"%d\">%s</text>",
                      (x + end) / 2, HEAD_Y - 21, name);
    (void)fputs("</g>\n", svg->out);
}

static void put_numbers(struct svg *svg)
{
    const struct map_layout *layout = &svg->layout;
    size_t b;
    size_t i;

    for (b = 0; b < layout->nblocks; b++) {
        const struct map_block *block = &layout->blocks[b];
        size_t end = svg->cell >= 20 ? block->first + block->n
                                     : block->first + 1;

        for (i = block->first; i < end; i++) {
            size_t cpu = svg->map->order[i];

            (void)fprintf(svg->out,
                          "<text class=\"small%s\" x=\"%zu\" y=\"%d\">%zu"
                          "</text>\n",
                          svg->cell >= 20 ? " mid" : "",
                          svg->x[cpu] + (svg->cell >= 20 ? svg->cell / 2 : 0),
                          HEAD_Y - 4, cpu);
        }
    }
}

static void put_head(struct svg *svg)
{
    CLI_AUTO(char *) summary = map_summary(svg->map);
    size_t i;

    (void)fprintf(svg->out,
                  "<text class=\"head\" x=\"%d\" y=\"34\">Where vCPUs may run, "
                  "and where they are</text>\n"
                  "<text class=\"note\" x=\"%d\" y=\"52\">%s</text>\n",
                  MARGIN, MARGIN, summary);
    for (i = 0; svg->map->nnodes > 1 && i < svg->map->nnodes; i++)
        put_node(svg, &svg->map->nodes[i]);
    put_numbers(svg);
}

/* A column of the host that is not there. */
static void put_offline(struct svg *svg, size_t top, size_t bottom)
{
    size_t i;

    for (i = 0; i < svg->map->host.ncpus; i++) {
        if (svg->map->cpus[i].is_online)
            continue;
        (void)fprintf(svg->out,
                      "<rect x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%zu\" "
                      "fill=\"url(#off)\"><title>CPU %zu is offline</title>"
                      "</rect>\n",
                      svg->x[i], top, svg->cell, bottom - top, i);
    }
}

/* Thin lines between the CPUs of a block, over everything. */
static void put_grid(struct svg *svg, size_t top, size_t bottom)
{
    const struct map_layout *layout = &svg->layout;
    size_t b;
    size_t i;

    (void)fputs("<path pointer-events=\"none\" stroke=\"#fff\" "
                "stroke-width=\"1\" d=\"",
                svg->out);
    for (b = 0; b < layout->nblocks; b++) {
        const struct map_block *block = &layout->blocks[b];

        for (i = block->first + 1; i < block->first + block->n; i++)
            (void)fprintf(svg->out, "M%zu %zuV%zu",
                          svg->x[svg->map->order[i]], top, bottom);
    }
    (void)fputs("\"/>\n", svg->out);
}

/* ---- the whole ---- */

static void put_open(struct svg *svg, size_t height)
{
    CLI_AUTO(char *) summary = map_summary(svg->map);

    (void)fprintf(svg->out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" "
                  "height=\"%zu\" viewBox=\"0 0 %zu %zu\" role=\"img\" "
                  "aria-labelledby=\"title desc\">\n"
                  "<title id=\"title\">Map of vCPUs and host CPUs</title>\n"
                  "<desc id=\"desc\">%s.  Each row is a vCPU or several, each "
                  "column a CPU of the host; a bar shows where it may run, a "
                  "filled square where it runs now.</desc>\n",
                  svg->width, height, svg->width, height, summary);
    (void)fputs(style, svg->out);
    (void)fprintf(svg->out,
                  "<rect x=\".5\" y=\".5\" width=\"%zu\" height=\"%zu\" "
                  "rx=\"8\" fill=\"#fff\" stroke=\"#d1d9e0\"/>\n",
                  svg->width - 1, height - 1);
}

/* What is drawn first is measured before: the height goes into the head. */
static size_t put_body(struct svg *svg)
{
    size_t top = HEAD_Y;
    size_t y;

    put_head(svg);
    y = svg_rows(svg, top);
    put_grid(svg, top, y);
    put_offline(svg, top, y);
    y = svg_counts(svg, y);
    return svg_legend(svg, y) + MARGIN;
}

/* Texts that are written in memory. */
static FILE *open_text(char **ret_text, size_t *ret_len)
{
    FILE *out = open_memstream(ret_text, ret_len);

    if (!out)
        exit(cli_fail("out of memory"));
    return out;
}

static void close_text(FILE *out)
{
    if (ferror(out) || fclose(out) != 0)
        exit(cli_fail("out of memory"));
}

char *map_svg(const struct map *map, size_t *ret_len)
{
    MAP_LAYOUT_AUTO layout = {0};
    struct svg svg = {
        .map = map,
        .cell = cell_width(map->host.ncpus),
        .bar = map->nrows > MANY_ROWS ? 11 : 16,
    };
    CLI_AUTO(char *) body = NULL;
    CLI_AUTO(char *) over = NULL;
    size_t body_len = 0;
    size_t over_len = 0;
    char *text = NULL;
    size_t height;

    map_layout_init(map, 0, &layout);
    svg.layout = layout; /* borrows */
    place_columns(&svg);
    svg.out = open_text(&body, &body_len);
    svg.over = open_text(&over, &over_len);
    height = put_body(&svg);
    close_text(svg.out);
    close_text(svg.over);
    svg.out = open_text(&text, ret_len);
    put_open(&svg, height);
    (void)fprintf(svg.out, "%s%s</svg>\n", body, over);
    close_text(svg.out);
    free(svg.x);
    return text;
}
