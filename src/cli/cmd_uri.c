/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "cli_json.h"

int cmd_uri(struct cli *cli)
{
    CLI_AUTO(char *) uri = virConnectGetURI(cli->conn);
    struct json_object *document;

    if (!uri)
        return cli_fail_last();
    if (!cli_is_json(cli)) {
        cli_print_lines(uri);
        return CLI_DONE;
    }
    document = cli_json_object();
    cli_json_add_text(document, "uri", uri);
    return cli_json_print(document);
}
