/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/json.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct json_object *vc_qemu_json_get(struct json_object *obj, const char *key,
                                     enum json_type type)
{
    struct json_object *value;

    if (!json_object_is_type(obj, json_type_object) ||
        !json_object_object_get_ex(obj, key, &value) ||
        !json_object_is_type(value, type))
        return NULL;
    return value;
}

const char *vc_qemu_json_text(struct json_object *obj, const char *key)
{
    struct json_object *value = vc_qemu_json_get(obj, key, json_type_string);
    const char *text;

    if (!value)
        return NULL;
    text = json_object_get_string(value);
    if (!text || strlen(text) != (size_t)json_object_get_string_len(value))
        return NULL;
    return text;
}

bool vc_qemu_json_int(struct json_object *obj, const char *key, int64_t min,
                      int64_t max, int64_t *ret)
{
    struct json_object *value = vc_qemu_json_get(obj, key, json_type_int);
    int64_t number;

    if (!value)
        return false;
    number = json_object_get_int64(value); /* saturates: no range reaches so */
    if (number < min || number > max)
        return false;
    *ret = number;
    return true;
}

bool vc_qemu_json_bool(struct json_object *obj, const char *key, bool *ret)
{
    struct json_object *value = vc_qemu_json_get(obj, key, json_type_boolean);

    if (!value)
        return false;
    *ret = json_object_get_boolean(value);
    return true;
}

int vc_qemu_json_add(struct json_object *obj, const char *key,
                     struct json_object *value, struct vc_error *err)
{
    /* json-c would go on without the key if there is no memory to copy it */
    if (obj && value &&
        json_object_object_add_ex(obj, key, value,
                                  JSON_C_OBJECT_KEY_IS_CONSTANT) == 0)
        return 0;
    (void)json_object_put(value);
    return vc_error_nomem(err);
}

const char *vc_qemu_json_write(struct json_object *obj, size_t *ret_len,
                               struct vc_error *err)
{
    const char *text;

    errno = 0; /* printing leaves out what it has no memory for */
    text = json_object_to_json_string_length(obj, JSON_C_TO_STRING_PLAIN,
                                             ret_len);
    if (text && errno != ENOMEM)
        return text;
    (void)vc_error_nomem(err);
    return NULL;
}

const char *vc_qemu_words(const char *text, char *buf, size_t len)
{
    size_t i;

    for (i = 0; text[i] && i + 1 < len; i++)
        buf[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
    if (text[i] && i >= 3)
        memcpy(buf + i - 3, "...", 3);
    buf[i] = '\0';
    return buf;
}
