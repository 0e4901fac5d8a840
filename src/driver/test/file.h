/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A simulated host's file: its lock, reading and replacing it. */
#ifndef VC_DRIVER_TEST_FILE_H
#define VC_DRIVER_TEST_FILE_H

#include <sys/stat.h>

#include "driver/test/host.h"

/* The lock of a host.  It is in a list of this process while it is held, and
 * so stays where it is. */
struct vc_testlock {
    int fd;
    struct vc_testlock *next;
};

/* Waits for the lock of the host at `path`.  A forked child does not hold it. */
int vc_testfile_lock(const char *path, struct vc_testlock *lock,
                     struct vc_error *err) VC_NODISCARD;
void vc_testfile_unlock(struct vc_testlock *lock);

/* A host and the file that it was read from or written to.  While that is the
 * same file it need not be read again: it is never written in place, and being
 * held open it keeps its inode number from another. */
struct vc_testfile {
    struct vc_testhost *host; /* NULL: none yet */
    bool is_open; /* and so has what follows */
    int fd;
    struct stat st;
};

/* All zeros, or NULL with *err set. */
struct vc_testfile *vc_testfile_new(struct vc_error *err);
void vc_testfile_free(struct vc_testfile *file);

/* 1 read, 0 there is no such file, -1.  Time goes on where the host was
 * started anew since it was written.  With the lock held. */
int vc_testfile_read(const char *path, uint64_t now_ns,
                     struct vc_testfile *file, struct vc_error *err)
    VC_NODISCARD;
int vc_testfile_write(const char *path, struct vc_testfile *file,
                      struct vc_error *err) VC_NODISCARD;

#endif
