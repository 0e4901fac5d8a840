/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of vCPUs as virDomainGetVCPUMap gives them, as text. */
#ifndef CLI_VCPUMAP_H
#define CLI_VCPUMAP_H

#include "cli.h"

/* "0-3,8", owned; *ret_n (may be NULL): how many vCPUs there can be.  NULL:
 * the library's last error says why. */
char *cli_vcpumap_get(virDomainPtr domain, unsigned flags, int *ret_n);

#endif
