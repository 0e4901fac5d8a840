/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 *     jsonget FILE [POINTER[#|?] ...]
 *
 * FILE must hold one JSON object in UTF-8, a line end behind it, and no byte
 * that a terminal takes for a control.  Prints in a line each what the pointers
 * (RFC 6901) name: with # behind it the number of members, with ? their names,
 * sorted.  Exit status 1 if anything of that is not so.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *path, size_t *ret_len)
{
    FILE *in = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    ssize_t len = in ? getdelim(&text, &size, '\0', in) : -1;

    if (in)
        (void)fclose(in);
    if (len <= 0) {
        fprintf(stderr, "%s: nothing in it\n", path);
        free(text);
        return NULL;
    }
    *ret_len = (size_t)len;
    return text;
}

/* C1 controls are two bytes in UTF-8. */
static bool is_quiet(const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        unsigned char next = (unsigned char)text[i + 1];

        if ((c < 0x20 && c != '\n') || c == 0x7f ||
            (c == 0xc2 && next >= 0x80 && next < 0xa0)) {
            fprintf(stderr, "control character 0x%02x at byte %zu\n", c, i);
            return false;
        }
    }
    return true;
}

static struct json_object *parse(const char *text, size_t len)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *document;
    size_t end;

    json_tokener_set_flags(tokener,
                           JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    document = json_tokener_parse_ex(tokener, text, (int)len);
    end = json_tokener_get_parse_end(tokener);
    /* json-c may or may not read blanks behind the document. */
    if (json_tokener_get_error(tokener) != json_tokener_success ||
        (end != len && end + 1 != len) || text[len - 1] != '\n' ||
        (len > 1 && text[len - 2] == '\n') ||
        !json_object_is_type(document, json_type_object)) {
        fprintf(stderr, "not one JSON object and a line end: %s at byte %zu\n",
                json_tokener_error_desc(json_tokener_get_error(tokener)), end);
        json_object_put(document);
        document = NULL;
    }
    json_tokener_free(tokener);
    return document;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool print_names(struct json_object *object)
{
    const char *names[64];
    size_t n = 0;
    size_t i;

    if (!json_object_is_type(object, json_type_object))
        return false;
    json_object_object_foreach(object, name, member)
    {
        (void)member;
        if (n < sizeof(names) / sizeof(names[0]))
            names[n++] = name;
    }
    qsort(names, n, sizeof(names[0]), compare_names);
    for (i = 0; i < n; i++)
        printf("%s%s", i ? " " : "", names[i]);
    puts("");
    return true;
}

static bool print_count(struct json_object *value)
{
    if (json_object_is_type(value, json_type_array))
        printf("%zu\n", json_object_array_length(value));
    else if (json_object_is_type(value, json_type_object))
        printf("%d\n", json_object_object_length(value));
    else
        return false;
    return true;
}

static bool print_value(struct json_object *value)
{
    if (json_object_is_type(value, json_type_double))
        return false; /* documents have whole numbers only */
    if (json_object_is_type(value, json_type_string))
        (void)fwrite(json_object_get_string(value), 1,
                     (size_t)json_object_get_string_len(value), stdout);
    else
        (void)fputs(json_object_to_json_string_ext(value, 0), stdout);
    puts("");
    return true;
}

static bool print(struct json_object *document, char *pointer)
{
    struct json_object *value = NULL;
    size_t len = strlen(pointer);
    char what = len ? pointer[len - 1] : '\0';

    if (what == '#' || what == '?')
        pointer[len - 1] = '\0';
    else
        what = '\0';
    if (json_pointer_get(document, pointer, &value) == 0 &&
        (what == '#'   ? print_count(value)
         : what == '?' ? print_names(value)
                       : print_value(value)))
        return true;
    fprintf(stderr, "nothing that could be printed at '%s'\n", pointer);
    return false;
}

int main(int argc, char **argv)
{
    struct json_object *document = NULL;
    char *text;
    size_t len = 0;
    bool good;
    int i;

    if (argc < 2)
        return 2;
    text = read_file(argv[1], &len);
    good = text && is_quiet(text, len) && (document = parse(text, len));
    for (i = 2; good && i < argc; i++)
        good = print(document, argv[i]);
    json_object_put(document);
    free(text);
    return good ? 0 : 1;
}
