/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `watch` in a build without libuv. */
#include "cli.h"

int cmd_watch_check(const struct cli *cli)
{
    (void)cli;
    return cli_fail("this build has no watch: libuv was not there when it was "
                    "configured");
}

int cmd_watch(struct cli *cli)
{
    return cmd_watch_check(cli);
}
