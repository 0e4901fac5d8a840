/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "cli.h"

#define WIDTH 78
#define WORDS_WIDTH 24 /* of those that a synopsis has room for */
#define VALUE_SIZE 32

static const char *kind_word(enum cli_kind kind)
{
    switch (kind) {
    case CLI_NUMBER:
    case CLI_VCPU:
    case CLI_REVISION:
        return "number";
    case CLI_VCPUS:
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
    case CLI_WORD:
        return "word";
    case CLI_TEXT:
        return "text";
    case CLI_FLAG:
        break;
    }
    return "";
}

/* "<number>", of few words "text|json". */
static void value_of(const struct cli_option *option, char *buf, size_t size)
{
    size_t i;

    if (option->kind != CLI_WORD || strlen(option->words) > WORDS_WIDTH) {
        (void)snprintf(buf, size, "<%s>", kind_word(option->kind));
        return;
    }
    (void)snprintf(buf, size, "%s", option->words);
    for (i = 0; buf[i]; i++) {
        if (buf[i] == ' ')
            buf[i] = '|';
    }
}

/* "<domain>", "[--live]", "[[--vcpu] <number>]", "[<domain>...]",
 * "[--format text|json]". */
static void form_of(const struct cli_option *option, char *buf, size_t size)
{
    bool is_required = option->how & CLI_REQUIRED;
    bool is_bare = option->how & (CLI_REQUIRED | CLI_REPEAT);
    const char *open = is_required ? "" : "[";
    const char *close = is_required ? "" : "]";
    const char *more = option->how & CLI_REPEAT ? "..." : "";
    char value[VALUE_SIZE];

    value_of(option, value, sizeof(value));
    if (option->kind == CLI_FLAG)
        (void)snprintf(buf, size, "[--%s]", option->name);
    else if (!(option->how & CLI_POSITIONAL))
        (void)snprintf(buf, size, "%s--%s %s%s%s", open, option->name, value,
                       more, close);
    else if (is_bare)
        (void)snprintf(buf, size, "%s<%s>%s%s", open, option->name, more,
                       close);
    else
        (void)snprintf(buf, size, "[[--%s] %s]", option->name, value);
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
    char form[VALUE_SIZE + 64];
    size_t i;

    if (command->synopsis) {
        print_indented(command->synopsis);
        return;
    }
    (void)printf("    %s", command->name);
    for (i = 0; option && option[i].name; i++) {
        if (option[i].how & CLI_HIDDEN)
            continue;
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
    char value[VALUE_SIZE];
    char head[VALUE_SIZE + 64];

    if (!option || !option->name)
        return;
    (void)puts("\n  OPTIONS");
    for (; option->name; option++) {
        if (option->how & CLI_HIDDEN)
            continue;
        value_of(option, value, sizeof(value));
        if (option->kind == CLI_FLAG)
            (void)snprintf(head, sizeof(head), "--%s", option->name);
        else
            (void)snprintf(head, sizeof(head), "%s--%s%s %s",
                           option->how & CLI_POSITIONAL ? "[" : "",
                           option->name,
                           option->how & CLI_POSITIONAL ? "]" : "", value);
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
    const struct cli_group *group;
    const struct cli_command *command;

    (void)fputs("vcpuconf [option...] <command> [argument...]\n\n"
                "  Options:\n",
                out);
    print_globals(out);
    for (group = cli_groups; group->title; group++) {
        (void)fprintf(out, "\n  %s:\n", group->title);
        for (command = group->commands; command->name; command++)
            (void)fprintf(out, "    %-23s %s\n", command->name,
                          command->summary);
    }
    (void)fputs("\n  vcpuconf help <command> explains one of them.\n"
                "  Exit status: 0 done, 1 refused or failed, 2 usage.\n\n",
                out);
}

/* ---- for programs: the completion of a shell, tests ---- */

static const char *kind_token(enum cli_kind kind)
{
    static const char *const tokens[] = {
        [CLI_FLAG] = "flag",       [CLI_NUMBER] = "number",
        [CLI_VCPU] = "vcpu",       [CLI_REVISION] = "revision",
        [CLI_VCPUS] = "vcpus",     [CLI_CPUS] = "cpus",
        [CLI_DOMAIN] = "domain",   [CLI_FILE] = "file",
        [CLI_DIR] = "directory",   [CLI_COMMAND] = "command",
        [CLI_WORD] = "word",       [CLI_TEXT] = "text",
    };

    return tokens[kind];
}

static void print_table_options(const struct cli_command *command)
{
    const struct cli_option *option;

    for (option = command->options; option && option->name; option++) {
        if (option->how & CLI_HIDDEN)
            continue;
        (void)printf("option\t%s\t--%s\t%s\t%s%s%s\t%s\n", command->name,
                     option->name, kind_token(option->kind),
                     option->how & CLI_POSITIONAL ? "p" : "-",
                     option->how & CLI_REQUIRED ? "r" : "-",
                     option->how & CLI_REPEAT ? "m" : "-",
                     option->words ? option->words : "-");
    }
}

/* One row each, fields separated by tabs: "global" letter, name, value;
 * "command" name; "option" command, name, kind, how, words. */
static void print_table(void)
{
    const struct cli_global *global;
    const struct cli_group *group;
    const struct cli_command *command;

    for (global = cli_globals; global->name; global++)
        (void)printf("global\t-%c\t--%s\t%s\n", global->letter, global->name,
                     global->value ? global->value : "-");
    for (group = cli_groups; group->title; group++) {
        for (command = group->commands; command->name; command++) {
            (void)printf("command\t%s\n", command->name);
            print_table_options(command);
        }
    }
}

/* -h gives the command by its name in front, 'help' as an argument. */
int cmd_help(struct cli *cli)
{
    const struct cli_command *command = cli->help ? cli->command : NULL;
    const char *name = cli->help ? NULL : cli_value(cli, "command");

    if (!cli->help && cli_has(cli, "table")) {
        print_table();
        return CLI_DONE;
    }
    if (name && !(command = cli_command_find(name)))
        return cli_usage(cli, "unknown command '%s'", name);
    if (!cli->help)
        cli_pager_start(cli);
    if (command)
        print_command(command);
    else
        cli_help_print(stdout);
    return CLI_DONE;
}
