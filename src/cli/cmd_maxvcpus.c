/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "cli_json.h"

int cmd_maxvcpus(struct cli *cli)
{
    int maximum = virConnectGetMaxVcpus(cli->conn, cli_value(cli, "type"));
    struct json_object *document;

    if (maximum < 0)
        return cli_fail_last();
    if (!cli_is_json(cli)) {
        (void)printf("%d\n", maximum);
        return CLI_DONE;
    }
    document = cli_json_object();
    cli_json_add_number(document, "maximum", (unsigned)maximum);
    return cli_json_print(document);
}
