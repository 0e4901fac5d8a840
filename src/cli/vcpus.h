/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the vCPUs of a running domain do, for the commands that show it. */
#ifndef CLI_VCPUS_H
#define CLI_VCPUS_H

#include <json-c/json.h>

#include "cli.h"

struct cli_host {
    size_t ncpus;          /* online or not */
    size_t maplen;         /* bytes of a map of them */
    unsigned char *online; /* owned */
};
/* -1: was said. */
int cli_host_get(const struct cli *cli, struct cli_host *ret);
void cli_host_clear(struct cli_host *host);
#define CLI_AUTO_HOST __attribute__((cleanup(cli_host_clear))) struct cli_host

struct cli_vcpus {
    virVcpuInfo *info;
    unsigned char *maps; /* one per vCPU: where it may run */
    size_t maplen;
    size_t n;
};
/* -1: the library's last error says why. */
int cli_vcpus_get(virDomainPtr domain, const struct cli_host *host,
                  struct cli_vcpus *ret);
void cli_vcpus_clear(struct cli_vcpus *vcpus);
#define CLI_AUTO_VCPUS                                                         \
    __attribute__((cleanup(cli_vcpus_clear))) struct cli_vcpus

const unsigned char *cli_vcpus_map(const struct cli_vcpus *vcpus, size_t i);
const char *cli_vcpu_state(int state); /* virVcpuState in a word */
/* May it run on every CPU that the host has online? */
bool cli_host_is_any(const struct cli_host *host, const unsigned char *map);

/* {"vcpu", "cpu", "state", "time_ns", "cpus", "any_cpu"}; owned. */
struct json_object *cli_vcpu_json(const struct cli_vcpus *vcpus, size_t i,
                                  const struct cli_host *host);

#endif
