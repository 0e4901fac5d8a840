/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>

#include "cli.h"
#include "cpus.h"
#include "cli_json.h"
#include "vcpus.h"

#define WIDTH 15

static void print_affinity(const struct cli *cli, const struct cli_host *host,
                           const unsigned char *map, size_t maplen)
{
    CLI_AUTO(char *) text = NULL;
    size_t cpu;

    if (cli_has(cli, "pretty")) {
        text = cli_cpus_format(map, maplen);
        cli_print_field(WIDTH, "CPU Affinity:", "%s (out of %zu)", text,
                        host->ncpus);
        return;
    }
    text = cli_alloc(host->ncpus + 1, 1);
    for (cpu = 0; cpu < host->ncpus; cpu++)
        text[cpu] = VIR_CPU_USED(map, cpu) ? 'y' : '-';
    cli_print_field(WIDTH, "CPU Affinity:", "%s", text);
}

/* ---- of a running domain ---- */

static void print_live(const struct cli *cli, const struct cli_host *host,
                       const struct cli_vcpus *vcpus, size_t i)
{
    const virVcpuInfo *info = &vcpus->info[i];

    cli_print_field(WIDTH, "VCPU:", "%u", info->number);
    if (info->cpu >= 0)
        cli_print_field(WIDTH, "CPU:", "%d", info->cpu);
    else
        cli_print_field(WIDTH, "CPU:", "N/A");
    cli_print_field(WIDTH, "State:", "%s", cli_vcpu_state(info->state));
    cli_print_field(WIDTH, "CPU time:", "%llu.%llus",
                    info->cpuTime / 1000000000,
                    info->cpuTime / 100000000 % 10);
    print_affinity(cli, host, cli_vcpus_map(vcpus, i), vcpus->maplen);
}

static int show_live(const struct cli *cli, const struct cli_host *host,
                     virDomainPtr domain)
{
    CLI_AUTO_VCPUS vcpus = {0};
    struct json_object *document;
    struct json_object *array;
    size_t i;

    if (cli_vcpus_get(domain, host, &vcpus) < 0)
        return cli_fail_last();
    if (cli_is_json(cli)) {
        document = cli_json_domain(domain);
        array = cli_json_array();
        for (i = 0; i < vcpus.n; i++)
            cli_json_append(array, cli_vcpu_json(&vcpus, i, host));
        cli_json_add_number(document, "id", virDomainGetID(domain));
        cli_json_add(document, "vcpus", array);
        return cli_json_print(document);
    }
    for (i = 0; i < vcpus.n; i++) {
        print_live(cli, host, &vcpus, i);
        if (i + 1 < vcpus.n)
            (void)putchar('\n');
    }
    cli_say_end(cli);
    return CLI_DONE;
}

/* ---- of one that does not run: what its definition says ---- */

struct config {
    unsigned char *maps; /* one per vCPU; owned */
    char *online;        /* map of vCPUs; owned */
    int n;
};

/* The maps are as long as any: a definition may name CPUs of other hosts. */
static int config_get(virDomainPtr domain, struct config *ret)
{
    const char *online = NULL;
    int n = virDomainGetVCPUMap(
        domain, &online, VIR_DOMAIN_AFFECT_CONFIG | VIR_DOMAIN_VCPU_MAP_ONLINE);

    if (n < 0)
        return -1;
    /* Of the result const is the proposal's; it is the caller's all the same. */
    ret->online = (char *)(uintptr_t)online;
    ret->maps = cli_alloc((size_t)n, CLI_CPUS_BYTES);
    ret->n = virDomainGetVcpuPinInfo(domain, n, ret->maps, CLI_CPUS_BYTES,
                                     VIR_DOMAIN_AFFECT_CONFIG);
    return ret->n < 0 ? -1 : 0;
}

static const unsigned char *config_map(const struct config *config, int i)
{
    return VIR_GET_CPUMAP(config->maps, (size_t)CLI_CPUS_BYTES, (size_t)i);
}

static void print_config(const struct cli *cli, const struct cli_host *host,
                         const struct config *config, int i)
{
    cli_print_field(WIDTH, "VCPU:", "%d", i);
    cli_print_field(WIDTH, "CPU:", "N/A");
    cli_print_field(WIDTH, "State:", "%s",
                    VIR_CPU_USED(config->online, i) ? "N/A" : "offline");
    cli_print_field(WIDTH, "CPU time:", "N/A");
    print_affinity(cli, host, config_map(config, i), CLI_CPUS_BYTES);
}

static int config_json(virDomainPtr domain, const struct cli_host *host,
                       const struct config *config)
{
    struct json_object *document = cli_json_domain(domain);
    struct json_object *array = cli_json_array();
    struct json_object *object;
    int i;

    for (i = 0; i < config->n; i++) {
        const unsigned char *map = config_map(config, i);

        object = cli_json_object();
        cli_json_add_number(object, "vcpu", (unsigned)i);
        cli_json_add(object, "cpu", NULL);
        cli_json_add_text(object, "state",
                          VIR_CPU_USED(config->online, i) ? NULL : "offline");
        cli_json_add(object, "time_ns", NULL);
        cli_json_add(object, "cpus", cli_json_set(map, CLI_CPUS_BYTES));
        cli_json_add_bool(object, "any_cpu", cli_host_is_any(host, map));
        cli_json_append(array, object);
    }
    cli_json_add(document, "id", NULL);
    cli_json_add(document, "vcpus", array);
    return cli_json_print(document);
}

static int show_config(const struct cli *cli, const struct cli_host *host,
                       virDomainPtr domain)
{
    struct config config = {0};
    int rc = CLI_DONE;
    int i;

    if (config_get(domain, &config) < 0) {
        rc = cli_fail_last();
    } else if (cli_is_json(cli)) {
        rc = config_json(domain, host, &config);
    } else {
        for (i = 0; i < config.n; i++) {
            print_config(cli, host, &config, i);
            if (i + 1 < config.n)
                (void)putchar('\n');
        }
        cli_say_end(cli);
    }
    free(config.maps);
    free(config.online);
    return rc;
}

int cmd_vcpuinfo(struct cli *cli)
{
    CLI_AUTO_DOMAIN domain = cli_domain(cli);
    CLI_AUTO_HOST host = {0};
    int is_active;

    if (!domain || cli_host_get(cli, &host) < 0)
        return CLI_FAILED;
    is_active = virDomainIsActive(domain);
    if (is_active < 0)
        return cli_fail_last();
    return is_active ? show_live(cli, &host, domain)
                     : show_config(cli, &host, domain);
}
