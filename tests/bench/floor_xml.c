/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "floor_xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/relaxng.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timing.h"

static xmlRelaxNGPtr schema;

void floor_schema_load(const char *path)
{
    xmlRelaxNGParserCtxtPtr parser = xmlRelaxNGNewParserCtxt(path);

    schema = parser ? xmlRelaxNGParse(parser) : NULL;
    if (!schema)
        bench_fail("can't load schema '%s'", path);
    xmlRelaxNGFreeParserCtxt(parser);
}

static void pins_add(char pins[FLOOR_TEXT_LEN], const char *vcpu,
                     size_t vcpu_len, const char *cpuset, size_t cpuset_len)
{
    size_t len = strlen(pins);

    if (snprintf(pins + len, FLOOR_TEXT_LEN - len, "%.*s:%.*s;", (int)vcpu_len,
                 vcpu, (int)cpuset_len,
                 cpuset) >= (int)(FLOOR_TEXT_LEN - len))
        bench_fail("the pins are too long");
}

/* ---- import: a tree ---- */

static bool is_named(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && !node->ns &&
           strcmp((const char *)node->name, name) == 0;
}

static void take_text(xmlNode *node, char text[FLOOR_TEXT_LEN])
{
    xmlChar *content = xmlNodeGetContent(node);

    if (!content ||
        snprintf(text, FLOOR_TEXT_LEN, "%s", (const char *)content) >=
            FLOOR_TEXT_LEN)
        bench_fail("a name or uuid is too long");
    xmlFree(content);
}

static void take_pins(xmlNode *cputune, char pins[FLOOR_TEXT_LEN])
{
    xmlNode *node;

    for (node = cputune->children; node; node = node->next) {
        xmlChar *vcpu;
        xmlChar *cpuset;

        if (!is_named(node, "vcpupin"))
            continue;
        vcpu = xmlGetNoNsProp(node, (const xmlChar *)"vcpu");
        cpuset = xmlGetNoNsProp(node, (const xmlChar *)"cpuset");
        if (!vcpu || !cpuset)
            bench_fail("a pin lacks vcpu or cpuset");
        pins_add(pins, (const char *)vcpu, strlen((const char *)vcpu),
                 (const char *)cpuset, strlen((const char *)cpuset));
        xmlFree(vcpu);
        xmlFree(cpuset);
    }
}

static void validate(xmlDocPtr doc)
{
    xmlRelaxNGValidCtxtPtr valid = xmlRelaxNGNewValidCtxt(schema);

    if (!valid || xmlRelaxNGValidateDoc(valid, doc) != 0)
        bench_fail("a document is not valid");
    xmlRelaxNGFreeValidCtxt(valid);
}

void floor_xml_import(const char *document, size_t len,
                      struct floor_identity *ret)
{
    xmlDocPtr doc =
        xmlReadMemory(document, (int)len, NULL, NULL, XML_PARSE_NONET);
    xmlNode *node;

    if (!doc)
        bench_fail("a document is not well-formed");
    if (schema)
        validate(doc);
    memset(ret, 0, sizeof(*ret));
    for (node = xmlDocGetRootElement(doc)->children; node; node = node->next) {
        if (is_named(node, "name"))
            take_text(node, ret->name);
        else if (is_named(node, "uuid"))
            take_text(node, ret->uuid);
        else if (is_named(node, "cputune"))
            take_pins(node, ret->pins);
    }
    xmlFreeDoc(doc);
}

/* ---- pin: one parse without a tree ---- */

struct pin_edit {
    xmlParserCtxtPtr ctxt;
    unsigned vcpu;
    const char *cpuset; /* the new one */
    unsigned depth;
    bool in_cputune;
    char *pins;
    size_t start; /* of the cpuset in the document */
    size_t end;
};

/* Attributes come as five pointers: name, prefix, namespace, value, its end. */
static const xmlChar **attr_find(const xmlChar **attrs, int n, const char *name)
{
    for (; n > 0; n--, attrs += 5) {
        if (!attrs[1] && strcmp((const char *)attrs[0], name) == 0)
            return attrs;
    }
    bench_fail("a pin lacks %s", name);
}

static void take_pin(struct pin_edit *edit, int n, const xmlChar **attrs)
{
    const xmlChar **vcpu = attr_find(attrs, n, "vcpu");
    const xmlChar **cpuset = attr_find(attrs, n, "cpuset");
    const char *text = (const char *)cpuset[3];
    size_t len = (size_t)(cpuset[4] - cpuset[3]);

    if (strtoul((const char *)vcpu[3], NULL, 10) == edit->vcpu) {
        edit->start = (size_t)(cpuset[3] - edit->ctxt->input->base);
        edit->end = edit->start + len;
        text = edit->cpuset;
        len = strlen(text);
    }
    pins_add(edit->pins, (const char *)vcpu[3], (size_t)(vcpu[4] - vcpu[3]),
             text, len);
}

static void on_start(void *data, const xmlChar *name,
                     __attribute__((unused)) const xmlChar *prefix,
                     const xmlChar *uri, __attribute__((unused)) int n_ns,
                     __attribute__((unused)) const xmlChar **ns, int n,
                     __attribute__((unused)) int n_defaulted,
                     const xmlChar **attrs)
{
    struct pin_edit *edit = data;

    edit->depth++;
    if (edit->depth == 2)
        edit->in_cputune = !uri && strcmp((const char *)name, "cputune") == 0;
    else if (edit->depth == 3 && edit->in_cputune && !uri &&
             strcmp((const char *)name, "vcpupin") == 0)
        take_pin(edit, n, attrs);
}

static void on_end(void *data,
                   __attribute__((unused)) const xmlChar *name,
                   __attribute__((unused)) const xmlChar *prefix,
                   __attribute__((unused)) const xmlChar *uri)
{
    ((struct pin_edit *)data)->depth--;
}

static void pin_find(struct pin_edit *edit, const char *document, size_t len)
{
    xmlParserCtxtPtr ctxt = xmlCreateMemoryParserCtxt(document, (int)len);

    if (!ctxt)
        bench_fail("out of memory");
    memset(ctxt->sax, 0, sizeof(*ctxt->sax));
    ctxt->sax->initialized = XML_SAX2_MAGIC;
    ctxt->sax->startElementNs = on_start;
    ctxt->sax->endElementNs = on_end;
    ctxt->userData = edit;
    edit->ctxt = ctxt;
    xmlParseDocument(ctxt);
    if (!ctxt->wellFormed || !edit->end)
        bench_fail("vCPU %u has no pin to change", edit->vcpu);
    xmlFreeParserCtxt(ctxt);
}

char *floor_xml_pin(const char *document, size_t len, unsigned vcpu,
                    unsigned cpu, size_t *ret_len, char pins[FLOOR_TEXT_LEN])
{
    char cpuset[16];
    struct pin_edit edit = {.vcpu = vcpu, .cpuset = cpuset, .pins = pins};
    size_t cpuset_len;
    char *edited;

    cpuset_len = (size_t)snprintf(cpuset, sizeof(cpuset), "%u", cpu);
    pins[0] = '\0';
    pin_find(&edit, document, len);
    edited = malloc(len + cpuset_len);
    if (!edited)
        bench_fail("out of memory");
    memcpy(edited, document, edit.start);
    memcpy(edited + edit.start, cpuset, cpuset_len);
    memcpy(edited + edit.start + cpuset_len, document + edit.end,
           len - edit.end);
    *ret_len = len - (edit.end - edit.start) + cpuset_len;
    return edited;
}

/* ---- read pins ---- */

void floor_pins_parse(const char *pins, unsigned char *maps, unsigned nmaps,
                      size_t maplen)
{
    char *at = NULL;

    memset(maps, 0, nmaps * maplen);
    for (; *pins; pins = at + 1) {
        unsigned long vcpu = strtoul(pins, &at, 10);
        unsigned long cpu = strtoul(at + 1, &at, 10);
        unsigned long last = *at == '-' ? strtoul(at + 1, &at, 10) : cpu;

        for (; vcpu < nmaps && cpu <= last && cpu < maplen * 8; cpu++)
            maps[vcpu * maplen + cpu / 8] |= (unsigned char)(1u << (cpu % 8));
    }
}
