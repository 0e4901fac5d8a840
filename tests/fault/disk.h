/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file system under one directory, as the C library's calls see it, for all
 * of the program: a call can be made to fail, and what changes files is noted, to
 * find out later what a power cut would have left (disk_cut.c).  Linking these
 * files is enough: what a program defines stands before the C library's.
 *
 * The hypervisor is not on that disk: files whose names begin with "host" are
 * noted as they become, and no call on them fails.
 */
#ifndef VC_TEST_DISK_H
#define VC_TEST_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "crash_world.h"

/* From here all is noted; `dir` holds the files that are on the disk by now. */
void disk_begin(const char *dir, const struct world_files *start);
void disk_stop(void); /* what was noted stays */
void disk_end(void);

/* The nth call from here, from 1, fails with errnum; 0: a write that comes to
 * half of its bytes and then to no space.  n 0: none. */
void disk_fail(unsigned n, int errnum);
/* Ends that; did one fail? */
bool disk_fail_end(void);

/* ---- What was noted ---- */

enum disk_kind {
    DISK_WRITE,    /* data at `at` of file */
    DISK_TRUNCATE, /* to `at` */
    DISK_SYNC,
    DISK_CREATE, /* file has that name from here */
    DISK_UNLINK,
    DISK_RENAME, /* to the other name */
    DISK_LINK,
    DISK_SYNC_DIR,
    DISK_HOST, /* the hypervisor's file has that data from here */
};

struct disk_event {
    enum disk_kind kind;
    unsigned file;
    off_t at;
    char *data;
    size_t len;
    char name[64];
    char other[64];
};

const struct disk_event *disk_event(size_t i);
size_t disk_events(void);
const struct world_files *disk_start(void); /* item i is file i */

/* The files after a power cut just before event n.  What was not synced is lost
 * (seed 0), there (1), or there in part, in sectors, at random. */
void disk_cut(size_t n, unsigned seed, struct world_files *ret);

#endif
