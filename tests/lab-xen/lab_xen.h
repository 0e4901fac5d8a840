/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections of the lab's own to the hypervisor and to xenstore. */
#ifndef LAB_XEN_H
#define LAB_XEN_H

#include <stdbool.h>
#include <xenctrl.h>
#include <xenstore.h>

/* Closed at the end of the block.  NULL is said on stderr. */
xc_interface *lab_xen_open(void);
void lab_xen_close(xc_interface **xch);
#define LAB_XEN_AUTO __attribute__((cleanup(lab_xen_close))) xc_interface

struct xs_handle *lab_store_open(void);
void lab_store_close(struct xs_handle **xs);
#define LAB_STORE_AUTO                                                         \
    __attribute__((cleanup(lab_store_close))) struct xs_handle

/* With errno's words, on stderr.  Always false. */
bool lab_complain(const char *what, int id);

#endif
