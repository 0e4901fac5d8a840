/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Points at which a process can be killed, by number: each call that the store
 * makes of the file system through SQLite (a VFS around the usual one sees
 * them), and whatever else is passed through killfs_point.
 */
#ifndef VC_TEST_KILLFS_H
#define VC_TEST_KILLFS_H

#include <stdbool.h>

/* Once, before any store is opened: becomes SQLite's usual VFS. */
void killfs_install(void);

/* This process dies by SIGKILL just before its point number n, counted from
 * here, from 1; 0: never. */
void killfs_arm(unsigned n);
unsigned killfs_count(void); /* points since */
void killfs_point(void);

/* A process that is killed loses nothing that was written, so that syncing is
 * only time: true leaves it out. */
void killfs_skip_syncs(bool skip);
unsigned killfs_syncs(void); /* asked for since killfs_arm */
/* Is something in a store's log that was not synced? */
bool killfs_is_unsynced(void);
/* The next n syncs fail. */
void killfs_fail_syncs(unsigned n);

#endif
