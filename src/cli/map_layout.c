/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "map_layout.h"

#include <string.h>

static size_t digits(size_t number)
{
    size_t n = 1;

    for (; number > 9; number /= 10)
        n++;
    return n;
}

/* Does a new block begin at place i of the order? */
static bool is_cut(const struct map *map, const struct map_node *node,
                   const struct map_block *block, size_t i)
{
    size_t cpu = map->order[i];

    return i == node->first || i - block->first == MAP_BLOCK ||
           (cpu % MAP_BLOCK == 0 && cpu == map->order[i - 1] + 1);
}

static void make_blocks(const struct map *map, struct map_layout *layout)
{
    struct map_block *block = NULL;
    size_t node;
    size_t i;

    layout->blocks = cli_alloc(map->host.ncpus, sizeof(*layout->blocks));
    for (node = 0; node < map->nnodes; node++) {
        const struct map_node *n = &map->nodes[node];

        for (i = n->first; i < n->first + n->n; i++) {
            if (is_cut(map, n, block, i)) {
                block = &layout->blocks[layout->nblocks++];
                block->node = node;
                block->first = i;
            }
            block->n++;
        }
    }
}

size_t map_layout_gap(const struct map_layout *layout, size_t block)
{
    if (block + 1 >= layout->nblocks)
        return 0;
    return layout->blocks[block].node == layout->blocks[block + 1].node ? 1 : 2;
}

static size_t width_of(const struct map_layout *layout, size_t first, size_t n)
{
    size_t total = 0;
    size_t i;

    for (i = first; i < first + n; i++) {
        total += layout->blocks[i].n * layout->cell;
        if (i + 1 < first + n)
            total += map_layout_gap(layout, i);
    }
    return total;
}

/* Blocks from `first` on that are of its node. */
static size_t node_blocks(const struct map_layout *layout, size_t first)
{
    size_t n = 1;

    while (first + n < layout->nblocks &&
           layout->blocks[first + n].node == layout->blocks[first].node)
        n++;
    return n;
}

static void add_panel(struct map_layout *layout, size_t first, size_t n)
{
    layout->panels[layout->npanels].first = first;
    layout->panels[layout->npanels++].n = n;
}

/* A node that is too wide, in panels of about the same width. */
static void split_node(struct map_layout *layout, size_t first, size_t n,
                       size_t width)
{
    size_t most = 1;
    size_t panels;
    size_t each;

    while (most < n && width_of(layout, first, most + 1) <= width)
        most++;
    panels = (n + most - 1) / most;
    while (panels > 0) {
        each = (n + panels - 1) / panels;
        add_panel(layout, first, each);
        first += each;
        n -= each;
        panels--;
    }
}

/* Whole nodes side by side as long as they fit. */
static void make_panels(struct map_layout *layout, size_t width)
{
    size_t first = 0;
    size_t n;

    while (first < layout->nblocks) {
        n = node_blocks(layout, first);
        if (width_of(layout, first, n) > width) {
            split_node(layout, first, n, width);
            first += n;
            continue;
        }
        while (first + n < layout->nblocks &&
               width_of(layout, first, n + node_blocks(layout, first + n)) <=
                   width)
            n += node_blocks(layout, first + n);
        add_panel(layout, first, n);
        first += n;
    }
}

/* Has every block room for the number of its first CPU, and are the others
 * those that follow? */
static bool is_ragged(const struct map *map, const struct map_layout *layout)
{
    size_t i;
    size_t k;

    for (i = 0; i < layout->nblocks; i++) {
        const struct map_block *block = &layout->blocks[i];
        size_t cpu = map->order[block->first];

        if (block->n * layout->cell < digits(cpu))
            return true;
        for (k = 0; k < block->n; k++) {
            if (map->order[block->first + k] != cpu + k)
                return true;
        }
    }
    return false;
}

void map_layout_init(const struct map *map, size_t width,
                     struct map_layout *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (width == 0)
        width = (size_t)-1;
    make_blocks(map, ret);
    ret->panels = cli_alloc(ret->nblocks, sizeof(*ret->panels));
    for (ret->cell = 3; ret->cell > 1; ret->cell--) {
        /* three columns hold a number of two digits */
        if ((ret->cell < 3 || map->host.ncpus <= 100) &&
            width_of(ret, 0, ret->nblocks) <= width)
            break;
    }
    make_panels(ret, width);
    ret->is_ragged = is_ragged(map, ret);
}

void map_layout_clear(struct map_layout *layout)
{
    free(layout->blocks);
    free(layout->panels);
    memset(layout, 0, sizeof(*layout));
}
