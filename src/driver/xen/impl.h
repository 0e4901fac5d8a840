/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between the files of the Xen driver.
 *
 * Facts and affinity come from the hypervisor: by libxenctrl, or several at once
 * by libxencall, on which that stands (calls.h).  xenstored is asked for names,
 * for the availability of vCPUs and for starts and ends only, so that what needs
 * none of these works without it.
 *
 *  1. `mutex` guards store and names.  It is held while xenstored is asked,
 *     which is bounded, and never while a guest is waited for.
 *  2. The handles of libxenctrl and libxencall serve several threads, but one
 *     process: in a forked child the first verb opens everything anew (xen_enter), and what
 *     the parent had open is left alone there.
 *  3. The watch is of the process that made it, and of one thread.
 */
#ifndef VC_DRIVER_XEN_IMPL_H
#define VC_DRIVER_XEN_IMPL_H

#include <pthread.h>
#include <stdatomic.h>
#include <xentoollog.h>

#include "driver/driver.h"
#include "driver/xen/calls.h"
#include "driver/xen/names.h"
#include "driver/xen/values.h"
#include "driver/xen/xenstore.h"

/* Of a domain, as long as no device model is in between. */
#define XEN_LIVE_CAPS (VC_CAP_PIN | VC_CAP_PIN_OFFLINE | VC_CAP_ONLINE)
#define XEN_HOST_CAPS (XEN_LIVE_CAPS | VC_CAP_WATCH)

struct xen_driver {
    struct vc_driver base;
    atomic_uint epoch; /* of the process that opened what follows */
    xentoollog_logger logger;
    xc_interface *xch;
    xc_physinfo_t phys; /* what never changes of the host */
    unsigned ncpus;     /* size of its map */
    char start[48];     /* what a start identity has before the domid */
    struct xen_calls calls;
    atomic_int last_found; /* domid; 0: none yet */
    atomic_uint_fast64_t last_uuid; /* half of its uuid */
    pthread_mutex_t mutex;
    struct vc_xenstore store;
    struct vc_xen_names names;
    struct vc_xenstore news;
    bool has_news;
};

static inline struct xen_driver *xen_self(struct vc_driver *drv)
{
    return (struct xen_driver *)drv;
}

/* A guard of the mutex. */
static inline pthread_mutex_t *xen_lock(struct xen_driver *xen)
{
    (void)pthread_mutex_lock(&xen->mutex);
    return &xen->mutex;
}
static inline void xen_unlockp(pthread_mutex_t **mutex)
{
    (void)pthread_mutex_unlock(*mutex);
}
#define XEN_LOCK_AUTO                                                          \
    __attribute__((cleanup(xen_unlockp), unused)) pthread_mutex_t

/* ---- hyper.c ---- */

struct xen_driver *xen_new(struct vc_error *err) VC_NODISCARD;
void xen_free(struct xen_driver *xen);
/* First thing in every verb. */
int xen_enter(struct xen_driver *xen, struct vc_error *err) VC_NODISCARD;
/* Was it opened by this process? */
bool xen_is_own(const struct xen_driver *xen);
bool xen_is_control_domain(void);

/* One domain, alive: 1; 0 not there; -1. */
int xen_info(struct xen_driver *xen, int id, xc_domaininfo_t *ret,
             struct vc_error *err) VC_NODISCARD;
/* All that are alive, in the order of their ids.  Returns owned. */
int xen_infos(struct xen_driver *xen, xc_domaininfo_t **ret, size_t *ret_n,
              struct vc_error *err) VC_NODISCARD;
/* Is it of this boot, and may there be such a domain?  "domain is not running". */
int xen_check_start(const struct xen_driver *xen,
                    const struct vc_instance *inst,
                    struct vc_error *err) VC_NODISCARD;
/* The answer about a domain among others: alive, or "domain is not running". */
int xen_calls_look(const struct xen_calls *calls, unsigned call, int id,
                   xc_domaininfo_t *ret, struct vc_error *err) VC_NODISCARD;
/* The domain of an instance, or "domain is not running". */
int xen_info_of(struct xen_driver *xen, const struct vc_instance *inst,
                xc_domaininfo_t *ret, struct vc_error *err) VC_NODISCARD;
void xen_start_of(const struct xen_driver *xen, unsigned domid,
                  struct vc_instance *ret);
/* The CPUs of the domain's pool that are online. */
int xen_usable(struct xen_driver *xen, const xc_domaininfo_t *info,
               struct vc_cpuset *ret, struct vc_error *err) VC_NODISCARD;
/* One vCPU; one that isn't there yet is offline. */
int xen_vcpu_info(struct xen_driver *xen, const xc_domaininfo_t *info,
                  unsigned vcpu, xc_vcpuinfo_t *ret,
                  struct vc_error *err) VC_NODISCARD;
/* "vcpu 7 is out of range of domain 'x' (0-5)". */
int xen_out_of_range(const struct vc_instance *inst,
                     const xc_domaininfo_t *info, unsigned vcpu,
                     struct vc_error *err);

/* ---- the verbs ---- */

extern const char xen_no_online[]; /* why not, of an HVM guest */

int xen_host(struct vc_driver *drv, struct vc_host *ret, struct vc_error *err);
int xen_list(struct vc_driver *drv, struct vc_instance_list *ret,
             struct vc_error *err);
int xen_find(struct vc_driver *drv, const struct vc_instance_key *key,
             struct vc_instance *ret, struct vc_error *err);
int xen_snapshot(struct vc_driver *drv, const struct vc_instance *inst,
                 unsigned parts, struct vc_live *ret, struct vc_error *err);
int xen_set_affinity(struct vc_driver *drv, const struct vc_instance *inst,
                     unsigned vcpu, const struct vc_cpuset *cpus,
                     struct vc_cpuset *ret_effective, struct vc_error *err);
int xen_set_online(struct vc_driver *drv, const struct vc_instance *inst,
                   const struct vc_cpuset *vcpus, bool online,
                   unsigned timeout_ms, struct vc_cpuset *ret_done,
                   struct vc_error *err);
int xen_watch(struct vc_driver *drv, int *ret_fd, struct vc_error *err);
int xen_dispatch(struct vc_driver *drv, bool *ret_news, struct vc_error *err);

#endif
