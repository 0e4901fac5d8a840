/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "vcpus.h"

#define WIDTH 20

static int print_json(const struct cli *cli, const virNodeInfo *info,
                      const char *model)
{
    CLI_AUTO_HOST host = {0};
    struct json_object *document;

    if (cli_host_get(cli, &host) < 0)
        return CLI_FAILED;
    document = cli_json_object();
    cli_json_add_text(document, "model", model);
    cli_json_add_number(document, "cpus", info->cpus);
    cli_json_add_number(document, "mhz", info->mhz);
    cli_json_add_number(document, "sockets", info->sockets);
    cli_json_add_number(document, "cores", info->cores);
    cli_json_add_number(document, "threads", info->threads);
    cli_json_add_number(document, "nodes", info->nodes);
    cli_json_add_number(document, "memory_kib", info->memory);
    cli_json_add_number(document, "cpus_present", host.ncpus);
    cli_json_add(document, "cpus_online",
                 cli_json_set(host.online, host.maplen));
    return cli_json_print(document);
}

int cmd_nodeinfo(struct cli *cli)
{
    virNodeInfo info = {.memory = 0};
    char model[sizeof(info.model) + 1] = {0};

    if (virNodeGetInfo(cli->conn, &info) < 0)
        return cli_fail_last();
    memcpy(model, info.model, sizeof(info.model));
    if (cli_is_json(cli))
        return print_json(cli, &info, model);
    cli_print_field(WIDTH, "CPU model:", "%s", model);
    cli_print_field(WIDTH, "CPU(s):", "%u", info.cpus);
    if (info.mhz)
        cli_print_field(WIDTH, "CPU frequency:", "%u MHz", info.mhz);
    cli_print_field(WIDTH, "CPU socket(s):", "%u", info.sockets);
    cli_print_field(WIDTH, "Core(s) per socket:", "%u", info.cores);
    cli_print_field(WIDTH, "Thread(s) per core:", "%u", info.threads);
    cli_print_field(WIDTH, "NUMA cell(s):", "%u", info.nodes);
    cli_print_field(WIDTH, "Memory size:", "%lu KiB", info.memory);
    cli_say_end(cli);
    return CLI_DONE;
}
