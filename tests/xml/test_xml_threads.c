/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads share the schema and nothing else, and nothing is printed. */
#include <libxml/xmlerror.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vc_check.h"
#include "xml_test.h"

#define THREADS 8
#define ROUNDS 200

#define HEAD                                                                   \
    "<domain><name>n</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid>"

static const struct {
    const char *doc;
    int code;
} docs[] = {
    {HEAD "<vcpu cpuset='1-3'>4</vcpu></domain>", VC_ERR_OK},
    {HEAD "<vcpu foo='1'>4</vcpu></domain>", VC_ERR_XML_INVALID_SCHEMA},
    {HEAD
     "<cputune><vcpupin vcpu='0' cpuset='1'><a/></vcpupin></cputune></domain>",
     VC_ERR_XML_INVALID_SCHEMA},
    {HEAD "<vcpu>4</vcpus></domain>", VC_ERR_XML_ERROR},
    {HEAD "<a xmlns='%'/><vcpu>x</vcpu></domain>", VC_ERR_XML_ERROR},
    {"<?oasis-xml-catalog catalog='a\x1b[1m'?>" HEAD "</domain>",
     VC_ERR_XML_ERROR},
    {"<?oasis-xml-catalog catalog='\u202e'?>" HEAD "<vcpu>4</vcpu></domain>",
     VC_ERR_OK},
};

static void one_round(unsigned i)
{
    VC_DOMDEF_AUTO dom = {0};
    VC_VCPUDEF_AUTO want = {0};
    VC_AUTO_STR char *edited = NULL;
    struct vc_error err = {0};
    const char *doc = docs[i % VC_NELEMS(docs)].doc;
    size_t len;

    if (vc_xml_import(doc, strlen(doc), &dom, &err) < 0) {
        ck_assert_int_eq(err.code, docs[i % VC_NELEMS(docs)].code);
        return;
    }
    ck_assert_int_eq(docs[i % VC_NELEMS(docs)].code, VC_ERR_OK);
    ck_assert_int_eq(vc_vcpudef_copy(&want, &dom.vcpu, &err), 0);
    test_request(&want, "online=1,3 hot=0,2 pin:2=5");
    ck_assert_int_eq(
        vc_xml_edit(dom.document, dom.document_len, &want, &edited, &len, &err),
        0);
}

static void *run(void *start)
{
    unsigned i;

    for (i = 0; i < ROUNDS; i++)
        one_round(i + *(unsigned *)start);
    return NULL;
}

START_TEST(threads_do_not_disturb_each_other)
{
    pthread_t threads[THREADS];
    unsigned starts[THREADS];
    unsigned i;

    test_use_schema();
    for (i = 0; i < THREADS; i++) {
        starts[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run, &starts[i]), 0);
    }
    for (i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}
END_TEST

static void generic(void *data, const char *format VC_UNUSED, ...)
{
    ++*(unsigned *)data;
}

static void structured(void *data, xmlErrorPtr error VC_UNUSED)
{
    ++*(unsigned *)data;
}

/* A host program's own handlers stay, and hear nothing of us. */
START_TEST(handlers_of_the_process_are_left_alone)
{
    unsigned heard = 0;
    unsigned i;

    test_use_schema();
    xmlSetGenericErrorFunc(&heard, generic);
    xmlSetStructuredErrorFunc(&heard, structured);
    for (i = 0; i < VC_NELEMS(docs); i++)
        one_round(i);
    ck_assert_uint_eq(heard, 0);
    ck_assert(xmlGenericError == generic);
    ck_assert(xmlStructuredError == structured);
}
END_TEST

START_TEST(nothing_is_printed)
{
    FILE *file = tmpfile();
    VC_DOMDEF_AUTO dom = {0};
    struct vc_error err;
    int saved = dup(STDERR_FILENO);
    off_t printed;
    unsigned i;

    ck_assert_ptr_nonnull(file);
    setenv("XML_DEBUG_CATALOG", "1", 1);
    dup2(fileno(file), STDERR_FILENO);
    vc_xml_set_schema_path("/dev/null");
    ck_assert_int_eq(
        vc_xml_import(docs[0].doc, strlen(docs[0].doc), &dom, &err), -1);
    test_use_schema();
    for (i = 0; i < VC_NELEMS(docs); i++)
        one_round(i);
    dup2(saved, STDERR_FILENO);
    close(saved);
    printed = lseek(fileno(file), 0, SEEK_END);
    fclose(file);
    ck_assert_int_eq(printed, 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xml threads");
    TCase *tc = tcase_create("one process");

    tcase_set_timeout(tc, 120);
    /* First, for a schema that was loaded stays. */
    tcase_add_test(tc, nothing_is_printed);
    tcase_add_test(tc, threads_do_not_disturb_each_other);
    tcase_add_test(tc, handlers_of_the_process_are_left_alone);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
