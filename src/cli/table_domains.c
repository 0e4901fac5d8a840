/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands about whole domains. */
#include "table.h"

const struct cli_command cli_table_domains[] = {
    {
        .name = "list",
        .summary = "list domains",
        .description =
            "List the domains that run, by id; with --all or --inactive also, or\n"
            "only, those that are defined and do not run, by name.",
        .options = OPTIONS(
            OPTION("all", CLI_FLAG, 0, 0, "running or not")
            OPTION("inactive", CLI_FLAG, 0, VIR_CONNECT_LIST_DOMAINS_INACTIVE,
                   "those that do not run")
            OPTION("persistent", CLI_FLAG, 0, VIR_CONNECT_LIST_DOMAINS_PERSISTENT,
                   "those that have a definition")
            OPTION("transient", CLI_FLAG, 0, VIR_CONNECT_LIST_DOMAINS_TRANSIENT,
                   "those that have none")
            OPTION("name", CLI_FLAG, 0, 0, "only names, one on a line")
            OPTION("uuid", CLI_FLAG, 0, 0, "only UUIDs, one on a line")
            FORMAT
            PAGER
        ),
        .check = cmd_list_check,
        .run = cmd_list,
    },
    {
        .name = "start",
        .summary = "start a defined domain",
        .description =
            "Start a domain with the vCPUs its definition says.  Where the\n"
            "hypervisor's own tool starts domains, this is refused.",
        .options = OPTIONS(ONE_DOMAIN),
        .run = cmd_start,
    },
    {
        .name = "destroy",
        .summary = "stop a running domain at once",
        .description = "Stop a domain as if its plug was pulled.",
        .options = OPTIONS(ONE_DOMAIN),
        .run = cmd_destroy,
    },
    {
        .name = "diff",
        .summary = "where running domains differ from definitions",
        .description =
            "One line for each difference.  Without domains: all that run and\n"
            "have a definition.  Exit status 3 if there are differences, 0 if\n"
            "there are none.",
        .options = OPTIONS(
            ANY_DOMAINS
            OPTION("all", CLI_FLAG, 0, 0, "all that run and have a definition")
            FORMAT
        ),
        .check = cmd_diff_check,
        .run = cmd_diff,
    },
    {
        .name = "reconcile",
        .summary = "make running domains as their definitions say",
        .synopsis = "reconcile <domain>... [--dry-run] [--force]\n"
                    "    [--format text|json]\n"
                    "reconcile --all [--dry-run] [--force] [--format text|json]",
        .description =
            "Done once for each run of a domain: what was changed by hand since\n"
            "is left alone, unless forced.  Goes on past a domain that fails.  A\n"
            "maximum that differs is reported: it needs a start.",
        .options = OPTIONS(
            ANY_DOMAINS
            OPTION("all", CLI_FLAG, 0, 0, "all that run and have a definition")
            DRY_RUN
            OPTION("force", CLI_FLAG, 0, VCPUCONF_RECONCILE_FORCE,
                   "also if it was done for this run already")
            FORMAT
        ),
        .check = cmd_reconcile_check,
        .run = cmd_reconcile,
    },
    {
        .name = "watch",
        .summary = "reconcile domains whenever they start",
        .description =
            "Run until a signal ends it, and reconcile each run of a domain that\n"
            "was not reconciled yet: those that run now, and those that start\n"
            "later.  Tries again what fails.  SIGHUP: look at everything again.",
        .options = OPTIONS(
            OPTION("give-up", CLI_NUMBER, 0, 0,
                   "seconds to try for (600; 0: for ever)")
        ),
        .check = cmd_watch_check,
        .run = cmd_watch,
    },
    {
        .name = "adopt",
        .summary = "make the definition as the domain runs now",
        .description =
            "Write the counts and pins of a running domain into its definition;\n"
            "a domain without one gets a minimal one.  Whoever tuned a domain by\n"
            "hand keeps the result.  The running domain is not touched.",
        .options = OPTIONS(
            ONE_DOMAIN
            DRY_RUN
            FORMAT
        ),
        .run = cmd_adopt,
    },
    {
        .name = "qemu-args",
        .summary = "arguments that start QEMU as a definition says",
        .description =
            "Name, UUID, vCPUs and sockets of a definition, as arguments for QEMU,\n"
            "one on a line and safe in $(...).  QEMU starts with the vCPUs that\n"
            "are online from 0 on without a gap; reconcile adds the others.",
        .options = OPTIONS(
            ONE_DOMAIN
            OPTION("dir", CLI_DIR, 0, 0, "where the sockets are")
            OPTION("no-agent", CLI_FLAG, 0, 0, "no channel of the guest's agent")
            OPTION("no-events", CLI_FLAG, 0, 0, "no second monitor")
            WORD_OPTION("format", "lines, or one of the others",
                        "text shell null json")
        ),
        .check = cmd_qemu_args_check,
        .run = cmd_qemu_args,
    },
    {.name = NULL},
};
