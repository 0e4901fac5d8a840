/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the store's tests share: a private directory per case, short calls,
 * children, and whole files as bytes. */
#ifndef VC_STORE_FIXTURE_H
#define VC_STORE_FIXTURE_H

#include <stdbool.h>
#include <sys/types.h>

#include "store/store.h"
#include "unit/vc_check.h"

/* Checked fixture: an empty directory of mode 0700, removed afterwards. */
extern char fixture_dir[256];
extern char fixture_path[300]; /* DIR/s.db; not there yet */
void fixture_setup(void);
void fixture_teardown(void);
TCase *fixture_tcase(Suite *suite, const char *name);

/* The key that stands for a number. */
const unsigned char *fixture_key(unsigned id);

struct vc_store *fixture_open(const char *path); /* must succeed */
struct vc_store *fixture_open_read_only(const char *path);
/* Must fail; the message must hold `part` and the path. */
enum vc_answer fixture_open_fails(const char *path, bool read_only,
                                  const char *part);

struct vc_store_op fixture_put_op(unsigned id, uint64_t expect,
                                  const char *name, const char *document);
struct vc_store_op fixture_check_op(unsigned id, uint64_t expect);
struct vc_store_op fixture_delete_op(unsigned id, uint64_t expect);
/* A transaction of one. */
enum vc_answer fixture_put(struct vc_store *store, unsigned id, uint64_t expect,
                           const char *name, const char *document);
enum vc_answer fixture_delete(struct vc_store *store, unsigned id,
                              uint64_t expect);
/* 0 when absent; fails on anything else. */
uint64_t fixture_revision(struct vc_store *store, unsigned id);
uint64_t fixture_change(struct vc_store *store);
void fixture_expect_document(struct vc_store *store, unsigned id,
                             const char *document);

/* Runs fn in a child.  It must return its exit status, and use no ck_assert. */
typedef int (*fixture_child)(void *opaque);
pid_t fixture_fork(fixture_child fn, void *opaque);
int fixture_wait(pid_t pid); /* exit status; -SIGNAL if killed */
/* As fixture_fork and fixture_wait, with no rights beyond the files' modes. */
int fixture_run_unprivileged(fixture_child fn, void *opaque);

struct fixture_bytes {
    char *data;
    size_t len;
};

struct fixture_bytes fixture_read(const char *path);
void fixture_write(const char *path, const char *data, size_t len);
bool fixture_same(const struct fixture_bytes *a, const struct fixture_bytes *b);
unsigned fixture_dir_count(void); /* files in fixture_dir */
bool fixture_exists(const char *path, const char *suffix);

#endif
