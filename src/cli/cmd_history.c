/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "grid.h"
#include "cli_json.h"
#include "past.h"

/* Local time as in ISO 8601, with its offset from UTC. */
static void add_time(struct cli_grid *grid, long long time_us)
{
    time_t seconds = (time_t)(time_us / 1000000);
    struct tm tm;
    char text[64] = "-";
    size_t len;

    if (localtime_r(&seconds, &tm) &&
        (len = strftime(text, sizeof(text) - 1, "%Y-%m-%dT%H:%M:%S%z", &tm))) {
        memmove(text + len - 1, text + len - 2, 3); /* +hhmm to +hh:mm */
        text[len - 2] = ':';
    }
    cli_grid_add(grid, text);
}

static struct json_object *json_time(struct json_object *object,
                                     long long time_us)
{
    cli_json_add(object, "time", cli_json_time(time_us));
    cli_json_add(object, "time_us",
                 json_object_new_int64((int64_t)time_us));
    return object;
}

/* ---- one definition ---- */

static int print_json(const struct cli_past *past, bool is_removed,
                      const vcpuconfRevision *revisions, int n)
{
    struct json_object *document = cli_past_json(past);
    struct json_object *array = cli_json_array();
    struct json_object *object;
    int i;

    for (i = 0; i < n; i++) {
        object = cli_json_object();
        cli_json_add_number(object, "revision", revisions[i].revision);
        (void)json_time(object, revisions[i].time);
        cli_json_add_bool(object, "removed", revisions[i].deleted);
        cli_json_add_text(object, "operation", revisions[i].what);
        cli_json_append(array, object);
    }
    cli_json_add_bool(document, "removed", is_removed);
    cli_json_add(document, "revisions", array);
    return cli_json_print(document);
}

static int print_table(const struct cli *cli, const vcpuconfRevision *revisions,
                       int n)
{
    static const struct cli_column columns[] = {
        {.head = "Revision", .is_right = true},
        {.head = "Time"},
        {.head = "Operation"}};
    CLI_AUTO_GRID *grid = cli_grid_new(columns, 3, CLI_GRID_VIRSH);
    int i;

    for (i = 0; i < n; i++) {
        cli_grid_addf(grid, "%llu", revisions[i].revision);
        add_time(grid, revisions[i].time);
        cli_grid_add(grid, revisions[i].what);
    }
    cli_pager_start(cli);
    cli_grid_print(grid, !cli->quiet);
    cli_say_end(cli);
    return CLI_DONE;
}

static int history_of_one(const struct cli *cli)
{
    CLI_AUTO_PAST past = {0};
    vcpuconfRevision *revisions = NULL;
    int rc;
    int n;

    if (cli_past_find(cli, &past) < 0)
        return CLI_FAILED;
    n = vcpuconfConnectListRevisions(cli->conn, past.uuid, &revisions, 0);
    if (n < 0)
        return cli_fail_last();
    rc = cli_is_json(cli)
             ? print_json(&past, n > 0 && revisions[0].deleted, revisions, n)
             : print_table(cli, revisions, n);
    vcpuconfRevisionsFree(revisions, n);
    return rc;
}

/* ---- those that were removed ---- */

static void print_removed_json(const vcpuconfDeleted *deleted, int n)
{
    struct cli_json_list list;
    struct json_object *object;
    char uuid[VIR_UUID_STRING_BUFLEN];
    int i;

    cli_json_list_begin(&list, "removed");
    for (i = 0; i < n; i++) {
        cli_uuid_format(deleted[i].uuid, uuid);
        object = cli_json_object();
        cli_json_add_text(object, "name", deleted[i].name);
        cli_json_add_text(object, "uuid", uuid);
        cli_json_add_number(object, "revision", deleted[i].revision);
        cli_json_list_item(&list, json_time(object, deleted[i].time));
    }
    cli_json_list_end(&list, NULL);
}

static void print_removed_table(const struct cli *cli,
                                const vcpuconfDeleted *deleted, int n)
{
    static const struct cli_column columns[] = {
        {.head = "Name"},
        {.head = "UUID"},
        {.head = "Revision", .is_right = true},
        {.head = "Removed"}};
    CLI_AUTO_GRID *grid = cli_grid_new(columns, 4, CLI_GRID_VIRSH);
    char uuid[VIR_UUID_STRING_BUFLEN];
    int i;

    for (i = 0; i < n; i++) {
        cli_uuid_format(deleted[i].uuid, uuid);
        cli_grid_add(grid, deleted[i].name);
        cli_grid_add(grid, uuid);
        cli_grid_addf(grid, "%llu", deleted[i].revision);
        add_time(grid, deleted[i].time);
    }
    cli_grid_print(grid, !cli->quiet);
    cli_say_end(cli);
}

static int list_removed(const struct cli *cli)
{
    vcpuconfDeleted *deleted = NULL;
    int n = vcpuconfConnectListDeleted(cli->conn, &deleted, 0);

    if (n < 0)
        return cli_fail_last();
    cli_pager_start(cli);
    if (cli_is_json(cli))
        print_removed_json(deleted, n);
    else
        print_removed_table(cli, deleted, n);
    vcpuconfDeletedFree(deleted, n);
    return CLI_DONE;
}

/* ---- how much is kept ---- */

static int keep(const struct cli *cli)
{
    unsigned number = cli_number(cli, "keep");
    bool removed = cli_has(cli, "removed");
    char count[16] = "All";

    if (vcpuconfConnectSetHistoryLimit(cli->conn, number, cli_flags(cli)) < 0)
        return cli_fail_last();
    if (number > 0)
        (void)snprintf(count, sizeof(count), "%u", number);
    if (removed)
        cli_say(cli, "%s removed definition%s kept", count,
                number == 1 ? " is" : "s are");
    else
        cli_say(cli, "%s revision%s of each definition %s kept", count,
                number == 1 ? "" : "s", number == 1 ? "is" : "are");
    cli_say_end(cli);
    return CLI_DONE;
}

int cmd_history_check(const struct cli *cli)
{
    bool has_domain = cli_has(cli, "domain");

    if (has_domain && cli_has(cli, "keep"))
        return cli_usage(cli, "--keep is about all definitions, not about one");
    if (cli_has(cli, "keep") && cli_is_json(cli))
        return cli_usage(cli, "--keep prints no document");
    if (has_domain && cli_has(cli, "removed"))
        return cli_usage(cli, "either a domain or --removed");
    if (!has_domain && !cli_has(cli, "removed") && !cli_has(cli, "keep"))
        return cli_usage(cli, "command 'history' needs a <domain>, --removed or "
                              "--keep");
    return CLI_DONE;
}

int cmd_history(struct cli *cli)
{
    if (cli_has(cli, "keep"))
        return keep(cli);
    return cli_has(cli, "removed") ? list_removed(cli) : history_of_one(cli);
}
