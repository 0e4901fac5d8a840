/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a simulated host lives, and one call's exclusive access to it.
 *
 * "/default" is memory of this process: one host, made by the first open and
 * gone with the last close, behind a mutex.  After fork() parent and child each
 * have one, the same at first.  Any other path is a file.  Each
 * call on it opens PATH.lock anew and takes a kernel lock on it, so that
 * threads and processes alike wait for each other and the lock dies with its
 * holder; reads the file, unless it is still the one that this connection has
 * read or written last; and if the host changed, writes PATH.tmp and renames
 * it.  So the file is old or new, never torn, when a process dies (it is not
 * synced: a host that loses its power is no host to simulate).
 */
#ifndef VC_DRIVER_TEST_HOME_H
#define VC_DRIVER_TEST_HOME_H

#include "driver/test/file.h"
#include "driver/test/host.h"

struct vc_testhome;

/* Finds the host, or makes a new one.  *ret_ncpus never changes. */
struct vc_testhome *vc_testhome_open(const char *path,
                                     const struct vc_testhost_shape *shape,
                                     unsigned *ret_ncpus,
                                     struct vc_error *err) VC_NODISCARD;
void vc_testhome_close(struct vc_testhome *home);

/* The driver's watch and dispatch.  A watch is not for forked children. */
int vc_testhome_watch(struct vc_testhome *home, int *ret_fd,
                      struct vc_error *err) VC_NODISCARD;
int vc_testhome_dispatch(struct vc_testhome *home, bool *ret_news,
                         struct vc_error *err) VC_NODISCARD;

/* All zeros: nothing is held. */
struct vc_testcall {
    struct vc_testhome *home;
    struct vc_testhost *host; /* borrowed; its clock is set */
    struct vc_testfile *file; /* whose host it is; NULL: memory */
    struct vc_testlock lock;  /* of a file */
};

#define VC_TESTCALL_AUTO                                                       \
    __attribute__((cleanup(vc_testcall_end))) struct vc_testcall

int vc_testcall_begin(struct vc_testcall *call, struct vc_testhome *home,
                      struct vc_error *err) VC_NODISCARD;
/* Keeps the change, if there is one.  A call that ends without keeps a file
 * as it was. */
int vc_testcall_commit(struct vc_testcall *call, struct vc_error *err)
    VC_NODISCARD;
void vc_testcall_end(struct vc_testcall *call);

#endif
