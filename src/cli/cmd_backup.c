/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

int cmd_backup_check(const struct cli *cli)
{
    const char *path = cli_value(cli, "file");

    if (!*path)
        return cli_usage(cli, "the name of the file is empty");
    if (strcmp(path, "-") == 0)
        return cli_usage(cli, "a store is a file: it can't go to standard "
                              "output");
    return CLI_DONE;
}

/* The library takes absolute paths only. */
static char *absolute(const char *path)
{
    CLI_AUTO(char *) dir = NULL;
    char *ret;

    if (path[0] == '/')
        return cli_strdup(path);
    dir = getcwd(NULL, 0);
    if (!dir) {
        (void)cli_fail("%s: %s", path, strerror(errno));
        return NULL;
    }
    ret = cli_alloc(strlen(dir) + strlen(path) + 2, 1);
    (void)sprintf(ret, "%s/%s", dir, path);
    return ret;
}

int cmd_backup(struct cli *cli)
{
    CLI_AUTO(char *) path = absolute(cli_value(cli, "file"));

    if (!path)
        return CLI_FAILED;
    if (vcpuconfConnectBackup(cli->conn, path, cli_flags(cli)) < 0)
        return cli_fail_last();
    cli_say(cli, "Store copied to %s", cli_value(cli, "file"));
    cli_say_end(cli);
    return CLI_DONE;
}
