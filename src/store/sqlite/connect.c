/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening an existing store, in one of three ways:
 *
 * WRITE   the file and its directory can be written.  A handle that was asked
 *         to be read-only is opened so too, and kept from writing by SQLite:
 *         it can then take part in the locking and tidy up behind itself.
 * READ    one of them can't be written, but the log and its index are there
 *         (a writer has the store open, or left them): SQLite reads with them.
 * FROZEN  one of them can't be written and there is no log: SQLite could not
 *         make the files it needs for locking.  The file is read without locks
 *         as one that nobody changes.  A writer may come all the same, so each
 *         read first looks whether the file has changed or a log has appeared
 *         (then: connect again), and looks once more when it is done (then:
 *         NOT_APPLIED, for what was read may be of two states).
 */
#define VC_ROOM VC_ROOM_STORE
#include "store/sqlite/sqlite_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/log.h"

enum sq_way {
    SQ_WRITE,
    SQ_READ,
    SQ_FROZEN,
};

static char *path_with(const char *path, const char *suffix)
{
    char *text;

    return asprintf(&text, "%s%s", path, suffix) < 0 ? NULL : text;
}

static bool path_allows(const char *path, int mode)
{
    return faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0;
}

/* Fills seen, and real_path the first time. */
static enum vc_answer place_find(struct sq_store *store, struct vc_error *err)
{
    const char *path = store->base.path;
    VC_AUTO_STR char *real_path = NULL;
    enum vc_answer answer;

    answer = vc_store_trust_find(
        path, store->base.real_path ? store->base.real_path : path, &real_path,
        &store->seen, err);
    if (answer != VC_STORE_DONE)
        return answer;
    if (!store->base.real_path)
        store->base.real_path = VC_STEAL(real_path);
    answer = vc_store_trust_beside(path, store->base.real_path, err);
    return answer == VC_STORE_DONE ? sq_inherited_check(store, err) : answer;
}

static enum vc_answer way_choose(const struct sq_store *store, const char *wal,
                                 enum sq_way *ret, struct vc_error *err)
{
    const char *path = store->base.real_path;
    VC_AUTO_STR char *copy = strdup(path);
    VC_AUTO_STR char *shm = path_with(path, "-shm");

    if (!copy || !shm)
        return sq_nomem(err);
    if (path_allows(path, W_OK) && path_allows(dirname(copy), W_OK | X_OK))
        *ret = SQ_WRITE;
    else if (sq_file_has_bytes(wal) ||
             (path_allows(wal, R_OK) && path_allows(shm, R_OK)))
        *ret = SQ_READ;
    else
        *ret = SQ_FROZEN;
    return VC_STORE_DONE;
}

/* The path as a URI, with what is not a plain character escaped. */
static void uri_add_path(struct vc_buf *uri, const char *path)
{
    static const char plain[] = "/-_.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz";
    const char *p;

    for (p = path; *p; p++) {
        if (strchr(plain, *p))
            vc_buf_addc(uri, *p);
        else
            vc_buf_addf(uri, "%%%02X", (unsigned)(unsigned char)*p);
    }
}

/* Opens the file and reads nothing but its header.  The path is absolute, so
 * that no name means something special to SQLite. */
static enum vc_answer db_open(struct sq_store *store, enum sq_way way,
                              struct vc_error *err)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOFOLLOW;
    VC_BUF_AUTO uri = {0};
    int rc;

    vc_buf_adds(&uri, "file://");
    uri_add_path(&uri, store->base.real_path);
    if (way == SQ_FROZEN)
        vc_buf_adds(&uri, "?immutable=1");
    if (uri.failed)
        return sq_nomem(err);
    flags |= SQLITE_OPEN_URI;
    flags |= way == SQ_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    rc = sqlite3_open_v2(vc_buf_str(&uri), &store->db, flags, NULL);
    return rc == SQLITE_OK ? VC_STORE_DONE
                           : sq_answer(store->db, store->base.path, rc, err);
}

/* A store whose log can't be read without first being recovered. */
static enum vc_answer answer_first_read(struct sq_store *store, enum sq_way way,
                                        int rc, struct vc_error *err)
{
    int kind = rc & 0xff;

    if (way == SQ_WRITE || (kind != SQLITE_CANTOPEN && kind != SQLITE_READONLY))
        return sq_answer(store->db, store->base.path, rc, err);
    (void)vc_error_set(err, VC_ERR_ACCESS_DENIED,
                       "store '%s' has changes in '%s-wal' that must be taken "
                       "over by someone who may write the store and its "
                       "directory: open it so once",
                       store->base.path, store->base.real_path);
    return VC_STORE_UNAVAILABLE;
}

static int db_busy(void *opaque, int count)
{
    struct sq_store *store = opaque;

    if (count == 0)
        vc_store_wait_start(&store->wait, store->busy_ms);
    return vc_store_wait_more(&store->wait);
}

/* Moves the log into the file, as far as readers allow, as SQLite does by
 * itself at wal_autocheckpoint.  It can't begin anew while anyone reads from
 * it; so that readers who take turns don't keep it growing for ever, one that
 * is long by now has the next ones read from the file, and waits for those
 * that are at work to end. */
static int db_committed(void *opaque, sqlite3 *db, const char *name, int pages)
{
    struct sq_store *store = opaque;
    unsigned busy_ms = store->busy_ms;
    int mode = SQLITE_CHECKPOINT_PASSIVE;

    store->commits++;
    store->log_pages = pages;
    if (pages < SQ_LOG_LONG_PAGES)
        store->log_wait = SQ_LOG_LONG_PAGES;
    if (pages < SQ_LOG_PAGES)
        return SQLITE_OK;
    if (pages >= store->log_wait) {
        mode = SQLITE_CHECKPOINT_RESTART;
        store->busy_ms = SQ_LOG_LONG_MS;
        store->log_wait = pages + SQ_LOG_LONG_PAGES;
    }
    (void)sqlite3_wal_checkpoint_v2(db, name, mode, NULL, NULL);
    store->busy_ms = busy_ms;
    return SQLITE_OK;
}

/* Settings of the connection; nothing here touches the file. */
static void db_configure(struct sq_store *store)
{
    (void)sqlite3_busy_handler(store->db, db_busy, store);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
}

static enum vc_answer check_tables(struct sq_store *store, struct vc_error *err)
{
    int64_t wanted = 4;
    int64_t found = 0;
    int rc;

    if (store->format >= SQ_FORMAT_INTENTS)
        wanted += 1;
    if (store->format >= SQ_FORMAT_LIMITS)
        wanted += 3;
    rc = sq_query_int(store->db,
                      "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
                      " AND name IN"
                      " ('meta', 'domain', 'revision', 'local', 'intent',"
                      " 'setting', 'removed', 'forgotten')",
                      &found);
    if (rc != SQLITE_OK)
        return sq_answer(store->db, store->base.path, rc, err);
    return found >= wanted ? VC_STORE_DONE
                      : sq_damaged(store->base.path, "tables are missing", err);
}

/* The version counts as of the last commit, which may be in the log only.
 * Every older format can be read as it is. */
static enum vc_answer check_version(struct sq_store *store, enum sq_way way,
                                    struct vc_error *err)
{
    int64_t version = 0;
    enum vc_answer answer;
    int rc;

    rc = sq_query_int(store->db, "PRAGMA user_version", &version);
    if (rc != SQLITE_OK)
        return answer_first_read(store, way, rc, err);
    answer = sq_version_check((unsigned)version, store->base.path, err);
    if (answer != VC_STORE_DONE)
        return answer;
    store->format = store->can_write ? sq_migrations_n : (unsigned)version;
    if (!store->can_write || version == (int64_t)sq_migrations_n)
        return VC_STORE_DONE;
    return sq_migrate(store->db, store->base.path, sq_migrations,
                      sq_migrations_n, err);
}

/* A copy made by VACUUM INTO or a dump is not in WAL mode. */
static enum vc_answer ensure_wal(struct sq_store *store, struct vc_error *err)
{
    int rc = sqlite3_exec(store->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);

    return rc == SQLITE_OK ? VC_STORE_DONE
                           : sq_answer(store->db, store->base.path, rc, err);
}

static enum vc_answer db_accept(struct sq_store *store, enum sq_way way,
                                const struct sq_header *header,
                                struct vc_error *err)
{
    enum vc_answer answer;
    int rc;

    rc = sqlite3_exec(store->db,
                      "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON;"
                      "PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                      "PRAGMA cache_size=-8192;"
                      "PRAGMA journal_size_limit=67108864",
                      NULL, NULL, NULL);
    if (rc == SQLITE_OK && !store->can_write)
        rc = sqlite3_exec(store->db, "PRAGMA query_only=ON", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return answer_first_read(store, way, rc, err);
    (void)sqlite3_wal_hook(store->db, db_committed, store);
    answer = check_version(store, way, err);
    if (answer == VC_STORE_DONE)
        answer = check_tables(store, err);
    if (answer == VC_STORE_DONE && store->can_write && !header->wal)
        answer = ensure_wal(store, err);
    return answer;
}

/* The last to close a store moves its log into the file; until a store is
 * accepted, or while it may only be read, a log that was there stays. */
void sq_keep_log(sqlite3 *db, bool keep)
{
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0,
                            NULL);
}

static enum vc_answer connect_in_way(struct sq_store *store, enum sq_way way,
                                     const char *wal, struct vc_error *err)
{
    bool had_log = sq_file_has_bytes(wal);
    struct sq_header header = {0};
    enum vc_answer answer;

    answer = db_open(store, way, err);
    if (answer != VC_STORE_DONE)
        return answer;
    db_configure(store);
    sq_keep_log(store->db, had_log);
    answer = sq_header_check(store->db, store->base.path, wal, &header, err);
    if (answer != VC_STORE_DONE)
        return answer;
    store->can_write = way == SQ_WRITE && !store->want_read_only &&
                       sqlite3_db_readonly(store->db, "main") != 1;
    answer = db_accept(store, way, &header, err);
    if (answer == VC_STORE_DONE && store->can_write)
        sq_keep_log(store->db, false);
    store->frozen = way == SQ_FROZEN;
    return answer;
}

enum vc_answer sq_connect(struct sq_store *store, struct vc_error *err)
{
    VC_AUTO_STR char *wal = NULL;
    enum vc_answer answer;
    enum sq_way way = SQ_WRITE;

    answer = place_find(store, err);
    if (answer != VC_STORE_DONE)
        return answer;
    wal = path_with(store->base.real_path, "-wal");
    if (!wal)
        return sq_nomem(err);
    answer = way_choose(store, wal, &way, err);
    if (answer == VC_STORE_DONE)
        answer = connect_in_way(store, way, wal, err);
    /* Where others may make files, one may have come since. */
    if (answer == VC_STORE_DONE)
        answer = vc_store_trust_beside(store->base.path, store->base.real_path,
                                       err);
    if (answer != VC_STORE_DONE) {
        sq_disconnect(store);
        return answer;
    }
    VC_LOG("store", "'%s' open%s%s", store->base.path,
           store->can_write ? "" : ", read-only",
           store->frozen ? ", without locks" : "");
    return VC_STORE_DONE;
}

void sq_disconnect(struct sq_store *store)
{
    sq_statements_free(store);
    (void)sqlite3_close(store->db);
    store->db = NULL;
    store->commits = 0;
    store->log_pages = 0;
    store->log_wait = 0;
    store->log_reserved = 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Has somebody written to a store that is read as if nobody did? */
static bool is_disturbed(const struct sq_store *store)
{
    VC_AUTO_STR char *wal = path_with(store->base.real_path, "-wal");
    const struct stat *seen = &store->seen;
    struct stat st;

    return !wal || sq_file_has_bytes(wal) ||
           stat(store->base.real_path, &st) < 0 || st.st_dev != seen->st_dev ||
           st.st_ino != seen->st_ino || st.st_size != seen->st_size ||
           !same_time(&st.st_mtim, &seen->st_mtim) ||
           !same_time(&st.st_ctim, &seen->st_ctim);
}

enum vc_answer sq_connect_again(struct sq_store *store, struct vc_error *err)
{
    enum vc_answer answer;

    sq_disconnect(store);
    answer = sq_connect(store, err);
    /* To a caller it would mean that a domain is not there. */
    return answer == VC_STORE_NOT_FOUND ? VC_STORE_UNAVAILABLE : answer;
}

enum vc_answer sq_read_begin(struct sq_store *store, struct vc_error *err)
{
    if (store->db && !(store->frozen && is_disturbed(store)))
        return VC_STORE_DONE;
    return sq_connect_again(store, err);
}

enum vc_answer sq_read_end(struct sq_store *store, enum vc_answer answer,
                           struct vc_error *err)
{
    if (!store->frozen || !is_disturbed(store))
        return answer;
    (void)vc_error_set(err, VC_ERR_RESOURCE_BUSY,
                       "store '%s' was changed while it was being read: try "
                       "again",
                       store->base.path);
    return VC_STORE_NOT_APPLIED;
}
