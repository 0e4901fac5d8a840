/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The directory of sockets.  NAME.qmp is the monitor of domain NAME, NAME.ga
 * the channel of its guest agent, NAME.events a second monitor for watchers.
 * Other files, and other names than a domain can have, are nobody's.
 *
 * Who can put sockets there decides which domains there are: so it must be
 * root's or ours, and not open to all.
 */
#ifndef VC_DRIVER_QEMU_DIR_H
#define VC_DRIVER_QEMU_DIR_H

#include <sys/stat.h>

#include "model/vcpudef.h"

struct vc_qemu_dir {
    bool is_open;
    int fd;
    uid_t owner;
    struct timespec mtime;
};
#define VC_QEMU_DIR_AUTO                                                       \
    __attribute__((cleanup(vc_qemu_dir_close))) struct vc_qemu_dir

/* NO_CONNECT, ACCESS_DENIED. */
int vc_qemu_dir_open(const char *path, struct vc_qemu_dir *ret,
                     struct vc_error *err) VC_NODISCARD;
/* What is all zeros holds nothing. */
void vc_qemu_dir_close(struct vc_qemu_dir *dir);

/* The file of a socket, as long as it is that one. */
struct vc_qemu_file {
    dev_t dev;
    ino_t ino;
    struct timespec ctime;
};
bool vc_qemu_file_equal(const struct vc_qemu_file *a,
                        const struct vc_qemu_file *b);

/* Has that much time gone by since? */
bool vc_qemu_has_settled(const struct timespec *since, int64_t ms);

/* An O_PATH descriptor of BASE + suffix, or -1 with errno; 0: there is no such
 * socket.  What another user's link leads to is not there. */
int vc_qemu_dir_socket(const struct vc_qemu_dir *dir, const char *base,
                       const char *suffix, struct vc_qemu_file *ret);
/* The same, without a descriptor. */
bool vc_qemu_dir_stat(const struct vc_qemu_dir *dir, const char *base,
                      const char *suffix, struct vc_qemu_file *ret);

/* Does its name lead elsewhere, where changes don't show in the directory? */
bool vc_qemu_dir_is_link(const struct vc_qemu_dir *dir, const char *base,
                         const char *suffix);

/* BASE of a file name with that suffix whose BASE a domain can be called;
 * its length, or 0. */
size_t vc_qemu_base_len(const char *file, const char *suffix);

struct vc_qemu_names {
    char **items;
    size_t n;
};
#define VC_QEMU_NAMES_AUTO                                                     \
    __attribute__((cleanup(vc_qemu_names_clear))) struct vc_qemu_names
void vc_qemu_names_clear(struct vc_qemu_names *names);
/* Every BASE with that suffix, sorted. */
int vc_qemu_dir_list(const struct vc_qemu_dir *dir, const char *suffix,
                     struct vc_qemu_names *ret, struct vc_error *err)
    VC_NODISCARD;

#endif
