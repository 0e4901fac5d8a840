/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A process that plays QEMU and its guest's agent: DIR/NAME.qmp, DIR/NAME.ga.
 * Until it is told to follow its script it behaves: 4 vCPUs, 0 and 1 online,
 * each with a thread of its own.  It ends with the process that started it.
 */
#ifndef LAB_FAKE_PEER_H
#define LAB_FAKE_PEER_H

#include <sys/types.h>

#include "script.h"

struct fake_peer {
    pid_t pid;
    int control;
};

struct fake_spec {
    const char *dir;
    const char *name;
    const struct script *script; /* NULL: it always behaves */
    bool qmp;
    bool agent;
};

/* Returns when it listens.  0, or -1. */
int fake_peer_start(const struct fake_spec *spec, struct fake_peer *ret);
/* From now on by the script, or no more; returns when it is so for all
 * connections that come after. */
int fake_peer_follow(struct fake_peer *peer, bool script);
void fake_peer_end(struct fake_peer *peer);

/* Only the agent, in a thread of this process.  Takes the listener. */
struct fake_agent;
struct fake_world;
struct fake_agent *fake_agent_start(int listener, struct fake_world *world);
void fake_agent_end(struct fake_agent *agent);

#endif
