/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whole operations as data, by nothing but the public header.  A case is a
 * directory: domain.xml is defined on a simulated host, the lines of request
 * are done one after the other, and then plan.txt (what was planned before
 * each line, and what was refused), live.xml (not there if it doesn't run)
 * and stored.xml (not there if there is no definition) are what is expected.
 *
 *   uri PARAMETERS        first line only; of test:///default
 *   start | stop | undefine | restore REVISION | reconcile [force] | adopt
 *   define FILE           another document of the case
 *   setvcpus N FLAGS | maximum N FLAGS | state IDS online|offline FLAGS
 *   pin VCPU CPUS FLAGS | unpin VCPU FLAGS
 *   A + B + C             changes as one batch
 *   elsewhere N           another hand, which knows no definition, makes N
 *                         vCPUs of the running domain online
 *   ! CODE TEXT           the line before is refused so, and changes nothing
 *
 * FLAGS: live, config, guest, hotpluggable.  VCPUCONF_CASES_REWRITE=1 in the
 * environment writes the expectations anew: read each one before keeping it.
 */
#include <stdio.h>
#include <string.h>
#include <vcpuconf/vcpuconf.h>

#include "../unit/vc_check.h"
#include "case_file.h"

#define WORDS_MAX 12
#define CASES_AT_LEAST 30

struct run {
    const char *name;
    virConnectPtr conn;
    char *elsewhere; /* URI of the same host with another store */
    virDomainPtr dom; /* NULL: the definition was refused */
    vcpuconfBatchPtr batch; /* of the last change: releasing it would clear the
                               error that is to be looked at */
    FILE *plan;
};

static char **case_names;
static size_t case_count;

/* ---- Words ---- */

struct words {
    char *copy;
    const char *word[WORDS_MAX + 1]; /* NULL behind the last */
    unsigned flags;
};

static const struct {
    const char *word;
    unsigned flag;
} flag_words[] = {
    {"live", VIR_DOMAIN_AFFECT_LIVE},
    {"config", VIR_DOMAIN_AFFECT_CONFIG},
    {"guest", VIR_DOMAIN_VCPU_GUEST},
    {"hotpluggable", VIR_DOMAIN_VCPU_HOTPLUGGABLE},
};

static unsigned flag_of(const char *word)
{
    size_t i;

    for (i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++) {
        if (strcmp(flag_words[i].word, word) == 0)
            return flag_words[i].flag;
    }
    return 0;
}

static void words_split(struct words *words, const char *line)
{
    char *save = NULL;
    char *word;
    size_t n = 0;

    memset(words, 0, sizeof(*words));
    words->copy = strdup(line);
    ck_assert_ptr_nonnull(words->copy);
    for (word = strtok_r(words->copy, " ", &save); word;
         word = strtok_r(NULL, " ", &save)) {
        unsigned flag = n ? flag_of(word) : 0;

        words->flags |= flag;
        ck_assert_uint_lt(n, WORDS_MAX);
        if (!flag)
            words->word[n++] = word;
    }
    ck_assert_uint_gt(n, 0);
}

static unsigned number(const struct words *words, size_t i)
{
    ck_assert_ptr_nonnull(words->word[i]);
    return (unsigned)strtoul(words->word[i], NULL, 10);
}

static int is_online(const struct words *words)
{
    ck_assert_ptr_nonnull(words->word[2]);
    return strcmp(words->word[2], "online") == 0;
}

/* ---- Changes: as a member of a batch, and as a call of its own ---- */

static int add_setvcpus(vcpuconfBatchPtr batch, virDomainPtr dom,
                        const struct words *w)
{
    return vcpuconfBatchSetVcpusFlags(batch, dom, number(w, 1), w->flags);
}

static int do_setvcpus(virDomainPtr dom, const struct words *w)
{
    return virDomainSetVcpusFlags(dom, number(w, 1), w->flags);
}

static int add_maximum(vcpuconfBatchPtr batch, virDomainPtr dom,
                       const struct words *w)
{
    return vcpuconfBatchSetVcpusFlags(batch, dom, number(w, 1),
                                      w->flags | VIR_DOMAIN_VCPU_MAXIMUM);
}

static int do_maximum(virDomainPtr dom, const struct words *w)
{
    return virDomainSetVcpusFlags(dom, number(w, 1),
                                  w->flags | VIR_DOMAIN_VCPU_MAXIMUM);
}

static int add_state(vcpuconfBatchPtr batch, virDomainPtr dom,
                     const struct words *w)
{
    return vcpuconfBatchSetVcpu(batch, dom, w->word[1], is_online(w), w->flags);
}

static int do_state(virDomainPtr dom, const struct words *w)
{
    return virDomainSetVcpu(dom, w->word[1], is_online(w), w->flags);
}

static int add_pin(vcpuconfBatchPtr batch, virDomainPtr dom,
                   const struct words *w)
{
    return vcpuconfBatchPinVcpuSet(batch, dom, number(w, 1), w->word[2],
                                   w->flags);
}

static int do_pin(virDomainPtr dom, const struct words *w)
{
    return vcpuconfDomainPinVcpuSet(dom, number(w, 1), w->word[2], w->flags);
}

static int add_unpin(vcpuconfBatchPtr batch, virDomainPtr dom,
                     const struct words *w)
{
    return vcpuconfBatchUnpinVcpu(batch, dom, number(w, 1), w->flags);
}

static int do_unpin(virDomainPtr dom, const struct words *w)
{
    return vcpuconfDomainUnpinVcpu(dom, number(w, 1), w->flags);
}

struct change {
    const char *verb;
    int (*add)(vcpuconfBatchPtr batch, virDomainPtr dom, const struct words *w);
    int (*call)(virDomainPtr dom, const struct words *w);
};

static const struct change changes[] = {
    {"setvcpus", add_setvcpus, do_setvcpus},
    {"maximum", add_maximum, do_maximum},
    {"state", add_state, do_state},
    {"pin", add_pin, do_pin},
    {"unpin", add_unpin, do_unpin},
};

static const struct change *change_of(const char *verb)
{
    size_t i;

    for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        if (strcmp(changes[i].verb, verb) == 0)
            return &changes[i];
    }
    return NULL;
}

static int batch_add(struct run *run, vcpuconfBatchPtr batch, const char *line)
{
    const struct change *change;
    struct words words;
    int rc;

    words_split(&words, line);
    change = change_of(words.word[0]);
    ck_assert_msg(change != NULL, "%s: no such change: %s", run->name, line);
    rc = change->add(batch, run->dom, &words);
    free(words.copy);
    return rc;
}

/* The plan of the changes in the line; NULL if it is refused. */
static char *batch_plan(struct run *run, vcpuconfBatchPtr batch,
                        const char *line, size_t *ret_n)
{
    char *copy = strdup(line);
    char *next = copy;
    int rc = 0;

    ck_assert_ptr_nonnull(copy);
    *ret_n = 0;
    while (next && rc == 0) {
        char *one = next;
        char *plus = strstr(one, " + ");

        next = plus ? plus + 3 : NULL;
        if (plus)
            *plus = '\0';
        rc = batch_add(run, batch, one);
        (*ret_n)++;
    }
    free(copy);
    return rc < 0 ? NULL : vcpuconfBatchPlan(batch, 0);
}

/* What was done is not to be done once more; notes may stay. */
static void expect_nothing_left(struct run *run, const char *line)
{
    vcpuconfBatchPtr batch = vcpuconfBatchNew(run->conn);
    size_t n;
    char *plan = batch_plan(run, batch, line, &n);

    ck_assert_msg(plan && !strstr(plan, "live    ") &&
                      !strstr(plan, "config  "),
                  "%s: %s again:\n%s", run->name, line,
                  plan ? plan : virGetLastErrorMessage());
    free(plan);
    vcpuconfBatchFree(batch);
}

static int run_change(struct run *run, const char *line)
{
    size_t n;
    char *plan;
    int rc;

    vcpuconfBatchFree(run->batch);
    run->batch = vcpuconfBatchNew(run->conn);
    plan = batch_plan(run, run->batch, line, &n);
    if (n > 1) {
        rc = vcpuconfBatchApply(run->batch, 0);
    } else {
        struct words words;

        words_split(&words, line);
        rc = change_of(words.word[0])->call(run->dom, &words);
        free(words.copy);
        if (rc == 0)
            expect_nothing_left(run, line);
    }
    ck_assert_msg((rc == 0) == (plan != NULL),
                  "%s: %s: the plan and the call disagree: %s", run->name, line,
                  virGetLastErrorMessage());
    if (plan)
        (void)fputs(plan, run->plan);
    free(plan);
    return rc;
}

/* ---- What is no change ---- */

static int run_define(struct run *run, const char *file)
{
    char *xml = case_read(run->name, file);
    virDomainPtr dom;

    ck_assert_msg(xml != NULL, "%s: no file %s", run->name, file);
    dom = virDomainDefineXML(run->conn, xml);
    free(xml);
    if (!dom)
        return -1;
    if (run->dom)
        (void)virDomainFree(run->dom);
    run->dom = dom;
    return 0;
}

static int run_reconcile(struct run *run, const struct words *words)
{
    static const char *const results[] = {"failed", "needs restart", "applied",
                                          "kept pins applied", "drifted",
                                          "already done"};
    bool force = words->word[1] && strcmp(words->word[1], "force") == 0;
    unsigned flags = force ? VCPUCONF_RECONCILE_FORCE : 0;
    char *report = NULL;
    int rc = vcpuconfDomainReconcile(run->dom, &report, flags);

    if (rc < 0)
        return -1;
    (void)fprintf(run->plan, "%s= %s\n", report, results[rc]);
    free(report);
    if (!force)
        return 0;
    /* planning again gives no step */
    rc = vcpuconfDomainReconcile(run->dom, &report,
                                 flags | VCPUCONF_RECONCILE_DRY_RUN);
    ck_assert_msg(rc >= 0 && !strstr(report, "live    "),
                  "%s: reconcile again:\n%s", run->name, report);
    free(report);
    return 0;
}

static int run_adopt(struct run *run)
{
    char *plan = NULL;
    int rc = vcpuconfDomainAdopt(run->dom, &plan, 0);

    if (rc < 0)
        return -1;
    (void)fputs(plan, run->plan);
    free(plan);
    rc = vcpuconfDomainAdopt(run->dom, &plan, VCPUCONF_ADOPT_DRY_RUN);
    ck_assert_msg(rc == 0 && !*plan, "%s: adopt again:\n%s", run->name, plan);
    free(plan);
    return 0;
}

static int run_elsewhere(struct run *run, unsigned count)
{
    virConnectPtr conn = virConnectOpen(run->elsewhere);
    virDomainPtr dom = virDomainLookupByName(conn, virDomainGetName(run->dom));
    int rc = virDomainSetVcpus(dom, count);

    ck_assert_msg(rc == 0, "%s: elsewhere: %s", run->name,
                  virGetLastErrorMessage());
    (void)virDomainFree(dom);
    (void)virConnectClose(conn);
    return rc;
}

static int run_line(struct run *run, const char *line)
{
    struct words words;
    int rc;

    words_split(&words, line);
    if (strcmp(words.word[0], "start") == 0)
        rc = virDomainCreate(run->dom);
    else if (strcmp(words.word[0], "stop") == 0)
        rc = virDomainDestroy(run->dom);
    else if (strcmp(words.word[0], "undefine") == 0)
        rc = virDomainUndefine(run->dom);
    else if (strcmp(words.word[0], "restore") == 0)
        rc = vcpuconfDomainRestore(run->dom, number(&words, 1), 0);
    else if (strcmp(words.word[0], "define") == 0)
        rc = run_define(run, words.word[1]);
    else if (strcmp(words.word[0], "reconcile") == 0)
        rc = run_reconcile(run, &words);
    else if (strcmp(words.word[0], "adopt") == 0)
        rc = run_adopt(run);
    else if (strcmp(words.word[0], "elsewhere") == 0)
        rc = run_elsewhere(run, number(&words, 1));
    else
        rc = run_change(run, line);
    free(words.copy);
    return rc;
}

/* ---- Refusals ---- */

static const struct {
    int code;
    const char *name;
} codes[] = {
    {VIR_ERR_INVALID_ARG, "INVALID_ARG"},
    {VIR_ERR_OPERATION_FAILED, "OPERATION_FAILED"},
    {VIR_ERR_XML_ERROR, "XML_ERROR"},
    {VIR_ERR_OPERATION_INVALID, "OPERATION_INVALID"},
    {VIR_ERR_OPERATION_UNSUPPORTED, "OPERATION_UNSUPPORTED"},
    {VIR_ERR_XML_INVALID_SCHEMA, "XML_INVALID_SCHEMA"},
    {VIR_ERR_ARGUMENT_UNSUPPORTED, "ARGUMENT_UNSUPPORTED"},
    {VIR_ERR_NO_DOMAIN, "NO_DOMAIN"},
};

static const char *code_name(int code)
{
    size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].code == code)
            return codes[i].name;
    }
    return "another code";
}

/* expect: "CODE TEXT". */
static void expect_refusal(struct run *run, const char *line,
                           const char *expect)
{
    virErrorPtr error = virGetLastError();
    const char *name = code_name(error ? error->code : 0);
    size_t len = strcspn(expect, " ");

    ck_assert_msg(expect[len] == ' ', "%s: %s: ! CODE TEXT", run->name, line);
    ck_assert_msg(error != NULL, "%s: %s: no error", run->name, line);
    ck_assert_msg(strlen(name) == len && strncmp(name, expect, len) == 0 &&
                      strstr(error->message, expect + len + 1),
                  "%s: %s: expected %s, is %s %s", run->name, line, expect,
                  name, error->message);
    (void)fprintf(run->plan, "! %s %s\n", name, error->message);
}

/* All that a caller can see of the domain. */
static char *state_of(struct run *run)
{
    vcpuconfRevision *revisions = NULL;
    char *live = NULL;
    char *stored = NULL;
    char *text = NULL;
    int n = -1;

    if (run->dom) {
        n = vcpuconfDomainListRevisions(run->dom, &revisions, 0);
        live = virDomainGetXMLDesc(run->dom, 0);
        stored = virDomainGetXMLDesc(run->dom, VIR_DOMAIN_XML_INACTIVE);
    }
    ck_assert_int_gt(asprintf(&text, "%d revisions, %s, %s, active %d",
                              n, live ? live : "-", stored ? stored : "-",
                              run->dom ? virDomainIsActive(run->dom) : 0),
                     0);
    vcpuconfRevisionsFree(revisions, n);
    free(live);
    free(stored);
    return text;
}

static void one_line(struct run *run, const char *line, const char *refusal)
{
    char *before = state_of(run);
    char *after;
    int rc;

    (void)fprintf(run->plan, "> %s\n", line);
    virResetLastError();
    rc = run_line(run, line);
    ck_assert_msg((rc < 0) == (refusal != NULL), "%s: %s: %s", run->name, line,
                  rc < 0 ? virGetLastErrorMessage() : "not refused");
    if (refusal) {
        expect_refusal(run, line, refusal);
        after = state_of(run);
        ck_assert_msg(strcmp(before, after) == 0,
                      "%s: %s: was refused and changed\n%s\nto\n%s", run->name,
                      line, before, after);
        free(after);
    }
    free(before);
}

/* ---- A case ---- */

static void open_connection(struct run *run, const char *scratch,
                            const char *params)
{
    char *path = case_escape(scratch);
    char *uri = NULL;

    ck_assert_int_gt(asprintf(&uri, "test:///default?%s%sstore=%s/vcpuconf.db",
                              params, *params ? "&" : "", path),
                     0);
    ck_assert_int_gt(asprintf(&run->elsewhere,
                              "test:///default?%s%sstore=%s/elsewhere.db",
                              params, *params ? "&" : "", path),
                     0);
    run->conn = virConnectOpen(uri);
    ck_assert_msg(run->conn != NULL, "%s: %s", run->name,
                  virGetLastErrorMessage());
    free(uri);
    free(path);
}

/* The next line that is neither empty nor a comment. */
static char *next_line(char **save)
{
    char *line;

    do
        line = strtok_r(NULL, "\n", save);
    while (line && line[0] == '#');
    return line;
}

static void run_requests(struct run *run, const char *scratch)
{
    char *text = case_read(run->name, "request");
    char *save = NULL;
    char *line;
    const char *params = "";

    ck_assert_ptr_nonnull(text);
    line = strtok_r(text, "\n", &save);
    if (line && line[0] == '#')
        line = next_line(&save);
    if (line && strncmp(line, "uri ", 4) == 0) {
        params = line + 4;
        line = next_line(&save);
    }
    open_connection(run, scratch, params);
    if (line && line[0] == '!') {
        one_line(run, "define domain.xml", line + 2);
        line = next_line(&save);
    } else {
        ck_assert_msg(run_define(run, "domain.xml") == 0, "%s: %s", run->name,
                      virGetLastErrorMessage());
    }
    while (line) {
        char *next = next_line(&save);
        bool refused = next && next[0] == '!';

        one_line(run, line, refused ? next + 2 : NULL);
        line = refused ? next_line(&save) : next;
    }
    free(text);
}

static void compare_documents(struct run *run)
{
    char *live = NULL;
    char *stored = NULL;

    if (run->dom && virDomainIsActive(run->dom) == 1) {
        live = virDomainGetXMLDesc(run->dom, 0);
        ck_assert_msg(live != NULL, "%s: %s", run->name,
                      virGetLastErrorMessage());
    }
    if (run->dom && virDomainIsPersistent(run->dom) == 1) {
        stored = virDomainGetXMLDesc(run->dom, VIR_DOMAIN_XML_INACTIVE);
        ck_assert_msg(stored != NULL, "%s: %s", run->name,
                      virGetLastErrorMessage());
    }
    case_expect(run->name, "live.xml", live);
    case_expect(run->name, "stored.xml", stored);
    free(live);
    free(stored);
}

static void ignore_error(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

START_TEST(a_case_comes_out_as_expected)
{
    struct run run = {.name = case_names[_i]};
    char *scratch = case_scratch_new();
    char *plan = NULL;
    size_t len;

    virSetErrorFunc(NULL, ignore_error);
    run.plan = open_memstream(&plan, &len);
    ck_assert_ptr_nonnull(run.plan);
    run_requests(&run, scratch);
    ck_assert_int_eq(fclose(run.plan), 0);
    case_expect(run.name, "plan.txt", plan);
    compare_documents(&run);
    free(plan);
    vcpuconfBatchFree(run.batch);
    if (run.dom)
        (void)virDomainFree(run.dom);
    ck_assert_int_eq(virConnectClose(run.conn), 0);
    free(run.elsewhere);
    case_scratch_remove(scratch);
}
END_TEST

START_TEST(the_cases_are_there)
{
    ck_assert_uint_ge(case_count, CASES_AT_LEAST);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("cases");
    TCase *cases = tcase_create("cases");

    case_count = case_list(&case_names);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, the_cases_are_there);
    tcase_add_loop_test(cases, a_case_comes_out_as_expected, 0,
                        (int)case_count);
    suite_add_tcase(suite, cases);
    return suite;
}

VC_TEST_MAIN(make_suite)
