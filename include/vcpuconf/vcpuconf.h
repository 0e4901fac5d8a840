/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vcpuconf: the virtual CPU configuration of virtual machines.
 *
 * Source written for libvirt's vCPU calls compiles against this library by
 * changing the include line: names, prototypes, constants, struct layouts and
 * error numbers are libvirt's (9.0) or those of the proposals of 2006, 2011
 * and 2012.  What is new has the prefix vcpuconf.  Symbols are versioned under
 * the library's own nodes, so that one process can also load libvirt.
 *
 * The rule.  A call that takes VIR_DOMAIN_AFFECT_LIVE and _CONFIG means the
 * same on every hypervisor:
 *
 *   CURRENT (0)   the running domain if it runs, else its definition
 *   LIVE          the running domain; OPERATION_INVALID if it does not run
 *   CONFIG        the definition; OPERATION_INVALID if it has none
 *   LIVE|CONFIG   both, all or nothing
 *
 * Threads.  A virConnectPtr and a virDomainPtr may be used by several threads
 * at once; the last error is kept per thread.  After fork() parent and child
 * may both go on using it, or open connections of their own; a fork() waits
 * until the store is done with the calls of other threads.
 *
 * Results.  Calls that return int return -1 on failure, calls that return a
 * pointer NULL; virGetLastError() says why.  A refused call changes nothing.
 */
#ifndef VCPUCONF_H
#define VCPUCONF_H

#include <vcpuconf/connect.h>
#include <vcpuconf/domain.h>
#include <vcpuconf/extra.h>
#include <vcpuconf/vcpu.h>
#include <vcpuconf/virterror.h>

#endif
