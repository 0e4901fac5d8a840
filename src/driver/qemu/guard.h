/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two locks of the driver.  fork() waits for both, so that a child finds
 * them free; each is held for moments only, never while a socket is waited
 * for, and never inside the other.
 */
#ifndef VC_DRIVER_QEMU_GUARD_H
#define VC_DRIVER_QEMU_GUARD_H

/* Around json-c's parser, which sets its thread's locale: a fork() just then
 * would leave the C library's lock of locales locked in the child. */
void vc_qemu_json_lock(void);
void vc_qemu_json_unlock(void);

/* Around what all handles remember of the runs that they saw. */
void vc_qemu_memory_lock(void);
void vc_qemu_memory_unlock(void);

#endif
