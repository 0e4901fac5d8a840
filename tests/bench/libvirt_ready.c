/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libvirt in process needs before the first open, and the measuring
 * program does not: an event loop; and not to be root, for as root its QEMU
 * driver wants the users that only the daemon's package makes.
 */
#include <grp.h>
#include <libvirt/libvirt.h>
#include <unistd.h>

#include "timing.h"

#define NOBODY 65534

__attribute__((constructor)) static void libvirt_ready(void)
{
    if (geteuid() == 0 &&
        (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
         setresuid(NOBODY, NOBODY, NOBODY)))
        bench_fail("can't become nobody");
    if (virEventRegisterDefaultImpl() < 0)
        bench_fail("libvirt has no event loop");
}
