/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading JSON that others sent: every type and every range is checked. */
#ifndef VC_DRIVER_QEMU_JSON_H
#define VC_DRIVER_QEMU_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/cleanup.h"
#include "util/error.h"

static inline void vc_qemu_json_putp(struct json_object **obj)
{
    (void)json_object_put(*obj);
}
#define VC_JSON_AUTO                                                           \
    __attribute__((cleanup(vc_qemu_json_putp))) struct json_object

/* A member of that type, or NULL; NULL also when obj is no object. */
struct json_object *vc_qemu_json_get(struct json_object *obj, const char *key,
                                     enum json_type type);
/* A string member without a NUL in it, or NULL.  Borrowed. */
const char *vc_qemu_json_text(struct json_object *obj, const char *key);
/* False: there is no such whole number in min .. max. */
bool vc_qemu_json_int(struct json_object *obj, const char *key, int64_t min,
                      int64_t max, int64_t *ret);
bool vc_qemu_json_bool(struct json_object *obj, const char *key, bool *ret);

/* Adds a member; borrows key, takes value, also when that fails. */
int vc_qemu_json_add(struct json_object *obj, const char *key,
                     struct json_object *value, struct vc_error *err)
    VC_NODISCARD;

/* As text without white space, which is obj's; NULL with *err. */
const char *vc_qemu_json_write(struct json_object *obj, size_t *ret_len,
                               struct vc_error *err) VC_NODISCARD;

/* Foreign words for a message: control characters and what is not ASCII become
 * '?', and a long text is cut. */
#define VC_QEMU_WORDS_MAX 200
const char *vc_qemu_words(const char *text, char *buf, size_t len);
#define VC_QEMU_WORDS(text)                                                    \
    vc_qemu_words((text), (char[VC_QEMU_WORDS_MAX]){0}, VC_QEMU_WORDS_MAX)

#endif
