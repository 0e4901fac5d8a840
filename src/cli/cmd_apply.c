/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several domains made as a file says, all or none.  The file is declarative,
 * so each request is one that changes nothing where all is so already.
 */
#include <stdarg.h>
#include <string.h>

#include "apply_parse.h"
#include "cli.h"
#include "cli_json.h"
#include "cpus.h"
#include "file.h"

struct subject { /* a domain of the file, found */
    const struct apply_domain *want;
    virDomainPtr domain;
    unsigned char uuid[VIR_UUID_BUFLEN];
    unsigned halves; /* VIR_DOMAIN_AFFECT_LIVE, _CONFIG */
    unsigned live_maximum;
    unsigned config_maximum; /* as it will be */
};

struct apply {
    const struct cli *cli;
    const char *label; /* of the file, in messages */
    struct apply_file file;
    struct subject *subjects; /* parallel to the file's domains */
    size_t n;
    vcpuconfBatchPtr batch;
};

static void apply_clear(struct apply *apply)
{
    size_t i;

    for (i = 0; i < apply->n; i++) {
        if (apply->subjects[i].domain)
            (void)virDomainFree(apply->subjects[i].domain);
    }
    free(apply->subjects);
    vcpuconfBatchFree(apply->batch);
    apply_file_clear(&apply->file);
}

static int fail_at(const struct apply *apply, unsigned line, const char *name)
{
    CLI_AUTO(char *) why = cli_strdup(virGetLastErrorMessage());

    return cli_fail("%s:%u: domain '%s': %s", apply->label, line, name, why);
}

/* ---- finding ---- */

/* Numbers of running domains are no names for a file: they change. */
static virDomainPtr find(const struct apply *apply,
                         const struct apply_domain *want)
{
    virDomainPtr domain = NULL;

    if (!want->is_name && cli_is_uuid(want->word)) {
        domain = virDomainLookupByUUIDString(apply->cli->conn, want->word);
        if (!domain && virGetLastErrorCode() != VIR_ERR_NO_DOMAIN)
            return NULL;
    }
    return domain ? domain
                  : virDomainLookupByName(apply->cli->conn, want->word);
}

/* Which halves are meant; 0 with the library's last error. */
static unsigned halves_of(const struct subject *subject)
{
    unsigned target = subject->want->target;
    unsigned there = 0;
    int rc;

    if (target && !(target & APPLY_CURRENT))
        return ((target & APPLY_LIVE) ? VIR_DOMAIN_AFFECT_LIVE : 0u) |
               ((target & APPLY_CONFIG) ? VIR_DOMAIN_AFFECT_CONFIG : 0u);
    rc = virDomainIsActive(subject->domain);
    if (rc < 0)
        return 0;
    if (rc > 0)
        there |= VIR_DOMAIN_AFFECT_LIVE;
    if (target)
        return there ? there : VIR_DOMAIN_AFFECT_CONFIG;
    rc = virDomainIsPersistent(subject->domain);
    if (rc < 0)
        return 0;
    /* the error is that of the half that should be there */
    return rc > 0 ? there | VIR_DOMAIN_AFFECT_CONFIG
                  : there ? there : VIR_DOMAIN_AFFECT_LIVE;
}

static int get_maximum(virDomainPtr domain, unsigned half, unsigned *ret)
{
    int n = virDomainGetVcpusFlags(domain, half | VIR_DOMAIN_VCPU_MAXIMUM);

    if (n < 0)
        return -1;
    *ret = (unsigned)n;
    return 0;
}

static int look(struct subject *subject)
{
    virDomainPtr domain = subject->domain;

    subject->halves = halves_of(subject);
    if (!subject->halves || virDomainGetUUID(domain, subject->uuid) < 0 ||
        ((subject->halves & VIR_DOMAIN_AFFECT_LIVE) &&
         get_maximum(domain, VIR_DOMAIN_AFFECT_LIVE, &subject->live_maximum) <
             0) ||
        ((subject->halves & VIR_DOMAIN_AFFECT_CONFIG) &&
         get_maximum(domain, VIR_DOMAIN_AFFECT_CONFIG,
                     &subject->config_maximum) < 0))
        return -1;
    if (subject->want->maximum)
        subject->config_maximum = subject->want->maximum;
    return 0;
}

static int compare_subjects(const void *a, const void *b)
{
    const struct subject *x = *(const struct subject *const *)a;
    const struct subject *y = *(const struct subject *const *)b;
    int order = memcmp(x->uuid, y->uuid, sizeof(x->uuid));

    return order ? order
                 : (x->want->line > y->want->line) -
                       (x->want->line < y->want->line);
}

/* A name and a UUID may mean the same domain. */
static int check_distinct(const struct apply *apply)
{
    CLI_AUTO(const struct subject **) sorted =
        cli_alloc(apply->n, sizeof(*sorted));
    size_t i;

    for (i = 0; i < apply->n; i++)
        sorted[i] = &apply->subjects[i];
    qsort(sorted, apply->n, sizeof(*sorted), compare_subjects);
    for (i = 1; i < apply->n; i++) {
        if (memcmp(sorted[i]->uuid, sorted[i - 1]->uuid, VIR_UUID_BUFLEN) == 0)
            return cli_fail("%s:%u: domain '%s' was there before, in line %u",
                            apply->label, sorted[i]->want->line,
                            sorted[i]->want->word, sorted[i - 1]->want->line);
    }
    return CLI_DONE;
}

/* ---- ranges that only the domains know ---- */

/* A line is about the vCPUs below n: no maximum may be less. */
CLI_PRINTF(5, 6)
static int check_room(const struct apply *apply, const struct subject *subject,
                      unsigned line, unsigned n, const char *fmt, ...)
{
    unsigned most = subject->config_maximum;
    char what[64];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    if ((subject->halves & VIR_DOMAIN_AFFECT_CONFIG) && n > most)
        return cli_fail("%s:%u: %s: the maximum in the definition of domain "
                        "'%s' is %u",
                        apply->label, line, what, subject->want->word, most);
    most = subject->live_maximum;
    if ((subject->halves & VIR_DOMAIN_AFFECT_LIVE) && n > most)
        return cli_fail("%s:%u: %s: domain '%s' has a maximum of %u until it "
                        "is started again ('target config' leaves it as it "
                        "runs)",
                        apply->label, line, what, subject->want->word, most);
    return CLI_DONE;
}

static int check_ranges(const struct apply *apply,
                        const struct subject *subject)
{
    const struct apply_domain *want = subject->want;
    unsigned last = apply_set_last(&want->online);
    int rc = CLI_DONE;
    size_t i;

    if (want->vcpus)
        rc = check_room(apply, subject, want->vcpus_line, want->vcpus,
                        "vcpus %u", want->vcpus);
    if (rc == CLI_DONE && want->online.n)
        rc = check_room(apply, subject, want->vcpus_line, last + 1, "vCPU %u",
                        last);
    for (i = 0; rc == CLI_DONE && i < want->npins; i++) {
        last = apply_set_last(&want->pins[i].vcpus);
        rc = check_room(apply, subject, want->pins[i].line, last + 1,
                        "vCPU %u", last);
    }
    return rc;
}

static int find_all(struct apply *apply)
{
    size_t i;
    int rc;

    apply->subjects = cli_alloc(apply->file.n, sizeof(*apply->subjects));
    for (i = 0; i < apply->file.n; i++) {
        struct subject *subject = &apply->subjects[apply->n++];

        subject->want = &apply->file.domains[i];
        subject->domain = find(apply, subject->want);
        if (!subject->domain || look(subject) < 0)
            return fail_at(apply, subject->want->line, subject->want->word);
        rc = check_ranges(apply, subject);
        if (rc != CLI_DONE)
            return rc;
    }
    return check_distinct(apply);
}

/* ---- requests ---- */

/* Also says what is not in the set, in one half. */
static int add_online(struct apply *apply, const struct subject *subject,
                      unsigned half, unsigned maximum)
{
    const struct apply_set *online = &subject->want->online;
    CLI_AUTO(char *) on = apply_set_text(online);
    CLI_AUTO(char *) off = NULL;
    struct apply_set others = {0};

    if (!(subject->halves & half))
        return 0;
    apply_set_invert(online, maximum, &others);
    off = apply_set_text(&others);
    apply_set_clear(&others);
    if (vcpuconfBatchSetVcpu(apply->batch, subject->domain, on, 1, half) < 0)
        return -1;
    if (!*off)
        return 0;
    return vcpuconfBatchSetVcpu(apply->batch, subject->domain, off, 0, half);
}

static int add_pin(struct apply *apply, const struct subject *subject,
                   const struct apply_pin *pin)
{
    unsigned id;
    size_t i;
    int rc = 0;

    for (i = 0; i < pin->vcpus.n; i++) {
        const struct apply_range *range = &pin->vcpus.ranges[i];

        for (id = range->first; rc == 0 && id <= range->last; id++)
            rc = pin->cpus
                     ? vcpuconfBatchPinVcpuSet(apply->batch, subject->domain,
                                               id, pin->cpus, subject->halves)
                     : vcpuconfBatchUnpinVcpu(apply->batch, subject->domain, id,
                                              subject->halves);
    }
    return rc;
}

/* The maximum first, so that what it makes possible can follow; pins before
 * vCPUs come online, so that these begin where they belong. */
static int add_requests(struct apply *apply, const struct subject *subject)
{
    const struct apply_domain *want = subject->want;
    size_t i;

    if (want->maximum &&
        vcpuconfBatchSetVcpusFlags(apply->batch, subject->domain, want->maximum,
                                   VIR_DOMAIN_VCPU_MAXIMUM |
                                       VIR_DOMAIN_VCPU_CONFIG) < 0)
        return -1;
    for (i = 0; i < want->npins; i++) {
        if (add_pin(apply, subject, &want->pins[i]) < 0)
            return -1;
    }
    if (want->vcpus)
        return vcpuconfBatchSetVcpusFlags(apply->batch, subject->domain,
                                          want->vcpus, subject->halves);
    if (want->online.n == 0)
        return 0;
    if (add_online(apply, subject, VIR_DOMAIN_AFFECT_LIVE,
                   subject->live_maximum) < 0)
        return -1;
    return add_online(apply, subject, VIR_DOMAIN_AFFECT_CONFIG,
                      subject->config_maximum);
}

static int make_batch(struct apply *apply)
{
    size_t i;

    apply->batch = vcpuconfBatchNew(apply->cli->conn);
    if (!apply->batch)
        return cli_fail_last();
    for (i = 0; i < apply->n; i++) {
        const struct subject *subject = &apply->subjects[i];

        if (add_requests(apply, subject) < 0)
            return fail_at(apply, subject->want->line, subject->want->word);
    }
    return CLI_DONE;
}

/* ---- doing ---- */

/* The library names the domain where there are several. */
static int fail_whole(const struct apply *apply)
{
    if (apply->n == 1)
        return fail_at(apply, apply->subjects[0].want->line,
                       apply->subjects[0].want->word);
    return cli_fail_last();
}

/* What would be done, each domain's part under its name.  Owned, or NULL: was
 * said. */
static char *plan_of(const struct apply *apply)
{
    char *plan = vcpuconfBatchPlan(apply->batch, 0);
    char *named = NULL;

    if (!plan) {
        (void)fail_whole(apply);
        return NULL;
    }
    if (apply->n != 1 || !*plan)
        return plan;
    if (asprintf(&named, "domain %s\n%s",
                 virDomainGetName(apply->subjects[0].domain), plan) < 0)
        return plan;
    free(plan);
    return named;
}

/* In how many domains something changes. */
static size_t count_changed(const char *plan)
{
    bool is_counted = false;
    size_t n = 0;

    for (; *plan; plan += strcspn(plan, "\n"), plan += *plan == '\n') {
        if (strncmp(plan, "domain ", 7) == 0) {
            is_counted = false;
        } else if (!is_counted && (strncmp(plan, "live  ", 6) == 0 ||
                                   strncmp(plan, "config  ", 8) == 0)) {
            is_counted = true;
            n++;
        }
    }
    return n;
}

static void report(const struct apply *apply, const char *plan, size_t changed,
                   bool is_done)
{
    const struct cli *cli = apply->cli;

    if (cli_is_json(cli)) {
        struct json_object *document = cli_json_object();

        cli_json_add_bool(document, "applied", is_done && changed > 0);
        cli_json_add(document, "plan", cli_json_lines(plan));
        (void)cli_json_print(document);
        return;
    }
    if (!is_done || !cli->quiet)
        cli_print_lines(plan);
    if (changed == 0)
        cli_say(cli, "Nothing to do");
    else if (is_done)
        cli_say(cli, "%zu domain%s changed", changed, changed == 1 ? "" : "s");
    if (is_done)
        cli_say_end(cli);
}

/* They may be right on another host, so they are accepted. */
static void warn_of_missing(const struct apply *apply, int ncpus)
{
    size_t i;
    size_t k;
    int cpu;

    for (i = 0; i < apply->n; i++) {
        const struct apply_domain *want = apply->subjects[i].want;

        for (k = 0; k < want->npins; k++) {
            CLI_AUTO(unsigned char *) map = NULL;
            CLI_AUTO(char *) missing = NULL;

            if (!want->pins[k].cpus)
                continue;
            map = cli_cpus_parse(want->pins[k].cpus);
            for (cpu = 0; cpu < ncpus; cpu++)
                VIR_UNUSE_CPU(map, cpu);
            missing = cli_cpus_format(map, CLI_CPUS_BYTES);
            if (*missing)
                cli_warn("%s:%u: this host has CPUs 0-%d only, not %s",
                         apply->label, want->pins[k].line, ncpus - 1, missing);
        }
    }
}

/* The host is looked at first: a change that is done is no error any more. */
static int run(struct apply *apply)
{
    bool is_dry = cli_has(apply->cli, "dry-run");
    CLI_AUTO(char *) plan = NULL;
    size_t changed;
    int ncpus;
    int rc;

    rc = find_all(apply);
    if (rc == CLI_DONE)
        rc = make_batch(apply);
    if (rc != CLI_DONE)
        return rc;
    plan = plan_of(apply);
    ncpus = plan ? cli_cpus_of_host(apply->cli, NULL) : -1;
    if (ncpus < 0)
        return CLI_FAILED;
    changed = count_changed(plan);
    if (changed > 0 && !is_dry && vcpuconfBatchApply(apply->batch, 0) < 0)
        return fail_whole(apply);
    report(apply, plan, changed, !is_dry);
    warn_of_missing(apply, ncpus);
    return CLI_DONE;
}

int cmd_apply(struct cli *cli)
{
    const char *path = cli_value(cli, "file");
    struct apply apply = {
        .cli = cli,
        .label = strcmp(path, "-") == 0 ? "standard input" : path,
    };
    struct apply_fault fault = {0};
    size_t len = 0;
    CLI_AUTO(char *) bytes = cli_file_read(path, &len);
    int rc;

    if (!bytes)
        return CLI_FAILED;
    if (apply_parse(bytes, len, &apply.file, &fault) < 0)
        return fault.line
                   ? cli_fail("%s:%u: %s", apply.label, fault.line, fault.text)
                   : cli_fail("%s: %s", apply.label, fault.text);
    rc = run(&apply);
    apply_clear(&apply);
    return rc;
}
