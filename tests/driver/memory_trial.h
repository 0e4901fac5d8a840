/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each allocation of a driver's call fails, alone and with all behind it: the
 * call says NO_MEMORY or succeeds all the same, and leaves nothing behind.
 */
#ifndef VC_TESTS_DRIVER_MEMORY_TRIAL_H
#define VC_TESTS_DRIVER_MEMORY_TRIAL_H

#include <stdbool.h>

#include "util/error.h"

struct memory_trial {
    const char *name;
    int (*call)(struct vc_error *err);
    void (*prepare)(void); /* before each; may be NULL */
    bool keeps_fd;         /* what it opens stays open */
};

/* The handle is closed before and after, to see what is left behind. */
void memory_trial_run(const struct memory_trial *trial, bool on,
                      void (*open_handle)(void), void (*close_handle)(void));

#endif
