/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The other side of a socket, in memory.  In a program with peer.c connect(),
 * send(), recv(), poll(), the credentials of a socket, random bytes and the
 * clock that only goes forward are the peer's: nothing is ever waited for, and
 * an input always has the same effect.  What would wait for ever aborts.
 *
 * The bytes of an input are what the peer sends, one connection after another;
 * with PEER_MARKS some of them mean something:
 *
 *     0x1e  it closes; what follows is for the next connection
 *     0x1f  what follows comes in another packet
 *     0x19  what follows comes when it is sent something more
 *     0x1d  it is silent from here on, and doesn't close
 *     0x1c  before all else: its queue is full, try again
 *     0x18  then a letter, a to t for 1 to 20, and a digit: as many bytes as
 *           the digit says follow, and are sent two to that power of times
 *
 * and "@PID@" and "@T0@" to "@T2@" stand for this process and its threads.
 * Behind the last connection nobody listens any more.
 */
#ifndef VC_TESTS_FUZZ_PEER_H
#define VC_TESTS_FUZZ_PEER_H

#include <stdbool.h>
#include <stddef.h>

enum peer_how {
    PEER_MARKS = 1 << 0,
    PEER_SILENT = 1 << 1, /* at the end it doesn't close */
};

/* `first`, which may be "", is what it sends on a connection before those of
 * the input. */
void peer_begin(const char *first, const void *data, size_t size, unsigned how);
/* Is there another connection to be had? */
bool peer_has_more(void);
/* Since peer_begin, by its clock. */
long long peer_elapsed_ms(void);

#endif
