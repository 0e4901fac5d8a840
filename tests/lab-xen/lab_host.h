/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lab's host CPUs and pools, changed behind the driver's back. */
#ifndef LAB_HOST_H
#define LAB_HOST_H

#include <stdbool.h>

/* CPU 0 can't go. */
bool lab_host_cpu(int cpu, bool online);
/* Makes a pool of that CPU alone, and moves the domain into it. */
bool lab_host_pool(int cpu, int id);
/* All CPUs online and in the first pool, no other pool, no domain elsewhere. */
bool lab_host_reset(void);

#endif
