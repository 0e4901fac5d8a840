/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scratch.h"

#include <dirent.h>
#include <limits.h>
#include <unistd.h>

#include "fuzz.h"

static char dir[PATH_MAX];
static pid_t owner;

static void remove_dir(void)
{
    DIR *stream = getpid() == owner ? opendir(dir) : NULL;
    struct dirent *entry;

    while (stream && (entry = readdir(stream))) {
        if (entry->d_name[0] != '.')
            (void)unlink(scratch_path(entry->d_name));
    }
    if (stream)
        (void)closedir(stream);
    (void)rmdir(dir);
}

const char *scratch_dir(void)
{
    const char *parent = getenv("FUZZ_SCRATCH");

    if (dir[0])
        return dir;
    if (!parent)
        parent = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(dir, sizeof(dir), "%s/fuzz.XXXXXX", parent);
    FUZZ_REQUIRE(mkdtemp(dir));
    owner = getpid();
    (void)atexit(remove_dir);
    return dir;
}

const char *scratch_path(const char *name)
{
    static char path[PATH_MAX + NAME_MAX + 2];

    (void)snprintf(path, sizeof(path), "%s/%s", scratch_dir(), name);
    return path;
}
