/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tests' own way to speak QMP: lines of text, compared as text.  It shares
 * nothing with the driver, so that a mistake there can't hide here.
 */
#ifndef LAB_QMP_H
#define LAB_QMP_H

#include <stdbool.h>
#include <stddef.h>

#define QMP_ROOM (1 << 16)

/* All zeros but fd = -1: not connected. */
struct qmp {
    int fd;
    size_t len;
    char in[QMP_ROOM];     /* read, not yet taken */
    char events[QMP_ROOM]; /* lines that came while something else was read */
};

/* Milliseconds of a clock that only goes forward. */
long long lab_now_ms(void);
/* Waits for a descriptor until that time; false: it is later. */
bool lab_readable(int fd, long long until);

/* Takes the descriptor, reads the greeting, negotiates.  0, or -1. */
int qmp_begin(struct qmp *qmp, int fd, int limit_ms);
/* The same by the path of a socket, which may be long. */
int qmp_connect(struct qmp *qmp, const char *path, int limit_ms);
void qmp_end(struct qmp *qmp);
/* A connected stream socket, or -1. */
int lab_connect(const char *path);

/* Sends a command as text and returns its answer, valid until the next call;
 * NULL: none came.  An answer is a line with "return" or "error". */
const char *qmp_call(struct qmp *qmp, const char *command);
/* The same; true if the answer is "return". */
bool qmp_do(struct qmp *qmp, const char *command);
/* Waits for an event of that name whose line also holds `words`. */
bool qmp_event(struct qmp *qmp, const char *name, const char *words,
               int limit_ms);
/* Plugs the vCPU of a slot (one socket, a thread per core). */
bool qmp_plug(struct qmp *qmp, unsigned slot);

/* Host threads by vCPU id; returns how many vCPUs there are, at most n.
 * -1 where there is none. */
int qmp_threads(struct qmp *qmp, int *ret_tids, int n);

#endif
