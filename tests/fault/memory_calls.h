/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the public calls that need memory are written down: memory_reads.c and
 * memory_changes.c.  test-memory.sh wants each exported function there or in
 * test_fault_memory_none.c.
 */
#ifndef VC_TEST_MEMORY_CALLS_H
#define VC_TEST_MEMORY_CALLS_H

#include "memory_conn.h"
#include "memory_world.h"

#define LIVE VIR_DOMAIN_AFFECT_LIVE
#define CONFIG VIR_DOMAIN_AFFECT_CONFIG
#define BOTH (LIVE | CONFIG)

/* Check's own macros allocate, and would be the ones that fail. */
#define BE_SURE(condition)                                                     \
    do {                                                                       \
        if (!(condition))                                                      \
            memory_unsure(#condition);                                         \
    } while (0)
__attribute__((noreturn)) void memory_unsure(const char *condition);

/* What a call gave, released; the number of its error. */
int memory_code(int rc);
int memory_text(char *result);
int memory_domain(virDomainPtr dom);
int memory_connection(virConnectPtr opened);

/* Of the definition that was removed. */
const unsigned char *memory_uuid_gone(void);

/* `name` is a call whose value `turn` makes a number of. */
#define CALL(name, turn, call)                                                 \
    static int name(void)                                                      \
    {                                                                          \
        return turn(call);                                                     \
    }

/* Rows of a table. */
#define READS(name)                                                            \
    {                                                                          \
#name, MEMORY_READS, false, name                                       \
    }
#define CHANGES(name)                                                          \
    {                                                                          \
#name, MEMORY_CHANGES, false, name                                     \
    }
#define RUNS(name)                                                             \
    {                                                                          \
#name, MEMORY_RUNS, false, name                                        \
    }
#define TRIES(name)                                                            \
    {                                                                          \
#name, MEMORY_TRIES, false, name                                       \
    }
#define RUNS_LIVE(name)                                                        \
    {                                                                          \
#name, MEMORY_RUNS, true, name                                         \
    }
#define READS_LIVE(name)                                                       \
    {                                                                          \
#name, MEMORY_READS, true, name                                        \
    }
#define CHANGES_LIVE(name)                                                     \
    {                                                                          \
#name, MEMORY_CHANGES, true, name                                      \
    }
#define TRIES_LIVE(name)                                                       \
    {                                                                          \
#name, MEMORY_TRIES, true, name                                        \
    }

extern const struct memory_call memory_reads[];
extern const size_t memory_reads_n;
extern const struct memory_call memory_changes[];
extern const size_t memory_changes_n;

#endif
