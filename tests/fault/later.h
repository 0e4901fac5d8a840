/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time that passes at once.  Linked with --wrap=clock_gettime. */
#ifndef VC_TEST_LATER_H
#define VC_TEST_LATER_H

/* So much later it is by the clock that is cheap to read. */
extern int later_ms;

#endif
