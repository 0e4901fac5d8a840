/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What others can plant in a directory of QEMU's sockets. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../api/scratchdir.h"
#include "../unit/vc_check.h"
#include "driver/qemu/dir.h"

#define NOBODY 65534

static char *top;
static int sock;

static const char *in_top(const char *name)
{
    static char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s", top, name);
    return path;
}

/* TOP/d, and a socket beside it. */
static void setup(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = "s"};

    top = scratchdir_new();
    ck_assert_int_eq(chdir(top), 0);
    ck_assert_int_eq(mkdir("d", 0700), 0);
    sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(sock, (struct sockaddr *)&addr, sizeof(addr)), 0);
}

static void teardown(void)
{
    (void)close(sock);
    ck_assert_int_eq(chdir("/"), 0);
    scratchdir_free(top);
}

struct dir_row {
    mode_t mode;
    uid_t owner;
    const char *expect; /* NULL: it opens */
};

static const struct dir_row dirs[] = {
    {0700, 0, NULL},
    {0755, 0, NULL},
    {0770, 0, NULL},
    {01777, 0, NULL},
    {0777, 0, "writable by everybody"},
    {0702, 0, "chmod o-w"},
    {0700, NOBODY, "owned by another user (uid 65534)"},
    {01777, NOBODY, "owned by another user (uid 65534)"},
};

START_TEST(directory_that_strangers_rule_is_refused)
{
    const struct dir_row *row = &dirs[_i];
    VC_QEMU_DIR_AUTO dir = {0};
    struct vc_error err = {0};
    int rc;

    if (row->owner && getuid() != 0)
        return;
    ck_assert_int_eq(chmod("d", row->mode), 0);
    if (row->owner)
        ck_assert_int_eq(chown("d", row->owner, row->owner), 0);
    rc = vc_qemu_dir_open(in_top("d"), &dir, &err);
    ck_assert_int_eq(rc, row->expect ? -1 : 0);
    if (row->expect)
        ck_assert_msg(strstr(err.text, row->expect), "%s", err.text);
}
END_TEST

START_TEST(links_of_strangers_lead_nowhere)
{
    struct vc_qemu_file file;
    VC_QEMU_DIR_AUTO dir = {0};
    struct vc_error err = {0};
    int fd;

    ck_assert_int_eq(symlink("../s", "d/vm.qmp"), 0);
    ck_assert_int_eq(vc_qemu_dir_open(in_top("d"), &dir, &err), 0);
    fd = vc_qemu_dir_socket(&dir, "vm", ".qmp", &file);
    ck_assert_int_ge(fd, 0);
    ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    ck_assert_int_eq(close(fd), 0);
    ck_assert(vc_qemu_dir_stat(&dir, "vm", ".qmp", &file));
    if (getuid() != 0)
        return;
    ck_assert_int_eq(lchown("d/vm.qmp", NOBODY, NOBODY), 0);
    ck_assert_int_eq(vc_qemu_dir_socket(&dir, "vm", ".qmp", &file), -1);
    ck_assert(!vc_qemu_dir_stat(&dir, "vm", ".qmp", &file));
}
END_TEST

START_TEST(what_can_not_be_looked_at_is_not_taken_for_absent)
{
    struct rlimit none = {.rlim_cur = 0};
    struct vc_qemu_file file;
    VC_QEMU_DIR_AUTO dir = {0};
    struct vc_error err = {0};
    struct rlimit old;

    ck_assert_int_eq(symlink("../s", "d/vm.qmp"), 0);
    ck_assert_int_eq(symlink("nowhere", "d/no.qmp"), 0);
    ck_assert_int_eq(vc_qemu_dir_open(in_top("d"), &dir, &err), 0);
    errno = EIO;
    ck_assert_int_eq(vc_qemu_dir_socket(&dir, "missing", ".qmp", &file), -1);
    ck_assert_int_eq(errno, 0);
    errno = EIO;
    ck_assert(!vc_qemu_dir_stat(&dir, "no", ".qmp", &file));
    ck_assert_int_eq(errno, 0);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    none.rlim_max = old.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert_int_eq(vc_qemu_dir_socket(&dir, "vm", ".qmp", &file), -1);
    ck_assert_int_eq(errno, EMFILE);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("directory of QEMU's sockets");
    TCase *tcase = tcase_create("planted");

    if (getuid() != 0)
        (void)puts("not run, since only root can plant it: directories and "
                   "links of another user");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, directory_that_strangers_rule_is_refused, 0,
                        VC_NELEMS(dirs));
    tcase_add_test(tcase, links_of_strangers_lead_nowhere);
    tcase_add_test(tcase, what_can_not_be_looked_at_is_not_taken_for_absent);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
