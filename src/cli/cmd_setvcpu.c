/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

/* The target's and the plan's rules hold here too. */
int cmd_setvcpu_check(const struct cli *cli)
{
    bool enable = cli_has(cli, "enable");

    if (enable == cli_has(cli, "disable"))
        return cli_usage(cli, "either --enable or --disable");
    return cli_check_plan(cli);
}

int cmd_setvcpu(struct cli *cli)
{
    const char *list = cli_value(cli, "vcpulist");
    unsigned flags = cli_flags(cli);
    int state = cli_has(cli, "enable");
    CLI_AUTO_DOMAIN domain = cli_domain(cli);
    CLI_AUTO_BATCH batch = NULL;
    int rc;

    if (!domain)
        return CLI_FAILED;
    if (cli_has(cli, "dry-run")) {
        batch = vcpuconfBatchNew(cli->conn);
        rc = batch ? vcpuconfBatchSetVcpu(batch, domain, list, state, flags)
                   : -1;
        return cli_plan_print(cli, batch, rc);
    }
    if (virDomainSetVcpu(domain, list, state, flags) < 0)
        return cli_fail_last();
    return CLI_DONE;
}
