/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Real QEMUs for the tests.  A machine's sockets are DIR/NAME.qmp, and as
 * asked DIR/NAME.ga and DIR/NAME.events; DIR/NAME.con is what its guest said,
 * DIR/NAME.log what QEMU said.
 *
 * A machine never outlives its test: it is killed when the process that
 * started it exits, returns from main or is killed.  Start machines from the
 * main thread, since the kernel ends them with the thread that did.
 */
#ifndef LAB_VM_H
#define LAB_VM_H

#include <sys/types.h>

#include "qmp.h"

enum vm_guest {
    VM_TINY,    /* takes and gives vCPUs, see tiny.S */
    VM_REFUSE,  /* keeps its vCPUs */
    VM_DEAF,    /* takes requests and never answers */
    VM_SPIN,    /* keeps vCPU 0 busy, and knows no hotplug */
    VM_STOPPED, /* -S: VM_TINY that has not begun */
    VM_BARE,    /* -S, and no disk */
    VM_LINUX,   /* with the real agent; see guest.sh */
};

struct vm_spec {
    const char *dir;
    const char *name;
    const char *uuid;  /* NULL: has none */
    unsigned online;   /* 0: 2 */
    unsigned maximum;  /* 0: 9 */
    const char *accel; /* NULL: tcg,thread=multi */
    enum vm_guest guest;
    bool agent;         /* a channel for the agent */
    int agent_listener; /* or a socket (0: none) on which QEMU's process
                           listens for it, and this one answers */
    bool events;        /* a second monitor */
    bool hmp;           /* NAME.qmp speaks to people */
    bool pid_namespace; /* root only */
    uid_t user;         /* root only; 0: as we are */
    const char *more;   /* one more option with its value, NULL: none */
    const char *more_value;
};

struct vm {
    pid_t pid;      /* of QEMU, as seen from here */
    pid_t child;    /* of ours: QEMU, or the one around it */
    int pidfd;      /* of the child */
    struct qmp mon; /* the tests' own monitor */
    char dir[4096];
    char name[64];
};

/* Is there a QEMU to be had?  Else says so, for exit status 77. */
bool vm_possible(void);

/* Returns when the monitor answers and the guest runs.  0, or -1 with the
 * reason on stderr. */
int vm_start(const struct vm_spec *spec, struct vm *ret);
/* Ends it as an administrator would; later at once.  All zeros is nothing. */
void vm_end(struct vm *vm);
/* SIGKILL, and waits until it is gone. */
void vm_kill(struct vm *vm);

/* A socket bound to DIR/NAME.ga, for agent_listener; -1. */
int vm_bind_agent(const char *dir, const char *name);

/* DIR/NAME and that, in a buffer of the caller. */
const char *vm_path(const struct vm *vm, const char *suffix, char *buf,
                    size_t room);
/* Waits until the guest has said so much on its serial port. */
bool vm_said(const struct vm *vm, const char *text, int limit_ms);

#endif
