/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of xm vcpu-list. */
#include "cli.h"
#include "cpus.h"
#include "grid.h"
#include "cli_json.h"
#include "vcpus.h"

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
                    const struct cli_vcpus *vcpus, size_t i,
                    const struct cli_host *host)
{
    const virVcpuInfo *info = &vcpus->info[i];
    const unsigned char *map = cli_vcpus_map(vcpus, i);
    CLI_AUTO(char *) affinity = cli_host_is_any(host, map)
                                    ? cli_strdup("any cpu")
                                    : cli_cpus_format(map, vcpus->maplen);

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

static void add_item(struct cli_json_list *list, virDomainPtr domain,
                     const struct cli_vcpus *vcpus, const struct cli_host *host)
{
    struct json_object *object = cli_json_domain(domain);
    struct json_object *array = cli_json_array();
    size_t i;

    for (i = 0; i < vcpus->n; i++)
        cli_json_append(array, cli_vcpu_json(vcpus, i, host));
    cli_json_add_number(object, "id", virDomainGetID(domain));
    cli_json_add(object, "vcpus", array);
    cli_json_list_item(list, object);
}

/* To the table, or where there is none to the document. */
static int add_domain(struct cli_grid *grid, struct cli_json_list *list,
                      virDomainPtr domain, const struct cli_host *host)
{
    CLI_AUTO_VCPUS vcpus = {0};
    size_t i;

    if (cli_vcpus_get(domain, host, &vcpus) < 0) {
        CLI_AUTO(char *) why = cli_strdup(virGetLastErrorMessage());

        return cli_fail("%s: %s", virDomainGetName(domain), why);
    }
    if (!grid)
        add_item(list, domain, &vcpus, host);
    for (i = 0; grid && i < vcpus.n; i++)
        add_row(grid, domain, &vcpus, i, host);
    return CLI_DONE;
}

static int add_all(const struct cli *cli, struct cli_grid *grid,
                   struct cli_json_list *list,
                   const struct cli_domains *domains,
                   const struct cli_host *host)
{
    bool is_named = cli_values(cli, "domain")->n > 0;
    int result = CLI_DONE;
    size_t i;

    for (i = 0; i < domains->n; i++) {
        /* One that stopped since the list was taken is no failure. */
        if (!is_named && virDomainIsActive(domains->items[i]) == 0)
            continue;
        if (add_domain(grid, list, domains->items[i], host) != CLI_DONE)
            result = CLI_FAILED;
    }
    return result;
}

static int print_table(const struct cli *cli, const struct cli_domains *domains,
                       const struct cli_host *host)
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
    int result = add_all(cli, grid, NULL, domains, host);

    if (result == CLI_DONE || !cli_grid_is_empty(grid)) {
        cli_pager_start(cli);
        cli_grid_print(grid, !cli->quiet);
    }
    return result;
}

static int print_json(const struct cli *cli, const struct cli_domains *domains,
                      const struct cli_host *host)
{
    struct cli_json_list list;
    int result;

    cli_pager_start(cli);
    cli_json_list_begin(&list, "domains");
    result = add_all(cli, NULL, &list, domains, host);
    cli_json_list_end(&list, NULL);
    return result;
}

int cmd_vcpulist(struct cli *cli)
{
    CLI_AUTO_DOMAINS domains = {0};
    CLI_AUTO_HOST host = {0};

    if (cli_host_get(cli, &host) < 0 ||
        cli_domains_get(cli, VIR_CONNECT_LIST_DOMAINS_ACTIVE, &domains) < 0)
        return CLI_FAILED;
    return cli_is_json(cli) ? print_json(cli, &domains, &host)
                            : print_table(cli, &domains, &host);
}
