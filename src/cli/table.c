/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All commands and options: data, nothing else.  The parser, the help, the
 * manual's synopsis and the completion follow from it.
 */
#include <string.h>

#include "cli.h"

#define OPTIONS(...)                                                           \
    (const struct cli_option[])                                                \
    {                                                                          \
        __VA_ARGS__                                                            \
        {                                                                      \
            .name = NULL                                                       \
        }                                                                      \
    }

#define ONE_DOMAIN                                                             \
    {"domain", CLI_DOMAIN, CLI_POSITIONAL | CLI_REQUIRED, 0,                   \
     "domain name, id or UUID"},
#define ANY_DOMAINS                                                            \
    {"domain", CLI_DOMAIN, CLI_POSITIONAL | CLI_REPEAT, 0,                     \
     "domain name, id or UUID"},

/* What a change or a reading is about; see the rule in the public header. */
#define TARGET                                                                 \
    {"config", CLI_FLAG, 0, VIR_DOMAIN_AFFECT_CONFIG, "the definition"},       \
        {"live", CLI_FLAG, 0, VIR_DOMAIN_AFFECT_LIVE, "the running domain"},   \
        {"current", CLI_FLAG, 0, VIR_DOMAIN_AFFECT_CURRENT,                    \
         "what runs, else the definition (the default)"},
#define DRY_RUN                                                                \
    {"dry-run", CLI_FLAG, 0, 0, "print what would be done, and do nothing"},

#define DOMAINS "Domains"
#define DEFINITIONS "Definitions"
#define VCPUS "Virtual CPUs"
#define PROGRAM "Program"

const struct cli_command cli_commands[] = {
    {
        .name = "define",
        .group = DEFINITIONS,
        .summary = "store a definition, new or in place of the old one",
        .description =
            "Store the domain XML of a file ('-': standard input).  A running\n"
            "domain is not touched.  The bytes are kept as they are; a missing\n"
            "UUID is written into them.",
        .options = OPTIONS(
            {"file", CLI_FILE, CLI_POSITIONAL | CLI_REQUIRED, 0,
             "file with domain XML"},
            {"validate", CLI_FLAG, 0, VIR_DOMAIN_DEFINE_VALIDATE,
             "check against the schema (always done)"},
        ),
        .run = cmd_define,
    },
    {
        .name = "undefine",
        .group = DEFINITIONS,
        .summary = "remove a definition",
        .description =
            "Remove the definition of a domain; its history stays.  A running\n"
            "domain goes on without one.  The options are accepted as virsh\n"
            "knows them; there is nothing here for them to do.",
        .options = OPTIONS(
            ONE_DOMAIN
            {"managed-save", CLI_FLAG, 0, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE,
             "without effect"},
            {"snapshots-metadata", CLI_FLAG, 0,
             VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, "without effect"},
            {"checkpoints-metadata", CLI_FLAG, 0,
             VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA, "without effect"},
            {"nvram", CLI_FLAG, 0, VIR_DOMAIN_UNDEFINE_NVRAM,
             "without effect"},
            {"keep-nvram", CLI_FLAG, 0, VIR_DOMAIN_UNDEFINE_KEEP_NVRAM,
             "without effect"},
            {"tpm", CLI_FLAG, 0, VIR_DOMAIN_UNDEFINE_TPM, "without effect"},
            {"keep-tpm", CLI_FLAG, 0, VIR_DOMAIN_UNDEFINE_KEEP_TPM,
             "without effect"},
        ),
        .run = cmd_undefine,
    },
    {
        .name = "import",
        .group = DEFINITIONS,
        .summary = "store many definitions at once",
        .description =
            "Store the domain XML of files, of all *.xml files of directories,\n"
            "and of standard input ('-').  A file that is refused does not stop\n"
            "the others: each refusal is listed with its file, line and reason,\n"
            "and the exit status is 1 if there was one.",
        .options = OPTIONS(
            {"file", CLI_FILE, CLI_POSITIONAL | CLI_REQUIRED | CLI_REPEAT, 0,
             "file or directory"},
            {"all-or-nothing", CLI_FLAG, 0, 0,
             "one refusal refuses all: nothing is stored"},
        ),
        .run = cmd_import,
    },
    {
        .name = "export",
        .group = DEFINITIONS,
        .summary = "write definitions to files",
        .synopsis = "export <domain> [<file>] [--force]\n"
                    "export <domain>... --dir <directory> [--force]\n"
                    "export --all --dir <directory> [--force]",
        .description =
            "Write the stored bytes of a definition, not one more or less, to a\n"
            "file or to standard output; or one file for each domain into a\n"
            "directory, which is made if it is not there.  These files are named\n"
            "after the domains, unusual characters written %XX, with '.xml'\n"
            "behind.  New files have mode 0600.",
        .options = OPTIONS(
            {"domain", CLI_DOMAIN, CLI_POSITIONAL | CLI_REPEAT, 0,
             "domain name, id or UUID (or, second, the file)"},
            {"all", CLI_FLAG, 0, 0, "all domains that have a definition"},
            {"dir", CLI_DIR, 0, 0, "where the files go"},
            {"force", CLI_FLAG, 0, 0, "replace files that are there"},
        ),
        .check = cmd_export_check,
        .run = cmd_export,
    },
    {
        .name = "dumpxml",
        .group = DEFINITIONS,
        .summary = "print a domain's XML",
        .description =
            "Print the document: of a running domain with the vCPU parts as they\n"
            "run now, else as it is stored.",
        .options = OPTIONS(
            ONE_DOMAIN
            {"inactive", CLI_FLAG, 0, VIR_DOMAIN_XML_INACTIVE,
             "as it is stored, also of a running domain"},
            {"security-info", CLI_FLAG, 0, VIR_DOMAIN_XML_SECURE,
             "without effect: nothing is left out"},
            {"update-cpu", CLI_FLAG, 0, VIR_DOMAIN_XML_UPDATE_CPU,
             "without effect"},
            {"migratable", CLI_FLAG, 0, VIR_DOMAIN_XML_MIGRATABLE,
             "without effect"},
        ),
        .run = cmd_dumpxml,
    },
    {
        .name = "list",
        .group = DOMAINS,
        .summary = "list domains",
        .description =
            "List the domains that run, by id; with --all or --inactive also, or\n"
            "only, those that are defined and do not run, by name.",
        .options = OPTIONS(
            {"all", CLI_FLAG, 0, 0, "running or not"},
            {"inactive", CLI_FLAG, 0, VIR_CONNECT_LIST_DOMAINS_INACTIVE,
             "those that do not run"},
            {"persistent", CLI_FLAG, 0, VIR_CONNECT_LIST_DOMAINS_PERSISTENT,
             "those that have a definition"},
            {"transient", CLI_FLAG, 0, VIR_CONNECT_LIST_DOMAINS_TRANSIENT,
             "those that have none"},
            {"name", CLI_FLAG, 0, 0, "only names, one on a line"},
            {"uuid", CLI_FLAG, 0, 0, "only UUIDs, one on a line"},
        ),
        .run = cmd_list,
    },
    {
        .name = "start",
        .group = DOMAINS,
        .summary = "start a defined domain",
        .description =
            "Start a domain with the vCPUs its definition says.  Where the\n"
            "hypervisor's own tool starts domains, this is refused.",
        .options = OPTIONS(ONE_DOMAIN),
        .run = cmd_start,
    },
    {
        .name = "destroy",
        .group = DOMAINS,
        .summary = "stop a running domain at once",
        .description = "Stop a domain as if its plug was pulled.",
        .options = OPTIONS(ONE_DOMAIN),
        .run = cmd_destroy,
    },
    {
        .name = "setvcpus",
        .group = VCPUS,
        .summary = "set how many vCPUs are online, or the maximum",
        .description =
            "With --live and --config both are changed, or neither.  vCPUs come\n"
            "online lowest ids first and go offline highest ids first.",
        .options = OPTIONS(
            ONE_DOMAIN
            {"count", CLI_NUMBER, CLI_POSITIONAL | CLI_REQUIRED, 0,
             "number of vCPUs"},
            {"maximum", CLI_FLAG, 0, VIR_DOMAIN_VCPU_MAXIMUM,
             "set the maximum; needs --config"},
            TARGET
            {"guest", CLI_FLAG, 0, VIR_DOMAIN_VCPU_GUEST,
             "ask the guest's agent; not with --config"},
            {"hotpluggable", CLI_FLAG, 0, VIR_DOMAIN_VCPU_HOTPLUGGABLE,
             "added vCPUs can be removed from the live domain"},
            DRY_RUN
        ),
        .check = cli_check_target,
        .run = cmd_setvcpus,
    },
    {
        .name = "vcpucount",
        .group = VCPUS,
        .summary = "print how many vCPUs a domain has",
        .description =
            "Print the counts of the definition and of the running domain, or\n"
            "with options the one number that they select.",
        .options = OPTIONS(
            ONE_DOMAIN
            {"maximum", CLI_FLAG, 0, VIR_DOMAIN_VCPU_MAXIMUM, "the maximum"},
            {"active", CLI_FLAG, 0, 0, "vCPUs that are online"},
            TARGET
            {"guest", CLI_FLAG, 0, VIR_DOMAIN_VCPU_GUEST,
             "as the guest's agent sees it"},
        ),
        .check = cmd_vcpucount_check,
        .run = cmd_vcpucount,
    },
    {
        .name = "vcpupin",
        .group = VCPUS,
        .summary = "show or set where vCPUs may run",
        .description =
            "Without a list of CPUs: show where each vCPU, or one, may run.  With\n"
            "one: pin a vCPU to them; an offline one is pinned when it comes\n"
            "online.  A list is like 0-3,8,^2; 'r' is every CPU of the host.",
        .options = OPTIONS(
            ONE_DOMAIN
            {"vcpu", CLI_VCPU, CLI_POSITIONAL, 0, "vCPU id, from 0"},
            {"cpulist", CLI_CPUS, CLI_POSITIONAL, 0, "host CPUs"},
            TARGET
            {"unpin", CLI_FLAG, 0, 0,
             "take the pin away: the domain's default holds again"},
            DRY_RUN
        ),
        .check = cmd_vcpupin_check,
        .run = cmd_vcpupin,
    },
    {
        .name = "vcpulist",
        .group = VCPUS,
        .summary = "table of the vCPUs of running domains",
        .description =
            "One line for each vCPU, as xm vcpu-list printed it.  State: 'r--'\n"
            "runs, '-b-' waits, '--p' is offline.",
        .options = OPTIONS(ANY_DOMAINS),
        .run = cmd_vcpulist,
    },
    {
        .name = "diff",
        .group = VCPUS,
        .summary = "where running domains differ from definitions",
        .description =
            "One line for each difference.  Without domains: all that run and\n"
            "have a definition.  Exit status 3 if there are differences, 0 if\n"
            "there are none.",
        .options = OPTIONS(
            ANY_DOMAINS
            {"all", CLI_FLAG, 0, 0, "all that run and have a definition"},
        ),
        .check = cmd_diff_check,
        .run = cmd_diff,
    },
    {
        .name = "help",
        .group = PROGRAM,
        .summary = "list the commands, or explain one",
        .description = "Without a command: list them all.",
        .options = OPTIONS(
            {"command", CLI_COMMAND, CLI_POSITIONAL, 0, "command to explain"},
        ),
        .traits = CLI_NO_CONNECTION,
        .run = cmd_help,
    },
    {
        .name = "version",
        .group = PROGRAM,
        .summary = "versions of the command and the library",
        .description = "Print versions, and the hypervisors this build knows.",
        .traits = CLI_NO_CONNECTION,
        .run = cmd_version,
    },
    {.name = NULL},
};

const struct cli_global cli_globals[] = {
    {'c', "connect", "URI", "hypervisor and store to use"},
    {'r', "readonly", NULL, "refuse whatever would change something"},
    {'q', "quiet", NULL, "no messages and no heads of tables"},
    {'h', "help", NULL, "this help, or that of a command"},
    {'v', "version", NULL, "version of the command"},
    {0, NULL, NULL, NULL},
};

const struct cli_command *cli_command_find(const char *name)
{
    const struct cli_command *command;

    for (command = cli_commands; command->name; command++) {
        if (strcmp(command->name, name) == 0)
            return command;
    }
    return NULL;
}
