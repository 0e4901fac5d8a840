/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hypervisor: opening it, and asking it about domains.  Only calls that
 * libxenctrl has in all of Xen 4.14 to 4.19.
 */
#define VC_ROOM VC_ROOM_DRIVER_XEN
#include "driver/xen/impl.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
/* Domains asked for at once: few hosts have more than the first number, and
 * the answer's buffer is copied as a whole. */
#define INFOS_FIRST 32u
#define INFOS_MAX 2048u

/* ---- over fork() ---- */

/* How often this process's line of ancestors has forked.  That it has not is
 * asked in every verb: getpid() would cost a third of a hypercall. */
static atomic_uint epoch;
#define EPOCH_BUSY UINT_MAX /* a thread is taking a handle over */

static void fork_in_child(void)
{
    (void)atomic_fetch_add(&epoch, 1);
}

/* At load: a fork() in the middle of a later registration would miss it. */
__attribute__((constructor)) static void fork_register(void)
{
    (void)pthread_atfork(NULL, NULL, fork_in_child);
}

bool xen_is_own(const struct xen_driver *xen)
{
    return atomic_load(&xen->epoch) == atomic_load(&epoch);
}

/* ---- opening ---- */

static void log_nothing(xentoollog_logger *logger VC_UNUSED,
                        xentoollog_level level VC_UNUSED, int errnum VC_UNUSED,
                        const char *context VC_UNUSED,
                        const char *format VC_UNUSED, va_list args VC_UNUSED)
{
}

/* A small file's text up to its first newline; false: there is none. */
static bool read_line(const char *path, char *ret, size_t len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return false;
    n = read(fd, ret, len - 1);
    (void)close(fd);
    if (n < 0)
        return false;
    ret[n] = '\0';
    ret[strcspn(ret, "\n")] = '\0';
    return true;
}

bool xen_is_control_domain(void)
{
    char capabilities[64];
    char features[64];
    bool has_capabilities = read_line("/proc/xen/capabilities", capabilities,
                                      sizeof(capabilities));
    bool has_features = read_line("/sys/hypervisor/properties/features",
                                  features, sizeof(features));

    return vc_xen_is_control(has_capabilities ? capabilities : NULL,
                             has_features ? features : NULL);
}

static int open_failed(int errnum, struct vc_error *err)
{
    char type[16];

    switch (errnum) {
    case EACCES:
    case EPERM:
        return vc_error_set(err, VC_ERR_OPERATION_DENIED,
                            "the Xen hypervisor can't be opened: only root may "
                            "(/dev/xen/privcmd: %s)",
                            errnum == EACCES ? "permission denied"
                                             : "operation not permitted");
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ENOTDIR:
        if (read_line("/sys/hypervisor/type", type, sizeof(type)) &&
            strcmp(type, "xen") == 0)
            return vc_error_set(err, VC_ERR_NO_CONNECT,
                                "the Xen hypervisor is here, but not its "
                                "device /dev/xen/privcmd; load it with: "
                                "modprobe xen-privcmd");
        return vc_error_set(err, VC_ERR_NO_CONNECT,
                            "no Xen hypervisor here: there is no "
                            "/dev/xen/privcmd");
    default:
        return vc_error_errno(err, errnum,
                              "the Xen hypervisor can't be opened");
    }
}

/* The library that was loaded decides which hypervisors it can speak with. */
static int wrong_version(int version, struct vc_error *err)
{
    char there[16];
    char built[16];
    Dl_info library;
    void *symbol;

    vc_xen_version_text(version, there);
    memcpy(&symbol, &(int (*)(xc_interface *)){xc_interface_close},
           sizeof(symbol));
    if (dladdr(symbol, &library) && library.dli_fname &&
        vc_xen_library_version(library.dli_fname, built) &&
        strcmp(built, there) == 0)
        return vc_error_set(err, VC_ERR_OPERATION_DENIED,
                            "the Xen hypervisor denies access");
    if (!dladdr(symbol, &library) || !library.dli_fname ||
        !vc_xen_library_version(library.dli_fname, built))
        (void)snprintf(built, sizeof(built), "another");
    return vc_error_set(err, VC_ERR_NO_CONNECT,
                        "this build is for Xen %s, the hypervisor is %s", built,
                        there);
}

/* The device may be there and be something else; only calls can tell. */
static int hyper_check(struct xen_driver *xen, struct vc_error *err)
{
    int version = xc_version(xen->xch, XENVER_version, NULL);
    xc_physinfo_t *phys = &xen->phys;
    xc_domaininfo_t info;

    if (version < 0)
        return vc_error_set(err, VC_ERR_NO_CONNECT,
                            "no Xen hypervisor here: /dev/xen/privcmd is not "
                            "its device");
    memset(&info, 0, sizeof(info));
    memset(phys, 0, sizeof(*phys));
    if (xc_domain_getinfolist(xen->xch, 0, 1, &info) < 0 ||
        xc_physinfo(xen->xch, phys) < 0) {
        if (errno == EACCES)
            return wrong_version(version, err);
        if (errno == EPERM)
            return vc_error_set(err, VC_ERR_OPERATION_DENIED,
                                "this domain may not control the Xen "
                                "hypervisor; run it in Domain-0");
        return vc_xen_error(err, errno, "no answer from the Xen hypervisor");
    }
    xen->ncpus = phys->max_cpu_id < VC_CPU_LIMIT ? phys->max_cpu_id + 1
                                                 : VC_CPU_LIMIT;
    return 0;
}

static int hyper_open(struct xen_driver *xen, struct vc_error *err)
{
    char boot[40];
    int errnum;
    int rc;

    if (!read_line(BOOT_ID, boot, sizeof(boot)))
        return vc_error_errno(err, errno, "can't read " BOOT_ID);
    (void)snprintf(xen->start, sizeof(xen->start), "xen:%s:", boot);
    xen->xch = xc_interface_open(&xen->logger, &xen->logger, 0);
    if (!xen->xch)
        return open_failed(errno, err);
    rc = hyper_check(xen, err);
    if (rc == 0) {
        errnum = xen_calls_open(&xen->calls, &xen->logger, xen->ncpus);
        rc = errnum ? open_failed(errnum, err) : 0;
    }
    if (rc < 0) {
        (void)xc_interface_close(xen->xch);
        xen->xch = NULL;
    }
    return rc;
}

struct xen_driver *xen_new(struct vc_error *err)
{
    struct xen_driver *xen = calloc(1, sizeof(*xen));

    if (!xen) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    xen->logger.vmessage = log_nothing;
    (void)pthread_mutex_init(&xen->mutex, NULL);
    vc_xenstore_init(&xen->store, vc_xen_names_fired, &xen->names);
    vc_xenstore_init(&xen->news, NULL, NULL);
    atomic_init(&xen->epoch, atomic_load(&epoch));
    if (hyper_open(xen, err) < 0) {
        xen_free(xen);
        return NULL;
    }
    return xen;
}

void xen_free(struct xen_driver *xen)
{
    bool mine = xen_is_own(xen);

    if (xen->xch && mine) {
        xen_calls_close(&xen->calls);
        (void)xc_interface_close(xen->xch);
    }
    vc_xenstore_close(&xen->store);
    vc_xenstore_close(&xen->news);
    if (mine) {
        vc_xen_names_clear(&xen->names);
        (void)pthread_mutex_destroy(&xen->mutex);
    }
    free(xen);
}

/* Another thread of the parent may have been anywhere inside, so nothing of
 * its is looked at.  libxenctrl forbids even to close its handle here, and
 * libxencall's would need a mutex that such a thread may have had. */
static int take_over(struct xen_driver *xen, struct vc_error *err)
{
    (void)pthread_mutex_init(&xen->mutex, NULL);
    memset(&xen->names, 0, sizeof(xen->names));
    vc_xenstore_close(&xen->store);
    vc_xenstore_close(&xen->news);
    xen->has_news = false;
    xen->xch = NULL;
    memset(&xen->calls, 0, sizeof(xen->calls));
    return hyper_open(xen, err);
}

int xen_enter(struct xen_driver *xen, struct vc_error *err)
{
    unsigned now = atomic_load(&epoch);
    unsigned owner;

    while ((owner = atomic_load(&xen->epoch)) != now) {
        if (owner != EPOCH_BUSY &&
            atomic_compare_exchange_strong(&xen->epoch, &owner, EPOCH_BUSY)) {
            int rc = take_over(xen, err);

            atomic_store(&xen->epoch, rc < 0 ? owner : now);
            if (rc < 0)
                return -1;
        } else {
            (void)sched_yield();
        }
    }
    return 0;
}

/* ---- domains ---- */

int xen_info(struct xen_driver *xen, int id, xc_domaininfo_t *ret,
             struct vc_error *err)
{
    xc_domaininfo_t info;
    int n;

    if (id < 0 || id >= (int)DOMID_FIRST_RESERVED)
        return 0;
    memset(&info, 0, sizeof(info));
    n = xc_domain_getinfolist(xen->xch, (uint32_t)id, 1, &info);
    if (n < 0 && errno != ESRCH)
        return vc_xen_error(err, errno, "can't ask about domain %d", id);
    /* absent, it may answer about a later one */
    if (n < 1 || info.domain != id || !vc_xen_is_alive(&info))
        return 0;
    *ret = info;
    return 1;
}

/* One more chunk behind those that are there: how many came, or -1. */
static int infos_more(struct xen_driver *xen, xc_domaininfo_t **infos,
                      size_t *n, unsigned chunk, unsigned *first,
                      struct vc_error *err)
{
    xc_domaininfo_t *grown = reallocarray(*infos, *n + chunk, sizeof(*grown));
    size_t from = *n;
    int got;
    int i;

    if (!grown)
        return vc_error_nomem(err);
    *infos = grown;
    memset(grown + *n, 0, chunk * sizeof(*grown));
    got = xc_domain_getinfolist(xen->xch, *first, chunk, grown + *n);
    if (got < 0)
        return vc_xen_error(err, errno, "can't list the domains");
    if (got)
        *first = grown[from + (unsigned)got - 1].domain + 1u;
    for (i = 0; i < got; i++) {
        if (vc_xen_is_alive(&grown[from + (unsigned)i]))
            grown[(*n)++] = grown[from + (unsigned)i];
    }
    return got;
}

int xen_infos(struct xen_driver *xen, xc_domaininfo_t **ret, size_t *ret_n,
              struct vc_error *err)
{
    xc_domaininfo_t *infos = NULL;
    unsigned chunk = INFOS_FIRST;
    unsigned first = 0;
    size_t n = 0;
    int got;

    while ((got = infos_more(xen, &infos, &n, chunk, &first, err)) >= 0 &&
           (unsigned)got == chunk)
        chunk = chunk < INFOS_MAX ? chunk * 4 : chunk;
    if (got < 0) {
        free(infos);
        return -1;
    }
    *ret = infos;
    *ret_n = n;
    return 0;
}

void xen_start_of(const struct xen_driver *xen, unsigned domid,
                  struct vc_instance *ret)
{
    (void)snprintf(ret->start, sizeof(ret->start), "%s%u", xen->start, domid);
}

int xen_check_start(const struct xen_driver *xen,
                    const struct vc_instance *inst, struct vc_error *err)
{
    size_t len = strlen(xen->start);
    uint32_t domid;

    if (strncmp(inst->start, xen->start, len) == 0 &&
        vc_number_parse(inst->start + len, strlen(inst->start + len),
                        DOMID_FIRST_RESERVED - 1, &domid) &&
        (int)domid == inst->id)
        return 0;
    return vc_xen_error(err, ESRCH, "domain %d", inst->id);
}

int xen_info_of(struct xen_driver *xen, const struct vc_instance *inst,
                xc_domaininfo_t *ret, struct vc_error *err)
{
    int rc = xen_check_start(xen, inst, err);

    if (rc == 0)
        rc = xen_info(xen, inst->id, ret, err);
    if (rc)
        return rc < 0 ? -1 : 0;
    return vc_xen_error(err, ESRCH, "domain %d", inst->id);
}

int xen_calls_look(const struct xen_calls *calls, unsigned call, int id,
                   xc_domaininfo_t *ret, struct vc_error *err)
{
    const xc_domaininfo_t *info = xen_calls_info(calls, call);
    int errnum = xen_calls_errno(calls, call);

    /* absent, it may answer about a later one */
    if (!errnum && (info->domain != id || !vc_xen_is_alive(info)))
        errnum = ESRCH;
    if (errnum)
        return vc_xen_error(err, errnum, "can't ask about domain %d", id);
    *ret = *info;
    return 0;
}

int xen_usable(struct xen_driver *xen, const xc_domaininfo_t *info,
               struct vc_cpuset *ret, struct vc_error *err)
{
    xc_cpupoolinfo_t *pool = xc_cpupool_getinfo(xen->xch, info->cpupool);
    int rc = 0;

    if (!pool)
        return vc_xen_error(err, errno, "can't ask about cpupool %u",
                            info->cpupool);
    /* absent, it may answer about a later one */
    if (pool->cpupool_id != info->cpupool)
        rc = vc_error_set(err, VC_ERR_OPERATION_INVALID,
                          "domain is not running");
    else
        rc = vc_xen_map_read(pool->cpumap, xen->ncpus, ret, err);
    xc_cpupool_infofree(xen->xch, pool);
    return rc;
}

/* After ESRCH, which may mean a vCPU as well: 0, or "domain is not running". */
static int still_there(struct xen_driver *xen, const xc_domaininfo_t *info,
                       struct vc_error *err)
{
    xc_domaininfo_t now;
    int rc = xen_info(xen, info->domain, &now, err);

    if (rc)
        return rc < 0 ? -1 : 0;
    return vc_xen_error(err, ESRCH, "domain %u", info->domain);
}

int xen_vcpu_info(struct xen_driver *xen, const xc_domaininfo_t *info,
                  unsigned vcpu, xc_vcpuinfo_t *ret, struct vc_error *err)
{
    memset(ret, 0, sizeof(*ret));
    if (xc_vcpu_getinfo(xen->xch, info->domain, vcpu, ret) == 0)
        return 0;
    if (errno != ESRCH)
        return vc_xen_error(err, errno, "can't ask about vcpu %u of domain %u",
                            vcpu, info->domain);
    memset(ret, 0, sizeof(*ret));
    return still_there(xen, info, err);
}

int xen_out_of_range(const struct vc_instance *inst,
                     const xc_domaininfo_t *info, unsigned vcpu,
                     struct vc_error *err)
{
    return vc_error_set(err, VC_ERR_INVALID_ARG,
                        "vcpu %u is out of range of domain '%s' (0-%u)", vcpu,
                        inst->name, vc_xen_maximum(info) - 1);
}
