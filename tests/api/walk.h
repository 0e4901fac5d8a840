/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The walk: every vCPU call, with every flag value 0..63, on a domain that is
 * active or not, persistent or not.  It prints a table of what came of it and
 * which half changed.  Only the public header is used, so the same walk runs
 * against every hypervisor.
 */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stdio.h>
#include <vcpuconf/vcpuconf.h>

/* A place to walk in.  The domain has a maximum of 4, vCPUs 0 and 1 online,
 * and vCPU 0 pinned to host CPU 0 and perhaps 1, but not to all that the host
 * has, in each half that is there. */
struct walk_world {
    virConnectPtr conn;
    void *opaque;
    /* Puts the domain into a state; returns a new handle, NULL on failure.
     * For neither active nor persistent: of a domain that was there. */
    virDomainPtr (*enter)(struct walk_world *world, bool active,
                          bool persistent);
};

/* Returns 0, or -1 when the world could not be set up (said on stderr). */
int walk_print(struct walk_world *world, FILE *out);

#endif
