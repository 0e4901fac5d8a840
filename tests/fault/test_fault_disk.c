/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each call of the file system fails once, in several ways.  An error means that
 * nothing was changed, unless it says that this is not known; and whoever opens
 * next finds the store sound.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../unit/vc_check.h"
#include "disk.h"
#include "disk_ops.h"

#define STEP_OF_LONG 97

static const int faults[] = {EIO, ENOSPC, 0 /* half of a write */};

struct trial {
    const struct disk_op *op;
    struct world_files start;
    char *before;
    char *after; /* of the last step */
    unsigned unharmed, refused, unknown;
};

/* 0 or -1 with *err: the last step; with a fault in it if n is not 0. */
static int run(const struct disk_op *op, unsigned n, int fault,
               bool *ret_failed, struct vc_error *err)
{
    struct vc_engine engine = {0};
    unsigned last = op->steps - 1;
    unsigned i;
    int rc;

    if (!op->opens)
        world_open(&engine);
    for (i = 0; i < last; i++)
        ck_assert_msg(op->step(&engine, i, err) == 0, "%s", err->text);
    disk_fail(n, fault);
    rc = op->step(&engine, last, err);
    *ret_failed = disk_fail_end();
    if (op->opens)
        vc_store_close(engine.store);
    else
        world_close(&engine);
    return rc;
}

/* False: there is no nth call. */
static bool try_nth(struct trial *t, unsigned n, int fault)
{
    struct vc_error err = {0};
    bool unknown;
    bool failed;
    char *now;
    int rc;

    world_restore(&t->start);
    disk_begin(world_dir(), &t->start);
    rc = run(t->op, n, fault, &failed, &err);
    disk_end();
    now = disk_look();
    unknown = strstr(err.text, "may or may not");
    ck_assert_msg((rc < 0 && strcmp(now, t->before) == 0) ||
                      ((rc == 0 || unknown) && strcmp(now, t->after) == 0),
                  "%s, call %u, errno %d: %d %s; is\n%s", t->op->name, n, fault,
                  rc, err.text, now);
    ck_assert_msg(rc == 0 || (err.code != VC_ERR_OK &&
                              err.code != VC_ERR_INTERNAL),
                  "%s, call %u, errno %d: error %d: %s", t->op->name, n, fault,
                  err.code, err.text);
    ck_assert(failed || rc == 0);
    free(now);
    t->unharmed += failed && rc == 0;
    t->unknown += rc < 0 && unknown;
    t->refused += rc < 0 && !unknown;
    return failed;
}

static void learn(struct trial *t)
{
    struct disk_op most = *t->op;
    struct vc_error err = {0};
    bool failed;

    if (--most.steps > 0)
        ck_assert_msg(run(&most, 0, 0, &failed, &err) == 0, "%s", err.text);
    t->before = disk_look();
    world_restore(&t->start);
    ck_assert_msg(run(t->op, 0, 0, &failed, &err) == 0, "%s", err.text);
    t->after = disk_look();
}

START_TEST(call_of_the_file_system_fails)
{
    struct trial t = {.op = &disk_ops[_i]};
    unsigned n;
    size_t i;

    world_make(false);
    if (t.op->prepare)
        t.op->prepare();
    world_save(&t.start);
    learn(&t);
    for (i = 0; i < VC_NELEMS(faults); i++) {
        n = 1;
        while (try_nth(&t, n, faults[i]))
            n += t.op->is_long ? STEP_OF_LONG : 1;
    }
    (void)printf("%s: %u calls; with a fault %u refused, %u of unknown end, "
                 "%u done all the same\n",
                 t.op->name, n - 1, t.refused, t.unknown, t.unharmed);
    free(t.before);
    free(t.after);
    world_files_clear(&t.start);
    world_remove();
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: disk");
    TCase *tc = tcase_create("disk");

    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, call_of_the_file_system_fails, 0, (int)disk_ops_n);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
