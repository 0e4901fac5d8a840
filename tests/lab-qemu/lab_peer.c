/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver against a peer that plays tricks: each file scripts/NAME.script is
 * a case.  Whatever the peer does, the driver must come to the stated result in
 * time and with little memory, print nothing raw of what it was told, keep no
 * descriptor, and go on as if nothing had been once the peer behaves.
 */
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "../unit/vc_check.h"
#include "dir.h"
#include "fake_peer.h"
#include "lab.h"

/* Over what it had before; a sanitizer keeps what was freed for a while. */
#ifdef __SANITIZE_ADDRESS__
#define MEMORY_KIB (512 * 1024)
#else
#define MEMORY_KIB (128 * 1024)
#endif

static glob_t scripts;

static const struct {
    const char *name;
    int code;
} codes[] = {
    {"INVALID_ARG", VC_ERR_INVALID_ARG},
    {"OPERATION_FAILED", VC_ERR_OPERATION_FAILED},
    {"OPERATION_INVALID", VC_ERR_OPERATION_INVALID},
    {"OPERATION_TIMEOUT", VC_ERR_OPERATION_TIMEOUT},
    {"OPERATION_UNSUPPORTED", VC_ERR_OPERATION_UNSUPPORTED},
    {"RESOURCE_BUSY", VC_ERR_RESOURCE_BUSY},
    {"AGENT_UNRESPONSIVE", VC_ERR_AGENT_UNRESPONSIVE},
    {"AGENT_UNSYNCED", VC_ERR_AGENT_UNSYNCED},
    {"ACCESS_DENIED", VC_ERR_ACCESS_DENIED},
};

static int code_of(const char *name)
{
    size_t i;

    for (i = 0; i < VC_NELEMS(codes); i++) {
        if (strcmp(codes[i].name, name) == 0)
            return codes[i].code;
    }
    ck_abort_msg("unknown code %s", name);
    return 0;
}

/* ---- the calls ---- */

#define CALL_MS 1500u

/* Tells what came of it as an error, or by -2: it is in the list's unclear. */
static int call_list(struct vc_driver *drv, struct vc_error *err)
{
    VC_INSTANCE_LIST_AUTO list = {0};

    if (drv->ops->list(drv, &list, err) < 0)
        return -1;
    ck_assert_uint_eq(list.n + list.nunclear, 1);
    if (list.nunclear) {
        (void)snprintf(err->text, sizeof(err->text), "%s", list.unclear[0].why);
        return -2;
    }
    ck_assert_str_eq(list.items[0].name, "fake");
    return 0;
}

static int call_snapshot(struct vc_driver *drv, const struct vc_instance *inst,
                         struct vc_error *err)
{
    VC_LIVE_AUTO live = {0};

    if (drv->ops->snapshot(drv, inst, VC_LIVE_ALL, &live, err) < 0)
        return -1;
    ck_assert_uint_ge(live.maximum, 1);
    ck_assert_int_lt(vc_cpuset_last(&live.online), (int)live.maximum);
    return 0;
}

static int call_pin(struct vc_driver *drv, const struct vc_instance *inst,
                    struct vc_error *err)
{
    VC_CPUSET_AUTO cpus = lab_affinity(0);

    return drv->ops->set_affinity(drv, inst, 1, &cpus, NULL, err);
}

static int call_agent_get(struct vc_driver *drv, const struct vc_instance *inst,
                          struct vc_error *err)
{
    VC_AGENT_AUTO agent = {0};

    if (drv->ops->agent_get(drv, inst, CALL_MS, &agent, err) < 0)
        return -1;
    ck_assert(vc_cpuset_is_subset(&agent.online, &agent.present));
    ck_assert(vc_cpuset_is_subset(&agent.can_offline, &agent.present));
    return 0;
}

static int do_call(struct vc_driver *drv, const char *call,
                   const struct vc_instance *inst, struct vc_error *err)
{
    SET_AUTO(one, "1");
    SET_AUTO(two, "2");

    if (strcmp(call, "list") == 0)
        return call_list(drv, err);
    if (strcmp(call, "snapshot") == 0)
        return call_snapshot(drv, inst, err);
    if (strcmp(call, "pin") == 0)
        return call_pin(drv, inst, err);
    if (strcmp(call, "plug") == 0)
        return drv->ops->set_online(drv, inst, &two, true, CALL_MS, NULL, err);
    if (strcmp(call, "unplug") == 0)
        return drv->ops->set_online(drv, inst, &one, false, CALL_MS, NULL, err);
    if (strcmp(call, "agent-get") == 0)
        return call_agent_get(drv, inst, err);
    if (strcmp(call, "agent-set") == 0)
        return drv->ops->agent_set(drv, inst, &one, false, CALL_MS, NULL, err);
    ck_abort_msg("unknown call %s", call);
    return -1;
}

/* ---- what must hold whatever came ---- */

/* Most memory this process ever had, in KiB. */
static long peak(void)
{
    FILE *file = fopen("/proc/self/status", "re");
    char line[128];
    long kib = -1;

    ck_assert_ptr_nonnull(file);
    while (kib < 0 && fgets(line, sizeof(line), file))
        (void)sscanf(line, "VmHWM: %ld", &kib);
    (void)fclose(file);
    ck_assert_int_gt(kib, 0);
    return kib;
}

static void is_printable(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    for (; *p; p++)
        ck_assert_msg(*p >= ' ' && *p <= '~', "byte 0x%02x in: %s", *p, text);
}

static void judge(const struct script *script, int rc,
                  const struct vc_error *err, long long took)
{
    (void)printf("%lld ms: %d, code %d: %s\n", took, rc, err->code, err->text);
    is_printable(err->text);
    ck_assert_int_le(took, script->limit_ms);
    if (strcmp(script->code, "OK") == 0) {
        ck_assert_msg(rc == 0, "refused: %d %s", err->code, err->text);
        return;
    }
    if (strcmp(script->code, "UNCLEAR") == 0) {
        ck_assert_int_eq(rc, -2);
    } else {
        ck_assert_int_eq(rc, -1);
        ck_assert_msg(err->code == code_of(script->code), "code %d: %s",
                      err->code, err->text);
    }
    ck_assert_msg(strstr(err->text, script->words), "'%s' lacks '%s'",
                  err->text, script->words);
}

static void recovers(struct lab *lab, struct fake_peer *peer,
                     const struct script *script)
{
    struct vc_driver *mine = lab->drv;
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err;

    ck_assert_int_eq(fake_peer_follow(peer, false), 0);
    lab_find_at_last(lab, "fake", &inst);
    OK(call_list(mine, &err));
    OK(call_snapshot(mine, &inst, &err));
    if (script->agent)
        OK(call_agent_get(mine, &inst, &err));
}

START_TEST(a_script)
{
    const char *path = scripts.gl_pathv[_i];
    const char *name = strrchr(path, '/') + 1;
    struct script *script = script_read(path);
    VC_INSTANCE_AUTO inst = {0};
    struct vc_error err = {0};
    struct fake_spec spec = {.name = "fake", .qmp = true};
    struct fake_peer peer;
    struct lab lab;
    long long start;
    long before;
    unsigned fds;
    int rc;

    (void)printf("%s: ", name);
    ck_assert_msg(script != NULL, "%s", name);
    lab_begin(&lab);
    spec.dir = lab.dir;
    spec.script = script;
    spec.agent = script->agent;
    ck_assert_int_eq(fake_peer_start(&spec, &peer), 0);
    /* What is asked of a run needs one; `list` begins with a stranger. */
    if (strcmp(script->call, "list") != 0)
        lab_find(&lab, "fake", &inst);
    ck_assert_int_eq(fake_peer_follow(&peer, true), 0);

    before = peak();
    fds = lab_count_fds();
    start = lab_now_ms();
    rc = do_call(lab.drv, script->call, &inst, &err);
    judge(script, rc, &err, lab_now_ms() - start);
    ck_assert_int_lt(peak() - before, MEMORY_KIB);
    ck_assert_uint_eq(lab_count_fds(), fds);
    recovers(&lab, &peer, script);
    ck_assert_uint_eq(lab_count_fds(), fds);
    fake_peer_end(&peer);
    lab_end(&lab);
    script_free(script);
}
END_TEST

static void forget_scripts(void)
{
    globfree(&scripts);
}

static Suite *make_suite(void)
{
    Suite *suite = suite_create("QEMU: a peer that plays tricks");
    TCase *tcase = tcase_create("scripts");
    const char *top = getenv("top_srcdir");
    const char *only = getenv("VCPUCONF_LAB_SCRIPT"); /* to look at one */
    char pattern[4200];

    (void)snprintf(pattern, sizeof(pattern),
                   "%s/tests/lab-qemu/scripts/%s.script", top ? top : ".",
                   only ? only : "*");
    if (glob(pattern, 0, NULL, &scripts) != 0) {
        (void)fprintf(stderr, "no scripts: %s\n", pattern);
        exit(EXIT_FAILURE);
    }
    tcase_set_timeout(tcase, 60);
    (void)atexit(forget_scripts);
    tcase_add_loop_test(tcase, a_script, 0, (int)scripts.gl_pathc);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
