/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands about the store, the host and the program. */
#include "table.h"

const struct cli_command cli_table_store[] = {
    {
        .name = "backup",
        .summary = "copy the store to a file",
        .description =
            "The copy is one state of the store, taken while others go on using\n"
            "it: complete under its name, with mode 0600, or not there at all.",
        .options = OPTIONS(
            OPTION("file", CLI_FILE, CLI_POSITIONAL | CLI_REQUIRED, 0,
                   "the copy")
            OPTION("replace", CLI_FLAG, 0, VCPUCONF_BACKUP_REPLACE,
                   "it may be there already")
        ),
        .check = cmd_backup_check,
        .run = cmd_backup,
    },
    {
        .name = "check",
        .summary = "look whether the store is sound",
        .description =
            "Check the file, and for each definition that its document can be\n"
            "read and says what the store has noted of it.  One line for each\n"
            "fault; exit status 1 if there is one.",
        .options = OPTIONS(FORMAT),
        .run = cmd_check,
    },
    {
        .name = "info",
        .summary = "facts about the store and the program",
        .description =
            "Path, format and size of the store, numbers of what is in it, the\n"
            "hypervisor and the URI, versions, and what this build is made of.",
        .options = OPTIONS(FORMAT),
        .run = cmd_info,
    },
    {.name = NULL},
};

const struct cli_command cli_table_host[] = {
    {
        .name = "nodeinfo",
        .summary = "facts about the host",
        .description = "Model, CPUs, NUMA cells and memory of the host.",
        .options = OPTIONS(FORMAT),
        .run = cmd_nodeinfo,
    },
    {
        .name = "maxvcpus",
        .summary = "the most vCPUs that a domain can have here",
        .description = "A property of the hypervisor.",
        .options = OPTIONS(
            OPTION("type", CLI_TEXT, CLI_POSITIONAL, 0,
                   "kind of domain; without effect")
            FORMAT
        ),
        .run = cmd_maxvcpus,
    },
    {
        .name = "uri",
        .summary = "print the URI in use",
        .description = "Where the command is connected to.",
        .options = OPTIONS(FORMAT),
        .run = cmd_uri,
    },
    {.name = NULL},
};

const struct cli_command cli_table_program[] = {
    {
        .name = "help",
        .summary = "list the commands, or explain one",
        .description = "Without a command: list them all.",
        .options = OPTIONS(
            OPTION("command", CLI_COMMAND, CLI_POSITIONAL, 0, "command to explain")
            PAGER
            OPTION("table", CLI_FLAG, CLI_HIDDEN, 0,
                   "commands and options for programs, fields separated by tabs")
        ),
        .traits = CLI_NO_CONNECTION,
        .run = cmd_help,
    },
    {
        .name = "version",
        .summary = "versions of the command and the library",
        .description = "Print versions, and the hypervisors this build knows.",
        .options = OPTIONS(FORMAT),
        .traits = CLI_NO_CONNECTION,
        .run = cmd_version,
    },
    {.name = NULL},
};
