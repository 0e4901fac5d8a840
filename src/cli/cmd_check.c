/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "cli_json.h"

static void print(const struct cli *cli, char *const *faults, int n)
{
    int i;

    for (i = 0; i < n; i++)
        cli_print_lines(faults[i]);
    if (n == 0)
        cli_say(cli, "The store is sound");
    else
        cli_say(cli, "%d %s", n, n == 1 ? "fault" : "faults");
    cli_say_end(cli);
}

static void print_json(char *const *faults, int n)
{
    struct json_object *document = cli_json_object();
    struct json_object *array = cli_json_array();
    int i;

    for (i = 0; i < n; i++)
        cli_json_append(array, cli_json_text(faults[i]));
    cli_json_add_bool(document, "sound", n == 0);
    cli_json_add(document, "faults", array);
    (void)cli_json_print(document);
}

int cmd_check(struct cli *cli)
{
    char **faults = NULL;
    int n = vcpuconfConnectCheck(cli->conn, &faults, 0);
    int i;

    if (n < 0)
        return cli_fail_last();
    if (cli_is_json(cli))
        print_json(faults, n);
    else
        print(cli, faults, n);
    for (i = 0; i < n; i++)
        free(faults[i]);
    free(faults);
    return n > 0 ? CLI_FAILED : CLI_DONE;
}
