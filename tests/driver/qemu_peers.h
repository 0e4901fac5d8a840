/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs of a directory that are played by processes of ours (the lab's fake
 * peer): the driver of QEMU is tried without a QEMU.  Each has 4 vCPUs, 0 and 1
 * online, and a thread for each.
 */
#ifndef VC_TESTS_DRIVER_QEMU_PEERS_H
#define VC_TESTS_DRIVER_QEMU_PEERS_H

#include "../lab-qemu/fake_peer.h"
#include "../lab-qemu/lab.h"

struct peer {
    struct fake_peer fake;
    struct script *script;
};

/* DIR/NAME.qmp, and NAME.ga if there is an agent.  script: the sides of one
 * (script.h), which it follows at once; NULL: it behaves. */
void peer_start(const struct lab *lab, const char *name, bool agent,
                const char *script, struct peer *ret);
void peer_end(struct peer *peer);
/* The host's threads of its vCPUs 0 and 1, as it tells them. */
void peer_threads(const struct lab *lab, const char *name, int ret_tids[2]);

/* A listener DIR/FILE of this process. */
int peer_listen(const struct lab *lab, const char *file);

/* The call fails because the run is over. */
#define IS_OVER(call)                                                          \
    REFUSED(call, VC_ERR_OPERATION_INVALID, "domain is not running")

#endif
