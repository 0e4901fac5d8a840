/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* write_documents DIR FIRST COUNT: documents as files, DIR/NAME.xml */
#include <stdio.h>
#include <stdlib.h>

#include "documents.h"
#include "timing.h"

static void write_one(const char *dir, size_t number)
{
    char *document = bench_document(number);
    char name[BENCH_NAME_LEN];
    char path[4096];
    FILE *out;

    bench_name(number, name);
    if (snprintf(path, sizeof(path), "%s/%s.xml", dir, name) >=
        (int)sizeof(path))
        bench_fail("'%s' is too long", dir);
    out = fopen(path, "we");
    if (!out || fputs(document, out) == EOF || fclose(out))
        bench_fail("can't write '%s'", path);
    free(document);
}

int main(int argc, char **argv)
{
    size_t first;
    size_t count;
    size_t i;

    if (argc != 4)
        bench_fail("usage: write_documents DIR FIRST COUNT");
    first = bench_number(argv[2]);
    count = bench_number(argv[3]);
    for (i = 0; i < count; i++)
        write_one(argv[1], first + i);
    return EXIT_SUCCESS;
}
