/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose the directory and the machines are, and who asks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "lab.h"

#define SOME_USER 65534

START_TEST(a_directory_open_to_all_is_refused)
{
    struct lab lab;

    lab_begin(&lab);
    ck_assert_int_eq(chmod(lab.dir, 0777), 0);
    vc_world_refuse_open(lab_uri(&lab, ""), VC_ERR_ACCESS_DENIED, "everybody");
    ck_assert_int_eq(chmod(lab.dir, 0700), 0);
    vc_driver_close(vc_world_open(lab_uri(&lab, "")));
    lab_end(&lab);
}
END_TEST

START_TEST(what_is_no_directory_is_refused)
{
    struct lab lab;
    char uri[4300];
    FILE *file;

    lab_begin(&lab);
    file = fopen(lab_file(&lab, "file"), "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fclose(file), 0);
    (void)snprintf(uri, sizeof(uri), "qemu://%s", lab_file(&lab, "file"));
    vc_world_refuse_open(uri, VC_ERR_NO_CONNECT, "directory");
    (void)snprintf(uri, sizeof(uri), "qemu://%s", lab_file(&lab, "nothing"));
    vc_world_refuse_open(uri, VC_ERR_NO_CONNECT, "not exist");
    vc_world_refuse_open("qemu:///system?such=1", VC_ERR_INVALID_ARG, "such");
    lab_end(&lab);
}
END_TEST

START_TEST(another_users_directory_is_refused)
{
    struct lab lab;

    if (geteuid() != 0) {
        (void)printf("SKIP: another user's directory: only root makes one\n");
        return;
    }
    lab_begin(&lab);
    ck_assert_int_eq(chown(lab.dir, SOME_USER, SOME_USER), 0);
    vc_world_refuse_open(lab_uri(&lab, ""), VC_ERR_ACCESS_DENIED,
                         "another user");
    ck_assert_int_eq(chown(lab.dir, 0, 0), 0);
    lab_end(&lab);
}
END_TEST

/* Whether a process of that user can get to the build directory at all; else
 * says that the case is left out. */
static bool others_get_here(const char *what)
{
    const char *top = getenv("abs_top_builddir");
    char image[4200];
    pid_t child;
    int status = -1;

    if (geteuid() != 0) {
        (void)printf("SKIP: %s: only root becomes somebody else\n", what);
        return false;
    }
    (void)snprintf(image, sizeof(image), "%s/tests/lab-qemu/tiny.img",
                   top ? top : ".");
    child = fork();
    if (child == 0) {
        if (setgid(SOME_USER) < 0 || setuid(SOME_USER) < 0)
            _exit(2);
        _exit(access(image, R_OK) == 0 && access(".", X_OK) == 0 ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (status == 0)
        return true;
    (void)printf("SKIP: %s: other users can't get to the build directory\n",
                 what);
    return false;
}

/* Root reads a directory where somebody else's process put a socket. */
START_TEST(another_users_machine_is_not_spoken_to)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;
    struct lab lab;
    struct vm good;
    struct vm other;

    if (!others_get_here("another user's machine"))
        return;
    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "good"}, &good);
    ck_assert_int_eq(chmod(lab.dir, 01777), 0);
    lab_start(&lab, &(struct vm_spec){.name = "other", .user = SOME_USER},
              &other);
    OK(lab.drv->ops->list(lab.drv, &list, &err));
    ck_assert_uint_eq(list.n, 1);
    ck_assert_str_eq(list.items[0].name, "good");
    ck_assert_uint_eq(list.nunclear, 1);
    ck_assert_str_eq(list.unclear[0].name, "other");
    ck_assert(strstr(list.unclear[0].why, "another user"));
    ck_assert_int_eq(lab_find_any(&lab, "other", &inst, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_ACCESS_DENIED);
    vm_end(&other);
    vm_end(&good);
    lab_end(&lab);
}
END_TEST

/* In a child, as that user; its exit status. */
static int as_some_user(const char *uri)
{
    struct vc_error err = {0};
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        struct vc_driver *drv;
        VC_INSTANCE_LIST_AUTO list = {0};

        if (setgid(SOME_USER) < 0 || setuid(SOME_USER) < 0)
            _exit(99);
        drv = vc_world_try_open(uri, &err);
        if (!drv)
            _exit(err.code == VC_ERR_ACCESS_DENIED ? 1 : 98);
        if (drv->ops->list(drv, &list, &err) < 0)
            _exit(97);
        _exit(list.n == 0 && list.nunclear == 1 &&
                      strstr(list.unclear[0].why, "permission")
                  ? 2
                  : 96);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

START_TEST(a_user_without_rights_is_told_so)
{
    struct lab lab;
    struct vm good;

    if (!others_get_here("a user without rights"))
        return;
    lab_begin(&lab);
    lab_start(&lab, &(struct vm_spec){.name = "good"}, &good);
    ck_assert_int_eq(as_some_user(lab_uri(&lab, "")), 1);
    ck_assert_int_eq(chmod(lab.dir, 0755), 0);
    ck_assert_int_eq(as_some_user(lab_uri(&lab, "")), 2);
    vm_end(&good);
    lab_end(&lab);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &a_directory_open_to_all_is_refused,
        &what_is_no_directory_is_refused,
        &another_users_directory_is_refused,
        &another_users_machine_is_not_spoken_to,
        &a_user_without_rights_is_told_so,
    };
    Suite *suite = suite_create("QEMU: owners");
    TCase *tcase = tcase_create("owner");
    size_t i;

    tcase_set_timeout(tcase, 60);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
