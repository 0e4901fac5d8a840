/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the table are written with. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli.h"

#define OPTION(name, kind, how, flag, help)                                    \
    {name, kind, how, flag, help, NULL},
#define WORD_OPTION(name, help, words)                                         \
    {name, CLI_WORD, 0, 0, help, words},
#define OPTIONS(...)                                                           \
    (const struct cli_option[])                                                \
    {                                                                          \
        __VA_ARGS__                                                            \
        {                                                                      \
            .name = NULL                                                       \
        }                                                                      \
    }

#define ONE_DOMAIN                                                             \
    OPTION("domain", CLI_DOMAIN, CLI_POSITIONAL | CLI_REQUIRED, 0,             \
           "domain name, id or UUID")
#define ANY_DOMAINS                                                            \
    OPTION("domain", CLI_DOMAIN, CLI_POSITIONAL | CLI_REPEAT, 0,               \
           "domain name, id or UUID")

/* What a change or a reading is about; see the rule in the public header. */
#define TARGET                                                                 \
    OPTION("config", CLI_FLAG, 0, VIR_DOMAIN_AFFECT_CONFIG, "the definition")  \
    OPTION("live", CLI_FLAG, 0, VIR_DOMAIN_AFFECT_LIVE, "the running domain")  \
    OPTION("current", CLI_FLAG, 0, VIR_DOMAIN_AFFECT_CURRENT,                  \
           "what runs, else the definition (the default)")
#define DRY_RUN                                                                \
    OPTION("dry-run", CLI_FLAG, 0, 0,                                          \
           "print what would be done, and do nothing")

/* Text for people, or a document for programs. */
#define FORMAT                                                                 \
    WORD_OPTION("format", "text, or a JSON document", "text json")
#define FORMAT_OF_PLAN                                                         \
    WORD_OPTION("format", "of the plan: text, or a JSON document", "text json")
#define PAGER                                                                  \
    OPTION("pager", CLI_FLAG, 0, 0, "on a terminal, through $PAGER")

extern const struct cli_command cli_table_definitions[];
extern const struct cli_command cli_table_domains[];
extern const struct cli_command cli_table_vcpus[];
extern const struct cli_command cli_table_store[];
extern const struct cli_command cli_table_host[];
extern const struct cli_command cli_table_program[];

#endif
