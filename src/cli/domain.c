/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains as people name them. */
#include <limits.h>
#include <string.h>

#include "cli.h"

/* An id as it is printed: digits without leading zeros. */
static bool is_id(const char *word, int *ret_id)
{
    long long id = 0;
    const char *p;

    if (word[0] == '0' && word[1])
        return false;
    for (p = word; *p >= '0' && *p <= '9' && id <= INT_MAX; p++)
        id = id * 10 + (*p - '0');
    if (p == word || *p || id > INT_MAX)
        return false;
    *ret_id = (int)id;
    return true;
}

bool cli_is_uuid(const char *word)
{
    size_t digits = 0;

    for (; *word; word++) {
        if (strchr("0123456789abcdefABCDEF", *word))
            digits++;
        else if (*word != '-')
            return false;
    }
    return digits == 32;
}

virDomainPtr cli_domain_lookup(const struct cli *cli, const char *word)
{
    virDomainPtr domain = NULL;
    int id;

    /* virsh's order.  A word can be any of the three, so only "no such
     * domain" leads on to the next: a store that can't be read must not make
     * a name out of an id. */
    if (is_id(word, &id)) {
        domain = virDomainLookupByID(cli->conn, id);
        if (!domain && virGetLastErrorCode() != VIR_ERR_NO_DOMAIN)
            return NULL;
    }
    if (!domain && cli_is_uuid(word)) {
        domain = virDomainLookupByUUIDString(cli->conn, word);
        if (!domain && virGetLastErrorCode() != VIR_ERR_NO_DOMAIN &&
            virGetLastErrorCode() != VIR_ERR_INVALID_ARG)
            return NULL;
    }
    return domain ? domain : virDomainLookupByName(cli->conn, word);
}

virDomainPtr cli_domain_find(const struct cli *cli, const char *word)
{
    virDomainPtr domain = cli_domain_lookup(cli, word);

    if (!domain)
        (void)cli_fail_last();
    return domain;
}

virDomainPtr cli_domain(const struct cli *cli)
{
    return cli_domain_find(cli, cli_value(cli, "domain"));
}

static int domains_list(const struct cli *cli, unsigned filter,
                        struct cli_domains *ret)
{
    int n = virConnectListAllDomains(cli->conn, &ret->items, filter);

    if (n < 0) {
        (void)cli_fail_last();
        return -1;
    }
    ret->n = (size_t)n;
    return 0;
}

int cli_domains_get(const struct cli *cli, unsigned filter,
                    struct cli_domains *ret)
{
    const struct cli_given *given = cli_values(cli, "domain");

    if (given->n == 0)
        return domains_list(cli, filter, ret);
    ret->items = cli_alloc(given->n, sizeof(*ret->items));
    for (ret->n = 0; ret->n < given->n; ret->n++) {
        ret->items[ret->n] = cli_domain_find(cli, given->values[ret->n]);
        if (!ret->items[ret->n])
            return -1;
    }
    return 0;
}

void cli_domains_clear(struct cli_domains *domains)
{
    size_t i;

    for (i = 0; i < domains->n; i++)
        (void)virDomainFree(domains->items[i]);
    free(domains->items);
    domains->items = NULL;
    domains->n = 0;
}
