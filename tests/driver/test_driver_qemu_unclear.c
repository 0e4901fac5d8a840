/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver of QEMU: sockets that do not answer, and who may be behind them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "driver/qemu/peer.h"
#include "qemu_peers.h"

#define UUID_A "0f0e0d0c-0b0a-0908-0706-050403020100"

/* ---- command lines ---- */

/* '|' stands for the end of an argument. */
static struct vc_qemu_hint parse(const char *args)
{
    struct vc_qemu_hint hint = {0};
    char text[1024];
    size_t len = strlen(args);
    size_t i;

    ck_assert_uint_lt(len, sizeof(text));
    for (i = 0; i <= len; i++)
        text[i] = (char)(args[i] == '|' ? '\0' : args[i]);
    vc_qemu_hint_parse(text, len, &hint);
    return hint;
}

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define LONG FIFTY FIFTY FIFTY FIFTY FIFTY TEN /* 260 */

static const struct {
    const char *args;
    const char *name;
    bool has_uuid;
} command_lines[] = {
    {"", "", false},
    {"|", "", false},
    {"qemu|-name|a|", "a", false},
    {"qemu|--name|a|-uuid|" UUID_A "|", "a", true},
    {"qemu|-name|guest=a,debug-threads=on|", "a", false},
    {"qemu|-name|debug-threads=on,guest=a|", "a", false},
    {"qemu|-name|a,debug-threads=on|", "a", false},
    {"qemu|-name|a,,b,process=c|", "a,b", false},
    {"qemu|-name|debug-threads=on|", "", false},
    {"qemu|-name|debug-threads=on,b|", "", false},
    {"qemu|-name|a|-name|b|", "b", false},
    {"qemu|-name|", "", false},
    {"qemu|-name", "", false},
    {"qemu|-name||-uuid||", "", false},
    {"qemu|-name|,,|", ",", false},
    {"qemu|-name|a/b|", "", false},
    {"qemu|-name|a\nb|", "", false},
    {"qemu|-name|%s%n|", "%s%n", false},
    {"qemu|-name|" LONG "|", "", false},
    {"qemu|-name|guest=" LONG LONG ",x=y|", "", false},
    {"qemu|-uuid|00000000-0000-0000-0000-000000000000|", "", false},
    {"qemu|-uuid|" UUID_A "0|", "", false},
    {"name|a|-|b|--|c|", "", false},
};

START_TEST(names_are_read_off_command_lines)
{
    struct vc_qemu_hint hint = parse(command_lines[_i].args);

    ck_assert_str_eq(hint.name, command_lines[_i].name);
    ck_assert_int_eq(hint.has_uuid, command_lines[_i].has_uuid);
    if (hint.has_uuid)
        ck_assert_uint_eq(hint.uuid[0], 0x0f);
}
END_TEST

/* ---- sockets ---- */

static int find_name(const struct lab *lab, const char *name,
                     struct vc_error *err)
{
    VC_INSTANCE_AUTO inst = {0};

    *err = (struct vc_error){0};
    return lab_find_any(lab, name, &inst, err);
}

/* Connects until no more go in; how many did. */
static size_t fill_queue(const struct lab *lab, const char *file, int *fds,
                         size_t n)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int dir = open(lab->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    size_t i;

    (void)snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/%s",
                   dir, file);
    for (i = 0; i < n; i++) {
        fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (connect(fds[i], (struct sockaddr *)&addr, sizeof(addr)) < 0)
            break;
    }
    ck_assert_uint_lt(i, n);
    ck_assert_int_eq(errno, EAGAIN);
    (void)close(fds[i]);
    (void)close(dir);
    return i;
}

/* Who does not let us in can't be asked who he is: his file tells. */
START_TEST(a_strangers_full_queue_is_a_strangers)
{
    struct vc_error err;
    struct lab lab;
    int fds[16];
    int listener;
    size_t n;

    if (geteuid() != 0) {
        (void)printf("SKIP: another user's socket: only root makes one\n");
        return;
    }
    lab_begin(&lab);
    listener = peer_listen(&lab, "theirs.qmp");
    ck_assert_int_eq(chown(lab_file(&lab, "theirs.qmp"), 65534, 65534), 0);
    n = fill_queue(&lab, "theirs.qmp", fds, VC_NELEMS(fds));
    ck_assert_int_eq(find_name(&lab, "theirs", &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_ACCESS_DENIED);
    ck_assert_msg(strstr(err.text, "another user (uid 65534)"), "%s", err.text);
    while (n-- > 0)
        (void)close(fds[n]);
    (void)close(listener);
    lab_end(&lab);
}
END_TEST

/* It makes nothing unclear, and is told only to who looks for that name. */
START_TEST(a_stale_socket_is_told_from_none)
{
    struct vc_error left = {0};
    struct vc_instance_key key = {
        .kind = VC_BY_NAME, .name = "stale", .ret_left = &left};
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err = {0};
    struct peer peer;
    struct lab lab;
    int i;

    lab_begin(&lab);
    peer_start(&lab, "good", false, NULL, &peer);
    (void)close(peer_listen(&lab, "stale.qmp"));
    (void)close(open(lab_file(&lab, "file.qmp"), O_WRONLY | O_CREAT, 0600));
    for (i = 0; i < 3; i++) { /* looked at, then remembered */
        left = (struct vc_error){0};
        ck_assert_int_eq(lab.drv->ops->find(lab.drv, &key, &inst, &err), 0);
        ck_assert_msg(strstr(left.text, "'stale.qmp' is stale"), "%s",
                      left.text);
    }
    left = (struct vc_error){0};
    key.name = "file";
    ck_assert_int_eq(lab.drv->ops->find(lab.drv, &key, &inst, &err), 0);
    ck_assert_int_eq(left.code, 0);
    key.name = "good";
    ck_assert_int_eq(lab.drv->ops->find(lab.drv, &key, &inst, &err), 1);
    ck_assert_int_eq(left.code, 0);
    OK(lab.drv->ops->list(lab.drv, &list, &err));
    ck_assert_uint_eq(list.n, 1);
    ck_assert_uint_eq(list.nunclear, 0);
    peer_end(&peer);
    lab_end(&lab);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("driver: QEMU's unclear sockets");
    TCase *tcase = tcase_create("unclear");

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, names_are_read_off_command_lines, 0,
                        (int)VC_NELEMS(command_lines));
    tcase_add_test(tcase, a_strangers_full_queue_is_a_strangers);
    tcase_add_test(tcase, a_stale_socket_is_told_from_none);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
