/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_XML
#include "xml/skeleton.h"

#include <libxml/tree.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xml/guard.h"
#include "xml/schema.h"
#include "xml/tag.h"

#define BATCH_ROWS 128

/* A <domain> with a name and, inside, what is still to be looked at. */
struct xml_skeleton {
    xmlRelaxNGValidCtxtPtr valid;
    xmlDocPtr doc;   /* the elements that are there once */
    xmlDocPtr batch; /* rows */
    xmlNodePtr batch_vcpus;
    xmlNodePtr batch_cputune;
    unsigned nrows;
    size_t value_max; /* bytes */
    xmlNodePtr last;
    xmlNodePtr spoilt; /* the row that has got what doesn't belong */
    bool failed;       /* out of memory */
    bool refused;
    struct vc_error complaint; /* the first */
    size_t where; /* offset of the element it is about; 0: not known */
};

/* Where an element stands in the document is kept in _private, plus one. */
static size_t node_offset(const xmlNode *node)
{
    while (node && (node->type != XML_ELEMENT_NODE || !node->_private))
        node = node->parent;
    return node ? (size_t)(uintptr_t)node->_private - 1 : 0;
}

/* The first one has the best words; a later one may know the place. */
static void on_complaint(void *data, xml_error_info *info)
{
    struct xml_skeleton *sk = data;

    if (sk->where == 0)
        sk->where = node_offset(info->node);
    if (sk->refused)
        return;
    sk->refused = true;
    xml_error_from_libxml(info, VC_ERR_XML_INVALID_SCHEMA, &sk->complaint);
}

/* NULL, and failed, when out of memory or when the parent is missing. */
static xmlNodePtr node_add(struct xml_skeleton *sk, xmlNodePtr parent,
                           const char *name)
{
    xmlNodePtr node = parent ? xmlNewNode(NULL, (const xmlChar *)name) : NULL;

    if (!node) {
        sk->failed = true;
        return NULL;
    }
    xmlAddChild(parent, node);
    return node;
}

static xmlDocPtr new_document(struct xml_skeleton *sk)
{
    xmlDocPtr doc = xmlNewDoc((const xmlChar *)"1.0");
    xmlNodePtr root =
        doc ? xmlNewDocNode(doc, NULL, (const xmlChar *)"domain", NULL) : NULL;

    if (root)
        xmlDocSetRootElement(doc, root);
    else
        sk->failed = true;
    return doc;
}

struct xml_skeleton *xml_skeleton_new(size_t len, struct vc_error *err)
{
    VC_AUTO(xml_skeleton_ptr) sk = NULL;
    xmlRelaxNGPtr schema = xml_schema_get(err);
    XML_GUARD_AUTO guard;
    xmlNodePtr root;
    xmlNodePtr name;

    xml_guard_begin(&guard);
    if (!schema)
        return NULL;
    sk = calloc(1, sizeof(*sk));
    if (!sk) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    sk->value_max = len;
    sk->valid = xmlRelaxNGNewValidCtxt(schema);
    sk->doc = new_document(sk);
    sk->batch = new_document(sk);
    root = sk->batch ? xmlDocGetRootElement(sk->batch) : NULL;
    name = node_add(sk, root, "name");
    sk->batch_vcpus = node_add(sk, root, "vcpus");
    sk->batch_cputune = node_add(sk, root, "cputune");
    if (name)
        xmlNodeAddContent(name, (const xmlChar *)"batch");
    if (!sk->valid || sk->failed || xml_guard_ran_out()) {
        (void)vc_error_nomem(err);
        return NULL;
    }
    xmlRelaxNGSetValidStructuredErrors(sk->valid, on_complaint, sk);
    return VC_STEAL(sk);
}

void xml_skeleton_free(struct xml_skeleton *skeleton)
{
    if (!skeleton)
        return;
    /* The thread's last error points into the trees. */
    if (skeleton->refused)
        xmlResetLastError();
    if (skeleton->valid)
        xmlRelaxNGFreeValidCtxt(skeleton->valid);
    if (skeleton->doc)
        xmlFreeDoc(skeleton->doc);
    if (skeleton->batch)
        xmlFreeDoc(skeleton->batch);
    free(skeleton);
}

static void validate(struct xml_skeleton *sk, xmlDocPtr doc)
{
    int rc;

    if (xml_guard_ran_out() /* something may be missing of the tree */ ||
        !xml_guard_has_room(sk->value_max))
        sk->failed = true;
    if (sk->refused || sk->failed)
        return;
    rc = xmlRelaxNGValidateDoc(sk->valid, doc);
    if (rc < 0)
        sk->failed = true;
    else if (rc > 0 && !sk->refused)
        on_complaint(sk, &(xmlError){.message = NULL});
}

static void children_drop(xmlNodePtr parent)
{
    xmlNodePtr node = parent->children;

    while (node) {
        xmlNodePtr next = node->next;

        xmlUnlinkNode(node);
        xmlFreeNode(node);
        node = next;
    }
}

/* The batch was refused: looks at its rows one by one for the one to blame. */
static void batch_blame(struct xml_skeleton *sk, xmlNodePtr parent)
{
    xmlNodePtr rows[BATCH_ROWS];
    size_t n = 0;
    size_t i;

    while (parent->children && n < BATCH_ROWS) {
        rows[n] = parent->children;
        xmlUnlinkNode(rows[n++]);
    }
    for (i = 0; i < n; i++) {
        xmlAddChild(parent, rows[i]);
        if (sk->where == 0) {
            sk->refused = false;
            validate(sk, sk->batch);
            if (sk->refused)
                sk->where = node_offset(rows[i]);
        }
        children_drop(parent);
    }
}

static void batch_flush(struct xml_skeleton *sk)
{
    if (sk->nrows && !sk->refused && !sk->failed) {
        validate(sk, sk->batch);
        if (sk->refused) {
            sk->where = 0;
            batch_blame(sk, sk->batch_vcpus);
            batch_blame(sk, sk->batch_cputune);
            sk->refused = true;
        }
    }
    children_drop(sk->batch_vcpus);
    children_drop(sk->batch_cputune);
    sk->nrows = 0;
    sk->last = NULL;
    sk->spoilt = NULL;
}

static xmlNodePtr place_of(struct xml_skeleton *sk, enum xml_kind parent)
{
    switch (parent) {
    case XML_DOMAIN:
        return xmlDocGetRootElement(sk->doc);
    case XML_VCPUS:
    case XML_CPUTUNE:
        if (sk->nrows == BATCH_ROWS)
            batch_flush(sk);
        sk->nrows++;
        return parent == XML_VCPUS ? sk->batch_vcpus : sk->batch_cputune;
    default:
        return NULL;
    }
}

/* An attribute in a namespace is open to the schema, and left out. */
static void attrs_add(struct xml_skeleton *sk, xmlNodePtr node, int n,
                      const unsigned char **attrs)
{
    int i;

    for (i = 0; i < n; i++, attrs += 5) {
        xmlChar *value;

        if (attrs[1])
            continue;
        value = xmlStrndup(attrs[3], (int)(attrs[4] - attrs[3]));
        if (!value || !xmlNewProp(node, attrs[0], value))
            sk->failed = true;
        xmlFree(value);
    }
}

/* Whether the tree is of any further use. */
static bool is_open(const struct xml_skeleton *sk)
{
    return !sk->failed && !sk->refused;
}

void xml_skeleton_add(struct xml_skeleton *skeleton, enum xml_kind parent,
                      const char *name, size_t offset, int n,
                      const unsigned char **attrs)
{
    xmlNodePtr node;

    if (!is_open(skeleton))
        return;
    node = node_add(skeleton, place_of(skeleton, parent), name);
    if (!node)
        return;
    node->_private = (void *)(uintptr_t)(offset + 1);
    skeleton->last = node;
    attrs_add(skeleton, node, n, attrs);
}

/* One is enough to have a row refused; more would only cost. */
static bool may_add_to_row(struct xml_skeleton *sk)
{
    bool may = is_open(sk) && sk->last && sk->spoilt != sk->last;

    if (may)
        sk->spoilt = sk->last;
    return may;
}

void xml_skeleton_add_stranger(struct xml_skeleton *skeleton,
                               enum xml_kind parent, const char *name,
                               size_t offset)
{
    if (parent == XML_VCPUS)
        xml_skeleton_add(skeleton, parent, name, offset, 0, NULL);
    else if (may_add_to_row(skeleton))
        node_add(skeleton, skeleton->last, name);
}

void xml_skeleton_add_stray_text(struct xml_skeleton *skeleton)
{
    if (may_add_to_row(skeleton))
        xmlNodeAddContent(skeleton->last, (const xmlChar *)"text");
}

void xml_skeleton_add_text(struct xml_skeleton *skeleton, const char *text,
                           size_t len)
{
    xmlNodePtr node;

    if (!is_open(skeleton) || !skeleton->last || len == 0)
        return;
    node = xmlNewTextLen((const xmlChar *)text, (int)len);
    if (node)
        xmlAddChild(skeleton->last, node);
    else
        skeleton->failed = true;
}

int xml_skeleton_finish(struct xml_skeleton *skeleton, const char *doc,
                        struct vc_error *err)
{
    const char *tag;

    batch_flush(skeleton);
    validate(skeleton, skeleton->doc);
    if (skeleton->failed || skeleton->complaint.code == VC_ERR_NO_MEMORY)
        return vc_error_nomem(err);
    if (!skeleton->refused)
        return 0;
    tag = doc + skeleton->where;
    *err = skeleton->complaint;
    vc_error_prefix(err, "the schema refuses %s",
                    XML_SHOW(tag, strcspn(tag, ">") + 1));
    return xml_error_at(err, xml_line_of(doc, skeleton->where));
}
