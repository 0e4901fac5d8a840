/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory for sockets below the current one. */
#ifndef LAB_DIR_H
#define LAB_DIR_H

#include <stddef.h>

/* Made with mode 0700; its absolute path into ret_dir.  0, or -1. */
int lab_dir_new(char *ret_dir, size_t room);
/* With all that is in it. */
void lab_dir_remove(const char *dir);

#endif
