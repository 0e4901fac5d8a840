/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/guest.h"

#include <string.h>

static int bad_answer(const char *domain, const char *command, const char *what,
                      struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "the guest agent of domain '%s' answered %s with %s",
                        domain, command, what);
}

struct json_object *vc_qemu_guest_return(struct json_object *msg,
                                         const char *domain,
                                         const char *command,
                                         struct vc_error *err)
{
    struct json_object *fault =
        vc_qemu_json_get(msg, "error", json_type_object);
    struct json_object *value = NULL;
    const char *desc;

    if (!fault && json_object_object_get_ex(msg, "return", &value) && value)
        return value;
    if (!fault) {
        (void)bad_answer(domain, command, "neither a value nor an error", err);
        return NULL;
    }
    desc = vc_qemu_json_text(fault, "desc");
    (void)vc_error_set(err, VC_ERR_OPERATION_FAILED,
                       "the guest agent of domain '%s' refuses %s: %s", domain,
                       command,
                       VC_QEMU_WORDS(desc ? desc : "without a reason"));
    return NULL;
}

/* Of one CPU; the sets grow unsorted. */
static int add_vcpu(struct json_object *item, const char *domain,
                    struct vc_agent *agent, struct vc_error *err)
{
    bool can_offline = false;
    bool online;
    int64_t id;

    if (!vc_qemu_json_int(item, "logical-id", 0, VC_VCPU_LIMIT - 1, &id) ||
        !vc_qemu_json_bool(item, "online", &online))
        return bad_answer(domain, "guest-get-vcpus",
                          "a CPU that can't be understood", err);
    if (vc_cpuset_contains(&agent->present, (unsigned)id))
        return bad_answer(domain, "guest-get-vcpus", "one CPU twice", err);
    (void)vc_qemu_json_bool(item, "can-offline", &can_offline);
    if (vc_cpuset_add(&agent->present, (unsigned)id, (unsigned)id, err) < 0 ||
        (online &&
         vc_cpuset_add(&agent->online, (unsigned)id, (unsigned)id, err) < 0))
        return -1;
    if (!can_offline)
        return 0;
    return vc_cpuset_add(&agent->can_offline, (unsigned)id, (unsigned)id, err);
}

int vc_qemu_guest_vcpus(struct json_object *value, const char *domain,
                        struct vc_agent *ret, struct vc_error *err)
{
    VC_AGENT_AUTO agent = {0};
    size_t n;
    size_t i;

    if (!json_object_is_type(value, json_type_array))
        return bad_answer(domain, "guest-get-vcpus", "no list", err);
    n = json_object_array_length(value);
    if (n == 0 || n > VC_VCPU_LIMIT)
        return bad_answer(domain, "guest-get-vcpus",
                          n ? "more CPUs than there can be" : "no CPU", err);
    for (i = 0; i < n; i++) {
        if (add_vcpu(json_object_array_get_idx(value, i), domain, &agent, err) <
            0)
            return -1;
    }
    vc_agent_clear(ret);
    *ret = agent;
    memset(&agent, 0, sizeof(agent));
    return 0;
}

int vc_qemu_guest_count(struct json_object *value, const char *domain,
                        unsigned asked, unsigned *ret, struct vc_error *err)
{
    int64_t count;

    if (!json_object_is_type(value, json_type_int))
        return bad_answer(domain, "guest-set-vcpus", "no number", err);
    count = json_object_get_int64(value);
    /* none done is told by an error */
    if (count < 1 || count > asked)
        return bad_answer(domain, "guest-set-vcpus", "a number out of range",
                          err);
    *ret = (unsigned)count;
    return 0;
}

int vc_qemu_guest_check(const struct vc_agent *agent, const char *domain,
                        const struct vc_cpuset *vcpus, bool online,
                        struct vc_error *err)
{
    VC_CPUSET_AUTO missing = {0};
    VC_CPUSET_AUTO stay = {0};

    if (vc_cpuset_subtract(&missing, vcpus, &agent->present, err) < 0)
        return -1;
    if (!vc_cpuset_is_empty(&missing))
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "the guest of domain '%s' has no vcpus %s; it has "
                            "%s",
                            domain, VC_CPUSET_SHOW(&missing),
                            VC_CPUSET_SHOW(&agent->present));
    if (online)
        return 0;
    if (vc_cpuset_subtract(&stay, vcpus, &agent->can_offline, err) < 0 ||
        vc_cpuset_intersect(&stay, &stay, &agent->online, err) < 0)
        return -1;
    if (vc_cpuset_is_empty(&stay))
        return 0;
    return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                        "the guest of domain '%s' can't take vcpu %d offline",
                        domain, vc_cpuset_next(&stay, 0));
}
