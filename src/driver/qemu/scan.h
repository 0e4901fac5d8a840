/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One look at a directory: what every socket in it is. */
#ifndef VC_DRIVER_QEMU_SCAN_H
#define VC_DRIVER_QEMU_SCAN_H

#include "driver/qemu/home.h"

enum vc_qemu_seen_as {
    VC_QEMU_SEEN_NOT_YET,
    VC_QEMU_SEEN_NOTHING, /* nothing runs there */
    VC_QEMU_SEEN_RUN,
    VC_QEMU_SEEN_UNCLEAR,
};

struct vc_qemu_seen {
    enum vc_qemu_seen_as as;
    const char *base; /* borrowed from the names */
    struct vc_qemu_file file;
    struct vc_qemu_run run;
    struct vc_qemu_unclear unclear; /* if it is that */
    bool stale;     /* nothing runs there: nobody listens at it */
    bool unreached; /* it is unclear, and connect() did not get through to it */
    int sock_fd; /* until it is asked */
};

struct vc_qemu_scan {
    struct vc_qemu_dir dir;
    struct vc_qemu_names names;
    struct vc_qemu_seen *seen;
    size_t n;
    const struct vc_instance_key *key; /* NULL: all are looked for */
    bool complete;                     /* all have answered or had their time */
};
#define VC_QEMU_SCAN_AUTO                                                      \
    __attribute__((cleanup(vc_qemu_scan_clear))) struct vc_qemu_scan

/* With scan->dir opened, and the key set where one is looked for. */
int vc_qemu_scan(struct vc_qemu_home *home, struct vc_qemu_scan *scan,
                 struct vc_error *err) VC_NODISCARD;
void vc_qemu_scan_clear(struct vc_qemu_scan *scan);

#endif
