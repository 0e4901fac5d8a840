/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>
#include <string.h>

#include "cli.h"
#include "cpus.h"
#include "cli_json.h"
#include "vcpumap.h"

static const struct {
    const char *word;
    unsigned flag;
} kinds[] = {
    {"online", VIR_DOMAIN_VCPU_MAP_ONLINE},
    {"offline", VIR_DOMAIN_VCPU_MAP_OFFLINE},
    {"onlinable", VIR_DOMAIN_VCPU_MAP_ONLINABLE},
    {"offlinable", VIR_DOMAIN_VCPU_MAP_OFFLINABLE},
    {"possible", VIR_DOMAIN_VCPU_MAP_POSSIBLE},
    {"agent-online", VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE},
    {"agent-offline", VIR_DOMAIN_VCPU_MAP_AGENT_OFFLINE},
    {"agent-onlinable", VIR_DOMAIN_VCPU_MAP_AGENT_ONLINABLE},
    {"agent-offlinable", VIR_DOMAIN_VCPU_MAP_AGENT_OFFLINABLE},
    {"agent-possible", VIR_DOMAIN_VCPU_MAP_AGENT_POSSIBLE},
};
#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))
#define NPLAIN 5 /* those that need no agent stand first */

char *cli_vcpumap_get(virDomainPtr domain, unsigned flags, int *ret_n)
{
    const char *map = NULL;
    int n = virDomainGetVCPUMap(domain, &map, flags);
    char *text;

    if (n < 0)
        return NULL;
    text = cli_cpus_format((const unsigned char *)map,
                           VIR_CPU_MAPLEN((size_t)n));
    free((void *)(uintptr_t)map);
    if (ret_n)
        *ret_n = n;
    return text;
}

static int show_one(const struct cli *cli, virDomainPtr domain, size_t kind)
{
    CLI_AUTO(char *) set = NULL;
    struct json_object *document;
    struct json_object *maps;
    int n = 0;

    set = cli_vcpumap_get(domain, kinds[kind].flag | cli_flags(cli), &n);
    if (!set)
        return cli_fail_last();
    if (!cli_is_json(cli)) {
        (void)puts(set);
        return CLI_DONE;
    }
    document = cli_json_domain(domain);
    maps = cli_json_object();
    cli_json_add_text(maps, kinds[kind].word, set);
    cli_json_add_number(document, "maximum", (unsigned)n);
    cli_json_add(document, "maps", maps);
    return cli_json_print(document);
}

static int show_all(const struct cli *cli, virDomainPtr domain)
{
    char *sets[NPLAIN] = {0};
    struct json_object *document;
    struct json_object *maps;
    int rc = CLI_DONE;
    int n = 0;
    size_t i;

    for (i = 0; i < NPLAIN && rc == CLI_DONE; i++) {
        sets[i] = cli_vcpumap_get(domain, kinds[i].flag | cli_flags(cli), &n);
        if (!sets[i])
            rc = cli_fail_last();
    }
    if (rc == CLI_DONE && cli_is_json(cli)) {
        document = cli_json_domain(domain);
        maps = cli_json_object();
        for (i = 0; i < NPLAIN; i++)
            cli_json_add_text(maps, kinds[i].word, sets[i]);
        cli_json_add_number(document, "maximum", (unsigned)n);
        cli_json_add(document, "maps", maps);
        (void)cli_json_print(document);
    } else if (rc == CLI_DONE) {
        for (i = 0; i < NPLAIN; i++)
            (void)printf("%-15s: %s\n", kinds[i].word, sets[i]);
        cli_say_end(cli);
    }
    for (i = 0; i < NPLAIN; i++)
        free(sets[i]);
    return rc;
}

int cmd_vcpumap(struct cli *cli)
{
    const char *word = cli_value(cli, "kind");
    CLI_AUTO_DOMAIN domain = cli_domain(cli);
    size_t i;

    if (!domain)
        return CLI_FAILED;
    for (i = 0; word && i < NKINDS; i++) {
        if (strcmp(kinds[i].word, word) == 0)
            return show_one(cli, domain, i);
    }
    return show_all(cli, domain);
}
