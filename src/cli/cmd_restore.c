/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "past.h"

static int restore_removed(const struct cli *cli, const struct cli_past *past)
{
    bool has_revision = cli_has(cli, "revision");
    unsigned revision = has_revision ? cli_number(cli, "revision") : 0;
    CLI_AUTO_DOMAIN domain = NULL;

    /* 0 means the last one to the library, and nothing to people. */
    if (has_revision && revision == 0)
        return cli_fail("revisions count from 1");
    domain = vcpuconfConnectRestore(cli->conn, past->uuid, revision, 0);
    if (!domain)
        return cli_fail_last();
    if (has_revision)
        cli_say(cli, "Domain '%s' restored from revision %u",
                virDomainGetName(domain), revision);
    else
        cli_say(cli, "Domain '%s' restored as it was last",
                virDomainGetName(domain));
    cli_say_end(cli);
    return CLI_DONE;
}

int cmd_restore(struct cli *cli)
{
    CLI_AUTO_PAST past = {0};
    int is_there;

    if (cli_past_find(cli, &past) < 0)
        return CLI_FAILED;
    is_there = past.domain ? virDomainIsPersistent(past.domain) : 0;
    if (is_there < 0)
        return cli_fail_last();
    if (!is_there)
        return restore_removed(cli, &past);
    if (!cli_has(cli, "revision"))
        return cli_fail("domain '%s' has a definition: say which revision is "
                        "to replace it (history lists them)",
                        past.name);
    if (vcpuconfDomainRestore(past.domain, cli_number(cli, "revision"), 0) < 0)
        return cli_fail_last();
    cli_say(cli, "Domain '%s' restored from revision %u", past.name,
            cli_number(cli, "revision"));
    cli_say_end(cli);
    return CLI_DONE;
}
