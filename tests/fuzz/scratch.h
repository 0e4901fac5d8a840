/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folder of the run, in memory where there is room for that. */
#ifndef VC_TESTS_FUZZ_SCRATCH_H
#define VC_TESTS_FUZZ_SCRATCH_H

/* Made at the first call, removed with its files when the program exits. */
const char *scratch_dir(void);
/* A file in it; the text stays until the next call. */
const char *scratch_path(const char *name);

#endif
