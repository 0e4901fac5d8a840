/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The SQLite engine.  Only this folder sees sqlite3.h, and only answer.c
 * turns its result codes into answers and words.
 *
 * What must hold:
 * 1. This process never opens and closes the store's file by itself: closing
 *    any descriptor of a file drops all POSIX locks that the process has on
 *    it, SQLite's among them.  The header is read through SQLite's own handle.
 * 2. A file that is refused has not been written, and nothing was made
 *    beside it: all checks of the header come before the first statement.
 * 3. Outside of sq_begin ... sq_commit/sq_rollback no write lock is held, and
 *    no statement is left stepped: each is reset where it was used.
 * 4. A store's file is complete whenever its name exists: birth.c builds it
 *    under another name.
 * 5. Nothing of a connection is used on both sides of a fork(): inherited.c.
 */
#ifndef VC_STORE_SQLITE_IMPL_H
#define VC_STORE_SQLITE_IMPL_H

#include <sqlite3.h>
#include <sys/stat.h>

#include "store/store_impl.h"

#define SQ_APPLICATION_ID 0x76637075 /* "vcpu" */
#define SQ_FILE_FAULTS_MAX "1000"    /* told of one check of the pages */

/* Index of a prepared statement; the texts are in statement.c. */
enum sq_sql {
    SQ_BEGIN_READ,
    SQ_BEGIN_WRITE,
    SQ_COMMIT,
    SQ_ROLLBACK,
    SQ_CHANGE,
    SQ_CHANGE_RAISE,
    SQ_GET_KEY,
    SQ_GET_KEY_DOCUMENT,
    SQ_GET_NAME,
    SQ_GET_NAME_DOCUMENT,
    SQ_LIST,
    SQ_LIST_DOCUMENT,
    SQ_LIST_AFTER,
    SQ_LIST_AFTER_DOCUMENT,
    SQ_OP_FIND,
    SQ_OP_INSERT,
    SQ_OP_UPDATE,
    SQ_OP_RENAME,
    SQ_OP_REVISION,
    SQ_NAME_OWNER,
    SQ_HISTORY,
    SQ_REVISION,
    SQ_LOCAL_GET,
    SQ_LOCAL_PUT,
    SQ_INTENT_PUT,
    SQ_INTENT_END,
    SQ_INTENT_LIST,
    SQ_INTENT_LIST_KEY,
    SQ_LIMIT_GET,
    SQ_LIMIT_SET,
    SQ_PRUNE,
    SQ_PRUNE_NEXT,
    SQ_REMOVED_ADD,
    SQ_REMOVED_DROP,
    SQ_REMOVED_OVER,
    SQ_FORGET_HISTORY,
    SQ_FORGET_NOTE,
    SQ_FORGET_DOMAIN,
    SQ_FORGOTTEN_FIND,
    SQ_FORGOTTEN_DROP,
    SQ_LIST_DELETED,
    SQ_CHECK_FILE,
    SQ_CHECK_CHAIN,
    SQ_CHECK_ORPHANS,
    SQ_CHECK_REMOVED,
    SQ_CHECK_FORGOTTEN,
    SQ_CHECK_SETTING,
    SQ_CHECK_CHANGE,
    SQ_COUNT,
    SQ_NSQL,
};

#define SQ_LOG_PAGES 1000       /* then it is moved into the file */
#define SQ_LOG_LONG_PAGES 16000 /* at each of these it is waited for readers */
#define SQ_LOG_LONG_MS 500      /* so long */

struct sq_store {
    struct vc_store base; /* first: the pointers are one */
    bool want_read_only;
    unsigned busy_ms;
    struct vc_store_wait wait; /* the busy handler's */
    sqlite3 *db;               /* NULL: to be connected again */
    sqlite3_stmt *statements[SQ_NSQL];
    bool can_write;   /* this connection; read_only is about the handle */
    unsigned format;  /* of the file; after opening to write, the newest */
    bool frozen;      /* read without locks: see connect.c */
    bool tidy;        /* suspended, and the log was not to be kept */
    struct stat seen; /* the file as it was just before connecting */
    struct { /* inherited.c; owned by its list */
        struct sq_store *next;
        sqlite3 *db; /* the parent's; NULL: none */
        dev_t device;
        ino_t inode;
        bool in_use; /* a call of before the fork() is still on the stack */
    } inherited;
    unsigned commits;     /* of this handle */
    int log_pages;        /* in the log, as of its last commit */
    int log_wait;         /* at so many, wait for readers */
    int64_t log_reserved; /* the log's bytes up to there are in the file */
};

static inline struct sq_store *sq_of(struct vc_store *store)
{
    return (struct sq_store *)store;
}

/* ---- answer.c ---- */

/* A result code that is an error as an answer, with *err in our words. */
enum vc_answer sq_answer(sqlite3 *db, const char *path, int rc,
                         struct vc_error *err);
/* The same for a COMMIT, whose failure can leave it open what is on disk. */
enum vc_answer sq_answer_commit(sqlite3 *db, const char *path, int rc,
                                struct vc_error *err);
enum vc_answer sq_nomem(struct vc_error *err);
/* The file is damaged; `what` says where it was seen. */
enum vc_answer sq_damaged(const char *path, const char *what,
                          struct vc_error *err);

/* ---- header.c ---- */

struct sq_header {
    bool wal; /* in WAL mode */
    unsigned version;
};

/* Refuses what is not a whole store that this version can read, without
 * running a statement. */
enum vc_answer sq_header_check(sqlite3 *db, const char *path,
                               const char *wal_path, struct sq_header *ret,
                               struct vc_error *err);
enum vc_answer sq_version_check(unsigned version, const char *path,
                                struct vc_error *err);
/* Is there a file of that name with at least one byte in it? */
bool sq_file_has_bytes(const char *path);

/* ---- migrate.c ---- */

struct sq_migration {
    const char *sql;
};

/* Entry i brings a store from version i to i + 1.  Append only. */
extern const struct sq_migration sq_migrations[];
extern const unsigned sq_migrations_n; /* the version this code writes */
#define SQ_FORMAT_INTENTS 2 /* the first with a table of intents */
#define SQ_FORMAT_LIMITS 3  /* with settings, removed and forgotten domains */

/* Applies what is missing up to n, each step in a transaction of its own. */
enum vc_answer sq_migrate(sqlite3 *db, const char *path,
                          const struct sq_migration *list, unsigned n,
                          struct vc_error *err);
int sq_query_int(sqlite3 *db, const char *sql, int64_t *ret);

/* ---- birth.c ---- */

/* A store's file on its way to its name; names are absolute. */
struct sq_birth {
    const char *path; /* as given; for messages */
    const char *task; /* "create store"; for messages */
    char *dir;
    char *final;
    char *temp;
    char *temp_wal;
    int fd; /* of temp; -1 */
};
#define SQ_BIRTH_AUTO __attribute__((cleanup(sq_birth_clear))) struct sq_birth
/* Removes what has no name yet. */
void sq_birth_clear(struct sq_birth *birth);

/* Writes the content; WAL mode is not its business. */
typedef enum vc_answer (*sq_birth_fill)(sqlite3 *db, const char *path,
                                        void *opaque, struct vc_error *err);

enum vc_answer sq_birth_names(struct sq_birth *birth, bool may_make_dir,
                              struct vc_error *err);
/* A log with bytes in it beside the final name, or NULL; owned. */
enum vc_answer sq_birth_find_log(const struct sq_birth *birth, char **ret_name,
                                 struct vc_error *err);
enum vc_answer sq_birth_build(struct sq_birth *birth, sq_birth_fill fill,
                              void *opaque, struct vc_error *err);
/* Syncs it and gives it its name.  EXISTS: another has it, and keeps it. */
enum vc_answer sq_birth_publish(struct sq_birth *birth, bool replace,
                                struct vc_error *err);
enum vc_answer sq_birth_error(const struct sq_birth *birth, int errnum,
                              const char *step, struct vc_error *err);

/* ---- create.c ---- */

/* Makes a new, empty store.  DONE also if someone else made it first. */
enum vc_answer sq_create(const char *path, struct vc_error *err);

/* ---- connect.c ---- */

/* NOT_FOUND when there is no file. */
enum vc_answer sq_connect(struct sq_store *store, struct vc_error *err);
void sq_disconnect(struct sq_store *store);
/* NO_CKPT_ON_CLOSE: does closing leave the log as it is? */
void sq_keep_log(sqlite3 *db, bool keep);
/* The same, of a handle that was connected before.  Never NOT_FOUND. */
enum vc_answer sq_connect_again(struct sq_store *store, struct vc_error *err);

/* Around each read: sees to it that a frozen store is read as one state. */
enum vc_answer sq_read_begin(struct sq_store *store, struct vc_error *err);
enum vc_answer sq_read_end(struct sq_store *store, enum vc_answer answer,
                           struct vc_error *err);

/* ---- inherited.c ---- */

void sq_suspend(struct vc_store *store);
void sq_in_child(struct vc_store *store, bool in_use);
/* Closes what this process inherited and nobody is in any more; UNAVAILABLE if
 * the store's file is still open through what is left. */
enum vc_answer sq_inherited_check(const struct sq_store *store,
                                  struct vc_error *err);
/* A callback has returned: was fork() called in it, and is this the child?
 * Then the walk must end, with the answer of sq_inherited_end. */
static inline bool sq_is_inherited(const struct sq_store *store)
{
    return store->inherited.db != NULL;
}
enum vc_answer sq_inherited_end(struct sq_store *store, struct vc_error *err);

/* ---- statement.c ---- */

enum vc_answer sq_prepare(struct sq_store *store, enum sq_sql sql,
                          sqlite3_stmt **ret, struct vc_error *err);
void sq_statements_free(struct sq_store *store);
/* Unless rc (of the binds) is an error: runs a statement that gives no rows
 * we need, and resets it.  SQLITE_OK or an error. */
int sq_run(sqlite3_stmt *stmt, int rc);
int sq_bind_key(sqlite3_stmt *stmt, int i, const unsigned char *key);
int sq_bind_text(sqlite3_stmt *stmt, int i, const char *text);
int sq_bind_bytes(sqlite3_stmt *stmt, int i, const char *data, size_t len);

/* ---- write.c ---- */

enum vc_answer sq_begin(struct sq_store *store, struct vc_error *err);
/* What is read until sq_rollback is one state; writers go on meanwhile. */
enum vc_answer sq_begin_read(struct sq_store *store, struct vc_error *err);
enum vc_answer sq_commit(struct sq_store *store, struct vc_error *err);
void sq_rollback(struct sq_store *store);
enum vc_answer sq_txn(struct vc_store *store, struct vc_store_op *ops, size_t n,
                      size_t *ret_failed, uint64_t *ret_change,
                      struct vc_error *err);

/* ---- read.c, history.c, local.c ---- */

enum vc_answer sq_get(struct vc_store *store, const unsigned char *key,
                      const char *name, enum vc_store_want want,
                      struct vc_record *ret, struct vc_error *err);
enum vc_answer sq_iterate(struct vc_store *store, enum vc_store_want want,
                          const char *after, size_t limit, vc_store_visit visit,
                          void *opaque, uint64_t *ret_change,
                          struct vc_error *err);
/* Without the sq_read_begin and sq_read_end of the verb. */
enum vc_answer sq_get_row(struct sq_store *store, const unsigned char *key,
                          const char *name, enum vc_store_want want,
                          struct vc_record *ret, struct vc_error *err);
enum vc_answer sq_change_read(struct sq_store *store, uint64_t *ret_change,
                              struct vc_error *err);
enum vc_answer sq_change(struct vc_store *store, uint64_t *ret_change,
                         struct vc_error *err);

/* A column's bytes with a NUL behind; borrowed until the next step or reset;
 * NULL when memory ran out. */
char *sq_column_bytes(sqlite3_stmt *stmt, int column, size_t *ret_len);
/* Copies summary and document of a borrowed record to an owned one. */
enum vc_answer sq_record_copy(const struct vc_record *view,
                              struct vc_record *ret, struct vc_error *err);

enum vc_answer sq_history(struct vc_store *store, const unsigned char *key,
                          size_t limit, vc_revision_visit visit, void *opaque,
                          struct vc_error *err);
enum vc_answer sq_get_revision(struct vc_store *store, const unsigned char *key,
                               uint64_t revision, struct vc_record *ret,
                               struct vc_error *err);
enum vc_answer sq_local_get(struct vc_store *store, const unsigned char *key,
                            struct vc_local *ret, struct vc_error *err);
enum vc_answer sq_local_put(struct vc_store *store, const unsigned char *key,
                            const struct vc_local *local, struct vc_error *err);

enum vc_answer sq_local_row(struct sq_store *store, const unsigned char *key,
                            struct vc_local *ret, struct vc_error *err);

/* ---- know.c ---- */

enum vc_answer sq_know(struct vc_store *store, const unsigned char *key,
                       enum vc_store_want want, struct vc_known *ret,
                       struct vc_error *err);

/* ---- intent.c ---- */

enum vc_answer sq_intent_put(struct vc_store *store,
                             const struct vc_intent *intents, size_t n,
                             struct vc_error *err);
enum vc_answer sq_intent_list(struct vc_store *store, const unsigned char *key,
                              struct vc_intent_list *ret, struct vc_error *err);
/* Adds those of a key, or all (NULL); what was added stays if it fails. */
enum vc_answer sq_intent_rows(struct sq_store *store, const unsigned char *key,
                              struct vc_intent_list *list,
                              struct vc_error *err);
/* Inside a transaction. */
enum vc_answer sq_intent_end(struct sq_store *store,
                             const struct vc_store_op *op,
                             struct vc_error *err);

/* ---- prune.c ---- */

/* What a transaction has just written. */
struct sq_written {
    int64_t id;
    int64_t revision;
    bool was_removed;   /* before: it had a row, and no name */
    bool was_forgotten; /* before: it had no row any more */
    bool is_removal;
};

/* Inside that transaction: keeps what is removed and forgotten in order, and
 * takes away some of what is above the limits, if anything is. */
enum vc_answer sq_prune_written(struct sq_store *store,
                                const struct sq_written *written,
                                const unsigned char *key,
                                struct vc_error *err);
/* Inside a transaction: the last revision of a forgotten uuid; 0: is none. */
enum vc_answer sq_forgotten_find(struct sq_store *store,
                                 const unsigned char *key, int64_t *ret,
                                 struct vc_error *err);
enum vc_answer sq_limit_get(struct vc_store *store, enum vc_store_limit limit,
                            uint32_t *ret, struct vc_error *err);
enum vc_answer sq_limit_set(struct vc_store *store, enum vc_store_limit limit,
                            uint32_t value, struct vc_error *err);
enum vc_answer sq_prune(struct vc_store *store, uint64_t *place, bool *ret_more,
                        struct vc_error *err);

/* ---- backup.c, check.c, care.c ---- */

enum vc_answer sq_backup(struct vc_store *store, const char *path, bool replace,
                         struct vc_error *err);
enum vc_answer sq_check(struct vc_store *store, vc_fault_visit visit,
                        void *opaque, struct vc_error *err);
enum vc_answer sq_info(struct vc_store *store, struct vc_store_info *ret,
                       struct vc_error *err);
enum vc_answer sq_iterate_deleted(struct vc_store *store,
                                  vc_deleted_visit visit, void *opaque,
                                  struct vc_error *err);

#endif
