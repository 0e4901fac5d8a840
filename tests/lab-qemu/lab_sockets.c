/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may lie in a directory of sockets. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "lab.h"

/* One machine "good"; all cases end with it being found. */
static void begin(struct lab *lab, struct vm *good)
{
    lab_begin(lab);
    lab_start(lab, &(struct vm_spec){.name = "good"}, good);
}

static void end(struct lab *lab, struct vm *good)
{
    vm_end(good);
    lab_end(lab);
}

/* The list holds "good", and `unclear` with those words; NULL: nobody. */
static void lists_good_and(const struct lab *lab, const char *unclear,
                           const char *words)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    struct vc_error err;
    size_t i;

    OK(lab->drv->ops->list(lab->drv, &list, &err));
    for (i = 0; i < list.nunclear; i++)
        (void)printf("unclear: %s: %s\n", list.unclear[i].name,
                     list.unclear[i].why);
    ck_assert_uint_eq(list.n, 1);
    ck_assert_str_eq(list.items[0].name, "good");
    ck_assert_uint_eq(list.nunclear, unclear ? 1 : 0);
    if (unclear) {
        ck_assert_str_eq(list.unclear[0].name, unclear);
        ck_assert_msg(strstr(list.unclear[0].why, words), "'%s' lacks '%s'",
                      list.unclear[0].why, words);
    }
}

/* A find by that name is an error with those words. */
static void find_says(const struct lab *lab, const char *name,
                      const char *words)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err = {0};

    ck_assert_int_eq(lab_find_any(lab, name, &inst, &err), -1);
    ck_assert_msg(strstr(err.text, words), "'%s' lacks '%s'", err.text, words);
    ck_assert_msg(strstr(err.text, name), "'%s' names nobody", err.text);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_socket_whose_machine_died_is_no_domain)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err = {0};
    struct lab lab;
    struct vm good;
    struct vm dead;

    begin(&lab, &good);
    lab_start(&lab, &(struct vm_spec){.name = "dead"}, &dead);
    lab_find(&lab, "dead", &inst);
    vm_kill(&dead);
    ck_assert_int_eq(access(lab_file(&lab, "dead.qmp"), F_OK), 0);
    lists_good_and(&lab, NULL, NULL);
    ck_assert_int_eq(lab_find_any(&lab, "dead", &inst, &err), 0);
    end(&lab, &good);
}
END_TEST

START_TEST(a_busy_monitor_is_said_to_be_busy)
{
    VC_INSTANCE_AUTO inst = {0};
    struct lab lab;
    struct vm good;
    struct vm held;
    static struct qmp other;
    long long start;

    begin(&lab, &good);
    lab_start(&lab, &(struct vm_spec){.name = "held"}, &held);
    ck_assert_int_eq(qmp_connect(&other, lab_file(&lab, "held.qmp"), 5000), 0);
    start = lab_now_ms();
    lists_good_and(&lab, "held", "busy");
    find_says(&lab, "held", "busy");
    ck_assert_int_lt(lab_now_ms() - start, 6000);
    lab_find(&lab, "good", &inst);
    qmp_end(&other);
    lab_find_at_last(&lab, "held", &inst);
    vm_end(&held);
    end(&lab, &good);
}
END_TEST

/* More clients than the socket's queue holds: connect() itself does not go
 * through. */
START_TEST(a_full_queue_is_busy_too)
{
    struct lab lab;
    struct vm good;
    struct vm held;
    int fds[4];
    size_t i;

    begin(&lab, &good);
    lab_start(&lab, &(struct vm_spec){.name = "held"}, &held);
    for (i = 0; i < 3; i++) {
        fds[i] = lab_connect(lab_file(&lab, "held.qmp"));
        ck_assert_int_ge(fds[i], 0);
    }
    lists_good_and(&lab, "held", "busy");
    find_says(&lab, "held", "busy");
    for (i = 0; i < 3; i++)
        (void)close(fds[i]);
    vm_end(&held);
    end(&lab, &good);
}
END_TEST

/* Nothing that we say may reach it: a monitor of people obeys. */
START_TEST(a_monitor_for_people_is_not_spoken_to)
{
    struct lab lab;
    struct vm good;
    struct vm people;

    begin(&lab, &good);
    lab_start(&lab, &(struct vm_spec){.name = "people", .hmp = true}, &people);
    lists_good_and(&lab, "people", "QMP");
    find_says(&lab, "people", "QMP");
    ck_assert(qmp_do(&people.mon, "{\"execute\":\"query-status\"}\n"));
    vm_end(&people);
    end(&lab, &good);
}
END_TEST

START_TEST(other_files_are_nobodys)
{
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err = {0};
    struct lab lab;
    struct vm good;

    begin(&lab, &good);
    write_file(lab_file(&lab, "file.qmp"), "{\"QMP\": {}}\n");
    write_file(lab_file(&lab, "notes"), "x");
    ck_assert_int_eq(mkdir(lab_file(&lab, "folder.qmp"), 0700), 0);
    ck_assert_int_eq(mkfifo(lab_file(&lab, "pipe.qmp"), 0600), 0);
    ck_assert_int_eq(symlink("nowhere", lab_file(&lab, "link.qmp")), 0);
    ck_assert_int_eq(symlink("loop.qmp", lab_file(&lab, "loop.qmp")), 0);
    write_file(lab_file(&lab, ".qmp"), "");
    lists_good_and(&lab, NULL, NULL);
    ck_assert_int_eq(lab_find_any(&lab, "file", &inst, &err), 0);
    ck_assert_int_eq(lab_find_any(&lab, "pipe", &inst, &err), 0);
    end(&lab, &good);
}
END_TEST

START_TEST(the_machine_tells_its_name)
{
    VC_INSTANCE_AUTO inst = {0};
    VC_INSTANCE_LIST_AUTO list = {0};
    struct vc_error err = {0};
    struct lab lab;
    struct vm good;

    lab_begin(&lab);
    lab_start(&lab,
              &(struct vm_spec){.name = "file",
                                .uuid = "0F0e0d0c-0b0a-0908-0706-050403020100",
                                .more = "-name",
                                .more_value = "real name"},
              &good);
    lab_find(&lab, "real name", &inst);
    ck_assert(inst.has_uuid);
    ck_assert_uint_eq(inst.uuid[0], 0x0f);
    ck_assert_uint_eq(inst.uuid[15], 0x00);
    ck_assert_int_eq(inst.id, good.pid);
    OK(lab.drv->ops->list(lab.drv, &list, &err));
    ck_assert_uint_eq(list.n, 1);
    ck_assert_str_eq(list.items[0].name, "real name");
    end(&lab, &good);
}
END_TEST

START_TEST(two_of_one_name_are_both_unclear)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err = {0};
    struct lab lab;
    struct vm good;
    struct vm twin;

    begin(&lab, &good);
    lab_start(&lab,
              &(struct vm_spec){
                  .name = "twin", .more = "-name", .more_value = "good"},
              &twin);
    OK(lab.drv->ops->list(lab.drv, &list, &err));
    ck_assert_uint_eq(list.n, 0);
    ck_assert_uint_eq(list.nunclear, 2);
    ck_assert_int_eq(lab_find_any(&lab, "good", &inst, &err), -1);
    ck_assert(strstr(err.text, "same name"));
    vm_end(&twin);
    lists_good_and(&lab, NULL, NULL);
    end(&lab, &good);
}
END_TEST

START_TEST(a_long_path_is_no_hindrance)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    struct vc_error err = {0};
    struct vc_driver *drv;
    struct lab lab;
    struct vm vm;
    char uri[4200];
    char dir[4200];
    int i;

    lab_begin(&lab);
    (void)snprintf(dir, sizeof(dir), "%s", lab.dir);
    for (i = 0; i < 5; i++) {
        (void)strcat(dir, "/a-name-of-thirty-two-bytes-each");
        ck_assert_int_eq(mkdir(dir, 0700), 0);
    }
    ck_assert_int_eq(
        vm_start(&(struct vm_spec){.dir = dir, .name = "deep"}, &vm), 0);
    (void)snprintf(uri, sizeof(uri), "qemu://%s", dir);
    drv = vc_world_open(uri);
    OK(drv->ops->list(drv, &list, &err));
    ck_assert_uint_eq(list.n, 1);
    vc_driver_close(drv);
    vm_end(&vm);
    lab_end(&lab);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &a_socket_whose_machine_died_is_no_domain,
        &a_busy_monitor_is_said_to_be_busy,
        &a_full_queue_is_busy_too,
        &a_monitor_for_people_is_not_spoken_to,
        &other_files_are_nobodys,
        &the_machine_tells_its_name,
        &two_of_one_name_are_both_unclear,
        &a_long_path_is_no_hindrance,
    };
    Suite *suite = suite_create("QEMU: sockets");
    TCase *tcase = tcase_create("sockets");
    size_t i;

    tcase_set_timeout(tcase, 60);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
