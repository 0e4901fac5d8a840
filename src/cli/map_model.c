/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "map.h"

#include <string.h>

#include "cpus.h"
#include "text.h"

/* ---- the host ---- */

/* Appends the CPUs of a map that no node has taken yet. */
static void add_node(struct map *map, int number, const unsigned char *cpus,
                     unsigned char *taken)
{
    size_t first =
        map->nnodes ? map->nodes[map->nnodes - 1].first +
                          map->nodes[map->nnodes - 1].n
                    : 0;
    size_t n = 0;
    size_t cpu;

    for (cpu = 0; cpu < map->host.ncpus; cpu++) {
        if ((cpus && !VIR_CPU_USED(cpus, cpu)) || VIR_CPU_USED(taken, cpu))
            continue;
        VIR_USE_CPU(taken, cpu);
        map->order[first + n++] = cpu;
    }
    if (n == 0)
        return;
    map->nodes[map->nnodes].number = number;
    map->nodes[map->nnodes].first = first;
    map->nodes[map->nnodes++].n = n;
}

static int add_nodes(const struct cli *cli, struct map *map)
{
    CLI_AUTO(unsigned char *) taken = cli_alloc(map->host.maplen, 1);
    char **cells = NULL;
    int n = vcpuconfNodeGetCells(cli->conn, &cells, 0);
    int i;

    if (n < 0)
        return cli_fail_last();
    map->has_nodes = n > 0;
    map->nodes = cli_alloc((size_t)n + 1, sizeof(*map->nodes));
    for (i = 0; i < n; i++) {
        CLI_AUTO(unsigned char *) cpus = cli_cpus_parse(cells[i]);

        add_node(map, i, cpus, taken);
        free(cells[i]);
    }
    free(cells);
    add_node(map, -1, NULL, taken);
    return 0;
}

int map_init(const struct cli *cli, struct map *ret)
{
    size_t cpu;

    if (cli_host_get(cli, &ret->host) < 0)
        return -1;
    ret->order = cli_alloc(ret->host.ncpus, sizeof(*ret->order));
    ret->cpus = cli_alloc(ret->host.ncpus, sizeof(*ret->cpus));
    for (cpu = 0; cpu < ret->host.ncpus; cpu++)
        ret->cpus[cpu].is_online = VIR_CPU_USED(ret->host.online, cpu);
    return add_nodes(cli, ret) == 0 ? 0 : -1;
}

void map_clear(struct map *map)
{
    size_t i;

    for (i = 0; i < map->nrows; i++) {
        free(map->rows[i].vcpus);
        free(map->rows[i].runs);
        free(map->rows[i].waits);
    }
    for (i = 0; i < map->ndomains; i++) {
        free(map->domains[i].name);
        cli_vcpus_clear(&map->domains[i].vcpus);
    }
    free(map->rows);
    free(map->domains);
    free(map->nodes);
    free(map->order);
    free(map->cpus);
    cli_host_clear(&map->host);
    memset(map, 0, sizeof(*map));
}

/* ---- domains ---- */

/* One more, zeroed, at the end of an array whose room doubles. */
static void *grow(void *items, size_t n, size_t size)
{
    void *more;

    if (n & (n - 1))
        return items;
    more = cli_alloc(n ? n * 2 : 1, size);
    if (n)
        memcpy(more, items, n * size);
    free(items);
    return more;
}

int map_add(struct map *map, virDomainPtr domain)
{
    const char *name = virDomainGetName(domain);
    struct map_domain *added;
    struct cli_vcpus vcpus = {0};
    size_t i;

    if (cli_vcpus_get(domain, &map->host, &vcpus) < 0) {
        cli_vcpus_clear(&vcpus);
        return -1;
    }
    map->domains = grow(map->domains, map->ndomains, sizeof(*map->domains));
    added = &map->domains[map->ndomains++];
    added->domain = domain;
    added->name = cli_text_clean(name, strlen(name));
    added->vcpus = vcpus;
    for (i = 0; i < vcpus.n; i++)
        added->online += vcpus.info[i].state != VIR_VCPU_OFFLINE;
    return 0;
}

/* ---- rows ---- */

static bool is_offline(const struct map_domain *domain, size_t vcpu)
{
    return domain->vcpus.info[vcpu].state == VIR_VCPU_OFFLINE;
}

/* Which vCPUs of a domain are alike; the number of a group is its first one. */
static void group(const struct map *map, const struct map_domain *domain,
                  size_t *ret_groups, size_t *ret_counts)
{
    const struct cli_vcpus *vcpus = &domain->vcpus;
    size_t i;
    size_t k;

    for (i = 0; i < vcpus->n; i++) {
        for (k = 0; k < i; k++) {
            if (ret_groups[k] == k &&
                is_offline(domain, k) == is_offline(domain, i) &&
                memcmp(cli_vcpus_map(vcpus, k), cli_vcpus_map(vcpus, i),
                       map->host.maplen) == 0)
                break;
        }
        ret_groups[i] = k;
        ret_counts[k]++;
    }
}

static struct map_row *row_new(struct map *map, size_t domain, size_t vcpu)
{
    const struct cli_vcpus *vcpus = &map->domains[domain].vcpus;
    struct map_row *row;

    map->rows = grow(map->rows, map->nrows, sizeof(*map->rows));
    row = &map->rows[map->nrows++];
    row->domain = &map->domains[domain];
    row->domain_index = domain;
    row->may = cli_vcpus_map(vcpus, vcpu);
    row->is_any = cli_host_is_any(&map->host, row->may);
    row->is_offline = is_offline(row->domain, vcpu);
    row->runs = cli_alloc(map->host.maplen, 1);
    row->waits = cli_alloc(map->host.maplen, 1);
    return row;
}

/* Where a vCPU is, or was when it last ran. */
static void note_place(const struct map *map, struct map_row *row,
                       const virVcpuInfo *info)
{
    if (info->cpu < 0 || (size_t)info->cpu >= map->host.ncpus)
        return;
    if (info->state == VIR_VCPU_RUNNING)
        VIR_USE_CPU(row->runs, info->cpu);
    else if (info->state == VIR_VCPU_BLOCKED)
        VIR_USE_CPU(row->waits, info->cpu);
}

/* A vCPU, or its whole group, as a row. */
static void add_row(struct map *map, size_t domain, size_t vcpu,
                    const size_t *groups, bool is_alone)
{
    const struct cli_vcpus *vcpus = &map->domains[domain].vcpus;
    size_t maplen = VIR_CPU_MAPLEN(vcpus->n);
    CLI_AUTO(unsigned char *) ids = cli_alloc(maplen, 1);
    struct map_row *row = row_new(map, domain, vcpu);
    size_t end = is_alone ? vcpu + 1 : vcpus->n;
    size_t i;

    for (i = vcpu; i < end; i++) {
        if (groups[i] != groups[vcpu])
            continue;
        VIR_USE_CPU(ids, i);
        row->n++;
        note_place(map, row, &vcpus->info[i]);
    }
    row->vcpus = cli_cpus_format(ids, maplen);
}

static void add_rows(struct map *map, size_t domain)
{
    const struct cli_vcpus *vcpus = &map->domains[domain].vcpus;
    CLI_AUTO(size_t *) groups = cli_alloc(vcpus->n, sizeof(*groups));
    CLI_AUTO(size_t *) counts = cli_alloc(vcpus->n, sizeof(*counts));
    bool is_any;
    size_t i;

    group(map, &map->domains[domain], groups, counts);
    for (i = 0; i < vcpus->n; i++) {
        is_any = cli_host_is_any(&map->host, cli_vcpus_map(vcpus, i));
        if (!is_any && counts[groups[i]] <= MAP_FOLD)
            add_row(map, domain, i, groups, true);
        else if (!is_any && groups[i] == i)
            add_row(map, domain, i, groups, false);
    }
    for (i = 0; i < vcpus->n; i++) {
        if (groups[i] == i &&
            cli_host_is_any(&map->host, cli_vcpus_map(vcpus, i)))
            add_row(map, domain, i, groups, false);
    }
}

static void count_row(struct map *map, const struct map_row *row)
{
    size_t cpu;

    for (cpu = 0; cpu < map->host.ncpus; cpu++) {
        if (!VIR_CPU_USED(row->may, cpu) || row->is_offline)
            continue;
        map->cpus[cpu].allowed += row->n;
        map->cpus[cpu].confined += row->is_any ? 0 : row->n;
    }
}

static void count_running(struct map *map, const struct map_domain *domain)
{
    size_t i;

    for (i = 0; i < domain->vcpus.n; i++) {
        const virVcpuInfo *info = &domain->vcpus.info[i];

        if (info->state == VIR_VCPU_RUNNING && info->cpu >= 0 &&
            (size_t)info->cpu < map->host.ncpus)
            map->cpus[info->cpu].running++;
    }
}

void map_finish(struct map *map)
{
    size_t i;

    for (i = 0; i < map->ndomains; i++) {
        add_rows(map, i);
        count_running(map, &map->domains[i]);
    }
    for (i = 0; i < map->nrows; i++)
        count_row(map, &map->rows[i]);
}

/* ---- questions ---- */

enum map_mark map_mark(const struct map_row *row, size_t cpu)
{
    if (VIR_CPU_USED(row->runs, cpu))
        return MAP_RUNS;
    if (VIR_CPU_USED(row->waits, cpu))
        return MAP_WAITS;
    if (!VIR_CPU_USED(row->may, cpu))
        return MAP_NONE;
    return row->is_offline ? MAP_LATER : MAP_MAY;
}

size_t map_online(const struct map *map)
{
    size_t total = 0;
    size_t i;

    for (i = 0; i < map->ndomains; i++)
        total += map->domains[i].online;
    return total;
}

unsigned char *map_cpus_of_kind(const struct map *map, enum map_kind kind)
{
    unsigned char *found = cli_alloc(map->host.maplen, 1);
    size_t i;

    for (i = 0; i < map->host.ncpus; i++) {
        const struct map_cpu *cpu = &map->cpus[i];

        if (cpu->is_online && ((kind == MAP_SHARED && cpu->confined > 1) ||
                               (kind == MAP_IDLE && cpu->running == 0) ||
                               (kind == MAP_UNUSED && cpu->allowed == 0)))
            VIR_USE_CPU(found, i);
    }
    return found;
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

char *map_summary(const struct map *map)
{
    size_t online = map_online(map);
    char nodes[64] = "";
    char *text;
    size_t up = 0;
    size_t i;

    for (i = 0; i < map->host.ncpus; i++)
        up += map->cpus[i].is_online;
    if (map->has_nodes && map->nnodes > 1)
        (void)snprintf(nodes, sizeof(nodes), ", %zu NUMA nodes", map->nnodes);
    if (asprintf(&text, "%zu host CPU%s (%zu online)%s; %zu domain%s with %zu vCPU%s online",
                 map->host.ncpus, plural(map->host.ncpus), up, nodes,
                 map->ndomains, plural(map->ndomains), online,
                 plural(online)) < 0)
        return cli_strdup("");
    return text;
}

size_t map_fit(const char *clean, size_t width, bool *ret_cut)
{
    size_t left = strlen(clean);
    size_t used = 0;
    size_t total = 0;
    size_t n;
    int w;

    *ret_cut = cli_text_width(clean) > width;
    if (*ret_cut && width > 0)
        width--; /* for the mark that says so */
    while (left > 0) {
        n = cli_text_printable(clean, left, &w);
        if (n == 0)
            n = (size_t)(w = 1);
        if (total + (size_t)w > width)
            break;
        total += (size_t)w;
        used += n;
        clean += n;
        left -= n;
    }
    return used;
}

bool map_has_any(const struct map *map)
{
    size_t i;

    for (i = 0; i < map->nrows; i++) {
        if (map->rows[i].is_any && !map->rows[i].is_offline)
            return true;
    }
    return false;
}
