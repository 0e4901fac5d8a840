/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcpus.h"

#include "cpus.h"
#include "cli_json.h"

int cli_host_get(const struct cli *cli, struct cli_host *ret)
{
    int ncpus = cli_cpus_of_host(cli, &ret->online);

    if (ncpus < 0)
        return -1;
    ret->ncpus = (size_t)ncpus;
    ret->maplen = VIR_CPU_MAPLEN(ret->ncpus);
    return 0;
}

void cli_host_clear(struct cli_host *host)
{
    free(host->online);
    host->online = NULL;
}

bool cli_host_is_any(const struct cli_host *host, const unsigned char *map)
{
    size_t cpu;

    for (cpu = 0; cpu < host->ncpus; cpu++) {
        if (VIR_CPU_USED(host->online, cpu) && !VIR_CPU_USED(map, cpu))
            return false;
    }
    return true;
}

int cli_vcpus_get(virDomainPtr domain, const struct cli_host *host,
                  struct cli_vcpus *ret)
{
    int n = virDomainGetVcpusFlags(
        domain, VIR_DOMAIN_VCPU_LIVE | VIR_DOMAIN_VCPU_MAXIMUM);

    if (n < 0)
        return -1;
    ret->maplen = host->maplen;
    ret->info = cli_alloc((size_t)n, sizeof(*ret->info));
    ret->maps = cli_alloc((size_t)n, ret->maplen);
    n = virDomainGetVcpus(domain, ret->info, n, ret->maps, (int)ret->maplen);
    if (n < 0)
        return -1;
    ret->n = (size_t)n;
    return 0;
}

void cli_vcpus_clear(struct cli_vcpus *vcpus)
{
    free(vcpus->info);
    free(vcpus->maps);
    vcpus->info = NULL;
    vcpus->maps = NULL;
}

const unsigned char *cli_vcpus_map(const struct cli_vcpus *vcpus, size_t i)
{
    return VIR_GET_CPUMAP(vcpus->maps, vcpus->maplen, i);
}

const char *cli_vcpu_state(int state)
{
    switch (state) {
    case VIR_VCPU_OFFLINE:
        return "offline";
    case VIR_VCPU_RUNNING:
        return "running";
    case VIR_VCPU_BLOCKED:
        return "blocked";
    default:
        return "unknown";
    }
}

struct json_object *cli_vcpu_json(const struct cli_vcpus *vcpus, size_t i,
                                  const struct cli_host *host)
{
    const virVcpuInfo *info = &vcpus->info[i];
    const unsigned char *map = cli_vcpus_map(vcpus, i);
    struct json_object *object = cli_json_object();

    cli_json_add_number(object, "vcpu", info->number);
    cli_json_add(object, "cpu",
                 info->cpu >= 0 ? cli_json_number((unsigned)info->cpu) : NULL);
    cli_json_add_text(object, "state", cli_vcpu_state(info->state));
    cli_json_add_number(object, "time_ns", info->cpuTime);
    cli_json_add(object, "cpus", cli_json_set(map, vcpus->maplen));
    cli_json_add_bool(object, "any_cpu", cli_host_is_any(host, map));
    return object;
}
