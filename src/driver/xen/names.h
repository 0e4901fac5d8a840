/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of domains.  Asking xenstored for one costs many times a
 * hypercall, so names that are asked for again and again are kept, each with a
 * watch on it that tells when it has changed.
 *
 *  1. A kept name is one that was read while its watch was there.
 *  2. Names that were kept on one connection are nothing on another.
 */
#ifndef VC_DRIVER_XEN_NAMES_H
#define VC_DRIVER_XEN_NAMES_H

#include "driver/xen/values.h"
#include "driver/xen/xenstore.h"

struct vc_xen_name {
    unsigned domid;
    unsigned char handle[VC_UUID_LEN];
    bool watched;
    char *name; /* NULL: not known now */
};

struct vc_xen_names {
    struct vc_xen_name *items;
    size_t n;
    size_t cap;
    unsigned generation; /* of the connection */
};

void vc_xen_names_clear(struct vc_xen_names *names);

/* 1: *ret_name, owned; 0: the domain has none; -1: xenstored can't be asked.
 * Domain-0 always has one, unless xenstored can't be asked. */
int vc_xen_names_get(struct vc_xen_names *names, struct vc_xenstore *xs,
                     const xc_domaininfo_t *info, char **ret_name,
                     struct vc_error *err) VC_NODISCARD;

/* Is a domain known by that name, as far as events tell by now?  It may be gone,
 * and another one may be called so since a moment. */
bool vc_xen_names_known(struct vc_xen_names *names, struct vc_xenstore *xs,
                        const char *name, int *ret_domid,
                        unsigned char ret_handle[VC_UUID_LEN]);

/* Whatever was renamed before is known to `get` after this. */
int vc_xen_names_sync(struct vc_xen_names *names, struct vc_xenstore *xs,
                      struct vc_error *err) VC_NODISCARD;

/* Forgets the domains that are not among these, which are sorted. */
void vc_xen_names_prune(struct vc_xen_names *names, struct vc_xenstore *xs,
                        const xc_domaininfo_t *infos, size_t n);

/* The `fired` of a struct vc_xenstore whose `opaque` are the names. */
void vc_xen_names_fired(void *names, const char *token);

#endif
