/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands about vCPUs. */
#include "table.h"

/* In the order of the public header's enum virDomainVCPUMapFlags. */
#define KINDS                                                                  \
    "online offline onlinable offlinable possible agent-online agent-offline " \
    "agent-onlinable agent-offlinable agent-possible"

const struct cli_command cli_table_vcpus[] = {
    {
        .name = "setvcpus",
        .summary = "set how many vCPUs are online, or the maximum",
        .description =
            "With --live and --config both are changed, or neither.  vCPUs come\n"
            "online lowest ids first and go offline highest ids first.",
        .options = OPTIONS(
            ONE_DOMAIN
            OPTION("count", CLI_NUMBER, CLI_POSITIONAL | CLI_REQUIRED, 0,
                   "number of vCPUs")
            OPTION("maximum", CLI_FLAG, 0, VIR_DOMAIN_VCPU_MAXIMUM,
                   "set the maximum; needs --config")
            TARGET
            OPTION("guest", CLI_FLAG, 0, VIR_DOMAIN_VCPU_GUEST,
                   "ask the guest's agent; not with --config")
            OPTION("hotpluggable", CLI_FLAG, 0, VIR_DOMAIN_VCPU_HOTPLUGGABLE,
                   "added vCPUs can be removed from the live domain")
            DRY_RUN
            FORMAT_OF_PLAN
        ),
        .check = cli_check_plan,
        .run = cmd_setvcpus,
    },
    {
        .name = "setvcpu",
        .summary = "bring single vCPUs online or take them offline",
        .description =
            "The other vCPUs stay as they are; a set with holes is legal.  vCPU 0\n"
            "can't be taken offline.  A list is like 1,3-5.",
        .options = OPTIONS(
            ONE_DOMAIN
            OPTION("vcpulist", CLI_VCPUS, CLI_POSITIONAL | CLI_REQUIRED, 0,
                   "ids of vCPUs")
            OPTION("enable", CLI_FLAG, 0, 0, "bring them online")
            OPTION("disable", CLI_FLAG, 0, 0, "take them offline")
            TARGET
            DRY_RUN
            FORMAT_OF_PLAN
        ),
        .check = cmd_setvcpu_check,
        .run = cmd_setvcpu,
    },
    {
        .name = "apply",
        .summary = "make several domains as a file says, all or none",
        .description =
            "Counts, maxima and pins of several domains, from a file ('-':\n"
            "standard input); the manual has its form.  What is so already stays\n"
            "as it is.  All of it is checked before anything is touched, and a\n"
            "failure leaves every domain as it was.",
        .options = OPTIONS(
            OPTION("file", CLI_FILE, CLI_POSITIONAL | CLI_REQUIRED, 0,
                   "what is to be")
            DRY_RUN
            FORMAT
        ),
        .run = cmd_apply,
    },
    {
        .name = "vcpucount",
        .summary = "print how many vCPUs a domain has",
        .description =
            "Print the counts of the definition and of the running domain, or\n"
            "with options the one number that they select.",
        .options = OPTIONS(
            ONE_DOMAIN
            OPTION("maximum", CLI_FLAG, 0, VIR_DOMAIN_VCPU_MAXIMUM, "the maximum")
            OPTION("active", CLI_FLAG, 0, 0, "vCPUs that are online")
            TARGET
            OPTION("guest", CLI_FLAG, 0, VIR_DOMAIN_VCPU_GUEST,
                   "as the guest's agent sees it")
            FORMAT
        ),
        .check = cmd_vcpucount_check,
        .run = cmd_vcpucount,
    },
    {
        .name = "vcpupin",
        .summary = "show or set where vCPUs may run",
        .description =
            "Without a list of CPUs: show where each vCPU, or one, may run.  With\n"
            "one: pin a vCPU to them; an offline one is pinned when it comes\n"
            "online.  A list is like 0-3,8,^2; 'r' is every CPU of the host.\n"
            "When the host lets the vCPU run on less of them, that is said.",
        .options = OPTIONS(
            ONE_DOMAIN
            OPTION("vcpu", CLI_VCPU, CLI_POSITIONAL, 0, "vCPU id, from 0")
            OPTION("cpulist", CLI_CPUS, CLI_POSITIONAL, 0, "host CPUs")
            TARGET
            OPTION("unpin", CLI_FLAG, 0, 0,
                   "take the pin away: the domain's default holds again")
            DRY_RUN
            FORMAT
        ),
        .check = cmd_vcpupin_check,
        .run = cmd_vcpupin,
    },
    {
        .name = "vcpuinfo",
        .summary = "what the vCPUs of a domain do",
        .description =
            "A paragraph for each vCPU: the host CPU it runs on, its state, the\n"
            "time it has used, and for each CPU of the host 'y' if it may run\n"
            "there.  Of a domain that does not run: what its definition says.",
        .options = OPTIONS(
            ONE_DOMAIN
            OPTION("pretty", CLI_FLAG, 0, 0, "the CPUs as a list")
            FORMAT
        ),
        .run = cmd_vcpuinfo,
    },
    {
        .name = "vcpulist",
        .summary = "table of the vCPUs of running domains",
        .description =
            "One line for each vCPU, as xm vcpu-list printed it.  State: 'r--'\n"
            "runs, '-b-' waits, '--p' is offline.",
        .options = OPTIONS(
            ANY_DOMAINS
            FORMAT
            PAGER
        ),
        .run = cmd_vcpulist,
    },
    {
        .name = "map",
        .summary = "picture of vCPUs and the host's CPUs",
        .description =
            "Which vCPUs of running domains may run on which CPUs of the host,\n"
            "and where they are now; how many vCPUs are confined to each CPU.\n"
            "vCPUs that may run on every CPU are only named.  More than four of a\n"
            "domain that may run on the same CPUs share a row.",
        .options = OPTIONS(
            ANY_DOMAINS
            OPTION("svg", CLI_FILE, 0, 0, "write a picture there ('-': print it)")
            OPTION("force", CLI_FLAG, 0, 0, "replace a file that is there")
            WORD_OPTION("color", "on a terminal that has it, or not",
                        "auto always never")
            FORMAT
        ),
        .check = cmd_map_check,
        .run = cmd_map,
    },
    {
        .name = "vcpumap",
        .summary = "which vCPUs are online, or can be",
        .description =
            "Print the set of vCPUs of one kind: online, offline, onlinable\n"
            "(offline, and can be brought online), offlinable, possible; or the\n"
            "same as the guest's agent sees it: agent-online, agent-offline,\n"
            "agent-onlinable, agent-offlinable, agent-possible.  Without --kind:\n"
            "all that need no agent.",
        .options = OPTIONS(
            ONE_DOMAIN
            WORD_OPTION("kind", "which set", KINDS)
            TARGET
            FORMAT
        ),
        .check = cli_check_target,
        .run = cmd_vcpumap,
    },
    {
        .name = "guestvcpus",
        .summary = "show or change vCPUs inside the guest",
        .description =
            "Without --enable and --disable: which vCPUs the guest has, which of\n"
            "them it uses, and which of those it can take out of use.  All of it\n"
            "through the agent that runs in the guest.",
        .options = OPTIONS(
            ONE_DOMAIN
            OPTION("cpulist", CLI_VCPUS, 0, 0, "ids of vCPUs")
            OPTION("enable", CLI_FLAG, 0, 0, "use them")
            OPTION("disable", CLI_FLAG, 0, 0, "take them out of use")
            FORMAT
        ),
        .check = cmd_guestvcpus_check,
        .run = cmd_guestvcpus,
    },
    {.name = NULL},
};
