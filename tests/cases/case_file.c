/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "case_file.h"

#include <check.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Also outside of tests, where nothing can be asserted. */
static char *path_of(const char *name, const char *file)
{
    const char *srcdir = getenv("srcdir");
    char *path = NULL;

    if (asprintf(&path, "%s/tests/cases/%s%s%s", srcdir ? srcdir : ".", name,
                 *file ? "/" : "", file) < 0)
        abort();
    return path;
}

static int has_request(const struct dirent *entry)
{
    char *path = path_of(entry->d_name, "request");
    int there = entry->d_name[0] != '.' && access(path, R_OK) == 0;

    free(path);
    return there;
}

size_t case_list(char ***ret_names)
{
    struct dirent **entries = NULL;
    char *path = path_of("", "");
    int n = scandir(path, &entries, has_request, alphasort);
    char **names;
    int i;

    free(path);
    if (n < 0)
        n = 0;
    names = calloc((size_t)n + 1, sizeof(*names));
    for (i = 0; i < n; i++) {
        if (names)
            names[i] = strdup(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    *ret_names = names;
    return names ? (size_t)n : 0;
}

char *case_read(const char *name, const char *file)
{
    char *path = path_of(name, file);
    FILE *in = fopen(path, "re");
    char *text = NULL;
    size_t len = 0;

    if (!in)
        ck_assert_msg(errno == ENOENT, "%s: %s", path, strerror(errno));
    free(path);
    if (!in)
        return NULL;
    if (getdelim(&text, &len, EOF, in) < 0) {
        free(text);
        text = calloc(1, 1);
    }
    (void)fclose(in);
    ck_assert_ptr_nonnull(text);
    return text;
}

static void rewrite(const char *name, const char *file, const char *text)
{
    char *path = path_of(name, file);
    FILE *out;

    if (!text) {
        ck_assert(unlink(path) == 0 || errno == ENOENT);
        free(path);
        return;
    }
    out = fopen(path, "we");
    ck_assert_msg(out != NULL, "%s: %s", path, strerror(errno));
    ck_assert_int_ge(fputs(text, out), 0);
    ck_assert_int_eq(fclose(out), 0);
    free(path);
}

void case_expect(const char *name, const char *file, const char *text)
{
    const char *again = getenv("VCPUCONF_CASES_REWRITE");
    char *expect;

    if (again && strcmp(again, "1") == 0) {
        rewrite(name, file, text);
        return;
    }
    expect = case_read(name, file);
    if (!expect && !text)
        return;
    ck_assert_msg(expect && text && strcmp(expect, text) == 0,
                  "%s/%s:\n--- expected\n%s\n--- is\n%s", name, file,
                  expect ? expect : "(no such file)", text ? text : "(none)");
    free(expect);
}

char *case_scratch_new(void)
{
    static const char form[] = "/cases.XXXXXX";
    char *path = malloc(PATH_MAX);

    ck_assert_ptr_nonnull(path);
    ck_assert_ptr_nonnull(getcwd(path, PATH_MAX - sizeof(form)));
    memcpy(path + strlen(path), form, sizeof(form));
    ck_assert_ptr_nonnull(mkdtemp(path));
    return path;
}

void case_scratch_remove(char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] != '.')
            ck_assert_int_eq(unlinkat(dirfd(dir), entry->d_name, 0), 0);
    }
    (void)closedir(dir);
    ck_assert_int_eq(rmdir(path), 0);
    free(path);
}

char *case_escape(const char *path)
{
    char *text = malloc(3 * strlen(path) + 1);
    char *to = text;

    ck_assert_ptr_nonnull(text);
    for (; *path; path++) {
        if (isalnum((unsigned char)*path) || strchr("/._-", *path))
            *to++ = *path;
        else
            to += sprintf(to, "%%%02X", (unsigned char)*path);
    }
    *to = '\0';
    return text;
}
