/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define XC_WANT_COMPAT_MAP_FOREIGN_API
#include "lab_guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab_xen.h"

#define CONFIG_FILE "/tmp/lab-guest.cfg"
#define XL_LOG "/tmp/lab-guest.log"
#define DOMAINS_MAX 256
#define PAGE_BYTES 4096
#define CPUS_MAX 64 /* of a host, as far as the maps here go */

#define UUID_FORMAT                                                            \
    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x"
#define UUID_BYTES(u)                                                          \
    (u)[0], (u)[1], (u)[2], (u)[3], (u)[4], (u)[5], (u)[6], (u)[7], (u)[8],    \
        (u)[9], (u)[10], (u)[11], (u)[12], (u)[13], (u)[14], (u)[15]

extern char **environ;

unsigned long long lab_now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (unsigned long long)ts.tv_sec * 1000 +
           (unsigned long long)ts.tv_nsec / 1000000;
}

void lab_nap(void)
{
    (void)poll(NULL, 0, 2);
}

/* ---- xl ---- */

static int spawn_xl(const char *const *words)
{
    posix_spawn_file_actions_t files;
    pid_t pid = -1;
    int rc;

    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, XL_LOG,
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    rc =
        posix_spawnp(&pid, "xl", &files, NULL, (char **)(size_t)words, environ);
    posix_spawn_file_actions_destroy(&files);
    if (rc != 0) {
        (void)fprintf(stderr, "lab guest: xl: %s\n", strerror(rc));
        return -1;
    }
    return pid;
}

bool lab_guest_join(int process)
{
    char line[256];
    FILE *log;
    int status;

    if (process < 0)
        return false;
    while (waitpid(process, &status, 0) < 0) {
        if (errno != EINTR)
            return lab_complain("waitpid", process);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    (void)fprintf(stderr, "lab guest: xl failed (status %#x)\n", status);
    log = fopen(XL_LOG, "re");
    while (log && fgets(line, sizeof(line), log))
        (void)fprintf(stderr, "  %s", line);
    if (log)
        (void)fclose(log);
    return false;
}

static bool write_config(const struct lab_guest *guest)
{
    const char *kernel = getenv("LAB_TINY");
    FILE *file = fopen(CONFIG_FILE, "we");

    if (!file) {
        perror(CONFIG_FILE);
        return false;
    }
    (void)fprintf(file,
                  "name=\"%s\"\nuuid=\"" UUID_FORMAT "\"\n"
                  "type=\"pv\"\nkernel=\"%s\"\nextra=\"%s\"\nmemory=4\n"
                  "maxvcpus=%u\nvcpus=1\n"
                  "on_poweroff=\"preserve\"\non_crash=\"preserve\"\n",
                  guest->name, UUID_BYTES(guest->uuid),
                  kernel ? kernel : "/lab/guests/tiny",
                  guest->options ? guest->options : "", guest->maximum);
    return fclose(file) == 0;
}

int lab_guest_start(const struct lab_guest *guest)
{
    static const char *const create[] = {"xl", "create",    "-q", "-p",
                                         "-e", CONFIG_FILE, NULL};
    int id;

    if (!write_config(guest) || !lab_guest_join(spawn_xl(create)))
        return -1;
    id = lab_guest_find(guest->uuid);
    if (id < 0) {
        (void)fprintf(stderr, "lab guest: %s is not there\n", guest->name);
        return -1;
    }
    return lab_guest_ask_online(id, guest->maximum, guest->online) &&
                   lab_guest_pause(id, false) &&
                   lab_guest_wait_online(id, guest->maximum, guest->online)
               ? id
               : -1;
}

/* ---- coming and going ---- */

/* All domains but dom0; returns how many. */
static int list_domains(xc_domaininfo_t *infos)
{
    LAB_XEN_AUTO *xch = lab_xen_open();
    int n = xch ? xc_domain_getinfolist(xch, 1, DOMAINS_MAX, infos) : -1;

    if (n < 0)
        perror("lab guest: list");
    return n;
}

int lab_guest_find(const unsigned char *uuid)
{
    static xc_domaininfo_t infos[DOMAINS_MAX];
    int n = list_domains(infos);

    while (n-- > 0) {
        if (memcmp(infos[n].handle, uuid, 16) == 0 &&
            !(infos[n].flags & XEN_DOMINF_dying))
            return infos[n].domain;
    }
    return -1;
}

static bool get_info(int id, xc_domaininfo_t *ret)
{
    LAB_XEN_AUTO *xch = lab_xen_open();

    return xch && xc_domain_getinfolist(xch, (uint32_t)id, 1, ret) == 1 &&
           ret->domain == id;
}

static bool is_listed(int id)
{
    xc_domaininfo_t info;

    return get_info(id, &info);
}

bool lab_guest_is_dying(int id)
{
    xc_domaininfo_t info;

    return get_info(id, &info) && (info.flags & XEN_DOMINF_dying) != 0;
}

bool lab_guest_is_shut_down(int id)
{
    xc_domaininfo_t info;

    return get_info(id, &info) && (info.flags & XEN_DOMINF_shutdown) != 0;
}

int lab_guest_destroy_later(int id)
{
    char text[16];
    const char *const words[] = {"xl", "destroy", text, NULL};

    (void)snprintf(text, sizeof(text), "%d", id);
    return spawn_xl(words);
}

bool lab_guest_wait_gone(int id)
{
    unsigned long long until = lab_now_ms() + LAB_WAIT_MS;

    while (is_listed(id)) {
        errno = ETIMEDOUT;
        if (lab_now_ms() > until)
            return lab_complain("is still listed", id);
        lab_nap();
    }
    return true;
}

/* What xl would have done.  xenstored lets go of a domain that had ended by
 * itself only when told to. */
static void clean_up(int id, const uint8_t *uuid)
{
    LAB_STORE_AUTO *xs = lab_store_open();
    char paths[3][64];
    int i;

    (void)snprintf(paths[0], sizeof(paths[0]), "/local/domain/%d", id);
    (void)snprintf(paths[1], sizeof(paths[1]), "/libxl/%d", id);
    (void)snprintf(paths[2], sizeof(paths[2]), "/vm/" UUID_FORMAT,
                   UUID_BYTES(uuid));
    if (xs)
        (void)xs_release_domain(xs, (unsigned)id);
    for (i = 0; xs && i < 3; i++)
        (void)xs_rm(xs, XBT_NULL, paths[i]);
}

bool lab_guest_destroy(int id)
{
    LAB_XEN_AUTO *xch = lab_xen_open();
    xc_domaininfo_t info;

    if (!xch || !get_info(id, &info))
        return false;
    if (xc_domain_destroy(xch, (uint32_t)id) < 0)
        return lab_complain("destroy", id);
    clean_up(id, info.handle);
    return lab_guest_wait_gone(id);
}

void *lab_guest_hold(int id)
{
    LAB_XEN_AUTO *xch = lab_xen_open();
    xc_domaininfo_t info;
    void *page = NULL;

    if (xch && get_info(id, &info))
        page = xc_map_foreign_range(xch, (uint32_t)id, PAGE_BYTES, PROT_READ,
                                    info.shared_info_frame);
    if (!page)
        (void)lab_complain("hold", id);
    return page;
}

void lab_guest_release(void *page)
{
    (void)munmap(page, PAGE_BYTES);
}

bool lab_guest_pause(int id, bool paused)
{
    LAB_XEN_AUTO *xch = lab_xen_open();

    if (!xch || (paused ? xc_domain_pause(xch, (uint32_t)id)
                        : xc_domain_unpause(xch, (uint32_t)id)) < 0)
        return lab_complain("pause or unpause", id);
    return true;
}

bool lab_guest_power_off(int id)
{
    unsigned long long until = lab_now_ms() + LAB_WAIT_MS;
    LAB_STORE_AUTO *xs = lab_store_open();
    char path[64];

    (void)snprintf(path, sizeof(path), "/local/domain/%d/control/shutdown", id);
    if (!xs || !xs_write(xs, XBT_NULL, path, "poweroff", 8))
        return lab_complain(path, id);
    while (!lab_guest_is_shut_down(id)) {
        errno = ETIMEDOUT;
        if (lab_now_ms() > until)
            return lab_complain("does not power off", id);
        lab_nap();
    }
    return true;
}

void lab_guest_sweep(void)
{
    static xc_domaininfo_t infos[DOMAINS_MAX];
    int n = list_domains(infos);

    while (n-- > 0) {
        const uint8_t *uuid = infos[n].handle;

        if (uuid[0] != 0 && memcmp(uuid, uuid + 1, 15) == 0)
            (void)lab_guest_destroy(infos[n].domain);
    }
}

/* ---- vCPUs ---- */

static void availability_path(char *path, size_t len, int id, unsigned vcpu)
{
    (void)snprintf(path, len, "/local/domain/%d/cpu/%u/availability", id, vcpu);
}

bool lab_guest_ask_online(int id, unsigned maximum, uint32_t online)
{
    LAB_STORE_AUTO *xs = lab_store_open();
    unsigned i;

    for (i = 1; xs && i < maximum; i++) {
        const char *value = online >> i & 1 ? "online" : "offline";
        char path[64];

        availability_path(path, sizeof(path), id, i);
        if (!xs_write(xs, XBT_NULL, path, value, (unsigned)strlen(value)))
            return lab_complain(path, id);
    }
    return xs != NULL;
}

static uint32_t online_now(xc_interface *xch, int id, unsigned maximum)
{
    uint32_t online = 0;
    unsigned i;

    for (i = 0; i < maximum; i++) {
        xc_vcpuinfo_t info;

        if (xc_vcpu_getinfo(xch, (uint32_t)id, i, &info) == 0 && info.online)
            online |= 1u << i;
    }
    return online;
}

bool lab_guest_wait_online(int id, unsigned maximum, uint32_t online)
{
    unsigned long long until = lab_now_ms() + LAB_WAIT_MS;
    LAB_XEN_AUTO *xch = lab_xen_open();

    while (xch && online_now(xch, id, maximum) != online) {
        errno = ETIMEDOUT;
        if (lab_now_ms() > until)
            return lab_complain("the vCPUs don't follow", id);
        lab_nap();
    }
    return xch != NULL;
}

char *lab_guest_availability(int id, unsigned vcpu)
{
    LAB_STORE_AUTO *xs = lab_store_open();
    char path[64];
    unsigned len;

    availability_path(path, sizeof(path), id, vcpu);
    return xs ? xs_read(xs, XBT_NULL, path, &len) : NULL;
}

bool lab_guest_forget(int id, unsigned vcpu)
{
    LAB_STORE_AUTO *xs = lab_store_open();
    char path[64];

    availability_path(path, sizeof(path), id, vcpu);
    return xs && xs_rm(xs, XBT_NULL, path) ? true : lab_complain(path, id);
}

/* ---- affinity ---- */

static void free_map(uint8_t **map)
{
    free(*map);
}

#define MAP_AUTO __attribute__((cleanup(free_map))) uint8_t

static uint8_t *map_of(xc_interface *xch, const uint64_t *mask)
{
    xc_cpumap_t map = xc_cpumap_alloc(xch);
    int size = xc_get_cpumap_size(xch);
    int cpu;

    for (cpu = 0; map && mask && cpu < size * 8 && cpu < CPUS_MAX; cpu++) {
        if (*mask >> cpu & 1)
            xc_cpumap_setcpu(cpu, map);
    }
    return map;
}

static uint64_t mask_of(xc_interface *xch, uint8_t *map)
{
    int size = xc_get_cpumap_size(xch);
    uint64_t mask = 0;
    int cpu;

    for (cpu = 0; cpu < size * 8 && cpu < CPUS_MAX; cpu++) {
        if (xc_cpumap_testcpu(cpu, map))
            mask |= (uint64_t)1 << cpu;
    }
    return mask;
}

bool lab_guest_pin(int id, unsigned vcpu, const uint64_t *hard,
                   const uint64_t *soft)
{
    uint32_t flags =
        (hard ? XEN_VCPUAFFINITY_HARD : 0) | (soft ? XEN_VCPUAFFINITY_SOFT : 0);
    LAB_XEN_AUTO *xch = lab_xen_open();
    MAP_AUTO *hard_map = xch ? map_of(xch, hard) : NULL;
    MAP_AUTO *soft_map = xch ? map_of(xch, soft) : NULL;

    if (!hard_map || !soft_map ||
        xc_vcpu_setaffinity(xch, (uint32_t)id, (int)vcpu, hard_map, soft_map,
                            flags) < 0)
        return lab_complain("set affinity", id);
    return true;
}

bool lab_guest_pinned(int id, unsigned vcpu, uint64_t *ret_hard,
                      uint64_t *ret_soft)
{
    LAB_XEN_AUTO *xch = lab_xen_open();
    MAP_AUTO *hard_map = xch ? map_of(xch, NULL) : NULL;
    MAP_AUTO *soft_map = xch ? map_of(xch, NULL) : NULL;

    if (!hard_map || !soft_map ||
        xc_vcpu_getaffinity(xch, (uint32_t)id, (int)vcpu, hard_map, soft_map,
                            XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT) < 0)
        return lab_complain("get affinity", id);
    *ret_hard = mask_of(xch, hard_map);
    *ret_soft = mask_of(xch, soft_map);
    return true;
}
