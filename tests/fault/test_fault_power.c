/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Power cuts.  What a process did to the disk is noted; then the disk is put
 * into states that a cut at each moment could have left, and the store is opened
 * as anybody would: all that was acknowledged is there, what was under way is
 * whole or not there.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/vc_check.h"
#include "disk.h"
#include "disk_ops.h"

#define SEEDS 8u
#define CUTS_OF_LONG 80

struct story {
    const struct disk_op *op;
    struct world_files start;
    char *states[DISK_STEPS_MAX + 1]; /* before and behind each step */
    size_t told[DISK_STEPS_MAX];      /* events by the end of each step */
};

/* Looking writes nothing. */
static void write_down(struct story *story)
{
    const struct disk_op *op = story->op;
    struct vc_engine engine = {0};
    struct vc_error err = {0};
    unsigned i;

    if (!op->opens) {
        world_open(&engine);
        story->states[0] = disk_look_by(&engine);
    }
    for (i = 0; i < op->steps; i++) {
        ck_assert_msg(op->step(&engine, i, &err) == 0, "%s: %s", op->name,
                      err.text);
        story->told[i] = disk_events();
        if (!op->opens)
            story->states[i + 1] = disk_look_by(&engine);
    }
    if (op->opens)
        vc_store_close(engine.store);
    else
        world_close(&engine);
}

/* A new store looks as one that is not there yet, and an old one as ever. */
static void write_down_opens(struct story *story)
{
    if (!story->op->opens)
        return;
    story->states[0] = disk_look();
    story->states[1] = strdup(story->states[0]);
    ck_assert_ptr_nonnull(story->states[1]);
}

static void expect_after_cut(const struct story *story, size_t n, unsigned seed)
{
    struct world_files files;
    unsigned done = 0;
    char *now;

    while (done < story->op->steps && story->told[done] <= n)
        done++;
    disk_cut(n, seed, &files);
    world_restore(&files);
    world_files_clear(&files);
    now = disk_look();
    ck_assert_msg(strcmp(now, story->states[done]) == 0 ||
                      (done < story->op->steps &&
                       strcmp(now, story->states[done + 1]) == 0),
                  "%s, cut at %zu, seed %u, %u steps done; is\n%s",
                  story->op->name, n, seed, done, now);
    free(now);
}

START_TEST(power_is_cut_anywhere)
{
    struct story story = {.op = &disk_ops[_i]};
    size_t step = 1;
    unsigned seed;
    size_t n;

    world_make(false);
    if (story.op->prepare)
        story.op->prepare();
    world_save(&story.start);
    write_down_opens(&story);
    world_restore(&story.start);
    disk_begin(world_dir(), &story.start);
    write_down(&story);
    disk_stop();
    if (story.op->is_long)
        step = disk_events() / CUTS_OF_LONG + 1;
    for (n = 0; n <= disk_events(); n += step) {
        for (seed = 0; seed < SEEDS; seed++)
            expect_after_cut(&story, n, seed);
    }
    (void)printf("%s: %zu changes of the disk, a cut at each%s, %u ways\n",
                 story.op->name, disk_events(),
                 step > 1 ? " of some" : "", SEEDS);
    disk_end();
    for (n = 0; n <= story.op->steps; n++)
        free(story.states[n]);
    world_files_clear(&story.start);
    world_remove();
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("fault: power");
    TCase *tc = tcase_create("power");

    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, power_is_cut_anywhere, 0, (int)disk_ops_n);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
