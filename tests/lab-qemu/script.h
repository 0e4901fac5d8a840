/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Scripts of the fake peer.  The head says what is asked of the driver and what
 * must come of it; then come, by side, what the peer does at an occasion.
 * Elsewhere it behaves.
 *
 *     call: snapshot            list, snapshot, pin, plug, unplug, agent-get,
 *                               agent-set, watch
 *     expect: OPERATION_FAILED words that the message holds
 *                               or OK, or UNCLEAR (of list) with words
 *     limit: 3000               milliseconds until then
 *     agent: yes                there is an agent's socket (so an "agent" side)
 *
 *     side qmp                  or agent
 *     on query-cpus-fast        a command, or connect
 *       send TEXT               a line
 *       raw TEXT                without the end of line
 *       slowly MS TEXT          a byte each MS milliseconds
 *       repeat N TEXT           raw, N times or until the other side closes
 *       greet                   what a QEMU says first
 *       answer                  what one would answer here
 *       expect COMMAND          goes on when that comes; answers others
 *       wait                    until the other side closes
 *       close
 *
 * In TEXT: \n \r \\ \xHH; @ID@ the request's id, @TID0@ to @TID3@ the peer's
 * vCPU threads, @PID@ its process.
 */
#ifndef LAB_SCRIPT_H
#define LAB_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

enum side { SIDE_QMP, SIDE_AGENT };

enum act_kind {
    ACT_SEND,
    ACT_RAW,
    ACT_SLOWLY,
    ACT_REPEAT,
    ACT_GREET,
    ACT_ANSWER,
    ACT_EXPECT,
    ACT_WAIT,
    ACT_CLOSE,
};

struct act {
    enum act_kind kind;
    long n;     /* of SLOWLY and REPEAT */
    char *text; /* escapes are undone, @NAME@ still in it */
    size_t len;
};

struct occasion {
    enum side side;
    char *command; /* or "connect" */
    struct act *acts;
    size_t n;
};

struct script {
    char call[32];
    char code[40];
    char words[200];
    int limit_ms;
    bool agent;
    struct occasion *occasions;
    size_t n;
};

/* Returns owned; NULL: can't be read, which says where on stderr. */
struct script *script_read(const char *path);
void script_free(struct script *script);
const struct occasion *script_at(const struct script *script, enum side side,
                                 const char *command);

#endif
