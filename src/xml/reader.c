/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one SAX2 parse of a document.
 *
 * 1. The parser is given UTF-8 bytes in memory and is kept from changing the
 *    encoding, so its byte counter is an offset into the document.
 * 2. In a start callback it stands on the '>' or "/>" of the tag, in an end
 *    callback right behind the '>'.  Both are checked on the bytes: where they
 *    don't hold, the document is refused (INTERNAL) and never edited.
 * 3. The first failure ends the parse; callbacks after it do nothing.
 * 4. No DTD can be there (xml_limits_check), so no entities but the
 *    predefined ones and character references.
 */
#define VC_ROOM VC_ROOM_XML
#include "xml/reading.h"

#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>
#include <string.h>

#include "xml/guard.h"
#include "xml/limits.h"
#include "xml/meaning.h"
#include "xml/schema.h"

#define KINDS_DEPTH 4 /* domain, vcpus, vcpu, and a level below it */

struct reader {
    xmlParserCtxtPtr ctxt;
    size_t base; /* bytes of the document before the parser's first */
    struct xml_reading *reading;
    struct xml_skeleton *skeleton; /* NULL: no schema */
    unsigned depth;
    enum xml_kind kinds[KINDS_DEPTH + 1]; /* of the open elements; [0] unused */
    struct vc_buf text;                   /* of the open name, uuid or vcpu */
    bool failed;
    struct vc_error *err;
};

VC_DEFINE_AUTO_PTR(sax_ptr, xmlParserCtxt, xmlFreeParserCtxt)

static const struct {
    enum xml_kind parent;
    const char *name;
    enum xml_kind kind;
} understood[] = {
    {XML_DOMAIN, "name", XML_NAME},        {XML_DOMAIN, "uuid", XML_UUID},
    {XML_DOMAIN, "vcpu", XML_VCPU},        {XML_DOMAIN, "vcpus", XML_VCPUS},
    {XML_VCPUS, "vcpu", XML_ROW},          {XML_DOMAIN, "cputune", XML_CPUTUNE},
    {XML_CPUTUNE, "vcpupin", XML_VCPUPIN},
};

static void rows_clear(struct xml_rows *rows)
{
    free(rows->items);
    memset(rows, 0, sizeof(*rows));
}

void xml_reading_drop_rows(struct xml_reading *reading)
{
    rows_clear(&reading->rows);
    rows_clear(&reading->pins);
}

void xml_reading_clear(struct xml_reading *reading)
{
    xml_reading_drop_rows(reading);
    free(reading->name);
    vc_vcpudef_clear(&reading->def);
    vc_cpuset_clear(&reading->cpuset);
    memset(reading, 0, sizeof(*reading));
}

/* The error is set; nothing more is looked at.  xmlStopParser would free the
 * input under the feet of the function that raised the error. */
static void reader_stop(struct reader *r)
{
    r->failed = true;
    r->ctxt->disableSAX = 1;
    r->ctxt->instate = XML_PARSER_EOF;
}

static void reader_stop_at(struct reader *r, size_t offset)
{
    if (r->err->code != VC_ERR_NO_MEMORY)
        xml_error_at(r->err, xml_line_of(r->reading->doc, offset));
    reader_stop(r);
}

static void reader_stop_internal(struct reader *r, const char *what)
{
    vc_error_set(r->err, VC_ERR_INTERNAL, "the position of %s was not found",
                 what);
    reader_stop(r);
}

static bool kind_is_text(enum xml_kind kind)
{
    return kind == XML_NAME || kind == XML_UUID || kind == XML_VCPU;
}

static bool kind_is_row(enum xml_kind kind)
{
    return kind == XML_ROW || kind == XML_VCPUPIN;
}

static enum xml_kind kind_find(enum xml_kind parent, const char *name)
{
    size_t i;

    for (i = 0; i < VC_NELEMS(understood); i++) {
        if (understood[i].parent == parent &&
            strcmp(understood[i].name, name) == 0)
            return understood[i].kind;
    }
    return XML_OTHER;
}

/* Where the position of an element that is there once is kept. */
static struct xml_element *kind_slot(struct xml_reading *reading,
                                     enum xml_kind kind)
{
    switch (kind) {
    case XML_DOMAIN:
        return &reading->domain;
    case XML_NAME:
        return &reading->name_at;
    case XML_UUID:
        return &reading->uuid_at;
    case XML_VCPU:
        return &reading->vcpu_at;
    case XML_VCPUS:
        return &reading->vcpus_at;
    case XML_CPUTUNE:
        return &reading->cputune_at;
    default:
        return NULL;
    }
}

/* Where the parser stands; the document's length if it can't say. */
static size_t reader_pos(const struct reader *r)
{
    long pos = xmlByteConsumed(r->ctxt);

    if (pos < 0 || (size_t)pos > r->reading->len - r->base)
        return r->reading->len;
    return r->base + (size_t)pos;
}

/* From the end of a tag back to its '<'; false if no tag of that name ends
 * there. */
static bool tag_find(const struct reader *r, size_t end, const char *open,
                     const char *name, size_t *ret_start)
{
    const char *doc = r->reading->doc;
    size_t len = strlen(open);
    size_t start = end - 1;

    if (end <= r->base || doc[start] != '>')
        return false;
    while (start > r->base && doc[start] != '<')
        start--;
    if (end - start <= len + strlen(name) ||
        strncmp(doc + start, open, len) != 0 ||
        strncmp(doc + start + len, name, strlen(name)) != 0)
        return false;
    *ret_start = start;
    return true;
}

static bool position_start(const struct reader *r, const char *name,
                           struct xml_element *ret)
{
    const char *doc = r->reading->doc;
    size_t pos = reader_pos(r);
    struct xml_element el = {0};

    if (pos + 1 < r->reading->len && doc[pos] == '/')
        pos++;
    if (pos >= r->reading->len || !tag_find(r, pos + 1, "<", name, &el.start))
        return false;
    el.inner = pos + 1;
    el.end = el.inner; /* until its end tag is seen */
    *ret = el;
    return true;
}

static bool position_end(const struct reader *r, const char *name,
                         struct xml_element *el)
{
    el->end = reader_pos(r);
    el->close = el->end;
    if (el->end == el->inner)
        return true;
    return el->end <= r->reading->len &&
           tag_find(r, el->end, "</", name, &el->close) &&
           el->close >= el->inner;
}

static struct xml_value attr_get(const xmlChar **attrs, int n, const char *name)
{
    struct xml_value value = {0};
    int i;

    for (i = 0; i < n; i++, attrs += 5) {
        if (attrs[1] || strcmp((const char *)attrs[0], name) != 0)
            continue;
        value.text = (const char *)attrs[3];
        value.len = (size_t)(attrs[4] - attrs[3]);
    }
    return value;
}

/* The attributes of an understood element say something. */
static int read_attrs(struct reader *r, enum xml_kind kind,
                      const struct xml_element *at, int n,
                      const xmlChar **attrs)
{
    if (kind == XML_ROW) {
        const struct xml_value values[] = {
            attr_get(attrs, n, "id"),
            attr_get(attrs, n, "enabled"),
            attr_get(attrs, n, "hotpluggable"),
            attr_get(attrs, n, "order"),
        };

        return xml_meaning_row(r->reading, at, values, r->err);
    }
    if (kind == XML_VCPUPIN)
        return xml_meaning_pin(r->reading, at, attr_get(attrs, n, "vcpu"),
                               attr_get(attrs, n, "cpuset"), r->err);
    if (kind == XML_VCPU)
        return xml_meaning_vcpu_attrs(r->reading,
                                      attr_get(attrs, n, "placement"),
                                      attr_get(attrs, n, "cpuset"),
                                      attr_get(attrs, n, "current"), r->err);
    return 0;
}

/* A start tag without a position.  The parser tells of a tag before it has seen
 * its end: where that is missing it is about to complain itself. */
static void start_lost(struct reader *r, const char *name)
{
    size_t pos = reader_pos(r);
    const char *at = r->reading->doc + pos;
    size_t left = r->reading->len - pos;

    if ((left && at[0] == '>') || (left > 1 && at[0] == '/' && at[1] == '>'))
        reader_stop_internal(r, name);
}

static void start_understood(struct reader *r, enum xml_kind kind,
                             const char *name, int n, const xmlChar **attrs)
{
    struct xml_element *slot = kind_slot(r->reading, kind);
    struct xml_element at;

    if (!position_start(r, name, &at)) {
        start_lost(r, name);
        return;
    }
    if (slot && xml_element_is_there(slot)) {
        vc_error_set(r->err, VC_ERR_XML_ERROR, "a second <%s> is not accepted",
                     name);
        reader_stop_at(r, at.start);
        return;
    }
    if (slot)
        *slot = at;
    if (kind_is_text(kind))
        vc_buf_clear(&r->text);
    if (read_attrs(r, kind, &at, n, attrs) < 0) {
        reader_stop_at(r, at.start);
        return;
    }
    if (r->skeleton && kind != XML_DOMAIN)
        xml_skeleton_add(r->skeleton, r->kinds[r->depth - 1], name, at.start, n,
                         attrs);
}

static void start_root(struct reader *r, const char *name, const xmlChar *uri,
                       int n, const xmlChar **attrs)
{
    static const char *const wrappers[] = {"domstatus", "domainsnapshot",
                                           "domaincheckpoint", "domainbackup"};
    const char *advice = "";
    size_t i;

    r->kinds[r->depth] = XML_DOMAIN;
    if (!uri && strcmp(name, "domain") == 0) {
        start_understood(r, XML_DOMAIN, name, n, attrs);
        return;
    }
    for (i = 0; i < VC_NELEMS(wrappers); i++) {
        if (strcmp(name, wrappers[i]) == 0)
            advice = "; extract the <domain> element that it holds";
    }
    if (uri)
        vc_error_set(
            r->err, VC_ERR_XML_ERROR,
            "the root element is <%s> in namespace '%s', not <domain> without "
            "a namespace",
            XML_SHOW(name, strlen(name)),
            XML_SHOW((const char *)uri, strlen((const char *)uri)));
    else
        vc_error_set(r->err, VC_ERR_XML_ERROR,
                     "the root element is <%s>, not <domain>%s",
                     XML_SHOW(name, strlen(name)), advice);
    reader_stop_at(r, reader_pos(r));
}

/* An element that is not understood; some places are closed to it. */
static void start_other(struct reader *r, enum xml_kind parent,
                        const char *name, const xmlChar *uri)
{
    struct xml_element at;

    if (kind_is_text(parent)) {
        vc_error_set(r->err, VC_ERR_XML_ERROR,
                     "<%s> inside a <name>, <uuid> or <vcpu> is not accepted",
                     XML_SHOW(name, strlen(name)));
        reader_stop_at(r, reader_pos(r));
    } else if (r->skeleton && !uri &&
               (kind_is_row(parent) || parent == XML_VCPUS)) {
        if (position_start(r, name, &at))
            xml_skeleton_add_stranger(r->skeleton, parent, name, at.start);
        else
            start_lost(r, name);
    }
}

static void on_start(void *data, const xmlChar *local,
                     const xmlChar *prefix VC_UNUSED, const xmlChar *uri,
                     int n_ns VC_UNUSED, const xmlChar **ns VC_UNUSED, int n,
                     int n_defaulted VC_UNUSED, const xmlChar **attrs)
{
    struct reader *r = data;
    const char *name = (const char *)local;
    enum xml_kind parent;
    enum xml_kind kind;

    if (r->failed)
        return;
    r->depth++;
    if (r->depth == 1) {
        start_root(r, name, uri, n, attrs);
        return;
    }
    if (r->depth > KINDS_DEPTH)
        return;
    parent = r->kinds[r->depth - 1];
    kind = uri ? XML_OTHER : kind_find(parent, name);
    r->kinds[r->depth] = kind;
    if (kind == XML_OTHER)
        start_other(r, parent, name, uri);
    else
        start_understood(r, kind, name, n, attrs);
}

static int read_text(struct reader *r, enum xml_kind kind)
{
    const char *text = vc_buf_str(&r->text);
    size_t len = r->text.len;

    if (r->text.failed)
        return vc_error_nomem(r->err);
    if (r->skeleton)
        xml_skeleton_add_text(r->skeleton, text, len);
    if (kind == XML_NAME)
        return xml_meaning_name(r->reading, text, len, r->err);
    if (kind == XML_UUID)
        return xml_meaning_uuid(r->reading, text, len, r->err);
    return xml_meaning_vcpu(r->reading, text, len, r->err);
}

static struct xml_element *row_slot(struct xml_reading *reading,
                                    enum xml_kind kind)
{
    struct xml_rows *rows = kind == XML_ROW ? &reading->rows : &reading->pins;

    return &rows->items[rows->n - 1].at;
}

static void on_end(void *data, const xmlChar *local,
                   const xmlChar *prefix VC_UNUSED,
                   const xmlChar *uri VC_UNUSED)
{
    struct reader *r = data;
    enum xml_kind kind = XML_OTHER;
    struct xml_element *at;

    if (r->failed)
        return;
    if (r->depth <= KINDS_DEPTH)
        kind = r->kinds[r->depth];
    r->depth--;
    if (kind == XML_OTHER)
        return;
    at = kind_is_row(kind) ? row_slot(r->reading, kind)
                           : kind_slot(r->reading, kind);
    if (!at || !position_end(r, (const char *)local, at))
        reader_stop_internal(r, (const char *)local);
    else if (kind_is_text(kind) && read_text(r, kind) < 0)
        reader_stop_at(r, at->start);
}

static void on_text(void *data, const xmlChar *text, int len)
{
    struct reader *r = data;
    enum xml_kind kind;

    if (r->failed || r->depth == 0 || r->depth > KINDS_DEPTH)
        return;
    kind = r->kinds[r->depth];
    if (kind_is_text(kind))
        vc_buf_add(&r->text, (const char *)text, (size_t)len);
    else if (r->skeleton && kind_is_row(kind) &&
             !xml_is_all_space((const char *)text, (size_t)len))
        xml_skeleton_add_stray_text(r->skeleton);
}

static void on_doctype(void *data, const xmlChar *name VC_UNUSED,
                       const xmlChar *id VC_UNUSED,
                       const xmlChar *system VC_UNUSED)
{
    struct reader *r = data;

    if (r->failed)
        return;
    vc_error_set(r->err, VC_ERR_XML_ERROR,
                 "a document type declaration is not accepted");
    reader_stop(r);
}

/* libxml2 itself keeps each catalogue that an <?oasis-xml-catalog?> before the
 * root names, in a list that it walks to the end for the next one.  Nothing
 * is ever looked up there. */
static void on_instruction(void *data, const xmlChar *target VC_UNUSED,
                           const xmlChar *text VC_UNUSED)
{
    struct reader *r = data;

#ifdef LIBXML_CATALOG_ENABLED
    if (r->ctxt->catalogs) /* else it would make the process's own ready */
        xmlCatalogFreeLocal(r->ctxt->catalogs);
#endif
    r->ctxt->catalogs = NULL;
}

/* Warnings pass, and so do namespace names that are not URIs. */
static void on_error(void *data, xml_error_info *info)
{
    struct reader *r = data;

    if (r->failed || info->level < XML_ERR_ERROR ||
        info->code == XML_WAR_NS_URI || info->code == XML_WAR_NS_URI_RELATIVE)
        return;
    xml_error_from_libxml(info, VC_ERR_XML_ERROR, r->err);
    if (r->err->code != VC_ERR_NO_MEMORY) {
        vc_error_prefix(r->err, "not well-formed");
        xml_error_at(r->err, info->line);
    }
    reader_stop(r);
}

static xmlParserCtxtPtr reader_context(struct reader *r)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const char *doc = r->reading->doc;
    xmlParserCtxtPtr ctxt;

    pthread_once(&once, xmlInitParser);
    ctxt = xmlCreateMemoryParserCtxt(doc + r->base,
                                     (int)(r->reading->len - r->base));
    if (!ctxt)
        return NULL;
    memset(ctxt->sax, 0, sizeof(*ctxt->sax));
    ctxt->sax->initialized = XML_SAX2_MAGIC;
    ctxt->sax->startElementNs = on_start;
    ctxt->sax->endElementNs = on_end;
    ctxt->sax->characters = on_text;
    ctxt->sax->ignorableWhitespace = on_text;
    ctxt->sax->cdataBlock = on_text;
    ctxt->sax->processingInstruction = on_instruction;
    ctxt->sax->internalSubset = on_doctype;
    ctxt->sax->serror = on_error;
    ctxt->userData = r;
    xmlCtxtUseOptions(ctxt, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    return ctxt;
}

static int reader_run(struct reader *r)
{
    VC_AUTO(sax_ptr) ctxt = reader_context(r);

    if (!ctxt)
        return vc_error_nomem(r->err);
    r->ctxt = ctxt;
    xmlParseDocument(ctxt);
    if (!r->failed && !ctxt->wellFormed) {
        r->failed = true;
        vc_error_set(r->err, VC_ERR_XML_ERROR, "not well-formed");
    }
    return r->failed ? -1 : 0;
}

/* Of bytes whose limits were checked. */
static int reading_fill(struct xml_reading *reading,
                        struct xml_skeleton *skeleton, struct vc_error *err)
{
    struct reader r = {
        .base = xml_bom_len(reading->doc, reading->len),
        .reading = reading,
        .skeleton = skeleton,
        .err = err,
    };
    XML_GUARD_AUTO guard;
    int rc;

    xml_guard_begin(&guard);
    if (reading->len == r.base)
        return vc_error_set(err, VC_ERR_XML_ERROR, "the document is empty");
    rc = reader_run(&r);
    vc_buf_clear(&r.text);
    if (rc == 0)
        rc = xml_meaning_finish(reading, err);
    if (rc == 0 && skeleton)
        rc = xml_skeleton_finish(skeleton, reading->doc, err);
    if (xml_guard_ran_out())
        return vc_error_nomem(err);
    return rc;
}

int xml_reading_parse(const char *doc, size_t len,
                      struct xml_skeleton *skeleton, struct xml_reading *ret,
                      struct vc_error *err)
{
    XML_READING_AUTO reading = {.doc = doc, .len = len};

    if (xml_limits_check(doc, len, err) < 0 ||
        reading_fill(&reading, skeleton, err) < 0)
        return -1;
    *ret = reading;
    memset(&reading, 0, sizeof(reading));
    return 0;
}

int xml_reading_compare(const char *doc, size_t len,
                        const struct vc_vcpudef *want, struct xml_reading *ret,
                        struct vc_error *err)
{
    XML_READING_AUTO reading = {.doc = doc, .len = len, .want = want};

    if (reading_fill(&reading, NULL, err) < 0)
        return -1;
    *ret = reading;
    memset(&reading, 0, sizeof(reading));
    return 0;
}
