/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of xm vcpu-list. */
#include "cli.h"
#include "cpus.h"
#include "grid.h"

struct host {
    size_t maplen;
    size_t ncpus;
    unsigned char *online; /* owned */
};

static bool is_any_cpu(const struct host *host, const unsigned char *map)
{
    size_t cpu;

    for (cpu = 0; cpu < host->ncpus; cpu++) {
        if (VIR_CPU_USED(host->online, cpu) && !VIR_CPU_USED(map, cpu))
            return false;
    }
    return true;
}

static const char *state_letters(int state)
{
    switch (state) {
    case VIR_VCPU_RUNNING:
        return "r--";
    case VIR_VCPU_BLOCKED:
        return "-b-";
    case VIR_VCPU_OFFLINE:
        return "--p"; /* xm's letter for what the hypervisor doesn't run */
    default:
        return "---";
    }
}

static void add_row(struct cli_grid *grid, virDomainPtr domain,
                    const virVcpuInfo *info, const struct host *host,
                    const unsigned char *map)
{
    CLI_AUTO(char *) affinity = is_any_cpu(host, map)
                                    ? cli_strdup("any cpu")
                                    : cli_cpus_format(map, host->maplen);

    cli_grid_add(grid, virDomainGetName(domain));
    cli_grid_addf(grid, "%u", virDomainGetID(domain));
    cli_grid_addf(grid, "%u", info->number);
    if (info->cpu >= 0)
        cli_grid_addf(grid, "%d", info->cpu);
    else
        cli_grid_add(grid, "-");
    cli_grid_add(grid, state_letters(info->state));
    cli_grid_addf(grid, "%llu.%llu", info->cpuTime / 1000000000,
                  info->cpuTime / 100000000 % 10);
    cli_grid_add(grid, affinity);
}

static int add_domain(struct cli_grid *grid, virDomainPtr domain,
                      const struct host *host)
{
    const char *name = virDomainGetName(domain);
    CLI_AUTO(virVcpuInfo *) info = NULL;
    CLI_AUTO(unsigned char *) maps = NULL;
    int n = virDomainGetVcpusFlags(
        domain, VIR_DOMAIN_VCPU_LIVE | VIR_DOMAIN_VCPU_MAXIMUM);
    int i;

    if (n > 0) {
        info = cli_alloc((size_t)n, sizeof(*info));
        maps = cli_alloc((size_t)n, host->maplen);
        n = virDomainGetVcpus(domain, info, n, maps, (int)host->maplen);
    }
    if (n < 0)
        return cli_fail("%s: %s", name, virGetLastErrorMessage());
    for (i = 0; i < n; i++)
        add_row(grid, domain, &info[i], host,
                VIR_GET_CPUMAP(maps, host->maplen, (size_t)i));
    return CLI_DONE;
}

static int list(const struct cli *cli, const struct cli_domains *domains,
                const struct host *host)
{
    static const struct cli_column columns[] = {
        {.head = "Name", .least = 32},
        {.head = "ID", .least = 5, .is_right = true},
        {.head = "VCPU", .least = 5, .is_right = true},
        {.head = "CPU", .least = 5, .is_right = true},
        {.head = "State", .least = 5, .is_right = true},
        {.head = "Time(s)", .least = 9, .is_right = true},
        {.head = "CPU Affinity"},
    };
    CLI_AUTO_GRID *grid = cli_grid_new(
        columns, sizeof(columns) / sizeof(columns[0]), CLI_GRID_XM);
    bool is_named = cli_values(cli, "domain")->n > 0;
    int result = CLI_DONE;
    size_t i;

    for (i = 0; i < domains->n; i++) {
        /* One that stopped since the list was taken is no failure. */
        if (!is_named && virDomainIsActive(domains->items[i]) == 0)
            continue;
        if (add_domain(grid, domains->items[i], host) != CLI_DONE)
            result = CLI_FAILED;
    }
    if (result == CLI_DONE || !cli_grid_is_empty(grid))
        cli_grid_print(grid, !cli->quiet);
    return result;
}

int cmd_vcpulist(struct cli *cli)
{
    CLI_AUTO_DOMAINS domains = {0};
    CLI_AUTO(unsigned char *) online = NULL;
    struct host host = {0};
    int ncpus = cli_cpus_of_host(cli, &online);

    if (ncpus < 0 ||
        cli_domains_get(cli, VIR_CONNECT_LIST_DOMAINS_ACTIVE, &domains) < 0)
        return CLI_FAILED;
    host.ncpus = (size_t)ncpus;
    host.maplen = VIR_CPU_MAPLEN(host.ncpus);
    host.online = online;
    return list(cli, &domains, &host);
}
