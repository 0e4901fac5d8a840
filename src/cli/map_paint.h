/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a map on a terminal is made of: signs, colours, columns.  Colour only
 * repeats what signs and words say.
 */
#ifndef CLI_MAP_PAINT_H
#define CLI_MAP_PAINT_H

#include "map_layout.h"

#define PAINT_PLAIN ""
#define PAINT_DIM "2"
#define PAINT_BOLD "1"
#define PAINT_ALARM "1;33"

enum paint_sign { /* besides those of enum map_mark */
    SIGN_OFFLINE = MAP_RUNS + 1, /* a CPU of the host */
    SIGN_MANY, /* a number too long for its cell */
    SIGN_RULE,
    SIGN_MORE, /* of a name that was cut */
};

struct paint {
    const struct map *map;
    const struct map_look *look;
    struct map_layout layout;
    size_t names; /* columns of the two labels of a row */
    size_t ids;
    const char *sgr; /* the colour in use */
    bool has_many;   /* SIGN_MANY was used */
    size_t blanks;   /* held back: no line ends in one */
};

/* `which`: an enum map_mark or enum paint_sign. */
const char *paint_sign(const struct paint *paint, int which);
void paint_put(struct paint *paint, const char *sgr, const char *text);
void paint_put_many(struct paint *paint, const char *sgr, const char *text,
                    size_t n);
/* Cleaned text, cut or filled up to exactly `width` columns. */
void paint_put_fit(struct paint *paint, const char *sgr, const char *clean,
                   size_t width);
void paint_put_right(struct paint *paint, const char *sgr, const char *text,
                     size_t width);
void paint_end_line(struct paint *paint);

/* The words around the panels (map_words.c). */
void paint_title(struct paint *paint);
void paint_words(struct paint *paint);

#endif
