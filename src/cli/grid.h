/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A table on stdout: columns as wide as their widest cell on a terminal,
 * which is not its number of bytes.  Cells are cleaned.
 */
#ifndef CLI_GRID_H
#define CLI_GRID_H

#include "cli.h"

struct cli_column {
    const char *head;
    size_t least; /* width, at least; else that of the head */
    bool is_right; /* aligned */
};

enum cli_grid_style {
    CLI_GRID_VIRSH, /* three blanks between columns, a rule under the head */
    CLI_GRID_XM,    /* one blank between columns */
};

struct cli_grid;

/* Borrows the columns. */
struct cli_grid *cli_grid_new(const struct cli_column *columns, size_t n,
                              enum cli_grid_style style);
void cli_grid_free(struct cli_grid *grid);
static inline void cli_grid_freep(struct cli_grid **grid)
{
    cli_grid_free(*grid);
}
#define CLI_AUTO_GRID                                                          \
    __attribute__((cleanup(cli_grid_freep))) struct cli_grid

/* The next cell, row by row. */
void cli_grid_add(struct cli_grid *grid, const char *text);
void cli_grid_addf(struct cli_grid *grid, const char *fmt, ...)
    CLI_PRINTF(2, 3);
bool cli_grid_is_empty(const struct cli_grid *grid);
void cli_grid_print(const struct cli_grid *grid, bool with_head);

#endif
