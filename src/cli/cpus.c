/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpus.h"

#include <stdio.h>

char *cli_cpus_format(const unsigned char *map, size_t len)
{
    size_t ncpus = len * 8;
    size_t size = 0;
    char *text = NULL;
    FILE *out = open_memstream(&text, &size);
    const char *comma = "";
    size_t first;
    size_t cpu;

    if (!out)
        return cli_strdup("");
    for (cpu = 0; cpu < ncpus; cpu++) {
        if (!VIR_CPU_USED(map, cpu))
            continue;
        first = cpu;
        while (cpu + 1 < ncpus && VIR_CPU_USED(map, cpu + 1))
            cpu++;
        (void)fprintf(out, "%s%zu", comma, first);
        if (cpu > first)
            (void)fprintf(out, "-%zu", cpu);
        comma = ",";
    }
    (void)fclose(out);
    return text ? text : cli_strdup("");
}

/* Skips anything else on its way to a number; returns -1 without one. */
static long next_number(const char **p, const char *stop)
{
    long number = 0;

    while (*p < stop && (**p < '0' || **p > '9'))
        (*p)++;
    if (*p == stop)
        return -1;
    for (; *p < stop && **p >= '0' && **p <= '9'; (*p)++) {
        if (number < CLI_CPUS_LIMIT)
            number = number * 10 + (**p - '0');
    }
    return number < CLI_CPUS_LIMIT ? number : CLI_CPUS_LIMIT - 1;
}

unsigned char *cli_cpus_parse(const char *text)
{
    unsigned char *map = cli_alloc(CLI_CPUS_BYTES, 1);

    while (*text) {
        const char *stop = text + strcspn(text, ",");
        const char *p = text + strspn(text, " \t\r\n");
        bool is_out = *p == '^';
        long first = next_number(&p, stop);
        long last = next_number(&p, stop);

        for (last = last < 0 ? first : last; first >= 0 && first <= last;
             first++) {
            if (is_out)
                VIR_UNUSE_CPU(map, first);
            else
                VIR_USE_CPU(map, first);
        }
        text = stop + (*stop == ',');
    }
    return map;
}

int cli_cpus_of_host(const struct cli *cli, unsigned char **ret_online)
{
    int ncpus = virNodeGetCPUMap(cli->conn, ret_online, NULL, 0);

    if (ncpus < 0)
        (void)cli_fail_last();
    return ncpus;
}
