/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arguments against the table.  Options may stand anywhere behind the command
 * and global ones anywhere; "--name value" and "--name=value" are the same;
 * "--" ends the options.  Words without an option fill the positional options
 * that were not given by name, in the table's order.
 */
#include <assert.h>
#include <limits.h>
#include <string.h>

#include "cli.h"

struct parse {
    struct cli *cli;
    int argc;
    char **argv;
    int next;
    const char **words; /* those without an option */
    size_t nwords;
};

/* ---- What was given ---- */

static size_t option_index(const struct cli_command *command, const char *name,
                           size_t len)
{
    size_t i;

    for (i = 0; command->options && command->options[i].name; i++) {
        if (strlen(command->options[i].name) == len &&
            memcmp(command->options[i].name, name, len) == 0)
            return i;
    }
    return CLI_OPTIONS_MAX;
}

const struct cli_given *cli_values(const struct cli *cli, const char *name)
{
    size_t i = option_index(cli->command, name, strlen(name));

    assert(i < CLI_OPTIONS_MAX);
    return &cli->given[i];
}

bool cli_has(const struct cli *cli, const char *name)
{
    return cli_values(cli, name)->is_set;
}

const char *cli_value(const struct cli *cli, const char *name)
{
    const struct cli_given *given = cli_values(cli, name);

    return given->n ? given->values[0] : NULL;
}

static bool number_parse(const char *text, unsigned *ret_number)
{
    unsigned long long number = 0;
    const char *p;

    for (p = text; *p >= '0' && *p <= '9' && number <= UINT_MAX; p++)
        number = number * 10 + (unsigned)(*p - '0');
    if (p == text || *p || number > UINT_MAX)
        return false;
    *ret_number = (unsigned)number;
    return true;
}

unsigned cli_number(const struct cli *cli, const char *name)
{
    unsigned number = 0;

    (void)number_parse(cli_value(cli, name), &number);
    return number;
}

unsigned cli_flags(const struct cli *cli)
{
    const struct cli_option *options = cli->command->options;
    unsigned flags = 0;
    size_t i;

    for (i = 0; options[i].name; i++) {
        if (cli->given[i].is_set)
            flags |= options[i].flag;
    }
    return flags;
}

bool cli_is_json(const struct cli *cli)
{
    size_t i = option_index(cli->command, "format", strlen("format"));

    return i < CLI_OPTIONS_MAX && cli->given[i].n > 0 &&
           strcmp(cli->given[i].values[0], "json") == 0;
}

/* ---- Parsing ---- */

static bool is_number_kind(enum cli_kind kind)
{
    return kind == CLI_NUMBER || kind == CLI_VCPU || kind == CLI_REVISION;
}

static bool is_among(const char *word, const char *words)
{
    size_t len = strlen(word);

    for (; *words; words += strcspn(words, " "), words += *words == ' ') {
        if (strcspn(words, " ") == len && memcmp(words, word, len) == 0)
            return true;
    }
    return false;
}

static int give(struct parse *parse, size_t index, const char *value)
{
    const struct cli_option *option = &parse->cli->command->options[index];
    struct cli_given *given = &parse->cli->given[index];
    unsigned number;

    if (given->n > 0 && !(option->how & CLI_REPEAT))
        return cli_usage(parse->cli, "option --%s is given twice",
                         option->name);
    if (option->kind == CLI_WORD && !is_among(value, option->words))
        return cli_usage(parse->cli, "%s '%s' is none of: %s", option->name,
                         value, option->words);
    if (is_number_kind(option->kind) && !number_parse(value, &number))
        return cli_usage(parse->cli,
                         "%s '%s' is not a number from 0 to %u (plain decimal "
                         "digits)",
                         option->name, value, UINT_MAX);
    if (!given->values)
        given->values = cli_alloc((size_t)parse->argc, sizeof(*given->values));
    given->values[given->n++] = value;
    given->is_set = true;
    return CLI_DONE;
}

/* The value of an option: what stands behind '=', else the next argument. */
static const char *value_of(struct parse *parse, const char *equals)
{
    if (equals)
        return equals + 1;
    return parse->next < parse->argc ? parse->argv[parse->next++] : NULL;
}

static int parse_global(struct parse *parse, const struct cli_global *global,
                        const char *value)
{
    struct cli *cli = parse->cli;

    switch (global->letter) {
    case 'c':
        cli->uri = value;
        break;
    case 'r':
        cli->read_only = true;
        break;
    case 'q':
        cli->quiet = true;
        break;
    case 'h':
        cli->help = true;
        break;
    case 'v':
        cli->version = true;
        break;
    default:
        assert(!"a global option without a meaning");
    }
    return CLI_DONE;
}

static const struct cli_global *global_find(const char *name, size_t len)
{
    const struct cli_global *global;

    for (global = cli_globals; global->name; global++) {
        if (strlen(global->name) == len && memcmp(global->name, name, len) == 0)
            return global;
    }
    return NULL;
}

/* "-c URI", "-cURI", "-rq". */
static int parse_letters(struct parse *parse, const char *letters)
{
    const struct cli_global *global;
    const char *value;

    for (; *letters; letters++) {
        for (global = cli_globals; global->name; global++) {
            if (global->letter == *letters)
                break;
        }
        if (!global->name)
            return cli_usage(parse->cli, "unknown option -%c", *letters);
        if (!global->value) {
            (void)parse_global(parse, global, NULL);
            continue;
        }
        value = letters[1] ? letters + 1 : value_of(parse, NULL);
        if (!value)
            return cli_usage(parse->cli, "option -%c needs a %s",
                             global->letter, global->value);
        return parse_global(parse, global, value);
    }
    return CLI_DONE;
}

static int parse_global_long(struct parse *parse,
                             const struct cli_global *global,
                             const char *equals)
{
    const char *value = NULL;

    if (!global->value && equals)
        return cli_usage(parse->cli, "option --%s takes no value",
                         global->name);
    if (global->value && !(value = value_of(parse, equals)))
        return cli_usage(parse->cli, "option --%s needs a %s", global->name,
                         global->value);
    return parse_global(parse, global, value);
}

static int parse_long(struct parse *parse, const char *name)
{
    struct cli *cli = parse->cli;
    const char *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const struct cli_global *global = global_find(name, len);
    const char *value;
    size_t index;

    if (global)
        return parse_global_long(parse, global, equals);
    if (!cli->command)
        return cli_usage(cli, "unknown option --%.*s before the command",
                         (int)len, name);
    index = option_index(cli->command, name, len);
    if (index == CLI_OPTIONS_MAX)
        return cli_usage(cli, "command '%s' has no option --%.*s",
                         cli->command->name, (int)len, name);
    if (cli->command->options[index].kind == CLI_FLAG) {
        if (equals)
            return cli_usage(cli, "option --%.*s takes no value", (int)len,
                             name);
        cli->given[index].is_set = true;
        return CLI_DONE;
    }
    value = value_of(parse, equals);
    if (!value)
        return cli_usage(cli, "option --%.*s needs a value", (int)len, name);
    return give(parse, index, value);
}

static int parse_word(struct parse *parse, const char *word)
{
    if (parse->cli->command) {
        parse->words[parse->nwords++] = word;
        return CLI_DONE;
    }
    parse->cli->command = cli_command_find(word);
    if (!parse->cli->command)
        return cli_usage(parse->cli, "unknown command '%s'", word);
    return CLI_DONE;
}

static int fill_positions(struct parse *parse)
{
    const struct cli_option *option = parse->cli->command->options;
    size_t used = 0;
    size_t i;
    int rc;

    for (i = 0; option && option[i].name && used < parse->nwords; i++) {
        if (!(option[i].how & CLI_POSITIONAL) || parse->cli->given[i].is_set)
            continue;
        do {
            rc = give(parse, i, parse->words[used++]);
            if (rc != CLI_DONE)
                return rc;
        } while ((option[i].how & CLI_REPEAT) && used < parse->nwords);
    }
    if (used < parse->nwords)
        return cli_usage(parse->cli, "unexpected argument '%s'",
                         parse->words[used]);
    return CLI_DONE;
}

static int check_required(const struct cli *cli)
{
    const struct cli_option *option = cli->command->options;
    size_t i;

    for (i = 0; option && option[i].name; i++) {
        if ((option[i].how & CLI_REQUIRED) && !cli->given[i].is_set)
            return cli_usage(cli, "command '%s' needs a <%s>",
                             cli->command->name, option[i].name);
    }
    return CLI_DONE;
}

static int parse_all(struct parse *parse)
{
    bool options_end = false;
    int rc = CLI_DONE;

    while (parse->next < parse->argc && rc == CLI_DONE) {
        const char *arg = parse->argv[parse->next++];

        if (options_end || arg[0] != '-' || arg[1] == '\0')
            rc = parse_word(parse, arg);
        else if (arg[1] != '-')
            rc = arg[1] >= '0' && arg[1] <= '9' ? parse_word(parse, arg)
                                                : parse_letters(parse, arg + 1);
        else if (arg[2] == '\0')
            options_end = true;
        else
            rc = parse_long(parse, arg + 2);
    }
    return rc;
}

int cli_args_parse(struct cli *cli, int argc, char **argv)
{
    struct parse parse = {.cli = cli, .argc = argc, .argv = argv};
    int rc;

    parse.words = cli_alloc((size_t)argc, sizeof(*parse.words));
    rc = parse_all(&parse);
    if (rc == CLI_DONE && cli->command && !cli->help && !cli->version) {
        rc = fill_positions(&parse);
        if (rc == CLI_DONE)
            rc = check_required(cli);
    }
    free(parse.words);
    return rc;
}

void cli_args_clear(struct cli *cli)
{
    size_t i;

    for (i = 0; i < CLI_OPTIONS_MAX; i++) {
        free(cli->given[i].values);
        memset(&cli->given[i], 0, sizeof(cli->given[i]));
    }
}
