/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "cli.h"
#include "file.h"

/* A document that holds NUL bytes (UTF-16) doesn't fit a string. */
static int define_bytes(const struct cli *cli, const char *path,
                        const char *bytes, size_t len, char **ret_name)
{
    vcpuconfImportItem item = {.xml = bytes, .len = len};
    int refused = vcpuconfConnectImport(cli->conn, &item, 1, 0);
    int rc = CLI_DONE;

    if (refused < 0)
        rc = cli_fail_last();
    else if (refused > 0)
        rc = cli_fail("%s: %s", path, item.message);
    else
        *ret_name = cli_strdup(item.name);
    vcpuconfImportItemsClear(&item, 1);
    return rc;
}

static int define_string(const struct cli *cli, const char *path,
                         const char *xml, char **ret_name)
{
    CLI_AUTO_DOMAIN domain = NULL;

    domain = virDomainDefineXMLFlags(cli->conn, xml, cli_flags(cli));
    if (!domain)
        return cli_fail("%s: %s", path, virGetLastErrorMessage());
    *ret_name = cli_strdup(virDomainGetName(domain));
    return CLI_DONE;
}

int cmd_define(struct cli *cli)
{
    const char *path = cli_value(cli, "file");
    CLI_AUTO(char *) name = NULL;
    CLI_AUTO(char *) bytes = NULL;
    size_t len = 0;
    int rc;

    bytes = cli_file_read(path, &len);
    if (!bytes)
        return CLI_FAILED;
    if (memchr(bytes, '\0', len))
        rc = define_bytes(cli, path, bytes, len, &name);
    else
        rc = define_string(cli, path, bytes, &name);
    if (rc != CLI_DONE)
        return rc;
    cli_say(cli, "Domain '%s' defined from %s", name, path);
    cli_say_end(cli);
    return CLI_DONE;
}
