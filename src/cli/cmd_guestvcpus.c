/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "cli_json.h"
#include "vcpumap.h"

int cmd_guestvcpus_check(const struct cli *cli)
{
    bool enable = cli_has(cli, "enable");
    bool disable = cli_has(cli, "disable");

    if (enable && disable)
        return cli_usage(cli, "either --enable or --disable");
    if ((enable || disable) && !cli_has(cli, "cpulist"))
        return cli_usage(cli, "--%s needs --cpulist",
                         enable ? "enable" : "disable");
    if (!enable && !disable && cli_has(cli, "cpulist"))
        return cli_usage(cli, "--cpulist needs --enable or --disable");
    if (cli_is_json(cli) && (enable || disable))
        return cli_usage(cli, "--format json excludes --enable and --disable");
    return CLI_DONE;
}

static int show(const struct cli *cli, virDomainPtr domain)
{
    CLI_AUTO(char *) all = NULL;
    CLI_AUTO(char *) online = NULL;
    CLI_AUTO(char *) offlinable = NULL;
    struct json_object *document;

    all = cli_vcpumap_get(domain, VIR_DOMAIN_VCPU_MAP_AGENT_POSSIBLE, NULL);
    if (all)
        online =
            cli_vcpumap_get(domain, VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE, NULL);
    if (online)
        offlinable =
            cli_vcpumap_get(domain, VIR_DOMAIN_VCPU_MAP_AGENT_OFFLINABLE, NULL);
    if (!offlinable)
        return cli_fail_last();
    if (cli_is_json(cli)) {
        document = cli_json_domain(domain);
        cli_json_add_text(document, "vcpus", all);
        cli_json_add_text(document, "online", online);
        cli_json_add_text(document, "offlinable", offlinable);
        return cli_json_print(document);
    }
    (void)printf("%-15s: %s\n", "vcpus", all);
    (void)printf("%-15s: %s\n", "online", online);
    (void)printf("%-15s: %s\n", "offlinable", offlinable);
    cli_say_end(cli);
    return CLI_DONE;
}

int cmd_guestvcpus(struct cli *cli)
{
    bool enable = cli_has(cli, "enable");
    CLI_AUTO_DOMAIN domain = cli_domain(cli);

    if (!domain)
        return CLI_FAILED;
    if (!enable && !cli_has(cli, "disable"))
        return show(cli, domain);
    if (virDomainSetGuestVcpus(domain, cli_value(cli, "cpulist"), enable, 0) < 0)
        return cli_fail_last();
    return CLI_DONE;
}
