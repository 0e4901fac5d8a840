/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Three commands in one, as in virsh: without CPUs it shows, with CPUs it
 * pins, with --unpin it takes the pin away. */
#include <string.h>

#include "cli.h"
#include "cpus.h"
#include "grid.h"

/* ---- showing ---- */

static int show_rows(const struct cli *cli, const unsigned char *maps, int n)
{
    static const struct cli_column columns[] = {{.head = "VCPU"},
                                                {.head = "CPU Affinity"}};
    CLI_AUTO_GRID *grid = cli_grid_new(columns, 2, CLI_GRID_VIRSH);
    bool has_one = cli_has(cli, "vcpu");
    unsigned one = has_one ? cli_number(cli, "vcpu") : 0;
    int i;

    if (has_one && one >= (unsigned)n)
        return cli_fail("vcpu %u is out of range 0-%d", one, n - 1);
    for (i = 0; i < n; i++) {
        CLI_AUTO(char *) text = NULL;

        if (has_one && (unsigned)i != one)
            continue;
        text = cli_cpus_format(
            VIR_GET_CPUMAP(maps, (size_t)CLI_CPUS_BYTES, (size_t)i),
            CLI_CPUS_BYTES);
        cli_grid_addf(grid, "%d", i);
        cli_grid_add(grid, text);
    }
    cli_grid_print(grid, !cli->quiet);
    cli_say_end(cli);
    return CLI_DONE;
}

/* The maps are as long as any: a definition may name CPUs of other hosts. */
static int show(const struct cli *cli, virDomainPtr domain)
{
    unsigned flags = cli_flags(cli);
    CLI_AUTO(unsigned char *) maps = NULL;
    int n = virDomainGetVcpusFlags(domain, flags | VIR_DOMAIN_VCPU_MAXIMUM);

    if (n < 0)
        return cli_fail_last();
    maps = cli_alloc((size_t)n, CLI_CPUS_BYTES);
    n = virDomainGetVcpuPinInfo(domain, n, maps, CLI_CPUS_BYTES, flags);
    if (n < 0)
        return cli_fail_last();
    return show_rows(cli, maps, n);
}

/* ---- changing ---- */

/* The list as the library takes it; "r" is every CPU of the host. */
static char *list_of(const struct cli *cli)
{
    const char *list = cli_value(cli, "cpulist");
    char all[32];
    int ncpus;

    if (!list || strcmp(list, "r") != 0)
        return cli_strdup(list ? list : "");
    ncpus = cli_cpus_of_host(cli, NULL);
    if (ncpus < 0)
        return NULL;
    (void)snprintf(all, sizeof(all), "0-%d", ncpus - 1);
    return cli_strdup(all);
}

/* They may be right on another host, so they are accepted; on this one they
 * have no effect. */
static int warn_of_missing(const struct cli *cli, const char *list)
{
    CLI_AUTO(unsigned char *) map = cli_cpus_parse(list);
    CLI_AUTO(char *) missing = NULL;
    int ncpus = cli_cpus_of_host(cli, NULL);
    int cpu;

    if (ncpus < 0)
        return CLI_FAILED;
    for (cpu = 0; cpu < ncpus; cpu++)
        VIR_UNUSE_CPU(map, cpu);
    missing = cli_cpus_format(map, CLI_CPUS_BYTES);
    if (*missing)
        cli_warn("this host has CPUs 0-%d only, not %s", ncpus - 1, missing);
    return CLI_DONE;
}

static int plan(const struct cli *cli, virDomainPtr domain, unsigned vcpu,
                const char *list)
{
    CLI_AUTO_BATCH batch = vcpuconfBatchNew(cli->conn);
    unsigned flags = cli_flags(cli);
    int added = -1;

    if (batch && cli_has(cli, "unpin"))
        added = vcpuconfBatchUnpinVcpu(batch, domain, vcpu, flags);
    else if (batch)
        added = vcpuconfBatchPinVcpuSet(batch, domain, vcpu, list, flags);
    return cli_plan_print(cli, batch, added);
}

static int change(const struct cli *cli, virDomainPtr domain)
{
    unsigned vcpu = cli_number(cli, "vcpu");
    unsigned flags = cli_flags(cli);
    CLI_AUTO(char *) list = list_of(cli);
    int rc;

    if (!list)
        return CLI_FAILED;
    if (cli_has(cli, "dry-run")) {
        if (plan(cli, domain, vcpu, list) != CLI_DONE)
            return CLI_FAILED;
    } else {
        rc = cli_has(cli, "unpin")
                 ? vcpuconfDomainUnpinVcpu(domain, vcpu, flags)
                 : vcpuconfDomainPinVcpuSet(domain, vcpu, list, flags);
        if (rc < 0)
            return cli_fail_last();
    }
    if (cli_has(cli, "unpin"))
        return CLI_DONE;
    return warn_of_missing(cli, list);
}

static bool is_change(const struct cli *cli)
{
    return cli_has(cli, "cpulist") || cli_has(cli, "unpin");
}

int cmd_vcpupin_check(const struct cli *cli)
{
    if (cli_has(cli, "cpulist") && cli_has(cli, "unpin"))
        return cli_usage(cli, "either --cpulist or --unpin");
    if (is_change(cli) && !cli_has(cli, "vcpu"))
        return cli_usage(cli, "--%s needs --vcpu",
                         cli_has(cli, "unpin") ? "unpin" : "cpulist");
    if (!is_change(cli) && cli_has(cli, "dry-run"))
        return cli_usage(cli, "--dry-run needs --cpulist or --unpin");
    return cli_check_target(cli);
}

int cmd_vcpupin(struct cli *cli)
{
    CLI_AUTO_DOMAIN domain = cli_domain(cli);

    if (!domain)
        return CLI_FAILED;
    return is_change(cli) ? change(cli, domain) : show(cli, domain);
}
