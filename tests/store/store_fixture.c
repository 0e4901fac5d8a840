/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store_fixture.h"

#include <dirent.h>
#include <ftw.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

char fixture_dir[256];
char fixture_path[300];

void fixture_setup(void)
{
    const char *tmp = getenv("TMPDIR");

    (void)umask(022); /* a store that a group may write is refused */
    (void)snprintf(fixture_dir, sizeof(fixture_dir), "%s/vc-store-XXXXXX",
                   tmp && *tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(fixture_dir));
    (void)snprintf(fixture_path, sizeof(fixture_path), "%s/s.db", fixture_dir);
}

static int remove_entry(const char *path, const struct stat *st VC_UNUSED,
                        int kind VC_UNUSED, struct FTW *ftw VC_UNUSED)
{
    return remove(path);
}

void fixture_teardown(void)
{
    (void)nftw(fixture_dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

TCase *fixture_tcase(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
    tcase_set_timeout(tcase, 300);
    suite_add_tcase(suite, tcase);
    return tcase;
}

const unsigned char *fixture_key(unsigned id)
{
    static _Thread_local unsigned char keys[16][VC_STORE_KEY_LEN];
    static _Thread_local unsigned next;
    unsigned char *key = keys[next++ % VC_NELEMS(keys)];

    memset(key, 0xa5, VC_STORE_KEY_LEN);
    key[12] = (unsigned char)(id >> 24);
    key[13] = (unsigned char)(id >> 16);
    key[14] = (unsigned char)(id >> 8);
    key[15] = (unsigned char)id;
    return key;
}

static struct vc_store *open_or_fail(const char *path, bool read_only)
{
    struct vc_store_options options = {.read_only = read_only};
    struct vc_store *store = NULL;
    struct vc_error err = {0};

    ck_assert_msg(vc_store_open(path, &options, &store, &err) == VC_STORE_DONE,
                  "%s", err.text);
    return store;
}

struct vc_store *fixture_open(const char *path)
{
    return open_or_fail(path, false);
}

struct vc_store *fixture_open_read_only(const char *path)
{
    return open_or_fail(path, true);
}

enum vc_answer fixture_open_fails(const char *path, bool read_only,
                                  const char *part)
{
    struct vc_store_options options = {.read_only = read_only};
    struct vc_store *store = NULL;
    struct vc_error err = {0};
    enum vc_answer answer;

    answer = vc_store_open(path, &options, &store, &err);
    ck_assert_int_ne(answer, VC_STORE_DONE);
    ck_assert_ptr_null(store);
    ck_assert_int_ne(err.code, VC_ERR_OK);
    ck_assert_msg(strstr(err.text, part) != NULL, "no '%s' in: %s", part,
                  err.text);
    ck_assert_msg(strstr(err.text, path) != NULL, "no path in: %s", err.text);
    return answer;
}

struct vc_store_op fixture_put_op(unsigned id, uint64_t expect,
                                  const char *name, const char *document)
{
    struct vc_store_op op = {
        .kind = VC_STORE_PUT,
        .key = fixture_key(id),
        .expect = expect,
        .name = name,
        .summary = document,
        .summary_len = strlen(document),
        .document = document,
        .document_len = strlen(document),
        .what = "put",
    };

    return op;
}

struct vc_store_op fixture_check_op(unsigned id, uint64_t expect)
{
    struct vc_store_op op = {
        .kind = VC_STORE_CHECK, .key = fixture_key(id), .expect = expect};

    return op;
}

struct vc_store_op fixture_delete_op(unsigned id, uint64_t expect)
{
    struct vc_store_op op = {.kind = VC_STORE_DELETE,
                             .key = fixture_key(id),
                             .expect = expect,
                             .what = "undefine"};

    return op;
}

enum vc_answer fixture_put(struct vc_store *store, unsigned id, uint64_t expect,
                           const char *name, const char *document)
{
    struct vc_store_op op = fixture_put_op(id, expect, name, document);
    struct vc_error err = {0};

    return vc_store_txn(store, &op, 1, NULL, NULL, &err);
}

enum vc_answer fixture_delete(struct vc_store *store, unsigned id,
                              uint64_t expect)
{
    struct vc_store_op op = fixture_delete_op(id, expect);
    struct vc_error err = {0};

    return vc_store_txn(store, &op, 1, NULL, NULL, &err);
}

uint64_t fixture_revision(struct vc_store *store, unsigned id)
{
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_error err = {0};
    enum vc_answer answer;

    answer = vc_store_get(store, fixture_key(id), VC_STORE_SUMMARY, &record,
                          &err);
    if (answer == VC_STORE_NOT_FOUND)
        return 0;
    ck_assert_msg(answer == VC_STORE_DONE, "%s", err.text);
    return record.revision;
}

uint64_t fixture_change(struct vc_store *store)
{
    struct vc_error err = {0};
    uint64_t change = 0;

    ck_assert_msg(vc_store_change(store, &change, &err) == VC_STORE_DONE, "%s",
                  err.text);
    return change;
}

void fixture_expect_document(struct vc_store *store, unsigned id,
                             const char *document)
{
    VC_RECORD_AUTO record = {.name = NULL};
    struct vc_error err = {0};

    ck_assert_msg(vc_store_get(store, fixture_key(id), VC_STORE_DOCUMENT,
                               &record, &err) == VC_STORE_DONE,
                  "%s", err.text);
    ck_assert_str_eq(record.document, document);
    ck_assert_uint_eq(record.document_len, strlen(document));
}

pid_t fixture_fork(fixture_child fn, void *opaque)
{
    pid_t pid = fork();

    if (pid == 0) /* no ck_assert: another thread may have been in one */
        _exit(fn(opaque));
    ck_assert_int_ge(pid, 0);
    return pid;
}

int fixture_wait(pid_t pid)
{
    int status = 0;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int fixture_run_unprivileged(fixture_child fn, void *opaque)
{
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        if (getuid() == 0 && (setgroups(0, NULL) || setgid(65534) || setuid(65534)))
            _exit(99);
        _exit(fn(opaque));
    }
    return fixture_wait(pid);
}

struct fixture_bytes fixture_read(const char *path)
{
    struct fixture_bytes bytes = {NULL, 0};
    struct stat st;
    FILE *file = fopen(path, "rb");

    ck_assert_msg(file != NULL, "%s", path);
    ck_assert_int_eq(fstat(fileno(file), &st), 0);
    bytes.len = (size_t)st.st_size;
    bytes.data = malloc(bytes.len + 1);
    ck_assert_ptr_nonnull(bytes.data);
    ck_assert_uint_eq(fread(bytes.data, 1, bytes.len, file), bytes.len);
    (void)fclose(file);
    return bytes;
}

void fixture_write(const char *path, const char *data, size_t len)
{
    FILE *file = fopen(path, "wb");

    ck_assert_msg(file != NULL, "%s", path);
    ck_assert_uint_eq(fwrite(data, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
}

bool fixture_same(const struct fixture_bytes *a, const struct fixture_bytes *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

unsigned fixture_dir_count(void)
{
    DIR *dir = opendir(fixture_dir);
    unsigned count = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir))
        count++;
    (void)closedir(dir);
    return count - 2; /* . and .. */
}

bool fixture_exists(const char *path, const char *suffix)
{
    char name[400];

    (void)snprintf(name, sizeof(name), "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}
