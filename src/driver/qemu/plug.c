/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Up goes lowest first, down highest first, one vCPU at a time.  A vCPU is
 * gone when its slot is free: that device_del returned only means that the
 * guest was asked, and not every QEMU tells by an event that it followed.
 *
 * A wait for the guest lets others have the monitor each HOLD_MS; what the
 * guest said meanwhile is in its last word of each slot.
 */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/plug.h"

#include <stdio.h>
#include <string.h>

#include "driver/qemu/rules.h"
#include "driver/qemu/session.h"

#define HOLD_MS 400
#define WAIT_FIRST_MS 5
#define WAIT_MAX_MS 100

struct plugging {
    struct vc_qemu_session session;
    struct json_object *slots; /* the answer; owned */
    int64_t deadline_ms;
    int64_t held_since_ms;
    unsigned timeout_ms;
    struct vc_cpuset done;
    bool set_mark; /* it was not there before */
    bool refused;  /* by QEMU, or by the guest: it will not be done later */
    bool late;     /* it may be done later: the error says so */
    bool removed;  /* one is gone */
};

static void plugging_clear(struct plugging *p)
{
    (void)json_object_put(p->slots);
    vc_cpuset_clear(&p->done);
    vc_qemu_session_close(&p->session);
}
#define PLUGGING_AUTO __attribute__((cleanup(plugging_clear))) struct plugging

static const char *domain_of(const struct plugging *p)
{
    return p->session.inst->name;
}

/* QEMU's no is final, and so is silence: -1. */
static int call(struct plugging *p, const char *command,
                struct json_object *args, struct json_object **ret,
                struct vc_error *err)
{
    return vc_qemu_session_call(&p->session, command, args, ret, err) ? -1 : 0;
}

static int ask_slots(struct plugging *p, struct vc_error *err)
{
    struct json_object *slots = NULL;

    if (call(p, "query-hotpluggable-cpus", NULL, &slots, err) < 0)
        return -1;
    (void)json_object_put(p->slots);
    p->slots = slots;
    return 0;
}

static int get_slot(const struct plugging *p, unsigned vcpu,
                    struct vc_qemu_slot *ret, struct vc_error *err)
{
    if (vc_qemu_slot_get(p->slots, vcpu, ret))
        return 0;
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "domain '%s': its slot of vcpu %u can't be understood",
                        domain_of(p), vcpu);
}

/* ---- the mark ---- */

/* An object that does nothing, and lives as long as the machine. */
static int set_mark(struct plugging *p, struct vc_error *err)
{
    struct json_object *args = json_object_new_object();

    if (vc_qemu_json_add(args, "qom-type",
                         json_object_new_string("rng-builtin"), err) < 0 ||
        vc_qemu_json_add(args, "id", json_object_new_string(VC_QEMU_MARK),
                         err) < 0) {
        (void)json_object_put(args);
        return -1;
    }
    if (call(p, "object-add", args, NULL, err) < 0)
        return -1;
    p->set_mark = true;
    return 0;
}

/* Nothing was unplugged after all.  A mark too many forbids what would work,
 * which is all that happens if it can't be taken back. */
static void drop_mark(struct plugging *p)
{
    struct json_object *args = json_object_new_object();
    struct vc_error ignored;

    if (!p->set_mark || !p->refused || p->removed ||
        vc_qemu_json_add(args, "id", json_object_new_string(VC_QEMU_MARK),
                         &ignored) < 0) {
        (void)json_object_put(args);
        return;
    }
    (void)call(p, "object-del", args, NULL, &ignored);
}

/* It was asked for, and it isn't known what came of it. */
static int say_open(const struct plugging *p, unsigned vcpu, bool online,
                    struct vc_error *err)
{
    if (p->refused || p->late || err->code == VC_ERR_OPERATION_INVALID)
        return -1; /* that is known, or it is gone */
    return vc_error_append(err, "; the request may be pending: %s vcpu %u yet",
                           online ? "QEMU may plug" : "the guest may release",
                           vcpu);
}

/* ---- up ---- */

/* Returns owned: the slot's properties as QEMU told them. */
static struct json_object *plug_args(const struct vc_qemu_slot *slot,
                                     const char *id, struct vc_error *err)
{
    struct json_object *args = json_object_new_object();

    if (vc_qemu_json_add(args, "driver", json_object_new_string(slot->type),
                         err) < 0 ||
        (id && vc_qemu_json_add(args, "id", json_object_new_string(id), err) <
                   0))
        goto fail;
    {
        json_object_object_foreach(slot->props, key, value)
        {
            if (vc_qemu_json_add(args, key, json_object_get(value), err) < 0)
                goto fail;
        }
    }
    return args;
fail:
    (void)json_object_put(args);
    return NULL;
}

/* By the name "vcpuN"; without one where another device has it. */
static int plug_slot(struct plugging *p, unsigned vcpu,
                     const struct vc_qemu_slot *slot, struct vc_error *err)
{
    char name[32];
    const char *id = name;
    int rc = 1;

    (void)snprintf(name, sizeof(name), "vcpu%u", vcpu);
    while (rc == 1) {
        struct json_object *args = plug_args(slot, id, err);

        if (!args)
            return -1;
        rc = vc_qemu_session_call(&p->session, "device_add", args, NULL, err);
        if (rc == 1 && (!id || !strstr(err->text, "Duplicate")))
            return -1;
        id = NULL;
    }
    return rc < 0 ? say_open(p, vcpu, true, err) : 0;
}

/* Does QEMU show it, with a thread? */
static int is_there(struct plugging *p, unsigned vcpu, bool *ret,
                    struct vc_error *err)
{
    VC_JSON_AUTO *answer = NULL;
    VC_QEMU_CPUS_AUTO cpus = {0};
    VC_CPUSET_AUTO set = {0};

    if (call(p, "query-cpus-fast", NULL, &answer, err) < 0)
        return -1;
    if (vc_qemu_cpus_parse(answer, &cpus, err) < 0)
        return vc_qemu_session_explain(&p->session, err);
    if (vc_qemu_cpus_set(&cpus, &set, err) < 0)
        return -1;
    *ret = vc_cpuset_contains(&set, vcpu);
    return 0;
}

static int plug_one(struct plugging *p, unsigned vcpu, struct vc_error *err)
{
    struct vc_qemu_slot slot;
    bool there = false;

    if (get_slot(p, vcpu, &slot, err) < 0)
        return -1;
    if (!slot.qom && plug_slot(p, vcpu, &slot, err) < 0)
        return -1;
    if (is_there(p, vcpu, &there, err) < 0)
        return -1;
    if (!there)
        return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                            "domain '%s': QEMU took vcpu %u and does not show "
                            "it",
                            domain_of(p), vcpu);
    return vc_cpuset_add(&p->done, vcpu, vcpu, err);
}

/* ---- down ---- */

static int say_refused(struct plugging *p, unsigned vcpu, struct vc_error *err)
{
    p->refused = true;
    return vc_error_set(err, VC_ERR_OPERATION_FAILED,
                        "the guest of domain '%s' refused to release vcpu %u",
                        domain_of(p), vcpu);
}

/* An entry of query-acpi-ospm-status, or the same in an event. */
static bool is_refusal(struct json_object *info, unsigned vcpu)
{
    const char *slot = vc_qemu_json_text(info, "slot");
    const char *kind = vc_qemu_json_text(info, "slot-type");
    int64_t source;
    int64_t status;
    uint32_t number;

    return slot && kind && strcmp(kind, "CPU") == 0 &&
           vc_number_parse(slot, strlen(slot), VC_VCPU_LIMIT, &number) &&
           number == vcpu &&
           vc_qemu_json_int(info, "source", 0, INT32_MAX, &source) &&
           vc_qemu_json_int(info, "status", 0, UINT32_MAX, &status) &&
           vc_qemu_ost_read(source, status) == VC_QEMU_OST_REFUSED;
}

static bool event_is_refusal(struct json_object *event, unsigned vcpu)
{
    const char *kind = vc_qemu_json_text(event, "event");
    struct json_object *data =
        vc_qemu_json_get(event, "data", json_type_object);

    return kind && strcmp(kind, "ACPI_DEVICE_OST") == 0 &&
           is_refusal(vc_qemu_json_get(data, "info", json_type_object), vcpu);
}

/* The last word of the guest about a slot, which may be an old one. */
static int last_word(struct plugging *p, unsigned vcpu, bool *ret_refused,
                     struct vc_error *err)
{
    VC_JSON_AUTO *words = NULL;
    size_t i;
    int rc;

    *ret_refused = false;
    rc = vc_qemu_session_call(&p->session, "query-acpi-ospm-status", NULL,
                              &words, err);
    if (rc < 0)
        return -1;
    if (rc == 1 || !json_object_is_type(words, json_type_array))
        return 0; /* a machine without such words */
    for (i = 0; i < json_object_array_length(words); i++)
        *ret_refused |= is_refusal(json_object_array_get_idx(words, i), vcpu);
    return 0;
}

/* Events until the time: 0, or -1 when one says no. */
static int watch_events(struct plugging *p, unsigned vcpu, int64_t until_ms,
                        struct vc_error *err)
{
    int rc = 0;

    for (;;) {
        VC_JSON_AUTO *event = NULL;
        const char *kind;

        if (!vc_qmp_event(&p->session.qmp, until_ms, &event, &rc, err))
            return rc < 0 ? vc_qemu_session_explain(&p->session, err) : 0;
        if (event_is_refusal(event, vcpu))
            return say_refused(p, vcpu, err);
        kind = vc_qemu_json_text(event, "event");
        if (kind && (strcmp(kind, "DEVICE_DELETED") == 0 ||
                     strcmp(kind, "ACPI_DEVICE_OST") == 0))
            return 0; /* look now */
        if (vc_qemu_now_ms() >= until_ms)
            return 0;
    }
}

static int say_late(struct plugging *p, unsigned vcpu, struct vc_error *err)
{
    p->late = true;
    return vc_error_set(err, VC_ERR_OPERATION_TIMEOUT,
                        "the guest of domain '%s' did not release vcpu %u "
                        "within %u ms; the request stays pending in the guest "
                        "and can't be withdrawn",
                        domain_of(p), vcpu, p->timeout_ms);
}

/* Its slot is free a moment before QEMU no longer lists the CPU. */
static int is_gone(struct plugging *p, unsigned vcpu, bool *ret,
                   struct vc_error *err)
{
    VC_JSON_AUTO *answer = NULL;
    VC_QEMU_CPUS_AUTO cpus = {0};
    struct vc_qemu_slot slot;
    size_t i;

    *ret = false;
    if (ask_slots(p, err) < 0 || get_slot(p, vcpu, &slot, err) < 0)
        return -1;
    if (slot.qom)
        return 0;
    if (call(p, "query-cpus-fast", NULL, &answer, err) < 0)
        return -1;
    if (vc_qemu_cpus_parse(answer, &cpus, err) < 0)
        return vc_qemu_session_explain(&p->session, err);
    *ret = true;
    for (i = 0; i < cpus.n; i++) {
        if (cpus.items[i].vcpu == vcpu)
            *ret = false;
    }
    return 0;
}

/* Another client has the monitor, or QEMU has no time. */
static bool is_kept_waiting(const struct vc_error *err)
{
    return err->code == VC_ERR_RESOURCE_BUSY ||
           err->code == VC_ERR_OPERATION_TIMEOUT;
}

/* Lets others in, and takes the monitor again: once, and as often as it takes
 * until the time.  was_refused: the last word before. */
static int breathe(struct plugging *p, unsigned vcpu, bool was_refused,
                   struct vc_error *err)
{
    do {
        bool refused = false;

        vc_qemu_session_hang_up(&p->session);
        /* an old no looks as a new one does */
        if (vc_qemu_session_ask(&p->session, err) == 0 &&
            (was_refused || last_word(p, vcpu, &refused, err) == 0)) {
            p->held_since_ms = vc_qemu_now_ms();
            return refused ? say_refused(p, vcpu, err) : 0;
        }
        if (!is_kept_waiting(err))
            return -1;
    } while (vc_qemu_now_ms() < p->deadline_ms);
    return say_late(p, vcpu, err);
}

/* A look, and then a wait for a sign.  0; 1: the time is over; -1. */
static int wait_some(struct plugging *p, unsigned vcpu, int64_t wait_ms,
                     bool *ret_gone, struct vc_error *err)
{
    int64_t until_ms;

    if (is_gone(p, vcpu, ret_gone, err) < 0)
        return -1;
    if (*ret_gone)
        return 0;
    until_ms = vc_qemu_now_ms() + wait_ms;
    if (until_ms - wait_ms >= p->deadline_ms)
        return 1;
    return watch_events(
        p, vcpu, until_ms < p->deadline_ms ? until_ms : p->deadline_ms, err);
}

/* The guest has the request, whatever becomes of the dialogue with QEMU. */
static int wait_gone(struct plugging *p, unsigned vcpu, bool was_refused,
                     struct vc_error *err)
{
    int64_t wait_ms = WAIT_FIRST_MS;
    bool gone = false;

    for (;;) {
        int rc = wait_some(p, vcpu, wait_ms, &gone, err);

        if (gone) {
            p->removed = true;
            return vc_cpuset_add(&p->done, vcpu, vcpu, err);
        }
        if (rc == 1)
            return say_late(p, vcpu, err);
        if (rc < 0 && !is_kept_waiting(err))
            return -1;
        if ((rc < 0 || vc_qemu_now_ms() >= p->held_since_ms + HOLD_MS) &&
            breathe(p, vcpu, was_refused, err) < 0)
            return -1;
        wait_ms = wait_ms * 2 < WAIT_MAX_MS ? wait_ms * 2 : WAIT_MAX_MS;
    }
}

static int unplug_one(struct plugging *p, unsigned vcpu, struct vc_error *err)
{
    struct json_object *args;
    struct vc_qemu_slot slot;
    bool was_refused;
    int rc;

    if (get_slot(p, vcpu, &slot, err) < 0 ||
        last_word(p, vcpu, &was_refused, err) < 0)
        return -1;
    if (!slot.qom)
        return vc_cpuset_add(&p->done, vcpu, vcpu, err);
    args = json_object_new_object();
    if (vc_qemu_json_add(args, "id", json_object_new_string(slot.qom), err) <
        0) {
        (void)json_object_put(args);
        return -1;
    }
    rc = vc_qemu_session_call(&p->session, "device_del", args, NULL, err);
    if (rc == 1 && !strstr(err->text, "not found")) {
        p->refused = true; /* the guest was not even asked */
        return -1;
    }
    if (rc < 0 || wait_gone(p, vcpu, was_refused, err) < 0)
        return say_open(p, vcpu, false, err);
    return 0;
}

/* ---- both ---- */

static int check(struct plugging *p, const struct vc_cpuset *vcpus, bool online,
                 struct vc_cpuset *ret_todo, struct vc_error *err)
{
    struct vc_qemu_session *s = &p->session;
    VC_CPUSET_AUTO present = {0};
    struct vc_qemu_plug plug;

    if (vc_qemu_cpus_set(&s->cpus, &present, err) < 0 ||
        vc_qemu_session_ask_mark(s, err) < 0)
        return -1;
    plug = vc_qemu_session_plug(s);
    plug.present = &present;
    plug.asked = vcpus;
    plug.online = online;
    return vc_qemu_plug_check(&plug, ret_todo, err);
}

static int plug_todo(struct plugging *p, const struct vc_cpuset *todo,
                     bool online, struct vc_error *err)
{
    VC_CPUSET_AUTO left = {0};
    int id;

    if (vc_cpuset_is_empty(todo))
        return 0;
    if (vc_cpuset_copy(&left, todo, err) < 0 || ask_slots(p, err) < 0)
        return -1;
    if (!online && p->session.run.machine.is_tcg && !p->session.marked &&
        set_mark(p, err) < 0)
        return -1;
    while (!vc_cpuset_is_empty(&left)) {
        id = online ? vc_cpuset_next(&left, 0) : vc_cpuset_last(&left);
        if ((online ? plug_one(p, (unsigned)id, err)
                    : unplug_one(p, (unsigned)id, err)) < 0 ||
            vc_cpuset_remove(&left, (unsigned)id, (unsigned)id, err) < 0) {
            drop_mark(p);
            return -1;
        }
    }
    return 0;
}

int vc_qemu_plug(struct vc_qemu_home *home, const struct vc_instance *inst,
                 const struct vc_cpuset *vcpus, bool online,
                 unsigned timeout_ms, struct vc_cpuset *ret_done,
                 struct vc_error *err)
{
    PLUGGING_AUTO p = {.timeout_ms = timeout_ms};
    VC_CPUSET_AUTO todo = {0};
    int rc;

    p.deadline_ms = vc_qemu_now_ms() + timeout_ms;
    if (vc_qemu_session_begin(home, inst, &p.session, err) < 0 ||
        vc_qemu_session_ask(&p.session, err) < 0)
        return -1;
    p.held_since_ms = vc_qemu_now_ms();
    if (check(&p, vcpus, online, &todo, err) < 0 ||
        vc_cpuset_subtract(&p.done, vcpus, &todo, err) < 0)
        return -1;
    rc = plug_todo(&p, &todo, online, err);
    if (ret_done)
        vc_cpuset_move(ret_done, &p.done);
    return rc;
}
