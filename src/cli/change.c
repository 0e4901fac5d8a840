/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands that change vCPUs share. */
#include "cli.h"

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

int cli_plan_print(const struct cli *cli, vcpuconfBatchPtr batch, int added)
{
    CLI_AUTO(char *) plan = NULL;

    if (!batch || added < 0)
        return cli_fail_last();
    plan = vcpuconfBatchPlan(batch, 0);
    if (!plan)
        return cli_fail_last();
    if (!*plan)
        cli_say(cli, "Nothing to do");
    cli_print_lines(plan);
    return CLI_DONE;
}
