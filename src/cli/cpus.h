/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of host CPUs: the public calls' byte maps, and text. */
#ifndef CLI_CPUS_H
#define CLI_CPUS_H

#include "cli.h"

#define CLI_CPUS_LIMIT 16384 /* CPU numbers are below that */
#define CLI_CPUS_BYTES VIR_CPU_MAPLEN(CLI_CPUS_LIMIT)

/* "0-3,8"; "" of an empty map.  Returns owned. */
char *cli_cpus_format(const unsigned char *map, size_t len);

/* Text that the library has accepted, as a map of CLI_CPUS_BYTES.
 * Returns owned. */
unsigned char *cli_cpus_parse(const char *text);

/* The host's number of CPUs, online or not; *ret_online (may be NULL): its
 * map of those that run, owned.  -1: was said. */
int cli_cpus_of_host(const struct cli *cli, unsigned char **ret_online);

#endif
