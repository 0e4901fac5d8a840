/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "apitest.h"

#include <stdarg.h>
#include <stdio.h>

#include "scratchdir.h"

char *api_dir;
virConnectPtr conn;
virConnectPtr eye;

static struct {
    char *texts[4096];
    size_t ntexts;
    virDomainPtr domains[512];
    size_t ndomains;
    virConnectPtr conns[32];
    size_t nconns;
} owned;

char *api_own(char *text)
{
    ck_assert_msg(text != NULL, "%s", virGetLastErrorMessage());
    ck_assert_uint_lt(owned.ntexts, 4096);
    owned.texts[owned.ntexts++] = text;
    return text;
}

virDomainPtr api_own_domain(virDomainPtr dom)
{
    ck_assert_msg(dom != NULL, "%s", virGetLastErrorMessage());
    ck_assert_uint_lt(owned.ndomains, 512);
    owned.domains[owned.ndomains++] = dom;
    return dom;
}

char *api_text(const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    ck_assert_int_ge(vasprintf(&text, fmt, ap), 0);
    va_end(ap);
    return api_own(text);
}

/* ---- Hosts ---- */

char *api_uri(const char *host, const char *params)
{
    return api_text("test:///%s?store=%s/store.db%s%s",
                    host ? host + 1 : "default", api_dir, *params ? "&" : "",
                    params);
}

static virConnectPtr must_open(const char *uri)
{
    virConnectPtr opened = virConnectOpen(uri);

    ck_assert_msg(opened != NULL, "%s: %s", uri, virGetLastErrorMessage());
    return opened;
}

virConnectPtr api_connect(const char *host, const char *params)
{
    ck_assert_uint_lt(owned.nconns, 32);
    return owned.conns[owned.nconns++] = must_open(api_uri(host, params));
}

void api_close(void)
{
    while (owned.ndomains > 0)
        (void)virDomainFree(owned.domains[--owned.ndomains]);
    while (owned.nconns > 0)
        (void)virConnectClose(owned.conns[--owned.nconns]);
    if (conn)
        (void)virConnectClose(conn);
    if (eye)
        (void)virConnectClose(eye);
    conn = NULL;
    eye = NULL;
}

void api_host(const char *shape, const char *faults)
{
    api_close();
    eye = must_open(api_uri(NULL, shape));
    conn = must_open(
        api_uri(NULL, api_text("%s%s%s", shape, *shape && *faults ? "&" : "",
                               faults)));
}

void api_reopen(const char *params)
{
    OK(virConnectClose(conn));
    conn = must_open(api_uri(NULL, params));
}

void api_setup(void)
{
    api_dir = scratchdir_new();
    api_host("", "");
}

void api_teardown(void)
{
    api_close();
    while (owned.ntexts > 0)
        free(owned.texts[--owned.ntexts]);
    scratchdir_free(api_dir);
}

Suite *api_suite(const char *name, TCase **ret_tcase)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, api_setup, api_teardown);
    suite_add_tcase(suite, tcase);
    *ret_tcase = tcase;
    return suite;
}

/* ---- Domains ---- */

const char *api_uuid(const char *name)
{
    unsigned hash = 2166136261u;

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return api_text("%08x-abcd-4000-8000-0123%08x", hash, ~hash);
}

const char *api_document(const char *name, const char *vcpu)
{
    return api_text("<domain type='test'>\n"
                    "  <name>%s</name>\n"
                    "  <uuid>%s</uuid>\n"
                    "  %s\n"
                    "  <devices  a=\"1\"\tb='2' />\n"
                    "</domain>\n",
                    name, api_uuid(name), vcpu);
}

virDomainPtr api_define(const char *name, const char *vcpu)
{
    return api_own_domain(virDomainDefineXML(conn, api_document(name, vcpu)));
}

virDomainPtr api_start(const char *name, const char *vcpu)
{
    virDomainPtr dom = api_define(name, vcpu);

    OK(virDomainCreate(dom));
    return dom;
}

virDomainPtr api_by(virConnectPtr connection, virDomainPtr dom)
{
    return api_own_domain(
        virDomainLookupByName(connection, virDomainGetName(dom)));
}

/* ---- Looking ---- */

const char *api_bits(const unsigned char *map, unsigned n)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    unsigned i;

    for (i = 0; i < n; i++) {
        unsigned first = i;

        if (!VIR_CPU_USED(map, i))
            continue;
        while (i + 1 < n && VIR_CPU_USED(map, i + 1))
            i++;
        (void)fprintf(out, ftell(out) > 0 ? ",%u" : "%u", first);
        if (i > first)
            (void)fprintf(out, "-%u", i);
    }
    (void)fclose(out);
    return api_own(text);
}

const char *api_vcpus(virDomainPtr dom, unsigned flags)
{
    const char *map = NULL;
    int n = virDomainGetVCPUMap(dom, &map, flags);
    const char *text;

    ck_assert_msg(n >= 0, "%s", virGetLastErrorMessage());
    text = api_bits((const unsigned char *)map, (unsigned)n);
    free((void *)(uintptr_t)map);
    return text;
}

const char *api_cpus(virDomainPtr dom, unsigned vcpu, unsigned flags)
{
    int max = virDomainGetMaxVcpus(dom);
    int maplen = VIR_CPU_MAPLEN(16384);
    unsigned char *maps = calloc((size_t)max, (size_t)maplen);
    int n = virDomainGetVcpuPinInfo(dom, max, maps, maplen, flags);
    const char *text;

    ck_assert_msg(n > (int)vcpu, "%d: %s", n, virGetLastErrorMessage());
    text = api_bits(VIR_GET_CPUMAP(maps, (size_t)maplen, vcpu), 16384);
    free(maps);
    return text;
}

const char *api_pins(virDomainPtr dom)
{
    return api_own(vcpuconfDomainGetPins(dom, NULL));
}

const char *api_xml(virDomainPtr dom, unsigned flags)
{
    return api_own(virDomainGetXMLDesc(dom, flags));
}

int api_revisions(virDomainPtr dom)
{
    vcpuconfRevision *revisions = NULL;
    int n = vcpuconfDomainListRevisions(dom, &revisions, 0);

    ck_assert_msg(n >= 0, "%s", virGetLastErrorMessage());
    vcpuconfRevisionsFree(revisions, n);
    return n;
}

void api_check_importable(virDomainPtr dom)
{
    const char *xml = api_xml(dom, VIR_DOMAIN_XML_INACTIVE);
    vcpuconfImportItem item = {.xml = xml, .len = strlen(xml)};

    ck_assert_int_eq(vcpuconfConnectImport(eye, &item, 1, 0), 0);
    ck_assert_int_eq(item.result, 1);
    vcpuconfImportItemsClear(&item, 1);
}

static void look_live(FILE *out, virDomainPtr dom)
{
    enum { MAX = 64, LEN = 16 };
    virVcpuInfo info[MAX];
    unsigned char maps[MAX * LEN];
    const char *guest = NULL;
    int n = virDomainGetVcpus(dom, info, MAX, maps, LEN);
    int i;

    (void)fprintf(out, " live %d", n);
    for (i = 0; i < n; i++)
        (void)fprintf(out, "; %u %s on %s", info[i].number,
                      info[i].state == VIR_VCPU_OFFLINE ? "off" : "on",
                      api_bits(&maps[i * LEN], LEN * 8));
    n = virDomainGetVCPUMap(dom, &guest, VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE);
    if (n >= 0)
        (void)fprintf(out, "; guest %s",
                      api_bits((const unsigned char *)guest, (unsigned)n));
    free((void *)(uintptr_t)guest);
}

static void look_domain(FILE *out, virDomainPtr dom)
{
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    char *xml = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE);
    vcpuconfRevision *revisions = NULL;
    int n = vcpuconfDomainListRevisions(dom, &revisions, 0);

    (void)virDomainGetUUIDString(dom, uuid);
    (void)fprintf(out, "%s %s id %d active %d persistent %d", uuid,
                  virDomainGetName(dom), (int)virDomainGetID(dom),
                  virDomainIsActive(dom), virDomainIsPersistent(dom));
    look_live(out, dom);
    (void)fprintf(out, "\nrevisions %d\n%s\n", n, xml ? xml : "(none)");
    vcpuconfRevisionsFree(revisions, n);
    free(xml);
}

const char *api_look(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    virDomainPtr *doms = NULL;
    int n = virConnectListAllDomains(eye, &doms, 0);
    int i;

    ck_assert_msg(n >= 0, "%s", virGetLastErrorMessage());
    for (i = 0; i < n; i++) {
        look_domain(out, doms[i]);
        (void)virDomainFree(doms[i]);
    }
    free(doms);
    (void)fclose(out);
    return api_own(text);
}

/* ---- Errors ---- */

/* The name of the first public function in an expression. */
static const char *function_in(const char *call)
{
    const char *a = strstr(call, "vir");
    const char *b = strstr(call, "vcpuconf");
    const char *p = !a || (b && b < a) ? b : a;

    return api_text("%.*s", (int)strcspn(p, "("), p);
}

static int ends_with(const char *text, const char *end)
{
    size_t a = strlen(text);
    size_t b = strlen(end);

    return a >= b && strcmp(text + a - b, end) == 0;
}

void api_check_error(const char *call, int code, const char *text)
{
    virErrorPtr err = virGetLastError();

    ck_assert_msg(err != NULL, "no error after %s", call);
    ck_assert_msg(err->code == code, "%s: error %d instead of %d: %s", call,
                  err->code, code, err->message);
    if (text && *text == '=')
        ck_assert_str_eq(err->str2, text + 1);
    else if (text)
        ck_assert_msg(strstr(err->message, text) != NULL,
                      "%s: '%s' is not in: %s", call, text, err->message);
    ck_assert_str_eq(err->str1, function_in(call));
    ck_assert_int_eq(err->level, VIR_ERR_ERROR);
    ck_assert_msg(err->str2[0] && ends_with(err->message, err->str2) &&
                      !ends_with(err->message, "."),
                  "%s: '%s' and '%s'", call, err->message, err->str2);
    ck_assert_ptr_null(err->conn);
    ck_assert_ptr_null(err->dom);
    ck_assert_int_eq(err->int2, -1);
}
