/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "cli_json.h"

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

/* {"maximum", "current"}, or NULL: the last error says why. */
static struct json_object *counts_json(virDomainPtr domain, unsigned target)
{
    struct json_object *object;
    int maximum =
        virDomainGetVcpusFlags(domain, target | VIR_DOMAIN_VCPU_MAXIMUM);
    int current = maximum < 0 ? -1 : virDomainGetVcpusFlags(domain, target);

    if (current < 0)
        return NULL;
    object = cli_json_object();
    cli_json_add_number(object, "maximum", (unsigned)maximum);
    cli_json_add_number(object, "current", (unsigned)current);
    return object;
}

static int print_all_json(virDomainPtr domain)
{
    int is_active = virDomainIsActive(domain);
    int is_persistent = virDomainIsPersistent(domain);
    struct json_object *config = NULL;
    struct json_object *live = NULL;
    struct json_object *document;

    if (is_active < 0 || is_persistent < 0)
        return cli_fail_last();
    if (is_persistent && !(config = counts_json(domain, VIR_DOMAIN_VCPU_CONFIG)))
        return cli_fail_last();
    if (is_active && !(live = counts_json(domain, VIR_DOMAIN_VCPU_LIVE))) {
        (void)json_object_put(config);
        return cli_fail_last();
    }
    document = cli_json_domain(domain);
    cli_json_add(document, "config", config);
    cli_json_add(document, "live", live);
    return cli_json_print(document);
}

static int print_one(const struct cli *cli, virDomainPtr domain)
{
    int count = virDomainGetVcpusFlags(domain, cli_flags(cli));
    struct json_object *document;

    if (count < 0)
        return cli_fail_last();
    if (!cli_is_json(cli)) {
        (void)printf("%d\n", count);
        return CLI_DONE;
    }
    document = cli_json_domain(domain);
    cli_json_add_number(document, "count", (unsigned)count);
    return cli_json_print(document);
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

    if (!domain)
        return CLI_FAILED;
    if (!is_bare)
        return print_one(cli, domain);
    return cli_is_json(cli) ? print_all_json(domain) : print_all(cli, domain);
}
