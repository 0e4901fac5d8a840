/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lab_xen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

xc_interface *lab_xen_open(void)
{
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);

    if (!xch)
        perror("lab: xc_interface_open");
    return xch;
}

void lab_xen_close(xc_interface **xch)
{
    if (*xch)
        (void)xc_interface_close(*xch);
}

struct xs_handle *lab_store_open(void)
{
    struct xs_handle *xs = xs_open(0);

    if (!xs)
        perror("lab: xs_open");
    return xs;
}

void lab_store_close(struct xs_handle **xs)
{
    if (*xs)
        xs_close(*xs);
}

bool lab_complain(const char *what, int id)
{
    (void)fprintf(stderr, "lab: %s (%d): %s\n", what, id, strerror(errno));
    return false;
}
