/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * src/driver: how the engine speaks with a hypervisor.  May know src/model
 * and src/util.  A driver gets numbers and bitmaps: never XML, flags or SQL.
 * It keeps no state of its own about domains, decides nothing about targets,
 * and reports what the hypervisor says, not what was asked of it.
 *
 * The chain:   engine -> [trace] -> [fault] -> driver -> hypervisor
 * A wrapper is a driver that holds the next one.
 *
 * Every verb of the table is there (vc_driver_ops_complete is asserted by a
 * test); what a hypervisor can't do is a missing bit in vc_host.caps or
 * vc_live.caps, which the plan looks at before anything is touched.  A verb
 * behind a missing bit answers OPERATION_UNSUPPORTED.  What set_online refuses
 * of a run though it has the bit is in vc_live.limits, with the same words.
 *
 * Verbs on an instance compare its start identity: an instance that is gone,
 * or another run of it, is OPERATION_INVALID "domain is not running".
 *
 * Outputs (ret_...) are values that hold something or are all zeros; what they
 * held is released when the verb succeeds, and stays when it fails (ret_done
 * of set_online and agent_set apart, see there).
 *
 * A handle may be used by several threads at once.
 */
#ifndef VC_DRIVER_DRIVER_H
#define VC_DRIVER_DRIVER_H

#include "model/live.h"
#include "util/uri.h"

enum vc_open_result {
    VC_OPEN_OK = 0,
    VC_OPEN_NOT_MINE, /* the URI's scheme is another driver's */
    VC_OPEN_BROKEN,   /* mine, but it can't be opened: *err says why */
};

enum vc_instance_key_kind { VC_BY_UUID, VC_BY_NAME, VC_BY_ID };

struct vc_instance_key {
    enum vc_instance_key_kind kind;
    const unsigned char *uuid;
    const char *name;
    int id;
    /* For who only reads: by uuid or id the name may be "", and by name it may
     * be one that another hand is changing in this moment. */
    bool quick;
    /* By name: if it is not there, what is left of it, for who wants to say so
     * (NULL: nobody).  Stays as it is where nothing is. */
    struct vc_error *ret_left;
};

/* How a domain is to start: only numbers. */
struct vc_create_spec {
    const char *name;
    const unsigned char *uuid;
    unsigned maximum;
    const struct vc_cpuset *online;
};

struct vc_driver;

struct vc_driver_ops {
    const char *scheme; /* of the URI: "test" */
    const char *type;   /* what virConnectGetType says: "TEST" */
    const char *default_uri; /* the URI of the hypervisor on this host */
    /* Names of the URI parameters it knows, NULL-terminated.  vc_driver_open
     * refuses all others but those that belong to every URI. */
    const char *const *params;

    /* Is that hypervisor here?  False from a driver that is never the
     * default. */
    bool (*probe)(void);
    enum vc_open_result (*open)(const struct vc_uri *uri,
                                struct vc_driver **ret, struct vc_error *err);
    void (*close)(struct vc_driver *drv);

    int (*host)(struct vc_driver *drv, struct vc_host *ret,
                struct vc_error *err);
    /* All instances, in the order of their ids; and in ret->unclear those that
     * run, it seems, but can't be asked.  One of these never hides the others;
     * a `find` by its name is an error, which says why. */
    int (*list)(struct vc_driver *drv, struct vc_instance_list *ret,
                struct vc_error *err);
    /* 1 found, 0 not there, -1 error. */
    int (*find)(struct vc_driver *drv, const struct vc_instance_key *key,
                struct vc_instance *ret, struct vc_error *err);
    /* parts: enum vc_live_part and VC_LIVE_OF, what is wanted of it.  The rest
     * costs nothing, and may be empty. */
    int (*snapshot)(struct vc_driver *drv, const struct vc_instance *inst,
                    unsigned parts, struct vc_live *ret,
                    struct vc_error *err);
    /* Hard affinity of one vCPU.  *ret_effective (may be NULL): what the
     * hypervisor made of it, read back. */
    int (*set_affinity)(struct vc_driver *drv, const struct vc_instance *inst,
                        unsigned vcpu, const struct vc_cpuset *cpus,
                        struct vc_cpuset *ret_effective, struct vc_error *err);
    /* Plugs or unplugs all of `vcpus`; returns 0 when the hypervisor shows it.
     * On -1 (OPERATION_TIMEOUT after timeout_ms; the engine adds to the message
     * how many followed) some may have followed:
     * *ret_done (may be NULL) holds those that are as asked. Ids that are so
     * already count as done.  A refused call does nothing and leaves *ret_done
     * as it is. */
    int (*set_online)(struct vc_driver *drv, const struct vc_instance *inst,
                      const struct vc_cpuset *vcpus, bool online,
                      unsigned timeout_ms, struct vc_cpuset *ret_done,
                      struct vc_error *err);
    /* AGENT_UNRESPONSIVE when none answers. */
    int (*agent_get)(struct vc_driver *drv, const struct vc_instance *inst,
                     unsigned timeout_ms, struct vc_agent *ret,
                     struct vc_error *err);
    int (*agent_set)(struct vc_driver *drv, const struct vc_instance *inst,
                     const struct vc_cpuset *vcpus, bool online,
                     unsigned timeout_ms, struct vc_cpuset *ret_done,
                     struct vc_error *err);
    int (*create)(struct vc_driver *drv, const struct vc_create_spec *spec,
                  struct vc_instance *ret, struct vc_error *err);
    int (*destroy)(struct vc_driver *drv, const struct vc_instance *inst,
                   struct vc_error *err);

    /* News, for who waits.  *ret_fd, which stays the driver's, becomes readable
     * when runs may have begun, ended, or had vCPUs plugged by another hand.
     * A second watch on the handle replaces the first, and closes its
     * descriptor; closing the driver ends it. */
    int (*watch)(struct vc_driver *drv, int *ret_fd, struct vc_error *err);
    /* Takes what the descriptor has, and never blocks.  *ret_news: there may be
     * something to see in `list`.  -1: the watch is over, since its other side
     * went away; watch again, later.  One thread watches and dispatches, others
     * may call other verbs meanwhile. */
    int (*dispatch)(struct vc_driver *drv, bool *ret_news,
                    struct vc_error *err);
};

/* Every driver's own struct starts with this.  What of the host can't change
 * while it is open is here, so that no verb is called for it. */
struct vc_driver {
    const struct vc_driver_ops *ops;
    unsigned caps;  /* as vc_host says */
    unsigned ncpus; /* as vc_host says */
};

/* Finds the driver of a URI, opens it, and puts the wrappers around it that
 * the URI (?fault=...) or VCPUCONF_DEBUG (driver.NAME) ask for. */
struct vc_driver *vc_driver_open(const struct vc_uri *uri,
                                 struct vc_error *err) VC_NODISCARD;
void vc_driver_close(struct vc_driver *drv);

/* The URI to use where none is given: VCPUCONF_URI, else the first driver of
 * the table that finds its hypervisor here; never the test driver.  NULL with
 * NO_CONNECT.  Returns owned. */
char *vc_driver_default_uri(struct vc_error *err) VC_NODISCARD;

bool vc_instance_key_matches(const struct vc_instance_key *key,
                             const struct vc_instance *inst);
/* A `find` for drivers whose only way is the list. */
int vc_driver_find_in_list(struct vc_driver *drv,
                           const struct vc_instance_key *key,
                           struct vc_instance *ret, struct vc_error *err);

/* The table: NULL-terminated, in the order of probing. */
extern const struct vc_driver_ops *const vc_driver_table[];
bool vc_driver_ops_complete(const struct vc_driver_ops *ops);

#endif
