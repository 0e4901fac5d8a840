/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Documents in files. */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include "cli.h"

/* One byte more than the library takes: what is longer is refused there. */
#define CLI_FILE_MAX (4u * 1024 * 1024 + 1)

/* Reads a file, or standard input for "-"; at most CLI_FILE_MAX bytes.  There
 * is a NUL behind them.  Returns owned; NULL: was said. */
char *cli_file_read(const char *path, size_t *ret_len);
/* The same without a word said.  One that was found and not named is read only
 * if it is a regular file, and never waited for.  NULL: *ret_why says why;
 * borrowed, until errno's next text. */
char *cli_file_load(const char *path, bool is_found, size_t *ret_len,
                    const char **ret_why);

/* Writes a new file of mode 0600, whole or not at all.  A file that is there
 * is refused, with `force` replaced; a device or pipe is written to.
 * Returns an enum cli_exit; what failed was said. */
int cli_file_write(const char *path, const char *bytes, size_t len,
                   bool force);

/* Makes a directory of mode 0700 unless it is there; -1 with errno. */
int cli_dir_make(const char *path);

/* A name for the document of a domain in a directory: letters, digits and the
 * like stay, all else becomes %XX, so that two domains never share a file.
 * Where that gets too long the end is the UUID.  Returns owned. */
char *cli_file_name(virDomainPtr domain);

struct cli_path {
    char *name; /* owned */
    bool is_found;
};
struct cli_paths {
    struct cli_path *items;
    size_t n;
    size_t cap;
};
/* One that was named. */
void cli_paths_add(struct cli_paths *paths, const char *path);
/* The *.xml files of a directory, sorted; each "DIR/NAME", found.  Returns
 * NULL, or why it could not be done; borrowed, until errno's next text. */
const char *cli_paths_add_dir(struct cli_paths *paths, const char *dir);
void cli_paths_clear(struct cli_paths *paths);
#define CLI_AUTO_PATHS                                                         \
    __attribute__((cleanup(cli_paths_clear))) struct cli_paths

#endif
