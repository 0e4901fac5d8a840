/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions with their history: also those that were removed. */
#ifndef CLI_PAST_H
#define CLI_PAST_H

#include <json-c/json.h>

#include "cli.h"

struct cli_past {
    virDomainPtr domain;            /* NULL: removed, and does not run */
    const vcpuconfDeleted *removed; /* one of `deleted`, or NULL */
    const char *name;               /* borrowed from either */
    unsigned char uuid[VIR_UUID_BUFLEN];
    vcpuconfDeleted *deleted;
    int ndeleted;
};

/* What the command's option "domain" names: a domain, else by its last name
 * or its UUID a definition that was removed.  -1: was said. */
int cli_past_find(const struct cli *cli, struct cli_past *ret);
void cli_past_clear(struct cli_past *past);
#define CLI_AUTO_PAST __attribute__((cleanup(cli_past_clear))) struct cli_past

/* The document as it was at a revision, owned; NULL: the library's last error
 * says why. */
char *cli_past_xml(const struct cli *cli, const struct cli_past *past,
                   unsigned long long revision);

/* {"name": ..., "uuid": ...} */
struct json_object *cli_past_json(const struct cli_past *past);

/* The usual text of a UUID. */
void cli_uuid_format(const unsigned char *uuid,
                     char text[VIR_UUID_STRING_BUFLEN]);

#endif
