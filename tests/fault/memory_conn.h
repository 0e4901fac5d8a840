/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What memory_world.c has for memory_calls.c. */
#ifndef VC_TEST_MEMORY_CONN_H
#define VC_TEST_MEMORY_CONN_H

#include <vcpuconf/vcpuconf.h>

#include "../unit/vc_check.h"

extern virConnectPtr conn;
extern virDomainPtr dom_run; /* runs otherwise than it is defined */
extern virDomainPtr dom_off;
extern virDomainPtr dom_tran; /* runs without a definition */
extern char *memory_dir;

/* Without memory, as memory_uri; each is valid until its next call. */
const char *memory_document(const char *name, const char *rest);
const char *memory_path(const char *name);

#endif
