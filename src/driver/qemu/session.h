/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A dialogue with one run, for the length of one verb: whoever else wants its
 * monitor waits no longer than that.
 */
#ifndef VC_DRIVER_QEMU_SESSION_H
#define VC_DRIVER_QEMU_SESSION_H

#include "driver/qemu/home.h"
#include "driver/qemu/machine.h"
#include "driver/qemu/qmp.h"
#include "driver/qemu/rules.h"

/* An object of this name is in a machine under TCG of which a vCPU was
 * unplugged, or may have been. */
#define VC_QEMU_MARK "vcpuconf-unplugged"

/* A process that ends loses its sockets and threads a moment before it is seen
 * to end: so long is waited for that where one of them is gone. */
#define VC_QEMU_ENDING_MS 300
#define VC_QEMU_ENDING_STEP_MS 5

struct vc_qemu_session {
    struct vc_qemu_home *home;
    const struct vc_instance *inst;
    struct vc_qemu_dir dir;
    struct vc_qemu_run run;
    struct vc_qmp qmp;
    struct vc_qemu_cpus cpus;
    bool paused;
    bool marked; /* by vc_qemu_session_ask_mark; and by _look with PLUG */
    /* By vc_qemu_session_look: the threads after the answers, and whether they
     * were the same before. */
    struct vc_qemu_tasks tasks;
    bool steady;
};
#define VC_QEMU_SESSION_AUTO                                                   \
    __attribute__((cleanup(vc_qemu_session_close))) struct vc_qemu_session

/* The run, without a word to it. */
int vc_qemu_session_begin(struct vc_qemu_home *home,
                          const struct vc_instance *inst,
                          struct vc_qemu_session *ret,
                          struct vc_error *err) VC_NODISCARD;
/* Asks it for its state and its vCPUs; what its machine is as well, if that
 * isn't known.  Again: on a new connection. */
int vc_qemu_session_ask(struct vc_qemu_session *session,
                        struct vc_error *err) VC_NODISCARD;
/* The same, asking for no more than its state, and for nothing if that is not
 * wanted, where its threads show that the vCPUs are those seen last; lets
 * others have the monitor then.  Of the parts of a snapshot RUNS wants its
 * state, PLUG also its mark. */
int vc_qemu_session_look(struct vc_qemu_session *session, unsigned parts,
                         struct vc_error *err) VC_NODISCARD;
/* Is it marked?  Only a machine under TCG is asked. */
int vc_qemu_session_ask_mark(struct vc_qemu_session *session,
                             struct vc_error *err) VC_NODISCARD;
/* Its side of the rules, once it was asked: what is `present` and `asked` is
 * left out. */
struct vc_qemu_plug vc_qemu_session_plug(const struct vc_qemu_session *session);
/* Lets others have the monitor. */
void vc_qemu_session_hang_up(struct vc_qemu_session *session);
void vc_qemu_session_close(struct vc_qemu_session *session);

/* vc_qmp_call with errors that name the domain, or say that it is gone. */
int vc_qemu_session_call(struct vc_qemu_session *session, const char *command,
                         struct json_object *args, struct json_object **ret,
                         struct vc_error *err);
/* Puts the domain before *err, or says "domain is not running".  -1. */
int vc_qemu_session_explain(const struct vc_qemu_session *session,
                            struct vc_error *err);

/* Most vCPUs it can have. */
unsigned vc_qemu_session_maximum(const struct vc_qemu_session *session);
/* The thread of that vCPU, as seen from here.  1; 0: it is gone; -1. */
int vc_qemu_session_thread(const struct vc_qemu_session *session,
                           const struct vc_qemu_cpu *cpu,
                           struct vc_qemu_task *ret, struct vc_error *err);

#endif
