/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "past.h"

#include <string.h>

#include "cli_json.h"

void cli_uuid_format(const unsigned char *uuid,
                     char text[VIR_UUID_STRING_BUFLEN])
{
    size_t i;

    for (i = 0; i < VIR_UUID_BUFLEN; i++) {
        text += sprintf(text, "%02x", uuid[i]);
        if (i == 3 || i == 5 || i == 7 || i == 9)
            *text++ = '-';
    }
    *text = '\0';
}

/* Is `word` a text of that UUID: any case, with or without dashes? */
static bool uuid_is(const unsigned char *uuid, const char *word)
{
    char text[VIR_UUID_STRING_BUFLEN];
    const char *p = text;

    if (!cli_is_uuid(word))
        return false;
    cli_uuid_format(uuid, text);
    for (; *word; word++) {
        if (*word == '-')
            continue;
        p += *p == '-';
        if ((*word | 0x20) != *p++) /* digits have that bit already */
            return false;
    }
    return true;
}

/* A UUID comes before a name, and is one's alone. */
static int pick(struct cli_past *past, const char *word, const char *why_not)
{
    size_t named = 0;
    int i;

    for (i = 0; i < past->ndeleted; i++) {
        if (uuid_is(past->deleted[i].uuid, word)) {
            past->removed = &past->deleted[i];
            return 0;
        }
    }
    for (i = 0; i < past->ndeleted; i++) {
        if (strcmp(past->deleted[i].name, word) == 0) {
            past->removed = &past->deleted[i];
            named++;
        }
    }
    if (named > 1)
        (void)cli_fail("%zu definitions named '%s' were removed: name it by "
                       "its UUID (history --removed lists them)",
                       named, word);
    else if (named == 0)
        (void)cli_fail("%s", why_not);
    return named == 1 ? 0 : -1;
}

/* A running domain without a definition may have had one; if it never had,
 * the name may be that of a definition that was removed. */
static bool has_history(virDomainPtr domain)
{
    vcpuconfRevision *revisions = NULL;
    int n;

    if (virDomainIsPersistent(domain) == 1)
        return true;
    n = vcpuconfDomainListRevisions(domain, &revisions, 0);
    if (n >= 0)
        vcpuconfRevisionsFree(revisions, n);
    return n > 0;
}

static int find(const struct cli *cli, const char *word, struct cli_past *past)
{
    CLI_AUTO(char *) why_not = NULL;
    const char *name;

    past->domain = cli_domain_lookup(cli, word);
    if (!past->domain && virGetLastErrorCode() != VIR_ERR_NO_DOMAIN)
        return cli_fail_last(), -1;
    if (past->domain && has_history(past->domain))
        return 0;
    if (!past->domain) {
        why_not = cli_strdup(virGetLastErrorMessage());
    } else {
        name = virDomainGetName(past->domain);
        if (asprintf(&why_not, "domain '%s' never had a definition", name) < 0)
            why_not = cli_strdup("out of memory");
        (void)virDomainFree(past->domain);
        past->domain = NULL;
    }
    past->ndeleted = vcpuconfConnectListDeleted(cli->conn, &past->deleted, 0);
    if (past->ndeleted < 0)
        return cli_fail_last(), -1;
    return pick(past, word, why_not);
}

int cli_past_find(const struct cli *cli, struct cli_past *ret)
{
    if (find(cli, cli_value(cli, "domain"), ret) < 0)
        return -1;
    if (ret->removed) {
        ret->name = ret->removed->name;
        memcpy(ret->uuid, ret->removed->uuid, sizeof(ret->uuid));
        return 0;
    }
    ret->name = virDomainGetName(ret->domain);
    if (virDomainGetUUID(ret->domain, ret->uuid) < 0)
        return cli_fail_last(), -1;
    return 0;
}

void cli_past_clear(struct cli_past *past)
{
    if (past->domain)
        (void)virDomainFree(past->domain);
    if (past->ndeleted >= 0)
        vcpuconfDeletedFree(past->deleted, past->ndeleted);
    memset(past, 0, sizeof(*past));
}

char *cli_past_xml(const struct cli *cli, const struct cli_past *past,
                   unsigned long long revision)
{
    return vcpuconfConnectGetRevisionXML(cli->conn, past->uuid, revision, 0);
}

struct json_object *cli_past_json(const struct cli_past *past)
{
    struct json_object *object = cli_json_object();
    char uuid[VIR_UUID_STRING_BUFLEN];

    cli_uuid_format(past->uuid, uuid);
    cli_json_add_text(object, "name", past->name);
    cli_json_add_text(object, "uuid", uuid);
    return object;
}
