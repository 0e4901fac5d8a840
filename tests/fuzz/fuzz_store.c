/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Damaged store files: each call ends with an answer; a file that is refused,
 * or may only be read, stays as it is.
 *
 * The input damages a sound store.  Its first byte is a digit, the sum of
 *     1  there is a log beside the file, with changes that are in it alone
 *     2  it is opened to be read only
 *     4  it is backed up, too
 * and then come damages of five bytes: what, where (a page, and two bytes for
 * the place in it: from its end on, where rows are, if the first of them is
 * 0x80 or above), a value.
 *     f g  the byte there, of the file or the log, is the value
 *     x y  it is changed by an exclusive or
 *     z w  from there on 512 bytes are the value
 *     F G  it is cut off there
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "scratch.h"
#include "store/store.h"

#define WITH_LOG 1
#define READ_ONLY 2
#define WITH_BACKUP 4

#define OBJECTS 4
#define VISITS_MAX 100000
#define RUN 512
#define PAGE 4096
#define TAIL 256

struct bytes {
    uint8_t *data;
    size_t len;
};

static struct bytes sound_file;
static struct bytes sound_log;

/* ---- files ---- */

static struct bytes bytes_read(const char *name)
{
    struct bytes ret = {NULL, 0};
    int fd = open(scratch_path(name), O_RDONLY | O_CLOEXEC);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);

    ret.data = malloc((size_t)size + 1);
    FUZZ_REQUIRE(ret.data);
    if (fd >= 0) {
        FUZZ_REQUIRE(pread(fd, ret.data, (size_t)size, 0) == size);
        (void)close(fd);
    }
    ret.len = (size_t)size;
    return ret;
}

/* Without bytes: there is no such file. */
static void bytes_write(const char *name, const struct bytes *bytes)
{
    int fd;

    (void)unlink(scratch_path(name));
    if (bytes->len == 0)
        return;
    fd = open(scratch_path(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    FUZZ_REQUIRE(fd >= 0);
    FUZZ_REQUIRE(write(fd, bytes->data, bytes->len) == (ssize_t)bytes->len);
    (void)close(fd);
}

static struct bytes bytes_copy(const struct bytes *from)
{
    struct bytes ret = {malloc(from->len + 1), from->len};

    FUZZ_REQUIRE(ret.data);
    memcpy(ret.data, from->data, from->len);
    return ret;
}

static void require_same(const char *name, const struct bytes *wanted)
{
    struct bytes found = bytes_read(name);

    FUZZ_REQUIRE(found.len == wanted->len);
    FUZZ_REQUIRE(found.len == 0 ||
                 memcmp(found.data, wanted->data, found.len) == 0);
    free(found.data);
}

/* ---- the sound store ---- */

static const unsigned char *key_of(unsigned n)
{
    static unsigned char keys[OBJECTS][VC_STORE_KEY_LEN];

    memset(keys[n], 'A' + (int)n, VC_STORE_KEY_LEN);
    return keys[n];
}

static struct vc_store_op put_op(unsigned n, uint64_t expect)
{
    static const char *const names[OBJECTS] = {"alpha", "beta", "gamma",
                                               "delta"};
    static const char document[] = "<domain><name>some name</name></domain>";
    static const char summary[] = "1 4 0-1 2-3 - 0:0-1";

    return (struct vc_store_op){.kind = VC_STORE_PUT,
                                .key = key_of(n),
                                .expect = expect,
                                .name = names[n],
                                .summary = summary,
                                .summary_len = sizeof(summary) - 1,
                                .document = document,
                                .document_len = sizeof(document) - 1,
                                .what = "define"};
}

static void do_op(struct vc_store *store, struct vc_store_op op)
{
    struct vc_error err;

    FUZZ_REQUIRE(vc_store_txn(store, &op, 1, NULL, NULL, &err) ==
                 VC_STORE_DONE);
}

static struct vc_store *open_sound(void)
{
    struct vc_store_options options = {.busy_ms = 100};
    struct vc_store *store = NULL;
    struct vc_error err;

    FUZZ_REQUIRE(vc_store_open(scratch_path("s.db"), &options, &store, &err) ==
                 VC_STORE_DONE);
    return store;
}

static void put_local(struct vc_store *store, unsigned n)
{
    char home[] = "test:///default";
    char name[] = "alpha";
    char steps[] = "1\nplug 2\n";
    char pins[] = "2:0-1";
    struct vc_local local = {.start = "some run", .kept_pins = pins};
    struct vc_intent intent = {
        .home = home, .start = "some run", .name = name, .steps = steps};
    struct vc_error err;

    memcpy(intent.key, key_of(n), VC_STORE_KEY_LEN);
    FUZZ_REQUIRE(vc_store_local_put(store, key_of(n), &local, &err) ==
                 VC_STORE_DONE);
    FUZZ_REQUIRE(vc_store_intent_put(store, &intent, 1, &err) == VC_STORE_DONE);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct vc_store *store = open_sound();
    struct vc_store_op removal = {
        .kind = VC_STORE_DELETE, .key = key_of(2), .expect = 1};
    struct vc_error err;
    unsigned n;

    (void)argc;
    (void)argv;
    for (n = 0; n < 3; n++)
        do_op(store, put_op(n, 0));
    do_op(store, put_op(0, 1));
    do_op(store, removal);
    put_local(store, 0);
    FUZZ_REQUIRE(vc_store_limit_set(store, VC_STORE_LIMIT_REMOVED, 9, &err) ==
                 VC_STORE_DONE);
    vc_store_close(store);
    store = open_sound();
    sound_file = bytes_read("s.db");
    do_op(store, put_op(1, 1));
    do_op(store, put_op(3, 0));
    put_local(store, 1);
    sound_log = bytes_read("s.db-wal");
    FUZZ_REQUIRE(sound_file.len && sound_log.len);
    vc_store_close(store);
    return 0;
}

/* ---- damage ---- */

static size_t place_of(const uint8_t *where, size_t len)
{
    size_t page = where[0] % ((len + PAGE - 1) / PAGE);
    size_t n = (size_t)where[1] << 8 | where[2];
    size_t at = page * PAGE + (n < 0x8000 ? n % PAGE : PAGE - 1 - n % TAIL);

    return at < len ? at : len - 1;
}

static void damage(const uint8_t *step, struct bytes *file, struct bytes *log)
{
    bool in_log = strchr("gywG", step[0]) != NULL;
    struct bytes *bytes = in_log ? log : file;
    size_t at;

    if (bytes->len == 0)
        return;
    at = place_of(step + 1, bytes->len);
    switch (step[0]) {
    case 'f':
    case 'g':
        bytes->data[at] = step[4];
        break;
    case 'x':
    case 'y':
        bytes->data[at] ^= step[4];
        break;
    case 'z':
    case 'w':
        memset(bytes->data + at, step[4],
               bytes->len - at < RUN ? bytes->len - at : RUN);
        break;
    case 'F':
    case 'G':
        bytes->len = at;
        break;
    default:
        break;
    }
}

/* ---- use ---- */

static bool answered(enum vc_answer answer, const struct vc_error *err)
{
    FUZZ_REQUIRE(answer >= VC_STORE_DONE && answer <= VC_STORE_UNAVAILABLE);
    if (answer != VC_STORE_DONE)
        FUZZ_REQUIRE_ERROR(err);
    return answer == VC_STORE_DONE;
}

static int count(void *opaque)
{
    unsigned *visits = opaque;

    FUZZ_REQUIRE(++*visits < VISITS_MAX);
    return 0;
}

static int on_record(const struct vc_record *record, const char *fault,
                     void *opaque)
{
    if (fault) {
        FUZZ_REQUIRE(*fault);
        return count(opaque);
    }
    FUZZ_REQUIRE(record->name && record->revision && record->summary);
    FUZZ_REQUIRE(record->summary[record->summary_len] == '\0');
    FUZZ_REQUIRE(record->document);
    FUZZ_REQUIRE(record->document[record->document_len] == '\0');
    return count(opaque);
}

static int on_revision(const struct vc_revision *revision, void *opaque)
{
    FUZZ_REQUIRE(revision->what);
    return count(opaque);
}

static int on_deleted(const struct vc_record *last,
                      const struct vc_revision *removal, void *opaque)
{
    FUZZ_REQUIRE(removal->deleted && removal->what);
    if (last->document)
        FUZZ_REQUIRE(last->document[last->document_len] == '\0');
    return count(opaque);
}

static int on_fault(const char *fault, void *opaque)
{
    FUZZ_REQUIRE(fault && *fault);
    return count(opaque);
}

static void read_object(struct vc_store *store, unsigned n)
{
    VC_RECORD_AUTO record = {0};
    VC_RECORD_AUTO named = {0};
    VC_RECORD_AUTO old = {0};
    VC_LOCAL_AUTO local = {0};
    struct vc_error err = {0};
    unsigned visits = 0;

    (void)answered(
        vc_store_get(store, key_of(n), VC_STORE_DOCUMENT, &record, &err), &err);
    (void)answered(vc_store_get_by_name(store, put_op(n, 0).name,
                                        VC_STORE_SUMMARY, &named, &err),
                   &err);
    (void)answered(
        vc_store_history(store, key_of(n), 0, on_revision, &visits, &err),
        &err);
    (void)answered(vc_store_get_revision(store, key_of(n), 1, &old, &err),
                   &err);
    (void)answered(vc_store_local_get(store, key_of(n), &local, &err), &err);
}

static void read_all(struct vc_store *store)
{
    VC_INTENT_LIST_AUTO intents = {0};
    struct vc_store_info info;
    struct vc_error err = {0};
    unsigned visits = 0;
    uint64_t change;
    uint32_t limit;
    unsigned n;

    (void)answered(vc_store_iterate(store, VC_STORE_DOCUMENT, NULL, 0,
                                    on_record, &visits, &change, &err),
                   &err);
    (void)answered(vc_store_iterate_deleted(store, on_deleted, &visits, &err),
                   &err);
    for (n = 0; n < OBJECTS; n++)
        read_object(store, n);
    (void)answered(vc_store_intent_list(store, NULL, &intents, &err), &err);
    (void)answered(
        vc_store_limit_get(store, VC_STORE_LIMIT_REVISIONS, &limit, &err),
        &err);
    (void)answered(vc_store_info(store, &info, &err), &err);
    (void)answered(vc_store_check(store, on_fault, &visits, &err), &err);
}

static void change_one(struct vc_store *store, unsigned n)
{
    VC_RECORD_AUTO record = {0};
    struct vc_error err = {0};
    struct vc_store_op op;

    if (vc_store_get(store, key_of(n), VC_STORE_SUMMARY, &record, &err) !=
        VC_STORE_DONE)
        record.revision = 0;
    op = put_op(n, record.revision);
    if (n == 1)
        op.kind = VC_STORE_DELETE;
    (void)answered(vc_store_txn(store, &op, 1, NULL, NULL, &err), &err);
}

static void change_all(struct vc_store *store)
{
    struct vc_error err = {0};
    uint64_t place = 0;
    unsigned visits = 0;
    bool more = true;
    unsigned n;

    (void)answered(vc_store_limit_set(store, VC_STORE_LIMIT_REVISIONS, 1, &err),
                   &err);
    for (n = 0; n < OBJECTS; n++)
        change_one(store, n);
    while (more && answered(vc_store_prune(store, &place, &more, &err), &err))
        (void)count(&visits);
}

/* Whether it was opened. */
static bool use(const char *path, unsigned kind)
{
    struct vc_store_options options = {.read_only = (kind & READ_ONLY) != 0,
                                       .busy_ms = 100};
    struct vc_store *store = NULL;
    struct vc_error err = {0};

    if (!answered(vc_store_open(path, &options, &store, &err), &err))
        return false;
    read_all(store);
    if (kind & WITH_BACKUP)
        (void)answered(vc_store_backup(store, scratch_path("b.db"), true, &err),
                       &err);
    if (!(kind & READ_ONLY))
        change_all(store);
    vc_store_close(store);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned kind = size ? data[0] & 7 : 0;
    struct bytes file = bytes_copy(&sound_file);
    struct bytes log = {NULL, 0};
    char path[512];
    size_t i;

    if (kind & WITH_LOG)
        log = bytes_copy(&sound_log);
    for (i = 1; i + 5 <= size; i += 5)
        damage(data + i, &file, &log);
    bytes_write("s.db", &file);
    bytes_write("s.db-wal", &log);
    (void)unlink(scratch_path("s.db-shm"));
    (void)snprintf(path, sizeof(path), "%s", scratch_path("s.db"));
    if (!use(path, kind) || (kind & READ_ONLY)) {
        require_same("s.db", &file);
        require_same("s.db-wal", &log);
    }
    free(file.data);
    free(log.data);
    return 0;
}
