/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the first 100 bytes say, read through SQLite's own file handle and
 * before any statement, so that a refused file is not touched.
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <inttypes.h>
#include <string.h>

/* Offsets in the header of an SQLite file (its file format, section 1.3). */
#define HEADER_LEN 100
#define AT_PAGE_SIZE 16
#define AT_WRITE_FORMAT 18 /* 2: WAL */
#define AT_CHANGE_COUNTER 24
#define AT_PAGE_COUNT 28
#define AT_USER_VERSION 60
#define AT_APPLICATION_ID 68
#define AT_VALID_FOR 92 /* the change counter that the page count is of */

static const char header_magic[16] = "SQLite format 3";

struct header_raw {
    unsigned char bytes[HEADER_LEN];
    int64_t file_size;
};

bool sq_file_has_bytes(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && st.st_size > 0;
}

static uint32_t header_u32(const struct header_raw *raw, unsigned at)
{
    const unsigned char *p = raw->bytes + at;

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

static enum vc_answer header_read(sqlite3 *db, const char *path,
                                  struct header_raw *ret, struct vc_error *err)
{
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    int rc;

    rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (rc == SQLITE_OK && (!file || !file->pMethods))
        rc = SQLITE_CANTOPEN;
    if (rc == SQLITE_OK)
        rc = file->pMethods->xFileSize(file, &size);
    if (rc == SQLITE_OK) {
        rc = file->pMethods->xRead(file, ret->bytes, HEADER_LEN, 0);
        if (rc == SQLITE_IOERR_SHORT_READ)
            rc = SQLITE_OK; /* the rest is zeroes; judged by the size */
    }
    if (rc != SQLITE_OK)
        return sq_answer(db, path, rc, err);
    ret->file_size = size;
    return VC_STORE_DONE;
}

/* How long the file must at least be; 0 when the header can't tell. */
static int64_t header_expected_size(const struct header_raw *raw)
{
    uint32_t page = (uint32_t)raw->bytes[AT_PAGE_SIZE] << 8 |
                    raw->bytes[AT_PAGE_SIZE + 1];

    if (page == 1)
        page = 65536;
    if (header_u32(raw, AT_CHANGE_COUNTER) != header_u32(raw, AT_VALID_FOR))
        return page;
    return (int64_t)page * header_u32(raw, AT_PAGE_COUNT);
}

static enum vc_answer refuse_cut(const char *path, int64_t size,
                                 int64_t expected, struct vc_error *err)
{
    (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                       "store '%s' is cut short (%" PRId64 " of at least "
                       "%" PRId64 " bytes): restore a backup",
                       path, size, expected);
    return VC_STORE_UNAVAILABLE;
}

enum vc_answer sq_version_check(unsigned version, const char *path,
                                struct vc_error *err)
{
    if (version == 0)
        return sq_damaged(path, "it has no format version", err);
    if (version <= sq_migrations_n)
        return VC_STORE_DONE;
    (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                       "store '%s' was written by a newer vcpuconf (format %u, "
                       "this one knows 1 to %u): upgrade vcpuconf",
                       path, version, sq_migrations_n);
    return VC_STORE_UNAVAILABLE;
}

/* What it is, before how long it is. */
static enum vc_answer header_identify(const struct header_raw *raw,
                                      const char *path, struct vc_error *err)
{
    size_t known = raw->file_size < (int64_t)sizeof(header_magic)
                       ? (size_t)raw->file_size
                       : sizeof(header_magic);

    if (raw->file_size == 0) {
        (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                           "store '%s' is empty, which no store ever is: "
                           "restore a backup, or remove the file to begin a "
                           "new store",
                           path);
        return VC_STORE_UNAVAILABLE;
    }
    if (memcmp(raw->bytes, header_magic, known) == 0) {
        if (raw->file_size < HEADER_LEN)
            return refuse_cut(path, raw->file_size, HEADER_LEN, err);
        if (header_u32(raw, AT_APPLICATION_ID) == SQ_APPLICATION_ID)
            return sq_version_check(header_u32(raw, AT_USER_VERSION), path,
                                    err);
    }
    (void)vc_error_set(err, VC_ERR_OPEN_FAILED,
                       "'%s' is not a vcpuconf store: name another file, or "
                       "restore a backup if it was one",
                       path);
    return VC_STORE_UNAVAILABLE;
}

/*
 * A file shorter than its header says is legal only while a log is there that
 * has the missing pages: a checkpoint may have been cut off, or be under way
 * in another process, and then SQLite judges by the log.  The process that
 * ends a checkpoint may remove the log between our two looks, so a short file
 * without a log is looked at again.
 */
enum vc_answer sq_header_check(sqlite3 *db, const char *path,
                               const char *wal_path, struct sq_header *ret,
                               struct vc_error *err)
{
    int64_t expected = 0;
    struct header_raw raw = {0};
    enum vc_answer answer;
    int tries;

    for (tries = 0; tries < 5; tries++) {
        answer = header_read(db, path, &raw, err);
        if (answer == VC_STORE_DONE)
            answer = header_identify(&raw, path, err);
        if (answer != VC_STORE_DONE)
            return answer;
        expected = header_expected_size(&raw);
        if (raw.file_size >= expected || sq_file_has_bytes(wal_path)) {
            ret->wal = raw.bytes[AT_WRITE_FORMAT] == 2;
            ret->version = header_u32(&raw, AT_USER_VERSION);
            return VC_STORE_DONE;
        }
    }
    return refuse_cut(path, raw.file_size, expected, err);
}
