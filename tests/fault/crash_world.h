/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A store and a simulated host in files, which outlive the process that changes
 * them: two running domains that differ from their definitions.
 */
#ifndef VC_TEST_CRASH_WORLD_H
#define VC_TEST_CRASH_WORLD_H

#include "engine/internal.h"

/* For two domains: guest with 3 of 6 vCPUs online, other with 2 of 4. */
extern struct vc_domid world_guest;
extern struct vc_domid world_other;

/* forgets: the hypervisor forgets the pins of offline vCPUs. */
void world_make(bool forgets);
void world_remove(void);
const char *world_path(const char *name); /* valid until the next call */
const char *world_dir(void);

/* The engine as a connection has it; opening does not resolve. */
void world_open(struct vc_engine *engine);
void world_close(struct vc_engine *engine);

/* All files, to have them again. */
struct world_files {
    struct world_file {
        char *name;
        char *data;
        size_t len;
    } *items;
    size_t n;
};
void world_save(struct world_files *files);
void world_restore(const struct world_files *files);
void world_files_clear(struct world_files *files);

/* What can be seen, as text. */
struct world_picture {
    char *config; /* revisions and documents */
    char *live;
};
void world_look(struct vc_engine *engine, struct world_picture *ret);
void world_picture_clear(struct world_picture *picture);
bool world_is(const struct world_picture *a, const struct world_picture *b);
size_t world_intents(struct vc_engine *engine);
void world_expect_no_fault(struct vc_engine *engine);
/* Nor an intent. */
void world_expect_clean(struct vc_engine *engine);

/* A change of both halves of one domain or two. */
struct world_op {
    const char *name;
    /* "guest pin 1 3; guest count 5; other online 2": requests in words */
    const char *requests;
};
extern const struct world_op world_ops[];
extern const size_t world_ops_n;
int world_change(struct vc_engine *engine, const char *requests,
                 unsigned impact, struct vc_error *err);

#endif
