/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "map_paint.h"

#include <string.h>

#include "text.h"

const char *paint_sign(const struct paint *paint, int which)
{
    static const char *const pretty[] = {
        [MAP_NONE] = "·",     [MAP_MAY] = "░",   [MAP_LATER] = "─",
        [MAP_WAITS] = "▄",    [MAP_RUNS] = "█",  [SIGN_OFFLINE] = "×",
        [SIGN_RULE] = "─",    [SIGN_MORE] = "…", [SIGN_MANY] = "+",
    };
    static const char *const plain[] = {
        [MAP_NONE] = ".",     [MAP_MAY] = "+",   [MAP_LATER] = "-",
        [MAP_WAITS] = "o",    [MAP_RUNS] = "#",  [SIGN_OFFLINE] = "x",
        [SIGN_RULE] = "-",    [SIGN_MORE] = "~", [SIGN_MANY] = "*",
    };

    return paint->look->is_utf8 ? pretty[which] : plain[which];
}

static void color(struct paint *paint, const char *sgr)
{
    if (!paint->look->has_color || strcmp(paint->sgr, sgr) == 0)
        return;
    (void)fputs("\033[0m", stdout);
    if (*sgr)
        (void)printf("\033[%sm", sgr);
    paint->sgr = sgr;
}

void paint_put(struct paint *paint, const char *sgr, const char *text)
{
    size_t blanks = strspn(text, " ");

    paint->blanks += blanks;
    text += blanks;
    if (!*text)
        return;
    if (paint->blanks > 0) {
        color(paint, PAINT_PLAIN);
        (void)printf("%*s", (int)paint->blanks, "");
        paint->blanks = 0;
    }
    color(paint, sgr);
    (void)fputs(text, stdout);
}

void paint_put_many(struct paint *paint, const char *sgr, const char *text,
                     size_t n)
{
    while (n-- > 0)
        paint_put(paint, sgr, text);
}

void paint_end_line(struct paint *paint)
{
    color(paint, PAINT_PLAIN);
    paint->blanks = 0;
    (void)putchar('\n');
}

/* Cleaned text in exactly that many columns. */
void paint_put_fit(struct paint *paint, const char *sgr, const char *clean,
                    size_t width)
{
    bool is_cut;
    size_t bytes = map_fit(clean, width, &is_cut);
    CLI_AUTO(char *) head = cli_strdup(clean);
    size_t used;

    head[bytes] = '\0';
    used = cli_text_width(head);
    paint_put(paint, sgr, head);
    if (is_cut)
        paint_put(paint, PAINT_DIM, paint_sign(paint, SIGN_MORE));
    paint_put_many(paint, PAINT_PLAIN, " ", width - used - (is_cut ? 1 : 0));
}

void paint_put_right(struct paint *paint, const char *sgr, const char *text,
                      size_t width)
{
    size_t len = cli_text_width(text);

    paint_put_many(paint, PAINT_PLAIN, " ", width > len ? width - len : 0);
    paint_put(paint, sgr, text);
}
