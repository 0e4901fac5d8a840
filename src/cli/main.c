/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "text.h"

static int run_connected(struct cli *cli)
{
    int rc;

    cli->conn = cli->read_only ? virConnectOpenReadOnly(cli->uri)
                               : virConnectOpen(cli->uri);
    if (!cli->conn)
        return cli_fail_last();
    rc = cli->command->run(cli);
    (void)virConnectClose(cli->conn);
    cli->conn = NULL;
    return rc;
}

static int run(struct cli *cli)
{
    int rc;

    if (cli->help)
        return cmd_help(cli);
    if (cli->version)
        return cmd_version(cli);
    if (!cli->command) {
        cli_help_print(stderr);
        return CLI_USAGE;
    }
    rc = cli->command->check ? cli->command->check(cli) : CLI_DONE;
    if (rc != CLI_DONE)
        return rc;
    if (cli->command->traits & CLI_NO_CONNECTION)
        return cli->command->run(cli);
    return run_connected(cli);
}

/* Output that did not get out is a failure: a full disk, a closed pipe. */
static int close_output(int rc)
{
    bool is_broken = ferror(stdout) != 0;

    errno = 0;
    if (fflush(stdout) != 0 || is_broken) {
        (void)cli_fail("the output could not be written%s%s",
                       errno ? ": " : "", errno ? strerror(errno) : "");
        return rc == CLI_DONE || rc == CLI_DRIFT ? CLI_FAILED : rc;
    }
    return rc;
}

/* A file that is opened while standard output is closed would become it, and
 * get what is printed.  The wrong way round, so that using it still fails. */
static bool keep_standard_files(void)
{
    int fd;

    for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct cli cli = {0};
    int rc;

    if (!keep_standard_files())
        return cli_fail("/dev/null: %s", strerror(errno));
    cli_text_init();
    rc = cli_args_parse(&cli, argc > 0 ? argc - 1 : 0, argv + 1);
    if (rc == CLI_DONE)
        rc = run(&cli);
    cli_args_clear(&cli);
    cli_pager_finish();
    return close_output(rc);
}
