/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli.h"

/* -v is the number alone, for programs. */
int cmd_version(struct cli *cli)
{
    unsigned long number = 0;

    if (cli->version) {
        (void)puts(PACKAGE_VERSION);
        return CLI_DONE;
    }
    if (virGetVersion(&number, NULL, NULL) < 0)
        return cli_fail_last();
    (void)printf("Command: vcpuconf %s\n", PACKAGE_VERSION);
    (void)printf("Library: libvcpuconf %lu.%lu.%lu\n", number / 1000000,
                 number / 1000 % 1000, number % 1000);
    (void)printf("Drivers: %s\n", VC_BUILD_DRIVERS);
    cli_say_end(cli);
    return CLI_DONE;
}
