/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "cli.h"
#include "file.h"

/* To standard output where there is no path. */
static int export_one(const struct cli *cli, virDomainPtr domain,
                      const char *path)
{
    CLI_AUTO(char *) xml = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
    int rc;

    if (!xml)
        return cli_fail_last();
    if (!path || strcmp(path, "-") == 0)
        return cli_print_document(xml);
    rc = cli_file_write(path, xml, strlen(xml), cli_has(cli, "force"));
    if (rc == CLI_DONE)
        cli_say(cli, "Domain '%s' exported to %s", virDomainGetName(domain),
                path);
    return rc;
}

static int export_into(const struct cli *cli, virDomainPtr domain,
                       const char *dir)
{
    CLI_AUTO(char *) name = cli_file_name(domain);
    size_t size = strlen(dir) + strlen(name) + 2;
    CLI_AUTO(char *) path = cli_alloc(size, 1);
    const char *slash = dir[strlen(dir) - 1] == '/' ? "" : "/";

    (void)snprintf(path, size, "%s%s%s", dir, slash, name);
    return export_one(cli, domain, path);
}

/* Goes on past a domain that can't be exported. */
static int export_to_dir(const struct cli *cli, const char *dir)
{
    CLI_AUTO_DOMAINS domains = {0};
    int result = CLI_DONE;
    size_t i;

    if (cli_domains_get(cli, VIR_CONNECT_LIST_DOMAINS_PERSISTENT, &domains) < 0)
        return CLI_FAILED;
    if (cli_dir_make(dir) < 0)
        return cli_fail("%s: %s", dir, strerror(errno));
    for (i = 0; i < domains.n; i++) {
        if (export_into(cli, domains.items[i], dir) != CLI_DONE)
            result = CLI_FAILED;
    }
    if (result == CLI_DONE)
        cli_say_end(cli);
    return result;
}

int cmd_export_check(const struct cli *cli)
{
    size_t words = cli_values(cli, "domain")->n;
    bool has_all = cli_has(cli, "all");

    if (has_all && words > 0)
        return cli_usage(cli, "either domains or --all");
    if (!has_all && words == 0)
        return cli_usage(cli, "command 'export' needs a <domain> or --all");
    if (cli_has(cli, "dir") && !*cli_value(cli, "dir"))
        return cli_usage(cli, "--dir is empty");
    if (cli_has(cli, "dir"))
        return CLI_DONE;
    if (has_all)
        return cli_usage(cli, "--all needs --dir");
    if (words > 2)
        return cli_usage(cli, "several domains need --dir");
    return CLI_DONE;
}

int cmd_export(struct cli *cli)
{
    const struct cli_given *words = cli_values(cli, "domain");
    CLI_AUTO_DOMAIN domain = NULL;
    const char *path;
    int rc;

    if (cli_has(cli, "dir"))
        return export_to_dir(cli, cli_value(cli, "dir"));
    path = words->n == 2 ? words->values[1] : NULL;
    domain = cli_domain(cli);
    if (!domain)
        return CLI_FAILED;
    rc = export_one(cli, domain, path);
    if (rc == CLI_DONE && path && strcmp(path, "-") != 0)
        cli_say_end(cli);
    return rc;
}
