/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "killfs.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct file {
    sqlite3_file base;
    bool is_log;
    sqlite3_file *real; /* behind this struct */
};

static sqlite3_vfs vfs;
static sqlite3_vfs *usual;

static unsigned target;
static unsigned points;
static unsigned syncs;
static unsigned syncs_to_fail;
static bool skip_syncs;
static bool unsynced;

void killfs_arm(unsigned n)
{
    target = n;
    points = 0;
    syncs = 0;
}

unsigned killfs_count(void)
{
    return points;
}

unsigned killfs_syncs(void)
{
    return syncs;
}

bool killfs_is_unsynced(void)
{
    return unsynced;
}

void killfs_skip_syncs(bool skip)
{
    skip_syncs = skip;
}

void killfs_fail_syncs(unsigned n)
{
    syncs_to_fail = n;
}

void killfs_point(void)
{
    if (++points == target)
        (void)kill(getpid(), SIGKILL);
}

static struct file *self(sqlite3_file *file)
{
    return (struct file *)file;
}

#define REAL(file) (self(file)->real)
#define METHODS(file) (REAL(file)->pMethods)

static int fs_close(sqlite3_file *file)
{
    return METHODS(file)->xClose(REAL(file));
}

static int fs_read(sqlite3_file *file, void *data, int n, sqlite3_int64 at)
{
    return METHODS(file)->xRead(REAL(file), data, n, at);
}

static int fs_write(sqlite3_file *file, const void *data, int n,
                    sqlite3_int64 at)
{
    killfs_point();
    unsynced |= self(file)->is_log;
    return METHODS(file)->xWrite(REAL(file), data, n, at);
}

static int fs_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    killfs_point();
    return METHODS(file)->xTruncate(REAL(file), size);
}

static int fs_sync(sqlite3_file *file, int flags)
{
    killfs_point();
    syncs++;
    if (syncs_to_fail) {
        syncs_to_fail--;
        return SQLITE_IOERR_FSYNC;
    }
    if (self(file)->is_log)
        unsynced = false;
    return skip_syncs ? SQLITE_OK : METHODS(file)->xSync(REAL(file), flags);
}

static int fs_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    return METHODS(file)->xFileSize(REAL(file), ret);
}

static int fs_lock(sqlite3_file *file, int level)
{
    killfs_point();
    return METHODS(file)->xLock(REAL(file), level);
}

static int fs_unlock(sqlite3_file *file, int level)
{
    return METHODS(file)->xUnlock(REAL(file), level);
}

static int fs_check_lock(sqlite3_file *file, int *ret)
{
    return METHODS(file)->xCheckReservedLock(REAL(file), ret);
}

static int fs_control(sqlite3_file *file, int op, void *arg)
{
    return METHODS(file)->xFileControl(REAL(file), op, arg);
}

static int fs_sector_size(sqlite3_file *file)
{
    return METHODS(file)->xSectorSize(REAL(file));
}

static int fs_properties(sqlite3_file *file)
{
    return METHODS(file)->xDeviceCharacteristics(REAL(file));
}

static int fs_shm_map(sqlite3_file *file, int page, int size, int extend,
                      void volatile **ret)
{
    killfs_point();
    return METHODS(file)->xShmMap(REAL(file), page, size, extend, ret);
}

static int fs_shm_lock(sqlite3_file *file, int at, int n, int flags)
{
    killfs_point();
    return METHODS(file)->xShmLock(REAL(file), at, n, flags);
}

/* Between writes to the index of the log, which is memory. */
static void fs_shm_barrier(sqlite3_file *file)
{
    killfs_point();
    METHODS(file)->xShmBarrier(REAL(file));
}

static int fs_shm_unmap(sqlite3_file *file, int remove)
{
    killfs_point();
    return METHODS(file)->xShmUnmap(REAL(file), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* without mapped reads */
    .xClose = fs_close,
    .xRead = fs_read,
    .xWrite = fs_write,
    .xTruncate = fs_truncate,
    .xSync = fs_sync,
    .xFileSize = fs_size,
    .xLock = fs_lock,
    .xUnlock = fs_unlock,
    .xCheckReservedLock = fs_check_lock,
    .xFileControl = fs_control,
    .xSectorSize = fs_sector_size,
    .xDeviceCharacteristics = fs_properties,
    .xShmMap = fs_shm_map,
    .xShmLock = fs_shm_lock,
    .xShmBarrier = fs_shm_barrier,
    .xShmUnmap = fs_shm_unmap,
};

static int fs_open(sqlite3_vfs *fs, const char *name, sqlite3_file *base,
                   int flags, int *ret_flags)
{
    struct file *file = self(base);
    int rc;

    (void)fs;
    killfs_point();
    file->base.pMethods = NULL;
    file->is_log = flags & SQLITE_OPEN_WAL;
    file->real = (sqlite3_file *)(file + 1);
    rc = usual->xOpen(usual, name, file->real, flags, ret_flags);
    if (file->real->pMethods)
        file->base.pMethods = &methods;
    return rc;
}

static int fs_delete(sqlite3_vfs *fs, const char *name, int sync_dir)
{
    (void)fs;
    killfs_point();
    return usual->xDelete(usual, name, sync_dir && !skip_syncs);
}

/* All that is not about a file's life goes to the usual one as it is: those
 * functions look at no field of theirs that differs. */
void killfs_install(void)
{
    usual = sqlite3_vfs_find(NULL);
    vfs = *usual;
    vfs.zName = "killfs";
    vfs.szOsFile = (int)sizeof(struct file) + usual->szOsFile;
    vfs.pNext = NULL;
    vfs.xOpen = fs_open;
    vfs.xDelete = fs_delete;
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
        abort();
}
