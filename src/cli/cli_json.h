/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Documents for programs, on stdout.  Text that is not UTF-8 has U+FFFD for
 * what is wrong in it; characters that a terminal should not get are written
 * as \uXXXX, which any reader of JSON turns back.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <json-c/json.h>

#include "cli.h"

/* All return owned, or end the program without memory. */
struct json_object *cli_json_object(void);
struct json_object *cli_json_array(void);
struct json_object *cli_json_text(const char *text); /* NULL: null */
struct json_object *cli_json_lines(const char *text); /* array, one per line */
/* Of a map of CPUs or vCPUs: "0-3,8". */
struct json_object *cli_json_set(const unsigned char *map, size_t len);
struct json_object *cli_json_number(unsigned long long number);
/* Microseconds since 1970 as "2031-04-05T06:07:08.000009Z". */
struct json_object *cli_json_time(long long time_us);
/* {"name": ..., "uuid": ...} */
struct json_object *cli_json_domain(virDomainPtr domain);

/* Both take `value`; NULL is null. */
void cli_json_add(struct json_object *object, const char *key,
                  struct json_object *value);
void cli_json_append(struct json_object *array, struct json_object *value);
void cli_json_add_text(struct json_object *object, const char *key,
                       const char *text);
void cli_json_add_number(struct json_object *object, const char *key,
                         unsigned long long number);
void cli_json_add_bool(struct json_object *object, const char *key, bool is);

/* Takes the document.  Returns CLI_DONE. */
int cli_json_print(struct json_object *document);

/* A document {"KEY": [...]} that is printed item by item (each taken), so that
 * its length needs no memory. */
struct cli_json_list {
    size_t n;
};
void cli_json_list_begin(struct cli_json_list *list, const char *key);
void cli_json_list_item(struct cli_json_list *list, struct json_object *item);
/* `rest` (taken, may be NULL): an object of members that stand behind. */
void cli_json_list_end(struct cli_json_list *list, struct json_object *rest);

#endif
