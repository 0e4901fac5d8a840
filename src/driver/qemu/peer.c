/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/peer.h"

#include <stdio.h>
#include <string.h>

#include "driver/qemu/proc.h"

/* The next of "a,b=c", where ",," stands for a comma; one that is too long is
 * left out.  Returns what is behind it. */
static const char *take_part(const char *text, char *part, size_t size)
{
    size_t n = 0;

    for (; *text && (*text != ',' || text[1] == ','); text++) {
        if (*text == ',')
            text++;
        if (n < size)
            part[n++] = *text;
    }
    part[n < size ? n : 0] = '\0';
    return *text ? text + 1 : text;
}

/* "NAME,debug-threads=on" or "guest=NAME,...". */
static void take_name(const char *text, struct vc_qemu_hint *hint)
{
    char part[VC_NAME_MAX + 8];
    struct vc_error ignored;
    bool first = true;

    for (; *text; first = false) {
        const char *name = part;

        text = take_part(text, part, sizeof(part));
        if (strncmp(part, "guest=", 6) == 0)
            name += 6;
        else if (!first || strchr(part, '='))
            continue;
        if (vc_name_check(name, strlen(name), &ignored) == 0)
            (void)snprintf(hint->name, sizeof(hint->name), "%s", name);
    }
}

static bool is_option(const char *arg, const char *name)
{
    return arg[0] == '-' && strcmp(arg + (arg[1] == '-' ? 2 : 1), name) == 0;
}

void vc_qemu_hint_parse(const char *text, size_t len, struct vc_qemu_hint *ret)
{
    const char *end = text + len;
    const char *arg = text;

    while (arg < end) {
        const char *value = arg + strlen(arg) + 1;

        if (value < end && is_option(arg, "name"))
            take_name(value, ret);
        else if (value < end && is_option(arg, "uuid"))
            ret->has_uuid =
                vc_uuid_parse(value, strlen(value), ret->uuid) &&
                !vc_uuid_is_zero(ret->uuid);
        arg = value;
    }
}

void vc_qemu_hint_read(pid_t pid, uint64_t start, struct vc_qemu_hint *ret)
{
    size_t len = 0;
    VC_AUTO_STR char *text = vc_qemu_proc_cmdline(pid, &len);

    memset(ret, 0, sizeof(*ret));
    if (text)
        vc_qemu_hint_parse(text, len, ret);
    if (!vc_qemu_proc_lives(pid, start)) { /* that was somebody else */
        memset(ret, 0, sizeof(*ret));
        return;
    }
    ret->pid = pid;
    ret->start = start;
}

bool vc_qemu_hint_fits(const struct vc_qemu_hint *hint,
                       const struct vc_instance_key *key)
{
    switch (key->kind) {
    case VC_BY_NAME:
        return strcmp(hint->name, key->name) == 0;
    case VC_BY_UUID:
        return hint->has_uuid &&
               memcmp(hint->uuid, key->uuid, VC_UUID_LEN) == 0;
    case VC_BY_ID:
        return hint->pid > 0 && hint->pid == key->id;
    }
    return false;
}
