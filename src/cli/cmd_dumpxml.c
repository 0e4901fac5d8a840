/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "cli_json.h"
#include "past.h"

int cmd_dumpxml_check(const struct cli *cli)
{
    if (cli_has(cli, "revision") && cli_flags(cli))
        return cli_usage(cli, "a revision is what it is: --revision excludes "
                              "the options that change the document");
    return CLI_DONE;
}

/* Takes the members that say whose document it is. */
static int print(const struct cli *cli, struct json_object *whose,
                 const char *xml)
{
    if (whose) {
        cli_json_add_text(whose, "xml", xml);
        return cli_json_print(whose);
    }
    cli_pager_start(cli);
    return cli_print_document(xml);
}

static int dump_revision(const struct cli *cli)
{
    CLI_AUTO_PAST past = {0};
    CLI_AUTO(char *) xml = NULL;
    struct json_object *whose = NULL;

    if (cli_past_find(cli, &past) < 0)
        return CLI_FAILED;
    xml = cli_past_xml(cli, &past, cli_number(cli, "revision"));
    if (!xml)
        return cli_fail_last();
    if (cli_is_json(cli)) {
        whose = cli_past_json(&past);
        cli_json_add_number(whose, "revision", cli_number(cli, "revision"));
    }
    return print(cli, whose, xml);
}

int cmd_dumpxml(struct cli *cli)
{
    CLI_AUTO_DOMAIN domain = NULL;
    CLI_AUTO(char *) xml = NULL;

    if (cli_has(cli, "revision"))
        return dump_revision(cli);
    domain = cli_domain(cli);
    if (!domain)
        return CLI_FAILED;
    xml = virDomainGetXMLDesc(domain, cli_flags(cli));
    if (!xml)
        return cli_fail_last();
    return print(cli, cli_is_json(cli) ? cli_json_domain(domain) : NULL, xml);
}
