/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

static int print_row(virDomainPtr domain, const char *what, const char *where,
                     unsigned flags)
{
    int count = virDomainGetVcpusFlags(domain, flags);

    if (count < 0)
        return cli_fail_last();
    (void)printf("%-12s %-12s %3d\n", what, where, count);
    return CLI_DONE;
}

/* Four rows; two where the domain doesn't run or has no definition. */
static int print_all(const struct cli *cli, virDomainPtr domain)
{
    static const struct {
        const char *what;
        const char *where;
        unsigned flags;
    } rows[] = {
        {"maximum", "config", VIR_DOMAIN_VCPU_MAXIMUM | VIR_DOMAIN_VCPU_CONFIG},
        {"maximum", "live", VIR_DOMAIN_VCPU_MAXIMUM | VIR_DOMAIN_VCPU_LIVE},
        {"current", "config", VIR_DOMAIN_VCPU_CONFIG},
        {"current", "live", VIR_DOMAIN_VCPU_LIVE},
    };
    int is_active = virDomainIsActive(domain);
    int is_persistent = virDomainIsPersistent(domain);
    size_t i;
    int there;

    if (is_active < 0 || is_persistent < 0)
        return cli_fail_last();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        there = rows[i].flags & VIR_DOMAIN_VCPU_LIVE ? is_active
                                                     : is_persistent;
        if (there && print_row(domain, rows[i].what, rows[i].where,
                               rows[i].flags) != CLI_DONE)
            return CLI_FAILED;
    }
    cli_say_end(cli);
    return CLI_DONE;
}

int cmd_vcpucount_check(const struct cli *cli)
{
    if (cli_has(cli, "active") && cli_has(cli, "maximum"))
        return cli_usage(cli,
                         "options --active and --maximum exclude each other");
    return cli_check_target(cli);
}

int cmd_vcpucount(struct cli *cli)
{
    bool is_bare = !cli_flags(cli) && !cli_has(cli, "active") &&
                   !cli_has(cli, "current");
    CLI_AUTO_DOMAIN domain = cli_domain(cli);
    int count;

    if (!domain)
        return CLI_FAILED;
    if (is_bare)
        return print_all(cli, domain);
    count = virDomainGetVcpusFlags(domain, cli_flags(cli));
    if (count < 0)
        return cli_fail_last();
    (void)printf("%d\n", count);
    return CLI_DONE;
}
