/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests of the lab, run by other hands than the driver's: xl, and calls of
 * our own to the hypervisor and to xenstore.  Their kernel is
 * tests/lab-xen/tiny, at /lab/guests/tiny or where the variable LAB_TINY says.
 *
 * Calls return -1, or false, when they fail, and say why on stderr.
 */
#ifndef LAB_GUEST_H
#define LAB_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#define LAB_WAIT_MS 10000

struct lab_guest {
    const char *name;
    const unsigned char *uuid;
    unsigned maximum;
    uint32_t online;     /* bit n: vCPU n; with bit 0 */
    const char *options; /* words for the kernel; NULL: none */
};

/* Returns the id of the domain, once the hypervisor shows what was asked. */
int lab_guest_start(const struct lab_guest *guest);
/* Without xl, which takes its time; returns once the hypervisor lists no such
 * domain. */
bool lab_guest_destroy(int id);
/* By xl.  Returns its process, for lab_guest_join. */
int lab_guest_destroy_later(int id);
bool lab_guest_join(int process);
bool lab_guest_wait_gone(int id);
/* The id of the domain with that uuid; -1: there is none, which is not said. */
int lab_guest_find(const unsigned char *uuid);
/* Destroys what earlier cases left: domains whose uuid is one byte over and
 * over. */
void lab_guest_sweep(void);

/* While one of its pages is held, a destroyed domain goes on dying. */
void *lab_guest_hold(int id);
void lab_guest_release(void *page);
bool lab_guest_is_dying(int id);
bool lab_guest_pause(int id, bool paused);
/* Returns once the guest has ended itself; its domain stays. */
bool lab_guest_power_off(int id);
bool lab_guest_is_shut_down(int id);

/* What a toolstack does; the guest follows later. */
bool lab_guest_ask_online(int id, unsigned maximum, uint32_t online);
/* Until the hypervisor shows it, within LAB_WAIT_MS. */
bool lab_guest_wait_online(int id, unsigned maximum, uint32_t online);
/* "online", "offline", or NULL for no node or no domain.  To be freed. */
char *lab_guest_availability(int id, unsigned vcpu);
/* Removes the node. */
bool lab_guest_forget(int id, unsigned vcpu);

/* Bit n: host CPU n; NULL: that half is left alone. */
bool lab_guest_pin(int id, unsigned vcpu, const uint64_t *hard,
                   const uint64_t *soft);
bool lab_guest_pinned(int id, unsigned vcpu, uint64_t *ret_hard,
                      uint64_t *ret_soft);

unsigned long long lab_now_ms(void);
/* Between two looks at something that gives no sign. */
void lab_nap(void);

#endif
