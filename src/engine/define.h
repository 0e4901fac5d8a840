/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A definition on its way into the store: for define and import. */
#ifndef VC_ENGINE_DEFINE_H
#define VC_ENGINE_DEFINE_H

#include "engine/internal.h"
#include "xml/xml.h"

struct engine_definition {
    struct vc_domdef def;
    struct vc_buf summary;
    struct vc_buf words;   /* for the history */
    struct vc_store_op op; /* borrows from those above */
    bool same;             /* the store has these bytes already */
};

void engine_definition_clear(struct engine_definition *definition);
/* Reads and checks the bytes (once), looks what is stored, makes the op. */
int engine_define_prepare(struct vc_engine *engine, const char *bytes,
                          size_t len, const char *what,
                          const unsigned char *key,
                          struct engine_definition *ret,
                          struct vc_error *err) VC_NODISCARD;
/* Refuses a uuid that this run of another name has. */
int engine_define_check_run(const struct vc_instance *run,
                            const struct vc_domdef *def,
                            struct vc_error *err) VC_NODISCARD;
/* The store said EXISTS: says with which uuid.  Always -1. */
int engine_define_name_taken(struct vc_engine *engine, const char *name,
                             struct vc_error *err);

#endif
