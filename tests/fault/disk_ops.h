/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of disks that fail do to a store, and how it looks. */
#ifndef VC_TEST_DISK_OPS_H
#define VC_TEST_DISK_OPS_H

#include "crash_world.h"

#define DISK_STEPS_MAX 40

struct disk_op {
    const char *name;
    void (*prepare)(void); /* what is on the disk at first; NULL: the world */
    /* Step i; an error fills *err.  engine: open, or (opens) all empty. */
    int (*step)(struct vc_engine *engine, unsigned i, struct vc_error *err);
    unsigned steps;
    bool opens;
    bool is_long; /* too many calls to try each of them */
};
extern const struct disk_op disk_ops[];
extern const size_t disk_ops_n;

/* All definitions and runs as text, for free(); the store is sound and no intent
 * is left.  Opens as anybody would. */
char *disk_look(void);
/* The same through an engine, which may have intents. */
char *disk_look_by(struct vc_engine *engine);

#endif
