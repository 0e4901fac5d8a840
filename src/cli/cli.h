/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * src/cli: the command vcpuconf.  It may know the public header, libc, json-c,
 * and for `watch` libuv and libsystemd; it must never include a header of
 * another room.
 *
 * One table (table*.c) says what commands and options there are; the parser
 * (args.c), the help (cmd_help.c) and the completion (by "help --table") read
 * nothing else.  One file per command.  What a command prints goes through
 * text.h, or as a document for programs through json.h, so that no name from
 * outside reaches a terminal raw.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <vcpuconf/vcpuconf.h>

/* ---- The table ---- */

enum cli_kind { /* what follows an option, and what completion offers for it */
    CLI_FLAG = 0,
    CLI_NUMBER,   /* plain decimal digits, checked by the parser */
    CLI_VCPU,     /* the same: a vCPU's id */
    CLI_REVISION, /* the same: of a definition */
    CLI_VCPUS,    /* set of vCPU ids */
    CLI_CPUS,     /* set of host CPUs */
    CLI_DOMAIN,   /* name, id or UUID */
    CLI_FILE,
    CLI_DIR,
    CLI_COMMAND,
    CLI_WORD, /* one of the option's words, checked by the parser */
    CLI_TEXT,
};

enum cli_how { /* how an option may be given */
    CLI_POSITIONAL = 1 << 0, /* also without its --name, in the table's order */
    CLI_REQUIRED = 1 << 1,
    CLI_REPEAT = 1 << 2,     /* several times; a positional one takes the rest */
    CLI_HIDDEN = 1 << 3,     /* for other programs: not in the help */
};

struct cli_option {
    const char *name; /* long, without the dashes */
    enum cli_kind kind;
    unsigned how;      /* enum cli_how */
    unsigned flag;     /* CLI_FLAG: the bit of the public call it stands for */
    const char *help;
    const char *words; /* CLI_WORD: those allowed, blanks between them */
};

enum cli_trait {
    CLI_NO_CONNECTION = 1 << 0,
};

struct cli;

struct cli_command {
    const char *name;
    const char *summary;
    const char *synopsis;    /* forms, one per line; NULL: made from options */
    const char *description; /* lines of at most 76 columns */
    const struct cli_option *options; /* ends with a NULL name; may be NULL */
    unsigned traits;                  /* enum cli_trait */
    /* Which options need or exclude each other; before anything is opened.
     * NULL: nothing to check.  Returns CLI_DONE or CLI_USAGE. */
    int (*check)(const struct cli *cli);
    int (*run)(struct cli *cli); /* returns an enum cli_exit */
};

struct cli_global { /* an option that stands with any command */
    char letter;
    const char *name;
    const char *value; /* what follows it, or NULL */
    const char *help;
};

struct cli_group {
    const char *title;
    const struct cli_command *commands; /* ends with a NULL name */
};

extern const struct cli_group cli_groups[];   /* ends with a NULL title */
extern const struct cli_global cli_globals[]; /* ends with a NULL name */
const struct cli_command *cli_command_find(const char *name);

/* ---- One run ---- */

enum cli_exit {
    CLI_DONE = 0,
    CLI_FAILED = 1, /* refused, or could not be done */
    CLI_USAGE = 2,
    CLI_DRIFT = 3, /* diff: there are differences */
};

#define CLI_OPTIONS_MAX 24 /* of one command */

struct cli_given { /* what was given for one option; borrows from argv */
    const char **values;
    size_t n;
    bool is_set;
};

struct cli {
    const char *uri; /* NULL: the library's default */
    bool read_only;
    bool quiet;
    bool help;    /* asked for by -h */
    bool version; /* asked for by -v */
    const struct cli_command *command; /* NULL: none was named */
    struct cli_given given[CLI_OPTIONS_MAX]; /* parallel to the options */
    virConnectPtr conn; /* NULL with CLI_NO_CONNECTION */
};

/* Fills *cli from the arguments (argv[0] left out).  CLI_USAGE: was said. */
int cli_args_parse(struct cli *cli, int argc, char **argv);
void cli_args_clear(struct cli *cli);

/* What was given for the command's option of that name, which the table must
 * have.  Borrowed. */
bool cli_has(const struct cli *cli, const char *name);
const char *cli_value(const struct cli *cli, const char *name); /* or NULL */
const struct cli_given *cli_values(const struct cli *cli, const char *name);
unsigned cli_number(const struct cli *cli, const char *name); /* it was given */
/* The bits of all flags that were given. */
unsigned cli_flags(const struct cli *cli);
/* Is a document for programs asked for?  false for a command without
 * --format. */
bool cli_is_json(const struct cli *cli);

/* ---- Saying things ----
 * All clean what they print: a message is one line whatever a name holds. */

#define CLI_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* "error: ..." on stderr; returns CLI_FAILED. */
int cli_fail(const char *fmt, ...) CLI_PRINTF(1, 2);
/* The same with the library's last message; any other public call, even one
 * for a name, would have forgotten it. */
int cli_fail_last(void);
/* "error: ..." and where help is to be had; returns CLI_USAGE. */
int cli_usage(const struct cli *cli, const char *fmt, ...) CLI_PRINTF(2, 3);
void cli_warn(const char *fmt, ...) CLI_PRINTF(1, 2);
/* One line on stdout for people; nothing with --quiet. */
void cli_say(const struct cli *cli, const char *fmt, ...) CLI_PRINTF(2, 3);
/* The empty line behind messages and tables; nothing with --quiet. */
void cli_say_end(const struct cli *cli);
/* Several lines of the library's, cleaned one by one. */
void cli_print_lines(const char *text);
/* A document's bytes: as they are for a program; for people line by line,
 * with nothing raw in them but tabs. */
int cli_print_document(const char *text);
/* "label:   value", the value cleaned; `width` columns for the label. */
void cli_print_field(int width, const char *label, const char *fmt, ...)
    CLI_PRINTF(3, 4);
/* A line on stderr that the next one replaces, if stderr is a terminal; the
 * next message, or "" here, wipes it out. */
void cli_progress(const struct cli *cli, const char *fmt, ...)
    CLI_PRINTF(2, 3);

/* With --pager and a terminal, what follows on stdout goes through a pager. */
void cli_pager_start(const struct cli *cli);
/* Waits until the pager has ended, if there is one. */
void cli_pager_finish(void);

/* ---- Helpers of several commands ---- */

void *cli_alloc(size_t n, size_t size); /* zeroed; ends the program without */
char *cli_strdup(const char *text);     /* the same */

/* The domain that the command's option "domain" names.  NULL: was said. */
virDomainPtr cli_domain(const struct cli *cli);
virDomainPtr cli_domain_find(const struct cli *cli, const char *word);
/* The same without a word said; NULL: the library's last error says why. */
virDomainPtr cli_domain_lookup(const struct cli *cli, const char *word);
/* Can it be a UUID: 32 hex digits, with or without dashes? */
bool cli_is_uuid(const char *word);

struct cli_domains {
    virDomainPtr *items;
    size_t n;
};
/* Those named by the option "domain", else all that `filter` selects
 * (virConnectListAllDomainsFlags).  -1: was said. */
int cli_domains_get(const struct cli *cli, unsigned filter,
                    struct cli_domains *ret);
void cli_domains_clear(struct cli_domains *domains);

/* Checks: --current excludes --live and --config; a document needs a plan. */
int cli_check_target(const struct cli *cli);
int cli_check_plan(const struct cli *cli);
/* A check of commands that take domains or --all; with `need` one of them. */
int cli_check_all(const struct cli *cli, bool need);

/* Prints what a batch of one change would do.  `added` is what adding the
 * change returned. */
int cli_plan_print(const struct cli *cli, vcpuconfBatchPtr batch, int added);
/* Prints a plan in the library's lines. */
int cli_plan_print_lines(const struct cli *cli, const char *plan);

static inline void cli_freep(void *p)
{
    free(*(void **)p);
}
static inline void cli_domain_freep(virDomainPtr *domain)
{
    if (*domain)
        (void)virDomainFree(*domain);
}
static inline void cli_batch_freep(vcpuconfBatchPtr *batch)
{
    vcpuconfBatchFree(*batch);
}
#define CLI_AUTO(type) __attribute__((cleanup(cli_freep))) type
#define CLI_AUTO_DOMAIN __attribute__((cleanup(cli_domain_freep))) virDomainPtr
#define CLI_AUTO_BATCH                                                         \
    __attribute__((cleanup(cli_batch_freep))) vcpuconfBatchPtr
#define CLI_AUTO_DOMAINS                                                       \
    __attribute__((cleanup(cli_domains_clear))) struct cli_domains

/* ---- The commands ---- */

int cmd_adopt(struct cli *cli);
int cmd_apply(struct cli *cli);
int cmd_backup(struct cli *cli);
int cmd_backup_check(const struct cli *cli);
int cmd_check(struct cli *cli);
int cmd_define(struct cli *cli);
int cmd_destroy(struct cli *cli);
int cmd_diff(struct cli *cli);
int cmd_diff_check(const struct cli *cli);
int cmd_dumpxml(struct cli *cli);
int cmd_dumpxml_check(const struct cli *cli);
int cmd_export(struct cli *cli);
int cmd_export_check(const struct cli *cli);
int cmd_guestvcpus(struct cli *cli);
int cmd_guestvcpus_check(const struct cli *cli);
int cmd_help(struct cli *cli);
int cmd_history(struct cli *cli);
int cmd_history_check(const struct cli *cli);
int cmd_import(struct cli *cli);
int cmd_info(struct cli *cli);
int cmd_list(struct cli *cli);
int cmd_list_check(const struct cli *cli);
int cmd_map(struct cli *cli);
int cmd_map_check(const struct cli *cli);
int cmd_maxvcpus(struct cli *cli);
int cmd_nodeinfo(struct cli *cli);
int cmd_qemu_args(struct cli *cli);
int cmd_qemu_args_check(const struct cli *cli);
int cmd_reconcile(struct cli *cli);
int cmd_reconcile_check(const struct cli *cli);
int cmd_restore(struct cli *cli);
int cmd_setvcpu(struct cli *cli);
int cmd_setvcpu_check(const struct cli *cli);
int cmd_setvcpus(struct cli *cli);
int cmd_start(struct cli *cli);
int cmd_undefine(struct cli *cli);
int cmd_uri(struct cli *cli);
int cmd_vcpucount(struct cli *cli);
int cmd_vcpucount_check(const struct cli *cli);
int cmd_vcpuinfo(struct cli *cli);
int cmd_vcpulist(struct cli *cli);
int cmd_vcpumap(struct cli *cli);
int cmd_vcpupin(struct cli *cli);
int cmd_vcpupin_check(const struct cli *cli);
int cmd_version(struct cli *cli);
int cmd_watch(struct cli *cli);
int cmd_watch_check(const struct cli *cli);

/* The usage of the whole program, on `out`. */
void cli_help_print(FILE *out);

#endif
