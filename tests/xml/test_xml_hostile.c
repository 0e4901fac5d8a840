/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Documents made to cost: each is imported, and where that is possible edited,
 * in a child of its own that may use 48 MiB more than before: of 64, the store
 * and the plan of an edit need some.  The time is printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "vc_check.h"
#include "xml_test.h"

#define EXTRA_KIB_MAX (48 * 1024)

#define NAME "<name>n</name>"
#define UUID "<uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid>"
#define HEAD "<domain>" NAME UUID

/* 33 ranges: more bytes in memory than here, most of all where the room for
 * them is doubled each time. */
#define CPUS_APART                                                             \
    "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32,34,36,38,40,42,44,46,48,"   \
    "50,52,54,56,58,60,62,64"

/* start, then unit again and again ('@' counts up, '%' to 16000), then end; of
 * `size` bytes at most. */
struct hostile {
    const char *what;
    const char *start;
    const char *unit;
    const char *end;
    size_t units; /* 0: as many as fit */
    bool accepted;
    const char *encoding; /* NULL: UTF-8 */
};

static const struct hostile cases[] = {
    {"elements", HEAD, "<a/>", "</domain>", 0, true, NULL},
    {"elements with names of their own", HEAD, "<a@/>", "</domain>", 0, false,
     NULL},
    {"instructions with names of their own", HEAD, "<?a@?>", "</domain>", 0,
     false, NULL},
    {"16000 names, again and again", HEAD, "<a%/>", "</domain>", 0, true, NULL},
    {"namespaces of their own", HEAD, "<a xmlns='b:@'/>", "</domain>", 0, false,
     NULL},
    {"16000 namespaces, again and again", HEAD, "<a xmlns='b:%'/>", "</domain>",
     0, true, NULL},
    {"one namespace, again and again", HEAD, "<a xmlns='b:c'/>", "</domain>", 0,
     true, NULL},
    {"stray pins", HEAD "<cputune>", "<vcpupin vcpu='@' cpuset='1'/>",
     "</cputune></domain>", 0, true, NULL},
    {"pins of all CPUs", HEAD "<cputune>",
     "<vcpupin vcpu='@' cpuset='0-16383'/>", "</cputune></domain>", 0, true,
     NULL},
    {"pins of many CPUs", HEAD "<cputune>",
     "<vcpupin vcpu='@' cpuset='" CPUS_APART "'/>", "</cputune></domain>", 0,
     true, NULL},
    {"pins of one vCPU", HEAD "<cputune>", "<vcpupin vcpu='1' cpuset='1'/>",
     "</cputune></domain>", 0, false, NULL},
    {"20000 attributes", HEAD "<a", " a@=''", "/></domain>", 20000, false,
     NULL},
    {"as many attributes as fit", HEAD "<a", " a@=''", "/></domain>", 0, false,
     NULL},
    {"depth 100000", HEAD, "<a>", "", 100000, false, NULL},
    {"one cpuset", HEAD "<vcpu cpuset='", "1,", "1'>1</vcpu></domain>", 0, true,
     NULL},
    {"one cpuset of references", HEAD "<vcpu cpuset='", "&#49;,",
     "1'>1</vcpu></domain>", 0, true, NULL},
    {"one bad cpuset", HEAD "<vcpu cpuset='", "1,^1,", "^1'>1</vcpu></domain>",
     0, false, NULL},
    {"zeros in vcpu", HEAD "<vcpu>", "0", "4</vcpu></domain>", 0, true, NULL},
    {"nines in vcpu", HEAD "<vcpu>", "9", "</vcpu></domain>", 0, false, NULL},
    {"references in vcpu", HEAD "<vcpu>", "&#48;", "4</vcpu></domain>", 0, true,
     NULL},
    {"comments in vcpu", HEAD "<vcpu>", "<!---->", "4</vcpu></domain>", 0, true,
     NULL},
    {"CDATA in vcpu", HEAD "<vcpu>", "<![CDATA[0]]>", "4</vcpu></domain>", 0,
     true, NULL},
    {"one CDATA in vcpu", HEAD "<vcpu><![CDATA[", "0", "4]]></vcpu></domain>",
     0, true, NULL},
    {"long name", "<domain>" UUID "<name>", "n", "</name></domain>", 0, false,
     NULL},
    {"long uuid", "<domain>" NAME "<uuid>", "0", "</uuid></domain>", 0, false,
     NULL},
    {"rows of vcpus", HEAD "<vcpu>16384</vcpu><vcpus>",
     "<vcpu id='@' enabled='yes'/>", "</vcpus></domain>", 16384, true, NULL},
    {"too many rows of vcpus", HEAD "<vcpu>16384</vcpu><vcpus>",
     "<vcpu id='1' enabled='yes'/>", "</vcpus></domain>", 0, false, NULL},
    {"strangers in vcpus", HEAD "<vcpus>", "<a/>", "</vcpus></domain>", 0,
     false, NULL},
    {"strangers in a pin", HEAD "<cputune><vcpupin vcpu='1' cpuset='1'>",
     "<a/>", "</vcpupin></cputune></domain>", 0, false, NULL},
    {"text in a pin", HEAD "<cputune><vcpupin vcpu='1' cpuset='1'>", "a&#49;",
     "</vcpupin></cputune></domain>", 0, false, NULL},
    {"other elements in cputune", HEAD "<cputune>", "<a/>",
     "</cputune></domain>", 0, true, NULL},
    {"entities that are not there", HEAD, "&x;", "</domain>", 0, false, NULL},
    {"prefixes that are not there", HEAD, "<a:b/>", "</domain>", 0, false,
     NULL},
    {"odd namespace names", HEAD, "<a xmlns='^'/>", "</domain>", 0, true, NULL},
    {"namespaces in scope", HEAD, "<a xmlns:a@='b'>", "</domain>", 0, false,
     NULL},
    {"attributes of prefixes", HEAD "<a xmlns:a='1' xmlns:b='2'>",
     "<c a:x='' b:x=''/>", "</a></domain>", 0, true, NULL},
    {"one comment", HEAD "<!--", "a ", "--></domain>", 0, true, NULL},
    {"comments", HEAD, "<!---->", "</domain>", 0, true, NULL},
    {"one processing instruction", HEAD "<?p ", "a ", "?></domain>", 0, true,
     NULL},
    {"catalogues before the root", "", "<?oasis-xml-catalog catalog='a'?>",
     HEAD "</domain>", 0, true, NULL},
    {"bad catalogues before the root", "", "<?oasis-xml-catalog a?>",
     HEAD "</domain>", 0, true, NULL},
    {"white space", HEAD, "\n", "<vcpu>1</vcpu></domain>", 0, true, NULL},
    {"white space in tags", HEAD "<vcpu", " ", ">1</vcpu></domain>", 0, true,
     NULL},
    {"one long element name", HEAD "<", "a", "/></domain>", 0, false, NULL},
    {"white space before vcpu", HEAD, " ", "<vcpu>16000</vcpu></domain>",
     3500000, true, NULL},
    {"open quote", HEAD "<a b='", "c", "", 0, false, NULL},
    {"open tags", "", "<", "", 0, false, NULL},
    {"doubled roots", HEAD "</domain>", "<a/>", "", 0, false, NULL},
    {"UTF-16", HEAD, "<a/>", "</domain>", 0, true, "UTF-16LE"},
    {"UTF-32", HEAD, "<a/>", "</domain>", 0, true, "UTF-32BE"},
};

static void add_wide(struct vc_buf *buf, const char *text, const char *encoding)
{
    bool little = encoding && strstr(encoding, "LE");
    size_t zeros = !encoding ? 0 : strstr(encoding, "32") ? 3 : 1;

    for (; *text; text++) {
        if (little)
            vc_buf_addc(buf, *text);
        vc_buf_add(buf, "\0\0\0", zeros);
        if (!little)
            vc_buf_addc(buf, *text);
    }
}

static void add_unit(struct vc_buf *buf, const struct hostile *h, size_t count)
{
    const char *mark = strpbrk(h->unit, "@%");
    char text[256];

    if (mark && *mark == '%')
        count %= 16000;
    if (mark)
        (void)snprintf(text, sizeof(text), "%.*s%zu%s", (int)(mark - h->unit),
                       h->unit, count, mark + 1);
    add_wide(buf, mark ? text : h->unit, h->encoding);
}

static void make(const struct hostile *h, struct vc_buf *buf)
{
    size_t width = !h->encoding ? 1 : strstr(h->encoding, "32") ? 4 : 2;
    size_t room =
        VC_XML_SIZE_MAX - (strlen(h->end) + strlen(h->unit) + 8) * width;
    size_t count = 0;

    add_wide(buf, h->start, h->encoding);
    while (buf->len < room && (h->units == 0 || count < h->units))
        add_unit(buf, h, count++);
    add_wide(buf, h->end, h->encoding);
}

static long peak_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Sanitizers and valgrind need memory of their own. */
static bool memory_is_real(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#else
    const char *preload = getenv("LD_PRELOAD");

    return !(preload && strstr(preload, "vgpreload"));
#endif
}

static void edit_one(const struct vc_domdef *dom)
{
    VC_VCPUDEF_AUTO want = {0};
    VC_AUTO_STR char *document = NULL;
    struct vc_error err;
    size_t len;
    int rc;

    ck_assert_int_eq(vc_vcpudef_copy(&want, &dom->vcpu, &err), 0);
    test_request(&want, "max=16000 online=2 hot=0-1,3-15999 pin:0=7");
    rc = vc_xml_edit(dom->document, dom->document_len, &want, &document, &len,
                     &err);
    /* The document may be too big for any more. */
    ck_assert_msg(rc == 0 || strstr(err.text, "too big"), "%s", err.text);
}

START_TEST(a_hostile_document_costs_little)
{
    const struct hostile *h = &cases[_i];
    VC_BUF_AUTO buf = {0};
    VC_DOMDEF_AUTO warm = {0};
    VC_DOMDEF_AUTO dom = {0};
    struct vc_error err = {0};
    double start;
    double imported;
    long before;
    int rc;

    test_use_schema();
    ck_assert_int_eq(
        vc_xml_import(HEAD "</domain>", strlen(HEAD "</domain>"), &warm, &err),
        0);
    make(h, &buf);
    before = peak_kib();
    start = now();
    rc = vc_xml_import(buf.data, buf.len, &dom, &err);
    imported = now();
    if (rc == 0)
        edit_one(&dom);
    printf("%-34s %8zu bytes: import %.3f s, edit %.3f s, %ld MiB%s%s\n",
           h->what, buf.len, imported - start, now() - imported,
           (peak_kib() - before) / 1024, rc < 0 ? ": " : "",
           rc < 0 ? err.text : "");
    fflush(stdout);
    ck_assert_int_eq(rc == 0, h->accepted);
    if (memory_is_real())
        ck_assert_int_le(peak_kib() - before, EXTRA_KIB_MAX);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xml hostile documents");
    TCase *tc = tcase_create("cost");

    tcase_set_timeout(tc, memory_is_real() ? 20 : 600);
    tcase_add_loop_test(tc, a_hostile_document_costs_little, 0,
                        (int)VC_NELEMS(cases));
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
