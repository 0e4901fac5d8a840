/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time that passes at once, and only so.  Linked with --wrap=clock_gettime. */
#ifndef VC_TEST_LATER_H
#define VC_TEST_LATER_H

/* So much later it is, than it was at first, by the clock that is cheap to
 * read. */
extern int later_ms;

#endif
