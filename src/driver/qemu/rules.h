/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What must not be tried on a running QEMU.  Pure.  Under TCG, QEMU has errors
 * around plugging that end the machine, or hang its guest for good; so what
 * leads there is refused before anything is done, and told with a snapshot, so
 * that no plan has it:
 *
 *  1. Unplugging where vCPUs share a thread (thread=single) aborts QEMU.
 *  2. Plugging after an unplug corrupts its memory (7.2), or aborts it once
 *     more threads were made than there are slots (10.0).  Who unplugs leaves
 *     a mark in the machine first.
 *  3. With at most 8 slots a guest may reach its CPUs by an interrupt mode in
 *     which QEMU's interrupt controller loses all CPUs above an empty slot.
 */
#ifndef VC_DRIVER_QEMU_RULES_H
#define VC_DRIVER_QEMU_RULES_H

#include "model/live.h"

struct vc_qemu_plug {
    const char *domain;
    unsigned maximum;
    const struct vc_cpuset *present;
    const struct vc_cpuset *asked; /* not empty */
    bool online;
    bool paused;
    bool is_tcg;
    bool share_thread;
    bool was_unplugged; /* it bears the mark */
    const char *no_plug; /* why there is no hotplug; else NULL */
};

/* What must not be tried, and why: for who asks before.  Looks at the machine
 * alone, not at what is asked of it. */
void vc_qemu_plug_limits(const struct vc_qemu_plug *plug,
                         struct vc_plug_limits *ret);
/* What is to be done: the ids that are not as asked; may be none. */
int vc_qemu_plug_check(const struct vc_qemu_plug *plug,
                       struct vc_cpuset *ret_todo,
                       struct vc_error *err) VC_NODISCARD;

enum vc_qemu_ost { VC_QEMU_OST_OTHER, VC_QEMU_OST_REFUSED };
/* What the guest's word about an ejection (source 3) means. */
enum vc_qemu_ost vc_qemu_ost_read(int64_t source, int64_t status);

#endif
