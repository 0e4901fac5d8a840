/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory with the sockets of one domain, "d", whose process is this one.
 */
#ifndef VC_TESTS_FUZZ_QEMU_WORLD_H
#define VC_TESTS_FUZZ_QEMU_WORLD_H

#include "driver/qemu/home.h"

/* What a sound QEMU says to who looks which domain it is. */
#define QEMU_WORLD_NAME                                                        \
    "{\"QMP\":{\"version\":{},\"capabilities\":[]}}"                           \
    "{\"return\":{},\"id\":0}{\"return\":{\"name\":\"d\"},\"id\":1}"           \
    "{\"return\":{\"UUID\":\"11111111-2222-3333-4444-555555555555\"},\"id\":"  \
    "2}"

/* Makes the directory. */
void qemu_world_init(void);
/* Returns owned a handle that knows nothing yet. */
struct vc_qemu_home *qemu_world_home(void);
const struct vc_instance *qemu_world_instance(void);
/* What must be true of a verb's end, whatever was sent. */
void qemu_world_check(int rc, const struct vc_error *err);

#endif
