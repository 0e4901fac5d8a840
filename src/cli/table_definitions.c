/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands about definitions and their history. */
#include "table.h"

const struct cli_command cli_table_definitions[] = {
    {
        .name = "define",
        .summary = "store a definition, new or in place of the old one",
        .description =
            "Store the domain XML of a file ('-': standard input).  A running\n"
            "domain is not touched.  The bytes are kept as they are; a missing\n"
            "UUID is written into them.",
        .options = OPTIONS(
            OPTION("file", CLI_FILE, CLI_POSITIONAL | CLI_REQUIRED, 0,
                   "file with domain XML")
            OPTION("validate", CLI_FLAG, 0, VIR_DOMAIN_DEFINE_VALIDATE,
                   "check against the schema (always done)")
        ),
        .run = cmd_define,
    },
    {
        .name = "undefine",
        .summary = "remove a definition",
        .description =
            "Remove the definition of a domain; its history stays.  A running\n"
            "domain goes on without one.  The options are accepted as virsh\n"
            "knows them; there is nothing here for them to do.",
        .options = OPTIONS(
            ONE_DOMAIN
            OPTION("managed-save", CLI_FLAG, 0,
                   VIR_DOMAIN_UNDEFINE_MANAGED_SAVE, "without effect")
            OPTION("snapshots-metadata", CLI_FLAG, 0,
                   VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, "without effect")
            OPTION("checkpoints-metadata", CLI_FLAG, 0,
                   VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA, "without effect")
            OPTION("nvram", CLI_FLAG, 0, VIR_DOMAIN_UNDEFINE_NVRAM,
                   "without effect")
            OPTION("keep-nvram", CLI_FLAG, 0, VIR_DOMAIN_UNDEFINE_KEEP_NVRAM,
                   "without effect")
            OPTION("tpm", CLI_FLAG, 0, VIR_DOMAIN_UNDEFINE_TPM, "without effect")
            OPTION("keep-tpm", CLI_FLAG, 0, VIR_DOMAIN_UNDEFINE_KEEP_TPM,
                   "without effect")
        ),
        .run = cmd_undefine,
    },
    {
        .name = "import",
        .summary = "store many definitions at once",
        .description =
            "Store the domain XML of files, of all *.xml files of directories,\n"
            "and of standard input ('-').  A file that is refused does not stop\n"
            "the others: each refusal is listed with its file, line and reason,\n"
            "and the exit status is 1 if there was one.  Documents are stored in\n"
            "portions as they are read; --all-or-nothing holds all of them in\n"
            "memory at once.",
        .options = OPTIONS(
            OPTION("file", CLI_FILE, CLI_POSITIONAL | CLI_REQUIRED | CLI_REPEAT,
                   0, "file or directory")
            OPTION("all-or-nothing", CLI_FLAG, 0, 0,
                   "one refusal refuses all: nothing is stored")
            FORMAT
        ),
        .run = cmd_import,
    },
    {
        .name = "export",
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
            OPTION("domain", CLI_DOMAIN, CLI_POSITIONAL | CLI_REPEAT, 0,
                   "domain name, id or UUID (or, second, the file)")
            OPTION("all", CLI_FLAG, 0, 0, "all domains that have a definition")
            OPTION("dir", CLI_DIR, 0, 0, "where the files go")
            OPTION("force", CLI_FLAG, 0, 0, "replace files that are there")
        ),
        .check = cmd_export_check,
        .run = cmd_export,
    },
    {
        .name = "dumpxml",
        .summary = "print a domain's XML",
        .description =
            "Print the document: of a running domain with the vCPU parts as they\n"
            "run now, else as it is stored.",
        .options = OPTIONS(
            ONE_DOMAIN
            OPTION("inactive", CLI_FLAG, 0, VIR_DOMAIN_XML_INACTIVE,
                   "as it is stored, also of a running domain")
            OPTION("security-info", CLI_FLAG, 0, VIR_DOMAIN_XML_SECURE,
                   "without effect: nothing is left out")
            OPTION("update-cpu", CLI_FLAG, 0, VIR_DOMAIN_XML_UPDATE_CPU,
                   "without effect")
            OPTION("migratable", CLI_FLAG, 0, VIR_DOMAIN_XML_MIGRATABLE,
                   "without effect")
            OPTION("revision", CLI_REVISION, 0, 0,
                   "as it was stored at a revision; see history")
            FORMAT
            PAGER
        ),
        .check = cmd_dumpxml_check,
        .run = cmd_dumpxml,
    },
    {
        .name = "history",
        .summary = "what became of a definition",
        .synopsis = "history <domain> [--format text|json] [--pager]\n"
                    "history --removed [--format text|json] [--pager]\n"
                    "history [--removed] --keep <number>",
        .description =
            "One line for each revision of a definition, newest first: number,\n"
            "time, operation.  A definition that was removed has its history\n"
            "still, by its last name or its UUID.  With --removed: list those.\n"
            "With --keep: set how many revisions of each definition the store\n"
            "keeps (100), or how many removed definitions (1000); 0: all.",
        .options = OPTIONS(
            OPTION("domain", CLI_DOMAIN, CLI_POSITIONAL, 0,
                   "domain name, id or UUID")
            OPTION("removed", CLI_FLAG, 0, VCPUCONF_HISTORY_REMOVED,
                   "the definitions that were removed")
            OPTION("keep", CLI_NUMBER, 0, 0, "how many; what is above goes now")
            FORMAT
            PAGER
        ),
        .check = cmd_history_check,
        .run = cmd_history,
    },
    {
        .name = "restore",
        .summary = "make an earlier revision the definition again",
        .description =
            "The document of that revision becomes the definition, as a new\n"
            "revision; nothing of the history is lost, and a running domain is\n"
            "not touched.  Of a removed definition the revision may be left out:\n"
            "it comes back as it was last.",
        .options = OPTIONS(
            ONE_DOMAIN
            OPTION("revision", CLI_REVISION, CLI_POSITIONAL, 0,
                   "which one; see history")
        ),
        .run = cmd_restore,
    },
    {.name = NULL},
};
