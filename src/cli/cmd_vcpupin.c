/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Three commands in one, as in virsh: without CPUs it shows, with CPUs it
 * pins, with --unpin it takes the pin away. */
#include <string.h>

#include "cli.h"
#include "cpus.h"
#include "grid.h"
#include "cli_json.h"

/* ---- showing ---- */

static char *set_of(const unsigned char *maps, size_t vcpu)
{
    return cli_cpus_format(VIR_GET_CPUMAP(maps, (size_t)CLI_CPUS_BYTES, vcpu),
                           CLI_CPUS_BYTES);
}

static void show_table(const struct cli *cli, const unsigned char *maps,
                       size_t first, size_t end)
{
    static const struct cli_column columns[] = {{.head = "VCPU"},
                                                {.head = "CPU Affinity"}};
    CLI_AUTO_GRID *grid = cli_grid_new(columns, 2, CLI_GRID_VIRSH);

    for (; first < end; first++) {
        CLI_AUTO(char *) text = set_of(maps, first);

        cli_grid_addf(grid, "%zu", first);
        cli_grid_add(grid, text);
    }
    cli_grid_print(grid, !cli->quiet);
    cli_say_end(cli);
}

static void show_json(virDomainPtr domain, const unsigned char *maps,
                      size_t first, size_t end)
{
    struct json_object *document = cli_json_domain(domain);
    struct json_object *array = cli_json_array();
    struct json_object *object;

    for (; first < end; first++) {
        CLI_AUTO(char *) text = set_of(maps, first);

        object = cli_json_object();
        cli_json_add_number(object, "vcpu", first);
        cli_json_add_text(object, "cpus", text);
        cli_json_append(array, object);
    }
    cli_json_add(document, "vcpus", array);
    (void)cli_json_print(document);
}

/* The maps are as long as any: a definition may name CPUs of other hosts. */
static int show(const struct cli *cli, virDomainPtr domain)
{
    unsigned flags = cli_flags(cli);
    CLI_AUTO(unsigned char *) maps = NULL;
    int n = virDomainGetVcpusFlags(domain, flags | VIR_DOMAIN_VCPU_MAXIMUM);
    size_t first = 0;
    size_t end;

    if (n < 0)
        return cli_fail_last();
    maps = cli_alloc((size_t)n, CLI_CPUS_BYTES);
    n = virDomainGetVcpuPinInfo(domain, n, maps, CLI_CPUS_BYTES, flags);
    if (n < 0)
        return cli_fail_last();
    if (cli_has(cli, "vcpu")) {
        first = cli_number(cli, "vcpu");
        if (first >= (size_t)n)
            return cli_fail("vcpu %zu is out of range 0-%d", first, n - 1);
    }
    end = cli_has(cli, "vcpu") ? first + 1 : (size_t)n;
    if (cli_is_json(cli))
        show_json(domain, maps, first, end);
    else
        show_table(cli, maps, first, end);
    return CLI_DONE;
}

/* ---- changing ---- */

static bool is_every_cpu(const struct cli *cli)
{
    const char *list = cli_value(cli, "cpulist");

    return list && strcmp(list, "r") == 0;
}

/* The list as the library takes it; "r" is every CPU of the host. */
static char *list_of(const struct cli *cli, int ncpus)
{
    const char *list = cli_value(cli, "cpulist");
    char all[32];

    if (!is_every_cpu(cli))
        return cli_strdup(list ? list : "");
    (void)snprintf(all, sizeof(all), "0-%d", ncpus - 1);
    return cli_strdup(all);
}

/* CPUs may be right on another host, so they are accepted; on this one they
 * have no effect. */
static void warn_of_missing(int ncpus, const char *list)
{
    CLI_AUTO(unsigned char *) map = cli_cpus_parse(list);
    CLI_AUTO(char *) missing = NULL;
    int cpu;

    for (cpu = 0; cpu < ncpus; cpu++)
        VIR_UNUSE_CPU(map, cpu);
    missing = cli_cpus_format(map, CLI_CPUS_BYTES);
    if (*missing)
        cli_warn("this host has CPUs 0-%d only, not %s", ncpus - 1, missing);
}

static bool is_live(const struct cli *cli, virDomainPtr domain)
{
    unsigned flags = cli_flags(cli);

    if (flags & VIR_DOMAIN_AFFECT_LIVE)
        return true;
    return flags == VIR_DOMAIN_AFFECT_CURRENT && virDomainIsActive(domain) == 1;
}

/* A host may make less of a live pin: CPUs are offline, or the hypervisor is
 * confined itself.  That it can't be read is no failure of the pin. */
static void warn_of_less(const struct cli *cli, virDomainPtr domain,
                         unsigned vcpu, int ncpus, const char *list)
{
    CLI_AUTO(unsigned char *) asked = cli_cpus_parse(list);
    CLI_AUTO(unsigned char *) maps = NULL;
    CLI_AUTO(char *) is = NULL;
    CLI_AUTO(char *) was_asked = NULL;
    int cpu;

    if (!is_live(cli, domain) || is_every_cpu(cli))
        return;
    for (cpu = ncpus; cpu < CLI_CPUS_LIMIT; cpu++)
        VIR_UNUSE_CPU(asked, cpu);
    maps = cli_alloc((size_t)vcpu + 1, CLI_CPUS_BYTES);
    if (virDomainGetVcpuPinInfo(domain, (int)vcpu + 1, maps, CLI_CPUS_BYTES,
                                VIR_DOMAIN_AFFECT_LIVE) <= (int)vcpu)
        return;
    is = set_of(maps, vcpu);
    was_asked = cli_cpus_format(asked, CLI_CPUS_BYTES);
    if (strcmp(is, was_asked) != 0)
        cli_warn("of host CPUs %s the host lets vcpu %u run on %s only",
                 was_asked, vcpu, is);
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

/* The host is looked at first: a change that is done is no error any more. */
static int change(const struct cli *cli, virDomainPtr domain)
{
    bool unpin = cli_has(cli, "unpin");
    unsigned vcpu = cli_number(cli, "vcpu");
    unsigned flags = cli_flags(cli);
    int ncpus = unpin ? 0 : cli_cpus_of_host(cli, NULL);
    CLI_AUTO(char *) list = NULL;
    int rc;

    if (ncpus < 0)
        return CLI_FAILED;
    list = list_of(cli, ncpus);
    if (cli_has(cli, "dry-run")) {
        if (plan(cli, domain, vcpu, list) != CLI_DONE)
            return CLI_FAILED;
    } else {
        rc = unpin ? vcpuconfDomainUnpinVcpu(domain, vcpu, flags)
                   : vcpuconfDomainPinVcpuSet(domain, vcpu, list, flags);
        if (rc < 0)
            return cli_fail_last();
    }
    if (!unpin)
        warn_of_missing(ncpus, list);
    if (!unpin && !cli_has(cli, "dry-run"))
        warn_of_less(cli, domain, vcpu, ncpus, list);
    return CLI_DONE;
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
    return is_change(cli) ? cli_check_plan(cli) : cli_check_target(cli);
}

int cmd_vcpupin(struct cli *cli)
{
    CLI_AUTO_DOMAIN domain = cli_domain(cli);

    if (!domain)
        return CLI_FAILED;
    return is_change(cli) ? change(cli, domain) : show(cli, domain);
}
