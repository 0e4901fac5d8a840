/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int lab_dir_new(char *ret_dir, size_t room)
{
    static const char name[] = "/vm.XXXXXX";
    size_t len;

    if (!getcwd(ret_dir, room - sizeof(name)))
        return -1;
    len = strlen(ret_dir);
    memcpy(ret_dir + len, name, sizeof(name));
    return mkdtemp(ret_dir) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *place)
{
    (void)st;
    (void)type;
    (void)place;
    return remove(path);
}

void lab_dir_remove(const char *dir)
{
    (void)nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
