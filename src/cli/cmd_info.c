/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "cli.h"
#include "cli_json.h"

#define WIDTH 15

struct facts {
    vcpuconfStoreInfo store;
    char *uri;               /* owned */
    const char *hypervisor;
    const char *features;    /* "name version" in lines */
    unsigned revisions;      /* kept of each definition; 0: all */
    unsigned removed;        /* definitions kept; 0: all */
    char library[64];
};

static int facts_get(const struct cli *cli, struct facts *ret)
{
    unsigned long number = 0;

    if (vcpuconfConnectGetStoreInfo(cli->conn, &ret->store, 0) < 0 ||
        vcpuconfConnectGetHistoryLimit(cli->conn, &ret->revisions, 0) < 0 ||
        vcpuconfConnectGetHistoryLimit(cli->conn, &ret->removed,
                                       VCPUCONF_HISTORY_REMOVED) < 0 ||
        !(ret->uri = virConnectGetURI(cli->conn)) ||
        !(ret->hypervisor = virConnectGetType(cli->conn)) ||
        virGetVersion(&number, NULL, NULL) < 0)
        return -1;
    ret->features = vcpuconfGetFeatures();
    (void)snprintf(ret->library, sizeof(ret->library), "%lu.%lu.%lu",
                   number / 1000000, number / 1000 % 1000, number % 1000);
    return 0;
}

static void print_limit(const char *label, unsigned limit, const char *what)
{
    if (limit == 0)
        cli_print_field(WIDTH, label, "all %s", what);
    else
        cli_print_field(WIDTH, label, "last %u %s", limit, what);
}

static void print(const struct cli *cli, const struct facts *facts)
{
    const vcpuconfStoreInfo *store = &facts->store;
    const char *line = facts->features;

    cli_print_field(WIDTH, "URI:", "%s", facts->uri);
    cli_print_field(WIDTH, "Hypervisor:", "%s", facts->hypervisor);
    cli_print_field(WIDTH, "Store:", "%s", store->path);
    cli_print_field(WIDTH, "Access:", "%s",
                    store->readOnly ? "read only" : "read and write");
    cli_print_field(WIDTH, "Format:", "%u", store->format);
    cli_print_field(WIDTH, "Size:", "%llu bytes", store->bytes);
    cli_print_field(WIDTH, "Definitions:", "%llu", store->domains);
    cli_print_field(WIDTH, "Revisions:", "%llu", store->revisions);
    print_limit("Kept:", facts->revisions, "revisions of each definition");
    print_limit("", facts->removed, "removed definitions");
    cli_print_field(WIDTH, "Last change:", "%llu", store->change);
    cli_print_field(WIDTH, "Command:", "vcpuconf %s", PACKAGE_VERSION);
    cli_print_field(WIDTH, "Library:", "libvcpuconf %s", facts->library);
    while (*line) {
        int len = (int)strcspn(line, "\n");

        cli_print_field(WIDTH, line == facts->features ? "Built with:" : "",
                        "%.*s", len, line);
        line += len;
        line += *line == '\n';
    }
    cli_say_end(cli);
}

/* {"NAME": "VERSION", ...} */
static struct json_object *features_json(const char *line)
{
    struct json_object *object = cli_json_object();

    while (*line) {
        size_t len = strcspn(line, "\n");
        CLI_AUTO(char *) text = strndup(line, len);
        char *blank = text ? strchr(text, ' ') : NULL;

        if (blank)
            *blank++ = '\0';
        if (text)
            cli_json_add_text(object, text, blank ? blank : "");
        line += len + (line[len] == '\n');
    }
    return object;
}

static int print_json(const struct facts *facts)
{
    const vcpuconfStoreInfo *store = &facts->store;
    struct json_object *document = cli_json_object();
    struct json_object *object = cli_json_object();

    cli_json_add_text(object, "path", store->path);
    cli_json_add_bool(object, "read_only", store->readOnly);
    cli_json_add_number(object, "format", store->format);
    cli_json_add_number(object, "bytes", store->bytes);
    cli_json_add_number(object, "definitions", store->domains);
    cli_json_add_number(object, "revisions", store->revisions);
    cli_json_add_number(object, "change", store->change);
    cli_json_add_number(object, "keep_revisions", facts->revisions);
    cli_json_add_number(object, "keep_removed", facts->removed);
    cli_json_add_text(document, "uri", facts->uri);
    cli_json_add_text(document, "hypervisor", facts->hypervisor);
    cli_json_add(document, "store", object);
    cli_json_add_text(document, "command", PACKAGE_VERSION);
    cli_json_add_text(document, "library", facts->library);
    cli_json_add(document, "features", features_json(facts->features));
    return cli_json_print(document);
}

int cmd_info(struct cli *cli)
{
    struct facts facts = {.uri = NULL};
    int rc = CLI_DONE;

    if (facts_get(cli, &facts) < 0)
        rc = cli_fail_last();
    else if (cli_is_json(cli))
        rc = print_json(&facts);
    else
        print(cli, &facts);
    vcpuconfStoreInfoClear(&facts.store);
    free(facts.uri);
    return rc;
}
