/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory for one test case, and a host file in it. */
#ifndef VC_TESTS_DRIVER_SCRATCH_H
#define VC_TESTS_DRIVER_SCRATCH_H

#include <stddef.h>

/* Makes the directory, below the current one; removes it with what is in it. */
void vc_scratch_begin(void);
void vc_scratch_end(void);

/* Absolute path of a file in the directory; ".../host" + suffix.  Both stay
 * until the next call of the same function. */
const char *vc_scratch_path(const char *suffix);
/* "test://PATH" + query, PATH being that of "host". */
const char *vc_scratch_uri(const char *query);

/* Returns owned what is in "host", NUL behind it; writes it. */
char *vc_scratch_read(void);
void vc_scratch_write(const char *data, size_t len);

#endif
