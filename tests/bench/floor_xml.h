/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The floor's libxml2 half: as little as a correct program can do. */
#ifndef BENCH_FLOOR_XML_H
#define BENCH_FLOOR_XML_H

#include <stddef.h>

#define FLOOR_TEXT_LEN 256

struct floor_identity {
    char name[FLOOR_TEXT_LEN];
    char uuid[FLOOR_TEXT_LEN];
    char pins[FLOOR_TEXT_LEN]; /* "0:0-3;1:4-7;" */
};

void floor_schema_load(const char *path);

/* Reads the tree, validates it if the schema was loaded, and takes out what the row needs. */
void floor_xml_import(const char *document, size_t len,
                      struct floor_identity *ret);

/* Parses once, and gives the document with another cpuset for one vCPU, and
 * the pins as they are then.  Returns owned. */
char *floor_xml_pin(const char *document, size_t len, unsigned vcpu,
                    unsigned cpu, size_t *ret_len, char pins[FLOOR_TEXT_LEN]);

/* One map of `maplen` bytes for each vCPU that the text names. */
void floor_pins_parse(const char *pins, unsigned char *maps, unsigned nmaps,
                      size_t maplen);

#endif
