/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A xenstored of a few nodes in a thread, which can misbehave.  Its socket is
 * where XENSTORED_PATH says while it is there.
 */
#ifndef VC_TESTS_DRIVER_FAKE_XENSTORED_H
#define VC_TESTS_DRIVER_FAKE_XENSTORED_H

#include <stdbool.h>

enum fake_mood {
    FAKE_WELL,
    FAKE_SILENT,     /* takes requests and never answers */
    FAKE_HANGS_UP,   /* closes the connection at the next request */
    FAKE_BABBLES,    /* answers with a message of absurd length */
    FAKE_CONFLICTS,  /* no transaction ever succeeds */
    FAKE_LATE,       /* tells of another hand's change with the next answer */
};

/* Forgets all that was. */
void fake_xenstored_reset(void);
/* One at a time.  Nodes stay over stop and start. */
void fake_xenstored_start(void);
void fake_xenstored_stop(void);
void fake_xenstored_mood(enum fake_mood mood);
/* Another hand writes a node (NULL: removes it); its watches fire. */
void fake_xenstored_set(const char *path, const char *value);
/* Is the node's value that one (NULL: there is no such node)? */
bool fake_xenstored_has(const char *path, const char *value);
/* How many requests and connections there were. */
unsigned fake_xenstored_requests(void);
unsigned fake_xenstored_connections(void);

#endif
