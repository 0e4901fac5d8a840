/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The frame of the suite, and the cases about hosts, runs and reading.
 * Changing vCPUs is in contract_vcpus.c.
 */
#include "contract.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>

#include "contract_world.h"
#include "world.h"

/* A loop test gets an index only: that of its contract. */
#define CONTRACTS_MAX 16
static const struct vc_contract *contracts[CONTRACTS_MAX];
static int ncontracts;

int vc_case_start(struct vc_case *t, const char *name, int seed,
                  unsigned maximum, const char *online, struct vc_instance *ret,
                  struct vc_error *err)
{
    unsigned char uuid[VC_UUID_LEN];
    SET_AUTO(set, online);
    struct vc_create_spec spec = {name, uuid, maximum, &set};

    memset(uuid, seed, sizeof(uuid));
    return t->contract->start(t->drv, &spec, ret, err);
}

static int start_a(struct vc_case *t, struct vc_error *err)
{
    return vc_case_start(t, "contract-a", 0xa1, t->maximum, "0-1,4", &t->inst,
                         err);
}

void vc_case_begin(struct vc_case *t, int index)
{
    struct vc_error err = {0};

    memset(t, 0, sizeof(*t));
    t->contract = contracts[index];
    t->maximum = t->contract->maximum ? t->contract->maximum : 6;
    if (t->contract->setup)
        t->contract->setup();
    t->drv = t->contract->open(&err);
    ck_assert_msg(t->drv != NULL, "%s", err.text);
    OK(t->drv->ops->host(t->drv, &t->host, &err));
    OK(start_a(t, &err));
    OK(t->drv->ops->snapshot(t->drv, &t->inst, VC_LIVE_ALL, &t->before, &err));
}

void vc_case_end(struct vc_case *t)
{
    struct vc_error err;

    (void)t->contract->lose(t->drv, &t->inst, &err);
    vc_instance_clear(&t->inst);
    vc_host_clear(&t->host);
    vc_live_clear(&t->before);
    vc_live_clear(&t->now);
    vc_driver_close(t->drv);
    if (t->contract->teardown)
        t->contract->teardown();
}

void vc_case_look(struct vc_case *t)
{
    struct vc_error err;

    OK(t->drv->ops->snapshot(t->drv, &t->inst, VC_LIVE_ALL, &t->now, &err));
}

void vc_case_nothing_changed(struct vc_case *t)
{
    vc_case_look(t);
    vc_world_same(&t->before, &t->now);
}

/* ---- the host ---- */

START_TEST(host_map_is_sound)
{
    struct vc_case t;

    vc_case_begin(&t, _i);
    ck_assert_uint_eq(t.host.caps, t.contract->host_caps);
    ck_assert_uint_eq(t.drv->caps, t.host.caps);
    ck_assert_uint_eq(t.drv->ncpus, t.host.ncpus);
    ck_assert_uint_ge(t.host.ncpus, 1);
    ck_assert(!vc_cpuset_is_empty(&t.host.online));
    ck_assert_int_lt(vc_cpuset_last(&t.host.online), (int)t.host.ncpus);
    ck_assert_uint_ge(t.host.max_vcpus, t.maximum);
    ck_assert_uint_ge(t.host.nodes * t.host.sockets * t.host.cores *
                          t.host.threads,
                      t.host.ncpus);
    if (t.host.node_cpus) {
        VC_CPUSET_AUTO all = {0};
        struct vc_error err;
        unsigned i;

        for (i = 0; i < t.host.nodes; i++) {
            VC_CPUSET_AUTO both = {0};

            OK(vc_cpuset_intersect(&both, &all, &t.host.node_cpus[i], &err));
            ck_assert(vc_cpuset_is_empty(&both));
            OK(vc_cpuset_union(&all, &all, &t.host.node_cpus[i], &err));
        }
        ck_assert(vc_cpuset_is_subset(&t.host.online, &all));
        ck_assert_int_lt(vc_cpuset_last(&all), (int)t.host.ncpus);
    }
    ck_assert_uint_gt(t.host.memory_kib, 0);
    ck_assert_uint_gt(strlen(t.host.model), 0);
    vc_case_end(&t);
}
END_TEST

START_TEST(every_verb_is_there)
{
    struct vc_case t;

    vc_case_begin(&t, _i);
    ck_assert(vc_driver_ops_complete(t.drv->ops));
    vc_case_end(&t);
}
END_TEST

/* ---- identity ---- */

static void same_instance(const struct vc_instance *a,
                          const struct vc_instance *b)
{
    ck_assert_str_eq(a->name, b->name);
    ck_assert_int_eq(a->id, b->id);
    ck_assert_str_eq(a->start, b->start);
    ck_assert_int_eq(a->has_uuid, b->has_uuid);
    ck_assert_mem_eq(a->uuid, b->uuid, VC_UUID_LEN);
}

static void finds(struct vc_driver *drv, const struct vc_instance *want,
                  enum vc_instance_key_kind kind)
{
    struct vc_instance_key key = {
        .kind = kind, .uuid = want->uuid, .name = want->name, .id = want->id};
    VC_INSTANCE_AUTO found = {0};
    VC_INSTANCE_AUTO quickly = {0};
    VC_INSTANCE_AUTO listed = {0};
    struct vc_error err = {0};

    ck_assert_msg(drv->ops->find(drv, &key, &found, &err) == 1, "%s", err.text);
    same_instance(want, &found);
    ck_assert_int_eq(vc_driver_find_in_list(drv, &key, &listed, &err), 1);
    same_instance(want, &listed);
    key.quick = true;
    ck_assert_int_eq(drv->ops->find(drv, &key, &quickly, &err), 1);
    ck_assert_str_eq(quickly.start, want->start);
    ck_assert_int_eq(quickly.id, want->id);
}

START_TEST(list_and_find_agree)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_INSTANCE_AUTO other = {0};
    struct vc_error err;
    struct vc_case t;
    bool seen = false;
    size_t i;

    vc_case_begin(&t, _i);
    OK(vc_case_start(&t, "contract-b", 0xb2, 2, "0", &other, &err));
    OK(t.drv->ops->list(t.drv, &list, &err));
    ck_assert_uint_ge(list.n, 2);
    for (i = 0; i < list.n; i++) {
        ck_assert_int_ge(list.items[i].id, 0);
        ck_assert(i == 0 || list.items[i - 1].id < list.items[i].id);
        ck_assert_uint_gt(strlen(list.items[i].start), 0);
        finds(t.drv, &list.items[i], VC_BY_ID);
        finds(t.drv, &list.items[i], VC_BY_NAME);
        if (list.items[i].has_uuid)
            finds(t.drv, &list.items[i], VC_BY_UUID);
        seen |= strcmp(list.items[i].start, other.start) == 0;
    }
    ck_assert(seen);
    ck_assert_str_ne(t.inst.start, other.start);
    OK(t.contract->lose(t.drv, &other, &err));
    vc_case_end(&t);
}
END_TEST

START_TEST(what_is_not_there_is_not_found)
{
    static const unsigned char uuid[VC_UUID_LEN] = {1, 2, 3};
    struct vc_instance_key keys[] = {
        {.kind = VC_BY_UUID, .uuid = uuid},
        {.kind = VC_BY_NAME, .name = "contract-"},
        {.kind = VC_BY_NAME, .name = ""},
        {.kind = VC_BY_ID, .id = 2147483647},
        {.kind = VC_BY_ID, .id = -1},
    };
    struct vc_error err = {0};
    struct vc_case t;
    size_t i;

    vc_case_begin(&t, _i);
    for (i = 0; i < VC_NELEMS(keys); i++) {
        VC_INSTANCE_AUTO found = {0};

        ck_assert_int_eq(t.drv->ops->find(t.drv, &keys[i], &found, &err), 0);
        ck_assert_ptr_null(found.name);
    }
    vc_case_end(&t);
}
END_TEST

/* All verbs on an instance, none of which may do anything. */
static void all_verbs_say_gone(struct vc_case *t,
                               const struct vc_instance *gone)
{
    const struct vc_driver_ops *ops = t->drv->ops;
    SET_AUTO(one, "1");
    VC_CPUSET_AUTO cpus = {0};
    VC_LIVE_AUTO live = {0};
    VC_AGENT_AUTO agent = {0};
    unsigned ms = t->contract->timeout_ms;
    const char *words = "domain is not running";
    struct vc_error err;

    OK(vc_cpuset_copy(&cpus, &t->host.online, &err));
    REFUSED(ops->snapshot(t->drv, gone, VC_LIVE_ALL, &live, &err), VC_ERR_OPERATION_INVALID,
            words);
    REFUSED(ops->set_affinity(t->drv, gone, 0, &cpus, NULL, &err),
            VC_ERR_OPERATION_INVALID, words);
    REFUSED(ops->set_online(t->drv, gone, &one, true, ms, NULL, &err),
            VC_ERR_OPERATION_INVALID, words);
    if (t->contract->host_caps & VC_CAP_AGENT) {
        REFUSED(ops->agent_get(t->drv, gone, ms, &agent, &err),
                VC_ERR_OPERATION_INVALID, words);
        REFUSED(ops->agent_set(t->drv, gone, &one, true, ms, NULL, &err),
                VC_ERR_OPERATION_INVALID, words);
    }
    if (t->contract->host_caps & VC_CAP_DESTROY)
        REFUSED(ops->destroy(t->drv, gone, &err), VC_ERR_OPERATION_INVALID,
                words);
}

START_TEST(verbs_on_a_gone_instance_are_refused)
{
    struct vc_instance_key key;
    VC_INSTANCE_AUTO found = {0};
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    OK(t.contract->lose(t.drv, &t.inst, &err));
    all_verbs_say_gone(&t, &t.inst);
    key = (struct vc_instance_key){.kind = VC_BY_NAME, .name = t.inst.name};
    ck_assert_int_eq(t.drv->ops->find(t.drv, &key, &found, &err), 0);
    vc_case_end(&t);
}
END_TEST

START_TEST(another_run_of_the_same_name_is_another_instance)
{
    VC_INSTANCE_AUTO old = {0};
    VC_LIVE_AUTO fresh = {0};
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    OK(vc_instance_copy(&old, &t.inst, &err));
    OK(t.contract->lose(t.drv, &t.inst, &err));
    OK(start_a(&t, &err));
    ck_assert_str_ne(old.start, t.inst.start);
    ck_assert_mem_eq(old.uuid, t.inst.uuid, VC_UUID_LEN);
    OK(t.drv->ops->snapshot(t.drv, &t.inst, VC_LIVE_ALL, &fresh, &err));
    all_verbs_say_gone(&t, &old);
    /* The right id with another run's identity is as much another run. */
    old.id = t.inst.id;
    all_verbs_say_gone(&t, &old);
    vc_live_clear(&t.before);
    t.before = fresh;
    memset(&fresh, 0, sizeof(fresh));
    vc_case_nothing_changed(&t);
    vc_case_end(&t);
}
END_TEST

START_TEST(nothing_of_one_run_is_left_in_the_next)
{
    VC_CPUSET_AUTO one = {0};
    struct vc_error err;
    struct vc_case t;
    int last;

    vc_case_begin(&t, _i);
    last = vc_cpuset_last(&t.host.online);
    OK(vc_cpuset_add(&one, (unsigned)last, (unsigned)last, &err));
    OK(t.drv->ops->set_affinity(t.drv, &t.inst, 1, &one, NULL, &err));
    OK(t.contract->lose(t.drv, &t.inst, &err));
    OK(start_a(&t, &err));
    vc_case_nothing_changed(&t);
    vc_case_end(&t);
}
END_TEST

/* ---- snapshots ---- */

START_TEST(snapshot_shows_what_was_started)
{
    struct vc_case t;
    unsigned i;

    vc_case_begin(&t, _i);
    ck_assert_uint_eq(t.before.caps, t.contract->live_caps);
    ck_assert_int_eq(t.before.has_agent, t.contract->has_agent);
    ck_assert_int_eq(t.before.no_pin == NULL, !!(t.before.caps & VC_CAP_PIN));
    ck_assert_int_eq(t.before.no_online == NULL,
                     !!(t.before.caps & VC_CAP_ONLINE));
    ck_assert_uint_eq(t.before.maximum, t.maximum);
    IS_SET(&t.before.online, "0-1,4");
    ck_assert(!vc_cpuset_is_empty(&t.before.usable));
    ck_assert(vc_cpuset_is_subset(&t.before.usable, &t.host.online));
    for (i = 0; i < t.maximum; i++) {
        const struct vc_live_vcpu *vcpu = &t.before.vcpus[i];

        if (!vc_cpuset_contains(&t.before.online, i)) {
            ck_assert_int_eq(vcpu->state, VC_VCPU_OFFLINE);
            ck_assert_int_eq(vcpu->cpu, -1);
            continue;
        }
        ck_assert(vcpu->state == VC_VCPU_RUNNING ||
                  vcpu->state == VC_VCPU_BLOCKED);
        ck_assert_int_ge(vcpu->cpu, 0);
        ck_assert(vc_cpuset_contains(&t.before.usable, (unsigned)vcpu->cpu));
        ck_assert(vc_cpuset_contains(&vcpu->affinity, (unsigned)vcpu->cpu));
        ck_assert_int_lt(vc_cpuset_last(&vcpu->affinity), (int)t.host.ncpus);
    }
    vc_case_end(&t);
}
END_TEST

START_TEST(an_output_may_hold_something_already)
{
    VC_INSTANCE_LIST_AUTO list = {0};
    VC_AGENT_AUTO agent = {0};
    struct vc_error err;
    struct vc_case t;
    int round;

    vc_case_begin(&t, _i);
    for (round = 0; round < 2; round++) {
        OK(t.drv->ops->host(t.drv, &t.host, &err));
        OK(t.drv->ops->list(t.drv, &list, &err));
        OK(t.drv->ops->snapshot(t.drv, &t.inst, VC_LIVE_ALL, &t.now, &err));
        if (t.contract->has_agent)
            OK(t.drv->ops->agent_get(t.drv, &t.inst, t.contract->timeout_ms,
                                     &agent, &err));
    }
    vc_case_nothing_changed(&t);
    vc_case_end(&t);
}
END_TEST

START_TEST(a_part_of_a_snapshot_is_as_in_the_whole)
{
    const struct vc_driver_ops *ops;
    VC_LIVE_AUTO live = {0};
    struct vc_error err;
    struct vc_case t;
    unsigned i;

    vc_case_begin(&t, _i);
    ops = t.drv->ops;
    OK(ops->snapshot(t.drv, &t.inst, 0, &live, &err));
    ck_assert_uint_eq(live.maximum, t.before.maximum);
    ck_assert_uint_eq(live.caps, t.before.caps);
    ck_assert_int_eq(live.has_agent, t.before.has_agent);
    OK(ops->snapshot(t.drv, &t.inst, VC_LIVE_ONLINE, &live, &err));
    ck_assert(vc_cpuset_equal(&live.online, &t.before.online));
    OK(ops->snapshot(t.drv, &t.inst, VC_LIVE_USABLE, &live, &err));
    ck_assert(vc_cpuset_equal(&live.usable, &t.before.usable));
    OK(ops->snapshot(t.drv, &t.inst, VC_LIVE_AFFINITY | VC_LIVE_OF(1), &live, &err));
    ck_assert(vc_cpuset_equal(&live.vcpus[1].affinity, &t.before.vcpus[1].affinity));
    OK(ops->snapshot(t.drv, &t.inst, VC_LIVE_AFFINITY, &live, &err));
    for (i = 0; i < live.maximum; i++)
        ck_assert(vc_cpuset_equal(&live.vcpus[i].affinity,
                                  &t.before.vcpus[i].affinity));
    OK(ops->snapshot(t.drv, &t.inst, VC_LIVE_RUNS, &live, &err));
    for (i = 0; i < live.maximum; i++) {
        bool online = vc_cpuset_contains(&t.before.online, i);

        ck_assert_int_eq(live.vcpus[i].state != VC_VCPU_OFFLINE, online);
        ck_assert_int_eq(live.vcpus[i].cpu >= 0, online);
        ck_assert(live.vcpus[i].time_ns >= t.before.vcpus[i].time_ns);
    }
    vc_case_end(&t);
}
END_TEST

START_TEST(two_connections_see_one_host)
{
    VC_LIVE_AUTO seen = {0};
    struct vc_driver *other;
    struct vc_error err = {0};
    struct vc_case t;
    SET_AUTO(three, "3");

    vc_case_begin(&t, _i);
    other = t.contract->open(&err);
    ck_assert_msg(other != NULL, "%s", err.text);
    OK(t.drv->ops->set_online(t.drv, &t.inst, &three, true,
                              t.contract->timeout_ms, NULL, &err));
    OK(other->ops->snapshot(other, &t.inst, VC_LIVE_ALL, &seen, &err));
    IS_SET(&seen.online, "0-1,3-4");
    vc_driver_close(other);
    vc_case_look(&t);
    vc_world_same(&seen, &t.now);
    vc_case_end(&t);
}
END_TEST

/* Waits until the time of an online vCPU has grown; false: it did not. */
static bool time_grows(struct vc_case *t, unsigned vcpu, uint64_t from)
{
    unsigned long long until = vc_world_now_ms() + VC_WAIT_MS;

    while (vc_world_now_ms() < until) {
        vc_case_look(t);
        ck_assert(t->now.vcpus[vcpu].time_ns >= from);
        if (t->now.vcpus[vcpu].time_ns > from)
            return true;
        (void)sched_yield();
    }
    return false;
}

START_TEST(time_increases_online_and_stands_still_offline)
{
    SET_AUTO(one, "1");
    unsigned ms;
    uint64_t used;
    uint64_t stood;
    struct vc_error err;
    struct vc_case t;

    vc_case_begin(&t, _i);
    ms = t.contract->timeout_ms;
    ck_assert(time_grows(&t, 0, t.before.vcpus[0].time_ns));
    ck_assert(time_grows(&t, 1, t.before.vcpus[1].time_ns));
    used = t.now.vcpus[1].time_ns;
    OK(t.drv->ops->set_online(t.drv, &t.inst, &one, false, ms, NULL, &err));
    vc_case_look(&t);
    stood = t.now.vcpus[1].time_ns;
    if (t.contract->forgets_time)
        ck_assert_uint_eq(stood, 0);
    else
        ck_assert_uint_ge(stood, used);
    ck_assert(time_grows(&t, 0, t.now.vcpus[0].time_ns));
    ck_assert_uint_eq(t.now.vcpus[1].time_ns, stood);
    if (!t.contract->no_replug) {
        OK(t.drv->ops->set_online(t.drv, &t.inst, &one, true, ms, NULL, &err));
        ck_assert(time_grows(&t, 1, stood));
    }
    vc_case_end(&t);
}
END_TEST

/* ---- news ---- */

/* Waits for news; false: none came within the limit. */
static bool news_come(struct vc_driver *drv, int fd)
{
    unsigned long long until = vc_world_now_ms() + VC_WAIT_MS;
    unsigned long long now;
    bool news = false;

    while (!news && (now = vc_world_now_ms()) < until) {
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        struct vc_error err;

        if (poll(&waiting, 1, (int)(until - now)) > 0)
            OK(drv->ops->dispatch(drv, &news, &err));
    }
    return news;
}

/* Takes the news until none are left for the moment. */
static void news_taken(struct vc_driver *drv, int fd)
{
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    struct vc_error err;
    bool news;

    do {
        OK(drv->ops->dispatch(drv, &news, &err));
    } while (poll(&waiting, 1, 0) > 0);
}

START_TEST(starts_and_ends_are_news)
{
    VC_INSTANCE_AUTO other = {0};
    struct vc_driver *watcher;
    struct vc_error err = {0};
    struct vc_case t;
    bool news = true;
    int fd = -1;

    vc_case_begin(&t, _i);
    watcher = t.contract->open(&err);
    ck_assert_msg(watcher != NULL, "%s", err.text);
    ck_assert_uint_ne(t.contract->host_caps & VC_CAP_WATCH, 0);
    OK(watcher->ops->watch(watcher, &fd, &err));
    ck_assert_int_ge(fd, 0);
    ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    news_taken(watcher, fd);
    OK(watcher->ops->dispatch(watcher, &news, &err));
    ck_assert(!news);

    OK(vc_case_start(&t, "contract-b", 0xb2, 2, "0", &other, &err));
    ck_assert(news_come(watcher, fd));
    news_taken(watcher, fd);
    OK(t.contract->lose(t.drv, &other, &err));
    ck_assert(news_come(watcher, fd));

    /* another watch takes the place of the first */
    OK(watcher->ops->watch(watcher, &fd, &err));
    news_taken(watcher, fd);
    OK(vc_case_start(&t, "contract-b", 0xb2, 2, "0", &other, &err));
    ck_assert(news_come(watcher, fd));
    OK(t.contract->lose(t.drv, &other, &err));
    vc_driver_close(watcher);
    vc_case_end(&t);
}
END_TEST

START_TEST(without_a_watch_there_is_no_news)
{
    struct vc_error err = {0};
    struct vc_case t;
    bool news = false;

    vc_case_begin(&t, _i);
    ck_assert_int_eq(t.drv->ops->dispatch(t.drv, &news, &err), -1);
    ck_assert_int_ne(err.code, 0);
    vc_case_end(&t);
}
END_TEST

void vc_contract_add(Suite *suite, const struct vc_contract *contract)
{
    static const TTest *const *const cases[] = {
        &host_map_is_sound,
        &every_verb_is_there,
        &list_and_find_agree,
        &what_is_not_there_is_not_found,
        &verbs_on_a_gone_instance_are_refused,
        &another_run_of_the_same_name_is_another_instance,
        &nothing_of_one_run_is_left_in_the_next,
        &snapshot_shows_what_was_started,
        &an_output_may_hold_something_already,
        &a_part_of_a_snapshot_is_as_in_the_whole,
        &two_connections_see_one_host,
        &time_increases_online_and_stands_still_offline,
        &starts_and_ends_are_news,
        &without_a_watch_there_is_no_news,
    };
    TCase *tcase = tcase_create(contract->name);
    int index = ncontracts++;
    size_t i;

    if (index >= CONTRACTS_MAX)
        abort();
    contracts[index] = contract;
    tcase_set_timeout(tcase, 60);
    for (i = 0; i < VC_NELEMS(cases); i++)
        tcase_add_loop_test(tcase, *cases[i], index, index + 1);
    vc_contract_add_vcpus(tcase, index);
    suite_add_tcase(suite, tcase);
}
