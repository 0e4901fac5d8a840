/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A simulated host as JSON text, one object:
 *
 *   format   "vcpuconf test host 1"; another text is refused
 *   host     32 lower case hex digits, random, made once
 *   cpus     number of host CPUs, 1-16384
 *   offline  cpuset of host CPUs that don't run, "" for none
 *   nodes    number of NUMA nodes, 1-cpus
 *   next_id  id of the next domain that starts
 *   clock    CLOCK_BOOTTIME in ns when this was written
 *   domains  array sorted by id, Domain-0 first; of each
 *     id, name
 *     uuid    text with dashes; left out by a domain that has none
 *     agent   true: has a guest agent
 *     online  cpuset of plugged vCPU ids
 *     guest   cpuset of those that the guest uses
 *     vcpus   array, one or more entries for the vCPUs of the maximum; of each
 *       count  of how many vCPUs it speaks, one after another; left out: 1
 *       time   ns used before `since`
 *       since  `clock` when it came online; 0 while offline
 *       cpus   as older ones wrote a pin, of an entry for one vCPU
 *     pins    text, "VCPU:CPUSET" with ";" between them, of the vCPUs that are
 *             pinned; left out: none
 *
 * Reading is strict: a field that is missing, unknown, of the wrong type or
 * out of range is refused with its place.
 */
#ifndef VC_DRIVER_TEST_JSON_H
#define VC_DRIVER_TEST_JSON_H

#include "driver/test/host.h"

/* Bounds what a file can make a reader allocate. */
#define VC_TESTHOST_TEXT_MAX (16u * 1024 * 1024)

/* path is for messages.  ret_clock_ns: `clock`.  OPERATION_FAILED. */
struct vc_testhost *vc_testhost_decode(const char *text, size_t len,
                                       const char *path, uint64_t *ret_clock_ns,
                                       struct vc_error *err) VC_NODISCARD;
int vc_testhost_encode(const struct vc_testhost *host, struct vc_buf *buf,
                       struct vc_error *err) VC_NODISCARD;

#define VC_TESTHOST_FORMAT "vcpuconf test host 1"

#endif
