/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is behind a socket that does not answer: what its process was started
 * as, and who listens where connect() does not get through.
 *
 * A process can have anything on its command line.  What stands there is a hint
 * that the socket may be a domain's, so that it is not said to be shut off; it
 * makes nothing a run, and hides none.
 */
#ifndef VC_DRIVER_QEMU_PEER_H
#define VC_DRIVER_QEMU_PEER_H

#include <sys/types.h>

#include "driver/driver.h"
#include "model/vcpudef.h"

struct vc_qemu_hint {
    pid_t pid;                  /* 0: not known */
    uint64_t start;             /* of that process */
    char name[VC_NAME_MAX + 1]; /* "": none */
    bool has_uuid;
    unsigned char uuid[VC_UUID_LEN];
};

/* QEMU's -name and -uuid among arguments that end with a NUL each; text has one
 * more NUL behind its len bytes.  Whose it is, is left as it is. */
void vc_qemu_hint_parse(const char *text, size_t len, struct vc_qemu_hint *ret);
/* Of the process that began at that time; nothing where it can't be read. */
void vc_qemu_hint_read(pid_t pid, uint64_t start, struct vc_qemu_hint *ret);
bool vc_qemu_hint_fits(const struct vc_qemu_hint *hint,
                       const struct vc_instance_key *key);

/* In: a socket, by its file and the last part of its path.  Out: who listens
 * there, if that can be seen. */
struct vc_qemu_listener {
    dev_t dev;
    ino_t ino;
    char file[256];
    struct vc_qemu_hint hint;
};
/* Only among processes of root, ours and the owner's: others may have bound
 * sockets where a look would never end.  It looks at every process once. */
void vc_qemu_listeners_find(struct vc_qemu_listener *items, size_t n,
                            uid_t owner);

#endif
