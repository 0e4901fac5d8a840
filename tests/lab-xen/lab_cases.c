/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What only a Xen host has: guests that don't follow, other hands, dying
 * domains, soft affinity, pools, CPUs that go. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "../driver/world.h"
#include "lab_contract.h"
#include "lab_guest.h"
#include "lab_host.h"

#define SHORT_MS 300u

/* A connection, and domain "lab-a". */
struct lab {
    struct vc_driver *drv;
    struct vc_host host;
    struct vc_instance inst;
    struct vc_live live; /* by look */
};

static void look(struct lab *t)
{
    struct vc_error err;

    OK(t->drv->ops->snapshot(t->drv, &t->inst, VC_LIVE_ALL, &t->live, &err));
}

static void begin(struct lab *t, unsigned maximum, const char *online,
                  const char *options)
{
    unsigned char uuid[VC_UUID_LEN];
    SET_AUTO(set, online);
    struct vc_create_spec spec = {"lab-a", uuid, maximum, &set};
    struct vc_error err = {0};

    memset(uuid, 0xd1, sizeof(uuid));
    memset(t, 0, sizeof(*t));
    t->drv = lab_open(&err);
    ck_assert_msg(t->drv != NULL, "%s", err.text);
    OK(t->drv->ops->host(t->drv, &t->host, &err));
    OK(lab_start(t->drv, &spec, options, &t->inst, &err));
    look(t);
}

static void end(struct lab *t)
{
    (void)lab_guest_destroy(t->inst.id);
    vc_instance_clear(&t->inst);
    vc_host_clear(&t->host);
    vc_live_clear(&t->live);
    vc_driver_close(t->drv);
}

static int pin(struct lab *t, unsigned vcpu, const char *cpus,
               struct vc_cpuset *ret_effective, struct vc_error *err)
{
    SET_AUTO(set, cpus);

    return t->drv->ops->set_affinity(t->drv, &t->inst, vcpu, &set,
                                     ret_effective, err);
}

static int plug(struct lab *t, const char *vcpus, bool online, unsigned ms,
                struct vc_cpuset *ret_done, struct vc_error *err)
{
    SET_AUTO(set, vcpus);

    return t->drv->ops->set_online(t->drv, &t->inst, &set, online, ms, ret_done,
                                   err);
}

static void node_is(const struct lab *t, unsigned vcpu, const char *want)
{
    char *value = lab_guest_availability(t->inst.id, vcpu);

    if (!want)
        ck_assert_msg(!value, "vCPU %u: there is a node: %s", vcpu, value);
    else
        ck_assert_msg(value && strcmp(value, want) == 0, "vCPU %u: '%s'", vcpu,
                      value ? value : "no node");
    free(value);
}

static void all_is_gone(struct lab *t)
{
    const struct vc_instance_key keys[] = {
        {.kind = VC_BY_ID, .id = t->inst.id},
        {.kind = VC_BY_NAME, .name = t->inst.name},
        {.kind = VC_BY_UUID, .uuid = t->inst.uuid},
    };
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_INSTANCE_AUTO found = {0};
    struct vc_error err;
    size_t i;

    for (i = 0; i < VC_NELEMS(keys); i++)
        ck_assert_int_eq(t->drv->ops->find(t->drv, &keys[i], &found, &err), 0);
    OK(t->drv->ops->list(t->drv, &list, &err));
    for (i = 0; i < list.n; i++)
        ck_assert_int_ne(list.items[i].id, t->inst.id);
    REFUSED(t->drv->ops->snapshot(t->drv, &t->inst, VC_LIVE_ALL, &t->live, &err),
            VC_ERR_OPERATION_INVALID, "domain is not running");
    REFUSED(pin(t, 0, "0-1", NULL, &err), VC_ERR_OPERATION_INVALID,
            "domain is not running");
    REFUSED(plug(t, "1", true, SHORT_MS, NULL, &err), VC_ERR_OPERATION_INVALID,
            "domain is not running");
}

/* ---- guests that don't follow ---- */

START_TEST(what_a_deaf_guest_does_not_follow_is_not_asked_any_more)
{
    VC_CPUSET_AUTO done = {0};
    unsigned long long since;
    struct vc_error err;
    struct lab t;

    begin(&t, 6, "0-1,4", "deaf=3");
    since = lab_now_ms();
    REFUSED(plug(&t, "2-3,5", true, SHORT_MS, &done, &err),
            VC_ERR_OPERATION_TIMEOUT, "");
    ck_assert_uint_ge(lab_now_ms() - since, SHORT_MS);
    ck_assert_uint_lt(lab_now_ms() - since, SHORT_MS + LAB_WAIT_MS);
    IS_SET(&done, "2");
    look(&t);
    IS_SET(&t.live.online, "0-2,4");
    node_is(&t, 2, "online");
    node_is(&t, 3, "offline");
    node_is(&t, 5, "offline");

    REFUSED(plug(&t, "1,3-4", false, SHORT_MS, &done, &err),
            VC_ERR_OPERATION_TIMEOUT, "");
    IS_SET(&done, "1,3");
    look(&t);
    IS_SET(&t.live.online, "0,2,4");
    node_is(&t, 1, "offline");
    node_is(&t, 3, "offline");
    node_is(&t, 4, "online");
    end(&t);
}
END_TEST

START_TEST(a_node_that_was_not_there_is_taken_away_again)
{
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct lab t;

    begin(&t, 4, "0-1", "deaf=3");
    ck_assert(lab_guest_forget(t.inst.id, 2));
    ck_assert(lab_guest_forget(t.inst.id, 3));
    REFUSED(plug(&t, "2-3", true, SHORT_MS, &done, &err),
            VC_ERR_OPERATION_TIMEOUT, "");
    IS_SET(&done, "2");
    node_is(&t, 2, "online");
    node_is(&t, 3, NULL);
    look(&t);
    IS_SET(&t.live.online, "0-2");
    end(&t);
}
END_TEST

START_TEST(a_paused_guest_does_not_follow_later)
{
    VC_CPUSET_AUTO done = {0};
    struct vc_error err;
    struct lab t;

    begin(&t, 4, "0-1", NULL);
    ck_assert(!t.live.paused);
    ck_assert(lab_guest_pause(t.inst.id, true));
    look(&t);
    ck_assert(t.live.paused);
    IS_SET(&t.live.online, "0-1");
    OK(pin(&t, 1, "2", NULL, &err));
    REFUSED(plug(&t, "2", true, SHORT_MS, &done, &err),
            VC_ERR_OPERATION_TIMEOUT, "");
    IS_SET(&done, "");
    node_is(&t, 2, "offline");
    ck_assert(lab_guest_pause(t.inst.id, false));
    /* Once it has followed this, it has seen all that was before. */
    OK(plug(&t, "3", true, LAB_TIMEOUT_MS, NULL, &err));
    look(&t);
    IS_SET(&t.live.online, "0-1,3");
    end(&t);
}
END_TEST

/* ---- domains that go ---- */

START_TEST(a_domain_that_another_hand_ended_is_not_running)
{
    struct lab t;

    begin(&t, 4, "0-1", NULL);
    ck_assert(lab_guest_destroy(t.inst.id));
    all_is_gone(&t);
    end(&t);
}
END_TEST

/* Even when it goes on dying: it still answers then. */
START_TEST(waiting_ends_when_the_domain_does)
{
    VC_CPUSET_AUTO done = {0};
    unsigned long long since;
    struct vc_error err;
    struct lab t;
    void *page;
    int xl;

    begin(&t, 4, "0-1", "deaf=1");
    page = lab_guest_hold(t.inst.id);
    ck_assert(page != NULL);
    since = lab_now_ms();
    xl = lab_guest_destroy_later(t.inst.id);
    REFUSED(plug(&t, "2", true, 6 * LAB_WAIT_MS, &done, &err),
            VC_ERR_OPERATION_INVALID, "domain is not running");
    ck_assert_uint_lt(lab_now_ms() - since, 3 * LAB_WAIT_MS);
    ck_assert(lab_guest_join(xl));
    ck_assert(lab_guest_is_dying(t.inst.id));
    IS_SET(&done, "");
    all_is_gone(&t);
    lab_guest_release(page);
    ck_assert(lab_guest_wait_gone(t.inst.id));
    end(&t);
}
END_TEST

START_TEST(a_dying_domain_is_gone)
{
    struct lab t;
    void *page;

    begin(&t, 4, "0-1", NULL);
    page = lab_guest_hold(t.inst.id);
    ck_assert(page != NULL);
    ck_assert(lab_guest_join(lab_guest_destroy_later(t.inst.id)));
    ck_assert(lab_guest_is_dying(t.inst.id));
    all_is_gone(&t);
    ck_assert(lab_guest_is_dying(t.inst.id));
    lab_guest_release(page);
    ck_assert(lab_guest_wait_gone(t.inst.id));
    end(&t);
}
END_TEST

START_TEST(a_domain_that_has_ended_itself_is_gone)
{
    struct lab t;

    begin(&t, 4, "0-1", NULL);
    ck_assert(lab_guest_power_off(t.inst.id));
    all_is_gone(&t);
    ck_assert(lab_guest_is_shut_down(t.inst.id));
    end(&t);
}
END_TEST

/* ---- other hands ---- */

START_TEST(what_other_hands_changed_is_seen)
{
    const uint64_t two = 1 << 2;
    struct lab t;

    begin(&t, 4, "0-1", NULL);
    ck_assert(lab_guest_ask_online(t.inst.id, 4, 1 | 1 << 3));
    ck_assert(lab_guest_wait_online(t.inst.id, 4, 1 | 1 << 3));
    ck_assert(lab_guest_pin(t.inst.id, 1, &two, NULL));
    look(&t);
    IS_SET(&t.live.online, "0,3");
    IS_SET(&t.live.vcpus[1].affinity, "2");
    ck_assert_int_eq(t.live.vcpus[1].state, VC_VCPU_OFFLINE);
    end(&t);
}
END_TEST

START_TEST(soft_affinity_is_left_alone)
{
    const uint64_t soft = 1 << 1 | 1 << 3;
    VC_CPUSET_AUTO effective = {0};
    uint64_t hard_now;
    uint64_t soft_now;
    struct vc_error err;
    struct lab t;

    begin(&t, 4, "0-1", NULL);
    ck_assert(lab_guest_pin(t.inst.id, 1, NULL, &soft));
    OK(pin(&t, 1, "0,2-3", &effective, &err));
    IS_SET(&effective, "0,2-3");
    ck_assert(lab_guest_pinned(t.inst.id, 1, &hard_now, &soft_now));
    ck_assert_uint_eq(hard_now, 1 | 1 << 2 | 1 << 3);
    ck_assert_uint_eq(soft_now, soft);
    look(&t);
    IS_SET(&t.live.vcpus[1].soft, "1,3");
    /* No CPU of the soft set is left: it stays all the same. */
    OK(pin(&t, 1, "2", NULL, &err));
    ck_assert(lab_guest_pinned(t.inst.id, 1, &hard_now, &soft_now));
    ck_assert_uint_eq(hard_now, 1 << 2);
    ck_assert_uint_eq(soft_now, soft);
    end(&t);
}
END_TEST

START_TEST(a_vcpu_that_never_rests_moves_when_pinned)
{
    unsigned long long until;
    uint64_t used;
    struct vc_error err;
    struct lab t;

    begin(&t, 2, "0-1", "spin");
    OK(pin(&t, 1, "3", NULL, &err));
    until = lab_now_ms() + LAB_WAIT_MS;
    do {
        look(&t);
        ck_assert_uint_lt(lab_now_ms(), until);
    } while (t.live.vcpus[1].cpu != 3);
    OK(pin(&t, 1, "2", NULL, &err));
    do {
        look(&t);
        ck_assert_uint_lt(lab_now_ms(), until);
    } while (t.live.vcpus[1].cpu != 2);
    used = t.live.vcpus[1].time_ns;
    do {
        look(&t);
        ck_assert_uint_lt(lab_now_ms(), until);
    } while (t.live.vcpus[1].time_ns < used + 50000000);
    ck_assert_int_eq(t.live.vcpus[1].state, VC_VCPU_RUNNING);
    end(&t);
}
END_TEST

/* ---- the host ---- */

START_TEST(a_cpu_that_went_offline_is_not_usable)
{
    VC_CPUSET_AUTO effective = {0};
    struct vc_error err;
    struct lab t;
    unsigned ncpus;

    begin(&t, 4, "0-1", NULL);
    ncpus = t.host.ncpus;
    ck_assert_uint_ge(ncpus, 4);
    ck_assert(vc_cpuset_contains(&t.host.online, 3));
    ck_assert(lab_host_cpu(3, false));
    OK(t.drv->ops->host(t.drv, &t.host, &err));
    ck_assert_uint_eq(t.host.ncpus, ncpus);
    ck_assert(!vc_cpuset_contains(&t.host.online, 3));
    look(&t);
    ck_assert(vc_cpuset_equal(&t.live.usable, &t.host.online));
    REFUSED(pin(&t, 1, "3", NULL, &err), VC_ERR_INVALID_ARG, "");
    OK(pin(&t, 1, "2-3", &effective, &err));
    IS_SET(&effective, "2");
    ck_assert(lab_host_cpu(3, true));
    OK(t.drv->ops->host(t.drv, &t.host, &err));
    ck_assert(vc_cpuset_contains(&t.host.online, 3));
    look(&t);
    ck_assert(vc_cpuset_contains(&t.live.usable, 3));
    end(&t);
}
END_TEST

START_TEST(a_pool_is_all_that_its_domains_can_use)
{
    VC_CPUSET_AUTO effective = {0};
    struct vc_error err;
    struct lab t;

    begin(&t, 4, "0-1", NULL);
    ck_assert(lab_host_pool(3, t.inst.id));
    look(&t);
    IS_SET(&t.live.usable, "3");
    REFUSED(pin(&t, 1, "0-2", NULL, &err), VC_ERR_INVALID_ARG, "");
    OK(pin(&t, 1, "1,3", &effective, &err));
    IS_SET(&effective, "3");
    look(&t);
    ck_assert_int_eq(t.live.vcpus[1].cpu, 3);
    OK(t.drv->ops->host(t.drv, &t.host, &err));
    ck_assert(vc_cpuset_contains(&t.host.online, 3));
    end(&t);
}
END_TEST

START_TEST(the_first_domain_is_one_like_others)
{
    struct vc_instance_key key = {.kind = VC_BY_ID, .id = 0};
    struct vc_error err;
    uint64_t before;
    uint64_t soft;
    uint64_t now;
    struct lab t;

    begin(&t, 1, "0", NULL);
    ck_assert(lab_guest_destroy(t.inst.id));
    ck_assert_int_eq(t.drv->ops->find(t.drv, &key, &t.inst, &err), 1);
    ck_assert_str_eq(t.inst.name, "Domain-0");
    look(&t);
    ck_assert_uint_ge(t.live.maximum, 2);
    ck_assert(vc_cpuset_contains(&t.live.online, 0));
    ck_assert(lab_guest_pinned(0, 1, &before, &soft));
    OK(pin(&t, 1, "0,2", NULL, &err));
    ck_assert(lab_guest_pinned(0, 1, &now, &soft));
    ck_assert(lab_guest_pin(0, 1, &before, NULL));
    ck_assert_uint_eq(now, 1 | 1 << 2);
    vc_instance_clear(&t.inst);
    t.inst.id = -1;
    end(&t);
}
END_TEST

/* ---- news ---- */

/* Takes news until domain "lab-b" is there, or isn't, as wanted: at the last
 * news of a change the change shows, or a watcher would sleep over it. */
static void wait_for_news(struct vc_driver *drv, int fd, bool there)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = "lab-b"};
    unsigned long long until = lab_now_ms() + LAB_WAIT_MS;
    struct vc_error err;
    bool news = false;
    int found = !there;

    while (found != there) {
        struct pollfd poller = {fd, POLLIN, 0};
        VC_INSTANCE_AUTO inst = {0};

        ck_assert_msg(lab_now_ms() < until, "no news of %s",
                      there ? "a start" : "an end");
        if (poll(&poller, 1, 100) <= 0)
            continue;
        OK(drv->ops->dispatch(drv, &news, &err));
        if (news)
            found = drv->ops->find(drv, &key, &inst, &err);
        ck_assert_int_ge(found, 0);
    }
}

START_TEST(what_is_news_shows)
{
    unsigned char uuid[VC_UUID_LEN];
    SET_AUTO(zero, "0");
    struct vc_create_spec spec = {"lab-b", uuid, 2, &zero};
    struct vc_error err;
    struct lab t;
    int round;
    int fd = -1;

    memset(uuid, 0xd2, sizeof(uuid));
    begin(&t, 2, "0", NULL);
    OK(t.drv->ops->watch(t.drv, &fd, &err));
    for (round = 0; round < 2; round++) {
        VC_INSTANCE_AUTO other = {0};

        OK(lab_start(t.drv, &spec, NULL, &other, &err));
        wait_for_news(t.drv, fd, true);
        ck_assert(lab_guest_destroy(other.id));
        wait_for_news(t.drv, fd, false);
    }
    /* The handle is as good as ever for all else. */
    OK(plug(&t, "1", true, LAB_TIMEOUT_MS, NULL, &err));
    look(&t);
    IS_SET(&t.live.online, "0-1");
    end(&t);
}
END_TEST

static void reset(void)
{
    lab_guest_sweep();
    ck_assert(lab_host_reset());
}

Suite *lab_cases_suite(void)
{
    static const TTest *const *const cases[] = {
        &what_a_deaf_guest_does_not_follow_is_not_asked_any_more,
        &a_node_that_was_not_there_is_taken_away_again,
        &a_paused_guest_does_not_follow_later,
        &a_domain_that_another_hand_ended_is_not_running,
        &waiting_ends_when_the_domain_does,
        &a_dying_domain_is_gone,
        &a_domain_that_has_ended_itself_is_gone,
        &what_other_hands_changed_is_seen,
        &soft_affinity_is_left_alone,
        &a_vcpu_that_never_rests_moves_when_pinned,
        &a_cpu_that_went_offline_is_not_usable,
        &a_pool_is_all_that_its_domains_can_use,
        &the_first_domain_is_one_like_others,
        &what_is_news_shows,
    };
    Suite *suite = suite_create("xen only");
    TCase *tcase = tcase_create("xen only");
    size_t i;

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, reset, NULL);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_test(tcase, *cases[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}
