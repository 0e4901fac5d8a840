/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

int cmd_destroy(struct cli *cli)
{
    CLI_AUTO_DOMAIN domain = cli_domain(cli);

    if (!domain)
        return CLI_FAILED;
    if (virDomainDestroy(domain) < 0)
        return cli_fail_last();
    cli_say(cli, "Domain '%s' destroyed", virDomainGetName(domain));
    cli_say_end(cli);
    return CLI_DONE;
}
