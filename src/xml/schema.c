/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_XML
#include "xml/schema.h"

#include <errno.h>
#include <libxml/parser.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "xml/guard.h"
#include "xml/xml.h"

#define SCHEMA_BYTES_MAX (1024u * 1024)

static pthread_mutex_t schema_lock = PTHREAD_MUTEX_INITIALIZER;
static char *schema_path; /* as set; owned */
static xmlRelaxNGPtr
    schema_loaded; /* once set, never freed: others borrow it */

VC_DEFINE_AUTO_PTR(parser_ptr, xmlParserCtxt, xmlFreeParserCtxt)
VC_DEFINE_AUTO_PTR(document_ptr, xmlDoc, xmlFreeDoc)
VC_DEFINE_AUTO_PTR(schema_parser_ptr, xmlRelaxNGParserCtxt,
                   xmlRelaxNGFreeParserCtxt)
VC_DEFINE_AUTO_PTR(file_ptr, FILE, fclose)

int xml_error_from_libxml(const xmlError *info, int code, struct vc_error *err)
{
    const char *words = info && info->message ? info->message : "unknown error";
    size_t len = strcspn(words, "\r\n");

    if (info && info->code == XML_ERR_NO_MEMORY)
        return vc_error_nomem(err);
    return vc_error_set(err, code, "%.*s", (int)len, words);
}

static int schema_read_file(const char *path, struct vc_buf *ret,
                            struct vc_error *err)
{
    VC_AUTO(file_ptr) file = fopen(path, "re");
    char chunk[4096];
    size_t n;

    if (!file)
        return vc_error_set(err, VC_ERR_INTERNAL, "can't open schema %s: %s",
                            path, strerror_r(errno, chunk, sizeof(chunk)));
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        vc_buf_add(ret, chunk, n);
        if (ret->len > SCHEMA_BYTES_MAX)
            return vc_error_set(err, VC_ERR_INTERNAL,
                                "schema %s has more than %u bytes", path,
                                SCHEMA_BYTES_MAX);
    }
    if (ferror(file))
        return vc_error_set(err, VC_ERR_INTERNAL, "can't read schema %s", path);
    return ret->failed ? vc_error_nomem(err) : 0;
}

/* Keeps the first complaint. */
static void schema_on_error(void *data, xml_error_info *info)
{
    struct vc_error *err = data;

    if (err->code == VC_ERR_OK)
        xml_error_from_libxml(info, VC_ERR_INTERNAL, err);
}

/* From bytes and not from the path, for libxml2 would take a URL as well. */
static xmlRelaxNGPtr schema_load(const char *path, struct vc_error *err)
{
    VC_BUF_AUTO bytes = {0};
    VC_AUTO(parser_ptr) parser = NULL;
    VC_AUTO(document_ptr) doc = NULL;
    VC_AUTO(schema_parser_ptr) rng = NULL;
    struct vc_error complaint = {0};
    xmlRelaxNGPtr schema;

    if (schema_read_file(path, &bytes, err) < 0)
        return NULL;
    parser = xmlNewParserCtxt();
    if (!parser) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    doc = xmlCtxtReadMemory(
        parser, vc_buf_str(&bytes), (int)bytes.len, NULL, NULL,
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!doc) {
        xml_error_from_libxml(xmlCtxtGetLastError(parser), VC_ERR_INTERNAL,
                              err);
        vc_error_prefix(err, "schema %s is not well-formed", path);
        return NULL;
    }
    rng = xmlRelaxNGNewDocParserCtxt(doc);
    if (!rng || !xml_guard_has_room(0)) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    xmlRelaxNGSetParserStructuredErrors(rng, schema_on_error, &complaint);
    schema = xmlRelaxNGParse(rng);
    if (!schema) {
        schema_on_error(&complaint, NULL);
        *err = complaint;
        vc_error_prefix(err, "schema %s can't be used", path);
    }
    return schema;
}

static xmlRelaxNGPtr schema_load_guarded(const char *path, struct vc_error *err)
{
    XML_GUARD_AUTO guard;
    xmlRelaxNGPtr schema;

    xml_guard_begin(&guard);
    schema = schema_load(path, err);
    if (!xml_guard_ran_out())
        return schema;
    if (schema) /* of which a part may be missing */
        xmlRelaxNGFree(schema);
    (void)vc_error_nomem(err);
    return NULL;
}

static const char *schema_find_path(void)
{
    const char *path = schema_path;

    if (!path)
        path = secure_getenv("VCPUCONF_SCHEMA");
    return path && *path ? path : VC_SCHEMA_PATH;
}

/* A forked child never finds the schema locked by a thread it has not. */
static void fork_prepare(void)
{
    (void)pthread_mutex_lock(&schema_lock);
}

static void fork_done(void)
{
    (void)pthread_mutex_unlock(&schema_lock);
}

__attribute__((constructor(900))) static void fork_register(void)
{
    (void)pthread_atfork(fork_prepare, fork_done, fork_done);
}

xmlRelaxNGPtr xml_schema_get(struct vc_error *err)
{
    xmlRelaxNGPtr schema;

    pthread_mutex_lock(&schema_lock);
    if (!schema_loaded)
        schema_loaded = schema_load_guarded(schema_find_path(), err);
    schema = schema_loaded;
    pthread_mutex_unlock(&schema_lock);
    return schema;
}

void vc_xml_set_schema_path(const char *path)
{
    pthread_mutex_lock(&schema_lock);
    free(schema_path);
    schema_path = path ? strdup(path) : NULL;
    pthread_mutex_unlock(&schema_lock);
}
