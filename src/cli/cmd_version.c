/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "cli.h"
#include "cli_json.h"

/* Words with blanks between them. */
static struct json_object *words_json(const char *words)
{
    struct json_object *array = cli_json_array();

    while (*words) {
        int len = (int)strcspn(words, " ");
        char word[64];

        (void)snprintf(word, sizeof(word), "%.*s", len, words);
        cli_json_append(array, cli_json_text(word));
        words += len;
        words += strspn(words, " ");
    }
    return array;
}

static int print_json(const char *library)
{
    struct json_object *document = cli_json_object();

    cli_json_add_text(document, "command", PACKAGE_VERSION);
    cli_json_add_text(document, "library", library);
    cli_json_add(document, "drivers", words_json(VC_BUILD_DRIVERS));
    return cli_json_print(document);
}

/* -v is the number alone, for programs. */
int cmd_version(struct cli *cli)
{
    unsigned long number = 0;
    char library[64];

    if (cli->version) {
        (void)puts(PACKAGE_VERSION);
        return CLI_DONE;
    }
    if (virGetVersion(&number, NULL, NULL) < 0)
        return cli_fail_last();
    (void)snprintf(library, sizeof(library), "%lu.%lu.%lu", number / 1000000,
                   number / 1000 % 1000, number % 1000);
    if (cli_is_json(cli))
        return print_json(library);
    (void)printf("Command: vcpuconf %s\n", PACKAGE_VERSION);
    (void)printf("Library: libvcpuconf %s\n", library);
    (void)printf("Drivers: %s\n", VC_BUILD_DRIVERS);
    cli_say_end(cli);
    return CLI_DONE;
}
