/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Real documents: what each must be read as, and that edits of it leave the
 * rest alone.  $VCPUCONF_CORPUS names the directory, else ../shared/corpus
 * beside the source tree; skipped where there is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xml_test.h"

#define SKIPPED 77
#define FIELDS 7

enum { PATH, VERDICT, ONLINE, MAXIMUM, PINS, DEFAULT_SET, WHY };

static unsigned failures;

#define FAIL(row, ...)                                                         \
    do {                                                                       \
        failures++;                                                            \
        printf("%s: ", (row)[PATH]);                                           \
        printf(__VA_ARGS__);                                                   \
        printf("\n");                                                          \
    } while (0)

/* How many bytes of `old` are still there at the start and at the end. */
static size_t kept_bytes(const char *old, size_t old_len, const char *new,
                         size_t new_len)
{
    size_t max = old_len < new_len ? old_len : new_len;
    size_t head = 0;
    size_t tail = 0;

    while (head < max && old[head] == new[head])
        head++;
    while (tail < max - head &&
           old[old_len - 1 - tail] == new[new_len - 1 - tail])
        tail++;
    return head + tail;
}

static void check_bytes(char **row, const char *bytes, size_t len,
                        const struct vc_domdef *dom)
{
    size_t kept = kept_bytes(bytes, len, dom->document, dom->document_len);

    bool written = dom->uuid_made && !dom->uuid_unwritten;

    if (!written && (kept != len || dom->document_len != len))
        FAIL(row, "the stored document differs");
    if (written && kept != len)
        FAIL(row, "more than the uuid was inserted");
}

/* Edits `from` to say `want`; the result is imported again.  Returns owned. */
static char *edit(char **row, const char *from, size_t from_len,
                  const struct vc_vcpudef *want, size_t *ret_len)
{
    VC_DOMDEF_AUTO again = {0};
    struct vc_error err;
    char *to;

    if (vc_xml_edit(from, from_len, want, &to, ret_len, &err) < 0) {
        FAIL(row, "edit: %s", err.text);
        return NULL;
    }
    if (vc_xml_import(to, *ret_len, &again, &err) < 0)
        FAIL(row, "import of the edited document: %s", err.text);
    else if (!vc_vcpudef_equal(&again.vcpu, want))
        FAIL(row, "the edited document says something else");
    return to;
}

/* Does `words`, and undoes it.  exact: that gives the old bytes, and on the way
 * no old byte goes. */
static void edit_and_undo(char **row, const struct vc_domdef *dom,
                          const char *words, bool exact)
{
    VC_VCPUDEF_AUTO want = {0};
    VC_AUTO_STR char *there = NULL;
    VC_AUTO_STR char *back = NULL;
    struct vc_error err;
    size_t there_len;
    size_t back_len;

    if (vc_vcpudef_copy(&want, &dom->vcpu, &err) < 0)
        abort();
    test_request(&want, words);
    there = edit(row, dom->document, dom->document_len, &want, &there_len);
    if (!there)
        return;
    if (exact && kept_bytes(dom->document, dom->document_len, there,
                            there_len) != dom->document_len)
        FAIL(row, "%s: bytes are gone", words);
    back = edit(row, there, there_len, &dom->vcpu, &back_len);
    if (back && exact &&
        (back_len != dom->document_len ||
         memcmp(back, dom->document, back_len) != 0))
        FAIL(row, "%s: undone, the document differs", words);
}

static void check_edits(char **row, const struct vc_domdef *dom)
{
    unsigned max = dom->vcpu.maximum;
    bool exact = !vc_vcpudef_pin(&dom->vcpu, 0) &&
                 !strstr(dom->document, "<cputune></cputune>");
    char words[128];

    edit_and_undo(row, dom, "", true);
    edit_and_undo(row, dom, "pin:0=3,5-6", exact);
    (void)snprintf(words, sizeof(words), "max=%u online=0 hot=1-%u", max + 2,
                   max + 1);
    edit_and_undo(row, dom, words, false);
    (void)snprintf(words, sizeof(words), "max=%u online=0,%u hot=1-%u pin:%u=1",
                   max + 2, max + 1, max + 1, max + 1);
    edit_and_undo(row, dom, words, false);
    edit_and_undo(row, dom, "default=0-2", false);
}

static void check_accepted(char **row, const char *bytes, size_t len,
                           const struct vc_domdef *dom)
{
    VC_AUTO_STR char *got = test_describe(&dom->vcpu);
    VC_DOMDEF_AUTO again = {0};
    struct vc_error err;
    char expected[4096];

    (void)snprintf(expected, sizeof(expected), "%s/%s %s %s ", row[ONLINE],
                   row[MAXIMUM], row[PINS], row[DEFAULT_SET]);
    if (strncmp(got, expected, strlen(expected)) != 0)
        FAIL(row, "read as '%s', expected '%s'", got, expected);
    check_bytes(row, bytes, len, dom);
    if (vc_xml_read(dom->document, dom->document_len, &again, &err) < 0)
        FAIL(row, "read: %s", err.text);
    else if (!vc_vcpudef_equal(&again.vcpu, &dom->vcpu) ||
             (!dom->uuid_unwritten &&
              memcmp(again.uuid, dom->uuid, sizeof(again.uuid)) != 0) ||
             strcmp(again.name, dom->name) != 0)
        FAIL(row, "read and import differ");
    check_edits(row, dom);
}

static void check_row(const char *corpus, char **row)
{
    bool accept = strcmp(row[VERDICT], "accept") == 0;
    VC_DOMDEF_AUTO dom = {0};
    VC_AUTO_STR char *bytes = NULL;
    struct vc_error err = {0};
    char path[8192];
    size_t len;

    (void)snprintf(path, sizeof(path), "%s/%s", corpus, row[PATH]);
    bytes = test_read_file(path, &len);
    if (!bytes) {
        FAIL(row, "can't be read");
    } else if (vc_xml_import(bytes, len, &dom, &err) < 0) {
        if (accept)
            FAIL(row, "refused: %s", err.text);
        if (getenv("VERBOSE"))
            printf("%s: %s\n", row[PATH], err.text);
    } else if (!accept) {
        FAIL(row, "accepted, but expected: %s", row[WHY]);
    } else {
        check_accepted(row, bytes, len, &dom);
    }
}

int main(void)
{
    const char *srcdir = getenv("srcdir");
    const char *corpus = getenv("VCPUCONF_CORPUS");
    VC_AUTO_STR char *table = NULL;
    char path[4096];
    char list[4224];
    char *lines = NULL;
    char *line;
    size_t len;
    unsigned rows = 0;

    (void)snprintf(path, sizeof(path), "%s/../shared/corpus",
                   srcdir ? srcdir : ".");
    corpus = corpus ? corpus : path;
    (void)snprintf(list, sizeof(list), "%s/expect.tsv", corpus);
    table = test_read_file(list, &len);
    if (!table) {
        printf("skipped: there is no %s\n", list);
        return SKIPPED;
    }
    test_use_schema();
    strtok_r(table, "\n", &lines); /* the heading */
    while ((line = strtok_r(NULL, "\n", &lines))) {
        char *row[FIELDS];
        size_t n = 0;

        while (n < FIELDS && (row[n] = strsep(&line, "\t")))
            n++;
        if (n < FIELDS)
            continue;
        check_row(corpus, row);
        rows++;
    }
    printf("%u documents, %u failures\n", rows, failures);
    return failures || rows == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
