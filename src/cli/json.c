/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli_json.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

#include "cpus.h"
#include "text.h"

#define ITEM_FORMAT (JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

static struct json_object *need(struct json_object *object)
{
    if (!object) {
        (void)fputs("error: out of memory\n", stderr);
        exit(CLI_FAILED);
    }
    return object;
}

/* ---- values ---- */

struct json_object *cli_json_object(void)
{
    return need(json_object_new_object());
}

struct json_object *cli_json_array(void)
{
    return need(json_object_new_array());
}

static struct json_object *text_of(const char *text, size_t len)
{
    static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
    char *valid = cli_alloc(len * 3 + 1, 1);
    struct json_object *object;
    char *out = valid;
    size_t n;

    while (len > 0) {
        uint32_t c;

        n = cli_text_decode(text, len, &c);
        if (n > 0) {
            memcpy(out, text, n);
            out += n;
        } else {
            n = 1;
            memcpy(out, replacement, sizeof(replacement) - 1);
            out += sizeof(replacement) - 1;
        }
        text += n;
        len -= n;
    }
    object = need(json_object_new_string_len(valid, (int)(out - valid)));
    free(valid);
    return object;
}

struct json_object *cli_json_text(const char *text)
{
    return text ? text_of(text, strlen(text)) : NULL;
}

struct json_object *cli_json_lines(const char *text)
{
    struct json_object *array = cli_json_array();

    while (*text) {
        size_t len = strcspn(text, "\n");

        cli_json_append(array, text_of(text, len));
        text += len + (text[len] == '\n');
    }
    return array;
}

struct json_object *cli_json_set(const unsigned char *map, size_t len)
{
    CLI_AUTO(char *) text = cli_cpus_format(map, len);

    return cli_json_text(text);
}

struct json_object *cli_json_number(unsigned long long number)
{
    return need(json_object_new_int64(
        number > INT64_MAX ? INT64_MAX : (int64_t)number));
}

struct json_object *cli_json_time(long long time_us)
{
    time_t seconds = (time_t)(time_us / 1000000);
    long micros = (long)(time_us % 1000000);
    struct tm tm;
    char head[64];
    char text[96];

    if (micros < 0) {
        micros += 1000000;
        seconds--;
    }
    if (!gmtime_r(&seconds, &tm) ||
        !strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%S", &tm))
        return NULL;
    (void)snprintf(text, sizeof(text), "%s.%06ldZ", head, micros);
    return cli_json_text(text);
}

struct json_object *cli_json_domain(virDomainPtr domain)
{
    struct json_object *object = cli_json_object();
    char uuid[VIR_UUID_STRING_BUFLEN];

    cli_json_add_text(object, "name", virDomainGetName(domain));
    cli_json_add_text(object, "uuid",
                      virDomainGetUUIDString(domain, uuid) == 0 ? uuid : NULL);
    return object;
}

void cli_json_add(struct json_object *object, const char *key,
                  struct json_object *value)
{
    if (json_object_object_add(object, key, value) < 0)
        (void)need(NULL);
}

void cli_json_append(struct json_object *array, struct json_object *value)
{
    if (json_object_array_add(array, value) < 0)
        (void)need(NULL);
}

void cli_json_add_text(struct json_object *object, const char *key,
                       const char *text)
{
    cli_json_add(object, key, cli_json_text(text));
}

void cli_json_add_number(struct json_object *object, const char *key,
                         unsigned long long number)
{
    cli_json_add(object, key, cli_json_number(number));
}

void cli_json_add_bool(struct json_object *object, const char *key, bool is)
{
    cli_json_add(object, key, need(json_object_new_boolean(is)));
}

/* ---- printing ---- */

/* In a document, what is not printable ASCII stands within strings only. */
static void print_escaped(const char *text, size_t len)
{
    size_t n;
    int width;

    while (len > 0) {
        n = *text == '\n' ? 1 : cli_text_printable(text, len, &width);
        if (n > 0) {
            (void)fwrite(text, 1, n, stdout);
        } else {
            uint32_t c = 0;

            n = cli_text_decode(text, len, &c);
            if (n == 4)
                (void)printf("\\u%04x\\u%04x", 0xd7c0 + (c >> 10),
                             0xdc00 + (c & 0x3ff));
            else
                (void)printf("\\u%04x", c);
            n = n ? n : 1;
        }
        text += n;
        len -= n;
    }
}

static void print_object(struct json_object *object, int flags)
{
    size_t len = 0;
    const char *text = json_object_to_json_string_length(object, flags, &len);

    if (!text)
        (void)need(NULL);
    print_escaped(text, len);
}

int cli_json_print(struct json_object *document)
{
    print_object(document, ITEM_FORMAT | JSON_C_TO_STRING_PRETTY);
    (void)putchar('\n');
    (void)json_object_put(document);
    return CLI_DONE;
}

void cli_json_list_begin(struct cli_json_list *list, const char *key)
{
    list->n = 0;
    (void)printf("{ \"%s\": [", key);
}

void cli_json_list_item(struct cli_json_list *list, struct json_object *item)
{
    (void)fputs(list->n++ ? ",\n  " : "\n  ", stdout);
    print_object(item, ITEM_FORMAT);
    (void)json_object_put(item);
}

void cli_json_list_end(struct cli_json_list *list, struct json_object *rest)
{
    (void)fputs(list->n ? "\n]" : "]", stdout);
    if (rest) {
        json_object_object_foreach(rest, key, value)
        {
            (void)printf(",\n\"%s\": ", key);
            if (value)
                print_object(value, ITEM_FORMAT);
            else
                (void)fputs("null", stdout);
        }
        (void)json_object_put(rest);
    }
    (void)puts(" }");
}
