/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pins in a row, by one connection, while other hands are at work on the
 * guest.  Runs in dom0, as root; a line for each case, "pass NAME" or "fail
 * NAME: why".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vcpuconf/vcpuconf.h>

#include "lab_guest.h"

#define VCPUS 4u
#define LIVE VIR_DOMAIN_AFFECT_LIVE
#define BOTH (VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG)

static const unsigned char uuid[16] = {0xe3, 0xe3, 0xe3, 0xe3, 0xe3, 0xe3,
                                       0xe3, 0xe3, 0xe3, 0xe3, 0xe3, 0xe3,
                                       0xe3, 0xe3, 0xe3, 0xe3};
static const struct lab_guest guest = {"pinned", uuid, VCPUS, 0x7, NULL};
static const char document[] =
    "<domain type='xen'><name>pinned</name>"
    "<uuid>e3e3e3e3-e3e3-e3e3-e3e3-e3e3e3e3e3e3</uuid>"
    "<vcpu current='3'>4</vcpu></domain>";

static virConnectPtr conn;
static virDomainPtr dom;
static int id;
static int failures;

static bool pin(unsigned vcpu, unsigned char cpus)
{
    return virDomainPinVcpuFlags(dom, vcpu, &cpus, 1, LIVE) == 0;
}

static bool is_pinned(unsigned vcpu, uint64_t cpus)
{
    uint64_t hard = 0;
    uint64_t soft = 0;

    return lab_guest_pinned(id, vcpu, &hard, &soft) && (hard & 0xf) == cpus;
}

/* ---- the cases ---- */

/* The last vCPU is offline. */
static bool each_pin_of_a_row_is_xens_at_once(void)
{
    unsigned round;
    unsigned i;

    for (round = 0; round < 4; round++) {
        for (i = 0; i < VCPUS; i++) {
            unsigned char cpus = (unsigned char)(1u << (round + i) % 4);

            if (!pin(i, cpus) || !is_pinned(i, cpus))
                return false;
        }
    }
    return true;
}

/* That a vCPU was pinned so before is no reason not to pin it. */
static bool what_another_hand_pinned_in_between_is_pinned_over(void)
{
    const uint64_t all = ~(uint64_t)0;

    return pin(1, 0x4) && pin(2, 0x8) && lab_guest_pin(id, 1, &all, NULL) &&
           pin(1, 0x4) && is_pinned(1, 0x4) && is_pinned(2, 0x8);
}

static bool what_is_wrong_in_a_row_is_said_as_ever(void)
{
    return pin(0, 0x1) && !pin(VCPUS, 0x1) &&
           virGetLastErrorCode() == VIR_ERR_INVALID_ARG &&
           strstr(virGetLastErrorMessage(),
                  "vcpu 4 is out of range of live cpu count 4") &&
           is_pinned(0, 0x1);
}

static bool a_change_of_both_halves_comes_in_between(void)
{
    virConnectPtr other = virConnectOpen("xen:///system");
    virDomainPtr same = other ? virDomainLookupByName(other, "pinned") : NULL;
    unsigned char two = 0x2;
    bool good = pin(0, 0x1) && same &&
                virDomainPinVcpuFlags(same, 0, &two, 1, BOTH) == 0 &&
                is_pinned(0, 0x2) && pin(0, 0x8) && is_pinned(0, 0x8);
    unsigned char map = 0;

    good = good && virDomainGetVcpuPinInfo(dom, 1, &map, 1,
                                           VIR_DOMAIN_AFFECT_CONFIG) == 1 &&
           map == 0x2;
    if (same)
        (void)virDomainFree(same);
    if (other)
        (void)virConnectClose(other);
    return good;
}

/* It would take the pin, which would change nothing any more. */
static bool a_guest_that_is_dying_is_not_running(void)
{
    void *page = lab_guest_hold(id);
    bool good = page && pin(0, 0x1) && pin(0, 0x2);
    int process = lab_guest_destroy_later(id);

    while (good && !lab_guest_is_dying(id))
        lab_nap();
    good = good && !pin(0, 0x1) &&
           virGetLastErrorCode() == VIR_ERR_OPERATION_INVALID;
    if (page)
        lab_guest_release(page);
    return lab_guest_join(process) && lab_guest_wait_gone(id) && good;
}

static bool the_next_guest_of_the_uuid_is_pinned_then(void)
{
    id = lab_guest_start(&guest);
    return id >= 0 && pin(0, 0x4) && is_pinned(0, 0x4) && pin(0, 0x8) &&
           is_pinned(0, 0x8);
}

#define CASE(name) {#name, name}

static const struct {
    const char *name;
    bool (*run)(void);
} cases[] = {
    CASE(each_pin_of_a_row_is_xens_at_once),
    CASE(what_another_hand_pinned_in_between_is_pinned_over),
    CASE(what_is_wrong_in_a_row_is_said_as_ever),
    CASE(a_change_of_both_halves_comes_in_between),
    CASE(a_guest_that_is_dying_is_not_running),
    CASE(the_next_guest_of_the_uuid_is_pinned_then),
};

int main(void)
{
    size_t i;

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    lab_guest_sweep();
    id = lab_guest_start(&guest);
    conn = virConnectOpen("xen:///system");
    dom = conn ? virDomainDefineXML(conn, document) : NULL;
    if (id < 0 || !dom) {
        (void)printf("fail setup: %s\n", virGetLastErrorMessage());
        return EXIT_FAILURE;
    }
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool good = cases[i].run();

        (void)printf("%s %s%s%s\n", good ? "pass" : "fail", cases[i].name,
                     good ? "" : ": ", good ? "" : virGetLastErrorMessage());
        failures += !good;
    }
    (void)virDomainUndefine(dom);
    (void)virDomainFree(dom);
    (void)virConnectClose(conn);
    if (id >= 0)
        (void)lab_guest_destroy(id);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
