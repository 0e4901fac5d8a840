/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How often a domain was locked, told without asking the kernel: a table of
 * counters in PATH.lock, which all that use the store have mapped.
 *
 *  1. Whoever gets a domain's lock raises its counter before anything else.  So
 *     who finds the counter as it was when he had the lock himself knows that
 *     nobody has begun a change since, and who finds it so behind a step of his
 *     own, that the step was over before anybody began.
 *  2. Keys share counters: a turn may seem to be over when it is not, and never
 *     the other way.  Counters only grow, so none is ever as it was before.
 *  3. The table has its room on disk before anybody maps it, so that raising
 *     needs none.  As long as the file has no table nobody has turns; who can't
 *     map one that is there may not go on, since others rely on it.
 *  4. When another file takes the name, all counters of the old one are raised:
 *     turns that were given out before are over.  It stays mapped, for threads
 *     that are just looking, until the handle is closed.
 *
 * Counters say nothing across a restart of the host, and need not: turns live
 * in the memory of processes.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define COUNTERS 512u
#define TABLE_SIZE (COUNTERS * sizeof(uint64_t))

_Static_assert(sizeof(atomic_uint_fast64_t) == sizeof(uint64_t) &&
                   ATOMIC_LLONG_LOCK_FREE == 2,
               "processes share the counters");

struct vc_store_turns {
    struct vc_store_turns *next; /* older ones */
    dev_t dev;
    ino_t ino;
    atomic_uint_fast64_t *counters; /* COUNTERS */
};

static atomic_uint_fast64_t *counter_of(const struct vc_store_turns *turns,
                                        const unsigned char *key)
{
    unsigned n = 0;
    unsigned i;

    for (i = 0; i < VC_STORE_KEY_LEN; i++)
        n = n * 31 + key[i];
    return &turns->counters[n % COUNTERS];
}

/* Writes what is missing of the table, and no byte that is there: somebody may
 * have it mapped already. */
static bool table_write(int fd)
{
    static const char zeros[TABLE_SIZE];
    struct stat st;

    while (fstat(fd, &st) == 0) {
        ssize_t n;

        if (st.st_size >= (off_t)TABLE_SIZE)
            return true;
        n = pwrite(fd, zeros, TABLE_SIZE - (size_t)st.st_size, st.st_size);
        if (n <= 0 && !(n < 0 && errno == EINTR))
            return false;
    }
    return false;
}

/* Has the file a table?  One at a time makes it; the others have none yet. */
static bool table_make(int fd, const struct stat *st)
{
    struct flock range = {.l_type = F_WRLCK,
                          .l_whence = SEEK_SET,
                          .l_start = VC_STORE_LOCK_TABLE,
                          .l_len = 1};
    bool made;

    if (st->st_size >= (off_t)TABLE_SIZE)
        return true;
    if (fcntl(fd, F_OFD_SETLK, &range) < 0)
        return false;
    made = table_write(fd);
    range.l_type = F_UNLCK;
    (void)fcntl(fd, F_OFD_SETLK, &range);
    return made;
}

/* NULL with errno 0: there are no turns on this file system. */
static void *table_map(int fd)
{
    void *table = mmap(NULL, TABLE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
                       fd, 0);

    if (table != MAP_FAILED)
        return table;
    if (errno == ENODEV || errno == EACCES || errno == EINVAL)
        errno = 0;
    return NULL;
}

static void end_all(struct vc_store_turns *turns)
{
    unsigned i;

    for (i = 0; turns && i < COUNTERS; i++)
        (void)atomic_fetch_add(&turns->counters[i], 1);
}

/* Maps the table of this file.  An errno value. */
static int turns_add(struct vc_store *store, int fd, const struct stat *st)
{
    struct vc_store_turns *turns = malloc(sizeof(*turns));
    int errnum = 0;

    if (!turns)
        return ENOMEM;
    turns->counters = table_map(fd);
    if (!turns->counters) {
        errnum = errno;
        free(turns);
        return errnum;
    }
    end_all(store->turns);
    turns->dev = st->st_dev;
    turns->ino = st->st_ino;
    turns->next = store->turns;
    store->turns = turns;
    return 0;
}

static bool is_of(const struct vc_store_turns *turns, const struct stat *st)
{
    return turns && turns->dev == st->st_dev && turns->ino == st->st_ino;
}

int vc_store_turn_begin(struct vc_store *store, int fd, const struct stat *st,
                        const unsigned char *key, struct vc_store_turn *ret)
{
    atomic_uint_fast64_t *counter = NULL;
    int errnum = 0;

    memset(ret, 0, sizeof(*ret));
    vc_store_fork_block();
    if (!is_of(store->turns, st) && table_make(fd, st))
        errnum = turns_add(store, fd, st);
    if (is_of(store->turns, st))
        counter = counter_of(store->turns, key);
    vc_store_fork_unblock();
    if (!counter)
        return errnum;
    ret->counter = counter;
    ret->value = atomic_fetch_add(counter, 1) + 1;
    return 0;
}

bool vc_store_turn_is_last(const struct vc_store_turn *turn)
{
    const atomic_uint_fast64_t *counter = turn->counter;

    return counter && atomic_load(counter) == turn->value;
}

void vc_store_turns_free(struct vc_store *store)
{
    while (store->turns) {
        struct vc_store_turns *turns = store->turns;

        store->turns = turns->next;
        (void)munmap(turns->counters, TABLE_SIZE);
        free(turns);
    }
}
