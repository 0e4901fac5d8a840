/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "cli.h"
#include "grid.h"
#include "cli_json.h"
#include "text.h"

#define NO_ID ((unsigned)-1)

static unsigned filter_of(const struct cli *cli)
{
    unsigned filter = cli_flags(cli);

    if (cli_has(cli, "all"))
        filter |= VIR_CONNECT_LIST_DOMAINS_ACTIVE |
                  VIR_CONNECT_LIST_DOMAINS_INACTIVE;
    else if (!cli_has(cli, "inactive"))
        filter |= VIR_CONNECT_LIST_DOMAINS_ACTIVE;
    return filter;
}

static const char *state_words(int state)
{
    switch (state) {
    case VIR_DOMAIN_RUNNING:
        return "running";
    case VIR_DOMAIN_BLOCKED:
        return "idle";
    case VIR_DOMAIN_PAUSED:
        return "paused";
    case VIR_DOMAIN_SHUTDOWN:
        return "in shutdown";
    case VIR_DOMAIN_SHUTOFF:
        return "shut off";
    case VIR_DOMAIN_CRASHED:
        return "crashed";
    case VIR_DOMAIN_PMSUSPENDED:
        return "pmsuspended";
    default:
        return "no state";
    }
}

/* A definition that can't be read is listed, and its error said. */
static int add_row(struct cli_grid *grid, virDomainPtr domain)
{
    unsigned id = virDomainGetID(domain);
    const char *name = virDomainGetName(domain);
    int state = VIR_DOMAIN_NOSTATE;
    int rc = CLI_DONE;

    if (virDomainGetState(domain, &state, NULL, 0) < 0)
        rc = cli_fail_last();
    if (id == NO_ID)
        cli_grid_add(grid, "-");
    else
        cli_grid_addf(grid, "%u", id);
    cli_grid_add(grid, name);
    cli_grid_add(grid, rc == CLI_DONE ? state_words(state) : "unreadable");
    return rc;
}

static int list_table(const struct cli *cli, const struct cli_domains *domains)
{
    static const struct cli_column columns[] = {
        {.head = "Id"}, {.head = "Name"}, {.head = "State"}};
    CLI_AUTO_GRID *grid = cli_grid_new(columns, 3, CLI_GRID_VIRSH);
    int result = CLI_DONE;
    size_t i;

    for (i = 0; i < domains->n; i++) {
        if (add_row(grid, domains->items[i]) != CLI_DONE)
            result = CLI_FAILED;
    }
    cli_pager_start(cli);
    cli_grid_print(grid, !cli->quiet);
    cli_say_end(cli);
    return result;
}

static int add_item(struct cli_json_list *list, virDomainPtr domain)
{
    struct json_object *object = cli_json_domain(domain);
    unsigned id = virDomainGetID(domain);
    int is_persistent = virDomainIsPersistent(domain);
    int state = VIR_DOMAIN_NOSTATE;
    int rc = CLI_DONE;

    if (is_persistent < 0 || virDomainGetState(domain, &state, NULL, 0) < 0)
        rc = cli_fail_last();
    cli_json_add(object, "id", id == NO_ID ? NULL : cli_json_number(id));
    cli_json_add_text(object, "state",
                      rc == CLI_DONE ? state_words(state) : "unreadable");
    cli_json_add_bool(object, "persistent", is_persistent > 0);
    cli_json_list_item(list, object);
    return rc;
}

static int list_json(const struct cli *cli, const struct cli_domains *domains)
{
    struct cli_json_list list;
    int result = CLI_DONE;
    size_t i;

    cli_pager_start(cli);
    cli_json_list_begin(&list, "domains");
    for (i = 0; i < domains->n; i++) {
        if (add_item(&list, domains->items[i]) != CLI_DONE)
            result = CLI_FAILED;
    }
    cli_json_list_end(&list, NULL);
    return result;
}

/* Bare values, for programs: nothing else, no empty line behind them. */
static int list_values(const struct cli *cli, const struct cli_domains *domains)
{
    bool has_uuid = cli_has(cli, "uuid");
    bool has_name = cli_has(cli, "name");
    char uuid[VIR_UUID_STRING_BUFLEN];
    size_t i;

    cli_pager_start(cli);
    for (i = 0; i < domains->n; i++) {
        const char *name = virDomainGetName(domains->items[i]);
        CLI_AUTO(char *) clean = cli_text_clean(name, strlen(name));

        if (has_uuid && virDomainGetUUIDString(domains->items[i], uuid) < 0)
            return cli_fail_last();
        (void)printf("%s%s%s\n", has_uuid ? uuid : "",
                     has_uuid && has_name ? " " : "", has_name ? clean : "");
    }
    return CLI_DONE;
}

int cmd_list_check(const struct cli *cli)
{
    if (cli_is_json(cli) && (cli_has(cli, "name") || cli_has(cli, "uuid")))
        return cli_usage(cli, "a document has names and UUIDs: --format json "
                              "excludes --name and --uuid");
    return CLI_DONE;
}

int cmd_list(struct cli *cli)
{
    CLI_AUTO_DOMAINS domains = {0};
    int n = virConnectListAllDomains(cli->conn, &domains.items, filter_of(cli));

    if (n < 0)
        return cli_fail_last();
    domains.n = (size_t)n;
    if (cli_has(cli, "name") || cli_has(cli, "uuid"))
        return list_values(cli, &domains);
    return cli_is_json(cli) ? list_json(cli, &domains)
                            : list_table(cli, &domains);
}
