/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "cli.h"

#define WIDTH 78

static const char *kind_word(enum cli_kind kind)
{
    switch (kind) {
    case CLI_NUMBER:
    case CLI_VCPU:
        return "number";
    case CLI_CPUS:
        return "list";
    case CLI_DOMAIN:
        return "domain";
    case CLI_FILE:
        return "file";
    case CLI_DIR:
        return "directory";
    case CLI_COMMAND:
        return "command";
    case CLI_FLAG:
        break;
    }
    return "";
}

/* "<domain>", "[--live]", "[[--vcpu] <number>]", "[<domain>...]". */
static void form_of(const struct cli_option *option, char *buf, size_t size)
{
    bool is_required = option->how & CLI_REQUIRED;
    bool is_bare = option->how & (CLI_REQUIRED | CLI_REPEAT);
    const char *open = is_required ? "" : "[";
    const char *close = is_required ? "" : "]";
    const char *more = option->how & CLI_REPEAT ? "..." : "";

    if (option->kind == CLI_FLAG)
        (void)snprintf(buf, size, "[--%s]", option->name);
    else if (!(option->how & CLI_POSITIONAL))
        (void)snprintf(buf, size, "%s--%s <%s>%s%s", open, option->name,
                       kind_word(option->kind), more, close);
    else if (is_bare)
        (void)snprintf(buf, size, "%s<%s>%s%s", open, option->name, more,
                       close);
    else
        (void)snprintf(buf, size, "[[--%s] <%s>]", option->name,
                       kind_word(option->kind));
}

static void print_indented(const char *text)
{
    size_t len;

    for (; *text; text += len + (text[len] == '\n')) {
        len = strcspn(text, "\n");
        (void)printf("    %.*s\n", (int)len, text);
    }
}

static void print_synopsis(const struct cli_command *command)
{
    const struct cli_option *option = command->options;
    size_t used = 4 + strlen(command->name);
    char form[96];
    size_t i;

    if (command->synopsis) {
        print_indented(command->synopsis);
        return;
    }
    (void)printf("    %s", command->name);
    for (i = 0; option && option[i].name; i++) {
        form_of(&option[i], form, sizeof(form));
        if (used + 1 + strlen(form) > WIDTH) {
            (void)fputs("\n       ", stdout);
            used = 7;
        }
        (void)printf(" %s", form);
        used += 1 + strlen(form);
    }
    (void)putchar('\n');
}

static void print_options(const struct cli_option *option)
{
    char head[64];

    if (!option || !option->name)
        return;
    (void)puts("\n  OPTIONS");
    for (; option->name; option++) {
        if (option->kind == CLI_FLAG)
            (void)snprintf(head, sizeof(head), "--%s", option->name);
        else
            (void)snprintf(head, sizeof(head), "%s--%s%s <%s>",
                           option->how & CLI_POSITIONAL ? "[" : "",
                           option->name,
                           option->how & CLI_POSITIONAL ? "]" : "",
                           kind_word(option->kind));
        (void)printf("    %-23s %s\n", head, option->help);
    }
}

static void print_command(const struct cli_command *command)
{
    (void)puts("  NAME");
    (void)printf("    %s - %s\n", command->name, command->summary);
    (void)puts("\n  SYNOPSIS");
    print_synopsis(command);
    (void)puts("\n  DESCRIPTION");
    print_indented(command->description);
    print_options(command->options);
    (void)putchar('\n');
}

static void print_globals(FILE *out)
{
    const struct cli_global *global;
    char head[64];

    for (global = cli_globals; global->name; global++) {
        (void)snprintf(head, sizeof(head), "-%c, --%s%s%s", global->letter,
                       global->name, global->value ? " " : "",
                       global->value ? global->value : "");
        (void)fprintf(out, "    %-23s %s\n", head, global->help);
    }
}

void cli_help_print(FILE *out)
{
    const struct cli_command *command;
    const char *group = "";

    (void)fputs("vcpuconf [option...] <command> [argument...]\n\n"
                "  Options:\n",
                out);
    print_globals(out);
    for (command = cli_commands; command->name; command++) {
        if (strcmp(group, command->group) != 0)
            (void)fprintf(out, "\n  %s:\n", command->group);
        group = command->group;
        (void)fprintf(out, "    %-23s %s\n", command->name, command->summary);
    }
    (void)fputs("\n  vcpuconf help <command> explains one of them.\n"
                "  Exit status: 0 done, 1 refused or failed, 2 usage.\n\n",
                out);
}

/* -h gives the command by its name in front, 'help' as an argument. */
int cmd_help(struct cli *cli)
{
    const struct cli_command *command = cli->command;

    if (!cli->help && cli_value(cli, "command")) {
        command = cli_command_find(cli_value(cli, "command"));
        if (!command)
            return cli_usage(cli, "unknown command '%s'",
                             cli_value(cli, "command"));
    } else if (!cli->help) {
        command = NULL;
    }
    if (command)
        print_command(command);
    else
        cli_help_print(stdout);
    return CLI_DONE;
}
