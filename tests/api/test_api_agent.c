/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest's agent may say, by the public calls: a process plays QEMU. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vcpuconf/vcpuconf.h>

#include "../lab-qemu/fake_peer.h"
#include "../unit/vc_check.h"
#include "scratchdir.h"

#define OK(call)                                                               \
    ck_assert_msg((call) >= 0, "%s: %s", #call, virGetLastErrorMessage())
#define REFUSED(call, words)                                                   \
    do {                                                                       \
        ck_assert_msg((call) < 0, "%s: was not refused", #call);               \
        ck_assert_msg(virGetLastErrorCode() == VIR_ERR_OPERATION_FAILED &&     \
                          strstr(virGetLastErrorMessage(), words),             \
                      "%s: %d %s", #call, virGetLastErrorCode(),               \
                      virGetLastErrorMessage());                               \
    } while (0)

/* A run of 4 vCPUs, whose agent says `cpus`. */
struct scene {
    char *dir;
    struct script *script;
    struct fake_peer peer;
    virConnectPtr conn;
    virDomainPtr dom;
};

static struct script *script_of(const char *dir, const char *cpus)
{
    struct script *script;
    char path[4200];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/script", dir);
    file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    (void)fprintf(file,
                  "call: none\nexpect: OK\nlimit: 1\nagent: yes\n"
                  "side agent\non guest-get-vcpus\n"
                  "  send {\"return\": [%s]}\n",
                  cpus);
    ck_assert_int_eq(fclose(file), 0);
    script = script_read(path);
    ck_assert_ptr_nonnull(script);
    return script;
}

static void begin(struct scene *scene, const char *cpus)
{
    struct fake_spec spec = {.name = "p", .qmp = true, .agent = true};
    char uri[8400];

    scene->dir = scratchdir_new();
    scene->script = script_of(scene->dir, cpus);
    spec.dir = scene->dir;
    spec.script = scene->script;
    ck_assert_int_eq(fake_peer_start(&spec, &scene->peer), 0);
    ck_assert_int_eq(fake_peer_follow(&scene->peer, true), 0);
    (void)snprintf(uri, sizeof(uri), "qemu://%s?store=%s/store.db", scene->dir,
                   scene->dir);
    scene->conn = virConnectOpen(uri);
    ck_assert_msg(scene->conn != NULL, "%s", virGetLastErrorMessage());
    scene->dom = virDomainLookupByName(scene->conn, "p");
    ck_assert_msg(scene->dom != NULL, "%s", virGetLastErrorMessage());
}

static void end(struct scene *scene)
{
    (void)virDomainFree(scene->dom);
    ck_assert_int_eq(virConnectClose(scene->conn), 0);
    fake_peer_end(&scene->peer);
    script_free(scene->script);
    scratchdir_free(scene->dir);
}

#define CPU(id)                                                                \
    "{\"online\": true, \"can-offline\": true, \"logical-id\": " id "}"

static const char *const beyond[] = {
    CPU("0") "," CPU("1") "," CPU("4"),
    CPU("16383"),
};

START_TEST(vcpus_that_the_machine_cant_have_are_refused)
{
    const char *map = NULL;
    struct scene s;

    begin(&s, beyond[_i]);
    REFUSED(virDomainGetVcpusFlags(s.dom, VIR_DOMAIN_VCPU_GUEST),
            "guest agent of domain 'p' answered with vcpu ");
    REFUSED(virDomainGetVCPUMap(s.dom, &map,
                                VIR_DOMAIN_VCPU_MAP_AGENT_POSSIBLE),
            "out of range of the domain (0-3)");
    ck_assert_ptr_null(map);
    REFUSED(virDomainSetVcpusFlags(s.dom, 1, VIR_DOMAIN_VCPU_GUEST),
            "out of range");
    REFUSED(virDomainSetGuestVcpus(s.dom, "1", 0, 0), "out of range");
    ck_assert_int_eq(virDomainGetVcpusFlags(s.dom, 0), 2);
    end(&s);
}
END_TEST

/* It has its own order: two vCPUs are plugged, in whatever slots. */
START_TEST(numbers_of_the_guests_own_are_its_own)
{
    const char *map = NULL;
    struct scene s;

    begin(&s, CPU("3") "," CPU("0"));
    ck_assert_int_eq(virDomainGetVcpusFlags(s.dom, VIR_DOMAIN_VCPU_GUEST), 2);
    ck_assert_int_eq(virDomainGetVCPUMap(s.dom, &map,
                                         VIR_DOMAIN_VCPU_MAP_AGENT_POSSIBLE),
                     4);
    ck_assert_int_eq(map[0], 1 | 1 << 3);
    free((void *)(uintptr_t)map);
    end(&s);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("the guest's agent");
    TCase *tcase = tcase_create("agent");

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, vcpus_that_the_machine_cant_have_are_refused, 0,
                        (int)(sizeof(beyond) / sizeof(beyond[0])));
    tcase_add_test(tcase, numbers_of_the_guests_own_are_its_own);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
