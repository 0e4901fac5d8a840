/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What others could plant, as data: shell lines that plant it and that mend
 * it, and what is said in between.  Each is run in a directory of mode 0700
 * with a store s.db; whatever is refused has changed nothing, and once mended
 * the store is as it was.
 */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY "65534"

struct row {
    bool strangers;     /* only root can plant it */
    const char *plant;
    const char *path;   /* of the store, from there */
    const char *expect; /* NULL: it opens */
    const char *mend;
};

static const struct row rows[] = {
    /* Whose and of which mode the store is. */
    {false, "chmod 644 s.db", "s.db", NULL, NULL},
    {false, "chmod 400 s.db", "s.db", NULL, NULL},
    {false, "chmod 666 s.db", "s.db", "can be written by others (mode 0666)",
     "chmod go-w s.db"},
    {false, "chmod 660 s.db", "s.db", "can be written by others (mode 0660)",
     "chmod go-w s.db"},
    {false, "chmod 602 s.db", "s.db", "(chmod go-w)", "chmod go-w s.db"},
    {true, "chown " NOBODY " s.db", "s.db",
     "/s.db' belongs to another user (uid " NOBODY ")", "chown 0 s.db"},
    {false, "ln s.db again", "s.db", "has 2 names (hard links)", "rm again"},
    {false, "ln s.db again", "again", "has 2 names (hard links)",
     "rm again && ln -s s.db again"},
    {false, "mkfifo f", "f", "'f' is not a vcpuconf store but a special file",
     "rm f && ln -s s.db f"},

    /* Its directory. */
    {false, "chmod 755 .", "s.db", NULL, NULL},
    {false, "chmod 770 .", "s.db", NULL, NULL},
    {false, "chmod 1777 .", "s.db", NULL, NULL},
    {false, "chmod 777 .", "s.db", "' can be written by everybody (mode 0777)",
     "chmod o-w ."},
    {false, "chmod 703 .", "s.db", "(chmod o-w)", "chmod o-w ."},
    {true, "chown " NOBODY " .", "s.db",
     "' belongs to another user (uid " NOBODY ")", "chown 0 ."},
    {true, "chmod 1777 . && chown " NOBODY " .", "s.db",
     "' belongs to another user (uid " NOBODY ")", "chown 0 ."},
    /* Directories further up are not looked at. */
    {false, "mkdir -m 700 t t/u && mv s.db t/u && chmod 777 t", "t/u/s.db",
     NULL, NULL},

    /* Links: ours lead on, also through several. */
    {false, "mkdir disk && mv s.db disk && ln -s disk/s.db s.db", "s.db", NULL,
     NULL},
    {false, "mkdir disk && mv s.db disk && ln -s \"$PWD/disk/s.db\" s.db",
     "s.db", NULL, NULL},
    {false, "mkdir a b && mv s.db b/x && ln -s ../b/x a/y && ln -s a/y s.db",
     "s.db", NULL, NULL},
    {false, "mkdir disk && mv s.db disk && ln -s disk d", "d/s.db", NULL, NULL},
    {false, "ln -s l l", "l", "Too many levels of symbolic links",
     "rm l && ln -s s.db l"},
    {true, "ln -s s.db l && chown -h " NOBODY " l", "l",
     "symbolic link '", "chown -h 0 l"},
    {false, "mkdir t && ln -s ../s.db t/l && chmod 777 t", "t/l",
     "/t' can be written by everybody", "chmod o-w t"},
    {false, "mkdir -m 1777 t && mv s.db t && ln -s t/s.db s.db", "s.db", NULL,
     NULL},
    {false, "mkdir t && mv s.db t && chmod 777 t && ln -s t/s.db s.db", "s.db",
     "/t' can be written by everybody", "chmod o-w t"},

    /* What SQLite would find beside it. */
    {false, "touch victim && ln -s victim s.db-wal", "s.db",
     "/s.db-wal' is a symbolic link", "rm s.db-wal victim"},
    {false, "ln -s nowhere s.db-wal", "s.db", "/s.db-wal' is a symbolic link",
     "rm s.db-wal"},
    {false, "ln -s nowhere s.db-shm", "s.db", "/s.db-shm' is a symbolic link",
     "rm s.db-shm"},
    {false, "ln -s nowhere s.db-journal", "s.db",
     "/s.db-journal' is a symbolic link", "rm s.db-journal"},
    {false, "mkfifo s.db-wal", "s.db", "/s.db-wal' is not a regular file",
     "rm s.db-wal"},
    {false, "mkdir s.db-journal", "s.db",
     "/s.db-journal' is not a regular file", "rmdir s.db-journal"},
    {false, "touch s.db-shm && chmod 666 s.db-shm", "s.db",
     "/s.db-shm' can be written by others", "rm s.db-shm"},
    {false, "touch a && chmod 600 a && ln a s.db-wal", "s.db",
     "/s.db-wal' has 2 names", "rm a s.db-wal"},
    {true, "touch s.db-wal && chown " NOBODY " s.db-wal", "s.db",
     "/s.db-wal' belongs to another user", "rm s.db-wal"},
    {true, "touch s.db-journal && chown " NOBODY " s.db-journal", "s.db",
     "/s.db-journal' belongs to another user", "rm s.db-journal"},
    /* Beside the file itself, not beside a link to it. */
    {false,
     "mkdir d && mv s.db d && ln -s d/s.db s.db && ln -s nowhere d/s.db-wal",
     "s.db", "/d/s.db-wal' is a symbolic link", "rm d/s.db-wal"},
    {false, "mkdir d && mv s.db d && ln -s d/s.db s.db && ln -s x s.db-wal",
     "s.db", NULL, NULL},
};

static void run(const char *line)
{
    char command[600];

    (void)snprintf(command, sizeof(command), "cd '%s' && { %s; }", fixture_dir,
                   line);
    ck_assert_msg(system(command) == 0, "%s", line);
}

/* Every file's name, mode, owner, links, size, time and bytes. */
static char *seen(void)
{
    static const char line[] =
        "cd '%s' && find . -printf '%%p %%M %%U %%n %%s %%T@ %%C@ %%l\\n' "
        "| sort && find . -type f | sort | xargs cksum";
    char *text = calloc(1, 16384);
    char command[600];
    FILE *pipe;

    ck_assert_ptr_nonnull(text);
    (void)snprintf(command, sizeof(command), line, fixture_dir);
    pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    ck_assert_uint_gt(fread(text, 1, 16383, pipe), 0);
    ck_assert_int_eq(pclose(pipe), 0);
    return text;
}

static bool can_plant(const struct row *row)
{
    if (!row->strangers || getuid() == 0)
        return true;
    (void)printf("not run, since only root can plant it: %s\n", row->plant);
    return false;
}

static void make_store(void)
{
    struct vc_store *store = fixture_open(fixture_path);

    ck_assert_int_eq(fixture_put(store, 1, 0, "vm", "d"), VC_STORE_DONE);
    vc_store_close(store);
    ck_assert_int_eq(chdir(fixture_dir), 0);
}

static void expect_store(const char *path)
{
    struct vc_store *store = fixture_open_read_only(path);

    fixture_expect_document(store, 1, "d");
    vc_store_close(store);
    store = fixture_open(path);
    fixture_expect_document(store, 1, "d");
    vc_store_close(store);
}

START_TEST(what_is_planted_is_refused_and_what_is_ours_is_not)
{
    const struct row *row = &rows[_i];
    char *before;
    char *after;

    if (!can_plant(row))
        return;
    make_store();
    run(row->plant);
    if (row->expect) {
        before = seen();
        (void)fixture_open_fails(row->path, false, row->expect);
        (void)fixture_open_fails(row->path, true, row->expect);
        after = seen();
        ck_assert_str_eq(before, after);
        free(before);
        free(after);
        run(row->mend);
    }
    expect_store(row->path);
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

/* ---- where it may be made ---- */

static const struct row places[] = {
    {false, "mkdir t && chmod 777 t", "t/n", "/t' can be written by everybody",
     "chmod o-w t"},
    {true, "mkdir t && chown " NOBODY " t", "t/n",
     "/t' belongs to another user", "chown 0 t"},
    {false, "mkdir -m 1777 t", "t/n", NULL, NULL},
    {false, "mkdir -m 770 t", "t/n", NULL, NULL},
    {false, "mkdir t && ln -s t u", "u/n", NULL, NULL},
    {false, "ln -s t u", "u", "symbolic link", "rm u"},
};

START_TEST(new_stores_and_copies_are_made_where_none_can_replace_them)
{
    const struct row *row = &places[_i];
    struct vc_error err = {0};
    struct vc_store *store;
    char *before;
    char *after;

    if (!can_plant(row))
        return;
    make_store();
    run(row->plant);
    store = fixture_open_read_only("s.db");
    before = seen();
    if (row->expect) {
        (void)fixture_open_fails(row->path, false, row->expect);
        if (strchr(row->path, '/')) {
            ck_assert_int_eq(vc_store_backup(store, row->path, true, &err),
                             VC_STORE_UNAVAILABLE);
            ck_assert_msg(strstr(err.text, row->expect), "%s", err.text);
        }
        after = seen();
        ck_assert_str_eq(before, after);
        free(after);
        run(row->mend);
    }
    free(before);
    ck_assert_int_eq(vc_store_backup(store, row->path, false, &err),
                     VC_STORE_DONE);
    vc_store_close(store);
    expect_store(row->path);
    ck_assert_int_eq(unlink(row->path), 0);
    vc_store_close(fixture_open(row->path));
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

/* ---- the file of the locks ---- */

static const struct row locks[] = {
    {false, "ln -s victim s.db.lock", NULL, "s.db.lock': it is a symbolic link",
     "rm s.db.lock"},
    {false, "touch victim && ln -s victim s.db.lock", NULL,
     "s.db.lock': it is a symbolic link", "rm s.db.lock"},
    {false, "mkfifo s.db.lock", NULL, "is not a regular file", "rm s.db.lock"},
    {false, "touch s.db.lock && chmod 666 s.db.lock", NULL,
     "can be written by others", "chmod go-w s.db.lock"},
    {true, "touch s.db.lock && chown " NOBODY " s.db.lock", NULL,
     "belongs to another user", "chown 0 s.db.lock"},
    {false, "touch a && chmod 600 a && ln a s.db.lock", NULL, "has 2 names",
     "rm a"},
};

START_TEST(planted_lock_file_is_refused)
{
    const struct row *row = &locks[_i];
    struct vc_store_lock *lock = NULL;
    struct vc_error err = {0};
    struct vc_store *store;
    char *before;
    char *after;

    if (!can_plant(row))
        return;
    make_store();
    run(row->plant);
    store = fixture_open(fixture_path);
    before = seen();
    ck_assert_int_eq(vc_store_lock(store, fixture_key(1), 0, &lock, &err),
                     VC_STORE_UNAVAILABLE);
    ck_assert_msg(strstr(err.text, row->expect), "%s", err.text);
    ck_assert_msg(strstr(err.text, "s.db.lock'"), "%s", err.text);
    after = seen();
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
    run(row->mend);
    ck_assert_msg(vc_store_lock(store, fixture_key(1), 0, &lock, &err) ==
                      VC_STORE_DONE,
                  "%s", err.text);
    vc_store_unlock(lock);
    vc_store_close(store);
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

/* ---- who runs ---- */

static int owner_opens(void *opaque)
{
    struct vc_error err = {0};
    struct vc_store *store;
    const bool *mine = opaque;

    if (vc_store_open(fixture_path, NULL, &store, &err) != VC_STORE_DONE) {
        if (*mine || !strstr(err.text, "belongs to another user (uid 1)"))
            (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    vc_store_close(store);
    return 0;
}

START_TEST(owner_may_what_root_and_others_may_not)
{
    bool mine = true;

    make_store();
    run("chown " NOBODY " . s.db");
    ck_assert_int_eq(fixture_run_unprivileged(owner_opens, &mine), 0);
    (void)fixture_open_fails(fixture_path, false, "(uid " NOBODY ")");
    mine = false;
    run("chown 1 s.db && chmod 644 s.db");
    ck_assert_int_eq(fixture_run_unprivileged(owner_opens, &mine), 1);
    run("chown 0 . s.db && chmod 755 .");
    expect_store(fixture_path);
    /* Root's store is everybody's to read. */
    mine = true;
    ck_assert_int_eq(fixture_run_unprivileged(owner_opens, &mine), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store_trust");
    TCase *tcase = fixture_tcase(suite, "trust");

    tcase_add_loop_test(tcase,
                        what_is_planted_is_refused_and_what_is_ours_is_not, 0,
                        VC_NELEMS(rows));
    tcase_add_loop_test(
        tcase, new_stores_and_copies_are_made_where_none_can_replace_them, 0,
        VC_NELEMS(places));
    tcase_add_loop_test(tcase, planted_lock_file_is_refused, 0,
                        VC_NELEMS(locks));
    if (getuid() == 0)
        tcase_add_test(tcase, owner_may_what_root_and_others_may_not);
    else
        (void)puts("not run, since only root can become another user: "
                   "whose store a user may open");
    return suite;
}

VC_TEST_MAIN(make_suite)
