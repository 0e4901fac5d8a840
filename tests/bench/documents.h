/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Documents by number, always the same: domains of 8 pinned vCPUs with the
 * devices of an ordinary server, 3.9 to 5.1 KB, as libvirt writes them.
 */
#ifndef BENCH_DOCUMENTS_H
#define BENCH_DOCUMENTS_H

#include <stddef.h>

#define BENCH_VCPUS 8
#define BENCH_NAME_LEN 32

/* "bench-0000042" */
void bench_name(size_t number, char name[BENCH_NAME_LEN]);

/* Returns owned. */
char *bench_document(size_t number);

#endif
