/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the picture share. */
#ifndef CLI_MAP_SVG_H
#define CLI_MAP_SVG_H

#include "map_layout.h"

struct svg {
    FILE *out;
    FILE *over; /* what is drawn last */
    const struct map *map;
    struct map_layout layout;
    size_t cell;  /* width of a CPU */
    size_t bar;   /* height of a row */
    size_t *x;    /* of each CPU, by its number */
    size_t left;  /* of the first column */
    size_t right; /* of the last one */
    size_t width; /* of the picture */
};

/* Cleaned text, for where text may stand. */
void svg_text(struct svg *svg, const char *clean);

/* Each draws from y on, and returns where it ended. */
size_t svg_rows(struct svg *svg, size_t y);
size_t svg_counts(struct svg *svg, size_t y);
size_t svg_legend(struct svg *svg, size_t y);

#endif
