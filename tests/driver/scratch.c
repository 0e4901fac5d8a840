/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scratch.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX 65536

static char scratch_dir[PATH_MAX];

void vc_scratch_begin(void)
{
    size_t len;

    ck_assert_ptr_nonnull(getcwd(scratch_dir, sizeof(scratch_dir) - 32));
    len = strlen(scratch_dir);
    (void)snprintf(scratch_dir + len, sizeof(scratch_dir) - len,
                   "/test-driver.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(scratch_dir));
}

void vc_scratch_end(void)
{
    DIR *dir = opendir(scratch_dir);
    struct dirent *entry;

    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(dirfd(dir), entry->d_name, 0) < 0)
            ck_assert_int_eq(unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR),
                             0);
    }
    (void)closedir(dir);
    ck_assert_int_eq(rmdir(scratch_dir), 0);
}

const char *vc_scratch_path(const char *suffix)
{
    static char path[PATH_MAX + 64];

    (void)snprintf(path, sizeof(path), "%s/host%s", scratch_dir, suffix);
    return path;
}

const char *vc_scratch_uri(const char *query)
{
    static char uri[PATH_MAX + 256];

    (void)snprintf(uri, sizeof(uri), "test://%s/host%s", scratch_dir, query);
    return uri;
}

char *vc_scratch_read(void)
{
    char *text = calloc(1, FILE_MAX);
    FILE *file = fopen(vc_scratch_path(""), "re");

    ck_assert(text && file);
    ck_assert_uint_lt(fread(text, 1, FILE_MAX, file), FILE_MAX);
    ck_assert_int_eq(fclose(file), 0);
    return text;
}

void vc_scratch_write(const char *data, size_t len)
{
    FILE *file = fopen(vc_scratch_path(""), "we");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
}
