/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fault wrapper's script as a value.  See fault.h for its text. */
#ifndef VC_DRIVER_WRAP_FAULT_SPEC_H
#define VC_DRIVER_WRAP_FAULT_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

enum vc_fault_verb {
    VC_FAULT_HOST,
    VC_FAULT_LIST,
    VC_FAULT_FIND,
    VC_FAULT_SNAPSHOT,
    VC_FAULT_SET_AFFINITY,
    VC_FAULT_SET_ONLINE,
    VC_FAULT_AGENT_GET,
    VC_FAULT_AGENT_SET,
    VC_FAULT_CREATE,
    VC_FAULT_DESTROY,
    VC_FAULT_WATCH,
    VC_FAULT_DISPATCH,
    VC_FAULT_NVERBS,
};

enum vc_fault_action {
    VC_FAULT_GO_ON,
    VC_FAULT_FAIL,
    VC_FAULT_FAILAFTER,
    VC_FAULT_GONE,
    VC_FAULT_TIMEOUT,
    VC_FAULT_NARROW,
    VC_FAULT_DELAY,
    VC_FAULT_NACTIONS,
};

struct vc_fault_rule {
    enum vc_fault_verb verb;
    uint32_t first; /* of the calls it is for, counted from 1 */
    uint32_t last;
    enum vc_fault_action action;
    uint32_t delay_ms;
};

struct vc_fault_script {
    struct vc_fault_rule *rules;
    size_t n;
};

/* spec may be NULL.  *ret is cleared first if it holds a script. */
int vc_fault_script_parse(const char *spec, struct vc_fault_script *ret,
                          struct vc_error *err) VC_NODISCARD;
void vc_fault_script_clear(struct vc_fault_script *script);

/* The action of the n-th call of a verb (never DELAY), and its delays' sum. */
enum vc_fault_action vc_fault_script_look(const struct vc_fault_script *script,
                                          enum vc_fault_verb verb, uint32_t n,
                                          uint64_t *ret_delay_ms);

const char *vc_fault_verb_name(enum vc_fault_verb verb);
/* False: there is no verb of that name. */
bool vc_fault_verb_parse(const char *name, size_t len,
                         enum vc_fault_verb *ret_verb);

#endif
