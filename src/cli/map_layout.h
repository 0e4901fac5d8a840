/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the columns of a map are cut: into blocks of at most eight CPUs of one
 * node, and these into panels, each as wide as the terminal allows.
 */
#ifndef CLI_MAP_LAYOUT_H
#define CLI_MAP_LAYOUT_H

#include "map.h"

#define MAP_BLOCK 8

struct map_block { /* CPUs first .. first + n - 1 of the map's order */
    size_t node;
    size_t first;
    size_t n;
};

struct map_panel { /* blocks first .. first + n - 1 */
    size_t first;
    size_t n;
};

struct map_layout {
    size_t cell;    /* columns for each CPU: 3, 2 or 1 */
    bool is_ragged; /* a block is too short, or has gaps, to be named by its
                       first CPU alone */
    struct map_block *blocks;
    size_t nblocks;
    struct map_panel *panels;
    size_t npanels;
};

#define MAP_LAYOUT_AUTO                                                        \
    __attribute__((cleanup(map_layout_clear))) struct map_layout

/* width 0: any, so one panel. */
void map_layout_init(const struct map *map, size_t width,
                     struct map_layout *ret);
void map_layout_clear(struct map_layout *layout);
/* Columns between a block and the next one of its panel. */
size_t map_layout_gap(const struct map_layout *layout, size_t block);

#endif
