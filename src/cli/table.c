/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All commands and options: data, nothing else, a file for each group or two.
 * The parser, the help and the completion follow from it, and a test holds
 * the manual against it.
 */
#include "table.h"

#include <string.h>

const struct cli_group cli_groups[] = {
    {"Definitions", cli_table_definitions},
    {"Domains", cli_table_domains},
    {"Virtual CPUs", cli_table_vcpus},
    {"Store", cli_table_store},
    {"Host", cli_table_host},
    {"Program", cli_table_program},
    {NULL, NULL},
};

const struct cli_global cli_globals[] = {
    {'c', "connect", "URI", "hypervisor and store to use"},
    {'r', "readonly", NULL, "refuse whatever would change something"},
    {'q', "quiet", NULL, "no messages and no heads of tables"},
    {'h', "help", NULL, "this help, or that of a command"},
    {'v', "version", NULL, "version of the command"},
    {0, NULL, NULL, NULL},
};

const struct cli_command *cli_command_find(const char *name)
{
    const struct cli_group *group;
    const struct cli_command *command;

    for (group = cli_groups; group->title; group++) {
        for (command = group->commands; command->name; command++) {
            if (strcmp(command->name, name) == 0)
                return command;
        }
    }
    return NULL;
}
