/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands that change vCPUs share. */
#include "cli.h"
#include "cli_json.h"

int cli_check_target(const struct cli *cli)
{
    const char *other = cli_has(cli, "live")     ? "live"
                        : cli_has(cli, "config") ? "config"
                                                 : NULL;

    if (cli_has(cli, "current") && other)
        return cli_usage(cli, "options --current and --%s exclude each other",
                         other);
    return CLI_DONE;
}

int cli_check_plan(const struct cli *cli)
{
    if (cli_is_json(cli) && !cli_has(cli, "dry-run"))
        return cli_usage(cli, "--format json needs --dry-run");
    return cli_check_target(cli);
}

int cli_check_all(const struct cli *cli, bool need)
{
    bool has_domain = cli_has(cli, "domain");
    bool has_all = cli_has(cli, "all");

    if (has_domain && has_all)
        return cli_usage(cli, "either domains or --all");
    if (need && !has_domain && !has_all)
        return cli_usage(cli, "command '%s' needs a <domain> or --all",
                         cli->command->name);
    return CLI_DONE;
}

int cli_plan_print_lines(const struct cli *cli, const char *plan)
{
    if (cli_is_json(cli)) {
        struct json_object *document = cli_json_object();

        cli_json_add(document, "plan", cli_json_lines(plan));
        return cli_json_print(document);
    }
    if (!*plan)
        cli_say(cli, "Nothing to do");
    cli_print_lines(plan);
    return CLI_DONE;
}

int cli_plan_print(const struct cli *cli, vcpuconfBatchPtr batch, int added)
{
    CLI_AUTO(char *) plan = NULL;

    if (!batch || added < 0)
        return cli_fail_last();
    plan = vcpuconfBatchPlan(batch, 0);
    if (!plan)
        return cli_fail_last();
    return cli_plan_print_lines(cli, plan);
}
