/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

int cmd_adopt(struct cli *cli)
{
    bool is_plan = cli_has(cli, "dry-run");
    CLI_AUTO_DOMAIN domain = cli_domain(cli);
    CLI_AUTO(char *) plan = NULL;

    if (!domain)
        return CLI_FAILED;
    if (vcpuconfDomainAdopt(domain, &plan,
                            is_plan ? VCPUCONF_ADOPT_DRY_RUN : 0) < 0)
        return cli_fail_last();
    if (is_plan || cli_is_json(cli))
        return cli_plan_print_lines(cli, plan);
    if (cli->quiet)
        return CLI_DONE;
    (void)cli_plan_print_lines(cli, plan);
    if (*plan) {
        cli_say(cli, "Domain '%s' is defined as it runs now",
                virDomainGetName(domain));
        cli_say_end(cli);
    }
    return CLI_DONE;
}
