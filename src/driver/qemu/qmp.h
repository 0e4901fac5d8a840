/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A dialogue with one QMP monitor.  It begins with a batch of questions that
 * goes out at once behind the greeting, so that many monitors can be asked at
 * a time and none of them waits for another; then single commands may follow.
 *
 *  1. Nothing is sent before the greeting: who queues behind another client
 *     would have it done when its turn comes, long after giving up.
 *  2. Everything has a deadline.
 *  3. A socket whose process is neither root's, ours, nor the owner's of the
 *     directory is not spoken with; nor is one of libvirt's.  Where connect()
 *     does not get through, so that the process isn't known, whose the file is
 *     says the same; no queue of a stranger's is waited for.
 */
#ifndef VC_DRIVER_QEMU_QMP_H
#define VC_DRIVER_QEMU_QMP_H

#include "driver/qemu/wire.h"

#define VC_QMP_BATCH_MAX 4u
#define VC_QMP_EVENTS_MAX 64u

enum vc_qmp_state {
    VC_QMP_CONNECTING,
    VC_QMP_GREETING,
    VC_QMP_ASKING,
    VC_QMP_READY,  /* the batch is answered */
    VC_QMP_DEAD,   /* nobody listens: nothing runs there */
    VC_QMP_FAILED, /* `why` says it */
};

struct vc_qmp {
    enum vc_qmp_state state;
    bool begun;
    bool late;    /* it failed because the time was over; with no pid: in the
                     queue before it could connect */
    bool patient; /* no deadline for the greeting: the socket of a watcher */
    int sock_fd;  /* O_PATH: the socket's file, until it is connected */
    uid_t owner;
    struct vc_qemu_wire wire;
    pid_t pid;
    uint64_t start;   /* of the process behind it */
    pid_t want_pid;   /* 0: any */
    uint64_t want_start;
    const char *const *batch; /* NULL-terminated */
    /* What the commands of the batch returned; NULL: an error.  Owned. */
    struct json_object *answers[VC_QMP_BATCH_MAX];
    unsigned nanswers; /* the first: of qmp_capabilities */
    int64_t next_id;
    int64_t deadline_ms;
    int64_t retry_ms;
    /* Of vCPUs that come and go, and of the machine that stops or goes on: the
     * newest; owned. */
    struct json_object *events[VC_QMP_EVENTS_MAX];
    unsigned nevents;
    struct vc_error why;
};

#define VC_QMP_AUTO __attribute__((cleanup(vc_qmp_close))) struct vc_qmp

/* Takes sock_fd; borrows batch until the dialogue is closed.  With want_pid
 * only that process is spoken with. */
void vc_qmp_begin(struct vc_qmp *qmp, int sock_fd, uid_t owner,
                  const char *const *batch, pid_t want_pid,
                  uint64_t want_start);
/* Closing what was zeroed, and never begun, is fine. */
void vc_qmp_close(struct vc_qmp *qmp);

/* Goes as far as it can without waiting. */
void vc_qmp_step(struct vc_qmp *qmp);
static inline bool vc_qmp_is_busy(const struct vc_qmp *qmp)
{
    return qmp->state < VC_QMP_READY;
}
/* Waits until one of them can go on, or until the time, and lets it.  False:
 * none is busy any more. */
bool vc_qmp_run_some(struct vc_qmp *qmps, size_t n, int64_t until_ms);
/* READY, DEAD or FAILED. */
enum vc_qmp_state vc_qmp_run(struct vc_qmp *qmp);

/* One command; takes args, which may be NULL.  *ret (may be NULL) is owned.
 * 0; 1: QEMU said no, *err has its words; -1: there was no answer. */
int vc_qmp_call(struct vc_qmp *qmp, const char *command,
                struct json_object *args, struct json_object **ret,
                struct vc_error *err);
/* Waits for an event until the time; false: none came.  -1 in *ret_rc: the
 * dialogue is over.  *ret is owned. */
bool vc_qmp_event(struct vc_qmp *qmp, int64_t until_ms,
                  struct json_object **ret, int *ret_rc, struct vc_error *err);

#endif
