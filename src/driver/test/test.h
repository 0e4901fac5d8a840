/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test driver: a simulated host, for tests and for trying things out.
 *
 *   test:///default        in memory, shared by all connections of the process
 *                          for as long as one of them is open
 *   test:///absolute/path  in a file, shared by processes
 *
 *   cpus=N          a new host gets N host CPUs (1-16384, 8 unless given)
 *   offline=CPUSET  host CPUs that a new host has but that don't run
 *   nodes=N         NUMA nodes of a new host (2 from 4 CPUs on, else 1)
 *   agent=no        this connection's driver knows no guest agents
 *   pinoffline=no   this connection's driver can't pin offline vCPUs
 *
 * The first three describe the host.  On a host that is there already they
 * must say what it has, or the open is refused.
 */
#ifndef VC_DRIVER_TEST_TEST_H
#define VC_DRIVER_TEST_TEST_H

#include "driver/driver.h"

extern const struct vc_driver_ops vc_test_driver_ops;

#endif
