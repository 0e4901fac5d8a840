/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A map as a document. */
#include "map.h"

#include "cli_json.h"

static struct json_object *nodes_json(const struct map *map)
{
    struct json_object *array;
    size_t i;
    size_t k;

    if (!map->has_nodes)
        return NULL;
    array = cli_json_array();
    for (i = 0; i < map->nnodes; i++) {
        const struct map_node *node = &map->nodes[i];
        CLI_AUTO(unsigned char *) cpus = NULL;
        struct json_object *object;

        if (node->number < 0)
            continue;
        cpus = cli_alloc(map->host.maplen, 1);
        for (k = node->first; k < node->first + node->n; k++)
            VIR_USE_CPU(cpus, map->order[k]);
        object = cli_json_object();
        cli_json_add_number(object, "node", (unsigned)node->number);
        cli_json_add(object, "cpus", cli_json_set(cpus, map->host.maplen));
        cli_json_append(array, object);
    }
    return array;
}

static struct json_object *cpus_json(const struct map *map)
{
    struct json_object *array = cli_json_array();
    size_t i;

    for (i = 0; i < map->host.ncpus; i++) {
        const struct map_cpu *cpu = &map->cpus[i];
        struct json_object *object = cli_json_object();

        cli_json_add_number(object, "cpu", i);
        cli_json_add_bool(object, "online", cpu->is_online);
        cli_json_add_number(object, "confined", cpu->confined);
        cli_json_add_number(object, "allowed", cpu->allowed);
        cli_json_add_number(object, "running", cpu->running);
        cli_json_append(array, object);
    }
    return array;
}

static struct json_object *kind_json(const struct map *map, enum map_kind kind)
{
    CLI_AUTO(unsigned char *) cpus = map_cpus_of_kind(map, kind);

    return cli_json_set(cpus, map->host.maplen);
}

int map_json_print(const struct map *map)
{
    struct json_object *rest = cli_json_object();
    struct cli_json_list list;
    size_t i;
    size_t k;

    cli_json_list_begin(&list, "domains");
    for (i = 0; i < map->ndomains; i++) {
        const struct map_domain *domain = &map->domains[i];
        struct json_object *object = cli_json_domain(domain->domain);
        struct json_object *array = cli_json_array();

        for (k = 0; k < domain->vcpus.n; k++)
            cli_json_append(array,
                            cli_vcpu_json(&domain->vcpus, k, &map->host));
        cli_json_add_number(object, "id", virDomainGetID(domain->domain));
        cli_json_add(object, "vcpus", array);
        cli_json_list_item(&list, object);
    }
    cli_json_add(rest, "cpus", cpus_json(map));
    cli_json_add(rest, "nodes", nodes_json(map));
    cli_json_add(rest, "shared", kind_json(map, MAP_SHARED));
    cli_json_add(rest, "idle", kind_json(map, MAP_IDLE));
    cli_json_add(rest, "unused", kind_json(map, MAP_UNUSED));
    cli_json_list_end(&list, rest);
    return CLI_DONE;
}
