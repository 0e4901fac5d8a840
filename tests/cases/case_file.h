/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of a case, and a place for its store. */
#ifndef VC_TESTS_CASES_CASE_FILE_H
#define VC_TESTS_CASES_CASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Names of the directories below tests/cases that hold a request, sorted;
 * returns how many.  Freed at exit. */
size_t case_list(char ***ret_names);

/* Returns owned what is in the file of the case, NUL behind it; NULL if there
 * is no such file. */
char *case_read(const char *name, const char *file);
/* text NULL: the file is not to be there.  With VCPUCONF_CASES_REWRITE=1 the
 * file is written (or removed), otherwise compared. */
void case_expect(const char *name, const char *file, const char *text);

/* A new empty directory below the current one, and its removal. */
char *case_scratch_new(void);
void case_scratch_remove(char *path);
/* Returns owned the path as a part of a URI. */
char *case_escape(const char *path);

#endif
