/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "cli_json.h"

static const struct {
    const char *token; /* in documents */
    const char *words;
} results[] = {
    [VCPUCONF_RECONCILE_FAILED] = {"failed", "failed"},
    [VCPUCONF_RECONCILE_RESTART] = {"restart", "the maximum needs a start"},
    [VCPUCONF_RECONCILE_APPLIED] = {"applied", "is as defined now"},
    [VCPUCONF_RECONCILE_KEPT] = {"kept",
                                 "vcpus that another hand brought online got "
                                 "their pins"},
    [VCPUCONF_RECONCILE_DRIFTED] = {"drifted", "was changed since it was done"},
    [VCPUCONF_RECONCILE_ALREADY] = {"already", "was done before"},
};
#define NRESULTS ((int)(sizeof(results) / sizeof(results[0])))

/* What is said of all of them: a list, of which text uses the number only. */
static void report_text(const struct cli *cli, struct cli_json_list *list,
                        virDomainPtr domain, const char *words,
                        const char *report)
{
    list->n++;
    cli_say(cli, "Domain '%s': %s", virDomainGetName(domain), words);
    cli_print_lines(report);
}

static void report_json(struct cli_json_list *list, virDomainPtr domain,
                        const char *token, const char *report)
{
    struct json_object *object = cli_json_domain(domain);

    cli_json_add_text(object, "result", token);
    cli_json_add(object, "plan", cli_json_lines(report));
    cli_json_list_item(list, object);
}

static int reconcile_one(const struct cli *cli, struct cli_json_list *list,
                         virDomainPtr domain, unsigned flags)
{
    CLI_AUTO(char *) report = NULL;
    int result = vcpuconfDomainReconcile(domain, &report, flags);
    bool is_plan = flags & VCPUCONF_RECONCILE_DRY_RUN;

    if (result < 0 || result >= NRESULTS) {
        CLI_AUTO(char *) why = cli_strdup(virGetLastErrorMessage());

        return cli_fail("%s: %s", virDomainGetName(domain), why);
    }
    if (cli_is_json(cli))
        report_json(list, domain, results[result].token, report);
    else if (is_plan && (result == VCPUCONF_RECONCILE_APPLIED ||
                         result == VCPUCONF_RECONCILE_KEPT))
        report_text(cli, list, domain,
                    *report ? "to be done" : "nothing to do", report);
    else
        report_text(cli, list, domain, results[result].words, report);
    return result == VCPUCONF_RECONCILE_FAILED ? CLI_FAILED : CLI_DONE;
}

/* Goes on past a domain that fails. */
static int reconcile_all(const struct cli *cli,
                         const struct cli_domains *domains, unsigned flags)
{
    bool is_named = cli_has(cli, "domain");
    struct cli_json_list list = {0};
    int result = CLI_DONE;
    size_t i;

    if (cli_is_json(cli))
        cli_json_list_begin(&list, "domains");
    for (i = 0; i < domains->n; i++) {
        /* One that stopped since the list was taken is no failure. */
        if (!is_named && virDomainIsActive(domains->items[i]) == 0)
            continue;
        if (reconcile_one(cli, &list, domains->items[i], flags) != CLI_DONE)
            result = CLI_FAILED;
    }
    if (cli_is_json(cli))
        cli_json_list_end(&list, NULL);
    else if (list.n > 0)
        cli_say_end(cli);
    return result;
}

/* All that run and are defined; also what runs, it seems, and can't be asked,
 * so that this is told of it. */
static int get_running(const struct cli *cli, struct cli_domains *ret)
{
    vcpuconfRun *runs = NULL;
    int n = vcpuconfConnectListRuns(cli->conn, &runs, 0);

    if (n < 0)
        return cli_fail_last();
    ret->items = cli_alloc((size_t)n, sizeof(*ret->items));
    for (ret->n = 0; ret->n < (size_t)n; ret->n++) {
        ret->items[ret->n] = runs[ret->n].domain;
        (void)virDomainRef(runs[ret->n].domain);
    }
    vcpuconfRunsFree(runs, n);
    return CLI_DONE;
}

int cmd_reconcile_check(const struct cli *cli)
{
    return cli_check_all(cli, true);
}

int cmd_reconcile(struct cli *cli)
{
    unsigned flags = cli_flags(cli);
    CLI_AUTO_DOMAINS domains = {0};

    if (cli_has(cli, "dry-run"))
        flags |= VCPUCONF_RECONCILE_DRY_RUN;
    if (cli_has(cli, "all") ? get_running(cli, &domains) != CLI_DONE
                            : cli_domains_get(cli, 0, &domains) < 0)
        return CLI_FAILED;
    return reconcile_all(cli, &domains, flags);
}
