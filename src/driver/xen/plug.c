/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plugging: a guest is asked by nodes in xenstore, and follows when it likes.
 *
 *  1. All nodes are written in one transaction, or none.
 *  2. The hypervisor alone says whether a vCPU has followed.  It sends no event
 *     for that, so it is asked again and again, ever more seldom.
 *  3. What did not follow in time gets its node back as it was, so that nothing
 *     changes later, when nobody waits any more.
 */
#define VC_ROOM VC_ROOM_DRIVER_XEN
#include "driver/xen/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TRANSACTION_TRIES 64
#define WAIT_MIN_MS 1
#define WAIT_MAX_MS 50
/* Domain-0 is helped when it has not followed for so long. */
#define HELP_AFTER_MS 50

struct plug {
    struct xen_driver *xen;
    const struct vc_instance *inst;
    xc_domaininfo_t info;
    const struct vc_cpuset *vcpus;
    bool online;
    unsigned timeout_ms;
    struct vc_cpuset done;
    struct vc_cpuset missing;
    char **before; /* values of the nodes by vCPU; NULL: there was none */
};

#define PLUG_AUTO __attribute__((cleanup(plug_clear))) struct plug

static void before_clear(struct plug *plug)
{
    unsigned i;

    for (i = 0; plug->before && i < vc_xen_maximum(&plug->info); i++) {
        free(plug->before[i]);
        plug->before[i] = NULL;
    }
}

static void plug_clear(struct plug *plug)
{
    before_clear(plug);
    free(plug->before);
    vc_cpuset_clear(&plug->done);
    vc_cpuset_clear(&plug->missing);
}

static const char *word(bool online)
{
    return online ? "online" : "offline";
}

/* Which are as asked, and which are not. */
static int plug_look(struct plug *plug, struct vc_error *err)
{
    VC_CPUSET_AUTO done = {0};
    int id;

    for (id = vc_cpuset_next(plug->vcpus, 0); id >= 0;
         id = vc_cpuset_next(plug->vcpus, (unsigned)id + 1)) {
        xc_vcpuinfo_t seen;

        if (xen_vcpu_info(plug->xen, &plug->info, (unsigned)id, &seen, err) < 0)
            return -1;
        if (!!seen.online == plug->online &&
            vc_cpuset_append(&done, (uint32_t)id, (uint32_t)id, err) < 0)
            return -1;
    }
    if (vc_cpuset_subtract(&plug->missing, plug->vcpus, &done, err) < 0)
        return -1;
    vc_cpuset_move(&plug->done, &done);
    return 0;
}

/* ---- asking ---- */

/* A node that says something else is written even when the vCPU is as asked:
 * the guest may be about to follow it. */
static int ask_one(struct plug *plug, uint32_t tx, unsigned id,
                   struct vc_error *err)
{
    struct vc_xenstore *xs = &plug->xen->store;
    bool missing = vc_cpuset_contains(&plug->missing, id);
    char path[VC_XEN_PATH_MAX];
    int rc;

    vc_xen_path_availability(path, plug->info.domain, id);
    rc = vc_xenstore_read(xs, tx, path, &plug->before[id], err);
    if (rc && rc != ENOENT)
        return rc;
    if (!missing && (rc == ENOENT ||
                     strcmp(plug->before[id], word(plug->online)) == 0))
        return 0;
    return vc_xenstore_write(xs, tx, path, word(plug->online), err);
}

static int ask_all(struct plug *plug, uint32_t tx, struct vc_error *err)
{
    int rc = 0;
    int id;

    before_clear(plug);
    for (id = vc_cpuset_next(plug->vcpus, 0); id >= 0 && rc == 0;
         id = vc_cpuset_next(plug->vcpus, (unsigned)id + 1))
        rc = ask_one(plug, tx, (unsigned)id, err);
    return rc;
}

static int put_back_all(struct plug *plug, uint32_t tx, struct vc_error *err)
{
    struct vc_xenstore *xs = &plug->xen->store;
    int rc = 0;
    int id;

    for (id = vc_cpuset_next(&plug->missing, 0); id >= 0 && rc == 0;
         id = vc_cpuset_next(&plug->missing, (unsigned)id + 1)) {
        char path[VC_XEN_PATH_MAX];

        vc_xen_path_availability(path, plug->info.domain, (unsigned)id);
        if (plug->before[id])
            rc = vc_xenstore_write(xs, tx, path, plug->before[id], err);
        else
            rc = vc_xenstore_remove(xs, tx, path, err);
        if (rc == ENOENT)
            rc = 0;
    }
    return rc;
}

/* `change` in one transaction: 0, > 0 an errno of xenstored, -1. */
static int transact_once(struct plug *plug,
                         int (*change)(struct plug *plug, uint32_t tx,
                                       struct vc_error *err),
                         struct vc_error *err)
{
    struct vc_xenstore *xs = &plug->xen->store;
    struct vc_error ignored;
    uint32_t tx = 0;
    int rc = vc_xenstore_begin(xs, &tx, err);

    if (rc)
        return rc;
    rc = change(plug, tx, err);
    if (rc) {
        if (rc > 0 && vc_xenstore_end(xs, tx, false, &ignored) < 0)
            vc_xenstore_close(xs);
        return rc;
    }
    rc = vc_xenstore_end(xs, tx, true, err);
    if (rc < 0)
        return vc_error_append(err, "; whether domain '%s' was asked is not "
                                    "known",
                               plug->inst->name);
    return rc;
}

/* Again while others are first. */
static int transact(struct plug *plug,
                    int (*change)(struct plug *plug, uint32_t tx,
                                  struct vc_error *err),
                    struct vc_error *err)
{
    XEN_LOCK_AUTO *lock = xen_lock(plug->xen);
    unsigned tries;
    int rc = EAGAIN;

    for (tries = 0; rc == EAGAIN && tries < TRANSACTION_TRIES; tries++)
        rc = transact_once(plug, change, err);
    if (rc > 0)
        return vc_xen_error(err, rc,
                            "can't write vcpu availability of domain '%s' to "
                            "xenstore",
                            plug->inst->name);
    return rc;
}

/* ---- Domain-0 ---- */

/* Its kernel unplugs by itself, but what it plugs stays offline until its user
 * space says so: udev, or this.  That it fails shows in the hypervisor. */
static void help_domain0(const struct plug *plug)
{
    int id;

    for (id = vc_cpuset_next(&plug->missing, 0); id >= 0;
         id = vc_cpuset_next(&plug->missing, (unsigned)id + 1)) {
        char path[64];
        ssize_t n = 0;
        int fd;

        (void)snprintf(path, sizeof(path),
                       "/sys/devices/system/cpu/cpu%d/online", id);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        n = write(fd, plug->online ? "1" : "0", 1);
        (void)close(fd);
        if (n < 0)
            continue;
    }
}

/* ---- waiting ---- */

static long long now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* 0: all are as asked, or the time is over.  A dying domain still answers, but
 * will not follow any more. */
static int plug_wait(struct plug *plug, struct vc_error *err)
{
    bool helps = plug->info.domain == 0 && xen_is_control_domain();
    long long start = now_ms();
    long long until = start + plug->timeout_ms;
    int pause = WAIT_MIN_MS;

    while (!vc_cpuset_is_empty(&plug->missing)) {
        long long now = now_ms();

        if (now >= until)
            return 0;
        if (helps && now - start >= HELP_AFTER_MS)
            help_domain0(plug);
        (void)poll(NULL, 0, pause < until - now ? pause : (int)(until - now));
        pause = pause * 2 < WAIT_MAX_MS ? pause * 2 : WAIT_MAX_MS;
        if (plug_look(plug, err) < 0 ||
            (!vc_cpuset_is_empty(&plug->missing) &&
             xen_info_of(plug->xen, plug->inst, &plug->info, err) < 0))
            return -1;
    }
    return 0;
}

static int timed_out(struct plug *plug, struct vc_error *err)
{
    struct vc_error why = {0};

    (void)vc_error_set(err, VC_ERR_OPERATION_TIMEOUT,
                       "vcpus %s of domain '%s' did not get %s within %u ms",
                       VC_CPUSET_SHOW(&plug->missing), plug->inst->name,
                       word(plug->online), plug->timeout_ms);
    if (transact(plug, put_back_all, &why) < 0)
        (void)vc_error_append(err, "; they may still: %.200s", why.text);
    return -1;
}

static int plug_check(const struct plug *plug, struct vc_error *err)
{
    int last = vc_cpuset_last(plug->vcpus);

    if (last >= (int)vc_xen_maximum(&plug->info))
        return xen_out_of_range(plug->inst, &plug->info, (unsigned)last, err);
    if (!plug->online && vc_cpuset_contains(plug->vcpus, 0))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED,
                            "vcpu 0 of domain '%s' can't be unplugged",
                            plug->inst->name);
    if (vc_xen_has_device_model(&plug->info))
        return vc_error_set(err, VC_ERR_OPERATION_UNSUPPORTED, "domain '%s': %s",
                            plug->inst->name, xen_no_online);
    return 0;
}

int xen_set_online(struct vc_driver *drv, const struct vc_instance *inst,
                   const struct vc_cpuset *vcpus, bool online,
                   unsigned timeout_ms, struct vc_cpuset *ret_done,
                   struct vc_error *err)
{
    PLUG_AUTO plug = {.xen = xen_self(drv), .inst = inst, .vcpus = vcpus,
                      .online = online, .timeout_ms = timeout_ms};
    struct vc_error why = {0};
    int rc;

    if (xen_enter(plug.xen, err) < 0 ||
        xen_info_of(plug.xen, inst, &plug.info, err) < 0 ||
        plug_check(&plug, err) < 0)
        return -1;
    plug.before = calloc(vc_xen_maximum(&plug.info), sizeof(*plug.before));
    if (!plug.before)
        return vc_error_nomem(err);
    if (plug_look(&plug, err) < 0)
        return -1;
    /* Where all is as asked, only what was asked before could be taken back. */
    rc = transact(&plug, ask_all, &why);
    if (rc < 0 && !vc_cpuset_is_empty(&plug.missing)) {
        *err = why;
        return -1;
    }
    rc = plug_wait(&plug, err);
    if (rc == 0 && !vc_cpuset_is_empty(&plug.missing))
        rc = timed_out(&plug, err);
    if (ret_done)
        vc_cpuset_move(ret_done, &plug.done);
    return rc;
}
