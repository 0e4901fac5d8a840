/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of failing allocations call, and on what: a simulated host and
 * a store with a few domains, seen by the public header only.
 */
#ifndef VC_TEST_MEMORY_WORLD_H
#define VC_TEST_MEMORY_WORLD_H

#include <stdbool.h>
#include <stddef.h>

/* Which host: in memory or in a file; it may forget pins of offline vCPUs. */
struct memory_host {
    const char *name; /* "default", or a file in the scratch directory */
    const char *params; /* of the URI: "" or "&name=value" */
};

void memory_world_begin(const struct memory_host *host);
void memory_world_begin_empty(void); /* in memory; no connection */
void memory_world_end(void);
const char *memory_uri(const char *store); /* valid until the next call */
/* Everything closed and made anew. */
void memory_world_renew(void);
/* The connection keeps nothing of a host's file that it has read. */
void memory_world_settle(void);
/* Another one opens the store, as resolves what was left half done. */
void memory_world_next(void);

/* All that can be seen by another connection, as text for free(); aborts the
 * test if the store is not sound. */
char *memory_world_look(void);

enum memory_kind {
    MEMORY_READS,
    MEMORY_CHANGES, /* all or nothing */
    MEMORY_RUNS,    /* the same of the run alone: where undoing fails too, that
                       is said, and it stays so */
    MEMORY_TRIES,   /* as far as it comes; called again it does the rest */
};

/* The number of a call's error; 0: none.  Its results are released. */
struct memory_call {
    const char *name;
    enum memory_kind kind;
    bool is_live; /* worth trying on other hosts than the one in memory */
    int (*call)(void);
};
size_t memory_calls_count(void);
const struct memory_call *memory_call_at(size_t i);

#endif
