/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/host.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "driver/qemu/proc.h"

#define CPU_DIR "/sys/devices/system/cpu"
#define NODE_DIR "/sys/devices/system/node"

int vc_qemu_host_online(struct vc_cpuset *ret, struct vc_error *err)
{
    return vc_qemu_list_read(CPU_DIR "/online", ret, err);
}

bool vc_qemu_cpuinfo_value(const char *text, const char *name, char *buf,
                           size_t size)
{
    size_t len = strlen(name);

    while (text) {
        size_t gap = strncmp(text, name, len) == 0
                         ? strspn(text + len, " \t")
                         : 0;

        if (strncmp(text, name, len) == 0 && text[len + gap] == ':') {
            text += len + gap + 1;
            text += strspn(text, " \t");
            (void)snprintf(buf, size, "%.*s", (int)strcspn(text, "\n"), text);
            return true;
        }
        text = strchr(text, '\n');
        if (text)
            text++;
    }
    return false;
}

/* The first CPU speaks for all. */
static void read_model(struct vc_host *host)
{
    struct utsname uts;
    char text[4096];
    char mhz[32];

    if (vc_qemu_file_read("/proc/cpuinfo", text, sizeof(text)) < 0)
        text[0] = '\0';
    if (!vc_qemu_cpuinfo_value(text, "model name", host->model,
                               sizeof(host->model)) ||
        !host->model[0]) {
        if (uname(&uts) < 0)
            uts.machine[0] = '\0';
        (void)snprintf(host->model, sizeof(host->model), "%.31s",
                       uts.machine[0] ? uts.machine : "unknown");
    }
    if (vc_qemu_cpuinfo_value(text, "cpu MHz", mhz, sizeof(mhz)))
        host->mhz = (unsigned)strtoul(mhz, NULL, 10);
}

/* CPUs of a node: the offline ones are links in it, but not in its list. */
static int read_node(unsigned node, struct vc_cpuset *ret, struct vc_error *err)
{
    char path[64];
    struct dirent *entry;
    DIR *dir;
    int rc = 0;

    (void)snprintf(path, sizeof(path), NODE_DIR "/node%u", node);
    dir = opendir(path);
    if (!dir)
        return 0;
    while (rc == 0 && (entry = readdir(dir))) {
        uint32_t cpu;

        if (strncmp(entry->d_name, "cpu", 3) == 0 &&
            vc_number_parse(entry->d_name + 3, strlen(entry->d_name + 3),
                            VC_CPU_LIMIT - 1, &cpu))
            rc = vc_cpuset_add(ret, cpu, cpu, err);
    }
    (void)closedir(dir);
    return rc;
}

/* Nodes are counted by their highest number: node_cpus[n] is node n. */
static int read_nodes(struct vc_host *host, struct vc_error *err)
{
    VC_CPUSET_AUTO nodes = {0};
    struct vc_error ignored;
    unsigned i;

    host->nodes = 1;
    if (vc_qemu_list_read(NODE_DIR "/online", &nodes, &ignored) < 0 ||
        vc_cpuset_is_empty(&nodes))
        return 0;
    host->node_cpus =
        calloc((size_t)vc_cpuset_last(&nodes) + 1, sizeof(*host->node_cpus));
    if (!host->node_cpus)
        return vc_error_nomem(err);
    host->nodes = (unsigned)vc_cpuset_last(&nodes) + 1;
    for (i = 0; i < host->nodes; i++) {
        if (read_node(i, &host->node_cpus[i], err) < 0)
            return -1;
    }
    return 0;
}

/* A number below the topology folder of a CPU; 0 where there is none. */
static unsigned topology_number(unsigned cpu, const char *file)
{
    char path[128];
    char text[32];
    uint32_t value;

    (void)snprintf(path, sizeof(path), CPU_DIR "/cpu%u/topology/%s", cpu, file);
    if (vc_qemu_file_read(path, text, sizeof(text)) < 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    return vc_number_parse(text, strlen(text), VC_CPU_LIMIT - 1, &value)
               ? value
               : 0;
}

/* Every socket is taken to be as the first CPU's; the product covers ncpus. */
static int read_topology(struct vc_host *host, struct vc_error *err)
{
    VC_CPUSET_AUTO packages = {0};
    VC_CPUSET_AUTO siblings = {0};
    struct vc_error ignored;
    char path[128];
    unsigned sockets;
    unsigned per_core;
    int cpu;

    for (cpu = vc_cpuset_next(&host->online, 0); cpu >= 0;
         cpu = vc_cpuset_next(&host->online, (unsigned)cpu + 1)) {
        unsigned id = topology_number((unsigned)cpu, "physical_package_id");

        if (vc_cpuset_add(&packages, id, id, err) < 0)
            return -1;
    }
    (void)snprintf(path, sizeof(path),
                   CPU_DIR "/cpu%d/topology/thread_siblings_list",
                   vc_cpuset_next(&host->online, 0));
    if (vc_qemu_list_read(path, &siblings, &ignored) < 0)
        vc_cpuset_clear(&siblings);
    host->threads = vc_cpuset_count(&siblings) ? vc_cpuset_count(&siblings) : 1;
    /* One node at least.  NOLINTNEXTLINE(clang-analyzer-core.DivideZero) */
    sockets = vc_cpuset_count(&packages) / host->nodes;
    host->sockets = sockets ? sockets : 1;
    per_core = host->nodes * host->sockets * host->threads;
    host->cores = (host->ncpus + per_core - 1) / per_core;
    return 0;
}

int vc_qemu_host_read(struct vc_host *ret, struct vc_error *err)
{
    VC_HOST_AUTO host = {.max_vcpus = VC_QEMU_VCPUS_MAX};
    VC_CPUSET_AUTO possible = {0};
    struct sysinfo memory;

    if (vc_qemu_host_online(&host.online, err) < 0 ||
        vc_qemu_list_read(CPU_DIR "/possible", &possible, err) < 0)
        return -1;
    if (vc_cpuset_last(&host.online) > vc_cpuset_last(&possible) ||
        vc_cpuset_is_empty(&host.online))
        return vc_error_set(err, VC_ERR_INTERNAL,
                            "the host's lists of CPUs contradict each other");
    host.ncpus = (unsigned)vc_cpuset_last(&possible) + 1;
    if (sysinfo(&memory) == 0)
        host.memory_kib =
            (uint64_t)memory.totalram * memory.mem_unit / 1024;
    read_model(&host);
    if (read_nodes(&host, err) < 0 || read_topology(&host, err) < 0)
        return -1;
    vc_host_clear(ret);
    *ret = host;
    memset(&host, 0, sizeof(host));
    return 0;
}
