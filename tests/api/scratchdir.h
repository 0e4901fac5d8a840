/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory for one test, and its removal with all that is in it. */
#ifndef SCRATCHDIR_H
#define SCRATCHDIR_H

/* Aborts when there can't be one.  scratchdir_free removes and frees. */
char *scratchdir_new(void);
void scratchdir_free(char *dir);

#endif
