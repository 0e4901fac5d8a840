/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The picture of the command `map`: what there is to be seen (map_model.c),
 * apart from how it is shown (map_text.c, map_svg.c, map_json.c).
 *
 * Columns are the host's CPUs, in the order of their NUMA nodes; rows are
 * vCPUs of running domains.  More than MAP_FOLD vCPUs of a domain that may run
 * on the same CPUs share a row, and so do all that may run on every CPU: what
 * nobody has said anything about must not drown the rest.
 */
#ifndef CLI_MAP_H
#define CLI_MAP_H

#include "cli.h"
#include "vcpus.h"

#define MAP_FOLD 4

struct map_cpu { /* of the host; the index is its number */
    bool is_online;
    unsigned confined; /* vCPUs that may run there and not everywhere */
    unsigned running;  /* vCPUs that run there now */
    unsigned allowed;  /* vCPUs that may run there at all */
};

struct map_node { /* CPUs first .. first + n - 1 of the order */
    int number;   /* -1: those of no node, or of a host that tells of none */
    size_t first;
    size_t n;
};

struct map_domain {
    virDomainPtr domain; /* borrowed */
    char *name;          /* cleaned */
    struct cli_vcpus vcpus;
    unsigned online;
};

enum map_mark {
    MAP_NONE,  /* may not run there */
    MAP_MAY,
    MAP_LATER, /* may, once it is online */
    MAP_WAITS, /* was there when it last ran */
    MAP_RUNS,
};

struct map_row {
    const struct map_domain *domain;
    size_t domain_index;
    char *vcpus; /* "0-3" */
    unsigned n;
    bool is_any; /* may run on every CPU that the host has online */
    bool is_offline;
    const unsigned char *may; /* borrowed from the domain */
    unsigned char *runs;
    unsigned char *waits;
};

struct map {
    struct cli_host host;
    struct map_cpu *cpus;
    size_t *order; /* CPUs, node by node */
    struct map_node *nodes;
    size_t nnodes;
    bool has_nodes; /* false: the hypervisor does not tell */
    struct map_domain *domains;
    size_t ndomains;
    struct map_row *rows; /* of a domain one after another, any ones last */
    size_t nrows;
};

#define MAP_AUTO __attribute__((cleanup(map_clear))) struct map

/* The host and its nodes.  -1: was said. */
int map_init(const struct cli *cli, struct map *ret);
void map_clear(struct map *map);
/* A running domain; -1: the library's last error says why. */
int map_add(struct map *map, virDomainPtr domain);
/* Rows and counts, when all domains are there. */
void map_finish(struct map *map);
/* Is there an online vCPU that may run on every CPU? */
bool map_has_any(const struct map *map);

enum map_mark map_mark(const struct map_row *row, size_t cpu);
/* vCPUs of all domains that are online. */
size_t map_online(const struct map *map);

/* CPUs that are online and of a kind, as a map of the host's.  Owned. */
enum map_kind {
    MAP_SHARED, /* more than one vCPU is confined to it and to others */
    MAP_IDLE,   /* no vCPU runs there now */
    MAP_UNUSED, /* no vCPU may run there */
};
unsigned char *map_cpus_of_kind(const struct map *map, enum map_kind kind);

/* "8 host CPUs (7 online), 2 NUMA nodes; ..."; owned. */
char *map_summary(const struct map *map);
/* At most `width` columns of cleaned text; *ret_cut: some had to go. */
size_t map_fit(const char *clean, size_t width, bool *ret_cut);

struct map_look { /* how text is to look */
    bool is_utf8;
    bool has_color;
    bool is_quiet;
    size_t width;
};
void map_text_print(const struct map *map, const struct map_look *look);
int map_json_print(const struct map *map);
/* A whole document; owned. */
char *map_svg(const struct map *map, size_t *ret_len);

#endif
