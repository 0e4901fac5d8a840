/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of the Xen driver on a hypervisor with made-up domains: plugging,
 * and news. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "../unit/vc_check.h"
#include "fake_xenctrl.h"
#include "fake_xenstored.h"
#include "world.h"
#include "xen_scene.h"

#define SHORT_MS 60u

/* ---- plugging ---- */

#define NODE(vcpu) "/local/domain/5/cpu/" #vcpu "/availability"

START_TEST(the_guest_follows)
{
    VC_CPUSET_AUTO done = {0};
    VC_LIVE_AUTO live = {0};
    struct vc_error err;

    OK(plug("2-3", true, &done, &err));
    IS_SET(&done, "2-3");
    ck_assert(fake_xenstored_has(NODE(3), "online"));
    OK(plug("1,3", false, &done, &err));
    IS_SET(&done, "1,3");
    OK(snapshot(&live, &err));
    IS_SET(&live.online, "0,2");
    OK(plug("1,3", false, NULL, &err)); /* they are */
    ck_assert(fake_xenstored_has(NODE(0), NULL));
}
END_TEST

START_TEST(what_does_not_follow_in_time_is_taken_back)
{
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;

    plug_ms = SHORT_MS;
    fake_xen_domain(WEB)->follows = false;
    fake_xenstored_set(NODE(2), "offline");
    REFUSED(plug("1-3", true, &done, &err), VC_ERR_OPERATION_TIMEOUT,
            "vcpus 2-3 of domain 'web' did not get online within 60 ms");
    IS_SET(&done, "1");
    ck_assert(fake_xenstored_has(NODE(2), "offline"));
    ck_assert(fake_xenstored_has(NODE(3), NULL));
    ck_assert(fake_xenstored_has(NODE(1), NULL));
}
END_TEST

START_TEST(what_cant_be_plugged_is_said)
{
    struct fake_domain *domain = fake_xen_domain(WEB);
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;

    REFUSED(plug("2,4", true, &done, &err), VC_ERR_INVALID_ARG,
            "vcpu 4 is out of range of domain 'web' (0-3)");
    REFUSED(plug("0-1", false, &done, &err), VC_ERR_OPERATION_UNSUPPORTED,
            "vcpu 0 of domain 'web'");
    domain->info.flags = XEN_DOMINF_hvm_guest;
    domain->info.arch_config.emulation_flags = XEN_X86_EMU_PM;
    REFUSED(plug("2", true, &done, &err), VC_ERR_OPERATION_UNSUPPORTED,
            "xl vcpu-set");
    ck_assert(vc_cpuset_is_empty(&done));
    ck_assert(fake_xenstored_has(NODE(2), NULL));
}
END_TEST

START_TEST(without_xenstored_no_guest_is_asked)
{
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;

    fake_xen_domain(WEB)->follows = false;
    fake_xenstored_mood(FAKE_CONFLICTS);
    REFUSED(plug("2", true, &done, &err), VC_ERR_SYSTEM_ERROR,
            "can't write vcpu availability of domain 'web'");
    fake_xenstored_mood(FAKE_BABBLES);
    REFUSED(plug("2", true, &done, &err), VC_ERR_SYSTEM_ERROR, "2147483647");
    fake_xenstored_stop();
    REFUSED(plug("2", true, &done, &err), VC_ERR_OPERATION_FAILED, "xenstored");
    ck_assert(vc_cpuset_is_empty(&done));
    OK(plug("1", true, &done, &err)); /* it is: nobody has to be asked */
    IS_SET(&done, "1");
    fake_xenstored_start();
}
END_TEST

START_TEST(a_guest_that_ends_is_not_waited_for)
{
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;

    fake_xen_domain(WEB)->follows = false;
    fake_xen_fails(FAKE_VCPU_INFO, EIO, 3);
    REFUSED(plug("2", true, &done, &err), VC_ERR_SYSTEM_ERROR, "vcpu 2");
    fake_xen_fails(FAKE_VCPU_INFO, 0, 0);
    fake_xen_fails(FAKE_INFOLIST, ESRCH, 2); /* gone behind the first look */
    REFUSED(plug("2", true, &done, &err), VC_ERR_OPERATION_INVALID,
            "not running");
}
END_TEST

/* ---- news ---- */

static bool is_readable(int fd, int ms)
{
    struct pollfd pfd = {.fd = fd, .events = POLLIN};

    return poll(&pfd, 1, ms) == 1;
}

START_TEST(starts_and_ends_are_news)
{
    struct vc_error err;
    bool news = true;
    int fd;

    REFUSED(drv->ops->dispatch(drv, &news, &err), VC_ERR_OPERATION_INVALID,
            "nothing is watched");
    /* the daemon of these tests has one client at a time */
    vc_driver_close(drv);
    drv = vc_world_open("xen:///system");
    OK(drv->ops->watch(drv, &fd, &err));
    OK(drv->ops->dispatch(drv, &news, &err)); /* what a watch begins with */
    OK(drv->ops->dispatch(drv, &news, &err));
    ck_assert(!news);
    fake_xenstored_set("@introduceDomain", "");
    ck_assert(is_readable(fd, (int)VC_WAIT_MS));
    OK(drv->ops->dispatch(drv, &news, &err));
    ck_assert(news);
    fake_xenstored_set("@releaseDomain", "");
    ck_assert(is_readable(fd, (int)VC_WAIT_MS));
    OK(drv->ops->dispatch(drv, &news, &err));
    ck_assert(news);
    OK(drv->ops->dispatch(drv, &news, &err));
    ck_assert(!news);
    fake_xenstored_stop();
    REFUSED(drv->ops->dispatch(drv, &news, &err), VC_ERR_SYSTEM_ERROR,
            "xenstored closed the connection");
    REFUSED(drv->ops->watch(drv, &fd, &err), VC_ERR_OPERATION_FAILED,
            "xenstored");
    fake_xenstored_start();
}
END_TEST

static Suite *make_suite(void)
{
    static const TTest *const *const cases[] = {
        &the_guest_follows,
        &what_does_not_follow_in_time_is_taken_back,
        &what_cant_be_plugged_is_said,
        &without_xenstored_no_guest_is_asked,
        &a_guest_that_ends_is_not_waited_for,
        &starts_and_ends_are_news,
    };
    Suite *suite = suite_create("driver: Xen's verbs, plugging");
    TCase *tcase = tcase_create("run");
    size_t i;

    tcase_add_checked_fixture(tcase, scene_setup, scene_teardown);
    tcase_set_timeout(tcase, 30);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

VC_TEST_MAIN(make_suite)
