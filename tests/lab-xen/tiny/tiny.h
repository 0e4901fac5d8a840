/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tiny: a paravirtualised guest of Xen that does one thing: it plugs and
 * unplugs its vCPUs as the nodes cpu/N/availability of xenstore say.  It needs
 * 4 MiB of memory, and is there milliseconds after its domain is unpaused.
 *
 * Words on its command line:
 *   deaf=N   vCPUs N and above stay as they were at the start
 *   spin     vCPUs above 0 never rest
 *
 * All vCPUs use a little time, as those of any system do.  Writing to the node
 * control/shutdown ends the guest.
 *
 * Events are never delivered to it: it waits by SCHEDOP_poll.  Memory is as
 * the domain builder made it: page N of the domain is at address N * 4096.
 */
#ifndef TINY_H
#define TINY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define __XEN_INTERFACE_VERSION__ 0x00040600
#include <xen/xen.h>

#define PAGE_BITS 12
#define PAGE_BYTES (1 << PAGE_BITS)
#define NORETURN __attribute__((noreturn))

/* The vCPUs whose information is in the shared page. */
#define MAX_VCPUS XEN_LEGACY_MAX_VCPUS

/* ---- xen.c ---- */

long xen_call(long a1, long a2, long a3, long a4, long number);

union xen_shared_page {
    struct shared_info info;
    char page[PAGE_BYTES];
};

extern const struct start_info *xen_start;
extern volatile union xen_shared_page xen_shared;

void xen_begin(const struct start_info *start);
/* The page of a machine frame that is the domain's own. */
void *xen_own_page(xen_pfn_t mfn);
/* Until the port has an event, or the time is over. */
void xen_rest(unsigned vcpu, uint32_t port, unsigned ms);
void xen_sleep(uint32_t port);
void xen_clear(uint32_t port);
void xen_notify(uint32_t port);
void xen_shutdown(unsigned reason) NORETURN;
/* One line on the console. */
void xen_say(const char *line);
/* Says so, and crashes. */
void xen_die(const char *why) NORETURN;

/* ---- store.c ---- */

void store_begin(void);
/* The value of a node, cut to the buffer; false: there is none. */
bool store_read(const char *path, char *buf, size_t len);
/* Sets a watch, which fires at once. */
void store_watch(const char *path);
/* Until a watch fires. */
void store_wait(void);

/* ---- vcpus.c ---- */

/* How long a vCPU that has nothing to do rests at a time. */
#define REST_MS 10

void vcpus_begin(bool spin);
/* The size of the domain. */
unsigned vcpus_maximum(void);
void vcpus_set(unsigned vcpu, bool up);

#endif
