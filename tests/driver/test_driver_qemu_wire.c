/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The QEMU driver's messages: what comes, and what is refused. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "driver/qemu/wire.h"

#include "../unit/vc_check.h"
#include "world.h"

static const struct vc_qemu_limits small = {
    .bytes = 1000, .nodes = 20, .depth = 4};

struct pair {
    struct vc_qemu_wire wire;
    int peer;
};

static void pair_begin(struct pair *p)
{
    struct vc_error err = {0};
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    OK(vc_qemu_wire_open(&p->wire, fds[0], &small, &err));
    p->peer = fds[1];
}

static void pair_end(struct pair *p)
{
    if (p->peer >= 0)
        (void)close(p->peer);
    vc_qemu_wire_close(&p->wire);
}

static void say(struct pair *p, const char *text, size_t len)
{
    ck_assert_int_eq((int)write(p->peer, text, len), (int)len);
}

static enum vc_qemu_took take(struct pair *p, struct json_object **ret,
                              struct vc_error *err)
{
    return vc_qemu_wire_wait(&p->wire, vc_qemu_now_ms() + 20, ret, err);
}

START_TEST(messages_are_split_wherever_they_are_cut)
{
    static const char text[] = " \r\n{\"a\":1}{\"a\":2}\n\n{\n  \"a\": 3 }";
    struct vc_error err = {0};
    struct pair p;
    size_t i;
    int n = 0;

    pair_begin(&p);
    for (i = 0; i < sizeof(text) - 1; i++) {
        VC_JSON_AUTO *msg = NULL;
        int64_t a;

        say(&p, text + i, 1);
        if (vc_qemu_wire_take(&p.wire, &msg, &err) != VC_QEMU_TOOK_ONE)
            continue;
        ck_assert(vc_qemu_json_int(msg, "a", 0, 9, &a));
        ck_assert_int_eq(a, ++n);
    }
    ck_assert_int_eq(n, 3);
    (void)close(p.peer);
    p.peer = -1;
    {
        VC_JSON_AUTO *msg = NULL;

        ck_assert_int_eq(take(&p, &msg, &err), VC_QEMU_TOOK_END);
    }
    pair_end(&p);
}
END_TEST

static const struct {
    const char *text;
    const char *words;
} no_messages[] = {
    {"QEMU 7.2 monitor", "not JSON"},
    {"[1]", "not JSON"},
    {"12 ", "not JSON"},
    {"{'a':1,}", "not JSON"},
    {"{\"a\":\"\xff\"}", "not JSON"},
    {"{\"a\":[[[[1]]]]}", "not JSON"},
    {"{\"a\":[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]}",
     "values take more than 5 kB"},
    {"{\"a\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}", "values take more than 5 kB"},
};

START_TEST(what_is_no_message_ends_the_dialogue)
{
    VC_JSON_AUTO *msg = NULL;
    struct vc_error err = {0};
    struct pair p;

    pair_begin(&p);
    say(&p, no_messages[_i].text, strlen(no_messages[_i].text));
    ck_assert_int_eq(take(&p, &msg, &err), VC_QEMU_TOOK_ERROR);
    ck_assert_msg(strstr(err.text, no_messages[_i].words) != NULL, "%s",
                  err.text);
    pair_end(&p);
}
END_TEST

START_TEST(long_message_is_refused_before_it_ends)
{
    char chunk[256];
    enum vc_qemu_took took = VC_QEMU_TOOK_NOTHING;
    struct vc_error err = {0};
    struct pair p;
    int n;

    pair_begin(&p);
    memset(chunk, 'x', sizeof(chunk));
    say(&p, "{\"a\":\"", 6);
    for (n = 0; n < 8 && took == VC_QEMU_TOOK_NOTHING; n++) {
        VC_JSON_AUTO *msg = NULL;

        say(&p, chunk, sizeof(chunk));
        took = vc_qemu_wire_take(&p.wire, &msg, &err);
    }
    ck_assert_int_eq(took, VC_QEMU_TOOK_ERROR);
    ck_assert_int_eq(n, 4);
    pair_end(&p);
}
END_TEST

START_TEST(what_is_kept_counts_with_what_comes)
{
    static const char text[] = "{\"a\":[0,0,0,0,0,0,0,0,0,0]}\n";
    struct vc_error err = {0};
    struct pair p;
    int n;

    pair_begin(&p);
    for (n = 0; n < 5; n++) { /* not kept: as many as there are */
        VC_JSON_AUTO *msg = NULL;

        say(&p, text, sizeof(text) - 1);
        ck_assert_int_eq(take(&p, &msg, &err), VC_QEMU_TOOK_ONE);
    }
    for (n = 0; n < 3; n++) { /* two of 15 nodes of 40, and a third */
        VC_JSON_AUTO *msg = NULL;

        say(&p, text, sizeof(text) - 1);
        if (take(&p, &msg, &err) != VC_QEMU_TOOK_ONE)
            break;
        vc_qemu_wire_keep(&p.wire);
    }
    ck_assert_int_eq(n, 2);
    ck_assert_msg(strstr(err.text, "more than") != NULL, "%s", err.text);
    pair_end(&p);
}
END_TEST

START_TEST(silence_ends_at_the_deadline)
{
    VC_JSON_AUTO *msg = NULL;
    struct vc_error err = {0};
    struct pair p;

    pair_begin(&p);
    say(&p, "{\"a\":", 5);
    ck_assert_int_eq(take(&p, &msg, &err), VC_QEMU_TOOK_NOTHING);
    pair_end(&p);
}
END_TEST

/* Cut at each place, dropped up to there, and the rest of it when it comes. */
START_TEST(dropped_messages_end_where_they_end)
{
    static const char text[] =
        "{\"a\":1}\r\n{\"b\":[\"}\\\\\",{\"c\":\"\\\"]}\"}]}\r\n";
    static const char next[] = "{\"a\":2}\r\n";
    struct vc_error err = {0};
    size_t len = sizeof(text) - 1;
    size_t cut;

    for (cut = 1; cut <= len; cut++) {
        VC_JSON_AUTO *msg = NULL;
        struct pair p;
        int64_t a = 0;

        pair_begin(&p);
        say(&p, text, cut);
        if (cut > 12 && cut % 2) { /* the tokener has begun the second one */
            ck_assert_int_eq(take(&p, &msg, &err), VC_QEMU_TOOK_ONE);
            (void)json_object_put(msg);
            msg = NULL;
            (void)vc_qemu_wire_take(&p.wire, &msg, &err);
            (void)json_object_put(msg);
            msg = NULL;
        }
        (void)vc_qemu_wire_drop(&p.wire, &err);
        ck_assert_int_eq(vc_qemu_wire_drop(&p.wire, &err),
                         VC_QEMU_TOOK_NOTHING);
        say(&p, text + cut, len - cut);
        if (cut <= 7) /* of the first one: the second one is there */
            ck_assert_int_eq(vc_qemu_wire_drop(&p.wire, &err),
                             VC_QEMU_TOOK_ONE);
        say(&p, next, sizeof(next) - 1);
        while (a != 2) {
            ck_assert_int_eq(take(&p, &msg, &err), VC_QEMU_TOOK_ONE);
            (void)vc_qemu_json_int(msg, "a", 2, 2, &a);
            ck_assert(a == 2 || cut <= 10);
            (void)json_object_put(msg);
            msg = NULL;
        }
        (void)close(p.peer);
        p.peer = -1;
        ck_assert_int_eq(vc_qemu_wire_drop(&p.wire, &err), VC_QEMU_TOOK_END);
        pair_end(&p);
    }
}
END_TEST

START_TEST(skipping_drops_all_up_to_the_mark)
{
    static const char text[] = "{\"error\":{}}\n[\xff{\"return\":7}\n";
    VC_JSON_AUTO *msg = NULL;
    struct vc_error err = {0};
    struct pair p;
    int64_t n;

    pair_begin(&p);
    say(&p, text, sizeof(text) - 1);
    ck_assert_int_eq(vc_qemu_wire_skip(&p.wire, (char)0xff,
                                       vc_qemu_now_ms() + 20, &err),
                     VC_QEMU_TOOK_ONE);
    ck_assert_int_eq(take(&p, &msg, &err), VC_QEMU_TOOK_ONE);
    ck_assert(vc_qemu_json_int(msg, "return", 0, 9, &n));
    ck_assert_int_eq(vc_qemu_wire_skip(&p.wire, (char)0xff,
                                       vc_qemu_now_ms() + 20, &err),
                     VC_QEMU_TOOK_NOTHING);
    pair_end(&p);
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &messages_are_split_wherever_they_are_cut,
        &long_message_is_refused_before_it_ends,
        &what_is_kept_counts_with_what_comes,
        &silence_ends_at_the_deadline,
        &dropped_messages_end_where_they_end,
        &skipping_drops_all_up_to_the_mark,
    };
    Suite *suite = suite_create("driver: messages of QEMU");
    TCase *tcase = tcase_create("wire");
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    tcase_add_loop_test(tcase, what_is_no_message_ends_the_dialogue, 0,
                        (int)VC_NELEMS(no_messages));
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
