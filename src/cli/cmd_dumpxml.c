/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

/* The document is printed as it is: it is read by programs, and a byte more
 * or less would make it another one. */
int cmd_dumpxml(struct cli *cli)
{
    CLI_AUTO_DOMAIN domain = cli_domain(cli);
    CLI_AUTO(char *) xml = NULL;

    if (!domain)
        return CLI_FAILED;
    xml = virDomainGetXMLDesc(domain, cli_flags(cli));
    if (!xml)
        return cli_fail_last();
    (void)fputs(xml, stdout);
    return CLI_DONE;
}
