/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "grid.h"

#include <stdarg.h>
#include <string.h>

#include "text.h"

struct cell {
    char *text;
    size_t width;
};

struct cli_grid {
    const struct cli_column *columns;
    size_t ncolumns;
    enum cli_grid_style style;
    size_t *widths; /* per column */
    struct cell *cells;
    size_t n;
    size_t cap;
};

struct cli_grid *cli_grid_new(const struct cli_column *columns, size_t n,
                              enum cli_grid_style style)
{
    struct cli_grid *grid = cli_alloc(1, sizeof(*grid));
    size_t i;

    grid->columns = columns;
    grid->ncolumns = n;
    grid->style = style;
    grid->widths = cli_alloc(n, sizeof(*grid->widths));
    for (i = 0; i < n; i++) {
        grid->widths[i] = cli_text_width(columns[i].head);
        if (grid->widths[i] < columns[i].least)
            grid->widths[i] = columns[i].least;
    }
    return grid;
}

void cli_grid_free(struct cli_grid *grid)
{
    size_t i;

    if (!grid)
        return;
    for (i = 0; i < grid->n; i++)
        free(grid->cells[i].text);
    free(grid->cells);
    free(grid->widths);
    free(grid);
}

static void grid_grow(struct cli_grid *grid)
{
    size_t cap = grid->cap ? grid->cap * 2 : 64;
    struct cell *cells = cli_alloc(cap, sizeof(*cells));

    if (grid->n)
        memcpy(cells, grid->cells, grid->n * sizeof(*cells));
    free(grid->cells);
    grid->cells = cells;
    grid->cap = cap;
}

void cli_grid_add(struct cli_grid *grid, const char *text)
{
    size_t column = grid->n % grid->ncolumns;
    struct cell *cell;

    if (grid->n == grid->cap)
        grid_grow(grid);
    cell = &grid->cells[grid->n++];
    cell->text = cli_text_clean(text, strlen(text));
    cell->width = cli_text_width(cell->text);
    if (cell->width > grid->widths[column])
        grid->widths[column] = cell->width;
}

void cli_grid_addf(struct cli_grid *grid, const char *fmt, ...)
{
    char text[128];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    cli_grid_add(grid, text);
}

static void pad(size_t n)
{
    while (n-- > 0)
        (void)putchar(' ');
}

static void print_cell(const struct cli_grid *grid, size_t column,
                       const char *text, size_t width)
{
    bool is_last = column + 1 == grid->ncolumns;
    size_t room = grid->widths[column] - width;

    if (grid->style == CLI_GRID_VIRSH || column > 0)
        (void)putchar(' ');
    if (grid->columns[column].is_right)
        pad(room);
    (void)fputs(text, stdout);
    if (is_last) {
        (void)putchar('\n');
        return;
    }
    if (!grid->columns[column].is_right)
        pad(room);
    if (grid->style == CLI_GRID_VIRSH)
        pad(2);
}

static void print_head(const struct cli_grid *grid)
{
    size_t total = 0;
    size_t i;

    for (i = 0; i < grid->ncolumns; i++) {
        print_cell(grid, i, grid->columns[i].head,
                   cli_text_width(grid->columns[i].head));
        total += grid->widths[i] + 3;
    }
    if (grid->style != CLI_GRID_VIRSH)
        return;
    while (total-- > 0)
        (void)putchar('-');
    (void)putchar('\n');
}

bool cli_grid_is_empty(const struct cli_grid *grid)
{
    return grid->n == 0;
}

void cli_grid_print(const struct cli_grid *grid, bool with_head)
{
    size_t i;

    if (with_head)
        print_head(grid);
    for (i = 0; i < grid->n; i++)
        print_cell(grid, i % grid->ncolumns, grid->cells[i].text,
                   grid->cells[i].width);
}
