/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the contract suite share. */
#ifndef VC_TESTS_DRIVER_CONTRACT_WORLD_H
#define VC_TESTS_DRIVER_CONTRACT_WORLD_H

#include "contract.h"

/* One case: a connection, and domain "contract-a" with 6 vCPUs (or as many as
 * the contract says) of which 0, 1 and 4 are online. */
struct vc_case {
    const struct vc_contract *contract;
    unsigned maximum;
    struct vc_driver *drv;
    struct vc_host host;
    struct vc_instance inst;
    struct vc_live before; /* right after the start */
    struct vc_live now;    /* by vc_case_look */
};

void vc_case_begin(struct vc_case *t, int index);
void vc_case_end(struct vc_case *t);
int vc_case_start(struct vc_case *t, const char *name, int seed,
                  unsigned maximum, const char *online, struct vc_instance *ret,
                  struct vc_error *err);
void vc_case_look(struct vc_case *t);
/* As `before` says, or the case fails. */
void vc_case_nothing_changed(struct vc_case *t);

void vc_contract_add_vcpus(TCase *tcase, int index);

#endif
