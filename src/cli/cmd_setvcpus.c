/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

int cmd_setvcpus(struct cli *cli)
{
    unsigned count = cli_number(cli, "count");
    unsigned flags = cli_flags(cli);
    CLI_AUTO_DOMAIN domain = cli_domain(cli);
    CLI_AUTO_BATCH batch = NULL;
    int rc;

    if (!domain)
        return CLI_FAILED;
    if (cli_has(cli, "dry-run")) {
        batch = vcpuconfBatchNew(cli->conn);
        rc = batch ? vcpuconfBatchSetVcpusFlags(batch, domain, count, flags)
                   : -1;
        return cli_plan_print(cli, batch, rc);
    }
    if (virDomainSetVcpusFlags(domain, count, flags) < 0)
        return cli_fail_last();
    return CLI_DONE;
}
