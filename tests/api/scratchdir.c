/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scratchdir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

char *scratchdir_new(void)
{
    const char *base = getenv("TMPDIR");
    char *dir = NULL;

    if (asprintf(&dir, "%s/vcpuconf-test.XXXXXX", base ? base : "/tmp") < 0 ||
        !mkdtemp(dir)) {
        perror("mkdtemp");
        abort();
    }
    return dir;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void scratchdir_free(char *dir)
{
    if (nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0)
        perror(dir);
    free(dir);
}
