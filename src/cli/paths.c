/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of files: made for domains, found in directories. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "text.h"

#define SUFFIX ".xml"
#define NAME_LIMIT 255 /* bytes of a file name, on the usual file systems */

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || strchr("_+-.,@:", c);
}

/* Bytes of `name` that stay as they are; 0: its first must be written %XX. */
static size_t keep(const char *name, size_t len, bool is_first)
{
    int width;

    if (is_first && (*name == '.' || *name == '-'))
        return 0; /* neither hidden nor an option */
    if ((unsigned char)*name < 0x80)
        return is_plain(*name) ? 1 : 0;
    return cli_text_printable(name, len, &width);
}

char *cli_file_name(virDomainPtr domain)
{
    const char *name = virDomainGetName(domain);
    size_t left = strlen(name);
    size_t limit = NAME_LIMIT - strlen(SUFFIX);
    /* '~' is never written for a name, so this can't be another's. */
    char tail[VIR_UUID_STRING_BUFLEN + 1] = "~";
    char *file = cli_alloc(left * 3 + sizeof(tail) + sizeof(SUFFIX), 1);
    size_t len = 0;
    size_t cut = 0; /* where the tail would go */
    size_t n;

    while (left > 0) {
        if (len + sizeof(tail) - 1 <= limit)
            cut = len;
        n = keep(name, left, len == 0);
        if (n > 0) {
            memcpy(file + len, name, n);
            len += n;
        } else {
            n = 1;
            len += (size_t)sprintf(file + len, "%%%02X", (unsigned char)*name);
        }
        name += n;
        left -= n;
    }
    if (len > limit && virDomainGetUUIDString(domain, tail + 1) == 0) {
        memcpy(file + cut, tail, sizeof(tail) - 1);
        len = cut + sizeof(tail) - 1;
    }
    memcpy(file + len, SUFFIX, sizeof(SUFFIX));
    return file;
}

static void add(struct cli_paths *paths, const char *name, bool is_found)
{
    if (paths->n == paths->cap) {
        size_t cap = paths->cap ? paths->cap * 2 : 64;
        struct cli_path *items = cli_alloc(cap, sizeof(*items));

        if (paths->n)
            memcpy(items, paths->items, paths->n * sizeof(*items));
        free(paths->items);
        paths->items = items;
        paths->cap = cap;
    }
    paths->items[paths->n].name = cli_strdup(name);
    paths->items[paths->n++].is_found = is_found;
}

void cli_paths_add(struct cli_paths *paths, const char *path)
{
    add(paths, path, false);
}

void cli_paths_clear(struct cli_paths *paths)
{
    size_t i;

    for (i = 0; i < paths->n; i++)
        free(paths->items[i].name);
    free(paths->items);
    memset(paths, 0, sizeof(*paths));
}

/* Only regular files: a pipe that lies there is no document.  It is looked at
 * again when it is open. */
static bool is_document(const char *path, const char *name)
{
    size_t len = strlen(name);
    struct stat st;

    return name[0] != '.' && len > strlen(SUFFIX) &&
           strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0 &&
           (stat(path, &st) < 0 || S_ISREG(st.st_mode));
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct cli_path *)a)->name,
                  ((const struct cli_path *)b)->name);
}

const char *cli_paths_add_dir(struct cli_paths *paths, const char *dir)
{
    size_t len = strlen(dir);
    const char *slash = len > 0 && dir[len - 1] == '/' ? "" : "/";
    size_t first = paths->n;
    DIR *stream = opendir(dir);
    struct dirent *entry;
    int failed;
    char *path;

    if (!stream)
        return strerror(errno);
    while (errno = 0, (entry = readdir(stream)) != NULL) {
        if (asprintf(&path, "%s%s%s", dir, slash, entry->d_name) < 0)
            break;
        if (is_document(path, entry->d_name))
            add(paths, path, true);
        free(path);
    }
    failed = entry ? ENOMEM : errno;
    (void)closedir(stream);
    if (failed)
        return strerror(failed);
    if (paths->n == first)
        return "holds no file named *" SUFFIX;
    qsort(paths->items + first, paths->n - first, sizeof(*paths->items),
          compare_paths);
    return NULL;
}
