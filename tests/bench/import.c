/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import URI FIRST COUNT: bulk import, which libvirt has no call for. */
#include <stdlib.h>
#include <string.h>
#include <vcpuconf/vcpuconf.h>

#include "documents.h"
#include "timing.h"

#define BATCH 1000

static void make_items(vcpuconfImportItem *items, size_t first, size_t n)
{
    size_t i;

    memset(items, 0, n * sizeof(*items));
    for (i = 0; i < n; i++) {
        char *document = bench_document(first + i);

        items[i].xml = document;
        items[i].len = strlen(document);
    }
}

static void drop_items(vcpuconfImportItem *items, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        free((char *)(size_t)items[i].xml);
    vcpuconfImportItemsClear(items, n);
}

/* The time of one batch, without making its documents. */
static long long import_batch(virConnectPtr conn, size_t first, size_t n)
{
    static vcpuconfImportItem items[BATCH];
    long long start;
    long long took;
    int refused;
    size_t i;

    make_items(items, first, n);
    start = bench_now();
    refused = vcpuconfConnectImport(conn, items, n, 0);
    took = bench_now() - start;
    if (refused < 0)
        bench_fail("import: %s", virGetLastErrorMessage());
    for (i = 0; i < n; i++) {
        if (items[i].result < 0)
            bench_fail("import: '%s': %s", items[i].name ? items[i].name : "?",
                       items[i].message);
    }
    drop_items(items, n);
    return took;
}

int main(int argc, char **argv)
{
    long long total = 0;
    virConnectPtr conn;
    size_t first;
    size_t count;
    size_t i;

    if (argc != 4)
        bench_fail("usage: import URI FIRST COUNT");
    first = bench_number(argv[2]);
    count = bench_number(argv[3]);
    conn = virConnectOpen(argv[1]);
    if (!conn)
        bench_fail("%s: %s", argv[1], virGetLastErrorMessage());
    for (i = 0; i < count; i += BATCH)
        total += import_batch(conn, first + i,
                              count - i < BATCH ? count - i : BATCH);
    bench_report_value("import", total);
    bench_report_memory("import_memory");
    (void)virConnectClose(conn);
    return EXIT_SUCCESS;
}
