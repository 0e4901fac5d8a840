/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files go to the library in chunks, each of few transactions, so that the
 * memory in use has a bound at any number of files, and refusals are printed
 * as they come.  All-or-nothing is one chunk, whatever its size.
 */
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "file.h"
#include "cli_json.h"

#define CHUNK_FILES 1000
#define PROGRESS_FILES 250
#define CHUNK_BYTES (8u * 1024 * 1024) /* more than 1000 documents need */

struct source {
    const char *label; /* what the file is called; borrowed */
    char *bytes;       /* owned; the item borrows them */
};

struct import {
    const struct cli *cli;
    bool is_atomic;
    struct cli_paths paths;
    vcpuconfImportItem *items;
    struct source *sources; /* parallel to the items */
    size_t n;               /* items in the chunk */
    size_t cap;
    size_t bytes;
    size_t stored;
    size_t same;
    size_t refused;
    struct cli_json_list refusals; /* of the document, if one is asked for */
};

static void import_clear(struct import *import)
{
    size_t i;

    vcpuconfImportItemsClear(import->items, import->n);
    for (i = 0; i < import->n; i++) {
        free(import->sources[i].bytes);
        memset(&import->items[i], 0, sizeof(import->items[i]));
    }
    import->n = 0;
    import->bytes = 0;
}

/* The library's text begins with the line where it has one. */
static const char *without_line(const char *why, int line)
{
    char head[32];
    int len = snprintf(head, sizeof(head), "at line %d: ", line);

    return strncmp(why, head, (size_t)len) == 0 ? why + len : why;
}

/* What was refused: said, and noted in the document.  `line` 0: none. */
static void refuse(struct import *import, const char *label, int line,
                   const char *why)
{
    struct json_object *object;

    import->refused++;
    why = without_line(why, line);
    if (line > 0)
        (void)cli_fail("%s:%d: %s", label, line, why);
    else
        (void)cli_fail("%s: %s", label, why);
    if (!cli_is_json(import->cli))
        return;
    object = cli_json_object();
    cli_json_add_text(object, "file", label);
    cli_json_add(object, "line",
                 line > 0 ? cli_json_number((unsigned)line) : NULL);
    cli_json_add_text(object, "reason", why);
    cli_json_list_item(&import->refusals, object);
}

static void count(struct import *import, size_t i)
{
    const vcpuconfImportItem *item = &import->items[i];

    if (item->result == 0)
        import->stored++;
    else if (item->result > 0)
        import->same++;
    else
        refuse(import, import->sources[i].label, item->line,
               item->message ? item->message : "refused");
}

static int import_chunk(struct import *import)
{
    unsigned flags = import->is_atomic ? VCPUCONF_IMPORT_ALL_OR_NOTHING : 0;
    size_t dealt = import->n;
    int rc = CLI_DONE;
    int refused;
    size_t i;

    if (import->n == 0)
        return CLI_DONE;
    refused =
        vcpuconfConnectImport(import->cli->conn, import->items, dealt, flags);
    if (refused < 0) {
        const virError *error = virGetLastError();

        dealt = error && error->int1 > 0 ? (size_t)error->int1 : 0;
        rc = cli_fail_last();
    }
    for (i = 0; i < dealt && i < import->n; i++)
        count(import, i);
    import_clear(import);
    return rc;
}

static void add_document(struct import *import, const char *label, char *bytes,
                         size_t len)
{
    size_t n = import->n;

    if (n == import->cap) {
        size_t cap = n ? n * 2 : 64;
        vcpuconfImportItem *items = cli_alloc(cap, sizeof(*items));
        struct source *sources = cli_alloc(cap, sizeof(*sources));

        if (n) {
            memcpy(items, import->items, n * sizeof(*items));
            memcpy(sources, import->sources, n * sizeof(*sources));
        }
        free(import->items);
        free(import->sources);
        import->items = items;
        import->sources = sources;
        import->cap = cap;
    }
    import->items[n].xml = bytes;
    import->items[n].len = len;
    import->sources[n].label = label;
    import->sources[n].bytes = bytes;
    import->bytes += len;
    import->n++;
}

static int import_file(struct import *import, const struct cli_path *path)
{
    bool is_stdin = !path->is_found && strcmp(path->name, "-") == 0;
    const char *label = is_stdin ? "standard input" : path->name;
    const char *why = NULL;
    size_t len = 0;
    char *bytes = cli_file_load(path->name, path->is_found, &len, &why);

    if (!bytes) {
        refuse(import, label, 0, why);
        return CLI_DONE;
    }
    add_document(import, label, bytes, len);
    if (!import->is_atomic &&
        (import->n >= CHUNK_FILES || import->bytes >= CHUNK_BYTES))
        return import_chunk(import);
    return CLI_DONE;
}

/* What can't be found or listed counts as a refusal like a bad document. */
static void gather_paths(struct import *import)
{
    const struct cli_given *given = cli_values(import->cli, "file");
    struct stat st;
    const char *why;
    size_t i;

    for (i = 0; i < given->n; i++) {
        const char *path = given->values[i];

        if (strcmp(path, "-") == 0 || stat(path, &st) < 0 ||
            !S_ISDIR(st.st_mode))
            cli_paths_add(&import->paths, path);
        else if ((why = cli_paths_add_dir(&import->paths, path)))
            refuse(import, path, 0, why);
    }
}

static int import_all(struct import *import)
{
    int rc = CLI_DONE;
    size_t i;

    gather_paths(import);
    for (i = 0; i < import->paths.n && rc == CLI_DONE; i++) {
        if (i % PROGRESS_FILES == 0)
            cli_progress(import->cli, "%zu of %zu files", i, import->paths.n);
        rc = import_file(import, &import->paths.items[i]);
    }
    cli_progress(import->cli, "%zu of %zu files", i, import->paths.n);
    if (rc == CLI_DONE && !(import->is_atomic && import->refused > 0))
        rc = import_chunk(import);
    return rc;
}

/* Of an all-or-nothing chunk with a refusal nothing was stored. */
static bool is_nothing(const struct import *import, int rc)
{
    return import->is_atomic && (import->refused > 0 || rc != CLI_DONE);
}

static void say_counts(const struct import *import, int rc)
{
    cli_progress(import->cli, "%s", "");
    if (is_nothing(import, rc))
        cli_say(import->cli, "Nothing imported, %zu refused", import->refused);
    else
        cli_say(import->cli, "%zu imported, %zu unchanged, %zu refused",
                import->stored, import->same, import->refused);
    cli_say_end(import->cli);
}

static void end_document(struct import *import, int rc)
{
    struct json_object *rest = cli_json_object();
    bool is_none = is_nothing(import, rc);

    cli_json_add_number(rest, "imported", is_none ? 0 : import->stored);
    cli_json_add_number(rest, "unchanged", is_none ? 0 : import->same);
    cli_json_add_number(rest, "refused", import->refused);
    /* false: the store failed, and what is left of the files was not tried */
    cli_json_add_bool(rest, "complete", rc == CLI_DONE);
    cli_progress(import->cli, "%s", "");
    cli_json_list_end(&import->refusals, rest);
}

int cmd_import(struct cli *cli)
{
    struct import import = {
        .cli = cli,
        .is_atomic = cli_has(cli, "all-or-nothing"),
    };
    int rc;

    if (cli_is_json(cli))
        cli_json_list_begin(&import.refusals, "refusals");
    rc = import_all(&import);
    if (cli_is_json(cli))
        end_document(&import, rc);
    else
        say_counts(&import, rc);
    import_clear(&import);
    free(import.items);
    free(import.sources);
    cli_paths_clear(&import.paths);
    return rc == CLI_DONE && import.refused > 0 ? CLI_FAILED : rc;
}
