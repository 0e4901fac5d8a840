/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "grid.h"

static const char *kind_words(int kind)
{
    switch (kind) {
    case VCPUCONF_DIFF_MAXIMUM:
        return "maximum";
    case VCPUCONF_DIFF_ONLINE:
        return "state";
    case VCPUCONF_DIFF_PIN:
        return "affinity";
    default:
        return "other";
    }
}

static void add_row(struct cli_grid *grid, const char *name,
                    const vcpuconfDiff *diff)
{
    cli_grid_add(grid, name);
    if (diff->vcpu >= 0)
        cli_grid_addf(grid, "%d", diff->vcpu);
    else
        cli_grid_add(grid, "-");
    cli_grid_add(grid, kind_words(diff->kind));
    cli_grid_add(grid, diff->config);
    cli_grid_add(grid, diff->live);
}

/* Returns the number of differences, or -1: was said. */
static int add_domain(struct cli_grid *grid, virDomainPtr domain)
{
    const char *name = virDomainGetName(domain);
    vcpuconfDiff *diffs = NULL;
    int n = vcpuconfDomainGetDiff(domain, &diffs, 0);
    int i;

    if (n < 0) {
        (void)cli_fail("%s: %s", name, virGetLastErrorMessage());
        return -1;
    }
    for (i = 0; i < n; i++)
        add_row(grid, name, &diffs[i]);
    vcpuconfDiffFree(diffs, n);
    return n;
}

static int print_diffs(const struct cli *cli, const struct cli_domains *domains,
                       bool is_named)
{
    static const struct cli_column columns[] = {{.head = "Domain"},
                                                {.head = "VCPU"},
                                                {.head = "What"},
                                                {.head = "Config"},
                                                {.head = "Live"}};
    CLI_AUTO_GRID *grid = cli_grid_new(
        columns, sizeof(columns) / sizeof(columns[0]), CLI_GRID_VIRSH);
    bool has_drift = false;
    int result = CLI_DONE;
    size_t i;
    int n;

    for (i = 0; i < domains->n; i++) {
        /* One that stopped since the list was taken is no failure. */
        if (!is_named && virDomainIsActive(domains->items[i]) == 0)
            continue;
        n = add_domain(grid, domains->items[i]);
        if (n < 0)
            result = CLI_FAILED;
        else if (n > 0)
            has_drift = true;
    }
    if (has_drift) {
        cli_grid_print(grid, !cli->quiet);
        cli_say_end(cli);
    }
    return result == CLI_DONE && has_drift ? CLI_DRIFT : result;
}

int cmd_diff_check(const struct cli *cli)
{
    if (cli_has(cli, "domain") && cli_has(cli, "all"))
        return cli_usage(cli, "either domains or --all");
    return CLI_DONE;
}

int cmd_diff(struct cli *cli)
{
    CLI_AUTO_DOMAINS domains = {0};

    if (cli_domains_get(cli,
                        VIR_CONNECT_LIST_DOMAINS_ACTIVE |
                            VIR_CONNECT_LIST_DOMAINS_PERSISTENT,
                        &domains) < 0)
        return CLI_FAILED;
    return print_diffs(cli, &domains, cli_has(cli, "domain"));
}
