/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "grid.h"
#include "cli_json.h"

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
    cli_grid_add(grid, diff->reconciled ? diff->reconciled : "-");
}

static void add_item(struct cli_json_list *list, virDomainPtr domain,
                     const vcpuconfDiff *diff)
{
    struct json_object *object = cli_json_domain(domain);

    cli_json_add(object, "vcpu",
                 diff->vcpu >= 0 ? cli_json_number((unsigned)diff->vcpu)
                                 : NULL);
    cli_json_add_text(object, "what", kind_words(diff->kind));
    cli_json_add_text(object, "config", diff->config);
    cli_json_add_text(object, "live", diff->live);
    cli_json_add_text(object, "reconciled", diff->reconciled);
    cli_json_list_item(list, object);
}

/* To the table, or where there is none to the document.  Returns the number
 * of differences, or -1: was said. */
static int add_domain(struct cli_grid *grid, struct cli_json_list *list,
                      virDomainPtr domain)
{
    vcpuconfDiff *diffs = NULL;
    int n = vcpuconfDomainGetDiff(domain, &diffs, 0);
    int i;

    if (n < 0) {
        CLI_AUTO(char *) why = cli_strdup(virGetLastErrorMessage());

        (void)cli_fail("%s: %s", virDomainGetName(domain), why);
        return -1;
    }
    for (i = 0; i < n; i++) {
        if (grid)
            add_row(grid, virDomainGetName(domain), &diffs[i]);
        else
            add_item(list, domain, &diffs[i]);
    }
    vcpuconfDiffFree(diffs, n);
    return n;
}

/* Returns CLI_DRIFT where there is any, and CLI_FAILED before that. */
static int add_all(const struct cli *cli, struct cli_grid *grid,
                   struct cli_json_list *list,
                   const struct cli_domains *domains)
{
    bool is_named = cli_has(cli, "domain");
    bool has_drift = false;
    int result = CLI_DONE;
    size_t i;
    int n;

    for (i = 0; i < domains->n; i++) {
        /* One that stopped since the list was taken is no failure. */
        if (!is_named && virDomainIsActive(domains->items[i]) == 0)
            continue;
        n = add_domain(grid, list, domains->items[i]);
        if (n < 0)
            result = CLI_FAILED;
        else if (n > 0)
            has_drift = true;
    }
    return result == CLI_DONE && has_drift ? CLI_DRIFT : result;
}

static int print_table(const struct cli *cli, const struct cli_domains *domains)
{
    static const struct cli_column columns[] = {{.head = "Domain"},
                                                {.head = "VCPU"},
                                                {.head = "What"},
                                                {.head = "Config"},
                                                {.head = "Live"},
                                                {.head = "Reconciled"}};
    CLI_AUTO_GRID *grid = cli_grid_new(
        columns, sizeof(columns) / sizeof(columns[0]), CLI_GRID_VIRSH);
    int result = add_all(cli, grid, NULL, domains);

    if (!cli_grid_is_empty(grid)) {
        cli_grid_print(grid, !cli->quiet);
        cli_say_end(cli);
    }
    return result;
}

static int print_json(const struct cli *cli, const struct cli_domains *domains)
{
    struct cli_json_list list;
    int result;

    cli_json_list_begin(&list, "differences");
    result = add_all(cli, NULL, &list, domains);
    cli_json_list_end(&list, NULL);
    return result;
}

int cmd_diff_check(const struct cli *cli)
{
    return cli_check_all(cli, false);
}

int cmd_diff(struct cli *cli)
{
    CLI_AUTO_DOMAINS domains = {0};

    if (cli_domains_get(cli,
                        VIR_CONNECT_LIST_DOMAINS_ACTIVE |
                            VIR_CONNECT_LIST_DOMAINS_PERSISTENT,
                        &domains) < 0)
        return CLI_FAILED;
    return cli_is_json(cli) ? print_json(cli, &domains)
                            : print_table(cli, &domains);
}
