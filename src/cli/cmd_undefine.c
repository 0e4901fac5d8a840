/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

int cmd_undefine(struct cli *cli)
{
    CLI_AUTO_DOMAIN domain = cli_domain(cli);

    if (!domain)
        return CLI_FAILED;
    if (virDomainUndefineFlags(domain, cli_flags(cli)) < 0)
        return cli_fail_last();
    cli_say(cli, "Domain '%s' has been undefined", virDomainGetName(domain));
    cli_say_end(cli);
    return CLI_DONE;
}
